/*
 * markup.h - text as it stands in HTML and SVG.
 *
 * Threads: nothing is shared.
 */
#ifndef AUTOMAGI_SCORECARDS_REPORT_MARKUP_H
#define AUTOMAGI_SCORECARDS_REPORT_MARKUP_H

struct text;

/* As content and as the value of an attribute in either quote: & < > " ' become references. What no XML can
 * hold, what is not UTF-8, and unseen signs that hide or turn around what stands beside them become U+FFFD; a
 * tab or a line's end becomes a blank. */
void markup_put(struct text *target, const char *string);

/* As the inside of a string in double quotes of a style sheet that stands in HTML. */
void markup_put_style(struct text *target, const char *string);

#endif
