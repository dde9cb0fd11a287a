/* why: gathers what is known, says the sentence, and gives the rest to programs. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/nouns.h"
#include "core/command/trigger_shown.h"
#include "core/command/why.h"
#include "core/run/definition.h"
#include "core/run/plugin_file.h"
#include "core/store/item.h"
#include "core/store/store.h"

enum { RUNS_LOOKED_AT = 1000, RUNS_ENOUGH = 1, MESSAGE_ROOM = 4 * WHY_SENTENCE_MAX };

struct gathering {
    struct why *why;
    const struct calendar_set *calendars;
    struct run_record *other; /* newest run of another robot */
};

static void look_at_plugin(const char *home, struct why *why)
{
    struct definition definition = {0};
    struct plugin_note note = {0};
    struct fault fault = {.text = ""};

    if (why->robot->definition == NULL)
        return;
    if (robot_definition_read(home, why->robot->definition, why->robot->folder, &definition, &note,
                              &fault) < 0)
        (void)text_copy(why->plugin.text, sizeof(why->plugin.text), fault.text);
    definition_release(&definition);
    plugin_note_release(&note);
}

static int take_open(const struct run_record *run, void *context)
{
    struct gathering *gathering = context;
    struct why *why = gathering->why;

    if (run->robot_id != why->robot->id || run->cause == RUN_BY_IMPORT)
        return 0;
    if (run->state == RUN_QUEUED) {
        if (why->queued.id == 0)
            why->queued = *run;
        why->runs_queued++;
    } else if (why->running.id == 0) {
        why->running = *run;
    }
    if (why->stuck.id == 0 && run_has_remark(run))
        why->stuck = *run;
    return 0;
}

static int take_ended(const struct run_record *run, void *context)
{
    struct gathering *gathering = context;

    if (run->state != RUN_ENDED || run->cause == RUN_BY_IMPORT)
        return 0;
    gathering->why->last = *run;
    return RUNS_ENOUGH;
}

static int take_other(const struct run_record *run, void *context)
{
    struct gathering *gathering = context;

    if (run->cause == RUN_BY_IMPORT)
        return 0;
    *gathering->other = *run;
    return RUNS_ENOUGH;
}

static int take_fire(const struct fire *fire, void *context)
{
    struct gathering *gathering = context;

    if (fire->run_id == 0) {
        gathering->why->skipped_ms = fire->nominal_ms;
        (void)text_copy(gathering->why->skipped, sizeof(gathering->why->skipped), fire->skipped);
    }
    return 1; /* the newest alone */
}

/* Times of today that have passed count too: nobody was there for them, or the trigger is new. */
static void look_at_today(struct why *why, const struct trigger *trigger,
                          const struct calendar_set *calendars)
{
    struct trigger_times times;
    char skipped[REST_REASON_MAX];
    struct fault ignored;
    int32_t day = 0;
    int minute = 0;
    int offset = 0;

    clock_local_minute(why->now_ms, &day, &minute, &offset);
    if (why->today_off[0] != '\0' ||
        trigger_times_init(&times, &trigger->rule, why->robot, calendars,
                           why->now_ms - (minute + 1) * INT64_C(60000), &ignored) < 0)
        return;
    if (clock_local_day(trigger_times_next(&times, skipped)) == why->today)
        (void)text_copy(why->today_off, sizeof(why->today_off), skipped);
    trigger_times_release(&times);
}

static int take_trigger(const struct trigger *trigger, void *context)
{
    struct gathering *gathering = context;
    struct why *why = gathering->why;
    int64_t next_ms;

    why->triggers++;
    if (trigger_lacks_zone(trigger)) {
        if (why->zoneless == 0)
            (void)text_copy(why->zone, sizeof(why->zone), trigger->rule.zone);
        why->zoneless = why->zoneless != 0 ? why->zoneless : trigger->id;
        return 0; /* it is as if it were not there */
    }
    switch (trigger->rule.kind) {
    case TRIGGER_CRON:
    case TRIGGER_ONCE:
        why->times++;
        next_ms = trigger_next_run(trigger, why->robot, gathering->calendars, why->now_ms);
        if (next_ms != 0 && (why->next_ms == 0 || next_ms < why->next_ms))
            why->next_ms = next_ms;
        look_at_today(why, trigger, gathering->calendars);
        break;
    case TRIGGER_AFTER:
        if (!why->after.is_there)
            why->after.rule = trigger->rule;
        why->after.is_there = true;
        break;
    case TRIGGER_DEPTH:
    case TRIGGER_AGE:
        if (why->queue.kind == 0)
            why->queue = trigger->rule;
        break;
    }
    return 0;
}

static int take_count(int64_t robot_id, enum item_state state, int64_t count, void *context)
{
    struct why *why = ((struct gathering *)context)->why;

    if (robot_id != why->robot->id)
        return 0;
    switch (state) {
    case ITEM_READY:
        why->ready += count;
        break;
    case ITEM_LEASED:
        why->leased += count;
        break;
    case ITEM_DEFERRED:
        why->deferred += count;
        break;
    case ITEM_WAITING:
        why->waiting += count;
        break;
    case ITEM_DONE_BY_HAND:
    case ITEM_DROPPED:
        break;
    }
    return 0;
}

static int gather_runs(struct store *store, struct gathering *gathering, struct fault *fault)
{
    int64_t id = gathering->why->robot->id;
    struct item_outlook outlook = {0};
    int result = run_each_open(store, take_open, gathering, fault);

    if (result == 0)
        result = run_each(store, id, RUNS_LOOKED_AT, take_ended, gathering, fault);
    if (result == 0)
        result = fire_each(store, id, 1, take_fire, gathering, fault);
    if (result == 0)
        result = item_count_each(store, take_count, gathering, fault);
    if (result == 0)
        result = item_outlook(store, id, gathering->why->now_ms, &outlook, fault);
    gathering->why->overdue = outlook.overdue;
    if (result == 0 && gathering->why->deferred > 0)
        result = item_next_due(store, id, &gathering->why->next_try_ms, fault);
    return result;
}

