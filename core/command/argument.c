/* A command's arguments held against their specification, and its getters. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/command.h"

enum { TEXT_MOST = 4095, FILE_TEXT_MOST = 8 * 1024 * 1024, DECIMAL_DIGITS = 6, LABEL = 80 };

/* How a person gives it: "--limit", or "ROBOT". */
static void name_of(const struct argument *argument, char label[LABEL])
{
    if (argument->is_positional)
        (void)snprintf(label, LABEL, "%s", argument->value);
    else
        (void)snprintf(label, LABEL, "--%s", argument->name);
}

static int refuse(const struct argument *argument, const struct json *value, const char *expected,
                  struct fault *fault)
{
    const char *found = json_string(value);
    char label[LABEL];

    name_of(argument, label);
    if (found != NULL)
        return fault_set(fault, -EINVAL, "%s: expected %s, not \"%.100s\"", label, expected, found);
    return fault_set(fault, -EINVAL, "%s: expected %s", label, expected);
}

static bool is_choice(const char *choices, const char *word)
{
    size_t length = strlen(word);

    if (length == 0 || strchr(word, '|') != NULL)
        return false;
    for (;;) {
        size_t span = strcspn(choices, "|");

        if (span == length && memcmp(choices, word, length) == 0)
            return true;
        if (choices[span] == '\0')
            return false;
        choices += span + 1;
    }
}

static int check_number(const struct argument *argument, const struct json *value,
                        struct fault *fault)
{
    bool is_bounded = argument->least != 0 || argument->most != 0;
    char expected[80];
    char label[LABEL];
    int64_t number;

    name_of(argument, label);
    if (json_need_digits(value, label, fault) < 0)
        return -EINVAL;
    if (json_int64(value, &number) &&
        (!is_bounded || (number >= argument->least && number <= argument->most)))
        return 0;
    if (!is_bounded)
        return refuse(argument, value, "a whole number", fault);
    if (argument->most == INT64_MAX)
        (void)snprintf(expected, sizeof(expected), "a whole number from %" PRId64 " on",
                       argument->least);
    else
        (void)snprintf(expected, sizeof(expected), "a whole number from %" PRId64 " to %" PRId64,
                       argument->least, argument->most);
    return refuse(argument, value, expected, fault);
}

static int check_numbers(const struct argument *argument, const struct json *value,
                         struct fault *fault)
{
    const struct json *number;
    int result = 0;

    if (!json_is_array(value))
        return check_number(argument, value, fault);
    if (json_count(value) == 0)
        return refuse(argument, value, "one number or more", fault);
    for (number = json_first(value); number != NULL && result == 0; number = json_next(number))
        result = check_number(argument, number, fault);
    return result;
}

static int check_text(const struct argument *argument, const struct json *value,
                      struct fault *fault)
{
    size_t most = argument->most > 0 ? (size_t)argument->most : TEXT_MOST;
    const char *text = json_string(value);
    char expected[80];

    if (text == NULL)
        return refuse(argument, NULL, "a text", fault);
    if (argument->is_private)
        return 0;
    if (text[0] == '\0')
        return refuse(argument, NULL, "a text that is not empty", fault);
    if (strlen(text) > most || !text_is_line(text, strlen(text))) {
        (void)snprintf(expected, sizeof(expected), "one line of text of at most %zu bytes", most);
        return refuse(argument, NULL, expected, fault);
    }
    return 0;
}

static int check_file(const struct argument *argument, const struct json *value,
                      struct fault *fault)
{
    static const char *const members[] = {"path", "folder", "text", NULL};
    size_t i;

    if (json_only(value, members, argument->name, fault) < 0)
        return -EINVAL;
    for (i = 0; members[i] != NULL; i++)
        if (json_string(json_member(value, members[i])) == NULL)
            return refuse(argument, NULL, "a file's path, folder and text", fault);
    if (strlen(json_string(json_member(value, "text"))) > FILE_TEXT_MOST)
        return refuse(argument, NULL, "a file of at most 8 MiB", fault);
    return 0;
}

static int check_json(const struct argument *argument, const struct json *value,
                      struct fault *fault)
{
    char expected[80];
    struct text text;
    bool fits;

    text_init(&text, (size_t)argument->most);
    fits = json_is_object(value) && json_print(value, &text) == 0;
    text_release(&text);
    (void)snprintf(expected, sizeof(expected), "a JSON object of at most %" PRId64 " bytes",
                   argument->most);
    return fits ? 0 : refuse(argument, value, expected, fault);
}

static int check_value(const struct argument *argument, const struct json *value,
                       struct fault *fault)
{
    const char *text = json_string(value);
    int64_t scaled;
    int32_t day;

