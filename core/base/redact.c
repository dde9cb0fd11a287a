/* The redactor of log.h, apart from log.c: a run's host needs this alone. */
#include <stdbool.h>
#include <stdint.h>

#include "core/base/cpr.h"
#include "core/base/log.h"
#include "core/base/text.h"
#include "core/base/utf8.h"

static void append_escaped(struct text *target, const char *bytes, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        text_printf(target, "\\x%02X", (unsigned)(unsigned char)bytes[i]);
}

static bool is_shown(uint32_t character)
{
    return !utf8_is_control(character) && !utf8_is_unseen(character);
}

void log_redact(const char *bytes, size_t length, struct text *target)
{
    size_t at = 0;
    size_t clean = 0; /* what lies between here and `at` is shown as it is */

    while (at < length) {
        uint32_t character = 0;
        size_t size = cpr_at(bytes, length, at);
        bool is_cpr = size != 0;

        if (!is_cpr) {
            size = utf8_decode(bytes + at, length - at, &character);
            if (size != 0 && (character == '\t' || is_shown(character))) {
                at += size;
                continue;
            }
        }
        if (at > clean)
            text_append(target, bytes + clean, at - clean);
        if (is_cpr)
            text_append_string(target, "[CPR]");
        else
            append_escaped(target, bytes + at, size == 0 ? 1 : size);
        at += size == 0 ? 1 : size;
        clean = at;
    }
    if (at > clean)
        text_append(target, bytes + clean, at - clean);
}
