#include "core/command/detail.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/log.h"
#include "core/command/change_list.h"
#include "core/command/command.h"
#include "core/command/nouns.h"

enum { NUMBER_TEXT = 48, NAME_MAX_OWN = 64 };

static void put_redacted(struct json_writer *writer, const char *string)
{
    struct text line;

    text_init(&line, DETAIL_MAX);
    if (string != NULL)
        log_redact(string, strlen(string), &line);
    if (line.broken != 0)
        writer->target->broken = line.broken;
    json_put_string(writer, string != NULL ? text_string(&line) : NULL);
    text_release(&line);
}

static void put_argument(const struct command_call *call, const struct argument *argument,
                         struct json_writer *writer)
{
    const struct json *value = json_member(call->arguments, argument->name);
    int64_t number;

    if (value == NULL || argument->is_private || argument->kind == ARGUMENT_LIST ||
        argument->kind == ARGUMENT_NUMBERS ||
        argument->kind == ARGUMENT_JSON) /* the command says of these what it will */
        return;
    json_key(writer, argument->name);
    if (argument->kind == ARGUMENT_FILE)
        put_redacted(writer, json_string(json_member(value, "path")));
    else if (json_is_string(value))
        put_redacted(writer, json_string(value));
    else if (json_is_bool(value))
        json_put_bool(writer, json_bool(value));
    else if (json_int64(value, &number))
        json_put_int(writer, number);
    else
        json_put_null(writer);
}

static void begin(struct detail *detail)
{
    text_clear(&detail->text);
    json_writer_init(&detail->writer, &detail->text);
    json_begin_object(&detail->writer);
}

static void put_arguments(struct detail *detail, const struct command *command,
                          const struct command_call *call)
{
    const struct argument *argument;

    for (argument = command->arguments; argument != NULL && argument->name != NULL; argument++)
        put_argument(call, argument, &detail->writer);
}

void detail_begin(struct detail *detail, const struct command *command, struct command_call *call)
{
    text_init(&detail->text, DETAIL_MAX);
    begin(detail);
    put_arguments(detail, command, call);
    call->detail = &detail->writer;
}

const char *detail_end(struct detail *detail, const struct command *command,
                       struct command_call *call)
{
    call->detail = NULL;
    json_end_object(&detail->writer);
    if (detail->text.broken == -E2BIG) {
        begin(detail);
        put_arguments(detail, command, call);
        result_bool(&detail->writer, "truncated", true);
        json_end_object(&detail->writer);
    }
    if (detail->text.broken == -E2BIG) {
        begin(detail);
        result_bool(&detail->writer, "truncated", true);
        json_end_object(&detail->writer);
    }
    return detail->text.broken == 0 ? text_string(&detail->text) : NULL;
}

void detail_release(struct detail *detail)
{
    text_release(&detail->text);
}

/* An object with a member twice can be read by nobody: what has an argument's name gets another. */
static const char *own_name(const struct command_call *call, const char *name,
                            char own[static NAME_MAX_OWN])
{
    if (json_member(call->arguments, name) == NULL)
        return name;
    (void)snprintf(own, NAME_MAX_OWN, "found_%s", name);
    return own;
}

void detail_text(const struct command_call *call, const char *name, const char *value)
{
    char own[NAME_MAX_OWN];

    if (call->detail == NULL)
        return;
    json_key(call->detail, own_name(call, name, own));
    put_redacted(call->detail, value);
}

void detail_int(const struct command_call *call, const char *name, int64_t value)
{
    char own[NAME_MAX_OWN];

    if (call->detail != NULL)
        result_int(call->detail, own_name(call, name, own), value);
}

void detail_bool(const struct command_call *call, const char *name, bool value)
{
    char own[NAME_MAX_OWN];

    if (call->detail != NULL)
        result_bool(call->detail, own_name(call, name, own), value);
}

void detail_day(const struct command_call *call, const char *name, int32_t day)
{
    char own[NAME_MAX_OWN];

    if (call->detail != NULL && day == INT32_MAX)
        result_text(call->detail, own_name(call, name, own), NULL);
    else if (call->detail != NULL)
        result_day(call->detail, own_name(call, name, own), day);
}

void detail_decimal(const struct command_call *call, const char *name, int64_t scaled,
                    unsigned digits)
{
    char text[NUMBER_TEXT];

    decimal_format(scaled, digits, text, sizeof(text));
    detail_text(call, name, text);
}

void detail_sha256(const struct command_call *call, const char *name, const char *text)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof(hash) + 1] = "";
    char own[NAME_MAX_OWN];

    if (call->detail == NULL || sodium_init() < 0)
        return;
    if (text != NULL) {
        (void)crypto_hash_sha256(hash, (const unsigned char *)text, strlen(text));
        (void)sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
    }
    /* Not redacted: ten of its digits in a row can look like a CPR number. */
    result_text_or_null(call->detail, own_name(call, name, own), hex);
}

void detail_changes(const struct command_call *call, const struct change_list *changes,
                    const struct change_list *effects)
{
    struct json_writer writer;
    struct text rows;

    if (call->detail == NULL)
        return;
    detail_int(call, "added", (int64_t)changes->added);
    detail_int(call, "changed", (int64_t)changes->changed);
    detail_int(call, "removed", (int64_t)changes->removed);
    text_init(&rows, DETAIL_CHANGES_MAX);
    json_writer_init(&writer, &rows);
    json_begin_array(&writer);
    change_list_put(changes, &writer, put_redacted);
    change_list_put(effects, &writer, put_redacted);
    json_end_array(&writer);
    if (rows.broken == -ENOMEM) {
        call->detail->target->broken = rows.broken; /* no record of a change is short for that */
    } else if (rows.broken == 0) {
        json_key(call->detail, "changes");
        json_put_raw(call->detail, text_string(&rows));
    } else {
        detail_bool(call, "truncated", true);
    }
    text_release(&rows);
}
