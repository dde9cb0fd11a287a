#include "core/command/robot_show.h"

#include <errno.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/nouns.h"
#include "core/command/trigger_shown.h"
#include "core/run/definition.h"
#include "core/run/run_identity.h"
#include "core/store/item.h"
#include "core/store/run_record.h"
#include "core/store/store.h"
#include "core/store/trigger.h"

enum { LAST_RUNS = 5 };

struct asked {
    struct command_call *call;
    const struct robot *robot;
    bool is_served;
    const struct calendar_set *calendars;
};

static int put_trigger(const struct trigger *trigger, void *context)
{
    const struct asked *asked = context;
    struct json_writer *writer = asked->call->result;

    json_begin_object(writer);
    put_trigger_members(
        writer, trigger,
        trigger_next_run(trigger, asked->robot, asked->calendars, asked->call->now_ms));
    json_end_object(writer);
    return 0;
}

static int count_item(int64_t robot_id, enum item_state state, int64_t count, void *context)
{
    const struct asked *asked = context;

    if (robot_id == asked->robot->id)
        result_int(asked->call->result, item_state_word(state), count);
    return 0;
}

static int put_run(const struct run_record *run, void *context)
{
    const struct asked *asked = context;
    struct json_writer *writer = asked->call->result;

    json_begin_object(writer);
    result_int(writer, "run", run->id);
    result_run_state(writer, "state", run, asked->is_served);
    result_text(writer, "cause", run_cause_word(run->cause));
    result_instant(writer, "created", run->created_ms);
    result_int(writer, "done", run->done);
    result_int(writer, "business", run->business);
    result_int(writer, "failed", run->failed);
    result_run_note(writer, run, asked->is_served);
    json_end_object(writer);
    return 0;
}

static int put_definition(const struct asked *asked, struct fault *fault)
{
    const char *definition = asked->robot->definition;
    struct json *document = NULL;
    struct text compact;
    int result;

    json_key(asked->call->result, "definition");
    if (definition == NULL) {
        json_put_null(asked->call->result);
        return 0;
    }
    text_init(&compact, 2 * DEFINITION_MAX);
    result = json_parse(definition, strlen(definition), DEFINITION_MAX, &document, fault);
    if (result == 0 && json_print(document, &compact) < 0)
        result = fault_no_memory(fault);
    if (result == 0)
        json_put_raw(asked->call->result, text_string(&compact));
    text_release(&compact);
    json_free(document);
    return result;
}

static int put_triggers(struct asked *asked, struct fault *fault)
{
    struct calendar_set *calendars = NULL;
    int result = calendar_set_read(asked->call->store, &calendars, fault);

    if (result < 0)
        return result;
    asked->calendars = calendars;
    json_key(asked->call->result, "triggers");
    json_begin_array(asked->call->result);
    result = trigger_each(asked->call->store, asked->robot->id, put_trigger, asked, fault);
    json_end_array(asked->call->result);
    asked->calendars = NULL;
    calendar_set_free(calendars);
    return result;
}

int robot_show_work(struct command_call *call, const struct robot *robot, struct fault *fault)
{
    struct asked asked = {call, robot, home_is_served(store_home(call->store)), NULL};
    int result = put_triggers(&asked, fault);

    if (result < 0)
        return result;
    json_key(call->result, "queue");
    json_begin_object(call->result);
    result = item_count_each(call->store, count_item, &asked, fault);
    json_end_object(call->result);
    if (result < 0)
        return result;
    json_key(call->result, "last_runs");
    json_begin_array(call->result);
    result = run_each(call->store, robot->id, LAST_RUNS, put_run, &asked, fault);
    json_end_array(call->result);
    result_int(call->result, "runs_as_uid", run_identity_of(robot->id).uid);
    return result < 0 ? result : put_definition(&asked, fault);
}
