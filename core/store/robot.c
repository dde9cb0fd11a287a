/* Reading robots and asking them; robot_set.c has what changes them. */
#include "core/store/robot.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/list.h"
#include "core/store/organisation.h"
#include "core/store/sql.h"

/* Versions come in the order of the robots, so a place in it is enough. */
struct reading {
    struct robot_list *list;
    size_t at;
};

static int take_robot(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct robot_list *list = context;
    struct robot *robot;
    int result = 0;
    void *grown = list_grow(list->robots, list->count, sizeof *list->robots, &result, fault);

    if (grown == NULL)
        return result;
    list->robots = grown;
    robot = &list->robots[list->count++];
    robot->id = sqlite3_column_int64(row, 0);
    robot->slug = sql_copy(row, 1, &result);
    robot->name = sql_copy(row, 2, &result);
    robot->is_external = sqlite3_column_int(row, 3) != 0;
    robot->is_one_off = sqlite3_column_int(row, 4) != 0;
    robot->is_paused = sqlite3_column_int(row, 5) != 0;
    robot->window = (enum robot_window)sqlite3_column_int(row, 6);
    robot->plugin = sql_copy(row, 7, &result);
    robot->side_effects = sqlite3_column_int(row, 8);
    robot->definition = sql_copy(row, 9, &result);
    robot->folder = sql_copy(row, 10, &result);
    robot->paused_by = sql_copy(row, 11, &result);
    robot->paused_reason = sql_copy(row, 12, &result);
    robot->paused_ms = sqlite3_column_int64(row, 13);
    robot->failures = sqlite3_column_int(row, 14);
    return result < 0 ? fault_no_memory(fault) : 0;
}

/* The robot of a version's row, whose first column is its id; NULL when it is out of order. */
static struct robot *find_place(struct reading *reading, sqlite3_stmt *row)
{
    struct robot_list *list = reading->list;
    int64_t id = sqlite3_column_int64(row, 0);

    while (reading->at < list->count && list->robots[reading->at].id != id)
        reading->at++;
    return reading->at < list->count ? &list->robots[reading->at] : NULL;
}

static int refuse_order(sqlite3_stmt *row, struct fault *fault)
{
    return fault_set(fault, -EBADMSG,
                     "the store is damaged: robot number %" PRId64
                     " is out of order; run `automagi verify`, and restore the latest backup",
                     (int64_t)sqlite3_column_int64(row, 0));
}

static int take_operation(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct robot *robot = find_place(context, row);
    void *grown;
    int result = 0;

    if (robot == NULL)
        return refuse_order(row, fault);
    grown = list_grow(robot->operations, robot->operation_count, sizeof *robot->operations, &result,
                      fault);
    if (grown == NULL)
        return result;
    robot->operations = grown;
    robot->operations[robot->operation_count++] = (struct robot_operation){
        .from_day = sqlite3_column_int(row, 1),
        .to_day =
            sqlite3_column_type(row, 2) == SQLITE_NULL ? ROBOT_NO_END : sqlite3_column_int(row, 2)};
    return 0;
}

static int take_share(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct robot *robot = find_place(context, row);
    void *grown;
    int result = 0;

    if (robot == NULL)
        return refuse_order(row, fault);
    grown = list_grow(robot->shares, robot->share_count, sizeof *robot->shares, &result, fault);
    if (grown == NULL)
        return result;
    robot->shares = grown;
    robot->shares[robot->share_count++] =
        (struct robot_share){.from_day = sqlite3_column_int(row, 1),
                             .department_id = sqlite3_column_int64(row, 2),
                             .millionths = sqlite3_column_int64(row, 3),
                             .booking_from = sqlite3_column_int(row, 4)};
    return 0;
}

static int take_estimate(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct robot *robot = find_place(context, row);
    struct estimate *estimate;
    void *grown;
    int result = 0;

    if (robot == NULL)
        return refuse_order(row, fault);
    grown = list_grow(robot->estimates, robot->estimate_count, sizeof *robot->estimates, &result,
                      fault);
    if (grown == NULL)
        return result;
    robot->estimates = grown;
    estimate = &robot->estimates[robot->estimate_count++];
    estimate->from_day = sqlite3_column_int(row, 1);
    estimate->id = sqlite3_column_int64(row, 2);
    estimate->hundredths = sqlite3_column_int64(row, 3);
    estimate->set_ms = sqlite3_column_int64(row, 4);
    estimate->set_by = sql_copy(row, 5, &result);
    estimate->reason = sql_copy(row, 6, &result);
    estimate->signed_by = sql_copy(row, 7, &result);
    estimate->signed_day = sqlite3_column_int(row, 8);
    estimate->kind = (enum estimate_kind)sqlite3_column_int(row, 9);
    estimate->booking_from = sqlite3_column_int(row, 10);
    estimate->task = sql_copy(row, 11, &result);
    estimate->method = sql_copy(row, 12, &result);
    estimate->timings = sql_copy(row, 13, &result);
    estimate->dispute_id = sqlite3_column_int64(row, 14);
    return result < 0 ? fault_no_memory(fault) : 0;
}

