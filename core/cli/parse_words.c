/* Which words are the command, and which options take a value. */
#include <stdio.h>
#include <string.h>

#include "core/cli/cli.h"
#include "core/command/nouns.h"

enum { WORDS_MAX = 2, NAME_MAX_BYTES = 64 };

const struct argument cli_everywhere[] = {
    {.name = "home",
     .kind = ARGUMENT_TEXT,
     .value = "DIR",
     .help = "where the installation lives (or AUTOMAGI_HOME)",
     .source = SOURCE_PATH},
    {.name = "by",
     .kind = ARGUMENT_TEXT,
     .value = "NAME",
     .help = "who asks for a change; recorded beside the account"},
    {.name = "format",
     .kind = ARGUMENT_CHOICE,
     .choices = "table|json|csv",
     .value = "FORMAT",
     .help = "table (usual), json or csv"},
    {.name = "color",
     .kind = ARGUMENT_CHOICE,
     .choices = "auto|always|never",
     .value = "WHEN",
     .help = "auto (usual: on a terminal), always or never"},
    {.name = "yes", .kind = ARGUMENT_FLAG, .help = "do it without asking"},
    {.name = "dry-run", .kind = ARGUMENT_FLAG, .help = "say what it would do, and change nothing"},
    {.name = "version", .kind = ARGUMENT_FLAG, .help = "which version this is"},
    {.name = "help",
     .kind = ARGUMENT_FLAG,
     .help = "this text; `automagi robot --help`, `automagi robot add --help`"},
    {.name = NULL},
};

bool cli_option_takes_value(const char *name)
{
    const struct command *const *command;
    const struct argument *argument;

    for (argument = cli_everywhere; argument->name != NULL; argument++)
        if (strcmp(argument->name, name) == 0)
            return argument->kind != ARGUMENT_FLAG;
    for (command = command_table; *command != NULL; command++)
        for (argument = (*command)->arguments; argument != NULL && argument->name != NULL;
             argument++)
            if (!argument->is_positional && strcmp(argument->name, name) == 0)
                return argument->kind != ARGUMENT_FLAG;
    return false;
}

/* --by NAME is who asks, but not where nothing is recorded, nor where --by is the command's own;
 * --version stands alone. */
bool cli_has_option(const struct command *command, const struct argument *option)
{
    const struct argument *argument = command != NULL ? command->arguments : NULL;

    for (; argument != NULL && argument->name != NULL; argument++)
        if (strcmp(argument->name, option->name) == 0)
            return false;
    if (command == NULL)
        return true;
    if (strcmp(option->name, "by") == 0)
        return command->kind == COMMAND_CHANGES || command == &command_task_import ||
               command == &command_backup || command == &command_restore ||
               command == &command_upgrade || command == &command_calendar_add ||
               command == &command_backlog_load;
    if (strcmp(option->name, "yes") == 0)
        return command->preview != NULL || command->is_asked;
    if (strcmp(option->name, "dry-run") == 0)
        return command->kind == COMMAND_CHANGES || command == &command_backlog_load;
    return strcmp(option->name, "version") != 0;
}

const struct command *cli_find_command(const char *const *words, size_t count, size_t *ret_used)
{
    size_t used = count < WORDS_MAX ? count : WORDS_MAX;

    for (; used > 0; used--) {
        const struct command *command;
        char name[NAME_MAX_BYTES];
        int length = used == 1 ? snprintf(name, sizeof(name), "%s", words[0])
                               : snprintf(name, sizeof(name), "%s %s", words[0], words[1]);

        if (length < 0 || (size_t)length >= sizeof(name))
            continue;
        command = command_find(name);
        if (command != NULL && command->summary != NULL) {
            *ret_used = used;
            return command;
        }
    }
    return NULL;
}
