/* What the store's own functions recorded of two imports, with a difference planted. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/text.h"
#include "core/store/import.h"
#include "core/store/store.h"
#include "core/store/verify.h"
#include "tests/unit/queue_home.h"
#include "tests/unit/temp_home.h"

static struct queue queue;
static char first_line[1024];

static const struct {
    const char *reference;
    enum import_outcome outcome;
} rows[] = {
    {"A", IMPORT_DONE},     {"B", IMPORT_DONE},   {"A", IMPORT_DONE},   {"C", IMPORT_BUSINESS},
    {"C", IMPORT_BUSINESS}, {"D", IMPORT_FAILED}, {"A", IMPORT_UNDONE}, {"A", IMPORT_UNDONE},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

/* The first so many of the file; it is finished when they are all. */
static void import_rows(unsigned char contents, int64_t robot_id, int64_t count)
{
    unsigned char hash[32] = {contents};
    struct import_met met = {0};
    struct import_record import;
    int64_t i;

    queue_begin(&queue);
    queue_need(&queue, import_begin(queue.store, &(struct import_new){"t.csv", hash, ROWS, "Bo"},
                                    queue.now_ms, &import, &queue.fault));
    for (i = 0; i < count; i++)
        queue_need(&queue, import_apply(queue.store, import.id,
                                        &(struct import_row){.number = i + 1,
                                                             .line = i + 2,
                                                             .robot_id = robot_id,
                                                             .reference = rows[i].reference,
                                                             .completed_ms = queue.now_ms,
                                                             .outcome = rows[i].outcome,
                                                             .duration_ms = -1},
                                        queue.now_ms, &met, &queue.fault));
    if (count == ROWS)
        queue_need(&queue,
                   import_finish(queue.store, import.id, queue.now_ms, &import, &queue.fault));
    queue_commit(&queue);
}

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_MONTH, IDEMPOTENT);
    import_rows(1, queue.policy.robot_id, 6);
    import_rows(2, queue_robot(&queue, "other", WINDOW_EVER), ROWS);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

static void keep_first(const char *difference, void *context)
{
    (void)context;
    if (first_line[0] == '\0')
        (void)text_copy(first_line, sizeof first_line, difference);
}

static int64_t verify(void)
{
    struct verify_report report = {0};
    struct store *reader = NULL;

    first_line[0] = '\0';
    queue_need(&queue, store_open(queue.home, STORE_READ, &reader, &queue.fault));
    queue_need(&queue, verify_store(reader, keep_first, NULL, &report, &queue.fault));
    store_close(reader);
    return report.differences;
}

static void what_was_imported(void **state)
{
    (void)state;
    if (verify() != 0)
        fail_msg("%s", first_line);
    assert_int_equal(queue_ask(&queue, "SELECT undone_rows FROM import WHERE id = 2"), 1);
}

struct planted {
    const char *statements, *line; /* the first line begins so */
    int64_t differences;
};

static void check_each(const struct planted *planted, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        int64_t differences;

        (void)tear_down(NULL);
        (void)set_up(NULL);
        temp_home_plant(queue.home, planted[i].statements);
        differences = verify();
        if (differences != planted[i].differences ||
            strncmp(first_line, planted[i].line, strlen(planted[i].line)) != 0)
            fail_msg("%s: %lld differences: %s", planted[i].statements, (long long)differences,
                     first_line);
    }
}

#define CHECK_EACH(planted) check_each(planted, sizeof(planted) / sizeof(planted)[0])

