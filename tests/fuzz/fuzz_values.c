/*
 * Any text is a number, a day, a month, a moment, a reference or a name, or none: what is read is written and read
 * again as the same. Arguments of commands, cells of files and members of JSON are all read by these.
 */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/name.h"
#include "core/base/reference.h"
#include "core/base/text.h"
#include "tests/fuzz/target.h"

enum { TEXT_MOST = 1024, DIGITS_MOST = 18 };

static void numbers_hold(const char *string)
{
    char written[DECIMAL_TEXT_MAX];
    int64_t scaled, again, number;
    int128 whole, whole_again;
    unsigned digits;

    for (digits = 0; digits <= DIGITS_MOST; digits += 2) {
        if (!decimal_parse(string, digits, &scaled))
            continue;
        decimal_format(scaled, digits, written, sizeof written);
        must(decimal_parse(written, digits, &again) && again == scaled);
    }
    if (decimal_parse_whole(string, &whole)) {
        decimal_format(whole, 0, written, sizeof written);
        must(decimal_parse_whole(written, &whole_again) && whole_again == whole);
    }
    if (text_to_int64(string, -1000, 1000, &number))
        must(number >= -1000 && number <= 1000);
}

static void times_hold(const char *string)
{
    char written[CLOCK_INSTANT_TEXT];
    int32_t day, month, again;
    int64_t at_ms, at_again_ms;

    if (clock_parse_day(string, &day)) {
        clock_format_day(day, written);
        must(strcmp(written, string) == 0);
    }
    if (clock_parse_month(string, &month)) {
        clock_format_month(month, written);
        must(strcmp(written, string) == 0 && clock_parse_month(written, &again) && again == month);
    }
    if (clock_parse_instant(string, &at_ms)) {
        clock_format_instant(at_ms, written);
        if (clock_parse_instant(written,
                                &at_again_ms)) /* at the edge the year may have five digits */
            must(at_again_ms <= at_ms && at_ms - at_again_ms < 1000);
    }
}

static void names_hold(const char *string)
{
    char reference[REFERENCE_MAX + 1];
    char again[REFERENCE_MAX + 1];
    struct fault fault = {.text = ""};
    char *folded, *folded_again;

    if (reference_normalise(string, reference, &fault) < 0) {
        must_be_fault(&fault);
    } else {
        must_be_line(reference);
        must(reference_normalise(reference, again, &fault) == 0 && strcmp(reference, again) == 0);
    }
    folded = name_fold(string);
    if (folded == NULL) {
        must(!text_is_utf8(string, strlen(string)));
        return;
    }
    folded_again = name_fold(folded);
    must(folded_again != NULL && strcmp(folded, folded_again) == 0);
    must((folded[0] != '\0') == name_is_somebody(string));
    free(folded_again);
    free(folded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char string[TEXT_MOST];
    char fitted[TEXT_MOST / 4];

    if (size >= sizeof string)
        return 0;
    memcpy(string, data, size);
    string[size] = '\0';
    numbers_hold(string);
    times_hold(string);
    names_hold(string);
    if (text_is_utf8(string, strlen(string))) {
        must(text_fit(string, text_columns(string)) == strlen(string));
        (void)text_copy(fitted, sizeof fitted, string);
        must(text_is_utf8(fitted, strlen(fitted)));
    }
    return 0;
}
