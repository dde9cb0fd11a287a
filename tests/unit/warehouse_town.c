#include "tests/unit/warehouse_town.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/store/store.h"

struct town drop_town;
struct warehouse drop_made;

static int32_t day(const char *text)
{
    return town_day(text);
}

/* Two departments, three robots: one shared 2:1 with a third left over, one unsigned, one whose tasks name
 * a department; one task taken back. */
int warehouse_town_open(void **state)
{
    int64_t a;
    int64_t b;
    int64_t robot;
    int64_t first;

    (void)state;
    clock_pretend(INT64_C(1750000000000)); /* 2025-06-15 */
    drop_made = (struct warehouse){.count = 0};
    town_open(&drop_town);
    town_rate(&drop_town, day("2025-01-01"), 34207);
    a = town_department(&drop_town, "a", "Alpha, \"the first\"");
    b = town_department(&drop_town, "b", "=SUM(Beta)");
    robot = town_robot(&drop_town, "shared");
    {
        const struct robot_share shares[] = {{day("2025-01-01"), a, 444444, 0},
                                             {day("2025-01-01"), b, 222222, 0}};

        town_shares(&drop_town, robot, shares, 2);
    }
    town_operate(&drop_town, robot, day("2025-02-01"));
    (void)town_estimate(&drop_town, robot, day("2025-01-01"), 333, 1);
    (void)town_estimate(&drop_town, robot, day("2025-05-01"), 700, 0); /* replaces nothing */
    (void)town_tasks(&drop_town, robot, day("2025-03-05"), 0, 101);
    (void)town_tasks(&drop_town, robot, day("2025-03-06"), 0, 1);
    first = town_tasks(&drop_town, robot, day("2025-04-07"), 0, 77);
    town_undo(&drop_town, robot, first);
    (void)town_tasks(&drop_town, robot, day("2025-04-07"), b, 5);
    robot = town_robot(&drop_town, "even");
    {
        const struct robot_share share = {day("2025-01-01"), a, 1000000, 0};

        town_shares(&drop_town, robot, &share, 1);
    }
    town_operate(&drop_town, robot, day("2025-03-01"));
    (void)town_estimate(&drop_town, robot, day("2025-01-01"), 101, 1);
    (void)town_tasks(&drop_town, robot, day("2025-02-03"), 0, 3); /* before its operation */
    (void)town_tasks(&drop_town, robot, day("2025-05-05"), 0, 7);
    robot = town_robot(&drop_town, "unsigned");
    (void)town_estimate(&drop_town, robot, day("2025-01-01"), 500, 0);
    (void)town_tasks(&drop_town, robot, day("2025-04-07"), 0, 9);
    (void)town_robot(&drop_town, "idle");
    return 0;
}

int warehouse_town_close(void **state)
{
    (void)state;
    warehouse_release(&drop_made);
    town_close(&drop_town);
    clock_pretend(0);
    return 0;
}

void drop_compose(void)
{
    struct fault fault = {.text = ""};

    warehouse_release(&drop_made);
    if (warehouse_compose(drop_town.reader, &drop_made, &fault) < 0)
        fail_msg("%s", fault.text);
}

const struct warehouse_file *drop_file(const char *name)
{
    size_t i;

    for (i = 0; i < drop_made.count; i++)
        if (strcmp(drop_made.files[i].name, name) == 0)
            return &drop_made.files[i];
    fail_msg("there is no %s", name);
    return &drop_made.files[0]; /* not reached */
}

struct json *drop_parse(const char *bytes, size_t length)
{
    struct fault fault = {.text = ""};
    struct json *document = NULL;

    if (json_parse(bytes, length, 1024 * 1024, &document, &fault) < 0)
        fail_msg("%s", fault.text);
    return document;
}

/* Each line of NAME.jsonl. */
int64_t drop_each_row(const char *name, void (*take)(const struct json *row, void *context),
                      void *context)
{
    const struct warehouse_file *lines = drop_file(name);
    const char *at = text_string(&lines->bytes);
    int64_t count = 0;

    while (*at != '\0') {
        size_t length = strcspn(at, "\n");
        struct json *row = drop_parse(at, length);

        take(row, context);
        json_free(row);
        assert_int_equal(at[length], '\n');
        at += length + 1;
        count++;
    }
    assert_int_equal(count, lines->rows);
    return count;
}

int64_t row_whole(const struct json *row, const char *name)
{
    int64_t value = 0;

    assert_true(json_int64(json_member(row, name), &value));
    return value;
}

int64_t row_scaled(const struct json *row, const char *name, unsigned digits)
{
    int64_t value = 0;

    if (!json_decimal(json_member(row, name), digits, &value))
        fail_msg("%s is no decimal", name);
    return value;
}

const char *row_word(const struct json *row, const char *name)
{
    const char *value = json_string(json_member(row, name));

    return value != NULL ? value : "-";
}
