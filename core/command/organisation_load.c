/* load: the store made to follow organisation.json. */
#include "core/command/organisation_load.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/nouns.h"

enum { MESSAGE_MAX = 1024, ID_SHOWN = 40, BEFORE_SHOWN = 32 };

int load_note(struct loading *loading, const char *what, const char *id, struct fault *fault)
{
    int result =
        change_list_add(&loading->changes, what, id, &loading->was, &loading->becomes, fault);

    text_clear(&loading->was);
    text_clear(&loading->becomes);
    return result;
}

static void put_self(struct text *target, const char *name, const char *zone, int64_t hours)
{
    text_printf(target, "%s, %s, %" PRId64 " hours per FTE", name, zone, hours);
}

static int load_self(struct loading *loading, struct fault *fault)
{
    const struct organisation *before = &loading->before;
    const struct organisation_file *file = &loading->file;
    const char *zone = file->time_zone != NULL ? file->time_zone : before->time_zone;
    int64_t hours = file->hours_per_fte != 0 ? file->hours_per_fte : before->hours_per_fte;
    int result;

    if (strcmp(before->name, file->name) == 0 && strcmp(before->time_zone, zone) == 0 &&
        before->hours_per_fte == hours)
        return 0;
    result = organisation_set(loading->call->store, file->name, zone, hours, fault);
    if (before->name[0] != '\0')
        put_self(&loading->was, before->name, before->time_zone, before->hours_per_fte);
    put_self(&loading->becomes, file->name, zone, hours);
    return result == 0 ? load_note(loading, "organisation", "", fault) : result;
}

static void put_message(const struct loading *loading, struct text *target)
{
    const struct change_list *changes = &loading->changes;

    text_append_string(target, loading->file.name);
    if (changes->count > 0)
        text_printf(target, " is loaded: %zu added, %zu changed, %zu removed", changes->added,
                    changes->changed, changes->removed);
    else
        text_append_string(target, ": no change");
    load_put_effect(loading, target);
    if (loading->file.time_zone != NULL &&
        strcmp(loading->file.time_zone, loading->before.time_zone) != 0)
        text_printf(target, "; the time zone is %s from now on", loading->file.time_zone);
}

static void answer(struct loading *loading)
{
    struct json_writer *writer = loading->call->result;
    struct text message;

    text_init(&message, MESSAGE_MAX);
    put_message(loading, &message);
    loading->call->effects.robots_changed = loading->changes.count > 0;
    json_begin_object(writer);
    result_text(writer, "message", text_string(&message));
    json_key(writer, "rows");
    json_begin_array(writer);
    change_list_put(&loading->changes, writer, json_put_string);
    change_list_put(&loading->effects, writer, json_put_string);
    json_end_array(writer);
    json_end_object(writer);
    text_release(&message);
}

static int load_parts(struct loading *loading, const char *text, struct fault *fault)
{
    int result =
        organisation_file_parse(text, strlen(text), &loading->before, &loading->file, fault);

    if (result == 0)
        result = load_settle_bookings(loading, fault);
    if (result == 0)
        result = load_count_before(loading, fault);
    if (result == 0)
        result = load_self(loading, fault);
    if (result == 0)
        result = load_rates(loading, fault);
    if (result == 0)
        result = load_departments(loading, fault);
    if (result == 0)
        result = load_reorganisations(loading, fault);
    if (result == 0)
        result = load_budgets(loading, fault);
    if (result == 0)
        result = load_robots(loading, fault);
    return result == 0 ? load_count_after(loading, fault) : result;
}

static void loading_release(struct loading *loading)
{
    organisation_file_release(&loading->file);
    organisation_release(&loading->before);
    organisation_release(&loading->departments);
    robot_list_release(&loading->robots);
    text_release(&loading->was);
    text_release(&loading->becomes);
    change_list_release(&loading->changes);
    change_list_release(&loading->effects);
    savings_release(&loading->counted_before.by_department);
    savings_release(&loading->counted_before.by_robot);
    savings_release(&loading->counted_after.by_department);
    savings_release(&loading->counted_after.by_robot);
}

/* The organisation is the one thing that is no table. */
static int refuse_list(const char *path, struct fault *fault)
{
    size_t length = strlen(path);

    if (length < strlen(".csv") || strcasecmp(path + length - strlen(".csv"), ".csv") != 0)
        return 0;
    return fault_set(fault, -EINVAL,
                     "%s: this is not JSON; a list of ideas is loaded by `automagi backlog load`, "
                     "tasks by `automagi task import`",
                     path);
}

static int load_apply(struct command_call *call, struct fault *fault)
{
    struct loading loading = {.call = call};
    const char *path;
    const char *folder;
    const char *text = argument_file(call, "file", &path, &folder);
    int result = organisation_read(call->store, &loading.before, fault);

    (void)text_copy(call->subject, sizeof(call->subject), path);
    text_init(&loading.was, CHANGE_TEXT_MAX);
    text_init(&loading.becomes, CHANGE_TEXT_MAX);
    if (result == 0)
        result = refuse_list(path, fault);
    if (result == 0)
        result = robot_list_read(call->store, &loading.robots, fault);
    if (result == 0) {
        result = load_parts(&loading, text, fault);
        if (result < 0)
            (void)fault_prefix(fault, result, "%s", path);
    }
    if (result == 0) {
        answer(&loading);
        detail_sha256(call, "sha256", text);
        detail_changes(call, &loading.changes, &loading.effects);
    }
    loading_release(&loading);
    return result;
}

static const struct argument arguments[] = {
    {.name = "file",
     .kind = ARGUMENT_FILE,
     .is_positional = true,
     .is_required = true,
     .value = "FILE",
     .help = "organisation.json"},
    ARGUMENTS_END,
};

/* Rows of a robot say all of it: in tables their beginning, so that what changed can be looked through. */
static const struct column columns[] = {
    {.member = "change", .heading = "change"},
    {.member = "what", .heading = "what"},
    {.member = "id", .heading = "id", .most = ID_SHOWN},
    {.member = "before", .heading = "before", .most = BEFORE_SHOWN},
    {.member = "after", .heading = "after", .fits = true},
    COLUMNS_END,
};

const struct command command_load = {
    .name = "load",
    .summary = "take over organisation.json: departments, rates, budgets, robots, estimates",
    .help =
        "The file is checked whole first. Loading it twice changes nothing; loading a changed one\n"
        "changes what differs, except what is signed, rates in use and closed months, which are\n"
        "refused by name: then nothing is loaded. Robots, departments and estimates that it does\n"
        "not have stay. Of other lists it has (rates, names, shares, days of operation, targets),\n"
        "what is not in them is removed: `automagi export FILE` writes what holds now.\n"
        "\n"
        "Another \"time_zone\" is taken before there are tasks, and while automagid does not run.\n"
        "\n"
        "Every change is a row; where it changes what is counted already, each department and\n"
        "robot is one too, with the kroner before and after; --format json has the rows whole.\n"
        "\n"
        "\"booked_from\" of a version counts where the months before it are closed or the version\n"
        "is there with it already; elsewhere the version holds from its \"from\" on.",
    .kind = COMMAND_CHANGES,
    .arguments = arguments,
    .columns = columns,
    .empty = "all of the file was there already",
    .is_asked = true,
    .apply = load_apply,
};
