/*
 * estimate_version.h - what the commands on estimates share: which version is meant, and how it is
 * said.
 */
#ifndef AUTOMAGI_COMMAND_ESTIMATE_VERSION_H
#define AUTOMAGI_COMMAND_ESTIMATE_VERSION_H

#include <stdint.h>

#include "core/command/command.h"
#include "core/store/robot.h"

struct dispute;
struct fault;

#define ESTIMATE_KIND_ARGUMENT                                                                     \
    {                                                                                              \
        .name = "for", .kind = ARGUMENT_CHOICE, .choices = "task|handover", .value = "WHAT",       \
        .help = "minutes of a task that is done (usual), or of help before a person takes over"    \
    }

/* Which of a robot's versions. */
#define ESTIMATE_VERSION_ARGUMENTS                                                                 \
    {.name = "from",                                                                               \
     .kind = ARGUMENT_DAY,                                                                         \
     .value = "DATE",                                                                              \
     .help = "the version from that day (the one valid today)"},                                   \
        ESTIMATE_KIND_ARGUMENT

/* --for; ESTIMATE_TASK when it is absent. */
enum estimate_kind call_estimate_kind(const struct command_call *call);
/* The check of a command's --minutes and --timings: -EINVAL names what is none. */
int minutes_check(const struct json *arguments, struct fault *fault)
    __attribute__((warn_unused_result));
/* --minutes, checked, as hundredths; absent: *ret_hundredths stays. */
void call_minutes(const struct command_call *call, int64_t *ret_hundredths);

/* The signed version that begins on the day, or NULL. Borrowed, as all here. */
const struct estimate *estimate_signed_from(const struct robot *robot, enum estimate_kind kind,
                                            int32_t day);
/* The newest version that waits for a signature, of the valid-from --from or of the only one there
 * is. -ENOENT: none waits; -EINVAL: several do. */
int estimate_find_unsigned(const struct command_call *call, const struct robot *robot,
                           const struct estimate **ret_estimate, struct fault *fault)
    __attribute__((warn_unused_result));
/* The version --from names: the signed one of that day, else the newest; without --from the one
 * that is valid today. -ENOENT says what there is. */
int estimate_find_meant(const struct command_call *call, const struct robot *robot,
                        const struct estimate **ret_estimate, struct fault *fault)
    __attribute__((warn_unused_result));

/* -EPERM: the version is signed and stays as it is. */
int estimate_refuse_signed(const struct robot *robot, const struct estimate *estimate,
                           struct fault *fault) __attribute__((warn_unused_result));

/* dispute_command.c: the members of a dispute but what it is about. */
void put_dispute_members(struct json_writer *writer, const struct dispute *dispute);

#endif
