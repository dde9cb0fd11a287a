/* Why savings are not what they were, in words. */
#include <errno.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "scorecards/report/report_inner.h"
#include "scorecards/task_value.h"

enum { NAMED_MOST = 3, MINUTE_DIGITS = 2, ORE_DIGITS = 2 };

const char *report_reason_name(const struct composing *composing, enum change_reason reason)
{
    switch (reason) {
    case CHANGE_TASKS:
        return report_word(composing, WORDS_REPORT_REASON_TASKS);
    case CHANGE_BACKDATED:
        return report_word(composing, WORDS_REPORT_REASON_BACKDATED);
    case CHANGE_ESTIMATE:
        return report_word(composing, WORDS_REPORT_REASON_ESTIMATE);
    case CHANGE_RATE:
        return report_word(composing, WORDS_REPORT_REASON_RATE);
    case CHANGE_SHARE:
        return report_word(composing, WORDS_REPORT_REASON_SHARE);
    case CHANGE_LATE:
        return report_word(composing, WORDS_REPORT_REASON_LATE);
    case CHANGE_ADJUSTMENT:
        return report_word(composing, WORDS_REPORT_REASON_ADJUSTMENT);
    }
    return "";
}

bool report_is_of_group(const struct change_entry *entry, const struct report_group *group)
{
    switch (group->of) {
    case GROUP_ALL:
        break;
    case GROUP_PLACE:
        return entry->place == group->at;
    case GROUP_ROBOT:
        return entry->robot == group->at;
    }
    return true;
}

struct saved_amount report_reason_sum(const struct composing *composing, enum change_reason reason,
                                      const struct report_group *group)
{
    const struct changes *changes = &composing->figures.changes;
    struct saved_amount sum = {.tasks = 0};
    size_t i;

    for (i = 0; i < changes->entry_count; i++)
        if (changes->entries[i].reason == reason &&
            report_is_of_group(&changes->entries[i], group) &&
            !saved_amount_add(&sum, &changes->entries[i].amount))
            break; /* cannot be: changes_read() has added them up */
    return sum;
}

/* ---- what one robot's part of a reason is ---- */

static const struct robot *robot_at(const struct composing *composing, size_t robot)
{
    return &report_robots(composing)->robots[robot];
}

static const char *say_tasks(struct composing *composing, size_t robot,
                             const struct saved_amount *amount)
{
    int64_t tasks = (int64_t)decimal_divide_half_up(amount->tasks + amount->uncounted, SHARE_WHOLE);
    int64_t kroner = (int64_t)decimal_divide_half_up(amount->kroner, TASK_KRONER_SCALE);

    return SAY(composing, WORDS_REPORT_SAY_TASKS, robot_at(composing, robot)->name,
               shown_more_tasks(composing, tasks), shown_change(composing, kroner));
}

static const char *say_estimate(struct composing *composing, const struct robot *robot,
                                const struct estimate *estimate)
{
    const struct estimate *before =
        robot_estimate_for(robot, estimate->kind, estimate->from_day - 1, BOOKING_LATEST);

    return SAY(composing, WORDS_REPORT_SAY_ESTIMATE, robot->name,
               before != NULL ? shown_minutes(composing, before->hundredths)
                              : report_word(composing, WORDS_REPORT_NOTHING),
               shown_minutes(composing, estimate->hundredths),
               shown_day(composing, estimate->from_day), estimate->signed_by);
}

static const char *say_estimates(struct composing *composing, size_t at, bool is_backdated)
{
    const struct changes *changes = &composing->figures.changes;
    const struct robot *robot = robot_at(composing, at);
    const char *sentence = "";
    size_t i;

    for (i = 0; i < robot->estimate_count; i++) {
        const struct estimate *estimate = &robot->estimates[i];
        bool is_meant =
            is_backdated ? estimate->booking_from > clock_month_of_day(changes->query.from_before)
                         : changes_began(changes, estimate->from_day);

        if (estimate->signed_by != NULL && is_meant)
            sentence = report_both(composing, sentence, say_estimate(composing, robot, estimate));
    }
    return sentence;
}

static const char *say_rates(struct composing *composing)
{
    const struct organisation *organisation = report_organisation(composing);
    const char *sentence = "";
    size_t i;

    for (i = 0; i < organisation->rate_count; i++) {
        const struct rate *rate = &organisation->rates[i];

        if (!changes_began(&composing->figures.changes, rate->from_day))
            continue;
        sentence = report_both(
            composing, sentence,
            SAY(composing, WORDS_REPORT_SAY_RATE,
                shown_number(composing, organisation_rate_on(organisation, rate->from_day - 1),
                             ORE_DIGITS),
                shown_number(composing, rate->ore_per_hour, ORE_DIGITS),
                shown_day(composing, rate->from_day)));
    }
    return sentence;
}

