/* round list | show | approve: the year's gains and priorities, approved by heads of department. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/nouns.h"
#include "core/store/organisation.h"
#include "core/store/round.h"
#include "core/store/signed_document.h"
#include "scorecards/round_paper.h"

enum { YEAR_LEAST = 1900, YEAR_MOST = 2199 };

static int32_t year_today(const struct command_call *call)
{
    int year;
    int month;
    int day;

    clock_civil(call_today(call), &year, &month, &day);
    return year;
}

/* The year asked for, else the one that is going on. */
static int32_t call_year(const struct command_call *call)
{
    return (int32_t)argument_number(call, "year", year_today(call));
}

static int compose(const struct command_call *call, struct round_paper *paper, struct text *target,
                   struct fault *fault)
{
    int result = department_find(call->store, argument_text(call, "department", ""),
                                 &paper->department_id, fault);

    paper->year = call_year(call);
    if (result == 0 && paper->signed_by != NULL && paper->year < year_today(call))
        result = fault_set(fault, -EINVAL,
                           "%d is over; what it brought is in `automagi savings`, and a round "
                           "approves what is expected",
                           (int)paper->year);
    paper->as_of = call_today(call);
    return result == 0 ? round_paper_compose(call->store, paper, target, fault) : result;
}

/* What was signed, else the draft of today. */
static int put_show(struct command_call *call, struct text *text, struct fault *fault)
{
    const char *slug = argument_text(call, "department", "");
    struct round_paper paper = {.signed_by = NULL};
    struct signed_document document = {.id = 0};
    int64_t department = 0;
    int64_t id = 0;
    int result = department_find(call->store, slug, &department, fault);

    if (result == 0 && !argument_flag(call, "draft"))
        result = round_find(call->store, department, call_year(call), &id, fault);
    if (result == 0 && id != 0)
        result = signed_document_read(call->store, id, &document, fault);
    if (result == 0 && id == 0)
        result = compose(call, &paper, text, fault);
    if (result == 0) {
        json_begin_object(call->result);
        result_text(call->result, "department", slug);
        result_int(call->result, "year", call_year(call));
        result_bool(call->result, "approved", id != 0);
        result_text(call->result, "text", id != 0 ? document.body : text_string(text));
        json_end_object(call->result);
    }
    signed_document_release(&document);
    return result;
}

static int round_show_apply(struct command_call *call, struct fault *fault)
{
    struct text text;
    int result;

    text_init(&text, ROUND_PAPER_MAX);
    result = put_show(call, &text, fault);
    text_release(&text);
    return result;
}

static int keep(struct command_call *call, const struct round_paper *paper, const char *body,
                int64_t *ret_id, struct fault *fault)
{
    const char *slug = argument_text(call, "department", "");
    char title[ROUND_TITLE_MAX];
    int result;

    round_paper_title(slug, paper->year, title);
    result = signed_document_add(call->store,
                                 &(struct signed_document_new){.kind = DOCUMENT_ROUND,
                                                               .subject = slug,
                                                               .title = title,
                                                               .body = body,
                                                               .signed_by = paper->signed_by,
                                                               .signed_day = paper->as_of,
                                                               .made_ms = call->now_ms},
                                 ret_id, fault);
    if (result == 0)
        result = round_put(call->store, paper->department_id, paper->year, *ret_id, fault);
    return result;
}

static int round_approve_apply(struct command_call *call, struct fault *fault)
{
    const char *slug = argument_text(call, "department", "");
    struct round_paper paper = {.signed_by = call->by};
    struct text text;
    int64_t id = 0;
    int result;

    (void)text_copy(call->subject, sizeof call->subject, slug);
    text_init(&text, ROUND_PAPER_MAX);
    result = compose(call, &paper, &text, fault);
    if (result == 0)
        result = keep(call, &paper, text_string(&text), &id, fault);
    if (result == 0) {
        detail_int(call, "document", id);
        result_only_message(call,
                            "%s: the gains and priorities of %d are approved by %s; document "
                            "%" PRId64 " (`automagi document show %" PRId64 "`)",
                            slug, (int)paper.year, call->by, id, id);
    }
    text_release(&text);
    return result;
}

