/* export warehouse: done by the command line (core/cli/export_warehouse.c). */
#include "core/command/nouns.h"

enum { PATH_LENGTH_MAX = 4095 };

static const struct argument arguments[] = {
    {.name = "folder",
     .kind = ARGUMENT_TEXT,
     .is_positional = true,
     .is_required = true,
     .value = "DIR",
     .help = "the folder to put in place; - for a tar on standard output",
     .most = PATH_LENGTH_MAX,
     .source = SOURCE_PATH},
    ARGUMENTS_END,
};

const struct command command_export_warehouse = {
    .name = "export warehouse",
    .summary = "robots, days, savings and forecasts as CSV and JSON lines, for a data warehouse",
    .help =
        "DIR is there whole or not at all: the files are written beside it and put in its place\n"
        "by one rename, in exchange for an earlier drop. All are of one instant. A folder that "
        "holds\n"
        "anything but a drop is refused and stays as it is. schema.json says what each column is,\n"
        "manifest.json the instant, rows and SHA-256 of each file. No personal data is in them.\n\n"
        "The daemon can go on meanwhile. The robot warehouse-drop does the same each night.",
    .kind = COMMAND_LOCAL,
    .arguments = arguments,
};
