#include "core/cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* One command line, one process: what was chosen holds for all of it. */
static enum terminal_colour chosen;
static FILE *standing_in;
static FILE *stood_for;

void terminal_choose(enum terminal_colour colour)
{
    chosen = colour;
}

void terminal_stand_in(FILE *stand_in, FILE *shown)
{
    standing_in = stand_in;
    stood_for = shown;
}

static int descriptor_of(FILE *target)
{
    return fileno(target == standing_in && target != NULL ? stood_for : target);
}

bool terminal_is(FILE *target)
{
    int fd = descriptor_of(target);

    return fd >= 0 && isatty(fd) == 1;
}

bool terminal_has_colour(FILE *target)
{
    const char *none = getenv("NO_COLOR");
    const char *kind = getenv("TERM");

    switch (chosen) {
    case TERMINAL_ALWAYS:
        return true;
    case TERMINAL_NEVER:
        return false;
    case TERMINAL_AUTO:
        break;
    }
    return (none == NULL || none[0] == '\0') && kind != NULL && strcmp(kind, "dumb") != 0 &&
           terminal_is(target);
}

static struct winsize window_of(FILE *target)
{
    struct winsize window = {0};

    if (!terminal_is(target) || ioctl(descriptor_of(target), TIOCGWINSZ, &window) != 0)
        window = (struct winsize){0};
    return window;
}

size_t terminal_columns(FILE *target)
{
    return window_of(target).ws_col;
}

size_t terminal_rows(FILE *target)
{
    return window_of(target).ws_row;
}

static const char *begin_of(enum terminal_style style)
{
    switch (style) {
    case STYLE_PLAIN:
        return "";
    case STYLE_HEADING:
        return "\033[1m";
    case STYLE_BAD:
        return "\033[31m";
    case STYLE_WAITS:
        return "\033[33m";
    case STYLE_WELL:
        return "\033[32m";
    }
    return "";
}

void terminal_put(enum terminal_style style, const char *text, FILE *target)
{
    bool is_styled = style != STYLE_PLAIN && text[0] != '\0' && terminal_has_colour(target);

    if (is_styled)
        (void)fputs(begin_of(style), target);
    (void)fputs(text, target);
    if (is_styled)
        (void)fputs("\033[0m", target);
}

enum terminal_style terminal_style_of(const char *state)
{
    static const struct {
        const char *word;
        enum terminal_style style;
    } words[] = {
        {"failed", STYLE_BAD},      {"lost", STYLE_BAD},
        {"timed out", STYLE_BAD},   {"refused", STYLE_BAD},
        {"broken", STYLE_BAD},      {"unknown", STYLE_WAITS},
        {"waiting", STYLE_WAITS},   {"business", STYLE_WAITS},
        {"paused", STYLE_WAITS},    {"deferred", STYLE_WAITS},
        {"transient", STYLE_WAITS}, {"unsigned", STYLE_WAITS},
        {"suspended", STYLE_WAITS}, {"not installed", STYLE_WAITS},
        {"stopped", STYLE_WAITS},   {"cut short", STYLE_WAITS},
        {"given up", STYLE_WAITS},  {"done", STYLE_WELL},
        {"active", STYLE_WELL},     {"running", STYLE_WELL},
        {"signed", STYLE_WELL},     {"blocked", STYLE_WAITS},
        {"overdue", STYLE_WAITS},   {"red", STYLE_BAD},
        {"green", STYLE_WELL},
    };
    size_t length = strcspn(state, ",");
    size_t i;

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strlen(words[i].word) == length && memcmp(words[i].word, state, length) == 0)
            return words[i].style;
    return STYLE_PLAIN;
}

size_t terminal_fit(const char *line, size_t length, size_t columns)
{
    size_t used = 0;
    size_t i = 0;

    while (i < length) {
        if (line[i] == '\033') {
            while (i < length && line[i] != 'm')
                i++;
            i += i < length;
            continue;
        }
        if (((unsigned char)line[i] & 0xc0) != 0x80 && ++used > columns)
            break;
        i++;
    }
    return i;
}
