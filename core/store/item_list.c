/* The queue, as it is shown. */
#include "core/store/item.h"

#include <errno.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/batch.h"
#include "core/store/sql.h"

/* The table `lease` by item. */
#define LEASED                                                                                     \
    "WITH leased(item_id, run_id) AS MATERIALIZED "                                                \
    "(SELECT j.value, l.run_id FROM lease l CROSS JOIN json_each(l.items) j) "

static void read_record(sqlite3_stmt *row, struct item_record *item)
{
    bool is_leased = sqlite3_column_type(row, 7) != SQLITE_NULL;

    item->id = sqlite3_column_int64(row, 0);
    item->robot_id = sqlite3_column_int64(row, 1);
    (void)text_copy(item->robot, sizeof item->robot, sql_text(row, 2));
    item->state = is_leased ? ITEM_LEASED : (enum item_state)sqlite3_column_int(row, 3);
    item->priority = sqlite3_column_int(row, 4);
    item->business_day = sqlite3_column_int(row, 5);
    item->attempts = (uint32_t)sqlite3_column_int64(row, 6) + is_leased;
    item->run_id = sqlite3_column_int64(row, 7);
    item->due_ms = sqlite3_column_int64(row, 8);
    item->created_ms = sqlite3_column_int64(row, 9);
    item->changed_ms = sqlite3_column_int64(row, 10);
    (void)text_copy(item->masked, sizeof item->masked, sql_text(row, 11));
    (void)text_copy(item->note, sizeof item->note, sql_text(row, 12));
    item->deadline_ms = sqlite3_column_int64(row, 13);
    item->lost_runs = (uint32_t)sqlite3_column_int64(row, 14);
    item->is_quarantined = sqlite3_column_int(row, 15) != 0;
}

const char *item_record_word(const struct item_record *item)
{
    return item->is_quarantined ? "quarantined" : item_state_word(item->state);
}

static void bind_filter(sqlite3_stmt *statement, const struct item_filter *filter)
{
    sqlite3_bind_int64(statement, 1, filter->robot_id);
    sqlite3_bind_int(statement, 2, filter->state);
    if (filter->is_overdue)
        sqlite3_bind_int64(statement, 4, filter->now_ms);
    sqlite3_bind_int(statement, 5, filter->has_payload);
    sql_bind_text(statement, 6, filter->note_contains);
    if (filter->not_due_ms != 0)
        sqlite3_bind_int64(statement, 7, filter->not_due_ms);
    if (filter->is_for_retry)
        sqlite3_bind_int64(statement, 8, filter->now_ms);
}

