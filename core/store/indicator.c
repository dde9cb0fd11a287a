/* Reading indicators, and their approval; indicator_put.c has what is refused of a new version. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/line.h"
#include "core/store/list.h"
#include "core/store/scorecard.h"
#include "core/store/sql.h"

static const char *const words[SCORECARD_PARAMETERS + 1] = {
    [SCORECARD_SAVING] = "saving",       [SCORECARD_TIME] = "time",
    [SCORECARD_QUALITY] = "quality",     [SCORECARD_SERVICE] = "service",
    [SCORECARD_WELLBEING] = "wellbeing",
};

const char *scorecard_parameter_word(enum scorecard_parameter parameter)
{
    return parameter >= SCORECARD_SAVING && parameter <= SCORECARD_WELLBEING ? words[parameter]
                                                                             : "?";
}

enum scorecard_parameter scorecard_parameter_of(const char *word)
{
    int parameter;

    for (parameter = SCORECARD_SAVING; parameter <= SCORECARD_WELLBEING; parameter++)
        if (strcmp(words[parameter], word) == 0)
            return (enum scorecard_parameter)parameter;
    if (strcmp(word, "well-being") == 0) /* as the word is written in a sentence */
        return SCORECARD_WELLBEING;
    return (enum scorecard_parameter)0;
}

/* ---- reading ---- */

static const char *keep_text(struct indicator_list *list, sqlite3_stmt *row, int column,
                             int *result, struct fault *fault)
{
    return sql_keep(row, column, &list->texts, &list->text_count, result, fault);
}

/* Value and day stand side by side; the count of answers lies elsewhere, or nowhere (0). */
static struct measured_value take_value(sqlite3_stmt *row, int column, int answers)
{
    struct measured_value value = {.value = INDICATOR_NONE, .answers = INDICATOR_NONE};

    if (sqlite3_column_type(row, column) == SQLITE_NULL)
        return value;
    value.value = sqlite3_column_int64(row, column);
    value.day = sqlite3_column_int(row, column + 1);
    if (answers != 0 && sqlite3_column_type(row, answers) != SQLITE_NULL)
        value.answers = sqlite3_column_int64(row, answers);
    return value;
}

static int take_indicator(sqlite3_stmt *row, void *context, struct fault *fault)
{
    struct indicator_list *list = context;
    struct indicator *indicator;
    int result = 0;
    void *grown =
        list_grow(list->indicators, list->count, sizeof *list->indicators, &result, fault);

    if (grown == NULL)
        return result;
    list->indicators = grown;
    indicator = &list->indicators[list->count++];
    indicator->id = sqlite3_column_int64(row, 0);
    indicator->robot_id = sqlite3_column_int64(row, 1);
    indicator->parameter = (enum scorecard_parameter)sqlite3_column_int(row, 2);
    indicator->slot = sqlite3_column_int(row, 3);
    indicator->version = sqlite3_column_int(row, 4);
    indicator->from_day = sqlite3_column_int(row, 5);
    indicator->status = (enum indicator_status)sqlite3_column_int(row, 6);
    indicator->title = keep_text(list, row, 7, &result, fault);
    indicator->unit = keep_text(list, row, 8, &result, fault);
    indicator->is_lower_better = sqlite3_column_int(row, 9) != 0;
    indicator->baseline = take_value(row, 10, 12);
    indicator->baseline_method = keep_text(list, row, 13, &result, fault);
    indicator->target = take_value(row, 14, 0);
    indicator->actual = take_value(row, 16, 18);
    indicator->evidence = (enum evidence)sqlite3_column_int(row, 19);
    indicator->link = keep_text(list, row, 20, &result, fault);
    indicator->owner = keep_text(list, row, 21, &result, fault);
    indicator->review_day =
        sqlite3_column_type(row, 22) == SQLITE_NULL ? INT32_MIN : sqlite3_column_int(row, 22);
    indicator->comment = keep_text(list, row, 23, &result, fault);
    indicator->set_by = keep_text(list, row, 24, &result, fault);
    indicator->set_ms = sqlite3_column_int64(row, 25);
    indicator->approved_by = keep_text(list, row, 26, &result, fault);
    indicator->approved_ms = sqlite3_column_int64(row, 27);
    return result;
}

