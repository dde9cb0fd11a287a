#include "core/store/budget.h"

#include <errno.h>
#include <inttypes.h>

#include "core/base/fault.h"
#include "core/store/line.h"
#include "core/store/sql.h"

int budget_version_each(struct store *store, budget_version_callback *callback, void *context,
                        struct fault *fault)
{
    static const char SQL[] =
        "SELECT b.department_id, b.year, b.from_day, b.kroner, b.set_by, b.reason, b.set_ms FROM "
        "budget b JOIN department d ON d.id = b.department_id ORDER BY b.year, d.position, d.id, "
        "b.from_day";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    while (result == 0 && (result = sql_step(store, statement, fault)) > 0) {
        struct budget_version version = {
            .department_id = sqlite3_column_int64(statement, 0),
            .year = sqlite3_column_int(statement, 1),
            .from_day = sqlite3_column_int(statement, 2),
            .kroner = sqlite3_column_int64(statement, 3),
            .set_by = sql_text(statement, 4),
            .reason = sql_text(statement, 5),
            .set_ms = sqlite3_column_int64(statement, 6),
        };

        result = callback(&version, context);
        if (result != 0)
            break;
    }
    sql_done(statement);
    return result;
}

int budget_reduction_each(struct store *store, budget_reduction_callback *callback, void *context,
                          struct fault *fault)
{
    static const char SQL[] = "SELECT id, department_id, robot_id, year, kroner, decided_day, "
                              "document, by_whom, at_ms FROM budget_reduction ORDER BY id";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    while (result == 0 && (result = sql_step(store, statement, fault)) > 0) {
        struct budget_reduction reduction = {
            .id = sqlite3_column_int64(statement, 0),
            .department_id = sqlite3_column_int64(statement, 1),
            .robot_id = sqlite3_column_int64(statement, 2),
            .year = sqlite3_column_int(statement, 3),
            .kroner = sqlite3_column_int64(statement, 4),
            .decided_day = sqlite3_column_int(statement, 5),
            .document = sql_text(statement, 6),
            .by_whom = sql_text(statement, 7),
            .at_ms = sqlite3_column_int64(statement, 8),
        };

        result = callback(&reduction, context);
        if (result != 0)
            break;
    }
    sql_done(statement);
    return result;
}

struct lines {
    char about[LINE_BYTES_MAX + 1]; /* document or reason */
    char by_whom[LINE_BYTES_MAX + 1];
};

static int check_kroner(const char *what, int64_t kroner, struct fault *fault)
{
    if (kroner != 0 && kroner >= -BUDGET_KRONER_MOST && kroner <= BUDGET_KRONER_MOST)
        return 0;
    return fault_set(fault, -EINVAL,
                     "%s: expected kroner other than 0 and at most %" PRId64 ", either sign", what,
                     BUDGET_KRONER_MOST);
}

struct summing {
    const struct budget_reduction *wanted;
    int64_t sum;
};

static int sum_alike(const struct budget_reduction *reduction, void *context)
{
    struct summing *summing = context;

    if (reduction->department_id == summing->wanted->department_id &&
        reduction->robot_id == summing->wanted->robot_id &&
        reduction->year == summing->wanted->year)
        summing->sum += reduction->kroner;
    return 0;
}

static int check_reduction(struct store *store, const struct budget_reduction *reduction,
                           struct lines *ret_lines, struct fault *fault)
{
    struct summing summing = {.wanted = reduction};
    int result = check_kroner("the budget reduction", reduction->kroner, fault);

    if (result == 0)
        result =
            line_take("the document of the decision", reduction->document, ret_lines->about, fault);
    if (result == 0)
        result = line_take_name("who enters the reduction", reduction->by_whom, ret_lines->by_whom,
                                fault);
    if (result == 0)
        result = budget_reduction_each(store, sum_alike, &summing, fault);
    if (result == 0 && summing.sum + reduction->kroner < 0)
        result =
            fault_set(fault, -EINVAL,
                      "the budget reductions of %d are %" PRId64 " kroner here: no more can be "
                      "taken back; `automagi budget realised` shows them",
                      (int)reduction->year, summing.sum);
    return result;
}

