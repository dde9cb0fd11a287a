#include "tests/unit/score_town.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/cost.h"
#include "core/store/idea.h"
#include "core/store/store.h"

int64_t a, b, r;

static void need(int result, const struct fault *fault)
{
    if (result < 0)
        fail_msg("%s", fault->text);
}

int score_town_set_up(void **state)
{
    (void)one_town_open(state);
    town_rate(&town, day("2025-01-01"), 60000);
    a = town_department(&town, "a", "A");
    b = town_department(&town, "b", "B");
    r = town_plain_robot(&town, "r", a, 600);
    town_operate(&town, r, day("2025-02-01"));
    return 0;
}

int score_town_tear_down(void **state)
{
    return one_town_close(state);
}

struct scorecard_list score_town_read(int64_t robot, const char *as_of)
{
    struct fault fault = {.text = ""};
    struct scorecard_list list = {.count = 0};

    need(scorecard_list_read(town.reader, robot, day(as_of), &list, &fault), &fault);
    return list;
}

const struct scorecard *score_town_card(const struct scorecard_list *list, int64_t robot)
{
    static const struct scorecard none;
    size_t i;

    for (i = 0; i < list->count; i++)
        if (list->cards[i].robot->id == robot)
            return &list->cards[i];
    fail_msg("robot %lld has no scorecard", (long long)robot);
    return &none;
}

void score_town_cost(int64_t robot, const char *from, const char *to, int64_t ore)
{
    struct cost cost = {.robot_id = robot,
                        .kind = COST_RUNNING,
                        .from_day = day(from),
                        .to_day = to != NULL ? day(to) : COST_NO_END,
                        .ore = ore,
                        .what = "DEMO licence",
                        .by_whom = "Invented Person"};
    struct fault fault = {.text = ""};
    int64_t id = 0;

    need(store_begin(town.store, &fault), &fault);
    need(cost_add(town.store, &cost, &id, &fault), &fault);
    need(store_commit(town.store, &fault), &fault);
}

struct indicator score_town_indicator(int64_t robot, enum scorecard_parameter parameter,
                                      int64_t baseline, int64_t target, int64_t actual)
{
    return (struct indicator){
        .robot_id = robot,
        .parameter = parameter,
        .slot = 1,
        .status = INDICATOR_IN_USE,
        .title = "DEMO errors",
        .unit = "per 100 cases",
        .is_lower_better = target < baseline,
        .baseline = {baseline * INDICATOR_SCALE, day("2025-01-15"), 20},
        .baseline_method = "DEMO count",
        .target = {target * INDICATOR_SCALE, day("2026-12-31"), INDICATOR_NONE},
        .actual = {actual * INDICATOR_SCALE, day("2025-03-01"), 25},
        .evidence = EVIDENCE_MEASURED,
        .link = "DEMO journal",
        .owner = "Invented Owner",
        .review_day = day("2025-09-01"),
        .comment = "",
        .set_by = "Invented Owner",
    };
}

static int64_t noon(const char *on)
{
    return (int64_t)day(on) * 86400000 + 43200000;
}

int64_t score_town_put(const struct indicator *indicator, const char *on)
{
    struct fault fault = {.text = ""};
    int64_t id = 0;

    need(store_begin(town.store, &fault), &fault);
    need(indicator_put(town.store, indicator, day(on), noon(on), &id, &fault), &fault);
    need(store_commit(town.store, &fault), &fault);
    return id;
}

void score_town_approve(int64_t id, const char *on)
{
    struct indicator_list list = {.count = 0};
    struct fault fault = {.text = ""};
    size_t i = 0;

    need(store_begin(town.store, &fault), &fault);
    need(indicator_list_read(town.store, &list, &fault), &fault);
    while (i < list.count && list.indicators[i].id != id)
        i++;
    assert_true(i < list.count);
    need(indicator_approve(town.store, &list.indicators[i], "Invented Head", noon(on), &fault),
         &fault);
    need(store_commit(town.store, &fault), &fault);
    indicator_list_release(&list);
}

int64_t score_town_idea(int64_t robot)
{
    static int64_t last;

    last++;
    town_plant(&town,
               "INSERT INTO idea(id, title, status, department_text, sender, owner, description, "
               "robot_id, made_ms, changed_ms) VALUES(%d, 'DEMO idea', 4, '', 'Invented Person', "
               "'', '', %d, 1, 1)",
               (int)last, (int)robot);
    return last;
}

void score_town_expect(int64_t idea, enum scorecard_parameter parameter, int low, int likely,
                       int high, const char *on)
{
    struct idea_scores scores = {.idea_id = idea, .ease = {-1, -1, -1, -1, -1}, .systems = -1};
    struct fault fault = {.text = ""};

    scores.expected[parameter - 1] = (struct expected_score){SCORE_GIVEN, low, likely, high};
    need(store_begin(town.store, &fault), &fault);
    need(idea_score(town.store, &scores, "Invented Person", noon(on), &fault), &fault);
    need(store_commit(town.store, &fault), &fault);
}
