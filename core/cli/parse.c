/*
 * The command line, understood from the table of commands. First the words are told from the
 * options, so that options may stand anywhere; then the options are read by the command's
 * specification; what they are worth is checked where all arguments are checked.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/cli/cli.h"
#include "core/cli/parse_inner.h"

enum { ARGUMENTS_TEXT_MAX = COMMAND_REQUEST_MAX - 4096, REPEATED_TEXT_MAX = 65536 };

static bool is_option(const char *token)
{
    return token[0] == '-' && token[1] == '-' && token[2] != '\0';
}

/* An option's name and what follows a =; value NULL: nothing did. */
static bool split_option(const char *token, char name[OPTION_NAME_MAX], const char **value)
{
    size_t length = strcspn(token + 2, "=");

    *value = token[2 + length] == '=' ? token + 2 + length + 1 : NULL;
    if (length >= OPTION_NAME_MAX)
        return false;
    memcpy(name, token + 2, length);
    name[length] = '\0';
    return true;
}

static int find_words(struct parsing *parsing, struct fault *fault)
{
    bool is_over = false;
    const char *value;
    int i;

    for (i = 1; i < parsing->argc; i++) {
        const char *token = parsing->argv[i];
        char name[OPTION_NAME_MAX];

        if (!is_over && strcmp(token, "--") == 0) {
            is_over = true;
        } else if (!is_over && strcmp(token, "-h") == 0) {
            parsing->is_help = true;
        } else if (!is_over && is_option(token)) {
            if (!split_option(token, name, &value))
                return fault_set(fault, -EINVAL, "unknown option %.60s", token);
            if (strcmp(name, "help") == 0)
                parsing->is_help = true;
            else if (strcmp(name, "version") == 0)
                parsing->is_version = true;
            else if (value == NULL && cli_option_takes_value(name))
                i++;
        } else if (!is_over && token[0] == '-' && token[1] != '\0') {
            return fault_set(fault, -EINVAL, "unknown option %.60s", token);
        } else if (parsing->word_count == PARSE_WORDS_MAX) {
            return fault_set(fault, -EINVAL, "too many words, from \"%.60s\" on", token);
        } else {
            parsing->words[parsing->word_count++] = token;
        }
    }
    return 0;
}

static const struct argument *find_option(const struct command *command, const char *name)
{
    const struct argument *argument;

    for (argument = command->arguments; argument != NULL && argument->name != NULL; argument++)
        if (!argument->is_positional && strcmp(argument->name, name) == 0)
            return argument;
    return NULL;
}

/* The place of a word among choices such as "table|json|csv"; -1: it is none of them. */
static int place_of(const char *word, const char *choices)
{
    size_t length = strlen(word);
    int place = 0;

    for (;; place++) {
        size_t span = strcspn(choices, "|");

        if (span == length && memcmp(choices, word, length) == 0)
            return place;
        if (choices[span] == '\0')
            return -1;
        choices += span + 1;
    }
}

/* Options that every command has; false: it is not one of them. */
static bool take_everywhere(struct parsing *parsing, const char *name, const char *value,
                            int *result, struct fault *fault)
{
    struct cli_request *request = parsing->request;
    const struct argument *option = cli_everywhere;
    int place = 0;

    while (option->name != NULL && strcmp(option->name, name) != 0)
        option++;
    if (option->name == NULL || option->kind == ARGUMENT_FLAG)
        return false;
    if (value[0] == '\0') {
        *result = fault_set(fault, -EINVAL, "--%s needs a value", name);
        return true;
    }
    if (option->choices != NULL)
        place = place_of(value, option->choices);
    if (place < 0)
        *result = fault_set(fault, -EINVAL, "--%s: expected %s, not \"%.40s\"", name,
                            option->choices, value);
    else if (strcmp(name, "home") == 0)
        request->home = value;
    else if (strcmp(name, "by") == 0)
        request->by = value;
    else if (strcmp(name, "format") == 0)
        request->format = (enum cli_format)place;
    else
        request->color = (enum terminal_colour)place;
    return true;
}

static bool is_given_twice(struct parsing *parsing, const char *name)
{
    size_t i;

    for (i = 0; i < parsing->seen_count; i++)
        if (strcmp(parsing->seen[i], name) == 0)
            return true;
    if (parsing->seen_count < PARSE_OPTIONS_MAX)
        (void)text_copy(parsing->seen[parsing->seen_count++], OPTION_NAME_MAX, name);
    return false;
}

