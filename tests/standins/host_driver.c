/* host_driver.c - plays the daemon to a real automagi-host. */
#include "tests/standins/host_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"

enum { PATIENCE_MS = 10000, OUTER_ID_FOR_ROOT = 64321 };

__attribute__((format(printf, 1, 2))) _Noreturn static void give_up(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)fputs("host_driver: ", stderr);
    (void)vfprintf(stderr, format, arguments);
    (void)fputs("\n", stderr);
    va_end(arguments);
    exit(99);
}

static const char *build_file(char *target, size_t size, const char *variable, const char *name)
{
    const char *given = getenv(variable);
    const char *build = getenv("AUTOMAGI_BUILD");

    if (given)
        (void)snprintf(target, size, "%s", given);
    else
        (void)snprintf(target, size, "%s/%s", build ? build : "build", name);
    return target;
}

const char *driver_host_program(void)
{
    static char path[512];

    return build_file(path, sizeof(path), "AUTOMAGI_HOST", "bin/automagi-host");
}

const char *driver_plugin(const char *id)
{
    static char path[PATH_MAX + 64];
    char given[512];
    char *folder; /* absolute: the host's current folder is / */

    folder =
        realpath(build_file(given, sizeof(given), "AUTOMAGI_TEST_PLUGINS", "tests/plugins"), NULL);
    if (!folder)
        give_up("%s: %s", given, strerror(errno));
    (void)snprintf(path, sizeof(path), "%.4000s/%.40s.so", folder, id);
    free(folder);
    return path;
}

void driver_send(int fd, const struct wire_frame *frame, int passed_fd)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct msghdr message = {0};
    struct iovec part;
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    struct text bytes;
    ssize_t n;
    int r;

    text_init(&bytes, WIRE_FRAME_MAX);
    r = wire_encode(frame, &bytes);
    if (r < 0)
        give_up("frame %d cannot be encoded: %s", (int)frame->type, strerror(-r));
    part.iov_base = bytes.bytes;
    part.iov_len = bytes.length;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (passed_fd >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof(control.bytes);
        control.align.cmsg_level = SOL_SOCKET;
        control.align.cmsg_type = SCM_RIGHTS;
        control.align.cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(&control.align), &passed_fd, sizeof(int));
    }
    while ((n = sendmsg(fd, &message, MSG_NOSIGNAL)) < 0 && errno == EAGAIN)
        if (poll(&ready, 1, PATIENCE_MS) <= 0)
            give_up("the host takes no frames");
    if (n < 0 && errno != EPIPE)
        give_up("frame %d cannot be sent: %s", (int)frame->type, strerror(errno));
    text_release(&bytes);
}

void driver_send_type(int fd, enum wire_type type, int64_t run)
{
    static struct wire_frame frame;

    wire_frame_init(&frame, type);
    frame.run = run;
    driver_send(fd, &frame, -1);
}

enum wire_type driver_receive(struct driver *driver, int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    ssize_t n;

    if (poll(&ready, 1, PATIENCE_MS) <= 0)
        give_up("no frame came");
    n = recv(fd, driver->bytes, sizeof(driver->bytes), 0);
    if (n <= 0)
        give_up("instead of a frame the channel's end came");
    if (wire_decode(driver->bytes, (size_t)n, &driver->frame) < 0)
        give_up("instead of a frame came what is none");
    return driver->frame.type;
}

void driver_expect(struct driver *driver, int fd, enum wire_type type)
{
    if (driver_receive(driver, fd) == type)
        return;
    if (driver->frame.type == WIRE_REFUSED)
        give_up("refused: %.*s", (int)driver->frame.text.length, driver->frame.text.bytes);
    give_up("instead of frame %d came %d: %.*s", (int)type, (int)driver->frame.type,
            driver->frame.type == WIRE_END ? (int)driver->frame.note.length : 0,
            driver->frame.note.bytes);
}

bool driver_is_hung_up(int fd)
{
    char byte;
    ssize_t length = recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK);

    /* The kernel says so once when the other end was closed with something unread in it. */
    if (length < 0 && errno == ECONNRESET)
        length = recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    return length == 0;
}

static void make_folders(struct driver *driver)
{
    static const char *const names[] = {"logs", "work", "out"};
    char path[128];
    size_t i;

    (void)snprintf(driver->folder, sizeof(driver->folder), "/tmp/automagi-host-XXXXXX");
    if (!mkdtemp(driver->folder))
        give_up("mkdtemp: %s", strerror(errno));
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", driver->folder, names[i]);
        if (mkdir(path, 0700) < 0)
            give_up("%s: %s", path, strerror(errno));
        if (geteuid() == 0 && i == 2 && chown(path, OUTER_ID_FOR_ROOT, OUTER_ID_FOR_ROOT) < 0)
            give_up("%s: %s", path, strerror(errno));
    }
}

static void put_path(struct json_writer *writer, const struct driver *driver, const char *key,
                     const char *name)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/%s", driver->folder, name);
    json_key(writer, key);
    json_put_string(writer, path);
}

