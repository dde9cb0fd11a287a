/* What a warehouse drop holds: rows that add up to the savings, and nobody's name. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/csv.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/store/store.h"
#include "scorecards/forecast.h"
#include "scorecards/saved_cells.h"
#include "scorecards/warehouse.h"
#include "tests/unit/savings_town.h"

enum { LINE_LIMIT = 65536, CELLS = 32 };

static struct town town;
static struct warehouse drop;

static int32_t day(const char *text)
{
    return town_day(text);
}

static void operate(int64_t robot, const char *from)
{
    const struct robot_operation operation = {day(from), ROBOT_NO_END};
    struct fault fault = {.text = ""};

    assert_int_equal(store_begin(town.store, &fault), 0);
    assert_int_equal(robot_operations_set(town.store, robot, &operation, 1, &fault), 0);
    assert_int_equal(store_commit(town.store, &fault), 0);
}

/* Two departments, three robots: one shared 2:1 with a third left over, one unsigned, one whose tasks name
 * a department; one task taken back. */
static int open_town(void **state)
{
    int64_t a;
    int64_t b;
    int64_t robot;
    int64_t first;

    (void)state;
    clock_pretend(INT64_C(1750000000000)); /* 2025-06-15 */
    drop = (struct warehouse){.count = 0};
    town_open(&town);
    town_rate(&town, day("2025-01-01"), 34207);
    a = town_department(&town, "a", "Alpha, \"the first\"");
    b = town_department(&town, "b", "=SUM(Beta)");
    robot = town_robot(&town, "shared");
    {
        const struct robot_share shares[] = {{day("2025-01-01"), a, 444444, 0},
                                             {day("2025-01-01"), b, 222222, 0}};

        town_shares(&town, robot, shares, 2);
    }
    operate(robot, "2025-02-01");
    (void)town_estimate(&town, robot, day("2025-01-01"), 333, 1);
    (void)town_estimate(&town, robot, day("2025-05-01"), 700, 0); /* replaces nothing */
    (void)town_tasks(&town, robot, day("2025-03-05"), 0, 101);
    (void)town_tasks(&town, robot, day("2025-03-06"), 0, 1);
    first = town_tasks(&town, robot, day("2025-04-07"), 0, 77);
    town_undo(&town, robot, first);
    (void)town_tasks(&town, robot, day("2025-04-07"), b, 5);
    robot = town_robot(&town, "even");
    {
        const struct robot_share share = {day("2025-01-01"), a, 1000000, 0};

        town_shares(&town, robot, &share, 1);
    }
    operate(robot, "2025-03-01");
    (void)town_estimate(&town, robot, day("2025-01-01"), 101, 1);
    (void)town_tasks(&town, robot, day("2025-02-03"), 0, 3); /* before its operation */
    (void)town_tasks(&town, robot, day("2025-05-05"), 0, 7);
    robot = town_robot(&town, "unsigned");
    (void)town_estimate(&town, robot, day("2025-01-01"), 500, 0);
    (void)town_tasks(&town, robot, day("2025-04-07"), 0, 9);
    (void)town_robot(&town, "idle");
    return 0;
}

static int close_town(void **state)
{
    (void)state;
    warehouse_release(&drop);
    town_close(&town);
    clock_pretend(0);
    return 0;
}

static void compose(void)
{
    struct fault fault = {.text = ""};

    warehouse_release(&drop);
    if (warehouse_compose(town.reader, &drop, &fault) < 0)
        fail_msg("%s", fault.text);
}

static const struct warehouse_file *file(const char *name)
{
    size_t i;

    for (i = 0; i < drop.count; i++)
        if (strcmp(drop.files[i].name, name) == 0)
            return &drop.files[i];
    fail_msg("there is no %s", name);
    return &drop.files[0]; /* not reached */
}

static struct json *parse(const char *bytes, size_t length)
{
    struct fault fault = {.text = ""};
    struct json *document = NULL;

    if (json_parse(bytes, length, 1024 * 1024, &document, &fault) < 0)
        fail_msg("%s", fault.text);
    return document;
}

/* Each line of NAME.jsonl. */
static int64_t each_row(const char *name, void (*take)(const struct json *row, void *context),
                        void *context)
{
    const struct warehouse_file *lines = file(name);
    const char *at = text_string(&lines->bytes);
    int64_t count = 0;

    while (*at != '\0') {
        size_t length = strcspn(at, "\n");
        struct json *row = parse(at, length);

        take(row, context);
        json_free(row);
        assert_int_equal(at[length], '\n');
        at += length + 1;
        count++;
    }
    assert_int_equal(count, lines->rows);
    return count;
}

