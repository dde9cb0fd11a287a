#include "core/command/changes_rows.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/nouns.h"
#include "scorecards/changes.h"
#include "scorecards/savings.h"

enum { WORDS_MAX = 8192, NAMED_MOST = 3, MINUTE_DIGITS = 2, ORE_DIGITS = 2 };
enum { EXACT_DIGITS = 4, EXACT_PARTS = 10000 };

struct table {
    struct json_writer *writer;
    const struct changes *changes;
    bool by_robot;
    struct text words;
    int64_t told; /* whole kroner of the group's reasons so far */
};

static void append_decimal(struct text *words, int128 scaled, unsigned digits)
{
    char text[DECIMAL_TEXT_MAX];

    decimal_format(scaled, digits, text, sizeof text);
    text_append_string(words, text);
}

static void append_signed(struct text *words, int128 scaled, unsigned digits)
{
    if (scaled > 0)
        text_append_char(words, '+');
    append_decimal(words, scaled, digits);
}

static void append_day(struct text *words, int32_t day)
{
    char text[CLOCK_DAY_TEXT];

    clock_format_day(day, text);
    text_append_string(words, text);
}

/* What is said one after another. */
static void begin_words(struct text *words)
{
    if (words->length > 0)
        text_append_string(words, "; ");
}

bool changes_is_asked(const struct command_call *call, const char *id)
{
    const char *asked = argument_text(call, "department", NULL);

    return asked == NULL || strcmp(asked, id) == 0;
}

/* ---- groups ---- */

static size_t group_count(const struct table *table)
{
    const struct saved_cells *after = &table->changes->after;

    return table->by_robot ? after->robots.count : after->organisation.department_count + 1;
}

static const char *group_id(const struct table *table, size_t group)
{
    const struct saved_cells *after = &table->changes->after;

    if (group == group_count(table))
        return "total";
    if (table->by_robot)
        return after->robots.robots[group].slug;
    return group < after->organisation.department_count
               ? after->organisation.departments[group].slug
               : SAVINGS_CROSS_ID;
}

struct group {
    const struct table *table;
    size_t at;
};

static bool is_of_group(const struct change_entry *entry, const void *context)
{
    const struct group *group = context;

    return group->at == group_count(group->table) ||
           (group->table->by_robot ? entry->robot : entry->place) == group->at;
}

/* ---- a reason's words ---- */

static const struct robot *robot_of(const struct table *table, const struct change_entry *entry)
{
    return &table->changes->after.robots.robots[entry->robot];
}

static void say_estimate(struct table *table, const struct robot *robot,
                         const struct estimate *estimate)
{
    struct text *words = &table->words;
    const struct estimate *before =
        robot_estimate_for(robot, estimate->kind, estimate->from_day - 1, BOOKING_LATEST);

    begin_words(words);
    text_printf(words, "%s: ", robot->slug);
    if (before != NULL)
        append_decimal(words, before->hundredths, MINUTE_DIGITS);
    else
        text_append_string(words, "none");
    text_append_string(words, " -> ");
    append_decimal(words, estimate->hundredths, MINUTE_DIGITS);
    text_printf(words, " min%s from ", estimate->kind == ESTIMATE_HANDOVER ? " per handover" : "");
    append_day(words, estimate->from_day);
    text_printf(words, ", set by %s, signed by %s on ", estimate->set_by, estimate->signed_by);
    append_day(words, estimate->signed_day);
    if (estimate->reason[0] != '\0')
        text_printf(words, ": %s", estimate->reason);
}

/* The versions of a robot that the reason is made of. */
static void say_estimates(struct table *table, const struct robot *robot, enum change_reason reason)
{
    size_t i;

    for (i = 0; i < robot->estimate_count; i++) {
        const struct estimate *estimate = &robot->estimates[i];

        if (estimate->signed_by != NULL &&
            changes_is_reason(table->changes, reason, estimate->from_day, estimate->booking_from))
            say_estimate(table, robot, estimate);
    }
}

/* The store has no author for rates, shares and mergers; who dated them back is in their
 * counter-entries. robot_id 0: of any robot. */
static void say_by_whom(struct table *table, enum change_reason reason, enum adjustment_cause cause,
                        int32_t from_day, int64_t robot_id)
{
    const struct changes *changes = table->changes;
    size_t i;

    for (i = 0; reason == CHANGE_BACKDATED && i < changes->adjustment_count; i++) {
        const struct adjustment *adjustment = &changes->adjustments[i].adjustment;

        if (adjustment->cause != cause || adjustment->from_day != from_day ||
            (robot_id != 0 && adjustment->robot_id != robot_id))
            continue;
        text_printf(&table->words, ", by %s", adjustment->by_whom);
        if (adjustment->reason[0] != '\0')
            text_printf(&table->words, ": %s", adjustment->reason);
        return;
    }
}

