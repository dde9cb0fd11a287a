/* The gate, and what it holds, but for the daemon (tests/e2e/test_gate.sh); bands and weights. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/store/robot.h"
#include "core/store/scorecard.h"
#include "core/store/store.h"
#include "tests/unit/one_town.h"

static const int64_t NOW_MS = INT64_C(1750000000000);
static int64_t robot;
static struct fault fault;

#define MUST(call)                                                                                 \
    do {                                                                                           \
        if ((call) < 0)                                                                            \
            fail_msg("%s", fault.text);                                                            \
    } while (0)

/* Not external, not installed, without a run. */
static int64_t bare_robot(const char *slug)
{
    char query[80];

    town_plant(&town,
               "INSERT INTO robot(slug, name, position, external, one_off) "
               "VALUES('%s', 'Bare', 1, 0, 0)",
               slug);
    (void)snprintf(query, sizeof query, "SELECT id FROM robot WHERE slug = '%s'", slug);
    return temp_home_ask(town.home, query);
}

static int set_up(void **state)
{
    (void)one_town_open(state);
    robot = bare_robot("r");
    return 0;
}

/* ---- the gate ---- */

static int set(enum gate_item item, enum gate_state state, const char *note, int64_t now_ms)
{
    struct gate_change change = {.subject = {.robot_id = robot},
                                 .item = item,
                                 .state = state,
                                 .note = note,
                                 .by_whom = "Invented Officer",
                                 .now_ms = now_ms};
    int result;

    MUST(store_begin(town.store, &fault));
    result = gate_set(town.store, &change, &fault);
    MUST(store_commit(town.store, &(struct fault){.text = ""}));
    return result;
}

static enum gate_item red_at(int64_t at_ms)
{
    struct gate gate;
    enum gate_item item;

    MUST(gate_read(town.reader, &(struct gate_subject){.robot_id = robot}, at_ms, &gate, &fault));
    item = gate_red(&gate);
    gate_release(&gate);
    return item;
}

static void the_newest_answer_counts_and_earlier_ones_stay(void **state)
{
    struct gate gate;

    (void)state;
    assert_int_equal(red_at(INT64_MAX), 0);
    assert_int_equal(set(GATE_DPIA, GATE_RED, "no risk is described", NOW_MS), 0);
    assert_int_equal(set(GATE_ARCHIVE_DUTY, GATE_RED, "not asked", NOW_MS + 1), 0);
    assert_int_equal(red_at(INT64_MAX), GATE_DPIA);
    assert_int_equal(set(GATE_DPIA, GATE_GREEN, "case 25/1", NOW_MS + 2), 0);
    assert_int_equal(red_at(INT64_MAX), GATE_ARCHIVE_DUTY);
    assert_int_equal(set(GATE_ARCHIVE_DUTY, GATE_NOT_RELEVANT, "", NOW_MS + 3), 0);
    assert_int_equal(red_at(INT64_MAX), 0);
    assert_int_equal(red_at(NOW_MS + 2), GATE_ARCHIVE_DUTY);
    assert_int_equal(red_at(NOW_MS), GATE_DPIA);
    assert_int_equal(red_at(NOW_MS - 1), 0);
    MUST(gate_read(town.reader, &(struct gate_subject){.robot_id = robot}, INT64_MAX, &gate,
                   &fault));
    assert_string_equal(gate.items[GATE_DPIA - 1].note, "case 25/1");
    assert_string_equal(gate.items[GATE_DPIA - 1].by_whom, "Invented Officer");
    assert_int_equal(gate.items[GATE_DPIA - 1].at_ms, NOW_MS + 2);
    assert_int_equal(gate.items[GATE_LEGAL_BASIS - 1].state, 0);
    assert_null(gate.items[GATE_LEGAL_BASIS - 1].note);
    gate_release(&gate);
}

static void green_and_red_say_why(void **state)
{
    struct gate_change both = {.subject = {.robot_id = robot, .idea_id = 1},
                               .item = GATE_DPIA,
                               .state = GATE_RED,
                               .note = "x",
                               .by_whom = "Invented Officer"};

    (void)state;
    assert_int_equal(set(GATE_DPIA, GATE_RED, "", NOW_MS), -EINVAL);
    assert_non_null(strstr(fault.text, "what is missing"));
    assert_int_equal(set(GATE_DPIA, GATE_GREEN, NULL, NOW_MS), -EINVAL);
    assert_non_null(strstr(fault.text, "where it is found"));
    assert_int_equal(set(GATE_DPIA, GATE_RED, "see 010190-1234", NOW_MS), -EINVAL);
    assert_non_null(strstr(fault.text, "CPR"));
    assert_int_equal(set(GATE_DPIA, (enum gate_state)0, "x", NOW_MS), -EINVAL);
    assert_int_equal(set((enum gate_item)7, GATE_RED, "x", NOW_MS), -EINVAL);
    assert_int_equal(gate_set(town.store, &both, &fault), -EINVAL);
    assert_non_null(strstr(fault.text, "a robot's or an idea's"));
    assert_int_equal(temp_home_ask(town.home, "SELECT count(*) FROM gate"), 0);
}

