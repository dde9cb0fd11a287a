/* wire.c - one table says what each frame holds; encoding and decoding both walk it. */
#include "core/run/wire.h"

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "core/base/text.h"

enum field_kind { FIELD_NONE = 0, FIELD_U32, FIELD_CHOICE, FIELD_I64, FIELD_TEXT, FIELD_ITEMS };
enum text_kind { TEXT_BYTES, TEXT_UTF8, TEXT_LINE };

struct field {
    enum field_kind kind;
    enum text_kind text;
    size_t offset;  /* in struct wire_frame */
    uint32_t least; /* value or length; ITEMS: 1 when the items are new */
    uint32_t most;  /* value or length; CHOICE: a bit per value that may be sent */
};

#define AT(member) offsetof(struct wire_frame, member)
#define U32(member, low, high)                                                                     \
    {                                                                                              \
        FIELD_U32, TEXT_BYTES, AT(member), low, high                                               \
    }
#define CHOICE(member, bits)                                                                       \
    {                                                                                              \
        FIELD_CHOICE, TEXT_BYTES, AT(member), 0, bits                                              \
    }
#define I64(member)                                                                                \
    {                                                                                              \
        FIELD_I64, TEXT_BYTES, AT(member), 0, 0                                                    \
    }
#define TEXT(member, is, low, top)                                                                 \
    {                                                                                              \
        FIELD_TEXT, is, AT(member), low, top                                                       \
    }
#define ITEMS(new_ones)                                                                            \
    {                                                                                              \
        FIELD_ITEMS, TEXT_BYTES, AT(items), new_ones, 0                                            \
    }
#define NO_MORE_FIELDS                                                                             \
    {                                                                                              \
        FIELD_NONE, TEXT_BYTES, 0, 0, 0                                                            \
    }

#define BIT(value) (1u << (value))
#define RESULT_CHOICES                                                                             \
    (BIT(WIRE_DONE) | BIT(WIRE_BUSINESS) | BIT(WIRE_TRANSIENT) | BIT(WIRE_BROKEN) |                \
     BIT(WIRE_UNKNOWN))
#define END_CHOICES  (BIT(WIRE_DONE) | BIT(WIRE_TRANSIENT) | BIT(WIRE_BROKEN) | BIT(WIRE_STOPPED))
#define LAST_CHOICES (BIT(WIRE_MORE_FRAMES) | BIT(WIRE_MORE_ITEMS) | BIT(WIRE_NO_MORE))

enum { PRIORITY_MOST = 1000, FIELDS_MOST = 8, ITEM_FIXED_BYTES = 56 };

static const struct field fields_of[WIRE_END + 1][FIELDS_MOST] = {
    [WIRE_SETUP] = {TEXT(text, TEXT_UTF8, 0, WIRE_SETUP_MAX), NO_MORE_FIELDS},
    [WIRE_HELLO] = {TEXT(hash, TEXT_BYTES, WIRE_HASH_SIZE, WIRE_HASH_SIZE),
                    TEXT(note, TEXT_UTF8, 0, WIRE_PLUGIN_NOTE_MAX), NO_MORE_FIELDS},
    [WIRE_REFUSED] = {TEXT(text, TEXT_LINE, 0, WIRE_TEXT_MAX), NO_MORE_FIELDS},
    [WIRE_RUN] = {I64(run), NO_MORE_FIELDS},
    [WIRE_STOP] = {I64(run), NO_MORE_FIELDS},
    [WIRE_KILL] = {I64(run), NO_MORE_FIELDS},
    [WIRE_NAME] = {I64(run), I64(item), NO_MORE_FIELDS},
    [WIRE_ENDED] = {I64(run), U32(status, 0, UINT32_MAX), I64(cpu_ms), I64(rss_kib), I64(log_bytes),
                    U32(step, 0, WIRE_IN_CLOSE), U32(count, 0, UINT32_MAX), NO_MORE_FIELDS},
    [WIRE_START] = {I64(run), TEXT(robot, TEXT_LINE, 1, WIRE_ROBOT_MAX),
                    U32(lease, 1, WIRE_ITEMS_MAX), U32(skip_collect, 0, 1),
                    TEXT(input, TEXT_UTF8, 0, WIRE_INPUT_MAX),
                    TEXT(configuration, TEXT_UTF8, 0, WIRE_CONFIGURATION_MAX), NO_MORE_FIELDS},
    [WIRE_ADD] = {U32(count, 1, WIRE_ITEMS_MAX), ITEMS(1), NO_MORE_FIELDS},
    [WIRE_FLUSHED] = {U32(count, 0, UINT32_MAX), NO_MORE_FIELDS},
    [WIRE_LEASE] = {U32(count, 1, WIRE_ITEMS_MAX), NO_MORE_FIELDS},
    [WIRE_ITEMS] = {U32(count, 0, WIRE_ITEMS_MAX), CHOICE(last, LAST_CHOICES), ITEMS(0),
                    NO_MORE_FIELDS},
    [WIRE_RESULT] = {I64(item), CHOICE(outcome, RESULT_CHOICES), I64(begun_ms),
                     U32(duration_ms, 0, UINT32_MAX),
                     TEXT(department, TEXT_LINE, 0, WIRE_DEPARTMENT_MAX),
                     TEXT(note, TEXT_LINE, 0, WIRE_NOTE_MAX), NO_MORE_FIELDS},
    [WIRE_END] = {CHOICE(outcome, END_CHOICES), U32(collected, 0, 1),
                  TEXT(note, TEXT_LINE, 0, WIRE_NOTE_MAX), NO_MORE_FIELDS},
};

