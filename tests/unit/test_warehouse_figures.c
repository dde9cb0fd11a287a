/* The figures of a warehouse drop: they add up to the savings and forecasts that are shown. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/store/period.h"
#include "core/store/store.h"
#include "scorecards/forecast.h"
#include "scorecards/saved_cells.h"
#include "tests/unit/warehouse_town.h"

static int32_t day(const char *text)
{
    return town_day(text);
}

/* ---- savings add up ---- */

struct sums {
    const char *month;
    int64_t tasks, uncounted, kroner, minutes;
};

static void add_saving(const struct json *row, void *context)
{
    struct sums *sums = context;

    if (strcmp(row_word(row, "month"), sums->month) != 0)
        return;
    sums->tasks += row_scaled(row, "tasks", 6);
    sums->uncounted += row_scaled(row, "uncounted", 6);
    sums->minutes += row_scaled(row, "minutes", 8);
    sums->kroner += row_scaled(row, "kroner", 4);
}

/* The exact kroner of a month's cells, in ten thousandths. */
static int64_t exact_kroner(const char *from, const char *to)
{
    const struct saved_query query = {.from_day = day(from), .to_day = day(to)};
    struct saved_cells cells = {.count = 0};
    struct fault fault = {.text = ""};
    int128 sum = 0;
    size_t i;

    assert_int_equal(saved_cells_read(drop_town.reader, &query, &cells, &fault), 0);
    for (i = 0; i < cells.count; i++)
        sum += cells.cells[i].amount.kroner;
    saved_cells_release(&cells);
    return (int64_t)decimal_divide_half_up(sum, TASK_KRONER_SCALE / 10000);
}

struct table_check {
    const char *month;
    struct savings savings;
    size_t at;
};

static void check_table_row(const struct json *row, void *context)
{
    struct table_check *check = context;
    const struct savings_row *expected;

    if (strcmp(row_word(row, "month"), check->month) != 0)
        return;
    assert_true(check->at < check->savings.row_count);
    expected = &check->savings.rows[check->at++];
    assert_string_equal(row_word(row, "department"), expected->id);
    assert_int_equal(row_whole(row, "tasks"), expected->tasks);
    assert_int_equal(row_whole(row, "uncounted_tasks"), expected->uncounted_tasks);
    assert_int_equal(row_whole(row, "kroner"), expected->kroner);
    assert_int_equal(row_whole(row, "released"), expected->released);
    assert_int_equal(row_whole(row, "realised"), expected->realised);
    assert_int_equal(row_whole(row, "disputed"), expected->disputed);
    assert_int_equal(row_whole(row, "gains"), expected->gains);
    assert_true(row_scaled(row, "minutes", 8) == (int64_t)expected->minutes);
}

static void check_month(const char *month, const char *from, const char *to)
{
    struct sums sums = {.month = month};
    struct table_check check = {.month = month};

    (void)drop_each_row("savings.jsonl", add_saving, &sums);
    town_savings(&drop_town, day(from), day(to), SAVINGS_BY_DEPARTMENT, &check.savings);
    assert_int_equal(sums.tasks, check.savings.total.tasks * SHARE_WHOLE);
    assert_int_equal(sums.uncounted, check.savings.total.uncounted_tasks * SHARE_WHOLE);
    assert_true(sums.minutes == (int64_t)check.savings.total.minutes);
    assert_int_equal(sums.kroner, exact_kroner(from, to));
    (void)drop_each_row("savings_table.jsonl", check_table_row, &check);
    assert_int_equal(check.at, check.savings.row_count);
    savings_release(&check.savings);
}

static void savings_add_up(void **state)
{
    (void)state;
    drop_compose();
    check_month("2025-02", "2025-02-01", "2025-02-28");
    check_month("2025-03", "2025-03-01", "2025-03-31");
    check_month("2025-04", "2025-04-01", "2025-04-30");
    check_month("2025-05", "2025-05-01", "2025-05-31");
    check_month("2025-06", "2025-06-01", "2025-06-30");
    assert_int_equal(drop_file("savings_table.jsonl")->rows, 5 * 3);
}

/* ---- counter-entries ---- */

static void count_adjustment(const struct json *row, void *context)
{
    int *count = context;

    if (!json_bool(json_member(row, "adjustment")))
        return;
    (*count)++;
    assert_string_equal(row_word(row, "month"), "2025-05");
    assert_string_equal(row_word(row, "completion_month"), "2025-03");
    assert_string_equal(row_word(row, "robot"), "shared");
    assert_string_equal(row_word(row, "department"), *count == 1 ? "a" : "tvaergaaende");
    assert_int_equal(row_scaled(row, "kroner", 4), *count == 1 ? -1000001 : 1000000);
    assert_int_equal(row_scaled(row, "minutes", 8), *count == 1 ? -150000001 : 5);
}

