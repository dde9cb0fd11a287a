/*
 * journal.h - entries of systemd's journal, by its native protocol.
 *
 * The protocol is public and stable (https://systemd.io/JOURNAL_NATIVE_PROTOCOL): one datagram
 * per entry, a line "FIELD=value" per field. It is written out here, as the messages to systemd are
 * in core/run/service.h, and libsystemd is not linked. Measured on Debian 12 with a program that
 * has the daemon's other libraries: it brings six more along (libgcrypt, libgpg-error, liblzma,
 * libzstd, liblz4, libcap), 1.4 MiB resident and 0.5 ms of each start. That could be paid; but
 * all of them would lie in the process that holds the store, for what is 30 lines each.
 *
 * sd_journal_send() also says 0 when no journal runs. Here an entry is sent only when stderr leads
 * to the journal (journal_is_at()), and journal_send() tells when it was not taken, so that the
 * line goes to stderr instead: to one of the two, and never to both.
 *
 * Threads: any.
 */
#ifndef AUTOMAGI_BASE_JOURNAL_H
#define AUTOMAGI_BASE_JOURNAL_H

#include <stdbool.h>

struct text;

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

/* Is the descriptor the one that systemd connected to the journal for this service? As
 * systemd.exec(5) says of $JOURNAL_STREAM: device and inode must match, for stderr can
 * have been led elsewhere since. */
bool journal_is_at(int fd);

/* A socket to send by; negative errno when there are no more. close() it. */
int journal_open(void);
/* Appends "FIELD=value". A value with a newline has another form in the protocol: it must not have
 * one (log_redact() leaves none). */
void journal_field(struct text *entry, const char *field, const char *value);
/* Hands the entry to the journal at `path`. Never waits. False when it was not taken: nobody is
 * there, or more was said than it can read just now. */
bool journal_send(int fd, const char *path, const struct text *entry);

#endif