/* --yes and --dry-run, of commands that have them. */
static bool take_flag(struct parsing *parsing, const char *name)
{
    const struct argument *option = cli_everywhere;

    while (option->name != NULL && strcmp(option->name, name) != 0)
        option++;
    if (option->name == NULL || !cli_has_option(parsing->command, option))
        return false;
    if (strcmp(name, "yes") == 0)
        parsing->request->is_agreed = true;
    else if (strcmp(name, "dry-run") == 0)
        parsing->request->is_trial = true;
    else
        return false;
    return true;
}

static int check_values(const struct text *values, const char *dashes, const char *name,
                        struct fault *fault)
{
    if (values->broken == 0)
        return 0;
    if (values->broken == -ENOMEM)
        return fault_no_memory(fault);
    return fault_set(fault, -EINVAL, "%s%s: its values are too long together", dashes, name);
}

/* Of an option that may be given several times all values are taken where it is met first. */
static int take_repeated(struct parsing *parsing, const struct argument *argument, int *at,
                         struct fault *fault)
{
    bool is_taken = is_given_twice(parsing, argument->name);
    char name[OPTION_NAME_MAX];
    struct text values;
    const char *value;
    int result = 0;
    int i;

    text_init(&values, REPEATED_TEXT_MAX);
    for (i = *at; i < parsing->argc && strcmp(parsing->argv[i], "--") != 0 && result == 0; i++) {
        if (!is_option(parsing->argv[i]) || !split_option(parsing->argv[i], name, &value) ||
            strcmp(name, argument->name) != 0)
            continue;
        if (value == NULL && i + 1 < parsing->argc && !is_option(parsing->argv[i + 1])) {
            *at += i == *at;
            value = parsing->argv[++i];
        }
        if (value == NULL)
            result = fault_set(fault, -EINVAL, "--%s needs a value", name);
        else
            text_printf(&values, "%s%s", values.length > 0 ? "," : "", value);
        if (is_taken)
            break;
    }
    if (result == 0)
        result = check_values(&values, "--", argument->name, fault);
    if (result == 0 && !is_taken)
        result = parse_put(parsing, argument, text_string(&values), fault);
    text_release(&values);
    return result;
}

/* One option; *at is its place, moved on when the next token is its value. */
static int take_option(struct parsing *parsing, int *at, struct fault *fault)
{
    const struct argument *argument;
    const char *token = parsing->argv[*at];
    char name[OPTION_NAME_MAX];
    const char *value;
    int result = 0;

    if (!split_option(token, name, &value))
        return -EINVAL;
    if (strcmp(name, "help") == 0)
        return 0;
    argument = find_option(parsing->command, name);
    if (argument == NULL && take_flag(parsing, name))
        return value == NULL ? 0 : fault_set(fault, -EINVAL, "--%s takes no value", name);
    if (argument == NULL && !cli_option_takes_value(name))
        return fault_set(fault, -EINVAL, "unknown option --%.60s", name);
    if (argument != NULL && argument->is_repeated)
        return take_repeated(parsing, argument, at, fault);
    if (is_given_twice(parsing, name))
        return fault_set(fault, -EINVAL, "--%s is given twice", name);
    if (argument != NULL && argument->kind == ARGUMENT_FLAG) {
        if (value != NULL)
            return fault_set(fault, -EINVAL, "--%s takes no value", name);
        return parse_put(parsing, argument, "", fault);
    }
    if (value == NULL && *at + 1 < parsing->argc && !is_option(parsing->argv[*at + 1]) &&
        strcmp(parsing->argv[*at + 1], "--") != 0)
        value = parsing->argv[++*at];
    if (value == NULL)
        return fault_set(fault, -EINVAL, "--%s needs a value (--%s=VALUE if it begins with --)",
                         name, name);
    if (argument != NULL)
        return parse_put(parsing, argument, value, fault);
    if (!take_everywhere(parsing, name, value, &result, fault))
        return fault_set(fault, -EINVAL, "unknown option --%.60s", name);
    return result;
}

static int take_options(struct parsing *parsing, struct fault *fault)
{
    int result = 0;
    int i;

    for (i = 1; i < parsing->argc && result == 0; i++) {
        if (strcmp(parsing->argv[i], "--") == 0)
            break;
        if (is_option(parsing->argv[i]))
            result = take_option(parsing, &i, fault);
    }
    return result;
}

/* All words from that place on, with commas between them. */
static int take_words(struct parsing *parsing, const struct argument *argument, size_t from,
                      struct fault *fault)
{
    struct text values;
    size_t i;
    int result;

