/* doctor: robots, their plugins and folders, and what their tasks are worth. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/command/doctor.h"
#include "core/command/nouns.h"
#include "core/command/trigger_shown.h"
#include "core/run/definition.h"
#include "core/run/plugin_file.h"
#include "core/run/run_identity.h"
#include "core/store/dispute.h"
#include "core/store/item.h"
#include "core/store/run_record.h"
#include "core/store/store.h"
#include "core/store/trigger.h"

enum { PATH_SIZE = 4096, DAY_MS = 86400000, READY_MOST = 1000000 /* counted */ };

/* Robots that something is to be known of. */
struct found {
    struct doctor_names names;
    unsigned count;
};

struct robots_seen {
    struct found blocked, overdue, paused, uninstalled, idle, not_signed, not_valued;
    struct calendar_set *calendars;
    unsigned plugins, folders;     /* looked at */
    unsigned no_plugin, no_folder; /* of which so many have something wrong */
};

static void add(struct found *found, const struct robot *robot)
{
    found->count++;
    doctor_name(&found->names, robot->slug);
}

/* The definition as it was installed, which lies where robot.json did. */
static void fix_definition(struct doctor *doctor, const struct robot *robot)
{
    char path[PATH_SIZE];
    char quoted[DOCTOR_FIX_MAX];

    if (robot->folder == NULL || !file_join(path, sizeof(path), robot->folder, "robot.json"))
        (void)snprintf(path, sizeof(path), "robots/%s/robot.json", robot->slug);
    doctor_quote(path, quoted);
    doctor_fix_here(doctor, "robot add %s", quoted);
}

static void check_folder(struct doctor *doctor, const struct robot *robot,
                         const struct definition_folder *folder, struct robots_seen *seen)
{
    struct run_identity identity = run_identity_of(robot->id);
    char quoted[DOCTOR_FIX_MAX];
    int result = doctor_folder_enter(robot->id, folder->path);

    seen->folders++;
    if (result == 0)
        return;
    seen->no_folder++;
    doctor_quote(folder->path, quoted);
    if (result == -ENOENT)
        doctor_fix(doctor, "mkdir -p %s", quoted);
    else if (result == -ENOTDIR)
        fix_definition(doctor, robot);
    else if (result == -ETIMEDOUT)
        doctor_fix(doctor, "umount -l %s; mount %s", quoted, quoted);
    else
        doctor_fix(doctor, "setfacl -m u:%u:rwX %s # package acl", (unsigned)identity.uid, quoted);
    doctor_row(doctor, DOCTOR_WRONG,
               "folders: robot %s cannot enter \"%s\" (%s) as account number %u: %s", robot->slug,
               folder->name, folder->path, (unsigned)identity.uid,
               result == -ETIMEDOUT ? "it does not answer" : strerror(-result));
}

/* As `robot add` and each start of its host look at it. */
static int check_plugin(struct doctor *doctor, const struct robot *robot,
                        struct definition *definition, struct fault *fault)
{
    struct plugin_note note = {0};
    char path[PATH_SIZE];
    char quoted[DOCTOR_FIX_MAX];
    int result = plugin_locate(doctor->settings->home, definition->plugin, path, fault);

    if (result < 0) {
        doctor_fix(doctor, "cp %s.so %s/plugins/", definition->plugin, doctor->quoted_home);
        return result;
    }
    doctor_quote(path, quoted);
    result = plugin_file_describe(path, &note, NULL, fault);
    if (result < 0) {
        doctor_fix(doctor, "automagi plugin check %s", quoted);
        return result;
    }
    result = definition_check(definition, &note, fault);
    plugin_note_release(&note);
    if (result < 0)
        fix_definition(doctor, robot);
    return result;
}

static void check_definition(struct doctor *doctor, const struct robot *robot,
                             struct robots_seen *seen)
{
    struct definition definition = {0};
    struct fault fault = {.text = ""};
    size_t i;
    int result = definition_parse(robot->definition, strlen(robot->definition),
                                  robot->folder != NULL ? robot->folder : "/", robot->side_effects,
                                  &definition, &fault);

