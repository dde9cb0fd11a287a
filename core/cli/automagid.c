/* The program `automagid`: the daemon with its commands. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/journal.h"
#include "core/base/log.h"
#include "core/base/streams.h"
#include "core/base/version.h"
#include "core/cli/cli.h"
#include "core/command/command.h"
#include "core/run/daemon.h"
#include "core/store/home.h"

enum { PATH_SIZE = 4096 };

static const char USAGE[] = "usage: automagid --home DIR (or AUTOMAGI_HOME) [--log-format "
                            "auto|json|text (or AUTOMAGI_LOG_FORMAT)] [--log-level "
                            "debug|info|warn|error (or AUTOMAGI_LOG_LEVEL)]";

/* What the command line and the environment ask for. Borrowed. */
struct options {
    const char *home;
    enum log_format log_format;
    enum log_level log_level;
    bool is_help;
    bool is_version;
};

/* The value of option `name` when `word` is it, as "--name=VALUE", or as "--name" with the value in
 * the `next` word, which is then used; else NULL. */
static const char *option_value(const char *name, const char *word, const char *next,
                                bool *ret_used_next)
{
    size_t length = strlen(name);

    if (strncmp(word, name, length) != 0)
        return NULL;
    if (word[length] == '=')
        return word + length + 1;
    if (word[length] != '\0' || next == NULL)
        return NULL;
    *ret_used_next = true;
    return next;
}

/* -EINVAL: wrong usage. */
static int check_options(struct options *options, const char *log_format, const char *log_level,
                         struct fault *fault)
{
    if (options->is_help || options->is_version)
        return 0;
    if (options->home == NULL || options->home[0] == '\0')
        return fault_set(fault, -EINVAL, "which installation? %s", USAGE);
    if (log_format != NULL && log_format[0] != '\0' &&
        !log_format_of(log_format, &options->log_format))
        return fault_set(fault, -EINVAL, "\"%.60s\" is no format of logs; %s", log_format, USAGE);
    if (log_level != NULL && log_level[0] != '\0' && !log_level_of(log_level, &options->log_level))
        return fault_set(fault, -EINVAL, "\"%.60s\" is no level of logs; %s", log_level, USAGE);
    return 0;
}

/* -EINVAL: wrong usage. */
static int parse(int argc, char **argv, struct options *options, struct fault *fault)
{
    const char *log_format = getenv("AUTOMAGI_LOG_FORMAT");
    const char *log_level = getenv("AUTOMAGI_LOG_LEVEL");
    const char *value;
    int i;

    options->home = getenv("AUTOMAGI_HOME");
    for (i = 1; i < argc; i++) {
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        bool used_next = false;

        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            options->is_help = true;
        else if (strcmp(argv[i], "--version") == 0)
            options->is_version = true;
        else if ((value = option_value("--home", argv[i], next, &used_next)) != NULL)
            options->home = value;
        else if ((value = option_value("--log-format", argv[i], next, &used_next)) != NULL)
            log_format = value;
        else if ((value = option_value("--log-level", argv[i], next, &used_next)) != NULL)
            log_level = value;
        else
            return fault_set(fault, -EINVAL, "\"%.60s\" is not understood; %s", argv[i], USAGE);
        i += used_next;
    }
    return check_options(options, log_format, log_level, fault);
}

/* What reads the store for runs that may not: it lies beside this program. */
static int find_reader(char target[static PATH_SIZE], struct fault *fault)
{
    char folder[PATH_SIZE];
    int result = cli_program_folder(folder, fault);

    if (result == 0 && !file_join(target, PATH_SIZE, folder, "automagi"))
        result = fault_set(fault, -ENAMETOOLONG, "%s: the path is too long", folder);
    return result;
}

static int serve(const struct options *options, struct fault *fault)
{
    static char reader[PATH_SIZE]; /* for the life of the process; the stack has two of them */
    struct daemon_settings settings = {.execute = command_execute};
    char host[PATH_SIZE] = "";
    char home[PATH_SIZE] = "";
    int result = home_check(options->home, fault);

    /* Hosts have a working folder of their own. */
    if (result == 0 && realpath(options->home, home) == NULL)
        result = fault_set(fault, -errno, "%s: %s", options->home, strerror(errno));
    if (result == 0)
        result = cli_find_program("automagi-host", host, fault);
    if (result == 0)
        result = find_reader(reader, fault);
    if (result < 0)
        return result;
    settings.home = home;
    settings.host_program = host;
    settings.reader_program = reader;
    return daemon_run(&settings, fault);
}

int main(int argc, char **argv)
{
    struct options options = {.log_format = LOG_FORMAT_AUTO, .log_level = LOG_LEVEL_INFO};
    struct fault fault = {.text = ""};

    if (streams_hold("automagid") < 0)
        return CLI_FAILED;
    if (parse(argc, argv, &options, &fault) < 0) {
        (void)fprintf(stderr, "automagid: %s\n", fault.text);
        return CLI_USAGE;
    }
    if (options.is_version) {
        (void)printf("automagid %s\n", automagi_version);
        return CLI_DONE;
    }
    if (options.is_help) {
        (void)printf("%s\nRuns in the foreground until SIGTERM.\n", USAGE);
        return CLI_DONE;
    }
    (void)signal(SIGXFSZ, SIG_IGN); /* a limit of files' sizes is an error that is told */
    log_start("automagid", options.log_level);
    log_use(options.log_format, JOURNAL_SOCKET);
    if (serve(&options, &fault) == 0)
        return CLI_DONE;
    log_line(LOG_LEVEL_ERROR, "%s", fault.text);
    return CLI_FAILED;
}
