/* scorecard set | approve: an indicator of quality, service or well-being, version by version. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/nouns.h"
#include "core/store/scorecard.h"

enum { MESSAGE_MAX = 2048, ANSWERS_MOST = 1000000000 };

static enum scorecard_parameter call_parameter(const struct command_call *call)
{
    return scorecard_parameter_of(argument_text(call, "parameter", ""));
}

static int call_slot(const struct command_call *call)
{
    return (int)argument_number(call, "slot", 1);
}

/* ---- what is given takes the place of what was ---- */

static struct indicator first_version(void)
{
    static const struct measured_value nothing = {.value = INDICATOR_NONE,
                                                  .answers = INDICATOR_NONE};

    return (struct indicator){.title = "",
                              .unit = "",
                              .baseline = nothing,
                              .baseline_method = "",
                              .target = nothing,
                              .actual = nothing,
                              .link = "",
                              .owner = "",
                              .review_day = INT32_MIN,
                              .comment = ""};
}

/* The names of a value's arguments. */
struct value_names {
    const char *value, *day, *answers;
};
static const struct value_names baseline_names = {"baseline", "baseline-on", "baseline-n"};
static const struct value_names target_names = {"target", "target-on", NULL};
static const struct value_names actual_names = {"actual", "actual-on", "actual-n"};

/* Another value has its own number of answers, or none: those before are not of it. */
static void take_value(const struct command_call *call, const struct value_names *names,
                       struct measured_value *value)
{
    const char *text = argument_text(call, names->value, NULL);
    int64_t scaled;

    if (text != NULL && decimal_parse(text, INDICATOR_DIGITS, &scaled)) {
        value->value = scaled;
        value->answers = INDICATOR_NONE;
    }
    (void)argument_day(call, names->day, &value->day);
    if (names->answers != NULL)
        value->answers = argument_number(call, names->answers, value->answers);
}

/* What says how a value was found says nothing of another. */
static const char *text_of_value(const struct command_call *call, const char *name,
                                 const char *value, const char *before)
{
    return argument_text(call, name, argument_text(call, value, NULL) != NULL ? "" : before);
}

static void take_texts(const struct command_call *call, struct indicator *indicator)
{
    indicator->title = argument_text(call, "indicator", indicator->title);
    indicator->unit = argument_text(call, "unit", indicator->unit);
    indicator->link = text_of_value(call, "link", "actual", indicator->link);
    indicator->owner = argument_text(call, "owner", indicator->owner);
    indicator->comment = argument_text(call, "comment", indicator->comment);
    indicator->baseline_method =
        text_of_value(call, "baseline-method", "baseline", indicator->baseline_method);
}

static void take_direction(const struct command_call *call, struct indicator *indicator)
{
    if (argument_flag(call, "lower-is-better"))
        indicator->is_lower_better = true;
    if (argument_flag(call, "higher-is-better"))
        indicator->is_lower_better = false;
}

static enum indicator_status call_status(const struct command_call *call)
{
    if (argument_flag(call, "not-relevant"))
        return INDICATOR_NOT_RELEVANT;
    return argument_flag(call, "ended") ? INDICATOR_ENDED : INDICATOR_IN_USE;
}

/* The evidence is of the value: a new one is not known as well as the one before by itself. */
static int take_evidence(const struct command_call *call, struct indicator *indicator,
                         struct fault *fault)
{
    const char *word = argument_text(call, "evidence", NULL);

    if (word != NULL)
        indicator->evidence = (enum evidence)(word[1] - '0');
    else if (argument_text(call, "actual", NULL) != NULL &&
             indicator->evidence > EVIDENCE_JUDGEMENT)
        return fault_set(fault, -EINVAL,
                         "--actual: say how well the new value is known, with --evidence; the one "
                         "before had E%d",
                         (int)indicator->evidence);
    return 0;
}

