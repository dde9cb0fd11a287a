#include "scorecards/scorecard.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/store.h"
#include "scorecards/scorecard_inner.h"

struct reading {
    struct store *store;
    struct scorecard_list *list;
    struct scorecard_basis basis;
    size_t only; /* the place of the only robot; SIZE_MAX: all */
    struct fault *fault;
};

/* ---- what was expected ---- */

static int32_t first_day_of(const struct robot *robot)
{
    int32_t first = INT32_MAX;
    size_t i;

    for (i = 0; i < robot->operation_count; i++)
        if (robot->operations[i].from_day < first)
            first = robot->operations[i].from_day;
    return robot->operation_count > 0 ? first : INT32_MIN;
}

/* NULL: nothing is said of its benefits; of its ease there may be. */
static const struct idea_scores *wanted_of(const struct scorecard_list *list, int64_t idea_id)
{
    const struct idea_scores *scores = idea_score_list_find(&list->idea_scores, idea_id);
    int i;

    for (i = 0; scores != NULL && i < SCORECARD_PARAMETERS; i++)
        if (scores->expected[i].state != SCORE_OPEN)
            return scores;
    return NULL;
}

/* Of two ideas that became the robot: the one that said something, else the older one. */
static bool is_rather(const struct idea *idea, const struct idea_scores *wanted,
                      const struct scorecard *card)
{
    if (card->idea == NULL)
        return true;
    if ((wanted != NULL) != (card->wanted != NULL))
        return wanted != NULL;
    return idea->id < card->idea->id;
}

static void find_idea(const struct scorecard_list *list, struct scorecard *card)
{
    size_t i;

    for (i = 0; i < list->ideas.count; i++) {
        const struct idea *idea = &list->ideas.ideas[i];
        const struct idea_scores *wanted;

        if (idea->robot_id != card->robot->id)
            continue;
        wanted = wanted_of(list, idea->id);
        if (is_rather(idea, wanted, card)) {
            card->idea = idea;
            card->wanted = wanted;
        }
    }
}

/* Of robots that have begun it counts what was expected by then. */
static int read_promises(struct reading *reading)
{
    struct scorecard_list *list = reading->list;
    int64_t at_ms = clock_day_end_ms(list->as_of);
    size_t i;
    int result = 0;

    for (i = 0; i < list->count && result == 0; i++) {
        const struct scorecard *card = &list->cards[i];

        if (card->wanted == NULL || card->live_day == INT32_MIN || card->live_day > list->as_of)
            continue;
        result = idea_score_promised(
            reading->store, clock_day_end_ms(card->live_day), at_ms,
            &list->idea_scores.scores[card->wanted - list->idea_scores.scores], reading->fault);
    }
    return result;
}

static bool is_held(const struct scorecard *card, int32_t as_of)
{
    return card->wanted != NULL && card->live_day != INT32_MIN && card->held_day <= as_of;
}

static enum expectation expectation_of(const struct expected_score *wanted,
                                       const struct score *held, bool is_over)
{
    if (wanted->state != SCORE_GIVEN)
        return EXPECTED_NOTHING;
    if (!is_over)
        return EXPECTED_LATER;
    if (held->state != SCORE_GIVEN)
        return EXPECTED_UNKNOWN;
    if (held->points < wanted->low)
        return EXPECTED_BELOW;
    return held->points > wanted->high ? EXPECTED_ABOVE : EXPECTED_WITHIN;
}

static int hold(struct reading *reading, size_t robot, struct scorecard *card)
{
    bool is_over = is_held(card, reading->list->as_of);
    struct scorecard then = {.robot = NULL};
    int result = 0;
    int i;

    if (is_over)
        result = scorecard_fill(&reading->basis, robot, card->held_day, &then, reading->fault);
    for (i = 0; i < SCORECARD_PARAMETERS && result == 0; i++) {
        card->held[i] = then.scores[i];
        if (card->wanted != NULL)
            card->expectation[i] =
                expectation_of(&card->wanted->expected[i], &card->held[i], is_over);
    }
    return result;
}

/* ---- the cards ---- */

static size_t robot_of(const struct reading *reading, size_t card)
{
    return reading->only != SIZE_MAX ? reading->only : card;
}

