#include "tests/unit/verify_home.h"

#include <stdarg.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/text.h"
#include "core/store/item.h"
#include "core/store/store.h"

#define NOW_MS INT64_C(1743595200000) /* 2025-04-02 */

struct verify_home verified;

/* Two days of one robot: 20179 is 2025-04-01, 24303 April 2025; that and May are closed. */
static const char GOOD[] =
    "INSERT INTO robot(id, slug, name, position, external, one_off) "
    "VALUES(1, 'ove', 'Ove', 1, 0, 0), (2, 'aya', 'Aya', 2, 0, 0);"
    "INSERT INTO run(id, robot_id, cause, state, ending, asked_by, fence, created_ms, started_ms, "
    "ended_ms, done, business, failed, first_day, last_day) "
    "VALUES(1, 1, 1, 3, 1, 'x', 3, 0, 1, 2, 3, 1, 1, 20179, 20180), "
    "(2, 1, 1, 2, NULL, 'x', 7, 0, 1, NULL, 0, 0, 0, NULL, NULL);"
    "INSERT INTO attempt(run_id, seq, outcome, day, completed_ms, duration_ms, department_id, "
    "booking, masked) VALUES(1, 1, 0, 20179, 1743508800000, 100, NULL, NULL, '*1234'), "
    "(1, 2, 0, 20180, 1743595200000, 50, 1, 24304, '*ø'), "
    "(1, 3, 1, 20180, 1743595200000, NULL, NULL, NULL, '*1234'), "
    "(1, 4, 2, 20180, 1743595200000, 1, NULL, NULL, '*'), "
    "(1, 5, 4, 20180, 1743595200000, 1, NULL, NULL, '*');"
    "INSERT INTO ledger VALUES(1, 2025, x'0102030405060708090a0b0c0d0e0f10', 1, 1), "
    "(1, 2025, x'00112233445566778899aabbccddeeff', 1, 2);"
    "INSERT INTO correction VALUES(1, 2025, x'00112233445566778899aabbccddeeff', 1, 2, 20180, 1, "
    "24305, 'wrong', NULL, 'x', 5);"
    "INSERT INTO rollup_day SELECT a.day, r.robot_id, coalesce(a.booking, 24303), "
    "coalesce(a.department_id, 0), a.outcome, count(*), coalesce(sum(a.duration_ms), 0) "
    "FROM attempt a JOIN run r ON r.id = a.run_id GROUP BY 1, 2, 3, 4, 5;"
    "INSERT INTO rollup_day VALUES(20180, 1, 24305, 1, 6, 1, 0);"
    "INSERT INTO handover VALUES(1, 2025, x'aabbccddeeff00112233445566778899', 1, 4, 20180, NULL, "
    "24303, NULL);"
    "INSERT INTO rollup_day VALUES(20180, 1, 24303, 0, 7, 1, 0);"
    "INSERT INTO period VALUES(24303, 1, 'x', zeroblob(32)), (24304, 1, 'x', zeroblob(32));"
    "INSERT INTO rollup_month SELECT 24303, robot_id, booking, department_id, outcome, sum(count), "
    "sum(duration_ms) FROM rollup_day GROUP BY 2, 3, 4, 5;"
    "INSERT INTO attempt_note VALUES(1, 4, 'why');"
    "INSERT INTO department(id, slug, position) VALUES(1, 'job', 1), (2, 'teknik', 2);"
    "INSERT INTO robot_share(robot_id, from_day, department_id, millionths) "
    "VALUES(1, 20000, 1, 500000), (1, 20000, 2, 500000);";

/* Waiting and leased, as robots leave them behind. */
static const char QUEUE[] = "UPDATE item SET state = 3 WHERE id = 2;"
                            "INSERT INTO lease VALUES(2, 1, 7, '[1]')";

static void add(struct store *store, const char *reference, int64_t expected_id)
{
    static const struct item_policy policy = {
        .robot_id = 1, .window = WINDOW_YEAR, .side_effects = 1, .attempts = 3};
    const struct item_new item = {.reference = reference, .payload = "p", .business_day = 20180};
    int64_t id = 0;

    if (item_add(store, &policy, &item, NOW_MS, &id, &verified.fault) != 0)
        fail_msg("%s", verified.fault.text);
    assert_int_equal(id, expected_id);
}

void verify_home_fill(void)
{
    struct store *store;

    temp_home_plant(verified.path, GOOD);
    store = temp_home_open(verified.path);
    assert_int_equal(store_begin(store, &verified.fault), 0);
    add(store, "a", 1);
    add(store, "b", 2);
    assert_int_equal(store_commit(store, &verified.fault), 0);
    store_close(store);
    temp_home_plant(verified.path, QUEUE);
}

static void make_empty(void)
{
    temp_home_create(verified.path);
    assert_int_equal(mkdir(temp_home_path(verified.path, "keys"), 0700), 0);
}

int verify_home_set_up(void **state)
{
    (void)state;
    verified.fault.text[0] = '\0';
    if (temp_home_make(verified.path) < 0)
        return -1;
    make_empty();
    verify_home_fill();
    return 0;
}

int verify_home_tear_down(void **state)
{
    (void)state;
    return temp_home_remove(verified.path);
}

void verify_home_anew(void)
{
    assert_int_equal(temp_home_remove(verified.path), 0);
    assert_int_equal(mkdir(verified.path, 0700), 0);
    make_empty();
}

void verify_home_keep(const char *difference, void *context)
{
    assert_ptr_equal(context, verified.lines);
    if (verified.said < VERIFY_LINES_MAX)
        assert_true(text_copy(verified.lines[verified.said], sizeof verified.lines[verified.said],
                              difference));
    verified.said++;
}

void verify_home_verify(void)
{
    struct store *store = NULL;

    verified.said = 0;
    memset(verified.lines, 0, sizeof verified.lines);
    memset(&verified.report, 0, sizeof verified.report);
    if (store_open(verified.path, STORE_READ, &store, &verified.fault) != 0 ||
        verify_store(store, verify_home_keep, verified.lines, &verified.report, &verified.fault) !=
            0)
        fail_msg("%s", verified.fault.text);
    store_close(store);
}

static void say_lines(void)
{
    int64_t i;

    for (i = 0; i < verified.said && i < VERIFY_LINES_MAX; i++)
        print_error("  said: %s\n", verified.lines[i]);
}

void verify_home_said(int64_t differences, const char *words)
{
    bool found = false;
    int64_t i;

    verify_home_verify();
    for (i = 0; i < verified.said && i < VERIFY_LINES_MAX; i++)
        found = found || strstr(verified.lines[i], words) != NULL;
    if (!found || (differences != ANY && verified.report.differences != differences)) {
        say_lines();
        fail_msg("expected %lld differences with \"%s\", found %lld", (long long)differences, words,
                 (long long)verified.report.differences);
    }
}

void verify_home_good(void)
{
    verify_home_verify();
    if (verified.report.differences != 0) {
        say_lines();
        fail_msg("expected no difference");
    }
}

void verify_home_each(const struct planted *planted, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        verify_home_anew();
        verify_home_fill();
        temp_home_plant(verified.path, planted[i].statements);
        verify_home_said(planted[i].differences, planted[i].words);
    }
}
