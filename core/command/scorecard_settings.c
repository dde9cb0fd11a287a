/* scorecard settings | bands | weights: what scores are made by. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/money.h"
#include "core/store/scorecard.h"

enum { BANDS = 4, BANDS_TEXT_MAX = 200, WEIGHT_MOST = 1000 };

static const char *unit_of(enum scorecard_parameter parameter)
{
    switch (parameter) {
    case SCORECARD_SAVING:
        return "kroner a year";
    case SCORECARD_TIME:
        return "hours a year";
    case SCORECARD_QUALITY:
    case SCORECARD_SERVICE:
    case SCORECARD_WELLBEING:
        break;
    }
    return NULL;
}

/* ---- scorecard settings ---- */

/* The bands of a parameter that has none are null. */
static void put_setting(struct json_writer *writer, enum scorecard_parameter parameter,
                        const struct score_band *band, int64_t weight)
{
    static const char *const members[BANDS] = {"two", "three", "four", "five"};
    int i;

    json_begin_object(writer);
    result_text(writer, "parameter", scorecard_parameter_word(parameter));
    result_int(writer, "weight", weight);
    for (i = 0; i < BANDS; i++) {
        if (band != NULL)
            result_amount(writer, members[i], band->least[i]);
        else
            result_text(writer, members[i], NULL);
    }
    result_text(writer, "unit", unit_of(parameter));
    json_end_object(writer);
}

static int scorecard_settings_apply(struct command_call *call, struct fault *fault)
{
    struct score_weights weights;
    struct score_band band;
    struct row_list rows;
    int32_t day = call_today(call);
    int i;
    int result;

    (void)argument_day(call, "on", &day);
    result = score_weights_on(call->store, day, &weights, fault);
    if (result < 0)
        return result;
    (void)rows_begin(&rows, call, LIMIT_MOST);
    for (i = SCORECARD_SAVING; i <= SCORECARD_WELLBEING && result == 0; i++) {
        enum scorecard_parameter parameter = (enum scorecard_parameter)i;
        bool has_band = unit_of(parameter) != NULL;

        if (has_band)
            result = score_band_on(call->store, parameter, day, &band, fault);
        if (result == 0 && rows_next(&rows) != NULL)
            put_setting(call->result, parameter, has_band ? &band : NULL, weights.of[i - 1]);
    }
    rows_end(&rows);
    return result;
}

static const struct argument settings_arguments[] = {
    {.name = "on", .kind = ARGUMENT_DAY, .value = "DATE", .help = "as they were that day (today)"},
    ARGUMENTS_END,
};

static const struct column settings_columns[] = {
    {.member = "parameter", .heading = "parameter"},
    {.member = "weight", .heading = "weight", .is_right = true},
    {.member = "two", .heading = "2 points from", .is_right = true},
    {.member = "three", .heading = "3 from", .is_right = true},
    {.member = "four", .heading = "4 from", .is_right = true},
    {.member = "five", .heading = "5 from", .is_right = true},
    {.member = "unit", .heading = "unit"},
    COLUMNS_END,
};

const struct command command_scorecard_settings = {
    .name = "scorecard settings",
    .summary = "which amounts a year give how many points, and what each benefit weighs",
    .help = "Above 0 it is one point, at or below 0 none. Quality, service and well-being have\n"
            "indicators instead. Weights are of what ideas are expected to bring.",
    .kind = COMMAND_READS,
    .arguments = settings_arguments,
    .columns = settings_columns,
    .apply = scorecard_settings_apply,
};

/* ---- scorecard bands ---- */

/* "5000,15000,40000,100000" in hundredths. */
static int read_bands(const struct json *arguments, struct score_band *ret_band,
                      struct fault *fault)
{
    const char *at = json_string(json_member(arguments, "least"));
    char amount[BANDS_TEXT_MAX];
    size_t i;

    for (i = 0; i < BANDS && at != NULL; i++) {
        size_t length = strcspn(at, ",");

        if (length >= sizeof amount)
            break;
        memcpy(amount, at, length);
        amount[length] = '\0';
        if (!decimal_parse(amount, MONEY_DIGITS, &ret_band->least[i]))
            break;
        at = at[length] == ',' ? at + length + 1 : NULL;
    }
    if (i == BANDS && at == NULL)
        return 0;
    return fault_set(fault, -EINVAL,
                     "--least: expected four amounts with commas between them, from which on 2, 3, "
                     "4 and 5 points are given, such as 5000,15000,40000,100000");
}

static int bands_check(const struct json *arguments, struct fault *fault)
{
    struct score_band band;

    return read_bands(arguments, &band, fault);
}

