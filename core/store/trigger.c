/* Triggers: their words, made, removed, read. */
#include "core/store/trigger.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/line.h"
#include "core/store/sql.h"

enum { AHEAD_MS = 3600000 /* a clock is corrected by less than this */ };

static const char *const misfire_words[] = {"", "skip", "once", "all"};
static const char *const overlap_words[] = {"", "skip", "queue", "allow"};
static const char *const after_words[] = {"", "done", "failed", "either"};

void trigger_rule_init(struct trigger_rule *rule, enum trigger_kind kind)
{
    /* By member: its texts are large, and of a million rules most are empty. */
    rule->kind = kind;
    rule->at_ms = rule->threshold = 0;
    rule->after_ending = (enum trigger_after)0;
    rule->cron[0] = rule->after[0] = rule->zone[0] = rule->not_on[0] = rule->input[0] = '\0';
    rule->misfire = MISFIRE_ONCE;
    rule->misfire_limit = 10;
    rule->overlap = OVERLAP_QUEUE;
    rule->expected_minute = TRIGGER_NO_MINUTE;
}

bool trigger_rule_equal(const struct trigger_rule *a, const struct trigger_rule *b)
{
    return a->kind == b->kind && strcmp(a->cron, b->cron) == 0 && a->at_ms == b->at_ms &&
           strcmp(a->after, b->after) == 0 && a->after_ending == b->after_ending &&
           a->threshold == b->threshold && strcmp(a->zone, b->zone) == 0 &&
           strcmp(a->not_on, b->not_on) == 0 && a->misfire == b->misfire &&
           a->misfire_limit == b->misfire_limit && a->overlap == b->overlap &&
           a->expected_minute == b->expected_minute && strcmp(a->input, b->input) == 0;
}

const char *trigger_kind_word(enum trigger_kind kind)
{
    static const char *const words[] = {"", "cron", "once", "after", "depth", "age"};

    return kind >= TRIGGER_CRON && kind <= TRIGGER_AGE ? words[kind] : "?";
}

const char *trigger_misfire_word(enum trigger_misfire misfire)
{
    return misfire >= MISFIRE_SKIP && misfire <= MISFIRE_ALL ? misfire_words[misfire] : "?";
}

const char *trigger_overlap_word(enum trigger_overlap overlap)
{
    return overlap >= OVERLAP_SKIP && overlap <= OVERLAP_ALLOW ? overlap_words[overlap] : "?";
}

const char *trigger_after_word(enum trigger_after after)
{
    return after >= AFTER_DONE && after <= AFTER_EITHER ? after_words[after] : "?";
}

/* 1-3, or 0. */
static int word_number(const char *const words[4], const char *word)
{
    int i;

    for (i = 1; i < 4; i++) {
        if (strcmp(words[i], word) == 0)
            return i;
    }
    return 0;
}

bool trigger_misfire_of(const char *word, enum trigger_misfire *ret_misfire)
{
    int number = word_number(misfire_words, word);

    if (number != 0)
        *ret_misfire = (enum trigger_misfire)number;
    return number != 0;
}

bool trigger_overlap_of(const char *word, enum trigger_overlap *ret_overlap)
{
    int number = word_number(overlap_words, word);

    if (number != 0)
        *ret_overlap = (enum trigger_overlap)number;
    return number != 0;
}

bool trigger_after_of(const char *word, enum trigger_after *ret_after)
{
    int number = word_number(after_words, word);

    if (number != 0)
        *ret_after = (enum trigger_after)number;
    return number != 0;
}

#define TRIGGER_COLUMNS                                                                            \
    "SELECT t.id, t.robot_id, t.kind, t.cron, t.at_ms, t.after_robot_id, t.after_ending, "         \
    "t.threshold, t.zone, t.not_on, t.misfire, t.misfire_limit, t.overlap, t.expected_minute, "    \
    "t.input, t.is_added, t.made_by, t.since_ms, "                                                 \
    "(SELECT max(nominal_ms) FROM fire WHERE trigger_id = t.id) FROM trigger t "

