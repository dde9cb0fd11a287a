/*
 * room.h - room on the disk that a home lies on.
 *
 * A write that finds the disk full has written nothing that counts, and may be done again when there is
 * room. (Of a sync that failed this is not so: writer.h.) So the writer's thread need not give up its
 * transaction: SQLite's writes, and those of keys, ask here whether to try again.
 *
 * Two things keep it from coming to that, so that what is in hand is done with and only what comes is
 * refused. The writer begins nothing while less than a least is free. And HOME/reserve holds some of the
 * disk: one half of it is given back when a write finds no room, the other when the daemon is told to
 * stop. It is filled again when there is room.
 */
#ifndef AUTOMAGI_STORE_ROOM_H
#define AUTOMAGI_STORE_ROOM_H

#include <stdbool.h>
#include <stdint.h>

/* Waits a moment; true: try again, false: give up. */
typedef bool room_wait(void *context);
/* What waits when a write of this thread finds no room; NULL: nothing does, and the write fails. */
void room_wait_with(room_wait *wait, void *context);
/* A write of this thread found no room (`result` is -ENOSPC or -EDQUOT). True: it waited, try again. */
bool room_try_again(int result);

/* Bytes that this account may still write there; -1: nobody can say. */
int64_t room_free(const char *folder);
/* Is less free than the least (a 32nd of the disk, at most 32 MiB)? `times` asks for more than that:
 * of who has stopped for want of room and wants to go on. False where nobody can say. */
bool room_is_short(const char *home, unsigned times);

/* Makes HOME/reserve: a 16th of the disk, at most 64 MiB. It is no failure when there is no room for
 * it yet, or the disk cannot set any aside. */
void room_reserve_make(const char *home);
/* Fills it again, when there is room; not one that was not made, or that was given back. */
void room_reserve_refill(const char *home);
/* Gives half of it back, when all of it was there. */
void room_reserve_halve(const char *home);
void room_reserve_free(const char *home);

#endif
