/* period list | close | verify: months whose figures are frozen. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/effect.h"
#include "core/command/nouns.h"
#include "core/store/import.h"
#include "scorecards/period.h"

enum { HASH_SHORT = 12, COUNT_DIGITS = 6, NUMBER_TEXT = DECIMAL_TEXT_MAX };

static int64_t whole_kroner(int128 exact)
{
    return (int64_t)decimal_divide_half_up(exact, TASK_KRONER_SCALE);
}

static void put_numbers(struct json_writer *writer, const struct period_month *month)
{
    result_decimal(writer, "tasks", month->amount.tasks, COUNT_DIGITS);
    result_decimal(writer, "uncounted_tasks", month->amount.uncounted, COUNT_DIGITS);
    result_decimal(writer, "helped", month->amount.helped, COUNT_DIGITS);
    result_decimal(writer, "minutes", month->amount.minutes, TASK_MINUTE_DIGITS);
    result_int(writer, "kroner", whole_kroner(month->amount.kroner));
    result_decimal(writer, "late", month->late, COUNT_DIGITS);
    result_int(writer, "adjustments", month->adjustments);
    result_int(writer, "adjusted_kroner", whole_kroner(month->adjusted));
}

static void put_month(struct json_writer *writer, const struct period_month *month)
{
    char name[CLOCK_MONTH_TEXT];
    char hex[PERIOD_HEX] = "";
    char shown[HASH_SHORT + 1] = "";

    clock_format_month(month->month, name);
    if (month->is_closed)
        period_hex(month->hash, hex);
    (void)snprintf(shown, sizeof shown, "%.*s", HASH_SHORT, hex);
    json_begin_object(writer);
    result_text(writer, "month", name);
    result_text(writer, "state", month->is_closed ? "closed" : "open");
    result_instant(writer, "closed_at", month->closed_ms);
    result_text_or_null(writer, "closed_by", month->closed_by);
    put_numbers(writer, month);
    result_text_or_null(writer, "short_hash", shown);
    result_text_or_null(writer, "hash", hex);
    json_end_object(writer);
}

static int period_list_apply(struct command_call *call, struct fault *fault)
{
    struct period_list list = {.count = 0};
    size_t i;
    int result = period_list_read(call->store, call_today(call), &list, fault);

    if (result < 0)
        return result;
    json_begin_object(call->result);
    json_key(call->result, "rows");
    json_begin_array(call->result);
    for (i = 0; i < list.count; i++)
        put_month(call->result, &list.months[i]);
    json_end_array(call->result);
    json_end_object(call->result);
    period_list_release(&list);
    return 0;
}

/* ---- close */

static int month_check(const struct json *arguments, struct fault *fault)
{
    const char *text = json_string(json_member(arguments, "month"));
    int32_t month = 0;

    if (text == NULL || clock_parse_month(text, &month))
        return 0;
    return fault_set(fault, -EINVAL, "MONTH: expected YYYY-MM, such as 2026-03, not \"%.40s\"",
                     text);
}

static int32_t asked_month(const struct command_call *call)
{
    int32_t month = 0;

    (void)clock_parse_month(argument_text(call, "month", ""), &month);
    return month;
}

struct unfinished {
    int64_t count;
    struct import_record newest;
};

static int count_unfinished(const struct import_record *import, void *context)
{
    struct unfinished *unfinished = context;

    if (import->finished_ms == 0 && unfinished->count++ == 0)
        unfinished->newest = *import;
    return 0;
}

/* Which months the rows that are missing are of only the file knows. */
static int say_unfinished(struct command_call *call, const char *next, struct fault *fault)
{
    struct unfinished unfinished = {.count = 0};
    const struct import_record *newest = &unfinished.newest;
    int result = import_each(call->store, -1, count_unfinished, &unfinished, fault);

    if (result == 0 && unfinished.count > 0)
        effect_say(call,
                   "%" PRId64 " import%s not finished; the newest, import %" PRId64
                   " of %s, has %" PRId64 " of its %" PRId64
                   " rows in: what it still has of the month would be booked in %s",
                   unfinished.count, unfinished.count == 1 ? " is" : "s are", newest->id,
                   newest->file, newest->applied, newest->rows, next);
    return result;
}

