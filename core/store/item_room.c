/*
 * How much each robot's queue holds. Kept is a number that is never too low: what is added is
 * added to it, what leaves the queue (by a result, a person, a rollback) is not taken off. Only when
 * it reaches a limit is the queue counted, and not so often that counting is most of the work.
 */
#include "core/store/item_room.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/batch.h"
#include "core/store/item.h"
#include "core/store/list.h"
#include "core/store/sql.h"

enum { COUNTING_SHARE = 20, /* of the time at most one part is spent on counting */ MIB = 1048576 };

struct item_room {
    int64_t robot_id;
    int64_t items;
    int64_t bytes;        /* sealed */
    int64_t next_look_us; /* monotonic: not counted again before */
};

struct item_rooms {
    struct item_room *rooms;
    size_t count;
    size_t last; /* looked up last: adds come in rows */
};

void item_rooms_free(struct item_rooms *rooms)
{
    if (rooms != NULL)
        free(rooms->rooms);
    free(rooms);
}

static int read_counts(struct store *store, struct item_room *room, struct fault *fault)
{
    /* Two halves, for two indexes. A length is read without the bytes. */
    static const char SQL[] =
        "SELECT sum(items), sum(bytes) FROM (SELECT count(*) AS items, "
        "coalesce(sum(length(sealed)), 0) AS bytes FROM item WHERE robot_id = ?1 AND state = 0 "
        "UNION ALL SELECT count(*), coalesce(sum(length(sealed)), 0) FROM item "
        "WHERE robot_id = ?1 AND state <> 0 AND state IN (2, 3))";
    sqlite3_stmt *statement = NULL;
    int result = sql_use(store, SQL, &statement, fault);

    if (result == 0) {
        sqlite3_bind_int64(statement, 1, room->robot_id);
        result = sql_step(store, statement, fault);
    }
    if (result > 0) {
        room->items = sqlite3_column_int64(statement, 0);
        room->bytes = sqlite3_column_int64(statement, 1);
    }
    sql_done(statement);
    return result < 0 ? result : 0;
}

static int count(struct rollup_batch *batch, struct item_room *room, struct fault *fault)
{
    int64_t begun_us = clock_monotonic_us();
    int64_t now_us;
    int result = leases_flush_done(batch, fault); /* what was done is not to be counted */

    if (result == 0)
        result = read_counts(batch->store, room, fault);
    now_us = clock_monotonic_us();
    room->next_look_us = now_us + (now_us - begun_us) * COUNTING_SHARE;
    return result;
}

/* NULL with *result when it cannot be made. */
static struct item_room *find(struct rollup_batch *batch, int64_t robot_id, int *result,
                              struct fault *fault)
{
    struct item_rooms *rooms = batch->rooms;
    struct item_room *grown;
    size_t i;

    if (rooms == NULL)
        rooms = batch->rooms = calloc(1, sizeof *rooms);
    if (rooms == NULL) {
        *result = fault_no_memory(fault);
        return NULL;
    }
    for (i = rooms->last; i < rooms->count && rooms->rooms[i].robot_id != robot_id;)
        i++;
    for (i = i < rooms->count ? i : 0; i < rooms->count && rooms->rooms[i].robot_id != robot_id;)
        i++;
    if (i == rooms->count) {
        grown = list_grow(rooms->rooms, rooms->count, sizeof *grown, result, fault);
        if (grown == NULL)
            return NULL;
        rooms->rooms = grown;
        grown[i] = (struct item_room){.robot_id = robot_id};
        *result = count(batch, &grown[i], fault);
        if (*result < 0)
            return NULL;
        rooms->count++;
    }
    rooms->last = i;
    return &rooms->rooms[i];
}

static bool fits(const struct item_policy *policy, const struct item_room *room, size_t bytes)
{
    return (policy->queue_items == 0 || room->items < policy->queue_items) &&
           (policy->queue_mib == 0 ||
            room->bytes + (int64_t)bytes <= (int64_t)policy->queue_mib * MIB);
}

int item_room_take(struct rollup_batch *batch, const struct item_policy *policy, size_t bytes,
                   struct fault *fault)
{
    struct item_room *room;
    int result = 0;

    if (policy->queue_items == 0 && policy->queue_mib == 0)
        return 0;
    room = find(batch, policy->robot_id, &result, fault);
    if (room == NULL)
        return result;
    if (!fits(policy, room, bytes) && clock_monotonic_us() >= room->next_look_us)
        result = count(batch, room, fault);
    if (result < 0)
        return result;
    if (!fits(policy, room, bytes))
        return fault_set(fault, -EDQUOT,
                         "the queue is full: %" PRId64 " items and %" PRId64
                         " MiB wait in it, limits.queue_items is %u and limits.queue_mib %u; see "
                         "what is waiting, or raise the limit",
                         room->items, room->bytes / MIB, policy->queue_items, policy->queue_mib);
    room->items++;
    room->bytes += (int64_t)bytes;
    return 0;
}
