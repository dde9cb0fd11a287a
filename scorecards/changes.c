#include "scorecards/changes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/store.h"
#include "scorecards/savings.h"

const char *change_reason_word(enum change_reason reason)
{
    switch (reason) {
    case CHANGE_TASKS:
        return "tasks";
    case CHANGE_BACKDATED:
        return "backdated";
    case CHANGE_ESTIMATE:
        return "estimate";
    case CHANGE_RATE:
        return "rate";
    case CHANGE_SHARE:
        return "share";
    case CHANGE_LATE:
        return "late";
    case CHANGE_ADJUSTMENT:
        return "adjustment";
    }
    return "?";
}

struct comparing {
    struct store *store;
    struct fault *fault;
    struct changes changes;
    size_t entry_room;
};

static int refuse_size(struct fault *fault)
{
    return fault_set(fault, -ERANGE, "the savings are too large to be compared");
}

static struct saved_amount signed_amount(const struct saved_amount *amount, int sign)
{
    return (struct saved_amount){
        .tasks = sign * amount->tasks,
        .uncounted = sign * amount->uncounted,
        .helped = sign * amount->helped,
        .minutes = sign * amount->minutes,
        .kroner = sign * amount->kroner,
    };
}

static int push(struct comparing *comparing, const struct change_entry *entry)
{
    struct changes *changes = &comparing->changes;

    if (changes->entry_count == comparing->entry_room) {
        size_t room = comparing->entry_room == 0 ? 256 : comparing->entry_room * 2;
        struct change_entry *grown = reallocarray(changes->entries, room, sizeof *grown);

        if (grown == NULL)
            return fault_no_memory(comparing->fault);
        changes->entries = grown;
        comparing->entry_room = room;
    }
    changes->entries[changes->entry_count++] = *entry;
    return 0;
}

/* ---- the chain ---- */

enum { NOBODY = -1 };

/* What is counted in its own month goes to `gains` with a plus and to `loses` with a minus. */
static int add_cells(struct comparing *comparing, const struct saved_cells *cells, int gains,
                     int loses)
{
    size_t i;
    int result = 0;

    for (i = 0; i < cells->count && result == 0; i++) {
        const struct saved_cell *cell = &cells->cells[i];
        struct change_entry entry = {.robot = cell->robot, .place = cell->place};

        if (cell->is_adjustment || cell->booking != cell->month)
            continue;
        if (gains != NOBODY) {
            entry.reason = (enum change_reason)gains;
            entry.amount = signed_amount(&cell->amount, 1);
            result = push(comparing, &entry);
        }
        if (result == 0 && loses != NOBODY) {
            entry.reason = (enum change_reason)loses;
            entry.amount = signed_amount(&cell->amount, -1);
            result = push(comparing, &entry);
        }
    }
    return result;
}

static int add_late(struct comparing *comparing, const struct saved_cells *cells, int sign)
{
    size_t i;
    int result = 0;

    for (i = 0; i < cells->count && result == 0; i++) {
        const struct saved_cell *cell = &cells->cells[i];

        if (!cell->is_adjustment && cell->booking != cell->month)
            result = push(comparing,
                          &(struct change_entry){.robot = cell->robot,
                                                 .place = cell->place,
                                                 .reason = CHANGE_LATE,
                                                 .amount = signed_amount(&cell->amount, sign)});
    }
    return result;
}

/* One step: the range valued so. */
struct step {
    bool is_after;
    bool has_estimate, has_rate, has_share, has_booking; /* those of the last day before */
    int gains, loses;
};

static const struct step steps[] = {
    {false, true, false, false, false, CHANGE_ESTIMATE, CHANGE_RATE},
    {false, true, true, false, false, CHANGE_RATE, CHANGE_SHARE},
    {false, true, true, true, false, CHANGE_SHARE, CHANGE_BACKDATED},
    {false, true, true, true, true, CHANGE_BACKDATED, CHANGE_TASKS},
    {true, true, true, true, true, CHANGE_TASKS, CHANGE_BACKDATED},
    {true, true, true, true, false, CHANGE_BACKDATED, CHANGE_ESTIMATE},
    {true, false, true, true, false, CHANGE_ESTIMATE, CHANGE_RATE},
    {true, false, false, true, false, CHANGE_RATE, CHANGE_SHARE},
};