static int period_close_preview(struct command_call *call, struct fault *fault)
{
    struct period_month month = {.month = 0};
    char name[CLOCK_MONTH_TEXT];
    char next[CLOCK_MONTH_TEXT];
    char day[CLOCK_DAY_TEXT];
    char tasks[NUMBER_TEXT];
    char minutes[NUMBER_TEXT];
    char uncounted[NUMBER_TEXT];
    int result = period_look(call->store, asked_month(call), call->now_ms, &month, fault);

    if (result < 0)
        return result;
    clock_format_month(month.month, name);
    clock_format_month(month.month + 1, next);
    clock_format_day(clock_first_day_of_month(month.month + 1), day);
    decimal_format(month.amount.tasks, COUNT_DIGITS, tasks, sizeof tasks);
    decimal_format(month.amount.minutes, TASK_MINUTE_DIGITS, minutes, sizeof minutes);
    decimal_format(month.amount.uncounted, COUNT_DIGITS, uncounted, sizeof uncounted);
    effect_say(call,
               "%s is frozen for good: %s tasks, %s minutes, %" PRId64 " kroner of %" PRId64
               " robot%s",
               name, tasks, minutes, whole_kroner(month.amount.kroner), month.robots,
               month.robots == 1 ? "" : "s");
    effect_say(call,
               "nothing that is dated before %s moves a figure of it or of an earlier month; tasks "
               "and corrections that come late are booked in %s",
               day, next);
    if (month.month % 12 == 11)
        effect_say(call,
                   "the year %" PRId32 " is closed with it: half of what each department saved "
                   "beyond its target goes to the common pool",
                   month.month / 12);
    if (month.amount.uncounted != 0)
        effect_say(call,
                   "%s tasks have no signed estimate and are frozen as uncounted; a signature that "
                   "comes later counts them only with --book-difference, in an open month",
                   uncounted);
    if (month.amount.disputed != 0)
        effect_say(call, "%" PRId64 " of the kroner rest on an estimate that is disputed",
                   whole_kroner(month.amount.disputed));
    return say_unfinished(call, next, fault);
}

static int period_close_apply(struct command_call *call, struct fault *fault)
{
    struct period_month month = {.month = 0};
    char name[CLOCK_MONTH_TEXT];
    char hex[PERIOD_HEX];
    char tasks[NUMBER_TEXT];
    char minutes[NUMBER_TEXT];
    int result =
        period_close(call->store, asked_month(call), call->by, call->now_ms, &month, fault);

    if (result < 0)
        return result;
    clock_format_month(month.month, name);
    period_hex(month.hash, hex);
    (void)text_copy(call->subject, sizeof call->subject, name);
    decimal_format(month.amount.tasks, COUNT_DIGITS, tasks, sizeof tasks);
    decimal_format(month.amount.minutes, TASK_MINUTE_DIGITS, minutes, sizeof minutes);
    detail_text(call, "hash", hex);
    detail_text(call, "tasks", tasks);
    detail_text(call, "minutes", minutes);
    detail_int(call, "kroner", whole_kroner(month.amount.kroner));
    json_begin_object(call->result);
    result_message(call->result,
                   "%s is closed by %s: %s tasks, %s minutes, %" PRId64 " kroner; hash %.*s", name,
                   call->by, tasks, minutes, whole_kroner(month.amount.kroner), HASH_SHORT, hex);
    result_text(call->result, "month", name);
    put_numbers(call->result, &month);
    result_text(call->result, "hash", hex);
    json_end_object(call->result);
    return 0;
}

/* ---- verify */

static void put_difference(const char *difference, void *context)
{
    struct command_call *call = context;

    json_begin_object(call->result);
    result_text(call->result, "difference", difference);
    json_end_object(call->result);
}

