/* Runs as they are shown: one whose daemon is gone does not run, whatever the store still says. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/command/nouns.h"
#include "core/store/home.h"
#include "core/store/run_record.h"

/* Commands hold the lock too, for a moment; the daemon also listens. */
bool home_is_served(const char *home)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    bool is_open = false;
    int folder;
    int fd;

    if (!home_is_locked(home))
        return false;
    folder = open(home, O_PATH | O_DIRECTORY | O_CLOEXEC);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/socket", folder);
    if (folder >= 0 && fd >= 0)
        is_open = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
    if (fd >= 0)
        close(fd);
    if (folder >= 0)
        close(folder);
    return is_open;
}

bool run_is_orphan(const struct run_record *run, bool is_served)
{
    return run->state == RUN_RUNNING && run->cause != RUN_BY_IMPORT && !is_served;
}

void result_run_state(struct json_writer *writer, const char *name, const struct run_record *run,
                      bool is_served)
{
    const char *word = run_state_word(run->state);

    if (run->state == RUN_ENDED)
        word = run_ending_word(run->ending);
    else if (run_is_orphan(run, is_served))
        word = run_ending_word(RUN_LOST);
    result_text(writer, name, word);
}

void result_run_note(struct json_writer *writer, const struct run_record *run, bool is_served)
{
    if (run_is_orphan(run, is_served))
        result_text(writer, "note",
                    "its daemon ended under it; this is recorded when `automagi serve` starts");
    else
        result_text_or_null(writer, "note", run->note);
}
