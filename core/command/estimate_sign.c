/* estimate sign | agreement: the head of department agrees, and what was agreed is kept word for word. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/estimate_version.h"
#include "core/command/nouns.h"
#include "core/store/organisation.h"
#include "core/store/period.h"
#include "core/store/signed_document.h"
#include "scorecards/agreement.h"
#include "scorecards/difference.h"
#include "scorecards/robot_saved.h"

enum { MINUTE_DIGITS = 2, MESSAGE_MAX = 2048 };

/* A signature, and what it makes of the figures. */
struct signing {
    struct command_call *call;
    const struct robot *robot;
    const struct estimate *estimate; /* as it was before */
    struct estimate_signature signature;
    struct robot_saved before, after;
    int64_t entries;  /* counter-entries */
    int64_t document; /* the agreement's */
};

static int admit(struct signing *signing, struct fault *fault)
{
    char what[ROBOT_SLUG_MAX + 32];

    (void)snprintf(what, sizeof(what), "the estimate of %s", signing->robot->slug);
    return period_admit(signing->call->store, what, signing->estimate->from_day,
                        argument_flag(signing->call, "book-difference"),
                        &signing->signature.booking_from, fault);
}

/* The version is written, and where its date lies in a closed month, the difference with it. */
static int write_signature(struct signing *signing, struct fault *fault)
{
    struct store *store = signing->call->store;
    struct difference difference = {0};
    struct difference_cause cause = {.cause = ADJUSTMENT_ESTIMATE,
                                     .from_day = signing->estimate->from_day,
                                     .reason = signing->estimate->reason[0] != '\0'
                                                   ? signing->estimate->reason
                                                   : "an estimate signed late",
                                     .by_whom = signing->signature.signed_by,
                                     .now_ms = signing->call->now_ms};
    bool is_late = signing->signature.booking_from != 0;
    int result = is_late ? difference_begin(store, &difference, fault) : 0;

    if (result == 0)
        result = estimate_sign_booked(store, signing->estimate->id, &signing->signature, fault);
    if (result < 0)
        (void)fault_prefix(fault, result, "%s", signing->robot->slug);
    if (result == 0 && is_late)
        result = difference_book(&difference, &cause, &signing->entries, fault);
    difference_release(&difference);
    return result;
}

static const struct estimate *find_version(const struct robot_list *list, int64_t id)
{
    size_t i;

    for (i = 0; list->count > 0 && i < list->robots[0].estimate_count; i++)
        if (list->robots[0].estimates[i].id == id)
            return &list->robots[0].estimates[i];
    return NULL;
}

static int keep_agreement(struct signing *signing, struct fault *fault)
{
    struct command_call *call = signing->call;
    struct organisation organisation = {0};
    struct robot_list list = {0};
    struct agreement agreement = {.organisation = &organisation};
    int result = organisation_read(call->store, &organisation, fault);

    if (result == 0)
        result = robot_list_read_one(call->store, signing->robot->id, &list, fault);
    agreement.estimate = find_version(&list, signing->estimate->id);
    if (result == 0 && agreement.estimate == NULL)
        result = fault_set(fault, -EBADMSG, "the version is gone; run `automagi verify`");
    if (result == 0) {
        agreement.robot = &list.robots[0];
        result = agreement_keep(call->store, &agreement, call->now_ms, &signing->document, fault);
    }
    robot_list_release(&list);
    organisation_release(&organisation);
    return result;
}

static void tell_effect(const struct signing *signing, struct text *message)
{
    const struct robot_saved *before = &signing->before;
    const struct robot_saved *after = &signing->after;
    int64_t was = robot_kroner(before->open - before->adjusted);
    int64_t is = robot_kroner(after->open - after->adjusted);
    char month[CLOCK_MONTH_TEXT];

    if (signing->signature.booking_from != 0) {
        clock_format_month(signing->signature.booking_from, month);
        text_printf(message,
                    "; closed months stay as they are: %" PRId64 " counter-entr%s of together "
                    "%" PRId64 " kr. %s booked in %s",
                    signing->entries, signing->entries == 1 ? "y" : "ies",
                    robot_kroner(after->adjusted - before->adjusted),
                    signing->entries == 1 ? "is" : "are", month);
    }
    if (was != is)
        text_printf(message,
                    "; what is counted%s changes from %" PRId64 " to %" PRId64 " kr. "
                    "(%s%" PRId64 ")",
                    after->open_from != 0 ? " in months that are not closed" : " already", was, is,
                    is > was ? "+" : "", is - was);
}

