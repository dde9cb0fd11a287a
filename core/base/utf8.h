/*
 * utf8.h - one character at a time, for the modules of base that show or check text.
 *
 * Threads: nothing is shared.
 */
#ifndef AUTOMAGI_BASE_UTF8_H
#define AUTOMAGI_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes (1-4) of the well-formed character at the start of `bytes`, and its
 * number; 0 when there is none: `length` is 0, or the bytes are cut off, a
 * surrogate, overlong, or above U+10FFFF. NUL is a character of one byte. */
size_t utf8_decode(const char *bytes, size_t length, uint32_t *ret_character);

/* Below 0x20, 0x7f, U+0080..U+009F. */
bool utf8_is_control(uint32_t character);

/* Signs without a shape of their own, that hide, break or turn around what stands beside them: zero-width
 * ones, line and paragraph separators, marks of direction. U+061C, U+200B..U+200F, U+2028..U+202E,
 * U+2060..U+2069, U+FEFF. */
bool utf8_is_unseen(uint32_t character);
/* Of those the two that languages are written with: U+200C, U+200D. */
bool utf8_is_joiner(uint32_t character);

/* The longest prefix of at most `length` bytes that does not cut a character
 * in two, when bytes[length] (NUL or more text) can be read. */
size_t utf8_border(const char *bytes, size_t length);

#endif
