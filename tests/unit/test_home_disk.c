/* A disk that fails at each call in turn while a home is made: afterwards the same makes it, or finds it made. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/store/home.h"
#include "core/store/store.h"
#include "tests/standins/failing_disk.h"
#include "tests/unit/temp_home.h"

enum { CALLS_MAX = 5000 };

static void make_it(const char *home)
{
    struct fault fault = {0};
    struct store *store = NULL;
    bool made;

    if (home_init(home, &made, &fault) < 0 || store_open(home, STORE_WRITE, &store, &fault) < 0)
        fail_msg("%s", fault.text);
    store_close(store);
    assert_int_not_equal(access(temp_home_path(home, "automagi.db.new"), F_OK), 0);
    assert_int_not_equal(access(temp_home_path(home, "automagi.db.new-journal"), F_OK), 0);
}

static void fail_each(bool is_for_good)
{
    char home[TEMP_HOME_PATH];
    struct fault fault;
    bool has_failed = true;
    bool made;
    long call;
    int result;

    for (call = 1; call < CALLS_MAX && has_failed; call++) {
        assert_int_equal(temp_home_make(home), 0);
        fault.text[0] = '\0';
        failing_disk_fail(call, FAILING_DISK_BROKEN, is_for_good);
        result = home_init(home, &made, &fault);
        has_failed = failing_disk_has_failed();
        failing_disk_heal();
        assert_true(result == 0 || has_failed);
        assert_true(result == 0 || fault.text[0] != '\0');
        make_it(home);
        assert_int_equal(temp_home_remove(home), 0);
    }
    assert_true(call > 50 && call < CALLS_MAX); /* it came to its end, and there was something */
}

static void fails_once(void **state)
{
    (void)state;
    fail_each(false);
}

static void fails_for_good(void **state)
{
    (void)state;
    fail_each(true);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(fails_once),
        cmocka_unit_test(fails_for_good),
    };

    if (failing_disk_use() != SQLITE_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