static void answer(const struct signing *signing)
{
    struct command_call *call = signing->call;
    const struct estimate *estimate = signing->estimate;
    char minutes[DECIMAL_TEXT_MAX];
    char from[CLOCK_DAY_TEXT];
    struct text message;

    text_init(&message, MESSAGE_MAX);
    clock_format_day(estimate->from_day, from);
    decimal_format(estimate->hundredths, MINUTE_DIGITS, minutes, sizeof(minutes));
    text_printf(&message, "%s: %s minutes per %s from %s, signed by %s%s", signing->robot->slug,
                minutes, estimate_kind_word(estimate->kind), from, call->by,
                signing->signature.signed_day > estimate->from_day
                    ? "; retroactive: it counts from its date"
                    : "");
    tell_effect(signing, &message);
    text_printf(&message, "; the agreement is document %" PRId64, signing->document);
    result_only_message(call, "%s", text_string(&message));
    text_release(&message);
}

static int sign(struct signing *signing, struct fault *fault)
{
    struct command_call *call = signing->call;
    const struct robot *robot = signing->robot;
    const struct estimate *estimate = signing->estimate;
    const struct estimate *other = estimate_signed_from(robot, estimate->kind, estimate->from_day);
    int32_t on = 0;
    int result = call_day_past(call, &on, fault);

    if (result < 0)
        return result;
    if (other != NULL)
        return estimate_refuse_signed(robot, other, fault);
    signing->signature = (struct estimate_signature){.signed_by = call->by, .signed_day = on};
    result = admit(signing, fault);
    if (result == 0)
        result = robot_saved_read(call->store, robot->id, &signing->before, fault);
    if (result == 0)
        result = write_signature(signing, fault);
    if (result == 0)
        result = robot_saved_read(call->store, robot->id, &signing->after, fault);
    return result == 0 ? keep_agreement(signing, fault) : result;
}

static void note(const struct signing *signing)
{
    const struct command_call *call = signing->call;

    detail_int(call, "version", signing->estimate->id);
    detail_day(call, "valid_from", signing->estimate->from_day);
    detail_decimal(call, "minutes", signing->estimate->hundredths, MINUTE_DIGITS);
    detail_int(call, "document", signing->document);
    if (signing->signature.booking_from != 0)
        detail_int(call, "counter_entries", signing->entries);
}

static int estimate_sign_apply(struct command_call *call, struct fault *fault)
{
    struct signing signing = {.call = call};
    struct robot_list list = {0};
    int result = call_robot(call, "robot", &list, &signing.robot, fault);

    if (result == 0)
        result = estimate_find_unsigned(call, signing.robot, &signing.estimate, fault);
    if (result == 0)
        result = sign(&signing, fault);
    if (result == 0) {
        note(&signing);
        answer(&signing);
    }
    robot_list_release(&list);
    return result;
}

static const struct argument sign_arguments[] = {
    ROBOT_ARGUMENT,
    {.name = "from",
     .kind = ARGUMENT_DAY,
     .value = "DATE",
     .help = "which version, when several wait"},
    ESTIMATE_KIND_ARGUMENT,
    BY_ARGUMENT("the head of department; not who set it"),
    {.name = "on", .kind = ARGUMENT_DAY, .value = "DATE", .help = "signed on that day (today)"},
    {.name = "book-difference",
     .kind = ARGUMENT_FLAG,
     .help = "also from a day in a closed month: book what it changes in the oldest open one"},
    ARGUMENTS_END,
};

const struct command command_estimate_sign = {
    .name = "estimate sign",
    .summary = "the head of department signs; from then on the robot's tasks count",
    .help =
        "The signature writes the agreement as a document (`automagi estimate agreement ROBOT`)\n"
        "and says what it makes of the figures. A closed month never moves: a version that begins\n"
        "in one is refused. With --book-difference it is taken, and values only what is booked\n"
        "from the oldest open month on; what it makes of closed months is booked there, as one\n"
        "counter-entry per month of completion.\n"
        "\n"
        "  automagi estimate sign mona-mangelliste --by \"Head of Department\" --dry-run",
    .kind = COMMAND_CHANGES,
    .arguments = sign_arguments,
    .apply = estimate_sign_apply,
};