int item_each(struct store *store, const struct item_filter *filter, int64_t limit,
              item_each_callback *callback, void *context, struct fault *fault)
{
    static const char SQL[] =
        LEASED "SELECT i.id, i.robot_id, r.slug, i.state, i.priority, i.business_day, i.attempts, "
               "l.run_id, i.due_ms, i.created_ms, i.changed_ms, i.masked, i.note, i.deadline_ms, "
               "i.lost_runs, i.quarantined FROM item i JOIN robot r ON r.id = i.robot_id "
               "LEFT JOIN leased l ON i.state = 0 AND l.item_id = i.id "
               "WHERE (?1 = 0 OR i.robot_id = ?1) AND CASE ?2 "
               "WHEN -2 THEN i.quarantined WHEN -1 THEN i.state IN (0, 2, 3) "
               "WHEN 0 THEN i.state = 0 AND l.run_id IS NULL "
               "WHEN 1 THEN l.run_id IS NOT NULL ELSE i.state = ?2 END "
               "AND (?4 IS NULL OR i.state <= 3 AND i.deadline_ms < ?4) "
               "AND (?5 = 0 OR i.sealed IS NOT NULL) "
               "AND (?6 IS NULL OR instr(lower(i.note), lower(?6)) > 0) "
               "AND (?7 IS NULL OR i.due_ms IS NOT ?7) "
               "AND (?8 IS NULL OR i.state <> 2 OR i.due_ms > ?8 OR i.attempts > 0 "
               "OR i.lost_runs > 0 OR i.uncertain >= 3) "
               "ORDER BY i.state <> 3, i.priority DESC, -i.deadline_ms DESC, i.id LIMIT ?3";
    sqlite3_stmt *statement = NULL;
    struct item_record item;
    int result = batch_settle(store, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result < 0)
        return result;
    bind_filter(statement, filter);
    sqlite3_bind_int64(statement, 3, limit);
    while ((result = sql_step(store, statement, fault)) > 0) {
        read_record(statement, &item);
        result = callback(&item, context);
        if (result != 0)
            break;
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}

int item_robot_id(struct store *store, int64_t item_id, int64_t *ret_robot_id, struct fault *fault)
{
    static const char SQL[] = "SELECT robot_id FROM item WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, item_id);
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        *ret_robot_id = sqlite3_column_int64(statement, 0);
    else if (result == 0)
        result = fault_set(fault, -ENOENT, "there is no item %lld", (long long)item_id);
    sql_done(statement);
    return result < 0 ? result : 0;
}

int item_outlook(struct store *store, int64_t robot_id, int64_t now_ms,
                 struct item_outlook *ret_outlook, struct fault *fault)
{
    static const char SQL[] =
        "SELECT (SELECT count(*) FROM item WHERE robot_id = ?1 AND state = 0), "
        "(SELECT count(*) FROM lease l CROSS JOIN json_each(l.items) j CROSS JOIN item i "
        "WHERE l.robot_id = ?1 AND i.id = j.value AND i.state = 0), "
        "(SELECT count(*) FROM item WHERE robot_id = ?1 AND state = 2), "
        "(SELECT count(*) FROM item WHERE robot_id = ?1 AND state = 3), "
        "(SELECT count(*) FROM item WHERE robot_id = ?1 AND state = 3 AND quarantined), "
        "(SELECT min(deadline_ms) FROM item "
        "WHERE robot_id = ?1 AND deadline_ms IS NOT NULL AND state <= 3 AND deadline_ms >= ?2), "
        "(SELECT count(*) FROM item "
        "WHERE robot_id = ?1 AND deadline_ms IS NOT NULL AND state <= 3 AND deadline_ms < ?2)";
    sqlite3_stmt *statement = NULL;
    int result = batch_settle(store, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result < 0)
        return result;
    sqlite3_bind_int64(statement, 1, robot_id);
    sqlite3_bind_int64(statement, 2, now_ms);
    result = sql_step(store, statement, fault);
    if (result > 0) {
        *ret_outlook = (struct item_outlook){
            .ready = sqlite3_column_int64(statement, 0) - sqlite3_column_int64(statement, 1),
            .leased = sqlite3_column_int64(statement, 1),
            .deferred = sqlite3_column_int64(statement, 2),
            .waiting = sqlite3_column_int64(statement, 3),
            .quarantined = sqlite3_column_int64(statement, 4),
            .next_deadline_ms = sqlite3_column_int64(statement, 5),
            .overdue = sqlite3_column_int64(statement, 6),
        };
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}

int item_next_due(struct store *store, int64_t robot_id, int64_t *ret_due_ms, struct fault *fault)
{
    static const char SQL[] = "SELECT min(due_ms) FROM item WHERE robot_id = ?1 AND state = 2";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        *ret_due_ms = sqlite3_column_int64(statement, 0);
    sql_done(statement);
    return result < 0 ? result : 0;
}

/* Ready ones are counted in their index, which is in the order of robots. */
int item_count_each(struct store *store, item_count_callback *callback, void *context,
                    struct fault *fault)
{
    static const char SQL[] =
        LEASED ", held(robot_id, count) AS MATERIALIZED "
               "(SELECT i.robot_id, count(*) FROM leased l CROSS JOIN item i "
               "WHERE i.id = l.item_id AND i.state = 0 GROUP BY 1) "
               "SELECT robot_id, 0, count - coalesce((SELECT count FROM held h "
               "WHERE h.robot_id = ready.robot_id), 0) AS left FROM "
               "(SELECT robot_id, count(*) AS count FROM item WHERE state = 0 GROUP BY robot_id) "
               "AS ready WHERE left > 0 "
               "UNION ALL SELECT robot_id, 1, count FROM held "
               "UNION ALL SELECT robot_id, state, count(*) FROM item WHERE state <> 0 "
               "GROUP BY robot_id, state ORDER BY 1, 2";
    sqlite3_stmt *statement = NULL;
    int result = batch_settle(store, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result < 0)
        return result;
    while ((result = sql_step(store, statement, fault)) > 0) {
        result = callback(sqlite3_column_int64(statement, 0),
                          (enum item_state)sqlite3_column_int(statement, 1),
                          sqlite3_column_int64(statement, 2), context);
        if (result != 0)
            break;
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}
