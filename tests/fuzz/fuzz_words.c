/*
 * Any words after the program's name are a call that is understood, or a fault of one line with advice; and
 * whatever stands on the line, completion offers something or nothing. Words that could be paths are left out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/cli/cli.h"
#include "tests/fuzz/target.h"

enum { WORDS_MOST = 24, LINE_MOST = 2048 };

/* Cuts the line at its newlines. */
static int cut(char *line, size_t length, char *words[WORDS_MOST + 2])
{
    static char program[] = "automagi";
    int count = 0;
    char *end = line + length;
    char *at = line;

    words[count++] = program;
    while (at < end && count < WORDS_MOST) {
        char *next = memchr(at, '\n', (size_t)(end - at));

        words[count++] = at;
        if (next == NULL)
            break;
        *next = '\0';
        at = next + 1;
    }
    words[count] = NULL;
    return count;
}

static void complete_hold(int count, char *const *words)
{
    static FILE *nowhere;

    if (nowhere == NULL)
        nowhere = fopen("/dev/null", "we");
    must(nowhere != NULL);
    cli_complete((size_t)count - 1, (size_t)count, words, nowhere);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char line[LINE_MOST];
    char *words[WORDS_MOST + 2];
    struct cli_request request = {.home = NULL};
    struct fault fault = {.text = ""};
    int count;
    int result;

    if (size >= sizeof line || (size > 0 && memchr(data, '/', size) != NULL))
        return 0;
    memcpy(line, data, size);
    line[size] = '\0';
    count = cut(line, size, words);
    result = cli_parse(count, words, &request, &fault);
    if (result == 0) {
        must(request.is_help || request.is_version || request.command != NULL);
        if (request.arguments != NULL)
            must(command_check_arguments(request.command, request.arguments, &fault) == 0);
        cli_request_release(&request);
    } else {
        must_be_fault(&fault);
    }
    complete_hold(count, words);
    return 0;
}
