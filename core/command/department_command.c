/* department list | add | rename | area. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/cpr.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/nouns.h"
#include "core/command/parts.h"
#include "core/store/department.h"
#include "scorecards/task_value.h"

enum { NAME_MAX_BYTES = 200, WHAT_MAX = PART_SLUG_MAX + 32 };

/* ---- list ---- */

struct listing {
    struct organisation organisation;
    struct robot_list robots;
    int32_t on;
};

struct looking {
    size_t place;
    bool is_served;
};

static int look_at_share(size_t place, int64_t millionths, void *context)
{
    struct looking *looking = context;

    looking->is_served = looking->is_served || (place == looking->place && millionths > 0);
    return 0;
}

/* Robots in operation whose shares of the day come to it, also by way of what ended. */
static int64_t robots_serving(const struct listing *listing, const struct department *department)
{
    struct valuation at = valuation_of(listing->on, BOOKING_LATEST);
    int64_t count = 0;
    size_t i;

    for (i = 0; i < listing->robots.count; i++) {
        const struct robot *robot = &listing->robots.robots[i];
        struct looking looking = {
            .place = task_department_place(&listing->organisation, department->id)};

        if (robot_operates_on(robot, listing->on))
            (void)task_shares_each(&listing->organisation, robot, 0, &at, look_at_share, &looking);
        count += looking.is_served;
    }
    return count;
}

/* Since when it is called what it is called on the day. */
static int32_t named_since(const struct department *department, int32_t day)
{
    size_t i = department->name_count;

    while (i > 1 && department->names[i - 1].from_day > day)
        i--;
    return i > 0 ? department->names[i - 1].from_day : day;
}

static void put_end(struct json_writer *writer, const struct organisation *organisation,
                    const struct department *department)
{
    struct text into;

    text_init(&into, PARTS_TEXT_MAX);
    successors_words(organisation, department, &into);
    if (department->successor_count > 0)
        result_day(writer, "ends", department->successors[0].from_day);
    else
        result_text(writer, "ends", NULL);
    result_text_or_null(writer, "into", text_string(&into));
    text_release(&into);
}

static void put_row(struct json_writer *writer, const struct listing *listing,
                    const struct department *department)
{
    const struct area *area = organisation_area_on(&listing->organisation, department, listing->on);
    int64_t kroner = 0;
    int year;
    int month;
    int day;

    clock_civil(listing->on, &year, &month, &day);
    json_begin_object(writer);
    result_text(writer, "id", department->slug);
    result_text(writer, "name", department_name_on(department, listing->on));
    result_day(writer, "since", named_since(department, listing->on));
    result_text(writer, "area", area != NULL ? area->slug : NULL);
    result_text(writer, "area_name", area != NULL ? area->name : NULL);
    put_end(writer, &listing->organisation, department);
    result_int(writer, "robots", robots_serving(listing, department));
    result_int(writer, "year", year);
    if (organisation_budget_on(&listing->organisation, department->id, year, listing->on, &kroner))
        result_int(writer, "budget", kroner);
    else
        result_text(writer, "budget", NULL);
    json_end_object(writer);
}

static int department_list_apply(struct command_call *call, struct fault *fault)
{
    struct listing listing = {.on = call_today(call)};
    int result = organisation_read(call->store, &listing.organisation, fault);
    size_t i;

    if (result == 0)
        result = robot_list_read(call->store, &listing.robots, fault);
    (void)argument_day(call, "on", &listing.on);
    if (result == 0) {
        json_begin_object(call->result);
        json_key(call->result, "rows");
        json_begin_array(call->result);
        for (i = 0; i < listing.organisation.department_count; i++)
            put_row(call->result, &listing, &listing.organisation.departments[i]);
        json_end_array(call->result);
        json_end_object(call->result);
    }
    organisation_release(&listing.organisation);
    robot_list_release(&listing.robots);
    return result;
}

/* ---- add, rename, area ---- */

/* The department of the argument, with the organisation that owns it; the call's subject. */
static int find(struct command_call *call, struct organisation *organisation,
                const struct department **ret_department, struct fault *fault)
{
    const char *slug = argument_text(call, "department", "");
    int result = organisation_read(call->store, organisation, fault);

    (void)text_copy(call->subject, sizeof(call->subject), slug);
    return result == 0 ? department_named(organisation, slug, ret_department, fault) : result;
}

