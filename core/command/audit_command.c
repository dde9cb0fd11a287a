/* audit: who did what. */
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/nouns.h"
#include "core/store/audit.h"

enum { LIMIT_USUAL = 50 };

static int put_record(const struct audit_record *record, void *context)
{
    struct command_call *call = context;
    struct json_writer *writer = call->result;

    json_begin_object(writer);
    result_int(writer, "id", record->id);
    result_instant(writer, "at", record->at_ms);
    result_text(writer, "account", record->account);
    result_text_or_null(writer, "by", record->by_whom);
    result_text(writer, "action", record->action);
    result_text(writer, "subject", record->subject);
    json_key(writer, "detail");
    json_put_raw(writer, record->detail);
    json_end_object(writer);
    return 0;
}

static int audit_apply(struct command_call *call, struct fault *fault)
{
    int result;

    json_begin_object(call->result);
    json_key(call->result, "rows");
    json_begin_array(call->result);
    result = audit_each(call->store, argument_number(call, "limit", LIMIT_USUAL), put_record, call,
                        fault);
    json_end_array(call->result);
    json_end_object(call->result);
    return result;
}

static const struct argument arguments[] = {
    {.name = "limit",
     .kind = ARGUMENT_NUMBER,
     .value = "N",
     .help = "at most so many (50)",
     .least = 1,
     .most = LIMIT_MOST},
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "id", .heading = "id", .is_right = true},
    {.member = "at", .heading = "at"},
    {.member = "account", .heading = "account"},
    {.member = "by", .heading = "by"},
    {.member = "action", .heading = "action"},
    {.member = "subject", .heading = "subject"},
    {.member = "detail", .heading = "detail"},
    COLUMNS_END,
};

const struct command command_audit = {
    .name = "audit",
    .summary = "who did what, newest first",
    .kind = COMMAND_READS,
    .arguments = arguments,
    .columns = columns,
    .empty = "nothing was done yet",
    .apply = audit_apply,
};