static int64_t whole(const struct json *row, const char *name)
{
    int64_t value = 0;

    assert_true(json_int64(json_member(row, name), &value));
    return value;
}

static int64_t scaled(const struct json *row, const char *name, unsigned digits)
{
    int64_t value = 0;

    if (!json_decimal(json_member(row, name), digits, &value))
        fail_msg("%s is no decimal", name);
    return value;
}

static const char *word(const struct json *row, const char *name)
{
    const char *value = json_string(json_member(row, name));

    return value != NULL ? value : "-";
}

/* ---- the same rows twice: CSV and JSON lines ---- */

struct comparing {
    struct csv_reader *reader;
    struct csv_record heading;
    char headings[CELLS][64];
};

/* The CSV cell of a value, but for the ' before what looks like a formula. */
static void print_value(const struct json *value, struct text *target)
{
    if (json_is_string(value))
        text_append_string(target, json_string(value));
    else if (!json_is_null(value))
        assert_int_equal(json_print(value, target), 0);
}

static void compare_row(const struct json *row, void *context)
{
    struct comparing *comparing = context;
    struct fault fault = {.text = ""};
    struct csv_record record;
    const struct json *value;
    struct text text;
    unsigned i = 0;

    assert_int_equal(csv_next(comparing->reader, &record, &fault), 1);
    assert_int_equal(json_count(row), record.count);
    text_init(&text, LINE_LIMIT);
    for (value = json_first(row); value != NULL; value = json_next(value), i++) {
        const char *cell = record.fields[i];

        assert_string_equal(json_name(value), comparing->headings[i]);
        text_clear(&text);
        print_value(value, &text);
        if (cell[0] == '\'' && strchr("=+-@", cell[1]) != NULL)
            cell++;
        else
            assert_true(cell[0] == '\0' || strchr("=+@\t", cell[0]) == NULL);
        assert_string_equal(cell, text_string(&text));
    }
    text_release(&text);
}

static void compare_forms(const char *dataset)
{
    const struct csv_format format = {
        .separator = ',', .columns = CELLS, .field_max = LINE_LIMIT, .record_max = LINE_LIMIT};
    struct fault fault = {.text = ""};
    struct comparing comparing = {.reader = NULL};
    char name[WAREHOUSE_NAME_MAX];
    struct csv_bytes bytes;
    unsigned i;

    (void)snprintf(name, sizeof name, "%s.csv", dataset);
    bytes = (struct csv_bytes){text_string(&file(name)->bytes), file(name)->bytes.length};
    assert_int_equal(csv_open(&format, csv_from_bytes, &bytes, &comparing.reader, &fault), 0);
    assert_int_equal(csv_next(comparing.reader, &comparing.heading, &fault), 1);
    for (i = 0; i < comparing.heading.count; i++)
        assert_true(text_copy(comparing.headings[i], sizeof comparing.headings[i],
                              comparing.heading.fields[i]));
    (void)snprintf(name, sizeof name, "%s.jsonl", dataset);
    (void)each_row(name, compare_row, &comparing);
    assert_int_equal(csv_next(comparing.reader, &comparing.heading, &fault), 0);
    csv_close(comparing.reader);
}

static void both_forms_say_the_same_as_the_schema(void **state)
{
    const struct json *dataset;
    const struct json *column;
    struct json *schema;

    (void)state;
    compose();
    schema = parse(text_string(&file("schema.json")->bytes), file("schema.json")->bytes.length);
    assert_int_equal(whole(schema, "schema_version"), WAREHOUSE_SCHEMA_VERSION);
    for (dataset = json_first(json_member(schema, "datasets")); dataset != NULL;
         dataset = json_next(dataset)) {
        char name[2 * WAREHOUSE_NAME_MAX];
        struct text header;

        text_init(&header, LINE_LIMIT);
        compare_forms(word(dataset, "name"));
        for (column = json_first(json_member(dataset, "columns")); column != NULL;
             column = json_next(column)) {
            assert_true(strlen(word(column, "meaning")) > 3);
            assert_true(strlen(word(column, "type")) > 3);
            text_printf(&header, "%s%s", header.length == 0 ? "" : ",", word(column, "name"));
        }
        text_append_string(&header, "\r\n");
        (void)snprintf(name, sizeof name, "%s.csv", word(dataset, "name"));
        assert_memory_equal(text_string(&file(name)->bytes), text_string(&header), header.length);
        text_release(&header);
    }
    json_free(schema);
}

/* ---- savings add up ---- */

struct sums {
    const char *month;
    int64_t tasks, uncounted, kroner, minutes;
};