static const char *say_adjustment(struct composing *composing, const struct change_entry *entry)
{
    const struct adjustment *adjustment =
        changes_adjustment(&composing->figures.changes, entry->adjustment_id);

    if (adjustment == NULL)
        return "";
    return SAY(composing, WORDS_REPORT_SAY_ADJUSTMENT, robot_at(composing, entry->robot)->name,
               shown_month(composing, adjustment->month), adjustment->by_whom, adjustment->reason);
}

/* ---- the largest of a reason ---- */

struct heap {
    const struct change_entry **entries;
    size_t count;
};

static int128 size_of(int128 number)
{
    return number < 0 ? -number : number;
}

static int compare_size(const void *left, const void *right)
{
    const struct change_entry *a = *(const struct change_entry *const *)left;
    const struct change_entry *b = *(const struct change_entry *const *)right;
    int128 of_a = size_of(a->amount.kroner);
    int128 of_b = size_of(b->amount.kroner);

    if (of_a != of_b)
        return of_a < of_b ? 1 : -1;
    return (a > b) - (a < b);
}

static const char *say_entry(struct composing *composing, const struct change_entry *entry)
{
    switch (entry->reason) {
    case CHANGE_TASKS:
    case CHANGE_LATE:
        return say_tasks(composing, entry->robot, &entry->amount);
    case CHANGE_ESTIMATE:
        return say_estimates(composing, entry->robot, false);
    case CHANGE_BACKDATED:
        return say_estimates(composing, entry->robot, true);
    case CHANGE_SHARE:
        return SAY(composing, WORDS_REPORT_SAY_SHARE, robot_at(composing, entry->robot)->name);
    case CHANGE_ADJUSTMENT:
        return say_adjustment(composing, entry);
    case CHANGE_RATE:
        break; /* of all alike */
    }
    return "";
}

/* An estimate and a share are a robot's, whatever the number of departments. */
static bool was_said(const struct heap *heap, size_t at)
{
    size_t i;

    if (heap->entries[at]->reason == CHANGE_TASKS || heap->entries[at]->reason == CHANGE_LATE ||
        heap->entries[at]->reason == CHANGE_ADJUSTMENT)
        return false;
    for (i = 0; i < at; i++)
        if (heap->entries[i]->robot == heap->entries[at]->robot)
            return true;
    return false;
}

static const char *say_heap(struct composing *composing, struct heap *heap)
{
    const char *sentence = "";
    size_t i;

    if (heap->count > 1)
        qsort(heap->entries, heap->count, sizeof(const struct change_entry *), compare_size);
    for (i = 0; i < heap->count && i < NAMED_MOST; i++)
        if (!was_said(heap, i))
            sentence = report_both(composing, sentence, say_entry(composing, heap->entries[i]));
    if (heap->count > NAMED_MOST)
        sentence = report_both(composing, sentence,
                               SAY(composing, WORDS_REPORT_AND_MORE,
                                   shown_count(composing, (int64_t)(heap->count - NAMED_MOST))));
    return sentence;
}

const char *report_reason_words(struct composing *composing, enum change_reason reason,
                                const struct report_group *group)
{
    const struct changes *changes = &composing->figures.changes;
    const struct change_entry **room = calloc(changes->entry_count + 1, sizeof *room);
    struct heap heap = {.entries = room};
    const char *sentence = "";
    size_t i;

    if (room == NULL) {
        composing->broken = -ENOMEM;
        return "";
    }
    for (i = 0; i < changes->entry_count; i++)
        if (changes->entries[i].reason == reason && report_is_of_group(&changes->entries[i], group))
            room[heap.count++] = &changes->entries[i];
    if (heap.count > 0)
        sentence = reason == CHANGE_RATE ? say_rates(composing) : say_heap(composing, &heap);
    free(room);
    return sentence;
}

const char *report_largest_reason(struct composing *composing, const struct report_group *group)
{
    int128 most = 0;
    int largest = -1;
    int reason;

    for (reason = 0; reason < CHANGE_REASONS; reason++) {
        struct saved_amount sum = report_reason_sum(composing, (enum change_reason)reason, group);

        if (size_of(sum.kroner) <= most)
            continue;
        most = size_of(sum.kroner);
        largest = reason;
    }
    if (largest < 0)
        return "";
    return SAY(composing, WORDS_REPORT_LARGEST_REASON,
               report_reason_name(composing, (enum change_reason)largest),
               report_reason_words(composing, (enum change_reason)largest, group));
}
