#include "core/base/reference.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <utf8proc.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/base/utf8.h"

enum { RAW_MAX = 4 * REFERENCE_MAX /* before white space and combining marks go */ };

/* Blank though Unicode counts them as letters, marks or symbols: U+2800 Braille without dots, U+FFFC the object that is
 * not there, U+13441 and U+13442 hieroglyphic blanks, U+16FE4 the filler of Khitan, U+1D159 the note without a head; and
 * the two joiners that are marks to it, not format controls: U+2D7F of Tifinagh's consonants, U+1107F of Brahmi's
 * numbers. */
static const uint32_t blanks[] = {0x2800,  0xfffc,  0x13441, 0x13442,
                                  0x16fe4, 0x1d159, 0x2d7f,  0x1107f};

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

static bool is_blank(uint32_t character)
{
    size_t i;

    for (i = 0; i < sizeof blanks / sizeof blanks[0]; i++)
        if (character == blanks[i])
            return true;
    return false;
}

/* Two references that look the same are the same. What is wrong with a character, or NULL. */
static const char *unlike_seen(uint32_t character)
{
    const utf8proc_property_t *property;

    if (character < 0xa0)
        return NULL; /* seen, or refused as a control character */
    if (is_space(character))
        return "looks like a plain space; write that instead";
    property = utf8proc_get_property((utf8proc_int32_t)character);
    /* What Unicode makes of one later may be composed otherwise, and its reference have another hash. */
    if (property->category == UTF8PROC_CATEGORY_CN || property->category == UTF8PROC_CATEGORY_CO)
        return "is no character of Unicode; take it out";
    if (property->category == UTF8PROC_CATEGORY_CF || property->ignorable || is_blank(character))
        return "is not seen; take it out";
    return NULL;
}

/* They are never mapped to what they look like: that would change what hashes in stores mean. */
static int check_seen(const char *bytes, size_t length, struct fault *fault)
{
    const char *wrong;
    uint32_t character = 0;
    unsigned number = 0;
    size_t size;
    size_t at;

    for (at = 0; at < length; at += size) {
        size = utf8_decode(bytes + at, length - at, &character);
        if (size == 0)
            return 0; /* refused as what it is */
        number++;
        wrong = unlike_seen(character);
        if (wrong != NULL)
            return fault_set(fault, -EINVAL,
                             "the reference has U+%04" PRIX32 " as its character %u, which %s",
                             character, number, wrong);
    }
    return 0;
}

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

/* Without the white space at both ends. */
static int trim(const char **text, size_t *ret_length, struct fault *fault)
{
    size_t length = strnlen(*text, RAW_MAX + 1);
    size_t space;

    if (length > RAW_MAX)
        return refuse(fault, "is too long");
    space = leading_space(*text, length);
    *text += space;
    length -= space;
    length -= trailing_space(*text, length);
    *ret_length = length;
    return length == 0 ? refuse(fault, "is empty") : 0;
}

int reference_compose(const char *text, char *target, struct fault *fault)
{
    size_t length = 0;
    int result = trim(&text, &length, fault);

    if (result < 0)
        return result;
    if (is_plain(text, length)) {
        if (length > REFERENCE_MAX)
            return refuse(fault, "is too long");
        memcpy(target, text, length);
        target[length] = '\0';
        return 0;
    }
    if (!is_seen_line(text, length))
        return refuse(fault, "has control or unseen characters or is not well-formed UTF-8");
    return compose(text, length, target, fault);
}

int reference_normalise(const char *reference, char *target, struct fault *fault)
{
    size_t length = 0;
    int result = trim(&reference, &length, fault);

    if (result == 0)
        result = check_seen(reference, length, fault);
    return result < 0 ? result : reference_compose(reference, target, fault);
}