/* `rule` was cleared: texts that are NULL stay "". */
static void read_rule(sqlite3_stmt *row, struct trigger_rule *rule)
{
    trigger_rule_init(rule, (enum trigger_kind)sqlite3_column_int(row, 2));
    (void)text_copy(rule->cron, sizeof(rule->cron), sql_text(row, 3));
    rule->at_ms = sqlite3_column_int64(row, 4);
    rule->after_ending = (enum trigger_after)sqlite3_column_int(row, 6);
    rule->threshold = sqlite3_column_int64(row, 7);
    (void)text_copy(rule->zone, sizeof(rule->zone), sql_text(row, 8));
    (void)text_copy(rule->not_on, sizeof(rule->not_on), sql_text(row, 9));
    rule->misfire = (enum trigger_misfire)sqlite3_column_int(row, 10);
    rule->misfire_limit = sqlite3_column_int(row, 11);
    rule->overlap = (enum trigger_overlap)sqlite3_column_int(row, 12);
    if (sqlite3_column_type(row, 13) != SQLITE_NULL)
        rule->expected_minute = sqlite3_column_int(row, 13);
    (void)text_copy(rule->input, sizeof(rule->input), sql_text(row, 14));
}

static int read_after(struct store *store, int64_t robot_id, struct trigger_rule *rule,
                      struct fault *fault)
{
    static const char SQL[] = "SELECT slug FROM robot WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        (void)text_copy(rule->after, sizeof(rule->after), sql_text(statement, 0));
    sql_done(statement);
    return result < 0 ? result : 0;
}

/* Only of triggers that have fired: of a million that have not, each look-up would cost. */
static int read_fires(struct store *store, struct trigger *trigger, struct fault *fault)
{
    static const char SQL[] =
        "SELECT (SELECT max(nominal_ms) FROM fire WHERE trigger_id = ?2 AND nominal_ms <= ?1 AND "
        "(skipped IS NULL OR skipped NOT GLOB '" FIRE_MISSED "*')), "
        "(SELECT max(nominal_ms) FROM fire WHERE trigger_id = ?2 AND nominal_ms > ?1)";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, clock_now_ms() + AHEAD_MS);
        sqlite3_bind_int64(statement, 2, trigger->id);
        result = sql_step(store, statement, fault);
    }
    if (result > 0) {
        trigger->last_nominal_ms = sqlite3_column_int64(statement, 0);
        trigger->ahead_ms = sqlite3_column_int64(statement, 1);
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}

static int read_trigger(struct store *store, sqlite3_stmt *row, struct trigger *trigger,
                        struct fault *fault)
{
    int result = 0;

    trigger->id = sqlite3_column_int64(row, 0);
    trigger->robot_id = sqlite3_column_int64(row, 1);
    read_rule(row, &trigger->rule);
    trigger->is_added = sqlite3_column_int(row, 15) != 0;
    (void)text_copy(trigger->made_by, sizeof(trigger->made_by), sql_text(row, 16));
    trigger->since_ms = sqlite3_column_int64(row, 17);
    trigger->last_nominal_ms = trigger->ahead_ms = 0;
    if (trigger->rule.kind == TRIGGER_AFTER)
        result = read_after(store, sqlite3_column_int64(row, 5), &trigger->rule, fault);
    if (result == 0 && sqlite3_column_type(row, 18) != SQLITE_NULL)
        result = read_fires(store, trigger, fault);
    return result;
}