int budget_reduction_add(struct store *store, const struct budget_reduction *reduction,
                         int64_t *ret_id, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO budget_reduction(department_id, robot_id, year, kroner, decided_day, "
        "document, by_whom, at_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING id";
    sqlite3_stmt *statement = NULL;
    struct lines lines;
    int result = check_reduction(store, reduction, &lines, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, reduction->department_id);
        if (reduction->robot_id != 0)
            sqlite3_bind_int64(statement, 2, reduction->robot_id);
        sqlite3_bind_int(statement, 3, reduction->year);
        sqlite3_bind_int64(statement, 4, reduction->kroner);
        sqlite3_bind_int(statement, 5, reduction->decided_day);
        sql_bind_text(statement, 6, lines.about);
        sql_bind_text(statement, 7, lines.by_whom);
        sqlite3_bind_int64(statement, 8, reduction->at_ms);
        result = sql_step_number(store, statement, ret_id, fault);
    }
    sql_done(statement);
    return result;
}

int pool_entry_each(struct store *store, pool_entry_callback *callback, void *context,
                    struct fault *fault)
{
    static const char SQL[] = "SELECT id, year, department_id, kroner, reason, by_whom, at_ms "
                              "FROM pool_entry ORDER BY id";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    while (result == 0 && (result = sql_step(store, statement, fault)) > 0) {
        struct pool_entry entry = {
            .id = sqlite3_column_int64(statement, 0),
            .year = sqlite3_column_int(statement, 1),
            .department_id = sqlite3_column_int64(statement, 2),
            .kroner = sqlite3_column_int64(statement, 3),
            .reason = sql_text(statement, 4),
            .by_whom = sql_text(statement, 5),
            .at_ms = sqlite3_column_int64(statement, 6),
        };

        result = callback(&entry, context);
        if (result != 0)
            break;
    }
    sql_done(statement);
    return result;
}

struct account {
    int32_t year;
    int64_t sum;
    int64_t spent; /* of the year */
};

static int sum_pool(const struct pool_entry *entry, void *context)
{
    struct account *account = context;

    account->sum += entry->kroner;
    if (entry->department_id == 0 && entry->year == account->year)
        account->spent -= entry->kroner;
    return 0;
}

static int check_entry(struct store *store, const struct pool_entry *entry, struct lines *ret_lines,
                       struct fault *fault)
{
    struct account account = {.year = entry->year};
    int result = check_kroner("the pool", entry->kroner, fault);

    if (result == 0)
        result = line_take("the pool's reason", entry->reason, ret_lines->about, fault);
    if (result == 0)
        result =
            line_take_name("who enters it in the pool", entry->by_whom, ret_lines->by_whom, fault);
    if (result == 0)
        result = pool_entry_each(store, sum_pool, &account, fault);
    if (result == 0 && entry->kroner < 0 && account.sum + entry->kroner < 0)
        result = fault_set(fault, -EINVAL,
                           "the common pool has %" PRId64 " kroner, not %" PRId64
                           "; `automagi pool list` shows its account",
                           account.sum, -entry->kroner);
    if (result == 0 && entry->department_id == 0 && entry->kroner > account.spent)
        result = fault_set(fault, -EINVAL,
                           "%" PRId64 " kroner were paid out of the common pool of %" PRId32
                           ": no more can be given back; `automagi pool list` shows its account",
                           account.spent, entry->year);
    return result;
}

int pool_entry_add(struct store *store, const struct pool_entry *entry, int64_t *ret_id,
                   struct fault *fault)
{
    static const char SQL[] = "INSERT INTO pool_entry(year, department_id, kroner, reason, "
                              "by_whom, at_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6) RETURNING id";
    sqlite3_stmt *statement = NULL;
    struct lines lines;
    int result = check_entry(store, entry, &lines, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int(statement, 1, entry->year);
        if (entry->department_id != 0)
            sqlite3_bind_int64(statement, 2, entry->department_id);
        sqlite3_bind_int64(statement, 3, entry->kroner);
        sql_bind_text(statement, 4, lines.about);
        sql_bind_text(statement, 5, lines.by_whom);
        sqlite3_bind_int64(statement, 6, entry->at_ms);
        result = sql_step_number(store, statement, ret_id, fault);
    }
    sql_done(statement);
    return result;
}
