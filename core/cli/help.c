/* Help, made from the table of commands. */
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "core/cli/cli.h"
#include "core/command/nouns.h"

enum { LEFT_MAX = 80 };

static void print_entry(const char *left, size_t width, const char *right, FILE *target)
{
    size_t columns = text_columns(left);

    (void)fprintf(target, "  %s%*s  %s\n", left, (int)(columns < width ? width - columns : 0), "",
                  right);
}

/* Is --by NAME who asks? Not where nothing is recorded, nor where --by is the command's own. */
static bool has_asker(const struct command *command)
{
    const struct argument *argument = command != NULL ? command->arguments : NULL;

    for (; argument != NULL && argument->name != NULL; argument++)
        if (strcmp(argument->name, "by") == 0)
            return false;
    return command == NULL || command->kind == COMMAND_CHANGES || command == &command_task_import ||
           command == &command_backup || command == &command_restore;
}

/* command NULL: with any. */
static void print_everywhere(const struct command *command, FILE *target)
{
    (void)fputs("\nWith every command, before or after it:\n", target);
    print_entry("--home DIR", 18, "where the installation lives (or AUTOMAGI_HOME)", target);
    if (has_asker(command))
        print_entry("--by NAME", 18,
                    command != NULL ? "who asks; recorded beside the account"
                                    : "who asks for a change; recorded beside the account",
                    target);
    print_entry("--format FORMAT", 18, "table (usual), json or csv", target);
    if (command == NULL)
        print_entry("--version", 18, "which version this is", target);
    print_entry("--help", 18, "this text; `automagi robot --help`, `automagi robot add --help`",
                target);
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

static void left_of(const struct argument *argument, char left[LEFT_MAX])
{
    if (argument->is_positional)
        (void)snprintf(left, LEFT_MAX, "%s", argument->value);
    else if (argument->kind == ARGUMENT_FLAG)
        (void)snprintf(left, LEFT_MAX, "--%s", argument->name);
    else
        (void)snprintf(left, LEFT_MAX, "--%s %s", argument->name, argument->value);
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
