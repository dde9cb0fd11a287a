/* backup and restore: done by the command line (core/cli); the audit row of a backup. */
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "core/command/nouns.h"

enum { PATH_LENGTH_MAX = 4095, DIGEST_LENGTH = 64 };
#define NUMBER_MAX (INT64_C(1) << 53)

static const struct argument backup_arguments[] = {
    {.name = "file",
     .kind = ARGUMENT_TEXT,
     .is_positional = true,
     .is_required = true,
     .value = "FILE",
     .help = "the file to make; one that is there is never replaced",
     .most = PATH_LENGTH_MAX},
    ARGUMENTS_END,
};

const struct command command_backup = {
    .name = "backup",
    .summary = "copy the installation into one file; the daemon can go on meanwhile",
    .help =
        "The file holds the store (robots, queue, record, settings) and the keys of references as\n"
        "they were at the instant that is said; it was recounted as `verify` does, written to\n"
        "the disk and read back when this ends with 0, and is not there otherwise. It is a tar\n"
        "of mode 0600. The folder needs room for twice the store. Not in it: the code of plugins\n"
        "(which were there is noted), logs, and files outside the installation.\n\n"
        "It holds keys: destroying a key erases nothing in backups made before, until they are\n"
        "deleted. Keep it where only those can read it who may read the installation.",
    .kind = COMMAND_LOCAL,
    .arguments = backup_arguments,
};

static const struct argument made_arguments[] = {
    {.name = "path",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .help = "where it lies",
     .most = PATH_LENGTH_MAX},
    {.name = "sha256",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .help = "that it ends in",
     .most = DIGEST_LENGTH},
    {.name = "bytes",
     .kind = ARGUMENT_NUMBER,
     .is_required = true,
     .help = "how large it is",
     .most = NUMBER_MAX},
    {.name = "tasks",
     .kind = ARGUMENT_NUMBER,
     .is_required = true,
     .help = "that it holds",
     .most = NUMBER_MAX},
    {.name = "made_ms",
     .kind = ARGUMENT_NUMBER,
     .is_required = true,
     .help = "the instant it is of",
     .most = NUMBER_MAX},
    ARGUMENTS_END,
};

static int backup_made_apply(struct command_call *call, struct fault *fault)
{
    const char *path = argument_text(call, "path", "");
    const char *slash = strrchr(path, '/');

    (void)fault;
    (void)text_copy(call->subject, sizeof(call->subject), slash == NULL ? path : slash + 1);
    result_only_message(call, "noted");
    return 0;
}

const struct command command_backup_made = {
    .name = "backup made",
    .kind = COMMAND_CHANGES,
    .arguments = made_arguments,
    .apply = backup_made_apply,
};

static const struct argument restore_arguments[] = {
    {.name = "file",
     .kind = ARGUMENT_TEXT,
     .is_positional = true,
     .is_required = true,
     .value = "FILE",
     .help = "what `automagi backup` made",
     .most = PATH_LENGTH_MAX},
    {.name = "rehearse",
     .kind = ARGUMENT_FLAG,
     .help = "unpack it aside, prove it, say what it holds, and remove that; changes nothing"},
    {.name = "paused",
     .kind = ARGUMENT_FLAG,
     .help = "every installed robot is paused, so that nothing starts before somebody has looked"},
    ARGUMENTS_END,
};

static const struct column note_columns[] = {
    {.member = "note", .heading = "to know"},
    COLUMNS_END,
};

const struct command command_restore = {
    .name = "restore",
    .summary = "put a backup in the place of a stopped, missing or empty installation",
    .help =
        "The file is proved first: its checksum, what is in it, and all that `verify` recounts. "
        "Then\n"
        "it takes the place of store and keys as a whole; a restore that is cut off leaves the "
        "old\n"
        "installation or is finished by the next command. What was there is kept in\n"
        "HOME/before-restore-..., with its keys: remove it when it is not needed any more. Plugins "
        "and\n"
        "logs stay as they are, but for logs of runs that the copy does not have: new runs get "
        "those\n"
        "runs' numbers, so their logs are moved there too. At a terminal, and where there is a "
        "store,\n"
        "all of what is said here is said first and asked about (--yes does not ask); elsewhere\n"
        "--rehearse tells it first.\n\n"
        "Work done after the backup was made is not in it: it can be found and counted again, and\n"
        "times of triggers since then are missed times, for which each trigger's \"misfire\" says "
        "what\n"
        "is done. Runs that went on in the copy are ended as lost when `automagi serve` starts. "
        "Keys\n"
        "destroyed since then are back, and are named.\n\n"
        "The answer counts what the installation had and the copy has not: tasks, tasks taken "
        "back,\n"
        "closed months and open items; and items closed since that are open in the copy, where a "
        "run\n"
        "would do them again.\n\n"
        "The home that the backup is of may go on elsewhere: then the same robots would run twice. "
        "With\n"
        "--paused all of them are paused here, until `automagi robot resume`.\n\n"
        "With --rehearse nothing is changed and the daemon can go on; exit status 1 when the "
        "backup\n"
        "is not good.",
    .kind = COMMAND_LOCAL,
    .arguments = restore_arguments,
    .columns = note_columns,
    .is_asked = true, /* where there is a store: by the command line, that knows of one */
};
