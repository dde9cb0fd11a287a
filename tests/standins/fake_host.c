#include "tests/standins/fake_host.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cjson/cJSON.h>

static void fake_log(void *run, int level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void fake_log(void *run, int level, const char *format, ...)
{
    static const char *const words[] = {"DEBUG", "INFO", "WARN", "ERROR"};
    struct fake_host *fake = run;
    char line[2048];
    va_list arguments;
    int length;

    va_start(arguments, format);
    (void)vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    length = snprintf(fake->log + fake->log_length, FAKE_HOST_LOG_MAX - fake->log_length, "%s %s\n",
                      words[level & 3], line);
    if (length > 0 && fake->log_length + (size_t)length < FAKE_HOST_LOG_MAX)
        fake->log_length += (size_t)length;
}

static int fake_stopping(void *run)
{
    struct fake_host *fake = run;

    if (fake->polls_left > 0)
        fake->polls_left--;
    return fake->polls_left == 0;
}

/* As the real host: a date years away and an unseen sign are not taken. */
enum { DAY_TOO_FAR = 40000 };

static int32_t fake_add(void *run, const struct ag_item *item)
{
    struct fake_host *fake = run;
    struct fake_item *kept = &fake->items[fake->item_count];

    if (item->size != sizeof(*item) || strlen(item->reference) >= AG_REFERENCE_MAX ||
        strlen(item->payload) >= AG_PAYLOAD_MAX || item->priority < -1000 ||
        item->priority > 1000 || item->reference[0] == '\0')
        return AG_TOO_BIG;
    if (item->business_day > DAY_TOO_FAR || strstr(item->reference, "\xe2\x80\x8b") != NULL)
        return AG_BROKEN;
    if (fake_host_find(fake, item->reference) != NULL) {
        fake->seen_again++;
        return AG_OK;
    }
    if (fake->item_count == FAKE_HOST_ITEMS_MAX)
        return AG_STOPPED;
    kept->reference = strdup(item->reference);
    kept->payload = strdup(item->payload);
    kept->priority = item->priority;
    kept->business_day = item->business_day;
    kept->deadline_ms = item->deadline_ms;
    kept->not_before_ms = item->not_before_ms;
    if (kept->reference == NULL || kept->payload == NULL)
        abort();
    fake->item_count++;
    return AG_OK;
}

static int32_t fake_flush(void *run)
{
    (void)run;
    return AG_OK;
}

static int fake_folder(void *run, const char *name)
{
    const struct fake_host *fake = run;
    size_t i;

    for (i = 0; i < fake->folder_count; i++) {
        if (strcmp(fake->folders[i].name, name) == 0)
            return fake->folders[i].fd;
    }
    return -1;
}

static int fake_work_folder(void *run)
{
    struct fake_host *fake = run;

    if (fake->work_fd >= 0)
        return fake->work_fd;
    (void)snprintf(fake->work_path, sizeof(fake->work_path), "/tmp/automagi-work-XXXXXX");
    if (mkdtemp(fake->work_path) == NULL)
        return -1;
    fake->work_fd = open(fake->work_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fake->work_fd;
}

void fake_host_init(struct fake_host *fake, const char *configuration)
{
    memset(fake, 0, sizeof(*fake));
    fake->log = calloc(1, FAKE_HOST_LOG_MAX);
    if (fake->log == NULL)
        abort();
    fake->work_fd = -1;
    fake->polls_left = -1;
    fake->host.size = sizeof(fake->host);
    fake->host.abi = AG_ABI;
    fake->host.run = fake;
    fake->host.configuration = configuration;
    fake->host.robot = "proeve";
    fake->host.run_id = 1;
    fake->host.log = fake_log;
    fake->host.stopping = fake_stopping;
    fake->host.add = fake_add;
    fake->host.flush = fake_flush;
    fake->host.folder = fake_folder;
    fake->host.work_folder = fake_work_folder;
}

static void work_remove(struct fake_host *fake)
{
    DIR *directory = fdopendir(fake->work_fd);
    const struct dirent *entry;

    while (directory != NULL && (entry = readdir(directory)) != NULL)
        (void)unlinkat(fake->work_fd, entry->d_name, 0);
    if (directory != NULL)
        (void)closedir(directory);
    (void)rmdir(fake->work_path);
}

void fake_host_release(struct fake_host *fake)
{
    size_t i;

    for (i = 0; i < fake->item_count; i++) {
        free(fake->items[i].reference);
        free(fake->items[i].payload);
    }
    for (i = 0; i < fake->folder_count; i++)
        (void)close(fake->folders[i].fd);
    if (fake->work_fd >= 0)
        work_remove(fake);
    free(fake->log);
    memset(fake, 0, sizeof(*fake));
    fake->work_fd = -1;
}

int fake_host_grant(struct fake_host *fake, const char *name, const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || fake->folder_count == FAKE_HOST_FOLDERS_MAX)
        return -1;
    (void)snprintf(fake->folders[fake->folder_count].name, sizeof(fake->folders[0].name), "%s",
                   name);
    fake->folders[fake->folder_count++].fd = fd;
    return fd;
}

static char *text_read(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = calloc(1, 65536);

    if (file == NULL || text == NULL || fread(text, 1, 65535, file) == 0) {
        free(text);
        text = NULL;
    }
    if (file != NULL)
        (void)fclose(file);
    return text;
}

/* `name` relative to the folder that `file` is in. False when it is too long. */
static bool path_beside(const char *file, const char *name, char *target, size_t size)
{
    const char *slash = strrchr(file, '/');
    size_t base = slash == NULL ? 0 : (size_t)(slash - file) + 1;

    if (base + strlen(name) >= size)
        return false;
    memcpy(target, file, base);
    memcpy(target + base, name, strlen(name) + 1);
    return true;
}

char *fake_host_robot(struct fake_host *fake, const char *robot_json)
{
    char path[512];
    char *text = text_read(robot_json);
    cJSON *robot = text == NULL ? NULL : cJSON_Parse(text);
    const cJSON *folder;
    char *configuration = NULL;
    bool granted = robot != NULL;

    cJSON_ArrayForEach(folder, cJSON_GetObjectItemCaseSensitive(robot, "folders"))
    {
        granted = granted && path_beside(robot_json, folder->valuestring, path, sizeof(path)) &&
                  fake_host_grant(fake, folder->string, path) >= 0;
    }
    if (granted)
        configuration =
            cJSON_PrintUnformatted(cJSON_GetObjectItemCaseSensitive(robot, "configuration"));
    fake->host.configuration = configuration;
    cJSON_Delete(robot);
    free(text);
    return configuration;
}

const struct fake_item *fake_host_find(const struct fake_host *fake, const char *reference)
{
    size_t i;

    for (i = 0; i < fake->item_count; i++) {
        if (strcmp(fake->items[i].reference, reference) == 0)
            return &fake->items[i];
    }
    return NULL;
}

static void note_check(const char *note)
{
    if (memchr(note, '\0', AG_NOTE_MAX) == NULL || strchr(note, '\n') != NULL)
        abort();
}

int32_t fake_host_open(struct fake_host *fake, const struct ag_plugin *plugin,
                       char note[AG_NOTE_MAX])
{
    int32_t outcome = AG_OK;

    note[0] = '\0';
    fake->state = NULL;
    if (plugin->open != NULL)
        outcome = plugin->open(&fake->host, &fake->state, note);
    note_check(note);
    if (outcome != AG_OK && outcome != AG_BROKEN && outcome != AG_TRANSIENT)
        abort();
    return outcome;
}

int32_t fake_host_collect(struct fake_host *fake, const struct ag_plugin *plugin,
                          char note[AG_NOTE_MAX])
{
    int32_t outcome;

    note[0] = '\0';
    outcome = plugin->collect(&fake->host, fake->state, note);
    note_check(note);
    if (outcome != AG_OK && outcome != AG_BROKEN && outcome != AG_TRANSIENT)
        abort();
    return outcome;
}

int32_t fake_host_perform(struct fake_host *fake, const struct ag_plugin *plugin,
                          const struct fake_item *item, struct ag_result *result)
{
    struct ag_item asked = {.size = sizeof(asked),
                            .attempt = 1,
                            .priority = item->priority,
                            .business_day = item->business_day,
                            .reference = item->reference,
                            .payload = item->payload};
    int32_t outcome;

    memset(result, 0, sizeof(*result));
    result->size = sizeof(*result);
    outcome = plugin->perform(&fake->host, fake->state, &asked, result);
    note_check(result->note);
    if (outcome < AG_OK || outcome > AG_BROKEN)
        abort();
    return outcome;
}

void fake_host_close(struct fake_host *fake, const struct ag_plugin *plugin)
{
    if (plugin->close != NULL)
        plugin->close(&fake->host, fake->state);
    fake->state = NULL;
}
