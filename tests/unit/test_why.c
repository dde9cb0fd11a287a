/* why: each cause in a planted store, and the sentence it gives. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/store/item.h"
#include "core/store/robot.h"
#include "core/store/run_record.h"
#include "core/store/trigger.h"
#include "tests/unit/why_home.h"

static struct fault fault;

#define MUST(call)                                                                                 \
    do {                                                                                           \
        if ((call) != 0)                                                                           \
            fail_msg("%s: %s", #call, fault.text);                                                 \
    } while (0)

static int64_t robot(const char *slug)
{
    int64_t id = 0;

    MUST(robot_find(caller.store, slug, &id, &fault));
    return id;
}

/* A run of the robot in a state of this time; ending 0: it goes on, -1: it waits. */
static int64_t plant_run(const char *slug, int64_t at_ms, int ending, const char *note)
{
    static const unsigned char hash[32] = {1};
    struct run_new run = {.robot_id = robot(slug),
                          .cause = RUN_BY_HAND,
                          .asked_by = "tester",
                          .now_ms = at_ms,
                          .expected_ms = NOW_MS - MINUTE_MS};
    int64_t id = 0;
    int64_t fence = 0;

    if (note == NULL || strcmp(note, "late") != 0)
        run.expected_ms = 0;
    MUST(store_begin(caller.store, &fault));
    MUST(run_create_of(caller.store, &run, &id, &fault));
    if (ending >= 0)
        MUST(run_start(caller.store, id, hash, at_ms, &fence, &fault));
    if (ending > 0)
        MUST(run_end(caller.store, id, (enum run_ending)ending, note, at_ms + MINUTE_MS, &fault));
    MUST(store_commit(caller.store, &fault));
    return id;
}

static void plant_words(int (*put)(struct store *, int64_t, const char *, struct fault *),
                        int64_t run, const char *words)
{
    MUST(store_begin(caller.store, &fault));
    MUST(put(caller.store, run, words, &fault));
    MUST(store_commit(caller.store, &fault));
}

static void plant_skip(int64_t trigger, int64_t at_ms, const char *reason)
{
    MUST(store_begin(caller.store, &fault));
    MUST(fire_skip(caller.store,
                   &(struct fire){.trigger_id = trigger, .nominal_ms = at_ms, .skipped = reason},
                   &fault));
    MUST(store_commit(caller.store, &fault));
}

static int64_t plant_trigger(const char *options)
{
    struct json *answer = caller_do(&caller, "trigger add", NULL, options);
    int64_t id = 0;

    assert_true(json_int64(json_member(answer, "trigger"), &id));
    json_free(answer);
    return id;
}

static void what_a_robot_is_comes_first(void **state)
{
    (void)state;
    expect_why("form", "external",
               "form: it is external, something else runs it; its tasks come with `automagi task "
               "import`");
    expect_why("over", "retired", "over: it is retired, its operation has ended");
    (void)plant_run("over", NOW_MS - HOUR_MS, -1, NULL);
    expect_why("over", "retired",
               "over: it is retired, its operation has ended; run 1 waits until it is in "
               "operation");
    expect_why("bare", "not installed",
               "bare: it is not installed, `automagi robot add FILE` does that");
    why_install("{\"id\":\"late\",\"plugin\":\"ok\"}");
    expect_why("late", "not begun", "late: it is not begun, its operation starts later");
}

static void an_unknown_robot_is_named(void **state)
{
    struct text text;
    struct json *arguments = NULL;

    (void)state;
    text_init(&text, 65536);
    assert_int_equal(json_parse("{\"robot\":\"nobody\"}", 18, 100, &arguments, &fault), 0);
    assert_true(command_read(caller.store, command_find("why"), arguments, &text, &fault) < 0);
    assert_non_null(strstr(fault.text, "nobody"));
    json_free(arguments);
    text_release(&text);
}

