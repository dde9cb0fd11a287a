/* trigger list | show | remove. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/effect.h"
#include "core/command/nouns.h"
#include "core/command/trigger_shown.h"
#include "core/store/run_record.h"
#include "core/store/store.h"

enum { FIRES_SHOWN = 10, FIRES_LOOKED_AT = 100000, FIRES_FULL = 1 };

struct listing {
    struct command_call *call;
    struct robot_list robots;
    struct calendar_set *calendars;
};

static int listing_open(struct listing *listing, struct command_call *call, struct fault *fault)
{
    int result;

    *listing = (struct listing){.call = call};
    result = robot_list_read(call->store, &listing->robots, fault);
    return result == 0 ? calendar_set_read(call->store, &listing->calendars, fault) : result;
}

static void listing_release(struct listing *listing)
{
    robot_list_release(&listing->robots);
    calendar_set_free(listing->calendars);
}

static int list_trigger(const struct trigger *trigger, void *context)
{
    struct listing *listing = context;
    struct json_writer *writer = listing->call->result;
    const struct robot *robot = robot_list_find_id(&listing->robots, trigger->robot_id);

    int64_t next_ms;

    if (robot == NULL)
        return 0;
    next_ms = trigger_next_run(trigger, robot, listing->calendars, listing->call->now_ms);
    json_begin_object(writer);
    result_text(writer, "robot", robot->slug);
    put_trigger_members(writer, trigger, next_ms);
    if (robot->is_paused)
        result_text(writer, "next_words", "paused");
    else if (robot->red_item != 0)
        result_text(writer, "next_words", "gate is red");
    else
        result_instant(writer, "next_words", next_ms);
    json_end_object(writer);
    return 0;
}

static int trigger_list_apply(struct command_call *call, struct fault *fault)
{
    struct listing listing = {0};
    int64_t robot_id = 0;
    int result = call_robot_id(call, "robot", &robot_id, fault);

    if (result == 0)
        result = listing_open(&listing, call, fault);
    if (result == 0) {
        json_begin_object(call->result);
        json_key(call->result, "rows");
        json_begin_array(call->result);
        result = trigger_each(call->store, robot_id, list_trigger, &listing, fault);
        json_end_array(call->result);
        json_end_object(call->result);
    }
    listing_release(&listing);
    return result;
}

struct fires {
    struct command_call *call;
    int64_t trigger_id;
    bool is_served;
    int count;
    struct fault *fault;
};

static int put_ending(const struct fires *fires, int64_t run_id)
{
    struct json_writer *writer = fires->call->result;
    struct run_record run = {0};
    int result;

    if (run_id == 0)
        return 0;
    result = run_read(fires->call->store, run_id, &run, fires->fault);
    if (result == -ENOENT)
        return 0;
    if (result == 0)
        result_run_state(writer, "state", &run, fires->is_served);
    return result;
}

static int put_fire(const struct fire *fire, void *context)
{
    struct fires *fires = context;
    struct json_writer *writer = fires->call->result;
    int result;

    if (fire->trigger_id != fires->trigger_id)
        return 0;
    if (fires->count++ == FIRES_SHOWN)
        return FIRES_FULL;
    json_begin_object(writer);
    result_instant(writer, "at", fire->nominal_ms);
    json_key(writer, "run");
    if (fire->run_id != 0)
        json_put_int(writer, fire->run_id);
    else
        json_put_null(writer);
    result = put_ending(fires, fire->run_id);
    result_text_or_null(writer, "skipped", fire->skipped);
    json_end_object(writer);
    return result;
}

static int show(struct command_call *call, const struct trigger *trigger, struct listing *listing,
                struct fault *fault)
{
    const struct robot *robot = robot_list_find_id(&listing->robots, trigger->robot_id);
    struct fires fires = {.call = call,
                          .trigger_id = trigger->id,
                          .is_served = home_is_served(store_home(call->store)),
                          .fault = fault};
    int result;

    if (robot == NULL)
        return fault_set(fault, -ENOENT, "the robot of trigger %" PRId64 " is gone", trigger->id);
    json_begin_object(call->result);
    result_text(call->result, "robot", robot->slug);
    put_trigger_members(call->result, trigger,
                        trigger_next_run(trigger, robot, listing->calendars, call->now_ms));
    json_key(call->result, "fires");
    json_begin_array(call->result);
    result = fire_each(call->store, robot->id, FIRES_LOOKED_AT, put_fire, &fires, fault);
    json_end_array(call->result);
    json_end_object(call->result);
    return result;
}

static int trigger_show_apply(struct command_call *call, struct fault *fault)
{
    struct listing listing = {0};
    struct trigger trigger = {0};
    int result = trigger_read(call->store, argument_number(call, "trigger", 0), &trigger, fault);

    if (result == 0)
        result = listing_open(&listing, call, fault);
    if (result == 0)
        result = show(call, &trigger, &listing, fault);
    listing_release(&listing);
    return result;
}

static int say_removal(struct command_call *call, const struct trigger *trigger,
                       const struct robot *robot, struct fault *fault)
{
    struct calendar_set *calendars = NULL;
    char words[TRIGGER_WORDS_MAX];
    char moment[MOMENT_MAX];
    int64_t next_ms;
    int result = calendar_set_read(call->store, &calendars, fault);

    if (result < 0)
        return result;
    next_ms = trigger_next_run(trigger, robot, calendars, call->now_ms);
    trigger_words(&trigger->rule, words);
    effect_say(call, "%s does not start any more %.400s", robot->slug, words);
    if (next_ms != 0) {
        moment_words(next_ms, call->now_ms, moment);
        effect_say(call, "its next time was %s", moment);
    }
    calendar_set_free(calendars);
    return trigger_owed_settle(call, trigger, robot, OWED_SAY, fault);
}

/* What is not there is refused where it would be removed. */
static int trigger_remove_preview(struct command_call *call, struct fault *fault)
{
    struct robot_list robots = {0};
    struct trigger trigger = {0};
    int result = trigger_read(call->store, argument_number(call, "trigger", 0), &trigger, fault);

    if (result == -ENOENT)
        return 0;
    if (result == 0)
        result = robot_list_read_one(call->store, trigger.robot_id, &robots, fault);
    if (result == 0 && robots.count > 0 && trigger.is_added)
        result = say_removal(call, &trigger, &robots.robots[0], fault);
    robot_list_release(&robots);
    return result;
}