static void counts_of_imports(void **state)
{
    static const struct planted planted[] = {
        {"UPDATE import SET repeated_rows = 3 WHERE id = 1",
         "import 1: it says 6 rows were applied, but not that its new, repeated, not done and "
         "undone rows are as many together",
         1},
        {"UPDATE import SET repeated_rows = 9223372036854775807 WHERE id = 1",
         "import 1: it says 6 rows were applied, but not", 1},
        {"UPDATE import SET applied = 7, repeated_rows = 3, finished_ms = 5 WHERE id = 1",
         "import 1: it is finished, but of its 8 rows only 7 were applied", 1},
        {"UPDATE import SET applied = 9, repeated_rows = 4 WHERE id = 2",
         "import 2: it says 9 rows were applied, its file has 8", 1},
        {"UPDATE import SET applied = -1, repeated_rows = -6 WHERE id = 2",
         "import 2: it says -1 rows were applied, its file has 8", 1},
        {"UPDATE import SET new_rows = 1, repeated_rows = 4 WHERE id = 2",
         "import 2: it says 1 new rows, its runs recorded 2", 1},
        {"UPDATE import SET not_done_rows = 3, repeated_rows = 2 WHERE id = 2",
         "import 2: it says 3 not done rows, its runs recorded 2", 1},
        {"UPDATE import SET undone_rows = 0, repeated_rows = 4 WHERE id = 2",
         "import 2: it says 0 undone rows, its runs recorded 1", 1},
        {"DELETE FROM import_run WHERE import_id = 1",
         "import 1: it says 2 new rows, its runs recorded 0", 2},
    };

    (void)state;
    CHECK_EACH(planted);
}

static void durations(void **state)
{
    static const struct planted planted[] = {
        {"UPDATE attempt SET duration_ms = 9223372036854775807 WHERE outcome = 0",
         "the durations of robot number 1's attempts of one day or month add up to more "
         "milliseconds than can be counted; no sum can be right",
         1},
        {"UPDATE attempt SET duration_ms = -9223372036854775807 WHERE outcome = 0",
         "the durations of robot number 1's attempts", 1},
    };

    (void)state;
    CHECK_EACH(planted);
}

/* Noon of 2025-04-01 is stored. Its day holds unless the instant lies hours outside it. */
static void completion(void **state)
{
    static const struct planted planted[] = {
        {"UPDATE attempt SET completed_ms = completed_ms + 16 * 3600000 WHERE outcome = 4 AND "
         "run_id = 2",
         "attempt: run 2, attempt 7 was completed at 2025-04-02T04:00:00+02:00 (1743559200000 ms), "
         "but is counted on 2025-04-01",
         1},
        {"UPDATE attempt SET completed_ms = completed_ms - 16 * 3600000 WHERE outcome = 4 AND "
         "run_id = 2",
         "attempt: run 2, attempt 7 was completed at 2025-03-31T20:00:00+02:00", 1},
        {"UPDATE attempt SET completed_ms = 9223372036854775807 WHERE outcome = 4 AND run_id = 2",
         "attempt: run 2, attempt 7 was completed at", 1},
        {"UPDATE attempt SET completed_ms = -9223372036854775807 WHERE outcome = 4 AND run_id = 2",
         "attempt: run 2, attempt 7 was completed at", 1},
        {"UPDATE attempt SET completed_ms = completed_ms + 14 * 3600000", "", 0},
        {"UPDATE attempt SET completed_ms = completed_ms - 14 * 3600000", "", 0},
    };

    (void)state;
    CHECK_EACH(planted);
}

/* One bit in the head of a row makes a 0 of no number, and the sums stay as they are. */
static void none_and_nought(void **state)
{
    static const struct planted planted[] = {
        {"UPDATE attempt SET department_id = 0 WHERE run_id = 2 AND seq = 7",
         "attempt: run 2, attempt 7 names a department that cannot be, instead of one or none", 1},
        {"UPDATE attempt SET booking = 0 WHERE run_id = 2 AND seq = 7",
         "attempt: run 2, attempt 7 names a month of booking that cannot be", 1},
        {"UPDATE attempt SET day = day + 4294967296 WHERE run_id = 2 AND seq = 7",
         "attempt: run 2, attempt 7 names a day that cannot be", 1},
    };

    (void)state;
    CHECK_EACH(planted);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(what_was_imported), TEST(counts_of_imports), TEST(durations),
        TEST(completion),        TEST(none_and_nought),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