int indicator_list_read(struct store *store, struct indicator_list *ret_list, struct fault *fault)
{
    static const char SQL[] =
        "SELECT i.id, i.robot_id, i.parameter, i.slot, i.version, i.from_day, i.status, i.title, "
        "i.unit, i.is_lower_better, i.baseline, i.baseline_day, i.baseline_n, i.baseline_method, "
        "i.target, i.target_day, i.actual, i.actual_day, i.actual_n, i.evidence, i.link, i.owner, "
        "i.review_day, i.comment, i.set_by, i.set_ms, i.approved_by, i.approved_ms "
        "FROM indicator i ORDER BY i.robot_id, i.parameter, i.slot, i.version";
    struct indicator_list list = {.count = 0};
    int result = sql_each(store, SQL, take_indicator, &list, fault);

    if (result < 0)
        indicator_list_release(&list);
    else
        *ret_list = list;
    return result;
}

void indicator_list_release(struct indicator_list *list)
{
    size_t i;

    if (list == NULL)
        return;
    for (i = 0; i < list->text_count; i++)
        free(list->texts[i]);
    free(list->texts);
    free(list->indicators);
    *list = (struct indicator_list){.count = 0};
}

const struct indicator *indicator_on(const struct indicator_list *list, int64_t robot_id,
                                     enum scorecard_parameter parameter, int slot, int32_t day)
{
    const struct indicator *found = NULL;
    size_t i;

    for (i = 0; i < list->count; i++) {
        const struct indicator *indicator = &list->indicators[i];

        if (indicator->robot_id == robot_id && indicator->parameter == parameter &&
            indicator->slot == slot && indicator->from_day <= day)
            found = indicator;
    }
    return found;
}

/* ---- approval ---- */

bool indicator_is_approved(const struct indicator *indicator, int32_t day)
{
    return indicator->approved_by != NULL && clock_local_day(indicator->approved_ms) <= day;
}

static int refuse_setter(const struct indicator *indicator, const char *by, struct fault *fault)
{
    bool is_same = false;
    int result = line_same_name(indicator->set_by, by, &is_same, fault);

    if (result == 0 && is_same)
        result = fault_set(fault, -EPERM,
                           "\"%s\" set version %d of this indicator and cannot approve it; let "
                           "somebody else do so",
                           indicator->set_by, indicator->version);
    return result;
}

/* Whoever set the estimate that counts, or one that is to follow it. */
static int refuse_estimator(struct store *store, const struct indicator *indicator, const char *by,
                            int32_t today, struct fault *fault)
{
    static const char SQL[] =
        "SELECT e.set_by FROM estimate e WHERE e.robot_id = ?1 AND e.from_day >= coalesce("
        "(SELECT max(s.from_day) FROM estimate s WHERE s.robot_id = e.robot_id AND "
        "s.kind = e.kind AND s.signed_by IS NOT NULL AND s.from_day <= ?2), e.from_day)";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, indicator->robot_id);
        sqlite3_bind_int(statement, 2, today);
    }
    while (result == 0 && (result = sql_step(store, statement, fault)) > 0) {
        bool is_same = false;

        result = line_same_name(sql_text(statement, 0), by, &is_same, fault);
        if (result == 0 && is_same)
            result = fault_set(fault, -EPERM,
                               "\"%s\" set the robot's estimate and does not approve its "
                               "indicators alone; let somebody else do so",
                               sql_text(statement, 0));
    }
    sql_done(statement);
    return result;
}

int indicator_approve(struct store *store, const struct indicator *indicator, const char *by,
                      int64_t now_ms, struct fault *fault)
{
    static const char SQL[] = "UPDATE indicator SET approved_by = ?2, approved_ms = ?3 "
                              "WHERE id = ?1 AND approved_by IS NULL";
    char approver[LINE_BYTES_MAX + 1];
    sqlite3_stmt *statement = NULL;
    int result = line_take_name("who approves the indicator", by, approver, fault);

    if (result == 0 && indicator->approved_by != NULL)
        result =
            fault_set(fault, -EALREADY,
                      "version %d of this indicator is approved already, by \"%s\"; a change makes "
                      "a new version",
                      indicator->version, indicator->approved_by);
    if (result == 0)
        result = refuse_setter(indicator, approver, fault);
    if (result == 0)
        result = refuse_estimator(store, indicator, approver, clock_local_day(now_ms), fault);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, indicator->id);
        sql_bind_text(statement, 2, approver);
        sqlite3_bind_int64(statement, 3, now_ms);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}
