/* Blocks that the program's own code asked for and that nobody freed yet. */
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "tests/torture/failing_calls.h"

enum { HEADS = 1 << 14, BLOCKS = 1 << 18 };

struct kept_block {
    const void *block;
    void *asked_at;
    struct kept_block *next;
};

static struct kept_block blocks[BLOCKS];
static struct kept_block *heads[HEADS];
static struct kept_block *unused; /* given back */
static size_t used;               /* of blocks, ever */
static atomic_flag is_locked = ATOMIC_FLAG_INIT;

static void lock(void)
{
    while (atomic_flag_test_and_set_explicit(&is_locked, memory_order_acquire))
        continue;
}

static void unlock(void)
{
    atomic_flag_clear_explicit(&is_locked, memory_order_release);
}

static struct kept_block **head_of(const void *block)
{
    return &heads[((uintptr_t)block >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 50];
}

void torture_keep_block(const void *block, void *asked_at)
{
    struct kept_block **head = head_of(block);
    struct kept_block *kept;

    lock();
    kept = unused;
    if (kept != NULL)
        unused = kept->next;
    else if (used < BLOCKS)
        kept = &blocks[used++];
    else
        abort(); /* or a leak would not be told */
    *kept = (struct kept_block){block, asked_at, *head};
    *head = kept;
    unlock();
}

void torture_forget_block(const void *block)
{
    struct kept_block **each;

    lock();
    for (each = head_of(block); *each != NULL; each = &(*each)->next) {
        struct kept_block *found = *each;

        if (found->block != block)
            continue;
        *each = found->next;
        found->next = unused;
        unused = found;
        break;
    }
    unlock();
}

size_t torture_kept_blocks(void **asked_at, size_t most)
{
    const struct kept_block *each;
    size_t count = 0;
    size_t i;

    for (i = 0; i < HEADS; i++)
        for (each = heads[i]; each != NULL; each = each->next) {
            if (count < most)
                asked_at[count] = each->asked_at;
            count++;
        }
    return count;
}
