/* The state of the robots, the months that are closed, and what waits for somebody. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/store/dispute.h"
#include "scorecards/report/report_inner.h"

enum { ID_SIZE = 160 };

static const struct {
    const char *word; /* robot_state_word() */
    const char *id;
    enum words name, meaning;
} states[] = {
    {"active", "active", WORDS_REPORT_STATE_ACTIVE, WORDS_REPORT_STATE_ACTIVE_IS},
    {"external", "external", WORDS_REPORT_STATE_EXTERNAL, WORDS_REPORT_STATE_EXTERNAL_IS},
    {"not installed", "not-installed", WORDS_REPORT_STATE_NOT_INSTALLED,
     WORDS_REPORT_STATE_NOT_INSTALLED_IS},
    {"blocked", "blocked", WORDS_REPORT_STATE_BLOCKED, WORDS_REPORT_STATE_BLOCKED_IS},
    {"paused", "paused", WORDS_REPORT_STATE_PAUSED, WORDS_REPORT_STATE_PAUSED_IS},
    {"suspended", "suspended", WORDS_REPORT_STATE_SUSPENDED, WORDS_REPORT_STATE_SUSPENDED_IS},
    {"not begun", "not-begun", WORDS_REPORT_STATE_NOT_BEGUN, WORDS_REPORT_STATE_NOT_BEGUN_IS},
    {"retired", "retired", WORDS_REPORT_STATE_RETIRED, WORDS_REPORT_STATE_RETIRED_IS},
};
enum { STATES = sizeof states / sizeof states[0] };

const char *report_state(const struct composing *composing, const struct robot *robot)
{
    const char *word = robot_state_word(robot, composing->query.as_of);
    size_t i;

    for (i = 0; i < STATES; i++)
        if (strcmp(states[i].word, word) == 0)
            return report_word(composing, states[i].name);
    return word;
}

static const struct report_column state_columns[] = {
    {"name", WORDS_REPORT_STATE, KIND_TEXT, 0, false},
    {"robots", WORDS_REPORT_ROBOTS_HEAD, KIND_COUNT, 0, false},
    {"names", WORDS_REPORT_WHICH_ROBOTS, KIND_TEXT, 0, false},
    {"words", WORDS_REPORT_MEANING, KIND_TEXT, 0, false},
};

static int64_t put_state(struct composing *composing, struct document_table *table, size_t state)
{
    const struct robot_list *robots = report_robots(composing);
    struct text names;
    int64_t count = 0;
    size_t i;

    text_init(&names, DOCUMENT_BYTES_MAX);
    for (i = 0; i < robots->count; i++) {
        const struct robot *robot = &robots->robots[i];

        if (strcmp(robot_state_word(robot, composing->query.as_of), states[state].word) != 0)
            continue;
        text_append_string(&names, count++ == 0 ? "" : ", ");
        text_append_string(&names, robot->name);
    }
    if (count == 0)
        return 0;
    document_row(table, states[state].id, ROW_PLAIN);
    document_cell_text(table, report_word(composing, states[state].name));
    document_cell_number(table, count);
    document_cell_text(table, report_keep(composing, &names));
    document_cell_text(table, report_word(composing, states[state].meaning));
    return count;
}

static void put_states(struct composing *composing)
{
    struct document_table *table =
        TABLE(composing, "status-robots", WORDS_REPORT_TABLE_STATES, state_columns);
    int64_t count = 0;
    size_t i;

    for (i = 0; i < STATES; i++)
        count += put_state(composing, table, i);
    document_row(table, "total", ROW_TOTAL);
    document_cell_text(table, report_word(composing, WORDS_REPORT_TOTAL));
    document_cell_number(table, count);
    document_cell_text(table, "");
    document_cell_text(table, "");
}

/* ---- months ---- */

static const struct report_column period_columns[] = {
    {"month", WORDS_REPORT_MONTH, KIND_MONTH, 0, false},
    {"closed", WORDS_REPORT_CLOSED_ON, KIND_DAY, 0, false},
    {"closed_by", WORDS_REPORT_CLOSED_BY, KIND_TEXT, 0, false},
};

