/* scorecard history: how a robot's scores became what they are. */
#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/nouns.h"
#include "core/command/scorecard_shown.h"

enum { QUARTERS_USUAL = 8 };

static int scorecard_history_apply(struct command_call *call, struct fault *fault)
{
    struct scorecard_point points[SCORECARD_POINTS_MAX];
    struct json_writer *writer = call->result;
    int quarters = (int)argument_number(call, "quarters", QUARTERS_USUAL);
    int64_t robot_id = 0;
    size_t count = 0;
    size_t i;
    int32_t as_of;
    int result = call_as_of(call, &as_of, fault);

    if (result == 0)
        result = call_robot_id(call, "robot", &robot_id, fault);
    if (result == 0)
        result = scorecard_history(call->store, robot_id, as_of, quarters, points, &count, fault);
    if (result < 0)
        return result;
    json_begin_object(writer);
    result_text(writer, "robot", argument_text(call, "robot", ""));
    result_day(writer, "as_of", as_of);
    json_key(writer, "rows");
    json_begin_array(writer);
    for (i = 0; i < count; i++) {
        json_begin_object(writer);
        result_day(writer, "day", points[i].day);
        scorecard_put_scores(writer, points[i].scores);
        json_end_object(writer);
    }
    json_end_array(writer);
    json_end_object(writer);
    return 0;
}

static const struct argument arguments[] = {
    ROBOT_ARGUMENT,
    {.name = "quarters",
     .kind = ARGUMENT_NUMBER,
     .value = "N",
     .help = "so many ends of quarters (8)",
     .least = 0,
     .most = SCORECARD_POINTS_MAX - 1},
    AS_OF_ARGUMENT,
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "day", .heading = "at the end of"},
    {.member = "saving_shown", .heading = "saving"},
    {.member = "time_shown", .heading = "time"},
    {.member = "quality_shown", .heading = "quality"},
    {.member = "service_shown", .heading = "service"},
    {.member = "wellbeing_shown", .heading = "well-being"},
    {.member = "saving", .heading = "saving", .is_csv_only = true},
    {.member = "time", .heading = "time", .is_csv_only = true},
    {.member = "quality", .heading = "quality", .is_csv_only = true},
    {.member = "service", .heading = "service", .is_csv_only = true},
    {.member = "wellbeing", .heading = "wellbeing", .is_csv_only = true},
    COLUMNS_END,
};

const struct command command_scorecard_history = {
    .name = "scorecard history",
    .summary = "how a robot's five scores became what they are, quarter by quarter",
    .help = "By the indicators, bands and months that held at the end of each quarter, and at the\n"
            "end of the day. Quarters before anything was known are left out. A task or a budget\n"
            "record that was entered late counts from the day it is of.\n"
            "\n"
            "  automagi scorecard history franco-fakturatjek-momentum --quarters 4",
    .kind = COMMAND_READS,
    .arguments = arguments,
    .columns = columns,
    .empty = "nothing is known of it yet",
    .apply = scorecard_history_apply,
};
