/* The file of an import as rows, hashed on the way. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/command/task_import_inner.h"

static ssize_t read_hashed(void *context, char *target, size_t size, struct fault *fault)
{
    struct task_import_stream *stream = context;
    ssize_t length = csv_from_file(&stream->fd, target, size, fault);

    if (length <= 0)
        return length;
    stream->size_bytes += length;
    if (stream->size_bytes > TASK_IMPORT_SIZE_MAX)
        return fault_set(fault, -E2BIG, "the file is larger than 1 GiB; split it");
    (void)crypto_generichash_update(&stream->content, (const unsigned char *)target,
                                    (size_t)length);
    return length;
}

static void begin_chunk(struct task_import_stream *stream)
{
    (void)crypto_generichash_init(&stream->chunk, NULL, 0, TASK_IMPORT_CHUNK_HASH);
}

int task_import_stream_open(struct task_import_stream *stream, int fd, int64_t now_ms,
                            struct fault *fault)
{
    memset(stream, 0, sizeof *stream);
    stream->fd = fd;
    (void)crypto_generichash_init(&stream->content, NULL, 0, TASK_IMPORT_HASH);
    begin_chunk(stream);
    if (lseek(fd, 0, SEEK_SET) < 0)
        return fault_set(fault, -errno, "the file cannot be read from its start: %s",
                         strerror(errno));
    return task_csv_open(read_hashed, stream, now_ms, &stream->csv, fault);
}

void task_import_stream_close(struct task_import_stream *stream)
{
    task_csv_close(stream->csv);
    stream->csv = NULL;
}

static void add_text(struct task_import_stream *stream, const char *text)
{
    (void)crypto_generichash_update(&stream->chunk, (const unsigned char *)text, strlen(text) + 1);
}

int task_import_stream_next(struct task_import_stream *stream, struct task_row *ret_row,
                            struct fault *fault)
{
    int result = task_csv_next(stream->csv, ret_row, fault);
    int64_t numbers[5];

    if (result <= 0)
        return result;
    numbers[0] = ret_row->line;
    numbers[1] = ret_row->completed_ms;
    numbers[2] = ret_row->outcome;
    numbers[3] = ret_row->duration_ms;
    numbers[4] = ret_row->business_day;
    (void)crypto_generichash_update(&stream->chunk, (const unsigned char *)numbers, sizeof numbers);
    add_text(stream, ret_row->robot);
    add_text(stream, ret_row->reference);
    add_text(stream, ret_row->department == NULL ? "" : ret_row->department);
    stream->rows++;
    return 1;
}

bool task_import_stream_is_full(const struct task_import_stream *stream)
{
    return stream->rows % TASK_IMPORT_CHUNK == 0;
}

void task_import_stream_end_chunk(struct task_import_stream *stream,
                                  unsigned char ret_hash[static TASK_IMPORT_CHUNK_HASH])
{
    (void)crypto_generichash_final(&stream->chunk, ret_hash, TASK_IMPORT_CHUNK_HASH);
    begin_chunk(stream);
}