/* ---------------------------------------------------------------- estimate agreement */

/* What --from names; else what is valid today, else what waits to be signed. */
static int find_agreed(struct command_call *call, const struct robot *robot,
                       const struct estimate **ret_estimate, struct fault *fault)
{
    struct fault none = {.text = ""};
    int32_t from;
    int result = estimate_find_meant(call, robot, ret_estimate, fault);

    if (result == -ENOENT && !argument_day(call, "from", &from) &&
        estimate_find_unsigned(call, robot, ret_estimate, &none) == 0)
        return 0;
    return result;
}

static void put_kept(struct command_call *call, const struct signed_document *document)
{
    json_begin_object(call->result);
    result_int(call->result, "document", document->id);
    result_bool(call->result, "draft", false);
    result_text(call->result, "title", document->title);
    result_text(call->result, "text", document->body);
    json_end_object(call->result);
}

static int put_composed(struct command_call *call, const struct robot *robot,
                        const struct estimate *estimate, struct fault *fault)
{
    struct organisation organisation = {0};
    char title[AGREEMENT_TITLE_MAX];
    struct text text;
    int result = organisation_read(call->store, &organisation, fault);

    text_init(&text, AGREEMENT_MAX);
    agreement_title(robot, estimate, title);
    if (result == 0)
        result = agreement_compose(call->store,
                                   &(struct agreement){.organisation = &organisation,
                                                       .robot = robot,
                                                       .estimate = estimate},
                                   &text, fault);
    if (result == 0) {
        json_begin_object(call->result);
        result_text(call->result, "document", NULL);
        result_bool(call->result, "draft", estimate->signed_by == NULL);
        result_text(call->result, "title", title);
        result_text(call->result, "text", text_string(&text));
        json_end_object(call->result);
    }
    text_release(&text);
    organisation_release(&organisation);
    return result;
}

static int show(struct command_call *call, const struct robot *robot,
                const struct estimate *estimate, struct fault *fault)
{
    struct signed_document document = {.id = 0};
    char title[AGREEMENT_TITLE_MAX];
    int64_t id = 0;
    int result;

    agreement_title(robot, estimate, title);
    result = signed_document_find(call->store, DOCUMENT_AGREEMENT, robot->slug, title, &id, fault);
    if (result < 0)
        return result;
    if (estimate->signed_by != NULL && id == 0)
        return fault_set(fault, -ENOENT,
                         "%s: the estimate was signed before agreements were kept, so there is no "
                         "document; `automagi estimate history %s` shows who signed it",
                         robot->slug, robot->slug);
    if (id == 0)
        return put_composed(call, robot, estimate, fault);
    result = signed_document_read(call->store, id, &document, fault);
    if (result == 0)
        put_kept(call, &document);
    signed_document_release(&document);
    return result;
}

static int estimate_agreement_apply(struct command_call *call, struct fault *fault)
{
    const struct estimate *estimate = NULL;
    struct robot_list list = {0};
    const struct robot *robot = NULL;
    int result = call_robot(call, "robot", &list, &robot, fault);

    if (result == 0)
        result = find_agreed(call, robot, &estimate, fault);
    if (result == 0)
        result = show(call, robot, estimate, fault);
    robot_list_release(&list);
    return result;
}

static const struct argument agreement_arguments[] = {
    ROBOT_ARGUMENT,
    ESTIMATE_VERSION_ARGUMENTS,
    ARGUMENTS_END,
};

const struct command command_estimate_agreement = {
    .name = "estimate agreement",
    .summary = "the agreement on an estimate as it was signed; unsigned, its draft",
    .help =
        "Danish plain text, word for word as it was signed. Of a version that nobody has signed\n"
        "it is the draft as it would be signed, marked UDKAST throughout.",
    .kind = COMMAND_READS,
    .arguments = agreement_arguments,
    .apply = estimate_agreement_apply,
};
