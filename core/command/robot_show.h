/*
 * robot_show.h - parts of what `robot show` says.
 */
#ifndef AUTOMAGI_COMMAND_ROBOT_SHOW_H
#define AUTOMAGI_COMMAND_ROBOT_SHOW_H

#include <stdbool.h>
#include <stdint.h>

struct command_call;
struct estimate;
struct fault;
struct json_writer;
struct robot;

/* Members triggers, queue, last_runs, definition. */
int robot_show_work(struct command_call *call, const struct robot *robot, struct fault *fault)
    __attribute__((warn_unused_result));

/* The day a signature was entered here, when it was given on an earlier one: taken over from a file
 * or paper. False: it was given here, or there is none. */
bool estimate_entered_late(const struct estimate *estimate, int32_t *ret_day);
/* The members of one version of an estimate; also for `estimate history`. */
void put_estimate_members(struct json_writer *writer, const struct estimate *estimate);

#endif