static int take_step(struct comparing *comparing, const struct step *step)
{
    int32_t day = comparing->changes.before.to_day;
    const struct saved_cells *range =
        step->is_after ? &comparing->changes.after : &comparing->changes.before;
    struct valuation at = {
        .estimate_day = step->has_estimate ? day : VALUATION_OWN,
        .rate_day = step->has_rate ? day : VALUATION_OWN,
        .share_day = step->has_share ? day : VALUATION_OWN,
        .booking = step->has_booking ? clock_month_of_day(day) : VALUATION_OWN,
    };
    struct saved_query query = {.from_day = range->from_day, .to_day = range->to_day, .as_if = &at};
    struct saved_cells cells = {.count = 0};
    int result = saved_cells_read(comparing->store, &query, &cells, comparing->fault);

    if (result == 0)
        result = add_cells(comparing, &cells, step->gains, step->loses);
    saved_cells_release(&cells);
    return result;
}

static int take_steps(struct comparing *comparing)
{
    struct changes *changes = &comparing->changes;
    size_t i;
    int result = add_cells(comparing, &changes->before, NOBODY, CHANGE_ESTIMATE);

    for (i = 0; i < sizeof steps / sizeof steps[0] && result == 0; i++)
        result = take_step(comparing, &steps[i]);
    if (result == 0)
        result = add_cells(comparing, &changes->after, CHANGE_SHARE, NOBODY);
    if (result == 0)
        result = add_late(comparing, &changes->before, -1);
    if (result == 0)
        result = add_late(comparing, &changes->after, 1);
    return result;
}

/* ---- adjustments ---- */

static int keep_adjustment(struct comparing *comparing, const struct adjustment *adjustment)
{
    struct changes *changes = &comparing->changes;
    struct change_adjustment *kept = reallocarray(
        changes->adjustments, changes->adjustment_count + 1, sizeof *changes->adjustments);

    if (kept == NULL)
        return fault_no_memory(comparing->fault);
    changes->adjustments = kept;
    kept += changes->adjustment_count++;
    *kept = (struct change_adjustment){.adjustment = *adjustment,
                                       .reason = strdup(adjustment->reason),
                                       .by_whom = strdup(adjustment->by_whom)};
    kept->adjustment.parts = NULL;
    kept->adjustment.part_count = 0;
    kept->adjustment.reason = kept->reason;
    kept->adjustment.by_whom = kept->by_whom;
    return kept->reason != NULL && kept->by_whom != NULL ? 0 : fault_no_memory(comparing->fault);
}

static bool is_in(const struct saved_cells *range, int32_t booking)
{
    int32_t day = clock_last_day_of_month(booking);

    return day >= range->from_day && day <= range->to_day;
}

static int take_adjustment(const struct adjustment *adjustment, void *context)
{
    struct comparing *comparing = context;
    const struct saved_cells *after = &comparing->changes.after;
    const struct robot *robot = robot_list_find_id(&after->robots, adjustment->robot_id);
    int sign =
        is_in(after, adjustment->booking) - is_in(&comparing->changes.before, adjustment->booking);
    size_t i;
    int result;

    if (sign == 0 || robot == NULL)
        return 0;
    result = keep_adjustment(comparing, adjustment);
    for (i = 0; i < adjustment->part_count && result == 0; i++) {
        const struct figure *part = &adjustment->parts[i];
        struct saved_amount amount = {.tasks = part->tasks,
                                      .uncounted = part->uncounted,
                                      .helped = part->helped,
                                      .minutes = part->minutes,
                                      .kroner = part->kroner};

        result = push(comparing,
                      &(struct change_entry){
                          .robot = (size_t)(robot - after->robots.robots),
                          .place = task_department_place(&after->organisation, part->department_id),
                          .reason = CHANGE_ADJUSTMENT,
                          .adjustment_id = adjustment->id,
                          .amount = signed_amount(&amount, sign)});
    }
    return result;
}

const struct adjustment *changes_adjustment(const struct changes *changes, int64_t id)
{
    size_t i;

    for (i = 0; i < changes->adjustment_count; i++)
        if (changes->adjustments[i].adjustment.id == id)
            return &changes->adjustments[i].adjustment;
    return NULL;
}