static void put_periods(struct composing *composing)
{
    const struct period_list *periods = &composing->figures.periods;
    int32_t first = clock_month_of_day(composing->query.from_day);
    int32_t last = clock_month_of_day(composing->query.to_day);
    struct document_table *table = NULL;
    size_t i;

    for (i = 0; i < periods->count; i++) {
        const struct period_month *month = &periods->months[i];
        char id[CLOCK_MONTH_TEXT];

        if (month->month < first || month->month > last)
            continue;
        if (table == NULL)
            table = TABLE(composing, "status-months", WORDS_REPORT_TABLE_PERIODS, period_columns);
        clock_format_month(month->month, id);
        document_row(table, id, ROW_PLAIN);
        document_cell_number(table, month->month);
        if (month->is_closed)
            document_cell_number(table, clock_local_day(month->closed_ms));
        else
            document_cell_none(table, report_word(composing, WORDS_REPORT_OPEN_MONTH));
        document_cell_text(table, month->is_closed ? month->closed_by : "");
    }
    document_note(table, report_word(composing, WORDS_REPORT_TABLE_PERIODS_NOTE));
}

/* ---- what waits ---- */

static const struct report_column waiting_columns[] = {
    {"name", WORDS_REPORT_ROBOT, KIND_TEXT, 0, false},
    {"what", WORDS_REPORT_WAITS_FOR, KIND_TEXT, 0, false},
    {"since", WORDS_REPORT_SINCE, KIND_DAY, 0, false},
    {"who", WORDS_REPORT_WHO, KIND_TEXT, 0, false},
    {"words", WORDS_REPORT_REMARK, KIND_TEXT, 0, false},
};

struct waiting {
    struct composing *composing;
    struct document_table *table;
    int64_t unsigned_count, disputed_count, overdue_count, unapproved_count;
};

static void put_waiting(struct waiting *waiting, const char *id, const char *name, enum words what,
                        int32_t since)
{
    document_row(waiting->table, id, ROW_PLAIN);
    document_cell_text(waiting->table, name);
    document_cell_text(waiting->table, report_word(waiting->composing, what));
    report_cell_day(waiting->table, since);
}

/* A later signed version of the same day takes its place. */
static bool waits_for_signature(const struct robot *robot, const struct estimate *estimate)
{
    size_t i;

    if (estimate->signed_by != NULL)
        return false;
    for (i = 0; i < robot->estimate_count; i++)
        if (robot->estimates[i].signed_by != NULL && robot->estimates[i].kind == estimate->kind &&
            robot->estimates[i].from_day >= estimate->from_day)
            return false;
    return true;
}

static void put_unsigned(struct waiting *waiting, const struct robot *robot)
{
    struct composing *composing = waiting->composing;
    size_t i;

    for (i = 0; i < robot->estimate_count; i++) {
        const struct estimate *estimate = &robot->estimates[i];
        int64_t hours = 0;
        const struct savings_row *row = report_robot_row(composing, robot->slug, &hours);
        char id[ID_SIZE];

        if (!waits_for_signature(robot, estimate))
            continue;
        (void)snprintf(id, sizeof id, "unsigned-%" PRId64, estimate->id);
        put_waiting(waiting, id, robot->name, WORDS_REPORT_WAITS_SIGNATURE,
                    clock_local_day(estimate->set_ms));
        document_cell_text(waiting->table, estimate->set_by);
        document_cell_text(
            waiting->table,
            SAY(composing, WORDS_REPORT_WAITS_SIGNATURE_IS,
                shown_minutes(composing, estimate->hundredths),
                shown_day(composing, estimate->from_day),
                shown_plural(composing, row != NULL ? row->uncounted_tasks : 0, WORDS_REPORT_TASK,
                             WORDS_REPORT_TASKS_UNIT),
                shown_range(composing, composing->query.from_day, composing->query.to_day)));
        waiting->unsigned_count++;
    }
}

static int take_dispute(const struct dispute *dispute, void *context)
{
    struct waiting *waiting = context;
    const struct robot *robot =
        robot_list_find_id(report_robots(waiting->composing), dispute->robot_id);
    char id[ID_SIZE];

    (void)snprintf(id, sizeof id, "dispute-%" PRId64, dispute->id);
    put_waiting(waiting, id, robot != NULL ? robot->name : "?", WORDS_REPORT_WAITS_ANSWER,
                clock_local_day(dispute->at_ms));
    document_cell_text(waiting->table, dispute->by_whom);
    document_cell_text(waiting->table, dispute->reason);
    waiting->disputed_count++;
    return 0;
}

static void put_overdue(struct waiting *waiting, const struct scorecard *card)
{
    int parameter;
    int slot;

    for (parameter = 0; parameter < SCORECARD_PARAMETERS; parameter++)
        for (slot = 0; slot < INDICATOR_SLOTS; slot++) {
            const struct scorecard_indicator *shown = &card->indicators[parameter][slot];
            char id[ID_SIZE];

            if (shown->indicator == NULL || !shown->is_overdue)
                continue;
            (void)snprintf(id, sizeof id, "overdue-%" PRId64, shown->indicator->id);
            put_waiting(waiting, id, card->robot->name, WORDS_REPORT_WAITS_REVIEW,
                        shown->indicator->review_day);
            document_cell_text(waiting->table, shown->indicator->owner);
            document_cell_text(waiting->table, shown->indicator->title);
            waiting->overdue_count++;
        }
}

