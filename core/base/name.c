#include "core/base/name.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "core/base/text.h"
#include "core/base/utf8.h"

/* Small letters of Greek and Cyrillic that look like a Latin one, small or as a capital. */
static const struct {
    uint32_t character;
    char latin;
} LOOKS[] = {
    {0x3b1, 'a'}, {0x3b2, 'b'}, {0x3b5, 'e'}, {0x3b6, 'z'}, {0x3b7, 'h'}, {0x3b9, 'i'},
    {0x3ba, 'k'}, {0x3bc, 'm'}, {0x3bd, 'n'}, {0x3bf, 'o'}, {0x3c1, 'p'}, {0x3c4, 't'},
    {0x3c5, 'y'}, {0x3c7, 'x'}, {0x3f2, 'c'}, {0x3f3, 'j'}, {0x430, 'a'}, {0x432, 'b'},
    {0x435, 'e'}, {0x43a, 'k'}, {0x43c, 'm'}, {0x43d, 'h'}, {0x43e, 'o'}, {0x440, 'p'},
    {0x441, 'c'}, {0x442, 't'}, {0x443, 'y'}, {0x445, 'x'}, {0x455, 's'}, {0x456, 'i'},
    {0x458, 'j'}, {0x4bb, 'h'}, {0x501, 'd'}, {0x51b, 'q'}, {0x51d, 'w'}, {0x131, 'i'},
};

static char look_of(uint32_t character)
{
    size_t i;

    for (i = 0; i < sizeof LOOKS / sizeof LOOKS[0]; i++)
        if (LOOKS[i].character == character)
            return LOOKS[i].latin;
    return '\0';
}

static bool is_of_a_name(uint32_t character)
{
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)character);

    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
           (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO) ||
           category == UTF8PROC_CATEGORY_MC;
}

/* The part's letters and digits; never longer than the part. */
static void append(struct text *target, const char *part, size_t length)
{
    static const char HIDDEN[] = "[cpr]";
    size_t at = 0;

    while (at < length) {
        uint32_t character = 0;
        size_t size = utf8_decode(part + at, length - at, &character);
        char look = look_of(character);

        if (length - at >= sizeof HIDDEN - 1 && memcmp(part + at, HIDDEN, sizeof HIDDEN - 1) == 0)
            size = sizeof HIDDEN - 1;
        else if (look != '\0')
            text_append_char(target, look);
        else if (is_of_a_name(character))
            text_append(target, part + at, size);
        at += size > 0 ? size : 1;
    }
}

char *name_fold(const char *name)
{
    char *folded = (char *)utf8proc_NFKC_Casefold((const utf8proc_uint8_t *)name);
    const char *comma;
    struct text text;
    char *result;

    if (folded == NULL)
        return NULL;
    text_init(&text, SIZE_MAX);
    comma = strchr(folded, ',');
    if (comma != NULL) /* the family's name stands first */
        append(&text, comma, strlen(comma));
    append(&text, folded, comma != NULL ? (size_t)(comma - folded) : strlen(folded));
    result = text_take(&text);
    text_release(&text);
    free(folded);
    return result;
}

int name_is_somebody(const char *name)
{
    char *folded = name_fold(name);
    int result = -ENOMEM;

    if (folded != NULL)
        result = folded[0] != '\0';
    free(folded);
    return result;
}
