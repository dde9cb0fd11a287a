#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/zone.h"

enum { YEAR_S = 31556952, WEEK_S = 604800 };

static struct zone *open_zone(const char *name)
{
    struct zone *zone = NULL;
    struct fault fault = {.text = ""};

    if (zone_open(name, &zone, &fault) < 0)
        fail_msg("%s: %s", name, fault.text);
    return zone;
}

static void check_offset(const struct zone *zone, int64_t utc_s)
{
    time_t seconds = (time_t)utc_s;
    struct tm parts;

    if (localtime_r(&seconds, &parts) == NULL ||
        (int32_t)parts.tm_gmtoff != zone_offset_s(zone, utc_s))
        fail_msg("%s at %lld: %d, the C library says %ld", zone_name(zone), (long long)utc_s,
                 (int)zone_offset_s(zone, utc_s), parts.tm_gmtoff);
}

/* At every change and beside it, and every twelve weeks, over 400 years and a bit more. */
static void check_zone(const char *name)
{
    struct zone *zone = open_zone(name);
    int64_t at = -(int64_t)150 * YEAR_S;
    int64_t last = (int64_t)560 * YEAR_S;
    int64_t sample = at;
    struct zone_span span;

    assert_int_equal(setenv("TZ", name, 1), 0);
    tzset();
    for (; sample < last; sample += 12 * WEEK_S + 4321)
        check_offset(zone, sample);
    while (at < last) {
        zone_span(zone, at, &span);
        assert_true(span.from_s <= at && at < span.to_s);
        assert_int_equal(span.offset_s, zone_offset_s(zone, at));
        check_offset(zone, at);
        if (span.to_s == INT64_MAX)
            break;
        check_offset(zone, span.to_s - 1);
        at = span.to_s;
        assert_int_equal(zone_offset_s(zone, at - 1), span.offset_s);
        zone_span(zone, at, &span);
        if (span.from_s == at)
            assert_int_equal(span.before_s, zone_offset_s(zone, at - 1));
    }
    zone_close(zone);
}

/* All that tzdata lists. */
static void agrees_with_the_c_library(void **state)
{
    static const char *const more[] = {"UTC", "CET", "EST5EDT", "Etc/GMT-14", "Europe/Copenhagen"};
    FILE *list = fopen("/usr/share/zoneinfo/zone1970.tab", "re");
    char line[512];
    char name[64];
    size_t count = 0;
    size_t i;

    (void)state;
    assert_non_null(list);
    while (fgets(line, sizeof line, list) != NULL)
        if (line[0] != '#' && sscanf(line, "%*s %*s %63s", name) == 1) {
            check_zone(name);
            count++;
        }
    assert_int_equal(fclose(list), 0);
    assert_true(count > 250);
    for (i = 0; i < sizeof more / sizeof more[0]; i++)
        check_zone(more[i]);
}

/* A file of one's own: one kind of local time, no change, and a footer. */
static size_t make_file(unsigned char target[256], const char *footer)
{
    static const unsigned char header[44] = {'T', 'Z', 'i', 'f', '2'};
    unsigned char second[44];
    size_t length = sizeof header;

    memcpy(target, header, sizeof header);
    memcpy(second, header, sizeof header);
    second[39] = 1; /* kinds */
    second[43] = 4; /* characters */
    memcpy(target + length, second, sizeof second);
    length += sizeof second;
    memset(target + length, 0, 10);
    length += 10;
    return length + (size_t)snprintf((char *)target + length, 256 - length, "\n%s\n", footer);
}

static int parse(const char *footer, struct zone **ret_zone)
{
    unsigned char bytes[256];
    struct fault fault;

    return zone_parse("Test", bytes, make_file(bytes, footer), ret_zone, &fault);
}

