/*
 * warehouse.h - what a data warehouse is given: robots, departments, days, savings and forecasts as files.
 *
 * A drop is a set of files of one view of the store: each dataset as NAME.csv (RFC 4180, UTF-8, a header,
 * a point as decimal sign) and NAME.jsonl (one JSON object a line), schema.json, which says what each column
 * is, and manifest.json with the instant, rows and SHA-256 of each file. Numbers are exact decimals.
 * Datasets and columns are warehouse_schema.c's; columns are only ever added at the end of a dataset, any
 * other change raises WAREHOUSE_SCHEMA_VERSION.
 *
 * No personal data: references, masks, notes, reasons and who signed what are never read here; what looks
 * like a civil registration number in a name is hidden.
 *
 * Threads: as the store.
 */
#ifndef AUTOMAGI_SCORECARDS_WAREHOUSE_H
#define AUTOMAGI_SCORECARDS_WAREHOUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/text.h"

struct fault;
struct store;

enum { WAREHOUSE_SCHEMA_VERSION = 1, WAREHOUSE_FILES_MAX = 32, WAREHOUSE_NAME_MAX = 48 };

/* How every manifest.json begins, by which a drop is known again. */
#define WAREHOUSE_MARK "{\"format\":\"automagi-warehouse\","

struct warehouse_file {
    char name[WAREHOUSE_NAME_MAX];
    struct text bytes;
    int64_t rows; /* of a dataset; -1: it has none */
};

struct warehouse {
    struct warehouse_file files[WAREHOUSE_FILES_MAX]; /* manifest.json is the last */
    size_t count;
    int64_t instant_ms; /* all files are of this instant */
    bool is_demo;       /* everything in them is invented; its two descriptions say so, too */
};

/* All files, in memory, inside one view of the store. -E2BIG: one would have more than 256 MiB; -ERANGE:
 * a figure is too large; -ENOMEM. warehouse_release(). */
int warehouse_compose(struct store *store, struct warehouse *ret_warehouse, struct fault *fault)
    __attribute__((warn_unused_result));
void warehouse_release(struct warehouse *warehouse);

#endif