static int need_value(const struct command_call *call, const struct value_names *names,
                      const struct measured_value *value, struct fault *fault)
{
    if (argument_text(call, names->day, NULL) == NULL || value->value != INDICATOR_NONE)
        return 0;
    return fault_set(fault, -EINVAL, "--%s: there is no %s yet; give --%s, too", names->day,
                     names->value, names->value);
}

static int take_arguments(const struct command_call *call, struct indicator *indicator,
                          struct fault *fault)
{
    int result = take_evidence(call, indicator, fault);

    indicator->status = call_status(call);
    indicator->set_by = call->by;
    take_texts(call, indicator);
    take_direction(call, indicator);
    take_value(call, &baseline_names, &indicator->baseline);
    take_value(call, &target_names, &indicator->target);
    take_value(call, &actual_names, &indicator->actual);
    (void)argument_day(call, "review-on", &indicator->review_day);
    return result == 0 ? need_value(call, &target_names, &indicator->target, fault) : result;
}

/* ---- scorecard set ---- */

static int set_check(const struct json *arguments, struct fault *fault)
{
    if (json_bool(json_member(arguments, "lower-is-better")) &&
        json_bool(json_member(arguments, "higher-is-better")))
        return fault_set(fault, -EINVAL,
                         "say which way is better: --lower-is-better or --higher-is-better");
    if (json_bool(json_member(arguments, "not-relevant")) &&
        json_bool(json_member(arguments, "ended")))
        return fault_set(fault, -EINVAL, "say one of --not-relevant and --ended");
    return 0;
}

static void answer_set(struct command_call *call, const struct robot *robot,
                       const struct indicator *indicator, int version)
{
    const char *parameter = scorecard_parameter_word(indicator->parameter);
    struct text message;

    text_init(&message, MESSAGE_MAX);
    text_printf(&message, "%s: version %d of %s %d", robot->slug, version, parameter,
                indicator->slot);
    switch (indicator->status) {
    case INDICATOR_IN_USE:
        text_printf(&message, " is set, \"%s\"", indicator->title);
        break;
    case INDICATOR_NOT_RELEVANT:
        text_printf(&message, ": %s means nothing for this robot, which is not 0 points",
                    parameter);
        break;
    case INDICATOR_ENDED:
        text_append_string(&message, ": it is not measured any more");
        break;
    }
    text_printf(&message,
                "; shown as not approved until somebody else approves it: `automagi scorecard "
                "approve %s --parameter %s%s --by NAME`",
                robot->slug, parameter, indicator->slot == 1 ? "" : " --slot 2");
    result_only_message(call, "%s", text_string(&message));
    text_release(&message);
}

static int set(struct command_call *call, const struct robot *robot,
               const struct indicator_list *list, struct fault *fault)
{
    enum scorecard_parameter parameter = call_parameter(call);
    int slot = call_slot(call);
    const struct indicator *before = indicator_on(list, robot->id, parameter, slot, INT32_MAX);
    struct indicator indicator =
        before == NULL || argument_flag(call, "anew") ? first_version() : *before;
    int64_t id = 0;
    int version = before == NULL ? 1 : before->version + 1;
    int result;

    indicator.robot_id = robot->id;
    indicator.parameter = parameter;
    indicator.slot = slot;
    result = take_arguments(call, &indicator, fault);
    if (result == 0)
        result = indicator_put(call->store, &indicator, call_today(call), call->now_ms, &id, fault);
    if (result < 0)
        return result;
    detail_int(call, "version", version);
    answer_set(call, robot, &indicator, version);
    return 0;
}

static int approve(struct command_call *call, const struct robot *robot,
                   const struct indicator_list *list, struct fault *fault)
{
    enum scorecard_parameter parameter = call_parameter(call);
    const char *word = scorecard_parameter_word(parameter);
    int slot = call_slot(call);
    const struct indicator *indicator = indicator_on(list, robot->id, parameter, slot, INT32_MAX);
    int result;

    if (indicator == NULL)
        return fault_set(fault, -ENOENT,
                         "%s has no indicator %d of %s; `automagi scorecard indicators %s` shows "
                         "those there are",
                         robot->slug, slot, word, robot->slug);
    result = indicator_approve(call->store, indicator, call->by, call->now_ms, fault);
    if (result < 0)
        return result;
    detail_int(call, "version", indicator->version);
    result_only_message(call, "%s: version %d of %s %d, \"%s\", set by %s, is approved by %s",
                        robot->slug, indicator->version, word, slot, indicator->title,
                        indicator->set_by, call->by);
    return 0;
}

