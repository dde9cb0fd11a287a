/* Sending a checked file of tasks, chunk by chunk. */
#include <errno.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/task_import_inner.h"
#include "core/run/daemon.h"
#include "core/store/import.h"

/* The request's own members need room beside the arguments. */
enum { ARGUMENTS_MAX = COMMAND_REQUEST_MAX - 4096, HEX_SIZE = 2 * TASK_IMPORT_HASH + 1 };

struct sending {
    const struct task_import *import;
    const struct task_import_sender *sender;
    int64_t id;            /* the import's */
    int64_t applied;       /* rows that the store has */
    struct import_met met; /* of the rows that were sent */
    int work_fd;           /* import_work_begin()'s */
    struct text arguments;
    struct json_writer writer;
};

/* Carries out what was written. */
static int request(struct sending *sending, const char *command, struct json **ret_result,
                   struct fault *fault)
{
    if (sending->arguments.broken == -E2BIG)
        return fault_set(fault, -E2BIG, "the rows of a chunk are too large to be sent");
    if (sending->arguments.broken != 0)
        return fault_no_memory(fault);
    return sending->sender->request(sending->sender->context, command,
                                    text_string(&sending->arguments), ret_result, fault);
}

static void begin_arguments(struct sending *sending)
{
    text_clear(&sending->arguments);
    json_writer_init(&sending->writer, &sending->arguments);
    json_begin_object(&sending->writer);
}

static int begin(struct sending *sending, const char *file, bool *ret_is_finished,
                 struct fault *fault)
{
    static const char where[] = "import begin";
    struct json *reply = NULL;
    char hex[HEX_SIZE];
    int result;

    (void)sodium_bin2hex(hex, sizeof hex, sending->import->content_hash, TASK_IMPORT_HASH);
    begin_arguments(sending);
    json_key(&sending->writer, "file");
    json_put_string(&sending->writer, file);
    json_key(&sending->writer, "content_hash");
    json_put_string(&sending->writer, hex);
    json_key(&sending->writer, "rows");
    json_put_int(&sending->writer, sending->import->rows);
    json_end_object(&sending->writer);
    result = request(sending, where, &reply, fault);
    if (result == 0)
        result = json_need_int64(reply, "import", where, 1, INT64_C(1) << 53, &sending->id, fault);
    if (result == 0)
        result = json_need_int64(reply, "applied", where, 0, sending->import->rows,
                                 &sending->applied, fault);
    if (result == 0) {
        *ret_is_finished = json_is_string(json_member(reply, "finished"));
        import_work_on(sending->work_fd, sending->id);
    }
    json_free(reply);
    return result;
}

static void begin_rows(struct sending *sending, int64_t before)
{
    begin_arguments(sending);
    json_key(&sending->writer, "import");
    json_put_int(&sending->writer, sending->id);
    json_key(&sending->writer, "first");
    json_put_int(&sending->writer, before > sending->applied ? before : sending->applied);
    json_key(&sending->writer, "rows");
    json_begin_array(&sending->writer);
}

static void put_row(struct json_writer *writer, const struct task_row *row)
{
    json_begin_array(writer);
    json_put_int(writer, row->line);
    json_put_string(writer, row->robot);
    json_put_string(writer, row->reference);
    json_put_int(writer, row->completed_ms);
    json_put_string(writer, task_outcome_word(row->outcome));
    if (row->duration_ms < 0)
        json_put_null(writer);
    else
        json_put_int(writer, row->duration_ms);
    json_put_string(writer, row->department); /* NULL gives null */
    if (row->business_day != 0) {
        char day[CLOCK_DAY_TEXT];

        clock_format_day(row->business_day, day);
        json_put_string(writer, day);
    }
    json_end_array(writer);
}

/* The rows must be those that were checked. */
static int hold_chunk(struct sending *sending, struct task_import_stream *stream, size_t chunk,
                      struct fault *fault)
{
    unsigned char hash[TASK_IMPORT_CHUNK_HASH];

    task_import_stream_end_chunk(stream, hash);
    if (chunk >= sending->import->chunk_count ||
        memcmp(hash, sending->import->chunks[chunk], sizeof hash) != 0)
        return fault_set(fault, -ESTALE,
                         "the file has changed since it was checked; put back what it was");
    return 0;
}

