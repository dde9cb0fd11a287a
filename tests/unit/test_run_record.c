#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "core/store/run_record.h"
#include "core/store/store.h"
#include "core/store/trigger.h"
#include "tests/unit/queue_home.h"

static struct queue queue;
static int64_t trigger_id;
static const unsigned char plugin_hash[32] = {9};

static int set_up(void **state)
{
    static const char *const crons[] = {"0 7 * * *", "*/5 * * * *"};
    static char plugin[] = "test";
    struct robot definition = {.window = WINDOW_YEAR, .plugin = plugin, .side_effects = IDEMPOTENT};

    (void)state;
    queue_open(&queue, WINDOW_YEAR, IDEMPOTENT);
    queue_begin(&queue);
    queue_need(&queue,
               robot_install(queue.store, queue.policy.robot_id, &definition, &queue.fault));
    queue_triggers(&queue, crons, 2);
    trigger_id = queue_ask(&queue, "SELECT id FROM trigger WHERE cron = '0 7 * * *'");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    queue_close(&queue);
    return 0;
}

static int64_t create(void)
{
    int64_t id = 0;

    queue_need(&queue, run_create(queue.store, queue.policy.robot_id, RUN_BY_HAND, "Bo",
                                  queue.now_ms, &id, &queue.fault));
    return id;
}

static int start(int64_t id, int64_t *ret_fence)
{
    return run_start(queue.store, id, plugin_hash, queue.now_ms, ret_fence, &queue.fault);
}

static void lives_and_ends(void **state)
{
    struct run_record run;
    int64_t id = create();
    int64_t fence = 0;

    (void)state;
    queue_need(&queue, run_read(queue.store, id, &run, &queue.fault));
    assert_int_equal(run.state, RUN_QUEUED);
    assert_int_equal(run.fence, 0);
    assert_int_equal(run.started_ms, 0);
    assert_string_equal(run.asked_by, "Bo");
    assert_string_equal(run.robot, "franco");
    assert_int_equal(start(id, &fence), 0);
    assert_int_equal(start(id, &fence), -EINVAL);
    queue.run_id = id;
    queue.fence = fence;
    queue.seq = 0;
    (void)queue_add(&queue, "A", "p");
    (void)queue_lease(&queue, 1);
    (void)queue_result(&queue, queue.leased[0].id, BUSINESS);
    queue_need(&queue,
               run_end(queue.store, id, RUN_FAILED, "it broke", queue.now_ms + 5, &queue.fault));
    assert_int_equal(run_end(queue.store, id, RUN_DONE, "again", 0, &queue.fault), 1);
    assert_int_equal(start(id, &fence), -EINVAL);
    queue_need(&queue, run_read(queue.store, id, &run, &queue.fault));
    assert_int_equal(run.state, RUN_ENDED);
    assert_int_equal(run.ending, RUN_FAILED);
    assert_int_equal(run.fence, queue.fence);
    assert_int_equal(run.ended_ms, queue.now_ms + 5);
    assert_int_equal(run.business, 1); /* not written yet, but said */
    assert_int_equal(run.done + run.failed, 0);
    assert_string_equal(run.note, "it broke");
}

static void a_queued_run_can_be_ended(void **state)
{
    struct run_record run;
    int64_t id = create();

    (void)state;
    assert_int_equal(run_end(queue.store, id, RUN_STOPPED, NULL, 1, &queue.fault), 0);
    queue_need(&queue, run_read(queue.store, id, &run, &queue.fault));
    assert_int_equal(run.ending, RUN_STOPPED);
    assert_string_equal(run.note, "");
}

static void unknown_runs(void **state)
{
    struct run_record run;
    int64_t fence = 0;
    int64_t id = 0;

    (void)state;
    assert_int_equal(run_read(queue.store, 99, &run, &queue.fault), -ENOENT);
    assert_int_equal(start(99, &fence), -ENOENT);
    assert_int_equal(run_end(queue.store, 99, RUN_DONE, NULL, 1, &queue.fault), -ENOENT);
    assert_true(run_create(queue.store, 99, RUN_BY_HAND, "Bo", 1, &id, &queue.fault) < 0);
    assert_int_equal(
        run_create(queue.store, queue.policy.robot_id, RUN_BY_HAND, "", 1, &id, &queue.fault),
        -EINVAL);
}

