/* department merge | split: a department ends, and what it has goes on elsewhere. */
#include "core/command/department_end.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/change_list.h"
#include "core/command/detail.h"
#include "core/command/effect.h"
#include "core/command/nouns.h"
#include "core/command/parts.h"
#include "core/store/department.h"
#include "scorecards/difference.h"

enum { NAMED_MOST = 8, LINE_SIZE = 768, WHY_MAX = 800 };

/* What a command says: who ends, and into what. */
struct wish {
    struct part_list who, into;
    int32_t from_day;
};

/* Of `merge` all goes to the one of --into. */
static int read_wish(const struct json *arguments, struct wish *ret_wish, struct fault *fault)
{
    bool is_merge = json_member(arguments, "departments") != NULL;
    const char *from = json_string(json_member(arguments, "from"));
    int result =
        parts_read_ids(arguments, is_merge ? "departments" : "department", &ret_wish->who, fault);

    if (result == 0)
        result = is_merge ? parts_read_ids(arguments, "into", &ret_wish->into, fault)
                          : parts_read(arguments, "into", &ret_wish->into, fault);
    if (result < 0)
        return result;
    if (from == NULL || !clock_parse_day(from, &ret_wish->from_day))
        return fault_set(fault, -EINVAL, "--from: expected a date");
    if (is_merge && ret_wish->into.count != 1)
        return fault_set(fault, -EINVAL,
                         "--into: expected one department; `automagi department split` divides");
    if (!is_merge && ret_wish->who.count != 1)
        return fault_set(fault, -EINVAL, "DEPARTMENT: expected one; each is divided by itself");
    if (!is_merge)
        return department_parts_check(ret_wish->into.sum, fault);
    ret_wish->into.parts[0].millionths = SHARE_WHOLE;
    return 0;
}

static int end_check(const struct json *arguments, struct fault *fault)
{
    struct wish wish;

    return read_wish(arguments, &wish, fault);
}

static int find_ending(struct store *store, const struct wish *wish, size_t index,
                       struct organisation *organisation,
                       struct department_successor successors[static DEPARTMENT_PARTS_MAX],
                       struct ending *ret_ending, struct fault *fault)
{
    const struct department *department = NULL;
    const struct department *successor = NULL;
    int32_t open_from = 0;
    size_t i;
    int result = department_named(organisation, wish->who.parts[index].slug, &department, fault);

    for (i = 0; i < wish->into.count && result == 0; i++) {
        result = department_named(organisation, wish->into.parts[i].slug, &successor, fault);
        if (result == 0)
            successors[i] = (struct department_successor){
                .from_day = wish->from_day,
                .successor_id = successor->id,
                .millionths = wish->into.parts[i].millionths,
            };
    }
    if (result == 0)
        result =
            department_end_check(organisation, department, successors, wish->into.count, fault);
    if (result == 0)
        result = period_open_from(store, &open_from, fault);
    if (result < 0)
        return result;
    *ret_ending = (struct ending){organisation,     department,     successors,
                                  wish->into.count, wish->from_day, wish->from_day};
    if (clock_month_of_day(wish->from_day) < open_from)
        ret_ending->budget_day = clock_first_day_of_month(open_from);
    return 0;
}

/* One department's end: its row, and its budgets. */
static int end_one(struct command_call *call, const struct wish *wish, size_t index,
                   int32_t booking_from, struct budget_plan *plan, struct fault *fault)
{
    struct department_successor successors[DEPARTMENT_PARTS_MAX] = {{0}};
    struct organisation organisation = {0};
    struct ending ending = {0};
    char why[WHY_MAX + 1];
    char reason[REASON_MAX];
    size_t done = plan->write_count;
    size_t i;
    int result = organisation_read(call->store, &organisation, fault);

    if (result == 0)
        result = find_ending(call->store, wish, index, &organisation, successors, &ending, fault);
    for (i = 0; i < ending.count; i++)
        successors[i].booking_from = booking_from;
    if (result == 0)
        result =
            department_end(call->store, ending.department->id, successors, ending.count, fault);
    if (result == 0)
        result = budget_plan_end(plan, &ending, fault);
    if (result == 0) {
        (void)text_copy(why, sizeof(why),
                        argument_text(call, "reason", "its budget goes to what follows it"));
        (void)snprintf(reason, sizeof(reason), "%s ends: %s", ending.department->slug, why);
        result = budget_plan_write(plan, done, call, reason, fault);
    }
    organisation_release(&organisation);
    return result;
}

static int end_all(struct command_call *call, const struct wish *wish, int32_t booking_from,
                   struct budget_plan *plan, int64_t *ret_booked, struct fault *fault)
{
    struct difference difference = {.store = NULL};
    struct difference_cause cause = {ADJUSTMENT_DEPARTMENT, wish->from_day,
                                     argument_text(call, "reason", ""), call_asker(call),
                                     call->now_ms};
    size_t i;
    int result = 0;