static void add_saving(const struct json *row, void *context)
{
    struct sums *sums = context;

    if (strcmp(word(row, "month"), sums->month) != 0)
        return;
    sums->tasks += scaled(row, "tasks", 6);
    sums->uncounted += scaled(row, "uncounted", 6);
    sums->minutes += scaled(row, "minutes", 8);
    sums->kroner += scaled(row, "kroner", 4);
}

/* The exact kroner of a month's cells, in ten thousandths. */
static int64_t exact_kroner(const char *from, const char *to)
{
    const struct saved_query query = {.from_day = day(from), .to_day = day(to)};
    struct saved_cells cells = {.count = 0};
    struct fault fault = {.text = ""};
    int128 sum = 0;
    size_t i;

    assert_int_equal(saved_cells_read(town.reader, &query, &cells, &fault), 0);
    for (i = 0; i < cells.count; i++)
        sum += cells.cells[i].amount.kroner;
    saved_cells_release(&cells);
    return (int64_t)decimal_divide_half_up(sum, TASK_KRONER_SCALE / 10000);
}

struct table_check {
    const char *month;
    struct savings savings;
    size_t at;
};

static void check_table_row(const struct json *row, void *context)
{
    struct table_check *check = context;
    const struct savings_row *expected;

    if (strcmp(word(row, "month"), check->month) != 0)
        return;
    assert_true(check->at < check->savings.row_count);
    expected = &check->savings.rows[check->at++];
    assert_string_equal(word(row, "department"), expected->id);
    assert_int_equal(whole(row, "tasks"), expected->tasks);
    assert_int_equal(whole(row, "uncounted_tasks"), expected->uncounted_tasks);
    assert_int_equal(whole(row, "kroner"), expected->kroner);
    assert_int_equal(whole(row, "released"), expected->released);
    assert_int_equal(whole(row, "realised"), expected->realised);
    assert_int_equal(whole(row, "disputed"), expected->disputed);
    assert_int_equal(whole(row, "gains"), expected->gains);
    assert_true(scaled(row, "minutes", 8) == (int64_t)expected->minutes);
}

static void check_month(const char *month, const char *from, const char *to)
{
    struct sums sums = {.month = month};
    struct table_check check = {.month = month};

    (void)each_row("savings.jsonl", add_saving, &sums);
    town_savings(&town, day(from), day(to), SAVINGS_BY_DEPARTMENT, &check.savings);
    assert_int_equal(sums.tasks, check.savings.total.tasks * SHARE_WHOLE);
    assert_int_equal(sums.uncounted, check.savings.total.uncounted_tasks * SHARE_WHOLE);
    assert_true(sums.minutes == (int64_t)check.savings.total.minutes);
    assert_int_equal(sums.kroner, exact_kroner(from, to));
    (void)each_row("savings_table.jsonl", check_table_row, &check);
    assert_int_equal(check.at, check.savings.row_count);
    savings_release(&check.savings);
}

static void savings_add_up(void **state)
{
    (void)state;
    compose();
    check_month("2025-02", "2025-02-01", "2025-02-28");
    check_month("2025-03", "2025-03-01", "2025-03-31");
    check_month("2025-04", "2025-04-01", "2025-04-30");
    check_month("2025-05", "2025-05-01", "2025-05-31");
    check_month("2025-06", "2025-06-01", "2025-06-30");
    assert_int_equal(file("savings_table.jsonl")->rows, 5 * 3);
}

/* ---- forecasts ---- */

struct forecast_sums {
    int64_t year;
    int64_t departments, robots, total, to_date[3];
};

static void add_forecast(const struct json *row, void *context)
{
    static const char *const LEVELS[] = {"department", "robot", "total"};
    struct forecast_sums *sums = context;
    int64_t *const kroner[] = {&sums->departments, &sums->robots, &sums->total};
    size_t i;

    if (whole(row, "year") != sums->year)
        return;
    assert_string_equal(word(row, "as_of"), "2025-06-15");
    assert_true(whole(row, "low") <= whole(row, "kroner") + 1);
    assert_true(whole(row, "high") >= whole(row, "kroner") - 1);
    for (i = 0; i < 3; i++) {
        if (strcmp(word(row, "level"), LEVELS[i]) != 0)
            continue;
        *kroner[i] += whole(row, "kroner");
        sums->to_date[i] += whole(row, "kroner_to_date");
        assert_int_equal(json_is_null(json_member(row, "months")), i != 1);
        assert_int_equal(json_is_null(json_member(row, "budget")), i == 1);
    }
}

