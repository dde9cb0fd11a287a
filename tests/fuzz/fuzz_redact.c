/*
 * Whatever a robot logs, what is kept is one line of UTF-8 without a CPR number, the same when it passes
 * again; and what is hidden takes no more room than it did.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/cpr.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "tests/fuzz/target.h"

/* A byte that is written out as \x01 has digits of its own: with those behind it they may read as a number
 * that is none, which the next pass hides (cpr.h: rather too much). */
static void redact_hold(const char *bytes, size_t length)
{
    struct text once;
    struct text twice;
    struct text thrice;

    text_init(&once, SIZE_MAX);
    text_init(&twice, SIZE_MAX);
    text_init(&thrice, SIZE_MAX);
    log_redact(bytes, length, &once);
    must(once.broken == 0 && text_is_utf8(once.bytes, once.length));
    must(memchr(text_string(&once), '\n', once.length) == NULL);
    must(strstr(text_string(&once), "\\x") != NULL || !cpr_is_in(text_string(&once), once.length));
    log_redact(text_string(&once), once.length, &twice);
    must(!cpr_is_in(text_string(&twice), twice.length));
    log_redact(text_string(&twice), twice.length, &thrice);
    must_be_same(&twice, &thrice);
    text_release(&once);
    text_release(&twice);
    text_release(&thrice);
}

static void hide_hold(const uint8_t *data, size_t length)
{
    char *string = string_of(data, length);
    char *hidden = string_of(data, length);
    size_t unfinished = cpr_unfinished((const char *)data, length);

    must(unfinished <= CPR_UNFINISHED_MAX && unfinished <= length);
    cpr_hide(hidden, hidden);
    must(strlen(hidden) <= strlen(string) && !cpr_is_in(hidden, strlen(hidden)));
    must((strcmp(string, hidden) != 0) == cpr_is_in(string, strlen(string)));
    free(string);
    free(hidden);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *line = memchr(data, '\n', size);
    size_t length = line != NULL ? (size_t)(line - (const char *)data) : size;

    redact_hold((const char *)data, length);
    hide_hold(data, size);
    return 0;
}
