/*
 * warehouse_drop.c - puts the warehouse drop into a folder, whole or not at all.
 *
 * The run is handed the drop, as memory that nobody can change; it never opens the store. It is put in place
 * in collect(), and what is put on the queue then says that it was: so a run that fails leaves nothing
 * behind that a later run would do with a newer drop, and each drop that is there counts once. Putting the
 * same drop there twice is as doing it once.
 */
#include "automagi.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "members.h"

/* As every manifest of a drop begins. */
#define MARK "{\"format\":\"automagi-warehouse\","

enum { DROP_MAX = 1024 * 1024 * 1024, INSTANT_MAX = 40 };

struct drop {
    char name[WHOLE_FOLDER_PLACE_MAX]; /* of the folder that is put in place */
    char instant[INSTANT_MAX];
    struct members members;
};

static int32_t drop_open(const struct ag_host *host, void **ret_state, char note[AG_NOTE_MAX])
{
    struct drop *drop = calloc(1, sizeof(*drop));
    cJSON *configuration = cJSON_Parse(host->configuration);
    const char *name =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(configuration, "name"));

    if (drop != NULL)
        (void)snprintf(drop->name, sizeof(drop->name), "%s", name != NULL ? name : "automagi");
    cJSON_Delete(configuration);
    if (drop == NULL) {
        (void)snprintf(note, AG_NOTE_MAX, "There is not enough memory; raise limits.memory_mib.");
        return AG_TRANSIENT;
    }
    *ret_state = drop;
    return AG_OK;
}

static void drop_close(const struct ag_host *host, void *state)
{
    (void)host;
    free(state);
}

static int32_t broken(char *note, const char *what)
{
    (void)snprintf(note, AG_NOTE_MAX, "No drop is delivered, the earlier one stays: %s", what);
    return AG_BROKEN;
}

/* Where the daemon is root a robot has an account of its own, which has a number and no name. It is the same outside: the
 * run's namespace maps that one id to itself. */
static int32_t not_allowed(char *note, const char *why)
{
    char what[WHOLE_FOLDER_WHY_MAX + 200];

    (void)snprintf(
        what, sizeof(what),
        "the folder \"warehouse\" cannot be written by account number %u: `chown %u PATH`, "
        "with its path from \"folders\" in robot.json (%s)",
        (unsigned)geteuid(), (unsigned)geteuid(), why);
    return broken(note, what);
}

/* The instant it is of, which names it. */
static bool read_instant(struct drop *drop)
{
    const struct whole_folder_file *file = members_find(&drop->members, WHOLE_FOLDER_MANIFEST);
    cJSON *manifest = file == NULL ? NULL : cJSON_ParseWithLength(file->bytes, file->size);
    const char *instant =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(manifest, "instant"));
    bool is_read = instant != NULL && instant[0] != '\0' && strlen(instant) < INSTANT_MAX;

    if (is_read)
        (void)snprintf(drop->instant, sizeof(drop->instant), "%s", instant);
    cJSON_Delete(manifest);
    return is_read;
}

static int32_t put(const struct ag_host *host, struct drop *drop, char *note)
{
    const struct whole_folder folder = {MARK, drop->members.files, drop->members.count};
    char why[WHOLE_FOLDER_WHY_MAX] = "";
    int granted = host->folder(host->run, "warehouse");
    int fd = granted < 0 ? -1 : openat(granted, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result;

    if (fd < 0)
        return broken(note, "the folder \"warehouse\" cannot be opened; see to \"folders\" in "
                            "robot.json");
    result = whole_folder_put(fd, drop->name, &folder, why);
    (void)close(fd);
    if (result == -EACCES)
        return not_allowed(note, why);
    return result < 0 ? broken(note, why) : AG_OK;
}

static int32_t unpack(const struct ag_host *host, struct drop *drop, const char *bytes, size_t size,
                      char *note)
{
    char why[MEMBERS_WHY_MAX] = "";

    if (members_read(bytes, size, &drop->members, why) < 0)
        return broken(note, why);
    if (!read_instant(drop))
        return broken(note, "its manifest.json does not say of which instant it is");
    return put(host, drop, note);
}

static int32_t deliver(const struct ag_host *host, struct drop *drop, char *note)
{
    int fd = AG_HAS(host, struct ag_host, warehouse) ? host->warehouse(host->run) : -1;
    struct stat about;
    void *bytes;
    int32_t outcome;

    if (fd < 0)
        return broken(note, "the run was given none; say \"warehouse\": true in robot.json, and "
                            "start the daemon again if it is older than this plugin");
    if (fstat(fd, &about) < 0 || about.st_size <= 0 || about.st_size > DROP_MAX)
        return broken(note, "it is empty, or has more than 1 GiB");
    bytes = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return broken(note, "there is not enough memory for it; raise limits.memory_mib");
    outcome = unpack(host, drop, bytes, (size_t)about.st_size, note);
    (void)munmap(bytes, (size_t)about.st_size);
    return outcome;
}

static int32_t drop_collect(const struct ag_host *host, void *state, char note[AG_NOTE_MAX])
{
    struct drop *drop = state;
    struct ag_item item = {.size = sizeof(item), .payload = ""};
    char reference[AG_REFERENCE_MAX];
    int32_t outcome = deliver(host, drop, note);

    if (outcome != AG_OK)
        return outcome;
    host->log(host->run, AG_LOG_INFO, "%s: %zu files, as of %s", drop->name, drop->members.count,
              drop->instant);
    (void)snprintf(reference, sizeof(reference), "%s run %lld", drop->instant,
                   (long long)host->run_id); /* two may be of one second */
    item.reference = reference;
    outcome = host->add(host->run, &item);
    if (outcome == AG_OK || outcome == AG_STOPPED)
        return outcome;
    (void)snprintf(note, AG_NOTE_MAX, "The drop of %s is delivered, but could not be recorded.",
                   drop->instant);
    return AG_BROKEN;
}

/* It is there since it was collected. */
static int32_t drop_perform(const struct ag_host *host, void *state, const struct ag_item *item,
                            struct ag_result *result)
{
    (void)host;
    (void)state;
    (void)item;
    (void)result;
    return AG_OK;
}

AG_EXPORT const struct ag_plugin automagi_plugin = {
    AG_PLUGIN_HEADER,        .open = drop_open,   .collect = drop_collect,
    .perform = drop_perform, .close = drop_close,
};

AG_NOTE("{\"id\":\"warehouse_drop\",\"version\":\"1.0\","
        "\"title\":\"Warehouse drop into a folder\",\"side_effects\":\"idempotent\","
        "\"warehouse\":\"delivered into the folder\","
        "\"folders\":{\"warehouse\":\"where the drop is put, as a folder of its own\"},"
        "\"configuration\":{\"type\":\"object\",\"properties\":{"
        "\"name\":{\"type\":\"string\",\"title\":\"the name of the folder that is put there\","
        "\"default\":\"automagi\",\"minLength\":1,\"maxLength\":100}}}}");