static void fences_rise_and_are_never_given_twice(void **state)
{
    int64_t last = queue.fence;
    int64_t fence = 0;
    int i;

    (void)state;
    queue_commit(&queue);
    for (i = 0; i < 12; i++) {
        queue_begin(&queue);
        assert_int_equal(start(create(), &fence), 0);
        assert_true(fence > last);
        assert_int_equal(fence >> 32, store_generation(queue.store));
        last = fence;
        if (i % 3 == 0)
            queue_commit(&queue);
        else if (i % 3 == 1)
            store_rollback(queue.store);
        else
            queue_crash(&queue);
    }
}

static int fire(int64_t trigger, int64_t nominal_ms, int64_t *ret_run)
{
    struct fire time = {.trigger_id = trigger, .nominal_ms = nominal_ms};

    return fire_run(queue.store, &time, 0, queue.now_ms, ret_run, &queue.fault);
}

static int skip_time(int64_t nominal_ms, const char *reason)
{
    struct fire time = {.trigger_id = trigger_id, .nominal_ms = nominal_ms, .skipped = reason};

    return fire_skip(queue.store, &time, &queue.fault);
}

static void fires_once_per_time(void **state)
{
    struct run_record run;
    int64_t id = 0;
    int64_t again = 0;

    (void)state;
    queue_need(&queue, fire(trigger_id, 1000, &id));
    assert_int_equal(fire(trigger_id, 1000, &again), -EEXIST);
    assert_int_equal(skip_time(1000, "paused"), -EEXIST);
    assert_int_equal(again, 0);
    queue_need(&queue, run_read(queue.store, id, &run, &queue.fault));
    assert_int_equal(run.cause, RUN_BY_CRON);
    assert_string_equal(run.asked_by, "cron 0 7 * * *");
    queue_need(&queue, skip_time(2000, "paused"));
    assert_int_equal(fire(trigger_id, 2000, &again), -EEXIST);
    assert_int_equal(fire(99, 1000, &again), -ENOENT);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM fire"), 2);
    assert_int_equal(queue_ask(&queue, "SELECT count(*) FROM run"), 2); /* and the set-up's */
}

static int keep_trigger(const struct trigger *trigger, void *context)
{
    struct trigger *kept = context;

    kept[trigger->id == trigger_id ? 0 : 1] = *trigger;
    return 0;
}

static void triggers_know_their_last_time(void **state)
{
    struct trigger triggers[2];
    int64_t id = 0;

    (void)state;
    memset(triggers, 0, sizeof triggers);
    queue_need(&queue, fire(trigger_id, 1000, &id));
    queue_need(&queue, skip_time(3000, "why"));
    queue_need(&queue, fire(trigger_id, 2000, &id));
    queue_need(&queue, trigger_each(queue.store, 0, keep_trigger, triggers, &queue.fault));
    assert_int_equal(triggers[0].last_nominal_ms, 3000);
    assert_string_equal(triggers[0].rule.cron, "0 7 * * *");
    assert_int_equal(triggers[0].robot_id, queue.policy.robot_id);
    assert_int_equal(triggers[1].last_nominal_ms, 0);
}

struct runs {
    int64_t ids[16];
    size_t count;
    size_t stop_at;
};

static int keep_run(const struct run_record *run, void *context)
{
    struct runs *runs = context;

    runs->ids[runs->count++] = run->id;
    return runs->count == runs->stop_at;
}

static void lists(void **state)
{
    struct runs runs = {.count = 0};
    int64_t first = queue.run_id;
    int64_t second = create();
    int64_t third = create();

    (void)state;
    queue_need(&queue, run_end(queue.store, second, RUN_DONE, NULL, 1, &queue.fault));
    queue_need(&queue, run_each(queue.store, 0, 9, keep_run, &runs, &queue.fault));
    assert_int_equal(runs.count, 3);
    assert_int_equal(runs.ids[0], third);
    assert_int_equal(runs.ids[2], first);
    runs.count = 0;
    queue_need(&queue,
               run_each(queue.store, queue.policy.robot_id, 2, keep_run, &runs, &queue.fault));
    assert_int_equal(runs.count, 2);
    runs.count = 0;
    queue_need(&queue, run_each(queue.store, 77, 9, keep_run, &runs, &queue.fault));
    assert_int_equal(runs.count, 0);
    queue_need(&queue, run_each_open(queue.store, keep_run, &runs, &queue.fault));
    assert_int_equal(runs.count, 2);
    assert_int_equal(runs.ids[0], first);
    assert_int_equal(runs.ids[1], third);
    runs.count = 0;
    runs.stop_at = 1;
    queue_need(&queue, run_each(queue.store, 0, 9, keep_run, &runs, &queue.fault));
    assert_int_equal(runs.count, 1);
}

