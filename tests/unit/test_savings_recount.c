/*
 * Random organisations, their savings against a recount that takes task after task and knows
 * nothing of sums. A town grows: each step is another organisation.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/store/ledger.h"
#include "core/store/organisation.h"
#include "scorecards/task_value.h"
#include "tests/unit/dice.h"
#include "tests/unit/savings_town.h"

enum {
    TOWNS = 100,
    STEPS = 20,
    DEPARTMENTS = 4,
    ROBOTS = 3,
    VERSIONS = 32,
    TASKS = 4096,
    DAYS = 120, /* from FIRST_DAY: January to April 2025 */
    ROWS_MAX = 64
};

struct version {
    int32_t from;
    int64_t value;
};

struct list {
    int32_t from;
    int64_t parts[DEPARTMENTS]; /* millionths */
};

/* One task, or several that are alike in everything. */
struct model_task {
    int robot;
    int32_t day;
    int department; /* -1: the shares decide */
    int64_t number;
    bool is_undone;
};

static struct town town;
static int64_t department_ids[DEPARTMENTS], robot_ids[ROBOTS];
static struct version rates[VERSIONS], estimates[ROBOTS][VERSIONS];
static struct list lists[ROBOTS][VERSIONS];
static int rate_count, estimate_counts[ROBOTS], list_counts[ROBOTS];
static struct model_task tasks[TASKS];
static int task_count;
static int32_t first_day;
static struct dice dice;

static uint32_t draw(uint32_t below)
{
    return (uint32_t)dice_roll(&dice, below);
}

static int32_t draw_day(void)
{
    return first_day + (int32_t)draw(DAYS);
}

/* ---- the recount ---- */

static int64_t valid_on(const struct version *versions, int count, int32_t day, int64_t otherwise)
{
    int64_t value = otherwise;
    int32_t newest = INT32_MIN;
    int i;

    for (i = 0; i < count; i++)
        if (versions[i].from <= day && versions[i].from >= newest) {
            newest = versions[i].from;
            value = versions[i].value;
        }
    return value;
}

struct counted {
    int128 tasks[ROWS_MAX], uncounted[ROWS_MAX], minutes[ROWS_MAX], kroner[ROWS_MAX];
};

static void count_part(struct counted *counted, int row, const struct model_task *task,
                       int64_t millionths)
{
    int64_t estimate =
        valid_on(estimates[task->robot], estimate_counts[task->robot], task->day, -1);
    int64_t rate = valid_on(rates, rate_count, task->day, 0);

    if (estimate < 0) {
        counted->uncounted[row] += millionths;
        return;
    }
    counted->tasks[row] += millionths;
    counted->minutes[row] += (int128)estimate * millionths;
    counted->kroner[row] += (int128)estimate * millionths * rate;
}

static void count_task(struct counted *counted, const struct model_task *task, enum savings_by by,
                       int32_t from)
{
    const struct list *list = NULL;
    int64_t rest = 1000000;
    int i;

    if (by == SAVINGS_BY_ROBOT)
        count_part(counted, task->robot, task, rest);
    else if (by == SAVINGS_BY_MONTH)
        count_part(counted, clock_month_of_day(task->day) - clock_month_of_day(from), task, rest);
    if (by != SAVINGS_BY_DEPARTMENT)
        return;
    if (task->department >= 0) {
        count_part(counted, task->department, task, rest);
        return;
    }
    for (i = 0; i < list_counts[task->robot]; i++)
        if (lists[task->robot][i].from <= task->day &&
            (list == NULL || lists[task->robot][i].from > list->from))
            list = &lists[task->robot][i];
    for (i = 0; i < DEPARTMENTS && list != NULL; i++) {
        count_part(counted, i, task, list->parts[i]);
        rest -= list->parts[i];
    }
    count_part(counted, DEPARTMENTS, task, rest);
}

/* Rounded down, then one each to the row with the largest fraction that got none. */
static int64_t give_out(const int128 *exact, int count, int128 unit, int64_t *rows)
{
    int128 sum = 0;
    int64_t total;
    int64_t given = 0;
    bool has_more[ROWS_MAX] = {false};
    int i;

    for (i = 0; i < count; i++) {
        sum += exact[i];
        rows[i] = (int64_t)(exact[i] / unit);
        given += rows[i];
    }
    total = (int64_t)((2 * sum + unit) / (2 * unit));
    for (; given < total; given++) {
        int best = 0;

        for (i = 0; i < count; i++)
            if (!has_more[i] && (has_more[best] || exact[i] % unit > exact[best] % unit))
                best = i;
        has_more[best] = true;
        rows[best]++;
    }
    return total;
}

