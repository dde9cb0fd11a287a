/*
 * Any bytes, cut into reads of any size, are lines; each line is a message that keeps the
 * contract's limits, or a problem of one line. The first byte chooses the cut.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/command/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One line of UTF-8: cutting it changes nothing. */
static void line_hold(const char *text)
{
    char copy[AG_NOTE_MAX];

    if (strlen(text) >= sizeof(copy))
        abort();
    memcpy(copy, text, strlen(text) + 1);
    lines_cut(copy);
    if (strcmp(copy, text) != 0)
        abort();
}

static void message_hold(const char *line, size_t length)
{
    char problem[LINES_PROBLEM_MAX];
    struct message message;
    int error = message_read(&message, line, length, problem);

    if (error != 0 && problem[0] == '\0')
        abort();
    line_hold(error != 0 ? problem : message.note);
    if (error == 0) {
        line_hold(message.department);
        line_hold(message.reference);
        if ((message.kind == MESSAGE_ADD) != (message.payload != NULL) ||
            (message.payload != NULL && strlen(message.payload) >= AG_PAYLOAD_MAX) ||
            message.priority < -1000 || message.priority > 1000 || message.deadline_ms < 0 ||
            message.not_before_ms < 0)
            abort();
    }
    message_release(&message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lines lines;
    const char *line = NULL;
    size_t length = 0;
    size_t step = size == 0 ? 1 : (size_t)data[0] % 64 + 1;
    size_t at = size == 0 ? 0 : 1;
    int found = 0;

    if (lines_init(&lines) != 0)
        abort();
    while (at < size && found >= 0) {
        size_t room_size = 0;
        char *room = lines_room(&lines, &room_size);
        size_t count = step < size - at ? step : size - at;

        if (room_size == 0)
            abort();
        count = count < room_size ? count : room_size;
        memcpy(room, data + at, count);
        lines_add(&lines, count);
        at += count;
        while ((found = lines_next(&lines, &line, &length)) > 0)
            message_hold(line, length);
    }
    lines_release(&lines);
    return 0;
}
