/* verify: the whole record recounted. */
#include <inttypes.h>
#include <stdbool.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/nouns.h"
#include "core/store/verify.h"
#include "scorecards/period.h"

static void put_difference(const char *difference, void *context)
{
    struct command_call *call = context;

    json_begin_object(call->result);
    result_text(call->result, "difference", difference);
    json_end_object(call->result);
}

static int verify_apply(struct command_call *call, struct fault *fault)
{
    struct verify_report report = {0};
    struct period_report periods = {0};
    int64_t differences;
    int result;

    json_begin_object(call->result);
    json_key(call->result, "rows");
    json_begin_array(call->result);
    result = verify_store(call->store, put_difference, call, &report, fault);
    if (result == 0)
        result = period_verify(call->store, put_difference, call, &periods, fault);
    differences = report.differences + periods.differences;
    json_end_array(call->result);
    result_bool(call->result, "ok", differences == 0);
    if (differences == 0)
        result_message(call->result,
                       "0 differences: %" PRId64 " attempts, %" PRId64 " tasks, %" PRId64
                       " corrections, %" PRId64 " items, %" PRId64 " sums, %" PRId64
                       " closed months recounted",
                       report.attempts, report.tasks, report.corrections, report.items,
                       report.rollup_rows, periods.periods);
    else
        result_message(call->result,
                       "verify: %" PRId64
                       " difference%s in the store, listed above; keep it as it is "
                       "and restore a backup beside it to compare",
                       differences, differences == 1 ? "" : "s");
    result_int(call->result, "differences", differences);
    result_int(call->result, "attempts", report.attempts);
    result_int(call->result, "tasks", report.tasks);
    result_int(call->result, "corrections", report.corrections);
    result_int(call->result, "handovers", report.handovers);
    result_int(call->result, "items", report.items);
    result_int(call->result, "sums", report.rollup_rows);
    result_int(call->result, "periods", periods.periods);
    json_end_object(call->result);
    return result;
}

static const struct column columns[] = {
    {.member = "difference", .heading = "difference"},
    COLUMNS_END,
};

const struct command command_verify = {
    .name = "verify",
    .summary = "recount everything; exit status 1 when something differs",
    .help =
        "Reads the store whole: each sum against the attempts it is made of, each task against\n"
        "its attempt, leases, keys, and the closed months as `period verify` does. Changes "
        "nothing;\n"
        "the daemon can go on meanwhile.",
    .kind = COMMAND_READS,
    .has_own_view = true,
    .columns = columns,
    .apply = verify_apply,
};
