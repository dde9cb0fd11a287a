/* init, serve, and where the programs are. */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/cli/cli.h"
#include "core/command/nouns.h"
#include "core/store/home.h"

enum { PATH_SIZE = 4096, ASKED_TIMES = 10, ASKED_EVERY_MS = 100 };

int cli_program_folder(char *target, struct fault *fault)
{
    ssize_t length = readlink("/proc/self/exe", target, PATH_SIZE - 1);
    char *slash;

    if (length <= 0)
        return fault_set(fault, -errno, "/proc/self/exe: %s; is /proc mounted?", strerror(errno));
    target[length] = '\0';
    slash = strrchr(target, '/');
    if (slash != NULL)
        slash[slash == target ? 1 : 0] = '\0';
    return 0;
}

int cli_find_program(const char *name, char *target, struct fault *fault)
{
    char folder[PATH_SIZE];
    char installed[PATH_SIZE];
    int result = cli_program_folder(folder, fault);

    if (result < 0)
        return result;
    if (file_join(target, PATH_SIZE, folder, name) && access(target, X_OK) == 0)
        return 0;
    if (file_join(installed, sizeof(installed), folder, "../libexec/automagi") &&
        file_join(target, PATH_SIZE, installed, name) && access(target, X_OK) == 0)
        return 0;
    return fault_set(fault, -ENOENT,
                     "%s is neither in %s nor in %s/../libexec/automagi; install it there", name,
                     folder, folder);
}

int cli_init(const struct cli_request *request, struct fault *fault)
{
    char message[2 * PATH_SIZE + 96];
    bool is_demo = json_bool(json_member(request->arguments, "demo"));
    bool is_made = false;
    int result = is_demo ? home_init_demo(request->home, &is_made, fault)
                         : home_init(request->home, &is_made, fault);

    if (result < 0)
        return result;
    if (is_made && is_demo)
        (void)snprintf(message, sizeof(message),
                       "%s is a demo home now: everything in it is invented; next: automagi --home "
                       "%s load FILE",
                       request->home, request->home);
    else
        (void)snprintf(message, sizeof(message),
                       is_made ? "%s is an installation now; next: automagi --home %s serve"
                               : "%s is an installation already: no change",
                       request->home, request->home);
    cli_print_message(request->format, message, stdout);
    return 0;
}

/* Of whatever else holds the lock, automagid tells. A daemon that ends may answer still, so it is given the second that
 * automagid would give it. */
static int need_unserved(const char *home, struct fault *fault)
{
    const struct timespec pause = {.tv_nsec = ASKED_EVERY_MS * 1000000L};
    struct fault ignored;
    char process[40] = "";
    int64_t pid;
    int fd = -1;
    int asked;

    for (asked = 0; asked < ASKED_TIMES; asked++) {
        if (!home_is_locked(home) || daemon_client_connect(home, &fd, &ignored) < 0)
            return 0;
        (void)close(fd);
        (void)nanosleep(&pause, NULL);
    }
    pid = home_lock_pid(home);
    if (pid != 0)
        (void)snprintf(process, sizeof(process), ", as process %" PRId64, pid);
    return fault_set(fault, -EWOULDBLOCK,
                     "automagid serves %s already%s; `automagi status` shows what it does", home,
                     process);
}

int cli_serve(const struct cli_request *request, struct fault *fault)
{
    static const char *const options[] = {"--log-format", "--log-level"};
    char folder[PATH_SIZE];
    char path[PATH_SIZE];
    const char *words[8] = {"automagid", "--home", request->home};
    char *given[8];
    size_t count = 3;
    size_t i;
    int result = home_check(request->home, fault);

    if (result == 0)
        result = need_unserved(request->home, fault);
    if (result == 0)
        result = cli_program_folder(folder, fault);
    if (result < 0)
        return result;
    if (!file_join(path, sizeof(path), folder, "automagid"))
        return fault_set(fault, -ENAMETOOLONG, "%s: the path is too long", folder);
    for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        const char *value = json_string(json_member(request->arguments, options[i] + 2));

        if (value == NULL)
            continue;
        words[count++] = options[i];
        words[count++] = value;
    }
    memcpy(given, words, sizeof(given)); /* execv() changes none of them */
    (void)execv(path, given);
    return fault_set(fault, -errno, "%s cannot be started: %s; it belongs beside automagi", path,
                     strerror(errno));
}
