/* What a run that is asked for would wait for, as far as the store knows it: the daemon says it later as the run's
 * `waits`, in the same words. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/command/nouns.h"
#include "core/run/definition.h"
#include "core/schedule/rest.h"
#include "core/store/calendar.h"
#include "core/store/run_record.h"
#include "core/store/store.h"

enum { RUNS_LOOKED_AT = 32 };

struct hold {
    const struct robot *robot;
    const struct robot_list *robots;
    unsigned of_robot, of_plugin, of_machine; /* runs that go on */
    int64_t before;                           /* of the robot, that wait already */
    unsigned plugin_most, machine_most;       /* 0: no limit */
};

static int count_run(const struct run_record *run, void *context)
{
    struct hold *hold = context;
    const struct robot *robot = robot_list_find_id(hold->robots, run->robot_id);

    if (run->state == RUN_QUEUED) {
        hold->before += run->robot_id == hold->robot->id;
        return 0;
    }
    hold->of_machine++;
    hold->of_robot += run->robot_id == hold->robot->id;
    hold->of_plugin +=
        robot != NULL && robot->plugin != NULL && strcmp(robot->plugin, hold->robot->plugin) == 0;
    return 0;
}

static int take_limit(const char *plugin, int runs, void *context)
{
    struct hold *hold = context;

    if (plugin[0] == '\0')
        hold->machine_most = (unsigned)runs;
    else if (strcmp(plugin, hold->robot->plugin) == 0)
        hold->plugin_most = (unsigned)runs;
    return 0;
}

static bool is_full(unsigned runs, unsigned most, const char *whose,
                    char words[static RUN_HOLD_MAX])
{
    if (most == 0 || runs < most)
        return false;
    (void)snprintf(words, RUN_HOLD_MAX, "the %s limit of %u run%s is reached", whose, most,
                   most == 1 ? "" : "s");
    return true;
}

static int look_at_limits(struct store *store, const struct robot *robot, unsigned most,
                          char words[static RUN_HOLD_MAX], struct fault *fault)
{
    struct robot_list robots = {0};
    struct hold hold = {.robot = robot, .robots = &robots};
    int result = run_limit_each(store, take_limit, &hold, fault);

    if (result == 0 && hold.plugin_most > 0) /* all others are not asked for their plugin */
        result = robot_list_read(store, &robots, fault);
    if (result == 0)
        result = run_each_open(store, count_run, &hold, fault);
    if (result == 0 && !is_full(hold.of_robot, most, "robot's", words) &&
        !is_full(hold.of_plugin, hold.plugin_most, "plugin's", words) &&
        !is_full(hold.of_machine, hold.machine_most, "machine's", words) && hold.before > 0)
        (void)snprintf(words, RUN_HOLD_MAX, "%" PRId64 " earlier run%s of it", hold.before,
                       hold.before == 1 ? "" : "s");
    robot_list_release(&robots);
    return result;
}

static int look_at_systems(struct store *store, const struct definition *definition, int64_t now_ms,
                           char words[static RUN_HOLD_MAX], struct fault *fault)
{
    struct system system = {0};
    char until[CLOCK_INSTANT_TEXT];
    int64_t until_ms = 0;
    struct fault ignored;
    struct quiet quiet;
    size_t i;
    int result = 0;

    for (i = 0; i < definition->system_count && result == 0 && until_ms == 0; i++) {
        result = system_find(store, definition->systems[i], &system, fault);
        if (result == 0 && quiet_parse(system.closed, &quiet, &ignored) == 0)
            until_ms = quiet_until(&quiet, NULL, now_ms);
    }
    if (until_ms == INT64_MAX) {
        (void)snprintf(words, RUN_HOLD_MAX, "%s is closed for more than a week", system.slug);
    } else if (until_ms != 0) {
        clock_format_instant(until_ms, until);
        (void)snprintf(words, RUN_HOLD_MAX, "%s is closed until %s", system.slug, until);
    }
    return result;
}

/* The limits are looked at as long as that is little work: of thousands of runs that wait, as many
 * come in a second, and each would look at all of them. */
static int look_at_runs(struct store *store, const struct robot *robot, unsigned most,
                        char words[static RUN_HOLD_MAX], struct fault *fault)
{
    int64_t of_robot = 0;
    int64_t of_all = 0;
    int result = run_open_glance(store, robot->id, RUNS_LOOKED_AT, &of_robot, &of_all, fault);

    if (result < 0)
        return result;
    if (of_all < RUNS_LOOKED_AT)
        return look_at_limits(store, robot, most, words, fault);
    if (of_robot >= RUNS_LOOKED_AT)
        (void)snprintf(words, RUN_HOLD_MAX, "over %d earlier runs of it", RUNS_LOOKED_AT - 1);
    return 0;
}

int run_hold(struct store *store, const struct robot *robot, int64_t now_ms,
             char ret_words[static RUN_HOLD_MAX], struct fault *fault)
{
    char words[RUN_HOLD_MAX] = "";
    struct definition definition = {0};
    struct fault ignored;
    int result;

    ret_words[0] = '\0';
    if (robot->definition == NULL ||
        definition_parse(robot->definition, strlen(robot->definition),
                         robot->folder != NULL ? robot->folder : "/", robot->side_effects,
                         &definition, &ignored) < 0)
        return 0; /* what is wrong with it is said when the run is refused */
    result = look_at_systems(store, &definition, now_ms, words, fault);
    /* Without a daemon nothing goes on, whatever was left open. */
    if (result == 0 && words[0] == '\0' && home_is_served(store_home(store)))
        result = look_at_runs(store, robot, definition.limit, words, fault);
    if (result == 0)
        (void)snprintf(ret_words, RUN_HOLD_MAX, "%s", words);
    definition_release(&definition);
    return result;
}
