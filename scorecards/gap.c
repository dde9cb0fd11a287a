#include "scorecards/gap.h"

#include <errno.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/store/store.h"

/* Hours are in hundredths, rates in øre: 10,000 of one times the other are a krone. */
enum { HOUR_ORE_PER_KRONE = 10000, MONTHS_OF_YEAR = 12 };

const char *gap_certainty_words(enum gap_certainty certainty)
{
    switch (certainty) {
    case GAP_NO_TARGET:
        return "no target";
    case GAP_REACHED:
        return "reached, also at the low end";
    case GAP_LIKELY:
        return "likely reached, not at the low end";
    case GAP_UNLIKELY:
        return "only reached at the high end";
    case GAP_OUT_OF_REACH:
        return "out of reach, also at the high end";
    }
    return "?";
}

int64_t gap_kroner_per_year(const struct idea *idea, int64_t ore_per_hour)
{
    if (idea->hours == IDEA_UNKNOWN)
        return 0;
    return (int64_t)decimal_divide_half_up((int128)idea->hours * ore_per_hour, HOUR_ORE_PER_KRONE);
}

int32_t gap_months_after(int32_t year, int32_t day)
{
    int32_t january = year * MONTHS_OF_YEAR;
    int32_t first = clock_month_of_day(day);

    if (clock_first_day_of_month(first) < day)
        first++;
    if (first <= january)
        return MONTHS_OF_YEAR;
    return first >= january + MONTHS_OF_YEAR ? 0 : january + MONTHS_OF_YEAR - first;
}

static enum gap_certainty certainty_of(const struct forecast_row *row)
{
    if (row->budget <= 0)
        return GAP_NO_TARGET;
    if (row->kroner_to_date >= row->budget)
        return row->low_to_date >= row->budget ? GAP_REACHED : GAP_LIKELY;
    return row->high_to_date >= row->budget ? GAP_UNLIKELY : GAP_OUT_OF_REACH;
}

/* Has it still to bring what it is expected to? */
static bool is_to_come(const struct idea *idea)
{
    return idea->status != IDEA_OPERATION && idea->status != IDEA_REJECTED;
}

static bool is_decided(const struct idea *idea)
{
    return idea->status == IDEA_APPROVED || idea->status == IDEA_DEVELOPMENT;
}

/* Decided ones first, then as the department orders them, then what brings most. */
static int compare_ideas(const void *left, const void *right)
{
    const struct gap_idea *a = left;
    const struct gap_idea *b = right;

    if (is_decided(a->idea) != is_decided(b->idea))
        return is_decided(a->idea) ? -1 : 1;
    if ((a->idea->priority == IDEA_UNKNOWN) != (b->idea->priority == IDEA_UNKNOWN))
        return a->idea->priority == IDEA_UNKNOWN ? 1 : -1;
    if (a->idea->priority != b->idea->priority)
        return a->idea->priority < b->idea->priority ? -1 : 1;
    if (a->kroner != b->kroner)
        return a->kroner > b->kroner ? -1 : 1;
    return (a->idea->id > b->idea->id) - (a->idea->id < b->idea->id);
}

static struct gap_idea judge_idea(const struct gap *gap, const struct idea *idea)
{
    int32_t year = gap->forecast.query.year;
    int32_t next = clock_last_day_of_month(clock_month_of_day(gap->forecast.query.as_of)) + 1;
    struct gap_idea judged = {
        .idea = idea,
        .is_planned = idea->go_live_day != IDEA_NO_DAY,
        .kroner_per_year = gap_kroner_per_year(idea, gap->ore_per_hour),
    };

    judged.months = gap_months_after(year, judged.is_planned ? idea->go_live_day : next);
    judged.kroner =
        (int64_t)decimal_divide_half_up((int128)idea->hours * gap->ore_per_hour * judged.months,
                                        HOUR_ORE_PER_KRONE * MONTHS_OF_YEAR);
    return judged;
}