/* ---- the sum ---- */

static int compare_entries(const void *left, const void *right)
{
    const struct change_entry *a = left;
    const struct change_entry *b = right;

    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    if (a->reason != b->reason)
        return a->reason < b->reason ? -1 : 1;
    if (a->robot != b->robot)
        return a->robot < b->robot ? -1 : 1;
    return (a->adjustment_id > b->adjustment_id) - (a->adjustment_id < b->adjustment_id);
}

static int merge(struct comparing *comparing)
{
    struct changes *changes = &comparing->changes;
    struct change_entry *entries = changes->entries;
    size_t kept = 0;
    size_t i;

    if (changes->entry_count > 0)
        qsort(entries, changes->entry_count, sizeof *entries, compare_entries);
    for (i = 0; i < changes->entry_count; i++) {
        if (kept > 0 && compare_entries(&entries[kept - 1], &entries[i]) == 0) {
            if (!saved_amount_add(&entries[kept - 1].amount, &entries[i].amount))
                return refuse_size(comparing->fault);
            continue;
        }
        if (kept > 0 && saved_amount_is_zero(&entries[kept - 1].amount))
            kept--;
        entries[kept++] = entries[i];
    }
    if (kept > 0 && saved_amount_is_zero(&entries[kept - 1].amount))
        kept--;
    changes->entry_count = kept;
    return 0;
}

/* The reasons of each robot and place against the cells as counted. */
static int check(struct comparing *comparing)
{
    const struct changes *changes = &comparing->changes;
    size_t places = changes->after.organisation.department_count + 1;
    int128 *sums = calloc(changes->after.robots.count * places + 1, sizeof *sums);
    size_t i;
    int result = 0;

    if (sums == NULL)
        return fault_no_memory(comparing->fault);
    for (i = 0; i < changes->entry_count; i++)
        sums[changes->entries[i].robot * places + changes->entries[i].place] +=
            changes->entries[i].amount.kroner;
    for (i = 0; i < changes->before.count; i++)
        sums[changes->before.cells[i].robot * places + changes->before.cells[i].place] +=
            changes->before.cells[i].amount.kroner;
    for (i = 0; i < changes->after.count; i++)
        sums[changes->after.cells[i].robot * places + changes->after.cells[i].place] -=
            changes->after.cells[i].amount.kroner;
    for (i = 0; i < changes->after.robots.count * places; i++)
        if (sums[i] != 0)
            result = -EBADMSG;
    free(sums);
    return result < 0 ? fault_set(comparing->fault, result,
                                  "the reasons do not add up to the difference; run `automagi "
                                  "verify`, which says what is damaged")
                      : 0;
}

/* ---- what `savings` shows ---- */

static int take_kroner(struct comparing *comparing, const struct saved_cells *range,
                       enum savings_by by, int64_t **ret_kroner)
{
    struct savings savings = {.row_count = 0};
    size_t i;
    struct savings_query query = {.from_day = range->from_day, .to_day = range->to_day, .by = by};
    int result = savings_read(comparing->store, &query, &savings, comparing->fault);

    if (result < 0)
        return result;
    *ret_kroner = calloc(savings.row_count + 1, sizeof **ret_kroner);
    if (*ret_kroner == NULL) {
        savings_release(&savings);
        return fault_no_memory(comparing->fault);
    }
    for (i = 0; i < savings.row_count; i++)
        (*ret_kroner)[i] = savings.rows[i].kroner;
    (*ret_kroner)[savings.row_count] = savings.total.kroner;
    savings_release(&savings);
    return 0;
}

static int take_figures(struct comparing *comparing)
{
    struct changes *changes = &comparing->changes;
    int result =
        take_kroner(comparing, &changes->before, SAVINGS_BY_DEPARTMENT, &changes->places_before);

    if (result == 0)
        result =
            take_kroner(comparing, &changes->after, SAVINGS_BY_DEPARTMENT, &changes->places_after);
    if (result == 0)
        result =
            take_kroner(comparing, &changes->before, SAVINGS_BY_ROBOT, &changes->robots_before);
    if (result == 0)
        result = take_kroner(comparing, &changes->after, SAVINGS_BY_ROBOT, &changes->robots_after);
    return result;
}

