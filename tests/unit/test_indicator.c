/* Indicators: a test per rule of what may be entered, and of who approves it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/store/scorecard.h"
#include "core/store/store.h"
#include "tests/unit/one_town.h"

/* one_town_open(): it is 2025-06-15. */
static const int64_t NOW_MS = INT64_C(1750000000000);
static int64_t robot;
static struct fault fault;

#define MUST(call)                                                                                 \
    do {                                                                                           \
        if ((call) < 0)                                                                            \
            fail_msg("%s", fault.text);                                                            \
    } while (0)

static int set_up(void **state)
{
    (void)one_town_open(state);
    robot = town_robot(&town, "r");
    return 0;
}

/* Errors per 100, fewer are better: right in every way. */
static struct indicator right(void)
{
    return (struct indicator){
        .robot_id = robot,
        .parameter = SCORECARD_QUALITY,
        .slot = 1,
        .status = INDICATOR_IN_USE,
        .title = "wrong accounts",
        .unit = "per 100",
        .is_lower_better = true,
        .baseline = {8 * INDICATOR_SCALE, day("2025-03-31"), 200},
        .baseline_method = "drawn by lot",
        .target = {2 * INDICATOR_SCALE, day("2025-12-31"), INDICATOR_NONE},
        .actual = {5 * INDICATOR_SCALE, day("2025-06-15"), 200},
        .evidence = EVIDENCE_MEASURED,
        .link = "case 25/1",
        .owner = "Invented Owner",
        .review_day = day("2025-12-15"),
        .comment = "",
        .set_by = "Invented Owner",
    };
}

static int put_on(const struct indicator *indicator, const char *today)
{
    int64_t id = 0;
    int result;

    fault = (struct fault){.text = ""};
    MUST(store_begin(town.store, &fault));
    result = indicator_put(town.store, indicator, day(today), NOW_MS, &id, &fault);
    if (result < 0)
        store_rollback(town.store);
    else
        MUST(store_commit(town.store, &(struct fault){.text = ""}));
    assert_true(result < 0 || id > 0);
    return result;
}

static int put(const struct indicator *indicator)
{
    return put_on(indicator, "2025-06-15");
}

static void taken(const struct indicator *indicator)
{
    if (put(indicator) < 0)
        fail_msg("%s", fault.text);
}

static void refused(const struct indicator *indicator, const char *part)
{
    assert_int_equal(put(indicator), -EINVAL);
    if (strstr(fault.text, part) == NULL)
        fail_msg("\"%s\" is not in: %s", part, fault.text);
}

static struct measured_value nothing(void)
{
    return (struct measured_value){.value = INDICATOR_NONE, .answers = INDICATOR_NONE};
}

static void assert_value(const struct measured_value *read, const struct measured_value *put_in)
{
    assert_int_equal(read->value, put_in->value);
    assert_int_equal(read->day, put_in->day);
    assert_int_equal(read->answers, put_in->answers);
}

static void what_is_right_is_read_back_whole(void **state)
{
    struct indicator indicator = right();
    struct indicator_list list;
    const struct indicator *read;

    (void)state;
    taken(&indicator);
    MUST(indicator_list_read(town.reader, &list, &fault));
    assert_int_equal(list.count, 1);
    read = &list.indicators[0];
    assert_int_equal(read->robot_id, robot);
    assert_int_equal(read->parameter, SCORECARD_QUALITY);
    assert_int_equal(read->slot, 1);
    assert_int_equal(read->version, 1);
    assert_int_equal(read->from_day, day("2025-06-15"));
    assert_int_equal(read->status, INDICATOR_IN_USE);
    assert_string_equal(read->title, "wrong accounts");
    assert_string_equal(read->unit, "per 100");
    assert_true(read->is_lower_better);
    assert_value(&read->baseline, &indicator.baseline);
    assert_string_equal(read->baseline_method, "drawn by lot");
    assert_value(&read->target, &indicator.target);
    assert_value(&read->actual, &indicator.actual);
    assert_int_equal(read->evidence, EVIDENCE_MEASURED);
    assert_string_equal(read->link, "case 25/1");
    assert_string_equal(read->owner, "Invented Owner");
    assert_int_equal(read->review_day, day("2025-12-15"));
    assert_string_equal(read->comment, "");
    assert_string_equal(read->set_by, "Invented Owner");
    assert_int_equal(read->set_ms, NOW_MS);
    assert_null(read->approved_by);
    indicator_list_release(&list);
}

