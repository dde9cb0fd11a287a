/* Help, made from the table of commands. */
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "core/cli/cli.h"
#include "core/command/nouns.h"

enum { LEFT_MAX = 80, EVERYWHERE_WIDTH = 18 };

static void print_entry(const char *left, size_t width, const char *right, FILE *target)
{
    size_t columns = text_columns(left);

    (void)fprintf(target, "  %s%*s  %s\n", left, (int)(columns < width ? width - columns : 0), "",
                  right);
}

static void left_of(const struct argument *argument, char left[LEFT_MAX])
{
    if (argument->is_positional)
        (void)snprintf(left, LEFT_MAX, "%s", argument->value);
    else if (argument->kind == ARGUMENT_FLAG)
        (void)snprintf(left, LEFT_MAX, "--%s", argument->name);
    else
        (void)snprintf(left, LEFT_MAX, "--%s %s", argument->name, argument->value);
}

/* command NULL: with any. */
static void print_everywhere(const struct command *command, FILE *target)
{
    const struct argument *option;
    char left[LEFT_MAX];

    (void)fputs(command == NULL ? "\nBefore or after a command; its own help says which it takes:\n"
                                : "\nBefore or after the command:\n",
                target);
    for (option = cli_everywhere; option->name != NULL; option++) {
        if (!cli_has_option(command, option))
            continue;
        left_of(option, left);
        print_entry(left, EVERYWHERE_WIDTH, option->help, target);
    }
}

/* Of a noun, or of all ("" as noun). */
static size_t print_commands(const char *noun, FILE *target)
{
    const struct command *const *command;
    size_t length = strlen(noun);
    size_t width = 0;
    size_t count = 0;

    for (command = command_table; *command != NULL; command++)
        if ((*command)->summary != NULL && strlen((*command)->name) > width)
            width = strlen((*command)->name);
    for (command = command_table; *command != NULL; command++) {
        if ((*command)->summary == NULL ||
            (length > 0 && (strncmp((*command)->name, noun, length) != 0 ||
                            ((*command)->name[length] != ' ' && (*command)->name[length] != '\0'))))
            continue;
        if (count == 0)
            (void)fputs(length > 0 ? "Commands:\n" : "\nCommands:\n", target);
        print_entry((*command)->name, width, (*command)->summary, target);
        count++;
    }
    return count;
}

static void print_usage(const struct command *command, FILE *target)
{
    const struct argument *argument;

    (void)fprintf(target, "usage: automagi %s", command->name);
    for (argument = command->arguments; argument != NULL && argument->name != NULL; argument++) {
        const char *open = argument->is_required ? "" : "[";
        const char *close = argument->is_required ? "" : "]";

        if (argument->is_positional)
            (void)fprintf(target, " %s%s%s", open, argument->value, close);
        else if (argument->kind == ARGUMENT_FLAG)
            (void)fprintf(target, " %s--%s%s", open, argument->name, close);
        else
            (void)fprintf(target, " %s--%s %s%s", open, argument->name, argument->value, close);
    }
    (void)fputc('\n', target);
}

static void print_arguments(const struct command *command, FILE *target)
{
    const struct argument *argument;
    char left[LEFT_MAX];
    size_t width = 0;

    for (argument = command->arguments; argument != NULL && argument->name != NULL; argument++) {
        left_of(argument, left);
        if (text_columns(left) > width)
            width = text_columns(left);
    }
    if (width > 0)
        (void)fputc('\n', target);
    for (argument = command->arguments; argument != NULL && argument->name != NULL; argument++) {
        left_of(argument, left);
        print_entry(left, width, argument->help, target);
        if (argument->choices != NULL)
            print_entry("", width, argument->choices, target);
    }
}

bool cli_help(const char *words, FILE *target)
{
    const struct command *command = command_find(words);

    if (command != NULL && command->summary != NULL) {
        print_usage(command, target);
        (void)fprintf(target, "\n%s\n", command->summary);
        if (command->help != NULL)
            (void)fprintf(target, "\n%s\n", command->help);
        print_arguments(command, target);
    } else {
        if (words[0] == '\0')
            (void)fputs("Automagi runs software robots and shows what they are worth.\n\n"
                        "usage: automagi [--home DIR] COMMAND ...\n",
                        target);
        if (print_commands(words, target) == 0)
            return false;
    }
    print_everywhere(command != NULL && command->summary != NULL ? command : NULL, target);
    return true;
}
