#include "core/command/effect.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/nouns.h"
#include "core/command/trigger_shown.h"
#include "core/run/definition.h"
#include "core/run/plugin_file.h"
#include "core/store/item.h"
#include "core/store/run_record.h"
#include "core/store/store.h"
#include "core/store/trigger.h"

enum { SENTENCE_MAX = 1536, PHRASE_MAX = 192 };

/* What a robot has in hand. */
struct work {
    const struct robot *robot;
    const struct calendar_set *calendars;
    bool is_served;
    struct item_outlook items;
    int64_t going, ready; /* runs: that go on; that have not begun */
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

static int count_run(const struct run_record *run, void *context)
{
    struct work *work = context;

    if (run->robot_id != work->robot->id || run_is_orphan(run, work->is_served))
        return 0;
    if (run->state == RUN_RUNNING)
        work->going++;
    else
        work->ready++;
    return 0;
}

static int look_at_trigger(const struct trigger *trigger, void *context)
{
    struct work *work = context;
    struct trigger_times times;
    int64_t next_ms = 0;

    work->triggers++;
    if (trigger_times_init(&times, &trigger->rule, work->robot, work->calendars, work->now_ms,
                           NULL) < 0)
        return 0; /* it cannot be due */
    next_ms = trigger_times_next_run(&times);
    trigger_times_release(&times);
    if (next_ms != 0 && (work->next_ms == 0 || next_ms < work->next_ms))
        work->next_ms = next_ms;
    return 0;
}

static int read_work(const struct command_call *call, const struct robot *robot,
                     struct work *ret_work, struct fault *fault)
{
    struct work work = {.robot = robot,
                        .is_served = home_is_served(store_home(call->store)),
                        .now_ms = call->now_ms};
    struct calendar_set *calendars = NULL;
    int result = item_outlook(call->store, robot->id, call->now_ms, &work.items, fault);

    if (result == 0)
        result = run_each_open(call->store, count_run, &work, fault);
    if (result == 0)
        result = calendar_set_read(call->store, &calendars, fault);
    work.calendars = calendars;
    if (result == 0)
        result = trigger_each(call->store, robot->id, look_at_trigger, &work, fault);
    calendar_set_free(calendars);
    work.calendars = NULL;
    if (result == 0)
        *ret_work = work;
    return result;
}

static int64_t queued(const struct work *work)
{
    return work->items.ready + work->items.leased + work->items.deferred;
}

/* "; 2 are overdue; the next deadline is 14:00 tomorrow" */
static void deadline_phrase(const struct work *work, char phrase[static PHRASE_MAX])
{
    char moment[MOMENT_MAX];
    size_t used = 0;

    phrase[0] = '\0';
    if (work->items.overdue > 0)
        used = (size_t)snprintf(phrase, PHRASE_MAX, "; %" PRId64 " %s overdue", work->items.overdue,
                                work->items.overdue == 1 ? "is" : "are");
    if (work->items.next_deadline_ms == 0)
        return;
    moment_words(work->items.next_deadline_ms, work->now_ms, moment);
    (void)snprintf(phrase + used, PHRASE_MAX - used, "; the next deadline is %s", moment);
}

static void say_queue(struct command_call *call, const struct work *work, const char *fate)
{
    char phrase[PHRASE_MAX];

    if (queued(work) == 0)
        return;
    deadline_phrase(work, phrase);
    effect_say(call, "%" PRId64 " item%s on its queue %s%s", queued(work),
               queued(work) == 1 ? "" : "s", fate, phrase);
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
    char text[MOMENT_MAX];

    if (work->next_ms == 0)
        return;
    moment_words(work->next_ms, work->now_ms, text);
    effect_say(call, "its next start by the clock, %s, %s", text, fate);
}

/* Nothing of it starts any more, until something is done. */
static int preview_standstill(struct command_call *call, const char *until, struct fault *fault)
{
    struct robot_list list = {0};
    const struct robot *robot = NULL;
    struct work work = {0};
    char fate[PHRASE_MAX];
    int result = call_robot(call, "robot", &list, &robot, fault);

    if (result == 0 && !robot->is_paused && robot->red_item == 0) {
        result = read_work(call, robot, &work, fault);
        if (result == 0) {
            (void)snprintf(fate, sizeof fate, "and will wait until %s", until);
            say_queue(call, &work, fate + strlen("and "));
            say_going(call, &work, "will finish");
            say_ready(call, &work, fate);
            say_next(call, &work, "will be skipped");
        }
    }
    robot_list_release(&list);
    return result;
}

int robot_pause_preview(struct command_call *call, struct fault *fault)
{
    return preview_standstill(call, "it is resumed", fault);
}

int scorecard_gate_preview(struct command_call *call, struct fault *fault)
{
    if (strcmp(argument_text(call, "state", ""), "red") != 0 ||
        argument_text(call, "robot", NULL) == NULL)
        return 0;
    return preview_standstill(call, "its gate is green", fault);
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
    if (work->items.waiting > 0)
        effect_say(call, "%" PRId64 " item%s for a person and can then not be tried again",
                   work->items.waiting, work->items.waiting == 1 ? " waits" : "s wait");
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
        result = read_work(call, robot, &work, fault);
    if (result == 0 && argument_day(call, "on", &day))
        say_end(call, &work, day);
    robot_list_release(&list);
    return result;
}

int robot_suspend_preview(struct command_call *call, struct fault *fault)
{
    struct robot_list list = {0};
    const struct robot *robot = NULL;
    struct work work = {0};
    char first[CLOCK_DAY_TEXT];
    char last[CLOCK_DAY_TEXT];
    int32_t from = 0;
    int32_t to = 0;
    int result = call_robot(call, "robot", &list, &robot, fault);

    if (result == 0)
        result = read_work(call, robot, &work, fault);
    if (result == 0 && argument_day(call, "from", &from)) {
        if (!argument_day(call, "to", &to)) {
            say_end(call, &work, from - 1);
        } else {
            int32_t next = work.next_ms != 0 ? clock_local_day(work.next_ms) : INT32_MAX;

            clock_format_day(from, first);
            clock_format_day(to, last);
            effect_say(call, "it does not start from %s to %s", first, last);
            say_queue(call, &work, "will wait over these days");
            if (next >= from && next <= to)
                say_next(call, &work, "will be skipped");
        }
    }
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
        result = read_work(call, robot, &work, fault);
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
        result = read_work(call, robot, &work, fault);
        if (result == 0) {
            say_replaced(call, robot, &definition, &work);
            result = triggers_owed_settle(call, robot, definition.triggers,
                                          definition.trigger_count, OWED_SAY, fault);
        }
    }
    definition_release(&definition);
    robot_list_release(&list);
    return result;
}
