#include "scorecards/changes_forecast.h"

#include "core/base/fault.h"
#include "core/store/store.h"

static int read_all(struct store *store, int32_t year, int32_t as_of_before, int32_t as_of_after,
                    struct changes_forecast *changes, struct fault *fault)
{
    struct forecast_query query = forecast_query_of(year, as_of_before);
    size_t i;
    int result = 0;

    for (i = 0; i <= CHANGES_FORECAST_STEPS && result == 0; i++) {
        if (i > CHANGES_FORECAST_TASKS)
            query.as_of = as_of_after;
        if (i > CHANGES_FORECAST_ESTIMATE)
            query.estimate_day = as_of_after;
        if (i > CHANGES_FORECAST_RATE)
            query.rate_day = as_of_after;
        if (i > CHANGES_FORECAST_SHARE)
            query = forecast_query_of(year, as_of_after);
        result = forecast_read(store, &query, &changes->forecasts[i], fault);
    }
    return result;
}

int changes_forecast_read(struct store *store, int32_t year, int32_t as_of_before,
                          int32_t as_of_after, struct changes_forecast *ret_changes,
                          struct fault *fault)
{
    struct changes_forecast changes = {0};
    bool is_entered = false;
    int result = store_view_enter(store, &is_entered, fault);

    if (result < 0)
        return result;
    result = read_all(store, year, as_of_before, as_of_after, &changes, fault);
    store_view_leave(store, is_entered);
    if (result < 0)
        changes_forecast_release(&changes);
    else
        *ret_changes = changes;
    return result;
}

void changes_forecast_release(struct changes_forecast *changes)
{
    size_t i;

    for (i = 0; changes != NULL && i <= CHANGES_FORECAST_STEPS; i++)
        forecast_release(&changes->forecasts[i]);
}

const struct forecast_row *changes_forecast_row(const struct changes_forecast *changes,
                                                size_t forecast, size_t place)
{
    const struct forecast *found = &changes->forecasts[forecast];

    return place < found->row_count ? &found->rows[place] : &found->total;
}
