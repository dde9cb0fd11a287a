#include "core/base/reference.h"

#include <errno.h>
#include <string.h>
#include <utf8proc.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/base/utf8.h"

enum { RAW_MAX = 4 * REFERENCE_MAX /* before white space and combining marks go */ };

static int refuse(struct fault *fault, const char *what)
{
    return fault_set(fault, -EINVAL,
                     "the reference %s; a reference is one line of 1 to %d bytes of UTF-8", what,
                     REFERENCE_MAX);
}

static bool is_space(uint32_t character)
{
    utf8proc_category_t category;

    if (character == ' ' || (character >= '\t' && character <= '\r'))
        return true;
    if (character < 0x80)
        return false;
    category = utf8proc_category((utf8proc_int32_t)character);
    return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
           category == UTF8PROC_CATEGORY_ZP;
}

/* The size of the white space at the start of well-formed text. */
static size_t leading_space(const char *bytes, size_t length)
{
    size_t at = 0;
    uint32_t character = 0;

    while (at < length) {
        size_t size = utf8_decode(bytes + at, length - at, &character);

        if (size == 0 || !is_space(character))
            break;
        at += size;
    }
    return at;
}

static size_t trailing_space(const char *bytes, size_t length)
{
    size_t end = length;
    uint32_t character = 0;

    while (end > 0) {
        size_t at = end - 1;

        while (at > 0 && ((unsigned char)bytes[at] & 0xC0) == 0x80)
            at--;
        if (utf8_decode(bytes + at, end - at, &character) != end - at || !is_space(character))
            break;
        end = at;
    }
    return length - end;
}

static bool is_plain(const char *bytes, size_t length)
{
    size_t i;

    for (i = 0; i < length; i++)
        if ((unsigned char)bytes[i] < 0x20 || (unsigned char)bytes[i] > 0x7e)
            return false;
    return true;
}

/* Two references that look the same are the same: not even joiners are taken. */
static bool is_seen_line(const char *bytes, size_t length)
{
    uint32_t character = 0;
    size_t at = 0;

    if (!text_is_line(bytes, length))
        return false;
    while (at < length) {
        at += utf8_decode(bytes + at, length - at, &character);
        if (utf8_is_unseen(character))
            return false;
    }
    return true;
}

/* NFC of well-formed text into target[256]. */
static int compose(const char *bytes, size_t length, char *target, struct fault *fault)
{
    static const utf8proc_option_t options =
        (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    utf8proc_int32_t characters[RAW_MAX + 1];
    utf8proc_ssize_t count = utf8proc_decompose(
        (const utf8proc_uint8_t *)bytes, (utf8proc_ssize_t)length, characters, RAW_MAX, options);

    if (count > RAW_MAX)
        return refuse(fault, "is too long");
    if (count > 0)
        count = utf8proc_reencode(characters, count, options);
    if (count < 0)
        return refuse(fault, "is not well-formed UTF-8");
    if (count > REFERENCE_MAX)
        return refuse(fault, "is too long");
    memcpy(target, characters, (size_t)count);
    target[count] = '\0';
    return 0;
}

int reference_normalise(const char *reference, char *target, struct fault *fault)
{
    size_t length = strnlen(reference, RAW_MAX + 1);
    size_t space;

    if (length > RAW_MAX)
        return refuse(fault, "is too long");
    space = leading_space(reference, length);
    reference += space;
    length -= space;
    length -= trailing_space(reference, length);
    if (length == 0)
        return refuse(fault, "is empty");
    if (is_plain(reference, length)) {
        if (length > REFERENCE_MAX)
            return refuse(fault, "is too long");
        memcpy(target, reference, length);
        target[length] = '\0';
        return 0;
    }
    if (!is_seen_line(reference, length))
        return refuse(fault, "has control or unseen characters or is not well-formed UTF-8");
    return compose(reference, length, target, fault);
}
