#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/command.h"
#include "core/command/task_import.h"
#include "core/store/store.h"
#include "tests/unit/savings_town.h"

#define HEADER "robot,reference,completed_at,outcome,duration_ms,department\n"
#define NOW_MS INT64_C(1750000000000) /* 2025-06-15 */

static struct town town;
static struct task_import_wrong wrong; /* of the last check */

static int open_town(void **state)
{
    int64_t robot;

    (void)state;
    clock_pretend(NOW_MS);
    town_open(&town);
    town_rate(&town, town_day("2025-01-01"), 6000);
    (void)town_department(&town, "a", "A");
    robot = town_robot(&town, "r");
    town_estimate(&town, robot, town_day("2025-01-01"), 100, 1);
    (void)town_robot(&town, "other");
    return 0;
}

static int close_town(void **state)
{
    (void)state;
    town_close(&town);
    clock_pretend(0);
    return 0;
}

static int make_file(const char *bytes, size_t length)
{
    int fd = memfd_create("tasks", MFD_CLOEXEC);

    assert_true(fd >= 0);
    assert_true(write(fd, bytes, length) == (ssize_t)length);
    return fd;
}

/* Commands are carried out as the daemon does; each in a transaction. */
struct carrier {
    int commands;
    int chunks;
    int fails_at; /* the so-manieth chunk fails; 0: none */
    int64_t progress;
};

static void write_request(const char *command, const char *arguments, struct text *request)
{
    struct json_writer writer;

    json_writer_init(&writer, request);
    json_begin_object(&writer);
    json_key(&writer, "command");
    json_put_string(&writer, command);
    json_key(&writer, "arguments");
    json_put_raw(&writer, arguments);
    json_end_object(&writer);
}

static int carry_out(void *context, const char *command, const char *arguments,
                     struct json **ret_result, struct fault *fault)
{
    struct carrier *carrier = context;
    struct command_effects effects;
    struct text request;
    struct text reply;
    int result;

    carrier->commands++;
    if (strcmp(command, "import rows") == 0 && ++carrier->chunks == carrier->fails_at)
        return fault_set(fault, -EPIPE, "cut off");
    text_init(&request, COMMAND_REQUEST_MAX);
    text_init(&reply, COMMAND_REPLY_MAX);
    write_request(command, arguments, &request);
    assert_int_equal(store_begin(town.store, fault), 0);
    result = command_execute(town.store, request.bytes, request.length, "test", &reply, &effects);
    if (result < 0)
        (void)fault_set(fault, result, "%s", text_string(&reply));
    assert_int_equal(store_commit(town.store, NULL), 0);
    /* {"ok":true,"result":...} */
    if (result == 0)
        result =
            json_parse(reply.bytes + 20, reply.length - 21, COMMAND_REPLY_MAX, ret_result, fault);
    text_release(&request);
    text_release(&reply);
    return result;
}

static void note_progress(void *context, int64_t rows)
{
    struct carrier *carrier = context;

    assert_true(rows > carrier->progress);
    carrier->progress = rows;
}

static int check_file(int fd, struct task_import *ret_import, struct fault *fault)
{
    struct store *reader = NULL;
    int result;

    memset(&wrong, 0, sizeof wrong);
    assert_int_equal(store_open(town.home, STORE_READ, &reader, fault), 0);
    result = task_import_check(reader, fd, NOW_MS, ret_import, &wrong, fault);
    store_close(reader);
    return result;
}

static int send_file(int fd, const struct task_import *import, struct carrier *carrier,
                     struct task_import_answer *ret_answer, struct fault *fault)
{
    struct task_import_sender sender = {carry_out, note_progress, carrier, NULL};

    return task_import_send(import, fd, "tasks.csv", NOW_MS, &sender, ret_answer, fault);
}

