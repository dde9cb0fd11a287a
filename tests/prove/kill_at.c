/*
 * kill_at.c - kill_at N PROGRAM WORD... runs a program and all that it starts, and kills, with -9 and
 * before it is carried out, the process that makes the N-th call of the system that changes anything
 * (CHANGING, below). 0: none; it is only counted.
 *
 * N may also be PROCESS:CALL:N, the N-th such call of such a process: threads race, and what comes at one
 * place today comes at another tomorrow.
 *
 *   SIGUSR2   counting begins now, and not with the program (where KILL_AT_LATER is set)
 *   SIGUSR1   the program is killed, for whoever called is through
 *
 * Written to the file KILL_AT_REPORT, when all have ended: a line "PROCESS:CALL" for each that was counted, in their
 * order, PROCESS being daemon, writer (a thread of the daemon's other than the first), host, run or
 * command, and a line "over" where SIGUSR1 came; then "killed N", or "unhurt"; and "left N" when so many live ten seconds after the program.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/ptrace.h>

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#else
#error "kill_at knows the numbers of no other machine"
#endif

/*
 * What is left out changes nothing that outlives its process: reading, mapping, waiting, closing (the
 * other end of a channel sees the same when we die), locks of files (they go with the process), its own
 * signals, limits and rights. Opening counts when it may make a file, futex() when it wakes somebody.
 */
#define CHANGING(X)                                                                                \
    X(write)                                                                                       \
    X(writev)                                                                                      \
    X(pwrite64)                                                                                    \
    X(pwritev)                                                                                     \
    X(fsync)                                                                                       \
    X(fdatasync)                                                                                   \
    X(syncfs)                                                                                      \
    X(sync_file_range)                                                                             \
    X(truncate)                                                                                    \
    X(ftruncate)                                                                                   \
    X(fallocate)                                                                                   \
    X(copy_file_range)                                                                             \
    X(sendfile)                                                                                    \
    X(openat)                                                                                      \
    X(renameat)                                                                                    \
    X(renameat2)                                                                                   \
    X(unlinkat)                                                                                    \
    X(mkdirat)                                                                                     \
    X(linkat)                                                                                      \
    X(symlinkat)                                                                                   \
    X(fchmod)                                                                                      \
    X(fchmodat)                                                                                    \
    X(fchown)                                                                                      \
    X(fchownat)                                                                                    \
    X(utimensat)                                                                                   \
    X(sendto)                                                                                      \
    X(sendmsg)                                                                                     \
    X(bind)                                                                                        \
    X(listen)                                                                                      \
    X(connect)                                                                                     \
    X(accept4)                                                                                     \
    X(shutdown)                                                                                    \
    X(clone)                                                                                       \
    X(clone3)                                                                                      \
    X(execve)                                                                                      \
    X(kill)                                                                                        \
    X(tgkill)                                                                                      \
    X(pidfd_send_signal)                                                                           \
    X(mount)                                                                                       \
    X(unshare)                                                                                     \
    X(futex)                                                                                       \
    X(exit_group)
#ifdef SYS_rename /* of older machines; what they are said with on newer ones is above */
#define CHANGING_OLD(X)                                                                            \
    X(open)                                                                                        \
    X(creat)                                                                                       \
    X(rename)                                                                                      \
    X(unlink)                                                                                      \
    X(mkdir)                                                                                       \
    X(rmdir)                                                                                       \
    X(link)                                                                                        \
    X(symlink)                                                                                     \
    X(chmod)                                                                                       \
    X(chown)                                                                                       \
    X(fork)                                                                                        \
    X(vfork)
#else
#define CHANGING_OLD(X)
#endif

enum { TRACEES_MAX = 512, GONE_WITHIN_MS = 10000, PATH_SIZE = 64, NAME_SIZE = 32 };

struct call {
    unsigned number;
    const char *name;
};

#define AS_CALL(name) {SYS_##name, #name},
static const struct call changing[] = {CHANGING(AS_CALL) CHANGING_OLD(AS_CALL)};
enum { CALLS = sizeof(changing) / sizeof(changing[0]) };

static struct {
    pid_t program;
    pid_t tracees[TRACEES_MAX];
    int count;
    long wanted;      /* the call that kills; 0: none */
    const char *kind; /* of these alone: "PROCESS:CALL"; NULL: of all */
    long met;         /* of that kind */
    long counted;
    bool is_counting;
    bool has_killed;
    FILE *report;
} state;

