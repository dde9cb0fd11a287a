#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/run/daemon_inner.h"
#include "core/run/peer.h"
#include "core/run/supervise.h"
#include "core/store/home.h"

enum { CLIENTS_MAX = 64, READ_SIZE = 65536, TOLD_MAX = 512 };

/* What is told without any memory, so as it stands in JSON. */
static const char NO_DESCRIPTOR[] =
    "the daemon has no free descriptor, so the command was not carried out; try again, and allow "
    "it more open files (LimitNOFILE of its service) if it lasts";
static const char NOT_DONE[] =
    "the daemon is out of memory, so the command was not carried out; try again";
static const char DONE[] = "the command was carried out, but the daemon is out of memory for its "
                           "answer; `automagi audit` shows it";
static const char PERHAPS_DONE[] = "the daemon is out of memory for its answer; `automagi audit` "
                                   "shows whether the command was carried out";

struct client {
    struct watch watch; /* first */
    struct client *next;
    struct text request; /* header and JSON, as they come in */
    struct text reply;
    size_t sent;
    bool is_waiting; /* its command is at the writer */
    bool is_gone;
};

struct command_job {
    struct writer_job job; /* first */
    struct daemon *daemon;
    struct client *client;
    char *request;
    size_t length;
    struct text reply;
    struct command_effects effects;
};

static void write_header(unsigned char header[static COMMAND_FRAME_HEADER], size_t length)
{
    size_t i;

    for (i = 0; i < COMMAND_FRAME_HEADER; i++)
        header[i] = (unsigned char)(length >> (8 * i));
}