static void a_pause_says_who_and_why(void **state)
{
    (void)state;
    caller_must(&caller, "robot pause", "Anna", "{\"robot\":\"r\"}");
    expect_why("r", "paused",
               "r: it is paused by Anna since 08:00; `automagi robot resume r` lets it start");
    MUST(store_begin(caller.store, &fault));
    MUST(robot_pause(caller.store, robot("r"), "automagid",
                     "after 5 failed runs in a row: the folder is gone", NOW_MS - DAY_MS, &fault));
    MUST(store_commit(caller.store, &fault));
    expect_why("r", "paused",
               "r: it is paused by automagid since 08:00 yesterday, after 5 failed runs in a row: "
               "the folder is gone; `automagi robot resume r` lets it start");
}

static void a_refused_plugin_is_said(void **state)
{
    char path[512];

    (void)state;
    (void)snprintf(path, sizeof(path), "%s/plugins/ok.so", caller.home);
    assert_int_equal(truncate(path, 100), 0);
    {
        struct json *answer = caller_read(&caller, "why", "{\"robot\":\"r\"}");

        assert_string_equal(json_string(json_member(answer, "cause")), "plugin refused");
        assert_non_null(strstr(caller_message(answer), "r: its plugin is refused: "));
        assert_non_null(strstr(caller_message(answer), "ok.so"));
        json_free(answer);
    }
}

static void without_its_daemon_nothing_starts(void **state)
{
    (void)state;
    why_serve_no_more();
    expect_why("r", "not serving",
               "r: automagid is not running, so nothing starts; `automagi serve` starts it");
    (void)plant_run("r", NOW_MS - HOUR_MS, -1, NULL);
    expect_why("r", "not serving",
               "r: automagid is not running, so nothing starts; `automagi serve` starts it, and "
               "run 1, which waits for that");
}

/* Outside hours, limits, no host, back-off of a host, overlap: as the daemon wrote it. */
static void a_run_that_waits_says_for_what(void **state)
{
    static const char *const reasons[] = {
        "opus is closed until 2025-06-17T06:00:00+02:00", "the robot's limit of 1 run is reached",
        "the machine's limit of 128 runs is reached", "the plugin's limit of 2 runs is reached",
        "no host: its plugin cannot be loaded"};
    char expected[512];
    int64_t run = plant_run("r", NOW_MS - HOUR_MS, -1, NULL);
    size_t i;

    (void)state;
    expect_why("r", "run waits", "r: run 1 waits to be started; it was asked for at 07:00");
    for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        plant_words(run_waits_set, run, reasons[i]);
        (void)snprintf(expected, sizeof(expected), "r: run 1 waits: %s; it was asked for at 07:00",
                       reasons[i]);
        expect_why("r", "run waits", expected);
    }
    (void)plant_run("r", NOW_MS, -1, NULL);
    expect_why("r", "run waits",
               "r: run 1 waits: no host: its plugin cannot be loaded; 1 more behind it; it was "
               "asked for at 07:00");
}

static void a_run_that_goes_on_is_named_and_late(void **state)
{
    int64_t trigger;

    (void)state;
    trigger = plant_trigger("{\"robot\":\"r\",\"cron\":\"0 7 * * *\",\"overlap\":\"skip\"}");
    (void)plant_run("r", NOW_MS - 2 * HOUR_MS, 0, "late");
    expect_why("r", "runs",
               "r: run 1 goes on, since 06:00; it is late, it should have ended by 07:59");
    plant_skip(trigger, NOW_MS - HOUR_MS, "overlap: run 1 goes on");
    plant_words(run_note_stop, 1, "A Person");
    expect_why("r", "runs",
               "r: run 1 goes on, since 06:00; its time at 07:00 was skipped: overlap: run 1 goes "
               "on; it is late, it should have ended by 07:59; run 1 is being stopped by A Person");
    plant_words(run_remark, 1, "cannot be ended");
    (void)plant_run("r", NOW_MS, -1, NULL);
    expect_why("r", "run waits",
               "r: run 2 waits to be started; it was asked for at 08:00; it is late, it should "
               "have ended by 07:59; run 1 cannot be ended; is being stopped by A Person");
}

