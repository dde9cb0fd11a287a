#include "core/command/effect.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/nouns.h"
#include "core/run/definition.h"
#include "core/run/plugin_file.h"
#include "core/schedule/cron.h"
#include "core/store/item.h"
#include "core/store/run_record.h"
#include "core/store/store.h"
#include "core/store/trigger.h"

enum { SENTENCE_MAX = 1536 };

/* What a robot has in hand. */
struct work {
    int64_t robot_id;
    bool is_served;
    int64_t queued, waiting; /* items: to be done; for a person */
    int64_t going, ready;    /* runs: that go on; that have not begun */
    int64_t triggers;
    int64_t now_ms;
    int64_t next_ms; /* when it starts next by the clock; 0: it does not */
};

void effect_say(struct command_call *call, const char *format, ...)
{
    char sentence[SENTENCE_MAX];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    json_put_string(call->result, sentence);
}

static int count_item(int64_t robot_id, enum item_state state, int64_t count, void *context)
{
    struct work *work = context;

    if (robot_id != work->robot_id)
        return 0;
    switch (state) {
    case ITEM_READY:
    case ITEM_LEASED:
    case ITEM_DEFERRED:
        work->queued += count;
        break;
    case ITEM_WAITING:
        work->waiting += count;
        break;
    case ITEM_DONE_BY_HAND:
    case ITEM_DROPPED:
        break;
    }
    return 0;
}

static int count_run(const struct run_record *run, void *context)
{
    struct work *work = context;

    if (run->robot_id != work->robot_id || run_is_orphan(run, work->is_served))
        return 0;
    if (run->state == RUN_RUNNING)
        work->going++;
    else
        work->ready++;
    return 0;
}

/* When a trigger is due next by the clock; 0: it is not due by the clock. Days on which it rests
 * are not looked at. */
static int64_t next_time(const struct trigger_rule *rule, int64_t now_ms)
{
    struct fault ignored;
    struct cron cron;

    switch (rule->kind) {
    case TRIGGER_CRON:
        return cron_parse(rule->cron, &cron, &ignored) == 0 ? cron_next(&cron, now_ms) : 0;
    case TRIGGER_ONCE:
        return rule->at_ms > now_ms ? rule->at_ms : 0;
    case TRIGGER_AFTER:
    case TRIGGER_DEPTH:
    case TRIGGER_AGE:
        break;
    }
    return 0;
}

static int look_at_trigger(const struct trigger *trigger, void *context)
{
    struct work *work = context;
    int64_t next_ms = next_time(&trigger->rule, work->now_ms);

    work->triggers++;
    if (next_ms != 0 && (work->next_ms == 0 || next_ms < work->next_ms))
        work->next_ms = next_ms;
    return 0;
}

static int read_work(const struct command_call *call, int64_t robot_id, struct work *ret_work,
                     struct fault *fault)
{
    struct work work = {.robot_id = robot_id,
                        .is_served = home_is_served(store_home(call->store)),
                        .now_ms = call->now_ms};
    int result = item_count_each(call->store, count_item, &work, fault);

    if (result == 0)
        result = run_each_open(call->store, count_run, &work, fault);
    if (result == 0)
        result = trigger_each(call->store, robot_id, look_at_trigger, &work, fault);
    if (result == 0)
        *ret_work = work;
    return result;
}

/* ", the first of them due by ..." once items have a time that they must be done by; the one place
 * to say it. */
static const char *deadline_phrase(const struct work *work)
{
    (void)work;
    return "";
}

static void say_queue(struct command_call *call, const struct work *work, const char *fate)
{
    if (work->queued > 0)
        effect_say(call, "%" PRId64 " item%s on its queue %s%s", work->queued,
                   work->queued == 1 ? "" : "s", fate, deadline_phrase(work));
}

static void say_going(struct command_call *call, const struct work *work, const char *fate)
{
    if (work->going > 0)
        effect_say(call, "%" PRId64 " run%s %s", work->going,
                   work->going == 1 ? " goes on and" : "s go on and", fate);
}

static void say_ready(struct command_call *call, const struct work *work, const char *fate)
{
    if (work->ready > 0)
        effect_say(call, "%" PRId64 " run%s not begun %s", work->ready,
                   work->ready == 1 ? " has" : "s have", fate);
}

static void say_next(struct command_call *call, const struct work *work, const char *fate)
{
    char text[CLOCK_INSTANT_TEXT];

    if (work->next_ms == 0)
        return;
    clock_format_instant(work->next_ms, text);
    effect_say(call, "its next start by the clock, %s, %s", text, fate);
}

