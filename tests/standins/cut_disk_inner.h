/*
 * cut_disk_inner.h - private to cut_disk*.c: what was done, and what of it lies on the disk.
 */
#ifndef AUTOMAGI_TESTS_STANDINS_CUT_DISK_INNER_H
#define AUTOMAGI_TESTS_STANDINS_CUT_DISK_INNER_H

#include "core/base/text.h"
#include "tests/standins/cut_disk.h"
#include "tests/standins/disk_record.h"
#include "tests/unit/dice.h"

struct step {
    struct disk_record head;
    const char *name, *other_name;
    const unsigned char *bytes;
};

/* Grows by one; elements are moved. */
struct list {
    size_t *items;
    size_t count, capacity;
};

/* A file or folder. A number that is used again is another one. */
struct node {
    uint64_t file;
    bool is_folder;
    unsigned char *bytes; /* that are on the disk */
    size_t length;
    struct list pending; /* steps that are not */
};

struct entry {
    size_t folder, node;
    const char *name;
};

struct names {
    struct entry *entries;
    size_t count, capacity;
};

struct cut_disk {
    struct text log;
    struct step *steps;
    size_t step_count, done, syncs;
    struct node *nodes;
    size_t node_count, node_capacity;
    struct names seen; /* by the program */
    struct names durable;
    struct list pending; /* steps that change names */
};

/* Ends the program. */
void cut_disk_die(const char *what) __attribute__((noreturn));

/* Bytes that come to it are zeros. */
void cut_disk_resize(struct node *node, size_t length);
/* What the step did to the bytes. Of a write, with dice, each sector may be missing. */
void cut_disk_write(struct node *node, const struct step *step, struct dice *dice);
/* Another's place is taken. */
void cut_disk_name(struct names *names, size_t folder, const char *name, size_t node);
/* What the step did to names. */
void cut_disk_rename(const struct cut_disk *disk, struct names *names, const struct step *step);

#endif