static void send_setup(struct driver *driver, const char *plugin,
                       const struct driver_options *options)
{
    static struct wire_frame frame;
    struct json_writer writer;
    struct text json;
    bool as_root = geteuid() == 0;

    text_init(&json, WIRE_SETUP_MAX);
    json_writer_init(&writer, &json);
    json_begin_object(&writer);
    json_key(&writer, "robot");
    json_put_string(&writer, "tester");
    json_key(&writer, "plugin");
    json_put_string(&writer, plugin);
    json_key(&writer, "outer_uid");
    json_put_int(&writer, options->is_uid_0 ? 0 : as_root ? OUTER_ID_FOR_ROOT : (int64_t)geteuid());
    json_key(&writer, "outer_gid");
    json_put_int(&writer, as_root ? OUTER_ID_FOR_ROOT : (int64_t)getegid());
    json_key(&writer, "as_root");
    json_put_bool(&writer, as_root);
    put_path(&writer, driver, "log_folder", "logs");
    put_path(&writer, driver, "work_folder", "work");
    json_key(&writer, "folders");
    if (options->folders) {
        json_put_raw(&writer, options->folders);
    } else {
        json_begin_object(&writer);
        put_path(&writer, driver, "out", "out");
        json_end_object(&writer);
    }
    json_key(&writer, "limits");
    json_put_raw(&writer, options->limits ? options->limits : "{}");
    json_end_object(&writer);
    wire_frame_init(&frame, WIRE_SETUP);
    frame.text = wire_string(text_string(&json));
    driver_send(driver->process.control_fd, &frame, -1);
    text_release(&json);
}

void driver_open(struct driver *driver, const char *plugin, const struct driver_options *options)
{
    static const struct driver_options usual;
    struct fault fault = {""};

    make_folders(driver);
    if (host_process_start(driver_host_program(), &driver->process, &fault) < 0)
        give_up("%s", fault.text);
    send_setup(driver, plugin, options ? options : &usual);
}

void driver_open_ready(struct driver *driver, const char *plugin,
                       const struct driver_options *options)
{
    driver_open(driver, plugin, options);
    driver_expect(driver, driver->process.control_fd, WIRE_HELLO);
    driver_send_type(driver->process.control_fd, WIRE_LOAD, 0);
    driver_expect(driver, driver->process.control_fd, WIRE_READY);
}

int driver_close(struct driver *driver)
{
    struct pollfd gone = {.fd = driver->process.pidfd, .events = POLLIN};
    int status = 0;

    (void)close(driver->process.control_fd);
    if (poll(&gone, 1, PATIENCE_MS) <= 0)
        give_up("the host does not end");
    if (waitpid(driver->process.pid, &status, 0) < 0)
        give_up("waitpid: %s", strerror(errno));
    (void)close(driver->process.pidfd);
    if (file_remove_tree(AT_FDCWD, driver->folder) < 0)
        give_up("%s cannot be removed", driver->folder);
    return status;
}

int driver_run(struct driver *driver, int64_t run, const char *configuration)
{
    static struct wire_frame frame;
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        give_up("socketpair: %s", strerror(errno));
    wire_frame_init(&frame, WIRE_RUN);
    frame.run = run;
    driver_send(driver->process.control_fd, &frame, ends[1]);
    (void)close(ends[1]);
    wire_frame_init(&frame, WIRE_START);
    frame.run = run;
    frame.robot = wire_string("tester");
    frame.lease = 16;
    frame.configuration = wire_string(configuration);
    driver_send(ends[0], &frame, -1);
    return ends[0];
}

void driver_hand_out(struct driver *driver, int channel, int64_t id, const char *payload,
                     bool is_probe, enum wire_last last)
{
    static struct wire_frame frame;

    driver_expect(driver, channel, WIRE_LEASE);
    wire_frame_init(&frame, WIRE_ITEMS);
    frame.count = id > 0 ? 1 : 0;
    frame.last = last;
    memset(&frame.items[0], 0, sizeof(frame.items[0]));
    frame.items[0].id = id;
    frame.items[0].attempt = 1;
    frame.items[0].probe = is_probe;
    frame.items[0].reference = wire_string("case-1");
    frame.items[0].payload = wire_string(payload);
    driver_send(channel, &frame, -1);
}

void driver_expect_end(struct driver *driver, int channel, enum wire_outcome outcome)
{
    driver_expect(driver, channel, WIRE_END);
    if (driver->frame.outcome != outcome)
        give_up("END says %u, not %d: %.*s", (unsigned)driver->frame.outcome, (int)outcome,
                (int)driver->frame.note.length, driver->frame.note.bytes);
}

int driver_expect_ended(struct driver *driver, int64_t run)
{
    driver_expect(driver, driver->process.control_fd, WIRE_ENDED);
    if (driver->frame.run != run)
        give_up("run %" PRId64 " ended, not %" PRId64, driver->frame.run, run);
    return driver->frame.status;
}

int64_t driver_file_size(const struct driver *driver, const char *name)
{
    struct stat status;
    char path[256];

    (void)snprintf(path, sizeof(path), "%s/%s", driver->folder, name);
    return stat(path, &status) < 0 ? -1 : (int64_t)status.st_size;
}