/* A rule of a footer, beside the same in the C library's TZ. */
static void follows_rules(void **state)
{
    static const char *const rules[] = {
        "CET-1CEST,M3.5.0,M10.5.0/3",
        "IST-1GMT0,M10.5.0,M3.5.0/1",
        "<-03>3<-02>,M3.5.0/-1,M10.5.0/-2", /* the evening before */
        "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
        "EET-2EEST,M3.4.4/50,M10.4.4/50", /* hours beyond the day */
        "EST5EDT,J60,J300",
        "EST5EDT,59/3:30,299/1:15:30",
        "NZST-12NZDT,M9.5.0,M4.1.0/3",
        "UTC0",
        "<+0545>-5:45",
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct zone *zone = NULL;
        int64_t at;

        if (parse(rules[i], &zone) < 0)
            fail_msg("%s", rules[i]);
        assert_int_equal(setenv("TZ", rules[i], 1), 0);
        tzset();
        for (at = 0; at < (int64_t)450 * YEAR_S; at += WEEK_S / 7 * 5)
            check_offset(zone, at);
        zone_close(zone);
    }
}

/* The whole year is summer time: the end of one year's is the beginning of the next one's. */
static void summer_can_last_all_year(void **state)
{
    struct zone *zone = NULL;
    struct zone_span span;

    (void)state;
    assert_int_equal(parse("XXX3EDT4,0/0,J365/23", &zone), 0);
    zone_span(zone, INT64_C(1743492600), &span);
    assert_int_equal(span.offset_s, -4 * 3600);
    assert_true(span.to_s - span.from_s > (int64_t)100 * YEAR_S);
    zone_close(zone);
}

static void refuses_files(void **state)
{
    static const char *const rules[] = {"CET",
                                        "CET-1CEST",
                                        "C-1",
                                        "CET-25",
                                        "CET-1CEST,M3",
                                        "CET-1CEST,M13.1.0,M3.1.0",
                                        "CET-1CEST,J0,J1",
                                        "CET-1CEST,M3.5.0,M10.5.0x",
                                        "<CET-1",
                                        "CET-1CEST,M3.5.0/168,M10.5.0"};
    unsigned char good[256];
    unsigned char bad[256];
    size_t length = make_file(good, "CET-1CEST,M3.5.0,M10.5.0/3");
    struct zone *zone = NULL;
    struct fault fault = {.text = ""};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof rules / sizeof rules[0]; i++)
        assert_int_equal(parse(rules[i], &zone), -EINVAL);
    for (i = 0; i < length; i++) /* wherever it is cut */
        assert_int_equal(zone_parse("Test", good, i, &zone, &fault), -EINVAL);
    memcpy(bad, good, sizeof bad);
    bad[4] = bad[48] = 0;
    assert_int_equal(zone_parse("Test", bad, length, &zone, &fault), -EINVAL);
    assert_non_null(strstr(fault.text, "version 1"));
    memcpy(bad, good, sizeof bad);
    bad[44 + 31] = 1;
    assert_int_equal(zone_parse("Test", bad, length, &zone, &fault), -EINVAL);
    assert_non_null(strstr(fault.text, "leap seconds"));
    memcpy(bad, good, sizeof bad);
    bad[44 + 32] = 0xff;
    assert_int_equal(zone_parse("Test", bad, length, &zone, &fault), -EINVAL);
    assert_non_null(strstr(fault.text, "4000"));
    memcpy(bad, good, sizeof bad);
    bad[88] = 0x7f; /* the offset */
    assert_int_equal(zone_parse("Test", bad, length, &zone, &fault), -EINVAL);
    assert_non_null(strstr(fault.text, "26 hours"));
    assert_null(zone);
}

static void write_zone(const char *folder, const char *footer)
{
    unsigned char bytes[256];
    size_t length = make_file(bytes, footer);
    char path[4200];
    char fresh[4200];
    int fd;

    (void)snprintf(path, sizeof path, "%s/Test", folder);
    (void)snprintf(fresh, sizeof fresh, "%s/fresh", folder);
    fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, length), length);
    assert_int_equal(close(fd), 0);
    assert_int_equal(rename(fresh, path), 0);
}

