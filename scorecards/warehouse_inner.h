/*
 * warehouse_inner.h - what the files of warehouse.h share; not for others.
 */
#ifndef AUTOMAGI_SCORECARDS_WAREHOUSE_INNER_H
#define AUTOMAGI_SCORECARDS_WAREHOUSE_INNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/decimal.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "scorecards/saved_cells.h"
#include "scorecards/warehouse.h"

struct fault;
struct store;

enum warehouse_type {
    WAREHOUSE_TEXT,
    WAREHOUSE_INTEGER,
    WAREHOUSE_DECIMAL,
    WAREHOUSE_BOOLEAN, /* true, false */
    WAREHOUSE_DATE,    /* YYYY-MM-DD, local */
    WAREHOUSE_MONTH    /* YYYY-MM */
};

struct warehouse_column {
    const char *name;
    enum warehouse_type type;
    bool is_key;      /* the keys of a row together are unique */
    bool is_nullable; /* null in JSON, an empty cell in CSV */
    const char *unit; /* "" for none */
    const char *meaning;
};

/* What all datasets are made of: one view. */
struct warehouse_source {
    struct store *store;
    int32_t today;
    struct saved_cells cells; /* with organisation and robots; all bookings */
};

/* A dataset while it is written, to both forms at once. */
struct warehouse_rows {
    const struct warehouse_column *columns; /* ends with name NULL */
    const struct warehouse_column *at;      /* the next cell's */
    struct text csv, jsonl;
    struct json_writer json;
    int64_t count;
    bool is_misused; /* a cell of another type than its column's: a mistake of ours */
};

struct warehouse_dataset {
    const char *name;
    const char *meaning;
    const struct warehouse_column *columns;
    int (*write)(const struct warehouse_source *source, struct warehouse_rows *rows,
                 struct fault *fault);
};
/* warehouse_schema.c. In the order of the manifest; ends with name NULL. */
extern const struct warehouse_dataset warehouse_datasets[];
/* schema.json; errors show in target->broken. */
void warehouse_write_schema(bool is_demo, struct text *target);

/* warehouse_rows.c. Cells are put in the order of the columns. */
void warehouse_rows_init(struct warehouse_rows *rows, const struct warehouse_column *columns,
                         size_t limit);
void warehouse_rows_release(struct warehouse_rows *rows);
void warehouse_row_begin(struct warehouse_rows *rows);
void warehouse_row_end(struct warehouse_rows *rows);
void warehouse_put_null(struct warehouse_rows *rows);
void warehouse_put_text(struct warehouse_rows *rows, const char *value); /* NULL: null */
void warehouse_put_int(struct warehouse_rows *rows, int64_t value);
void warehouse_put_decimal(struct warehouse_rows *rows, int128 scaled, unsigned digits);
void warehouse_put_bool(struct warehouse_rows *rows, bool value);
void warehouse_put_day(struct warehouse_rows *rows, int32_t day);
void warehouse_put_month(struct warehouse_rows *rows, int32_t month);

/* The datasets' rows. */
int warehouse_write_robots(const struct warehouse_source *source, struct warehouse_rows *rows,
                           struct fault *fault) __attribute__((warn_unused_result));
int warehouse_write_departments(const struct warehouse_source *source, struct warehouse_rows *rows,
                                struct fault *fault) __attribute__((warn_unused_result));
int warehouse_write_days(const struct warehouse_source *source, struct warehouse_rows *rows,
                         struct fault *fault) __attribute__((warn_unused_result));
int warehouse_write_savings(const struct warehouse_source *source, struct warehouse_rows *rows,
                            struct fault *fault) __attribute__((warn_unused_result));
int warehouse_write_table(const struct warehouse_source *source, struct warehouse_rows *rows,
                          struct fault *fault) __attribute__((warn_unused_result));

int warehouse_write_forecasts(const struct warehouse_source *source, struct warehouse_rows *rows,
                              struct fault *fault) __attribute__((warn_unused_result));

/* The id of a place of task_department_place(). */
const char *warehouse_department(const struct organisation *organisation, size_t place);

#endif
