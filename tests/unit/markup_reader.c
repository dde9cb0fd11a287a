#include "markup_reader.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"

enum { IDS_MAX = 4096, ID_MAX = 128 };

struct reader {
    const char *markup;
    const char *at;
    struct markup_element open[MARKUP_DEPTH_MAX];
    size_t depth;
    char (*ids)[ID_MAX];
    size_t id_count;
    markup_callback *each;
    void *context;
};

static void refuse(const struct reader *reader, const char *why)
{
    fail_msg("%s at byte %zu: %.120s", why, (size_t)(reader->at - reader->markup), reader->at);
}

size_t occurrences(const char *text, const char *part)
{
    size_t count = 0;

    for (text = strstr(text, part); text != NULL; text = strstr(text + strlen(part), part))
        count++;
    return count;
}

int markup_is(const struct markup_element *element, const char *name)
{
    return element->name_length == strlen(name) &&
           memcmp(element->name, name, element->name_length) == 0;
}

int markup_attribute(const struct markup_element *element, const char *name, char *value)
{
    const char *at = element->attributes;
    const char *end = at + element->attributes_length;
    size_t length = strlen(name);

    while (at < end) {
        const char *equals = memchr(at, '=', (size_t)(end - at));
        const char *close;
        size_t size;

        if (equals == NULL || equals + 1 >= end)
            return 0;
        close = memchr(equals + 2, '"', (size_t)(end - equals - 2));
        assert_non_null(close);
        size = (size_t)(close - equals - 2);
        if ((size_t)(equals - at) == length + 1 && memcmp(at + 1, name, length) == 0) {
            size = size < MARKUP_VALUE_MAX ? size : MARKUP_VALUE_MAX - 1;
            memcpy(value, equals + 2, size);
            value[size] = '\0';
            return 1;
        }
        at = close + 1;
    }
    return 0;
}

/* What may stand in text and in values. */
static void check_text(struct reader *reader, const char *end)
{
    static const char *const references[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    size_t i;

    if (!text_is_utf8(reader->at, (size_t)(end - reader->at)))
        refuse(reader, "no UTF-8");
    for (; reader->at < end; reader->at++) {
        unsigned char byte = (unsigned char)*reader->at;

        if ((byte < 0x20 && byte != '\n') || byte == 0x7F)
            refuse(reader, "a control character");
        if (byte == '<')
            refuse(reader, "a bare <");
        if (byte != '&')
            continue;
        for (i = 0; i < sizeof references / sizeof references[0]; i++)
            if (strncmp(reader->at, references[i], strlen(references[i])) == 0)
                break;
        if (i == sizeof references / sizeof references[0])
            refuse(reader, "an unknown reference");
    }
}

/* name="value" after name="value", each name once. */
static void check_attributes(struct reader *reader, const char *end)
{
    const char *names[32];
    size_t lengths[32];
    size_t count = 0;
    size_t i;

    while (reader->at < end) {
        size_t length = strcspn(reader->at + 1, "=\"<>/ ");
        const char *close;

        if (*reader->at != ' ' || length == 0 || reader->at[1 + length] != '=' ||
            reader->at[2 + length] != '"')
            refuse(reader, "no attribute");
        assert_true(count < 32);
        for (i = 0; i < count; i++)
            if (lengths[i] == length && memcmp(names[i], reader->at + 1, length) == 0)
                refuse(reader, "an attribute twice");
        names[count] = reader->at + 1;
        lengths[count++] = length;
        reader->at += length + 3;
        close = strchr(reader->at, '"');
        if (close == NULL || close >= end)
            refuse(reader, "an open value");
        check_text(reader, close);
        reader->at++;
    }
}

static void keep_id(struct reader *reader, const struct markup_element *element)
{
    char value[MARKUP_VALUE_MAX];
    size_t i;

    if (!markup_attribute(element, "id", value))
        return;
    for (i = 0; i < reader->id_count; i++)
        if (strcmp(reader->ids[i], value) == 0)
            refuse(reader, "an id twice");
    assert_true(reader->id_count < IDS_MAX);
    if (value[0] == '\0' || !text_copy(reader->ids[reader->id_count++], ID_MAX, value))
        refuse(reader, "an odd id");
}

static void end_tag(struct reader *reader)
{
    const struct markup_element *last;

    if (reader->depth == 0) {
        refuse(reader, "an end without a beginning");
        return;
    }
    last = &reader->open[--reader->depth];
    if (strncmp(reader->at + 2, last->name, last->name_length) != 0 ||
        reader->at[2 + last->name_length] != '>')
        refuse(reader, "the end of another element");
    reader->at += 3 + last->name_length;
}

/* The > that ends the tag; one in a value does not. */
static const char *end_of_tag(const struct reader *reader)
{
    const char *at = reader->at;

    while (*at != '>' && *at != '\0') {
        if (*at == '"')
            at += 1 + strcspn(at + 1, "\"");
        at += *at != '\0';
    }
    if (*at == '\0')
        refuse(reader, "a tag without an end");
    return at;
}

static void begin_tag(struct reader *reader)
{
    const char *end = end_of_tag(reader);
    int is_empty = end[-1] == '/';
    struct markup_element element = {.name = reader->at + 1, .inside = end + 1};

    element.name_length = strcspn(element.name, " />");
    if (element.name_length == 0)
        refuse(reader, "a tag without a name");
    element.attributes = element.name + element.name_length;
    element.attributes_length = (size_t)(end - element.attributes) - (size_t)is_empty;
    reader->at = element.attributes;
    check_attributes(reader, end - is_empty);
    keep_id(reader, &element);
    if (reader->each != NULL)
        reader->each(&element, reader->context);
    if (!is_empty) {
        assert_true(reader->depth < MARKUP_DEPTH_MAX);
        reader->open[reader->depth++] = element;
    }
    reader->at = end + 1;
}

/* One target after `prefix`, up to one of `ends`. */
static void check_targets(struct reader *reader, const char *prefix, const char *ends)
{
    for (reader->at = strstr(reader->markup, prefix); reader->at != NULL;
         reader->at = strstr(reader->at, prefix)) {
        size_t length;
        size_t i;

        reader->at += strlen(prefix);
        do {
            reader->at += *reader->at == ' ';
            length = strcspn(reader->at, ends);
            for (i = 0; i < reader->id_count; i++)
                if (strlen(reader->ids[i]) == length &&
                    memcmp(reader->ids[i], reader->at, length) == 0)
                    break;
            if (i == reader->id_count)
                refuse(reader, "it points at nothing");
            reader->at += length;
        } while (*reader->at == ' ');
    }
}

void markup_read(const char *markup, markup_callback *each, void *context)
{
    static const char doctype[] = "<!DOCTYPE html>\n";
    struct reader reader = {.markup = markup, .at = markup, .each = each, .context = context};

    reader.ids = calloc(IDS_MAX, sizeof *reader.ids);
    assert_non_null(reader.ids);
    if (strncmp(reader.at, doctype, strlen(doctype)) == 0)
        reader.at += strlen(doctype);
    while (*reader.at != '\0') {
        if (reader.at[0] == '<' && reader.at[1] == '/')
            end_tag(&reader);
        else if (reader.at[0] == '<')
            begin_tag(&reader);
        else
            check_text(&reader, reader.at + strcspn(reader.at, "<"));
    }
    if (reader.depth > 0)
        refuse(&reader, "the end is missing");
    check_targets(&reader, " aria-labelledby=\"", " \"");
    check_targets(&reader, " href=\"#", "\"");
    check_targets(&reader, "url(#", ")");
    free(reader.ids);
}