/* Checks and sends; ends the test when it is refused. */
static void import_bytes(const char *bytes, size_t length, struct task_import_answer *ret_answer)
{
    struct carrier carrier = {.commands = 0};
    struct task_import import = {0};
    struct fault fault = {.text = ""};
    int fd = make_file(bytes, length);

    if (check_file(fd, &import, &fault) < 0 ||
        send_file(fd, &import, &carrier, ret_answer, &fault) < 0)
        fail_msg("%s", fault.text);
    task_import_release(&import);
    (void)close(fd);
}

static void check_import(const char *lines, int64_t new_rows, int64_t repeated, int64_t not_done,
                         int64_t undone)
{
    struct task_import_answer answer = {0};
    struct text file;

    text_init(&file, SIZE_MAX);
    text_append_string(&file, HEADER);
    text_append_string(&file, lines);
    import_bytes(file.bytes, file.length, &answer);
    text_release(&file);
    assert_int_equal(answer.rows, new_rows + repeated + not_done + undone);
    assert_int_equal(answer.new_rows, new_rows);
    assert_int_equal(answer.repeated, repeated);
    assert_int_equal(answer.not_done, not_done);
    assert_int_equal(answer.undone, undone);
}

static int64_t counted_tasks(void)
{
    struct savings savings = {0};
    int64_t tasks;

    town_savings(&town, INT32_MIN, INT32_MAX, SAVINGS_BY_ROBOT, &savings);
    tasks = savings.total.tasks;
    savings_release(&savings);
    return tasks;
}

static void a_reference_counts_once_in_its_window(void **state)
{
    (void)state;
    check_import("r,F-1,2025-04-01T09:00Z,business,,\n"
                 "r,F-1,2025-04-01T10:00Z,done,,\n"
                 "r,F-1,2025-04-02T10:00Z,done,,\n"
                 "r, F-1 ,2025-05-31T10:00Z,failed,,\n"
                 "r,F-2,2025-04-01T10:00Z,done,1200,a\n"
                 "r,F-1,2025-01-01T10:00Z,done,,\n",
                 2, 2, 2, 0);
    assert_int_equal(counted_tasks(), 2);
}

static void the_same_file_changes_nothing(void **state)
{
    static const char lines[] = "r,F-1,2025-04-01T10:00Z,done,,\n"
                                "r,F-2,2025-04-01T10:00Z,business,,\n"
                                "r,F-3,2025-04-01T10:00Z,done,,\n"
                                "r,F-3,2025-04-01T10:00Z,undone,,\n";

    (void)state;
    check_import(lines, 2, 0, 1, 1);
    assert_int_equal(counted_tasks(), 1);
    check_import(lines, 0, 4, 0, 0);
    assert_int_equal(counted_tasks(), 1);
    /* the same lines and one more are another file, and still repeats */
    check_import("r,F-1,2025-04-01T10:00Z,done,,\n"
                 "r,F-2,2025-04-01T10:00Z,business,,\n"
                 "r,F-3,2025-04-01T10:00Z,done,,\n"
                 "r,F-3,2025-04-01T10:00Z,undone,,\n"
                 "r,F-4,2025-04-01T10:00Z,done,,\n",
                 1, 4, 0, 0);
    assert_int_equal(counted_tasks(), 2);
}

static void a_task_of_an_earlier_import_is_taken_back(void **state)
{
    (void)state;
    check_import("r,F-1,2025-04-01T10:00Z,done,,\nr,F-2,2025-04-01T10:00Z,done,,\n", 2, 0, 0, 0);
    check_import("r,F-1,2025-04-01T10:00Z,undone,,\n", 0, 0, 0, 1);
    assert_int_equal(counted_tasks(), 1);
    check_import("r,F-1,2025-04-01T10:00Z,undone,,\nr,F-1,2025-04-01T10:00Z,done,,\n", 0, 2, 0, 0);
    assert_int_equal(counted_tasks(), 1);
}

