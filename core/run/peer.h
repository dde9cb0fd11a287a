/*
 * peer.h - is whoever connected to our socket one of the robots?
 *
 * A daemon that is not root shares its uid with its robots, so the uid says nothing. But hosts and
 * runs always live in a process namespace of their own, and then also in a user namespace. (Of a daemon that is root they
 * have other uids, so nobody needs to ask; and root may command from wherever it is.)
 */
#ifndef AUTOMAGI_RUN_PEER_H
#define AUTOMAGI_RUN_PEER_H

#include <sys/types.h>

/* 1 when the process that connected `fd` (pid as SO_PEERCRED has it) is alive and in our own user and
 * process namespace; 0: it is not, or that is in doubt. -EMFILE, -ENFILE: there is no descriptor to look with. */
int peer_shares_namespaces(int fd, pid_t pid) __attribute__((warn_unused_result));
/* Why the one at the other end of the command socket's connection may not send commands: a literal in *ret_refusal, which
 * stays as it is when it may. -EMFILE, -ENFILE as above. */
int peer_may_command(int fd, const char **ret_refusal) __attribute__((warn_unused_result));

#endif
