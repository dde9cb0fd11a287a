/* Text in a chart: how wide it is, where it is cut, where it breaks. */
#include <stdint.h>
#include <string.h>

#include "core/base/text.h"
#include "core/base/utf8.h"
#include "scorecards/report/markup.h"
#include "scorecards/report/svg.h"

/* Hundredths of the size that the characters from blank to ~ take in DejaVu Sans, the widest of the fonts
 * a system may show: what fits in it fits in the others. */
static const unsigned char widths[] = {
    32, 41, 46, 84, 64, 96, 78, 28, 40,  40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 34, 34, 84, 84, 84, 54, 100, 69, 69, 70, 77, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79,
    61, 79, 70, 64, 62, 74, 69, 99, 69,  62, 69, 40, 34, 40, 84, 50, 50, 62, 64, 55, 64, 62, 36, 64,
    64, 28, 28, 58, 28, 98, 64, 62, 64,  64, 42, 53, 40, 64, 60, 82, 60, 60, 53, 64, 34, 64, 84};

static int width_of(uint32_t character)
{
    if (character >= ' ' && character - ' ' < sizeof widths)
        return widths[character - ' '];
    switch (character) {
    case 0xA0:
        return 32;
    case 0xE5: /* å */
    case 0xF8: /* ø */
    case 0xE9: /* é */
    case 0x2013:
    case 0x2212: /* the sign of minus is shown as wide as + in some fonts */
        return 84;
    case 0xC5: /* Å */
    case 0xD8: /* Ø */
        return 80;
    default:
        return 100;
    }
}

/* The next character's bytes, and how wide it is at `size`. */
static size_t step(const char *words, int size, bool is_bold, int *ret_width)
{
    uint32_t character = 0xFFFD;
    size_t length = utf8_decode(words, strnlen(words, 4), &character);
    int hundredths = width_of(length == 0 ? 0xFFFD : character);

    *ret_width = (hundredths * size * (is_bold ? 112 : 100) + 9999) / 10000;
    return length == 0 ? 1 : length;
}

int svg_width(const char *words, int size, bool is_bold)
{
    int width = 0;

    while (*words != '\0' && width < 10 * SVG_WIDTH) {
        int more;

        words += step(words, size, is_bold, &more);
        width += more;
    }
    return width;
}

/* How many bytes fit into the room. */
static size_t bytes_that_fit(const char *words, int size, bool is_bold, int room)
{
    size_t at = 0;
    int width = 0;

    while (words[at] != '\0') {
        int more;
        size_t length = step(words + at, size, is_bold, &more);

        if (width + more > room)
            break;
        width += more;
        at += length;
    }
    return at;
}

/* ... whole words of them; 0: not even the first. */
static size_t words_that_fit(const char *words, int size, bool is_bold, int room)
{
    size_t at = bytes_that_fit(words, size, is_bold, room);

    if (words[at] == '\0' || words[at] == ' ')
        return at;
    while (at > 0 && words[at] != ' ')
        at--;
    return at;
}

static const char *anchor_word(enum svg_anchor anchor)
{
    switch (anchor) {
    case ANCHOR_START:
        return "start";
    case ANCHOR_MIDDLE:
        return "middle";
    case ANCHOR_END:
        return "end";
    }
    return "start";
}

static void put_ground(struct text *target, const struct svg_words *place, int y, const char *words)
{
    int size = place->size != 0 ? place->size : SVG_TEXT;
    int width = svg_width(words, size, place->is_bold);
    int left = place->anchor == ANCHOR_END      ? place->x - width
               : place->anchor == ANCHOR_MIDDLE ? place->x - width / 2
                                                : place->x;

    text_printf(target, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>",
                left, y - size * 8 / 10, width, size * 9 / 10);
}

static void put_line(struct text *target, const struct svg_words *place, int y, const char *words)
{
    if (place->has_ground)
        put_ground(target, place, y, words);
    text_printf(target, "<text x=\"%d\" y=\"%d\"", place->x, y);
    if (place->size != 0)
        text_printf(target, " font-size=\"%d\"", place->size);
    if (place->anchor != ANCHOR_START)
        text_printf(target, " text-anchor=\"%s\"", anchor_word(place->anchor));
    if (place->colour != COLOUR_TEXT)
        text_printf(target, " fill=\"#%06x\"", (unsigned)place->colour);
    text_append_string(target, place->is_bold ? " font-weight=\"600\">" : ">");
    markup_put(target, words);
    text_append_string(target, "</text>");
}

enum { LINE_BYTES = 512 };

/* `words`, or what fits of them and …. */
static void fit(const struct svg_words *place, const char *words, char line[static LINE_BYTES])
{
    static const char ellipsis[] = "\xE2\x80\xA6";
    int size = place->size != 0 ? place->size : SVG_TEXT;
    size_t length = strlen(words);

    if ((place->room > 0 && svg_width(words, size, place->is_bold) > place->room) ||
        length >= LINE_BYTES) {
        int room = place->room > 0 ? place->room : SVG_WIDTH;

        length = bytes_that_fit(words, size, place->is_bold, room - size);
        if (length > LINE_BYTES - sizeof ellipsis)
            length = utf8_border(words, LINE_BYTES - sizeof ellipsis);
        while (length > 0 && words[length - 1] == ' ')
            length--;
        memcpy(line, words, length);
        memcpy(line + length, ellipsis, sizeof ellipsis);
        return;
    }
    memcpy(line, words, length + 1);
}

void svg_words(struct text *target, const struct svg_words *place, const char *words)
{
    char line[LINE_BYTES];

    fit(place, words, line);
    put_line(target, place, place->y, line);
}

void svg_label(struct text *target, const struct svg_words *place, const char *words)
{
    int size = place->size != 0 ? place->size : SVG_TEXT;
    int base = size * 7 / 20; /* from the middle of a line to its base */
    size_t first = words_that_fit(words, size, place->is_bold, place->room);
    char line[LINE_BYTES];

    if (words[first] == '\0' || first == 0 || first >= LINE_BYTES) {
        fit(place, words, line);
        put_line(target, place, place->y + base, line);
        return;
    }
    memcpy(line, words, first);
    line[first] = '\0';
    put_line(target, place, place->y + base - size * 11 / 20, line);
    fit(place, words + first + strspn(words + first, " "), line);
    put_line(target, place, place->y + base + size * 11 / 20, line);
}
