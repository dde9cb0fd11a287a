/*
 * peer.h - is whoever connected to our socket one of the robots?
 *
 * A daemon that is not root shares its uid with its robots, so the uid says nothing. But hosts and
 * runs always live in a process namespace of their own, and then also in a user namespace. (Of a daemon that is root they
 * have other uids, so nobody needs to ask; and root may command from wherever it is.)
 */
#ifndef AUTOMAGI_RUN_PEER_H
#define AUTOMAGI_RUN_PEER_H

#include <stdbool.h>
#include <sys/types.h>

/* Is the process that connected `fd` (pid as SO_PEERCRED has it) alive and in our own user and
 * process namespace? False when in doubt. */
bool peer_shares_namespaces(int fd, pid_t pid);

#endif