static int send_chunk(struct sending *sending, struct fault *fault)
{
    static const char where[] = "import rows";
    struct json *reply = NULL;
    struct import_met met = {0};
    int result;

    json_end_array(&sending->writer);
    json_end_object(&sending->writer);
    result = request(sending, where, &reply, fault);
    if (result == 0)
        result = json_need_int64(reply, "waiting", where, 0, INT32_MAX, &met.waiting, fault);
    if (result == 0)
        result = json_need_int64(reply, "leased", where, 0, INT32_MAX, &met.leased, fault);
    /* A daemon that was not started anew since the programs were has no such member, and has taken the chunk. */
    if (result == 0)
        result = json_may_int64(reply, "repeated_undone", where, 0, TASK_IMPORT_CHUNK,
                                &met.repeated_undone, fault);
    sending->met.waiting += met.waiting;
    sending->met.leased += met.leased;
    sending->met.repeated_undone += met.repeated_undone;
    json_free(reply);
    return result;
}

/* Reads a chunk, holds it against the check, sends what the store has not. */
static int take_chunk(struct sending *sending, struct task_import_stream *stream, size_t chunk,
                      struct fault *fault)
{
    struct task_row row;
    int64_t before = stream->rows;
    int result;

    begin_rows(sending, before);
    do {
        result = task_import_stream_next(stream, &row, fault);
        if (result > 0 && stream->rows > sending->applied)
            put_row(&sending->writer, &row);
    } while (result > 0 && !task_import_stream_is_full(stream));
    if (result < 0)
        return result;
    if (stream->rows == before) /* the file has ended before its time */
        return hold_chunk(sending, stream, sending->import->chunk_count, fault);
    result = hold_chunk(sending, stream, chunk, fault);
    if (result == 0 && stream->rows > sending->applied)
        result = send_chunk(sending, fault);
    if (result == 0 && sending->sender->progress != NULL)
        sending->sender->progress(sending->sender->context, stream->rows);
    return result;
}

static int send_rows(struct sending *sending, int fd, int64_t now_ms, struct fault *fault)
{
    struct task_import_stream stream;
    size_t chunk;
    int result = task_import_stream_open(&stream, fd, now_ms, fault);

    for (chunk = 0; chunk < sending->import->chunk_count && result == 0; chunk++)
        result = take_chunk(sending, &stream, chunk, fault);
    task_import_stream_close(&stream);
    return result;
}

static int finish(struct sending *sending, struct task_import_answer *answer, struct fault *fault)
{
    static const char where[] = "import finish";
    struct json *reply = NULL;
    int result;
    size_t i;
    const struct {
        const char *name;
        int64_t *value;
    } members[] = {
        {"new", &answer->new_rows},      {"repeated", &answer->repeated},
        {"not_done", &answer->not_done}, {"undone", &answer->undone},
        {"late", &answer->late},
    };
    const char *late;

    begin_arguments(sending);
    json_key(&sending->writer, "import");
    json_put_int(&sending->writer, sending->id);
    json_end_object(&sending->writer);
    result = request(sending, where, &reply, fault);
    for (i = 0; i < sizeof members / sizeof members[0] && result == 0; i++)
        result = json_need_int64(reply, members[i].name, where, 0, sending->import->rows,
                                 members[i].value, fault);
    late = result == 0 ? json_string(json_member(reply, "late_booked_in")) : NULL;
    if (late != NULL)
        (void)text_copy(answer->late_booking, sizeof answer->late_booking, late);
    json_free(reply);
    return result;
}

int task_import_send(const struct task_import *import, int fd, const char *file, int64_t now_ms,
                     const struct task_import_sender *sender, struct task_import_answer *ret_answer,
                     struct fault *fault)
{
    struct sending sending = {.import = import, .sender = sender, .work_fd = -1};
    struct task_import_answer answer = {.rows = import->rows};
    int result = 0;

    text_init(&sending.arguments, ARGUMENTS_MAX);
    if (sender->home != NULL)
        sending.work_fd = import_work_begin(sender->home);
    if (import->rows > 0)
        result = begin(&sending, file, &answer.was_imported, fault);
    if (answer.was_imported)
        answer.repeated = import->rows;
    if (result == 0 && import->rows > 0 && !answer.was_imported) {
        result = send_rows(&sending, fd, now_ms, fault);
        if (result == 0)
            result = finish(&sending, &answer, fault);
        if (result < 0)
            result = fault_prefix(fault, result,
                                  "the import is not finished, import the file again to go on");
    }
    import_work_end(sending.work_fd);
    text_release(&sending.arguments);
    answer.import_id = sending.id;
    answer.met = sending.met;
    if (result == 0)
        *ret_answer = answer;
    return result;
}
