/* What of a reference may be shown. */
#include <string.h>

#include "core/base/log.h"
#include "core/base/text.h"
#include "core/store/item.h"
#include "core/store/reference_key.h"

enum {
    CPR_DIGITS = 6, /* in a row, in every form of a CPR number */
    SHOWN_MAX = 4
};

static bool may_hold_cpr(const char *normalised)
{
    size_t digits = 0;

    for (; *normalised != '\0' && digits < CPR_DIGITS; normalised++)
        digits = *normalised >= '0' && *normalised <= '9' ? digits + 1 : 0;
    return digits == CPR_DIGITS;
}

static bool holds_cpr(const char *normalised)
{
    struct text redacted;
    bool holds;

    text_init(&redacted, (size_t)8 * ITEM_REFERENCE_MAX);
    log_redact(normalised, strlen(normalised), &redacted);
    holds = redacted.broken != 0 || strstr(text_string(&redacted), "[CPR]") != NULL;
    text_release(&redacted);
    return holds;
}

void reference_mask(const char *normalised, char target[static REFERENCE_MASKED_MAX])
{
    size_t characters = 0;
    size_t shown;
    size_t length = strlen(normalised);
    size_t at;

    if (may_hold_cpr(normalised) && holds_cpr(normalised)) {
        memcpy(target, "*CPR", sizeof "*CPR");
        return;
    }
    for (at = 0; at < length; at++)
        characters += ((unsigned char)normalised[at] & 0xC0) != 0x80;
    shown = characters / 3 < SHOWN_MAX ? characters / 3 : SHOWN_MAX;
    for (at = length; shown > 0 && at > 0;) {
        at--;
        shown -= ((unsigned char)normalised[at] & 0xC0) != 0x80;
    }
    target[0] = '*';
    memcpy(target + 1, normalised + at, length - at);
    target[1 + length - at] = '\0';
}
