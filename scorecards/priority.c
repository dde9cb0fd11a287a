#include "scorecards/priority.h"

#include <stdlib.h>

#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/store/store.h"

/* Points of 5 become points of 100; shown are hundredths of them. */
enum {
    POINTS = 20,
    SHOWN = 100,
    HALF = 50,
    MOST = 100,
    SYSTEMS_FREE = 2,
    PER_SYSTEM = 10,
    UNKNOWN = -1
};

const char *quadrant_word(enum quadrant quadrant)
{
    switch (quadrant) {
    case QUADRANT_NONE:
        break;
    case QUADRANT_BUILD_NOW:
        return "build-now";
    case QUADRANT_PLAN:
        return "plan";
    case QUADRANT_QUICK_WIN:
        return "quick-win";
    case QUADRANT_LEAVE:
        return "leave";
    }
    return "";
}

static int64_t shown_benefit(int64_t score_sum, int64_t weight_sum)
{
    return (int64_t)decimal_divide_half_up((int128)POINTS * SHOWN * score_sum, weight_sum);
}

static void take_benefit(struct priority *priority, const struct idea_scores *scores,
                         const struct score_weights *weights)
{
    int64_t low = 0;
    int64_t high = 0;
    int i;

    for (i = 0; i < SCORECARD_PARAMETERS; i++) {
        const struct expected_score *expected = &scores->expected[i];

        if (expected->state != SCORE_GIVEN)
            continue;
        low += weights->of[i] * expected->low;
        high += weights->of[i] * expected->high;
        priority->score_sum += weights->of[i] * expected->likely;
        priority->weight_sum += weights->of[i];
    }
    if (priority->weight_sum == 0)
        return;
    priority->benefit = shown_benefit(priority->score_sum, priority->weight_sum);
    priority->benefit_low = shown_benefit(low, priority->weight_sum);
    priority->benefit_high = shown_benefit(high, priority->weight_sum);
}

static void take_ease(struct priority *priority, const struct idea_scores *scores)
{
    int64_t sum = 0;
    int i;

    for (i = 0; i < EASES; i++) {
        if (scores->ease[i] < 0)
            return;
        sum += scores->ease[i];
    }
    if (scores->systems < 0)
        return;
    priority->ease_exact = POINTS / EASES * sum;
    if (scores->systems > SYSTEMS_FREE)
        priority->ease_exact -= PER_SYSTEM * (scores->systems - SYSTEMS_FREE);
    if (priority->ease_exact < 0)
        priority->ease_exact = 0;
    priority->ease = priority->ease_exact * SHOWN;
}

/* 100 × sqrt(numerator / denominator), half up: the largest p with ((2p - 1) / 2)² at or below 10,000 times it. */
static int64_t shown_root(int128 numerator, int128 denominator)
{
    int64_t least = 0;
    int64_t most = (int64_t)MOST * SHOWN;

    while (least < most) {
        int64_t middle = (least + most + 1) / 2;
        int128 edge = 2 * (int128)middle - 1;

        if (edge * edge * denominator <= 4 * numerator * SHOWN * SHOWN)
            least = middle;
        else
            most = middle - 1;
    }
    return least;
}

/* By what is exact, never by what is shown. */
static enum quadrant quadrant_of(const struct priority *priority)
{
    bool is_worth = POINTS * priority->score_sum >= HALF * priority->weight_sum;
    bool is_easy = priority->ease_exact >= HALF;

    if (is_worth)
        return is_easy ? QUADRANT_BUILD_NOW : QUADRANT_PLAN;
    return is_easy ? QUADRANT_QUICK_WIN : QUADRANT_LEAVE;
}

struct priority priority_of(const struct idea_scores *scores, const struct score_weights *weights)
{
    struct priority priority = {.benefit = UNKNOWN,
                                .benefit_low = UNKNOWN,
                                .benefit_high = UNKNOWN,
                                .ease = UNKNOWN,
                                .priority = UNKNOWN};

    if (scores == NULL)
        return priority;
    take_benefit(&priority, scores, weights);
    take_ease(&priority, scores);
    if (priority.benefit == UNKNOWN || priority.ease == UNKNOWN)
        return priority;
    priority.priority =
        shown_root((int128)POINTS * priority.score_sum * priority.ease_exact, priority.weight_sum);
    priority.quadrant = quadrant_of(&priority);
    return priority;
}

/* ---- order ---- */

static bool is_to_be_built(const struct idea *idea)
{
    return idea->status != IDEA_OPERATION && idea->status != IDEA_REJECTED;
}

