#include "tests/unit/loop_home.h"

#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>

#include <cmocka.h>

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "core/base/clock.h"
#include "core/base/text.h"
#include "core/store/robot.h"
#include "core/store/store.h"
#include "tests/unit/temp_home.h"

struct queue queue;
static struct daemon_settings settings;
struct daemon *loop;

/* What the writer has done comes back to the loop. */
void loop_settle(void)
{
    struct pollfd ready = {.fd = writer_fd(loop->writer), .events = POLLIN};

    while (writer_waiting(loop->writer) > 0) {
        assert_int_equal(poll(&ready, 1, 10000), 1);
        writer_collect(loop->writer);
    }
}

void loop_start(void)
{
    loop = calloc(1, sizeof *loop);
    settings.home = queue.home;
    loop->settings = &settings;
    loop->next_deadline_ms = INT64_MAX;
    loop->timer_watch.fd = loop->epoll_fd = loop->home_fd = -1;
    queue_need(&queue, writer_start(queue.store, &loop->writer, &queue.fault));
    fires_begin(loop);
    registry_refresh(loop);
    loop_settle();
    fires_due(loop);
    loop_settle();
}

/* The run that a fire made is not started here: out of the way of the next. */
void loop_drop_runs(void)
{
    struct robot_entry *robot;

    for (robot = loop->robots; robot != NULL; robot = robot->next)
        while (robot->pending_first != NULL)
            (void)dispatch_drop(loop, robot->pending_first->id);
}

/* As when the process ends: what the loop holds goes with it. The queued runs are done meanwhile. */
void loop_stop(void)
{
    struct robot_entry *robot;

    writer_stop(loop->writer);
    loop_drop_runs();
    while ((robot = loop->robots) != NULL) {
        loop->robots = robot->next;
        definition_release(&robot->definition);
        free(robot->definition_text);
        free(robot->definition_folder);
        free(robot->operations);
        free(robot);
    }
    trigger_set_release(&loop->triggers);
    calendar_set_free(loop->calendars);
    free(loop->systems);
    free(loop->plugin_limits);
    free(loop);
    loop = NULL;
    temp_home_plant(queue.home,
                    "UPDATE run SET state = 3, ending = 1, ended_ms = 1 WHERE state = 1");
    queue_need(&queue, store_open(queue.home, STORE_WRITE, &queue.store, &queue.fault));
}

int loop_host(struct host *host, struct robot_entry *robot)
{
    int control[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control), 0);
    *host = (struct host){.robot = robot, .state = HOST_READY, .tries = HOST_TRIES_MANY};
    host->control.fd = control[0];
    host->ending.fd = -1;
    loop->hosts = robot->host = host;
    return control[1];
}

void loop_end_begun(int status)
{
    struct run *run = loop->runs;

    run_ended(loop, run, status);
    loop_settle();
    assert_null(loop->runs);
    free(run->end);
    free(loop->graves);
    loop->graves = NULL;
}

void loop_at(int64_t wall_ms)
{
    queue.now_ms = wall_ms;
    clock_pretend(wall_ms);
}

void loop_fire_at(int64_t wall_ms)
{
    loop_at(wall_ms);
    fires_due(loop);
    loop_settle();
}

int64_t loop_ask(const char *query)
{
    return temp_home_ask(queue.home, query);
}

int64_t loop_runs(void)
{
    return loop_ask("SELECT count(*) FROM fire WHERE run_id IS NOT NULL");
}

int64_t loop_missed(void)
{
    return loop_ask("SELECT count(*) FROM fire WHERE skipped = 'automagid was not running'");
}

int64_t loop_newest(void)
{
    return loop_ask("SELECT max(nominal_ms) FROM fire");
}

struct trigger_rule loop_cron(const char *text)
{
    struct trigger_rule rule;

    trigger_rule_init(&rule, TRIGGER_CRON);
    assert_true(text_copy(rule.cron, sizeof rule.cron, text));
    return rule;
}

void loop_install(const char *cron)
{
    static const struct robot_operation always = {0, ROBOT_NO_END};
    static char plugin[] = "test";
    static char text[] = "{\"id\": \"franco\", \"plugin\": \"test\"}";
    struct robot definition = {
        .window = WINDOW_YEAR, .plugin = plugin, .side_effects = IDEMPOTENT, .definition = text};
    int64_t robot_id = queue.policy.robot_id;

    queue_begin(&queue);
    queue_need(&queue, robot_operations_set(queue.store, robot_id, &always, 1, &queue.fault));
    queue_need(&queue, robot_install(queue.store, robot_id, &definition, &queue.fault));
    queue_triggers(&queue, &cron, 1);
    queue_need(&queue, run_end(queue.store, queue.run_id, RUN_DONE, NULL, 1, &queue.fault));
    queue_commit(&queue);
}
