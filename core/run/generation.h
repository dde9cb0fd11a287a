/*
 * generation.h - the hosts of a daemon, and of the one before it: HOME/hosts, which is to prove that those are gone before
 * their work is given out again.
 */
#ifndef AUTOMAGI_RUN_GENERATION_H
#define AUTOMAGI_RUN_GENERATION_H

#include <stdint.h>
#include <sys/types.h>

struct daemon;
struct fault;
struct store;

enum generation_list {
    GENERATION_GONE,     /* it says that none lives */
    GENERATION_UNLISTED, /* there is none */
    GENERATION_UNSEEN,   /* of another process namespace */
    GENERATION_DAMAGED   /* a line of it names nobody; the hosts of the others are gone */
};
/* Every host of the last generation that is listed is gone (killed if it must be), with all its runs. */
int generation_prove_gone(const char *home, enum generation_list *ret_list, struct fault *fault);
/* Before the runs of the last generation are given up: 0 unless its list does not tell, and one of its runs may live. */
int generation_refuse_unlisted(const char *home, struct store *store, enum generation_list list,
                               struct fault *fault);
enum { GENERATION_SUBJECT_MAX = 48 };
/* What the audit calls it. */
void generation_subject(int64_t generation, char target[static GENERATION_SUBJECT_MAX]);
/* Starts this generation's list; *ret_fd appends. */
int generation_open(const char *home, int *ret_fd, struct fault *fault);
/* Lists a host that was started, and is not in daemon->hosts yet or is. Shortens a long list. One that could not be listed
 * must be told nothing. Negative errno: of host_is_for_want_of_room() when the disk is full. */
int generation_record(struct daemon *daemon, pid_t pid, struct fault *fault);

#endif