    text_init(&values, REPEATED_TEXT_MAX);
    for (i = from; i < parsing->word_count; i++)
        text_printf(&values, "%s%s", i > from ? "," : "", parsing->words[i]);
    result = check_values(&values, "", argument->value, fault);
    if (result == 0)
        result = parse_put(parsing, argument, text_string(&values), fault);
    text_release(&values);
    return result;
}

static int take_positionals(struct parsing *parsing, size_t used, struct fault *fault)
{
    const struct argument *argument = parsing->command->arguments;
    size_t i;
    int result = 0;

    for (i = used; i < parsing->word_count && result == 0; i++) {
        while (argument != NULL && argument->name != NULL && !argument->is_positional)
            argument++;
        if (argument == NULL || argument->name == NULL)
            return fault_set(fault, -EINVAL, "\"%.60s\" is one word too many", parsing->words[i]);
        if (argument->kind == ARGUMENT_NUMBERS)
            return parse_put_all(parsing, argument, i, fault);
        if (argument->is_repeated)
            return take_words(parsing, argument, i, fault);
        result = parse_put(parsing, argument++, parsing->words[i], fault);
    }
    return result;
}

static int read_command(struct parsing *parsing, size_t used, struct fault *fault)
{
    struct cli_request *request = parsing->request;
    struct text text;
    int result;

    text_init(&text, ARGUMENTS_TEXT_MAX);
    json_writer_init(&parsing->arguments, &text);
    json_begin_object(&parsing->arguments);
    result = take_options(parsing, fault);
    if (result == 0)
        result = take_positionals(parsing, used, fault);
    if (result < 0) {
        if (result == -EINVAL)
            (void)fault_prefix(fault, result, "%s", parsing->command->name);
        goto out;
    }
    json_end_object(&parsing->arguments);
    if (text.broken != 0)
        result = fault_broken(fault, text.broken, "%s: the arguments are too long",
                              parsing->command->name);
    else
        result = json_parse(text_string(&text), text.length, ARGUMENTS_TEXT_MAX,
                            &request->arguments, fault);
    if (result == 0)
        result = command_check_arguments(parsing->command, request->arguments, fault);
    if (result == 0 && request->home == NULL && parsing->command->kind != COMMAND_FREE)
        result = fault_set(fault, -EINVAL,
                           "%s: which installation? give --home DIR, or set AUTOMAGI_HOME",
                           parsing->command->name);
out:
    text_release(&text);
    return result;
}

/* Wrong usage ends with what explains the right one. */
static int add_advice(int result, const char *words, struct fault *fault)
{
    struct fault copy = *fault;

    if (result != -EINVAL)
        return result;
    return fault_set(fault, result, "%.900s; see `automagi %s%s--help`", copy.text, words,
                     words[0] != '\0' ? " " : "");
}

int cli_parse(int argc, char *const *argv, struct cli_request *ret_request, struct fault *fault)
{
    struct cli_request request = {.home = getenv("AUTOMAGI_HOME")};
    struct parsing parsing = {.argc = argc, .argv = argv, .request = &request};
    size_t used = 0;
    int result = find_words(&parsing, fault);

    if (request.home != NULL && request.home[0] == '\0')
        request.home = NULL;
    if (result == 0 && parsing.word_count > 0 && strcmp(parsing.words[0], "help") == 0) {
        parsing.is_help = true;
        memmove(parsing.words, parsing.words + 1, --parsing.word_count * sizeof(parsing.words[0]));
    }
    parsing.command = cli_find_command(parsing.words, parsing.word_count, &used);
    if (result == 0 && parsing.is_version && parsing.word_count == 0) {
        request.is_version = true;
    } else if (result == 0 && parsing.is_help) {
        request.is_help = true;
        request.command = parsing.command;
        result = parse_help_words(&parsing, used, fault);
    } else if (result == 0 && parsing.command == NULL) {
        result = parse_refuse_words(&parsing, fault);
    } else if (result == 0) {
        request.command = parsing.command;
        (void)text_copy(request.help_words, sizeof(request.help_words), parsing.command->name);
        result = read_command(&parsing, used, fault);
    }
    if (result < 0) {
        json_free(request.arguments);
        return add_advice(result, request.help_words, fault);
    }
    *ret_request = request;
    return 0;
}

void cli_request_release(struct cli_request *request)
{
    json_free(request->arguments);
    *request = (struct cli_request){0};
}