static enum gate_item red_of_robot(int64_t id)
{
    struct robot_list list = {0};
    enum gate_item item;

    MUST(robot_list_read_one(town.reader, id, &list, &fault));
    item = list.robots[0].red_item;
    assert_string_equal(robot_state_word(&list.robots[0], day("2025-06-15")), "not installed");
    list.robots[0].plugin = strdup("p");
    assert_string_equal(robot_state_word(&list.robots[0], day("2025-06-15")),
                        item != 0 ? "blocked" : "active");
    robot_list_release(&list);
    return item;
}

static void a_robot_knows_its_first_red_item(void **state)
{
    int64_t other = bare_robot("other");

    (void)state;
    town_operate(&town, robot, day("2025-01-01"));
    town_operate(&town, other, day("2025-01-01"));
    assert_int_equal(set(GATE_ARCHIVE_DUTY, GATE_RED, "x", NOW_MS), 0);
    assert_int_equal(set(GATE_LEGAL_BASIS, GATE_RED, "x", NOW_MS), 0);
    assert_int_equal(red_of_robot(robot), GATE_LEGAL_BASIS);
    assert_int_equal(red_of_robot(other), 0);
    assert_int_equal(set(GATE_LEGAL_BASIS, GATE_GREEN, "x", NOW_MS), 0);
    assert_int_equal(red_of_robot(robot), GATE_ARCHIVE_DUTY);
    assert_int_equal(set(GATE_ARCHIVE_DUTY, GATE_GREEN, "x", NOW_MS), 0);
    assert_int_equal(red_of_robot(robot), 0);
}

static int removed(void)
{
    int result;

    MUST(store_begin(town.store, &fault));
    result = robot_remove(town.store, robot, &fault);
    if (result < 0)
        store_rollback(town.store);
    else
        MUST(store_commit(town.store, &(struct fault){.text = ""}));
    return result;
}

static void plant_indicator(const char *approved_by)
{
    town_plant(&town,
               "INSERT INTO indicator(robot_id, parameter, slot, version, from_day, status, title, "
               "unit, is_lower_better, baseline_method, evidence, link, owner, comment, set_by, "
               "set_ms, approved_by, approved_ms) VALUES(%d, 3, 1, 1, 1, 1, 'x', 'x', 0, '', 0, "
               "'', 'x', '', 'x', 1, %s, %s)",
               (int)robot, approved_by, approved_by[0] == 'N' ? "NULL" : "1");
}

static void a_robot_is_removed_with_what_nobody_approved(void **state)
{
    (void)state;
    plant_indicator("NULL");
    assert_int_equal(set(GATE_DPIA, GATE_RED, "x", NOW_MS), 0);
    assert_int_equal(removed(), 0);
    assert_int_equal(temp_home_ask(town.home, "SELECT (SELECT count(*) FROM indicator) + (SELECT "
                                              "count(*) FROM gate)"),
                     0);
}

static void what_somebody_approved_keeps_the_robot(void **state)
{
    (void)state;
    plant_indicator("'Invented Head'");
    assert_int_equal(removed(), -EBUSY);
    assert_non_null(strstr(fault.text, "somebody approved an indicator"));
}

static void words_and_items_agree(void **state)
{
    int i;

    (void)state;
    for (i = GATE_LEGAL_BASIS; i <= GATE_ARCHIVE_DUTY; i++)
        assert_int_equal(gate_item_of(gate_item_word((enum gate_item)i)), i);
    assert_int_equal(gate_item_of("x"), 0);
    assert_string_equal(gate_state_word((enum gate_state)0), "open");
    assert_string_equal(gate_state_word(GATE_NOT_RELEVANT), "not-relevant");
}

/* ---- bands and weights ---- */

static int set_bands(enum scorecard_parameter parameter, const struct score_band *band,
                     const char *today)
{
    int result;

    MUST(store_begin(town.store, &fault));
    result =
        score_band_set(town.store, parameter, band, day(today), "Invented Board", NOW_MS, &fault);
    MUST(store_commit(town.store, &(struct fault){.text = ""}));
    return result;
}

static int64_t second_band(enum scorecard_parameter parameter, const char *on)
{
    struct score_band band;

    MUST(score_band_on(town.reader, parameter, day(on), &band, &fault));
    return band.least[0];
}

