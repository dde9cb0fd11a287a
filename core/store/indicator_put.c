/* A new version of an indicator: what is refused of it, and its row. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/line.h"
#include "core/store/scorecard.h"
#include "core/store/sql.h"

enum { ANSWERS_MOST = 1000000000 };

enum { MISSING_MAX = 256 };

static bool is_said(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* Of what is measured: everything that is missing at once, by the options that give it. */
static int check_missing(const struct indicator *indicator, int32_t today, struct fault *fault)
{
    char from[CLOCK_DAY_TEXT];
    char to[CLOCK_DAY_TEXT];
    struct text missing;
    int result = 0;

    text_init(&missing, MISSING_MAX);
    clock_format_day(today, from);
    clock_format_day(clock_day_after_months(today, REVIEW_MONTHS_MOST), to);
    if (indicator->status == INDICATOR_IN_USE) {
        if (!is_said(indicator->title))
            text_append_string(&missing, ", --indicator");
        if (!is_said(indicator->unit))
            text_append_string(&missing, ", --unit");
        if (!is_said(indicator->owner))
            text_append_string(&missing, ", --owner");
        if (indicator->review_day == INT32_MIN)
            text_printf(&missing, ", --review-on (%s to %s)", from, to);
    }
    if (indicator->evidence > EVIDENCE_JUDGEMENT && !is_said(indicator->link))
        text_printf(&missing, ", --link (E%u needs it)", (unsigned)indicator->evidence);
    if (missing.length > 0)
        result = fault_set(fault, -EINVAL, "the indicator is not complete; give %s",
                           text_string(&missing) + strlen(", "));
    text_release(&missing);
    return result;
}

static int check_texts(const struct indicator *indicator, struct fault *fault)
{
    const struct {
        const char *option, *text;
    } texts[] = {{"--indicator", indicator->title},
                 {"--unit", indicator->unit},
                 {"--baseline-method", indicator->baseline_method},
                 {"--link", indicator->link},
                 {"--owner", indicator->owner},
                 {"--comment", indicator->comment}};
    int result = 0;
    size_t i;

    for (i = 0; i < sizeof texts / sizeof texts[0] && result == 0; i++)
        if (is_said(texts[i].text))
            result = line_check_clean(texts[i].option, texts[i].text, fault);
    return result;
}

static bool is_there(const struct measured_value *value)
{
    return value->value != INDICATOR_NONE;
}

/* What holds of any value: its size, and how many answers it comes from. */
static int check_value(const char *what, const struct measured_value *value, struct fault *fault)
{
    if (!is_there(value))
        return 0;
    if (value->value < -INDICATOR_MOST || value->value > INDICATOR_MOST)
        return fault_set(fault, -EINVAL, "the %s: give -1000000000 to 1000000000 of its unit",
                         what);
    if (value->answers != INDICATOR_NONE && (value->answers < 1 || value->answers > ANSWERS_MOST))
        return fault_set(fault, -EINVAL, "the %s's number of cases or answers: give 1 to %d", what,
                         ANSWERS_MOST);
    return 0;
}

/* Well-being is never a person's. */
static int check_answers(const struct indicator *indicator, const char *what,
                         const struct measured_value *value, struct fault *fault)
{
    if (indicator->parameter != SCORECARD_WELLBEING || !is_there(value))
        return 0;
    if (value->answers == INDICATOR_NONE)
        return fault_set(fault, -EINVAL,
                         "the %s of well-being needs the number of its answers, at least %d: give "
                         "--%s-n",
                         what, WELLBEING_LEAST_ANSWERS, what);
    if (value->answers < WELLBEING_LEAST_ANSWERS)
        return fault_set(fault, -EINVAL,
                         "the %s of well-being has %" PRId64 " answer%s; fewer than %d could show "
                         "what one person said, and are not kept",
                         what, value->answers, value->answers == 1 ? "" : "s",
                         WELLBEING_LEAST_ANSWERS);
    return 0;
}

