/*
 * effect.h - what a change does to work that waits or goes on, said before it is made.
 *
 * A command's `preview` writes sentences with effect_say(); command_preview() makes
 * {"effects":[...]} of them. None: nobody needs to be asked. What is said holds when it is read:
 * between that and the change a run may begin or end.
 */
#ifndef AUTOMAGI_COMMAND_EFFECT_H
#define AUTOMAGI_COMMAND_EFFECT_H

#include "core/command/command.h"

struct fault;

/* Inside a preview alone. */
void effect_say(struct command_call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The previews of scorecard gate, robot pause, suspend, retire and remove, robot add, queue drop and import end. */
int robot_pause_preview(struct command_call *call, struct fault *fault)
    __attribute__((warn_unused_result));
int scorecard_gate_preview(struct command_call *call, struct fault *fault)
    __attribute__((warn_unused_result));
int robot_retire_preview(struct command_call *call, struct fault *fault)
    __attribute__((warn_unused_result));
int robot_suspend_preview(struct command_call *call, struct fault *fault)
    __attribute__((warn_unused_result));
int robot_remove_preview(struct command_call *call, struct fault *fault)
    __attribute__((warn_unused_result));
int robot_add_preview(struct command_call *call, struct fault *fault)
    __attribute__((warn_unused_result));
int queue_drop_preview(struct command_call *call, struct fault *fault)
    __attribute__((warn_unused_result));
int import_end_preview(struct command_call *call, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
