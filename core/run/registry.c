#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"
#include "core/store/store.h"

/* What the writer's thread reads for the loop; then the loop's. */
struct registry_job {
    struct writer_job job;
    struct daemon *daemon;
    struct robot_list robots;
    struct trigger_entry *triggers; /* robot is filled in by the loop */
    int64_t *trigger_robots;
    size_t trigger_count;
    struct run_record *open_runs; /* queued ones, oldest first */
    size_t open_count;
    int64_t *retry_ms; /* per robot of the list */
};

static int keep_trigger(const struct trigger *trigger, void *context)
{
    struct registry_job *job = context;
    size_t count = job->trigger_count + 1;
    struct trigger_entry *entries = realloc(job->triggers, count * sizeof(*entries));
    int64_t *robots;
    struct fault fault;

    if (entries == NULL)
        return -ENOMEM;
    job->triggers = entries;
    robots = realloc(job->trigger_robots, count * sizeof(*robots));
    if (robots == NULL)
        return -ENOMEM;
    job->trigger_robots = robots;
    memset(&entries[count - 1], 0, sizeof(*entries));
    entries[count - 1].id = trigger->id;
    entries[count - 1].last_nominal_ms = trigger->last_nominal_ms;
    entries[count - 1].ahead_ms = trigger->ahead_ms;
    entries[count - 1].since_ms = trigger->since_ms;
    if (cron_parse(trigger->rule.cron, &entries[count - 1].cron, &fault) < 0) {
        log_about(LOG_LEVEL_ERROR, &(struct log_about){.trigger = trigger->id}, "trigger %lld: %s",
                  (long long)trigger->id, fault.text);
        return 0; /* was checked when it was added; kept out rather than guessed at */
    }
    robots[count - 1] = trigger->robot_id;
    job->trigger_count = count;
    return 0;
}

static int keep_open_run(const struct run_record *run, void *context)
{
    struct registry_job *job = context;
    struct run_record *runs;

    if (run->state != RUN_QUEUED)
        return 0;
    runs = realloc(job->open_runs, (job->open_count + 1) * sizeof(*runs));
    if (runs == NULL)
        return -ENOMEM;
    job->open_runs = runs;
    runs[job->open_count++] = *run;
    return 0;
}

static int registry_read(struct writer_job *base, struct store *store, struct fault *fault)
{
    struct registry_job *job = (struct registry_job *)(void *)base;
    size_t i;
    int result = robot_list_read(store, &job->robots, fault);

    if (result == 0)
        result = trigger_each(store, 0, keep_trigger, job, fault);
    if (result == 0)
        result = run_each_open(store, keep_open_run, job, fault);
    if (result == 0) {
        job->retry_ms = calloc(job->robots.count + 1, sizeof(*job->retry_ms));
        if (job->retry_ms == NULL)
            result = fault_no_memory(fault);
    }
    for (i = 0; i < job->robots.count && result == 0; i++)
        result = item_next_due(store, job->robots.robots[i].id, &job->retry_ms[i], fault);
    return result;
}

struct robot_entry *registry_find(struct daemon *daemon, int64_t robot_id)
{
    struct robot_entry *robot;

    for (robot = daemon->robots; robot != NULL; robot = robot->next) {
        if (robot->id == robot_id)
            return robot;
    }
    return NULL;
}

bool robot_entry_operates(const struct robot_entry *robot, int32_t day)
{
    size_t i;

    for (i = 0; i < robot->operation_count; i++) {
        if (robot->operations[i].from_day <= day && day <= robot->operations[i].to_day)
            return true;
    }
    return false;
}

static void install(struct daemon *daemon, struct robot_entry *entry, const struct robot *robot)
{
    struct definition definition;
    struct fault fault;
    char *text;

    if (robot->definition == NULL || robot->plugin == NULL) {
        entry->is_installed = false;
        return;
    }
    if (entry->is_installed && strcmp(entry->definition_text, robot->definition) == 0)
        return;
    if (definition_parse(robot->definition, strlen(robot->definition),
                         robot->folder != NULL ? robot->folder : "/", robot->side_effects,
                         &definition, &fault) < 0) {
        log_about(LOG_LEVEL_ERROR, &(struct log_about){.robot = robot->slug},
                  "robot %s cannot run: %s", robot->slug, fault.text);
        entry->is_installed = false;
        return;
    }
    text = strdup(robot->definition);
    if (text == NULL) {
        definition_release(&definition);
        return;
    }
    free(entry->definition_text);
    definition_release(&entry->definition);
    entry->definition_text = text;
    entry->definition = definition;
    entry->is_installed = true;
    if (entry->host != NULL)
        host_drain(daemon, entry->host); /* it was set up by the old definition */
}

