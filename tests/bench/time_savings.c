/*
 * time_savings HOME - milliseconds of savings_read(), the best of several: by department for one
 * month, by department and by month over two years; and of a plain scan over all attempts
 * beside it. One line: NAME MILLISECONDS.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/store.h"
#include "scorecards/savings.h"

enum { ROUNDS = 9 };

static double now_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static int measure(struct store *store, const char *name, int32_t from, int32_t to,
                   enum savings_by by, struct fault *fault)
{
    const struct savings_query query = {.from_day = from, .to_day = to, .by = by};
    double best = 1e9;
    int round;

    for (round = 0; round < ROUNDS; round++) {
        struct savings savings;
        double begun = now_ms();
        int result = savings_read(store, &query, &savings, fault);

        if (result < 0)
            return result;
        if (now_ms() - begun < best)
            best = now_ms() - begun;
        savings_release(&savings);
    }
    printf("%s %.3f\n", name, best);
    return 0;
}

static int scan(const char *home)
{
    char path[4200];
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    double begun;
    int result;

    (void)snprintf(path, sizeof(path), "%s/automagi.db", home);
    result = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_prepare_v2(db, "SELECT sum(duration_ms), count(*) FROM attempt", -1,
                                    &statement, NULL);
    begun = now_ms();
    if (result == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        printf("scan %.3f\nrows %lld\n", now_ms() - begun,
               (long long)sqlite3_column_int64(statement, 1));
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return result == SQLITE_OK ? 0 : -1;
}

int main(int argc, char **argv)
{
    struct store *store = NULL;
    struct fault fault = {""};
    int32_t today;
    int32_t last;
    int result;

    if (argc != 2)
        return 2;
    result = store_open(argv[1], STORE_READ, &store, &fault);
    today = clock_local_day(clock_now_ms());
    last = clock_first_day_of_month(clock_month_of_day(today)) - 1;
    if (result == 0)
        result =
            measure(store, "department_month", clock_first_day_of_month(clock_month_of_day(last)),
                    last, SAVINGS_BY_DEPARTMENT, &fault);
    if (result == 0)
        result = measure(store, "department_two_years", today - 730, today, SAVINGS_BY_DEPARTMENT,
                         &fault);
    if (result == 0)
        result = measure(store, "months_two_years", today - 730, today, SAVINGS_BY_MONTH, &fault);
    store_close(store);
    if (result == 0)
        result = scan(argv[1]);
    if (result < 0)
        fprintf(stderr, "time_savings: %s\n", fault.text);
    return result < 0 ? 1 : 0;
}