static _Noreturn void fail(const char *what)
{
    (void)fprintf(stderr, "kill_at: %s: %s\n", what, strerror(errno));
    if (state.program > 0)
        (void)kill(state.program, SIGKILL);
    _exit(125);
}

static void append(struct sock_fprog *program, struct sock_filter step)
{
    program->filter[program->len++] = step;
}

/* The kernel asks us of these calls alone. */
static void install_filter(void)
{
    const struct sock_filter load_arch =
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
    const struct sock_filter load_number =
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    const struct sock_filter ask = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
    const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_filter steps[CALLS * 2 + 4];
    struct sock_fprog program = {.len = 0, .filter = steps};
    int i;

    append(&program, load_arch);
    append(&program,
           (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 0, CALLS * 2 + 1));
    append(&program, load_number);
    for (i = 0; i < CALLS; i++) {
        append(&program,
               (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, changing[i].number, 0, 1));
        append(&program, ask);
    }
    append(&program, allow);
    if (geteuid() != 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        fail("no_new_privs");
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        fail("seccomp");
}

static pid_t start(char **words)
{
    const unsigned options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                             PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    sigset_t none;
    int status;
    pid_t pid = fork();

    if (pid < 0)
        fail("fork");
    if (pid == 0) {
        (void)sigemptyset(&none);
        (void)sigprocmask(SIG_SETMASK, &none, NULL);
        (void)kill(getpid(), SIGSTOP);
        install_filter();
        (void)execvp(words[0], words);
        fail(words[0]);
    }
    state.program = pid;
    if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status))
        fail("the program did not wait for us");
    if (ptrace(PTRACE_SEIZE, pid, 0, options) < 0)
        fail("ptrace");
    (void)kill(pid, SIGCONT);
    return pid;
}

/* ---- who makes a call */

static bool read_word(pid_t pid, const char *file, const char *key, char target[static NAME_SIZE])
{
    char path[PATH_SIZE];
    char line[256];
    FILE *stream;
    bool is_found = false;

    (void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
    stream = fopen(path, "re");
    while (stream != NULL && !is_found && fgets(line, (int)sizeof(line), stream) != NULL) {
        is_found = strncmp(line, key, strlen(key)) == 0;
        if (is_found)
            (void)snprintf(target, NAME_SIZE, "%s", line + strlen(key));
    }
    if (stream != NULL)
        (void)fclose(stream);
    target[strcspn(target, "\n")] = '\0';
    return is_found;
}

static pid_t number_of(pid_t pid, const char *key)
{
    char text[NAME_SIZE] = "";

    return read_word(pid, "status", key, text) ? (pid_t)strtol(text, NULL, 10) : 0;
}

static const char *role_of(pid_t tracee)
{
    char name[NAME_SIZE] = "";
    char above[NAME_SIZE] = "";

    (void)read_word(tracee, "comm", "", name);
    (void)read_word(number_of(tracee, "PPid:\t"), "comm", "", above);
    if (strcmp(name, "automagi-host") == 0)
        return strcmp(above, "automagi-host") == 0 ? "run" : "host";
    if (strcmp(name, "automagi") == 0)
        return "command";
    return number_of(tracee, "Tgid:\t") == tracee ? "daemon" : "writer";
}

static const char *name_of(uint64_t number)
{
    int i;

    for (i = 0; i < CALLS; i++)
        if (changing[i].number == number)
            return changing[i].name;
    return "?";
}

/* Does it change anything? */
static bool is_change(const struct ptrace_syscall_info *info)
{
    const char *name = name_of(info->seccomp.nr);
    uint64_t operation = info->seccomp.args[1] & (uint64_t)FUTEX_CMD_MASK;

    if (strcmp(name, "openat") == 0)
        return (info->seccomp.args[2] & O_CREAT) != 0;
    if (strcmp(name, "open") == 0)
        return (info->seccomp.args[1] & O_CREAT) != 0;
    if (strcmp(name, "futex") == 0)
        return operation == FUTEX_WAKE || operation == FUTEX_REQUEUE ||
               operation == FUTEX_CMP_REQUEUE || operation == FUTEX_WAKE_OP;
    return true;
}

static void take_call(pid_t tracee)
{
    struct ptrace_syscall_info info;
    char kind[NAME_SIZE * 2];
    pid_t process;

    if (!state.is_counting || state.has_killed ||
        ptrace(PTRACE_GET_SYSCALL_INFO, tracee, sizeof(info), &info) <= 0 ||
        info.op != PTRACE_SYSCALL_INFO_SECCOMP || !is_change(&info))
        return;
    (void)snprintf(kind, sizeof(kind), "%s:%s", role_of(tracee), name_of(info.seccomp.nr));
    (void)fprintf(state.report, "%s\n", kind);
    state.counted++;
    if (state.kind != NULL && strcmp(state.kind, kind) == 0)
        state.met++;
    if ((state.kind != NULL ? state.met : state.counted) != state.wanted || state.wanted == 0)
        return;
    state.has_killed = true;
    process = number_of(tracee, "Tgid:\t");
    if (process > 0) /* else it is gone, and 0 would be our whole group */
        (void)kill(process, SIGKILL);
}

/* ---- all that is traced */

static void know(pid_t tracee)
{
    int i;

    for (i = 0; i < state.count; i++)
        if (state.tracees[i] == tracee)
            return;
    if (state.count == TRACEES_MAX) {
        errno = E2BIG;
        fail("threads");
    }
    state.tracees[state.count++] = tracee;
}

static void forget(pid_t tracee)
{
    int i;

    for (i = 0; i < state.count; i++)
        if (state.tracees[i] == tracee)
            state.tracees[i] = state.tracees[--state.count];
}

static void take_stop(pid_t tracee, int status)
{
    int event = status >> 16;
    int signal_number = WSTOPSIG(status);

    know(tracee);
    if (event == PTRACE_EVENT_SECCOMP)
        take_call(tracee);
    if (event == PTRACE_EVENT_STOP && signal_number != SIGTRAP)
        (void)ptrace(PTRACE_LISTEN, tracee, 0, 0); /* a stop of the whole process: it stays so */
    else
        (void)ptrace(PTRACE_CONT, tracee, 0, event != 0 ? 0L : (long)signal_number);
}

/* Everything that has happened. */
static void take_all(void)
{
    int status;
    pid_t tracee;

    while ((tracee = waitpid(-1, &status, __WALL | WNOHANG)) > 0) {
        if (WIFSTOPPED(status))
            take_stop(tracee, status);
        else
            forget(tracee);
    }
    if (tracee < 0 && errno == ECHILD)
        state.count = 0;
}

static bool is_known(pid_t tracee)
{
    int i;

    for (i = 0; i < state.count; i++)
        if (state.tracees[i] == tracee)
            return true;
    return false;
}

static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void take_signals(int fd)
{
    struct signalfd_siginfo info;

    while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGUSR2)
            state.is_counting = true;
        else if (info.ssi_signo == SIGUSR1 && kill(state.program, SIGKILL) == 0)
            (void)fprintf(state.report, "over\n");
    }
}