static bool is_type(uint32_t type)
{
    return (type >= WIRE_SETUP && type <= WIRE_NAME) || (type >= WIRE_START && type <= WIRE_END);
}

static bool is_value_allowed(const struct field *field, uint32_t value)
{
    if (field->kind == FIELD_CHOICE)
        return value < 32 && (field->most & BIT(value)) != 0;
    return value >= field->least && value <= field->most;
}

static bool is_item_allowed(const struct wire_item *item, bool is_new)
{
    if (item->id < 0 || item->probe > 1 || item->priority < -PRIORITY_MOST ||
        item->priority > PRIORITY_MOST)
        return false;
    if (item->deadline_ms < 0 || item->not_before_ms < 0 || item->added_ms < 0)
        return false;
    return is_new ? item->id == 0 && item->attempt == 0 && item->probe == 0
                  : item->not_before_ms == 0 && item->added_ms == 0;
}

struct reader {
    const char *at;
    size_t left;
};

static bool read_u32(struct reader *reader, uint32_t *ret_value)
{
    uint32_t raw;

    if (reader->left < sizeof(raw))
        return false;
    memcpy(&raw, reader->at, sizeof(raw));
    reader->at += sizeof(raw);
    reader->left -= sizeof(raw);
    *ret_value = le32toh(raw);
    return true;
}

static bool read_i32(struct reader *reader, int32_t *ret_value)
{
    uint32_t value;

    if (!read_u32(reader, &value))
        return false;
    memcpy(ret_value, &value, sizeof(value));
    return true;
}

static bool read_i64(struct reader *reader, int64_t *ret_value)
{
    uint64_t raw;

    if (reader->left < sizeof(raw))
        return false;
    memcpy(&raw, reader->at, sizeof(raw));
    reader->at += sizeof(raw);
    reader->left -= sizeof(raw);
    raw = le64toh(raw);
    memcpy(ret_value, &raw, sizeof(raw));
    return *ret_value >= 0;
}

static bool read_text(struct reader *reader, enum text_kind kind, uint32_t least, uint32_t most,
                      struct wire_text *ret_text)
{
    uint32_t length;
    const char *bytes;

    if (!read_u32(reader, &length) || length < least || length > most || length > reader->left)
        return false;
    bytes = reader->at;
    reader->at += length;
    reader->left -= length;
    if (kind == TEXT_UTF8 && !text_is_utf8(bytes, length))
        return false;
    if (kind == TEXT_LINE && !text_is_line(bytes, length))
        return false;
    ret_text->bytes = bytes;
    ret_text->length = length;
    return true;
}

static bool read_item(struct reader *reader, bool is_new, struct wire_item *item)
{
    return read_i64(reader, &item->id) && read_u32(reader, &item->attempt) &&
           read_u32(reader, &item->probe) && read_i32(reader, &item->priority) &&
           read_i32(reader, &item->business_day) && read_i64(reader, &item->deadline_ms) &&
           read_i64(reader, &item->not_before_ms) && read_i64(reader, &item->added_ms) &&
           read_text(reader, TEXT_LINE, 1, WIRE_REFERENCE_MAX, &item->reference) &&
           read_text(reader, TEXT_UTF8, 0, WIRE_PAYLOAD_MAX, &item->payload) &&
           is_item_allowed(item, is_new);
}