typedef int on_indicators(struct command_call *call, const struct robot *robot,
                          const struct indicator_list *list, struct fault *fault);

static int with_indicators(struct command_call *call, on_indicators *apply, struct fault *fault)
{
    struct robot_list robots = {0};
    struct indicator_list list = {.count = 0};
    const struct robot *robot = NULL;
    int result = call_robot(call, "robot", &robots, &robot, fault);

    if (result == 0)
        result = indicator_list_read(call->store, &list, fault);
    if (result == 0)
        result = apply(call, robot, &list, fault);
    indicator_list_release(&list);
    robot_list_release(&robots);
    return result;
}

static int scorecard_set_apply(struct command_call *call, struct fault *fault)
{
    return with_indicators(call, set, fault);
}

static int scorecard_approve_apply(struct command_call *call, struct fault *fault)
{
    return with_indicators(call, approve, fault);
}

#define PARAMETER_ARGUMENT                                                                         \
    {                                                                                              \
        .name = "parameter", .kind = ARGUMENT_CHOICE, .is_required = true,                         \
        .choices = "quality|service|wellbeing|well-being", .value = "PARAMETER",                   \
        .help = "which of the five benefits; saving and time are computed"                         \
    }
#define SLOT_ARGUMENT                                                                              \
    {                                                                                              \
        .name = "slot", .kind = ARGUMENT_NUMBER, .value = "N",                                     \
        .help = "its first or second indicator (1)", .least = 1, .most = INDICATOR_SLOTS           \
    }

static const struct argument set_arguments[] = {
    ROBOT_ARGUMENT,
    PARAMETER_ARGUMENT,
    SLOT_ARGUMENT,
    {.name = "indicator",
     .kind = ARGUMENT_TEXT,
     .value = "TEXT",
     .help = "what is measured, such as \"invoices with a wrong account\"",
     .most = REASON_MAX},
    {.name = "unit",
     .kind = ARGUMENT_TEXT,
     .value = "TEXT",
     .help = "of its values, such as \"per 100\"",
     .most = 100},
    {.name = "lower-is-better",
     .kind = ARGUMENT_FLAG,
     .help = "the target lies below the baseline"},
    {.name = "higher-is-better", .kind = ARGUMENT_FLAG, .help = "the target lies above it (usual)"},
    {.name = "baseline",
     .kind = ARGUMENT_DECIMAL,
     .value = "N",
     .help = "the value before the robot",
     .needs = "baseline-on"},
    {.name = "baseline-on",
     .kind = ARGUMENT_DAY,
     .value = "DATE",
     .help = "when that was measured",
     .needs = "baseline"},
    {.name = "baseline-method",
     .kind = ARGUMENT_TEXT,
     .value = "TEXT",
     .help = "how it was found",
     .most = REASON_MAX},
    {.name = "baseline-n",
     .kind = ARGUMENT_NUMBER,
     .value = "N",
     .help = "from how many cases or answers; of well-being at least 5",
     .least = 1,
     .most = ANSWERS_MOST},
    {.name = "target", .kind = ARGUMENT_DECIMAL, .value = "N", .help = "the value to be reached"},
    {.name = "target-on", .kind = ARGUMENT_DAY, .value = "DATE", .help = "by when"},
    {.name = "actual",
     .kind = ARGUMENT_DECIMAL,
     .value = "N",
     .help = "the value now",
     .needs = "actual-on"},
    {.name = "actual-on",
     .kind = ARGUMENT_DAY,
     .value = "DATE",
     .help = "when it was measured",
     .needs = "actual"},
    {.name = "actual-n",
     .kind = ARGUMENT_NUMBER,
     .value = "N",
     .help = "from how many cases or answers; of well-being at least 5",
     .least = 1,
     .most = ANSWERS_MOST},
    {.name = "evidence",
     .kind = ARGUMENT_CHOICE,
     .choices = "E0|E1|E2",
     .value = "LEVEL",
     .help = "how well the actual value is known"},
    {.name = "link",
     .kind = ARGUMENT_TEXT,
     .value = "TEXT",
     .help = "where the evidence is found; E1 and E2 need it",
     .most = REASON_MAX},
    {.name = "owner",
     .kind = ARGUMENT_TEXT,
     .value = "NAME",
     .help = "who answers for the indicator",
     .most = BY_MAX},
    {.name = "review-on",
     .kind = ARGUMENT_DAY,
     .value = "DATE",
     .help = "when it is looked at again, at most six months ahead"},
    {.name = "comment",
     .kind = ARGUMENT_TEXT,
     .value = "TEXT",
     .help = "what a reader should know",
     .most = REASON_MAX},
    {.name = "not-relevant",
     .kind = ARGUMENT_FLAG,
     .help = "the parameter means nothing for this robot, which is not 0 points"},
    {.name = "ended", .kind = ARGUMENT_FLAG, .help = "this indicator is not measured any more"},
    {.name = "anew",
     .kind = ARGUMENT_FLAG,
     .help = "another indicator: nothing stays of the version before"},
    BY_ARGUMENT("who sets it"),
    ARGUMENTS_END,
};

