/*
 * import list, and what the importer of `task import` sends: begin, rows (many times),
 * finish. One chunk of rows is one transaction, so that robots' results flow beside a long import.
 *
 *   import begin   {"file": NAME, "content_hash": 64 hex digits, "rows": N}
 *   import rows    {"import": ID, "first": N, "rows": [[line, robot, reference, completed_ms,
 *                   outcome, duration_ms | null, department | null, business_date], ...]}
 *                   in the file's order, behind its first N rows; what a row has no business
 *                   date of ends before it
 *   import finish  {"import": ID}
 * begin, finish answer {import, file, rows, applied, new, repeated, not_done, undone, late,
 * late_booked_in, finished};
 * rows answers {import, taken, waiting, leased, repeated_undone}: rows that were applied before are passed over and not
 * taken; the last three are what those met that were taken (struct import_met). After begin the importer goes on with row number applied + 1.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/nouns.h"
#include "core/store/import.h"
#include "core/store/organisation.h"

enum { LIMIT_USUAL = 50, HASH_SIZE = 32, CELLS = 8, FILE_NAME_MAX = 255 };

static bool read_digit(char character, unsigned *ret_digit)
{
    if (character >= '0' && character <= '9')
        *ret_digit = (unsigned)(character - '0');
    else if (character >= 'a' && character <= 'f')
        *ret_digit = (unsigned)(character - 'a') + 10;
    else
        return false;
    return true;
}

static bool read_hash(const char *text, unsigned char hash[static HASH_SIZE])
{
    size_t i;

    if (strlen(text) != 2 * (size_t)HASH_SIZE)
        return false;
    for (i = 0; i < HASH_SIZE; i++) {
        unsigned high;
        unsigned low;

        if (!read_digit(text[2 * i], &high) || !read_digit(text[2 * i + 1], &low))
            return false;
        hash[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

static void put_import(struct json_writer *writer, const struct import_record *import)
{
    char late[CLOCK_MONTH_TEXT];

    result_int(writer, "import", import->id);
    result_text(writer, "file", import->file);
    result_int(writer, "rows", import->rows);
    result_int(writer, "applied", import->applied);
    result_int(writer, "new", import->new_rows);
    result_int(writer, "repeated", import->repeated_rows);
    result_int(writer, "not_done", import->not_done_rows);
    result_int(writer, "undone", import->undone_rows);
    result_int(writer, "late", import->late_rows);
    clock_format_month(import->late_booking, late);
    result_text_or_null(writer, "late_booked_in", import->late_booking != 0 ? late : "");
    result_text_or_null(writer, "by", import->by_whom);
    result_instant(writer, "begun", import->begun_ms);
    result_instant(writer, "finished", import->finished_ms);
}

static void answer(struct command_call *call, const struct import_record *import)
{
    (void)snprintf(call->subject, sizeof(call->subject), "import %" PRId64, import->id);
    json_begin_object(call->result);
    put_import(call->result, import);
    json_end_object(call->result);
}

static int import_begin_apply(struct command_call *call, struct fault *fault)
{
    unsigned char hash[HASH_SIZE];
    struct import_record import = {0};
    int result;

    if (!read_hash(argument_text(call, "content_hash", ""), hash))
        return fault_set(fault, -EINVAL, "content_hash: expected 64 small hexadecimal digits");
    result = import_begin(call->store,
                          &(struct import_new){argument_text(call, "file", ""), hash,
                                               argument_number(call, "rows", 0), call_asker(call)},
                          call->now_ms, &import, fault);
    if (result == 0)
        answer(call, &import);
    return result;
}

static bool read_outcome(const char *word, enum import_outcome *ret_outcome)
{
    static const char *const words[] = {"done", "business", "failed", "undone"};
    size_t i;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (word != NULL && strcmp(words[i], word) == 0) {
            *ret_outcome = (enum import_outcome)i;
            return true;
        }
    return false;
}

/* What our importer refuses of a file no other program may send either: the ledger keeps it for
 * good, and a day without a rate has no value. */
