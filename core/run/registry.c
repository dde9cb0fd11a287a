#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"
#include "core/store/store.h"

enum {
    AGAIN_MS = 500, /* doubles */
    AGAIN_MOST_MS = 30000,
    ZONE_AGAIN_MS = 600000
};

/* What the writer's thread reads for the loop; then the loop's. */
struct registry_job {
    struct writer_job job;
    struct daemon *daemon;
    struct robot_list robots;
    struct trigger_set triggers;
    struct run_record *open_runs; /* queued ones, oldest first */
    char **open_inputs;           /* per open run: NULL none */
    size_t open_count;
    int64_t *retry_ms; /* per robot of the list */
    struct calendar_set *calendars;
    struct system_entry *systems;
    size_t system_count;
    struct plugin_limit *limits;
    size_t limit_count;
    unsigned machine_runs;
    int64_t clock_back_ms;
    int64_t righted; /* items */
};

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

static int keep_system(const struct system *system, void *context)
{
    struct registry_job *job = context;
    struct system_entry *systems =
        realloc(job->systems, (job->system_count + 1) * sizeof(*systems));
    struct fault fault;

    if (systems == NULL)
        return -ENOMEM;
    job->systems = systems;
    (void)text_copy(systems[job->system_count].slug, CALENDAR_SLUG_MAX, system->slug);
    if (quiet_parse(system->closed, &systems[job->system_count].quiet, &fault) < 0) {
        log_line(LOG_LEVEL_ERROR, "system %s: %s", system->slug, fault.text);
        return 0; /* was checked when it was set */
    }
    job->system_count++;
    return 0;
}

static int keep_limit(const char *plugin, int runs, void *context)
{
    struct registry_job *job = context;
    struct plugin_limit *limits;

    if (plugin[0] == '\0') {
        job->machine_runs = (unsigned)runs;
        return 0;
    }
    limits = realloc(job->limits, (job->limit_count + 1) * sizeof(*limits));
    if (limits == NULL)
        return -ENOMEM;
    job->limits = limits;
    (void)text_copy(limits[job->limit_count].plugin, sizeof(limits->plugin), plugin);
    limits[job->limit_count++].runs = runs;
    return 0;
}

static int read_inputs(struct registry_job *job, struct store *store, struct fault *fault)
{
    size_t i;
    int result = 0;

    job->open_inputs = calloc(job->open_count + 1, sizeof(*job->open_inputs));
    if (job->open_inputs == NULL)
        return fault_no_memory(fault);
    for (i = 0; i < job->open_count && result == 0; i++) {
        if (job->open_runs[i].has_input)
            result = run_input_read(store, job->open_runs[i].id, &job->open_inputs[i], fault);
    }
    return result;
}

static int read_rests(struct registry_job *job, struct store *store, struct fault *fault)
{
    int result = calendar_set_read(store, &job->calendars, fault);

    job->machine_runs = MACHINE_RUNS_MAX;
    if (result == 0)
        result = system_each(store, keep_system, job, fault);
    if (result == 0)
        result = run_limit_each(store, keep_limit, job, fault);
    return result;
}