/* One who has left no room for so little does not read, and goes without. */
static void tell(int fd, const char *error)
{
    char json[TOLD_MAX];
    unsigned char frame[COMMAND_FRAME_HEADER + TOLD_MAX];
    int length =
        snprintf(json, sizeof(json), "{\"ok\":false,\"status\":1,\"error\":\"%s\"}", error);

    write_header(frame, (size_t)length);
    memcpy(frame + COMMAND_FRAME_HEADER, json, (size_t)length);
    (void)send(fd, frame, COMMAND_FRAME_HEADER + (size_t)length, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static unsigned count_clients(const struct daemon *daemon)
{
    const struct client *client;
    unsigned count = 0;

    for (client = daemon->clients; client != NULL; client = client->next)
        count++;
    return count;
}

static void client_close(struct daemon *daemon, struct client *client)
{
    struct client **link = &daemon->clients;

    daemon_unwatch(daemon, &client->watch);
    client->is_gone = true;
    if (client->is_waiting)
        return; /* its job still points here */
    while (*link != NULL && *link != client)
        link = &(*link)->next;
    if (*link == client) {
        *link = client->next;
        if (count_clients(daemon) == CLIENTS_MAX - 1) /* see client_open() */
            daemon_rewatch(daemon, &daemon->listen_watch, EPOLLIN);
    }
    text_release(&client->request);
    text_release(&client->reply);
    client->next = daemon->client_graves;
    daemon->client_graves = client;
}

/* There is no memory to answer it as the others. */
static void client_drop(struct daemon *daemon, struct client *client, const char *error)
{
    tell(client->watch.fd, error);
    client_close(daemon, client);
}

void command_server_bury(struct daemon *daemon)
{
    while (daemon->client_graves != NULL) {
        struct client *client = daemon->client_graves;

        daemon->client_graves = client->next;
        free(client);
    }
}

static void client_send(struct daemon *daemon, struct client *client)
{
    while (client->sent < client->reply.length) {
        ssize_t count = send(client->watch.fd, client->reply.bytes + client->sent,
                             client->reply.length - client->sent, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (count < 0 && daemon_sends_later(daemon, errno)) {
            daemon_rewatch(daemon, &client->watch, EPOLLOUT);
            return;
        }
        if (count < 0) {
            client_close(daemon, client);
            return;
        }
        client->sent += (size_t)count;
    }
    text_clear(&client->reply);
    client->sent = 0;
    daemon_rewatch(daemon, &client->watch, EPOLLIN);
}

/* unsaid: what it is told when the answer finds no memory. */
static void client_answer(struct daemon *daemon, struct client *client, const struct text *json,
                          const char *unsaid)
{
    unsigned char header[COMMAND_FRAME_HEADER];

    write_header(header, json->length);
    text_append(&client->reply, header, sizeof(header));
    text_append(&client->reply, text_string(json), json->length);
    if (json->broken != 0 || client->reply.broken != 0)
        client_drop(daemon, client, unsaid);
    else
        client_send(daemon, client);
}

static void act(struct daemon *daemon, const struct command_effects *effects)
{
    char note[160];
    struct run *run;

    if (effects->run_created != 0) {
        struct robot_entry *robot = registry_find(daemon, effects->run_robot);

        if (robot != NULL && !effects->run_has_input)
            dispatch_add(daemon, effects->run_created, robot, NULL);
        else
            registry_refresh(daemon); /* brings robots and queued runs along */
    }
    if (effects->robots_changed)
        registry_refresh(daemon);
    queue_triggers_look(daemon);
    if (effects->run_stop != 0) {
        (void)snprintf(note, sizeof(note), "stopped by %s", effects->run_stop_by);
        run = run_find(daemon, effects->run_stop);
        if (run != NULL)
            supervise_stop(daemon, run, RUN_STOPPED, note);
        else if (dispatch_drop(daemon, effects->run_stop))
            registry_refresh(daemon); /* it may have been to do what is deferred */
    }
}

static int apply_command(struct writer_job *base, struct store *store, struct fault *fault)
{
    struct command_job *job = (struct command_job *)(void *)base;

    (void)fault;
    return job->daemon->settings->execute(store, job->request, job->length, job->daemon->account,
                                          &job->reply, &job->effects);
}

static void write_failure(struct text *reply, const char *error)
{
    struct json_writer writer;

    text_clear(reply);
    json_writer_init(&writer, reply);
    json_begin_object(&writer);
    json_key(&writer, "ok");
    json_put_bool(&writer, false);
    json_key(&writer, "status");
    json_put_int(&writer, 1);
    json_key(&writer, "error");
    json_put_string(&writer, error);
    json_end_object(&writer);
}

static void finished_command(struct writer_job *base, int result, const struct fault *fault)
{
    struct command_job *job = (struct command_job *)(void *)base;
    struct client *client = job->client;

    if (result < 0 && fault->text[0] != '\0')
        write_failure(&job->reply, fault->text);
    else if (job->reply.broken != -ENOMEM && (job->reply.length == 0 || job->reply.broken != 0))
        write_failure(&job->reply, "the answer is too large; narrow the question");
    if (result == 0)
        act(job->daemon, &job->effects);
    client->is_waiting = false;
    if (client->is_gone)
        client_close(job->daemon, client);
    else
        client_answer(job->daemon, client, &job->reply, result == 0 ? DONE : PERHAPS_DONE);
    text_release(&job->reply);
    free(job->request);
    free(job);
}

static void client_refuse(struct daemon *daemon, struct client *client, const char *refusal)
{
    struct text reply;

    text_release(&client->request);
    text_init(&client->request, COMMAND_REQUEST_MAX + COMMAND_FRAME_HEADER);
    text_init(&reply, COMMAND_REPLY_MAX);
    write_failure(&reply, refusal);
    client_answer(daemon, client, &reply, NOT_DONE);
    text_release(&reply);
}

static void client_submit(struct daemon *daemon, struct client *client)
{
    struct command_job *job;
    struct fault fault;

    if (is_stalled(daemon)) {
        (void)writer_stall_fault(daemon->writer, daemon->stall, &fault);
        client_refuse(daemon, client, fault.text);
        return;
    }
    job = calloc(1, sizeof(*job));
    if (job == NULL) {
        client_drop(daemon, client, NOT_DONE);
        return;
    }
    job->daemon = daemon;
    job->client = client;
    job->length = client->request.length - COMMAND_FRAME_HEADER;
    job->request = malloc(job->length + 1);
    if (job->request == NULL) {
        free(job);
        client_drop(daemon, client, NOT_DONE);
        return;
    }
    memcpy(job->request, client->request.bytes + COMMAND_FRAME_HEADER, job->length);
    job->request[job->length] = '\0';
    text_init(&job->reply, COMMAND_REPLY_MAX);
    text_release(&client->request);
    text_init(&client->request, COMMAND_REQUEST_MAX + COMMAND_FRAME_HEADER);
    job->job.apply = apply_command;
    job->job.finished = finished_command;
    job->job.is_part = true;
    job->job.is_refusable = true;
    client->is_waiting = true;
    daemon_rewatch(daemon, &client->watch, 0);
    writer_submit(daemon->writer, &job->job);
}

/* Bytes of the frame in hand that are still missing; 0: it is whole; -1: it is none. */
static int64_t missing(const struct client *client)
{
    const unsigned char *bytes = (const unsigned char *)client->request.bytes;
    uint32_t length;

    if (client->request.length < COMMAND_FRAME_HEADER)
        return COMMAND_FRAME_HEADER - (int64_t)client->request.length;
    length = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
             (uint32_t)bytes[3] << 24;
    if (length == 0 || length > COMMAND_REQUEST_MAX)
        return -1;
    return (int64_t)length + COMMAND_FRAME_HEADER - (int64_t)client->request.length;
}

static void client_ready(struct daemon *daemon, struct watch *watch, uint32_t events)
{
    struct client *client = (struct client *)(void *)watch;
    char bytes[READ_SIZE / 8];
    int64_t left;

    /* Who has hung up, after long waiting for a place, believes that nothing was done. */
    if ((events & (uint32_t)EPOLLHUP) != 0 || (events & (uint32_t)(EPOLLIN | EPOLLOUT)) == 0) {
        client_close(daemon, client);
        return;
    }
    if ((events & (uint32_t)EPOLLOUT) != 0) {
        client_send(daemon, client);
        return;
    }
    while ((left = missing(client)) > 0 && client->request.broken == 0) {
        size_t want = left < (int64_t)sizeof(bytes) ? (size_t)left : sizeof(bytes);
        ssize_t count = recv(watch->fd, bytes, want, MSG_DONTWAIT);

        if (count < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (count <= 0) {
            client_close(daemon, client);
            return;
        }
        text_append(&client->request, bytes, (size_t)count);
    }
    if (client->request.broken != 0)
        client_drop(daemon, client, NOT_DONE);
    else if (left < 0)
        client_close(daemon, client);
    else
        client_submit(daemon, client);
}

static void keep_spare(struct daemon *daemon)
{
    if (daemon->spare_fd < 0)
        daemon->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void let_spare_go(struct daemon *daemon)
{
    if (daemon->spare_fd >= 0)
        close(daemon->spare_fd);
    daemon->spare_fd = -1;
}

static void log_refusing(struct daemon *daemon)
{
    if (!daemon->is_refusing)
        log_line(LOG_LEVEL_WARN, "no descriptor is free, so commands are refused; allow more open "
                                 "files (LimitNOFILE of the service) if it lasts");
    daemon->is_refusing = true;
}

/* No descriptor is free for who calls: in the place of the spare one it comes in, to be told so. */
static void refuse_caller(struct daemon *daemon)
{
    int fd;

    log_refusing(daemon);
    let_spare_go(daemon);
    fd = accept4(daemon->listen_watch.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
        tell(fd, NO_DESCRIPTOR);
        close(fd);
    } else {
        daemon->is_short = true; /* another had it first, or the limit was lowered */
    }
    keep_spare(daemon);
}

/* When there are as many clients as there may be, whoever else calls waits with the kernel until one has gone. */
static void client_open(struct daemon *daemon, int fd)
{
    struct client *client = calloc(1, sizeof(*client));

    if (client == NULL) {
        tell(fd, NOT_DONE);
        close(fd);
        return;
    }
    client->watch.fd = fd;
    client->watch.ready = client_ready;
    text_init(&client->request, COMMAND_REQUEST_MAX + COMMAND_FRAME_HEADER);
    text_init(&client->reply, (size_t)COMMAND_REPLY_MAX + COMMAND_FRAME_HEADER);
    client->next = daemon->clients;
    daemon->clients = client;
    if (count_clients(daemon) == CLIENTS_MAX)
        daemon_rewatch(daemon, &daemon->listen_watch, 0);
    if (daemon_watch(daemon, &client->watch, EPOLLIN) < 0)
        client_drop(daemon, client, NOT_DONE);
}

/* Who may not command takes no place from those who may. */
static void take_caller(struct daemon *daemon, int fd)
{
    const char *refusal = NULL;

    if (peer_may_command(fd, &refusal) < 0) {
        log_refusing(daemon);
        refusal = NO_DESCRIPTOR;
    } else if (daemon->is_refusing) {
        log_line(LOG_LEVEL_INFO, "there are descriptors again: commands are taken");
        daemon->is_refusing = false;
    }
    keep_spare(daemon);
    if (refusal == NULL) {
        client_open(daemon, fd);
        return;
    }
    tell(fd, refusal);
    close(fd);
}

static void listen_ready(struct daemon *daemon, struct watch *watch, uint32_t events)
{
    int fd = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    (void)events;
    if (fd < 0 && (errno == EMFILE || errno == ENFILE))
        refuse_caller(daemon);
    else if (fd < 0)
        daemon->is_short = true; /* or the one who called has gone, which is as rare */
    else
        take_caller(daemon, fd);
}

/* A socket's path may have 107 bytes; a home's may have more, so it is bound by way of a
 * descriptor of the home. */
static int bind_in_home(int fd, const char *home)
{
    struct sockaddr_un address;
    int folder = open(home, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int result = 0;

    if (folder < 0)
        return -errno;
    memset(&address, 0, sizeof(address));
    address.sun_family = AF_UNIX;
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/socket", folder);
    /* What is there is a dead daemon's: we hold the lock. */
    if (unlinkat(folder, "socket", 0) < 0 && errno != ENOENT)
        result = -errno;
    else if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
             fchmodat(folder, "socket", 0600, 0) < 0)
        result = -errno;
    close(folder);
    return result;
}

int command_server_open(struct daemon *daemon, struct fault *fault)
{
    int result;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return fault_set(fault, -errno, "no socket: %s", strerror(errno));
    daemon->listen_watch.fd = fd;
    daemon->listen_watch.ready = listen_ready;
    daemon->spare_fd = -1;
    keep_spare(daemon);
    result = bind_in_home(fd, daemon->settings->home);
    if (result == 0 && listen(fd, SOMAXCONN) < 0)
        result = -errno;
    if (result == 0)
        result = daemon_watch(daemon, &daemon->listen_watch, EPOLLIN);
    if (result < 0)
        return fault_set(fault, result, "%s/socket cannot be opened: %s", daemon->settings->home,
                         strerror(-result));
    return 0;
}

void command_server_close(struct daemon *daemon)
{
    char path[4096];

    while (daemon->clients != NULL && !daemon->clients->is_waiting)
        client_close(daemon, daemon->clients);
    /* Ours, for the lock is: `status` takes one without a daemon for the mark of a crash. */
    if (daemon->listen_watch.fd >= 0 &&
        home_check_held(daemon->settings->home, daemon->home_fd, NULL) == 0 &&
        file_join(path, sizeof(path), daemon->settings->home, "socket"))
        (void)unlink(path);
    daemon_unwatch(daemon, &daemon->listen_watch);
    let_spare_go(daemon);
}
