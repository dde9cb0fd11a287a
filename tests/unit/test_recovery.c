/* What a new daemon does with the runs of one that died. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/clock.h"
#include "core/run/daemon_inner.h"
#include "core/store/robot.h"
#include "core/store/run_record.h"
#include "core/store/store.h"
#include "tests/unit/queue_home.h"

static struct queue queue;

static int set_up(void **state)
{
    (void)state;
    queue_open(&queue, WINDOW_YEAR, IDEMPOTENT);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

static void install(char *definition)
{
    static char plugin[] = "test";
    struct robot robot = {.window = WINDOW_YEAR,
                          .plugin = plugin,
                          .side_effects = IDEMPOTENT,
                          .definition = definition};

    queue_begin(&queue);
    queue_need(&queue, robot_install(queue.store, queue.policy.robot_id, &robot, &queue.fault));
    queue_commit(&queue);
}

/* An item is in hand when the daemon dies; the robot is defined by this text. */
static void crash_and_recover(char *definition)
{
    install(definition);
    queue_begin(&queue);
    assert_true(queue_add(&queue, "A", "p") > 0);
    assert_int_equal(queue_lease(&queue, 1), 1);
    queue_commit(&queue);
    queue_crash(&queue);
    queue_need(&queue, recovery_make(queue.store, &queue.fault));
    queue_verify(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT ending FROM run ORDER BY id"), RUN_LOST);
    assert_int_equal(queue_ask(&queue, "SELECT attempts FROM item"), 1);
}

static void one_attempt_is_one(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"attempts\":1}";

    (void)state;
    crash_and_recover(definition);
    assert_int_equal(queue_ask(&queue, "SELECT state FROM item"), ITEM_WAITING);
}

static void two_attempts_are_two(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"attempts\":2}";

    (void)state;
    crash_and_recover(definition);
    assert_int_equal(queue_ask(&queue, "SELECT state FROM item"), ITEM_READY);
}

static void of_an_unreadable_definition_none_follows(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"attempts\":\"many\"}";

    (void)state;
    crash_and_recover(definition);
    assert_int_equal(queue_ask(&queue, "SELECT state FROM item"), ITEM_WAITING);
}

/* Runs that wait after the crash of a robot that is in operation in that interval. */
static int64_t queued_within(char *definition, const struct robot_operation *interval)
{
    queue_begin(&queue);
    queue_need(&queue,
               robot_operations_set(queue.store, queue.policy.robot_id, interval, 1, &queue.fault));
    queue_commit(&queue);
    crash_and_recover(definition);
    return queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1");
}

static int64_t queued_after_a_crash(char *definition)
{
    static const struct robot_operation always = {0, ROBOT_NO_END};

    return queued_within(definition, &always);
}

static void a_robot_goes_on(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"pause_after\":2}";

    (void)state;
    assert_int_equal(queued_after_a_crash(definition), 1);
    assert_int_equal(queue_ask(&queue, "SELECT paused FROM robot"), 0);
}

/* Its run waits until somebody resumes it: else nothing would start one then. */
static void a_robot_that_is_paused_for_it_goes_on_when_it_may(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"pause_after\":1}";

    (void)state;
    assert_int_equal(queued_after_a_crash(definition), 1);
    assert_int_equal(queue_ask(&queue, "SELECT paused FROM robot"), 1);
    queue_crash(&queue);
    queue_need(&queue, recovery_make(queue.store, &queue.fault));
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1"), 1);
}

static void a_robot_that_was_paused_goes_on_when_it_may(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"pause_after\":2}";

    (void)state;
    temp_home_plant(queue.home, "UPDATE robot SET paused = 1");
    assert_int_equal(queued_after_a_crash(definition), 1);
}

/* Its run waits until it is in operation again: nothing else may start one then. */
static void a_robot_that_is_out_of_operation_goes_on_when_it_may(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"pause_after\":2}";
    struct robot_operation later = {clock_local_day(clock_now_ms()) + 1, ROBOT_NO_END};

    (void)state;
    assert_int_equal(queued_within(definition, &later), 1);
}

/* Nobody knows yet that it will be back. One run, however often the daemon starts until then. */
static void a_robot_that_has_no_day_of_operation_left_goes_on_when_it_has_one(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"pause_after\":2}";
    struct robot_operation past = {0, clock_local_day(clock_now_ms()) - 1};

    (void)state;
    assert_int_equal(queued_within(definition, &past), 1);
    queue_crash(&queue);
    queue_need(&queue, recovery_make(queue.store, &queue.fault));
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1"), 1);
}

/* A run of the robot goes on all the while. */
static void a_robot_goes_on_however_much_is_imported_meanwhile(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"pause_after\":2}";

    (void)state;
    temp_home_plant(
        queue.home,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) "
        "INSERT INTO run(robot_id, cause, state, ending, asked_by, fence, created_ms, started_ms, "
        "ended_ms) SELECT id, 4, 3, 1, 'x', 1, 1, 1, 1 FROM n, robot");
    assert_int_equal(queued_after_a_crash(definition), 1);
}

