/* scorecard indicators: what was entered, version by version. */
#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/json.h"
#include "core/command/nouns.h"
#include "core/command/scorecard_shown.h"
#include "core/store/scorecard.h"

static const char *status_word(const struct indicator *indicator, int32_t today)
{
    switch (indicator->status) {
    case INDICATOR_IN_USE:
        return indicator->review_day < today ? "overdue" : "in use";
    case INDICATOR_NOT_RELEVANT:
        return "not relevant";
    case INDICATOR_ENDED:
        return "ended";
    }
    return "?";
}

/* The names of a value's members. */
struct value_names {
    const char *value, *day, *answers;
};

static void put_value(struct json_writer *writer, const struct value_names *names,
                      const struct measured_value *value)
{
    if (value->value == INDICATOR_NONE) {
        result_text(writer, names->value, NULL);
        result_text(writer, names->day, NULL);
    } else {
        result_decimal(writer, names->value, value->value, INDICATOR_DIGITS);
        result_day(writer, names->day, value->day);
    }
    if (names->answers == NULL)
        return;
    if (value->answers == INDICATOR_NONE)
        result_text(writer, names->answers, NULL);
    else
        result_int(writer, names->answers, value->answers);
}

static void put_values(struct json_writer *writer, const struct indicator *indicator)
{
    static const char *const levels[] = {"E0", "E1", "E2"};

    put_value(writer, &(struct value_names){"baseline", "baseline_on", "baseline_n"},
              &indicator->baseline);
    result_text_or_null(writer, "baseline_method", indicator->baseline_method);
    put_value(writer, &(struct value_names){"target", "target_on", NULL}, &indicator->target);
    put_value(writer, &(struct value_names){"actual", "actual_on", "actual_n"}, &indicator->actual);
    result_text(writer, "evidence",
                indicator->actual.value != INDICATOR_NONE ? levels[indicator->evidence] : NULL);
    result_text_or_null(writer, "link", indicator->link);
}

void scorecard_put_indicator(struct json_writer *writer, const struct indicator *indicator,
                             int32_t day)
{
    bool is_approved = indicator_is_approved(indicator, day);

    result_text(writer, "parameter", scorecard_parameter_word(indicator->parameter));
    result_int(writer, "slot", indicator->slot);
    result_int(writer, "version", indicator->version);
    result_day(writer, "from", indicator->from_day);
    result_text(writer, "status", status_word(indicator, day));
    result_text_or_null(writer, "indicator", indicator->title);
    result_text_or_null(writer, "unit", indicator->unit);
    result_text(writer, "better", indicator->is_lower_better ? "lower" : "higher");
    put_values(writer, indicator);
    result_text_or_null(writer, "owner", indicator->owner);
    if (indicator->review_day != INT32_MIN)
        result_day(writer, "review_on", indicator->review_day);
    else
        result_text(writer, "review_on", NULL);
    result_text_or_null(writer, "comment", indicator->comment);
    result_text(writer, "set_by", indicator->set_by);
    result_instant(writer, "set_at", indicator->set_ms);
    result_text(writer, "approved_by", is_approved ? indicator->approved_by : NULL);
    result_instant(writer, "approved_at", is_approved ? indicator->approved_ms : 0);
}

static void put_indicator(struct json_writer *writer, const struct robot *robot,
                          const struct indicator *indicator, int32_t today)
{
    json_begin_object(writer);
    result_text(writer, "robot", robot->slug);
    scorecard_put_indicator(writer, indicator, today);
    json_end_object(writer);
}

/* Is a later version of the same indicator behind it in the list? */
static bool is_replaced(const struct indicator_list *list, size_t i)
{
    const struct indicator *indicator = &list->indicators[i];
    const struct indicator *next = i + 1 < list->count ? indicator + 1 : NULL;

    return next != NULL && next->robot_id == indicator->robot_id &&
           next->parameter == indicator->parameter && next->slot == indicator->slot;
}

