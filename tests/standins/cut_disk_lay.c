/* What is there after a cut. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.h"
#include "tests/standins/cut_disk_inner.h"

enum { PATH_BYTES = 1024, DEPTH_MAX = 8 };

const char *cut_loss_word(enum cut_loss loss)
{
    static const char *const words[] = {"nothing lost",           "all lost that was not synced",
                                        "bytes lost, names kept", "names lost, bytes kept",
                                        "lost in order",          "lost at random"};

    return words[loss];
}

struct laying {
    const struct cut_disk *disk;
    enum cut_loss loss;
    struct dice dice;
    size_t moment; /* of CUT_IN_ORDER */
    struct names names;
    crypto_generichash_state hash;
};

/* Is the step on the disk, though nothing was synced after it? */
static bool is_kept(struct laying *laying, size_t number, bool is_name)
{
    switch (laying->loss) {
    case CUT_NOTHING_LOST:
        return true;
    case CUT_ALL_LOST:
    case CUT_LOSSES:
        return false;
    case CUT_NAMES_KEPT:
        return is_name;
    case CUT_BYTES_KEPT:
        return !is_name;
    case CUT_IN_ORDER:
        return number < laying->moment || (!is_name && number == laying->moment);
    case CUT_AT_RANDOM:
        return dice_roll(&laying->dice, 2) == 0;
    }
    return false;
}

static bool is_torn(struct laying *laying, size_t number)
{
    if (laying->loss == CUT_IN_ORDER)
        return number == laying->moment;
    return laying->loss == CUT_AT_RANDOM && dice_roll(&laying->dice, 2) == 0;
}

static void lay_file(struct laying *laying, size_t number, const char *path)
{
    const struct node *node = &laying->disk->nodes[number];
    struct node laid = {.file = node->file};
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    size_t i;

    cut_disk_resize(&laid, node->length);
    if (node->length > 0)
        memcpy(laid.bytes, node->bytes, node->length);
    for (i = 0; i < node->pending.count; i++) {
        size_t step = node->pending.items[i];

        if (is_kept(laying, step, false))
            cut_disk_write(&laid, &laying->disk->steps[step],
                           is_torn(laying, step) ? &laying->dice : NULL);
    }
    (void)crypto_generichash_update(&laying->hash, laid.bytes, laid.length);
    if (fd < 0 || file_write_open(fd, laid.bytes, laid.length) < 0)
        cut_disk_die(path);
    (void)close(fd);
    free(laid.bytes);
}

static void lay_folder(struct laying *laying, size_t folder, const char *path, int depth)
{
    char below[PATH_BYTES];
    size_t i;

    if (depth > DEPTH_MAX || mkdir(path, 0700) < 0)
        cut_disk_die(path);
    for (i = 0; i < laying->names.count; i++) {
        const struct entry *entry = &laying->names.entries[i];

        if (entry->folder != folder)
            continue;
        if (!file_join(below, sizeof below, path, entry->name))
            cut_disk_die(path);
        (void)crypto_generichash_update(&laying->hash, (const unsigned char *)entry->name,
                                        strlen(entry->name) + 1);
        if (laying->disk->nodes[entry->node].is_folder)
            lay_folder(laying, entry->node, below, depth + 1);
        else
            lay_file(laying, entry->node, below);
    }
}

/* Some moment since the oldest that is not synced. */
static size_t choose_moment(struct laying *laying)
{
    const struct cut_disk *disk = laying->disk;
    size_t oldest = disk->pending.count > 0 ? disk->pending.items[0] : disk->done;
    size_t i;

    for (i = 0; i < disk->node_count; i++)
        if (disk->nodes[i].pending.count > 0 && disk->nodes[i].pending.items[0] < oldest)
            oldest = disk->nodes[i].pending.items[0];
    return oldest + (size_t)dice_roll(&laying->dice, (int64_t)(disk->done - oldest) + 1);
}

uint64_t cut_disk_lay(const struct cut_disk *disk, enum cut_loss loss, uint64_t seed,
                      const char *target)
{
    struct laying laying = {.disk = disk, .loss = loss};
    unsigned char digest[crypto_generichash_BYTES_MIN];
    uint64_t hash;
    size_t i;

    (void)crypto_generichash_init(&laying.hash, NULL, 0, sizeof digest);
    dice_start(&laying.dice, seed);
    laying.moment = choose_moment(&laying);
    for (i = 0; i < disk->durable.count; i++)
        cut_disk_name(&laying.names, disk->durable.entries[i].folder, disk->durable.entries[i].name,
                      disk->durable.entries[i].node);
    for (i = 0; i < disk->pending.count; i++)
        if (is_kept(&laying, disk->pending.items[i], true))
            cut_disk_rename(disk, &laying.names, &disk->steps[disk->pending.items[i]]);
    lay_folder(&laying, 0, target, 0);
    (void)crypto_generichash_final(&laying.hash, digest, sizeof digest);
    memcpy(&hash, digest, sizeof hash);
    free(laying.names.entries);
    return hash;
}
