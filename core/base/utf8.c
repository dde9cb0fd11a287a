#include "core/base/utf8.h"

static bool is_continuation(unsigned char byte)
{
    return (byte & 0xc0U) == 0x80U;
}

size_t utf8_decode(const char *bytes, size_t length, uint32_t *ret_character)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t character;
    unsigned char first;
    size_t size;
    size_t i;

    if (length == 0)
        return 0;
    first = (unsigned char)bytes[0];
    if (first < 0x80) {
        *ret_character = first;
        return 1;
    }
    if (first < 0xc2 || first > 0xf4)
        return 0;
    size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (length < size)
        return 0;
    character = first & (0xffU >> (size + 1));
    for (i = 1; i < size; i++) {
        unsigned char byte = (unsigned char)bytes[i];

        if (!is_continuation(byte))
            return 0;
        character = character << 6 | (byte & 0x3fU);
    }
    if (character < least[size] || character > 0x10ffff ||
        (character >= 0xd800 && character <= 0xdfff))
        return 0;
    *ret_character = character;
    return size;
}

bool utf8_is_control(uint32_t character)
{
    return character < 0x20 || (character >= 0x7f && character <= 0x9f);
}

bool utf8_is_unseen(uint32_t character)
{
    return (character >= 0x200b && character <= 0x2069 &&
            (character <= 0x200f || character >= 0x2060 ||
             (character >= 0x2028 && character <= 0x202e))) ||
           character == 0x061c || character == 0xfeff;
}

bool utf8_is_joiner(uint32_t character)
{
    return character == 0x200c || character == 0x200d;
}

size_t utf8_border(const char *bytes, size_t length)
{
    size_t cut = length;

    while (cut > 0 && length - cut < 3 && is_continuation((unsigned char)bytes[cut]))
        cut--;
    return is_continuation((unsigned char)bytes[cut]) ? length : cut;
}
