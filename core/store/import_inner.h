/*
 * import_inner.h - private to core/store: what the files of imports share.
 */
#ifndef AUTOMAGI_STORE_IMPORT_INNER_H
#define AUTOMAGI_STORE_IMPORT_INNER_H

#include "core/store/batch.h"
#include "core/store/id_set.h"
#include "core/store/import.h"
#include "core/store/item_inner.h"

/* Of a file's contents. What is longer in the store is of an import that was given up (import_end.c). */
enum { IMPORT_HASH_SIZE = 32 };

/* Days on which a robot did something that a clock ahead counted in a later window. */
struct ahead_span {
    int64_t robot_id;
    int32_t from_day, to_day;
};

/* The import in hand, and what its row in the table is not told yet. */
struct import_progress {
    int64_t id; /* 0: none in hand */
    int64_t rows, applied;
    int64_t last_line; /* of the rows applied, as far as their attempts tell */
    char by_whom[128];
    int64_t new_rows, repeated_rows, not_done_rows, undone_rows, applied_rows; /* not told */
    int64_t late_rows;                                                         /* not told */
    int32_t late_booking; /* 0: none was late */
    int64_t robot_id;     /* of the row before, with its window and its run */
    enum robot_window kind;
    int64_t run_id;
    struct ahead_span *spans; /* owned; read when a row first needs them */
    size_t span_count;
    bool has_spans;
};

/* What a row is applied with. */
struct applying {
    struct import_progress *held;
    const struct import_row *row;
    int64_t window;
    char reference[ITEM_REFERENCE_MAX + 1]; /* normalised */
    int64_t now_ms;
    struct import_met *met;
};

/* 1: the row was seen before, by its contents and the window that it would be counted in; 0: now for the first time. */
int import_see(struct store *store, const struct applying *applying, struct fault *fault)
    __attribute__((warn_unused_result));
/* Where the row's reference is sought; without its hash. */
struct item_sought import_sought(const struct applying *applying);
/* 1 when the row's reference was counted in a later window by a clock that stood ahead, and *sought is of that one then;
 * of a row with a business date only where its window has a day on which that is noted as done. */
int import_look_ahead(struct store *store, const struct applying *applying,
                      struct item_sought *sought, struct fault *fault)
    __attribute__((warn_unused_result));
/* 1: so it was, and the row, which is done, is a repeat of that, as it is for item_add(); what nobody knows the day of yet
 * is kept, for when now has come there. */
int import_was_ahead(struct store *store, const struct applying *applying,
                     const unsigned char *ref_hash, struct fault *fault)
    __attribute__((warn_unused_result));

/* As the table has it, with what was due to it. -ENOENT when there is none. */
int import_read(struct store *store, int64_t import_id, struct import_record *ret_import,
                struct fault *fault) __attribute__((warn_unused_result));

/* import_work.c. Adds those that are not finished, and that no process was at when this looked. Read afterwards, one of
 * them that is still not finished was cut short: whoever is at one lets go of it behind its end. */
int import_find_left(struct store *store, struct id_set *left, struct fault *fault)
    __attribute__((warn_unused_result));

#endif
