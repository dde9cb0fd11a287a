#include "core/store/figure.h"

void figure_bind(sqlite3_stmt *statement, int first, const struct figure *figure,
                 struct figure_text *text)
{
    decimal_format(figure->minutes, 0, text->minutes, sizeof text->minutes);
    decimal_format(figure->kroner, 0, text->kroner, sizeof text->kroner);
    sqlite3_bind_int64(statement, first, figure->department_id);
    sqlite3_bind_int64(statement, first + 1, figure->tasks);
    sqlite3_bind_int64(statement, first + 2, figure->uncounted);
    sqlite3_bind_int64(statement, first + 3, figure->helped);
    sql_bind_text(statement, first + 4, text->minutes);
    sql_bind_text(statement, first + 5, text->kroner);
}

bool figure_take(sqlite3_stmt *row, int first, struct figure *figure)
{
    figure->department_id = sqlite3_column_int64(row, first);
    figure->tasks = sqlite3_column_int64(row, first + 1);
    figure->uncounted = sqlite3_column_int64(row, first + 2);
    figure->helped = sqlite3_column_int64(row, first + 3);
    return decimal_parse_whole(sql_text(row, first + 4), &figure->minutes) &&
           decimal_parse_whole(sql_text(row, first + 5), &figure->kroner);
}
