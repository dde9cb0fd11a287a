/* The gate beside the points: what must be in order before a robot starts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/store/line.h"
#include "core/store/scorecard.h"
#include "core/store/sql.h"

static const char *const item_words[GATE_ITEMS + 1] = {
    [GATE_LEGAL_BASIS] = "legal-basis",
    [GATE_DPIA] = "dpia",
    [GATE_AUTOMATED_DECISION] = "automated-decision",
    [GATE_PROCESSING_AGREEMENT] = "processing-agreement",
    [GATE_SUPPLIER_CONSENT] = "supplier-consent",
    [GATE_ARCHIVE_DUTY] = "archive-duty",
};

const char *gate_item_word(enum gate_item item)
{
    return item >= GATE_LEGAL_BASIS && item <= GATE_ARCHIVE_DUTY ? item_words[item] : "?";
}

enum gate_item gate_item_of(const char *word)
{
    int item;

    for (item = GATE_LEGAL_BASIS; item <= GATE_ARCHIVE_DUTY; item++)
        if (strcmp(item_words[item], word) == 0)
            return (enum gate_item)item;
    return (enum gate_item)0;
}

const char *gate_state_word(enum gate_state state)
{
    switch (state) {
    case GATE_GREEN:
        return "green";
    case GATE_RED:
        return "red";
    case GATE_NOT_RELEVANT:
        return "not-relevant";
    }
    return "open";
}

/* ---- reading ---- */

static int take_entry(struct gate *gate, sqlite3_stmt *row, struct fault *fault)
{
    int item = sqlite3_column_int(row, 0);
    struct gate_entry *entry;
    int result = 0;

    if (item < GATE_LEGAL_BASIS || item > GATE_ARCHIVE_DUTY)
        return 0; /* the schema allows none */
    entry = &gate->items[item - 1];
    entry->state = (enum gate_state)sqlite3_column_int(row, 1);
    entry->note = sql_copy(row, 2, &result);
    entry->by_whom = sql_copy(row, 3, &result);
    entry->at_ms = sqlite3_column_int64(row, 4);
    return result < 0 ? fault_no_memory(fault) : 0;
}

int gate_read(struct store *store, const struct gate_subject *subject, int64_t at_ms,
              struct gate *ret_gate, struct fault *fault)
{
    static const char OF_ROBOT[] =
        "SELECT item, state, note, by_whom, at_ms FROM gate WHERE id IN (SELECT max(id) FROM gate "
        "WHERE robot_id = ?1 AND at_ms <= ?2 GROUP BY item)";
    static const char OF_IDEA[] =
        "SELECT item, state, note, by_whom, at_ms FROM gate WHERE id IN (SELECT max(id) FROM gate "
        "WHERE idea_id = ?1 AND at_ms <= ?2 GROUP BY item)";
    struct gate gate = {.items = {{.at_ms = 0}}};
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, subject->robot_id != 0 ? OF_ROBOT : OF_IDEA, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1,
                           subject->robot_id != 0 ? subject->robot_id : subject->idea_id);
        sqlite3_bind_int64(statement, 2, at_ms);
    }
    while (result == 0 && (result = sql_step(store, statement, fault)) > 0)
        result = take_entry(&gate, statement, fault);
    sql_done(statement);
    if (result < 0)
        gate_release(&gate);
    else
        *ret_gate = gate;
    return result;
}

void gate_release(struct gate *gate)
{
    size_t i;

    if (gate == NULL)
        return;
    for (i = 0; i < GATE_ITEMS; i++) {
        free(gate->items[i].note);
        free(gate->items[i].by_whom);
    }
    *gate = (struct gate){.items = {{.at_ms = 0}}};
}

enum gate_item gate_red(const struct gate *gate)
{
    int item;

    for (item = GATE_LEGAL_BASIS; item <= GATE_ARCHIVE_DUTY; item++)
        if (gate->items[item - 1].state == GATE_RED)
            return (enum gate_item)item;
    return (enum gate_item)0;
}

void gate_red_words(enum gate_item item, char ret_words[static GATE_WORDS_MAX])
{
    (void)snprintf(ret_words, GATE_WORDS_MAX, "its gate is red: %s", gate_item_word(item));
}

int gate_each_red(struct store *store, gate_each_callback *callback, void *context,
                  struct fault *fault)
{
    static const char SQL[] =
        "SELECT g.robot_id, g.item FROM gate g WHERE g.robot_id IS NOT NULL AND g.state = 2 AND "
        "g.id = (SELECT max(o.id) FROM gate o WHERE o.robot_id = g.robot_id AND o.item = g.item) "
        "ORDER BY g.robot_id, g.item";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    while (result == 0 && (result = sql_step(store, statement, fault)) > 0)
        result = callback(sqlite3_column_int64(statement, 0),
                          (enum gate_item)sqlite3_column_int(statement, 1), context);
    sql_done(statement);
    return result;
}

/* ---- writing ---- */

static int check_change(const struct gate_change *change, struct fault *fault)
{
    bool has_note = change->note != NULL && change->note[0] != '\0';

    if ((change->subject.robot_id != 0) == (change->subject.idea_id != 0))
        return fault_set(fault, -EINVAL, "a gate is a robot's or an idea's: give one of the two");
    if (change->item < GATE_LEGAL_BASIS || change->item > GATE_ARCHIVE_DUTY)
        return fault_set(fault, -EINVAL, "the gate has no item %d", (int)change->item);
    if (change->state < GATE_GREEN || change->state > GATE_NOT_RELEVANT)
        return fault_set(fault, -EINVAL,
                         "a gate's item is set to green, red or not-relevant, not to %s",
                         gate_state_word(change->state));
    if (!has_note && change->state == GATE_NOT_RELEVANT)
        return 0;
    if (!has_note)
        return fault_set(fault, -EINVAL, "%s needs a note: give with --note %s",
                         gate_state_word(change->state),
                         change->state == GATE_GREEN ? "where it is found" : "what is missing");
    return line_check_clean("the gate's note", change->note, fault);
}

int gate_set(struct store *store, const struct gate_change *change, struct fault *fault)
{
    static const char SQL[] = "INSERT INTO gate(robot_id, idea_id, item, state, note, by_whom, "
                              "at_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    char by_whom[LINE_BYTES_MAX + 1];
    sqlite3_stmt *statement = NULL;
    int result = line_take_name("who sets the gate", change->by_whom, by_whom, fault);

    if (result == 0)
        result = check_change(change, fault);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        if (change->subject.robot_id != 0)
            sqlite3_bind_int64(statement, 1, change->subject.robot_id);
        else
            sqlite3_bind_int64(statement, 2, change->subject.idea_id);
        sqlite3_bind_int(statement, 3, (int)change->item);
        sqlite3_bind_int(statement, 4, (int)change->state);
        sql_bind_text(statement, 5, change->note != NULL ? change->note : "");
        sql_bind_text(statement, 6, by_whom);
        sqlite3_bind_int64(statement, 7, change->now_ms);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}