static int gather_triggers(struct store *store, struct gathering *gathering, struct fault *fault)
{
    struct why *why = gathering->why;
    struct calendar_set *calendars = NULL;
    struct item_ready_state ready = {0};
    int64_t other = 0;
    int result = calendar_set_read(store, &calendars, fault);

    gathering->calendars = calendars;
    gathering->other = &why->after.last;
    if (result == 0)
        result = trigger_each(store, why->robot->id, take_trigger, gathering, fault);
    if (result == 0 && why->queue.kind == TRIGGER_AGE)
        result = item_ready_look(store, why->robot->id, 1, &ready, fault);
    why->oldest_ms = ready.oldest_ms;
    if (result == 0 && why->after.is_there)
        result = robot_find(store, why->after.rule.after, &other, fault);
    if (result == 0 && why->after.is_there)
        result = run_each(store, other, RUNS_LOOKED_AT, take_other, gathering, fault);
    calendar_set_free(calendars);
    return result;
}

static void put_run(struct json_writer *writer, const char *name, const struct run_record *run,
                    bool is_served)
{
    json_key(writer, name);
    if (run->id == 0) {
        json_put_null(writer);
        return;
    }
    json_begin_object(writer);
    result_int(writer, "run", run->id);
    result_run_state(writer, "state", run, is_served);
    result_text(writer, "cause", run_cause_word(run->cause));
    result_text_or_null(writer, "waits", run->waits);
    result_instant(writer, "created", run->created_ms);
    result_instant(writer, "started", run->started_ms);
    result_instant(writer, "ended", run->ended_ms);
    result_instant(writer, "expected", run->expected_ms);
    result_run_note(writer, run, is_served);
    json_end_object(writer);
}

static void put_items(struct json_writer *writer, const struct why *why)
{
    json_key(writer, "items");
    json_begin_object(writer);
    result_int(writer, "ready", why->ready);
    result_int(writer, "leased", why->leased);
    result_int(writer, "deferred", why->deferred);
    result_int(writer, "waiting", why->waiting);
    result_int(writer, "overdue", why->overdue);
    result_instant(writer, "next_try", why->next_try_ms);
    json_end_object(writer);
}

static void put_why(struct json_writer *writer, const struct why *why)
{
    struct text sentence;

    text_init(&sentence, MESSAGE_ROOM);
    why_sentence(why, &sentence);
    json_begin_object(writer);
    result_message(writer, "%.1000s", text_string(&sentence));
    result_text(writer, "robot", why->robot->slug);
    result_text(writer, "cause", why_cause_word(why_cause(why)));
    result_text(writer, "state", robot_state_word(why->robot, why->today));
    result_text(writer, "daemon", why->is_served ? "running" : "not running");
    result_text(writer, "paused_by", why->robot->paused_by);
    result_text(writer, "paused_reason", why->robot->paused_reason);
    result_instant(writer, "paused_since", why->robot->paused_ms);
    result_text_or_null(writer, "plugin_refused", why->plugin.text);
    put_run(writer, "waiting_run", &why->queued, why->is_served);
    put_run(writer, "running_run", &why->running, why->is_served);
    put_run(writer, "stuck_run", &why->stuck, why->is_served);
    put_run(writer, "last_run", &why->last, why->is_served);
    result_instant(writer, "late_since", why_late_ms(why));
    result_instant(writer, "skipped_time", why->skipped_ms);
    result_text_or_null(writer, "skipped", why->skipped);
    result_int(writer, "triggers", why->triggers);
    result_text_or_null(writer, "unknown_zone", why->zone);
    result_instant(writer, "next", why->next_ms);
    result_text_or_null(writer, "today_off", why->today_off);
    put_items(writer, why);
    json_end_object(writer);
    text_release(&sentence);
}

static int why_apply(struct command_call *call, struct fault *fault)
{
    const char *home = store_home(call->store);
    struct robot_list list = {0};
    struct why *why = calloc(1, sizeof(*why));
    struct gathering gathering = {.why = why};
    int result;

    if (why == NULL)
        return fault_no_memory(fault);
    result = call_robot(call, "robot", &list, &why->robot, fault);
    if (result == 0) {
        why->now_ms = call->now_ms;
        why->today = call_today(call);
        why->is_served = home_is_served(home);
        why->is_held = !why->is_served && home_is_held(home, &why->holder);
        look_at_plugin(home, why);
        result = gather_runs(call->store, &gathering, fault);
    }
    if (result == 0)
        result = gather_triggers(call->store, &gathering, fault);
    if (result == 0)
        result = gate_read(call->store, &(struct gate_subject){.robot_id = why->robot->id},
                           INT64_MAX, &why->gate, fault);
    if (result == 0)
        put_why(call->result, why);
    gate_release(&why->gate);
    robot_list_release(&list);
    free(why);
    return result;
}

static const struct argument arguments[] = {
    ROBOT_ARGUMENT,
    ARGUMENTS_END,
};

const struct command command_why = {
    .name = "why",
    .summary = "why a robot did not run, or what its run or its items wait for: one sentence",
    .help =
        "Of all that may hold a robot it is what holds it now: its operation, a pause, its "
        "plugin,\n"
        "the daemon, what a waiting run waits for, a trigger's time zone that is unknown here,\n"
        "back-off, a time that was skipped, another robot, its queue. --format json has all that\n"
        "was looked at; \"cause\" is for programs.",
    .kind = COMMAND_READS,
    .arguments = arguments,
    .apply = why_apply,
};
