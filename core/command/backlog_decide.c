/* backlog approve | move | answer: what is decided of an idea, and what its sender is told. */
#include <inttypes.h>

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
    .apply = backlog_approve_apply,
};

static int backlog_move_apply(struct command_call *call, struct fault *fault)
{
    enum idea_status status = idea_status_of(argument_text(call, "status", ""));
    struct idea_list list = {.count = 0};
    const struct idea *idea = NULL;
    struct idea_reply reply = {.answer = argument_text(call, "answer", NULL),
                               .by = call_asker(call),
                               .now_ms = call->now_ms};
    const char *slug = argument_text(call, "robot", NULL);
    int result = call_idea(call, &list, &idea, fault);

    if (result == 0 && slug != NULL)
        result = robot_find(call->store, slug, &reply.robot_id, fault);
    if (result == 0)
        result = idea_move(call->store, idea, status, &reply, fault);
    if (result == 0)
        result_only_message(call, "idea %" PRId64 " (%s) is %s", idea->id, idea->title,
                            idea_status_phrase(status));
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
     .help = "what it is from now on; a rejection needs an --answer"},
    {.name = "robot",
     .kind = ARGUMENT_ROBOT,
     .value = "ROBOT",
     .help = "the robot that came of it"},
    IDEA_ANSWER(false),
    ARGUMENTS_END,
};

const struct command command_backlog_move = {
    .name = "backlog move",
    .summary = "an idea's status: in development, in operation, rejected",
    .help = "  automagi backlog move 1 --status development\n"
            "  automagi backlog move 1 --status operation --robot mona-mangelliste\n"
            "  automagi backlog move 1 --status rejected --answer \"the form is changed instead\"",
    .kind = COMMAND_CHANGES,
    .arguments = move_arguments,
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
    .apply = backlog_answer_apply,
};