static int check_limits(const struct import_row *row, bool has_duration,
                        const struct organisation *organisation, int64_t now_ms,
                        struct fault *fault)
{
    if (row->line < 1)
        return fault_set(fault, -EINVAL,
                         "import rows: the line of a row is %" PRId64 ", lines begin with 1",
                         row->line);
    if (row->completed_ms > now_ms + IMPORT_AHEAD_MAX_MS)
        return fault_set(fault, -EINVAL,
                         "line %" PRId64 ": completed_ms %" PRId64 " is in the future; only what "
                         "is done can be imported",
                         row->line, row->completed_ms);
    if (organisation_rate_on(organisation, clock_local_day(row->completed_ms)) == 0)
        return fault_set(fault, -EINVAL,
                         "line %" PRId64 ": completed_ms %" PRId64 " lies before the first day "
                         "that has an hourly rate",
                         row->line, row->completed_ms);
    if (has_duration && (row->duration_ms < 0 || row->duration_ms > IMPORT_DURATION_MAX_MS))
        return fault_set(fault, -EINVAL,
                         "line %" PRId64 ": duration_ms %" PRId64 " is not from 0 to %" PRId64,
                         row->line, row->duration_ms, IMPORT_DURATION_MAX_MS);
    return 0;
}

/* The row as the importer sent it. */
static int read_row(const struct json *value, const struct robot_list *robots,
                    const struct organisation *organisation, int64_t now_ms, struct import_row *row,
                    struct fault *fault)
{
    const struct json *cells[CELLS] = {NULL};
    const struct department *department = NULL;
    const struct robot *robot;
    const struct json *cell;
    size_t count = 0;
    int result;

    for (cell = json_is_array(value) ? json_first(value) : NULL; cell != NULL;
         cell = json_next(cell), count++)
        if (count < CELLS)
            cells[count] = cell;
    row->duration_ms = -1;
    row->department_id = 0;
    row->business_day = 0;
    if (count < CELLS - 1 || count > CELLS || !json_int64(cells[0], &row->line) ||
        !json_is_string(cells[1]) || !json_is_string(cells[2]) ||
        !json_int64(cells[3], &row->completed_ms) ||
        !read_outcome(json_string(cells[4]), &row->outcome) ||
        (!json_is_null(cells[5]) && !json_int64(cells[5], &row->duration_ms)) ||
        (!json_is_null(cells[6]) && !json_is_string(cells[6])) ||
        (cells[7] != NULL && (!json_is_string(cells[7]) ||
                              !clock_parse_day(json_string(cells[7]), &row->business_day))))
        return fault_set(fault, -EINVAL, "import rows: a row is not of the form asked for");
    result = check_limits(row, !json_is_null(cells[5]), organisation, now_ms, fault);
    if (result < 0)
        return result;
    robot = robot_list_find(robots, json_string(cells[1]));
    if (robot == NULL)
        return fault_set(fault, -ENOENT, "line %" PRId64 ": no robot is called %.64s", row->line,
                         json_string(cells[1]));
    if (!json_is_null(cells[6]))
        department = organisation_department(organisation, json_string(cells[6]));
    if (!json_is_null(cells[6]) && department == NULL)
        return fault_set(fault, -ENOENT, "line %" PRId64 ": no department is called %.64s",
                         row->line, json_string(cells[6]));
    row->robot_id = robot->id;
    row->reference = json_string(cells[2]);
    row->department_id = department != NULL ? department->id : 0;
    return 0;
}

static int import_rows_apply(struct command_call *call, struct fault *fault)
{
    const struct json *value = json_first(json_member(call->arguments, "rows"));
    int64_t id = argument_number(call, "import", 0);
    struct organisation organisation = {0};
    struct robot_list robots = {0};
    struct import_row row = {.number = argument_number(call, "first", 0)};
    struct import_met met = {0};
    int64_t taken = 0;
    int result = robot_list_read(call->store, &robots, fault);

    if (result == 0)
        result = organisation_read(call->store, &organisation, fault);
    for (; value != NULL && result >= 0; value = json_next(value)) {
        row.number++;
        result = read_row(value, &robots, &organisation, call->now_ms, &row, fault);
        if (result == 0)
            result = import_apply(call->store, id, &row, call->now_ms, &met, fault);
        taken += result == 0;
    }
    if (result > 0)
        result = 0;
    if (result == 0) {
        json_begin_object(call->result);
        result_int(call->result, "import", id);
        result_int(call->result, "taken", taken);
        result_int(call->result, "waiting", met.waiting);
        result_int(call->result, "leased", met.leased);
        result_int(call->result, "repeated_undone", met.repeated_undone);
        json_end_object(call->result);
    }
    organisation_release(&organisation);
    robot_list_release(&robots);
    return result;
}

