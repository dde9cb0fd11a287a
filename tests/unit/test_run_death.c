/* A run that dies, by where it was and by its class of side effects: six places, three classes, and what becomes of the
 * item it had in hand, in words of the README. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/store/store.h"
#include "tests/unit/run_drive.h"

struct death {
    const char *where;
    size_t steps; /* of `first` */
    enum model_step_kind by;
    bool is_told_ready; /* nothing is held to have been begun */
    bool is_counted;
};

static const struct model_step first[] = {
    {STEP_START, 0, 0}, {STEP_COMMIT, 0, 0}, {STEP_LEASE, 0, 0},   {STEP_COMMIT, 0, 0},
    {STEP_ACT, 0, 0},   {STEP_SEND, 0, 0},   {STEP_DELIVER, 0, 0}, {STEP_COMMIT, 0, 0},
};
static const struct death deaths[] = {
    {"before its lease is on the disk", 3, STEP_KILL_DAEMON, true, false},
    {"before it does anything", 4, STEP_KILL_RUN, false, false},
    {"after its work, before it says so", 5, STEP_KILL_RUN, false, false},
    {"before what it said is read", 6, STEP_CUT_POWER, false, false},
    {"before what was read is on the disk", 7, STEP_KILL_DAEMON, false, false},
    {"before it is told that it is", 8, STEP_KILL_DAEMON, false, true},
};

/* What becomes of the item, in words of the README and not of the model. */
static void expect(const struct death *death, int side_effects)
{
    const char *found = "counted";
    const char *expected = side_effects == IDEMPOTENT  ? "tried again"
                           : side_effects == PROBEABLE ? "asked about"
                                                       : "waits for a person";
    int64_t state = drive_ask("SELECT state FROM item WHERE id = ?1", driven.item_ids[0], 0);

    if (state == ITEM_WAITING)
        found = "waits for a person";
    queue_begin(&driven.queue);
    queue_run(&driven.queue);
    if (state == ITEM_READY || state == ITEM_DEFERRED) {
        assert_int_equal(queue_lease(&driven.queue, 1), 1);
        assert_int_equal(driven.queue.leased[0].id, driven.item_ids[0]);
        found = driven.queue.leased[0].is_uncertain ? "asked about" : "tried again";
    }
    store_rollback(driven.queue.store);
    if (death->is_told_ready)
        expected = "tried again";
    if (death->is_counted)
        expected = "counted";
    print_message("  %s: %s\n", death->where, found);
    assert_string_equal(found, expected);
    assert_int_equal(
        drive_ask("SELECT count(*) FROM ledger WHERE run_id = ?1", driven.run_ids[0], 0),
        death->is_counted);
}

static void die(const struct death *death, int side_effects)
{
    size_t i;

    drive_begin();
    for (i = 0; i < death->steps; i++)
        drive_step(first[i]);
    drive_step((struct model_step){(uint8_t)death->by, 0, 0});
    if (death->by == STEP_KILL_RUN) {
        drive_step((struct model_step){STEP_END, 0, 0});
        drive_step((struct model_step){STEP_COMMIT, 0, 0});
    } else {
        drive_step((struct model_step){STEP_RECOVER, 0, 0});
    }
    expect(death, side_effects);
    drive_compare();
    drive_end();
}

static void six_deaths_by_three_classes(void **state)
{
    static const char *const classes[] = {
        [IDEMPOTENT] = "idempotent", [PROBEABLE] = "probeable", [MANUAL] = "manual"};
    int side_effects;
    size_t i;

    (void)state;
    for (side_effects = IDEMPOTENT; side_effects <= MANUAL; side_effects++) {
        print_message("%s\n", classes[side_effects]);
        drive_open(&(struct model){.side_effects = side_effects, .crashes = 1});
        for (i = 0; i < sizeof deaths / sizeof deaths[0]; i++)
            die(&deaths[i], side_effects);
        drive_close();
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(six_deaths_by_three_classes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