static void compare(int32_t from, int32_t to, enum savings_by by)
{
    static struct counted counted;
    struct savings savings = {0};
    int64_t whole[3][ROWS_MAX];
    int64_t totals[3];
    int128 minutes = 0;
    int count;
    int i;

    memset(&counted, 0, sizeof counted);
    town_savings(&town, from, to, by, &savings);
    for (i = 0; i < task_count; i++)
        if (!tasks[i].is_undone && tasks[i].day >= savings.from_day &&
            tasks[i].day <= savings.to_day)
            count_task(&counted, &tasks[i], by, savings.from_day);
    count = (int)savings.row_count;
    assert_in_range(count, 1, ROWS_MAX);
    totals[0] = give_out(counted.tasks, count, 1000000, whole[0]);
    totals[1] = give_out(counted.uncounted, count, 1000000, whole[1]);
    totals[2] = give_out(counted.kroner, count, (int128)600000000000, whole[2]);
    for (i = 0; i < count; i++) {
        assert_int_equal(savings.rows[i].tasks, whole[0][i]);
        assert_int_equal(savings.rows[i].uncounted_tasks, whole[1][i]);
        assert_int_equal(savings.rows[i].kroner, whole[2][i]);
        assert_true(savings.rows[i].minutes == counted.minutes[i]);
        minutes += counted.minutes[i];
    }
    assert_int_equal(savings.total.tasks, totals[0]);
    assert_int_equal(savings.total.uncounted_tasks, totals[1]);
    assert_int_equal(savings.total.kroner, totals[2]);
    assert_true(savings.total.minutes == minutes);
    savings_release(&savings);
}

/* ---- the same, from the store's tasks by the rule for one of them ---- */

struct opening {
    struct counted counted;
    struct organisation organisation;
    struct robot_list robots;
    struct task_value value; /* of the task that is taken */
};

static int open_share(size_t place, int64_t millionths, void *context)
{
    struct opening *opening = context;
    struct task_amount sum = {opening->counted.minutes[place], opening->counted.kroner[place]};
    struct task_amount amount;

    assert_true(place < ROWS_MAX);
    if (!opening->value.is_signed) {
        opening->counted.uncounted[place] += millionths;
        return 0;
    }
    assert_true(task_value_of(&opening->value, millionths, &amount));
    assert_true(task_amount_add(&sum, &amount));
    opening->counted.tasks[place] += millionths;
    opening->counted.minutes[place] = sum.minutes;
    opening->counted.kroner[place] = sum.kroner;
    return 0;
}

static int open_task(const struct task_record *task, void *context)
{
    struct opening *opening = context;
    const struct robot *robot = robot_list_find_id(&opening->robots, task->robot_id);
    struct valuation at = valuation_of(task->day, task->booking);

    assert_non_null(robot);
    opening->value = task_value_on(&opening->organisation, robot, ESTIMATE_TASK, &at);
    return task_shares_each(&opening->organisation, robot, task->department_id, &at, open_share,
                            opening);
}

/* Exactly, before anything is rounded. */
static void open_figures(int32_t from, int32_t to)
{
    static struct counted counted;
    static struct opening opening;
    struct task_filter filter = {
        .from_day = from, .to_day = to, .only_counted = true, .limit = INT64_MAX};
    int i;

    memset(&counted, 0, sizeof counted);
    memset(&opening, 0, sizeof opening);
    assert_int_equal(organisation_read(town.reader, &opening.organisation, NULL), 0);
    assert_int_equal(robot_list_read(town.reader, &opening.robots, NULL), 0);
    assert_int_equal(task_each(town.reader, &filter, open_task, &opening, NULL), 0);
    for (i = 0; i < task_count; i++)
        if (!tasks[i].is_undone && tasks[i].day >= from && tasks[i].day <= to)
            count_task(&counted, &tasks[i], SAVINGS_BY_DEPARTMENT, from);
    for (i = 0; i <= DEPARTMENTS; i++) {
        assert_true(opening.counted.tasks[i] == counted.tasks[i]);
        assert_true(opening.counted.uncounted[i] == counted.uncounted[i]);
        assert_true(opening.counted.minutes[i] == counted.minutes[i]);
        assert_true(opening.counted.kroner[i] == counted.kroner[i]);
    }
    robot_list_release(&opening.robots);
    organisation_release(&opening.organisation);
}

/* ---- random towns ---- */

static void found_town(void)
{
    char slug[8];
    int i;

    town_open(&town);
    memset(estimate_counts, 0, sizeof estimate_counts);
    memset(list_counts, 0, sizeof list_counts);
    rate_count = 0;
    task_count = 0;
    for (i = 0; i < DEPARTMENTS; i++) {
        (void)snprintf(slug, sizeof slug, "d%d", i);
        department_ids[i] = town_department(&town, slug, slug);
    }
    for (i = 0; i < ROBOTS; i++) {
        (void)snprintf(slug, sizeof slug, "r%d", i);
        robot_ids[i] = town_robot(&town, slug);
    }
}