static int import_finish_apply(struct command_call *call, struct fault *fault)
{
    struct import_record import = {0};
    int result = import_finish(call->store, argument_number(call, "import", 0), call->now_ms,
                               &import, fault);

    if (result == 0)
        answer(call, &import);
    return result;
}

static const char *state_word(const struct import_record *import)
{
    if (import->is_given_up)
        return "given up";
    if (import->finished_ms != 0)
        return "finished";
    return import->is_cut_short ? "cut short" : "at work";
}

static int list_import(const struct import_record *import, void *context)
{
    struct json_writer *writer = rows_next(context);

    if (writer == NULL)
        return ROWS_FULL;
    json_begin_object(writer);
    put_import(writer, import);
    result_text(writer, "state", state_word(import));
    json_end_object(writer);
    return 0;
}

static int import_list_apply(struct command_call *call, struct fault *fault)
{
    struct row_list rows;
    int64_t limit = rows_begin(&rows, call, LIMIT_USUAL);
    int result = import_each(call->store, limit, list_import, &rows, fault);

    rows_end(&rows);
    return result;
}

static const struct argument list_arguments[] = {
    LIMIT_ARGUMENT("at most so many (50)"),
    ARGUMENTS_END,
};

static const struct column list_columns[] = {
    {.member = "import", .heading = "import", .is_right = true},
    {.member = "file", .heading = "file"},
    {.member = "state", .heading = "state", .is_state = true},
    {.member = "rows", .heading = "rows", .is_right = true},
    {.member = "applied", .heading = "applied", .is_right = true},
    {.member = "new", .heading = "new", .is_right = true},
    {.member = "repeated", .heading = "repeated", .is_right = true},
    {.member = "not_done", .heading = "not done", .is_right = true},
    {.member = "undone", .heading = "taken back", .is_right = true},
    {.member = "late", .heading = "late", .is_right = true},
    {.member = "by", .heading = "by"},
    {.member = "begun", .heading = "begun"},
    {.member = "finished", .heading = "finished"},
    COLUMNS_END,
};

const struct command command_import_list = {
    .name = "import list",
    .summary = "the files that were imported, newest first",
    .help =
        "applied: rows of the file that are in. Less than rows, and cut short: the import ended\n"
        "before its time. `automagi task import` with the same file goes on where it stopped; "
        "with\n"
        "one that was changed since, what is counted already is repeated, and counts once. What\n"
        "cannot be finished is given up by `automagi import end`.",
    .kind = COMMAND_READS,
    .has_own_view = true,
    .arguments = list_arguments,
    .columns = list_columns,
    .empty = "no imports yet",
    .apply = import_list_apply,
};

static const struct argument begin_arguments[] = {
    {.name = "file",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .help = "the file's name",
     .most = FILE_NAME_MAX},
    {.name = "content_hash",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .help = "BLAKE2b-256 of its contents"},
    {.name = "rows",
     .kind = ARGUMENT_NUMBER,
     .is_required = true,
     .help = "how many it has",
     .least = 0,
     .most = INT32_MAX},
    ARGUMENTS_END,
};

const struct command command_import_begin = {
    .name = "import begin",
    .kind = COMMAND_CHANGES,
    .arguments = begin_arguments,
    .apply = import_begin_apply,
};

#define IMPORT_ARGUMENT                                                                            \
    {                                                                                              \
        .name = "import", .kind = ARGUMENT_NUMBER, .is_required = true, .help = "its number"       \
    }

static const struct argument rows_arguments[] = {
    IMPORT_ARGUMENT,
    {.name = "first",
     .kind = ARGUMENT_NUMBER,
     .is_required = true,
     .help = "how many rows of the file come before these",
     .least = 0,
     .most = INT32_MAX},
    {.name = "rows", .kind = ARGUMENT_LIST, .is_required = true, .help = "the next rows"},
    ARGUMENTS_END,
};

const struct command command_import_rows = {
    .name = "import rows",
    .kind = COMMAND_PART,
    .arguments = rows_arguments,
    .apply = import_rows_apply,
};

static const struct argument finish_arguments[] = {IMPORT_ARGUMENT, ARGUMENTS_END};

const struct command command_import_finish = {
    .name = "import finish",
    .kind = COMMAND_CHANGES,
    .arguments = finish_arguments,
    .apply = import_finish_apply,
};