static int keep_id(const struct item_lease *item, void *context)
{
    *(int64_t *)context = item->id;
    return 0;
}

/* An item whose first try was not to be. */
static void defer_item(void)
{
    struct item_policy policy = {.robot_id = robot("r"),
                                 .window = WINDOW_YEAR,
                                 .side_effects = 1,
                                 .attempts = 3,
                                 .retry_delay_ms = 30 * MINUTE_MS};
    struct item_new item = {.reference = "case-1", .payload = "{}"};
    struct run_record run = {0};
    struct item_lease_request request = {.want = 1, .now_ms = NOW_MS};
    struct item_result result = {.seq = 1, .outcome = 2, .completed_ms = NOW_MS};
    enum item_taken taken;
    int64_t id = 0;
    bool has_more = false;

    request.run_id = plant_run("r", NOW_MS, 0, NULL);
    MUST(run_read(caller.store, request.run_id, &run, &fault));
    request.fence = run.fence;
    MUST(store_begin(caller.store, &fault));
    MUST(item_add(caller.store, &policy, &item, NOW_MS, &id, &fault));
    MUST(item_lease(caller.store, &policy, &request, keep_id, &result.item_id, &has_more, &fault));
    result.run_id = request.run_id;
    result.fence = request.fence;
    MUST(item_take_result(caller.store, &policy, &result, &taken, &fault));
    MUST(run_end(caller.store, request.run_id, RUN_DONE, NULL, NOW_MS, &fault));
    MUST(store_commit(caller.store, &fault));
}

static void items_wait_for_their_next_try(void **state)
{
    char expected[128];
    int64_t due_ms = 0;
    int32_t day;
    int minute;
    int offset;

    (void)state;
    defer_item();
    MUST(item_next_due(caller.store, robot("r"), &due_ms, &fault)); /* a part of it is chance */
    clock_local_minute(due_ms, &day, &minute, &offset);
    (void)snprintf(expected, sizeof(expected), "r: 1 item waits for the next try, at %02d:%02d",
                   minute / 60, minute % 60);
    expect_why("r", "back-off", expected);
}

static void a_skipped_time_says_why_and_when_next(void **state)
{
    int64_t trigger = plant_trigger("{\"robot\":\"r\",\"cron\":\"0 7 * * mon\",\"not-on\":"
                                    "\"week-26,danish-holidays\"}");

    (void)state;
    plant_skip(trigger, NOW_MS - 7 * DAY_MS - HOUR_MS, "2. pinsedag (danish-holidays)");
    expect_why("r", "skipped",
               "r: its time at 07:00 on Mon 2025-06-09 was skipped: 2. pinsedag "
               "(danish-holidays); it runs next at 07:00 on Mon 2025-06-30");
    plant_skip(trigger, NOW_MS - HOUR_MS, FIRE_MISSED);
    expect_why("r", "skipped",
               "r: its time at 07:00 was skipped: automagid was not running; it runs next at 07:00 "
               "on Mon 2025-06-30");
    /* What ran after it is the newer truth. */
    (void)plant_run("r", NOW_MS - 30 * MINUTE_MS, RUN_DONE, NULL);
    expect_why("r", "nothing",
               "r: it ran last at 07:30, run 1, which ended done; it runs next at 07:00 on Mon "
               "2025-06-30");
}

static void another_robot_is_waited_for(void **state)
{
    (void)state;
    (void)plant_trigger("{\"robot\":\"r\",\"after\":\"other\"}");
    expect_why("r", "after", "r: it starts when other has ended done; other has not run yet");
    (void)plant_run("other", NOW_MS - HOUR_MS, RUN_FAILED, "broken");
    expect_why("r", "after",
               "r: it starts when other has ended done; its last run, at 07:01, ended failed");
    (void)plant_run("r", NOW_MS - 10 * MINUTE_MS, RUN_DONE, NULL);
    expect_why("r", "after",
               "r: it starts when other has ended done; its last run, at 07:01, ended failed, and "
               "r has run since");
    (void)plant_run("other", NOW_MS - 5 * MINUTE_MS, 0, NULL);
    expect_why("r", "after", "r: it starts when other has ended done; its run 3 goes on");
}