/* Who they are, and what was expected of them; gives the first month that any of them needs. */
static int32_t begin_cards(struct reading *reading)
{
    struct scorecard_list *list = reading->list;
    int32_t first_month = scorecard_first_month(list->as_of);
    size_t i;

    for (i = 0; i < list->count; i++) {
        struct scorecard *card = &list->cards[i];

        card->robot = &list->robots.robots[robot_of(reading, i)];
        card->live_day = first_day_of(card->robot);
        card->held_day = card->live_day != INT32_MIN
                             ? clock_day_after_months(card->live_day, SCORECARD_HELD_MONTHS)
                             : INT32_MIN;
        find_idea(list, card);
        if (is_held(card, list->as_of) && scorecard_first_month(card->held_day) < first_month)
            first_month = scorecard_first_month(card->held_day);
    }
    return first_month;
}

static int read_lists(struct reading *reading, int64_t robot_id)
{
    struct scorecard_list *list = reading->list;
    const struct robot *robot;
    int result = robot_list_read(reading->store, &list->robots, reading->fault);

    if (result < 0)
        return result;
    list->count = list->robots.count;
    if (robot_id != 0) {
        robot = robot_list_find_id(&list->robots, robot_id);
        if (robot == NULL)
            return fault_set(reading->fault, -ENOENT, "there is no such robot");
        reading->only = (size_t)(robot - list->robots.robots);
        list->count = 1;
    }
    list->cards = calloc(list->count + 1, sizeof *list->cards);
    if (list->cards == NULL)
        return fault_no_memory(reading->fault);
    result = indicator_list_read(reading->store, &list->indicators, reading->fault);
    if (result == 0)
        result = idea_list_read(reading->store, &list->ideas, reading->fault);
    if (result == 0)
        result = idea_score_list_read(reading->store, clock_day_end_ms(list->as_of),
                                      &list->idea_scores, reading->fault);
    return result;
}

static int fill_card(struct reading *reading, size_t index)
{
    struct scorecard *card = &reading->list->cards[index];
    struct gate_subject subject = {.robot_id = card->robot->id};
    size_t robot = robot_of(reading, index);
    int result = scorecard_fill(&reading->basis, robot, reading->list->as_of, card, reading->fault);

    if (result == 0)
        result = gate_read(reading->store, &subject, clock_day_end_ms(reading->list->as_of),
                           &card->gate, reading->fault);
    return result;
}

static int read_cards(struct reading *reading, int64_t robot_id)
{
    struct scorecard_list *list = reading->list;
    int32_t first_month;
    size_t i;
    int result = read_lists(reading, robot_id);

    if (result < 0)
        return result;
    first_month = begin_cards(reading);
    result = read_promises(reading);
    if (result < 0)
        return result;
    reading->basis.robots = &list->robots;
    reading->basis.indicators = &list->indicators;
    result = scorecard_sums_read(reading->store, reading->only, first_month,
                                 scorecard_first_month(list->as_of) + SCORECARD_MONTHS - 1,
                                 &reading->basis.sums, reading->fault);
    for (i = 0; i < list->count && result == 0; i++)
        result = fill_card(reading, i);
    for (i = 0; i < list->count && result == 0; i++)
        result = hold(reading, robot_of(reading, i), &list->cards[i]);
    return result;
}

int scorecard_list_read(struct store *store, int64_t robot_id, int32_t as_of,
                        struct scorecard_list *ret_list, struct fault *fault)
{
    struct scorecard_list list = {.as_of = as_of};
    struct reading reading = {.store = store,
                              .list = &list,
                              .basis = {.store = store, .bands = {.day = INT32_MIN}},
                              .only = SIZE_MAX,
                              .fault = fault};
    bool is_entered = false;
    int result = store_view_enter(store, &is_entered, fault);

    if (result < 0)
        return result;
    result = read_cards(&reading, robot_id);
    store_view_leave(store, is_entered);
    scorecard_sums_release(&reading.basis.sums);
    if (result < 0)
        scorecard_list_release(&list);
    else
        *ret_list = list;
    return result;
}

void scorecard_list_release(struct scorecard_list *list)
{
    size_t i;

    if (list == NULL)
        return;
    for (i = 0; i < list->count && list->cards != NULL; i++)
        gate_release(&list->cards[i].gate);
    free(list->cards);
    idea_score_list_release(&list->idea_scores);
    idea_list_release(&list->ideas);
    indicator_list_release(&list->indicators);
    robot_list_release(&list->robots);
    *list = (struct scorecard_list){.count = 0};
}
