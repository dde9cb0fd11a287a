/*
 * item_room.h - private to core/store: how much each robot's queue may hold.
 *
 * Threads: the writer's.
 */
#ifndef AUTOMAGI_STORE_ITEM_ROOM_H
#define AUTOMAGI_STORE_ITEM_ROOM_H

#include <stddef.h>

struct fault;
struct item_policy;
struct item_rooms;
struct rollup_batch;

/* Room for one more open item of so many bytes, sealed. -EDQUOT when the policy's limits leave
 * none. Counts the robot's queue when it is first asked for, and at a limit. */
int item_room_take(struct rollup_batch *batch, const struct item_policy *policy, size_t bytes,
                   struct fault *fault) __attribute__((warn_unused_result));
void item_rooms_free(struct item_rooms *rooms);

#endif
