/* export: organisation.json written from the store, so that loading it changes nothing. */
#include <errno.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/nouns.h"
#include "core/command/organisation_file.h"
#include "core/store/store.h"

enum { NUMBER_TEXT = 48 };

/* As a string: exact for whoever reads it. */
static void put_decimal_text(struct json_writer *writer, const char *name, int64_t scaled,
                             unsigned digits)
{
    char text[NUMBER_TEXT];

    decimal_format(scaled, digits, text, sizeof(text));
    result_text(writer, name, text);
}

/* Only what has one: of versions that were dated into closed months. */
static void put_booking(struct json_writer *writer, int32_t month)
{
    if (month != 0)
        result_month(writer, "booked_from", month);
}

static void put_rates(struct json_writer *writer, const struct organisation *organisation)
{
    size_t i;

    json_key(writer, "rates");
    json_begin_array(writer);
    for (i = 0; i < organisation->rate_count; i++) {
        json_begin_object(writer);
        result_day(writer, "from", organisation->rates[i].from_day);
        put_decimal_text(writer, "kroner_per_hour", organisation->rates[i].ore_per_hour,
                         FILE_RATE_DIGITS);
        put_booking(writer, organisation->rates[i].booking_from);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static const char *slug_of(const struct organisation *organisation, int64_t id)
{
    const struct department *department = organisation_department_by_id(organisation, id);

    return department != NULL ? department->slug : "";
}

static const char *area_of(const struct organisation *organisation, int64_t id)
{
    size_t i;

    for (i = 0; i < organisation->area_count; i++)
        if (organisation->areas[i].id == id)
            return organisation->areas[i].slug;
    return NULL;
}

static void put_memberships(struct json_writer *writer, const struct organisation *organisation,
                            const struct department *department)
{
    size_t i;

    if (department->area_count == 0)
        return;
    json_key(writer, "areas");
    json_begin_array(writer);
    for (i = 0; i < department->area_count; i++) {
        json_begin_object(writer);
        result_text(writer, "id", area_of(organisation, department->areas[i].area_id));
        result_day(writer, "from", department->areas[i].from_day);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void put_end(struct json_writer *writer, const struct organisation *organisation,
                    const struct department *department)
{
    size_t i;

    if (department->successor_count == 0)
        return;
    json_key(writer, "ends");
    json_begin_object(writer);
    result_day(writer, "from", department->successors[0].from_day);
    put_booking(writer, department->successors[0].booking_from);
    json_key(writer, "into");
    json_begin_array(writer);
    for (i = 0; i < department->successor_count; i++) {
        json_begin_object(writer);
        result_text(writer, "id", slug_of(organisation, department->successors[i].successor_id));
        put_decimal_text(writer, "share", department->successors[i].millionths, FILE_SHARE_DIGITS);
        json_end_object(writer);
    }
    json_end_array(writer);
    json_end_object(writer);
}

static void put_areas(struct json_writer *writer, const struct organisation *organisation)
{
    size_t i;

    if (organisation->area_count == 0)
        return;
    json_key(writer, "areas");
    json_begin_array(writer);
    for (i = 0; i < organisation->area_count; i++) {
        json_begin_object(writer);
        result_text(writer, "id", organisation->areas[i].slug);
        result_text(writer, "name", organisation->areas[i].name);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void put_keys(struct json_writer *writer, const struct organisation *organisation)
{
    size_t i;

    if (organisation->key_count == 0)
        return;
    json_key(writer, "distribution_keys");
    json_begin_array(writer);
    for (i = 0; i < organisation->key_count; i++) {
        json_begin_object(writer);
        result_text(writer, "id", slug_of(organisation, organisation->keys[i].department_id));
        put_decimal_text(writer, "share", organisation->keys[i].millionths, FILE_SHARE_DIGITS);
        result_day(writer, "from", organisation->keys[i].from_day);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void put_department(struct json_writer *writer, const struct organisation *organisation,
                           const struct department *department)
{
    size_t i;

    json_begin_object(writer);
    result_text(writer, "id", department->slug);
    json_key(writer, "names");
    json_begin_array(writer);
    for (i = 0; i < department->name_count; i++) {
        json_begin_object(writer);
        result_text(writer, "name", department->names[i].name);
        result_day(writer, "from", department->names[i].from_day);
        json_end_object(writer);
    }
    json_end_array(writer);
    json_key(writer, "also_called");
    json_begin_array(writer);
    for (i = 0; i < department->alias_count; i++)
        json_put_string(writer, department->aliases[i]);
    json_end_array(writer);
    put_memberships(writer, organisation, department);
    put_end(writer, organisation, department);
    json_end_object(writer);
}

/* Of its department and year. */
static bool is_first_budget(const struct organisation *organisation, size_t index)
{
    const struct budget *budgets = organisation->budgets;

    return index == 0 || budgets[index].department_id != budgets[index - 1].department_id ||
           budgets[index].year != budgets[index - 1].year;
}

static void put_budgets(struct json_writer *writer, const struct organisation *organisation)
{
    int32_t today = clock_local_day(clock_now_ms());
    size_t i;

    json_key(writer, "budgets");
    json_begin_array(writer);
    for (i = 0; i < organisation->budget_count; i++) {
        bool is_later =
            organisation->budgets[i].from_day > today && !is_first_budget(organisation, i);

        /* What holds today, and what is known to follow it. */
        if (!is_later && i + 1 < organisation->budget_count &&
            !is_first_budget(organisation, i + 1) && organisation->budgets[i + 1].from_day <= today)
            continue;
        json_begin_object(writer);
        result_text(writer, "department",
                    slug_of(organisation, organisation->budgets[i].department_id));
        result_int(writer, "year", organisation->budgets[i].year);
        result_int(writer, "kroner", organisation->budgets[i].kroner);
        if (is_later)
            result_day(writer, "from", organisation->budgets[i].from_day);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void put_operations(struct json_writer *writer, const struct robot *robot)
{
    size_t i;

    json_key(writer, "operation");
    json_begin_array(writer);
    for (i = 0; i < robot->operation_count; i++) {
        json_begin_object(writer);
        result_day(writer, "from", robot->operations[i].from_day);
        if (robot->operations[i].to_day == ROBOT_NO_END)
            result_text(writer, "to", NULL);
        else
            result_day(writer, "to", robot->operations[i].to_day);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void put_shares(struct json_writer *writer, const struct robot *robot,
                       const struct organisation *organisation)
{
    size_t i;

    json_key(writer, "departments");
    json_begin_array(writer);
    for (i = 0; i < robot->share_count; i++) {
        json_begin_object(writer);
        result_text(writer, "id", slug_of(organisation, robot->shares[i].department_id));
        put_decimal_text(writer, "share", robot->shares[i].millionths, FILE_SHARE_DIGITS);
        result_day(writer, "from", robot->shares[i].from_day);
        put_booking(writer, robot->shares[i].booking_from);
        json_end_object(writer);
    }
    json_end_array(writer);
}

/* Members that an estimate need not have. */
static void put_ground(struct json_writer *writer, const struct estimate *estimate)
{
    if (estimate->kind != ESTIMATE_TASK)
        result_text(writer, "for", estimate_kind_word(estimate->kind));
    if (estimate->task[0] != '\0')
        result_text(writer, "task", estimate->task);
    if (estimate->method[0] != '\0')
        result_text(writer, "method", estimate->method);
    if (estimate->timings[0] != '\0')
        result_text(writer, "timings", estimate->timings);
    put_booking(writer, estimate->booking_from);
}

static void put_estimates(struct json_writer *writer, const struct robot *robot)
{
    size_t i;

    json_key(writer, "estimates");
    json_begin_array(writer);
    for (i = 0; i < robot->estimate_count; i++) {
        const struct estimate *estimate = &robot->estimates[i];

        json_begin_object(writer);
        result_decimal(writer, "minutes", estimate->hundredths, FILE_MINUTE_DIGITS);
        result_day(writer, "from", estimate->from_day);
        result_text(writer, "set_by", estimate->set_by);
        if (estimate->signed_by != NULL) {
            result_text(writer, "signed_by", estimate->signed_by);
            result_day(writer, "signed_on", estimate->signed_day);
        }
        if (estimate->reason != NULL && estimate->reason[0] != '\0')
            result_text(writer, "reason", estimate->reason);
        put_ground(writer, estimate);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void put_robots(struct json_writer *writer, const struct robot_list *list,
                       const struct organisation *organisation)
{
    size_t i;

    json_key(writer, "robots");
    json_begin_array(writer);
    for (i = 0; i < list->count; i++) {
        const struct robot *robot = &list->robots[i];

        json_begin_object(writer);
        result_text(writer, "id", robot->slug);
        result_text(writer, "name", robot->name);
        result_text(writer, "runs", robot->is_external ? "external" : "plugin");
        result_bool(writer, "one_off", robot->is_one_off);
        put_operations(writer, robot);
        put_shares(writer, robot, organisation);
        put_estimates(writer, robot);
        json_end_object(writer);
    }
    json_end_array(writer);
}

static void put_all(struct json_writer *writer, const struct organisation *organisation,
                    const struct robot_list *list)
{
    size_t i;

    json_begin_object(writer);
    result_text(writer, "organisation", organisation->name);
    result_text(writer, "time_zone", organisation->time_zone);
    result_int(writer, "hours_per_fte", organisation->hours_per_fte);
    put_rates(writer, organisation);
    put_areas(writer, organisation);
    json_key(writer, "departments");
    json_begin_array(writer);
    for (i = 0; i < organisation->department_count; i++)
        put_department(writer, organisation, &organisation->departments[i]);
    json_end_array(writer);
    put_keys(writer, organisation);
    put_budgets(writer, organisation);
    put_robots(writer, list, organisation);
    json_end_object(writer);
}

static void put_line(struct text *target, unsigned depth)
{
    text_append_char(target, '\n');
    while (depth-- > 0)
        text_append_char(target, ' ');
}

/* Compact JSON given line breaks and one space per level, as organisation.json has them. */
static void indent(const char *json, struct text *target)
{
    unsigned depth = 0;
    bool is_string = false;

    for (; *json != '\0'; json++) {
        bool is_open = *json == '{' || *json == '[';
        bool is_close = *json == '}' || *json == ']';

        if (is_string) {
            if (*json == '\\')
                text_append_char(target, *json++);
            is_string = *json != '"';
            text_append_char(target, *json);
            continue;
        }
        if (is_close && json[-1] != '{' && json[-1] != '[')
            put_line(target, depth - 1);
        text_append_char(target, *json);
        depth += is_open ? 1U : 0U;
        depth -= is_close ? 1U : 0U;
        if ((is_open && json[1] != '}' && json[1] != ']') || *json == ',')
            put_line(target, depth);
        else if (*json == ':')
            text_append_char(target, ' ');
        is_string = *json == '"';
    }
    text_append_char(target, '\n');
}

int organisation_export(struct store *store, struct text *target, struct fault *fault)
{
    struct organisation organisation = {0};
    struct robot_list list = {0};
    struct json_writer writer;
    struct text compact;
    int result = store_view_begin(store, fault);

    if (result < 0)
        return result;
    text_init(&compact, target->limit);
    json_writer_init(&writer, &compact);
    result = organisation_read(store, &organisation, fault);
    if (result == 0)
        result = robot_list_read(store, &list, fault);
    store_view_end(store);
    if (result == 0 && organisation.name[0] == '\0')
        result = fault_set(fault, -ENOENT,
                           "%s: no organisation is loaded yet, so there is nothing to export; see "
                           "`automagi load --help`",
                           store_home(store));
    if (result == 0) {
        put_all(&writer, &organisation, &list);
        indent(text_string(&compact), target);
        if (compact.broken != 0 || target->broken != 0)
            result = fault_set(fault, -E2BIG, "the organisation is too large to export");
    }
    robot_list_release(&list);
    organisation_release(&organisation);
    text_release(&compact);
    return result;
}

static const struct argument arguments[] = {
    {.name = "file",
     .kind = ARGUMENT_TEXT,
     .is_positional = true,
     .is_required = true,
     .value = "FILE",
     .help = "the file to write; - for standard output",
     .source = SOURCE_PATH},
    ARGUMENTS_END,
};

const struct command command_export = {
    .name = "export",
    .summary = "write the organisation in the form that `load` takes",
    .help =
        "Loading it into the same installation changes nothing. It has versions with their\n"
        "signatures, and not what happened: no tasks, closed months and adjustments, no costs and\n"
        "gains, no disputes of estimates and their answers (a disputed estimate is loaded "
        "elsewhere\n"
        "as any other), and of targets the newest version alone. \"booked_from\" of a version "
        "that\n"
        "was dated into closed months is a fact of this installation: see `automagi load --help`.",
    .kind = COMMAND_LOCAL,
    .arguments = arguments,
};
