/* What ideas are expected to score, and how easy they are: rows that are added, the newest of a thing counts. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/store/idea.h"
#include "core/store/line.h"
#include "core/store/list.h"
#include "core/store/sql.h"

/* idea_score.thing: a parameter as it is; an ease and the systems from here on. */
enum { THING_EASE = 10, THING_SYSTEMS = 20, NOT_SAID = -1 };

static const char *const ease_words[] = {
    [EASE_RULES] = "rules",           [EASE_DIGITAL] = "digital",
    [EASE_STRUCTURED] = "structured", [EASE_STABILITY] = "stability",
    [EASE_INTERFACE] = "interface",
};

const char *ease_word(enum ease ease)
{
    return ease >= EASE_RULES && ease <= EASE_INTERFACE ? ease_words[ease] : "?";
}

/* ---- reading ---- */

static struct idea_scores *scores_of(struct idea_score_list *list, int64_t idea_id, int *result,
                                     struct fault *fault)
{
    struct idea_scores *scores;
    void *grown;
    int i;

    if (list->count > 0 && list->scores[list->count - 1].idea_id == idea_id)
        return &list->scores[list->count - 1];
    grown = list_grow(list->scores, list->count, sizeof *list->scores, result, fault);
    if (grown == NULL)
        return NULL;
    list->scores = grown;
    scores = &list->scores[list->count++];
    scores->idea_id = idea_id;
    scores->systems = NOT_SAID;
    for (i = 0; i < EASES; i++)
        scores->ease[i] = NOT_SAID;
    return scores;
}

/* A number alone stands for all three. */
static struct expected_score expected_of(sqlite3_stmt *row)
{
    struct expected_score expected = {.state = SCORE_NOT_RELEVANT};

    if (sqlite3_column_type(row, 3) == SQLITE_NULL)
        return expected;
    expected.state = SCORE_GIVEN;
    expected.likely = sqlite3_column_int(row, 3);
    expected.low = expected.high = expected.likely;
    if (sqlite3_column_type(row, 2) != SQLITE_NULL) {
        expected.low = sqlite3_column_int(row, 2);
        expected.high = sqlite3_column_int(row, 4);
    }
    return expected;
}

/* Rows come by idea, the newest last. */
static int take_score(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct idea_score_list *list = context;
    int thing = sqlite3_column_int(row, 1);
    int result = 0;
    struct idea_scores *scores = scores_of(list, sqlite3_column_int64(row, 0), &result, fault);

    if (scores == NULL)
        return result;
    if (thing >= SCORECARD_SAVING && thing <= SCORECARD_WELLBEING)
        scores->expected[thing - 1] = expected_of(row);
    else if (thing > THING_EASE && thing <= THING_EASE + EASES)
        scores->ease[thing - THING_EASE - 1] = sqlite3_column_int(row, 3);
    else if (thing == THING_SYSTEMS)
        scores->systems = sqlite3_column_int(row, 3);
    scores->by_whom = sql_keep(row, 5, &list->texts, &list->text_count, &result, fault);
    scores->at_ms = sqlite3_column_int64(row, 6);
    return result;
}

int idea_score_list_read(struct store *store, int64_t at_ms, struct idea_score_list *ret_list,
                         struct fault *fault)
{
    static const char SQL[] =
        "SELECT idea_id, thing, low, likely, high, by_whom, at_ms FROM idea_score WHERE id IN "
        "(SELECT max(id) FROM idea_score WHERE at_ms BETWEEN ?1 AND ?2 GROUP BY idea_id, thing) "
        "ORDER BY idea_id, id";
    struct idea_score_list list = {.count = 0};
    struct sql_range until = {INT64_MIN, at_ms};
    int result = sql_each_in(store, SQL, until, take_score, &list, fault);

    if (result < 0)
        idea_score_list_release(&list);
    else
        *ret_list = list;
    return result;
}

void idea_score_list_release(struct idea_score_list *list)
{
    size_t i;

    if (list == NULL)
        return;
    for (i = 0; i < list->text_count; i++)
        free(list->texts[i]);
    free(list->texts);
    free(list->scores);
    *list = (struct idea_score_list){.count = 0};
}

const struct idea_scores *idea_score_list_find(const struct idea_score_list *list, int64_t idea_id)
{
    size_t first = 0;
    size_t after = list->count;

    while (first < after) {
        size_t middle = first + (after - first) / 2;

        if (list->scores[middle].idea_id == idea_id)
            return &list->scores[middle];
        if (list->scores[middle].idea_id < idea_id)
            first = middle + 1;
        else
            after = middle;
    }
    return NULL;
}