static bool is_ranked(const struct ranked_idea *ranked)
{
    return ranked->priority.priority != UNKNOWN && is_to_be_built(ranked->idea);
}

static int compare_ages(const struct idea *a, const struct idea *b)
{
    if (a->made_ms != b->made_ms)
        return a->made_ms < b->made_ms ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

/* Benefit × Ease against each other as fractions; then whose department lacks most. */
static int compare_ranked(const struct ranked_idea *a, const struct ranked_idea *b)
{
    int128 left = (int128)a->priority.score_sum * a->priority.ease_exact * b->priority.weight_sum;
    int128 right = (int128)b->priority.score_sum * b->priority.ease_exact * a->priority.weight_sum;

    if (left != right)
        return left > right ? -1 : 1;
    if ((a->idea->department_id == 0) != (b->idea->department_id == 0))
        return a->idea->department_id == 0 ? 1 : -1;
    if (a->gap != b->gap)
        return a->gap > b->gap ? -1 : 1;
    return compare_ages(a->idea, b->idea);
}

/* What is over stands behind what is still to be built. */
static int compare_unranked(const struct ranked_idea *a, const struct ranked_idea *b)
{
    if (is_to_be_built(a->idea) != is_to_be_built(b->idea))
        return is_to_be_built(a->idea) ? -1 : 1;
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return (a->idea->id > b->idea->id) - (a->idea->id < b->idea->id);
}

static int compare_ideas(const void *left, const void *right)
{
    const struct ranked_idea *a = left;
    const struct ranked_idea *b = right;

    if (is_ranked(a) != is_ranked(b))
        return is_ranked(a) ? -1 : 1;
    return is_ranked(a) ? compare_ranked(a, b) : compare_unranked(a, b);
}

/* The department's place in its order; behind all when there is none. */
static size_t place_of(const struct gap *gap, const struct idea *idea)
{
    size_t i;

    for (i = 0; i < gap->organisation.department_count; i++)
        if (gap->organisation.departments[i].id == idea->department_id)
            break;
    return i;
}

static int64_t gap_of(const struct gap *gap, const struct idea *idea)
{
    size_t i;

    for (i = 0; i < gap->row_count; i++)
        if (gap->rows[i].department_id == idea->department_id)
            return gap->rows[i].gap;
    return 0;
}

static int rank(struct ranking *ranking, struct fault *fault)
{
    const struct idea_list *ideas = &ranking->gap.ideas;
    size_t i;

    ranking->ideas = calloc(ideas->count + 1, sizeof *ranking->ideas);
    if (ranking->ideas == NULL)
        return fault_no_memory(fault);
    for (i = 0; i < ideas->count; i++) {
        struct ranked_idea *ranked = &ranking->ideas[ranking->count++];

        ranked->idea = &ideas->ideas[i];
        ranked->scores = idea_score_list_find(&ranking->scores, ranked->idea->id);
        ranked->priority = priority_of(ranked->scores, &ranking->weights);
        ranked->gap = gap_of(&ranking->gap, ranked->idea);
        ranked->place = place_of(&ranking->gap, ranked->idea);
    }
    qsort(ranking->ideas, ranking->count, sizeof *ranking->ideas, compare_ideas);
    for (i = 0; i < ranking->count && is_ranked(&ranking->ideas[i]); i++)
        ranking->ideas[i].priority.rank = (int)++ranking->ranked_count;
    return 0;
}

static int read_all(struct store *store, struct ranking *ranking, struct fault *fault)
{
    int result = gap_read(store, ranking->year, ranking->as_of, &ranking->gap, fault);

    if (result == 0)
        result = idea_score_list_read(store, INT64_MAX, &ranking->scores, fault);
    if (result == 0)
        result = score_weights_on(store, ranking->as_of, &ranking->weights, fault);
    return result == 0 ? rank(ranking, fault) : result;
}

int ranking_read(struct store *store, int32_t year, int32_t as_of, struct ranking *ret_ranking,
                 struct fault *fault)
{
    struct ranking ranking = {.as_of = as_of, .year = year};
    bool is_entered = false;
    int result = store_view_enter(store, &is_entered, fault);

    if (result < 0)
        return result;
    result = read_all(store, &ranking, fault);
    store_view_leave(store, is_entered);
    if (result < 0)
        ranking_release(&ranking);
    else
        *ret_ranking = ranking;
    return result;
}

void ranking_release(struct ranking *ranking)
{
    if (ranking == NULL)
        return;
    free(ranking->ideas);
    idea_score_list_release(&ranking->scores);
    gap_release(&ranking->gap);
    *ranking = (struct ranking){.count = 0};
}
