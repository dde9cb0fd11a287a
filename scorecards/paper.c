#include "scorecards/paper.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/base/cpr.h"
#include "core/base/text.h"

enum { LABEL_COLUMNS = 18 /* "Afdelingsleder", and room behind it */ };

static void put_blanks(struct text *target, size_t count)
{
    while (count-- > 0)
        text_append_char(target, ' ');
}

/* Words in lines of at most PAPER_COLUMNS; the first is begun already, at `column`; the next ones
 * begin at `indent`. A word that is longer than a line is cut. */
static void put_words(struct text *target, const char *words, size_t column, size_t indent)
{
    bool is_first = true;

    while (*words != '\0') {
        size_t length = strcspn(words, " ");
        char word[4 * PAPER_COLUMNS + 1];
        size_t columns;

        length = length < sizeof word ? length : sizeof word - 1;
        memcpy(word, words, length);
        word[length] = '\0';
        length = text_fit(word, PAPER_COLUMNS - indent);
        word[length] = '\0';
        columns = text_columns(word);
        if (!is_first && column + 1 + columns > PAPER_COLUMNS) {
            text_append_char(target, '\n');
            put_blanks(target, indent);
            column = indent;
            is_first = true;
        }
        if (!is_first)
            text_append_char(target, ' ');
        text_append_string(target, word);
        column += columns + (is_first ? 0 : 1);
        is_first = false;
        words += length;
        words += strspn(words, " ");
    }
    text_append_char(target, '\n');
}

/* With one blank between words, and no CPR number that only now is one. text[strlen + 1] */
static void tidy(char *text)
{
    char *target = text;
    const char *at = text;

    for (; *at != '\0'; at++)
        if (*at != ' ' || at[1] != ' ')
            *target++ = *at;
    *target = '\0';
    cpr_hide(text, text);
}

void paper_demo_mark(struct text *target)
{
    text_append_string(target, "*** DEMO - ALT I DETTE DOKUMENT ER OPDIGTET ***\n");
}

void paper_paragraph(struct text *target, const char *format, ...)
{
    char words[4096];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    tidy(words);
    put_blanks(target, PAPER_INDENT);
    put_words(target, words, PAPER_INDENT, PAPER_INDENT);
}

void paper_labelled(struct text *target, const char *label, const char *words)
{
    size_t indent = PAPER_INDENT + LABEL_COLUMNS;
    char text[4096];

    (void)text_copy(text, sizeof text, words);
    tidy(text);
    put_blanks(target, PAPER_INDENT);
    text_append_string(target, label);
    put_blanks(target, LABEL_COLUMNS - text_columns(label));
    put_words(target, text, indent, indent);
}
