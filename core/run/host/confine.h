/*
 * confine.h - giving rights away, in the order in which that works.
 *
 * A host starts either as root in the first user namespace or as an ordinary user
 * in a fresh one; it ends, before any code of the plugin runs, in a user
 * namespace of its own with one id in it that is not 0, CAP_SYS_ADMIN of that namespace
 * (a run's process namespace needs it) and nothing else. A run has not even that.
 */
#ifndef AUTOMAGI_RUN_HOST_CONFINE_H
#define AUTOMAGI_RUN_HOST_CONFINE_H

struct fault;
struct host_limits;
struct host_setup;

/* First thing in the program: die with the daemon, no environment, no descriptor above
 * 3, current folder /. */
void confine_start(void);

/* For a host that was started in a fresh user namespace: its map. */
int confine_map_ids(const struct host_setup *setup, struct fault *fault)
    __attribute__((warn_unused_result));

/*
 * Before the folders are opened: work folders are made in memory, on a file system that is the
 * host's alone and that the kernel clears when the host is gone. It lies over setup->work_folder in
 * a mount namespace of the host's own, which only takes what is mounted and unmounted outside.
 * Where the kernel refuses (user.max_mnt_namespaces = 0) they are made on disk, in that folder.
 */
void confine_mount_work(const struct host_setup *setup);

/* After LOAD: everything that is left. Folders become the robot's. What the plugin's constructors may
 * take has limits from here on, a little over those of a run. Ends with a trial: can a process namespace be made? Negative errno with a fault that says what to allow. */
int confine_host(const struct host_setup *setup, struct fault *fault)
    __attribute__((warn_unused_result));

/* After the plugin was loaded, before READY: what its constructors may have taken back. If the daemon is dead already READY
 * cannot be sent. */
int confine_loaded(struct fault *fault) __attribute__((warn_unused_result));

/* In a run's child: the last rights, and its limits. 0 or a negative errno. */
int confine_run(const struct host_limits *limits) __attribute__((warn_unused_result));

#endif
