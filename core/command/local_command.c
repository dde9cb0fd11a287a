/* What the command line does itself (core/cli), for help and parsing. */
#include "core/command/nouns.h"

static const struct argument init_arguments[] = {
    {.name = "demo",
     .kind = ARGUMENT_FLAG,
     .help = "a home for invented figures alone: it says so everywhere, and runs no robot"},
    ARGUMENTS_END,
};

const struct command command_init = {
    .name = "init",
    .summary = "make an installation in a missing or empty folder",
    .help =
        "An existing installation is left as it is. It never becomes a demo home, and a demo home\n"
        "stays one: its figures cannot be taken for real ones, nor real ones for invented.",
    .kind = COMMAND_LOCAL,
    .arguments = init_arguments,
};

static const struct argument serve_arguments[] = {
    {.name = "log-format",
     .kind = ARGUMENT_CHOICE,
     .choices = "auto|json|text",
     .value = "FORMAT",
     .help = "how it logs to stderr (or AUTOMAGI_LOG_FORMAT)"},
    {.name = "log-level",
     .kind = ARGUMENT_CHOICE,
     .choices = "debug|info|warn|error",
     .value = "LEVEL",
     .help = "what it logs; info is usual (or AUTOMAGI_LOG_LEVEL)"},
    ARGUMENTS_END,
};

const struct command command_serve = {
    .name = "serve",
    .summary = "run the daemon in the foreground until it is told to stop (SIGTERM)",
    .help =
        "Runs that go on are then asked to end, and after their grace are ended. At the next\n"
        "start the work goes on: a robot whose run was cut short, or lost in a crash, gets a\n"
        "new one (cause: retry), which waits while it is paused or out of operation. A run that\n"
        "somebody stopped with `stop` is not started again.\n\n"
        "It logs lines of text on a terminal, entries with fields such as AUTOMAGI_ROBOT and\n"
        "AUTOMAGI_RUN when systemd leads stderr to its journal, and one JSON object per line\n"
        "everywhere else. Of the level info are the begin and end of each run and each time of a\n"
        "trigger that is skipped, with why; warn is what somebody should look at.",
    .kind = COMMAND_LOCAL,
    .arguments = serve_arguments,
};

static const struct argument tail_arguments[] = {
    {.name = "run",
     .kind = ARGUMENT_NUMBER,
     .is_positional = true,
     .is_required = true,
     .value = "RUN",
     .help = "the run's number",
     .least = 1,
     .most = INT32_MAX,
     .source = SOURCE_RUN},
    {.name = "follow", .kind = ARGUMENT_FLAG, .help = "go on while the run does"},
    ARGUMENTS_END,
};

const struct command command_tail = {
    .name = "tail",
    .summary = "what a run has logged",
    .help = "Times are local, as in every list. The log itself, HOME/logs/ROBOT/RUN.log, has UTC.",
    .kind = COMMAND_LOCAL,
    .arguments = tail_arguments,
};