static void say_rates(struct table *table, enum change_reason reason)
{
    const struct organisation *organisation = &table->changes->after.organisation;
    struct text *words = &table->words;
    size_t i;

    for (i = 0; i < organisation->rate_count; i++) {
        const struct rate *rate = &organisation->rates[i];

        if (!changes_is_reason(table->changes, reason, rate->from_day, rate->booking_from))
            continue;
        begin_words(words);
        append_decimal(words, organisation_rate_on(organisation, rate->from_day - 1), ORE_DIGITS);
        text_append_string(words, " -> ");
        append_decimal(words, rate->ore_per_hour, ORE_DIGITS);
        text_append_string(words, " kroner per hour from ");
        append_day(words, rate->from_day);
        say_by_whom(table, reason, ADJUSTMENT_RATE, rate->from_day, 0);
    }
}

static void say_succession(struct table *table, enum change_reason reason)
{
    const struct organisation *organisation = &table->changes->after.organisation;
    struct text *words = &table->words;
    size_t i;
    size_t j;

    for (i = 0; i < organisation->department_count; i++) {
        const struct department *department = &organisation->departments[i];

        if (department->successor_count == 0 ||
            !changes_is_reason(table->changes, reason, department->successors[0].from_day,
                               department->successors[0].booking_from))
            continue;
        begin_words(words);
        text_printf(words, "%s goes to", department->slug);
        for (j = 0; j < department->successor_count; j++) {
            const struct department *successor =
                organisation_department_by_id(organisation, department->successors[j].successor_id);

            text_printf(words, " %s", successor != NULL ? successor->slug : "?");
        }
        text_append_string(words, " from ");
        append_day(words, department->successors[0].from_day);
        say_by_whom(table, reason, ADJUSTMENT_DEPARTMENT, department->successors[0].from_day, 0);
    }
}

static void say_share_days(struct table *table, const struct robot *robot,
                           enum change_reason reason)
{
    struct text *words = &table->words;
    size_t i;

    for (i = 0; i < robot->share_count; i++) {
        const struct robot_share *share = &robot->shares[i];

        if (!changes_is_reason(table->changes, reason, share->from_day, share->booking_from) ||
            (i > 0 && share->from_day == share[-1].from_day &&
             share->booking_from == share[-1].booking_from))
            continue;
        begin_words(words);
        text_printf(words, "%s: other shares from ", robot->slug);
        append_day(words, share->from_day);
        say_by_whom(table, reason, ADJUSTMENT_SHARE, share->from_day, robot->id);
    }
}

static void say_adjustment(struct table *table, const struct change_entry *entry)
{
    const struct adjustment *adjustment = changes_adjustment(table->changes, entry->adjustment_id);
    struct text *words = &table->words;
    char month[CLOCK_MONTH_TEXT];

    if (adjustment == NULL)
        return;
    clock_format_month(adjustment->month, month);
    begin_words(words);
    text_printf(words, "%s: %s from ", robot_of(table, entry)->slug,
                adjustment_cause_word(adjustment->cause));
    append_day(words, adjustment->from_day);
    text_printf(words, ", for tasks of %s, by %s", month, adjustment->by_whom);
    if (adjustment->reason[0] != '\0')
        text_printf(words, ": %s", adjustment->reason);
    if (clock_last_day_of_month(adjustment->booking) <= table->changes->query.to_before)
        text_append_string(words, " (it counted before, and does so once)");
}

/* changes_sums() of one reason and group. */
struct heap {
    struct change_entry *entries;
    size_t count;
};

static void say_tasks(struct table *table, const struct change_entry *entry)
{
    struct text *words = &table->words;
    int128 tasks =
        decimal_divide_half_up(entry->amount.tasks + entry->amount.uncounted, SHARE_WHOLE);
    int128 helped = decimal_divide_half_up(entry->amount.helped, SHARE_WHOLE);

    begin_words(words);
    text_printf(words, "%s ", robot_of(table, entry)->slug);
    append_signed(words, tasks, 0);
    text_append_string(words, " tasks, ");
    if (helped != 0) {
        append_signed(words, helped, 0);
        text_append_string(words, " that ended with a person, ");
    }
    append_signed(words, decimal_divide_half_up(entry->amount.kroner, TASK_KRONER_SCALE), 0);
    text_append_string(words, " kr");
}

static void say_one(struct table *table, const struct change_entry *entry)
{
    switch (entry->reason) {
    case CHANGE_TASKS:
    case CHANGE_LATE:
        say_tasks(table, entry);
        break;
    case CHANGE_ESTIMATE:
        say_estimates(table, robot_of(table, entry), entry->reason);
        break;
    case CHANGE_BACKDATED:
        say_estimates(table, robot_of(table, entry), entry->reason);
        say_share_days(table, robot_of(table, entry), entry->reason);
        break;
    case CHANGE_SHARE:
        say_share_days(table, robot_of(table, entry), entry->reason);
        break;
    case CHANGE_ADJUSTMENT:
        say_adjustment(table, entry);
        break;
    case CHANGE_RATE:
        break; /* of all alike: say_rates() */
    }
}

