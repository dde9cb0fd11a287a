/*
 * warehouse_town.h - a small organisation, and a warehouse drop of it to be read, for tests.
 *
 * Two departments, a and b, and four robots: "shared" (two thirds, of which a has twice what b has), "even"
 * (all a's), "unsigned" and "idle". The drop's functions end the test when something is not there.
 */
#ifndef AUTOMAGI_TESTS_WAREHOUSE_TOWN_H
#define AUTOMAGI_TESTS_WAREHOUSE_TOWN_H

#include <stdint.h>

#include "scorecards/warehouse.h"
#include "tests/unit/savings_town.h"

struct json;

enum { WAREHOUSE_LINE_LIMIT = 65536 };

extern struct town drop_town;
extern struct warehouse drop_made; /* the last that was composed */

/* A test's setup and teardown. It is 2025-06-15. */
int warehouse_town_open(void **state);
int warehouse_town_close(void **state);

/* Makes the drop, of what the reader sees. */
void drop_compose(void);
const struct warehouse_file *drop_file(const char *name);
/* json_free(). */
struct json *drop_parse(const char *bytes, size_t length);
/* Each line of NAME.jsonl; as many as it says. */
int64_t drop_each_row(const char *name, void (*take)(const struct json *row, void *context),
                      void *context);

/* Members of a row. */
int64_t row_whole(const struct json *row, const char *name);
int64_t row_scaled(const struct json *row, const char *name, unsigned digits);
/* "-" when it is no text. */
const char *row_word(const struct json *row, const char *name);

#endif
