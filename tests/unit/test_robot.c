#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/organisation.h"
#include "core/store/robot.h"
#include "core/store/sql.h"
#include "core/store/store.h"
#include "tests/unit/temp_home.h"

static char home[TEMP_HOME_PATH];
static struct fault fault;
static struct store *store;
static struct robot_list list;
static int64_t robot_id;

static int set_up(void **state)
{
    (void)state;
    if (temp_home_make(home) < 0)
        return -1;
    temp_home_create(home);
    store = temp_home_open(home);
    if (store_begin(store, &fault) < 0)
        return -1;
    return robot_put(store, "ove-overskud", "Ove Overskud", false, false, &robot_id, &fault);
}

static int tear_down(void **state)
{
    (void)state;
    robot_list_release(&list);
    store_close(store);
    return temp_home_remove(home);
}

static const struct robot *read_robot(void)
{
    const struct robot *robot;

    robot_list_release(&list);
    if (robot_list_read(store, &list, &fault) != 0)
        fail_msg("%s", fault.text);
    robot = robot_list_find(&list, "ove-overskud");
    assert_non_null(robot);
    assert_ptr_equal(robot_list_find_id(&list, robot->id), robot);
    return robot;
}

static void test_put_makes_and_changes(void **state)
{
    const struct robot *robot = read_robot();
    int64_t again = 0;
    int64_t other = 0;

    (void)state;
    assert_string_equal(robot->name, "Ove Overskud");
    assert_false(robot->is_external || robot->is_one_off || robot->is_paused);
    assert_int_equal(robot->window, WINDOW_YEAR);
    assert_null(robot->plugin);
    assert_null(robot->definition);
    assert_null(robot->folder);
    assert_int_equal(robot->side_effects, 0);
    assert_int_equal(robot_put(store, "aya", "Aya", true, true, &other, &fault), 0);
    assert_int_equal(robot_put(store, "ove-overskud", "Ove", true, false, &again, &fault), 0);
    assert_int_equal(again, robot_id);
    robot = read_robot();
    assert_string_equal(robot->name, "Ove");
    assert_true(robot->is_external);
    assert_int_equal(list.count, 2);
    assert_ptr_equal(robot, &list.robots[0]); /* its place is that of its making */
    assert_true(list.robots[1].is_one_off);
    assert_null(robot_list_find(&list, "nobody"));
    assert_null(robot_list_find_id(&list, 99));
}

static void test_put_checks(void **state)
{
    static char name[ROBOT_NAME_MAX + 2];
    int64_t id = 0;

    (void)state;
    assert_int_equal(robot_put(store, "Ove", "x", false, false, &id, &fault), -EINVAL);
    assert_int_equal(robot_put(store, "ove", "", false, false, &id, &fault), -EINVAL);
    memset(name, 'x', sizeof name - 1);
    assert_int_equal(robot_put(store, "ove", name, false, false, &id, &fault), -EINVAL);
    assert_int_equal(id, 0);
}

static void test_find(void **state)
{
    int64_t id = 0;

    (void)state;
    assert_int_equal(robot_find(store, "ove-overskud", &id, &fault), 0);
    assert_int_equal(id, robot_id);
    assert_int_equal(robot_find(store, "ove", &id, &fault), -ENOENT);
    assert_non_null(strstr(fault.text, "\"ove\""));
    assert_non_null(strstr(fault.text, "robot list"));
}

