/*
 * Every fire of every schedule that cron_oracle.py knows, in eight zones: all 1,440 daily times and the
 * other forms, in Denmark from 2025 to 2037 (under the sanitizers, which are slow, to 2026). None may be missing, none be double, none be elsewhere.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "core/base/fault.h"
#include "core/base/zone.h"
#include "core/schedule/cron.h"
#include "tests/unit/oracle.h"

enum { ZONES = 8, DAILY = 1440, OTHERS_LEAST = 60, BLOCK = 1024 };

#ifdef AUTOMAGI_SANITIZED
enum { CHANGES = 29 };
static const char *const how[3] = {"brief", NULL, NULL};
#else
enum { CHANGES = 51 };
static const char *const how[3] = {NULL, NULL, NULL};
#endif

/* One schedule of the stream. */
struct asked {
    char zone[64];
    int64_t from, to; /* minutes since 1970 */
    char schedule[128];
    size_t count;
};

static size_t missing;
static size_t unexpected;

static void report(const struct asked *asked, const char *what, int64_t minute)
{
    char text[40];
    time_t seconds = (time_t)(minute * 60);
    struct tm parts;

    (void)strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", gmtime_r(&seconds, &parts));
    if (missing + unexpected <= 20)
        print_error("%s \"%s\": %s at %s\n", asked->zone, asked->schedule, what, text);
}

static uint32_t from_little(const unsigned char *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* `expected` is the next of the oracle's fires, or the end. What the program says before it is unexpected;
 * the fire at `at` was said. Returns the program's first fire that is not before `expected`. */
static int64_t go_to(const struct asked *asked, const struct cron *cron, const struct zone *zone,
                     int64_t at, int64_t expected)
{
    while (at < expected) {
        int64_t next;

        unexpected++;
        report(asked, "an unexpected fire", at);
        next = cron_next(cron, zone, at * 60000);
        at = next == 0 ? INT64_MAX : next / 60000;
    }
    return at;
}

static void compare(FILE *stream, const struct asked *asked, const struct zone *zone)
{
    struct fault fault = {.text = ""};
    struct cron cron;
    unsigned char block[BLOCK * 4];
    size_t left = asked->count;
    int64_t next;
    int64_t at;
    size_t i;

    if (cron_parse(asked->schedule, &cron, &fault) < 0)
        fail_msg("%s", fault.text);
    next = cron_next(&cron, zone, asked->from * 60000 - 1);
    at = next == 0 ? INT64_MAX : next / 60000;
    while (left > 0) {
        size_t length = left < BLOCK ? left : BLOCK;

        assert_int_equal(fread(block, 4, length, stream), length);
        left -= length;
        for (i = 0; i < length; i++) {
            int64_t expected = from_little(block + 4 * i);

            at = go_to(asked, &cron, zone, at, expected);
            if (at != expected) {
                missing++;
                report(asked, "a missing fire", expected);
                continue;
            }
            next = cron_next(&cron, zone, at * 60000);
            at = next == 0 ? INT64_MAX : next / 60000;
        }
    }
    (void)go_to(asked, &cron, zone, at, asked->to);
}

static void every_fire_is_the_oracles(void **state)
{
    struct oracle oracle;
    struct asked asked;
    struct zone *zone = NULL;
    char line[512];
    size_t zones = 0;
    size_t schedules = 0;
    size_t fires = 0;
    int changes = 0;

    (void)state;
    oracle_open(&oracle, how);
    while (fgets(line, sizeof line, oracle.stream) != NULL) {
        if (sscanf(line, "end\t%d", &changes) == 1)
            break;
        if (sscanf(line, "%63[^\t]\t%" SCNd64 "\t%" SCNd64 "\t%127[^\t]\t%zu", asked.zone,
                   &asked.from, &asked.to, asked.schedule, &asked.count) != 5)
            fail_msg("the oracle says: %s", line);
        if (zone == NULL || strcmp(zone_name(zone), asked.zone) != 0) {
            zone_close(zone);
            zone = NULL;
            assert_int_equal(zone_open(asked.zone, &zone, NULL), 0);
            zones++;
        }
        compare(oracle.stream, &asked, zone);
        schedules++;
        fires += asked.count;
    }
    zone_close(zone);
    oracle_close(&oracle);
    print_message(
        "%zu schedules in %zu zones, %zu fires, %d changes of the clock: %zu missing, %zu "
        "unexpected\n",
        schedules, zones, fires, changes, missing, unexpected);
    assert_int_equal(missing, 0);
    assert_int_equal(unexpected, 0);
    assert_int_equal(zones, ZONES);
    assert_int_equal(changes, CHANGES);
    assert_true(schedules >= (size_t)ZONES * (DAILY + OTHERS_LEAST));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_fire_is_the_oracles)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