static int put_round(struct command_call *call, const struct department *department, int32_t year,
                     struct fault *fault)
{
    struct signed_document document = {.id = 0};
    int64_t id = 0;
    int result = round_find(call->store, department->id, year, &id, fault);

    if (result == 0 && id != 0)
        result = signed_document_read(call->store, id, &document, fault);
    if (result == 0) {
        json_begin_object(call->result);
        result_text(call->result, "department", department->slug);
        result_text(call->result, "name", department_name_on(department, call_today(call)));
        result_text(call->result, "state", id != 0 ? "approved" : "waiting");
        result_text_or_null(call->result, "approved_by", id != 0 ? document.signed_by : NULL);
        if (id != 0)
            result_day(call->result, "approved_on", document.signed_day);
        else
            result_text(call->result, "approved_on", NULL);
        if (id != 0)
            result_int(call->result, "document", id);
        else
            result_text(call->result, "document", NULL);
        json_end_object(call->result);
    }
    signed_document_release(&document);
    return result;
}

static int round_list_apply(struct command_call *call, struct fault *fault)
{
    struct organisation organisation = {0};
    size_t i;
    int result = organisation_read(call->store, &organisation, fault);

    if (result == 0) {
        json_begin_object(call->result);
        result_int(call->result, "year", call_year(call));
        json_key(call->result, "rows");
        json_begin_array(call->result);
        for (i = 0; i < organisation.department_count && result == 0; i++)
            result = put_round(call, &organisation.departments[i], call_year(call), fault);
        json_end_array(call->result);
        json_end_object(call->result);
    }
    organisation_release(&organisation);
    return result;
}

#define DEPARTMENT                                                                                 \
    {                                                                                              \
        .name = "department", .kind = ARGUMENT_TEXT, .is_positional = true, .is_required = true,   \
        .value = "DEPARTMENT", .help = "the department's id", .source = SOURCE_DEPARTMENT          \
    }
#define YEAR                                                                                       \
    {                                                                                              \
        .name = "year", .kind = ARGUMENT_NUMBER, .value = "YEAR",                                  \
        .help = "the year that is approved (this year)", .least = YEAR_LEAST, .most = YEAR_MOST    \
    }

static const struct argument list_arguments[] = {YEAR, ARGUMENTS_END};

static const struct column list_columns[] = {
    {.member = "department", .heading = "id"},
    {.member = "name", .heading = "name"},
    {.member = "state", .heading = "state", .is_state = true},
    {.member = "approved_by", .heading = "approved by"},
    {.member = "approved_on", .heading = "on"},
    {.member = "document", .heading = "document", .is_right = true},
    COLUMNS_END,
};

const struct command command_round_list = {
    .name = "round list",
    .summary = "who has approved the year's estimated gains and priorities",
    .kind = COMMAND_READS,
    .arguments = list_arguments,
    .columns = list_columns,
    .empty = "no departments yet; `automagi load` takes them",
    .apply = round_list_apply,
};

static const struct argument show_arguments[] = {
    DEPARTMENT,
    YEAR,
    {.name = "draft",
     .kind = ARGUMENT_FLAG,
     .help = "as it would be signed today, though one was signed"},
    ARGUMENTS_END,
};

const struct command command_round_show = {
    .name = "round show",
    .summary = "the document of a department's round: what was signed, or the draft",
    .kind = COMMAND_READS,
    .arguments = show_arguments,
    .apply = round_show_apply,
};

static const struct argument approve_arguments[] = {
    DEPARTMENT,
    YEAR,
    BY_ARGUMENT("the head of department"),
    ARGUMENTS_END,
};

const struct command command_round_approve = {
    .name = "round approve",
    .summary = "the head of department approves the estimated gains and the priorities, in writing",
    .help =
        "Keeps what `automagi round show` prints as a signed document. Approving again makes a\n"
        "new one; earlier ones stay in `automagi document list`.",
    .kind = COMMAND_CHANGES,
    .arguments = approve_arguments,
    .apply = round_approve_apply,
};
