/* inspect.c - a plugin that tells in its result's note what a run may still do. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugins/sdk/automagi.h"

/* The value of a line of /proc/self/status, as in "CapEff:\t0000". */
static void status_value(const char *name, char *target, size_t size)
{
    char line[256];
    FILE *file = fopen("/proc/self/status", "re");

    target[0] = '\0';
    while (file && fgets(line, sizeof(line), file)) {
        if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':') {
            (void)snprintf(target, size, "%s", line + strlen(name) + 2);
            target[strcspn(target, "\n")] = '\0';
        }
    }
    if (file)
        (void)fclose(file);
}

static int environment_size(void)
{
    int count = 0;

    while (environ && environ[count])
        count++;
    return count;
}

static int32_t perform(const struct ag_host *host, void *state, const struct ag_item *item,
                       struct ag_result *result)
{
    char effective[64];
    char permitted[64];
    char inheritable[64];
    char bounding[64];
    char ambient[64];
    char folder[64];
    struct rlimit files;
    int fds = 0;
    int fd;
    mode_t mask = umask(077);

    (void)state;
    (void)item;
    for (fd = 0; fd < 1024; fd++)
        fds += fcntl(fd, F_GETFD) >= 0;
    status_value("CapEff", effective, sizeof(effective));
    status_value("CapPrm", permitted, sizeof(permitted));
    status_value("CapInh", inheritable, sizeof(inheritable));
    status_value("CapBnd", bounding, sizeof(bounding));
    status_value("CapAmb", ambient, sizeof(ambient));
    (void)getrlimit(RLIMIT_NOFILE, &files);
    (void)snprintf(result->note, sizeof(result->note),
                   "uid=%d gid=%d euid=%d pid=%d caps=%s/%s/%s/%s/%s nnp=%d fds=%d env=%d cwd=%s "
                   "umask=%o nofile=%d dumpable=%d folder=%d",
                   (int)getuid(), (int)getgid(), (int)geteuid(), (int)getpid(), effective,
                   permitted, inheritable, bounding, ambient,
                   prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), fds, environment_size(),
                   getcwd(folder, sizeof(folder)), (unsigned)mask, (int)files.rlim_cur,
                   prctl(PR_GET_DUMPABLE), host->folder(host->run, "out"));
    return AG_OK;
}

AG_NOTE("{\"id\": \"inspect\", \"version\": \"1\", \"title\": \"Inspect\","
        "\"folders\": {\"out\": \"a folder\"}}");

AG_EXPORT const struct ag_plugin automagi_plugin = {AG_PLUGIN_HEADER, .perform = perform};
