/* doctor: what an upgrade has kept, which is of use until nobody will go back. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/command/doctor.h"
#include "core/store/aside.h"
#include "core/store/store.h"

enum { ENTRIES_MAX = 100000 };

static const int64_t MEGABYTE = 1000000;

struct kept {
    int64_t count, bytes;
    char oldest[ASIDE_NAME_MAX];
};

static int64_t size_of(const char *home, const char *name)
{
    char folder[STORE_PATH_MAX];
    char path[STORE_PATH_MAX];
    struct stat about;

    if (!file_join(folder, sizeof(folder), home, name) ||
        !file_join(path, sizeof(path), folder, "automagi.db") || lstat(path, &about) < 0)
        return 0;
    return (int64_t)about.st_size;
}

/* Names sort by version, then by instant. */
static void count_kept(const char *home, struct kept *kept)
{
    DIR *folder = opendir(home);
    const struct dirent *entry;
    int entries = 0;

    while (folder != NULL && entries++ < ENTRIES_MAX && (entry = readdir(folder)) != NULL) {
        if (strncmp(entry->d_name, ASIDE_UPGRADE, sizeof(ASIDE_UPGRADE) - 1) != 0)
            continue;
        kept->count++;
        kept->bytes += size_of(home, entry->d_name);
        if (kept->oldest[0] == '\0' || strcmp(entry->d_name, kept->oldest) < 0)
            (void)text_copy(kept->oldest, sizeof(kept->oldest), entry->d_name);
    }
    if (folder != NULL)
        (void)closedir(folder);
}

void doctor_aside(struct doctor *doctor)
{
    const char *home = doctor->settings->home;
    char path[STORE_PATH_MAX];
    char quoted[DOCTOR_FIX_MAX];
    struct kept kept = {.count = 0};

    count_kept(home, &kept);
    if (kept.count == 0 || !file_join(path, sizeof(path), home, kept.oldest))
        return;
    doctor_quote(path, quoted);
    doctor_fix(doctor, "rm -r %s", quoted);
    doctor_row(doctor, DOCTOR_NOTE,
               "upgrade: the store as it was before %s kept, %" PRId64 ".%" PRId64
               " MB, %s; remove it when nobody will go back to the earlier Automagi",
               kept.count == 1 ? "one is" : "several are", kept.bytes / MEGABYTE,
               kept.bytes % MEGABYTE * 10 / MEGABYTE, kept.oldest);
}
