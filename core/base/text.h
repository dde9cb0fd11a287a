/*
 * text.h - growable bytes with a hard maximum, and checks on text.
 *
 * A text that would pass its limit, or that cannot grow, turns *broken*: it
 * keeps what it has, takes no more, and says so in `broken`. So many appends
 * can be made in a row and checked once at the end. One that lacks memory says so in
 * memory.h too, for whoever does not check.
 *
 * Threads: a text belongs to one thread. Ownership: text_release() frees it.
 */
#ifndef AUTOMAGI_BASE_TEXT_H
#define AUTOMAGI_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *bytes; /* always NUL-terminated once anything was appended; NULL before */
    size_t length;
    size_t capacity;
    size_t limit; /* most bytes it may hold */
    int broken;   /* 0, -E2BIG (limit) or -ENOMEM */
};

/* An empty text that may grow to `limit` bytes. Allocates nothing. */
void text_init(struct text *text, size_t limit);
/* Frees and zeroes. Takes NULL or a zeroed text. */
void text_release(struct text *text);
/* Forgets the contents, keeps the memory and the limit, clears `broken`. */
void text_clear(struct text *text);

void text_append(struct text *text, const void *bytes, size_t length);
void text_append_string(struct text *text, const char *string);
void text_append_char(struct text *text, char character);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The contents as a string, never NULL ("" when empty). Borrowed. */
const char *text_string(const struct text *text);
/* Hands the bytes over (free() them) and empties the text. NULL when broken
 * or out of memory. An empty text gives "". */
char *text_take(struct text *text);

/* Copies `source` into target[size], always NUL-terminated. False when it did
 * not fit (then target holds the part that did, cut at a UTF-8 border). */
bool text_copy(char *target, size_t size, const char *source);

/* Valid UTF-8 without NUL, surrogates or overlong forms? */
bool text_is_utf8(const char *bytes, size_t length);
/* As above and free of control characters (below 0x20, 0x7f, U+0080..U+009F) and of unseen ones
 * (utf8_is_unseen()) but joiners? */
bool text_is_line(const char *bytes, size_t length);
/* The number of characters a terminal shows for UTF-8 text (combining marks
 * not considered). */
size_t text_columns(const char *string);
/* How many bytes the first `columns` of them take; all when there are no more. */
size_t text_fit(const char *string, size_t columns);

/* An identifier of ours: [a-z][a-z0-9_-]{0,62}. */
bool text_is_slug(const char *string);

/* Whole decimal integer in [least, most], nothing before or after it. */
bool text_to_int64(const char *string, int64_t least, int64_t most, int64_t *ret_value);

#endif
