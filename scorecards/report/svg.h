/*
 * svg.h - what all charts are drawn of: a palette, patterns, text that fits, axes with round steps, legends.
 *
 * Lengths are tenths of a unit in whole numbers; SVG_WIDTH is the width of a page's text, so SVG_TEXT is 9.8 points
 * there. Colours of neighbours alternate between dark and light, and each has a pattern of its own: grey paper tells
 * them apart as well.
 *
 * Threads: nothing is shared.
 */
#ifndef AUTOMAGI_SCORECARDS_REPORT_SVG_H
#define AUTOMAGI_SCORECARDS_REPORT_SVG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/decimal.h"
#include "scorecards/report/chart.h"

struct text;

/* At 482 points a page's text is wide, 9 points are 120. */
enum { SVG_WIDTH = 6400, SVG_TEXT = 130, SVG_TEXT_SMALL = 122, SVG_LINE = 165 };

/* Contrasts are kept by tests/unit/test_chart.c. */
enum svg_colour {
    COLOUR_TEXT = 0x1B1F24,
    COLOUR_MUTED = 0x5B6470, /* text beside, axes */
    COLOUR_GRID = 0xDDE2E8,  /* may be missed */
    COLOUR_TINT = 0xEDF2F7,  /* behind what is to be looked at first */
    COLOUR_FRAME = 0x6B7280,
    COLOUR_OUTDATED = 0x8A929D, /* points that are overdue: grey, and lighter than the others */
    COLOUR_WHITE = 0xFFFFFF,
    COLOUR_FIRST = 0x123A63,  /* dark */
    COLOUR_SECOND = 0xD9731A, /* light */
    COLOUR_THIRD = 0x5A1846,  /* dark */
    COLOUR_FOURTH = 0x28988A  /* light */
};

enum svg_fill {
    FILL_FIRST,    /* solid */
    FILL_SECOND,   /* with white diagonals */
    FILL_THIRD,    /* with white dots */
    FILL_FOURTH,   /* with white crosses */
    FILL_WEAK,     /* hatched on white */
    FILL_OUTDATED, /* hatched grey */
    FILLS
};
/* The colour of its ground or its hatching, which is that of its outline too. */
enum svg_colour svg_fill_colour(enum svg_fill fill);

/* Begins an <svg> of a size, with title and description. kind: a word for the page's style ("bars"). */
void svg_begin(struct text *target, const struct chart *chart, const char *kind, int width,
               int height);
void svg_end(struct text *target);

struct svg_box {
    int x, y, width, height;
};
void svg_fill(struct text *target, const struct svg_box *box, enum svg_fill fill);
/* A rectangle that is filled white and framed; dashed for what is not there. */
void svg_frame(struct text *target, const struct svg_box *box, enum svg_colour colour);
void svg_frame_dashed(struct text *target, const struct svg_box *box, enum svg_colour colour);

struct svg_line {
    int x1, y1, x2, y2;
    int width;
    enum svg_colour colour;
    bool is_dashed;
};
void svg_line(struct text *target, const struct svg_line *line);
/* With a white edge, so that it is seen on dark bars as on white. */
void svg_line_on_anything(struct text *target, const struct svg_line *line);

enum svg_anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };
struct svg_words {
    int x, y; /* of the base line */
    int size; /* 0: SVG_TEXT */
    int room; /* cut with … to fit; 0: as it is */
    enum svg_anchor anchor;
    enum svg_colour colour;
    bool is_bold;
    bool has_ground; /* white, so that a line behind does not go through it */
};
void svg_words(struct text *target, const struct svg_words *place, const char *words);
/* On one or two lines around the middle `place->y`, the second one cut. place->room is not 0. */
void svg_label(struct text *target, const struct svg_words *place, const char *words);
/* How wide it is at most, in the widest of the usual fonts. */
int svg_width(const char *words, int size, bool is_bold);

/* An axis over whole numbers, 0 among them, with a mark at every round step. It begins and ends at a mark, at or
 * beyond what is drawn; of 0 alone there is one mark. */
struct svg_scale {
    int128 least, most, step;
    int from,
        length; /* where least stands, and how far most is from there; negative: to the left or upwards */
};
struct svg_scale svg_scale(int128 least, int128 most, int steps);
/* With as many steps as their numbers have room for on a length; `from` is still to be set. */
struct svg_scale svg_scale_across(const struct chart *chart, int128 least, int128 most, int length);
int svg_place(const struct svg_scale *scale, int128 value);
/* The widest number that may stand at the axis. */
int svg_scale_width(const struct svg_scale *scale, enum language language);
/* Lines from top to bottom, numbers under them, as many as have room; the line of 0 is strong. */
void svg_axis_below(struct text *target, const struct chart *chart, const struct svg_scale *scale,
                    int top, int bottom);
/* Lines from left to right, numbers before them. */
void svg_axis_beside(struct text *target, const struct chart *chart, const struct svg_scale *scale,
                     int left, int right);

/* What a sign in the chart means. */
enum svg_sign {
    SIGN_FIRST = FILL_FIRST,
    SIGN_SECOND = FILL_SECOND,
    SIGN_THIRD = FILL_THIRD,
    SIGN_FOURTH = FILL_FOURTH,
    SIGN_WEAK = FILL_WEAK,
    SIGN_OUTDATED = FILL_OUTDATED,
    SIGN_TARGET,
    SIGN_INTERVAL,
    SIGN_CHOSEN,
    SIGN_POINT,
    SIGN_BEGUN_POINT,
    SIGN_RANGE, /* an upright interval, or one that has no room for two ends */
    SIGN_WORSENED,
    SIGN_OVERDUE_POINT
};
struct svg_key {
    enum svg_sign sign;
    const char *name;
};
enum { SVG_KEYS_MAX = 8, SVG_KEY_HEIGHT = 220 };
/* In rows of the box's width; what it is high is returned. target NULL: only that. */
int svg_legend(struct text *target, const struct svg_box *box, const struct svg_key *keys,
               size_t count);
void svg_triangle(struct text *target, int x, int y, int size, enum svg_colour colour);

/* A chart without anything to show. */
void svg_nothing(struct text *target, const struct chart *chart);

#endif
