#include "tags.h"

#include <stdbool.h>
#include <string.h>

/* May a name begin with it? Beyond ASCII: perhaps, that is for the parser to say. */
static bool begins_name(char c)
{
    unsigned char byte = (unsigned char)c;

    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
           byte == ':' || byte >= 0x80;
}

/* Counts the attributes of what begins at `at`, behind the '<'; gives where it ends. */
static const char *tag_count(const char *at, const char *end, size_t *ret_count)
{
    size_t count = 0;
    char quote = '\0';

    for (; at < end && *at != '<'; at++) {
        if (quote != '\0')
            quote = *at == quote ? '\0' : quote;
        else if (*at == '"' || *at == '\'')
            quote = *at;
        else if (*at == '=')
            count++;
        else if (*at == '>')
            break;
    }
    *ret_count = count;
    return at;
}

static size_t line_of(const char *bytes, const char *at)
{
    size_t line = 1;

    for (; bytes < at; bytes++)
        line += *bytes == '\n';
    return line;
}

size_t tags_crowded(const char *bytes, size_t size)
{
    const char *end = bytes + size;
    const char *at = bytes;
    size_t count = 0;

    while (at < end && (at = memchr(at, '<', (size_t)(end - at))) != NULL) {
        const char *tag = at++;

        if (at == end || !begins_name(*at))
            continue;
        at = tag_count(at, end, &count);
        if (count > TAGS_ATTRIBUTES_MAX)
            return line_of(bytes, tag);
    }
    return 0;
}
