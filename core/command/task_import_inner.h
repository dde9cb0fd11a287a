/*
 * task_import_inner.h - what the files of task_import.h share; not for others.
 */
#ifndef AUTOMAGI_COMMAND_TASK_IMPORT_INNER_H
#define AUTOMAGI_COMMAND_TASK_IMPORT_INNER_H

#include <sodium.h>
#include <stdbool.h>

#include "core/command/task_csv.h"
#include "core/command/task_import.h"

/* The file's rows in order, with the hashes of its bytes and of each chunk of rows. */
struct task_import_stream {
    int fd;
    struct task_csv *csv;
    int64_t size_bytes; /* read so far */
    int64_t rows;       /* read so far */
    crypto_generichash_state content;
    crypto_generichash_state chunk;
};

/* From the start of the file. */
int task_import_stream_open(struct task_import_stream *stream, int fd, int64_t now_ms,
                            struct fault *fault) __attribute__((warn_unused_result));
void task_import_stream_close(struct task_import_stream *stream);
/* As task_csv_next(). */
int task_import_stream_next(struct task_import_stream *stream, struct task_row *ret_row,
                            struct fault *fault) __attribute__((warn_unused_result));
/* Did the last row fill a chunk? */
bool task_import_stream_is_full(const struct task_import_stream *stream);
/* The hash of the rows since the last call. */
void task_import_stream_end_chunk(struct task_import_stream *stream,
                                  unsigned char ret_hash[static TASK_IMPORT_CHUNK_HASH]);

#endif