/* An update of tzdata puts a new file in the place of the old one. */
static void sees_another_file(void **state)
{
    char folder[] = "/tmp/zone-XXXXXX";
    char path[64];
    struct zone *zone;

    (void)state;
    assert_non_null(mkdtemp(folder));
    zone_pretend_folder(folder);
    write_zone(folder, "CET-1");
    zone = open_zone("Test");
    assert_false(zone_is_outdated(zone));
    assert_int_equal(clock_set_zone("Test", NULL), 0);
    assert_int_equal(clock_renew_zone(NULL), 0);
    write_zone(folder, "EET-2");
    assert_true(zone_is_outdated(zone));
    assert_int_equal(zone_offset_s(zone, 0), 3600);
    assert_int_equal(clock_renew_zone(NULL), 1);
    assert_int_equal(zone_offset_s(clock_zone(), 0), 7200);
    assert_int_equal(clock_renew_zone(NULL), 0);
    write_zone(folder, "not a rule");
    assert_int_equal(clock_renew_zone(NULL), -EINVAL);
    assert_int_equal(zone_offset_s(clock_zone(), 0), 7200);
    (void)snprintf(path, sizeof path, "%s/Test", folder);
    assert_int_equal(unlink(path), 0);
    assert_false(zone_is_outdated(zone));
    assert_int_equal(clock_renew_zone(NULL), 0);
    zone_close(zone);
    assert_int_equal(rmdir(folder), 0);
    zone_pretend_folder(NULL);
}

/* The day that a task counts in is not the environment's to say. */
static void reads_the_systems_zones_alone(void **state)
{
    char folder[] = "/tmp/zone-XXXXXX";
    char path[64];
    struct zone *zone = NULL;

    (void)state;
    assert_non_null(mkdtemp(folder));
    write_zone(folder, "CET-1");
    assert_int_equal(setenv("TZDIR", folder, 1), 0);
    assert_int_equal(zone_open("Test", &zone, NULL), -EINVAL);
    zone = open_zone("Europe/Copenhagen");
    assert_int_equal(zone_offset_s(zone, 0), 3600);
    zone_close(zone);
    assert_int_equal(unsetenv("TZDIR"), 0);
    (void)snprintf(path, sizeof path, "%s/Test", folder);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

/* That no descriptor is left says nothing of the zone. */
static void a_zone_is_not_gone_for_want_of_room(void **state)
{
    struct rlimit limit;
    struct rlimit none;
    struct zone *zone = NULL;
    struct fault fault;
    int named;
    int local;

    (void)state;
    assert_int_equal(setenv("TZ", "Europe/Copenhagen", 1), 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = (struct rlimit){0, limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    named = zone_open("Europe/Copenhagen", &zone, &fault);
    local = zone_open_local(&zone, NULL);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(unsetenv("TZ"), 0);
    assert_int_equal(named, -EMFILE);
    assert_non_null(strstr(fault.text, "/Europe/Copenhagen cannot be read: Too many open files"));
    assert_int_equal(local, -EMFILE);
}

static void local_zone_is_that_of_the_process(void **state)
{
    static const struct {
        const char *tz;
        int32_t offset_s; /* in July 2025 */
    } cases[] = {{"Europe/Copenhagen", 7200},
                 {":Asia/Kathmandu", 20700},
                 {"/usr/share/zoneinfo/America/New_York", -14400},
                 {"CET-1CEST,M3.5.0,M10.5.0/3", 7200},
                 {"<-03>3", -10800},
                 {"", 0},
                 {"no/such/zone", 0}};
    struct zone *zone = NULL;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(setenv("TZ", cases[i].tz, 1), 0);
        assert_int_equal(zone_open_local(&zone, NULL), 0);
        assert_int_equal(zone_offset_s(zone, INT64_C(1752000000)), cases[i].offset_s);
        zone_close(zone);
    }
    assert_int_equal(unsetenv("TZ"), 0);
    assert_int_equal(zone_open_local(&zone, NULL), 0);
    zone_close(zone);
    zone_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_c_library),
        cmocka_unit_test(follows_rules),
        cmocka_unit_test(summer_can_last_all_year),
        cmocka_unit_test(refuses_files),
        cmocka_unit_test(sees_another_file),
        cmocka_unit_test(reads_the_systems_zones_alone),
        cmocka_unit_test(a_zone_is_not_gone_for_want_of_room),
        cmocka_unit_test(local_zone_is_that_of_the_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
