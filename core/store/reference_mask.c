/* What of a reference may be shown. */
#include <string.h>

#include "core/base/cpr.h"
#include "core/store/reference_key.h"

static bool is_first(char byte)
{
    return ((unsigned char)byte & 0xC0) != 0x80;
}

static size_t count_characters(const char *bytes, size_t length)
{
    size_t count = 0;
    size_t at;

    for (at = 0; at < length; at++)
        count += is_first(bytes[at]);
    return count;
}

/* How many characters at the end may be seen of one that has so many. */
static size_t most_shown(size_t characters, enum robot_window kind)
{
    if (kind == WINDOW_EVER)
        return REFERENCE_SHOWN_EVER_MAX;
    return characters / 3 < REFERENCE_SHOWN_MAX ? characters / 3 : REFERENCE_SHOWN_MAX;
}

void reference_mask(const char *normalised, enum robot_window kind,
                    char target[static REFERENCE_MASKED_MAX])
{
    size_t length = strlen(normalised);
    size_t shown = most_shown(count_characters(normalised, length), kind);
    size_t at = length;

    while (shown > 0 && at > 0) {
        at--;
        shown -= is_first(normalised[at]);
    }
    /* What was part of a longer number may read as a CPR number when it is cut. */
    if (cpr_is_in(normalised, length) || cpr_is_in(normalised + at, length - at))
        at = length;
    target[0] = '*';
    memcpy(target + 1, normalised + at, length - at);
    target[1 + length - at] = '\0';
}

bool reference_is_masked(const char *masked, size_t length, enum robot_window kind)
{
    size_t most = kind == WINDOW_EVER ? REFERENCE_SHOWN_EVER_MAX : REFERENCE_SHOWN_MAX;

    return masked != NULL && length > 0 && masked[0] == '*' &&
           count_characters(masked + 1, length - 1) <= most && !cpr_is_in(masked, length);
}