static int each(struct store *store, const char *sql, int64_t robot_id,
                trigger_each_callback *callback, void *context, struct fault *fault)
{
    sqlite3_stmt *statement = NULL;
    struct trigger trigger;
    int result = sql_use(store, sql, &statement, fault);

    if (result < 0)
        return result;
    if (robot_id != 0)
        sqlite3_bind_int64(statement, 1, robot_id);
    while ((result = sql_step(store, statement, fault)) > 0) {
        result = read_trigger(store, statement, &trigger, fault);
        if (result == 0)
            result = callback(&trigger, context);
        if (result != 0)
            break;
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}

int trigger_each(struct store *store, int64_t robot_id, trigger_each_callback *callback,
                 void *context, struct fault *fault)
{
    static const char ALL[] = TRIGGER_COLUMNS "ORDER BY t.id";
    static const char OF_ROBOT[] = TRIGGER_COLUMNS "WHERE t.robot_id = ?1 ORDER BY t.id";

    return each(store, robot_id == 0 ? ALL : OF_ROBOT, robot_id, callback, context, fault);
}

int trigger_each_after(struct store *store, int64_t robot_id, trigger_each_callback *callback,
                       void *context, struct fault *fault)
{
    static const char SQL[] = TRIGGER_COLUMNS "WHERE t.after_robot_id = ?1 ORDER BY t.id";

    return each(store, SQL, robot_id, callback, context, fault);
}

static int refuse_unknown(int64_t id, struct fault *fault)
{
    return fault_set(fault, -ENOENT,
                     "there is no trigger %" PRId64 "; `automagi trigger list` shows those there "
                     "are",
                     id);
}

int trigger_read(struct store *store, int64_t id, struct trigger *ret_trigger, struct fault *fault)
{
    static const char SQL[] = TRIGGER_COLUMNS "WHERE t.id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, id);
        result = sql_step(store, statement, fault);
        if (result > 0)
            result = read_trigger(store, statement, ret_trigger, fault);
        else if (result == 0)
            result = refuse_unknown(id, fault);
    }
    sql_done(statement);
    return result;
}

static void bind_rule(sqlite3_stmt *statement, const struct trigger_rule *rule, int64_t after_id)
{
    sqlite3_bind_int(statement, 2, (int)rule->kind);
    if (rule->kind == TRIGGER_CRON)
        sql_bind_text(statement, 3, rule->cron);
    if (rule->kind == TRIGGER_ONCE)
        sqlite3_bind_int64(statement, 4, rule->at_ms);
    if (rule->kind == TRIGGER_AFTER) {
        sqlite3_bind_int64(statement, 5, after_id);
        sqlite3_bind_int(statement, 6, (int)rule->after_ending);
    }
    if (rule->kind == TRIGGER_DEPTH || rule->kind == TRIGGER_AGE)
        sqlite3_bind_int64(statement, 7, rule->threshold);
    sql_bind_text(statement, 8, rule->zone[0] != '\0' ? rule->zone : NULL);
    sql_bind_text(statement, 9, rule->not_on[0] != '\0' ? rule->not_on : NULL);
    sqlite3_bind_int(statement, 10, (int)rule->misfire);
    sqlite3_bind_int(statement, 11, rule->misfire_limit);
    sqlite3_bind_int(statement, 12, (int)rule->overlap);
    if (rule->expected_minute != TRIGGER_NO_MINUTE)
        sqlite3_bind_int(statement, 13, rule->expected_minute);
    sql_bind_text(statement, 14, rule->input[0] != '\0' ? rule->input : NULL);
}

/* Fires are kept by trigger, and the loop may hold one that is gone by now: a number is never given
 * again, or the new trigger's times would be, or seem to have been, the old one's. */
