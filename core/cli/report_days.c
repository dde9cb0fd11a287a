#include "core/cli/report_days.h"

#include <errno.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/store/ledger.h"
#include "core/store/store.h"
#include "scorecards/report/report.h"

static const char *text_of(const struct json *arguments, const char *name)
{
    return json_string(json_member(arguments, name));
}

/* --from and --to, each by itself. */
static int take_days(const struct json *arguments, struct report_query *query, struct fault *fault)
{
    const char *from = text_of(arguments, "from");
    const char *to = text_of(arguments, "to");
    char last[CLOCK_DAY_TEXT];
    int year;
    int month;
    int day;

    if (to != NULL && clock_parse_day(to, &query->to_day)) {
        clock_civil(query->to_day, &year, &month, &day);
        query->from_day = clock_day(year, 1, 1);
    }
    if (from == NULL || !clock_parse_day(from, &query->from_day) ||
        query->from_day <= query->to_day)
        return 0;
    clock_format_day(query->to_day, last);
    return fault_set(fault, -EINVAL,
                     "--from %.20s: the last month that is over ends before it, on %s; give --to, "
                     "too",
                     from, last);
}

int report_days(const struct json *arguments, int32_t today, struct report_query *query,
                struct fault *fault)
{
    const char *month = text_of(arguments, "month");
    const struct json *year = json_member(arguments, "year");
    int32_t number = 0;
    int64_t of_year = 0;

    report_usual_range(today, &query->from_day, &query->to_day);
    if (month != NULL && clock_parse_month(month, &number)) {
        query->from_day = clock_first_day_of_month(number);
        query->to_day = clock_last_day_of_month(number);
        return 0;
    }
    if (year != NULL && json_int64(year, &of_year)) {
        query->from_day = clock_day((int)of_year, 1, 1);
        query->to_day = clock_day((int)of_year, 12, 31);
        return 0;
    }
    return take_days(arguments, query, fault);
}

static void note_ahead(const struct report_query *query, int32_t today, struct report_notes *notes)
{
    int32_t ahead = query->from_day > today ? query->from_day : today + 1;
    char from[CLOCK_DAY_TEXT];
    char to[CLOCK_DAY_TEXT];

    if (query->to_day <= today)
        return;
    clock_format_day(ahead, from);
    clock_format_day(query->to_day, to);
    (void)snprintf(notes->lines[notes->count++], REPORT_NOTE_MAX,
                   "the days %s to %s of the report lie ahead: nothing has happened on them", from,
                   to);
}

/* Rows come by month: the first is the earliest. */
enum { IS_FOUND = 1 };
static int take_first_month(const struct rollup_row *row, void *context)
{
    int32_t *first = context;

    if (attempt_outcome_sign(row->outcome) == 0)
        return 0;
    *first = row->period;
    return IS_FOUND;
}

/* Whole months: the first task may come on any day of its month. */
static int note_before(struct store *store, const struct report_query *query,
                       struct report_notes *notes, struct fault *fault)
{
    int32_t first = INT32_MAX;
    char *line = notes->lines[notes->count];
    char from[CLOCK_DAY_TEXT];
    char of[CLOCK_MONTH_TEXT];
    int result = rollup_each_month(store, INT32_MIN, INT32_MAX, take_first_month, &first, fault);

    if (result < 0 || clock_month_of_day(query->from_day) >= first)
        return result < 0 ? result : 0;
    clock_format_day(query->from_day, from);
    if (first == INT32_MAX) {
        (void)snprintf(line, REPORT_NOTE_MAX, "no task is recorded yet, so the report is of none");
    } else {
        clock_format_month(first, of);
        (void)snprintf(line, REPORT_NOTE_MAX,
                       "the report begins on %s, before the first task that is recorded, of %s",
                       from, of);
    }
    notes->count++;
    return 0;
}

int report_days_note(struct store *store, const struct report_query *query, int32_t today,
                     struct report_notes *ret_notes, struct fault *fault)
{
    struct report_notes notes = {.count = 0};
    int result;

    note_ahead(query, today, &notes);
    result = note_before(store, query, &notes, fault);
    *ret_notes = notes;
    return result;
}
