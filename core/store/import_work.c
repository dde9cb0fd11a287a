/* Which imports were cut short: those not finished that no process is at. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/store/import_inner.h"
#include "core/store/sql.h"

/* A lock of the home's folder ends with its process, however that ends, and leaves nothing to clean up. Nothing else of
 * ours locks parts of a folder. */
static struct flock part(short kind, int64_t start, int64_t length)
{
    return (struct flock){
        .l_type = kind, .l_whence = SEEK_SET, .l_start = (off_t)start, .l_len = (off_t)length};
}

int import_work_begin(const char *home)
{
    struct flock whole = part(F_RDLCK, 0, 0);
    int fd = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0 && fcntl(fd, F_OFD_SETLK, &whole) < 0) {
        (void)close(fd);
        fd = -1;
    }
    return fd;
}

void import_work_on(int work_fd, int64_t import_id)
{
    struct flock before = part(F_UNLCK, 0, import_id);
    struct flock behind = part(F_UNLCK, import_id + 1, 0);

    if (work_fd < 0)
        return;
    (void)fcntl(work_fd, F_OFD_SETLK, &before);
    (void)fcntl(work_fd, F_OFD_SETLK, &behind);
}

void import_work_end(int work_fd)
{
    if (work_fd >= 0)
        (void)close(work_fd);
}

static bool is_at_work(int home_fd, int64_t import_id)
{
    struct flock one = part(F_WRLCK, import_id, 1);

    return fcntl(home_fd, F_OFD_GETLK, &one) == 0 && one.l_type != F_UNLCK;
}

int import_find_left(struct store *store, struct id_set *left, struct fault *fault)
{
    static const char SQL[] = "SELECT id FROM import WHERE finished_ms IS NULL";
    sqlite3_stmt *statement = NULL;
    int home_fd = open(store->home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = home_fd < 0 ? fault_set(fault, -errno, "%s: cannot be opened: %s", store->home,
                                         strerror(errno))
                             : sql_use(store, SQL, &statement, fault);

    while (result == 0 && (result = sql_step(store, statement, fault)) > 0) {
        int64_t id = sqlite3_column_int64(statement, 0);

        result = 0;
        if (is_at_work(home_fd, id))
            continue;
        result = id_set_reserve(left, 1);
        if (result < 0)
            result = fault_set(fault, result, "there are too many imports to be listed");
        else
            id_set_add(left, id);
    }
    sql_done(statement);
    if (home_fd >= 0)
        (void)close(home_fd);
    return result;
}
