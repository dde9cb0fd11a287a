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

static int64_t kroner_of(const struct saved_amount *amount)
{
    return (int64_t)decimal_divide_half_up(amount->kroner, TASK_KRONER_SCALE);
}

static const char *change_of(struct composing *composing, const struct change_entry *entry)
{
    return shown_change(composing, kroner_of(&entry->amount));
}

static const char *say_tasks(struct composing *composing, const struct change_entry *entry)
{
    int64_t tasks =
        (int64_t)decimal_divide_half_up(entry->amount.tasks + entry->amount.uncounted, SHARE_WHOLE);

    return SAY(composing, WORDS_REPORT_SAY_TASKS, robot_at(composing, entry->robot)->name,
               shown_more_tasks(composing, tasks), change_of(composing, entry));
}

static const char *say_estimate(struct composing *composing, const struct robot *robot,
                                const struct estimate *estimate, const char *change)
{
    const struct estimate *before =
        robot_estimate_for(robot, estimate->kind, estimate->from_day - 1, BOOKING_LATEST);

    return SAY(composing, WORDS_REPORT_SAY_ESTIMATE, robot->name,
               before != NULL ? shown_minutes(composing, before->hundredths)
                              : report_word(composing, WORDS_REPORT_NOTHING),
               shown_minutes(composing, estimate->hundredths),
               shown_day(composing, estimate->from_day), estimate->signed_by, change);
}

/* The newest version that makes the difference, with what all of them make. */
static const char *say_estimates(struct composing *composing, const struct change_entry *entry)
{
    const struct changes *changes = &composing->figures.changes;
    const struct robot *robot = robot_at(composing, entry->robot);
    const char *sentence = "";
    size_t i;

    for (i = 0; i < robot->estimate_count; i++) {
        const struct estimate *estimate = &robot->estimates[i];
        bool is_meant =
            entry->reason == CHANGE_BACKDATED
                ? estimate->booking_from > clock_month_of_day(changes->query.from_before)
                : changes_began(changes, estimate->from_day);

        if (estimate->signed_by != NULL && is_meant)
            sentence = say_estimate(composing, robot, estimate, change_of(composing, entry));
    }
    return sentence;
}

/* From the shares before the first that began to the last that did. */
static const char *say_shares(struct composing *composing, const struct change_entry *entry)
{
    const struct changes *changes = &composing->figures.changes;
    const struct robot *robot = robot_at(composing, entry->robot);
    const char *change = change_of(composing, entry);
    int32_t first = INT32_MAX;
    int32_t last = INT32_MIN;
    size_t i;

    for (i = 0; i < robot->share_count; i++) {
        int32_t day = robot->shares[i].from_day;

        if (!changes_began(changes, day))
            continue;
        first = day < first ? day : first;
        last = day > last ? day : last;
    }
    if (last == INT32_MIN)
        return SAY(composing, WORDS_REPORT_SAY_SHARE, robot->name, change);
    return SAY(composing, WORDS_REPORT_SAY_SHARES, robot->name,
               shown_departments(composing, robot, first - 1),
               shown_departments(composing, robot, last), shown_day(composing, last), change);
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
               shown_month(composing, adjustment->month), adjustment->by_whom, adjustment->reason,
               change_of(composing, entry));
}

/* ---- the largest of a reason ---- */

static int128 size_of(int128 number)
{
    return number < 0 ? -number : number;
}

static int compare_size(const void *left, const void *right)
{
    const struct change_entry *a = left;
    const struct change_entry *b = right;
    int128 of_a = size_of(a->amount.kroner);
    int128 of_b = size_of(b->amount.kroner);

    if (of_a != of_b)
        return of_a < of_b ? 1 : -1;
    if (a->robot != b->robot)
        return a->robot > b->robot ? 1 : -1;
    return (a->adjustment_id > b->adjustment_id) - (a->adjustment_id < b->adjustment_id);
}

static const char *say_entry(struct composing *composing, const struct change_entry *entry)
{
    switch (entry->reason) {
    case CHANGE_TASKS:
    case CHANGE_LATE:
        return say_tasks(composing, entry);
    case CHANGE_ESTIMATE:
    case CHANGE_BACKDATED:
        return say_estimates(composing, entry);
    case CHANGE_SHARE:
        return say_shares(composing, entry);
    case CHANGE_ADJUSTMENT:
        return say_adjustment(composing, entry);
    case CHANGE_RATE:
        break; /* of all alike */
    }
    return "";
}