static void saving_and_time_have_no_indicators(void **state)
{
    struct indicator indicator = right();

    (void)state;
    indicator.parameter = SCORECARD_SAVING;
    refused(&indicator, "saving has no indicators");
    indicator.parameter = SCORECARD_TIME;
    refused(&indicator, "time has no indicators");
    indicator = right();
    indicator.slot = 3;
    refused(&indicator, "there is no 3");
}

static void no_target_or_actual_without_a_baseline(void **state)
{
    struct indicator indicator = right();

    (void)state;
    indicator.baseline = nothing();
    refused(&indicator, "no target without a baseline");
    indicator.target = nothing();
    refused(&indicator, "no actual value without a baseline");
    indicator.actual = nothing();
    taken(&indicator);
}

static void a_target_lies_on_the_better_side(void **state)
{
    struct indicator indicator = right();

    (void)state;
    indicator.target.value = indicator.baseline.value;
    refused(&indicator, "the target is the baseline");
    indicator.target.value++;
    refused(&indicator, "wrong side of the baseline, for lower is better");
    indicator.is_lower_better = false;
    taken(&indicator);
    indicator.target.value -= 2;
    refused(&indicator, "wrong side of the baseline, for higher is better");
    indicator.is_lower_better = true;
    taken(&indicator);
}

static void days_of_values_lie_in_order(void **state)
{
    struct indicator indicator = right();

    (void)state;
    indicator.actual.day = day("2025-06-16");
    refused(&indicator, "the actual's day 2025-06-16 lies ahead");
    indicator.actual.day = day("2025-03-30");
    refused(&indicator, "before the baseline");
    indicator.actual.day = day("2025-03-31");
    taken(&indicator);
    indicator.target.day = day("2025-03-31");
    refused(&indicator, "not after the baseline's, 2025-03-31");
    indicator.target.day = day("2025-04-01"); /* it was missed, and is measured all the same */
    taken(&indicator);
    indicator.baseline.day = day("2025-06-16");
    refused(&indicator, "the baseline's day 2025-06-16 lies ahead");
}

static void a_review_is_at_most_six_months_ahead(void **state)
{
    struct indicator indicator = right();

    (void)state;
    indicator.review_day = day("2025-12-16");
    refused(&indicator, "more than 6 months ahead; give --review-on, 2025-06-15 to 2025-12-15");
    indicator.review_day = day("2025-06-14");
    refused(&indicator, "has passed");
    indicator.review_day = INT32_MIN;
    refused(&indicator, "give --review-on (2025-06-15 to 2025-12-15)");
    indicator.review_day = day("2025-06-15");
    taken(&indicator);
    /* Of the last of August, where February is too short for it. */
    indicator.review_day = day("2026-03-01");
    assert_int_equal(put_on(&indicator, "2025-08-31"), -EINVAL);
    indicator.review_day = day("2026-02-28");
    assert_int_equal(put_on(&indicator, "2025-08-31"), 0);
}

static void well_being_has_at_least_five_answers(void **state)
{
    struct indicator indicator = right();

    (void)state;
    indicator.parameter = SCORECARD_WELLBEING;
    taken(&indicator);
    indicator.actual.answers = 4;
    refused(&indicator, "the actual of well-being has 4 answers");
    indicator.actual.answers = INDICATOR_NONE;
    refused(&indicator, "the actual of well-being needs the number of its answers");
    indicator.actual.answers = 5;
    taken(&indicator);
    indicator.baseline.answers = 4;
    refused(&indicator, "the baseline of well-being has 4 answers");
    indicator.baseline.answers = INDICATOR_NONE;
    refused(&indicator, "the baseline of well-being needs");
    indicator.baseline.answers = 1;
    refused(&indicator, "1 answer;");
    indicator.baseline.answers = 5;
    taken(&indicator);
    indicator.status = INDICATOR_ENDED; /* no way around it */
    indicator.actual.answers = 4;
    refused(&indicator, "has 4 answers");
    /* Of the others a count need not be said. */
    indicator = right();
    indicator.actual.answers = INDICATOR_NONE;
    indicator.baseline.answers = INDICATOR_NONE;
    taken(&indicator);
    indicator.actual.answers = 0;
    refused(&indicator, "give 1 to");
}

