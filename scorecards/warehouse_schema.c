/* The datasets and their columns: what schema.json says, and the order in which rows are written. */
#include "scorecards/warehouse_inner.h"

#define COLUMNS_END                                                                                \
    {                                                                                              \
        .name = NULL                                                                               \
    }

/* A column a line, as a table; and what is the same wherever it stands. */
/* clang-format off */
#define ROBOT {"robot", WAREHOUSE_TEXT, .is_key = true, .unit = "", .meaning = "the robot's id"}
#define DEPARTMENT(text) {"department", WAREHOUSE_TEXT, .is_key = true, .unit = "", .meaning = (text)}
#define COUNT(what, text) {(what), WAREHOUSE_INTEGER, .unit = "attempts", .meaning = (text)}
#define ANSWERED_BY "department's id; tvaergaaende: what belongs to no single department"

static const struct warehouse_column robot_columns[] = {
    ROBOT,
    {"name", WAREHOUSE_TEXT, .unit = "", .meaning = "what the robot is called"},
    {"plugin", WAREHOUSE_TEXT, .is_nullable = true, .unit = "", .meaning = "the code it runs; null: none is installed"},
    {"external", WAREHOUSE_BOOLEAN, .unit = "", .meaning = "something else runs it, its tasks are imported"},
    {"one_off", WAREHOUSE_BOOLEAN, .unit = "", .meaning = "it does its work once, and is in no forecast"},
    {"operation_from", WAREHOUSE_DATE, .is_nullable = true, .unit = "", .meaning = "first day of its first operating interval"},
    {"operation_to", WAREHOUSE_DATE, .is_nullable = true, .unit = "", .meaning = "last day of its last operating interval; null: no end is known"},
    {"state", WAREHOUSE_TEXT, .unit = "", .meaning = "active, blocked (its gate is red), paused, not installed, external, not begun, suspended or retired, on the day of the drop"},
    {"estimate_minutes", WAREHOUSE_DECIMAL, .is_nullable = true, .unit = "minutes per task", .meaning = "the signed estimate of the day of the drop, else the newest unsigned one; null: none"},
    {"estimate_since", WAREHOUSE_DATE, .is_nullable = true, .unit = "", .meaning = "valid-from of that estimate"},
    {"signed", WAREHOUSE_BOOLEAN, .unit = "", .meaning = "that estimate is signed: its tasks count"},
    {"disputed", WAREHOUSE_BOOLEAN, .unit = "", .meaning = "somebody contests that estimate and has no answer yet"},
    COLUMNS_END,
};

static const struct warehouse_column department_columns[] = {
    DEPARTMENT(ANSWERED_BY),
    {"name", WAREHOUSE_TEXT, .unit = "", .meaning = "its name on the day of the drop"},
    {"area", WAREHOUSE_TEXT, .is_nullable = true, .unit = "", .meaning = "id of the area above it; null: none"},
    {"area_name", WAREHOUSE_TEXT, .is_nullable = true, .unit = "", .meaning = "name of that area"},
    {"ended_on", WAREHOUSE_DATE, .is_nullable = true, .unit = "", .meaning = "first day on which others have taken its place; null: it goes on"},
    COLUMNS_END,
};

static const struct warehouse_column day_columns[] = {
    {"date", WAREHOUSE_DATE, .is_key = true, .unit = "", .meaning = "local day of completion"},
    ROBOT,
    DEPARTMENT("id of the department given on the tasks; empty: the robot's shares decide"),
    {"booking_month", WAREHOUSE_MONTH, .is_key = true, .unit = "", .meaning = "the month it is booked in: that of the date, or a later one when that was closed"},
    COUNT("done", "tasks finished and recorded for the first time; undone is not taken off"),
    COUNT("repeated", "done, but the reference had been recorded before: not a task"),
    COUNT("business", "ended with a person, who must look"),
    COUNT("transient", "not now: tried again later"),
    COUNT("failed", "did not succeed"),
    COUNT("unknown", "nobody can tell whether it was done"),
    COUNT("undone", "tasks of this day taken back by a correction"),
    COUNT("helped", "references that ended with a person, each once"),
    COUNT("unhelped", "of those: taken back, because they were done after all"),
    {"duration_ms", WAREHOUSE_INTEGER, .unit = "milliseconds", .meaning = "how long the attempts took together, as far as known"},
    COLUMNS_END,
};