static void test_operation(void **state)
{
    const struct robot_operation good[] = {{200, ROBOT_NO_END}, {100, 110}, {111, 150}};
    const struct robot_operation backwards[] = {{100, 99}};
    const struct robot_operation overlap[] = {{100, 110}, {110, 120}};
    const struct robot_operation open_end[] = {{100, ROBOT_NO_END}, {200, 210}};
    const struct robot *robot = read_robot();

    (void)state;
    assert_false(robot_operates_on(robot, 100));
    assert_int_equal(robot_operations_set(store, robot_id, good, 3, &fault), 0);
    assert_int_equal(robot_operations_set(store, robot_id, backwards, 1, &fault), -EINVAL);
    assert_non_null(strstr(fault.text, "1970-04-11"));
    assert_int_equal(robot_operations_set(store, robot_id, overlap, 2, &fault), -EINVAL);
    assert_int_equal(robot_operations_set(store, robot_id, open_end, 2, &fault), -EINVAL);
    assert_int_equal(robot_operations_set(store, 99, good, 3, &fault), -EINVAL);
    robot = read_robot();
    assert_int_equal(robot->operation_count, 3);
    assert_int_equal(robot->operations[0].from_day, 100);
    assert_int_equal(robot->operations[2].to_day, ROBOT_NO_END);
    assert_false(robot_operates_on(robot, 99));
    assert_true(robot_operates_on(robot, 100));
    assert_true(robot_operates_on(robot, 150));
    assert_false(robot_operates_on(robot, 151));
    assert_true(robot_operates_on(robot, 100000));
    assert_int_equal(robot_operations_set(store, robot_id, NULL, 0, &fault), 0);
    assert_int_equal(read_robot()->operation_count, 0);
}

static void test_retire(void **state)
{
    const struct robot_operation operations[] = {{100, 110}, {120, 150}, {200, ROBOT_NO_END}};
    const struct robot *robot;

    (void)state;
    assert_int_equal(robot_retire(store, robot_id, 100, &fault), -EINVAL);
    assert_int_equal(robot_operations_set(store, robot_id, operations, 3, &fault), 0);
    assert_int_equal(robot_retire(store, robot_id, 99, &fault), -EINVAL);
    assert_int_equal(read_robot()->operation_count, 3);
    assert_int_equal(robot_retire(store, robot_id, 500, &fault), 0);
    assert_int_equal(read_robot()->operations[2].to_day, 500);
    assert_int_equal(robot_retire(store, robot_id, 200, &fault), 0);
    assert_int_equal(read_robot()->operations[2].to_day, 200);
    assert_int_equal(robot_retire(store, robot_id, 130, &fault), 0);
    robot = read_robot();
    assert_int_equal(robot->operation_count, 2);
    assert_int_equal(robot->operations[1].to_day, 130);
    /* Between two intervals: the one that has ended stays as it is. */
    assert_int_equal(robot_retire(store, robot_id, 115, &fault), 0);
    robot = read_robot();
    assert_int_equal(robot->operation_count, 1);
    assert_int_equal(robot->operations[0].to_day, 110);
}

static void test_shares(void **state)
{
    const struct robot_share *first = NULL;
    struct robot_share shares[4] = {{200, 0, 500000, 0}, {200, 0, 500000, 0}, {100, 0, 1000000, 0}};
    int64_t late = 0;
    int64_t early = 0;

    (void)state;
    assert_int_equal(department_put(store, "late", 2, &late, &fault), 0);
    assert_int_equal(department_put(store, "early", 1, &early, &fault), 0);
    shares[0].department_id = late;
    shares[1].department_id = early;
    shares[2].department_id = late;
    assert_int_equal(robot_shares_set(store, robot_id, shares, 3, &fault), 0);
    assert_int_equal(robot_shares_on(read_robot(), 99, &first), 0);
    assert_null(first);
    assert_int_equal(robot_shares_on(read_robot(), 199, &first), 1);
    assert_int_equal(first->millionths, 1000000);
    assert_int_equal(robot_shares_on(read_robot(), 200, &first), 2);
    assert_int_equal(first[0].department_id, early);
    assert_int_equal(first[1].department_id, late);

    shares[1].millionths = 500001;
    assert_int_equal(robot_shares_set(store, robot_id, shares, 3, &fault), -EINVAL);
    assert_non_null(strstr(fault.text, "sum to more than 1"));
    assert_non_null(strstr(fault.text, "1970-07-20"));
    shares[1].millionths = -1;
    assert_int_equal(robot_shares_set(store, robot_id, shares, 3, &fault), -EINVAL);
    shares[1] = shares[0];
    assert_int_equal(robot_shares_set(store, robot_id, shares, 3, &fault), -EINVAL);
    assert_non_null(strstr(fault.text, "twice"));
    shares[1].department_id = 99;
    assert_int_equal(store_part_begin(store, &fault), 0);
    assert_int_equal(robot_shares_set(store, robot_id, shares, 3, &fault), -EINVAL);
    assert_int_equal(store_part_end(store, false, &fault), 0);
    assert_int_equal(read_robot()->share_count, 3);
}

