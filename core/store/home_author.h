/*
 * home_author.h - the daemon that wrote HOME/hosts, by the first line of that file:
 * "boot ID DAEMON STARTTIME DEVICE INODE NAMESPACE" (DEVICE and INODE are the home's; process.h has the others).
 *
 * A daemon holds the home's lock for as long as it lives. So whoever has the lock and finds the author alive has either a copy
 * of a home, or a home whose lock's file somebody removed under its daemon.
 *
 * Another boot id is taken to say that the machine was started since. That cannot be told from a container which was given a
 * boot id of its own (a file mounted over /proc/sys/kernel/random/boot_id): there the list of a daemon outside counts for
 * nothing, and the other way round. So it is with a time namespace of its own, in which STARTTIME is another. Do neither.
 */
#ifndef AUTOMAGI_STORE_HOME_AUTHOR_H
#define AUTOMAGI_STORE_HOME_AUTHOR_H

struct fault;
struct text;

enum { HOME_AUTHOR_LINE_MAX = 256, HOME_AUTHOR_MARK_MAX = 192 };

enum home_author {
    HOME_AUTHOR_GONE,      /* an older list that does not name it, too */
    HOME_AUTHOR_ELSEWHERE, /* it lives, and serves the home that this one is a copy of */
    HOME_AUTHOR_UNSEEN,    /* of another process namespace: its numbers say nothing here */
    HOME_AUTHOR_NONE, /* of another start of the machine, or no such line: nothing of the list lives */
};

/* The line for this process, appended to `list`. Negative errno: what stands in it is not known. */
int home_author_put(const char *home, struct text *list) __attribute__((warn_unused_result));

/* This start of the machine and this file of the store, as members of a JSON object: kept in the audit with the daemon's start,
 * to be known without the list, and whatever the clock says. A copy and a restored store are other files. Negative errno. */
int home_author_mark(const char *home, char target[static HOME_AUTHOR_MARK_MAX])
    __attribute__((warn_unused_result));

/* What the line says; with the home's lock held. ret_pid: the author, when it lives. -EBUSY: it lives, and serves
 * this home, so its lock's file is gone; it is given a moment first, for a process that ends lets go of the lock before it
 * is gone. Other negative errno: /proc cannot be read. */
int home_author_judge(const char *home, const char *line, enum home_author *ret_author,
                      int *ret_pid, struct fault *fault) __attribute__((warn_unused_result));

/* The same of the home's list: 0 unless its author lives and serves this home. */
int home_author_refuse(const char *home, struct fault *fault) __attribute__((warn_unused_result));

/* The list's author when it lives and serves this home, else 0, as when that is not known. Without the lock, and without
 * waiting for one that ends. */
int home_author_pid(const char *home);

#endif