static int department_add_apply(struct command_call *call, struct fault *fault)
{
    struct organisation organisation = {0};
    const char *slug = argument_text(call, "department", "");
    int32_t from_day = call_today(call);
    char name[NAME_MAX_BYTES + 1];
    char day[CLOCK_DAY_TEXT];
    int64_t id = 0;
    int result = organisation_read(call->store, &organisation, fault);

    (void)argument_day(call, "from", &from_day);
    (void)text_copy(call->subject, sizeof(call->subject), slug);
    cpr_hide(argument_text(call, "name", ""), name);
    if (result == 0)
        result = department_add(call->store, &organisation, slug, &id, fault);
    if (result == 0)
        result = department_name_set(call->store, id, from_day, name, fault);
    if (result == 0) {
        clock_format_day(from_day, day);
        result_only_message(call, "%s, \"%s\", is there from %s, without a budget", slug, name,
                            day);
    }
    organisation_release(&organisation);
    return result;
}

static int department_rename_apply(struct command_call *call, struct fault *fault)
{
    struct organisation organisation = {0};
    const struct department *department = NULL;
    char name[NAME_MAX_BYTES + 1];
    char what[WHAT_MAX];
    char day[CLOCK_DAY_TEXT];
    int32_t from_day = 0;
    int result = find(call, &organisation, &department, fault);

    (void)argument_day(call, "from", &from_day);
    cpr_hide(argument_text(call, "name", ""), name);
    if (result == 0) {
        (void)snprintf(what, sizeof(what), "the name of %s", department->slug);
        result = need_open_month(call->store, what, from_day, fault);
    }
    if (result == 0 && strcmp(department_name_on(department, from_day), name) == 0) {
        detail_bool(call, "no_change", true);
        result_only_message(call, "%s: no change, it is called \"%s\" then", department->slug,
                            name);
    } else if (result == 0) {
        result = department_name_set(call->store, department->id, from_day, name, fault);
        detail_text(call, "before", department_name_on(department, from_day));
        clock_format_day(from_day, day);
        result_only_message(
            call, "%s is called \"%s\" from %s; before: \"%s\"" UNTIL_NEXT_LOAD("its name"),
            department->slug, name, day, department_name_on(department, from_day - 1));
    }
    organisation_release(&organisation);
    return result;
}

/* The area of --area, made when --name says how it is called. */
static int need_area(struct command_call *call, const struct organisation *organisation,
                     int64_t *ret_id, struct fault *fault)
{
    const char *slug = argument_text(call, "area", "");
    const char *given = argument_text(call, "name", NULL);
    char name[NAME_MAX_BYTES + 1];
    size_t i = 0;

    cpr_hide(given != NULL ? given : "", name);
    while (i < organisation->area_count && strcmp(organisation->areas[i].slug, slug) != 0)
        i++;
    if (i == organisation->area_count && given == NULL)
        return fault_set(fault, -ENOENT,
                         "there is no area \"%.80s\"; --name 'A name for people' makes it", slug);
    if (i == organisation->area_count)
        return area_put(call->store, slug, name, ret_id, fault);
    if (given != NULL && strcmp(organisation->areas[i].name, name) != 0)
        return fault_set(fault, -EEXIST, "the area %s is called \"%s\"; leave --name out", slug,
                         organisation->areas[i].name);
    *ret_id = organisation->areas[i].id;
    return 0;
}

static int set_area(struct command_call *call, const struct organisation *organisation,
                    const struct department *department, struct fault *fault)
{
    const struct area *before;
    char what[WHAT_MAX];
    char day[CLOCK_DAY_TEXT];
    int32_t from_day = 0;
    int64_t area_id = 0;
    int result = 0;

    (void)argument_day(call, "from", &from_day);
    (void)snprintf(what, sizeof(what), "the area of %s", department->slug);
    before = organisation_area_on(organisation, department, from_day);
    result = need_open_month(call->store, what, from_day, fault);
    if (result == 0 && !argument_flag(call, "none"))
        result = need_area(call, organisation, &area_id, fault);
    if (result == 0)
        result = department_area_set(call->store, department->id, from_day, area_id, fault);
    if (result < 0)
        return result;
    clock_format_day(from_day, day);
    detail_text(call, "before", before != NULL ? before->slug : "");
    if (area_id == 0)
        result_only_message(call, "%s lies under no area from %s" UNTIL_NEXT_LOAD("its area"),
                            department->slug, day);
    else
        result_only_message(call, "%s lies under the area %s from %s" UNTIL_NEXT_LOAD("its area"),
                            department->slug, argument_text(call, "area", ""), day);
    return 0;
}

static int department_area_apply(struct command_call *call, struct fault *fault)
{
    struct organisation organisation = {0};
    const struct department *department = NULL;
    int result = find(call, &organisation, &department, fault);

    if (result == 0)
        result = set_area(call, &organisation, department, fault);
    organisation_release(&organisation);
    return result;
}