static void test_pause(void **state)
{
    (void)state;
    assert_int_equal(robot_pause(store, robot_id, "anna", "maintenance", 7, &fault), 0);
    assert_true(read_robot()->is_paused);
    assert_int_equal(robot_pause(store, robot_id, "anna", "maintenance", 7, &fault), 0);
    assert_int_equal(robot_resume(store, robot_id, &fault), 0);
    assert_false(read_robot()->is_paused);
    assert_int_equal(robot_pause(store, 99, NULL, NULL, 7, &fault), -ENOENT);
}

static int run(const char *text)
{
    return sql_run_plain(store, text, &fault);
}

static char plugin_id[] = "invoice";
static char definition_text[] = "{\"plugin\":\"invoice\"}";
static char folder_name[] = "/srv/robots/ove";
static const struct robot definition = {.plugin = plugin_id,
                                        .side_effects = 3,
                                        .definition = definition_text,
                                        .folder = folder_name,
                                        .window = WINDOW_MONTH};

static void test_install(void **state)
{
    const struct robot *robot;

    (void)state;
    assert_int_equal(robot_install(store, robot_id, &definition, &fault), 0);
    robot = read_robot();
    assert_string_equal(robot->plugin, "invoice");
    assert_string_equal(robot->definition, definition_text);
    assert_string_equal(robot->folder, folder_name);
    assert_int_equal(robot->side_effects, 3);
    assert_int_equal(robot->window, WINDOW_MONTH);
    assert_int_equal(robot_install(store, 99, &definition, &fault), -ENOENT);
}

static void test_install_holds_the_window(void **state)
{
    struct robot other = definition;

    (void)state;
    assert_int_equal(robot_install(store, robot_id, &definition, &fault), 0);
    other.window = (enum robot_window)9;
    assert_int_equal(robot_install(store, robot_id, &other, &fault), -EINVAL);
    other.window = WINDOW_EVER;
    assert_int_equal(robot_install(store, robot_id, &other, &fault), 0);
    assert_int_equal(run("INSERT INTO ledger VALUES(1, 0, zeroblob(16), 1, 1)"), 0);
    assert_int_equal(robot_install(store, robot_id, &other, &fault), 0);
    assert_int_equal(robot_install(store, robot_id, &definition, &fault), -EBUSY);
    assert_non_null(strstr(fault.text, "ove-overskud"));
    assert_int_equal(run("DELETE FROM ledger"), 0);
    assert_int_equal(run("INSERT INTO item(robot_id, window, ref_hash, state, priority, "
                         "business_day, attempts, payload_hash, masked, created_ms, changed_ms) "
                         "VALUES(1, 0, zeroblob(16), 3, 0, 0, 0, x'00', '', 0, 0)"),
                     0);
    assert_int_equal(robot_install(store, robot_id, &definition, &fault), -EBUSY);
    assert_int_equal(run("DELETE FROM item"), 0);
    /* What was imported and not done has left rows and a key; `ever` is 0, and so is a day. */
    assert_int_equal(run("INSERT INTO reference_key VALUES(1, 0, x'00', 0)"), 0);
    assert_int_equal(run("INSERT INTO import_seen VALUES(1, 0, x'00')"), 0);
    assert_int_equal(robot_install(store, robot_id, &definition, &fault), -EBUSY);
    assert_int_equal(robot_install(store, robot_id, &other, &fault), 0);
    assert_int_equal(read_robot()->window, WINDOW_EVER);
}

