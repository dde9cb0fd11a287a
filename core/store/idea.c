#include "core/store/idea.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/store/line.h"
#include "core/store/sql.h"

enum { PRIORITY_MAX = 1000000 };

/* The texts of an idea as they are kept. */
struct lines {
    char title[LINE_BYTES_MAX + 1];
    char sender[LINE_BYTES_MAX + 1];
    char owner[LINE_BYTES_MAX + 1];
    char description[LINE_BYTES_MAX + 1];
    char department_text[LINE_BYTES_MAX + 1];
};

/* What may be left out is "". */
static int take_optional(const char *what, const char *string, char *ret_line, struct fault *fault)
{
    ret_line[0] = '\0';
    return string == NULL || string[0] == '\0' ? 0 : line_take(what, string, ret_line, fault);
}

static int check_idea(const struct idea *idea, struct lines *ret_lines, struct fault *fault)
{
    int result = line_take("the idea's title", idea->title, ret_lines->title, fault);

    if (result == 0)
        result = line_take_name("who sends the idea", idea->sender, ret_lines->sender, fault);
    if (result == 0)
        result = take_optional("the idea's owner", idea->owner, ret_lines->owner, fault);
    if (result == 0)
        result = take_optional("the idea's description", idea->description, ret_lines->description,
                               fault);
    if (result == 0)
        result = take_optional("the department as it is printed", idea->department_text,
                               ret_lines->department_text, fault);
    if (result == 0 && (idea->hours < IDEA_UNKNOWN || idea->hours > IDEA_HOURS_MAX))
        result = fault_set(fault, -EINVAL, "the idea's hours per year: give 0 to 1000000");
    if (result == 0 &&
        (idea->priority < IDEA_UNKNOWN || idea->priority == 0 || idea->priority > PRIORITY_MAX))
        result = fault_set(fault, -EINVAL, "the idea's priority: give 1 to %d, 1 is first",
                           PRIORITY_MAX);
    return result;
}

static void bind_idea(sqlite3_stmt *statement, const struct idea *idea, const struct lines *lines)
{
    sql_bind_text(statement, 2, lines->title);
    sqlite3_bind_int(statement, 3, (int)idea->status);
    if (idea->department_id != 0)
        sqlite3_bind_int64(statement, 4, idea->department_id);
    sql_bind_text(statement, 5, lines->sender);
    sql_bind_text(statement, 6, lines->owner);
    sql_bind_text(statement, 7, lines->description);
    if (idea->hours != IDEA_UNKNOWN)
        sqlite3_bind_int64(statement, 8, idea->hours);
    if (idea->go_live_day != IDEA_NO_DAY)
        sqlite3_bind_int(statement, 9, idea->go_live_day);
    if (idea->priority != IDEA_UNKNOWN)
        sqlite3_bind_int64(statement, 10, idea->priority);
}

/* An approval is of this idea in this department, and not by its owner: what a change may not undo. */
static int check_change(const struct idea *before, const struct idea *idea,
                        const struct lines *lines, struct fault *fault)
{
    bool is_owner = false;
    int result = 0;

    if (before == NULL || before->approved_by == NULL)
        return 0;
    if (lines->owner[0] != '\0')
        result = line_same_name(lines->owner, before->approved_by, &is_owner, fault);
    if (result == 0 && (is_owner || idea->department_id != before->department_id ||
                        strcmp(lines->title, before->title) != 0 ||
                        strcmp(lines->description, before->description) != 0))
        result =
            fault_set(fault, -EPERM,
                      "idea %" PRId64 " is approved by \"%s\", who cannot own it, for the "
                      "title, description and department it has; make it a wish again first: "
                      "`automagi backlog move %" PRId64 " --status wish --reason TEXT --by NAME`",
                      idea->id, before->approved_by, idea->id);
    return result;
}

static int check_put(struct store *store, const struct idea *idea, struct lines *ret_lines,
                     struct fault *fault)
{
    struct idea_list list = {.count = 0};
    int result = check_idea(idea, ret_lines, fault);

