#include "drawing_reader.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "markup_reader.h"

static int number_of(const struct markup_element *element, const char *name)
{
    char value[MARKUP_VALUE_MAX];

    return markup_attribute(element, name, value) ? (int)strtol(value, NULL, 10) : 0;
}

static struct shape *add(struct shapes *shapes, const struct markup_element *element)
{
    char value[MARKUP_VALUE_MAX];
    struct shape *shape = &shapes->at[shapes->count++];

    assert_true(shapes->count < SHAPES_MAX);
    if (markup_attribute(element, "fill", value))
        (void)text_copy(shape->colour, sizeof shape->colour, value);
    shape->x = number_of(element, "x");
    shape->y = number_of(element, "y");
    shape->width = number_of(element, "width");
    shape->height = number_of(element, "height");
    return shape;
}

static void keep_line(const struct markup_element *element, struct drawing *drawing)
{
    struct shape line = {0};
    char value[MARKUP_VALUE_MAX];
    int end = 0;

    if (!markup_attribute(element, "d", value) ||
        sscanf(value, "M%d %dL%d %d%n", &line.x, &line.y, &line.width, &line.height, &end) < 4 ||
        value[end] != '\0')
        return;
    if (markup_attribute(element, "stroke", value))
        (void)text_copy(line.colour, sizeof line.colour, value);
    assert_true(drawing->lines.count < SHAPES_MAX);
    drawing->lines.at[drawing->lines.count++] = line;
}

static void keep(const struct markup_element *element, void *context)
{
    struct drawing *drawing = context;
    struct shape *shape;

    if (markup_is(element, "rect")) {
        (void)add(&drawing->boxes, element);
    } else if (markup_is(element, "circle")) {
        shape = add(&drawing->circles, element);
        shape->x = number_of(element, "cx");
        shape->y = number_of(element, "cy");
        shape->width = number_of(element, "r");
    } else if (markup_is(element, "text")) {
        size_t length = strcspn(element->inside, "<");

        shape = add(&drawing->texts, element);
        length = length < WORDS_MAX ? length : WORDS_MAX - 1;
        memcpy(shape->words, element->inside, length);
    } else if (markup_is(element, "path")) {
        keep_line(element, drawing);
    }
}

struct drawing *drawing_read(struct text *svg)
{
    struct drawing *drawing = calloc(1, sizeof *drawing);

    assert_non_null(drawing);
    assert_int_equal(svg->broken, 0);
    markup_read(text_string(svg), keep, drawing);
    text_release(svg);
    return drawing;
}

const struct shape *drawing_text(const struct drawing *drawing, const char *words)
{
    size_t i;

    for (i = 0; i < drawing->texts.count; i++)
        if (strcmp(drawing->texts.at[i].words, words) == 0)
            return &drawing->texts.at[i];
    return NULL;
}

struct shape drawing_the_text(const struct drawing *drawing, const char *words)
{
    const struct shape *found = drawing_text(drawing, words);

    if (found == NULL) {
        fail_msg("'%s' is not written", words);
        return (struct shape){0};
    }
    return *found;
}