static void draw_rate(void)
{
    struct version rate = {draw_day(), 1 + draw(60000)};
    int i;

    if (draw(2) == 0)
        rate.from = first_day;
    for (i = 0; i < rate_count; i++)
        if (rates[i].from == rate.from)
            return;
    town_rate(&town, rate.from, rate.value);
    rates[rate_count++] = rate;
}

static void draw_estimate(int robot)
{
    struct version estimate = {draw_day(), draw(4000)};
    bool is_signed = draw(3) != 0;

    if (draw(4) == 0)
        estimate.from = clock_first_day_of_month(clock_month_of_day(estimate.from));
    if (town_estimate(&town, robot_ids[robot], estimate.from, estimate.value, is_signed) != 0 &&
        is_signed)
        estimates[robot][estimate_counts[robot]++] = estimate;
}

/* All the robot's lists, one more than before. */
static void draw_shares(int robot)
{
    struct robot_share shares[VERSIONS * DEPARTMENTS];
    struct list *list = &lists[robot][list_counts[robot]];
    int64_t left = 1000000;
    size_t count = 0;
    int i;
    int j;

    list->from = draw(3) == 0 ? first_day : draw_day();
    for (i = 0; i < list_counts[robot]; i++)
        if (lists[robot][i].from == list->from)
            return;
    for (i = 0; i < DEPARTMENTS; i++) {
        list->parts[i] = draw(2) == 0 ? 0 : draw(4) == 0 ? left : draw((uint32_t)left + 1);
        if (list->parts[i] > left)
            list->parts[i] = left;
        if (draw(3) == 0 && left >= 333333)
            list->parts[i] = 333333;
        left -= list->parts[i];
    }
    list->parts[DEPARTMENTS - 1] += left == 1000000; /* a list that gives nothing is none */
    list_counts[robot]++;
    for (i = 0; i < list_counts[robot]; i++)
        for (j = 0; j < DEPARTMENTS; j++)
            if (lists[robot][i].parts[j] > 0)
                shares[count++] = (struct robot_share){lists[robot][i].from, department_ids[j],
                                                       lists[robot][i].parts[j], 0};
    town_shares(&town, robot_ids[robot], shares, count);
}

static void draw_tasks(void)
{
    int robot = (int)draw(ROBOTS);
    int department = draw(5) == 0 ? (int)draw(DEPARTMENTS) : -1;
    int32_t day = draw_day();
    int count = 1 + (int)draw(12);
    int64_t number = town_tasks(&town, robot_ids[robot], day,
                                department < 0 ? 0 : department_ids[department], count);

    assert_true(task_count + count <= TASKS);
    for (; count > 0; count--, number++)
        tasks[task_count++] = (struct model_task){robot, day, department, number, false};
}

static void draw_undo(void)
{
    struct model_task *task;

    if (task_count == 0)
        return;
    task = &tasks[draw((uint32_t)task_count)];
    if (task->is_undone)
        return;
    town_undo(&town, robot_ids[task->robot], task->number);
    task->is_undone = true;
}

static void grow(void)
{
    uint32_t i;

    for (i = draw(8) + 1; i > 0; i--)
        draw_tasks();
    if (draw(2) == 0)
        draw_estimate((int)draw(ROBOTS));
    if (draw(3) == 0)
        draw_shares((int)draw(ROBOTS));
    if (draw(6) == 0)
        draw_rate();
    for (i = draw(3); i > 0; i--)
        draw_undo();
}

static void compare_random_range(void)
{
    int32_t from = first_day - 20 + (int32_t)draw(DAYS + 40);
    int32_t to = from + (int32_t)draw(DAYS);
    int by;

    if (draw(2) == 0)
        from = clock_first_day_of_month(clock_month_of_day(from));
    if (draw(2) == 0)
        to = clock_last_day_of_month(clock_month_of_day(to));
    if (draw(4) == 0)
        from = INT32_MIN;
    if (draw(4) == 0)
        to = INT32_MAX;
    for (by = SAVINGS_BY_DEPARTMENT; by <= SAVINGS_BY_MONTH; by++)
        compare(from, to, (enum savings_by)by);
    open_figures(from, to);
}

static void random_organisations_agree_with_a_recount(void **state)
{
    int i;
    int step;

    (void)state;
    clock_pretend(INT64_C(1750000000000)); /* 2025-06-15 */
    assert_int_equal(clock_set_zone("Europe/Copenhagen", NULL), 0);
    first_day = clock_day(2025, 1, 1);
    for (i = 0; i < TOWNS; i++) {
        dice_start(&dice, (uint64_t)i + 1);
        found_town();
        for (step = 0; step < STEPS; step++) {
            grow();
            compare_random_range();
        }
        town_close(&town);
    }
    clock_pretend(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_organisations_agree_with_a_recount),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
