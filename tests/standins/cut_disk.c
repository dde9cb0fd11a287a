#include "tests/standins/cut_disk_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/fault.h"
#include "core/base/file.h"

enum { SECTOR = 512, LOG_MAX = 1 << 30 };

void cut_disk_die(const char *what)
{
    (void)fprintf(stderr, "cut_disk: %s: %s\n", what, strerror(errno));
    exit(2);
}

static void *grow(void *items, size_t *capacity, size_t size)
{
    void *grown;

    *capacity = *capacity == 0 ? 16 : 2 * *capacity;
    grown = reallocarray(items, *capacity, size);
    if (grown == NULL)
        cut_disk_die("memory");
    return grown;
}

static void list_add(struct list *list, size_t item)
{
    if (list->count == list->capacity)
        list->items = grow(list->items, &list->capacity, sizeof list->items[0]);
    list->items[list->count++] = item;
}

/* ---- the log */

static void parse(struct cut_disk *disk)
{
    size_t at = 0, capacity = 0;

    while (at + sizeof(struct disk_record) <= disk->log.length) {
        struct step *step;
        const char *names;

        if (disk->step_count == capacity)
            disk->steps = grow(disk->steps, &capacity, sizeof disk->steps[0]);
        step = &disk->steps[disk->step_count++];
        memcpy(&step->head, disk->log.bytes + at, sizeof step->head);
        names = disk->log.bytes + at + sizeof step->head;
        at += sizeof step->head + step->head.name_length + step->head.length;
        if (at > disk->log.length)
            cut_disk_die("the log is cut off");
        step->name = names;
        step->other_name = step->head.kind == DISK_MOVED || step->head.kind == DISK_LINKED
                               ? names + strlen(names) + 1
                               : NULL;
        step->bytes = (const unsigned char *)names + step->head.name_length;
    }
}

static size_t add_node(struct cut_disk *disk, uint64_t file, bool is_folder)
{
    if (disk->node_count == disk->node_capacity)
        disk->nodes = grow(disk->nodes, &disk->node_capacity, sizeof disk->nodes[0]);
    disk->nodes[disk->node_count] = (struct node){.file = file, .is_folder = is_folder};
    return disk->node_count++;
}

static size_t find_node(const struct cut_disk *disk, uint64_t file)
{
    size_t i;

    for (i = disk->node_count; i-- > 0;)
        if (disk->nodes[i].file == file)
            return i;
    return SIZE_MAX;
}

struct cut_disk *cut_disk_read(const char *log, const char *root)
{
    struct cut_disk *disk = calloc(1, sizeof *disk);
    struct fault fault = {""};
    struct stat about;

    if (disk == NULL || stat(root, &about) < 0)
        cut_disk_die(root);
    text_init(&disk->log, LOG_MAX);
    if (file_read(AT_FDCWD, log, &disk->log, &fault) < 0)
        cut_disk_die(fault.text);
    parse(disk);
    (void)add_node(disk, about.st_ino, true);
    return disk;
}

void cut_disk_free(struct cut_disk *disk)
{
    size_t i;

    if (disk == NULL)
        return;
    for (i = 0; i < disk->node_count; i++) {
        free(disk->nodes[i].bytes);
        free(disk->nodes[i].pending.items);
    }
    text_release(&disk->log);
    free(disk->steps);
    free(disk->nodes);
    free(disk->seen.entries);
    free(disk->durable.entries);
    free(disk->pending.items);
    free(disk);
}

size_t cut_disk_length(const struct cut_disk *disk)
{
    return disk->step_count;
}

size_t cut_disk_syncs(const struct cut_disk *disk)
{
    return disk->syncs;
}

/* ---- bytes */

void cut_disk_resize(struct node *node, size_t length)
{
    unsigned char *bytes = realloc(node->bytes, length > 0 ? length : 1);

    if (bytes == NULL)
        cut_disk_die("memory");
    if (length > node->length)
        memset(bytes + node->length, 0, length - node->length);
    node->bytes = bytes;
    node->length = length;
}

void cut_disk_write(struct node *node, const struct step *step, struct dice *dice)
{
    size_t at = (size_t)step->head.at, end = at + step->head.length;
    size_t from = at;

    if (step->head.kind == DISK_RESIZED) {
        cut_disk_resize(node, at);
        return;
    }
    if (end > node->length)
        cut_disk_resize(node, end);
    while (from < end) {
        size_t to = (from / SECTOR + 1) * SECTOR;

        to = to < end ? to : end;
        if (dice == NULL || dice_roll(dice, 2) == 0)
            memcpy(node->bytes + from, step->bytes + (from - at), to - from);
        from = to;
    }
}

/* ---- names */

static size_t find_entry(const struct names *names, size_t folder, const char *name)
{
    size_t i;

    for (i = 0; i < names->count; i++)
        if (names->entries[i].folder == folder && strcmp(names->entries[i].name, name) == 0)
            return i;
    return SIZE_MAX;
}

static void drop_name(struct names *names, size_t folder, const char *name)
{
    size_t at = find_entry(names, folder, name);

    if (at != SIZE_MAX)
        names->entries[at] = names->entries[--names->count];
}

