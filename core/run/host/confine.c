/* confine.c - giving rights away, in the order in which that works. */
#include "core/run/host/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/run/host/channel.h"
#include "core/run/host/fork.h"
#include "core/run/host/setup.h"

enum {
    WORK_FILES = 4,        /* of the largest size fit into the work folders of a robot's runs */
    HOST_PROCESSES = 256,  /* the host may have beside those that its runs begin */
    HOST_MEMORY_MIB = 256, /* and beside what a run may have */
    LOG_KIB_SPARE = 1024   /* of a log, beside its limit */
};

#define NAMESPACES_HINT                                                                            \
    "allow user namespaces: sysctl kernel.unprivileged_userns_clone=1 (Debian), "                  \
    "kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu), user.max_user_namespaces above 0"

static int write_proc(const char *path, const char *line)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int r = 0;

    if (fd < 0)
        return -errno;
    if (write(fd, line, strlen(line)) < 0)
        r = -errno;
    (void)close(fd);
    return r;
}

void confine_start(void)
{
    static char *nothing[] = {NULL};

    /* If the daemon is dead already this came too late, but then the control channel is
     * closed and the first read says so. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    /* What the daemon's session has in its keyring is not a plugin's to read. Where the kernel
     * has no keyrings there is nothing to leave. */
    (void)syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
    environ = nothing;
    (void)close_range(HOST_CONTROL_FD + 1, UINT_MAX, 0);
    (void)fcntl(HOST_CONTROL_FD, F_SETFD, FD_CLOEXEC);
    (void)umask(077);
    /* Where the scheduler groups by session (sched_autogroup_enabled) a robot of many processes then
     * weighs no more than one of few. */
    (void)setsid();
    /* When memory is short a run is to go, and not the daemon, which said -900 of itself. Written while
     * we may still be root: then no run can take it back. */
    (void)write_proc("/proc/self/oom_score_adj", "500");
    if (chdir("/") < 0)
        _exit(1);
}

int confine_map_ids(const struct host_setup *setup, struct fault *fault)
{
    char line[64];
    int r;

    r = write_proc("/proc/self/setgroups", "deny");
    if (r == -ENOENT) /* older than Linux 3.19: the file's rule did not exist either */
        r = 0;
    (void)snprintf(line, sizeof(line), "%u %u 1\n", (unsigned)setup->outer_uid,
                   (unsigned)setup->outer_uid);
    if (r == 0)
        r = write_proc("/proc/self/uid_map", line);
    (void)snprintf(line, sizeof(line), "%u %u 1\n", (unsigned)setup->outer_gid,
                   (unsigned)setup->outer_gid);
    if (r == 0)
        r = write_proc("/proc/self/gid_map", line);
    if (r < 0)
        return fault_set(
            fault, r,
            "the ids %u:%u cannot be mapped into the host's user namespace: %s; " NAMESPACES_HINT,
            (unsigned)setup->outer_uid, (unsigned)setup->outer_gid, strerror(-r));
    return 0;
}

void confine_mount_work(const struct host_setup *setup)
{
    char options[64] = "mode=0700"; /* without a limit: half of the machine's memory */

    if (setup->limits.file_mib > 0)
        (void)snprintf(options, sizeof(options), "mode=0700,size=%" PRId64 "m",
                       setup->limits.file_mib * WORK_FILES);
    /* Slave: what we mount stays here, what is unmounted outside is not held here. */
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
        return;
    (void)mount("automagi-work", setup->work_folder, "tmpfs", MS_NOSUID | MS_NODEV, options);
}

static int become_robot(const struct host_setup *setup, struct fault *fault)
{
    if (fchown(setup->log_fd, setup->outer_uid, setup->outer_gid) < 0 ||
        fchown(setup->work_fd, setup->outer_uid, setup->outer_gid) < 0)
        return fault_set(fault, -errno, "the folders %s and %s cannot be given to uid %u: %s",
                         setup->log_folder, setup->work_folder, (unsigned)setup->outer_uid,
                         strerror(errno));
    if (setgroups(0, NULL) < 0 ||
        setresgid(setup->outer_gid, setup->outer_gid, setup->outer_gid) < 0 ||
        setresuid(setup->outer_uid, setup->outer_uid, setup->outer_uid) < 0)
        return fault_set(fault, -errno, "cannot become uid %u, gid %u: %s",
                         (unsigned)setup->outer_uid, (unsigned)setup->outer_gid, strerror(errno));
    if (unshare(CLONE_NEWUSER) < 0)
        return fault_set(fault, -errno, "a user namespace cannot be made: %s; " NAMESPACES_HINT,
                         strerror(errno));
    /* Changing ids made /proc/self root's; the map must be written by us. */
    (void)prctl(PR_SET_DUMPABLE, 1);
    return confine_map_ids(setup, fault);
}

