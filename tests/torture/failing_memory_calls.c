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
void __libc_free(void *block);

static bool fails(const char *call)
{
    if (!torture_fails(TORTURE_MEMORY, call))
        return false;
    errno = ENOMEM;
    return true;
}

static void *kept(void *block, void *asked_at)
{
    if (block != NULL && torture_is_own(asked_at))
        torture_keep_block(block, asked_at);
    return block;
}

static void *changed(void *block, size_t size, void *asked_at)
{
    void *moved = __libc_realloc(block, size);

    if (moved != NULL || size == 0)
        torture_forget_block(block);
    return kept(moved, asked_at);
}

void *malloc(size_t size)
{
    return fails("malloc") ? NULL : kept(__libc_malloc(size), __builtin_return_address(0));
}

void *calloc(size_t count, size_t size)
{
    return fails("calloc") ? NULL : kept(__libc_calloc(count, size), __builtin_return_address(0));
}

void *realloc(void *bytes, size_t size)
{
    return fails("realloc") ? NULL : changed(bytes, size, __builtin_return_address(0));
}

void free(void *bytes)
{
    if (bytes == NULL)
        return;
    torture_forget_block(bytes);
    __libc_free(bytes);
}

void *reallocarray(void *bytes, size_t count, size_t size)
{
    size_t total;

    if (fails("reallocarray") || __builtin_mul_overflow(count, size, &total)) {
        errno = ENOMEM;
        return NULL;
    }
    return changed(bytes, total, __builtin_return_address(0));
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