static int registry_read(struct writer_job *base, struct store *store, struct fault *fault)
{
    struct registry_job *job = (struct registry_job *)(void *)base;
    size_t i;
    int result = robot_list_read(store, &job->robots, fault);

    if (result == 0 && job->clock_back_ms != 0)
        result = item_right_clock(store, clock_now_ms(), job->clock_back_ms, &job->righted, fault);
    if (result == 0 && job->clock_back_ms != 0)
        result = trigger_right_clock(store, clock_now_ms(), fault);
    if (result == 0)
        result = trigger_set_read(&job->triggers, store, fault);
    if (result == 0)
        result = run_each_open(store, keep_open_run, job, fault);
    if (result == 0)
        result = read_inputs(job, store, fault);
    if (result == 0)
        result = read_rests(job, store, fault);
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

int64_t robot_entry_operates_from(const struct robot_entry *robot, int64_t at_ms)
{
    int32_t today = clock_local_day(at_ms);
    int32_t next = INT32_MAX;
    size_t i;

    if (robot_entry_operates(robot, today))
        return at_ms;
    for (i = 0; i < robot->operation_count; i++) {
        if (robot->operations[i].from_day > today && robot->operations[i].from_day < next)
            next = robot->operations[i].from_day;
    }
    return next == INT32_MAX ? 0 : clock_day_end_ms(next - 1) + 1;
}

/* Relative folders of the same text lie elsewhere when it does. */
static bool is_as_before(const struct robot_entry *entry, const struct robot *robot,
                         const char *folder)
{
    return entry->is_installed && strcmp(entry->definition_text, robot->definition) == 0 &&
           strcmp(entry->definition_folder, folder) == 0;
}

static void install(struct daemon *daemon, struct robot_entry *entry, const struct robot *robot)
{
    const char *folder = robot->folder != NULL ? robot->folder : "/";
    struct definition definition;
    struct fault fault;
    char *text;
    char *place;

    if (robot->definition == NULL || robot->plugin == NULL) {
        entry->is_installed = false;
        return;
    }
    if (is_as_before(entry, robot, folder))
        return;
    if (definition_parse(robot->definition, strlen(robot->definition), folder, robot->side_effects,
                         &definition, &fault) < 0) {
        log_about(LOG_LEVEL_ERROR, &(struct log_about){.robot = robot->slug},
                  "robot %s cannot run: %s", robot->slug, fault.text);
        entry->is_installed = false;
        return;
    }
    text = strdup(robot->definition);
    place = strdup(folder);
    if (text == NULL || place == NULL) {
        free(text);
        free(place);
        definition_release(&definition);
        return;
    }
    free(entry->definition_text);
    free(entry->definition_folder);
    definition_release(&entry->definition);
    entry->definition_text = text;
    entry->definition_folder = place;
    entry->definition = definition;
    entry->is_installed = true;
    entry->is_queue_full = false; /* its limit may be another */
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
        entry->parked_fd = -1;
        entry->next = daemon->robots;
        daemon->robots = entry;
    }
    /* The number of a robot that was removed, and so never ran, can be a new one's. */
    if (strcmp(entry->slug, robot->slug) != 0)
        (void)text_copy(entry->slug, sizeof(entry->slug), robot->slug);
    entry->is_known = true;
    entry->is_paused = robot->is_paused;
    entry->red_item = robot->red_item;
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

static void take_rests(struct daemon *daemon, struct registry_job *job)
{
    calendar_set_free(daemon->calendars);
    free(daemon->systems);
    free(daemon->plugin_limits);
    daemon->calendars = job->calendars;
    daemon->systems = job->systems;
    daemon->system_count = job->system_count;
    daemon->plugin_limits = job->limits;
    daemon->plugin_limit_count = job->limit_count;
    daemon->machine_runs = job->machine_runs;
    job->calendars = NULL;
    job->systems = NULL;
    job->limits = NULL;
}

static void registry_free(struct registry_job *job)
{
    size_t i;

    robot_list_release(&job->robots);
    trigger_set_release(&job->triggers);
    for (i = 0; job->open_inputs != NULL && i < job->open_count; i++)
        free(job->open_inputs[i]);
    free(job->open_inputs);
    free(job->open_runs);
    free(job->retry_ms);
    calendar_set_free(job->calendars);
    free(job->systems);
    free(job->limits);
    free(job);
}

static void read_again(struct daemon *daemon, int64_t delay_ms)
{
    daemon->registry_again_ms = clock_monotonic_ms() + delay_ms;
    daemon_deadline(daemon, daemon->registry_again_ms);
}

/* With a growing delay: as when no descriptor was left for a time zone's file. */
void registry_later(struct daemon *daemon)
{
    daemon->registry_delay_ms =
        daemon->registry_delay_ms == 0 ? AGAIN_MS : 2 * daemon->registry_delay_ms;
    if (daemon->registry_delay_ms > AGAIN_MOST_MS)
        daemon->registry_delay_ms = AGAIN_MOST_MS;
    read_again(daemon, daemon->registry_delay_ms);
}

void registry_due(struct daemon *daemon)
{
    if (daemon->registry_again_ms == 0)
        return;
    if (clock_monotonic_ms() >= daemon->registry_again_ms)
        registry_refresh(daemon);
    else
        daemon_deadline(daemon, daemon->registry_again_ms);
}

/* The last daemon has left it so: the next run makes room, and they go one at a time. Once only, for from then on the loop
 * knows what has been made. */
static void remember_room(struct robot_entry *robot, int64_t run_id)
{
    robot->is_queue_full = true;
    robot->crowded_run = run_id;
}

static void take_queued(struct daemon *daemon, const struct registry_job *job, bool is_first)
{
    size_t i;

    for (i = 0; i < job->open_count; i++) {
        const struct run_record *run = &job->open_runs[i];
        struct robot_entry *robot = registry_find(daemon, run->robot_id);
        struct pending_run *pending;

        if (robot == NULL)
            continue;
        if (is_first && run_is_for_full_queue(run))
            remember_room(robot, run->id);
        pending = dispatch_add_found(daemon, run->id, robot, job->open_inputs[i]);
        if (run_is_owed(run))
            dispatch_owe(robot, pending);
    }
}

static void registry_taken(struct writer_job *base, int result, const struct fault *fault)
{
    struct registry_job *job = (struct registry_job *)(void *)base;
    struct daemon *daemon = job->daemon;
    bool is_first = daemon->robots == NULL;
    struct robot_entry *entry;
    size_t i;

    daemon->is_registry_waiting = false;
    if (result < 0) {
        daemon->clock_back_ms += job->clock_back_ms; /* nothing was put right */
        registry_later(daemon);
        log_line(LOG_LEVEL_ERROR, "the robots could not be read, tried again in %lld ms: %s",
                 (long long)daemon->registry_delay_ms, fault->text);
        registry_free(job);
        return;
    }
    daemon->registry_delay_ms = 0;
    if (job->triggers.lacks_zone)
        read_again(daemon, ZONE_AGAIN_MS);
    for (entry = daemon->robots; entry != NULL; entry = entry->next) {
        entry->is_known = false;
        entry->looked_from = entry->left_out;
        entry->left_out = 0;
    }
    for (i = 0; i < job->robots.count; i++)
        take_robot(daemon, &job->robots.robots[i], job->retry_ms[i]);
    take_rests(daemon, job);
    /* The new set has the zones as they are now, and the next times of the old one. One that was read before the clock was
     * set back goes by a clock that was wrong: it is read again. */
    fires_zones_look(daemon);
    if (daemon->clock_back_ms == 0)
        trigger_set_take(daemon, &job->triggers);
    fires_arm(daemon);
    take_queued(daemon, job, is_first);
    registry_free(job);
    queue_triggers_look(daemon);
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
    daemon->registry_again_ms = 0;
    job = calloc(1, sizeof(*job));
    if (job == NULL) {
        registry_later(daemon);
        return;
    }
    job->daemon = daemon;
    job->clock_back_ms = daemon->clock_back_ms;
    daemon->clock_back_ms = 0;
    job->job.apply = registry_read;
    job->job.finished = registry_taken;
    job->job.is_part = job->clock_back_ms != 0; /* else it reads alone */
    daemon->is_registry_waiting = true;
    writer_submit(daemon->writer, &job->job);
}