static void forecasts_add_up(void **state)
{
    int64_t year;

    (void)state;
    compose();
    for (year = 2025; year <= 2026; year++) {
        struct forecast_sums sums = {.year = year};
        const struct forecast_query query = forecast_query_of((int32_t)year, day("2025-06-15"));
        struct forecast forecast = {.row_count = 0};
        struct fault fault = {.text = ""};

        (void)each_row("forecasts.jsonl", add_forecast, &sums);
        assert_int_equal(forecast_read(town.reader, &query, &forecast, &fault), 0);
        assert_true(forecast.total.kroner > 1000);
        assert_int_equal(sums.total, forecast.total.kroner);
        assert_int_equal(sums.to_date[2], forecast.total.kroner_to_date);
        assert_int_equal(sums.departments, sums.total);
        assert_int_equal(sums.robots, sums.total);
        assert_int_equal(sums.to_date[0], sums.to_date[2]);
        assert_int_equal(sums.to_date[1], sums.to_date[2]);
        forecast_release(&forecast);
    }
    assert_int_equal(file("forecasts.jsonl")->rows, 2 * (3 + 4 + 1));
}

/* ---- days ---- */

static void check_day(const struct json *row, void *context)
{
    static const struct {
        const char *date, *robot, *department;
        int64_t done, undone, duration_ms;
    } EXPECTED[] = {
        {"2025-02-03", "even", "", 3, 0, 3000},    {"2025-03-05", "shared", "", 101, 0, 101000},
        {"2025-03-06", "shared", "", 1, 0, 1000},  {"2025-04-07", "shared", "", 77, 1, 77000},
        {"2025-04-07", "shared", "b", 5, 0, 5000}, {"2025-04-07", "unsigned", "", 9, 0, 9000},
        {"2025-05-05", "even", "", 7, 0, 7000},
    };
    size_t *at = context;

    assert_true(*at < sizeof EXPECTED / sizeof EXPECTED[0]);
    assert_string_equal(word(row, "date"), EXPECTED[*at].date);
    assert_string_equal(word(row, "robot"), EXPECTED[*at].robot);
    assert_string_equal(word(row, "department"), EXPECTED[*at].department);
    assert_int_equal(strncmp(word(row, "booking_month"), EXPECTED[*at].date, 7), 0);
    assert_int_equal(whole(row, "done"), EXPECTED[*at].done);
    assert_int_equal(whole(row, "undone"), EXPECTED[*at].undone);
    assert_int_equal(whole(row, "business"), 0);
    assert_int_equal(whole(row, "duration_ms"), EXPECTED[*at].duration_ms);
    (*at)++;
}

static void days_are_as_they_were_counted(void **state)
{
    size_t at = 0;

    (void)state;
    compose();
    assert_int_equal(each_row("days.jsonl", check_day, &at), 7);
}

/* ---- robots and departments ---- */

static void find_robot(const struct json *row, void *context)
{
    char *line = context;

    (void)snprintf(line + strlen(line), 512 - strlen(line), "%s:%s,%s,%d,%d;", word(row, "robot"),
                   word(row, "state"), word(row, "estimate_since"),
                   json_bool(json_member(row, "signed")), json_bool(json_member(row, "disputed")));
}

static void robots_show_their_estimate(void **state)
{
    char line[512] = "";

    (void)state;
    compose();
    (void)each_row("robots.jsonl", find_robot, line);
    assert_string_equal(line, "shared:external,2025-01-01,1,0;even:external,2025-01-01,1,0;"
                              "unsigned:external,2025-01-01,0,0;"
                              "idle:external,-,0,0;");
    assert_non_null(strstr(text_string(&file("departments.csv")->bytes),
                           "a,\"Alpha, \"\"the first\"\"\",,,\r\n"));
    assert_non_null(strstr(text_string(&file("departments.csv")->bytes), "b,'=SUM(Beta),,,\r\n"));
    assert_non_null(
        strstr(text_string(&file("departments.csv")->bytes), "tvaergaaende,Tværgående"));
}

/* ---- nobody's name ---- */