const struct command command_scorecard_set = {
    .name = "scorecard set",
    .summary = "set an indicator of quality, service or well-being: a new version of it",
    .help =
        "A new indicator needs --indicator, --unit, --owner and --review-on; E1 and E2 need "
        "--link.\n"
        "What is not given stays as in the version before, but for what is of a value: another\n"
        "one has its own number of answers, method or link. No version is ever rewritten, so\n"
        "scores of earlier days stay. First comes a baseline, then a target, then an actual\n"
        "value. Until somebody else approves the version it is shown as not approved.\n"
        "Well-being is never a person's: a value of it needs at least five answers.\n"
        "Evidence: E0 the owner's judgement, at most 2 points; E1 a sample or a short survey, at\n"
        "most 4; E2 measured before and after.\n"
        "\n"
        "  automagi scorecard set franco-fakturatjek-momentum --parameter quality \\\n"
        "      --indicator \"invoices with a wrong account\" --unit \"per 100\" --lower-is-better "
        "\\\n"
        "      --baseline 8 --baseline-on 2026-03-31 --baseline-method \"200 drawn by lot\" \\\n"
        "      --baseline-n 200 --target 2 --target-on 2026-12-31 \\\n"
        "      --owner NAME --review-on 2027-03-31 --by NAME\n"
        "  automagi scorecard set franco-fakturatjek-momentum --parameter quality --actual 3.5 \\\n"
        "      --actual-on 2026-09-30 --actual-n 200 --evidence E2 --link \"case 26/1234\" \\\n"
        "      --review-on 2027-04-30 --by NAME",
    .kind = COMMAND_CHANGES,
    .arguments = set_arguments,
    .check = set_check,
    .apply = scorecard_set_apply,
};

static const struct argument approve_arguments[] = {
    ROBOT_ARGUMENT,
    PARAMETER_ARGUMENT,
    SLOT_ARGUMENT,
    BY_ARGUMENT("who approves it; not who set it, nor who set the robot's estimate"),
    ARGUMENTS_END,
};

const struct command command_scorecard_approve = {
    .name = "scorecard approve",
    .summary = "approve the newest version of an indicator, as somebody who did not set it",
    .help =
        "  automagi scorecard approve franco-fakturatjek-momentum --parameter quality --by NAME",
    .kind = COMMAND_CHANGES,
    .arguments = approve_arguments,
    .apply = scorecard_approve_apply,
};
