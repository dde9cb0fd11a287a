/* uses_folders.c - a plugin that writes to its work folder, a granted folder and the log. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugins/sdk/automagi.h"

static int write_file(int folder, const char *name)
{
    int fd = folder < 0 ? -1 : openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0 || write(fd, "x", 1) != 1)
        return -1;
    return close(fd);
}

static int32_t perform(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result)
{
    int work = host->work_folder(host->run);

    (void)state;
    (void)item;
    host->log(host->run, AG_LOG_WARN, "cpr 010190-1234 in %s\nrun %lld", host->robot,
              (long long)host->run_id);
    (void)fputs("unfinished", stdout);
    (void)fprintf(stderr, "to stderr\n");
    if (work != host->work_folder(host->run) || write_file(work, "file") < 0 ||
        mkdirat(work, "a", 0700) < 0 || mkdirat(work, "a/b", 0700) < 0 ||
        write_file(work, "a/b/file") < 0) {
        (void)snprintf(result->note, sizeof(result->note), "work folder");
        return AG_BROKEN;
    }
    if (write_file(host->folder(host->run, "out"), "result") < 0 ||
        host->folder(host->run, "other") != -1) {
        (void)snprintf(result->note, sizeof(result->note), "granted folder");
        return AG_BROKEN;
    }
    return AG_OK;
}

AG_NOTE("{\"id\": \"uses_folders\", \"version\": \"1\", \"title\": \"Uses folders\","
        "\"folders\": {\"out\": \"where the result goes\"}}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .perform = perform};
