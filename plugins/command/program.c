#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATH "/usr/local/bin:/usr/bin:/bin"

enum {
    CHANNEL_FD = 3,
    HOME_FD = 4,
    PARKED_FD = 10,
    TICK_MS = 100,
    POLITE_MS = 3000,
    INTERPRETER_LINE_MAX = 512
};

static int64_t now_ms(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Reaps everything that has ended, the program among it. */
static void reap(struct program *program)
{
    int status = 0;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == program->pid) {
            program->ended = true;
            program->status = status;
            program->pid = 0;
        }
    }
}

static void name_make(struct program *program, char *const argv[])
{
    size_t used = 0;
    size_t i;

    for (i = 0; argv[i] != NULL && used < sizeof(program->name); i++)
        used += (size_t)snprintf(program->name + used, sizeof(program->name) - used,
                                 i == 0 ? "%s" : " %s", argv[i]);
    lines_cut(program->name);
}

/* Is one of the path's parts ".."? */
static bool climbs(const char *path)
{
    for (;;) {
        size_t length = strcspn(path, "/");

        if (length == 2 && strncmp(path, "..", 2) == 0)
            return true;
        if (path[length] == '\0')
            return false;
        path += length + 1;
    }
}

/* 0 when `path` is in the folder, also after every link in it was followed; -EXDEV when it is not. It
 * is no lock: who may write in the folder may change the program itself. */
static int stays_inside(int folder, const char *path)
{
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_BENEATH};
    long fd = syscall(SYS_openat2, folder, path, &how, sizeof(how));

    if (fd < 0)
        return -errno;
    (void)close((int)fd);
    return 0;
}

/* The file to execute, seen from the program's folder. -ENOENT, -EACCES when there is one
 * that may not be executed, -EXDEV when a link leads out of the folder. */
static int resolve(const char *word, int folder, char target[PATH_MAX])
{
    static const char *const places[] = {"/usr/local/bin/", "/usr/bin/", "/bin/", "./"};
    bool plain = strchr(word, '/') == NULL;
    int error = -ENOENT;
    size_t i;

    if (word[0] == '/' || climbs(word))
        return -EINVAL;
    for (i = plain ? 0 : 3; i < sizeof(places) / sizeof(places[0]); i++) {
        if (snprintf(target, PATH_MAX, "%s%s", places[i], word) >= PATH_MAX)
            return -ENAMETOOLONG;
        if (faccessat(folder, target, X_OK, AT_EACCESS) == 0)
            return target[0] == '/' ? 0 : stays_inside(folder, target);
        if (errno == EACCES)
            error = -EACCES;
    }
    return error;
}

/* The first folder on the way to `path` (from `folder`, when it is relative) that our account may
 * not enter. False when there is none. */
