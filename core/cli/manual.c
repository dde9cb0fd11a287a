/* Manual pages, made from the table of commands in the form that scdoc(1) takes. */
#include <stdio.h>
#include <string.h>

#include "core/cli/cli.h"

enum { NOUN_SIZE = 32 };

/* Is this a command of the page? noun "": of automagi(1), those of one word. */
static bool is_on_page(const struct command *command, const char *noun)
{
    size_t length = strlen(noun);

    if (command->summary == NULL)
        return false;
    if (length == 0)
        return strchr(command->name, ' ') == NULL;
    return strncmp(command->name, noun, length) == 0 && command->name[length] == ' ';
}

/* Text as it is. */
static void put_text(const char *text, FILE *target)
{
    for (; *text != '\0'; text++) {
        if (strchr("\\*_`", *text) != NULL)
            (void)fputc('\\', target);
        (void)fputc(*text, target);
    }
}

/* A line of a paragraph: `words` become bold; what would begin a heading, list, table or comment
 * does not. */
static void put_line(const char *line, size_t length, FILE *target)
{
    size_t i;

    if (length > 0 && strchr("#-.;[|]+", line[0]) != NULL)
        (void)fputc('\\', target);
    for (i = 0; i < length; i++) {
        if (line[i] == '`')
            (void)fputc('*', target);
        else
            put_text((const char[]){line[i], '\0'}, target);
    }
}

/* Lines that begin with spaces are examples. */
static void put_paragraphs(const char *text, FILE *target)
{
    bool is_example = false;

    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        bool is_indented = text[0] == ' ';

        if (is_indented != is_example)
            (void)fputs(is_indented ? "\n```\n" : "```\n\n", target);
        is_example = is_indented;
        if (is_indented)
            (void)fprintf(target, "%.*s", (int)length, text);
        else
            put_line(text, length, target);
        (void)fputc('\n', target);
        text += length + (text[length] == '\n');
    }
    if (is_example)
        (void)fputs("```\n", target);
}

static void put_argument_name(const struct argument *argument, FILE *target)
{
    if (!argument->is_positional)
        (void)fprintf(target, "*--%s*", argument->name);
    if (argument->kind == ARGUMENT_FLAG)
        return;
    (void)fputs(argument->is_positional ? "_" : " _", target);
    put_text(argument->value, target);
    (void)fputc('_', target);
}

static void put_argument(const struct argument *argument, FILE *target)
{
    const char *at;

    put_argument_name(argument, target);
    (void)fputs("\n\t", target);
    put_line(argument->help, strlen(argument->help), target);
    (void)fputs(".", target);
    if (argument->choices != NULL) {
        (void)fputs(" One of *", target);
        for (at = argument->choices; *at != '\0'; at++) {
            if (*at == '|')
                (void)fputs("*, *", target);
            else
                put_text((const char[]){*at, '\0'}, target);
        }
        (void)fputs("*.", target);
    }
    (void)fputs("\n\n", target);
}

static void put_synopsis(const struct command *command, FILE *target)
{
    const struct argument *argument = command->arguments;

    (void)fprintf(target, "*automagi %s*", command->name);
    for (; argument != NULL && argument->name != NULL; argument++) {
        (void)fputs(argument->is_required ? " " : " \\[", target);
        put_argument_name(argument, target);
        (void)fputs(argument->is_required ? "" : "\\]", target);
    }
    (void)fputc('\n', target);
}

static void put_command(const struct command *command, FILE *target)
{
    const struct argument *argument = command->arguments;

    (void)fprintf(target, "## %s\n\n", command->name);
    put_synopsis(command, target);
    (void)fputc('\n', target);
    put_line(command->summary, strlen(command->summary), target);
    (void)fputs(".\n\n", target);
    if (command->help != NULL) {
        put_paragraphs(command->help, target);
        (void)fputc('\n', target);
    }
    for (; argument != NULL && argument->name != NULL; argument++)
        put_argument(argument, target);
}

static void put_everywhere(FILE *target)
{
    const struct argument *option;

    (void)fputs("# OPTIONS OF EVERY COMMAND\n\nThey stand before the command or after it.\n\n",
                target);
    for (option = cli_everywhere; option->name != NULL; option++)
        put_argument(option, target);
}

/* Of commands whose page is another: one line each. */
static void put_list(FILE *target)
{
    const struct command *const *command;

    (void)fputs("# COMMANDS OF A NOUN\n\n", target);
    for (command = command_table; *command != NULL; command++) {
        const char *space = strchr((*command)->name, ' ');

        if ((*command)->summary == NULL || space == NULL)
            continue;
        (void)fprintf(target, "*automagi %s*, see *automagi-%.*s*(1)\n\t", (*command)->name,
                      (int)(space - (*command)->name), (*command)->name);
        put_line((*command)->summary, strlen((*command)->summary), target);
        (void)fputs(".\n\n", target);
    }
}

static void put_commands(const char *noun, FILE *target)
{
    const struct command *const *command;

    (void)fputs("# COMMANDS\n\n", target);
    for (command = command_table; *command != NULL; command++)
        if (is_on_page(*command, noun))
            put_command(*command, target);
}

static void put_noun_page(const char *noun, FILE *target)
{
    (void)fprintf(target, "automagi-%s(1)\n\n# NAME\n\nautomagi-%s - commands of automagi: %s\n\n",
                  noun, noun, noun);
    put_commands(noun, target);
    (void)fputs("The options of every command, such as *--home*, *--format* and *--help*, are in "
                "*automagi*(1).\n\n# SEE ALSO\n\n*automagi*(1), *automagid*(8)\n",
                target);
}

static void put_main_page(FILE *target)
{
    (void)fputs("automagi(1)\n\n# NAME\n\nautomagi - run software robots, and show what they are "
                "worth\n\n# SYNOPSIS\n\n*automagi* \\[*--home* _DIR_\\] _COMMAND_ ...\n\n",
                target);
    put_commands("", target);
    put_list(target);
    put_everywhere(target);
}

/* The noun of "robot add" when it is the first of them in the table. */
static bool begins_noun(const struct command *const *command, char noun[static NOUN_SIZE])
{
    size_t length = strcspn((*command)->name, " ");
    const struct command *const *other;

    if ((*command)->summary == NULL || (*command)->name[length] == '\0' || length >= NOUN_SIZE)
        return false;
    memcpy(noun, (*command)->name, length);
    noun[length] = '\0';
    for (other = command_table; other != command; other++)
        if (is_on_page(*other, noun))
            return false;
    return true;
}

bool cli_manual(const char *page, FILE *target)
{
    const struct command *const *command;
    char noun[NOUN_SIZE];

    if (strcmp(page, "automagi") == 0)
        put_main_page(target);
    else if (page[0] == '\0')
        (void)fputs("automagi\n", target);
    for (command = command_table; *command != NULL; command++) {
        if (!begins_noun(command, noun))
            continue;
        if (page[0] == '\0')
            (void)fprintf(target, "automagi-%s\n", noun);
        else if (strncmp(page, "automagi-", strlen("automagi-")) == 0 &&
                 strcmp(page + strlen("automagi-"), noun) == 0)
            put_noun_page(noun, target);
        else
            continue;
        if (page[0] != '\0')
            return true;
    }
    return page[0] == '\0' || strcmp(page, "automagi") == 0;
}
