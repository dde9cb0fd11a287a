/*
 * The store does what run_model.h says: for each transition that two runs with two references can make, however they come
 * there, the store's own functions are called in that order, with a crash where the model has one; after each
 * step what was answered and all that is kept are the model's. One way of AUTOMAGI_SHARE is walked; the
 * seed is printed, AUTOMAGI_SEED repeats it. AUTOMAGI_TEST is a
 * pattern of the tests to be run.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "tests/unit/dice.h"
#include "tests/unit/run_drive.h"
#include "tests/unit/run_explore.h"

enum { STATES_MOST = 1000000, VERIFY_EACH = 2000 };

static struct dice dice;
static int64_t share, ways, steps;
static struct explored shown; /* the way that is walked, for when it fails */

static int walk(const struct model_step *way, size_t length, void *context)
{
    size_t i;

    (void)context;
    ways++;
    if (dice_roll(&dice, share) != 0)
        return 0;
    drive_begin();
    for (i = 0; i < length; i++) {
        shown.way[i] = way[i];
        shown.length = i + 1;
        drive_step(way[i]);
        if (driven.at.is_up)
            drive_compare();
        steps++;
    }
    shown.length = 0;
    drive_end();
    if (driven.ways % VERIFY_EACH == 0)
        queue_verify(&driven.queue);
    return 0;
}

static void walk_all(int side_effects, int becomes)
{
    const char *given = getenv("AUTOMAGI_SHARE");

    share = given != NULL ? strtol(given, NULL, 10) : 150;
    ways = steps = 0;
    drive_open(&(struct model){.side_effects = side_effects,
                               .becomes = becomes,
                               .crashes = 1,
                               .doubles = 1,
                               .imports = 1,
                               .answers = 1});
    assert_int_equal(explore_ways(&driven.model, STATES_MOST, walk, NULL), 0);
    print_message("ways=%" PRId64 " walked=%" PRId64 " steps=%" PRId64 "\n", ways, driven.ways,
                  steps);
    assert_true(driven.ways > 20);
    assert_true(drive_ask("SELECT count(*) FROM late_result", 0, 0) > 0);
    drive_close();
}

static int tear_down(void **state)
{
    (void)state;
    if (shown.length > 0) {
        print_error("the way it failed on:\n");
        explore_show(&shown);
    }
    shown.length = 0;
    return 0;
}

static void what_is_idempotent(void **state)
{
    (void)state;
    walk_all(IDEMPOTENT, IDEMPOTENT);
}

static void what_can_be_probed(void **state)
{
    (void)state;
    walk_all(PROBEABLE, PROBEABLE);
}

static void what_only_a_person_can_know(void **state)
{
    (void)state;
    walk_all(MANUAL, MANUAL);
}

/* The plugin's file was replaced by one of another class, between the old run and the new one. */
static void what_was_idempotent_and_is_left_to_a_person(void **state)
{
    (void)state;
    walk_all(IDEMPOTENT, MANUAL);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_is_idempotent, tear_down),
        cmocka_unit_test_teardown(what_can_be_probed, tear_down),
        cmocka_unit_test_teardown(what_only_a_person_can_know, tear_down),
        cmocka_unit_test_teardown(what_was_idempotent_and_is_left_to_a_person, tear_down),
    };
    const char *given = getenv("AUTOMAGI_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);

    print_message("seed %" PRIu64 "\n", seed);
    dice_start(&dice, seed);
    if (getenv("AUTOMAGI_TEST") != NULL)
        cmocka_set_test_filter(getenv("AUTOMAGI_TEST"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
