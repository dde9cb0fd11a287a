/* backlog load, backlog take: the organisation's own list of ideas, as it was read by the command line. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/cpr.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/backlog_csv.h"
#include "core/command/backlog_idea.h"
#include "core/command/detail.h"
#include "core/command/money.h"
#include "core/store/department.h"
#include "core/store/organisation.h"
#include "scorecards/savings.h"

enum { CELLS = 3, MESSAGE_MAX = 1024, FILE_NAME_MAX = 255, TITLE_SHOWN = 40 };

struct taking {
    struct command_call *call;
    struct organisation organisation;
    struct idea_list before;
    const char *sender;
    size_t added, kept, moved; /* kept: there already; moved: of them, with another status by now */
    size_t nowhere;            /* added, of no single department, though one is printed */
    size_t unapproved;         /* added, begun, and nobody is said to have approved it */
};

/* ---- whose it is ---- */

/* To whom what it had has gone by today; NULL when it was split. */
static const struct department *now_of(const struct organisation *organisation,
                                       const struct department *department, int32_t today)
{
    int steps;

    for (steps = 0; department != NULL && department_has_ended(department, today) &&
                    steps < DEPARTMENT_STEPS_MAX;
         steps++)
        department = department->successor_count == 1
                         ? organisation_department_by_id(organisation,
                                                         department->successors[0].successor_id)
                         : NULL;
    return department;
}

struct found_department {
    int64_t id;      /* 0: of no single one */
    const char *why; /* it is of none although something is printed; NULL: it is not */
};

static int find_department(const struct taking *taking, const char *printed,
                           struct found_department *ret_found, struct fault *fault)
{
    const struct department *department = NULL;
    const struct department *now;
    const struct area *area = NULL;
    int result;

    *ret_found = (struct found_department){.why = NULL};
    if (printed[0] == '\0' || strcmp(printed, SAVINGS_CROSS_NAME) == 0 ||
        strcmp(printed, SAVINGS_CROSS_ID) == 0)
        return 0;
    result = organisation_department_called(&taking->organisation, printed, &department, fault);
    if (result == 0 && department == NULL)
        result = organisation_area_called(&taking->organisation, printed, &area, fault);
    if (result < 0)
        return result;
    now = department != NULL ? now_of(&taking->organisation, department, call_today(taking->call))
                             : NULL;
    if (now != NULL)
        ret_found->id = now->id;
    else if (department != NULL)
        ret_found->why = "split";
    else
        ret_found->why = area != NULL ? "an area" : "no department";
    return 0;
}

/* ---- one idea ---- */

static const struct idea *find_idea(const struct idea_list *list, const char *title,
                                    const char *printed)
{
    size_t i;

    for (i = 0; i < list->count; i++)
        if (strcmp(list->ideas[i].title, title) == 0 &&
            strcmp(list->ideas[i].department_text, printed) == 0)
            return &list->ideas[i];
    return NULL;
}

static void put_added(const struct taking *taking, const struct idea *idea, int64_t id,
                      const struct found_department *found)
{
    struct json_writer *writer = taking->call->result;
    struct text remark;

    text_init(&remark, MESSAGE_MAX);
    if (found->why != NULL)
        text_printf(&remark, "%s: %s", found->why, idea->department_text);
    if (idea->status == IDEA_DEVELOPMENT || idea->status == IDEA_OPERATION)
        text_printf(&remark, "%sapproval not recorded", remark.length > 0 ? "; " : "");
    json_begin_object(writer);
    result_int(writer, "id", id);
    result_text(writer, "title", idea->title);
    result_text(writer, "status", idea_status_word(idea->status));
    result_text(writer, "department",
                money_department_slug(&taking->organisation, idea->department_id));
    result_text_or_null(writer, "department_as_printed", idea->department_text);
    result_text_or_null(writer, "remark", text_string(&remark));
    json_end_object(writer);
    text_release(&remark);
}

static int add_idea(struct taking *taking, const char *title, enum idea_status status,
                    const char *printed, struct fault *fault)
{
    struct idea idea = {.title = title,
                        .status = status,
                        .department_text = printed,
                        .sender = taking->sender,
                        .owner = "",
                        .description = "",
                        .hours = IDEA_UNKNOWN,
                        .go_live_day = IDEA_NO_DAY,
                        .priority = IDEA_UNKNOWN};
    struct found_department found = {.why = NULL};
    int64_t id = 0;
    int result = find_department(taking, printed, &found, fault);

    idea.department_id = found.id;
    if (result == 0)
        result = idea_put(taking->call->store, &idea, taking->call->now_ms, &id, fault);
    if (result < 0)
        return result;
    taking->added++;
    taking->nowhere += found.why != NULL;
    taking->unapproved += status == IDEA_DEVELOPMENT || status == IDEA_OPERATION;
    put_added(taking, &idea, id, &found);
    return 0;
}

/* As the command line sent it: title, status, department. With a number hidden in it, it would not be found again. */
static int take_row(struct taking *taking, const struct json *row, struct fault *fault)
{
    const char *cells[CELLS] = {NULL};
    const struct idea *there;
    const struct json *cell;
    enum idea_status status = (enum idea_status)0;
    size_t count = 0;

    for (cell = json_is_array(row) ? json_first(row) : NULL; cell != NULL;
         cell = json_next(cell), count++)
        if (count < CELLS)
            cells[count] = json_is_string(cell) ? json_string(cell) : NULL;
    if (count == CELLS && cells[1] != NULL)
        status = idea_status_of(cells[1]);
    if (count != CELLS || cells[0] == NULL || cells[2] == NULL || status == 0 ||
        status == IDEA_APPROVED || cpr_is_in(cells[0], strlen(cells[0])) ||
        cpr_is_in(cells[2], strlen(cells[2])))
        return fault_set(fault, -EINVAL, "backlog take: a row is not of the form asked for");
    there = find_idea(&taking->before, cells[0], cells[2]);
    if (there == NULL)
        return add_idea(taking, cells[0], status, cells[2], fault);
    taking->kept++;
    taking->moved += there->status != status;
    return 0;
}