static const struct warehouse_column saving_columns[] = {
    {"month", WAREHOUSE_MONTH, .is_key = true, .unit = "", .meaning = "booking month: savings count by it"},
    {"completion_month", WAREHOUSE_MONTH, .is_key = true, .unit = "", .meaning = "month in which the tasks were completed"},
    {"adjustment", WAREHOUSE_BOOLEAN, .is_key = true, .unit = "", .meaning = "a counter-entry for a month that was closed, not tasks themselves"},
    ROBOT,
    DEPARTMENT(ANSWERED_BY),
    {"tasks", WAREHOUSE_DECIMAL, .unit = "tasks", .meaning = "done and counted, less taken back; the department's share, exact"},
    {"uncounted", WAREHOUSE_DECIMAL, .unit = "tasks", .meaning = "done without a signed estimate, worth 0; exact"},
    {"helped", WAREHOUSE_DECIMAL, .unit = "tasks", .meaning = "ended with a person, counted as help in part; exact"},
    {"minutes", WAREHOUSE_DECIMAL, .unit = "minutes", .meaning = "saved, exact"},
    {"kroner", WAREHOUSE_DECIMAL, .unit = "DKK", .meaning = "saved, to four digits; the rows of a month add up to its exact sum so rounded"},
    {"kroner_disputed", WAREHOUSE_DECIMAL, .unit = "DKK", .meaning = "of kroner: under an estimate that somebody contests; rounded likewise"},
    COLUMNS_END,
};

static const struct warehouse_column table_columns[] = {
    {"month", WAREHOUSE_MONTH, .is_key = true, .unit = "", .meaning = "booking month; every month from the first task or gain to the last or today"},
    DEPARTMENT("every " ANSWERED_BY),
    {"tasks", WAREHOUSE_INTEGER, .unit = "tasks", .meaning = "done and counted; rows of a month add up"},
    {"uncounted_tasks", WAREHOUSE_INTEGER, .unit = "tasks", .meaning = "done without a signed estimate; rows of a month add up"},
    {"minutes", WAREHOUSE_DECIMAL, .unit = "minutes", .meaning = "saved, exact"},
    {"kroner", WAREHOUSE_INTEGER, .unit = "DKK", .meaning = "whole, as `automagi savings` of that month shows them; rows of a month add up to its total. Sums over several months: take dataset savings, which is rounded less"},
    {"released", WAREHOUSE_INTEGER, .unit = "DKK", .meaning = "of kroner: time released, no budget is reduced; released + realised = kroner"},
    {"realised", WAREHOUSE_INTEGER, .unit = "DKK", .meaning = "of kroner: met by a budget reduction"},
    {"disputed", WAREHOUSE_INTEGER, .unit = "DKK", .meaning = "of kroner: under an estimate that somebody contests"},
    {"gains", WAREHOUSE_INTEGER, .unit = "DKK", .meaning = "direct gains beside the time saved; no part of kroner"},
    COLUMNS_END,
};

static const struct warehouse_column forecast_columns[] = {
    {"year", WAREHOUSE_INTEGER, .is_key = true, .unit = "year", .meaning = "the year that is forecast: this one and the next"},
    {"level", WAREHOUSE_TEXT, .is_key = true, .unit = "", .meaning = "department, robot or total; departments add up to the total, and so do robots"},
    {"id", WAREHOUSE_TEXT, .is_key = true, .unit = "", .meaning = "the department's id (tvaergaaende: of no single one) or the robot's; empty: the total"},
    {"as_of", WAREHOUSE_DATE, .unit = "", .meaning = "what is known on that day"},
    {"budget", WAREHOUSE_INTEGER, .is_nullable = true, .unit = "DKK", .meaning = "the department's target of that year; null: robots have none"},
    {"kroner", WAREHOUSE_INTEGER, .unit = "DKK", .meaning = "by the organisation's rule: mean tasks per month in operation x months x estimate x rate"},
    {"low", WAREHOUSE_INTEGER, .unit = "DKK", .meaning = "lower end of the 80 % interval of kroner; ends do not add up"},
    {"high", WAREHOUSE_INTEGER, .unit = "DKK", .meaning = "its upper end"},
    {"kroner_to_date", WAREHOUSE_INTEGER, .unit = "DKK", .meaning = "by the to-date rule: saved in the months completed, and the mean for those left"},
    {"months", WAREHOUSE_INTEGER, .is_nullable = true, .unit = "months", .meaning = "of a robot: its months in operation so far, which the mean is of; else null"},
    {"confidence", WAREHOUSE_TEXT, .is_nullable = true, .unit = "", .meaning = "of a robot: A from 6 months, B from 3, C below; else null"},
    COLUMNS_END,
};

