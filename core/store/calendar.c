/* Calendars and their closed days. */
#include "core/store/calendar.h"

#include <errno.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/line.h"
#include "core/store/sql.h"

int calendar_each(struct store *store, calendar_each_callback *callback, void *context,
                  struct fault *fault)
{
    /* Few calendars, few triggers: names are looked for in the lists as text. */
    static const char SQL[] =
        "SELECT id, slug, name, source, changed_ms, "
        "(SELECT count(*) FROM calendar_day WHERE calendar_id = calendar.id), "
        "(SELECT count(*) FROM trigger WHERE not_on IS NOT NULL AND "
        "instr(',' || not_on || ',', ',' || slug || ',') > 0) FROM calendar ORDER BY slug";
    struct calendar calendar;
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result < 0)
        return result;
    while ((result = sql_step(store, statement, fault)) > 0) {
        calendar.id = sqlite3_column_int64(statement, 0);
        (void)text_copy(calendar.slug, sizeof(calendar.slug), sql_text(statement, 1));
        (void)text_copy(calendar.name, sizeof(calendar.name), sql_text(statement, 2));
        (void)text_copy(calendar.source, sizeof(calendar.source), sql_text(statement, 3));
        calendar.changed_ms = sqlite3_column_int64(statement, 4);
        calendar.days = sqlite3_column_int64(statement, 5);
        calendar.triggers = sqlite3_column_int64(statement, 6);
        result = callback(&calendar, context);
        if (result != 0)
            break;
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}

int calendar_find(struct store *store, const char *slug, int64_t *ret_id, struct fault *fault)
{
    static const char SQL[] = "SELECT id FROM calendar WHERE slug = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sql_bind_text(statement, 1, slug);
        result = sql_step(store, statement, fault);
        if (result > 0)
            *ret_id = sqlite3_column_int64(statement, 0);
        else if (result == 0)
            result = fault_set(fault, -ENOENT,
                               "there is no calendar \"%.64s\"; `automagi calendar list` shows "
                               "those there are",
                               slug);
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}

int calendar_span_each(struct store *store, int64_t id, calendar_span_callback *callback,
                       void *context, struct fault *fault)
{
    static const char SQL[] = "SELECT calendar_id, from_day, to_day, name FROM calendar_day "
                              "WHERE ?1 = 0 OR calendar_id = ?1 ORDER BY calendar_id, from_day, "
                              "to_day";
    struct calendar_span span;
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result < 0)
        return result;
    sqlite3_bind_int64(statement, 1, id);
    while ((result = sql_step(store, statement, fault)) > 0) {
        span.from_day = sqlite3_column_int(statement, 1);
        span.to_day = sqlite3_column_int(statement, 2);
        span.name = sql_text(statement, 3);
        result = callback(sqlite3_column_int64(statement, 0), &span, context);
        if (result != 0)
            break;
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}

int calendar_put(struct store *store, const char *slug, const char *name, const char *source,
                 int64_t now_ms, int64_t *ret_id, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO calendar(slug, name, source, changed_ms) VALUES(?1, ?2, ?3, ?4) "
        "ON CONFLICT(slug) DO UPDATE SET name = excluded.name, source = excluded.source, "
        "changed_ms = excluded.changed_ms";
    sqlite3_stmt *statement = NULL;
    int result = line_check("the calendar's name", name, fault);

    if (result == 0)
        result = line_check("where the calendar is from", source, fault);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sql_bind_text(statement, 1, slug);
        sql_bind_text(statement, 2, name);
        sql_bind_text(statement, 3, source);
        sqlite3_bind_int64(statement, 4, now_ms);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result == 0 ? calendar_find(store, slug, ret_id, fault) : result;
}

static int count_spans(struct store *store, int64_t id, int64_t *ret_count, struct fault *fault)
{
    static const char SQL[] = "SELECT count(*) FROM calendar_day WHERE calendar_id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, id);
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        *ret_count = sqlite3_column_int64(statement, 0);
    sql_done(statement);
    return result < 0 ? result : 0;
}

int calendar_spans_add(struct store *store, int64_t id, const struct calendar_span *spans,
                       size_t count, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO calendar_day(calendar_id, from_day, to_day, name) VALUES(?1, ?2, ?3, ?4) "
        "ON CONFLICT(calendar_id, from_day, to_day) DO UPDATE SET name = excluded.name";
    sqlite3_stmt *statement = NULL;
    int64_t there = 0;
    size_t i;
    int result = 0;

    for (i = 0; i < count && result == 0; i++) {
        result = line_check("the name of a closed day", spans[i].name, fault);
        if (result == 0)
            result = sql_use(store, SQL, &statement, fault);
        if (result < 0)
            break;
        sqlite3_bind_int64(statement, 1, id);
        sqlite3_bind_int(statement, 2, spans[i].from_day);
        sqlite3_bind_int(statement, 3, spans[i].to_day);
        sql_bind_text(statement, 4, spans[i].name);
        result = sql_run(store, statement, fault);
        sql_done(statement);
    }
    if (result == 0)
        result = count_spans(store, id, &there, fault);
    if (result == 0 && there > CALENDAR_SPANS_MOST)
        result = fault_set(fault, -E2BIG,
                           "the calendar would have %lld entries of closed days; %d is the most",
                           (long long)there, CALENDAR_SPANS_MOST);
    return result;
}

int calendar_spans_clear(struct store *store, int64_t id, struct fault *fault)
{
    static const char SQL[] = "DELETE FROM calendar_day WHERE calendar_id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, id);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

static int refuse_used(struct store *store, int64_t id, struct fault *fault)
{
    static const char SQL[] =
        "SELECT t.id, r.slug FROM calendar c JOIN trigger t ON t.not_on IS NOT NULL AND "
        "instr(',' || t.not_on || ',', ',' || c.slug || ',') > 0 "
        "JOIN robot r ON r.id = t.robot_id WHERE c.id = ?1 LIMIT 1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, id);
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        result =
            fault_set(fault, -EBUSY,
                      "trigger %lld of %s does not fire on its days: remove that trigger first",
                      (long long)sqlite3_column_int64(statement, 0), sql_text(statement, 1));
    sql_done(statement);
    return result;
}

int calendar_remove(struct store *store, int64_t id, struct fault *fault)
{
    static const char SQL[] = "DELETE FROM calendar WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = refuse_used(store, id, fault);

    if (result == 0)
        result = calendar_spans_clear(store, id, fault);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, id);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}
