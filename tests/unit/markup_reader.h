/*
 * markup_reader.h - reads HTML and SVG of ours as strictly as XML is read, and tells what is in it.
 *
 * Threads: nothing is shared.
 */
#ifndef AUTOMAGI_TESTS_UNIT_MARKUP_READER_H
#define AUTOMAGI_TESTS_UNIT_MARKUP_READER_H

#include <stddef.h>

enum { MARKUP_DEPTH_MAX = 64, MARKUP_VALUE_MAX = 4096 };

/* An element as it begins; names and values are borrowed from the markup, values without references resolved. */
struct markup_element {
    const char *name;
    size_t name_length;
    const char *attributes;   /* from behind the name ... */
    size_t attributes_length; /* ... to before > */
    const char *inside;       /* what follows > */
};

/* Called for each element in order. */
typedef void markup_callback(const struct markup_element *element, void *context);

/*
 * Fails the test that runs, with the place, when tags do not match, an attribute is not quoted or comes twice, a
 * reference is none of & < > " ', a control character stands there, an id comes twice, or what aria-labelledby,
 * href="#..." and url(#...) point at is not there. each may be NULL.
 */
void markup_read(const char *markup, markup_callback *each, void *context);

/* The attribute's value into value[MARKUP_VALUE_MAX], cut where it is longer; 0: it has none. */
int markup_attribute(const struct markup_element *element, const char *name, char *value);
int markup_is(const struct markup_element *element, const char *name);

/* How often a string stands in another. */
size_t occurrences(const char *text, const char *part);

#endif