static const char *note_of(int64_t id)
{
    static struct run_record run;

    queue_need(&queue, run_read(queue.store, id, &run, &queue.fault));
    return run.note;
}

/* Who has asked the run to stop; "": nobody. */
static const char *stopped_by(int64_t id)
{
    static struct run_record run;

    queue_need(&queue, run_read(queue.store, id, &run, &queue.fault));
    return run_stop_asked_by(&run) != NULL ? run_stop_asked_by(&run) : "";
}

static bool has_remark(int64_t id)
{
    struct run_record run;

    queue_need(&queue, run_read(queue.store, id, &run, &queue.fault));
    return run_has_remark(&run);
}

static void ask_to_stop(int64_t id, const char *by)
{
    queue_need(&queue, run_note_stop(queue.store, id, by, &queue.fault));
}

static void remark(int64_t id, const char *words)
{
    queue_need(&queue, run_remark(queue.store, id, words, &queue.fault));
}

static void who_asked_first_for_a_stop_is_kept_until_the_run_has_ended(void **state)
{
    (void)state;
    assert_string_equal(stopped_by(queue.run_id), "");
    ask_to_stop(queue.run_id, "Ann; is being stopped by Bo");
    ask_to_stop(queue.run_id, "Carl");
    assert_string_equal(stopped_by(queue.run_id), "Ann; is being stopped by Bo");
    assert_false(has_remark(queue.run_id));
    queue_need(&queue, run_end(queue.store, queue.run_id, RUN_DONE, "through", 1, &queue.fault));
    assert_string_equal(note_of(queue.run_id), "through");
    ask_to_stop(queue.run_id, "Carl");
    assert_string_equal(note_of(queue.run_id), "through");
    assert_string_equal(stopped_by(queue.run_id), "");
}

static void a_remark_and_a_stop_leave_each_other(void **state)
{
    int64_t run = queue.run_id;

    (void)state;
    ask_to_stop(run, "Ann");
    remark(run, "sticks");
    assert_string_equal(note_of(run), "sticks; is being stopped by Ann");
    remark(run, "sticks still");
    ask_to_stop(run, "Bo");
    assert_string_equal(note_of(run), "sticks still; is being stopped by Ann");
    assert_string_equal(stopped_by(run), "Ann");
    assert_true(has_remark(run));
    queue_run(&queue);
    remark(queue.run_id, "sticks");
    assert_string_equal(stopped_by(queue.run_id), "");
    ask_to_stop(queue.run_id, "Bo");
    assert_string_equal(note_of(queue.run_id), "sticks; is being stopped by Bo");
}

/* Those that wait are ended at once, and an import has nobody who would stop it. */
static void only_a_run_that_goes_on_is_being_stopped(void **state)
{
    int64_t queued = create();
    int64_t import = queue_import(&queue);

    (void)state;
    ask_to_stop(queued, "Ann");
    ask_to_stop(import, "Ann");
    assert_string_equal(note_of(queued), "");
    assert_string_equal(note_of(import), "");
    queue_need(&queue,
               run_end(queue.store, queued, RUN_STOPPED, "is being stopped by X", 1, &queue.fault));
    assert_string_equal(stopped_by(queued), "");
    assert_false(has_remark(queued));
}

static void has_words(void **state)
{
    (void)state;
    assert_string_equal(run_cause_word(RUN_BY_HAND), "by hand");
    assert_string_equal(run_state_word(RUN_RUNNING), "running");
    assert_string_equal(run_ending_word(RUN_TIMED_OUT), "timed out");
    assert_string_equal(run_ending_word(0), "");
    assert_string_equal(run_ending_word(99), "?");
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    static const struct CMUnitTest tests[] = {
        TEST(lives_and_ends),
        TEST(a_queued_run_can_be_ended),
        TEST(unknown_runs),
        TEST(fences_rise_and_are_never_given_twice),
        TEST(fires_once_per_time),
        TEST(triggers_know_their_last_time),
        TEST(lists),
        TEST(who_asked_first_for_a_stop_is_kept_until_the_run_has_ended),
        TEST(a_remark_and_a_stop_leave_each_other),
        TEST(only_a_run_that_goes_on_is_being_stopped),
        TEST(has_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
