/*
 * time_figures HOME - milliseconds of every figure that is shown, the median of several, and of a plain
 * scan beside them: a line NAME MILLISECONDS each. `worst` is the slowest of the figures; `scan`
 * reads every column of every attempt and every task once, which verify does at least.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/store.h"
#include "scorecards/forecast.h"
#include "scorecards/gap.h"
#include "scorecards/savings.h"

enum { ROUNDS = 9, YEARS_BACK = 730 };

struct figure {
    const char *name;
    int (*read)(struct store *store, const struct figure *figure, struct fault *fault);
    struct savings_query savings;
    int32_t year, as_of;
};

static double now_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static int read_savings(struct store *store, const struct figure *figure, struct fault *fault)
{
    struct savings savings = {.row_count = 0};
    int result = savings_read(store, &figure->savings, &savings, fault);

    savings_release(&savings);
    return result;
}

static int read_forecast(struct store *store, const struct figure *figure, struct fault *fault)
{
    struct forecast_query query = forecast_query_of(figure->year, figure->as_of);
    struct forecast forecast = {.row_count = 0};
    int result = forecast_read(store, &query, &forecast, fault);

    forecast_release(&forecast);
    return result;
}

static int read_gap(struct store *store, const struct figure *figure, struct fault *fault)
{
    struct gap gap = {.row_count = 0};
    int result = gap_read(store, figure->year, figure->as_of, &gap, fault);

    gap_release(&gap);
    return result;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;

    return (a > b) - (a < b);
}

static int measure(struct store *store, const struct figure *figure, double *worst,
                   struct fault *fault)
{
    double times[ROUNDS];
    int round;

    for (round = 0; round < ROUNDS; round++) {
        double begun = now_ms();
        int result = figure->read(store, figure, fault);

        if (result < 0)
            return result;
        times[round] = now_ms() - begun;
    }
    qsort(times, ROUNDS, sizeof *times, compare);
    printf("%s %.3f\n", figure->name, times[ROUNDS / 2]);
    if (times[ROUNDS / 2] > *worst)
        *worst = times[ROUNDS / 2];
    return 0;
}

static int measure_all(struct store *store, struct fault *fault)
{
    int32_t today = clock_local_day(clock_now_ms());
    int32_t last = clock_first_day_of_month(clock_month_of_day(today)) - 1;
    int32_t first = clock_first_day_of_month(clock_month_of_day(last));
    int32_t back = today - YEARS_BACK;
    int32_t year = clock_month_of_day(today) / 12;
    const struct figure figures[] = {
        {"department_month", read_savings, {first, last, SAVINGS_BY_DEPARTMENT, 0, 0, 0, 0}, 0, 0},
        {"department_two_years",
         read_savings,
         {back, today, SAVINGS_BY_DEPARTMENT, 0, 0, 0, 0},
         0,
         0},
        {"areas_two_years", read_savings, {back, today, SAVINGS_BY_AREA, 0, 0, 0, 0}, 0, 0},
        {"robots_two_years", read_savings, {back, today, SAVINGS_BY_ROBOT, 0, 0, 0, 0}, 0, 0},
        {"plugins_two_years", read_savings, {back, today, SAVINGS_BY_PLUGIN, 0, 0, 0, 0}, 0, 0},
        {"months_two_years", read_savings, {back, today, SAVINGS_BY_MONTH, 0, 0, 0, 0}, 0, 0},
        {"quarters_two_years", read_savings, {back, today, SAVINGS_BY_QUARTER, 0, 0, 0, 0}, 0, 0},
        {"years_two_years", read_savings, {back, today, SAVINGS_BY_YEAR, 0, 0, 0, 0}, 0, 0},
        {"by_completion", read_savings, {back, today, SAVINGS_BY_DEPARTMENT, 1, 0, 0, 0}, 0, 0},
        {"spread", read_savings, {back, today, SAVINGS_BY_DEPARTMENT, 0, 1, 0, 0}, 0, 0},
        {"forecast", read_forecast, {0}, year, today},
        {"forecast_next_year", read_forecast, {0}, year + 1, today},
        {"gap", read_gap, {0}, year, today},
    };
    double worst = 0;
    size_t i;
    int result = 0;

    for (i = 0; i < sizeof figures / sizeof *figures && result == 0; i++)
        result = measure(store, &figures[i], &worst, fault);
    printf("worst %.3f\n", worst);
    return result;
}

/* Every column of every row. */
static int scan_table(sqlite3 *db, const char *query, long long *rows)
{
    sqlite3_stmt *statement = NULL;
    long long sum = 0;
    int columns;
    int i;

    if (sqlite3_prepare_v2(db, query, -1, &statement, NULL) != SQLITE_OK)
        return -1;
    columns = sqlite3_column_count(statement);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        for (i = 0; i < columns; i++)
            sum += sqlite3_column_type(statement, i) == SQLITE_INTEGER
                       ? sqlite3_column_int64(statement, i)
                       : sqlite3_column_bytes(statement, i);
        ++*rows;
    }
    sqlite3_finalize(statement);
    return sum != 0 || *rows == 0 ? 0 : -1;
}

static int scan(const char *home)
{
    char path[4200];
    sqlite3 *db = NULL;
    long long tasks = 0;
    long long rows = 0;
    double begun;
    int result;

    (void)snprintf(path, sizeof(path), "%s/automagi.db", home);
    result = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);
    begun = now_ms();
    if (result == SQLITE_OK)
        result = scan_table(db, "SELECT * FROM attempt", &rows);
    if (result == SQLITE_OK)
        result = scan_table(db, "SELECT * FROM ledger", &tasks);
    printf("scan %.3f\nrows %lld\n", now_ms() - begun, rows);
    sqlite3_close(db);
    return result == SQLITE_OK ? 0 : -1;
}

int main(int argc, char **argv)
{
    struct store *store = NULL;
    struct fault fault = {""};
    int result;

    if (argc != 2)
        return 2;
    result = store_open(argv[1], STORE_READ, &store, &fault);
    if (result == 0)
        result = measure_all(store, &fault);
    store_close(store);
    if (result == 0)
        result = scan(argv[1]);
    if (result < 0)
        fprintf(stderr, "time_figures: %s\n", fault.text);
    return result < 0 ? 1 : 0;
}
