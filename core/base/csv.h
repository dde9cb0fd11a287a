/*
 * csv.h - a checked reader of separated values (RFC 4180), one record at a time.
 *
 * Reads from a callback, so that a file need not fit in memory. Fields may be
 * quoted and then hold separators, line ends and doubled quotes; nothing but a
 * separator or a line end may follow the closing quote, and a quote inside an
 * unquoted field is refused. Lines end in LF or CR LF; the last may end without.
 * A byte order mark at the start is skipped. All text must be UTF-8 without NUL.
 * Wholly empty lines are skipped. Numbers and dates are the caller's to read:
 * nothing is guessed, not the separator either.
 *
 * Threads: a reader belongs to one thread.
 */
#ifndef AUTOMAGI_BASE_CSV_H
#define AUTOMAGI_BASE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct csv_reader;
struct fault;
struct text;

enum { CSV_COLUMNS_MAX = 1024, CSV_RECORD_MAX = 16 * 1024 * 1024 };

/* Puts up to `size` bytes into target: how many; 0 at the end; or negative errno with a
 * fault. Not called again after either. */
typedef ssize_t csv_source(void *context, char *target, size_t size, struct fault *fault);

struct csv_format {
    char separator;    /* any ASCII character but a quote, CR, LF and NUL */
    unsigned columns;  /* most fields of a record, 1-CSV_COLUMNS_MAX */
    size_t field_max;  /* most bytes of a field */
    size_t record_max; /* most bytes of a record's text, 1-CSV_RECORD_MAX */
};

struct csv_record {
    int64_t line;        /* where it begins; the file's first line is 1 */
    unsigned count;      /* fields, at least 1 */
    const char **fields; /* NUL-terminated; valid until the next call */
    const size_t *lengths;
};

/* -ENOMEM, or -EINVAL for a format outside its bounds. csv_close() what comes back. */
int csv_open(const struct csv_format *format, csv_source *source, void *context,
             struct csv_reader **ret_reader, struct fault *fault)
    __attribute__((warn_unused_result));
/* Takes NULL. */
void csv_close(struct csv_reader *reader);

/* 1: a record; 0: the end; -EINVAL: not CSV or over a limit, with a fault that begins
 * with "line N: "; or the source's error. After anything but 1 only csv_close(). */
int csv_next(struct csv_reader *reader, struct csv_record *ret_record, struct fault *fault)
    __attribute__((warn_unused_result));

/* The columns that a file's first record has to name, in any order. */
struct csv_header {
    const char *const *names;
    int count, required; /* the first `required` have to be there */
    const char *needed;  /* how messages list these: "robot,reference" */
    const char *known;   /* and all there are */
};
/* Reads that record. ret_position: of each name its field, -1: not there (header->count of them).
 * *ret_fields: how many fields the file has. As csv_next(); -EINVAL also for an empty file and for a column that is
 * unknown, missing or there twice. */
int csv_take_header(struct csv_reader *reader, const struct csv_header *header, int *ret_position,
                    unsigned *ret_fields, struct fault *fault) __attribute__((warn_unused_result));
/* As much of a value as a message shows ("%.*s"); a character cut in two is shown as \xNN. */
int csv_shown(const char *value);

/* A source over bytes in memory: context is a struct csv_bytes, which it moves along. */
struct csv_bytes {
    const char *bytes;
    size_t length;
};
ssize_t csv_from_bytes(void *context, char *target, size_t size, struct fault *fault);
/* A source over an open file, from where it stands: context is a pointer to its descriptor. */
ssize_t csv_from_file(void *context, char *target, size_t size, struct fault *fault);

/* Appends one field of a record: quoted where RFC 4180 asks. is_guarded: a text that a spreadsheet
 * would compute (it begins with = + - @, a tab or CR, behind blanks and quotes or not) is put behind a ';
 * so is what follows a semicolon, a tab or the end of a line within it, for where numbers have a comma,
 * spreadsheets divide lines at semicolons, and take no notice of quotes there. */
void csv_append(struct text *target, const char *field, bool is_guarded);

#endif
