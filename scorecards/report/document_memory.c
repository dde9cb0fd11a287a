#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "scorecards/report/document.h"
#include "scorecards/report/document_inner.h"

enum { BLOCK_BYTES = 64 << 10, ROOM_FIRST = 8 };

struct memory {
    struct memory *next;
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
};

void document_break(struct document *document, int reason)
{
    if (document->broken == 0)
        document->broken = reason;
}

static struct memory *add_block(struct document *document, size_t least)
{
    size_t size = least > BLOCK_BYTES ? least : BLOCK_BYTES;
    struct memory *memory;

    if (size > (size_t)DOCUMENT_BYTES_MAX - document->bytes) {
        document_break(document, -E2BIG);
        return NULL;
    }
    memory = calloc(1, sizeof *memory + size);
    if (memory == NULL) {
        document_break(document, -ENOMEM);
        return NULL;
    }
    memory->size = size;
    memory->next = document->memory;
    document->memory = memory;
    document->bytes += size;
    return memory;
}

void *document_allocate(struct document *document, size_t count, size_t size)
{
    struct memory *memory = document->memory;
    size_t bytes;
    void *place;

    if (document->broken != 0)
        return NULL;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > DOCUMENT_BYTES_MAX) {
        document_break(document, -E2BIG);
        return NULL;
    }
    bytes = (bytes + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    if (memory == NULL || memory->size - memory->used < bytes)
        memory = add_block(document, bytes);
    if (memory == NULL)
        return NULL;
    place = memory->bytes + memory->used;
    memory->used += bytes;
    return place;
}

const char *document_copy(struct document *document, const char *text)
{
    size_t size;
    char *copy;

    if (text == NULL)
        return NULL;
    size = strlen(text) + 1;
    copy = document_allocate(document, size, 1);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

void *document_room(struct document *document, void *items, size_t count, size_t *room, size_t size)
{
    size_t wanted = *room == 0 ? ROOM_FIRST : *room * 2;
    void *moved;

    if (document->broken != 0)
        return NULL;
    if (count < *room)
        return items;
    moved = document_allocate(document, wanted, size);
    if (moved == NULL)
        return NULL;
    if (count > 0)
        memcpy(moved, items, count * size);
    *room = wanted;
    return moved;
}

void document_release(struct document *document)
{
    struct memory *memory = document != NULL ? document->memory : NULL;

    while (memory != NULL) {
        struct memory *next = memory->next;

        free(memory);
        memory = next;
    }
    if (document != NULL)
        memset(document, 0, sizeof *document);
}

int document_result(const struct document *document, struct fault *fault)
{
    switch (document->broken) {
    case 0:
        return 0;
    case -E2BIG:
        return fault_set(fault, -E2BIG,
                         "the report is larger than %d MB; ask for a shorter period or one robot",
                         DOCUMENT_BYTES_MAX >> 20);
    case -ENOMEM:
        return fault_no_memory(fault);
    default:
        return fault_broken(fault, document->broken,
                            "the report is put together wrongly: an id twice, or a cell too many");
    }
}
