/* What holds of any CPR number in any form, in any text. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/cpr.h"
#include "core/base/log.h"
#include "core/base/text.h"

enum { ROUNDS = 40000, TEXT_MAX = 512, AROUND_MAX = 40, DIGITS = 10, MILLION = 1000000 };

static const char *const separators[] = {
    " ", "-", ".", "/", "\t", "\xc2\xa0", "\xe2\x80\x93", "\xe2\x80\x91", "\xe2\x88\x92", "\xa0"};

static uint64_t random_state = 20250401;

static unsigned draw(unsigned below)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(random_state >> 33) % below;
}

static void append(char *target, const char *string)
{
    size_t length = strlen(target);

    (void)snprintf(target + length, TEXT_MAX - length, "%s", string);
}

static void append_separators(char *target)
{
    unsigned count = draw(CPR_SEPARATORS_MAX + 1);

    while (count-- > 0)
        append(target, separators[draw(sizeof separators / sizeof separators[0])]);
}

/* Any text, but that a number which follows begins anew, and one before it is at its end. */
static void append_around(char *target, bool is_before)
{
    static const char *const pieces[] = {"a",    "\xc3\xa6", " ",   "-",        ".",    "/",
                                         "12",   "0",        "7",   "kr.",      "0101", "3112",
                                         "2025", "\\x0A",    "990", "\xe2\x80", ":"};
    unsigned count = draw(12);
    const char *last = "";

    if (!is_before)
        append(target, draw(2) == 0 ? "x" : " ");
    while (count-- > 0) {
        last = pieces[draw(sizeof pieces / sizeof pieces[0])];
        append(target, last);
    }
    if (is_before && last[0] >= '0' && last[0] <= '9')
        append(target, draw(2) == 0 ? "x" : " ");
}

/* A number that nothing else in the text looks like: its digits, DDMMYYNNNN. */
static void make_number(char number[static DIGITS + 1])
{
    unsigned day = 1 + draw(31) + (draw(4) == 0 ? 60 : 0);

    (void)snprintf(number, DIGITS + 1, "%02u%02u%02u%04u", day, 1 + draw(12), 40 + draw(60),
                   4000 + draw(5000));
}

static void append_number(char *target, const char *number)
{
    char part[5];
    size_t at;

    for (at = 0; at < DIGITS; at += at < 6 ? 2 : 4) {
        if (at > 0)
            append_separators(target);
        (void)snprintf(part, sizeof part, "%.*s", at < 6 ? 2 : 4, number + at);
        append(target, part);
    }
}

static void leaves_no_secret_half(void **state)
{
    struct text shown;
    int round;

    (void)state;
    text_init(&shown, (size_t)8 * TEXT_MAX);
    for (round = 0; round < ROUNDS; round++) {
        char number[DIGITS + 1];
        char text[TEXT_MAX] = "";

        make_number(number);
        append_around(text, true);
        append_number(text, number);
        append_around(text, false);
        text_clear(&shown);
        log_redact(text, strlen(text), &shown);
        assert_int_equal(shown.broken, 0);
        if (!cpr_is_in(text, strlen(text)) || strstr(text_string(&shown), number + 6) != NULL ||
            strstr(text_string(&shown), "[CPR]") == NULL)
            fail_msg("\"%s\" is shown as \"%s\"", text, text_string(&shown));
    }
    text_release(&shown);
}

/* Wherever a text is cut: what is kept back has all of a number that goes over the cut. */
static void is_not_cut_in_two(void **state)
{
    int round;

    (void)state;
    for (round = 0; round < ROUNDS / 4; round++) {
        char number[DIGITS + 1];
        char text[TEXT_MAX] = "";
        size_t begin;
        size_t end;
        size_t cut;

        make_number(number);
        append_around(text, true);
        begin = strlen(text);
        append_number(text, number);
        end = strlen(text);
        append_around(text, false);
        for (cut = begin + 1; cut < end; cut++) {
            size_t kept = cut - cpr_unfinished(text, cut);

            if (kept > begin)
                fail_msg("\"%s\", cut at %zu, is parted at %zu", text, cut, kept);
        }
    }
}

static void says_what_is_unfinished(void **state)
{
    (void)state;
    assert_int_equal(cpr_unfinished("", 0), 0);
    assert_int_equal(cpr_unfinished("abc", 3), 0);
    assert_int_equal(cpr_unfinished("abc 0", 5), 1);
    assert_int_equal(cpr_unfinished("abc 010203-", 11), 7);
    assert_int_equal(cpr_unfinished("abc 010203-1234", 15), 11);
    assert_int_equal(cpr_unfinished("abc 010203\xe2\x80", 12), 8);
    assert_int_equal(cpr_unfinished("01020304050607080910", 20), 0); /* too long for one */
}

static double seconds_of(const char *piece, size_t size)
{
    struct timespec from;
    struct timespec to;
    struct text shown;
    size_t length = strlen(piece);
    char *bytes = malloc(size);
    size_t i;

    assert_non_null(bytes);
    for (i = 0; i < size; i++)
        bytes[i] = piece[i % length];
    text_init(&shown, 8 * size);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    log_redact(bytes, size, &shown);
    (void)cpr_is_in(bytes, size);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    assert_int_equal(shown.broken, 0);
    text_release(&shown);
    free(bytes);
    return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

/* A million bytes of the worst: far from the hours that a square would take. */
static void takes_linear_time(void **state)
{
    static const char *const pieces[] = {
        "0", "01", "01 ", "01\xe2\x80\x93", "12", "01 01 01 0101 ", "01-01-01-010 ", "\\x01"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof pieces / sizeof pieces[0]; i++)
        assert_true(seconds_of(pieces[i], MILLION) < 5.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_no_secret_half),
        cmocka_unit_test(is_not_cut_in_two),
        cmocka_unit_test(says_what_is_unfinished),
        cmocka_unit_test(takes_linear_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
