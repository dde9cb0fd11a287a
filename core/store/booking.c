/* In which month something is booked. */
#include "core/base/clock.h"
#include "core/store/batch.h"
#include "core/store/period.h"

void booking_closed(struct rollup_batch *batch, int32_t month)
{
    batch->booking = (struct booking){.is_known = true, .open_from = month + 1};
}

void booking_discard(struct rollup_batch *batch)
{
    batch->booking.is_known = false;
}

int booking_month_of(struct store *store, int32_t day, int32_t *ret_month, struct fault *fault)
{
    struct rollup_batch *batch = NULL;
    int32_t month = clock_month_of_day(day);
    int result = batch_of(store, &batch, fault);

    if (result < 0)
        return result;
    if (!batch->booking.is_known) {
        result = period_open_from(store, &batch->booking.open_from, fault);
        if (result < 0)
            return result;
        batch->booking.is_known = true;
    }
    *ret_month = month < batch->booking.open_from ? batch->booking.open_from : month;
    return 0;
}