    switch (argument->kind) {
    case ARGUMENT_TEXT:
        return check_text(argument, value, fault);
    case ARGUMENT_ROBOT:
        if (text != NULL && text_is_slug(text))
            return 0;
        return refuse(argument, value, "a robot's id (small letters, digits, - and _)", fault);
    case ARGUMENT_NUMBER:
        return check_number(argument, value, fault);
    case ARGUMENT_NUMBERS:
        return check_numbers(argument, value, fault);
    case ARGUMENT_DECIMAL:
        if (text != NULL && decimal_parse(text, DECIMAL_DIGITS, &scaled))
            return 0;
        return refuse(argument, value, "a decimal number such as 2.5", fault);
    case ARGUMENT_DAY:
        if (text != NULL && clock_parse_day(text, &day))
            return 0;
        return refuse(argument, value, "a date that exists, as YYYY-MM-DD", fault);
    case ARGUMENT_FLAG:
        return json_is_bool(value) ? 0 : refuse(argument, value, "no value", fault);
    case ARGUMENT_CHOICE:
        if (text != NULL && is_choice(argument->choices, text))
            return 0;
        return refuse(argument, value, argument->choices, fault);
    case ARGUMENT_FILE:
        return check_file(argument, value, fault);
    case ARGUMENT_JSON:
        return check_json(argument, value, fault);
    case ARGUMENT_LIST:
        return json_is_array(value) ? 0 : refuse(argument, value, "a list", fault);
    }
    return -EINVAL;
}

static const struct argument *find_argument(const struct command *command, const char *name)
{
    const struct argument *argument;

    for (argument = command->arguments; argument != NULL && argument->name != NULL; argument++)
        if (strcmp(argument->name, name) == 0)
            return argument;
    return NULL;
}

/* A range of days, where a command takes one: the one that begins it comes first. */
static int check_range(const struct command *command, const struct json *arguments,
                       struct fault *fault)
{
    const struct argument *from = find_argument(command, "from");
    const struct argument *to = find_argument(command, "to");
    const char *first = json_string(json_member(arguments, "from"));
    const char *last = json_string(json_member(arguments, "to"));
    int32_t first_day;
    int32_t last_day;

    if (from == NULL || to == NULL || from->kind != ARGUMENT_DAY || to->kind != ARGUMENT_DAY ||
        first == NULL || last == NULL || !clock_parse_day(first, &first_day) ||
        !clock_parse_day(last, &last_day) || first_day <= last_day)
        return 0;
    return fault_set(fault, -EINVAL, "--from %s lies after --to %s; exchange them", first, last);
}

int command_check_arguments(const struct command *command, const struct json *arguments,
                            struct fault *fault)
{
    const struct argument *argument;
    const struct json *value;
    char label[LABEL];
    int result = 0;

    if (!json_is_object(arguments))
        return fault_set(fault, -EINVAL, "%s: the arguments must be an object", command->name);
    for (value = json_first(arguments); value != NULL && result == 0; value = json_next(value)) {
        argument = find_argument(command, json_name(value));
        if (argument == NULL)
            result = fault_set(fault, -EINVAL, "unknown option --%.60s", json_name(value));
        else
            result = check_value(argument, value, fault);
    }
    for (argument = command->arguments; result == 0 && argument != NULL && argument->name != NULL;
         argument++) {
        name_of(argument, label);
        if (argument->is_required && json_member(arguments, argument->name) == NULL)
            result = fault_set(fault, -EINVAL, "%s is missing: %s", label, argument->help);
        if (argument->needs != NULL && json_member(arguments, argument->name) != NULL &&
            json_member(arguments, argument->needs) == NULL)
            result = fault_set(fault, -EINVAL, "%s needs --%s beside it", label, argument->needs);
    }
    if (result == 0)
        result = check_range(command, arguments, fault);
    if (result == 0 && command->check != NULL)
        result = command->check(arguments, fault);
    return result < 0 ? fault_prefix(fault, -EINVAL, "%s", command->name) : 0;
}

const char *argument_text(const struct command_call *call, const char *name, const char *fallback)
{
    const char *text = json_string(json_member(call->arguments, name));

    return text != NULL ? text : fallback;
}

int64_t argument_number(const struct command_call *call, const char *name, int64_t fallback)
{
    int64_t number = fallback;

    return json_int64(json_member(call->arguments, name), &number) ? number : fallback;
}

bool argument_flag(const struct command_call *call, const char *name)
{
    return json_bool(json_member(call->arguments, name));
}

bool argument_day(const struct command_call *call, const char *name, int32_t *ret_day)
{
    const char *text = argument_text(call, name, NULL);

    return text != NULL && clock_parse_day(text, ret_day);
}

bool argument_json(const struct command_call *call, const char *name, struct text *target)
{
    const struct json *value = json_member(call->arguments, name);

    if (value == NULL)
        return false;
    return json_print(value, target) <= 0; /* what fails breaks the text: its user looks at that */
}

const char *argument_file(const struct command_call *call, const char *name, const char **ret_path,
                          const char **ret_folder)
{
    const struct json *file = json_member(call->arguments, name);

    *ret_path = json_string(json_member(file, "path"));
    *ret_folder = json_string(json_member(file, "folder"));
    return json_string(json_member(file, "text"));
}