static bool read_field(struct reader *reader, const struct field *field, struct wire_frame *frame)
{
    char *target = (char *)frame + field->offset;
    struct wire_text text = {NULL, 0};
    int64_t wide = 0;
    uint32_t value = 0;
    uint32_t i;

    switch (field->kind) {
    case FIELD_NONE:
        return false;
    case FIELD_U32:
    case FIELD_CHOICE:
        if (!read_u32(reader, &value) || !is_value_allowed(field, value))
            return false;
        memcpy(target, &value, sizeof(value));
        return true;
    case FIELD_I64:
        if (!read_i64(reader, &wide))
            return false;
        memcpy(target, &wide, sizeof(wide));
        return true;
    case FIELD_TEXT:
        if (!read_text(reader, field->text, field->least, field->most, &text))
            return false;
        memcpy(target, &text, sizeof(text));
        return true;
    case FIELD_ITEMS:
        for (i = 0; i < frame->count; i++) /* count was held to WIRE_ITEMS_MAX before */
            if (!read_item(reader, field->least == 1, &frame->items[i]))
                return false;
        return true;
    }
    return false;
}

int wire_decode(const char *bytes, size_t length, struct wire_frame *ret_frame)
{
    struct reader reader = {bytes, length};
    const struct field *field;
    uint32_t type;

    if (length > WIRE_FRAME_MAX || !read_u32(&reader, &type) || !is_type(type))
        return -EPROTO;
    ret_frame->type = (enum wire_type)type;
    for (field = fields_of[type]; field->kind != FIELD_NONE; field++)
        if (!read_field(&reader, field, ret_frame))
            return -EPROTO;
    return reader.left == 0 ? 0 : -EPROTO;
}

static void put_u32(struct text *target, uint32_t value)
{
    uint32_t raw = htole32(value);

    text_append(target, &raw, sizeof(raw));
}

static void put_i64(struct text *target, int64_t value)
{
    uint64_t raw = htole64((uint64_t)value);

    text_append(target, &raw, sizeof(raw));
}

static int put_text(struct text *target, const struct wire_text *text, uint32_t least,
                    uint32_t most)
{
    if (text->length < least || text->length > most)
        return -EMSGSIZE;
    put_u32(target, text->length);
    if (text->length > 0)
        text_append(target, text->bytes, text->length);
    return 0;
}

static int put_item(struct text *target, const struct wire_item *item, bool is_new)
{
    int r;

    if (!is_item_allowed(item, is_new))
        return -EINVAL;
    put_i64(target, item->id);
    put_u32(target, item->attempt);
    put_u32(target, item->probe);
    put_u32(target, (uint32_t)item->priority);
    put_u32(target, (uint32_t)item->business_day);
    put_i64(target, item->deadline_ms);
    put_i64(target, item->not_before_ms);
    put_i64(target, item->added_ms);
    r = put_text(target, &item->reference, 1, WIRE_REFERENCE_MAX);
    if (r == 0)
        r = put_text(target, &item->payload, 0, WIRE_PAYLOAD_MAX);
    return r;
}

static int put_field(struct text *target, const struct field *field, const struct wire_frame *frame)
{
    const char *source = (const char *)frame + field->offset;
    struct wire_text text;
    int64_t wide;
    uint32_t value;
    uint32_t i;
    int r = 0;

    switch (field->kind) {
    case FIELD_NONE:
        break;
    case FIELD_U32:
    case FIELD_CHOICE:
        memcpy(&value, source, sizeof(value));
        put_u32(target, value);
        return is_value_allowed(field, value) ? 0 : -EINVAL;
    case FIELD_I64:
        memcpy(&wide, source, sizeof(wide));
        put_i64(target, wide);
        return wide >= 0 ? 0 : -EINVAL;
    case FIELD_TEXT:
        memcpy(&text, source, sizeof(text));
        return put_text(target, &text, field->least, field->most);
    case FIELD_ITEMS:
        for (i = 0; i < frame->count && r == 0; i++)
            r = put_item(target, &frame->items[i], field->least == 1);
        break;
    }
    return r;
}

int wire_encode(const struct wire_frame *frame, struct text *target)
{
    const struct field *field;
    int r = 0;

    text_clear(target);
    if (!is_type((uint32_t)frame->type))
        return -EINVAL;
    put_u32(target, (uint32_t)frame->type);
    for (field = fields_of[frame->type]; field->kind != FIELD_NONE && r == 0; field++)
        r = put_field(target, field, frame);
    if (r == 0 && target->broken)
        r = target->broken == -E2BIG ? -EMSGSIZE : target->broken;
    if (r == 0 && target->length > WIRE_FRAME_MAX)
        r = -EMSGSIZE;
    return r;
}

size_t wire_item_size(const struct wire_item *item)
{
    return ITEM_FIXED_BYTES + (size_t)item->reference.length + item->payload.length;
}

void wire_frame_init(struct wire_frame *frame, enum wire_type type)
{
    memset(frame, 0, offsetof(struct wire_frame, items));
    frame->type = type;
}

struct wire_text wire_string(const char *string)
{
    struct wire_text text = {string, (uint32_t)strlen(string)};

    return text;
}
