/*
 * keeper.h - a process that ends another one, and all that came from it, when this one ends.
 *
 * However this process ends, killed outright too, its end closes life_fd, and the keeper then kills and
 * reaps every process below it and removes the folder.
 */
#ifndef AUTOMAGI_PRINT_KEEPER_H
#define AUTOMAGI_PRINT_KEEPER_H

#include <sys/types.h>

struct fault;

struct keeper_order {
    const char *program; /* a path */
    char *const *arguments;
    char *const *environment;
    const char *folder; /* removed at the end */
};

enum { KEEPER_END_MS = 10000 /* for killing what was started */ };

/* Starts a keeper and below it the program, with nothing on standard input, its output in
 * *ret_output_fd (end of file when it could not be executed), and its errors thrown away. Both
 * descriptors are the caller's to close; closing *ret_life_fd makes the keeper end. */
int keeper_start(const struct keeper_order *order, pid_t *ret_keeper, int *ret_life_fd,
                 int *ret_output_fd, struct fault *fault) __attribute__((warn_unused_result));

#endif