static void an_empty_file_is_no_import(void **state)
{
    (void)state;
    check_import("", 0, 0, 0, 0);
    assert_int_equal(counted_tasks(), 0);
}

static void check_refusal(const char *lines, const char *expected)
{
    struct task_import import = {0};
    struct fault fault = {.text = ""};
    struct text file;
    int fd;

    text_init(&file, SIZE_MAX);
    text_append_string(&file, HEADER);
    text_append_string(&file, lines);
    fd = make_file(file.bytes, file.length);
    assert_int_equal(check_file(fd, &import, &fault), -EINVAL);
    if (strncmp(fault.text, expected, strlen(expected)) != 0)
        fail_msg("%s: %s", lines, fault.text);
    (void)close(fd);
    text_release(&file);
}

#define GOOD "r,F-1,2025-04-01T10:00Z,done,,\n"

static void refuses_lines_by_number(void **state)
{
    static const char *const cases[][2] = {
        {GOOD "nobody,F-1,2025-04-01T10:00Z,done,,\n", "line 3: the robot nobody is not known"},
        {GOOD "r,F-1,2025-04-01T10:00Z,done,,b\n", "line 3: the department b is not known"},
        {GOOD "r,F-1,2024-12-31T22:59Z,done,,\n", "line 3: there is no hourly rate for 2024-12-31"},
        {GOOD "r,F-1,2024-12-31T22:59Z,failed,,\n", "line 3: there is no hourly rate"},
        {GOOD "r,F-2,2025-04-01T10:00Z,undone,,\n",
         "line 3: there is no done task of r with this reference to take back in the window 2025, "
         "in the ledger or on an earlier line; business_date (else completed_at) must lie in "
         "the window of the task"},
        /* of another robot, another year, too late, or not done */
        {GOOD "other,F-1,2025-04-01T10:00Z,undone,,\n", "line 3: there is no done task of other"},
        {"r,F-1,2025-04-01T10:00Z,undone,,\n" GOOD, "line 2: there is no done task"},
        {"r,F-2,2025-04-01T10:00Z,business,,\n\nr,F-2,2025-04-01T10:00Z,undone,,\n",
         "line 4: there is no done task"},
        {GOOD "r,F-1,2025-04-01T10:00Z,maybe,,\n", "line 3: the outcome"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_refusal(cases[i][0], cases[i][1]);
    assert_int_equal(counted_tasks(), 0);
    /* an hour later it is another local day, which has a rate */
    check_import(GOOD "r,F-9,2024-12-31T23:00Z,done,,\n", 2, 0, 0, 0);
}

static void check_line(int index, const char *expected)
{
    if (strncmp(wrong.lines[index].text, expected, strlen(expected)) != 0)
        fail_msg("%d: %s", index, wrong.lines[index].text);
}

static void several_wrong_lines_are_named(void **state)
{
    (void)state;
    check_refusal("nobody,F-1,2025-04-01T10:00Z,done,,\n" GOOD "r,F-1,yesterday,done,,\n"
                  "r,F-1,2025-04-01T10:00Z,done\n" GOOD,
                  "3 lines are wrong; nothing was imported");
    assert_int_equal(wrong.count, 3);
    assert_false(wrong.is_cut);
    check_line(0, "line 2: the robot nobody is not known");
    check_line(1, "line 4: completed_at \"yesterday\"");
    check_line(2, "line 5: 4 columns");
    /* each undone line by itself, since nothing else is wrong */
    check_refusal(GOOD "r,F-2,2025-04-01T10:00Z,undone,,\nr,F-3,2025-04-01T10:00Z,undone,,\n",
                  "2 lines are wrong; nothing was imported");
    check_line(1, "line 4: there is no done task of r");
    /* it may be the wrong line that has the task */
    check_refusal("r,F-2,2025-04-01T10:00Z,done,x,\nr,F-2,2025-04-01T10:00Z,undone,,\n",
                  "line 2: duration_ms");
    assert_int_equal(wrong.count, 1);
    /* what is not CSV ends it */
    check_refusal("r,,2025-04-01T10:00Z,done,,\nr,\"F,2025-04-01T10:00Z,done,,\n" GOOD,
                  "at least 2 lines are wrong; nothing was imported; the rest of the file was not "
                  "checked");
    check_line(1, "line 3: a quote is not closed");
    assert_int_equal(counted_tasks(), 0);
}

static void check_many(int count, const char *expected)
{
    struct text file;
    int i;

    text_init(&file, SIZE_MAX);
    for (i = 0; i < count; i++)
        text_append_string(&file, "r,F-1,yesterday,done,,\n" GOOD);
    check_refusal(text_string(&file), expected);
    text_release(&file);
    check_line(9, "line 20: completed_at");
}

static void many_wrong_lines_are_counted(void **state)
{
    (void)state;
    check_many(12, "12 lines are wrong; nothing was imported; the first 10 are shown");
    assert_int_equal(wrong.count, 12);
    assert_false(wrong.is_cut);
    check_many(200, "at least 100 lines are wrong; nothing was imported; the first 10 are shown; "
                    "the rest of the file was not checked");
    assert_int_equal(wrong.count, 100);
}

/* completed_at only says the window; done for what was taken back is a repeat. */
static void a_task_is_taken_back_by_its_window(void **state)
{
    (void)state;
    check_import(GOOD, 1, 0, 0, 0);
    check_import("r,F-1,2025-01-09T23:00Z,undone,,\n", 0, 0, 0, 1);
    check_import("r,F-1,2025-04-02T10:00Z,done,,\n", 0, 1, 0, 0);
    assert_int_equal(counted_tasks(), 0);
    check_import("r,F-1 corrected,2025-04-01T10:00Z,done,,\n", 1, 0, 0, 0);
    assert_int_equal(counted_tasks(), 1);
}

static void erased_windows_are_refused(void **state)
{
    char path[128];

    (void)state;
    check_import(GOOD, 1, 0, 0, 0);
    (void)snprintf(path, sizeof path, "%s/keys", town.home);
    assert_int_equal(file_remove_tree(AT_FDCWD, path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    check_refusal("other,F-1,2025-04-01T10:00Z,done,,\nr,F-7,2025-04-01T10:00Z,done,,\n",
                  "line 3: ");
}

/* Rows of so many references, each once. */
static void write_many(struct text *file, int count)
{
    int i;

    text_append_string(file, HEADER);
    for (i = 0; i < count; i++)
        text_printf(file, "r,M-%d,2025-04-01T10:00Z,done,,\n", i);
}

static void an_import_that_was_cut_off_goes_on(void **state)
{
    struct carrier carrier = {.fails_at = 3};
    struct task_import_answer answer = {0};
    struct task_import import = {0};
    struct fault fault = {.text = ""};
    struct text file;
    int fd;

    (void)state;
    text_init(&file, SIZE_MAX);
    write_many(&file, 3500);
    fd = make_file(file.bytes, file.length);
    assert_int_equal(check_file(fd, &import, &fault), 0);
    assert_int_equal(import.rows, 3500);
    assert_int_equal(import.chunk_count, 4);
    assert_int_equal(send_file(fd, &import, &carrier, &answer, &fault), -EPIPE);
    assert_int_equal(counted_tasks(), 2000);
    assert_int_equal(carrier.progress, 2000);

    carrier = (struct carrier){.commands = 0};
    assert_int_equal(send_file(fd, &import, &carrier, &answer, &fault), 0);
    assert_int_equal(carrier.chunks, 2);
    assert_int_equal(carrier.commands, 4);
    assert_int_equal(carrier.progress, 3500);
    assert_int_equal(answer.new_rows, 3500);
    assert_false(answer.was_imported);
    assert_int_equal(counted_tasks(), 3500);

    carrier = (struct carrier){.commands = 0};
    assert_int_equal(send_file(fd, &import, &carrier, &answer, &fault), 0);
    assert_int_equal(carrier.commands, 1);
    assert_true(answer.was_imported);
    assert_int_equal(answer.repeated, 3500);
    task_import_release(&import);
    (void)close(fd);
    text_release(&file);
}

static void a_file_that_changes_is_not_sent(void **state)
{
    struct carrier carrier = {.commands = 0};
    struct task_import_answer answer = {0};
    struct task_import import = {0};
    struct fault fault = {.text = ""};
    struct text file;
    int fd;

    (void)state;
    text_init(&file, SIZE_MAX);
    write_many(&file, 2500);
    fd = make_file(file.bytes, file.length);
    assert_int_equal(check_file(fd, &import, &fault), 0);
    /* another reference in the second chunk; then a file that is too short */
    assert_true(pwrite(fd, "X", 1, (off_t)(strstr(file.bytes, "M-1500,") - file.bytes)) == 1);
    assert_int_equal(send_file(fd, &import, &carrier, &answer, &fault), -ESTALE);
    assert_int_equal(carrier.chunks, 1);
    assert_int_equal(counted_tasks(), 1000);
    assert_true(pwrite(fd, "M", 1, (off_t)(strstr(file.bytes, "M-1500,") - file.bytes)) == 1);
    assert_int_equal(ftruncate(fd, strstr(file.bytes, "r,M-2000,") - file.bytes), 0);
    carrier = (struct carrier){.commands = 0};
    assert_int_equal(send_file(fd, &import, &carrier, &answer, &fault), -ESTALE);
    assert_int_equal(counted_tasks(), 2000);
    task_import_release(&import);
    (void)close(fd);
    text_release(&file);
}

static void a_file_that_cannot_be_read_twice_is_refused(void **state)
{
    struct task_import import = {0};
    struct fault fault = {.text = ""};
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(check_file(ends[0], &import, &fault), -ESPIPE);
    (void)close(ends[0]);
    (void)close(ends[1]);
    task_import_release(NULL);
}

static void rows_outside_an_operation_are_told(void **state)
{
    static const char lines[] =
        HEADER "r,a,2025-03-31T10:00Z,done,,\nr,b,2025-04-30T22:01Z,done,,\n"
               "other,a,2025-05-02T10:00Z,failed,,\n";
    struct robot_operation april = {town_day("2025-04-01"), town_day("2025-04-30")};
    struct task_import import = {0};
    int fd = make_file(lines, sizeof lines - 1);

    (void)state;
    town_operations(&town, 1, &april, 1);
    assert_int_equal(check_file(fd, &import, NULL), 0);
    assert_int_equal(import.outside_operation, 3);
    assert_string_equal(import.outside_robots, "r (begins 2025-04-01), other (not begun)");
    task_import_release(&import);
    (void)close(fd);
}

int main(void)
{
#define TOWN_TEST(function) cmocka_unit_test_setup_teardown(function, open_town, close_town)
    const struct CMUnitTest tests[] = {
        TOWN_TEST(a_reference_counts_once_in_its_window),
        TOWN_TEST(the_same_file_changes_nothing),
        TOWN_TEST(a_task_of_an_earlier_import_is_taken_back),
        TOWN_TEST(an_empty_file_is_no_import),
        TOWN_TEST(refuses_lines_by_number),
        TOWN_TEST(several_wrong_lines_are_named),
        TOWN_TEST(many_wrong_lines_are_counted),
        TOWN_TEST(a_task_is_taken_back_by_its_window),
        TOWN_TEST(erased_windows_are_refused),
        TOWN_TEST(an_import_that_was_cut_off_goes_on),
        TOWN_TEST(a_file_that_changes_is_not_sent),
        TOWN_TEST(a_file_that_cannot_be_read_twice_is_refused),
        TOWN_TEST(rows_outside_an_operation_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