/* A run adds its items to windows of the kind it began with, so that is the robot's until it ends. */
static void test_install_holds_the_window_of_a_run(void **state)
{
    struct robot other = definition;

    (void)state;
    other.window = WINDOW_DAY;
    assert_int_equal(robot_install(store, robot_id, &definition, &fault), 0);
    assert_int_equal(run("INSERT INTO run(robot_id, cause, state, asked_by, fence, created_ms) "
                         "VALUES(1, 1, 1, 'x', 0, 0)"),
                     0);
    assert_int_equal(robot_install(store, robot_id, &other, &fault), 0); /* it has not begun */
    assert_int_equal(robot_window_check(store, robot_id, WINDOW_MONTH, &fault), -EINVAL);
    assert_int_equal(robot_window_check(store, robot_id, WINDOW_DAY, &fault), 0);
    assert_int_equal(run("UPDATE run SET state = 2"), 0);
    assert_int_equal(robot_install(store, robot_id, &definition, &fault), -EBUSY);
    assert_non_null(strstr(fault.text, "goes on"));
    assert_int_equal(robot_install(store, robot_id, &other, &fault), 0);
    assert_int_equal(run("UPDATE run SET state = 3, ending = 1"), 0);
    assert_int_equal(robot_install(store, robot_id, &definition, &fault), 0);
}

/* A daemon that finds a run lost knows no other class of side effects than the robot's. */
static void test_side_effects_are_of_the_runs_that_go_on(void **state)
{
    struct robot other = definition;

    (void)state;
    other.side_effects = 1;
    assert_int_equal(robot_install(store, robot_id, &other, &fault), 0);
    assert_int_equal(run("INSERT INTO run(robot_id, cause, state, asked_by, fence, created_ms) "
                         "VALUES(1, 1, 2, 'x', 0, 0), (1, 1, 1, 'x', 0, 0)"),
                     0);
    assert_int_equal(robot_side_effects_begin(store, robot_id, 1, 3, &fault), 0);
    assert_int_equal(read_robot()->side_effects, 3); /* its plugin was replaced */
    assert_int_equal(robot_install(store, robot_id, &other, &fault), 0);
    assert_int_equal(read_robot()->side_effects, 3); /* the first run goes on */
    assert_int_equal(run("UPDATE run SET state = 2 WHERE id = 2"), 0);
    assert_int_equal(robot_side_effects_begin(store, robot_id, 2, 2, &fault), 0);
    assert_int_equal(read_robot()->side_effects, 3);
    assert_int_equal(run("UPDATE run SET state = 3, ending = 1 WHERE id = 1"), 0);
    assert_int_equal(robot_side_effects_begin(store, robot_id, 2, 2, &fault), 0);
    assert_int_equal(read_robot()->side_effects, 2);
    assert_int_equal(run("UPDATE run SET state = 3, ending = 1"), 0);
    assert_int_equal(robot_install(store, robot_id, &other, &fault), 0);
    assert_int_equal(read_robot()->side_effects, 1);
}

static void test_windows(void **state)
{
    int32_t day = clock_day(2025, 4, 1);
    char name[16];

    (void)state;
    assert_int_equal(robot_window_of(WINDOW_DAY, day), day);
    assert_int_equal(robot_window_of(WINDOW_MONTH, day), 2025 * 12 + 3);
    assert_int_equal(robot_window_of(WINDOW_YEAR, day), 2025);
    assert_int_equal(robot_window_of(WINDOW_EVER, day), 0);
    robot_window_name(WINDOW_DAY, robot_window_of(WINDOW_DAY, day), name, sizeof name);
    assert_string_equal(name, "2025-04-01");
    robot_window_name(WINDOW_MONTH, robot_window_of(WINDOW_MONTH, day), name, sizeof name);
    assert_string_equal(name, "2025-04");
    robot_window_name(WINDOW_YEAR, robot_window_of(WINDOW_YEAR, day), name, sizeof name);
    assert_string_equal(name, "2025");
    robot_window_name(WINDOW_EVER, 0, name, sizeof name);
    assert_string_equal(name, "ever");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_put_makes_and_changes),
        TEST(test_put_checks),
        TEST(test_find),
        TEST(test_operation),
        TEST(test_retire),
        TEST(test_shares),
        TEST(test_pause),
        TEST(test_install),
        TEST(test_install_holds_the_window),
        TEST(test_install_holds_the_window_of_a_run),
        TEST(test_side_effects_are_of_the_runs_that_go_on),
        TEST(test_windows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