static void take_robot(struct daemon *daemon, const struct robot *robot, int64_t retry_ms)
{
    struct robot_entry *entry = registry_find(daemon, robot->id);
    struct robot_operation *operations;

    if (entry == NULL) {
        entry = calloc(1, sizeof(*entry));
        if (entry == NULL)
            return;
        entry->id = robot->id;
        entry->next = daemon->robots;
        daemon->robots = entry;
    }
    /* The number of a robot that was removed, and so never ran, can be a new one's. */
    if (strcmp(entry->slug, robot->slug) != 0)
        (void)text_copy(entry->slug, sizeof(entry->slug), robot->slug);
    entry->is_known = true;
    entry->is_paused = robot->is_paused;
    operations = calloc(robot->operation_count + 1, sizeof(*operations));
    if (operations != NULL) {
        if (robot->operation_count > 0)
            memcpy(operations, robot->operations, robot->operation_count * sizeof(*operations));
        free(entry->operations);
        entry->operations = operations;
        entry->operation_count = robot->operation_count;
    }
    entry->retry_ms = retry_ms;
    install(daemon, entry, robot);
}

/* One that the loop did not know yet. A time since its last record is due at once: fires.c sees
 * what becomes of it. A trigger without a record begins when it was made, or now if that is still to
 * come: the clock was wrong then, or is. */
static void begin_trigger(struct trigger_entry *trigger, int64_t now_ms)
{
    char ahead[CLOCK_INSTANT_TEXT];
    int64_t from_ms = trigger->last_nominal_ms;
    struct log_about about = {.trigger = trigger->id};

    if (trigger->robot != NULL)
        about.robot = trigger->robot->slug;
    if (from_ms == 0)
        from_ms = trigger->since_ms < now_ms ? trigger->since_ms : now_ms;
    if (trigger->ahead_ms != 0) {
        clock_format_instant(trigger->ahead_ms, ahead);
        log_about(LOG_LEVEL_WARN, &about,
                  "robot %s: a trigger has fired for %s, which is still to come: the clock was "
                  "wrong then or is now; it does not wait for that",
                  trigger->robot != NULL ? trigger->robot->slug : "?", ahead);
    }
    trigger->next_ms = cron_next(&trigger->cron, from_ms);
}

/* One that the loop knows goes on where it was: from "now" it would lose a time that is due and
 * has not been looked at yet, and the store has not heard yet of fires that are at the writer. */
static void take_triggers(struct daemon *daemon, struct registry_job *job)
{
    int64_t now_ms = clock_now_ms();
    size_t old = 0;
    size_t i;

    for (i = 0; i < job->trigger_count; i++) {
        struct trigger_entry *trigger = &job->triggers[i];

        trigger->robot = registry_find(daemon, job->trigger_robots[i]);
        while (old < daemon->trigger_count && daemon->triggers[old].id < trigger->id)
            old++; /* both are in the order of their ids */
        if (old < daemon->trigger_count && daemon->triggers[old].id == trigger->id &&
            daemon->triggers[old].next_ms != 0) {
            trigger->next_ms = daemon->triggers[old].next_ms;
            trigger->last_nominal_ms = daemon->triggers[old].last_nominal_ms;
        } else {
            begin_trigger(trigger, now_ms);
        }
    }
    free(daemon->triggers);
    daemon->triggers = job->triggers;
    daemon->trigger_count = job->trigger_count;
    job->triggers = NULL;
    fires_arm(daemon);
}

static void registry_free(struct registry_job *job)
{
    robot_list_release(&job->robots);
    free(job->triggers);
    free(job->trigger_robots);
    free(job->open_runs);
    free(job->retry_ms);
    free(job);
}

static void registry_taken(struct writer_job *base, int result, const struct fault *fault)
{
    struct registry_job *job = (struct registry_job *)(void *)base;
    struct daemon *daemon = job->daemon;
    struct robot_entry *entry;
    size_t i;

    daemon->is_registry_waiting = false;
    if (result < 0) {
        log_line(LOG_LEVEL_ERROR, "the robots could not be read: %s", fault->text);
        registry_free(job);
        return;
    }
    for (entry = daemon->robots; entry != NULL; entry = entry->next)
        entry->is_known = false;
    for (i = 0; i < job->robots.count; i++)
        take_robot(daemon, &job->robots.robots[i], job->retry_ms[i]);
    take_triggers(daemon, job);
    for (i = 0; i < job->open_count; i++) {
        entry = registry_find(daemon, job->open_runs[i].robot_id);
        if (entry != NULL)
            dispatch_add(daemon, job->open_runs[i].id, entry);
    }
    registry_free(job);
    retention_due(daemon);
    if (daemon->is_registry_wanted)
        registry_refresh(daemon);
}

void registry_refresh(struct daemon *daemon)
{
    struct registry_job *job;

    if (daemon->is_registry_waiting) {
        daemon->is_registry_wanted = true; /* the one at the writer may be too old */
        return;
    }
    daemon->is_registry_wanted = false;
    job = calloc(1, sizeof(*job));
    if (job == NULL)
        return;
    job->daemon = daemon;
    job->job.apply = registry_read;
    job->job.finished = registry_taken;
    daemon->is_registry_waiting = true;
    writer_submit(daemon->writer, &job->job);
}