static void put_unapproved(struct waiting *waiting, const struct scorecard *card)
{
    int parameter;
    int slot;

    for (parameter = 0; parameter < SCORECARD_PARAMETERS; parameter++)
        for (slot = 0; slot < INDICATOR_SLOTS; slot++) {
            const struct scorecard_indicator *shown = &card->indicators[parameter][slot];
            char id[ID_SIZE];

            if (shown->indicator == NULL || !shown->is_unapproved)
                continue;
            (void)snprintf(id, sizeof id, "unapproved-%" PRId64, shown->indicator->id);
            put_waiting(waiting, id, card->robot->name, WORDS_REPORT_WAITS_APPROVAL,
                        shown->indicator->from_day);
            document_cell_text(waiting->table, shown->indicator->set_by);
            document_cell_text(
                waiting->table,
                SAY(waiting->composing, WORDS_REPORT_WAITS_APPROVAL_IS,
                    words_parameter(waiting->composing->language, shown->indicator->parameter),
                    shown->indicator->title));
            waiting->unapproved_count++;
        }
}

/* Without a table they are counted alone. */
static int put_all_waiting(struct waiting *waiting, struct fault *fault)
{
    struct composing *composing = waiting->composing;
    const struct robot_list *robots = report_robots(composing);
    const struct scorecard_list *cards = &composing->figures.cards;
    const struct dispute_filter open = {.is_open = true};
    int result;
    size_t i;

    for (i = 0; i < robots->count; i++)
        put_unsigned(waiting, &robots->robots[i]);
    result = dispute_each(composing->store, &open, take_dispute, waiting, fault);
    for (i = 0; i < cards->count; i++)
        put_overdue(waiting, &cards->cards[i]);
    for (i = 0; i < cards->count; i++)
        put_unapproved(waiting, &cards->cards[i]);
    return result;
}

static const char *sentence_of(struct composing *composing, const struct waiting *waiting)
{
    return SAY(composing, WORDS_REPORT_STATUS_IS,
               shown_plural(composing, (int64_t)report_robots(composing)->count,
                            WORDS_REPORT_ROBOT_UNIT, WORDS_REPORT_ROBOTS_UNIT),
               shown_plural(composing, waiting->unsigned_count, WORDS_REPORT_ESTIMATE_UNIT,
                            WORDS_REPORT_ESTIMATES_UNIT),
               shown_plural(composing, waiting->disputed_count, WORDS_REPORT_DISPUTE_UNIT,
                            WORDS_REPORT_DISPUTES_UNIT),
               shown_plural(composing, waiting->overdue_count, WORDS_REPORT_REVIEW_UNIT,
                            WORDS_REPORT_REVIEWS_UNIT),
               shown_plural(composing, waiting->unapproved_count, WORDS_REPORT_REVIEW_UNIT,
                            WORDS_REPORT_REVIEWS_UNIT));
}

void report_blocked(struct composing *composing)
{
    const struct scorecard_list *cards = &composing->figures.cards;
    size_t i;

    for (i = 0; i < cards->count; i++) {
        const struct robot *robot = cards->cards[i].robot;
        enum gate_item red = gate_red(&cards->cards[i].gate);
        bool is_ours = robot->plugin != NULL && !robot->is_external;

        if (red != 0 && robot_operates_on(robot, composing->query.as_of))
            report_warning(composing, SAY(composing,
                                          is_ours ? WORDS_REPORT_GATE_BLOCKS
                                                  : WORDS_REPORT_GATE_BLOCKS_OUTSIDE,
                                          robot->name, words_gate_item(composing->language, red)));
    }
}

int report_status(struct composing *composing, struct fault *fault)
{
    struct waiting counted = {.composing = composing};
    struct waiting waiting = {.composing = composing};
    int result = put_all_waiting(&counted, fault);

    if (result < 0)
        return result;
    report_section(composing, "status", WORDS_REPORT_STATUS);
    document_message(composing->document, sentence_of(composing, &counted));
    report_lead(composing, sentence_of(composing, &counted));
    report_blocked(composing);
    put_states(composing);
    waiting.table = TABLE(composing, "status-waiting", WORDS_REPORT_TABLE_WAITING, waiting_columns);
    result = put_all_waiting(&waiting, fault);
    put_periods(composing);
    return result;
}