static int department_area_check(const struct json *arguments, struct fault *fault)
{
    bool is_none = json_bool(json_member(arguments, "none"));
    bool has_area = json_member(arguments, "area") != NULL;

    if (is_none != has_area)
        return 0;
    return fault_set(fault, -EINVAL, "give either --area ID, or --none");
}

static const struct argument list_arguments[] = {
    {.name = "on",
     .kind = ARGUMENT_DAY,
     .value = "DATE",
     .help = "as things are on that day (today)"},
    ARGUMENTS_END,
};

static const struct column list_columns[] = {
    {.member = "id", .heading = "department"},
    {.member = "name", .heading = "name"},
    {.member = "since", .heading = "called so since"},
    {.member = "area", .heading = "area"},
    {.member = "ends", .heading = "ends"},
    {.member = "into", .heading = "into"},
    {.member = "robots", .heading = "robots", .is_right = true},
    {.member = "budget", .heading = "budget", .is_right = true},
    COLUMNS_END,
};

const struct command command_department_list = {
    .name = "department list",
    .summary = "departments on a day: names, areas, ends, robots and the year's budget",
    .help =
        "Robots: those in operation on the day that bring it something, also by way of one that\n"
        "went into it. Budget: in kroner, of the day's year, as it stood on the day.",
    .kind = COMMAND_READS,
    .arguments = list_arguments,
    .columns = list_columns,
    .empty = "no departments; see `automagi load --help` and `automagi department add --help`",
    .apply = department_list_apply,
};

#define DEPARTMENT_ARGUMENT                                                                        \
    {                                                                                              \
        .name = "department", .kind = ARGUMENT_TEXT, .is_positional = true, .is_required = true,   \
        .value = "DEPARTMENT", .help = "its id", .most = PART_SLUG_MAX - 1,                        \
        .source = SOURCE_DEPARTMENT                                                                \
    }

static const struct argument add_arguments[] = {
    {.name = "department",
     .kind = ARGUMENT_TEXT,
     .is_positional = true,
     .is_required = true,
     .value = "ID",
     .help = "its id: small letters, digits, - and _",
     .most = PART_SLUG_MAX - 1},
    {.name = "name",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .value = "NAME",
     .help = "its name",
     .most = NAME_MAX_BYTES},
    {.name = "from",
     .kind = ARGUMENT_DAY,
     .value = "DATE",
     .help = "it has that name from that day on (today)"},
    ARGUMENTS_END,
};

const struct command command_department_add = {
    .name = "department add",
    .summary = "a new department, last in tables, without a budget",
    .kind = COMMAND_CHANGES,
    .arguments = add_arguments,
    .apply = department_add_apply,
};

static const struct argument rename_arguments[] = {
    DEPARTMENT_ARGUMENT,
    {.name = "name",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .value = "NAME",
     .help = "its name from then on",
     .most = NAME_MAX_BYTES},
    {.name = "from",
     .kind = ARGUMENT_DAY,
     .is_required = true,
     .value = "DATE",
     .help = "from that day"},
    BY_ARGUMENT("who decided it"),
    ARGUMENTS_END,
};

const struct command command_department_rename = {
    .name = "department rename",
    .summary = "another name for a department from a day on",
    .help = "Its id stays, and with it all that it has. Tables name it as it is called on their\n"
            "last day. A name does not begin in a closed month: what is closed is not renamed.\n"
            "\n"
            "  automagi department rename bf --name \"Børn og Unge\" --from 2027-01-01 --by NAME",
    .kind = COMMAND_CHANGES,
    .arguments = rename_arguments,
    .apply = department_rename_apply,
};

static const struct argument area_arguments[] = {
    DEPARTMENT_ARGUMENT,
    {.name = "area",
     .kind = ARGUMENT_TEXT,
     .value = "ID",
     .help = "the area's id",
     .most = PART_SLUG_MAX - 1},
    {.name = "name",
     .kind = ARGUMENT_TEXT,
     .value = "NAME",
     .help = "makes the area, with this name",
     .needs = "area",
     .most = NAME_MAX_BYTES},
    {.name = "none", .kind = ARGUMENT_FLAG, .help = "it lies under no area from then on"},
    {.name = "from",
     .kind = ARGUMENT_DAY,
     .is_required = true,
     .value = "DATE",
     .help = "from that day"},
    ARGUMENTS_END,
};

const struct command command_department_area = {
    .name = "department area",
    .summary = "the area a department lies under from a day on",
    .help = "An area is never a department: it has no tasks, no shares and no budget of its own,\n"
            "and its figures are those of the departments under it.\n"
            "\n"
            "  automagi department area bf --area bsv --name \"Børn, Sundhed & Velfærd\" --from "
            "2027-01-01",
    .kind = COMMAND_CHANGES,
    .arguments = area_arguments,
    .check = department_area_check,
    .apply = department_area_apply,
};