int idea_score_promised(struct store *store, int64_t begun_ms, int64_t at_ms,
                        struct idea_scores *scores, struct fault *fault)
{
    static const char SQL[] =
        "SELECT idea_id, thing, low, likely, high FROM idea_score WHERE id IN (SELECT max(s.id) "
        "FROM idea_score s JOIN (SELECT thing, min(?3, max(?2, min(at_ms) + ?4)) AS until FROM "
        "idea_score WHERE idea_id = ?1 AND thing <= ?5 AND at_ms <= ?3 GROUP BY thing) first "
        "ON first.thing = s.thing WHERE s.idea_id = ?1 AND s.at_ms <= first.until GROUP BY "
        "s.thing)";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, scores->idea_id);
        sqlite3_bind_int64(statement, 2, begun_ms);
        sqlite3_bind_int64(statement, 3, at_ms);
        sqlite3_bind_int64(statement, 4, IDEA_SECOND_THOUGHT_MS);
        sqlite3_bind_int(statement, 5, SCORECARD_PARAMETERS);
    }
    while (result == 0 && (result = sql_step(store, statement, fault)) > 0) {
        int thing = sqlite3_column_int(statement, 1);

        result = 0;
        if (thing >= SCORECARD_SAVING && thing <= SCORECARD_WELLBEING)
            scores->expected[thing - 1] = expected_of(statement);
    }
    sql_done(statement);
    return result;
}

/* ---- adding ---- */

static int check_expected(enum scorecard_parameter parameter, const struct expected_score *expected,
                          struct fault *fault)
{
    if (expected->state != SCORE_GIVEN)
        return 0;
    if (expected->low < 0 || expected->low > expected->likely ||
        expected->likely > expected->high || expected->high > SCORE_MOST)
        return fault_set(fault, -EINVAL,
                         "%s: %d,%d,%d are not low, likely and high scores: give 0 to %d, none "
                         "below the one before",
                         scorecard_parameter_word(parameter), expected->low, expected->likely,
                         expected->high, SCORE_MOST);
    return 0;
}

/* The ways to reach a system are counted from 1. */
static int check_ease(enum ease ease, int points, struct fault *fault)
{
    int least = ease == EASE_INTERFACE ? 1 : 0;

    if (points == NOT_SAID || (points >= least && points <= EASE_MOST))
        return 0;
    return fault_set(fault, -EINVAL, "%s: %d is not on its scale: give %d to %d", ease_word(ease),
                     points, least, EASE_MOST);
}

static int check_scores(const struct idea_scores *scores, struct fault *fault)
{
    bool is_anything = scores->systems != NOT_SAID;
    int result = 0;
    int i;

    for (i = 0; i < SCORECARD_PARAMETERS && result == 0; i++) {
        is_anything = is_anything || scores->expected[i].state != SCORE_OPEN;
        result = check_expected((enum scorecard_parameter)(i + 1), &scores->expected[i], fault);
    }
    for (i = 0; i < EASES && result == 0; i++) {
        is_anything = is_anything || scores->ease[i] != NOT_SAID;
        result = check_ease((enum ease)(i + 1), scores->ease[i], fault);
    }
    if (result == 0 && (scores->systems < NOT_SAID || scores->systems > IDEA_SYSTEMS_MOST))
        result = fault_set(fault, -EINVAL, "systems: %d is not on its scale: give 0 to %d",
                           scores->systems, IDEA_SYSTEMS_MOST);
    if (result == 0 && !is_anything)
        result = fault_set(fault, -EINVAL, "nothing is said of idea %" PRId64 "; give a score",
                           scores->idea_id);
    return result;
}

struct score_row {
    int64_t idea_id;
    int thing;
    struct expected_score expected; /* SCORE_NOT_RELEVANT: no number */
    bool has_ends;
    const char *by;
    int64_t now_ms;
};

static int add_row(struct store *store, const struct score_row *row, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO idea_score(idea_id, thing, low, likely, high, by_whom, at_ms) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result < 0)
        return result;
    sqlite3_bind_int64(statement, 1, row->idea_id);
    sqlite3_bind_int(statement, 2, row->thing);
    if (row->expected.state == SCORE_GIVEN)
        sqlite3_bind_int(statement, 4, row->expected.likely);
    if (row->expected.state == SCORE_GIVEN && row->has_ends) {
        sqlite3_bind_int(statement, 3, row->expected.low);
        sqlite3_bind_int(statement, 5, row->expected.high);
    }
    sql_bind_text(statement, 6, row->by);
    sqlite3_bind_int64(statement, 7, row->now_ms);
    result = sql_run(store, statement, fault);
    sql_done(statement);
    return result;
}

/* A number that stands alone. */
static int add_number(struct store *store, struct score_row *row, int thing, int number,
                      struct fault *fault)
{
    if (number == NOT_SAID)
        return 0;
    row->thing = thing;
    row->has_ends = false;
    row->expected = (struct expected_score){.state = SCORE_GIVEN, .likely = number};
    return add_row(store, row, fault);
}

int idea_score(struct store *store, const struct idea_scores *scores, const char *by,
               int64_t now_ms, struct fault *fault)
{
    char name[LINE_BYTES_MAX + 1];
    struct score_row row = {.idea_id = scores->idea_id, .by = name, .now_ms = now_ms};
    int result = check_scores(scores, fault);
    int i;

    if (result == 0)
        result = line_take_name("who scores the idea", by, name, fault);
    for (i = 0; i < SCORECARD_PARAMETERS && result == 0; i++) {
        row.thing = i + 1;
        row.has_ends = true;
        row.expected = scores->expected[i];
        if (row.expected.state != SCORE_OPEN)
            result = add_row(store, &row, fault);
    }
    for (i = 0; i < EASES && result == 0; i++)
        result = add_number(store, &row, THING_EASE + i + 1, scores->ease[i], fault);
    if (result == 0)
        result = add_number(store, &row, THING_SYSTEMS, scores->systems, fault);
    return result;
}
