/* audit: who did what. */
#include <errno.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/nouns.h"
#include "core/store/audit.h"

/* A load's detail can have thousands; --format json and csv give it whole. */
enum { LIMIT_USUAL = 50, DETAIL_SHOWN = 200 };

/* A row that cannot be read, such as one with a member twice, is shown as the text it is: no row
 * keeps the others from being shown. */
static void put_detail(struct json_writer *writer, const char *detail)
{
    struct json *document = NULL;
    struct fault ignored;
    struct text text;
    int result;

    json_key(writer, "detail");
    text_init(&text, 2 * DETAIL_MAX);
    result = json_parse(detail, strlen(detail), DETAIL_MAX, &document, &ignored);
    if (result == 0)
        result = json_print(document, &text);
    if (result == -ENOMEM)
        writer->target->broken = result; /* not as if it were no JSON */
    if (result == 0)
        json_put_raw(writer, text_string(&text));
    else
        json_put_string(writer, detail);
    json_free(document);
    text_release(&text);
}

static int put_record(const struct audit_record *record, void *context)
{
    struct json_writer *writer = rows_next(context);

    if (writer == NULL)
        return ROWS_FULL;
    json_begin_object(writer);
    result_int(writer, "id", record->id);
    result_instant(writer, "at", record->at_ms);
    result_text(writer, "account", record->account);
    result_text_or_null(writer, "by", record->by_whom);
    result_text(writer, "action", record->action);
    result_text(writer, "subject", record->subject);
    put_detail(writer, record->detail);
    json_end_object(writer);
    return 0;
}

static int audit_apply(struct command_call *call, struct fault *fault)
{
    struct audit_filter filter = {
        .from_day = INT32_MIN,
        .to_day = INT32_MAX,
        .action = argument_text(call, "action", NULL),
        .subject = argument_text(call, "subject", NULL),
        .who = argument_text(call, "who", NULL),
    };
    struct row_list rows;
    int result;

    (void)argument_day(call, "from", &filter.from_day);
    (void)argument_day(call, "to", &filter.to_day);
    if (filter.from_day > filter.to_day)
        return fault_set(fault, -EINVAL, "--from lies after --to; exchange them");
    filter.limit = rows_begin(&rows, call, LIMIT_USUAL);
    result = audit_each(call->store, &filter, put_record, &rows, fault);
    rows_end(&rows);
    return result;
}

static const struct argument arguments[] = {
    {.name = "from", .kind = ARGUMENT_DAY, .value = "DATE", .help = "on that day or later"},
    {.name = "to", .kind = ARGUMENT_DAY, .value = "DATE", .help = "on that day or earlier"},
    {.name = "action",
     .kind = ARGUMENT_TEXT,
     .value = "TEXT",
     .help = "this action alone; \"robot\" is every one of robots"},
    {.name = "subject",
     .kind = ARGUMENT_TEXT,
     .value = "TEXT",
     .help = "what it was done to, in full: a robot's id, \"run 7\""},
    {.name = "who",
     .kind = ARGUMENT_TEXT,
     .value = "NAME",
     .help = "by this account, or by whom --by named"},
    LIMIT_ARGUMENT("at most so many (50)"),
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "id", .heading = "id", .is_right = true},
    {.member = "at", .heading = "at"},
    {.member = "account", .heading = "account"},
    {.member = "by", .heading = "by"},
    {.member = "action", .heading = "action"},
    {.member = "subject", .heading = "subject"},
    {.member = "detail", .heading = "detail", .most = DETAIL_SHOWN},
    COLUMNS_END,
};

const struct command command_audit = {
    .name = "audit",
    .summary = "who did what, newest first",
    .kind = COMMAND_READS,
    .arguments = arguments,
    .columns = columns,
    .empty = "nothing was done, or nothing of what was asked for",
    .apply = audit_apply,
};
