/* The program `automagid`: the daemon with its commands. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/version.h"
#include "core/cli/cli.h"
#include "core/command/command.h"
#include "core/run/daemon.h"
#include "core/store/home.h"

enum { PATH_SIZE = 4096 };

static const char USAGE[] = "usage: automagid --home DIR (or AUTOMAGI_HOME)";

/* Beside this program, or where `make install` puts it. */
static int find_host(char target[static PATH_SIZE], struct fault *fault)
{
    char folder[PATH_SIZE];
    int result = cli_program_folder(folder, fault);

    if (result < 0)
        return result;
    if (file_join(target, PATH_SIZE, folder, "automagi-host") && access(target, X_OK) == 0)
        return 0;
    if (file_join(target, PATH_SIZE, folder, "../libexec/automagi/automagi-host") &&
        access(target, X_OK) == 0)
        return 0;
    return fault_set(fault, -ENOENT,
                     "automagi-host is neither in %s nor in %s/../libexec/automagi; install it "
                     "there",
                     folder, folder);
}

/* -EINVAL: wrong usage. */
static int parse(int argc, char **argv, const char **ret_home, bool *ret_is_help,
                 bool *ret_is_version, struct fault *fault)
{
    const char *home = getenv("AUTOMAGI_HOME");
    int i;

    for (i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            *ret_is_help = true;
        else if (strcmp(argv[i], "--version") == 0)
            *ret_is_version = true;
        else if (strcmp(argv[i], "--home") == 0 && i + 1 < argc)
            home = argv[++i];
        else if (strncmp(argv[i], "--home=", strlen("--home=")) == 0)
            home = argv[i] + strlen("--home=");
        else
            return fault_set(fault, -EINVAL, "\"%.60s\" is not understood; %s", argv[i], USAGE);
    }
    if (!*ret_is_help && !*ret_is_version && (home == NULL || home[0] == '\0'))
        return fault_set(fault, -EINVAL, "which installation? %s", USAGE);
    *ret_home = home;
    return 0;
}

int main(int argc, char **argv)
{
    struct daemon_settings settings = {.execute = command_execute};
    struct fault fault = {.text = ""};
    char host[PATH_SIZE] = "";
    char home[PATH_SIZE] = "";
    bool is_help = false;
    bool is_version = false;
    int result = parse(argc, argv, &settings.home, &is_help, &is_version, &fault);
    int status = result == 0 ? CLI_FAILED : CLI_USAGE;

    if (result == 0 && is_version) {
        (void)printf("automagid %s\n", automagi_version);
        return CLI_DONE;
    }
    if (result == 0 && is_help) {
        (void)printf("%s\nRuns in the foreground until SIGTERM.\n", USAGE);
        return CLI_DONE;
    }
    if (result == 0)
        result = home_check(settings.home, &fault);
    /* Hosts have a working folder of their own. */
    if (result == 0 && realpath(settings.home, home) == NULL)
        result = fault_set(&fault, -errno, "%s: %s", settings.home, strerror(errno));
    if (result == 0)
        result = find_host(host, &fault);
    if (result == 0) {
        settings.home = home;
        settings.host_program = host;
        log_start("automagid", LOG_LEVEL_INFO);
        result = daemon_run(&settings, &fault);
    }
    if (result == 0)
        return CLI_DONE;
    (void)fprintf(stderr, "automagid: %s\n", fault.text);
    return status;
}
