#include "tests/standins/failing_disk.h"

#include <sqlite3.h>
#include <stddef.h>
#include <string.h>

struct shim {
    sqlite3_file base; /* first */
    sqlite3_file *real;
};

static struct {
    long left; /* calls until one fails; 0: none does */
    enum failing_disk_as as;
    bool is_for_good;
    bool has_failed;
} disk;

static sqlite3_vfs vfs;

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct shim *)(void *)file)->real;
}

static sqlite3_vfs *below(void)
{
    return vfs.pAppData;
}

static bool fails(bool is_write)
{
    if (disk.left == 0 || (disk.as == FAILING_DISK_FULL && !is_write))
        return false;
    if (disk.has_failed)
        return disk.is_for_good;
    if (--disk.left > 0)
        return false;
    disk.left = 1;
    disk.has_failed = true;
    return true;
}

static int close_file(sqlite3_file *file)
{
    sqlite3_file *real = real_of(file);

    return real->pMethods != NULL ? real->pMethods->xClose(real) : SQLITE_OK;
}

static int read_file(sqlite3_file *file, void *target, int size, sqlite3_int64 offset)
{
    if (fails(false))
        return SQLITE_IOERR_READ;
    return real_of(file)->pMethods->xRead(real_of(file), target, size, offset);
}

static int write_file(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset)
{
    if (fails(true))
        return disk.as == FAILING_DISK_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    return real_of(file)->pMethods->xWrite(real_of(file), bytes, size, offset);
}

static int truncate_file(sqlite3_file *file, sqlite3_int64 size)
{
    if (fails(false))
        return SQLITE_IOERR_TRUNCATE;
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int sync_file(sqlite3_file *file, int flags)
{
    if (fails(false))
        return SQLITE_IOERR_FSYNC;
    return real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int ask_size(sqlite3_file *file, sqlite3_int64 *size)
{
    if (fails(false))
        return SQLITE_IOERR_FSTAT;
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int lock_file(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int unlock_file(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int check_lock(sqlite3_file *file, int *is_locked)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), is_locked);
}

static int control_file(sqlite3_file *file, int operation, void *argument)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}

static int sector_size(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int characteristics(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int map_index(sqlite3_file *file, int page, int size, int extend, void volatile **target)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, target);
}

static int lock_index(sqlite3_file *file, int offset, int count, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void order_index(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int unmap_index(sqlite3_file *file, int remove)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

static int open_file(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags,
                     int *ret_flags)
{
    static const sqlite3_io_methods methods = {
        .iVersion = 2,
        .xClose = close_file,
        .xRead = read_file,
        .xWrite = write_file,
        .xTruncate = truncate_file,
        .xSync = sync_file,
        .xFileSize = ask_size,
        .xLock = lock_file,
        .xUnlock = unlock_file,
        .xCheckReservedLock = check_lock,
        .xFileControl = control_file,
        .xSectorSize = sector_size,
        .xDeviceCharacteristics = characteristics,
        .xShmMap = map_index,
        .xShmLock = lock_index,
        .xShmBarrier = order_index,
        .xShmUnmap = unmap_index,
    };
    struct shim *shim = (struct shim *)(void *)file;
    int code;

    (void)self;
    shim->base.pMethods = NULL;
    shim->real = (sqlite3_file *)(void *)(shim + 1);
    code = below()->xOpen(below(), name, shim->real, flags, ret_flags);
    if (code == SQLITE_OK)
        shim->base.pMethods = &methods;
    return code;
}

int failing_disk_use(void)
{
    sqlite3_vfs *real;

    if (vfs.zName != NULL)
        return SQLITE_OK;
    real = sqlite3_vfs_find(NULL);
    if (real == NULL)
        return SQLITE_ERROR;
    /* All but files is the system's own: its functions ask nothing of whose they are. */
    vfs = *real;
    vfs.zName = "failing";
    vfs.pNext = NULL;
    vfs.szOsFile = (int)sizeof(struct shim) + real->szOsFile;
    vfs.pAppData = real;
    vfs.xOpen = open_file;
    return sqlite3_vfs_register(&vfs, 1);
}

void failing_disk_fail(long call, enum failing_disk_as as, bool is_for_good)
{
    disk.left = call;
    disk.as = as;
    disk.is_for_good = is_for_good;
    disk.has_failed = false;
}

void failing_disk_heal(void)
{
    disk.left = 0;
}

bool failing_disk_has_failed(void)
{
    return disk.has_failed;
}