    seen->plugins++;
    if (result < 0)
        fix_definition(doctor, robot);
    else
        result = check_plugin(doctor, robot, &definition, &fault);
    if (result < 0) {
        seen->no_plugin++;
        doctor_row(doctor, DOCTOR_WRONG, "plugins: robot %s cannot run: %s", robot->slug,
                   fault.text);
    }
    for (i = 0; i < definition.folder_count; i++)
        check_folder(doctor, robot, &definition.folders[i], seen);
    definition_release(&definition);
}

/* The triggers of one robot, and what is ready on its queue. */
struct triggers_seen {
    struct doctor *doctor;
    const struct robot *robot;
    const struct calendar_set *calendars;
    struct item_ready_state ready;
    int64_t next_ms; /* when a run starts by itself; 0: that is not known */
    bool has_one;
};

static void keep_earlier(int64_t *next_ms, int64_t at_ms)
{
    if (at_ms > 0 && (*next_ms == 0 || at_ms < *next_ms))
        *next_ms = at_ms;
}

/* 0: nobody knows when, such as for more items, or another robot. */
static int64_t starts_at(const struct triggers_seen *seen, const struct trigger *trigger)
{
    int64_t now_ms = seen->doctor->settings->now_ms;

    if (trigger->rule.kind == TRIGGER_DEPTH)
        return seen->ready.count >= trigger->rule.threshold ? now_ms : 0;
    if (trigger->rule.kind == TRIGGER_AGE)
        return seen->ready.oldest_ms + trigger->rule.threshold * 1000;
    return trigger_next_run(trigger, seen->robot, seen->calendars, now_ms);
}

static int see_trigger(const struct trigger *trigger, void *context)
{
    struct triggers_seen *seen = context;

    seen->has_one = true;
    keep_earlier(&seen->next_ms, starts_at(seen, trigger));
    if (!trigger_lacks_zone(trigger))
        return 0;
    doctor_fix(seen->doctor, "apt-get install --reinstall tzdata");
    doctor_row(seen->doctor, DOCTOR_WRONG,
               "trigger %" PRId64 " of %s: its zone \"%s\" is not known on this machine; it does "
               "not start the robot",
               trigger->id, seen->robot->slug, trigger->rule.zone);
    return 0;
}

static void tell_left(const struct triggers_seen *seen)
{
    struct doctor *doctor = seen->doctor;
    int64_t now_ms = doctor->settings->now_ms;
    char since[MOMENT_MAX];
    char next[MOMENT_MAX] = "";

    moment_words(seen->ready.oldest_ms, now_ms, since);
    if (seen->next_ms != 0)
        moment_words(seen->next_ms, now_ms, next);
    doctor_fix_here(doctor, "run %s", seen->robot->slug);
    doctor_row(doctor, DOCTOR_NOTE, "robots: %s has %s%" PRId64 " item%s ready, since %s, and %s%s",
               seen->robot->slug, seen->ready.count == READY_MOST ? "at least " : "",
               seen->ready.count, seen->ready.count == 1 ? "" : "s", since,
               next[0] != '\0' ? "its next run is due " : "nothing that starts a run", next);
}

/* A run that was stopped, or failed, leaves what is ready, and so does close() what it adds: a trigger or a
 * person starts the run that does it, and nobody else knows that there is something to do. A trigger that is long in
 * coming, or waits for something else, is one that a person may not want to wait for. */
static bool has_left_items(struct triggers_seen *seen)
{
    struct doctor *doctor = seen->doctor;
    struct fault fault = {.text = ""};
    struct run_open open = {.queued = 0};
    int64_t due_ms = 0;
    int result = run_open_count(doctor->store, seen->robot->id, &open, &fault);

    if (result == 0)
        result = item_next_due(doctor->store, seen->robot->id, &due_ms, &fault);
    doctor_failed(doctor, result, "items", &fault);
    keep_earlier(&seen->next_ms, due_ms);
    return result == 0 && seen->ready.count > 0 && open.queued + open.running == 0 &&
           (seen->next_ms == 0 || seen->next_ms - doctor->settings->now_ms > DAY_MS);
}

static void look_at_starts(struct doctor *doctor, const struct robot *robot,
                           struct robots_seen *seen)
{
    struct triggers_seen triggers = {
        .doctor = doctor, .robot = robot, .calendars = seen->calendars};
    struct fault fault = {.text = ""};

