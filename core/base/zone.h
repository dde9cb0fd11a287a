/*
 * zone.h - a time zone, read from the system's files (TZif, RFC 8536).
 *
 * Read once into a sorted table of the moments at which the offset from UTC changes; looking one up is a binary
 * search, without a lock and without the C library's global state. Beyond the last change that the file lists, the
 * rule in its footer goes on: the table holds it for 400 years, after which the calendar, weekdays included, repeats.
 *
 * Names are those below /usr/share/zoneinfo. Not below $TZDIR, which the C library heeds: the day, and so the window,
 * that a task counts in would be another for who happens to have it set.
 *
 * Limits: a file of 64 KiB, 4,000 listed changes, 256 kinds of local time, names under 64 bytes. Files of version 1
 * (32-bit times alone) and those that count leap seconds ("right/...") are refused.
 *
 * Threads: a zone does not change once it is open; any thread may use it.
 */
#ifndef AUTOMAGI_BASE_ZONE_H
#define AUTOMAGI_BASE_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault;
struct zone;

enum { ZONE_NAME_MAX = 64, ZONE_FILE_MAX_BYTES = 65536 };

/* A stretch of time in which the offset stands still. Neighbours may have the same offset. */
struct zone_span {
    int64_t from_s;   /* UTC; INT64_MIN: since ever */
    int64_t to_s;     /* not included; INT64_MAX: for ever */
    int32_t offset_s; /* local time minus UTC, within 26 hours either way */
    int32_t before_s; /* the offset just before from_s */
};

/* "Europe/Copenhagen". -EINVAL when there is no such zone, its file cannot be read, or is not as RFC 8536 wants it;
 * the fault names the package to install. -EMFILE or -ENFILE when there is no room now for another open file. */
int zone_open(const char *name, struct zone **ret_zone, struct fault *fault)
    __attribute__((warn_unused_result));
/* What TZ says as POSIX describes it (a name, a path, or a rule such as "CET-1CEST,M3.5.0,M10.5.0/3"), or
 * /etc/localtime; UTC when that says nothing. -ENOMEM, and -EMFILE or -ENFILE as above, alone. */
int zone_open_local(struct zone **ret_zone, struct fault *fault)
    __attribute__((warn_unused_result));
/* Tests: names are those below this folder, which is borrowed; NULL: the system's again. */
void zone_pretend_folder(const char *folder);
/* From the bytes of a file. -EINVAL as above, with what is wrong. */
int zone_parse(const char *name, const void *bytes, size_t length, struct zone **ret_zone,
               struct fault *fault) __attribute__((warn_unused_result));
void zone_close(struct zone *zone);

const char *zone_name(const struct zone *zone); /* "" of one that has none */

/* Is the file at its path another by now (device, inode, size or time of change)? Then zone_open() reads the new one.
 * False also when it cannot be looked at, as in the middle of an upgrade: what was read is still right. */
bool zone_is_outdated(const struct zone *zone);

int32_t zone_offset_s(const struct zone *zone, int64_t utc_s);
void zone_span(const struct zone *zone, int64_t utc_s, struct zone_span *ret_span);

#endif
