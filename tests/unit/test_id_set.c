#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>

#include "core/store/id_set.h"

enum { IDS = 3000, STEPS = 200000 };

static void empty(void **state)
{
    struct id_set set = {.count = 0};

    (void)state;
    assert_false(id_set_has(&set, 1));
    id_set_remove(&set, 1);
    id_set_release(&set);
    assert_int_equal(id_set_reserve(&set, (size_t)ID_SET_MAX + 1), -E2BIG);
    assert_int_equal(id_set_reserve(&set, 1), 0);
    id_set_add(&set, 7);
    assert_int_equal(id_set_reserve(&set, ID_SET_MAX), -E2BIG);
    assert_true(id_set_has(&set, 7)); /* it is as it was */
    id_set_release(&set);
}

/* Beside an array of truths. */
static void holds_what_was_added(void **state)
{
    static bool truth[IDS + 1];
    struct id_set set = {.count = 0};
    uint64_t seed = 88172645463325252U;
    size_t count = 0;
    int step;
    int64_t id;

    (void)state;
    for (step = 0; step < STEPS; step++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        id = 1 + (int64_t)(seed % IDS);
        assert_int_equal(id_set_has(&set, id), truth[id]);
        /* Fuller and emptier by turns. */
        if ((seed >> 32) % 100 < (step / 20000 % 2 == 0 ? 70U : 30U)) {
            assert_int_equal(id_set_reserve(&set, 1), 0);
            id_set_add(&set, id);
            count += !truth[id];
            truth[id] = true;
        } else {
            id_set_remove(&set, id);
            count -= truth[id];
            truth[id] = false;
        }
        assert_int_equal(set.count, count);
    }
    for (id = 1; id <= IDS; id++)
        assert_int_equal(id_set_has(&set, id), truth[id]);
    id_set_release(&set);
    assert_false(id_set_has(&set, 1));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty),
        cmocka_unit_test(holds_what_was_added),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
