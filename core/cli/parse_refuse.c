#include <errno.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/cli/parse_inner.h"

/* The second word of a command of this noun; NULL: it is not one. */
static const char *verb_of(const struct command *command, const char *noun)
{
    size_t length = strlen(noun);

    if (command->summary == NULL || strncmp(command->name, noun, length) != 0 ||
        command->name[length] != ' ')
        return NULL;
    return command->name + length + 1;
}

/* "list, show, add"; false when there is no such noun. */
static bool list_verbs(const char *noun, struct text *target)
{
    const struct command *const *command;
    const char *verb;

    for (command = command_table; *command != NULL; command++) {
        verb = verb_of(*command, noun);
        if (verb == NULL)
            continue;
        if (target->length > 0)
            text_append_string(target, ", ");
        text_append_string(target, verb);
    }
    return target->length > 0;
}

int parse_refuse_words(struct parsing *parsing, struct fault *fault)
{
    struct text verbs;

    if (parsing->word_count == 0)
        return fault_set(fault, -EINVAL, "no command is given");
    text_init(&verbs, 512);
    if (!list_verbs(parsing->words[0], &verbs)) {
        (void)fault_set(fault, -EINVAL, "\"%.60s\" is not a command", parsing->words[0]);
    } else {
        (void)text_copy(parsing->request->help_words, sizeof(parsing->request->help_words),
                        parsing->words[0]);
        if (parsing->word_count == 1)
            (void)fault_set(fault, -EINVAL, "%s: say which: %s", parsing->words[0],
                            text_string(&verbs));
        else
            (void)fault_set(fault, -EINVAL, "%s: \"%.60s\" is none of %s", parsing->words[0],
                            parsing->words[1], text_string(&verbs));
    }
    text_release(&verbs);
    return -EINVAL;
}

int parse_help_words(struct parsing *parsing, size_t used, struct fault *fault)
{
    struct cli_request *request = parsing->request;
    struct text verbs;
    int result = 0;

    if (parsing->word_count == 0)
        return 0;
    text_init(&verbs, 512);
    if (used > 0)
        (void)text_copy(request->help_words, sizeof(request->help_words), parsing->command->name);
    else if (list_verbs(parsing->words[0], &verbs))
        (void)text_copy(request->help_words, sizeof(request->help_words), parsing->words[0]);
    else
        result = parse_refuse_words(parsing, fault);
    text_release(&verbs);
    return result;
}
