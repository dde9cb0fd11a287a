#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/command/nearest.h"
#include "core/command/nouns.h"

enum { STATE_WORDS_MAX = 4096 };

int call_robot(struct command_call *call, const char *name, struct robot_list *ret_list,
               const struct robot **ret_robot, struct fault *fault)
{
    const char *slug = argument_text(call, name, "");
    struct robot_list list = {0};
    int64_t id = 0;
    int result;

    (void)text_copy(call->subject, sizeof(call->subject), slug);
    /* First by its own question: its answer says what to do about an unknown one. */
    result = robot_find(call->store, slug, &id, fault);
    if (result == -ENOENT)
        result = nearest_robot(call->store, slug, result, fault);
    if (result == 0)
        result = robot_list_read_one(call->store, id, &list, fault);
    if (result < 0)
        return result;
    *ret_robot = robot_list_find_id(&list, id);
    if (*ret_robot == NULL) {
        robot_list_release(&list);
        return fault_set(fault, -ENOENT, "the robot %s is not there any more", slug);
    }
    *ret_list = list;
    return 0;
}

int call_robot_id(struct command_call *call, const char *name, int64_t *ret_id, struct fault *fault)
{
    const char *slug = argument_text(call, name, NULL);

    int result;

    *ret_id = 0;
    if (slug == NULL)
        return 0;
    result = robot_find(call->store, slug, ret_id, fault);
    return result == -ENOENT ? nearest_robot(call->store, slug, result, fault) : result;
}

const char *robot_kept_from_starting(const struct robot *robot, int32_t today)
{
    struct robot unpaused = *robot;
    const char *word;
    size_t i;
    static const struct {
        const char *word;
        const char *text;
    } reasons[] = {
        {"retired", "it is retired, its operation has ended"},
        {"external", "it is external, something else runs it"},
        {"not installed", "it is not installed, `automagi robot add FILE` does that"},
        {"suspended", "it is suspended, today is outside its operation"},
        {"not begun", "it is not begun, its operation starts later"},
        {"blocked", "its gate is red, `automagi scorecard gates` says why"},
    };

    unpaused.is_paused = false;
    word = robot_state_word(&unpaused, today);
    for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (strcmp(word, reasons[i].word) == 0)
            return reasons[i].text;
    return NULL;
}

const char *robot_keeps_waiting(const struct robot *robot, int32_t today, int32_t due_day)
{
    const char *kept = robot_kept_from_starting(robot, today);

    if (kept != NULL && due_day > today && robot_kept_from_starting(robot, due_day) == NULL)
        kept = NULL;
    if (kept == NULL && robot->is_paused)
        kept = "it is paused, `automagi robot resume` lets it start";
    return kept;
}

void robot_kept_remark(const struct robot *robot, int32_t today, int32_t due_day,
                       char ret_remark[static KEPT_REMARK_MAX])
{
    const char *kept = robot_keeps_waiting(robot, today, due_day);

    ret_remark[0] = '\0';
    if (kept != NULL)
        (void)snprintf(ret_remark, KEPT_REMARK_MAX, "; %s does not start now: %s", robot->slug,
                       kept);
}

void kept_items_words(int64_t ready, int64_t deferred, char ret_words[static KEPT_ITEMS_MAX])
{
    (void)snprintf(ret_words, KEPT_ITEMS_MAX,
                   "%" PRId64 " item%s that nothing does (%" PRId64 " ready, %" PRId64 " deferred)",
                   ready + deferred, ready + deferred == 1 ? "" : "s", ready, deferred);
}

void put_robot_state(struct json_writer *writer, const struct robot *robot, int32_t today)
{
    const char *word = robot_state_word(robot, today);
    char red[GATE_WORDS_MAX];
    struct text text;

    text_init(&text, STATE_WORDS_MAX);
    text_append_string(&text, word);
    if (strcmp(word, "paused") == 0 && robot->paused_by != NULL)
        text_printf(&text, " by %s", robot->paused_by);
    if (strcmp(word, "paused") == 0 && robot->paused_reason != NULL)
        text_printf(&text, ": %s", robot->paused_reason);
    if (strcmp(word, "blocked") == 0) {
        gate_red_words(robot->red_item, red);
        text_printf(&text, ": %s", red);
    }
    result_text(writer, "state", word);
    result_text(writer, "state_words", text_string(&text));
    text_release(&text);
}

int robot_need_installed(const struct robot *robot, struct fault *fault)
{
    if (robot->is_external)
        return fault_set(
            fault, -EINVAL,
            "%s runs elsewhere (\"runs\": \"external\"); its tasks come with `automagi "
            "task import`",
            robot->slug);
    if (robot->plugin == NULL)
        return fault_set(fault, -EINVAL,
                         "%s is not installed; give it a definition with `automagi robot add "
                         "robot.json`",
                         robot->slug);
    return 0;
}

int robot_need_gate(const struct robot *robot, struct fault *fault)
{
    char red[GATE_WORDS_MAX];

    if (robot->red_item == 0)
        return 0;
    gate_red_words(robot->red_item, red);
    return fault_set(fault, -EPERM,
                     "%s does not start, %s; `automagi scorecard gates %s` says what is missing, "
                     "and when it is in order `automagi scorecard gate %s --item %s --state green "
                     "--note TEXT --by NAME` lets it start",
                     robot->slug, red, robot->slug, robot->slug, gate_item_word(robot->red_item));
}

void robot_gate_remark(const struct robot *robot, char ret_remark[static GATE_REMARK_MAX])
{
    char red[GATE_WORDS_MAX];

    ret_remark[0] = '\0';
    if (robot->red_item == 0)
        return;
    gate_red_words(robot->red_item, red);
    (void)snprintf(ret_remark, GATE_REMARK_MAX, "; %s, so it does not start", red);
}

const char *call_asker(const struct command_call *call)
{
    return call->by != NULL ? call->by : call->account;
}

int32_t call_today(const struct command_call *call)
{
    return clock_local_day(call->now_ms);
}

int call_day_past(const struct command_call *call, int32_t *ret_day, struct fault *fault)
{
    int32_t today = call_today(call);
    int32_t day = today;

    if (argument_day(call, "on", &day) && day > today)
        return fault_set(fault, -EINVAL, "--on %s lies ahead; enter it when the day has come",
                         argument_text(call, "on", ""));
    *ret_day = day;
    return 0;
}
