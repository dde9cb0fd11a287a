/*
 * figure.h - private to core/store: what the tables of figures have in common, the columns
 * department_id, tasks, uncounted, helped, minutes and kroner, in that order. The last two are text:
 * they have more bits than a column.
 */
#ifndef AUTOMAGI_STORE_FIGURE_H
#define AUTOMAGI_STORE_FIGURE_H

#include <stdbool.h>

#include "core/base/decimal.h"
#include "core/store/period.h"
#include "core/store/sql.h"

struct figure_text {
    char minutes[DECIMAL_TEXT_MAX], kroner[DECIMAL_TEXT_MAX];
};

/* Binds them from parameter `first` on. The text is to stay until
 * sql_done(). */
void figure_bind(sqlite3_stmt *statement, int first, const struct figure *figure,
                 struct figure_text *text);
/* Takes them from column `first` on; robot_id stays. False: an amount is no whole number. */
bool figure_take(sqlite3_stmt *row, int first, struct figure *figure);

#endif