const struct warehouse_dataset warehouse_datasets[] = {
    {"robots", "the robots, one row each, as of the instant of the drop", robot_columns, warehouse_write_robots},
    {"departments", "the departments, and tvaergaaende, as of the instant of the drop", department_columns, warehouse_write_departments},
    {"days", "what robots did: counts by day, robot, the tasks' own department and booking month", day_columns, warehouse_write_days},
    {"savings", "what was saved: exact amounts by booking month, completion month, robot and department", saving_columns, warehouse_write_savings},
    {"savings_table", "what was saved in whole kroner: by booking month and department, as it is shown", table_columns, warehouse_write_table},
    {"forecasts", "what robots in operation will save this year and the next, against each department's budget", forecast_columns, warehouse_write_forecasts},
    {.name = NULL},
};
/* clang-format on */

static const char *type_word(enum warehouse_type type)
{
    switch (type) {
    case WAREHOUSE_TEXT:
        return "text";
    case WAREHOUSE_INTEGER:
        return "integer";
    case WAREHOUSE_DECIMAL:
        return "decimal";
    case WAREHOUSE_BOOLEAN:
        return "boolean";
    case WAREHOUSE_DATE:
        return "date";
    case WAREHOUSE_MONTH:
        return "month";
    }
    return "";
}

static void put_member(struct json_writer *writer, const char *name, const char *value)
{
    json_key(writer, name);
    json_put_string(writer, value);
}

static void put_types(struct json_writer *writer)
{
    json_key(writer, "types");
    json_begin_object(writer);
    put_member(writer, "text",
               "UTF-8; in CSV one that begins with = + - @, a tab or CR stands behind a '");
    put_member(writer, "integer", "a whole number of 64 bits");
    put_member(
        writer, "decimal",
        "an exact decimal number with a point; read it as such, not as binary floating point");
    put_member(writer, "boolean", "true or false");
    put_member(writer, "date", "YYYY-MM-DD, in the organisation's time zone");
    put_member(writer, "month", "YYYY-MM");
    json_end_object(writer);
}

static void put_column(struct json_writer *writer, const struct warehouse_column *column)
{
    json_begin_object(writer);
    put_member(writer, "name", column->name);
    put_member(writer, "type", type_word(column->type));
    put_member(writer, "unit", column->unit);
    json_key(writer, "key");
    json_put_bool(writer, column->is_key);
    json_key(writer, "nullable");
    json_put_bool(writer, column->is_nullable);
    put_member(writer, "meaning", column->meaning);
    json_end_object(writer);
}

static void put_dataset(struct json_writer *writer, const struct warehouse_dataset *dataset)
{
    const struct warehouse_column *column;

    json_begin_object(writer);
    put_member(writer, "name", dataset->name);
    put_member(writer, "meaning", dataset->meaning);
    json_key(writer, "columns");
    json_begin_array(writer);
    for (column = dataset->columns; column->name != NULL; column++)
        put_column(writer, column);
    json_end_array(writer);
    json_end_object(writer);
}

void warehouse_write_schema(bool is_demo, struct text *target)
{
    const struct warehouse_dataset *dataset;
    struct json_writer writer;

    json_writer_init(&writer, target);
    json_begin_object(&writer);
    put_member(&writer, "format", "automagi-warehouse-schema");
    json_key(&writer, "schema_version");
    json_put_int(&writer, WAREHOUSE_SCHEMA_VERSION);
    if (is_demo)
        put_member(&writer, "demo", "everything in this drop is invented");
    put_member(
        &writer, "files",
        "each dataset is NAME.csv (RFC 4180, UTF-8, a header, lines end in CR LF, null is an "
        "empty cell) and NAME.jsonl (UTF-8, one JSON object a line), rows and columns in the "
        "same order");
    put_types(&writer);
    json_key(&writer, "datasets");
    json_begin_array(&writer);
    for (dataset = warehouse_datasets; dataset->name != NULL; dataset++)
        put_dataset(&writer, dataset);
    json_end_array(&writer);
    json_end_object(&writer);
    text_append_char(target, '\n');
}