    if (result == 0 && idea->id != 0)
        result = idea_list_read(store, &list, fault);
    if (result == 0)
        result = check_change(idea_list_find(&list, idea->id), idea, ret_lines, fault);
    idea_list_release(&list);
    return result;
}

int idea_put(struct store *store, const struct idea *idea, int64_t now_ms, int64_t *ret_id,
             struct fault *fault)
{
    static const char SQL[] =
        "INSERT INTO idea(id, title, status, department_id, sender, owner, description, hours, "
        "go_live_day, priority, made_ms, changed_ms, department_text) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, ?12) "
        "ON CONFLICT(id) DO UPDATE SET title = excluded.title, status = excluded.status, "
        "department_id = excluded.department_id, sender = excluded.sender, owner = excluded.owner, "
        "description = excluded.description, hours = excluded.hours, "
        "go_live_day = excluded.go_live_day, priority = excluded.priority, "
        "changed_ms = excluded.changed_ms RETURNING id";
    sqlite3_stmt *statement = NULL;
    struct lines lines;
    int result = check_put(store, idea, &lines, fault);

    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        if (idea->id != 0)
            sqlite3_bind_int64(statement, 1, idea->id);
        bind_idea(statement, idea, &lines);
        sqlite3_bind_int64(statement, 11, now_ms);
        sql_bind_text(statement, 12, lines.department_text);
        result = sql_step_number(store, statement, ret_id, fault);
    }
    sql_done(statement);
    return result;
}

/* Who sent or owns an idea does not approve it. */
static int check_approver(const struct idea *idea, const char *by, struct fault *fault)
{
    bool is_sender = false;
    bool is_owner = false;
    int result = line_same_name(idea->sender, by, &is_sender, fault);

    if (result == 0 && idea->owner[0] != '\0')
        result = line_same_name(idea->owner, by, &is_owner, fault);
    if (result == 0 && (is_sender || is_owner))
        result = fault_set(fault, -EPERM,
                           "\"%s\" %s idea %" PRId64
                           " and cannot approve it; let the head of department do so",
                           by, is_sender ? "sent" : "owns", idea->id);
    return result;
}

struct outcome {
    int64_t id;
    enum idea_status status;
    int64_t robot_id;        /* 0: as it was */
    const char *approved_by; /* NULL: as it was */
    int32_t approved_day;
    const char *answer; /* NULL: as it was */
    const char *answered_by;
    int64_t now_ms;
};

static int write_outcome(struct store *store, const struct outcome *outcome, struct fault *fault)
{
    static const char SQL[] = "UPDATE idea SET status = ?2, robot_id = coalesce(?3, robot_id), "
                              "approved_by = iif(?2 = 1, NULL, coalesce(?4, approved_by)), "
                              "approved_day = iif(?2 = 1, NULL, coalesce(?5, approved_day)), "
                              "answer = coalesce(?6, answer), changed_ms = ?7, "
                              "answered_by = iif(?6 IS NULL, answered_by, ?8), "
                              "answered_ms = iif(?6 IS NULL, answered_ms, ?7) WHERE id = ?1";
    sqlite3_stmt *statement = NULL;
    char answer[LINE_BYTES_MAX + 1] = "";
    int result = 0;

    if (outcome->answer != NULL)
        result = line_take("the answer to the sender", outcome->answer, answer, fault);
    if (result == 0)
        result = sql_use(store, SQL, &statement, fault);
    if (result == 0) {
        sqlite3_bind_int64(statement, 1, outcome->id);
        sqlite3_bind_int(statement, 2, (int)outcome->status);
        if (outcome->robot_id != 0)
            sqlite3_bind_int64(statement, 3, outcome->robot_id);
        sql_bind_text(statement, 4, outcome->approved_by);
        if (outcome->approved_by != NULL)
            sqlite3_bind_int(statement, 5, outcome->approved_day);
        sql_bind_text(statement, 6, outcome->answer != NULL ? answer : NULL);
        sqlite3_bind_int64(statement, 7, outcome->now_ms);
        sql_bind_text(statement, 8, outcome->answered_by);
        result = sql_run(store, statement, fault);
    }
    sql_done(statement);
    return result;
}