/* Short ones beside it, while it went on. */
static void a_robot_goes_on_however_many_runs_ended_meanwhile(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"pause_after\":2}";

    (void)state;
    temp_home_plant(
        queue.home,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300) "
        "INSERT INTO run(robot_id, cause, state, ending, asked_by, fence, created_ms, started_ms, "
        "ended_ms) SELECT robot_id, 1, 3, 1, 'x', fence + i, created_ms, created_ms, created_ms "
        "FROM n, run");
    assert_int_equal(queued_after_a_crash(definition), 1);
}

/* The next one after it, at this time by its clock. */
static int64_t ask(int64_t at_ms)
{
    int64_t id = 0;

    queue_need(&queue, run_create(queue.store, queue.policy.robot_id, RUN_BY_HAND, "test", at_ms,
                                  &id, &queue.fault));
    return id;
}

static void stop(int64_t id)
{
    queue_need(&queue, run_end(queue.store, id, RUN_STOPPED, "x", queue.now_ms, &queue.fault));
}

/* Its clock may have stood ahead: that it is made later says nothing. */
static void a_run_that_never_began_has_not_gone_on(void **state)
{
    static const int64_t four_hours_ms = 14400000;
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"pause_after\":2}";

    (void)state;
    queue_begin(&queue);
    stop(ask(queue.now_ms + four_hours_ms));
    queue_commit(&queue);
    assert_int_equal(queued_after_a_crash(definition), 1);
}

/* It was to collect what a full queue had not taken, and says nothing of who went on beside it and was lost since. */
static void who_was_asked_again_for_a_full_queue_has_not_gone_on(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"pause_after\":2}";
    int64_t id = 0;

    (void)state;
    queue_begin(&queue);
    queue_need(&queue, run_create(queue.store, queue.policy.robot_id, RUN_BY_RETRY,
                                  RUN_ASKED_BY_FULL_QUEUE, queue.now_ms, &id, &queue.fault));
    stop(id);
    queue_commit(&queue);
    assert_int_equal(queued_after_a_crash(definition), 1);
}

/* That one may be stopped, refused or fail in vain, and is owed nothing. One that is owed is enough. */
static void a_robot_goes_on_though_another_run_waits(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"pause_after\":2}";

    (void)state;
    queue_begin(&queue);
    (void)ask(queue.now_ms);
    queue_commit(&queue);
    assert_int_equal(queued_after_a_crash(definition), 2);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1 AND cause = 3"),
                     1);
    queue_crash(&queue);
    queue_need(&queue, recovery_make(queue.store, &queue.fault));
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1"), 2);
}

static void what_a_person_stopped_before_it_began_stays_stopped(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"pause_after\":2}";

    (void)state;
    assert_int_equal(queued_after_a_crash(definition), 1);
    queue_begin(&queue);
    stop(queue_ask(&queue, "SELECT id FROM run WHERE state = 1"));
    stop(ask(queue.now_ms));
    queue_commit(&queue);
    queue_crash(&queue);
    queue_need(&queue, recovery_make(queue.store, &queue.fault));
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1"), 0);
}

/* Asked for before the other was lost, by a clock that stood behind since; it is cut off in its turn. */
static void what_began_since_has_gone_on(void **state)
{
    static const unsigned char plugin_hash[32] = {1};
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"pause_after\":9}";
    int64_t fence = 0;
    int64_t id = 0;

    (void)state;
    assert_int_equal(queued_after_a_crash(definition), 1);
    queue_begin(&queue);
    stop(queue_ask(&queue, "SELECT id FROM run WHERE state = 1"));
    id = ask(1);
    queue_need(&queue, run_start(queue.store, id, plugin_hash, 1, &fence, &queue.fault));
    queue_need(&queue, run_end(queue.store, id, RUN_DONE, NULL, 2, &queue.fault));
    queue_commit(&queue);
    temp_home_plant(queue.home, "UPDATE run SET asked_by = 'x' WHERE ending = 3");
    queue_crash(&queue);
    queue_need(&queue, recovery_make(queue.store, &queue.fault));
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1"), 0);
    queue_begin(&queue);
    queue_run(&queue);
    queue_commit(&queue);
    queue_crash(&queue);
    queue_need(&queue, recovery_make(queue.store, &queue.fault));
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1"), 1);
}

