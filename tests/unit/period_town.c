#include "tests/unit/period_town.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/store.h"

int64_t it, schools;
int64_t mona, franco;
int64_t now_ms;
char first_line[FIRST_LINE];

/* mona: 2 minutes, half of it the schools'; franco: 3 minutes, all it's. */
int period_town_set_up(void **state)
{
    (void)state;
    town_open(&town);
    town_rate(&town, town_day("2025-01-01"), 34207);
    it = town_department(&town, "it", "IT");
    schools = town_department(&town, "schools", "Schools");
    mona = town_robot(&town, "mona");
    franco = town_robot(&town, "franco");
    town_shares(&town, mona,
                &(struct robot_share){.from_day = town_day("2025-01-01"),
                                      .department_id = schools,
                                      .millionths = 500000},
                1);
    town_shares(&town, franco,
                &(struct robot_share){.from_day = town_day("2025-01-01"),
                                      .department_id = it,
                                      .millionths = SHARE_WHOLE},
                1);
    (void)town_estimate(&town, mona, town_day("2025-01-01"), 200, 1);
    (void)town_estimate(&town, franco, town_day("2025-01-01"), 300, 1);
    now_ms = (int64_t)town_day("2026-06-15") * 86400000;
    return 0;
}

int period_town_tear_down(void **state)
{
    (void)state;
    town_close(&town);
    return 0;
}

int period_town_close(int32_t month, struct period_month *ret_month, struct fault *fault)
{
    int result = store_begin(town.store, fault);

    if (result == 0)
        result = period_close(town.store, month, "DEMO controller", now_ms, ret_month, fault);
    if (result == 0)
        return store_commit(town.store, fault);
    store_rollback(town.store);
    return result;
}

struct period_month period_town_closed(int32_t month)
{
    struct period_month result;
    struct fault fault = {.text = ""};

    if (period_town_close(month, &result, &fault) != 0)
        fail_msg("%s", fault.text);
    return result;
}

static void keep_first(const char *difference, void *context)
{
    (void)context;
    if (first_line[0] == '\0')
        (void)snprintf(first_line, sizeof first_line, "%s", difference);
}

int64_t period_town_differences(void)
{
    struct period_report report = {0};
    struct fault fault = {.text = ""};

    first_line[0] = '\0';
    if (period_verify(town.reader, keep_first, NULL, &report, &fault) != 0)
        fail_msg("%s", fault.text);
    return report.differences;
}

void period_town_verified(void)
{
    if (period_town_differences() != 0)
        fail_msg("%s", first_line);
}

struct period_month period_town_listed(int32_t month)
{
    struct period_list list;
    struct period_month found = {.month = 0};
    struct fault fault = {.text = ""};
    size_t i;

    if (period_list_read(town.reader, clock_local_day(now_ms), &list, &fault) != 0)
        fail_msg("%s", fault.text);
    for (i = 0; i < list.count; i++)
        if (list.months[i].month == month)
            found = list.months[i];
    assert_int_equal(list.months[list.count - 1].month, 2026 * 12 + 5);
    period_list_release(&list);
    assert_int_equal(found.month, month);
    return found;
}