/* Booked months after the tasks: a row of its own, and the booking month adds up. */
static void counter_entries_are_rows_of_their_booking_month(void **state)
{
    const int128 ten_thousandth = TASK_KRONER_SCALE / 10000;
    const struct figure parts[] = {
        {.department_id = 1, .minutes = -150000001, .kroner = -1000001 * ten_thousandth},
        {.department_id = 0, .minutes = 5, .kroner = 1000000 * ten_thousandth},
    };
    const struct adjustment adjustment = {.robot_id = 1,
                                          .month = clock_month_of_day(day("2025-03-01")),
                                          .booking = clock_month_of_day(day("2025-05-01")),
                                          .cause = ADJUSTMENT_ESTIMATE,
                                          .from_day = day("2025-03-01"),
                                          .reason = "test",
                                          .by_whom = "test",
                                          .at_ms = 1,
                                          .parts = parts,
                                          .part_count = 2};
    struct fault fault = {.text = ""};
    int64_t id = 0;
    int count = 0;

    (void)state;
    assert_int_equal(store_begin(drop_town.store, &fault), 0);
    assert_int_equal(adjustment_add(drop_town.store, &adjustment, &id, &fault), 0);
    assert_int_equal(store_commit(drop_town.store, &fault), 0);
    drop_compose();
    (void)drop_each_row("savings.jsonl", count_adjustment, &count);
    assert_int_equal(count, 2);
    check_month("2025-03", "2025-03-01", "2025-03-31");
    check_month("2025-05", "2025-05-01", "2025-05-31");
}

/* ---- forecasts ---- */

struct forecast_sums {
    int64_t year;
    int64_t departments, robots, total, to_date[3];
};

static void add_forecast(const struct json *row, void *context)
{
    static const char *const LEVELS[] = {"department", "robot", "total"};
    struct forecast_sums *sums = context;
    int64_t *const kroner[] = {&sums->departments, &sums->robots, &sums->total};
    size_t i;

    if (row_whole(row, "year") != sums->year)
        return;
    assert_string_equal(row_word(row, "as_of"), "2025-06-15");
    assert_true(row_whole(row, "low") <= row_whole(row, "kroner") + 1);
    assert_true(row_whole(row, "high") >= row_whole(row, "kroner") - 1);
    for (i = 0; i < 3; i++) {
        if (strcmp(row_word(row, "level"), LEVELS[i]) != 0)
            continue;
        *kroner[i] += row_whole(row, "kroner");
        sums->to_date[i] += row_whole(row, "kroner_to_date");
        assert_int_equal(json_is_null(json_member(row, "months")), i != 1);
        assert_int_equal(json_is_null(json_member(row, "budget")), i == 1);
    }
}

static void forecasts_add_up(void **state)
{
    int64_t year;

    (void)state;
    drop_compose();
    for (year = 2025; year <= 2026; year++) {
        struct forecast_sums sums = {.year = year};
        const struct forecast_query query = forecast_query_of((int32_t)year, day("2025-06-15"));
        struct forecast forecast = {.row_count = 0};
        struct fault fault = {.text = ""};

        (void)drop_each_row("forecasts.jsonl", add_forecast, &sums);
        assert_int_equal(forecast_read(drop_town.reader, &query, &forecast, &fault), 0);
        assert_true(forecast.total.kroner > 1000);
        assert_int_equal(sums.total, forecast.total.kroner);
        assert_int_equal(sums.to_date[2], forecast.total.kroner_to_date);
        assert_int_equal(sums.departments, sums.total);
        assert_int_equal(sums.robots, sums.total);
        assert_int_equal(sums.to_date[0], sums.to_date[2]);
        assert_int_equal(sums.to_date[1], sums.to_date[2]);
        forecast_release(&forecast);
    }
    assert_int_equal(drop_file("forecasts.jsonl")->rows, 2 * (3 + 4 + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(savings_add_up, warehouse_town_open, warehouse_town_close),
        cmocka_unit_test_setup_teardown(counter_entries_are_rows_of_their_booking_month,
                                        warehouse_town_open, warehouse_town_close),
        cmocka_unit_test_setup_teardown(forecasts_add_up, warehouse_town_open,
                                        warehouse_town_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