/* ---- the list ---- */

static void put_message(const struct taking *taking, const char *file)
{
    struct text text;

    text_init(&text, MESSAGE_MAX);
    text_printf(&text, "%s: %zu idea%s added, %zu there already", file, taking->added,
                taking->added == 1 ? "" : "s", taking->kept);
    if (taking->moved > 0)
        text_printf(&text, " (%zu of them with another status by now, which stays)", taking->moved);
    if (taking->nowhere > 0)
        text_printf(&text, "; %zu %s of no single department, and keep%s the name that is printed",
                    taking->nowhere, taking->nowhere == 1 ? "is" : "are",
                    taking->nowhere == 1 ? "s" : "");
    if (taking->unapproved > 0)
        text_printf(&text,
                    "; of %zu no approval is recorded: `automagi backlog approve ID --by NAME`",
                    taking->unapproved);
    result_text(taking->call->result, "message", text_string(&text));
    text_release(&text);
}

static int take_rows(struct taking *taking, const char *file, struct fault *fault)
{
    struct json_writer *writer = taking->call->result;
    const struct json *row = json_first(json_member(taking->call->arguments, "ideas"));
    size_t count = 0;
    int result = 0;

    json_begin_object(writer);
    json_key(writer, "rows");
    json_begin_array(writer);
    for (; row != NULL && result == 0; row = json_next(row)) {
        if (++count > BACKLOG_LINES_MAX)
            result = fault_set(fault, -E2BIG, "backlog take: over %d ideas", BACKLOG_LINES_MAX);
        else
            result = take_row(taking, row, fault);
    }
    json_end_array(writer);
    put_message(taking, file);
    result_int(writer, "added", (int64_t)taking->added);
    result_int(writer, "there_already", (int64_t)taking->kept);
    json_end_object(writer);
    return result;
}

static int backlog_take_apply(struct command_call *call, struct fault *fault)
{
    const char *file = argument_text(call, "file", "");
    struct taking taking = {.call = call, .sender = argument_text(call, "sender", file)};
    int result = organisation_read(call->store, &taking.organisation, fault);

    (void)text_copy(call->subject, sizeof call->subject, file);
    if (result == 0 && taking.organisation.department_count == 0)
        result = fault_set(fault, -ENOENT,
                           "there are no departments yet, so every idea would be of none; "
                           "`automagi load ORG.json` takes them");
    if (result == 0)
        result = idea_list_read(call->store, &taking.before, fault);
    if (result == 0)
        result = take_rows(&taking, file, fault);
    if (result == 0) {
        detail_int(call, "added", (int64_t)taking.added);
        detail_int(call, "there_already", (int64_t)taking.kept);
    }
    idea_list_release(&taking.before);
    organisation_release(&taking.organisation);
    return result;
}

#define SENDER_ARGUMENT                                                                            \
    {                                                                                              \
        .name = "sender", .kind = ARGUMENT_TEXT, .value = "NAME",                                  \
        .help = "who sent them, and is answered (the file's name)", .most = BY_MAX                 \
    }

static const struct argument take_arguments[] = {
    {.name = "file",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .help = "the file's name",
     .most = FILE_NAME_MAX},
    SENDER_ARGUMENT,
    {.name = "ideas",
     .kind = ARGUMENT_LIST,
     .is_required = true,
     .help = "title, status, department as printed of each"},
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "id", .heading = "id", .is_right = true},
    {.member = "title", .heading = "title", .most = TITLE_SHOWN},
    {.member = "status", .heading = "status", .is_state = true},
    {.member = "department", .heading = "department"},
    {.member = "department_as_printed", .heading = "printed as", .is_csv_only = true},
    {.member = "remark", .heading = "remark", .fits = true},
    COLUMNS_END,
};

const struct command command_backlog_take = {
    .name = "backlog take",
    .kind = COMMAND_CHANGES,
    .arguments = take_arguments,
    .columns = columns,
    .empty = "all of the file was there already",
    .apply = backlog_take_apply,
};

static const struct argument load_arguments[] = {
    {.name = "file",
     .kind = ARGUMENT_TEXT,
     .is_positional = true,
     .is_required = true,
     .value = "FILE.csv",
     .help = "the list",
     .source = SOURCE_PATH},
    SENDER_ARGUMENT,
    ARGUMENTS_END,
};

const struct command command_backlog_load = {
    .name = "backlog load",
    .summary = "take over a list of ideas (CSV)",
    .help =
        "The first line is title,status,department_as_printed; statuses are Ønsker/idéer, Under\n"
        "udvikling, I drift, Afvist. The file is checked whole first: a line that is wrong is\n"
        "named by its number, and then nothing is taken. An idea with the same title and printed\n"
        "department as one that is there is that one and stays as it is, so loading twice\n"
        "changes nothing.\n"
        "\n"
        "A department is known by any name it has or had or is also called by. An area, or a name\n"
        "that is none here, makes an idea of no single department, which keeps what is printed.\n"
        "What comes as in development or in operation says nobody approved it; `automagi backlog\n"
        "approve` records who did.\n"
        "\n"
        "  automagi backlog load robots/backlog_2025_09.csv --dry-run",
    .kind = COMMAND_LOCAL,
    .arguments = load_arguments,
    .columns = columns,
};