static void say_reason(struct table *table, enum change_reason reason, const struct heap *heap)
{
    struct text *words = &table->words;
    size_t named = 0;
    size_t i;

    text_clear(words);
    if (reason == CHANGE_RATE || reason == CHANGE_BACKDATED)
        say_rates(table, reason);
    for (i = 0; i < heap->count && named < NAMED_MOST; i++) {
        size_t length = words->length;

        say_one(table, &heap->entries[i]); /* nothing of one that a merger or rate alone moves */
        named += words->length > length;
    }
    if (i < heap->count)
        text_printf(words, "; and %zu more%s", heap->count - i,
                    table->by_robot ? "" : ": --by robot");
    if (reason == CHANGE_SHARE || reason == CHANGE_BACKDATED)
        say_succession(table, reason);
    if (reason == CHANGE_LATE || reason == CHANGE_BACKDATED) {
        begin_words(words);
        text_append_string(words, reason == CHANGE_LATE
                                      ? "booked late or taken back late, for earlier months"
                                      : "dated back into months that were closed");
    }
}

/* ---- rows ---- */

static void put_row(struct table *table, size_t group, const char *what, int64_t kroner)
{
    json_begin_object(table->writer);
    result_text(table->writer, "id", group_id(table, group));
    result_text(table->writer, "what", what);
    result_int(table->writer, "kroner", kroner);
    result_text(table->writer, "words", text_string(&table->words));
}

static void put_reason(struct table *table, size_t group, enum change_reason reason,
                       const struct heap *heap)
{
    int128 exact = 0;
    int64_t whole;
    size_t i;

    for (i = 0; i < heap->count; i++)
        exact += heap->entries[i].amount.kroner;
    whole = (int64_t)decimal_divide_half_up(exact, TASK_KRONER_SCALE);
    if (heap->count == 0 || (exact == 0 && reason != CHANGE_TASKS))
        return;
    say_reason(table, reason, heap);
    put_row(table, group, change_reason_word(reason), whole);
    result_decimal(table->writer, "exact",
                   decimal_divide_half_up(exact, TASK_KRONER_SCALE / EXACT_PARTS), EXACT_DIGITS);
    json_end_object(table->writer);
    table->told += whole;
}

static void put_figure(struct table *table, size_t group, int64_t before, int64_t after)
{
    text_clear(&table->words);
    text_printf(&table->words, "%" PRId64 " -> %" PRId64, before, after);
    put_row(table, group, "figure", after - before);
    result_int(table->writer, "before", before);
    result_int(table->writer, "after", after);
    json_end_object(table->writer);
}

static void put_group(struct table *table, size_t group, struct change_entry *room)
{
    const struct changes *changes = table->changes;
    struct group meant = {table, group};
    int64_t before =
        table->by_robot ? changes->robots_before[group] : changes->places_before[group];
    int64_t after = table->by_robot ? changes->robots_after[group] : changes->places_after[group];
    int reason;
    size_t i;
    bool is_any = before != after;

    for (i = 0; i < changes->entry_count; i++)
        is_any = is_any || is_of_group(&changes->entries[i], &meant);
    if (!is_any)
        return;
    put_figure(table, group, before, after);
    table->told = 0;
    for (reason = 0; reason < CHANGE_REASONS; reason++) {
        struct heap heap = {
            room, changes_sums(changes, (enum change_reason)reason, is_of_group, &meant, room)};

        put_reason(table, group, (enum change_reason)reason, &heap);
    }
    if (table->told == after - before)
        return;
    text_clear(&table->words);
    text_append_string(&table->words, "what whole kroner leave of the reasons");
    put_row(table, group, "rounding", after - before - table->told);
    json_end_object(table->writer);
}

int changes_rows_reasons(struct command_call *call, const struct changes *changes, bool by_robot,
                         struct fault *fault)
{
    struct table table = {.writer = call->result, .changes = changes, .by_robot = by_robot};
    struct change_entry *room = calloc(changes->entry_count + 1, sizeof *room);
    size_t group;
    int result;

    if (room == NULL)
        return fault_no_memory(fault);
    text_init(&table.words, WORDS_MAX);
    for (group = 0; group <= group_count(&table); group++)
        if (changes_is_asked(call, group_id(&table, group)))
            put_group(&table, group, room);
    result = table.words.broken;
    text_release(&table.words);
    free(room);
    return result < 0 ? fault_set(fault, result, "the reasons are too long to be told") : 0;
}