static void behind_a_red_gate_the_next_run_waits(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"pause_after\":2}";

    (void)state;
    temp_home_plant(queue.home, "INSERT INTO gate(robot_id, item, state, note, by_whom, at_ms) "
                                "SELECT id, 2, 2, 'x', 'x', 1 FROM robot");
    assert_int_equal(queued_after_a_crash(definition), 1);
}

/* What the store keeps for a run that has begun, and whether it has collected with it. */
static int64_t begun_with_input(const char *input, bool has_collected)
{
    static const unsigned char plugin_hash[32] = {1};
    struct run_new run = {.robot_id = queue.policy.robot_id,
                          .cause = RUN_BY_ONCE,
                          .asked_by = "test",
                          .now_ms = queue.now_ms,
                          .expected_ms = 7,
                          .input = input};
    int64_t fence = 0;
    int64_t id = 0;

    queue_begin(&queue);
    queue_need(&queue, run_create_of(queue.store, &run, &id, &queue.fault));
    queue_need(&queue, run_start(queue.store, id, plugin_hash, queue.now_ms, &fence, &queue.fault));
    if (has_collected)
        queue_need(&queue, run_input_drop(queue.store, id, &queue.fault));
    queue_commit(&queue);
    return id;
}

static void each_input_that_was_cut_off_is_asked_again(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\"}";

    (void)state;
    (void)begun_with_input("{\"a\":1}", false);
    (void)begun_with_input("{\"a\":2}", false);
    (void)begun_with_input("{\"a\":3}", true);
    assert_int_equal(queued_after_a_crash(definition), 2);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1 AND cause = 3 AND "
                                       "asked_by = 'recovery' AND expected_ms = 7"),
                     2);
    assert_int_equal(queue_ask(&queue, "SELECT input ->> '$.a' FROM run WHERE state = 1 "
                                       "ORDER BY id"),
                     1);
    assert_int_equal(queue_ask(&queue, "SELECT input ->> '$.a' FROM run WHERE state = 1 "
                                       "ORDER BY id DESC"),
                     2);
    assert_int_equal(queue_ask(&queue, "SELECT count(input) FROM run WHERE state = 3"), 0);
    queue_crash(&queue); /* before any of them has begun */
    queue_need(&queue, recovery_make(queue.store, &queue.fault));
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1"), 2);
}