static bool find_shut(int folder, const char *path, char target[PATH_MAX])
{
    const char *slash = path;
    char part[PATH_MAX] = ".";
    char link[32];
    ssize_t used = 0;

    if (path[0] == '/')
        part[0] = '/';
    while (faccessat(folder, part, X_OK, AT_EACCESS) == 0 || errno != EACCES) {
        slash = strchr(slash + 1, '/');
        if (slash == NULL || slash - path >= PATH_MAX)
            return false;
        memcpy(part, path, (size_t)(slash - path));
        part[slash - path] = '\0';
    }
    if (path[0] != '/') {
        (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", folder);
        used = readlink(link, target, PATH_MAX - 2);
        used = used > 0 ? used : 0;
        if (strcmp(part, ".") != 0)
            target[used++] = '/';
    }
    (void)snprintf(target + used, (size_t)(PATH_MAX - used), "%s",
                   strcmp(part, ".") != 0 ? part : "");
    return true;
}

/* What a script says it is to be executed by; false when it is none. */
static bool read_interpreter(int folder, const char *path, char target[PATH_MAX])
{
    char line[INTERPRETER_LINE_MAX] = "";
    int fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    ssize_t length = fd >= 0 ? read(fd, line, sizeof(line) - 1) : -1;
    const char *from = line + 2;

    if (fd >= 0)
        (void)close(fd);
    if (length < 3 || line[0] != '#' || line[1] != '!')
        return false;
    from += strspn(from, " \t");
    memcpy(target, from, strcspn(from, " \t\r\n"));
    target[strcspn(from, " \t\r\n")] = '\0';
    return target[0] != '\0';
}

/* -EACCES: is it a folder and not the file? Then the problem names it, and whom it keeps out. */
static bool is_shut_out(const struct program *program, const char *word, int folder,
                        char problem[PROGRAM_PROBLEM_MAX])
{
    char interpreter[PATH_MAX];
    char shut[PATH_MAX];

    if (!find_shut(folder, word, shut) &&
        !(read_interpreter(folder, word, interpreter) && find_shut(folder, interpreter, shut)))
        return false;
    (void)snprintf(problem, PROGRAM_PROBLEM_MAX,
                   "Programmet \"%s\" kan ikke nås: robottens konto (uid %u) må ikke gå ind i "
                   "mappen %.300s; giv den lov til det (chmod o+x), eller flyt programmet.",
                   program->name, (unsigned)geteuid(), shut);
    return true;
}

static int start_problem(const struct program *program, int error, char *problem)
{
    if (error == -ENOENT)
        (void)snprintf(problem, PROGRAM_PROBLEM_MAX,
                       "Programmet \"%s\" findes ikke i " PATH " eller i mappen \"program\"; "
                       "installer det, eller ret \"program\" i robot.json.",
                       program->name);
    else if (error == -EACCES)
        (void)snprintf(problem, PROGRAM_PROBLEM_MAX,
                       "Programmet \"%s\" må ikke køres; gør filen kørbar (chmod +x), eller ret "
                       "\"program\" i robot.json.",
                       program->name);
    else if (error == -ENOEXEC)
        (void)snprintf(problem, PROGRAM_PROBLEM_MAX,
                       "Programmet \"%s\" kan ikke køres af systemet; begynd filen med #! og "
                       "fortolkerens sti, eller skriv fortolkeren først i \"program\".",
                       program->name);
    else if (error == -EINVAL)
        (void)snprintf(problem, PROGRAM_PROBLEM_MAX,
                       "Programmet \"%s\" skal stå uden sti eller med en sti inde i mappen "
                       "\"program\"; ret \"program\" i robot.json.",
                       program->name);
    else if (error == -EXDEV)
        (void)snprintf(
            problem, PROGRAM_PROBLEM_MAX,
            "Programmet \"%s\" er et link, der fører ud af mappen \"program\", eller "
            "ligger bag et (et link skal være relativt og blive i mappen); læg filen selv "
            "i mappen, eller skriv et program fra " PATH " uden sti.",
            program->name);
    else
        (void)snprintf(problem, PROGRAM_PROBLEM_MAX,
                       "Programmet \"%s\" kunne ikke startes (%s); kontrollér limits i robot.json.",
                       program->name, strerrorname_np(-error));
    return error;
}

/* What the child is made of. */
struct birth {
    const char *path;
    char *const *argv;
    char *const *environment;
    int folder;
    int channel;
    int home; /* -1: none */
};

/* In the child, after fork(): only what is safe there. Gives the errno that stopped it. */
static int child_exec(const struct birth *birth)
{
    const struct sigaction usual = {.sa_handler = SIG_DFL};
    sigset_t none;
    int null_fd;
    int i;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)setpgid(0, 0);
    (void)sigemptyset(&none);
    for (i = 1; i < NSIG; i++)
        (void)sigaction(i, &usual, NULL);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    if (fchdir(birth->folder) != 0)
        return errno;
    null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null_fd < 0 || dup2(null_fd, STDIN_FILENO) < 0 || dup2(birth->channel, CHANNEL_FD) < 0 ||
        (birth->home >= 0 && dup2(birth->home, HOME_FD) < 0))
        return errno;
    /* The pipe that tells of a failure is at PARKED_FD and closes itself. */
    if (close_range(birth->home >= 0 ? HOME_FD + 1 : HOME_FD, PARKED_FD - 1, 0) != 0 ||
        close_range(PARKED_FD + 1, UINT_MAX, 0) != 0)
        return errno;
    (void)execve(birth->path, birth->argv, birth->environment);
    return errno;
}