    if (booking_from != 0)
        result = difference_begin(call->store, &difference, fault);
    for (i = 0; i < wish->who.count && result == 0; i++)
        result = end_one(call, wish, i, booking_from, plan, fault);
    if (result == 0 && booking_from != 0)
        result = difference_book(&difference, &cause, ret_booked, fault);
    difference_release(&difference);
    return result;
}

static void put_names(struct text *target, const struct part_list *list)
{
    char number[32];
    size_t i;

    for (i = 0; i < list->count; i++) {
        text_printf(target, "%s%s", i > 0 ? ", " : "", list->parts[i].slug);
        if (list->parts[i].millionths == 0 || list->parts[i].millionths == SHARE_WHOLE)
            continue;
        decimal_format(list->parts[i].millionths, 6, number, sizeof(number));
        text_printf(target, " %s", number);
    }
}

static void put_moves(struct json_writer *writer, const struct budget_plan *plan)
{
    size_t i;

    json_key(writer, "rows");
    json_begin_array(writer);
    for (i = 0; i < plan->move_count; i++) {
        json_begin_object(writer);
        result_int(writer, "year", plan->moves[i].year);
        result_text(writer, "department", plan->moves[i].slug);
        result_int(writer, "before", plan->moves[i].before);
        result_int(writer, "after", plan->moves[i].after);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void answer(struct command_call *call, const struct wish *wish,
                   const struct budget_plan *plan, int32_t booking_from, int64_t booked)
{
    char day[CLOCK_DAY_TEXT];
    struct text text;

    text_init(&text, CHANGE_TEXT_MAX);
    put_names(&text, &wish->who);
    clock_format_day(wish->from_day, day);
    text_printf(&text, " end%s on %s and go%s on as ", wish->who.count == 1 ? "s" : "", day,
                wish->who.count == 1 ? "es" : "");
    put_names(&text, &wish->into);
    put_booked(&text, booked, booking_from);
    text_append_string(&text, plan->move_count > 0 ? "; budgets move with it"
                                                   : "; no budget moves with it");
    detail_int(call, "counter_entries", booked);
    json_begin_object(call->result);
    result_message(call->result, "%s", text_string(&text));
    put_moves(call->result, plan);
    json_end_object(call->result);
    text_release(&text);
}

static int end_apply(struct command_call *call, struct fault *fault)
{
    struct budget_plan plan = {.writes = NULL};
    struct text what;
    struct wish wish;
    int32_t booking_from = 0;
    int64_t booked = 0;
    int result = read_wish(call->arguments, &wish, fault);

    if (result < 0)
        return result;
    text_init(&what, CHANGE_TEXT_MAX);
    put_names(&what, &wish.who);
    (void)text_copy(call->subject, sizeof(call->subject), text_string(&what));
    result = period_admit(call->store, text_string(&what), wish.from_day,
                          argument_flag(call, "book-difference"), &booking_from, fault);
    if (result == 0)
        result = end_all(call, &wish, booking_from, &plan, &booked, fault);
    if (result == 0)
        answer(call, &wish, &plan, booking_from, booked);
    budget_plan_release(&plan);
    text_release(&what);
    return result;
}

/* Does one of its versions that are valid on the day or later name the department? */
static bool names(const struct robot *robot, int64_t department_id, int32_t day)
{
    const struct robot_share *valid = NULL;
    size_t count = robot_shares_on(robot, day, &valid);
    size_t i;

    for (i = 0; i < count; i++)
        if (valid[i].department_id == department_id && valid[i].millionths > 0)
            return true;
    for (i = 0; i < robot->share_count; i++)
        if (robot->shares[i].from_day > day && robot->shares[i].department_id == department_id &&
            robot->shares[i].millionths > 0)
            return true;
    return false;
}

static void say_robots(struct command_call *call, const struct ending *ending, const char *into,
                       const struct robot_list *robots)
{
    char day[CLOCK_DAY_TEXT];
    struct text text;
    size_t count = 0;
    size_t i;

    text_init(&text, LINE_SIZE);
    for (i = 0; i < robots->count; i++) {
        if (!names(&robots->robots[i], ending->department->id, ending->from_day))
            continue;
        if (count++ < NAMED_MOST)
            text_printf(&text, "%s%s", count > 1 ? ", " : "", robots->robots[i].slug);
    }
    clock_format_day(ending->from_day, day);
    if (count == 0)
        effect_say(call, "%s ends on %s, for good; no robot's shares name it then",
                   ending->department->slug, day);
    else
        effect_say(call,
                   "%s ends on %s, for good: what tasks from then on bring it goes to %s; the "
                   "shares of %zu robot%s name it (%s%s)",
                   ending->department->slug, day, into, count, count == 1 ? "" : "s",
                   text_string(&text), count > NAMED_MOST ? ", ..." : "");
    text_release(&text);
}

static int preview_one(struct command_call *call, const struct ending *ending, const char *into,
                       const struct robot_list *robots, struct fault *fault)
{
    struct budget_plan plan = {.writes = NULL};
    int result = budget_plan_end(&plan, ending, fault);
    size_t i;

    if (result == 0)
        say_robots(call, ending, into, robots);
    for (i = 0; i < plan.move_count && result == 0; i++)
        if (strcmp(plan.moves[i].slug, ending->department->slug) == 0)
            effect_say(call, "its budget of %" PRId32 ", %" PRId64 " kr., goes to %s",
                       plan.moves[i].year, plan.moves[i].before, into);
    budget_plan_release(&plan);
    return result;
}

static int end_preview(struct command_call *call, struct fault *fault)
{
    struct department_successor successors[DEPARTMENT_PARTS_MAX] = {{0}};
    struct organisation organisation = {0};
    struct robot_list robots = {0};
    struct ending ending = {0};
    struct text into;
    struct wish wish;
    size_t i;
    int result = read_wish(call->arguments, &wish, fault);

    if (result < 0)
        return result;
    text_init(&into, LINE_SIZE);
    put_names(&into, &wish.into);
    result = organisation_read(call->store, &organisation, fault);
    if (result == 0)
        result = robot_list_read(call->store, &robots, fault);
    for (i = 0; i < wish.who.count && result == 0; i++) {
        result = find_ending(call->store, &wish, i, &organisation, successors, &ending, fault);
        if (result == 0)
            result = preview_one(call, &ending, text_string(&into), &robots, fault);
    }
    organisation_release(&organisation);
    robot_list_release(&robots);
    text_release(&into);
    return result;
}

#define END_ARGUMENTS                                                                              \
    {.name = "from",                                                                               \
     .kind = ARGUMENT_DAY,                                                                         \
     .is_required = true,                                                                          \
     .value = "DATE",                                                                              \
     .help = "the first day on which it is no more"},                                              \
        BOOK_DIFFERENCE_ARGUMENT, REASON_ARGUMENT(false), BY_ARGUMENT("who decided it")

static const struct column move_columns[] = {
    {.member = "year", .heading = "budget of"},
    {.member = "department", .heading = "department"},
    {.member = "before", .heading = "before", .is_right = true},
    {.member = "after", .heading = "after", .is_right = true},
    COLUMNS_END,
};

static const struct argument merge_arguments[] = {
    {.name = "departments",
     .kind = ARGUMENT_TEXT,
     .is_positional = true,
     .is_required = true,
     .value = "DEPARTMENT...",
     .help = "the ids of those that end",
     .is_repeated = true,
     .most = PARTS_TEXT_MAX,
     .source = SOURCE_DEPARTMENT},
    {.name = "into",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .value = "ID",
     .help = "the department that goes on",
     .most = PART_SLUG_MAX - 1,
     .source = SOURCE_DEPARTMENT},
    END_ARGUMENTS,
    ARGUMENTS_END,
};

const struct command command_department_merge = {
    .name = "department merge",
    .summary = "departments end, and another goes on with all they have",
    .help = "From that day on what tasks bring them is the other's; what was before stays theirs.\n"
            "A department ends once. Its budgets of that year and later ones move along as new\n"
            "versions. Names, shares and tasks stay as they are and are followed.\n"
            "\n"
            "  automagi department merge kfe kb --into es --from 2027-01-01 --by \"A Name\"",
    .kind = COMMAND_CHANGES,
    .arguments = merge_arguments,
    .columns = move_columns,
    .empty = "no budget of it is left to move",
    .check = end_check,
    .preview = end_preview,
    .apply = end_apply,
};

static const struct argument split_arguments[] = {
    {.name = "department",
     .kind = ARGUMENT_TEXT,
     .is_positional = true,
     .is_required = true,
     .value = "DEPARTMENT",
     .help = "the id of the one that ends",
     .most = PART_SLUG_MAX - 1,
     .source = SOURCE_DEPARTMENT},
    {.name = "into",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .value = "ID=PART",
     .help = "departments that go on, and their parts, together 1; with commas, or given again",
     .is_repeated = true,
     .most = PARTS_TEXT_MAX,
     .source = SOURCE_DEPARTMENT},
    END_ARGUMENTS,
    ARGUMENTS_END,
};

const struct command command_department_split = {
    .name = "department split",
    .summary = "a department ends, and several go on with parts of what it has",
    .help =
        "As `department merge`, with a part for each: they add up to exactly 1. Whole kroner of\n"
        "its budgets are divided by largest remainder, so that they add up too. A department\n"
        "that is new is made first (`department add`).\n"
        "\n"
        "  automagi department split bae --into bf=0.6,ds=0.4 --from 2027-01-01 --by \"A Name\"",
    .kind = COMMAND_CHANGES,
    .arguments = split_arguments,
    .columns = move_columns,
    .empty = "no budget of it is left to move",
    .check = end_check,
    .preview = end_preview,
    .apply = end_apply,
};