static void put_rows(struct command_call *call, const struct robot_list *robots,
                     const struct indicator_list *list, int64_t robot_id)
{
    bool is_all = argument_flag(call, "all");
    struct row_list rows;
    size_t i;

    (void)rows_begin(&rows, call, LIMIT_MOST);
    for (i = 0; i < list->count; i++) {
        const struct indicator *indicator = &list->indicators[i];
        const struct robot *robot = robot_list_find_id(robots, indicator->robot_id);

        if (robot == NULL || (robot_id != 0 && robot->id != robot_id) ||
            (!is_all && is_replaced(list, i)))
            continue;
        if (rows_next(&rows) == NULL)
            break;
        put_indicator(call->result, robot, indicator, call_today(call));
    }
    rows_end(&rows);
}

static int scorecard_indicators_apply(struct command_call *call, struct fault *fault)
{
    struct robot_list robots = {0};
    struct indicator_list list = {.count = 0};
    int64_t robot_id = 0;
    int result = call_robot_id(call, "robot", &robot_id, fault);

    if (result == 0)
        result = robot_list_read(call->store, &robots, fault);
    if (result == 0)
        result = indicator_list_read(call->store, &list, fault);
    if (result == 0)
        put_rows(call, &robots, &list, robot_id);
    indicator_list_release(&list);
    robot_list_release(&robots);
    return result;
}

static const struct argument arguments[] = {
    {.name = "robot",
     .kind = ARGUMENT_ROBOT,
     .is_positional = true,
     .value = "ROBOT",
     .help = "only that robot's"},
    {.name = "all", .kind = ARGUMENT_FLAG, .help = "also versions that were replaced"},
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "robot", .heading = "robot"},
    {.member = "parameter", .heading = "parameter"},
    {.member = "slot", .heading = "slot", .is_right = true},
    {.member = "version", .heading = "version", .is_right = true},
    {.member = "from", .heading = "from"},
    {.member = "status", .heading = "status", .is_state = true},
    {.member = "baseline", .heading = "baseline", .is_right = true},
    {.member = "baseline_on", .heading = "baseline on", .is_csv_only = true},
    {.member = "baseline_n", .heading = "baseline n", .is_csv_only = true, .is_right = true},
    {.member = "baseline_method", .heading = "baseline method", .is_csv_only = true},
    {.member = "target", .heading = "target", .is_right = true},
    {.member = "target_on", .heading = "target on", .is_csv_only = true},
    {.member = "actual", .heading = "actual", .is_right = true},
    {.member = "actual_on", .heading = "actual on", .is_csv_only = true},
    {.member = "actual_n", .heading = "n", .is_right = true},
    {.member = "unit", .heading = "unit"},
    {.member = "better", .heading = "better", .is_csv_only = true},
    {.member = "evidence", .heading = "evidence"},
    {.member = "link", .heading = "link", .is_csv_only = true},
    {.member = "owner", .heading = "owner", .is_csv_only = true},
    {.member = "review_on", .heading = "review"},
    {.member = "set_by", .heading = "set by"},
    {.member = "set_at", .heading = "set at", .is_csv_only = true},
    {.member = "approved_by", .heading = "approved by", .null = "nobody yet"},
    {.member = "approved_at", .heading = "approved at", .is_csv_only = true},
    {.member = "comment", .heading = "comment", .is_csv_only = true},
    {.member = "indicator", .heading = "indicator", .fits = true},
    COLUMNS_END,
};

const struct command command_scorecard_indicators = {
    .name = "scorecard indicators",
    .summary = "what was entered of quality, service and well-being, with --all version by version",
    .help = "JSON and CSV have every field. Overdue: the day of review has passed.\n"
            "\n"
            "  automagi scorecard indicators franco-fakturatjek-momentum --all --format json",
    .kind = COMMAND_READS,
    .arguments = arguments,
    .columns = columns,
    .empty = "no indicators yet; see `automagi scorecard set --help`",
    .apply = scorecard_indicators_apply,
};