static int period_verify_apply(struct command_call *call, struct fault *fault)
{
    struct period_report report = {0};
    int result;

    json_begin_object(call->result);
    json_key(call->result, "rows");
    json_begin_array(call->result);
    result = period_verify(call->store, put_difference, call, &report, fault);
    json_end_array(call->result);
    result_bool(call->result, "ok", report.differences == 0);
    if (report.differences == 0)
        result_message(call->result,
                       "0 differences: %" PRId64 " closed month%s, %" PRId64
                       " frozen figures recounted, every adjustment accounted for",
                       report.periods, report.periods == 1 ? "" : "s", report.figures);
    else
        result_message(call->result,
                       "period verify: %" PRId64
                       " difference%s, listed above; keep the store as it is and restore a backup "
                       "beside it to compare",
                       report.differences, report.differences == 1 ? "" : "s");
    result_int(call->result, "differences", report.differences);
    result_int(call->result, "periods", report.periods);
    result_int(call->result, "figures", report.figures);
    json_end_object(call->result);
    return result;
}

/* ---- the table */

static const struct column list_columns[] = {
    {.member = "month", .heading = "month"},
    {.member = "state", .heading = "state", .is_state = true},
    {.member = "closed_at", .heading = "closed at"},
    {.member = "closed_by", .heading = "closed by"},
    {.member = "tasks", .heading = "tasks", .is_right = true},
    {.member = "uncounted_tasks", .heading = "uncounted", .is_right = true},
    {.member = "minutes", .heading = "minutes", .is_right = true},
    {.member = "kroner", .heading = "kroner", .is_right = true},
    {.member = "late", .heading = "late tasks", .is_right = true},
    {.member = "adjustments", .heading = "adjustments", .is_right = true},
    {.member = "adjusted_kroner", .heading = "adjusted kr", .is_right = true},
    {.member = "short_hash", .heading = "hash"},
    COLUMNS_END,
};

const struct command command_period_list = {
    .name = "period list",
    .summary = "every month: open or closed, its figures, what was booked in it late",
    .help =
        "Figures are by booking month: what came after its month was closed counts where it is\n"
        "booked. Late tasks: completed in an earlier month (less those taken back).\n"
        "Adjustments: counter-entries, for what a version that was dated into closed months makes\n"
        "of them, booked here; the kroner are part of the month's. The hash of a closed month\n"
        "covers its figures and the months before it: keep one, and nobody can change them\n"
        "unseen (--format json has it whole).",
    .kind = COMMAND_READS,
    .has_own_view = true,
    .columns = list_columns,
    .empty = "no task is booked yet, so there is no month to close",
    .apply = period_list_apply,
};

static const struct argument close_arguments[] = {
    {.name = "month",
     .kind = ARGUMENT_TEXT,
     .is_positional = true,
     .is_required = true,
     .value = "MONTH",
     .help = "the oldest month that is open, YYYY-MM",
     .most = 7},
    BY_ARGUMENT("who closes it"),
    ARGUMENTS_END,
};

const struct command command_period_close = {
    .name = "period close",
    .summary = "freeze a month's figures for good; months are closed in order",
    .help =
        "A month can be closed when it has ended and the one before it is closed; the first is\n"
        "the first with a task. It is never opened again. A task or correction that comes late\n"
        "is valued by its completion date and booked in the oldest open month; an estimate,\n"
        "rate or share dated into a closed month is refused, or its difference is booked there\n"
        "(--book-difference). With a December half of what each department saved beyond its\n"
        "target goes to the common pool.\n"
        "\n"
        "  automagi period close 2026-03 --by NAME --dry-run",
    .kind = COMMAND_CHANGES,
    .arguments = close_arguments,
    .check = month_check,
    .preview = period_close_preview,
    .apply = period_close_apply,
};

static const struct column verify_columns[] = {
    {.member = "difference", .heading = "difference"},
    COLUMNS_END,
};

const struct command command_period_verify = {
    .name = "period verify",
    .summary = "recount the closed months; exit status 1 when something differs",
    .help =
        "Months without a gap; each hash against the frozen figures and the hash before it; the\n"
        "figures against the tasks, versions and adjustments of today; the adjustments against\n"
        "what is known now. `automagi verify` does this too.",
    .kind = COMMAND_READS,
    .has_own_view = true,
    .columns = verify_columns,
    .apply = period_verify_apply,
};