static void a_queue_that_is_not_deep_says_so(void **state)
{
    (void)state;
    (void)plant_trigger("{\"robot\":\"r\",\"queue-depth\":10}");
    caller_must(&caller, "queue add", NULL,
                "{\"robot\":\"r\",\"reference\":\"case-1\",\"payload\":\"{}\"}");
    expect_why("r", "queue", "r: it starts when 10 items are ready on its queue; 1 is ready now");
    caller_must(&caller, "trigger remove", NULL, "{\"trigger\":1}");
    (void)plant_trigger("{\"robot\":\"r\",\"queue-age\":3600}");
    expect_why("r", "queue",
               "r: it starts when an item has been ready on its queue for 1 h; 1 is ready now, the "
               "oldest since 08:00");
}

/* One that follows another robot is not kept out: it goes by the organisation's days. */
static void a_trigger_of_an_unknown_zone_is_named(void **state)
{
    (void)state;
    (void)plant_trigger("{\"robot\":\"r\",\"after\":\"other\"}");
    temp_home_plant(caller.home, "UPDATE trigger SET zone = 'Nowhere/Gone'");
    expect_why("r", "after", "r: it starts when other has ended done; other has not run yet");
    (void)plant_trigger("{\"robot\":\"r\",\"queue-depth\":10}");
    temp_home_plant(caller.home, "UPDATE trigger SET zone = 'Nowhere/Gone' WHERE id = 2");
    expect_why("r", "zone unknown",
               "r: trigger 2 does not start it, for its zone \"Nowhere/Gone\" is not known on this "
               "machine: install the package tzdata, or give it another zone");
    (void)plant_trigger("{\"robot\":\"r\",\"cron\":\"0 6 * * *\"}");
    expect_why("r", "zone unknown",
               "r: trigger 2 does not start it, for its zone \"Nowhere/Gone\" is not known on this "
               "machine: install the package tzdata, or give it another zone; it runs next at "
               "06:00 tomorrow");
    (void)plant_run("r", NOW_MS - HOUR_MS, 0, NULL);
    expect_why("r", "runs", "r: run 1 goes on, since 07:00");
}

static void what_only_such_a_trigger_would_start_is_started_by_nothing(void **state)
{
    (void)state;
    (void)plant_trigger("{\"robot\":\"r\",\"queue-depth\":1}");
    temp_home_plant(caller.home, "UPDATE trigger SET zone = 'Nowhere/Gone'");
    caller_must(&caller, "queue add", NULL, "{\"robot\":\"r\",\"reference\":\"case-1\"}");
    expect_why("r", "zone unknown",
               "r: 1 item is ready and nothing starts a run: `automagi run r`; trigger 1 does not "
               "start it, for its zone \"Nowhere/Gone\" is not known on this machine: install the "
               "package tzdata, or give it another zone");
}

static void without_a_trigger_it_is_for_people_to_start(void **state)
{
    (void)state;
    expect_why("r", "no trigger",
               "r: it has not run yet; it has no trigger, so it runs when `automagi run r` says so "
               "or `automagi trigger add` gives it one");
    (void)plant_run("r", NOW_MS - 2 * DAY_MS, RUN_FAILED, "the folder is gone");
    expect_why("r", "no trigger",
               "r: it ran last at 08:00 on Sat 2025-06-14, run 1, which ended failed (the folder "
               "is gone); it has no trigger, so it runs when `automagi run r` says so or "
               "`automagi trigger add` gives it one");
}

