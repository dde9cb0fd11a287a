#include "core/store/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "core/store/store_inner.h"
#include "core/store/upgrade_inner.h"

int upgrade_look(const char *home, int64_t *ret_version, struct fault *fault)
{
    struct store *store = NULL;
    int result = store_open_any(home, STORE_READ, &store, fault);

    if (result == 0)
        *ret_version = store->version;
    store_close(store);
    return result;
}

static int describe(struct store *store, struct upgrade_report *report, struct fault *fault)
{
    static const char SIZE[] =
        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
    int result = store_ask_int(store, SIZE, &report->bytes, fault);

    report->from = report->to = store->version;
    if (result == 0)
        result = store_ask_int(store, "SELECT count(*) FROM ledger", &report->tasks, fault);
    return result;
}

/* A copy of what is as it was is of no use, and takes room that may be what was missing. */
static void remove_copy(const struct store *store, const char *name)
{
    int fd = open(store->home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || file_remove_tree(fd, name) < 0)
        log_line(LOG_LEVEL_WARN, "%s/%s cannot be removed: nothing was changed, remove it",
                 store->home, name);
    if (fd >= 0)
        (void)close(fd);
}

static int upgrade_store(struct store *store, const struct upgrade_asker *asker,
                         const struct backup_progress *progress, struct upgrade_report *report,
                         struct fault *fault)
{
    bool is_made = false;
    int result = upgrade_copy(store, progress, report->copy, &is_made, fault);

    if (result == 0)
        result = upgrade_steps(store, asker, report->copy, progress, fault);
    if (result < 0 && is_made && store->version == report->from && !store->has_failed)
        remove_copy(store, report->copy);
    report->to = store->version;
    return result;
}

int upgrade_make(const char *home, const struct upgrade_asker *asker,
                 const struct backup_progress *progress, struct upgrade_report *ret_report,
                 struct fault *fault)
{
    struct upgrade_report report = {.copy = ""};
    int64_t begun_ms = clock_monotonic_ms();
    struct store *store = NULL;
    int result = store_open_any(home, STORE_WRITE, &store, fault);

    if (result < 0)
        return result;
    report.from = report.to = store->version;
    if (store->version < STORE_VERSION) {
        result = describe(store, &report, fault);
        if (result == 0)
            result = upgrade_store(store, asker, progress, &report, fault);
    }
    store_close(store);
    report.took_ms = clock_monotonic_ms() - begun_ms;
    if (result == 0)
        *ret_report = report;
    return result;
}

static int rehearse_in(const char *home, const struct backup_place *place,
                       const struct backup_progress *progress, struct upgrade_report *report,
                       struct fault *fault)
{
    struct backup_manifest copied = {.program = ""};
    struct backup_manifest found = {.program = ""};
    struct store *store = NULL;
    int64_t version = 0;
    int result = store_open_any(home, STORE_READ, &store, fault);

    if (result == 0)
        result = describe(store, report, fault);
    if (result == 0)
        result = upgrade_copy_pages(store, place, progress, fault);
    if (result == 0) /* for the recount, which opens items */
        result = backup_copy_keys(store, place, progress, &copied, fault);
    store_close(store);
    if (result == 0)
        result = upgrade_place(place, progress, &version, fault);
    if (result == 0)
        result = backup_tell(progress, "proving", 0, 0, fault);
    if (result == 0)
        result = backup_prove(place, home, progress, &found, fault);
    if (result == 0 && found.tasks != report->tasks)
        result = fault_set(fault, -EBADMSG, "%s: the copy has other tasks; try again", home);
    report->to = STORE_VERSION;
    return result;
}

int upgrade_rehearse(const char *home, const struct backup_progress *progress,
                     struct upgrade_report *ret_report, struct fault *fault)
{
    struct backup_place place = {.parent_fd = -1, .fd = -1};
    struct upgrade_report report = {.copy = ""};
    int64_t begun_ms = clock_monotonic_ms();
    int result = upgrade_look(home, &report.from, fault);

    if (result < 0)
        return result;
    report.to = report.from;
    if (report.from < STORE_VERSION) {
        result = backup_place_make(home, &place, fault);
        if (result == 0)
            result = rehearse_in(home, &place, progress, &report, fault);
        backup_place_release(&place);
    }
    report.took_ms = clock_monotonic_ms() - begun_ms;
    if (result == 0)
        *ret_report = report;
    return result;
}