static int remove_added(struct command_call *call, const struct trigger *trigger,
                        const struct robot *robot, struct fault *fault)
{
    char words[TRIGGER_WORDS_MAX];
    int result;

    /* Were it taken away here, the next `robot add` would or would not bring it back, depending on whether the file had
     * changed. */
    if (!trigger->is_added)
        return fault_set(fault, -EINVAL,
                         "trigger %" PRId64 " is of %s's robot.json: take it out there and do "
                         "`automagi robot add` again",
                         trigger->id, robot->slug);
    result = trigger_owed_settle(call, trigger, robot, OWED_SKIP, fault);
    if (result == 0)
        result = trigger_remove(call->store, trigger->id, fault);
    if (result < 0)
        return result;
    trigger_words(&trigger->rule, words);
    call->effects.robots_changed = true;
    detail_text(call, "robot", robot->slug);
    detail_text(call, "before", words);
    result_only_message(call, "trigger %" PRId64 " of %s is removed: %s", trigger->id, robot->slug,
                        words);
    return 0;
}

static int trigger_remove_apply(struct command_call *call, struct fault *fault)
{
    int64_t id = argument_number(call, "trigger", 0);
    struct robot_list robots = {0};
    struct trigger trigger = {0};
    int result = trigger_read(call->store, id, &trigger, fault);

    (void)snprintf(call->subject, sizeof(call->subject), "trigger %" PRId64, id);
    if (result == 0)
        result = robot_list_read_one(call->store, trigger.robot_id, &robots, fault);
    if (result == 0 && robots.count == 0)
        result = fault_set(fault, -ENOENT, "the robot of trigger %" PRId64 " is gone", id);
    if (result == 0)
        result = remove_added(call, &trigger, &robots.robots[0], fault);
    robot_list_release(&robots);
    return result;
}

static const struct argument list_arguments[] = {
    {.name = "robot", .kind = ARGUMENT_ROBOT, .value = "ROBOT", .help = "of this robot alone"},
    ARGUMENTS_END,
};

static const struct column list_columns[] = {
    {.member = "trigger", .heading = "trigger", .is_right = true},
    {.member = "robot", .heading = "robot"},
    {.member = "starts", .heading = "starts"},
    {.member = "zone", .heading = "zone"},
    {.member = "not_on", .heading = "not on"},
    {.member = "misfire", .heading = "misfire"},
    {.member = "overlap", .heading = "overlap"},
    {.member = "expected_by", .heading = "expected by"},
    {.member = "next_words", .heading = "next"},
    {.member = "last", .heading = "last"},
    {.member = "from", .heading = "from"},
    COLUMNS_END,
};

const struct command command_trigger_list = {
    .name = "trigger list",
    .summary = "why robots start by themselves: when, on which days not, next and last time",
    .help =
        "\"from\" is robot.json, or who added it. \"next\" is the next time that will run; of a\n"
        "paused robot it is \"paused\". `trigger next` also has the times that will be skipped.",
    .kind = COMMAND_READS,
    .arguments = list_arguments,
    .columns = list_columns,
    .empty = "no triggers: robots run when `automagi run ROBOT` says so; see `automagi trigger add "
             "--help`",
    .apply = trigger_list_apply,
};

#define TRIGGER_ARGUMENT(offered)                                                                  \
    {                                                                                              \
        .name = "trigger", .kind = ARGUMENT_NUMBER, .is_positional = true, .is_required = true,    \
        .value = "TRIGGER", .help = "its number, as `trigger list` shows it", .least = 1,          \
        .most = INT32_MAX, .source = (offered)                                                     \
    }

static const struct argument trigger_arguments[] = {TRIGGER_ARGUMENT(SOURCE_TRIGGER),
                                                    ARGUMENTS_END};
static const struct argument remove_arguments[] = {TRIGGER_ARGUMENT(SOURCE_ADDED_TRIGGER),
                                                   ARGUMENTS_END};

const struct command command_trigger_show = {
    .name = "trigger show",
    .summary = "one trigger with its last times: which run, how it ended, or why it was skipped",
    .kind = COMMAND_READS,
    .arguments = trigger_arguments,
    .apply = trigger_show_apply,
};

const struct command command_trigger_remove = {
    .name = "trigger remove",
    .summary = "take away a trigger that was made by `trigger add`",
    .help = "Those of robot.json are taken out there. What it started stays recorded, and what it\n"
            "has missed is recorded as skipped.",
    .kind = COMMAND_CHANGES,
    .arguments = remove_arguments,
    .preview = trigger_remove_preview,
    .apply = trigger_remove_apply,
};
