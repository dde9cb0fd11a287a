/* Memory that cannot be had. */
#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>

#include "tests/torture/failing_calls.h"

/* glibc's own: asking the linker for them would need memory. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *bytes, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static bool fails(const char *call)
{
    if (!torture_fails(TORTURE_MEMORY, call))
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails("malloc") ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails("calloc") ? NULL : __libc_calloc(count, size);
}

void *realloc(void *bytes, size_t size)
{
    return fails("realloc") ? NULL : __libc_realloc(bytes, size);
}

void *reallocarray(void *bytes, size_t count, size_t size)
{
    size_t total;

    if (fails("reallocarray") || __builtin_mul_overflow(count, size, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_realloc(bytes, total);
}

void *memalign(size_t alignment, size_t size)
{
    return fails("memalign") ? NULL : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails("aligned_alloc") ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **ret_bytes, size_t alignment, size_t size)
{
    void *bytes = fails("posix_memalign") ? NULL : __libc_memalign(alignment, size);

    if (bytes == NULL)
        return ENOMEM;
    *ret_bytes = bytes;
    return 0;
}