static int read_versions(struct store *store, struct sql_range range, struct robot_list *list,
                         struct fault *fault)
{
    static const char OPERATIONS[] =
        "SELECT o.robot_id, o.from_day, o.to_day FROM robot_operation o "
        "JOIN robot r ON r.id = o.robot_id WHERE o.robot_id BETWEEN ?1 AND ?2 "
        "ORDER BY r.position, r.id, o.from_day";
    static const char SHARES[] =
        "SELECT s.robot_id, s.from_day, s.department_id, s.millionths, s.booking_from "
        "FROM robot_share s "
        "JOIN robot r ON r.id = s.robot_id JOIN department d ON d.id = s.department_id "
        "WHERE s.robot_id BETWEEN ?1 AND ?2 "
        "ORDER BY r.position, r.id, s.from_day, s.booking_from, d.position, d.id";
    static const char ESTIMATES[] =
        "SELECT e.robot_id, e.from_day, e.id, e.hundredths, e.set_ms, e.set_by, e.reason, "
        "e.signed_by, e.signed_day, e.kind, e.booking_from, e.task, e.method, e.timings, "
        "(SELECT min(d.id) FROM dispute d WHERE d.estimate_id = e.id AND d.answer IS NULL) "
        "FROM estimate e JOIN robot r ON r.id = e.robot_id "
        "WHERE e.robot_id BETWEEN ?1 AND ?2 "
        "ORDER BY r.position, r.id, e.from_day, e.id";
    struct reading operations = {.list = list};
    struct reading shares = {.list = list};
    struct reading estimates = {.list = list};
    int result = sql_each_in(store, OPERATIONS, range, take_operation, &operations, fault);

    if (result == 0)
        result = sql_each_in(store, SHARES, range, take_share, &shares, fault);
    if (result == 0)
        result = sql_each_in(store, ESTIMATES, range, take_estimate, &estimates, fault);
    return result;
}

static int take_red(int64_t robot_id, enum gate_item item, void *context)
{
    struct robot_list *list = context;
    size_t i = 0;

    while (i < list->count && list->robots[i].id != robot_id)
        i++;
    if (i < list->count && list->robots[i].red_item == 0)
        list->robots[i].red_item = item;
    return 0;
}

static int read_range(struct store *store, struct sql_range range, struct robot_list *ret_list,
                      struct fault *fault)
{
    static const char SQL[] =
        "SELECT id, slug, name, external, one_off, paused, window_kind, plugin, side_effects, "
        "definition, folder, paused_by, paused_reason, paused_ms, failures "
        "FROM robot WHERE id BETWEEN ?1 AND ?2 ORDER BY position, id";
    struct robot_list list = {0};
    bool entered = false;
    int result = store_view_enter(store, &entered, fault);

    if (result == 0)
        result = sql_each_in(store, SQL, range, take_robot, &list, fault);
    if (result == 0)
        result = read_versions(store, range, &list, fault);
    if (result == 0)
        result = gate_each_red(store, take_red, &list, fault);
    store_view_leave(store, entered);
    if (result < 0)
        robot_list_release(&list);
    else
        *ret_list = list;
    return result;
}

int robot_list_read(struct store *store, struct robot_list *ret_list, struct fault *fault)
{
    struct sql_range all = {INT64_MIN, INT64_MAX};

    return read_range(store, all, ret_list, fault);
}

int robot_list_read_one(struct store *store, int64_t robot_id, struct robot_list *ret_list,
                        struct fault *fault)
{
    struct sql_range one = {robot_id, robot_id};

    return read_range(store, one, ret_list, fault);
}

static void robot_release(struct robot *robot)
{
    size_t i;

    for (i = 0; i < robot->estimate_count; i++) {
        free(robot->estimates[i].set_by);
        free(robot->estimates[i].reason);
        free(robot->estimates[i].signed_by);
        free(robot->estimates[i].task);
        free(robot->estimates[i].method);
        free(robot->estimates[i].timings);
    }
    free(robot->estimates);
    free(robot->shares);
    free(robot->operations);
    free(robot->folder);
    free(robot->definition);
    free(robot->paused_by);
    free(robot->paused_reason);
    free(robot->plugin);
    free(robot->name);
    free(robot->slug);
}

void robot_list_release(struct robot_list *list)
{
    size_t i;

    if (list == NULL)
        return;
    for (i = 0; i < list->count; i++)
        robot_release(&list->robots[i]);
    free(list->robots);
    *list = (struct robot_list){0};
}

const struct robot *robot_list_find(const struct robot_list *list, const char *slug)
{
    size_t i;

    for (i = 0; i < list->count; i++)
        if (strcmp(list->robots[i].slug, slug) == 0)
            return &list->robots[i];
    return NULL;
}