static int take_ideas(const struct gap *gap, struct gap_row *row, struct fault *fault)
{
    int64_t sum = 0;
    size_t i;

    row->ideas = calloc(gap->ideas.count + 1, sizeof *row->ideas);
    if (row->ideas == NULL)
        return fault_no_memory(fault);
    for (i = 0; i < gap->ideas.count; i++) {
        const struct idea *idea = &gap->ideas.ideas[i];

        if (idea->department_id != row->department_id || !is_to_come(idea))
            continue;
        if (idea->hours > 0)
            row->ideas[row->idea_count++] = judge_idea(gap, idea);
        else if (idea->hours == IDEA_UNKNOWN)
            row->wordless_count++;
    }
    qsort(row->ideas, row->idea_count, sizeof *row->ideas, compare_ideas);
    for (i = 0; i < row->idea_count; i++) {
        row->ideas[i].closes =
            row->gap > 0 && sum < row->gap && sum + row->ideas[i].kroner >= row->gap;
        sum += row->ideas[i].kroner;
        if (is_decided(row->ideas[i].idea)) {
            row->decided_count++;
            row->decided_kroner = sum; /* they come first */
        }
    }
    row->idea_kroner = sum;
    return 0;
}

struct opening {
    struct gap *gap;
    struct fault *fault;
};

/* Rows are in department order until they are sorted: that of places. */
static int take_part(const struct forecast_part *part, void *context)
{
    struct opening *opening = context;
    struct gap_row *row = &opening->gap->rows[part->place];
    struct forecast_part *parts;

    if (part->place >= opening->gap->row_count)
        return 0;
    if (part->dispute_id != 0 &&
        __builtin_add_overflow(row->disputed, part->kroner_to_date, &row->disputed))
        return fault_set(opening->fault, -ERANGE, "disputed kroner are too many to add up");
    if (row->gap == 0)
        return 0;
    parts = reallocarray(row->parts, row->part_count + 1, sizeof *parts);
    if (parts == NULL)
        return fault_no_memory(opening->fault);
    row->parts = parts;
    parts[row->part_count++] = *part;
    return 0;
}

/* Only rows of one array are compared: their place in it is the department's. */
static int compare_rows(const void *left, const void *right)
{
    const struct gap_row *a = left;
    const struct gap_row *b = right;

    if (a->gap != b->gap)
        return a->gap > b->gap ? -1 : 1;
    return (a->forecast > b->forecast) - (a->forecast < b->forecast);
}

static int make_rows(struct store *store, struct gap *gap, struct fault *fault)
{
    struct opening opening = {gap, fault};
    size_t i;
    int result = 0;

    gap->rows = calloc(gap->organisation.department_count + 1, sizeof *gap->rows);
    if (gap->rows == NULL)
        return fault_no_memory(fault);
    for (i = 0; i < gap->organisation.department_count && result == 0; i++) {
        struct gap_row *row = &gap->rows[gap->row_count++];

        row->forecast = &gap->forecast.rows[i];
        row->department_id = gap->organisation.departments[i].id;
        row->certainty = certainty_of(row->forecast);
        if (row->forecast->budget > 0 && row->forecast->kroner_to_date < row->forecast->budget)
            row->gap = row->forecast->budget - row->forecast->kroner_to_date;
        result = take_ideas(gap, row, fault);
    }
    if (result == 0)
        result = forecast_parts_each(store, &gap->forecast, take_part, &opening, fault);
    qsort(gap->rows, gap->row_count, sizeof *gap->rows, compare_rows);
    return result;
}

static int read_all(struct store *store, const struct forecast_query *query, struct gap *gap,
                    struct fault *fault)
{
    int result = organisation_read(store, &gap->organisation, fault);

    if (result == 0)
        result = forecast_read(store, query, &gap->forecast, fault);
    if (result == 0)
        result = idea_list_read(store, &gap->ideas, fault);
    if (result == 0) {
        gap->ore_per_hour = organisation_rate_on(&gap->organisation, query->as_of);
        result = make_rows(store, gap, fault);
    }
    return result;
}

int gap_read(struct store *store, int32_t year, int32_t as_of, struct gap *ret_gap,
             struct fault *fault)
{
    struct forecast_query query = forecast_query_of(year, as_of);
    struct gap gap = {.row_count = 0};
    bool is_entered = false;
    int result = store_view_enter(store, &is_entered, fault);

    if (result < 0)
        return result;
    result = read_all(store, &query, &gap, fault);
    store_view_leave(store, is_entered);
    if (result < 0)
        gap_release(&gap);
    else
        *ret_gap = gap;
    return result;
}

void gap_release(struct gap *gap)
{
    size_t i;

    if (gap == NULL)
        return;
    for (i = 0; i < gap->row_count; i++) {
        free(gap->rows[i].parts);
        free(gap->rows[i].ideas);
    }
    free(gap->rows);
    idea_list_release(&gap->ideas);
    forecast_release(&gap->forecast);
    organisation_release(&gap->organisation);
    *gap = (struct gap){.row_count = 0};
}
