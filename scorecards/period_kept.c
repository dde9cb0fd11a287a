/* Closed months as they are kept, and the hash of one. */
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "scorecards/period_inner.h"
#include "scorecards/savings.h"

_Static_assert(PERIOD_HASH_SIZE == crypto_hash_sha256_BYTES, "a SHA-256");

enum { LINE_MAX_SIZE = 512, KEPT_LEAST = 64 };

int period_cells(struct store *store, int32_t first, int32_t last, struct saved_cells *ret_cells,
                 struct fault *fault)
{
    struct saved_query query = {.from_day = clock_first_day_of_month(first),
                                .to_day = clock_last_day_of_month(last)};

    return saved_cells_read(store, &query, ret_cells, fault);
}

void period_hex(const unsigned char *hash, char target[static PERIOD_HEX])
{
    (void)sodium_bin2hex(target, PERIOD_HEX, hash, PERIOD_HASH_SIZE);
}

static void add_line(crypto_hash_sha256_state *state, const char *line)
{
    (void)crypto_hash_sha256_update(state, (const unsigned char *)line, strlen(line));
}

static const char *department_slug(const struct organisation *organisation, int64_t id)
{
    size_t place = task_department_place(organisation, id);

    if (place < organisation->department_count)
        return organisation->departments[place].slug;
    return id == 0 ? SAVINGS_CROSS_ID : NULL;
}

static bool add_figure(crypto_hash_sha256_state *state, const struct saved_cells *of,
                       const struct figure *figure)
{
    const struct robot *robot = robot_list_find_id(&of->robots, figure->robot_id);
    const char *department = department_slug(&of->organisation, figure->department_id);
    const int128 amounts[] = {figure->tasks, figure->uncounted, figure->helped, figure->minutes,
                              figure->kroner};
    char line[LINE_MAX_SIZE];
    size_t i;

    if (robot == NULL || department == NULL)
        return false;
    (void)snprintf(line, sizeof line, "%s %s", robot->slug, department);
    add_line(state, line);
    for (i = 0; i < sizeof amounts / sizeof amounts[0]; i++) {
        char number[DECIMAL_TEXT_MAX];

        decimal_format(amounts[i], 0, number, sizeof number);
        add_line(state, " ");
        add_line(state, number);
    }
    add_line(state, "\n");
    return true;
}

bool period_hash_of(const struct saved_cells *of, int32_t month, const unsigned char *previous,
                    const struct figure *figures, size_t count,
                    unsigned char ret_hash[static PERIOD_HASH_SIZE])
{
    crypto_hash_sha256_state state;
    char name[CLOCK_MONTH_TEXT];
    char hex[PERIOD_HEX];
    char line[LINE_MAX_SIZE];
    bool is_known = true;
    size_t i;

    clock_format_month(month, name);
    period_hex(previous, hex);
    (void)snprintf(line, sizeof line, "automagi period\nmonth %s\nprevious %s\n", name, hex);
    (void)crypto_hash_sha256_init(&state);
    add_line(&state, line);
    for (i = 0; i < count; i++)
        is_known = add_figure(&state, of, &figures[i]) && is_known;
    (void)crypto_hash_sha256_final(&state, ret_hash);
    return is_known;
}

struct keeping {
    struct period_kept kept;
    size_t room, figure_room;
    struct fault *fault;
};

/* Room for one more. NULL out of memory; then the array is as it was. */
static void *grow(void *array, size_t count, size_t *room, size_t size)
{
    void *grown = array;

    if (count == *room) {
        size_t wanted = *room == 0 ? KEPT_LEAST : *room * 2;

        grown = reallocarray(array, wanted, size);
        if (grown != NULL)
            *room = wanted;
    }
    return grown;
}

static int take_period(const struct period *period, void *context)
{
    struct keeping *keeping = context;
    struct period_row *rows =
        grow(keeping->kept.rows, keeping->kept.count, &keeping->room, sizeof *rows);
    struct period_row *row;

    if (rows == NULL)
        return fault_no_memory(keeping->fault);
    keeping->kept.rows = rows;
    if (period->month < PERIOD_MONTH_LEAST || period->month > PERIOD_MONTH_MOST)
        return fault_set(keeping->fault, -EBADMSG,
                         "a period is said to be month number %" PRId32 ", which is none; restore "
                         "the latest backup beside the store and compare",
                         period->month);
    row = &rows[keeping->kept.count++];
    *row = (struct period_row){.month = period->month, .closed_ms = period->closed_ms};
    (void)text_copy(row->closed_by, sizeof row->closed_by, period->closed_by);
    memcpy(row->hash, period->hash, sizeof row->hash);
    return 0;
}

static int take_figure(int32_t month, const struct figure *figure, void *context)
{
    struct keeping *keeping = context;
    struct period_kept *kept = &keeping->kept;
    struct figure *figures =
        grow(kept->figures, kept->figure_count, &keeping->figure_room, sizeof *figures);
    size_t i;

    if (figures == NULL)
        return fault_no_memory(keeping->fault);
    kept->figures = figures;
    for (i = kept->count; i > 0; i--)
        if (kept->rows[i - 1].month == month) {
            if (kept->rows[i - 1].count++ == 0)
                kept->rows[i - 1].first = kept->figure_count;
            break;
        }
    figures[kept->figure_count++] = *figure;
    return 0;
}

int period_kept_read(struct store *store, struct period_kept *ret_kept, struct fault *fault)
{
    struct keeping keeping = {.fault = fault};
    int result = period_each(store, take_period, &keeping, fault);

    if (result == 0)
        result = figure_each(store, take_figure, &keeping, fault);
    if (result < 0)
        period_kept_release(&keeping.kept);
    else
        *ret_kept = keeping.kept;
    return result;
}

void period_kept_release(struct period_kept *kept)
{
    free(kept->rows);
    free(kept->figures);
    *kept = (struct period_kept){.count = 0};
}