/* Forks and executes. The child tells its errno through a pipe that exec closes. */
static int spawn(struct program *program, const struct birth *birth)
{
    struct birth moved = *birth;
    int pipe_fds[2] = {-1, -1};
    int error = 0;
    ssize_t got;

    if (pipe2(pipe_fds, O_CLOEXEC) != 0)
        return -errno;
    program->pid = fork();
    if (program->pid < 0) {
        error = -errno;
        program->pid = 0;
        goto out;
    }
    if (program->pid == 0) {
        /* Out of the way of 0 to 4, for all of them may have a number there. */
        int parked = fcntl(pipe_fds[1], F_DUPFD_CLOEXEC, PARKED_FD + 1);

        moved.channel = fcntl(birth->channel, F_DUPFD_CLOEXEC, PARKED_FD + 1);
        moved.folder = fcntl(birth->folder, F_DUPFD_CLOEXEC, PARKED_FD + 1);
        if (birth->home >= 0)
            moved.home = fcntl(birth->home, F_DUPFD_CLOEXEC, PARKED_FD + 1);
        error = parked < 0 || moved.channel < 0 || moved.folder < 0 ||
                        (birth->home >= 0 && moved.home < 0) ||
                        dup3(parked, PARKED_FD, O_CLOEXEC) < 0
                    ? errno
                    : child_exec(&moved);
        (void)!write(PARKED_FD, &error, sizeof(error));
        _exit(127);
    }
    (void)close(pipe_fds[1]);
    pipe_fds[1] = -1;
    do
        got = read(pipe_fds[0], &error, sizeof(error));
    while (got < 0 && errno == EINTR);
    error = got == (ssize_t)sizeof(error) ? -error : 0;
out:
    (void)close(pipe_fds[0]);
    if (pipe_fds[1] >= 0)
        (void)close(pipe_fds[1]);
    return error;
}

