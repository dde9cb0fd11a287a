/*
 * import_inner.h - private to core/store: what the files of imports share.
 */
#ifndef AUTOMAGI_STORE_IMPORT_INNER_H
#define AUTOMAGI_STORE_IMPORT_INNER_H

#include "core/store/batch.h"
#include "core/store/import.h"

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
};

/* As the table has it, with what was due to it. -ENOENT when there is none. */
int import_read(struct store *store, int64_t import_id, struct import_record *ret_import,
                struct fault *fault) __attribute__((warn_unused_result));

#endif