static int check_measured(const char *what, const struct measured_value *value, int32_t today,
                          struct fault *fault)
{
    char day[CLOCK_DAY_TEXT];
    int result = check_value(what, value, fault);

    if (result == 0 && is_there(value) && value->day > today) {
        clock_format_day(value->day, day);
        result = fault_set(fault, -EINVAL,
                           "the %s's day %s lies ahead; give the day it was measured", what, day);
    }
    return result;
}

static int check_target(const struct indicator *indicator, struct fault *fault)
{
    const struct measured_value *baseline = &indicator->baseline;
    const struct measured_value *target = &indicator->target;
    char day[CLOCK_DAY_TEXT];

    if (!is_there(target))
        return 0;
    if (!is_there(baseline))
        return fault_set(fault, -EINVAL,
                         "no target without a baseline: give --baseline, --baseline-on and how it "
                         "was found, too");
    if (target->value == baseline->value)
        return fault_set(fault, -EINVAL,
                         "the target is the baseline; give one that is to be reached");
    if ((target->value < baseline->value) != indicator->is_lower_better)
        return fault_set(fault, -EINVAL,
                         "the target lies on the wrong side of the baseline, for %s is better; "
                         "give another, or say with --%s-is-better which way is",
                         indicator->is_lower_better ? "lower" : "higher",
                         indicator->is_lower_better ? "higher" : "lower");
    if (target->day > baseline->day)
        return check_value("target", target, fault);
    clock_format_day(baseline->day, day);
    return fault_set(fault, -EINVAL,
                     "the target's day is not after the baseline's, %s; give a later one", day);
}

static int check_values(const struct indicator *indicator, int32_t today, struct fault *fault)
{
    int result = check_measured("baseline", &indicator->baseline, today, fault);

    if (result == 0)
        result = check_target(indicator, fault);
    if (result == 0)
        result = check_measured("actual", &indicator->actual, today, fault);
    if (result < 0 || !is_there(&indicator->actual))
        return result;
    if (!is_there(&indicator->baseline))
        return fault_set(fault, -EINVAL,
                         "no actual value without a baseline: give --baseline and --baseline-on, "
                         "too");
    if (indicator->actual.day < indicator->baseline.day)
        return fault_set(fault, -EINVAL,
                         "the actual value was measured before the baseline; give it a later day");
    return 0;
}

static int check_review(const struct indicator *indicator, int32_t today, struct fault *fault)
{
    int32_t last = clock_day_after_months(today, REVIEW_MONTHS_MOST);
    char from[CLOCK_DAY_TEXT];
    char to[CLOCK_DAY_TEXT];

    if (indicator->status != INDICATOR_IN_USE)
        return 0;
    clock_format_day(today, from);
    clock_format_day(last, to);
    if (indicator->review_day < today)
        return fault_set(fault, -EINVAL,
                         "the day of review has passed; give the next with --review-on, %s to %s",
                         from, to);
    if (indicator->review_day > last)
        return fault_set(fault, -EINVAL,
                         "the day of review is more than %d months ahead; give --review-on, %s to "
                         "%s",
                         REVIEW_MONTHS_MOST, from, to);
    return 0;
}

static int check_kind(const struct indicator *indicator, struct fault *fault)
{
    if (indicator->parameter < SCORECARD_QUALITY || indicator->parameter > SCORECARD_WELLBEING)
        return fault_set(fault, -EINVAL,
                         "%s has no indicators, it is computed; give quality, service or wellbeing",
                         scorecard_parameter_word(indicator->parameter));
    if (indicator->slot < 1 || indicator->slot > INDICATOR_SLOTS)
        return fault_set(fault, -EINVAL, "a parameter has indicators 1 and 2; there is no %d",
                         indicator->slot);
    if (indicator->status < INDICATOR_IN_USE || indicator->status > INDICATOR_ENDED)
        return fault_set(fault, -EINVAL, "the indicator has no status %d", (int)indicator->status);
    if (indicator->evidence > EVIDENCE_MEASURED)
        return fault_set(fault, -EINVAL, "there is no evidence E%u; give E0, E1 or E2",
                         (unsigned)indicator->evidence);
    return 0;
}

