/*
 * daemon.h - the daemon: one loop, one writer.
 *
 * The loop knows robots, triggers, hosts, runs and command sockets; it never
 * touches the store. What a command does is not its business either: it hands the request
 * to daemon_execute on the writer's thread and acts on the effects. It asks the kernel to be spared
 * when memory is short (oom_score_adj -900; its hosts have 500).
 */
#ifndef AUTOMAGI_RUN_DAEMON_H
#define AUTOMAGI_RUN_DAEMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault;
struct store;
struct text;

/* What the loop must do after a command's transaction is durable. */
struct command_effects {
    bool robots_changed; /* read robots and triggers again */
    int64_t run_created; /* dispatch it; 0: none */
    int64_t run_robot;   /* whose it is */
    bool run_has_input;  /* it is to be read from the store */
    int64_t run_stop;    /* stop it; 0: none */
    char run_stop_by[128];
};

enum { COMMAND_REQUEST_MAX = 16 * 1024 * 1024, COMMAND_REPLY_MAX = 64 * 1024 * 1024 };

/* Runs one command inside the writer's transaction (as a part of it). Writes the reply:
 * {"ok":true,"result":...} or {"ok":false,"status":1|2,"error":"..."}; in the second case it
 * returns negative and what it did is undone. account: who is at the other end of the socket. */
typedef int daemon_execute(struct store *store, const char *request, size_t length,
                           const char *account, struct text *reply,
                           struct command_effects *ret_effects);

struct daemon_settings {
    const char *home;
    const char *host_program;   /* path of automagi-host */
    const char *reader_program; /* path of automagi, which reads the store for warehouse drops */
    daemon_execute *execute;
};

/* Runs until SIGTERM or SIGINT. 0 after an orderly stop; negative errno with a fault. */
int daemon_run(const struct daemon_settings *settings, struct fault *fault)
    __attribute__((warn_unused_result));

/* The command socket's path: HOME/socket. A frame is a 4-byte little-endian length and JSON:
 * {"command":"robot pause","arguments":{...},"by":"NAME"}; one reply per request. 64 clients are served at once; whoever
 * else calls waits until one has gone. A client that the daemon lacks descriptors or memory for is told so, and whether its
 * command was carried out, in a reply that may come before it has sent its request; then its connection is closed. So is one that
 * may not command. What a client has sent that hangs up before it is taken is not carried out. */
enum { COMMAND_FRAME_HEADER = 4 };

#endif
