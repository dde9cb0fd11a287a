#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>

#include <sodium.h>

#include "core/store/backoff.h"

enum { TRIED = 200 };

static int tear_down(void **state)
{
    (void)state;
    backoff_pretend(-1);
    return 0;
}

static void doubles_up_to_the_cap(void **state)
{
    (void)state;
    backoff_pretend(BACKOFF_PARTS);
    assert_int_equal(backoff_delay_ms(30000, 0, 1), 30000);
    assert_int_equal(backoff_delay_ms(30000, 0, 2), 60000);
    assert_int_equal(backoff_delay_ms(30000, 0, 7), 1920000);
    assert_int_equal(backoff_delay_ms(30000, 0, 8), BACKOFF_MOST_MS);
    assert_int_equal(backoff_delay_ms(30000, 0, UINT32_MAX), BACKOFF_MOST_MS);
    assert_int_equal(backoff_delay_ms(30000, 100000, 3), 100000);
    assert_int_equal(backoff_delay_ms(30000, 604800000, 60), 604800000);
    assert_int_equal(backoff_delay_ms(0, 0, 1), 1);
}

static void half_of_it_is_always_kept(void **state)
{
    (void)state;
    backoff_pretend(0);
    assert_int_equal(backoff_delay_ms(30000, 0, 1), 15000);
    assert_int_equal(backoff_delay_ms(30001, 0, 1), 15001);
    assert_int_equal(backoff_delay_ms(1, 0, 1), 1);
    assert_int_equal(backoff_delay_ms(30000, 0, 99), BACKOFF_MOST_MS / 2);
    backoff_pretend(500);
    assert_int_equal(backoff_delay_ms(30000, 0, 1), 22500);
}

/* The chance that this fails with a source that is right is below 10^-50. */
static void what_failed_together_does_not_come_back_together(void **state)
{
    int64_t least = INT64_MAX;
    int64_t most = 0;
    int i;

    (void)state;
    for (i = 0; i < TRIED; i++) {
        int64_t delay_ms = backoff_delay_ms(30000, 0, 1);

        assert_in_range(delay_ms, 15000, 30000);
        least = delay_ms < least ? delay_ms : least;
        most = delay_ms > most ? delay_ms : most;
    }
    assert_true(least < 20000);
    assert_true(most > 25000);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(doubles_up_to_the_cap, tear_down),
        cmocka_unit_test_teardown(half_of_it_is_always_kept, tear_down),
        cmocka_unit_test_teardown(what_failed_together_does_not_come_back_together, tear_down),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