static int check_indicator(const struct indicator *indicator, int32_t today, struct fault *fault)
{
    int result = check_kind(indicator, fault);

    /* What protects a person comes before what is only missing. */
    if (result == 0)
        result = check_answers(indicator, "baseline", &indicator->baseline, fault);
    if (result == 0)
        result = check_answers(indicator, "actual", &indicator->actual, fault);
    if (result == 0)
        result = check_texts(indicator, fault);
    if (result == 0)
        result = check_missing(indicator, today, fault);
    if (result == 0)
        result = check_values(indicator, today, fault);
    return result == 0 ? check_review(indicator, today, fault) : result;
}

static void bind_value(sqlite3_stmt *statement, int index, const struct measured_value *value)
{
    if (!is_there(value))
        return;
    sqlite3_bind_int64(statement, index, value->value);
    sqlite3_bind_int(statement, index + 1, value->day);
}

static void bind_answers(sqlite3_stmt *statement, int index, const struct measured_value *value)
{
    if (is_there(value) && value->answers != INDICATOR_NONE)
        sqlite3_bind_int64(statement, index, value->answers);
}

static void bind_line(sqlite3_stmt *statement, int index, const char *line)
{
    sql_bind_text(statement, index, line != NULL ? line : "");
}

static void bind_indicator(sqlite3_stmt *statement, const struct indicator *indicator)
{
    sqlite3_bind_int64(statement, 1, indicator->robot_id);
    sqlite3_bind_int(statement, 2, (int)indicator->parameter);
    sqlite3_bind_int(statement, 3, indicator->slot);
    sqlite3_bind_int(statement, 5, (int)indicator->status);
    bind_line(statement, 6, indicator->title);
    bind_line(statement, 7, indicator->unit);
    sqlite3_bind_int(statement, 8, indicator->is_lower_better);
    bind_value(statement, 9, &indicator->baseline);
    bind_line(statement, 11, indicator->baseline_method);
    bind_answers(statement, 12, &indicator->baseline);
    bind_value(statement, 13, &indicator->target);
    bind_value(statement, 15, &indicator->actual);
    bind_answers(statement, 17, &indicator->actual);
    sqlite3_bind_int(statement, 18, (int)indicator->evidence);
    bind_line(statement, 19, indicator->link);
    bind_line(statement, 20, indicator->owner);
    if (indicator->status == INDICATOR_IN_USE)
        sqlite3_bind_int(statement, 21, indicator->review_day);
    bind_line(statement, 22, indicator->comment);
}

int indicator_put(struct store *store, const struct indicator *indicator, int32_t today,
                  int64_t now_ms, int64_t *ret_id, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO indicator(robot_id, parameter, slot, version, from_day, status, title, unit, "
        "is_lower_better, baseline, baseline_day, baseline_method, baseline_n, target, target_day, "
        "actual, actual_day, actual_n, evidence, link, owner, review_day, comment, set_by, set_ms) "
        "SELECT ?1, ?2, ?3, 1 + coalesce((SELECT max(version) FROM indicator WHERE robot_id = ?1 "
        "AND parameter = ?2 AND slot = ?3), 0), ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
        "?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24 RETURNING id";
    char set_by[LINE_BYTES_MAX + 1];
    sqlite3_stmt *statement = NULL;
    int result = line_take_name("who sets the indicator", indicator->set_by, set_by, fault);

    if (result == 0)
        result = check_indicator(indicator, today, fault);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        bind_indicator(statement, indicator);
        sqlite3_bind_int(statement, 4, today);
        sql_bind_text(statement, 23, set_by);
        sqlite3_bind_int64(statement, 24, now_ms);
        result = sql_step_number(store, statement, ret_id, fault);
    }
    sql_done(statement);
    return result;
}
