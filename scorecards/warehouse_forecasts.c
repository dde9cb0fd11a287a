/* Forecasts of this year and the next, as of the day of the drop. */
#include "core/base/clock.h"
#include "scorecards/forecast.h"
#include "scorecards/warehouse_inner.h"

enum { YEARS = 2 };

static void begin(const struct forecast *forecast, const char *level, const char *id,
                  struct warehouse_rows *rows)
{
    warehouse_row_begin(rows);
    warehouse_put_int(rows, forecast->query.year);
    warehouse_put_text(rows, level);
    warehouse_put_text(rows, id);
    warehouse_put_day(rows, forecast->query.as_of);
}

static void put_row(const struct forecast *forecast, const struct forecast_row *row,
                    const char *level, struct warehouse_rows *rows)
{
    begin(forecast, level, row->id, rows);
    warehouse_put_int(rows, row->budget);
    warehouse_put_int(rows, row->kroner);
    warehouse_put_int(rows, row->low);
    warehouse_put_int(rows, row->high);
    warehouse_put_int(rows, row->kroner_to_date);
    warehouse_put_null(rows);
    warehouse_put_null(rows);
    warehouse_row_end(rows);
}

static void put_robot(const struct forecast *forecast, const struct forecast_robot *robot,
                      struct warehouse_rows *rows)
{
    const char confidence[2] = {robot->confidence, '\0'};

    begin(forecast, "robot", robot->id, rows);
    warehouse_put_null(rows);
    warehouse_put_int(rows, robot->kroner);
    warehouse_put_int(rows, robot->low);
    warehouse_put_int(rows, robot->high);
    warehouse_put_int(rows, robot->kroner_to_date);
    warehouse_put_int(rows, robot->months);
    warehouse_put_text(rows, confidence);
    warehouse_row_end(rows);
}

static void put_year(const struct forecast *forecast, struct warehouse_rows *rows)
{
    size_t i;

    for (i = 0; i < forecast->row_count; i++)
        put_row(forecast, &forecast->rows[i], "department", rows);
    for (i = 0; i < forecast->robot_count; i++)
        put_robot(forecast, &forecast->robots[i], rows);
    put_row(forecast, &forecast->total, "total", rows);
}

int warehouse_write_forecasts(const struct warehouse_source *source, struct warehouse_rows *rows,
                              struct fault *fault)
{
    int this_year;
    int year;
    int unused[2];
    int result = 0;

    clock_civil(source->today, &this_year, &unused[0], &unused[1]);
    for (year = this_year; year < this_year + YEARS && result == 0; year++) {
        const struct forecast_query query = forecast_query_of(year, source->today);
        struct forecast forecast = {.row_count = 0};

        result = forecast_read(source->store, &query, &forecast, fault);
        if (result == 0)
            put_year(&forecast, rows);
        forecast_release(&forecast);
    }
    return result;
}