    doctor_failed(doctor,
                  item_ready_look(doctor->store, robot->id, READY_MOST, &triggers.ready, &fault),
                  "items", &fault);
    doctor_failed(doctor, trigger_each(doctor->store, robot->id, see_trigger, &triggers, &fault),
                  "triggers", &fault);
    if (has_left_items(&triggers) && !robot->is_paused && robot->red_item == 0)
        tell_left(&triggers);
    else if (!triggers.has_one)
        add(&seen->idle, robot);
}

static void fix_kept(struct doctor *doctor, const struct robot *robot, int32_t today)
{
    struct robot unpaused = *robot;

    unpaused.is_paused = false;
    if (robot_kept_from_starting(robot, today) == NULL)
        doctor_fix_here(doctor, "robot resume %s", robot->slug);
    else if (strcmp(robot_state_word(&unpaused, today), "blocked") == 0)
        doctor_fix_here(doctor, "scorecard gates %s", robot->slug);
    else
        doctor_fix_here(doctor, "queue list --robot %s", robot->slug);
}

/* What a robot was to do that does not start: a person decided that, or is to, and need not have known of these. What is
 * leased, and what is ready beside it, is still done by a run that goes on. */
static void look_at_kept_items(struct doctor *doctor, const struct robot *robot, int32_t today)
{
    const char *kept = robot_keeps_waiting(robot, today, today);
    struct item_outlook items = {.ready = 0};
    struct run_open open = {.running = 0};
    struct fault fault = {.text = ""};
    char words[KEPT_ITEMS_MAX];
    int result;

    if (kept == NULL)
        return;
    result = item_outlook(doctor->store, robot->id, doctor->settings->now_ms, &items, &fault);
    if (result == 0)
        result = run_open_count(doctor->store, robot->id, &open, &fault);
    doctor_failed(doctor, result, "items", &fault);
    if (result < 0 || items.ready + items.deferred == 0 || open.running > 0)
        return;
    kept_items_words(items.ready, items.deferred, words);
    fix_kept(doctor, robot, today);
    doctor_row(doctor, DOCTOR_NOTE,
               "robots: %s has %s: %s; let it start, or close what lies there (`automagi queue "
               "done`, `automagi queue drop`)",
               robot->slug, words, kept);
}

static void look_at_robot(struct doctor *doctor, const struct robot *robot, int32_t today,
                          struct robots_seen *seen)
{
    look_at_kept_items(doctor, robot, today);
    if (!robot_operates_on(robot, today))
        return;
    if (robot->red_item != 0)
        add(&seen->blocked, robot);
    if (robot_estimate_on(robot, today) == NULL)
        add(robot->estimate_count > 0 ? &seen->not_signed : &seen->not_valued, robot);
    if (robot->is_external)
        return;
    if (robot_lacks_plugin_on(robot, today)) {
        add(&seen->uninstalled, robot);
        return;
    }
    check_definition(doctor, robot, seen);
    if (robot->is_paused)
        add(&seen->paused, robot);
    look_at_starts(doctor, robot, seen);
}

static void tell(struct doctor *doctor, const struct found *found, const char *what)
{
    if (found->count > 0)
        doctor_row(doctor, DOCTOR_NOTE, "robots: %u %s: %s", found->count, what, found->names.text);
}