static void bands_hold_from_their_day_on(void **state)
{
    static const struct score_band first = {{100, 200, 300, 400}};
    static const struct score_band second = {{1, 2, 3, 4}};
    struct score_band band;

    (void)state;
    MUST(score_band_on(town.reader, SCORECARD_SAVING, day("2025-06-15"), &band, &fault));
    assert_int_equal(band.least[0], 500000);
    assert_int_equal(band.least[1], 1500000);
    assert_int_equal(band.least[2], 4000000);
    assert_int_equal(band.least[3], 10000000);
    MUST(score_band_on(town.reader, SCORECARD_TIME, day("2025-06-15"), &band, &fault));
    assert_int_equal(band.least[0], 1000);
    assert_int_equal(band.least[1], 3000);
    assert_int_equal(band.least[2], 7500);
    assert_int_equal(band.least[3], 20000);
    assert_int_equal(set_bands(SCORECARD_TIME, &first, "2025-06-15"), 0);
    assert_int_equal(set_bands(SCORECARD_TIME, &second, "2025-07-01"), 0);
    assert_int_equal(second_band(SCORECARD_TIME, "2025-06-14"), 1000);
    assert_int_equal(second_band(SCORECARD_TIME, "2025-06-15"), 100);
    assert_int_equal(second_band(SCORECARD_TIME, "2025-07-01"), 1);
    assert_int_equal(second_band(SCORECARD_SAVING, "2025-07-01"), 500000);
    assert_int_equal(set_bands(SCORECARD_TIME, &first, "2025-07-01"), 0); /* once more that day */
    assert_int_equal(second_band(SCORECARD_TIME, "2025-07-01"), 100);
}

static void bands_rise(void **state)
{
    static const struct score_band wrong[] = {
        {{0, 2, 3, 4}}, {{-1, 2, 3, 4}}, {{2, 2, 3, 4}}, {{1, 3, 3, 4}}, {{1, 2, 4, 4}}};
    struct score_band band = {{1, 2, 3, 4}};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(set_bands(SCORECARD_TIME, &wrong[i], "2025-06-15"), -EINVAL);
        assert_non_null(strstr(fault.text, "the bands of time do not rise"));
    }
    assert_int_equal(set_bands(SCORECARD_QUALITY, &band, "2025-06-15"), -EINVAL);
    assert_int_equal(
        score_band_on(town.reader, SCORECARD_QUALITY, day("2025-06-15"), &band, &fault), -EINVAL);
}

static int set_weights(const struct score_weights *weights, const char *today)
{
    int result;

    MUST(store_begin(town.store, &fault));
    result = score_weights_set(town.store, weights, day(today), "Invented Board", NOW_MS, &fault);
    MUST(store_commit(town.store, &(struct fault){.text = ""}));
    return result;
}

static void assert_weights(const char *on, const struct score_weights *expected)
{
    struct score_weights weights;

    MUST(score_weights_on(town.reader, day(on), &weights, &fault));
    assert_memory_equal(&weights, expected, sizeof weights);
}

static void weights_hold_from_their_day_on(void **state)
{
    static const struct score_weights ones = {{1, 1, 1, 1, 1}};
    static const struct score_weights others = {{0, 2, 3, 1000, 0}};

    (void)state;
    assert_weights("2025-06-15", &ones);
    assert_int_equal(set_weights(&others, "2025-06-15"), 0);
    assert_weights("2025-06-14", &ones);
    assert_weights("2025-06-15", &others);
    assert_int_equal(set_weights(&ones, "2025-07-01"), 0);
    assert_weights("2025-06-30", &others);
    assert_weights("2025-07-01", &ones);
}

static void weights_weigh_something(void **state)
{
    static const struct score_weights none = {{0, 0, 0, 0, 0}};
    static const struct score_weights less = {{1, 1, -1, 1, 1}};
    static const struct score_weights more = {{1, 1, 1, 1, 1001}};

    (void)state;
    assert_int_equal(set_weights(&none, "2025-06-15"), -EINVAL);
    assert_non_null(strstr(fault.text, "all weights are 0"));
    assert_int_equal(set_weights(&less, "2025-06-15"), -EINVAL);
    assert_non_null(strstr(fault.text, "the weight of quality is -1"));
    assert_int_equal(set_weights(&more, "2025-06-15"), -EINVAL);
    assert_non_null(strstr(fault.text, "the weight of wellbeing is 1001"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, one_town_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_newest_answer_counts_and_earlier_ones_stay),
        TEST(green_and_red_say_why),
        TEST(a_robot_knows_its_first_red_item),
        TEST(a_robot_is_removed_with_what_nobody_approved),
        TEST(what_somebody_approved_keeps_the_robot),
        TEST(words_and_items_agree),
        TEST(bands_hold_from_their_day_on),
        TEST(bands_rise),
        TEST(weights_hold_from_their_day_on),
        TEST(weights_weigh_something),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