static int scorecard_bands_apply(struct command_call *call, struct fault *fault)
{
    const char *word = argument_text(call, "parameter", "");
    enum scorecard_parameter parameter = scorecard_parameter_of(word);
    int32_t today = call_today(call);
    struct score_band before = {{0}};
    struct score_band band;
    char was[MONEY_NUMBER];
    struct text old;
    int i;
    int result = read_bands(call->arguments, &band, fault);

    (void)text_copy(call->subject, sizeof call->subject, word);
    if (result == 0)
        result = score_band_on(call->store, parameter, today, &before, fault);
    if (result == 0)
        result =
            score_band_set(call->store, parameter, &band, today, call->by, call->now_ms, fault);
    if (result < 0)
        return result;
    text_init(&old, BANDS_TEXT_MAX);
    for (i = 0; i < BANDS; i++) {
        decimal_format(before.least[i], MONEY_DIGITS, was, sizeof was);
        text_printf(&old, "%s%s", i == 0 ? "" : ",", was);
    }
    detail_text(call, "before", text_string(&old));
    result_only_message(call, "%s: from today on 2, 3, 4 and 5 points from %s %s; it was %s", word,
                        argument_text(call, "least", ""), unit_of(parameter), text_string(&old));
    text_release(&old);
    return 0;
}

static const struct argument bands_arguments[] = {
    {.name = "parameter",
     .kind = ARGUMENT_CHOICE,
     .is_required = true,
     .choices = "saving|time",
     .value = "PARAMETER",
     .help = "which of the five benefits; the others have indicators"},
    {.name = "least",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .value = "N,N,N,N",
     .help = "kroner or hours a year from which on 2, 3, 4 and 5 points are given",
     .most = BANDS_TEXT_MAX - 1},
    BY_ARGUMENT("who decided it"),
    ARGUMENTS_END,
};

const struct command command_scorecard_bands = {
    .name = "scorecard bands",
    .summary = "set which amounts a year give how many points of saving or time, from today on",
    .help = "Scores of earlier days stay as they were. `automagi scorecard settings` shows them.\n"
            "\n"
            "  automagi scorecard bands --parameter saving --least 5000,15000,40000,100000 \\\n"
            "      --by NAME",
    .kind = COMMAND_CHANGES,
    .arguments = bands_arguments,
    .check = bands_check,
    .apply = scorecard_bands_apply,
};

/* ---- scorecard weights ---- */

static int scorecard_weights_apply(struct command_call *call, struct fault *fault)
{
    struct score_weights weights;
    int32_t today = call_today(call);
    struct text before;
    struct text after;
    int i;
    int result = score_weights_on(call->store, today, &weights, fault);

    text_init(&before, BANDS_TEXT_MAX);
    text_init(&after, BANDS_TEXT_MAX);
    for (i = 0; i < SCORECARD_PARAMETERS && result == 0; i++) {
        const char *word = scorecard_parameter_word((enum scorecard_parameter)(i + 1));

        text_printf(&before, "%s%s %" PRId64, i == 0 ? "" : ", ", word, weights.of[i]);
        weights.of[i] = argument_number(call, word, weights.of[i]);
        text_printf(&after, "%s%s %" PRId64, i == 0 ? "" : ", ", word, weights.of[i]);
    }
    if (result == 0)
        result = score_weights_set(call->store, &weights, today, call->by, call->now_ms, fault);
    if (result == 0) {
        (void)text_copy(call->subject, sizeof call->subject, "weights");
        detail_text(call, "before", text_string(&before));
        result_only_message(call, "weights of ideas' benefits from today on: %s; they were: %s",
                            text_string(&after), text_string(&before));
    }
    text_release(&before);
    text_release(&after);
    return result;
}

#define WEIGHT_ARGUMENT(parameter)                                                                 \
    {                                                                                              \
        .name = (parameter), .kind = ARGUMENT_NUMBER, .value = "N",                                \
        .help = "its weight, 0 to 1000 (as it was)", .least = 0, .most = WEIGHT_MOST               \
    }

static const struct argument weights_arguments[] = {
    WEIGHT_ARGUMENT("saving"),
    WEIGHT_ARGUMENT("time"),
    WEIGHT_ARGUMENT("quality"),
    WEIGHT_ARGUMENT("service"),
    WEIGHT_ARGUMENT("wellbeing"),
    BY_ARGUMENT("who decided it"),
    ARGUMENTS_END,
};

const struct command command_scorecard_weights = {
    .name = "scorecard weights",
    .summary = "set what each benefit weighs where ideas are ranked, from today on",
    .help = "All weigh 1 until others are set.\n"
            "\n"
            "  automagi scorecard weights --quality 2 --service 2 --by NAME",
    .kind = COMMAND_CHANGES,
    .arguments = weights_arguments,
    .apply = scorecard_weights_apply,
};