static void nobody_is_named(void **state)
{
    static const char *const PRIVATE[] = {"Invented", "Person", "010190", "1234", "secret",
                                          "owner",    "head",   "DEMO",   "MASK"};
    size_t i;
    size_t word_at;

    (void)state;
    temp_home_plant(
        town.home, "UPDATE estimate SET set_by = 'Invented Person', reason = 'secret 0101901234',"
                   " signed_by = CASE WHEN signed_by IS NULL THEN NULL ELSE 'DEMO head' END;"
                   "UPDATE attempt SET masked = 'MASK 010190-1234';"
                   "INSERT INTO attempt_note(run_id, seq, note) SELECT run_id, seq,"
                   " 'secret of Invented Person' FROM attempt;"
                   "UPDATE run SET asked_by = 'Invented Person', note = 'secret';"
                   "UPDATE correction SET by_whom = 'Invented Person', reason = 'secret';"
                   "UPDATE robot SET name = 'Idle 010190-1234' WHERE slug = 'idle';"
                   "UPDATE department_name SET name = 'Beta 0101901234' WHERE name LIKE '%Beta%';");
    compose();
    for (i = 0; i < drop.count; i++) {
        if (strcmp(drop.files[i].name, "schema.json") == 0 ||
            strcmp(drop.files[i].name, "manifest.json") == 0)
            continue;
        for (word_at = 0; word_at < sizeof PRIVATE / sizeof PRIVATE[0]; word_at++)
            if (strstr(text_string(&drop.files[i].bytes), PRIVATE[word_at]) != NULL)
                fail_msg("%s says %s", drop.files[i].name, PRIVATE[word_at]);
    }
    assert_non_null(strstr(text_string(&file("robots.csv")->bytes), "idle,Idle [CPR],"));
    assert_non_null(strstr(text_string(&file("departments.csv")->bytes), "b,Beta [CPR],"));
}

/* ---- the manifest, and one view ---- */

static void the_manifest_names_every_file(void **state)
{
    const struct json *entry;
    struct json *manifest;
    size_t i = 0;

    (void)state;
    compose();
    assert_string_equal(drop.files[drop.count - 1].name, "manifest.json");
    assert_int_equal(
        strncmp(text_string(&file("manifest.json")->bytes), WAREHOUSE_MARK, strlen(WAREHOUSE_MARK)),
        0);
    manifest =
        parse(text_string(&file("manifest.json")->bytes), file("manifest.json")->bytes.length);
    assert_string_equal(word(manifest, "instant"), "2025-06-15T17:06:40+02:00");
    assert_int_equal(whole(manifest, "store_generation"), store_generation(town.reader));
    for (entry = json_first(json_member(manifest, "files")); entry != NULL;
         entry = json_next(entry), i++) {
        assert_string_equal(word(entry, "file"), drop.files[i].name);
        assert_int_equal(whole(entry, "bytes"), (int64_t)drop.files[i].bytes.length);
        assert_int_equal(strlen(word(entry, "sha256")), 64);
        if (drop.files[i].rows >= 0)
            assert_int_equal(whole(entry, "rows"), drop.files[i].rows);
    }
    assert_int_equal(i, drop.count - 1);
    json_free(manifest);
}

static void all_is_of_one_view(void **state)
{
    struct fault fault = {.text = ""};
    struct text before;

    (void)state;
    assert_int_equal(store_view_begin(town.reader, &fault), 0);
    compose();
    text_init(&before, 1024 * 1024);
    text_append_string(&before, text_string(&file("days.csv")->bytes));
    (void)town_tasks(&town, 1, day("2025-06-01"), 0, 3);
    compose(); /* the caller's view is still open */
    assert_string_equal(text_string(&file("days.csv")->bytes), text_string(&before));
    store_view_end(town.reader);
    compose();
    assert_non_null(strstr(text_string(&file("days.csv")->bytes), "2025-06-01,shared"));
    text_release(&before);
}

static void of_nothing_there_is_a_drop_too(void **state)
{
    struct fault fault = {.text = ""};
    char home[TEMP_HOME_PATH];
    struct store *store = NULL;
    struct warehouse empty = {.count = 0};

    (void)state;
    temp_home_install(home);
    assert_int_equal(store_open(home, STORE_READ, &store, &fault), 0);
    assert_int_equal(warehouse_compose(store, &empty, &fault), 0);
    assert_string_equal(empty.files[0].name, "robots.csv");
    assert_int_equal(empty.files[0].rows, 0);
    warehouse_release(&empty);
    store_close(store);
    assert_int_equal(temp_home_remove(home), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(both_forms_say_the_same_as_the_schema, open_town,
                                        close_town),
        cmocka_unit_test_setup_teardown(savings_add_up, open_town, close_town),
        cmocka_unit_test_setup_teardown(forecasts_add_up, open_town, close_town),
        cmocka_unit_test_setup_teardown(days_are_as_they_were_counted, open_town, close_town),
        cmocka_unit_test_setup_teardown(robots_show_their_estimate, open_town, close_town),
        cmocka_unit_test_setup_teardown(nobody_is_named, open_town, close_town),
        cmocka_unit_test_setup_teardown(the_manifest_names_every_file, open_town, close_town),
        cmocka_unit_test_setup_teardown(all_is_of_one_view, open_town, close_town),
        cmocka_unit_test(of_nothing_there_is_a_drop_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