int robot_pause_preview(struct command_call *call, struct fault *fault)
{
    struct robot_list list = {0};
    const struct robot *robot = NULL;
    struct work work = {0};
    int result = call_robot(call, "robot", &list, &robot, fault);

    if (result == 0 && !robot->is_paused) {
        result = read_work(call, robot->id, &work, fault);
        if (result == 0) {
            say_queue(call, &work, "will wait until it is resumed");
            say_going(call, &work, "will finish");
            say_ready(call, &work, "and will wait until it is resumed");
            say_next(call, &work, "will be skipped");
        }
    }
    robot_list_release(&list);
    return result;
}

/* Before the last day is over all goes on as it does. */
static void say_end(struct command_call *call, const struct work *work, int32_t day)
{
    char text[CLOCK_DAY_TEXT];

    clock_format_day(day, text);
    if (call_today(call) <= day) {
        effect_say(call, "it starts no more after %s", text);
        say_queue(call, work, "will stay undone if it is not done by then");
    } else {
        effect_say(call, "it has no day of operation left: %s is past", text);
        say_queue(call, work, "will stay undone");
        say_going(call, work, "will finish");
    }
    if (work->waiting > 0)
        effect_say(call, "%" PRId64 " item%s for a person and can then not be tried again",
                   work->waiting, work->waiting == 1 ? " waits" : "s wait");
    if (work->next_ms != 0 && clock_local_day(work->next_ms) > day)
        say_next(call, work, "will not come");
}

int robot_retire_preview(struct command_call *call, struct fault *fault)
{
    struct robot_list list = {0};
    const struct robot *robot = NULL;
    struct work work = {0};
    int32_t day = 0;
    int result = call_robot(call, "robot", &list, &robot, fault);

    if (result == 0)
        result = read_work(call, robot->id, &work, fault);
    if (result == 0 && argument_day(call, "on", &day))
        say_end(call, &work, day);
    robot_list_release(&list);
    return result;
}

int robot_remove_preview(struct command_call *call, struct fault *fault)
{
    struct robot_list list = {0};
    const struct robot *robot = NULL;
    struct work work = {0};
    int result = call_robot(call, "robot", &list, &robot, fault);

    if (result == 0)
        result = read_work(call, robot->id, &work, fault);
    if (result == 0)
        effect_say(call,
                   "%s, \"%s\", is taken away with its %s%" PRId64 " trigger%s, shares and "
                   "unsigned estimates",
                   robot->slug, robot->name, robot->plugin != NULL ? "definition, " : "",
                   work.triggers, work.triggers == 1 ? "" : "s");
    robot_list_release(&list);
    return result;
}

/* Of a robot that has a definition already, which is another one. */
static void say_replaced(struct command_call *call, const struct robot *robot,
                         const struct definition *definition, const struct work *work)
{
    if (strcmp(robot->plugin, definition->plugin) != 0)
        effect_say(call, "the plugin of %s changes from %s to %s", robot->slug, robot->plugin,
                   definition->plugin);
    else
        effect_say(call, "the definition that %s has is replaced", robot->slug);
    say_queue(call, work, "will be done by the new one");
    say_going(call, work, "will finish with the old one");
    say_ready(call, work, "and will use the new one");
}

int robot_add_preview(struct command_call *call, struct fault *fault)
{
    struct robot_list list = {0};
    struct definition definition = {0};
    const struct robot *robot = NULL;
    struct work work = {0};
    struct fault ignored;
    const char *path;
    const char *folder;
    const char *text = argument_file(call, "file", &path, &folder);
    int result = robot_list_read(call->store, &list, fault);

    /* What is wrong with a definition is said where it is held against its plugin. */
    if (result == 0 &&
        definition_parse(text, strlen(text), folder, PLUGIN_MANUAL, &definition, &ignored) == 0)
        robot = robot_list_find(&list, definition.id);
    if (robot != NULL && robot->plugin != NULL && robot->definition != NULL &&
        (strcmp(robot->definition, text) != 0 || robot->folder == NULL ||
         strcmp(robot->folder, folder) != 0)) {
        result = read_work(call, robot->id, &work, fault);
        if (result == 0)
            say_replaced(call, robot, &definition, &work);
    }
    definition_release(&definition);
    robot_list_release(&list);
    return result;
}

struct sought {
    struct command_call *call;
    int64_t id;
};

static int say_item(const struct item_record *item, void *context)
{
    const struct sought *sought = context;

    if (item->id != sought->id)
        return 0;
    effect_say(sought->call, "item %" PRId64 " of %s, reference %s, is closed and will not be done",
               item->id, item->robot, item->masked);
    if (item->note[0] != '\0')
        effect_say(sought->call, "it is %s: %s", item_state_word(item->state), item->note);
    return ROWS_FULL;
}

int queue_drop_preview(struct command_call *call, struct fault *fault)
{
    struct sought sought = {call, argument_number(call, "item", 0)};
    int result = item_each(call->store, 0, -1, INT32_MAX, say_item, &sought, fault);

    return result < 0 ? result : 0;
}
