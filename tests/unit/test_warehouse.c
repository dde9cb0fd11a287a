/* What a warehouse drop holds: what its schema says, twice, of one view, and nobody's name. */
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
#include "scorecards/warehouse.h"
#include "tests/unit/warehouse_town.h"

enum { CELLS = 32 };

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
    text_init(&text, WAREHOUSE_LINE_LIMIT);
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
    const struct csv_format format = {.separator = ',',
                                      .columns = CELLS,
                                      .field_max = WAREHOUSE_LINE_LIMIT,
                                      .record_max = WAREHOUSE_LINE_LIMIT};
    struct fault fault = {.text = ""};
    struct comparing comparing = {.reader = NULL};
    char name[WAREHOUSE_NAME_MAX];
    struct csv_bytes bytes;
    unsigned i;

    (void)snprintf(name, sizeof name, "%s.csv", dataset);
    bytes = (struct csv_bytes){text_string(&drop_file(name)->bytes), drop_file(name)->bytes.length};
    assert_int_equal(csv_open(&format, csv_from_bytes, &bytes, &comparing.reader, &fault), 0);
    assert_int_equal(csv_next(comparing.reader, &comparing.heading, &fault), 1);
    for (i = 0; i < comparing.heading.count; i++)
        assert_true(text_copy(comparing.headings[i], sizeof comparing.headings[i],
                              comparing.heading.fields[i]));
    (void)snprintf(name, sizeof name, "%s.jsonl", dataset);
    (void)drop_each_row(name, compare_row, &comparing);
    assert_int_equal(csv_next(comparing.reader, &comparing.heading, &fault), 0);
    csv_close(comparing.reader);
}

static void both_forms_say_the_same_as_the_schema(void **state)
{
    const struct json *dataset;
    const struct json *column;
    struct json *schema;

    (void)state;
    drop_compose();
    schema = drop_parse(text_string(&drop_file("schema.json")->bytes),
                        drop_file("schema.json")->bytes.length);
    assert_int_equal(row_whole(schema, "schema_version"), WAREHOUSE_SCHEMA_VERSION);
    for (dataset = json_first(json_member(schema, "datasets")); dataset != NULL;
         dataset = json_next(dataset)) {
        char name[2 * WAREHOUSE_NAME_MAX];
        struct text header;

        text_init(&header, WAREHOUSE_LINE_LIMIT);
        compare_forms(row_word(dataset, "name"));
        for (column = json_first(json_member(dataset, "columns")); column != NULL;
             column = json_next(column)) {
            assert_true(strlen(row_word(column, "meaning")) > 3);
            assert_true(strlen(row_word(column, "type")) > 3);
            text_printf(&header, "%s%s", header.length == 0 ? "" : ",", row_word(column, "name"));
        }
        text_append_string(&header, "\r\n");
        (void)snprintf(name, sizeof name, "%s.csv", row_word(dataset, "name"));
        assert_memory_equal(text_string(&drop_file(name)->bytes), text_string(&header),
                            header.length);
        text_release(&header);
    }
    json_free(schema);
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
    assert_string_equal(row_word(row, "date"), EXPECTED[*at].date);
    assert_string_equal(row_word(row, "robot"), EXPECTED[*at].robot);
    assert_string_equal(row_word(row, "department"), EXPECTED[*at].department);
    assert_int_equal(strncmp(row_word(row, "booking_month"), EXPECTED[*at].date, 7), 0);
    assert_int_equal(row_whole(row, "done"), EXPECTED[*at].done);
    assert_int_equal(row_whole(row, "undone"), EXPECTED[*at].undone);
    assert_int_equal(row_whole(row, "business"), 0);
    assert_int_equal(row_whole(row, "duration_ms"), EXPECTED[*at].duration_ms);
    (*at)++;
}

static void days_are_as_they_were_counted(void **state)
{
    size_t at = 0;

    (void)state;
    drop_compose();
    assert_int_equal(drop_each_row("days.jsonl", check_day, &at), 7);
}

/* ---- robots and departments ---- */

static void find_robot(const struct json *row, void *context)
{
    char *line = context;

    (void)snprintf(line + strlen(line), 512 - strlen(line), "%s:%s,%s,%d,%d;",
                   row_word(row, "robot"), row_word(row, "state"), row_word(row, "estimate_since"),
                   json_bool(json_member(row, "signed")), json_bool(json_member(row, "disputed")));
}