static int insert(struct store *store, int64_t robot_id, const struct trigger_rule *rule,
                  const struct trigger_origin *origin, int64_t after_id, struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO trigger(robot_id, kind, cron, at_ms, after_robot_id, after_ending, "
        "threshold, zone, not_on, misfire, misfire_limit, overlap, expected_minute, input, "
        "is_added, made_by, since_ms) VALUES("
        "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";
    char made_by[LINE_BYTES_MAX + 1];
    sqlite3_stmt *statement = NULL;
    int result = line_take_name("who makes a trigger", origin->made_by, made_by, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, robot_id);
        bind_rule(statement, rule, after_id);
        sqlite3_bind_int(statement, 15, origin->is_added);
        sql_bind_text(statement, 16, made_by);
        sqlite3_bind_int64(statement, 17, origin->now_ms);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

struct own_triggers {
    const struct trigger_rule *rule;
    int64_t same; /* one that is equal, 0 none */
    size_t count;
};

static int look_at_own(const struct trigger *trigger, void *context)
{
    struct own_triggers *own = context;

    own->count++;
    if (trigger_rule_equal(&trigger->rule, own->rule))
        own->same = trigger->id;
    return 0;
}

/* The end of one run starts them all, in its transaction. */
static int check_followers(struct store *store, int64_t after_id, const char *after,
                           struct fault *fault)
{
    static const char SQL[] = "SELECT count(*) FROM trigger WHERE after_robot_id = ?1";
    sqlite3_stmt *statement = NULL;
    int64_t count = 0;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, after_id);
        result = sql_step(store, statement, fault);
    }
    if (result > 0)
        count = sqlite3_column_int64(statement, 0);
    sql_done(statement);
    if (result >= 0 && count >= TRIGGER_FOLLOWERS_MOST)
        return fault_set(fault, -E2BIG,
                         "%d triggers start after %s, which is the most: let some start after one "
                         "of those robots",
                         TRIGGER_FOLLOWERS_MOST, after);
    return result < 0 ? result : 0;
}

int trigger_add(struct store *store, int64_t robot_id, const struct trigger_rule *rule,
                const struct trigger_origin *origin, int64_t *ret_id, struct fault *fault)
{
    struct own_triggers own = {rule, 0, 0};
    int64_t after_id = 0;
    int result = trigger_each(store, robot_id, look_at_own, &own, fault);

    if (result == 0 && own.same != 0)
        return fault_set(fault, -EEXIST,
                         "the robot has this trigger already: it is number %" PRId64, own.same);
    if (result == 0 && own.count >= TRIGGERS_MOST)
        return fault_set(fault, -E2BIG, "the robot has %d triggers, which is the most: remove one",
                         TRIGGERS_MOST);
    if (result == 0 && rule->kind == TRIGGER_AFTER)
        result = robot_find(store, rule->after, &after_id, fault);
    if (result == 0 && rule->kind == TRIGGER_AFTER)
        result = check_followers(store, after_id, rule->after, fault);
    if (result == 0)
        result = insert(store, robot_id, rule, origin, after_id, fault);
    if (result == 0)
        *ret_id = sqlite3_last_insert_rowid(store->db);
    return result;
}

int trigger_change(struct store *store, int64_t id, const struct trigger_rule *rule,
                   struct fault *fault)
{
    static const char SQL[] =
        "UPDATE trigger SET kind = ?2, cron = ?3, at_ms = ?4, after_robot_id = ?5, after_ending = "
        "?6, threshold = ?7, zone = ?8, not_on = ?9, misfire = ?10, misfire_limit = ?11, overlap = "
        "?12, expected_minute = ?13, input = ?14 WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, id);
        bind_rule(statement, rule, 0);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result == 0 && sql_changes(store) == 0 ? refuse_unknown(id, fault) : result;
}

int trigger_right_clock(struct store *store, int64_t now_ms, struct fault *fault)
{
    static const char SQL[] = "UPDATE trigger SET since_ms = ?1 WHERE kind = 1 AND since_ms > ?1 "
                              "AND (SELECT created_ms FROM store) <= ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, now_ms);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

int trigger_remove(struct store *store, int64_t id, struct fault *fault)
{
    static const char SQL[] = "DELETE FROM trigger WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, id);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result == 0 && sql_changes(store) == 0 ? refuse_unknown(id, fault) : result;
}
