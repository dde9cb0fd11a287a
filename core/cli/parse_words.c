/* Which words are the command, and which options take a value. */
#include <stdio.h>
#include <string.h>

#include "core/cli/cli.h"

enum { WORDS_MAX = 2, NAME_MAX_BYTES = 64 };

bool cli_option_takes_value(const char *name)
{
    static const char *const everywhere[] = {"home", "by", "format", NULL};
    const struct command *const *command;
    const struct argument *argument;
    size_t i;

    for (i = 0; everywhere[i] != NULL; i++)
        if (strcmp(everywhere[i], name) == 0)
            return true;
    for (command = command_table; *command != NULL; command++)
        for (argument = (*command)->arguments; argument != NULL && argument->name != NULL;
             argument++)
            if (!argument->is_positional && strcmp(argument->name, name) == 0)
                return argument->kind != ARGUMENT_FLAG;
    return false;
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
