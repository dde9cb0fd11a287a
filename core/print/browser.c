/* browser.c - finds the programs, starts the driver, learns its port, ends it all. */
#include "core/print/browser.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/print/descendants.h"
#include "core/print/keeper.h"

/* Chromium makes a socket in a folder of its own below ours, whose whole path must have under 108 bytes. */
enum { FOLDER_MAX = 62 };
enum { DRIVER_SAYS_MAX = 4096, VARIABLES = 5, VARIABLE_SIZE = BROWSER_PATH_SIZE + 32 };

#define PORT_SENTENCE "started successfully on port "
#define PAGE_NAME     "page.html"

static int find_program(const char *name, char target[static BROWSER_PATH_SIZE],
                        struct fault *fault)
{
    if (file_find_program(name, target, BROWSER_PATH_SIZE))
        return 0;
    return fault_set(fault, -ENOENT,
                     "%s is not there; install the packages chromium and chromium-driver; the "
                     "HTML can be printed from any browser",
                     name);
}

static int make_folder(char target[static BROWSER_PATH_SIZE], struct fault *fault)
{
    const char *places[] = {getenv("TMPDIR"), "/tmp"};
    size_t i;

    for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (places[i] == NULL || places[i][0] != '/' ||
            !file_join(target, FOLDER_MAX + 1, places[i], "automagi-print.XXXXXX"))
            continue;
        if (mkdtemp(target) != NULL)
            return 0;
    }
    target[0] = '\0';
    return fault_set(fault, -EACCES, "no folder can be made in TMPDIR or /tmp for the browser: %s",
                     strerror(errno));
}

/* "...started successfully on port 40123." and the end of the line. 0: not yet. */
static int port_in(const char *says)
{
    const char *at = strstr(says, PORT_SENTENCE);
    long port;
    char *end;

    if (at == NULL || strpbrk(at, "\n") == NULL)
        return 0;
    port = strtol(at + strlen(PORT_SENTENCE), &end, 10);
    return port > 0 && port < 65536 && (*end == '.' || isspace((unsigned char)*end)) ? (int)port
                                                                                     : 0;
}

static int wait_for_output(int output_fd, int stop_fd, int64_t deadline_ms, struct fault *fault)
{
    struct pollfd fds[] = {{.fd = output_fd, .events = POLLIN}, {.fd = stop_fd, .events = POLLIN}};
    int64_t left_ms = deadline_ms - clock_monotonic_ms();

    if (left_ms > 0 && poll(fds, 2, (int)(left_ms < INT32_MAX ? left_ms : INT32_MAX)) < 0 &&
        errno != EINTR)
        return fault_set(fault, -errno, "waiting for chromedriver: %s", strerror(errno));
    if (fds[1].revents != 0)
        return fault_set(fault, -ECANCELED, "stopped while chromedriver started");
    if (clock_monotonic_ms() >= deadline_ms)
        return fault_set(fault, -ETIMEDOUT, "chromedriver did not say its port in time");
    return fds[0].revents != 0 ? 0 : -EAGAIN;
}

static int read_port(int output_fd, int stop_fd, int64_t deadline_ms, int *ret_port,
                     struct fault *fault)
{
    char says[DRIVER_SAYS_MAX];
    size_t length = 0;
    int result;

    while (length + 1 < sizeof(says)) {
        ssize_t more;

        result = wait_for_output(output_fd, stop_fd, deadline_ms, fault);
        if (result == -EAGAIN)
            continue;
        if (result < 0)
            return result;
        more = read(output_fd, says + length, sizeof(says) - 1 - length);
        if (more <= 0)
            return fault_set(fault, -ECONNRESET, "chromedriver ended before it said its port");
        length += (size_t)more;
        says[length] = '\0';
        *ret_port = port_in(says);
        if (*ret_port != 0)
            return 0;
    }
    return fault_set(fault, -EPROTO, "chromedriver says much, but not its port");
}

/* The browser's whole environment: its own folder for everything. */
static int start_driver(struct browser *browser, const char *driver, struct fault *fault)
{
    static const char *const homes[VARIABLES] = {"HOME", "TMPDIR", "XDG_CONFIG_HOME",
                                                 "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"};
    char lines[VARIABLES][VARIABLE_SIZE];
    char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
    char language[] = "LANG=C.UTF-8";
    char no_bus[] = "DBUS_SESSION_BUS_ADDRESS=disabled:";
    char *environment[VARIABLES + 4] = {path, language, no_bus};
    char name[] = "chromedriver";
    char any_port[] = "--port=0";
    char *arguments[] = {name, any_port, NULL};
    struct keeper_order order = {.program = driver,
                                 .arguments = arguments,
                                 .environment = environment,
                                 .folder = browser->folder};
    size_t i;

    for (i = 0; i < VARIABLES; i++) {
        (void)snprintf(lines[i], sizeof(lines[i]), "%s=%s", homes[i], browser->folder);
        environment[3 + i] = lines[i];
    }
    return keeper_start(&order, &browser->keeper, &browser->life_fd, &browser->output_fd, fault);
}

int browser_start(int stop_fd, int64_t deadline_ms, struct browser *ret_browser,
                  struct fault *fault)
{
    struct browser browser = {.life_fd = -1, .output_fd = -1};
    char driver[BROWSER_PATH_SIZE];
    int result = find_program("chromium", browser.program, fault);

    if (result == 0)
        result = find_program("chromedriver", driver, fault);
    if (result == 0)
        result = make_folder(browser.folder, fault);
    if (result < 0)
        return result;
    descendants_adopt();
    result = start_driver(&browser, driver, fault);
    if (result == 0)
        result = read_port(browser.output_fd, stop_fd, deadline_ms, &browser.port, fault);
    if (result == 0)
        *ret_browser = browser;
    else
        (void)browser_end(&browser, NULL);
    return result;
}

int browser_put_page(const struct browser *browser, const void *bytes, size_t length,
                     struct text *ret_url, struct fault *fault)
{
    char path[BROWSER_PATH_SIZE];
    const char *at;
    int result;

    if (!file_join(path, sizeof(path), browser->folder, PAGE_NAME))
        return fault_set(fault, -ENAMETOOLONG, "%s is too long a path", browser->folder);
    result = file_write(AT_FDCWD, path, bytes, length, 0600, fault);
    if (result < 0)
        return result;
    text_clear(ret_url);
    text_append_string(ret_url, "file://");
    for (at = path; *at != '\0'; at++)
        if (isalnum((unsigned char)*at) || strchr("/-._~", *at) != NULL)
            text_append_char(ret_url, *at);
        else
            text_printf(ret_url, "%%%02X", (unsigned)(unsigned char)*at);
    return ret_url->broken != 0 ? fault_broken(fault, ret_url->broken, "%s is too long", path) : 0;
}

int browser_end(struct browser *browser, struct fault *fault)
{
    int result = 0;

    if (browser->folder[0] == '\0')
        return 0;
    if (browser->keeper > 0) {
        (void)close(browser->life_fd);
        (void)close(browser->output_fd);
        while (waitpid(browser->keeper, NULL, 0) < 0 && errno == EINTR)
            continue;
        /* The keeper's work; here it is done again in case somebody killed the keeper. */
        result = descendants_end(KEEPER_END_MS);
        if (result < 0)
            result = fault_set(fault, result, "the browser's processes cannot be ended");
    }
    if (file_remove_tree(AT_FDCWD, browser->folder) < 0 && result == 0)
        result = fault_set(fault, -EBUSY, "%s cannot be removed", browser->folder);
    *browser = (struct browser){.life_fd = -1, .output_fd = -1};
    return result;
}
