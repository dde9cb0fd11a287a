/* document list | show: what was signed, word for word. */
#include <sodium.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/nouns.h"
#include "core/store/signed_document.h"

enum { LIMIT_USUAL = 50, HEX_SIZE = 2 * DOCUMENT_HASH_SIZE + 1 };

static void put_members(struct json_writer *writer, const struct signed_document *document)
{
    char hex[HEX_SIZE];

    (void)sodium_bin2hex(hex, sizeof hex, document->sha256, DOCUMENT_HASH_SIZE);
    result_int(writer, "document", document->id);
    result_text(writer, "kind", signed_document_kind_word(document->kind));
    result_text(writer, "subject", document->subject);
    result_text(writer, "title", document->title);
    result_text(writer, "signed_by", document->signed_by);
    result_day(writer, "signed_on", document->signed_day);
    result_instant(writer, "made", document->made_ms);
    result_text(writer, "sha256", hex);
}

static int put_row(const struct signed_document *document, void *context)
{
    struct json_writer *writer = rows_next(context);

    if (writer == NULL)
        return ROWS_FULL;
    json_begin_object(writer);
    put_members(writer, document);
    json_end_object(writer);
    return 0;
}

static int document_list_apply(struct command_call *call, struct fault *fault)
{
    struct row_list rows;
    int result;

    (void)rows_begin(&rows, call, LIMIT_USUAL);
    result = signed_document_each(call->store, DOCUMENT_ANY, argument_text(call, "subject", NULL),
                                  put_row, &rows, fault);
    if (result < 0)
        return result;
    rows_end(&rows);
    return 0;
}

static const struct argument list_arguments[] = {
    {.name = "subject",
     .kind = ARGUMENT_TEXT,
     .value = "ID",
     .help = "only those about that robot or department"},
    LIMIT_ARGUMENT("at most so many (50)"),
    ARGUMENTS_END,
};

static const struct column list_columns[] = {
    {.member = "document", .heading = "document", .is_right = true},
    {.member = "kind", .heading = "kind"},
    {.member = "subject", .heading = "subject"},
    {.member = "signed_by", .heading = "signed by"},
    {.member = "signed_on", .heading = "signed on"},
    {.member = "title", .heading = "title"},
    COLUMNS_END,
};

const struct command command_document_list = {
    .name = "document list",
    .summary = "what was signed: agreements and rounds, newest first",
    .kind = COMMAND_READS,
    .arguments = list_arguments,
    .columns = list_columns,
    .empty = "nothing was signed yet",
    .apply = document_list_apply,
};

static int document_show_apply(struct command_call *call, struct fault *fault)
{
    struct signed_document document = {.id = 0};
    int result =
        signed_document_read(call->store, argument_number(call, "document", 0), &document, fault);

    if (result == 0) {
        json_begin_object(call->result);
        put_members(call->result, &document);
        result_text(call->result, "text", document.body);
        json_end_object(call->result);
    }
    signed_document_release(&document);
    return result;
}

static const struct argument show_arguments[] = {
    {.name = "document",
     .kind = ARGUMENT_NUMBER,
     .is_positional = true,
     .is_required = true,
     .value = "ID",
     .help = "its number",
     .least = 1,
     .most = INT64_MAX,
     .source = SOURCE_DOCUMENT},
    ARGUMENTS_END,
};

const struct command command_document_show = {
    .name = "document show",
    .summary = "one document, word for word as it was signed",
    .help =
        "--format json has its SHA-256 beside it; `automagi verify` holds one against the other.",
    .kind = COMMAND_READS,
    .arguments = show_arguments,
    .apply = document_show_apply,
};
