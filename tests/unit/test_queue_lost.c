/* An item that is in the hands of a run: what queue retry, done, drop and defer say while a daemon serves, and when it has
 * ended under the run. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/base/fault.h"
#include "core/store/home.h"
#include "core/store/item.h"
#include "core/store/robot.h"
#include "core/store/run_record.h"
#include "tests/unit/why_home.h"

static const struct {
    const char *name, *arguments;
} deeds[] = {
    {"queue retry", "{'item':1}"},
    {"queue done", "{'item':1}"},
    {"queue drop", "{'item':[1],'reason':'not ours'}"},
    {"queue defer", "{'item':[1],'reason':'later','until':'2025-07-01 12:00'}"},
};

static int keep_id(const struct item_lease *item, void *context)
{
    *(int64_t *)context = item->id;
    return 0;
}

#define MUST(call)                                                                                 \
    do {                                                                                           \
        if ((call) < 0)                                                                            \
            fail_msg(#call ": %s", fault.text);                                                    \
    } while (0)

/* Item 1, which a run of r has. */
static void lease_one(void)
{
    static const unsigned char hash[32] = {1};
    struct item_policy policy = {.window = WINDOW_YEAR, .side_effects = 1, .attempts = 3};
    struct item_new item = {.reference = "case-1", .payload = "{}"};
    struct item_lease_request request = {.want = 1, .now_ms = NOW_MS};
    struct fault fault = {.text = ""};
    int64_t id = 0;
    bool has_more = false;

    MUST(robot_find(caller.store, "r", &policy.robot_id, &fault));
    MUST(store_begin(caller.store, &fault));
    MUST(run_create(caller.store, policy.robot_id, RUN_BY_HAND, "tester", NOW_MS, &request.run_id,
                    &fault));
    MUST(run_start(caller.store, request.run_id, hash, NOW_MS, &request.fence, &fault));
    MUST(item_add(caller.store, &policy, &item, NOW_MS, &id, &fault));
    MUST(item_lease(caller.store, &policy, &request, keep_id, &id, &has_more, &fault));
    MUST(store_commit(caller.store, &fault));
    assert_int_equal(id, 1);
}

static void refused_all(const char *part)
{
    size_t i;

    for (i = 0; i < sizeof deeds / sizeof deeds[0]; i++)
        caller_refused_with(&caller, deeds[i].name, "A Person", caller_quoted(deeds[i].arguments),
                            part);
}

static void waits_for_a_run_that_goes_on(void **state)
{
    (void)state;
    lease_one();
    refused_all("item 1 is in the hands of a run; wait until it has ended, or stop it");
}

static void says_that_no_daemon_serves(void **state)
{
    struct home_lock lock = HOME_UNLOCKED;
    struct fault fault = {.text = ""};

    (void)state;
    lease_one();
    why_serve_no_more();
    MUST(home_lock(caller.home, &lock, &fault)); /* as a command without a daemon has it */
    refused_all("item 1 is in the hands of a run whose daemon has ended; that run is ended when "
                "`automagi serve` starts: then say this again");
    home_unlock(&lock);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(waits_for_a_run_that_goes_on, why_open, why_close),
        cmocka_unit_test_setup_teardown(says_that_no_daemon_serves, why_open, why_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
