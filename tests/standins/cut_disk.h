/*
 * cut_disk.h - a disk that was recorded (disk_record.h), played up to a moment and the power cut there.
 *
 * What was synced is there: the bytes of a file when the file was, its name when its folder was. Of
 * what was not, any part may be: writes one without the other, a write by sectors of 512 bytes, names
 * one without the other; a move is there whole or not at all, and is there when either of its folders was
 * synced. That is more than the usual file systems do to a program. Of a disk that says to have
 * written what it has not, this knows nothing.
 */
#ifndef AUTOMAGI_TESTS_STANDINS_CUT_DISK_H
#define AUTOMAGI_TESTS_STANDINS_CUT_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cut_disk;

/* What becomes of that which was not synced. */
enum cut_loss {
    CUT_NOTHING_LOST,
    CUT_ALL_LOST,
    CUT_NAMES_KEPT, /* the bytes are lost */
    CUT_BYTES_KEPT, /* the names are lost */
    CUT_IN_ORDER,   /* what came after some moment is lost, and the write of that moment torn */
    CUT_AT_RANDOM,  /* any part, torn anywhere */
    CUT_LOSSES
};
const char *cut_loss_word(enum cut_loss loss);

/* The folder `root` was watched. Ends the program when the log cannot be read, for there is nothing to
 * be shown then. cut_disk_free() frees it. */
struct cut_disk *cut_disk_read(const char *log, const char *root);
void cut_disk_free(struct cut_disk *disk);

/* How many things were done. */
size_t cut_disk_length(const struct cut_disk *disk);
/* The next of them is done. It tells nothing new when it writes what lies outside of the disk. */
void cut_disk_step(struct cut_disk *disk);
/* What of the file in the root has been written so far, synced or not. Borrowed until the next step. */
const char *cut_disk_said(const struct cut_disk *disk, const char *name, size_t *ret_length);
/* How many syncs have been seen. */
size_t cut_disk_syncs(const struct cut_disk *disk);
/* One line about what was done last. */
void cut_disk_tell(const struct cut_disk *disk, char *target, size_t size);

/* Lays down in the new folder `target` what is there after a cut. Chance comes from the seed. Returns
 * a hash of all that was laid down. */
uint64_t cut_disk_lay(const struct cut_disk *disk, enum cut_loss loss, uint64_t seed,
                      const char *target);

#endif
