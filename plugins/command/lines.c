#include "lines.h"

#include "dates.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

int lines_init(struct lines *lines)
{
    memset(lines, 0, sizeof(*lines));
    lines->bytes = malloc(LINES_LINE_MAX);
    return lines->bytes == NULL ? -ENOMEM : 0;
}

void lines_release(struct lines *lines)
{
    free(lines->bytes);
    memset(lines, 0, sizeof(*lines));
}

char *lines_room(struct lines *lines, size_t *ret_size)
{
    if (lines->start > 0) {
        memmove(lines->bytes, lines->bytes + lines->start, lines->used - lines->start);
        lines->used -= lines->start;
        lines->start = 0;
    }
    *ret_size = LINES_LINE_MAX - lines->used;
    return lines->bytes + lines->used;
}

void lines_add(struct lines *lines, size_t count)
{
    lines->used += count;
}

int lines_next(struct lines *lines, const char **ret_line, size_t *ret_length)
{
    const char *start = lines->bytes + lines->start;
    size_t size = lines->used - lines->start;
    const char *end = size == 0 ? NULL : memchr(start, '\n', size);

    if (end == NULL)
        return size == LINES_LINE_MAX ? -E2BIG : 0;
    *ret_line = start;
    *ret_length = (size_t)(end - start);
    lines->start += *ret_length + 1;
    return 1;
}

bool lines_pending(const struct lines *lines)
{
    return lines->used > lines->start;
}

/* Length of the UTF-8 character at `at`, 0 when it is not one. */
static size_t character(const unsigned char *at, size_t left)
{
    size_t length = at[0] < 0x80 ? 1 : at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    size_t i;

    if ((at[0] >= 0x80 && at[0] < 0xc2) || at[0] > 0xf4 || length > left)
        return 0;
    for (i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    }
    /* Overlong forms, surrogates, beyond U+10FFFF. */
    if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
        (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
        return 0;
    return length;
}

void lines_cut(char *text)
{
    size_t left = strlen(text);
    size_t step;

    for (; left > 0; text += step, left -= step) {
        step = character((const unsigned char *)text, left);
        if (step == 0) {
            *text = '\0';
            return;
        }
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = ' ';
    }
}

static int fail(char problem[LINES_PROBLEM_MAX], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int fail(char problem[LINES_PROBLEM_MAX], const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(problem, LINES_PROBLEM_MAX, format, arguments);
    va_end(arguments);
    lines_cut(problem);
    return -EINVAL;
}

/* The depth after one character outside of strings. */
static unsigned depth_after(unsigned depth, unsigned char character)
{
    if (character == '{' || character == '[')
        return depth + 1;
    return (character == '}' || character == ']') && depth > 0 ? depth - 1 : depth;
}

/* What cJSON would let through: bytes that are no text, \u0000 (which would end a string early
 * and in silence), depth. */
static int bytes_check(const char *line, size_t length, char *problem)
{
    bool in_string = false;
    unsigned depth = 0;
    size_t i = 0;

    while (i < length) {
        const unsigned char *at = (const unsigned char *)line + i;
        size_t step = character(at, length - i);

        if (step == 0)
            return fail(problem, "linjen er ikke UTF-8 (byte %zu)", i + 1);
        if (*at < 0x20 && *at != '\t' && !(*at == '\r' && i + 1 == length))
            return fail(problem, "linjen har et styretegn (byte %zu); i JSON skrives det \\n",
                        i + 1);
        if (in_string && *at == '\\') {
            if (length - i >= 6 && memcmp(at, "\\u0000", 6) == 0)
                return fail(problem, "linjen har et \\u0000 (byte %zu)", i + 1);
            step = i + 1 < length && at[1] < 0x80 ? 2 : 1;
        } else if (*at == '"') {
            in_string = !in_string;
        } else if (!in_string) {
            depth = depth_after(depth, *at);
        }
        if (depth > LINES_DEPTH_MAX)
            return fail(problem, "linjen er dybere end %d lag", LINES_DEPTH_MAX);
        i += step;
    }
    return 0;
}

/* Only these members, each at most once. `names` ends with NULL. */
static int members_check(const cJSON *object, const char *const *names, const char *where,
                         char *problem)
{
    const cJSON *member, *other;
    size_t count = 0;
    size_t i;

    cJSON_ArrayForEach(member, object)
    {
        if (++count > LINES_MEMBERS_MAX)
            return fail(problem, "%s har over %d felter", where, LINES_MEMBERS_MAX);
        for (i = 0; names[i] != NULL && strcmp(names[i], member->string) != 0; i++)
            continue;
        if (names[i] == NULL)
            return fail(problem, "%s har et ukendt felt \"%.40s\"", where, member->string);
        for (other = object->child; other != member; other = other->next) {
            if (strcmp(other->string, member->string) == 0)
                return fail(problem, "%s har \"%s\" to gange", where, names[i]);
        }
    }
    return 0;
}

/* A text without control characters, of at most size - 1 bytes. Absent is "". */
static int line_take(const cJSON *object, const char *name, char *target, size_t size,
                     char *problem)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);
    const char *at;

    target[0] = '\0';
    if (member == NULL)
        return 0;
    if (!cJSON_IsString(member))
        return fail(problem, "\"%s\" skal være en tekst", name);
    if (strlen(member->valuestring) >= size)
        return fail(problem, "\"%s\" er på %zu tegn, men må højst være på %zu", name,
                    strlen(member->valuestring), size - 1);
    for (at = member->valuestring; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            return fail(problem, "\"%s\" må ikke have linjeskift og andre styretegn", name);
    }
    memcpy(target, member->valuestring, strlen(member->valuestring) + 1);
    return 0;
}

