/*
 * loop_home.h - the daemon's loop over a real store, without its sockets and hosts, with a clock of
 * ours: triggers fire, and the runs they make wait.
 */
#ifndef AUTOMAGI_TESTS_LOOP_HOME_H
#define AUTOMAGI_TESTS_LOOP_HOME_H

#include <stdint.h>

#include "core/run/daemon_inner.h"
#include "tests/unit/queue_home.h"

enum { MINUTE_MS = 60000, HOUR_MS = 3600000, DAY_MS = 86400000 };

/* One at a time. `queue` is usable while the loop is stopped. */
extern struct queue queue;
extern struct daemon *loop;

void loop_start(void);
/* As when the process ends: what the loop holds goes with it. The queued runs are done meanwhile. */
void loop_stop(void);
/* What the writer has done comes back to the loop. */
void loop_settle(void);
/* `host` is the robot's, and ready; the other end of its control channel. */
int loop_host(struct host *host, struct robot_entry *robot);
/* The newest run's process is gone, and so is all that the loop had of it. Its host holds no end of its channel any more. */
void loop_end_begun(int status);
/* The clock stands there. */
void loop_at(int64_t wall_ms);
/* ... and the loop looks at what is due. */
void loop_fire_at(int64_t wall_ms);
/* The runs that fires made are out of the way of the next. */
void loop_drop_runs(void);
/* While it is stopped: the queue's robot is installed, in operation, with this cron trigger alone. */
void loop_install(const char *cron);
/* A rule of that cron, and nothing else. */
struct trigger_rule loop_cron(const char *text);

int64_t loop_ask(const char *query);
int64_t loop_runs(void);   /* fires that made one */
int64_t loop_missed(void); /* fires of times that nobody was there for */
int64_t loop_newest(void); /* newest nominal time of a fire */

#endif