/* A robot's parts in several departments are one thing to say. */
static void heap_up(struct change_entry *heap, size_t *count, const struct change_entry *entry)
{
    size_t i;

    for (i = 0; i < *count; i++)
        if (heap[i].robot == entry->robot && heap[i].adjustment_id == entry->adjustment_id) {
            if (!saved_amount_add(&heap[i].amount, &entry->amount))
                break; /* cannot be: changes_read() has added them up */
            return;
        }
    heap[(*count)++] = *entry;
}

static const char *say_heap(struct composing *composing, struct change_entry *heap, size_t count,
                            int64_t kroner)
{
    const char *sentence = "";
    size_t i;

    qsort(heap, count, sizeof *heap, compare_size);
    for (i = 0; i < count && i < NAMED_MOST; i++) {
        const char *said = say_entry(composing, &heap[i]);

        if (said[0] != '\0')
            kroner -= kroner_of(&heap[i].amount);
        sentence = report_both(composing, sentence, said);
    }
    if (count > NAMED_MOST && kroner != 0)
        sentence =
            report_both(composing, sentence,
                        SAY(composing, WORDS_REPORT_AND_MORE, shown_change(composing, kroner)));
    return sentence;
}

const char *report_reason_words(struct composing *composing, enum change_reason reason,
                                const struct report_group *group)
{
    const struct changes *changes = &composing->figures.changes;
    struct saved_amount sum = report_reason_sum(composing, reason, group);
    struct change_entry *heap = calloc(changes->entry_count + 1, sizeof *heap);
    const char *sentence = "";
    size_t count = 0;
    size_t i;

    if (heap == NULL) {
        composing->broken = -ENOMEM;
        return "";
    }
    for (i = 0; i < changes->entry_count; i++)
        if (changes->entries[i].reason == reason && report_is_of_group(&changes->entries[i], group))
            heap_up(heap, &count, &changes->entries[i]);
    if (count > 0)
        sentence = reason == CHANGE_RATE ? say_rates(composing)
                                         : say_heap(composing, heap, count, kroner_of(&sum));
    free(heap);
    return sentence;
}

/* The one that moves most of those not yet taken; -1: none. */
static int largest_of(const struct composing *composing, const struct report_group *group,
                      const bool taken[static CHANGE_REASONS])
{
    int128 most = 0;
    int largest = -1;
    int reason;

    for (reason = 0; reason < CHANGE_REASONS; reason++) {
        struct saved_amount sum = report_reason_sum(composing, (enum change_reason)reason, group);

        if (taken[reason] || size_of(sum.kroner) <= most)
            continue;
        most = size_of(sum.kroner);
        largest = reason;
    }
    return largest;
}

static const char *say_reason(struct composing *composing, enum change_reason reason,
                              const struct report_group *group, const struct saved_amount *sum)
{
    const char *name = report_reason_name(composing, reason);
    const char *change = shown_change(composing, kroner_of(sum));
    /* The rate is everybody's: it is said once. */
    const char *of_what = reason == CHANGE_RATE && group->of != GROUP_ALL
                              ? ""
                              : report_reason_words(composing, reason, group);

    return of_what[0] == '\0' ? SAY(composing, WORDS_REPORT_LARGEST_REASON, name, change)
                              : SAY(composing, WORDS_REPORT_REASON_WITH, name, change, of_what);
}

const char *report_reasons(struct composing *composing, const struct report_group *group,
                           int64_t difference)
{
    bool taken[CHANGE_REASONS] = {false};
    const char *sentence = "";
    int i;

    for (i = 0; i < NAMED_MOST; i++) {
        int largest = largest_of(composing, group, taken);
        struct saved_amount sum;

        if (largest < 0)
            break;
        sum = report_reason_sum(composing, (enum change_reason)largest, group);
        taken[largest] = true;
        difference -= kroner_of(&sum);
        sentence = report_both(composing, sentence,
                               say_reason(composing, (enum change_reason)largest, group, &sum));
    }
    if (sentence[0] == '\0' || difference == 0)
        return sentence;
    return report_both(
        composing, sentence,
        SAY(composing, WORDS_REPORT_OTHER_REASONS, shown_change(composing, difference)));
}