void cut_disk_name(struct names *names, size_t folder, const char *name, size_t node)
{
    drop_name(names, folder, name);
    if (names->count == names->capacity)
        names->entries = grow(names->entries, &names->capacity, sizeof names->entries[0]);
    names->entries[names->count++] = (struct entry){folder, node, name};
}

void cut_disk_rename(const struct cut_disk *disk, struct names *names, const struct step *step)
{
    size_t folder = find_node(disk, step->head.folder);
    size_t other = find_node(disk, step->head.other_folder);
    size_t node = find_node(disk, step->head.file);

    switch ((enum disk_record_kind)step->head.kind) {
    case DISK_MADE_FILE:
    case DISK_MADE_FOLDER:
        cut_disk_name(names, folder, step->name, node);
        break;
    case DISK_UNLINKED:
        drop_name(names, folder, step->name);
        break;
    case DISK_MOVED:
        drop_name(names, folder, step->name);
        cut_disk_name(names, other, step->other_name, node);
        break;
    case DISK_LINKED:
        cut_disk_name(names, other, step->other_name, node);
        break;
    case DISK_WRITTEN:
    case DISK_RESIZED:
    case DISK_SYNCED:
    case DISK_SYNCED_ALL:
        break;
    }
}

/* ---- one step more */

static void settle_bytes(struct cut_disk *disk, struct node *node)
{
    size_t i;

    for (i = 0; i < node->pending.count; i++)
        cut_disk_write(node, &disk->steps[node->pending.items[i]], NULL);
    node->pending.count = 0;
}

/* Those of one folder, or all. */
static void settle_names(struct cut_disk *disk, uint64_t folder, bool is_all)
{
    size_t i, left = 0;

    for (i = 0; i < disk->pending.count; i++) {
        size_t number = disk->pending.items[i];
        const struct step *step = &disk->steps[number];

        if (is_all || step->head.folder == folder || step->head.other_folder == folder)
            cut_disk_rename(disk, &disk->durable, step);
        else
            disk->pending.items[left++] = number;
    }
    disk->pending.count = left;
}

static void settle(struct cut_disk *disk, const struct step *step)
{
    bool is_all = step->head.kind == DISK_SYNCED_ALL;
    size_t i;

    disk->syncs++;
    settle_names(disk, step->head.file, is_all);
    for (i = 0; i < disk->node_count; i++)
        if (is_all || i == find_node(disk, step->head.file))
            settle_bytes(disk, &disk->nodes[i]);
}

void cut_disk_step(struct cut_disk *disk)
{
    size_t number = disk->done++;
    const struct step *step = &disk->steps[number];
    size_t node;

    switch ((enum disk_record_kind)step->head.kind) {
    case DISK_MADE_FILE:
    case DISK_MADE_FOLDER:
        (void)add_node(disk, step->head.file, step->head.kind == DISK_MADE_FOLDER);
        cut_disk_rename(disk, &disk->seen, step);
        list_add(&disk->pending, number);
        break;
    case DISK_LINKED:
    case DISK_UNLINKED:
    case DISK_MOVED:
        cut_disk_rename(disk, &disk->seen, step);
        list_add(&disk->pending, number);
        break;
    case DISK_WRITTEN:
    case DISK_RESIZED:
        node = find_node(disk, step->head.file);
        if (node == SIZE_MAX)
            cut_disk_die("a write to what was never made");
        list_add(&disk->nodes[node].pending, number);
        break;
    case DISK_SYNCED:
    case DISK_SYNCED_ALL:
        settle(disk, step);
        break;
    }
}

const char *cut_disk_said(const struct cut_disk *disk, const char *name, size_t *ret_length)
{
    size_t at = find_entry(&disk->seen, 0, name);
    struct node *node = at == SIZE_MAX ? NULL : &disk->nodes[disk->seen.entries[at].node];
    size_t i;

    *ret_length = 0;
    if (node == NULL)
        return "";
    for (i = 0; i < node->pending.count; i++)
        cut_disk_write(node, &disk->steps[node->pending.items[i]], NULL);
    node->pending.count = 0;
    *ret_length = node->length;
    return (const char *)node->bytes;
}

void cut_disk_tell(const struct cut_disk *disk, char *target, size_t size)
{
    static const char *const words[] = {"nothing", "made",  "made folder", "linked", "removed",
                                        "moved",   "wrote", "resized",     "synced", "synced all"};
    const struct step *step = disk->done == 0 ? NULL : &disk->steps[disk->done - 1];
    size_t node, i;

    (void)snprintf(target, size, "nothing was done yet");
    if (step == NULL)
        return;
    (void)snprintf(target, size, "%s %s%s%s", words[step->head.kind],
                   step->head.name_length > 0 ? step->name : "",
                   step->other_name != NULL ? " to " : "",
                   step->other_name != NULL ? step->other_name : "");
    node = find_node(disk, step->head.file);
    for (i = 0; i < disk->seen.count && step->head.name_length == 0; i++)
        if (disk->seen.entries[i].node == node)
            (void)snprintf(target, size, "%s %s, %" PRIu64 " bytes at %" PRId64,
                           words[step->head.kind], disk->seen.entries[i].name, step->head.length,
                           step->head.at);
}
