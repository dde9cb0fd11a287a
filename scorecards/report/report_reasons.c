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
    const struct robot *robot = robot_at(composing, entry->robot);
    const char *sentence = "";
    size_t i;

    for (i = 0; i < robot->estimate_count; i++) {
        const struct estimate *estimate = &robot->estimates[i];

        if (estimate->signed_by != NULL &&
            changes_is_reason(&composing->figures.changes, entry->reason, estimate->from_day,
                              estimate->booking_from))
            sentence = say_estimate(composing, robot, estimate, change_of(composing, entry));
    }
    return sentence;
}

static const char *say_rates(struct composing *composing, enum change_reason reason)
{
    const struct organisation *organisation = report_organisation(composing);
    const char *sentence = "";
    size_t i;

    for (i = 0; i < organisation->rate_count; i++) {
        const struct rate *rate = &organisation->rates[i];

        if (!changes_is_reason(&composing->figures.changes, reason, rate->from_day,
                               rate->booking_from))
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

/* From the shares before the first that the reason is made of to the last. Without any a merger moves
 * the robot, or a rate that was dated back, which say_rates() says. */
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

        if (!changes_is_reason(changes, entry->reason, day, robot->shares[i].booking_from))
            continue;
        first = day < first ? day : first;
        last = day > last ? day : last;
    }
    if (last == INT32_MIN && entry->reason == CHANGE_BACKDATED &&
        say_rates(composing, entry->reason)[0] != '\0')
        return "";
    if (last == INT32_MIN)
        return SAY(composing, WORDS_REPORT_SAY_SHARE, robot->name, change);
    return SAY(composing, WORDS_REPORT_SAY_SHARES, robot->name,
               shown_departments(composing, robot, first - 1),
               shown_departments(composing, robot, last), shown_day(composing, last), change);
}

/* One of its versions, with what all of them make, so that the kroner are said once. */
static const char *say_backdated(struct composing *composing, const struct change_entry *entry)
{
    const char *sentence = say_estimates(composing, entry);

    return sentence[0] != '\0' ? sentence : say_shares(composing, entry);
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

static const char *say_entry(struct composing *composing, const struct change_entry *entry)
{
    switch (entry->reason) {
    case CHANGE_TASKS:
    case CHANGE_LATE:
        return say_tasks(composing, entry);
    case CHANGE_ESTIMATE:
        return say_estimates(composing, entry);
    case CHANGE_BACKDATED:
        return say_backdated(composing, entry);
    case CHANGE_SHARE:
        return say_shares(composing, entry);
    case CHANGE_ADJUSTMENT:
        return say_adjustment(composing, entry);
    case CHANGE_RATE:
        break; /* of all alike */
    }
    return "";
}

static bool is_of_group(const struct change_entry *entry, const void *context)
{
    return report_is_of_group(entry, context);
}

static const char *say_heap(struct composing *composing, const struct change_entry *heap,
                            size_t count, int64_t kroner)
{
    const char *sentence = "";
    size_t i;

    for (i = 0; i < count && i < NAMED_MOST; i++) {
        const char *said = say_entry(composing, &heap[i]);

        if (said[0] != '\0')
            kroner -= kroner_of(&heap[i].amount);
        sentence = report_both(composing, sentence, said);
    }
    if (count > NAMED_MOST && kroner != 0 && sentence[0] != '\0')
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
    size_t count;

    if (heap == NULL) {
        composing->broken = -ENOMEM;
        return "";
    }
    count = changes_sums(changes, reason, is_of_group, group, heap);
    if (count > 0 && (reason == CHANGE_RATE || reason == CHANGE_BACKDATED))
        sentence = say_rates(composing, reason);
    if (count > 0 && reason != CHANGE_RATE)
        sentence =
            report_both(composing, sentence, say_heap(composing, heap, count, kroner_of(&sum)));
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
