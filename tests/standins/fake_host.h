/*
 * fake_host.h - a host without a daemon: runs a plugin's callbacks in a unit test.
 *
 * It records what collect() adds, keeps what is logged, lends folders by name,
 * and can ask for a stop after some polls. As the real one it refuses what is over
 * the contract's limits, and knows each reference once.
 *
 * Threads: none. Memory: fake_host_release().
 */
#ifndef AUTOMAGI_TESTS_STANDINS_FAKE_HOST_H
#define AUTOMAGI_TESTS_STANDINS_FAKE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "automagi.h"

enum { FAKE_HOST_ITEMS_MAX = 256, FAKE_HOST_FOLDERS_MAX = 8, FAKE_HOST_LOG_MAX = 65536 };

struct fake_item {
    char *reference;
    char *payload;
    int32_t priority;
    int32_t business_day;
    int64_t deadline_ms;
    int64_t not_before_ms;
};

struct fake_host {
    struct ag_host host; /* hand &fake->host to the plugin */
    struct fake_item items[FAKE_HOST_ITEMS_MAX];
    size_t item_count;
    size_t seen_again; /* add() of a reference that was there */
    struct {
        char name[64];
        int fd;
    } folders[FAKE_HOST_FOLDERS_MAX];
    size_t folder_count;
    char work_path[64];
    int work_fd;
    char *log; /* "INFO text\n" ..., cut when it is full; FAKE_HOST_LOG_MAX */
    size_t log_length;
    int polls_left; /* stopping() says yes when it is 0; -1: never */
    void *state;    /* the plugin's, between the calls below */
};

/* `configuration` is borrowed. */
void fake_host_init(struct fake_host *fake, const char *configuration);
/* Closes the folders, removes the work folder (empty of folders), frees the items. */
void fake_host_release(struct fake_host *fake);

/* Opens `path` as the folder `name`. Gives the descriptor, or -1. */
int fake_host_grant(struct fake_host *fake, const char *name, const char *path);
/* As a robot.json says: its folders (relative to it) are granted; its configuration as
 * text, to free(). NULL when it cannot be read. */
char *fake_host_robot(struct fake_host *fake, const char *robot_json);

/* The item, or NULL. */
const struct fake_item *fake_host_find(const struct fake_host *fake, const char *reference);

/* The plugin's callbacks, with the checks a host makes of what they give: a
 * note ends, an outcome is one the contract knows there. */
int32_t fake_host_open(struct fake_host *fake, const struct ag_plugin *plugin,
                       char note[AG_NOTE_MAX]);
int32_t fake_host_collect(struct fake_host *fake, const struct ag_plugin *plugin,
                          char note[AG_NOTE_MAX]);
int32_t fake_host_perform(struct fake_host *fake, const struct ag_plugin *plugin,
                          const struct fake_item *item, struct ag_result *result);
void fake_host_close(struct fake_host *fake, const struct ag_plugin *plugin);

#endif
