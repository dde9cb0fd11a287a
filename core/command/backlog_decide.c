/* backlog approve | move | answer: what is decided of an idea, and what its sender is told. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/command/backlog_idea.h"
#include "core/store/robot.h"

static int backlog_approve_apply(struct command_call *call, struct fault *fault)
{
    struct idea_list list = {.count = 0};
    const struct idea *idea = NULL;
    int result = call_idea(call, &list, &idea, fault);

    if (result == 0)
        result = idea_approve(call->store, idea, call->by, call_today(call),
                              argument_text(call, "answer", NULL), call->now_ms, fault);
    if (result == 0 && idea->status == IDEA_WISH)
        result_only_message(call, "idea %" PRId64 " (%s) is approved by %s; development may begin",
                            idea->id, idea->title, call->by);
    else if (result == 0)
        result_only_message(call,
                            "idea %" PRId64 " (%s) is %s; that %s approved it is recorded now",
                            idea->id, idea->title, idea_status_phrase(idea->status), call->by);
    idea_list_release(&list);
    return result;
}

static const struct argument approve_arguments[] = {
    IDEA_ID,
    BY_ARGUMENT("the head of department; not who sent or owns the idea"),
    IDEA_ANSWER(false),
    ARGUMENTS_END,
};

const struct command command_backlog_approve = {
    .name = "backlog approve",
    .summary = "the head of department approves a wish; only then may development begin",
    .help = "Of an idea that a list brought as in development or in operation it records the\n"
            "approval that the list did not say.",
    .kind = COMMAND_CHANGES,
    .arguments = approve_arguments,
    .check = idea_texts_check,
    .apply = backlog_approve_apply,
};

enum { LOST_MAX = BY_MAX + CLOCK_DAY_TEXT + 64 };

/* "; the approval by NAME of 2026-11-01 is taken back" of an idea that becomes a wish again; "" of any other. */
static void lost_approval(const struct idea *idea, enum idea_status status,
                          char ret_words[static LOST_MAX])
{
    char day[CLOCK_DAY_TEXT];

    ret_words[0] = '\0';
    if (status != IDEA_WISH || idea->approved_by == NULL)
        return;
    clock_format_day(idea->approved_day, day);
    (void)snprintf(ret_words, LOST_MAX, "; the approval by %.*s of %s is taken back", BY_MAX,
                   idea->approved_by, day);
}

/* Nobody takes back what a head of department decided by the way. */
static int need_reason(const struct command_call *call, const struct idea *idea, const char *lost,
                       struct fault *fault)
{
    bool is_said =
        argument_text(call, "reason", NULL) != NULL || argument_text(call, "answer", NULL) != NULL;

    if (lost[0] == '\0' || (is_said && call->by != NULL))
        return 0;
    return fault_set(fault, -EPERM,
                     "idea %" PRId64 " (%.100s) would be a wish again%s; say who does so and why, "
                     "with --by NAME and --reason TEXT, or --answer TEXT to the sender",
                     idea->id, idea->title, lost);
}

static int backlog_move_apply(struct command_call *call, struct fault *fault)
{
    enum idea_status status = idea_status_of(argument_text(call, "status", ""));
    struct idea_list list = {.count = 0};
    const struct idea *idea = NULL;
    struct idea_reply reply = {.answer = argument_text(call, "answer", NULL),
                               .by = call_asker(call),
                               .now_ms = call->now_ms};
    const char *slug = argument_text(call, "robot", NULL);
    char lost[LOST_MAX] = "";
    int result = call_idea(call, &list, &idea, fault);

    if (result == 0) {
        lost_approval(idea, status, lost);
        result = need_reason(call, idea, lost, fault);
    }
    if (result == 0 && slug != NULL)
        result = robot_find(call->store, slug, &reply.robot_id, fault);
    if (result == 0)
        result = idea_move(call->store, idea, status, &reply, fault);
    if (result == 0)
        result_only_message(call, "idea %" PRId64 " (%s) is %s%s%s", idea->id, idea->title,
                            idea_status_phrase(status), lost,
                            status == IDEA_OPERATION && slug == NULL && idea->robot_id == 0
                                ? "; which robot came of it is not said: --robot ROBOT does so"
                                : "");
    idea_list_release(&list);
    return result;
}

static const struct argument move_arguments[] = {
    IDEA_ID,
    {.name = "status",
     .kind = ARGUMENT_CHOICE,
     .is_required = true,
     .choices = "wish|approved|development|operation|rejected",
     .value = "STATUS",
     .help = "what it is from now on; a rejection needs an --answer, and wish voids an approval"},
    {.name = "robot",
     .kind = ARGUMENT_ROBOT,
     .value = "ROBOT",
     .help = "the robot that came of it"},
    IDEA_ANSWER(false),
    REASON_ARGUMENT(false),
    ARGUMENTS_END,
};

const struct command command_backlog_move = {
    .name = "backlog move",
    .summary = "an idea's status: in development, in operation, rejected",
    .help =
        "An approved idea that becomes a wish again is approved no more, wherever it had come to:\n"
        "that needs --by NAME and --reason TEXT (or --answer TEXT).\n"
        "\n"
        "  automagi backlog move 1 --status development\n"
        "  automagi backlog move 1 --status operation --robot mona-mangelliste\n"
        "  automagi backlog move 1 --status wish --by NAME --reason \"the rules are changed\"\n"
        "  automagi backlog move 1 --status rejected --answer \"the form is changed instead\"",
    .kind = COMMAND_CHANGES,
    .arguments = move_arguments,
    .check = idea_texts_check,
    .apply = backlog_move_apply,
};

static int backlog_answer_apply(struct command_call *call, struct fault *fault)
{
    struct idea_list list = {.count = 0};
    const struct idea *idea = NULL;
    int result = call_idea(call, &list, &idea, fault);

    if (result == 0)
        result = idea_answer(call->store, idea, argument_text(call, "answer", NULL), call->by,
                             call->now_ms, fault);
    if (result == 0)
        result_only_message(call, "the answer to %s about idea %" PRId64 " (%s) is kept",
                            idea->sender, idea->id, idea->title);
    idea_list_release(&list);
    return result;
}

static const struct argument answer_arguments[] = {
    IDEA_ID,
    IDEA_ANSWER(true),
    BY_ARGUMENT("who answers"),
    ARGUMENTS_END,
};

const struct command command_backlog_answer = {
    .name = "backlog answer",
    .summary = "an answer to whoever sent an idea, whatever its status",
    .help = "The last answer stands; earlier ones are in `automagi audit`.\n"
            "\n"
            "  automagi backlog answer 1 --answer \"We begin in March\" --by NAME",
    .kind = COMMAND_CHANGES,
    .arguments = answer_arguments,
    .check = idea_texts_check,
    .apply = backlog_answer_apply,
};
