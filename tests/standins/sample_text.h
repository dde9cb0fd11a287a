/*
 * sample_text.h - a file's text, and the same with something exchanged.
 *
 * For tests that start from a good document and spoil one thing. All abort() on
 * failure, for a test that changed nothing would pass for the wrong reason.
 */
#ifndef AUTOMAGI_TESTS_STANDINS_SAMPLE_TEXT_H
#define AUTOMAGI_TESTS_STANDINS_SAMPLE_TEXT_H

/* The file's text; free() it. */
char *sample_text_read(const char *path);
/* `text` with every `from` replaced by `to`, in a new block; frees `text`. `from`
 * must be in it. */
char *sample_text_replace(char *text, const char *from, const char *to);
/* Writes `text` as `folder`/`name`. */
void sample_text_write(const char *folder, const char *name, const char *text);

#endif
