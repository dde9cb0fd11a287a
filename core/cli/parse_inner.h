/*
 * parse_inner.h - what the files of the parser share; not for others.
 */
#ifndef AUTOMAGI_CLI_PARSE_INNER_H
#define AUTOMAGI_CLI_PARSE_INNER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/json.h"
#include "core/cli/cli.h"

enum { PARSE_WORDS_MAX = 1024, PARSE_OPTIONS_MAX = 32, OPTION_NAME_MAX = 32 };

struct parsing {
    int argc;
    char *const *argv;
    const char *words[PARSE_WORDS_MAX]; /* what is no option and no option's value */
    size_t word_count;
    bool is_help, is_version;
    const struct command *command;
    struct cli_request *request;
    struct json_writer arguments;
    char seen[PARSE_OPTIONS_MAX][OPTION_NAME_MAX]; /* options so far */
    size_t seen_count;
};

/* parse_value.c. Puts one argument into the object; reads the file of a file's. -EINVAL: wrong
 * usage; anything else: the file. */
int parse_put(struct parsing *parsing, const struct argument *argument, const char *value,
              struct fault *fault) __attribute__((warn_unused_result));

/* All words from that place on, as the array of an ARGUMENT_NUMBERS. */
int parse_put_all(struct parsing *parsing, const struct argument *argument, size_t from,
                  struct fault *fault) __attribute__((warn_unused_result));

/* parse_refuse.c. Whose help the words ask for. */
int parse_help_words(struct parsing *parsing, size_t used, struct fault *fault)
    __attribute__((warn_unused_result));
/* Says what is wrong with words that are no command; sets whose help to see. */
int parse_refuse_words(struct parsing *parsing, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