/* A sentence: made one line, and cut at a character when it is too long. */
static int note_take(const cJSON *member, const char *name, bool must, char *target, char *problem)
{
    target[0] = '\0';
    if (!must && member == NULL)
        return 0;
    if (member == NULL || !cJSON_IsString(member) || (must && member->valuestring[0] == '\0'))
        return fail(problem, "\"%s\" skal være en sætning", name);
    (void)snprintf(target, AG_NOTE_MAX, "%s", member->valuestring);
    lines_cut(target);
    return 0;
}

/* A member that is a point in time, as milliseconds; absent is 0. */
static int instant_take(const cJSON *object, const char *name, int64_t *ret_ms, char *problem)
{
    char text[DATES_INSTANT_MAX];
    int error = line_take(object, name, text, sizeof(text), problem);

    if (error == 0 && text[0] != '\0' && instant_read(text, ret_ms) != 0)
        error =
            fail(problem, "\"%s\" er \"%s\", men skal være et tidspunkt som 2026-01-31T14:00+01:00",
                 name, text);
    return error;
}

static int add_take(struct message *message, const cJSON *add, char *problem)
{
    static const char *const names[] = {"reference", "payload",    "priority", "business_date",
                                        "deadline",  "not_before", NULL};
    const cJSON *payload = cJSON_GetObjectItemCaseSensitive(add, "payload");
    const cJSON *priority = cJSON_GetObjectItemCaseSensitive(add, "priority");
    char date[16];
    int error;

    if (!cJSON_IsObject(add))
        return fail(problem, "\"add\" skal være et objekt");
    error = members_check(add, names, "\"add\"", problem);
    if (error == 0)
        error =
            line_take(add, "reference", message->reference, sizeof(message->reference), problem);
    if (error == 0 && message->reference[0] == '\0')
        error = fail(problem, "\"reference\" mangler");
    if (error == 0)
        error = line_take(add, "business_date", date, sizeof(date), problem);
    if (error == 0)
        error = instant_take(add, "deadline", &message->deadline_ms, problem);
    if (error == 0)
        error = instant_take(add, "not_before", &message->not_before_ms, problem);
    if (error != 0)
        return error;
    if (date[0] != '\0' && date_read(date, &message->business_day) != 0)
        return fail(problem, "\"business_date\" er \"%s\", men skal være en dato som 2026-01-31",
                    date);
    if (priority != NULL && (!cJSON_IsNumber(priority) ||
                             !(priority->valuedouble >= -1000 && priority->valuedouble <= 1000) ||
                             priority->valuedouble - (int32_t)priority->valuedouble != 0))
        return fail(problem, "\"priority\" skal være et helt tal fra -1000 til 1000");
    message->priority = priority == NULL ? 0 : (int32_t)priority->valuedouble;
    if (payload != NULL && !cJSON_IsString(payload))
        return fail(problem, "\"payload\" skal være en tekst");
    if (payload != NULL && strlen(payload->valuestring) >= AG_PAYLOAD_MAX)
        return fail(problem, "\"payload\" er over %d bytes; læg indholdet i en fil",
                    AG_PAYLOAD_MAX - 1);
    message->payload = strdup(payload == NULL ? "" : payload->valuestring);
    return message->payload == NULL ? -ENOMEM : 0;
}

/* The kinds: the member that tells, and those that may go with it. */
static const struct {
    enum message_kind kind;
    const char *name;
    const char *const members[4];
} kinds[] = {
    {MESSAGE_ADD, "add", {"add", NULL}},
    {MESSAGE_COLLECTED, "collected", {"collected", NULL}},
    {MESSAGE_DONE, "done", {"done", "note", "department", NULL}},
    {MESSAGE_BUSINESS, "business", {"business", "department", NULL}},
    {MESSAGE_TRANSIENT, "transient", {"transient", NULL}},
    {MESSAGE_BROKEN, "broken", {"broken", NULL}},
};

