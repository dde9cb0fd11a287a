/* What a shell offers while a line is typed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "core/cli/cli.h"

enum { TOKENS_MAX = 64, TOKEN_MAX = 4096, NAME_SIZE = 64 };

struct completion {
    char *tokens[TOKENS_MAX]; /* before the one in hand, quotes taken off; owned */
    size_t token_count;
    const char *words[TOKENS_MAX]; /* of those, what is no option and no option's value */
    size_t word_count;
    const char *seen[TOKENS_MAX]; /* options so far, with their -- */
    size_t seen_count;
    const char *home;
    const char *waiting; /* the option, with its --, whose value is in hand; NULL: none */
    bool is_over;        /* behind a -- */
    char *prefix;        /* what is typed of the one in hand; owned */
    const char *before;  /* what a candidate must begin with before it: "--format=" */
    FILE *target;
};

/* A word without its quotes, as far as they are closed. NULL: out of memory, or too long. */
static char *unquote(const char *word)
{
    size_t length = strlen(word);
    char *plain = length < TOKEN_MAX ? calloc(1, length + 1) : NULL;
    char *to = plain;
    char quote = '\0';

    for (; plain != NULL && *word != '\0'; word++) {
        if (quote == '\0' && (*word == '"' || *word == '\''))
            quote = *word;
        else if (quote != '\0' && *word == quote)
            quote = '\0';
        else if (*word == '\\' && quote != '\'' && word[1] != '\0')
            *to++ = *++word;
        else
            *to++ = *word;
    }
    return plain;
}

static bool is_option(const char *token)
{
    return strncmp(token, "--", 2) == 0 && token[2] != '\0';
}

/* "--format" of "--format=json". False: too long to be one. */
static bool name_of(const char *token, char name[static NAME_SIZE])
{
    size_t length = strcspn(token + 2, "=");

    if (length >= NAME_SIZE)
        return false;
    memcpy(name, token + 2, length);
    name[length] = '\0';
    return true;
}

static bool ends_with_equals(const char *token)
{
    size_t length = strlen(token);

    return is_option(token) && token[length - 1] == '=';
}

/* bash breaks "--format=json" into three words: they become one token again. False: give up. */
static bool join_tokens(struct completion *completion, size_t count, char *const *words)
{
    size_t i;

    for (i = 0; i < count; i++) {
        size_t last = completion->token_count;
        bool is_after_equals = last > 0 && i > 0 && strcmp(words[i - 1], "=") == 0 &&
                               ends_with_equals(completion->tokens[last - 1]);
        bool is_equals = strcmp(words[i], "=") == 0 && last > 0 &&
                         is_option(completion->tokens[last - 1]) &&
                         strchr(completion->tokens[last - 1], '=') == NULL;
        char *plain;

        if (last == TOKENS_MAX || (plain = unquote(words[i])) == NULL)
            return false;
        if (is_equals || is_after_equals) {
            size_t size = strlen(completion->tokens[last - 1]) + strlen(plain) + 1;
            char *joined = realloc(completion->tokens[last - 1], size);

            if (joined != NULL) {
                completion->tokens[last - 1] = joined;
                memcpy(joined + strlen(joined), plain, strlen(plain) + 1);
            }
            free(plain);
            if (joined == NULL)
                return false;
        } else {
            completion->tokens[completion->token_count++] = plain;
        }
    }
    return true;
}

static void take_value(struct completion *completion, const char *option, const char *value)
{
    if (strcmp(option, "--home") == 0 || strncmp(option, "--home=", 7) == 0)
        completion->home = value;
}

/* Tells words from options, as the parser does. */
static void sort_tokens(struct completion *completion)
{
    char name[NAME_SIZE];
    size_t i;

    for (i = 0; i < completion->token_count; i++) {
        const char *token = completion->tokens[i];
        const char *equals = strchr(token, '=');

        if (completion->waiting != NULL) {
            take_value(completion, completion->waiting, token);
            completion->waiting = NULL;
        } else if (!completion->is_over && strcmp(token, "--") == 0) {
            completion->is_over = true;
        } else if (!completion->is_over && is_option(token)) {
            completion->seen[completion->seen_count++] = token;
            if (equals != NULL)
                take_value(completion, token, equals + 1);
            else if (name_of(token, name) && cli_option_takes_value(name))
                completion->waiting = token;
        } else {
            completion->words[completion->word_count++] = token;
        }
    }
}

static void offer(const char *candidate, void *context)
{
    const struct completion *completion = context;

    if (strncmp(candidate, completion->prefix, strlen(completion->prefix)) == 0 &&
        text_is_line(candidate, strlen(candidate)))
        (void)fprintf(completion->target, "%s%s\n", completion->before, candidate);
}

static void offer_values(struct completion *completion, const struct argument *argument)
{
    bool is_at_file = argument->kind == ARGUMENT_JSON && completion->prefix[0] == '@';

    if (argument->kind == ARGUMENT_FILE || argument->source == SOURCE_PATH || is_at_file)
        (void)fprintf(completion->target, "%s\n", CLI_COMPLETE_PATH);
    else
        cli_complete_values(argument, completion->home, offer, completion);
}

