/*
 * Every state that two runs with two references can come to, whoever dies where, whatever is late or comes twice: what
 * was acknowledged is recorded, a reference counts once, only who holds an item changes it, all comes to an
 * end, and what must not be done twice is not. Each protection is taken out of the model once: then a way is
 * found to what it protects from. AUTOMAGI_MODEL=N lets N things go wrong.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "tests/unit/queue_home.h"
#include "tests/unit/run_explore.h"

enum { STATES_FOR_TWO = 1000000, STATES_FOR_MORE = 8000000 };

static uint8_t wrongs(void)
{
    const char *given = getenv("AUTOMAGI_MODEL");

    return (uint8_t)(given != NULL ? strtoul(given, NULL, 10) : 2);
}

static size_t states_most(void)
{
    return wrongs() <= 2 ? STATES_FOR_TWO : STATES_FOR_MORE;
}

static struct model model_of(int side_effects)
{
    return (struct model){.side_effects = side_effects,
                          .crashes = wrongs(),
                          .doubles = 1,
                          .imports = 1,
                          .answers = 1};
}

static void holds_for_both(int side_effects, int becomes, const char *word)
{
    struct model model = model_of(side_effects);
    struct explored explored;
    bool is_whole;

    model.becomes = becomes;
    is_whole = explore(&model, states_most(), &explored);
    print_message("%s: states=%zu transitions=%zu depth=%zu\n", word, explored.states,
                  explored.transitions, explored.depth);
    if (explored.broken != NULL) {
        explore_show(&explored);
        fail_msg("%s", explored.broken);
    }
    assert_true(is_whole);
    assert_true(explored.states > 10000);
}

static void holds_for(int side_effects, const char *word)
{
    holds_for_both(side_effects, side_effects, word);
}

static void what_is_idempotent(void **state)
{
    (void)state;
    holds_for(IDEMPOTENT, "idempotent");
}

static void what_can_be_probed(void **state)
{
    (void)state;
    holds_for(PROBEABLE, "probeable");
}

static void what_only_a_person_can_know(void **state)
{
    (void)state;
    holds_for(MANUAL, "manual");
}

/* The plugin's file was replaced by one of another class, between the old run and the new one. */
static void what_was_idempotent_and_is_left_to_a_person(void **state)
{
    (void)state;
    holds_for_both(IDEMPOTENT, MANUAL, "idempotent, then manual");
}

static void what_was_idempotent_and_can_be_probed(void **state)
{
    (void)state;
    holds_for_both(IDEMPOTENT, PROBEABLE, "idempotent, then probeable");
}

static void what_could_be_probed_and_is_left_to_a_person(void **state)
{
    (void)state;
    holds_for_both(PROBEABLE, MANUAL, "probeable, then manual");
}

/* Without this protection something must break, and it is this. */
static void breaks_for_both(int side_effects, int becomes, struct model_faults faults,
                            const char *what)
{
    struct model model = model_of(side_effects);
    struct explored explored;

    model.becomes = becomes;
    model.faults = faults;
    (void)explore(&model, states_most(), &explored);
    assert_non_null(explored.broken); /* else nothing broke */
    print_message("%s, in %zu steps:\n", explored.broken, explored.length);
    explore_show(&explored);
    if (explored.broken == NULL || strstr(explored.broken, what) == NULL)
        fail_msg("expected was: %s", what);
}

static void breaks(int side_effects, struct model_faults faults, const char *what)
{
    breaks_for_both(side_effects, side_effects, faults, what);
}

static void no_fence(void **state)
{
    (void)state;
    breaks(IDEMPOTENT, (struct model_faults){.no_fence = true}, "I3");
}

static void no_unique_key(void **state)
{
    (void)state;
    breaks(IDEMPOTENT, (struct model_faults){.no_key = true}, "I2: a reference is counted twice");
}

static void told_before_committed(void **state)
{
    (void)state;
    breaks(IDEMPOTENT, (struct model_faults){.ack_early = true}, "I1");
}

static void committed_and_not_synced(void **state)
{
    (void)state;
    breaks(IDEMPOTENT, (struct model_faults){.no_sync = true}, "I1");
}

static void handed_out_before_committed(void **state)
{
    (void)state;
    breaks(MANUAL, (struct model_faults){.lease_early = true}, "was done twice");
}

static void runs_of_the_last_daemon_live(void **state)
{
    (void)state;
    breaks(PROBEABLE, (struct model_faults){.not_proven = true}, "was done twice");
}

static void held_to_be_begun_by_guess(void **state)
{
    (void)state;
    breaks(MANUAL, (struct model_faults){.ends_unread = true}, "was done twice");
}

static void tried_again_blindly(void **state)
{
    (void)state;
    breaks(MANUAL, (struct model_faults){.blind_retry = true}, "was done twice");
}

static void counted_and_left_ready(void **state)
{
    (void)state;
    breaks(MANUAL, (struct model_faults){.import_leaves = true}, "nobody had asked for it");
}

static void kept_by_the_class_it_had(void **state)
{
    (void)state;
    breaks_for_both(IDEMPOTENT, MANUAL, (struct model_faults){.class_then = true},
                    "was done twice");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_idempotent),
        cmocka_unit_test(what_can_be_probed),
        cmocka_unit_test(what_only_a_person_can_know),
        cmocka_unit_test(what_was_idempotent_and_is_left_to_a_person),
        cmocka_unit_test(what_was_idempotent_and_can_be_probed),
        cmocka_unit_test(what_could_be_probed_and_is_left_to_a_person),
        cmocka_unit_test(no_fence),
        cmocka_unit_test(no_unique_key),
        cmocka_unit_test(told_before_committed),
        cmocka_unit_test(committed_and_not_synced),
        cmocka_unit_test(handed_out_before_committed),
        cmocka_unit_test(runs_of_the_last_daemon_live),
        cmocka_unit_test(held_to_be_begun_by_guess),
        cmocka_unit_test(tried_again_blindly),
        cmocka_unit_test(counted_and_left_ready),
        cmocka_unit_test(kept_by_the_class_it_had),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