static int keep_capabilities(uint64_t kept)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};

    /* What is not permitted and inheritable leaves the ambient set by itself. */
    data[0].permitted = data[0].effective = (uint32_t)kept;
    data[1].permitted = data[1].effective = (uint32_t)(kept >> 32);
    return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

static int drop_capabilities(void)
{
    unsigned long capability;

    for (capability = 0; capability < 64; capability++) {
        if (prctl(PR_CAPBSET_READ, capability) < 0)
            break; /* past the last one this kernel knows */
        if (prctl(PR_CAPBSET_DROP, capability) < 0)
            return -errno;
    }
    return keep_capabilities(UINT64_C(1) << CAP_SYS_ADMIN);
}

static int try_process_namespace(struct fault *fault)
{
    int status = 0;
    pid_t pid = fork_into_namespace();

    if (pid == 0)
        _exit(0);
    if (pid < 0)
        return fault_set(fault, (int)pid,
                         "a process namespace cannot be made: %s; " NAMESPACES_HINT,
                         strerror((int)-pid));
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return 0;
}

static int limit_to(__rlimit_resource_t resource, int64_t soft, int64_t hard)
{
    struct rlimit limit = {(rlim_t)soft, (rlim_t)hard};
    struct rlimit now;

    if (soft == 0)
        return 0;
    if (setrlimit(resource, &limit) == 0)
        return 0;
    /* More than the daemon may use itself: then its limit holds. */
    if (getrlimit(resource, &now) < 0 || now.rlim_max > limit.rlim_max)
        return -EPERM;
    return 0;
}

/* What a plugin's constructors begin, and what they leave behind, has limits as well: those of a run,
 * and what the host needs for itself. */
static int limit_host(const struct host_limits *limits)
{
    const int64_t mib = 1024 * 1024;
    int64_t file = limits->file_mib * mib;
    int64_t log = (limits->log_kib + LOG_KIB_SPARE) * 1024;
    int64_t processes = limits->processes > 0 ? limits->processes + HOST_PROCESSES : 0;
    int r = 0;

    if (file > 0 && file < log)
        file = log;
#ifndef AUTOMAGI_SANITIZED /* the sanitizer's shadow memory is address space too */
    if (limits->memory_mib > 0) {
        int64_t memory = (limits->memory_mib + HOST_MEMORY_MIB) * mib;

        r = limit_to(RLIMIT_AS, memory, memory);
    }
#endif
    if (r == 0)
        r = limit_to(RLIMIT_FSIZE, file, file);
    if (r == 0)
        r = limit_to(RLIMIT_NPROC, processes, processes);
    return r;
}

int confine_host(const struct host_setup *setup, struct fault *fault)
{
    const struct rlimit no_core = {0, 0};
    struct rlimit files;
    int r;

    if (setup->as_root) {
        r = become_robot(setup, fault);
        if (r < 0)
            return r;
    }
    if (getuid() == 0 || geteuid() == 0 || (setup->as_root && getegid() == 0))
        return fault_set(fault, -EPERM,
                         "the robot would run as root; give it ids of its own that are not 0");
    if (getuid() != setup->outer_uid || getgid() != setup->outer_gid)
        return fault_set(fault, -EPERM, "the host did not become uid %u, gid %u",
                         (unsigned)setup->outer_uid, (unsigned)setup->outer_gid);
    r = drop_capabilities();
    if (r < 0)
        return fault_set(fault, r, "capabilities cannot be dropped: %s; " NAMESPACES_HINT,
                         strerror(-r));
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || /* changing ids cleared it */
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0 ||
        setrlimit(RLIMIT_CORE, &no_core) < 0)
        return fault_set(fault, -errno, "rights cannot be dropped: %s", strerror(errno));
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max; /* each run costs the host four */
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    r = limit_host(&setup->limits);
    if (r < 0)
        return fault_set(fault, r, "limits cannot be set: %s", strerror(-r));
    return try_process_namespace(fault);
}

int confine_loaded(struct fault *fault)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return fault_set(fault, -errno, "the host cannot be told of its daemon's death: %s",
                         strerror(errno));
    return 0;
}

int confine_run(const struct host_limits *limits)
{
    const int64_t mib = 1024 * 1024;
    int r = 0;

#ifndef AUTOMAGI_SANITIZED /* the sanitizer's shadow memory is address space too */
    r = limit_to(RLIMIT_AS, limits->memory_mib * mib, limits->memory_mib * mib);
#endif
    if (r == 0) /* SIGXCPU first, so that the log can say why */
        r = limit_to(RLIMIT_CPU, limits->cpu_s, limits->cpu_s + 2);
    if (r == 0)
        r = limit_to(RLIMIT_FSIZE, limits->file_mib * mib, limits->file_mib * mib);
    if (r == 0)
        r = limit_to(RLIMIT_NOFILE, limits->open_files, limits->open_files);
    if (r == 0)
        r = limit_to(RLIMIT_NPROC, limits->processes, limits->processes);
    if (r == 0)
        r = keep_capabilities(0);
    return r;
}