static int kind_take(struct message *message, const cJSON *root, const char *name, char *problem)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(root, name);
    int error =
        line_take(root, "department", message->department, sizeof(message->department), problem);

    if (error != 0)
        return error;
    switch (message->kind) {
    case MESSAGE_ADD:
        return add_take(message, member, problem);
    case MESSAGE_COLLECTED:
    case MESSAGE_DONE:
        if (!cJSON_IsTrue(member))
            return fail(problem, "\"%s\" skal være true", name);
        return note_take(cJSON_GetObjectItemCaseSensitive(root, "note"), "note", false,
                         message->note, problem);
    case MESSAGE_BUSINESS:
    case MESSAGE_TRANSIENT:
    case MESSAGE_BROKEN:
        return note_take(member, name, true, message->note, problem);
    }
    return fail(problem, "beskeden kendes ikke");
}

int message_read(struct message *message, const char *line, size_t length,
                 char problem[LINES_PROBLEM_MAX])
{
    const char *end = NULL;
    cJSON *root = NULL;
    size_t i;
    int error;

    memset(message, 0, sizeof(*message));
    problem[0] = '\0';
    error = bytes_check(line, length, problem);
    if (error != 0)
        return error;
    root = cJSON_ParseWithLengthOpts(line, length, &end, 0);
    while (root != NULL && end < line + length && strchr(" \t\r", *end) != NULL)
        end++;
    if (!cJSON_IsObject(root) || end != line + length) {
        error = fail(problem, "linjen er ikke ét JSON-objekt");
        goto out;
    }
    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (cJSON_GetObjectItemCaseSensitive(root, kinds[i].name) != NULL)
            break;
    }
    if (i == sizeof(kinds) / sizeof(kinds[0])) {
        error = fail(problem, "linjen har hverken add, collected, done, business, transient "
                              "eller broken");
        goto out;
    }
    message->kind = kinds[i].kind;
    error = members_check(root, kinds[i].members, "linjen", problem);
    if (error == 0)
        error = kind_take(message, root, kinds[i].name, problem);
out:
    cJSON_Delete(root);
    return error;
}

void message_release(struct message *message)
{
    free(message->payload);
    message->payload = NULL;
}

/* The object as one line; takes it over. */
static char *request_print(cJSON *object)
{
    char *text = object == NULL ? NULL : cJSON_PrintUnformatted(object);
    size_t length = text == NULL ? 0 : strlen(text);
    char *line = text == NULL || length + 1 > LINES_LINE_MAX ? NULL : malloc(length + 2);

    if (line != NULL) {
        memcpy(line, text, length);
        memcpy(line + length, "\n", 2);
    }
    cJSON_free(text);
    cJSON_Delete(object);
    return line;
}

static cJSON *request_new(const char *what)
{
    cJSON *object = cJSON_CreateObject();

    if (cJSON_AddStringToObject(object, "do", what) == NULL) {
        cJSON_Delete(object);
        return NULL;
    }
    return object;
}

/* Adds the run's input as it was written: read and printed again, a long number would be rounded.
 * Line ends can only stand between tokens of a JSON text, so as blanks they change nothing. */
static bool input_add(cJSON *object, const struct ag_host *host)
{
    const char *input = AG_HAS(host, struct ag_host, input) ? host->input : NULL;
    char *text;
    char *end;
    bool added;

    if (input == NULL || input[0] == '\0')
        return true;
    text = strdup(input);
    if (text == NULL)
        return false;
    for (end = strpbrk(text, "\r\n"); end != NULL; end = strpbrk(end, "\r\n"))
        *end = ' ';
    added = cJSON_AddRawToObject(object, "input", text) != NULL;
    free(text);
    return added;
}

char *request_collect(const struct ag_host *host)
{
    cJSON *object = request_new("collect");

    if (object != NULL && !input_add(object, host)) {
        cJSON_Delete(object);
        return NULL;
    }
    return request_print(object);
}

char *request_end(void)
{
    return request_print(request_new("end"));
}

char *request_perform(const struct ag_host *host, const struct ag_item *item)
{
    cJSON *object = request_new("perform");
    int64_t deadline_ms = AG_HAS(item, struct ag_item, deadline_ms) ? item->deadline_ms : 0;
    char deadline[DATES_INSTANT_MAX];

    if (cJSON_AddStringToObject(object, "reference", item->reference) == NULL ||
        cJSON_AddStringToObject(object, "payload", item->payload) == NULL ||
        cJSON_AddNumberToObject(object, "attempt", item->attempt) == NULL)
        goto fail;
    if (deadline_ms > 0) {
        instant_write(deadline_ms, deadline);
        if (cJSON_AddStringToObject(object, "deadline", deadline) == NULL)
            goto fail;
    }
    if (!input_add(object, host))
        goto fail;
    return request_print(object);
fail:
    cJSON_Delete(object);
    return NULL;
}
