/* upgrade: done by the command line (core/cli). */
#include "core/command/nouns.h"

static const struct argument upgrade_arguments[] = {
    {.name = "rehearse",
     .kind = ARGUMENT_FLAG,
     .help = "do it on a copy, recount that, say how long it took, and remove it; changes nothing"},
    ARGUMENTS_END,
};

const struct command command_upgrade = {
    .name = "upgrade",
    .summary = "bring the store of an earlier Automagi to this one's version",
    .help = "The daemon does so itself when it starts, so that an update needs nobody; this is for "
            "who\n"
            "wants to see it first, or to do it apart. The daemon must be stopped, but not for "
            "--rehearse.\n\n"
            "First the store as it is is copied to HOME/before-upgrade-..., read through and "
            "brought to "
            "the\n"
            "disk; where there is no room for that, nothing is changed. Then each version is one "
            "transaction\n"
            "that is checked before it counts: tables, references, and that all rows came over. "
            "Cut off "
            "at\n"
            "any moment the store is whole, the old one or the new, and the next start goes on.\n\n"
            "The earlier Automagi refuses the store afterwards. To go back to it: stop the daemon, "
            "move\n"
            "automagi.db, automagi.db-wal and automagi.db-shm away and put the copy's automagi.db "
            "there; "
            "what\n"
            "was done since is then not in it. Remove the copy when nobody will go back.\n\n"
            "A backup of an earlier Automagi is upgraded by `restore`.",
    .kind = COMMAND_LOCAL,
    .arguments = upgrade_arguments,
};