static void tell_all(struct doctor *doctor, struct robots_seen *seen)
{
    if (seen->no_plugin == 0)
        doctor_row(doctor, DOCTOR_OK, "plugins: those of %u installed robots are accepted",
                   seen->plugins);
    if (seen->no_folder == 0)
        doctor_row(doctor, DOCTOR_OK, "folders: %u can be entered by their robots", seen->folders);
    if (seen->blocked.count > 0)
        doctor_fix_here(doctor, "scorecard gates %s", seen->blocked.names.first);
    tell(doctor, &seen->blocked, "with a red gate; what is started here does not start");
    if (seen->overdue.count > 0)
        doctor_fix_here(doctor, "scorecard indicators %s", seen->overdue.names.first);
    tell(doctor, &seen->overdue, "with an indicator whose day of review has passed");
    if (seen->paused.count > 0)
        doctor_fix_here(doctor, "robot resume %s", seen->paused.names.first);
    tell(doctor, &seen->paused, "paused");
    /* Which of them are automated here at all is not known, so there is no command to name. */
    tell(doctor, &seen->uninstalled, "in operation but not installed");
    if (seen->idle.count > 0)
        doctor_fix_here(doctor, "run %s", seen->idle.names.first);
    tell(doctor, &seen->idle, "without a trigger, started only by hand");
    if (seen->not_signed.count > 0)
        doctor_fix_here(doctor, "estimate sign %s --by NAME", seen->not_signed.names.first);
    tell(doctor, &seen->not_signed,
         "with an estimate that nobody has signed; their tasks count for nothing until it is");
    if (seen->not_valued.count > 0)
        doctor_fix_here(doctor, "estimate set %s --minutes N --from DATE --by NAME",
                        seen->not_valued.names.first);
    tell(doctor, &seen->not_valued, "without an estimate; their tasks count for nothing");
}

/* Disputes that nobody has answered for long. */
struct overdue {
    struct doctor *doctor;
    struct found found;
    int64_t first; /* the oldest one's number */
};

static int see_dispute(const struct dispute *dispute, void *context)
{
    struct overdue *overdue = context;
    const struct robot *robot = robot_list_find_id(overdue->doctor->list, dispute->robot_id);

    if (overdue->doctor->settings->now_ms - dispute->at_ms <=
        (int64_t)DISPUTE_PATIENCE_DAYS * DAY_MS)
        return 0;
    if (overdue->found.count == 0)
        overdue->first = dispute->id;
    if (robot != NULL)
        add(&overdue->found, robot);
    return 0;
}

static void look_at_disputes(struct doctor *doctor)
{
    struct dispute_filter filter = {.is_open = true};
    struct overdue overdue = {.doctor = doctor};
    struct fault fault = {.text = ""};

    doctor_failed(doctor, dispute_each(doctor->store, &filter, see_dispute, &overdue, &fault),
                  "disputes", &fault);
    if (overdue.found.count == 0)
        return;
    doctor_fix_here(doctor, "estimate answer %" PRId64 " --answer TEXT --by NAME", overdue.first);
    doctor_row(doctor, DOCTOR_NOTE,
               "estimates: %u dispute%s without an answer for over %d days: %s",
               overdue.found.count, overdue.found.count == 1 ? "" : "s", DISPUTE_PATIENCE_DAYS,
               overdue.found.names.text);
}

/* Of the versions that hold, those whose day of review has passed; nobody looks again at a robot that is retired. */
static void look_at_reviews(struct doctor *doctor, int32_t today, struct robots_seen *seen)
{
    struct indicator_list list = {.count = 0};
    struct fault fault = {.text = ""};
    int64_t told = 0;
    size_t i;

    doctor_failed(doctor, indicator_list_read(doctor->store, &list, &fault), "indicators", &fault);
    for (i = 0; i < list.count; i++) {
        const struct indicator *indicator = &list.indicators[i];
        const struct robot *robot = robot_list_find_id(doctor->list, indicator->robot_id);

        if (robot == NULL || robot->id == told || indicator->status != INDICATOR_IN_USE ||
            indicator->review_day >= today ||
            strcmp(robot_state_word(robot, today), "retired") == 0 ||
            indicator_on(&list, robot->id, indicator->parameter, indicator->slot, today) !=
                indicator)
            continue;
        told = robot->id;
        add(&seen->overdue, robot);
    }
    indicator_list_release(&list);
}

void doctor_robots(struct doctor *doctor)
{
    struct robots_seen seen = {.plugins = 0};
    struct fault fault = {.text = ""};
    int32_t today;
    size_t i;

    if (doctor->store == NULL)
        return;
    today = clock_local_day(doctor->settings->now_ms);
    doctor_failed(doctor, calendar_set_read(doctor->store, &seen.calendars, &fault), "calendars",
                  &fault);
    for (i = 0; i < doctor->list->count; i++)
        look_at_robot(doctor, &doctor->list->robots[i], today, &seen);
    look_at_reviews(doctor, today, &seen);
    calendar_set_free(seen.calendars);
    tell_all(doctor, &seen);
    look_at_disputes(doctor);
}