static int compare(struct comparing *comparing, const struct changes_query *query)
{
    struct changes *changes = &comparing->changes;
    struct saved_query of_before = {.from_day = query->from_before, .to_day = query->to_before};
    struct saved_query of_after = {.from_day = query->from_after, .to_day = query->to_after};
    int result = saved_cells_read(comparing->store, &of_before, &changes->before, comparing->fault);

    if (result == 0)
        result = saved_cells_read(comparing->store, &of_after, &changes->after, comparing->fault);
    changes->query = (struct changes_query){changes->before.from_day, changes->before.to_day,
                                            changes->after.from_day, changes->after.to_day};
    if (result == 0)
        result = take_steps(comparing);
    if (result == 0)
        result = adjustment_each(comparing->store, take_adjustment, comparing, comparing->fault);
    if (result == 0)
        result = merge(comparing);
    if (result == 0)
        result = check(comparing);
    if (result == 0)
        result = take_figures(comparing);
    return result;
}

int changes_read(struct store *store, const struct changes_query *query,
                 struct changes *ret_changes, struct fault *fault)
{
    struct comparing comparing = {.store = store, .fault = fault};
    bool is_entered = false;
    int result = store_view_enter(store, &is_entered, fault);

    if (result < 0)
        return result;
    result = compare(&comparing, query);
    store_view_leave(store, is_entered);
    if (result < 0)
        changes_release(&comparing.changes);
    else
        *ret_changes = comparing.changes;
    return result;
}

bool changes_began(const struct changes *changes, int32_t from_day)
{
    return from_day > changes->query.from_before && from_day <= changes->query.to_after;
}

bool changes_is_reason(const struct changes *changes, enum change_reason reason, int32_t from_day,
                       int32_t booking_from)
{
    if (reason == CHANGE_BACKDATED)
        return booking_from > clock_month_of_day(changes->query.from_before) &&
               booking_from <= clock_month_of_day(changes->query.to_after);
    return changes_began(changes, from_day);
}

static void add_to_sums(struct change_entry *sums, size_t *count, const struct change_entry *entry)
{
    size_t i;

    for (i = 0; i < *count; i++)
        if (sums[i].robot == entry->robot && sums[i].adjustment_id == entry->adjustment_id) {
            if (!saved_amount_add(&sums[i].amount, &entry->amount))
                break; /* cannot be: changes_read() has added them up */
            return;
        }
    sums[(*count)++] = *entry;
}

static int128 size_of(const struct change_entry *entry)
{
    return entry->amount.kroner < 0 ? -entry->amount.kroner : entry->amount.kroner;
}

static int compare_size(const void *left, const void *right)
{
    const struct change_entry *a = left;
    const struct change_entry *b = right;

    if (size_of(a) != size_of(b))
        return size_of(a) < size_of(b) ? 1 : -1;
    if (a->robot != b->robot)
        return a->robot > b->robot ? 1 : -1;
    return (a->adjustment_id > b->adjustment_id) - (a->adjustment_id < b->adjustment_id);
}

size_t changes_sums(const struct changes *changes, enum change_reason reason,
                    change_entry_filter *is_meant, const void *context,
                    struct change_entry *ret_sums)
{
    size_t count = 0;
    size_t kept = 0;
    size_t i;

    for (i = 0; i < changes->entry_count; i++)
        if (changes->entries[i].reason == reason && is_meant(&changes->entries[i], context))
            add_to_sums(ret_sums, &count, &changes->entries[i]);
    for (i = 0; i < count; i++)
        if (!saved_amount_is_zero(&ret_sums[i].amount))
            ret_sums[kept++] = ret_sums[i];
    if (kept > 1)
        qsort(ret_sums, kept, sizeof *ret_sums, compare_size);
    return kept;
}

void changes_release(struct changes *changes)
{
    size_t i;

    if (changes == NULL)
        return;
    for (i = 0; i < changes->adjustment_count; i++) {
        free(changes->adjustments[i].reason);
        free(changes->adjustments[i].by_whom);
    }
    free(changes->adjustments);
    free(changes->entries);
    free(changes->places_before);
    free(changes->places_after);
    free(changes->robots_before);
    free(changes->robots_after);
    saved_cells_release(&changes->before);
    saved_cells_release(&changes->after);
    *changes = (struct changes){.entry_count = 0};
}