/* Until nothing is left, or the program has been gone for a while. */
static void watch(int fd)
{
    struct pollfd watched = {.fd = fd, .events = POLLIN};
    int64_t gone_ms = 0;

    for (;;) {
        take_all();
        if (state.count == 0)
            return;
        if (gone_ms == 0 && !is_known(state.program))
            gone_ms = now_ms();
        if (gone_ms != 0 && now_ms() > gone_ms + GONE_WITHIN_MS)
            return;
        (void)poll(&watched, 1, 200);
        take_signals(fd);
    }
}

int main(int argc, char **argv)
{
    sigset_t signals;
    char *number;
    int fd;

    if (argc < 3) {
        (void)fprintf(stderr, "usage: kill_at N PROGRAM WORD...\n");
        return 2;
    }
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGUSR1);
    (void)sigaddset(&signals, SIGUSR2);
    (void)sigaddset(&signals, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    state.report =
        fopen(getenv("KILL_AT_REPORT") != NULL ? getenv("KILL_AT_REPORT") : "/dev/stdout", "we");
    if (state.report == NULL)
        fail("KILL_AT_REPORT");
    fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        fail("signalfd");
    number = strrchr(argv[1], ':');
    if (number != NULL) {
        *number++ = '\0';
        state.kind = argv[1];
    }
    state.wanted = strtol(number != NULL ? number : argv[1], NULL, 10);
    state.is_counting = getenv("KILL_AT_LATER") == NULL;
    state.tracees[state.count++] = start(argv + 2);
    watch(fd);
    if (state.has_killed)
        (void)fprintf(state.report, "killed %ld\n", state.wanted);
    else
        (void)fprintf(state.report, "unhurt\n");
    if (state.count > 0)
        (void)fprintf(state.report, "left %d\n", state.count);
    return fclose(state.report) == 0 ? 0 : 1;
}