static void robots_show_their_estimate(void **state)
{
    char line[512] = "";

    (void)state;
    drop_compose();
    (void)drop_each_row("robots.jsonl", find_robot, line);
    assert_string_equal(line, "shared:external,2025-01-01,1,0;even:external,2025-01-01,1,0;"
                              "unsigned:external,2025-01-01,0,0;"
                              "idle:external,-,0,0;");
    assert_non_null(strstr(text_string(&drop_file("departments.csv")->bytes),
                           "a,\"Alpha, \"\"the first\"\"\",,,\r\n"));
    assert_non_null(
        strstr(text_string(&drop_file("departments.csv")->bytes), "b,'=SUM(Beta),,,\r\n"));
    assert_non_null(
        strstr(text_string(&drop_file("departments.csv")->bytes), "tvaergaaende,Tværgående"));
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
        drop_town.home,
        "UPDATE estimate SET set_by = 'Invented Person', reason = 'secret 0101901234',"
        " signed_by = CASE WHEN signed_by IS NULL THEN NULL ELSE 'DEMO head' END;"
        "UPDATE attempt SET masked = 'MASK 010190-1234';"
        "INSERT INTO attempt_note(run_id, seq, note) SELECT run_id, seq,"
        " 'secret of Invented Person' FROM attempt;"
        "UPDATE run SET asked_by = 'Invented Person', note = 'secret';"
        "UPDATE correction SET by_whom = 'Invented Person', reason = 'secret';"
        "UPDATE robot SET name = 'Idle 010190-1234' WHERE slug = 'idle';"
        "UPDATE department_name SET name = 'Beta 0101901234' WHERE name LIKE '%Beta%';");
    drop_compose();
    for (i = 0; i < drop_made.count; i++) {
        if (strcmp(drop_made.files[i].name, "schema.json") == 0 ||
            strcmp(drop_made.files[i].name, "manifest.json") == 0)
            continue;
        for (word_at = 0; word_at < sizeof PRIVATE / sizeof PRIVATE[0]; word_at++)
            if (strstr(text_string(&drop_made.files[i].bytes), PRIVATE[word_at]) != NULL)
                fail_msg("%s says %s", drop_made.files[i].name, PRIVATE[word_at]);
    }
    assert_non_null(strstr(text_string(&drop_file("robots.csv")->bytes), "idle,Idle [CPR],"));
    assert_non_null(strstr(text_string(&drop_file("departments.csv")->bytes), "b,Beta [CPR],"));
}

/* ---- the manifest, and one view ---- */

static void the_manifest_names_every_file(void **state)
{
    const struct json *entry;
    struct json *manifest;
    size_t i = 0;

    (void)state;
    drop_compose();
    assert_string_equal(drop_made.files[drop_made.count - 1].name, "manifest.json");
    assert_int_equal(strncmp(text_string(&drop_file("manifest.json")->bytes), WAREHOUSE_MARK,
                             strlen(WAREHOUSE_MARK)),
                     0);
    manifest = drop_parse(text_string(&drop_file("manifest.json")->bytes),
                          drop_file("manifest.json")->bytes.length);
    assert_string_equal(row_word(manifest, "instant"), "2025-06-15T17:06:40+02:00");
    assert_int_equal(row_whole(manifest, "store_generation"), store_generation(drop_town.reader));
    for (entry = json_first(json_member(manifest, "files")); entry != NULL;
         entry = json_next(entry), i++) {
        assert_string_equal(row_word(entry, "file"), drop_made.files[i].name);
        assert_int_equal(row_whole(entry, "bytes"), (int64_t)drop_made.files[i].bytes.length);
        assert_int_equal(strlen(row_word(entry, "sha256")), 64);
        if (drop_made.files[i].rows >= 0)
            assert_int_equal(row_whole(entry, "rows"), drop_made.files[i].rows);
    }
    assert_int_equal(i, drop_made.count - 1);
    json_free(manifest);
}

static void all_is_of_one_view(void **state)
{
    struct fault fault = {.text = ""};
    struct text before;

    (void)state;
    assert_int_equal(store_view_begin(drop_town.reader, &fault), 0);
    drop_compose();
    text_init(&before, 1024 * 1024);
    text_append_string(&before, text_string(&drop_file("days.csv")->bytes));
    (void)town_tasks(&drop_town, 1, town_day("2025-06-01"), 0, 3);
    drop_compose(); /* the caller's view is still open */
    assert_string_equal(text_string(&drop_file("days.csv")->bytes), text_string(&before));
    store_view_end(drop_town.reader);
    drop_compose();
    assert_non_null(strstr(text_string(&drop_file("days.csv")->bytes), "2025-06-01,shared"));
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
        cmocka_unit_test_setup_teardown(both_forms_say_the_same_as_the_schema, warehouse_town_open,
                                        warehouse_town_close),
        cmocka_unit_test_setup_teardown(days_are_as_they_were_counted, warehouse_town_open,
                                        warehouse_town_close),
        cmocka_unit_test_setup_teardown(robots_show_their_estimate, warehouse_town_open,
                                        warehouse_town_close),
        cmocka_unit_test_setup_teardown(nobody_is_named, warehouse_town_open, warehouse_town_close),
        cmocka_unit_test_setup_teardown(the_manifest_names_every_file, warehouse_town_open,
                                        warehouse_town_close),
        cmocka_unit_test_setup_teardown(all_is_of_one_view, warehouse_town_open,
                                        warehouse_town_close),
        cmocka_unit_test(of_nothing_there_is_a_drop_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