static void an_input_that_was_collected_is_not_asked_again(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\"}";

    (void)state;
    (void)begun_with_input("{\"a\":3}", true);
    assert_int_equal(queued_after_a_crash(definition), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(input) FROM run"), 0);
}

static void an_input_that_ends_the_daemon_waits_for_a_person(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"pause_after\":2}";

    (void)state;
    (void)begun_with_input("{\"a\":1}", false);
    assert_int_equal(queued_after_a_crash(definition), 1); /* two are lost */
    assert_int_equal(queue_ask(&queue, "SELECT paused FROM robot"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(input) FROM run WHERE state = 1"), 1);
}

/* Of the queue's run, or another; the daemon dies then before it has ended. */
static void ask_to_stop(int64_t run_id)
{
    queue_begin(&queue);
    queue_need(&queue, run_note_stop(queue.store, run_id, "A Person", &queue.fault));
    queue_commit(&queue);
}

static int64_t has_note(int64_t run_id, const char *note)
{
    struct run_record run;

    queue_need(&queue, run_read(queue.store, run_id, &run, &queue.fault));
    return strcmp(run.note, note) == 0;
}

/* An item in hand, an input that was not collected, and a robot that one failure pauses. */
static void what_a_person_stopped_is_not_gone_on_with(void **state)
{
    static const struct robot_operation always = {0, ROBOT_NO_END};
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"pause_after\":1,\"attempts\":2}";
    int64_t asked = begun_with_input("{\"a\":1}", false);

    (void)state;
    install(definition);
    queue_begin(&queue);
    queue_need(&queue,
               robot_operations_set(queue.store, queue.policy.robot_id, &always, 1, &queue.fault));
    assert_true(queue_add(&queue, "A", "p") > 0);
    assert_int_equal(queue_lease(&queue, 1), 1);
    queue_commit(&queue);
    ask_to_stop(asked);
    ask_to_stop(queue.run_id);
    queue_crash(&queue);
    queue_need(&queue, recovery_make(queue.store, &queue.fault));
    queue_verify(&queue);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run"), 2);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE ending = 3"), 2);
    assert_true(has_note(queue.run_id, "stopped by A Person; the daemon ended before it had"));
    assert_int_equal(queue_ask(&queue, "SELECT paused FROM robot"), 0);
    assert_int_equal(queue_ask(&queue, "SELECT attempts FROM item"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT state FROM item"), ITEM_READY);
    queue_crash(&queue);
    queue_need(&queue, recovery_make(queue.store, &queue.fault));
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run"), 2);
}

/* Before the daemon that stopped it there was another. */
static void what_a_person_stopped_when_it_had_gone_on_stays_stopped(void **state)
{
    static const unsigned char plugin_hash[32] = {1};
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"pause_after\":2}";
    int64_t fence = 0;
    int64_t id;

    (void)state;
    assert_int_equal(queued_after_a_crash(definition), 1);
    id = queue_ask(&queue, "SELECT id FROM run WHERE state = 1");
    queue_begin(&queue);
    queue_need(&queue, run_start(queue.store, id, plugin_hash, 1, &fence, &queue.fault));
    queue_commit(&queue);
    ask_to_stop(id);
    queue_crash(&queue);
    queue_need(&queue, recovery_make(queue.store, &queue.fault));
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1"), 0);
    assert_int_equal(queue_ask(&queue, "SELECT ending FROM run ORDER BY id DESC"), RUN_STOPPED);
}

/* That one was stopped says nothing of the other. */
static void what_was_lost_beside_a_run_that_was_stopped_goes_on(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"pause_after\":2}";

    (void)state;
    ask_to_stop(begun_with_input("{\"a\":1}", false));
    assert_int_equal(queued_after_a_crash(definition), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(input) FROM run"), 0);
}

/* Its last step fails, for the robot's pause cannot be written; the next start makes all of it. */
static void a_recovery_is_whole_or_it_is_not(void **state)
{
    char definition[] = "{\"id\":\"franco\",\"plugin\":\"test\",\"pause_after\":1}";

    (void)state;
    (void)begun_with_input("{\"a\":1}", false);
    install(definition);
    queue_crash(&queue);
    temp_home_plant(queue.home, "CREATE TRIGGER full BEFORE INSERT ON audit "
                                "BEGIN SELECT RAISE(ABORT, 'full'); END");
    assert_true(recovery_make(queue.store, &queue.fault) < 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1"), 0);
    assert_int_equal(queue_ask(&queue, "SELECT count(input) FROM run WHERE state = 2"), 1);
    temp_home_plant(queue.home, "DROP TRIGGER full");
    queue_need(&queue, recovery_make(queue.store, &queue.fault));
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run WHERE state = 1"), 1);
    assert_int_equal(queue_ask(&queue, "SELECT count(input) FROM run"), 1);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(one_attempt_is_one),
        TEST(two_attempts_are_two),
        TEST(of_an_unreadable_definition_none_follows),
        TEST(a_robot_goes_on),
        TEST(a_robot_that_is_paused_for_it_goes_on_when_it_may),
        TEST(a_robot_that_was_paused_goes_on_when_it_may),
        TEST(a_robot_that_is_out_of_operation_goes_on_when_it_may),
        TEST(a_robot_that_has_no_day_of_operation_left_goes_on_when_it_has_one),
        TEST(a_robot_goes_on_however_much_is_imported_meanwhile),
        TEST(a_robot_goes_on_however_many_runs_ended_meanwhile),
        TEST(a_run_that_never_began_has_not_gone_on),
        TEST(who_was_asked_again_for_a_full_queue_has_not_gone_on),
        TEST(a_robot_goes_on_though_another_run_waits),
        TEST(what_a_person_stopped_before_it_began_stays_stopped),
        TEST(what_began_since_has_gone_on),
        TEST(behind_a_red_gate_the_next_run_waits),
        TEST(each_input_that_was_cut_off_is_asked_again),
        TEST(an_input_that_was_collected_is_not_asked_again),
        TEST(an_input_that_ends_the_daemon_waits_for_a_person),
        TEST(what_a_person_stopped_is_not_gone_on_with),
        TEST(what_a_person_stopped_when_it_had_gone_on_stays_stopped),
        TEST(what_was_lost_beside_a_run_that_was_stopped_goes_on),
        TEST(a_recovery_is_whole_or_it_is_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
