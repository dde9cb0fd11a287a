/*
 * text.h - foreign text: trimmed, shown on one line, made a file's name, and looked through for
 * CPR numbers.
 *
 * Threads: no state. Every text is NUL-terminated.
 */
#ifndef LIST_DELIVERY_TEXT_H
#define LIST_DELIVERY_TEXT_H

#include <stdbool.h>
#include <stddef.h>

enum { TEXT_SHOWN_MAX = 128, TEXT_NAME_MAX = 104 };

/* Length of the well-formed UTF-8 character at `text`, 0 when it is not one or is a control
 * character (C0, DEL, C1). */
size_t text_character(const char *text);

/* Signs (code points) of well-formed UTF-8, for columns that stand below each other. */
size_t text_width(const char *text);

/* A copy without blanks (space, tab, no-break space) at both ends; free() it. NULL: no memory. */
char *text_trimmed(const char *text);

/* Is there something that looks like a CPR number: ten digits that begin with a day (or day + 60, a
 * replacement number) and a month, with at most three of "- ./" (or dashes and blanks like these) after
 * day, month and year, no digit just before or after? Too much is seen rather than too little. */
bool text_has_cpr(const char *text);

/* `text` for a note or the log: one line of UTF-8, cut with "..." when it is long; what is no
 * character becomes '?'; all digits become 'X' when there is a CPR number in it. */
void text_shown(const char *text, char target[TEXT_SHOWN_MAX]);

/* `text` as one part of a path that every file system takes: '/', '\', ':', '*', '?', '"', '<', '>',
 * '|', what is no character, and dots and blanks at either end become '_'. Two texts can
 * become one name. False: `text` is empty or too long for TEXT_NAME_MAX. */
bool text_file_name(const char *text, char target[TEXT_NAME_MAX]);

/* What is the same for two texts whose names as above are the same to some file system: to one of Windows "Æ" is
 * "æ", to others also however it is composed. For free(); NULL: no such name, or no memory. */
char *text_file_key(const char *text);

#endif