static void evidence_above_judgement_has_a_link(void **state)
{
    struct indicator indicator = right();

    (void)state;
    indicator.link = "";
    refused(&indicator, "give --link (E2 needs it)");
    indicator.evidence = EVIDENCE_SAMPLE;
    refused(&indicator, "give --link (E1 needs it)");
    indicator.evidence = EVIDENCE_JUDGEMENT;
    taken(&indicator);
    indicator.link = NULL;
    taken(&indicator);
}

static void what_is_used_has_a_title_a_unit_and_an_owner(void **state)
{
    struct indicator indicator = right();

    (void)state;
    indicator.title = "";
    refused(&indicator, "the indicator is not complete; give --indicator");
    indicator = right();
    indicator.unit = "";
    refused(&indicator, "the indicator is not complete; give --unit");
    indicator = right();
    indicator.owner = "";
    refused(&indicator, "the indicator is not complete; give --owner");
    indicator.title = indicator.unit = indicator.link = "";
    indicator.review_day = INT32_MIN;
    refused(&indicator, "give --indicator, --unit, --owner, --review-on (");
    refused(&indicator, "), --link (E2 needs it)");
    indicator.parameter = SCORECARD_WELLBEING; /* what protects a person is told first */
    indicator.baseline.answers = 4;
    refused(&indicator, "the baseline of well-being has 4 answers");
    indicator = right();
    indicator.set_by = "...";
    refused(&indicator, "nobody's name");
    /* Of what means nothing for a robot none is asked, nor a day of review. */
    indicator = (struct indicator){.robot_id = robot,
                                   .parameter = SCORECARD_SERVICE,
                                   .slot = 1,
                                   .status = INDICATOR_NOT_RELEVANT,
                                   .baseline = nothing(),
                                   .target = nothing(),
                                   .actual = nothing(),
                                   .review_day = INT32_MIN,
                                   .set_by = "Invented Owner"};
    taken(&indicator);
    assert_int_equal(temp_home_ask(town.home, "SELECT count(*) FROM indicator WHERE status = 2 AND "
                                              "review_day IS NULL"),
                     1);
}

static void no_text_holds_a_cpr_number(void **state)
{
    static const char number[] = "see 010190-1234";
    struct indicator indicator = right();
    const char **texts[] = {&indicator.title, &indicator.unit,  &indicator.baseline_method,
                            &indicator.link,  &indicator.owner, &indicator.comment};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        indicator = right();
        *texts[i] = number;
        refused(&indicator, "reads like a CPR number");
        assert_null(strstr(fault.text, "1234"));
        *texts[i] = "two\nlines";
        refused(&indicator, "must be one line");
    }
}

static void values_have_bounds(void **state)
{
    struct indicator indicator = right();

    (void)state;
    indicator.is_lower_better = true;
    indicator.target.value = -INDICATOR_MOST;
    indicator.baseline.value = INDICATOR_MOST;
    taken(&indicator);
    indicator.target.value--;
    refused(&indicator, "the target: give -1000000000 to 1000000000");
    indicator.target.value++;
    indicator.baseline.value++;
    refused(&indicator, "the baseline: give");
    indicator.baseline.value--;
    indicator.actual.value = INDICATOR_MOST + 1;
    refused(&indicator, "the actual: give");
}

static void versions_keep_what_was(void **state)
{
    struct indicator indicator = right();
    struct indicator_list list;

    (void)state;
    taken(&indicator);
    indicator.actual.value = 4 * INDICATOR_SCALE;
    assert_int_equal(put_on(&indicator, "2025-07-01"), 0);
    indicator.actual.value = 3 * INDICATOR_SCALE; /* twice on one day: the last holds */
    assert_int_equal(put_on(&indicator, "2025-07-01"), 0);
    indicator.slot = 2;
    assert_int_equal(put_on(&indicator, "2025-07-02"), 0);
    MUST(indicator_list_read(town.reader, &list, &fault));
    assert_int_equal(list.count, 4);
    assert_null(indicator_on(&list, robot, SCORECARD_QUALITY, 1, day("2025-06-14")));
    assert_int_equal(indicator_on(&list, robot, SCORECARD_QUALITY, 1, day("2025-06-15"))->version,
                     1);
    assert_int_equal(
        indicator_on(&list, robot, SCORECARD_QUALITY, 1, day("2025-06-30"))->actual.value,
        5 * INDICATOR_SCALE);
    assert_int_equal(indicator_on(&list, robot, SCORECARD_QUALITY, 1, day("2025-07-01"))->version,
                     3);
    assert_null(indicator_on(&list, robot, SCORECARD_QUALITY, 2, day("2025-07-01")));
    assert_int_equal(indicator_on(&list, robot, SCORECARD_QUALITY, 2, INT32_MAX)->version, 1);
    assert_null(indicator_on(&list, robot, SCORECARD_SERVICE, 1, INT32_MAX));
    assert_null(indicator_on(&list, robot + 1, SCORECARD_QUALITY, 1, INT32_MAX));
    indicator_list_release(&list);
}

