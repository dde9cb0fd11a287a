/*
 * failing_calls.so - calls of a whole program that fail when a test wants them to.
 *
 * Preloaded. TORTURE_PLAN names a file that is mapped as `struct torture_plan`, shared by the
 * test and every process of the program it is about. Calls of the wanted classes are counted from
 * main() on; the one that is meant fails without being carried out, and, where that is wanted, all
 * after it. A call's place is a hash of the program's own addresses that lead to it, the same in
 * each run: what a library does on its way to the call is not told apart.
 */
#ifndef AUTOMAGI_TESTS_TORTURE_FAILING_CALLS_H
#define AUTOMAGI_TESTS_TORTURE_FAILING_CALLS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum torture_class {
    TORTURE_MEMORY = 1,   /* malloc and what stands for it */
    TORTURE_SQL = 2,      /* sqlite3_*, as called by the program */
    TORTURE_WRITE = 4,    /* write, pwrite, send ... but for standard error */
    TORTURE_SYNC = 8,     /* fsync, fdatasync, syncfs */
    TORTURE_OPEN = 16,    /* open, fopen, opendir, mkdir, memfd_create ... */
    TORTURE_NAME = 32,    /* rename, link, unlink, ftruncate, chmod ... */
    TORTURE_READ = 64,    /* read, pread, recv, stat ... */
    TORTURE_PROCESS = 128 /* socket, accept, epoll, clone, fork, threads ... */
};

enum {
    TORTURE_PLACES = 65536,  /* slots of the table, a power of two */
    TORTURE_FRAMES = 40,     /* addresses that make a place */
    TORTURE_CALLS = 1 << 24, /* calls whose places are kept */
    TORTURE_NAME_MAX = 32
};

/* Read and written by tests/torture/plan.py, which knows this layout. */
struct torture_plan {
    char program[TORTURE_NAME_MAX]; /* whose calls are counted: its short name */
    uint32_t classes;
    uint32_t is_for_good;
    uint32_t keeps_places; /* the place of each call is kept in the table and the list */
    int32_t error;         /* an errno, of TORTURE_SQL a code of SQLite; what fails says it */
    uint64_t fail_at;      /* the call's number from 1 on; 0: none by its number */
    uint64_t fail_place;   /* or the place, 0: none */
    uint64_t fail_turn;    /* which call of that place, from 1 on */
    _Atomic uint64_t counted;
    _Atomic uint64_t turns;  /* calls at fail_place */
    _Atomic uint64_t failed; /* calls that were made to fail */
    uint64_t failed_place;   /* of the first of these */
    char failed_call[TORTURE_NAME_MAX];
    char failed_frames[TORTURE_FRAMES][2 * TORTURE_NAME_MAX]; /* "automagi+0x1f00" */
    char crash_frames[TORTURE_FRAMES][2 * TORTURE_NAME_MAX];  /* where a signal ended it */
    char kept_frames[TORTURE_FRAMES]
                    [2 * TORTURE_NAME_MAX]; /* who made blocks that are there at its end */
    uint64_t kept;                          /* so many blocks */
    struct {
        _Atomic uint64_t place; /* 0: the slot is free */
        uint32_t class;
        uint32_t reserved;
    } places[TORTURE_PLACES];
    uint32_t calls[TORTURE_CALLS]; /* of call i + 1: its slot */
};

/* Whether this call is to fail. What is not counted goes on as if nobody looked. */
bool torture_fails(enum torture_class class, const char *call);

/* The plan's error, or `usual` when it names none. */
int torture_error(int usual);

/* What follows on this thread is not the program's own: what its build adds (coverage_exit.c). Until it is said
 * otherwise nothing is counted and nothing fails. */
void torture_leave_out(bool is_left_out);

/* The function of this name that would have been called; never NULL. */
void *torture_next(const char *name);

/* The call was made by one of the program's own functions, not by a library. */
bool torture_is_own(const void *return_address);

/* Where the program's own code asked for a block, and that it was freed by whomever. */
void torture_keep_block(const void *block, void *asked_at);
void torture_forget_block(const void *block);
/* How many are still there; of the first `most` where they were asked for. */
size_t torture_kept_blocks(void **asked_at, size_t most);

/* What a program that is started without an environment needs to be counted too; NULL: nothing. */
extern char *const *torture_environment;

#endif
