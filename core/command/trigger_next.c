/* trigger next: the times to come, of one robot or all, in order. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/nouns.h"
#include "core/command/trigger_shown.h"

enum { COUNT_USUAL = 10, COUNT_MOST = 1000, TRIGGERS_LOOKED_AT = 20000, DAY_MS = 86400000 };

/* A trigger and the next of its times. */
struct upcoming {
    struct trigger trigger;
    struct trigger_times times;
    int64_t next_ms;
    char skipped[REST_REASON_MAX];
};

struct upcoming_list {
    struct upcoming **items;
    size_t count, capacity;
    const struct robot_list *robots;
    const struct calendar_set *calendars;
    int64_t after_ms;
    int64_t only; /* this trigger; 0: all */
    int64_t without_times;
    struct fault *fault;
};

static void upcoming_free(struct upcoming *upcoming)
{
    if (upcoming == NULL)
        return;
    trigger_times_release(&upcoming->times);
    free(upcoming);
}

static void step(struct upcoming *upcoming)
{
    upcoming->next_ms = trigger_times_next_shown(&upcoming->times, upcoming->skipped);
    if (upcoming->next_ms != 0 && upcoming->skipped[0] == '\0' && upcoming->times.robot->is_paused)
        (void)text_copy(upcoming->skipped, sizeof(upcoming->skipped), "the robot is paused");
    if (upcoming->next_ms != 0 && upcoming->skipped[0] == '\0' &&
        upcoming->times.robot->red_item != 0)
        gate_red_words(upcoming->times.robot->red_item, upcoming->skipped);
}

/* Room for one more. */
static int make_room(struct upcoming_list *list)
{
    size_t wanted = list->capacity == 0 ? 16 : 2 * list->capacity;
    struct upcoming **items;

    if (list->count < list->capacity)
        return 0;
    if (list->count >= TRIGGERS_LOOKED_AT)
        return fault_set(list->fault, -E2BIG,
                         "more than %d triggers; ask for one robot: `automagi trigger next ROBOT`",
                         TRIGGERS_LOOKED_AT);
    items = reallocarray(list->items, wanted, sizeof(struct upcoming *));
    if (items == NULL)
        return fault_no_memory(list->fault);
    list->items = items;
    list->capacity = wanted;
    return 0;
}

static int take_trigger(const struct trigger *trigger, void *context)
{
    struct upcoming_list *list = context;
    const struct robot *robot = robot_list_find_id(list->robots, trigger->robot_id);
    struct upcoming *upcoming;
    int result;

    if (robot == NULL || (list->only != 0 && list->only != trigger->id))
        return 0;
    if (trigger->rule.kind != TRIGGER_CRON && trigger->rule.kind != TRIGGER_ONCE) {
        list->without_times++;
        return 0;
    }
    result = make_room(list);
    if (result < 0)
        return result;
    upcoming = calloc(1, sizeof(*upcoming));
    if (upcoming == NULL)
        return fault_no_memory(list->fault);
    list->items[list->count++] = upcoming;
    upcoming->trigger = *trigger;
    result = trigger_times_init(&upcoming->times, &upcoming->trigger.rule, robot, list->calendars,
                                list->after_ms, list->fault);
    if (result < 0)
        return fault_prefix(list->fault, result, "trigger %" PRId64, trigger->id);
    step(upcoming);
    return 0;
}

static struct upcoming *earliest(const struct upcoming_list *list)
{
    struct upcoming *found = NULL;
    size_t i;

    for (i = 0; i < list->count; i++)
        if (list->items[i]->next_ms != 0 &&
            (found == NULL || list->items[i]->next_ms < found->next_ms))
            found = list->items[i];
    return found;
}

static void put_all(struct command_call *call, struct upcoming_list *list)
{
    int64_t left = argument_number(call, "count", COUNT_USUAL);
    struct upcoming *next;

    json_begin_object(call->result);
    if (list->without_times > 0)
        result_message(call->result,
                       "%" PRId64
                       " trigger%s no times: they wait for another robot or a queue, see "
                       "`automagi trigger list`",
                       list->without_times, list->without_times == 1 ? " has" : "s have");
    json_key(call->result, "rows");
    json_begin_array(call->result);
    for (; left > 0 && (next = earliest(list)) != NULL; left--) {
        put_time(call->result, &next->times, next->trigger.id, next->next_ms, next->skipped);
        step(next);
    }
    json_end_array(call->result);
    json_end_object(call->result);
}

/* Where the times begin: now, or before the first moment of a day. */
static int64_t begin_of(const struct command_call *call)
{
    int64_t from_ms = call->now_ms;
    int64_t low;
    int64_t high;
    int32_t day = 0;

    if (!argument_day(call, "from", &day))
        return from_ms;
    low = ((int64_t)day - 2) * DAY_MS; /* its local midnight lies between these */
    high = ((int64_t)day + 2) * DAY_MS;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;

        if (clock_local_day(middle) < day)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static int trigger_next_apply(struct command_call *call, struct fault *fault)
{
    struct robot_list robots = {0};
    struct calendar_set *calendars = NULL;
    struct upcoming_list list = {.robots = &robots, .fault = fault};
    struct trigger asked;
    int64_t robot_id = 0;
    size_t i;
    int result = call_robot_id(call, "robot", &robot_id, fault);

    list.after_ms = begin_of(call);
    list.only = argument_number(call, "trigger", 0);
    if (result == 0 && list.only != 0)
        result = trigger_read(call->store, list.only, &asked, fault);
    if (result == 0)
        result = robot_list_read(call->store, &robots, fault);
    if (result == 0)
        result = calendar_set_read(call->store, &calendars, fault);
    list.calendars = calendars;
    if (result == 0)
        result = trigger_each(call->store, robot_id, take_trigger, &list, fault);
    if (result == 0)
        put_all(call, &list);
    for (i = 0; i < list.count; i++)
        upcoming_free(list.items[i]);
    free(list.items);
    calendar_set_free(calendars);
    robot_list_release(&robots);
    return result;
}

static const struct argument arguments[] = {
    {.name = "robot",
     .kind = ARGUMENT_ROBOT,
     .is_positional = true,
     .value = "ROBOT",
     .help = "of this robot alone"},
    {.name = "trigger",
     .kind = ARGUMENT_NUMBER,
     .value = "TRIGGER",
     .help = "of this trigger alone, by its number",
     .least = 1,
     .most = INT32_MAX,
     .source = SOURCE_TRIGGER},
    {.name = "count",
     .kind = ARGUMENT_NUMBER,
     .value = "N",
     .help = "so many times (10)",
     .least = 1,
     .most = COUNT_MOST},
    {.name = "from", .kind = ARGUMENT_DAY, .value = "DATE", .help = "from this day on (now)"},
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "weekday", .heading = ""},
    {.member = "date", .heading = "date"},
    {.member = "time", .heading = "time"},
    {.member = "zone", .heading = "zone"},
    {.member = "robot", .heading = "robot"},
    {.member = "trigger", .heading = "trigger", .is_right = true},
    {.member = "skipped", .heading = "skipped because"},
    COLUMNS_END,
};

const struct command command_trigger_next = {
    .name = "trigger next",
    .summary = "what is due next, in order, also what will be skipped and why",
    .help =
        "Times are those of the trigger's zone. Quiet hours of systems and limits on runs are not\n"
        "in it: they let a run wait, they do not skip it.",
    .kind = COMMAND_READS,
    .arguments = arguments,
    .columns = columns,
    .empty = "nothing is due: no trigger has a time to come",
    .apply = trigger_next_apply,
};