/* A wish; and what came as in development or in operation from a list that did not say who had approved it. */
static bool is_approvable(const struct idea *idea)
{
    return idea->status == IDEA_WISH ||
           (idea->approved_by == NULL && idea->status != IDEA_REJECTED);
}

int idea_approve(struct store *store, const struct idea *idea, const char *by, int32_t day,
                 const char *answer, int64_t now_ms, struct fault *fault)
{
    char approver[LINE_BYTES_MAX + 1];
    struct outcome outcome = {.id = idea->id,
                              .status = IDEA_APPROVED,
                              .approved_by = approver,
                              .approved_day = day,
                              .answer = answer,
                              .answered_by = approver,
                              .now_ms = now_ms};
    int result = line_take_name("who approves the idea", by, approver, fault);

    if (result == 0 && !is_approvable(idea))
        result = fault_set(fault, -EALREADY, "idea %" PRId64 " is no wish any more: it is %s",
                           idea->id, idea_status_phrase(idea->status));
    if (idea->status != IDEA_WISH)
        outcome.status = idea->status;
    if (result == 0)
        result = check_approver(idea, approver, fault);
    return result == 0 ? write_outcome(store, &outcome, fault) : result;
}

/* Nothing is built, or let loose, that the gate forbids. */
static int refuse_red(struct store *store, const struct idea *idea, struct fault *fault)
{
    struct gate gate;
    enum gate_item red;
    char held[GATE_WORDS_MAX];
    int result =
        gate_read(store, &(struct gate_subject){.idea_id = idea->id}, INT64_MAX, &gate, fault);

    if (result < 0)
        return result;
    red = gate_red(&gate);
    gate_red_words(red, held);
    if (red != 0)
        result = fault_set(fault, -EPERM,
                           "idea %" PRId64 ": %s (%.200s); when it is in order, `automagi "
                           "scorecard gate --idea %" PRId64 " --item %s --state green --note TEXT "
                           "--by NAME` lets it go on",
                           idea->id, held, gate.items[red - 1].note, idea->id, gate_item_word(red));
    gate_release(&gate);
    return result;
}

int idea_move(struct store *store, const struct idea *idea, enum idea_status status,
              const struct idea_reply *reply, struct fault *fault)
{
    struct outcome outcome = {.id = idea->id,
                              .status = status,
                              .robot_id = reply->robot_id,
                              .answer = reply->answer,
                              .answered_by = reply->by,
                              .now_ms = reply->now_ms};
    const char *answer = reply->answer;
    int result = 0;

    if ((status == IDEA_APPROVED || status == IDEA_DEVELOPMENT || status == IDEA_OPERATION) &&
        idea->approved_by == NULL)
        return fault_set(fault, -EPERM,
                         "idea %" PRId64 " is not approved; the head of department does so before "
                         "development starts: `automagi backlog approve %" PRId64 " --by NAME`",
                         idea->id, idea->id);
    if (status == IDEA_REJECTED && answer == NULL && idea->answer == NULL)
        return fault_set(fault, -EPERM, "idea %" PRId64 ": tell \"%s\" why not, with --answer",
                         idea->id, idea->sender);
    if (status == IDEA_DEVELOPMENT || status == IDEA_OPERATION)
        result = refuse_red(store, idea, fault);
    return result == 0 ? write_outcome(store, &outcome, fault) : result;
}

int idea_answer(struct store *store, const struct idea *idea, const char *answer, const char *by,
                int64_t now_ms, struct fault *fault)
{
    char name[LINE_BYTES_MAX + 1];
    struct outcome outcome = {.id = idea->id,
                              .status = idea->status,
                              .answer = answer,
                              .answered_by = name,
                              .now_ms = now_ms};
    int result = line_take_name("who answers the sender", by, name, fault);

    return result == 0 ? write_outcome(store, &outcome, fault) : result;
}
