/*
 * language.h - numbers, days and sorting as people write them, in Danish and in English.
 *
 * Independent of the machine's locale. The one place that knows it: documents, reports, pages.
 *
 *   Danish   301.894 kr.   12,5 %   1. april 2025   uge 47 2026   æ ø å last, aa as å
 *   English  DKK 301,894   12.5%    1 April 2025    week 47, 2026
 * The blank of an amount ("kr.", "DKK", "%") is U+00A0, so that no line breaks there; between words, in days and
 * in counts of things it is a blank. Minus is U+2212 (in CSV and XLSX numbers are typed and never pass through here).
 *
 * Threads: no state.
 */
#ifndef AUTOMAGI_BASE_LANGUAGE_H
#define AUTOMAGI_BASE_LANGUAGE_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/decimal.h"

enum language { LANGUAGE_DANISH, LANGUAGE_ENGLISH };
enum { LANGUAGES = 2, LANGUAGE_TEXT_MAX = 80 };
/* "da", "en": as HTML's lang and --lang have them. */
const char *language_tag(enum language language);

struct language_text {
    char text[LANGUAGE_TEXT_MAX];
};
/* scaled by 10^digits; all `digits` decimals are shown (as decimal_format() takes them, at most 18). */
struct language_text language_number(enum language language, int128 scaled, unsigned digits);
/* Without zeros at the end of the decimals: "2,5". */
struct language_text language_number_short(enum language language, int128 scaled, unsigned digits);
struct language_text language_kroner(enum language language, int64_t kroner);
struct language_text language_ore(enum language language, int64_t ore); /* with both decimals */
struct language_text language_percent(enum language language, int64_t scaled, unsigned digits);
struct language_text language_percent_short(enum language language, int64_t scaled,
                                            unsigned digits);
struct language_text language_day(enum language language, int32_t day); /* 1. april 2025 */
struct language_text language_day_short(enum language language,
                                        int32_t day); /* 01.04.2025, 2025-04-01 */
struct language_text language_month(enum language language, int32_t month);       /* april 2025 */
struct language_text language_month_short(enum language language, int32_t month); /* apr. 25 */
struct language_text language_week(enum language language, int32_t day);          /* uge 47 2026 */
/* kl. 14.30, 14:30; of minutes since midnight. */
struct language_text language_time(enum language language, int minute);

/* "1 robot", "2 robotter": the number and the form it asks for; n = 1 or -1 alone takes `one`. */
struct language_text language_plural(enum language language, int64_t count, const char *one,
                                     const char *many);

/* As strcmp() of what a person expects: letters before their accents, and those before case (capitals
 * first), Danish æ ø å after z and aa as å (also in English, for the names are Danish), digits by their
 * number ("Robot 2" before "Robot 10"). UTF-8; what is no letter sorts by its code point. 0 for the same
 * bytes alone. */
int language_compare(const char *left, const char *right);

#endif
