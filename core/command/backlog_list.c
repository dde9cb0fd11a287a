/* backlog list: ideas in the order in which they should be built, or by department. */
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/backlog_idea.h"
#include "core/command/money.h"
#include "scorecards/priority.h"

enum { TITLE_SHOWN = 36 };

struct listing {
    struct row_list rows;
    const struct ranking *ranking;
    const char *status;    /* NULL: any */
    int64_t department_id; /* -1: any */
};

/* False: no more rows are taken. */
static bool list_idea(struct listing *listing, const struct ranked_idea *ranked)
{
    const struct idea *idea = ranked->idea;
    struct json_writer *writer;

    if ((listing->status != NULL && strcmp(listing->status, idea_status_word(idea->status)) != 0) ||
        (listing->department_id >= 0 && idea->department_id != listing->department_id))
        return true;
    writer = rows_next(&listing->rows);
    if (writer == NULL)
        return false;
    json_begin_object(writer);
    put_idea_members(writer, listing->ranking, ranked);
    json_end_object(writer);
    return true;
}

/* The list of ideas has them by department; the ranked ones point into it. */
static int list_by_department(struct listing *listing, struct fault *fault)
{
    const struct ranking *ranking = listing->ranking;
    const struct ranked_idea **places = calloc(ranking->count + 1, sizeof *places);
    size_t i;

    if (places == NULL)
        return fault_no_memory(fault);
    for (i = 0; i < ranking->count; i++)
        places[ranking->ideas[i].idea - ranking->gap.ideas.ideas] = &ranking->ideas[i];
    for (i = 0; i < ranking->count; i++)
        if (!list_idea(listing, places[i]))
            break;
    free(places);
    return 0;
}

static int backlog_list_apply(struct command_call *call, struct fault *fault)
{
    bool is_by_department = strcmp(argument_text(call, "order", "priority"), "department") == 0;
    struct ranking ranking = {.count = 0};
    struct listing listing = {
        .ranking = &ranking, .status = argument_text(call, "status", NULL), .department_id = -1};
    int result = 0;
    size_t i;

    if (argument_text(call, "department", NULL) != NULL)
        result = call_department_id(call, "department", true, &listing.department_id, fault);
    if (result == 0)
        result = call_ranking(call, &ranking, fault);
    if (result == 0) {
        (void)rows_begin(&listing.rows, call, LIMIT_MOST);
        if (is_by_department)
            result = list_by_department(&listing, fault);
        for (i = 0; i < ranking.count && !is_by_department; i++)
            if (!list_idea(&listing, &ranking.ideas[i]))
                break;
        rows_end(&listing.rows);
    }
    ranking_release(&ranking);
    return result;
}

static const struct argument arguments[] = {
    {.name = "department",
     .kind = ARGUMENT_TEXT,
     .value = "DEPARTMENT",
     .help = "only its ideas",
     .source = SOURCE_DEPARTMENT},
    {.name = "status",
     .kind = ARGUMENT_CHOICE,
     .choices = "wish|approved|development|operation|rejected",
     .value = "STATUS",
     .help = "only ideas of that status"},
    {.name = "order",
     .kind = ARGUMENT_CHOICE,
     .choices = "priority|department",
     .value = "ORDER",
     .help = "what should be built first (priority), or by department and its own order"},
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "rank", .heading = "rank", .is_right = true},
    {.member = "id", .heading = "id", .is_right = true},
    {.member = "title", .heading = "title", .most = TITLE_SHOWN},
    {.member = "status", .heading = "status", .is_state = true},
    {.member = "department", .heading = "department"},
    {.member = "benefit", .heading = "benefit", .is_right = true},
    {.member = "benefit_low", .heading = "low", .is_right = true, .is_csv_only = true},
    {.member = "benefit_high", .heading = "high", .is_right = true, .is_csv_only = true},
    {.member = "ease", .heading = "ease", .is_right = true},
    {.member = "score", .heading = "priority", .is_right = true},
    {.member = "quadrant", .heading = "quadrant"},
    {.member = "hours", .heading = "hours/year", .is_right = true, .is_csv_only = true},
    {.member = "kroner", .heading = "kroner/year", .is_right = true, .is_csv_only = true},
    {.member = "go_live", .heading = "go-live", .is_csv_only = true},
    {.member = "priority", .heading = "own order", .is_right = true, .is_csv_only = true},
    {.member = "sender", .heading = "sender", .is_csv_only = true},
    {.member = "approved_by", .heading = "approved by", .is_csv_only = true},
    {.member = "department_as_printed", .heading = "printed as", .is_csv_only = true},
    {.member = "remark", .heading = "remark", .fits = true},
    COLUMNS_END,
};

const struct command command_backlog_list = {
    .name = "backlog list",
    .summary = "ideas for robots, ranked: which should be built next",
    .help =
        "benefit = 20 x the weighted mean of the points that the idea is expected to get in the\n"
        "five benefits; ease = 20 x the mean of its five parts, less 10 for each system beyond "
        "two;\n"
        "priority = the root of benefit x ease (`automagi backlog score`). From 50 of both on:\n"
        "build-now; of benefit alone: plan; of ease alone: quick-win; of none: leave. Equals go "
        "to\n"
        "the department that is furthest from its target, then to the older idea. What is not\n"
        "scored whole, is in operation or rejected has no rank and comes last.\n"
        "\n"
        "--format csv and json have hours, kroner (expected hours x today's rate), go-live and\n"
        "the department's own order beside it, \"priority\" there; \"score\" is the priority that\n"
        "ranks. `automagi gap` says which ideas would bring a department to its target.",
    .kind = COMMAND_READS,
    .arguments = arguments,
    .columns = columns,
    .empty = "no ideas yet; `automagi backlog add` takes the first",
    .apply = backlog_list_apply,
};