/* The newest version is approved, or not. */
static int approve(const char *by)
{
    struct indicator_list list;
    int result;

    MUST(indicator_list_read(town.store, &list, &fault));
    MUST(store_begin(town.store, &fault));
    result = indicator_approve(town.store, &list.indicators[list.count - 1], by, NOW_MS, &fault);
    MUST(store_commit(town.store, &(struct fault){.text = ""}));
    indicator_list_release(&list);
    return result;
}

static void who_set_it_does_not_approve_it(void **state)
{
    struct indicator indicator = right();
    struct indicator_list list;

    (void)state;
    taken(&indicator);
    assert_int_equal(approve("Invented Owner"), -EPERM);
    assert_int_equal(approve("OWNER, invented"), -EPERM);
    assert_non_null(strstr(fault.text, "set version 1 of this indicator"));
    assert_int_equal(approve("--"), -EINVAL);
    assert_int_equal(approve("Invented Head"), 0);
    assert_int_equal(approve("Other Head"), -EALREADY);
    assert_non_null(strstr(fault.text, "by \"Invented Head\""));
    taken(&indicator); /* a change is to be approved anew, and the version before stays approved */
    MUST(indicator_list_read(town.reader, &list, &fault));
    assert_string_equal(list.indicators[0].approved_by, "Invented Head");
    assert_int_equal(list.indicators[0].approved_ms, NOW_MS);
    assert_null(list.indicators[1].approved_by);
    indicator_list_release(&list);
}

static void plant_estimate(const char *from, const char *set_by, const char *signed_by)
{
    town_plant(&town,
               "INSERT INTO estimate(robot_id, from_day, hundredths, set_by, set_ms, reason, "
               "signed_by, signed_day) VALUES(%d, %d, 100, '%s', 1, '', %s, %s)",
               (int)robot, (int)day(from), set_by, signed_by, signed_by[0] == 'N' ? "NULL" : "1");
}

static void who_set_the_estimate_does_not_approve_alone(void **state)
{
    struct indicator indicator = right();

    (void)state;
    taken(&indicator);
    plant_estimate("2025-01-01", "Former Owner", "'Invented Head'");
    plant_estimate("2025-02-01", "Passed Draft", "NULL");
    plant_estimate("2025-05-01", "Process Owner", "'Invented Head'");
    plant_estimate("2025-07-01", "Next Owner", "NULL");
    assert_int_equal(approve("process  OWNER"), -EPERM);
    assert_non_null(strstr(fault.text, "set the robot's estimate"));
    assert_int_equal(approve("Next Owner"), -EPERM);
    assert_int_equal(approve("Former Owner"), 0);
}

static void words_and_numbers_agree(void **state)
{
    int i;

    (void)state;
    for (i = SCORECARD_SAVING; i <= SCORECARD_WELLBEING; i++)
        assert_int_equal(
            scorecard_parameter_of(scorecard_parameter_word((enum scorecard_parameter)i)), i);
    assert_string_equal(scorecard_parameter_word(SCORECARD_WELLBEING), "wellbeing");
    assert_int_equal(scorecard_parameter_of("trivsel"), 0);
    assert_string_equal(scorecard_parameter_word((enum scorecard_parameter)0), "?");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, one_town_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_right_is_read_back_whole),
        TEST(saving_and_time_have_no_indicators),
        TEST(no_target_or_actual_without_a_baseline),
        TEST(a_target_lies_on_the_better_side),
        TEST(days_of_values_lie_in_order),
        TEST(a_review_is_at_most_six_months_ahead),
        TEST(well_being_has_at_least_five_answers),
        TEST(evidence_above_judgement_has_a_link),
        TEST(what_is_used_has_a_title_a_unit_and_an_owner),
        TEST(no_text_holds_a_cpr_number),
        TEST(values_have_bounds),
        TEST(versions_keep_what_was),
        TEST(who_set_it_does_not_approve_it),
        TEST(who_set_the_estimate_does_not_approve_alone),
        TEST(words_and_numbers_agree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