const struct robot *robot_list_find_id(const struct robot_list *list, int64_t id)
{
    size_t i;

    for (i = 0; i < list->count; i++)
        if (list->robots[i].id == id)
            return &list->robots[i];
    return NULL;
}

int robot_find(struct store *store, const char *slug, int64_t *ret_id, struct fault *fault)
{
    static const char SQL[] = "SELECT id FROM robot WHERE slug = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sql_bind_text(statement, 1, slug);
        result = sql_step(store, statement, fault);
        if (result == 0)
            result = fault_set(fault, -ENOENT,
                               "there is no robot \"%.100s\"; `automagi robot list` shows those "
                               "there are",
                               slug);
    }
    if (result > 0) {
        *ret_id = sqlite3_column_int64(statement, 0);
        result = 0;
    }
    sql_done(statement);
    return result;
}

bool robot_operates_on(const struct robot *robot, int32_t day)
{
    size_t i;

    for (i = 0; i < robot->operation_count; i++)
        if (robot->operations[i].from_day <= day && day <= robot->operations[i].to_day)
            return true;
    return false;
}

bool robot_lacks_plugin_on(const struct robot *robot, int32_t day)
{
    return robot_operates_on(robot, day) && !robot->is_external &&
           (robot->plugin == NULL || robot->definition == NULL);
}

/* On that day or a later one. */
static bool operates_from(const struct robot *robot, int32_t day)
{
    size_t i;

    for (i = 0; i < robot->operation_count; i++)
        if (robot->operations[i].to_day >= day)
            return true;
    return false;
}

const char *robot_state_word(const struct robot *robot, int32_t today)
{
    if (robot->operation_count > 0 && !operates_from(robot, today))
        return "retired";
    if (robot->is_external)
        return "external";
    if (robot->plugin == NULL)
        return "not installed";
    if (robot->is_paused)
        return "paused";
    if (robot_operates_on(robot, today))
        return robot->red_item != 0 ? "blocked" : "active";
    if (robot->operation_count > 0 && robot->operations[0].from_day <= today)
        return "suspended";
    return "not begun";
}

const struct estimate *robot_estimate_for(const struct robot *robot, enum estimate_kind kind,
                                          int32_t day, int32_t booking)
{
    size_t i = robot->estimate_count;

    while (i > 0) {
        const struct estimate *estimate = &robot->estimates[--i];

        if (estimate->from_day <= day && estimate->booking_from <= booking &&
            estimate->kind == kind && estimate->signed_by != NULL)
            return estimate;
    }
    return NULL;
}

const struct estimate *robot_estimate_on(const struct robot *robot, int32_t day)
{
    return robot_estimate_for(robot, ESTIMATE_TASK, day, BOOKING_LATEST);
}

static bool is_of_one_version(const struct robot_share *one, const struct robot_share *other)
{
    return one->from_day == other->from_day && one->booking_from == other->booking_from;
}

size_t robot_shares_for(const struct robot *robot, int32_t day, int32_t booking,
                        const struct robot_share **ret_first)
{
    const struct robot_share *shares = robot->shares;
    size_t end = robot->share_count;
    size_t first;

    while (end > 0 && (shares[end - 1].from_day > day || shares[end - 1].booking_from > booking))
        end--;
    first = end;
    while (first > 0 && is_of_one_version(&shares[first - 1], &shares[end - 1]))
        first--;
    *ret_first = end > first ? &shares[first] : NULL;
    return end - first;
}

size_t robot_shares_on(const struct robot *robot, int32_t day, const struct robot_share **ret_first)
{
    return robot_shares_for(robot, day, BOOKING_LATEST, ret_first);
}

static int32_t year_of_day(int32_t day)
{
    int year;
    int month;
    int day_of_month;

    clock_civil(day, &year, &month, &day_of_month);
    return (int32_t)year;
}

int64_t robot_window_of(enum robot_window kind, int32_t business_day)
{
    switch (kind) {
    case WINDOW_DAY:
        return business_day;
    case WINDOW_MONTH:
        return clock_month_of_day(business_day);
    case WINDOW_YEAR:
        return year_of_day(business_day);
    case WINDOW_EVER:
        break;
    }
    return 0;
}

void robot_window_name(enum robot_window kind, int64_t window, char *target, size_t size)
{
    char day[CLOCK_DAY_TEXT];
    char month[CLOCK_MONTH_TEXT];

    switch (kind) {
    case WINDOW_DAY:
        clock_format_day((int32_t)window, day);
        (void)text_copy(target, size, day);
        return;
    case WINDOW_MONTH:
        clock_format_month((int32_t)window, month);
        (void)text_copy(target, size, month);
        return;
    case WINDOW_YEAR:
        (void)snprintf(target, size, "%04" PRId64, window);
        return;
    case WINDOW_EVER:
        break;
    }
    (void)text_copy(target, size, "ever");
}