int program_start(struct program *program, char *const argv[], int folder, int home,
                  char problem[PROGRAM_PROBLEM_MAX])
{
    static char path_line[] = "PATH=" PATH;
    static char lang_line[] = "LANG=C.UTF-8";
    static char home_line[] = "HOME=/proc/self/fd/4";
    char *environment[] = {path_line, lang_line, home >= 0 ? home_line : NULL, NULL};
    char path[PATH_MAX];
    struct birth birth = {path, argv, environment, folder, -1, home};
    int sockets[2] = {-1, -1};
    int error;

    memset(program, 0, sizeof(*program));
    program->socket = -1;
    name_make(program, argv);
    error = resolve(argv[0], folder, path);
    if (error == 0)
        error = lines_init(&program->lines);
    if (error == 0 && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
        error = -errno;
    birth.channel = sockets[1];
    if (error == 0)
        error = spawn(program, &birth);
    if (sockets[1] >= 0)
        (void)close(sockets[1]);
    program->socket = sockets[0];
    if (error != 0 && !(error == -EACCES && is_shut_out(program, argv[0], folder, problem)))
        (void)start_problem(program, error, problem);
    return error;
}

bool program_lives(struct program *program)
{
    reap(program);
    return program->pid > 0 && program->socket >= 0;
}

void program_ending(struct program *program, char *target, size_t size)
{
    int64_t limit = now_ms() + TICK_MS;

    /* The socket closes a moment before the process has ended. */
    while (program_lives(program) && now_ms() < limit)
        (void)poll(NULL, 0, 5);
    if (!program->ended)
        (void)snprintf(target, size, "lukkede forbindelsen");
    else if (WIFSIGNALED(program->status))
        (void)snprintf(target, size, "blev afbrudt af SIG%s",
                       sigabbrev_np(WTERMSIG(program->status)));
    else
        (void)snprintf(target, size, "sluttede med kode %d", WEXITSTATUS(program->status));
}

static void signal_all(const struct program *program, int number)
{
    if (program->pid <= 0)
        return;
    /* The group, and the program itself in case it left the group. */
    (void)kill(-program->pid, number);
    (void)kill(program->pid, number);
}

/* Waits until the socket has `events`. A stop is asked for: SIGTERM, and the deadline is
 * set. 0, -ECANCELED when the deadline is past, -EPIPE when the program is gone. */
static int wait_for(struct program *program, const struct ag_host *host, short events)
{
    for (;;) {
        struct pollfd polled = {.fd = program->socket, .events = events};
        int count;

        if (program->deadline_ms == 0 && host->stopping(host->run)) {
            signal_all(program, SIGTERM);
            program->deadline_ms = now_ms() + PROGRAM_STOP_GRACE_MS;
        }
        reap(program);
        /* When it has ended, what it wrote before may still be read, but is not waited for:
         * a child of its own may hold the socket open. */
        count = poll(&polled, 1, program->ended ? 0 : TICK_MS);
        if (count < 0 && errno != EINTR)
            return -errno;
        if (count > 0)
            return 0;
        if (program->ended)
            return -EPIPE;
        if (program->deadline_ms != 0 && now_ms() >= program->deadline_ms)
            return -ECANCELED;
    }
}

static int send_all(struct program *program, const struct ag_host *host, const char *request)
{
    size_t left = strlen(request);
    int error = 0;

    while (left > 0 && error == 0) {
        ssize_t sent = send(program->socket, request, left, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (sent > 0) {
            request += sent;
            left -= (size_t)sent;
        } else if (errno == EAGAIN) {
            error = wait_for(program, host, POLLOUT);
        } else if (errno != EINTR) {
            error = errno == ECONNRESET ? -EPIPE : -errno;
        }
    }
    return error;
}

static int line_receive(struct program *program, const struct ag_host *host, const char **ret_line,
                        size_t *ret_length)
{
    int error;

    for (;;) {
        int found = lines_next(&program->lines, ret_line, ret_length);
        size_t size = 0;
        char *room;
        ssize_t got;

        if (found != 0)
            return found < 0 ? found : 0;
        error = wait_for(program, host, POLLIN);
        if (error != 0)
            return error;
        room = lines_room(&program->lines, &size);
        got = recv(program->socket, room, size, MSG_DONTWAIT);
        if (got > 0)
            lines_add(&program->lines, (size_t)got);
        else if (got == 0 || errno == ECONNRESET)
            return -EPIPE;
        else if (errno != EAGAIN && errno != EINTR)
            return -errno;
    }
}

/* That it went away after it was asked to is the stop, and no failure of its own. */
static int told(const struct program *program, int error)
{
    return error == -EPIPE && program->deadline_ms != 0 ? -ECANCELED : error;
}

int program_next(struct program *program, const struct ag_host *host, const char **ret_line,
                 size_t *ret_length)
{
    return told(program, line_receive(program, host, ret_line, ret_length));
}

/* Has it said anything that was not asked for? */
static bool is_talking(struct program *program)
{
    struct pollfd polled = {.fd = program->socket, .events = POLLIN};
    char byte;

    return lines_pending(&program->lines) ||
           (poll(&polled, 1, 0) > 0 &&
            recv(program->socket, &byte, 1, MSG_DONTWAIT | MSG_PEEK) > 0);
}

int program_ask(struct program *program, const struct ag_host *host, const char *request,
                const char **ret_line, size_t *ret_length)
{
    int error;

    if (is_talking(program))
        return -EPROTO;
    error = send_all(program, host, request);
    return error != 0 ? told(program, error) : program_next(program, host, ret_line, ret_length);
}

/* Waits for its end, up to `limit_ms`. */
static bool wait_ended(struct program *program, int64_t limit_ms)
{
    int64_t limit = now_ms() + limit_ms;

    for (;;) {
        reap(program);
        if (program->pid <= 0)
            return true;
        if (now_ms() >= limit)
            return false;
        (void)poll(NULL, 0, 10);
    }
}

void program_stop(struct program *program, const char *polite)
{
    if (program->pid > 0 && polite != NULL && program->socket >= 0) {
        (void)send(program->socket, polite, strlen(polite), MSG_NOSIGNAL | MSG_DONTWAIT);
        (void)shutdown(program->socket, SHUT_WR);
        (void)wait_ended(program, POLITE_MS);
    }
    signal_all(program, SIGTERM);
    if (program->pid > 0 && !wait_ended(program, PROGRAM_STOP_GRACE_MS)) {
        signal_all(program, SIGKILL);
        (void)wait_ended(program, PROGRAM_STOP_GRACE_MS);
    }
    if (program->socket >= 0)
        (void)close(program->socket);
    program->socket = -1;
    lines_release(&program->lines);
}