static bool is_seen(const struct completion *completion, const char *name)
{
    char seen[NAME_SIZE];
    size_t i;

    for (i = 0; i < completion->seen_count; i++)
        if (name_of(completion->seen[i], seen) && strcmp(seen, name) == 0)
            return true;
    return false;
}

static void offer_options(struct completion *completion, const struct command *command)
{
    const struct argument *argument = command != NULL ? command->arguments : NULL;
    char option[NAME_SIZE + 2];

    for (; argument != NULL && argument->name != NULL; argument++)
        if (!argument->is_positional &&
            (argument->is_repeated || !is_seen(completion, argument->name))) {
            (void)snprintf(option, sizeof(option), "--%s", argument->name);
            offer(option, completion);
        }
    for (argument = cli_everywhere; argument->name != NULL; argument++)
        if (cli_has_option(command, argument) && !is_seen(completion, argument->name)) {
            (void)snprintf(option, sizeof(option), "--%s", argument->name);
            offer(option, completion);
        }
}

/* The value of --name, of the command's own option before that of all. */
static void offer_option_values(struct completion *completion, const struct command *command,
                                const char *name)
{
    const struct argument *argument = command != NULL ? command->arguments : NULL;

    for (; argument != NULL && argument->name != NULL; argument++)
        if (!argument->is_positional && strcmp(argument->name, name) == 0) {
            offer_values(completion, argument);
            return;
        }
    for (argument = cli_everywhere; argument->name != NULL; argument++)
        if (strcmp(argument->name, name) == 0)
            offer_values(completion, argument);
}

/* The word that follows those before it in names of commands: nouns, verbs. Each once: commands
 * of a noun stand together in the table. False: none does. */
static bool offer_commands(struct completion *completion)
{
    const struct command *const *command;
    char last[NAME_SIZE] = "";
    bool is_any = false;

    for (command = command_table; *command != NULL; command++) {
        const char *at = (*command)->name;
        char word[NAME_SIZE];
        size_t length;

        if ((*command)->summary == NULL || completion->word_count > 1)
            continue;
        if (completion->word_count == 1) {
            length = strlen(completion->words[0]);
            if (strncmp(at, completion->words[0], length) != 0 || at[length] != ' ')
                continue;
            at += length + 1;
        }
        length = strcspn(at, " ");
        if (length >= sizeof(word))
            continue;
        memcpy(word, at, length);
        word[length] = '\0';
        is_any = true;
        if (strcmp(word, last) != 0)
            offer(word, completion);
        (void)text_copy(last, sizeof(last), word);
    }
    return is_any;
}

/* The positional argument in hand; NULL: there is none more. */
static const struct argument *positional(const struct command *command, size_t index)
{
    const struct argument *argument = command->arguments;

    for (; argument != NULL && argument->name != NULL; argument++)
        if (argument->is_positional && (argument->is_repeated || index-- == 0))
            return argument;
    return NULL;
}

static void offer_next(struct completion *completion)
{
    const struct argument *argument = NULL;
    const struct command *command;
    char name[NAME_SIZE];
    size_t used = 0;

    command = cli_find_command(completion->words, completion->word_count, &used);
    if (command != NULL)
        argument = positional(command, completion->word_count - used);
    if (completion->waiting != NULL) {
        if (name_of(completion->waiting, name))
            offer_option_values(completion, command, name);
    } else if (!completion->is_over && completion->prefix[0] == '-') {
        offer_options(completion, command);
    } else if (command == NULL) {
        if (completion->word_count == 0 || strcmp(completion->words[0], "help") != 0)
            (void)offer_commands(completion);
    } else if (argument != NULL) {
        offer_values(completion, argument);
    } else if (!completion->is_over && completion->word_count == used &&
               !offer_commands(completion)) {
        offer_options(completion, command);
    }
}

/* The token in hand is the last one: it is no token before it. "--format=j" waits for the value of
 * --format. */
static void take_hand(struct completion *completion, char **ret_option, bool is_broken)
{
    char *hand = completion->tokens[--completion->token_count];
    char *equals = is_option(hand) ? strchr(hand, '=') : NULL;

    completion->prefix = hand;
    if (equals == NULL)
        return;
    *ret_option = hand;
    completion->prefix = strdup(equals + 1);
    equals[is_broken ? 0 : 1] = '\0'; /* bash puts a candidate behind its own word = */
    completion->before = is_broken ? "" : hand;
}

void cli_complete(size_t index, size_t count, char *const *words, FILE *target)
{
    struct completion completion = {
        .home = getenv("AUTOMAGI_HOME"), .before = "", .target = target};
    char *option = NULL;
    size_t i;

    if (index == 0 || index >= count || !join_tokens(&completion, index, words + 1) ||
        completion.token_count == 0)
        goto out;
    take_hand(&completion, &option,
              strcmp(words[index], "=") == 0 || strcmp(words[index - 1], "=") == 0);
    if (completion.prefix == NULL)
        goto out;
    sort_tokens(&completion);
    if (option != NULL)
        completion.waiting = option;
    if (completion.home != NULL && completion.home[0] == '\0')
        completion.home = NULL;
    offer_next(&completion);
out:
    for (i = 0; i < completion.token_count; i++)
        free(completion.tokens[i]);
    free(completion.prefix);
    free(option);
}