static void what_is_ready_and_started_by_nothing_is_said_first(void **state)
{
    (void)state;
    caller_must(&caller, "queue add", NULL, "{\"robot\":\"r\",\"reference\":\"case-1\"}");
    caller_must(&caller, "queue add", NULL,
                "{\"robot\":\"r\",\"reference\":\"case-2\",\"deadline\":\"2025-06-16 07:00\"}");
    expect_why(
        "r", "no trigger",
        "r: 2 items are ready (1 overdue) and nothing starts a run: `automagi run r`; it has "
        "not run yet; it has no trigger, so it runs when `automagi run r` says so or "
        "`automagi trigger add` gives it one");
    (void)plant_trigger("{\"robot\":\"r\",\"cron\":\"0 6 * * *\"}");
    expect_why("r", "nothing",
               "r: 2 items are ready (1 overdue); it has not run yet; it runs next at 06:00 "
               "tomorrow");
}

static void a_day_off_is_said_before_its_time_is_skipped(void **state)
{
    (void)state;
    caller_must(
        &caller, "calendar put", NULL,
        "{\"calendar\":\"closing\",\"days\":[[\"2025-06-16\",\"2025-06-16\",\"Lukkedag\"]]}");
    (void)plant_trigger("{\"robot\":\"r\",\"cron\":\"*/5 * * * *\",\"not-on\":\"closing\"}");
    expect_why("r", "nothing",
               "r: it has not run yet; today is off: Lukkedag (closing); it runs next at 00:00 "
               "tomorrow");
}

static void expect_hold(const char *message)
{
    struct json *answer = caller_do(&caller, "run", NULL, "{\"robot\":\"r\"}");

    assert_string_equal(caller_message(answer), message);
    json_free(answer);
}

static void a_run_that_is_asked_for_says_what_holds_it(void **state)
{
    (void)state;
    expect_hold("run 1 of r is queued");
    expect_hold("run 2 of r is queued and waits: 1 earlier run of it");
    (void)plant_run("other", NOW_MS - HOUR_MS, 0, NULL);
    caller_must(&caller, "limit set", NULL, "{\"plugin\":\"ok\",\"runs\":1}");
    expect_hold("run 4 of r is queued and waits: the plugin's limit of 1 run is reached");
    (void)plant_run("r", NOW_MS - HOUR_MS, 0, NULL);
    expect_hold("run 6 of r is queued and waits: the robot's limit of 1 run is reached");
    caller_must(&caller, "system set", NULL, "{\"system\":\"opus\",\"closed\":\"07:00-09:00\"}");
    why_install("{\"id\":\"r\",\"plugin\":\"ok\",\"systems\":[\"opus\"]}");
    expect_hold("run 7 of r is queued and waits: opus is closed until 2025-06-16T09:00:00+02:00");
}

static void what_ran_late_is_said(void **state)
{
    (void)state;
    (void)plant_trigger("{\"robot\":\"r\",\"cron\":\"0 6 * * *\",\"expected-by\":\"07:59\"}");
    (void)plant_run("r", NOW_MS - 30000, RUN_DONE, "late");
    expect_why("r", "nothing",
               "r: it ran last at 07:59, run 1, which ended done; it runs next at 06:00 tomorrow; "
               "that was late, it should have ended by 07:59");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, why_open, why_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_a_robot_is_comes_first),
        TEST(an_unknown_robot_is_named),
        TEST(a_pause_says_who_and_why),
        TEST(a_refused_plugin_is_said),
        TEST(without_its_daemon_nothing_starts),
        TEST(a_run_that_waits_says_for_what),
        TEST(a_run_that_goes_on_is_named_and_late),
        TEST(items_wait_for_their_next_try),
        TEST(a_skipped_time_says_why_and_when_next),
        TEST(another_robot_is_waited_for),
        TEST(a_queue_that_is_not_deep_says_so),
        TEST(a_trigger_of_an_unknown_zone_is_named),
        TEST(what_only_such_a_trigger_would_start_is_started_by_nothing),
        TEST(without_a_trigger_it_is_for_people_to_start),
        TEST(what_ran_late_is_said),
        TEST(a_run_that_is_asked_for_says_what_holds_it),
        TEST(what_is_ready_and_started_by_nothing_is_said_first),
        TEST(a_day_off_is_said_before_its_time_is_skipped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
