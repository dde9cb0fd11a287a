/* test_wire.c - frames go through unchanged; what is damaged does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/text.h"
#include "core/run/wire.h"

static const enum wire_type types[] = {
    WIRE_SETUP,   WIRE_HELLO, WIRE_LOAD,  WIRE_READY,  WIRE_REFUSED, WIRE_RUN, WIRE_STOP,
    WIRE_KILL,    WIRE_ENDED, WIRE_CHECK, WIRE_NAME,   WIRE_START,   WIRE_ADD, WIRE_FLUSH,
    WIRE_FLUSHED, WIRE_LEASE, WIRE_ITEMS, WIRE_RESULT, WIRE_END};

enum { TYPE_COUNT = sizeof(types) / sizeof(types[0]) };

static struct wire_frame sent;
static struct wire_frame got;
static struct text bytes;

static int set_up(void **state)
{
    (void)state;
    text_init(&bytes, WIRE_FRAME_MAX);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    text_release(&bytes);
    return 0;
}

/* A frame of the type with every field set to something that may be sent. */
static void fill(enum wire_type type)
{
    wire_frame_init(&sent, type);
    sent.run = INT64_C(0x0102030405060708);
    sent.item = INT64_MAX;
    sent.count = 2;
    sent.last = WIRE_NO_MORE;
    sent.outcome = WIRE_BROKEN;
    sent.begun_ms = 1700000000000;
    sent.duration_ms = UINT32_MAX;
    sent.status = -EAGAIN;
    sent.cpu_ms = 5;
    sent.rss_kib = 6;
    sent.log_bytes = 7;
    sent.step = WIRE_IN_CLOSE;
    sent.lease = 16;
    sent.collected = 1;
    sent.hash = (struct wire_text){"0123456789abcdef0123456789abcde\0", WIRE_HASH_SIZE};
    sent.note = wire_string("En note på dansk");
    sent.text = wire_string("text");
    sent.robot = wire_string("robot");
    sent.configuration = wire_string("{\n}");
    sent.input = wire_string("{}");
    sent.department = wire_string("");
    memset(sent.items, 0, 2 * sizeof(sent.items[0]));
    sent.items[0].reference = wire_string("sag-1");
    sent.items[0].payload = wire_string("line\nline");
    sent.items[0].priority = -1000;
    sent.items[0].business_day = -1;
    sent.items[0].deadline_ms = 1800000000000;
    sent.items[1].not_before_ms = type == WIRE_ADD ? 1700000000000 : 0;
    sent.items[1].added_ms = type == WIRE_ADD ? 1600000000000 : 0;
    sent.items[1].reference = wire_string("sag-2");
    sent.items[1].payload = wire_string("");
    if (type == WIRE_ITEMS) {
        sent.items[1].id = 3;
        sent.items[1].attempt = 2;
        sent.items[1].probe = 1;
    }
}

static void assert_same(const struct wire_text *a, const struct wire_text *b)
{
    assert_int_equal(a->length, b->length);
    assert_memory_equal(a->bytes, b->bytes, a->length);
}

static int round_trip(enum wire_type type)
{
    fill(type);
    assert_int_equal(wire_encode(&sent, &bytes), 0);
    memset(&got, 0x55, sizeof(got));
    return wire_decode(bytes.bytes, bytes.length, &got);
}

static void every_type_goes_through(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < TYPE_COUNT; i++) {
        assert_int_equal(round_trip(types[i]), 0);
        assert_int_equal(got.type, types[i]);
    }
}

static void fields_go_through(void **state)
{
    (void)state;
    assert_int_equal(round_trip(WIRE_ENDED), 0);
    assert_true(got.run == sent.run && got.status == -EAGAIN && got.cpu_ms == 5);
    assert_true(got.rss_kib == 6 && got.log_bytes == 7 && got.step == WIRE_IN_CLOSE);
    assert_int_equal(round_trip(WIRE_HELLO), 0);
    assert_same(&got.hash, &sent.hash);
    assert_same(&got.note, &sent.note);
    assert_int_equal(round_trip(WIRE_START), 0);
    assert_int_equal(got.lease, 16);
    assert_same(&got.robot, &sent.robot);
    assert_same(&got.configuration, &sent.configuration);
    assert_same(&got.input, &sent.input);
    assert_int_equal(round_trip(WIRE_RESULT), 0);
    assert_true(got.item == INT64_MAX && got.begun_ms == 1700000000000);
    assert_true(got.outcome == WIRE_BROKEN && got.duration_ms == UINT32_MAX);
    assert_same(&got.note, &sent.note);
    assert_int_equal(got.department.length, 0);
    assert_int_equal(round_trip(WIRE_END), 0);
    assert_int_equal(got.collected, 1);
    assert_int_equal(round_trip(WIRE_ITEMS), 0);
    assert_true(got.count == 2 && got.last == WIRE_NO_MORE);
    assert_same(&got.items[0].payload, &sent.items[0].payload);
    assert_true(got.items[0].priority == -1000 && got.items[0].business_day == -1);
    assert_same(&got.items[1].reference, &sent.items[1].reference);
    assert_true(got.items[1].id == 3 && got.items[1].attempt == 2 && got.items[1].probe == 1);
    assert_true(got.items[0].deadline_ms == 1800000000000 && got.items[1].deadline_ms == 0);
    assert_int_equal(round_trip(WIRE_ADD), 0);
    assert_true(got.items[0].not_before_ms == 0 && got.items[1].not_before_ms == 1700000000000);
    assert_true(got.items[0].added_ms == 0 && got.items[1].added_ms == 1600000000000);
}

static void layout_is_little_endian(void **state)
{
    static const char run[] = {6, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1};

    (void)state;
    assert_int_equal(round_trip(WIRE_RUN), 0);
    assert_int_equal(bytes.length, sizeof(run));
    assert_memory_equal(bytes.bytes, run, sizeof(run));
}

/* In memory of its exact size, so that a sanitizer sees a byte too many being read. */
static int decode_part(const char *source, size_t length)
{
    char *part = malloc(length + !length);
    int r;

    assert_non_null(part);
    memcpy(part, source, length);
    r = wire_decode(part, length, &got);
    free(part);
    return r;
}

static void truncated_and_longer_are_refused(void **state)
{
    size_t length;
    size_t i;

    (void)state;
    for (i = 0; i < TYPE_COUNT; i++) {
        assert_int_equal(round_trip(types[i]), 0);
        for (length = 0; length < bytes.length; length++)
            assert_int_equal(decode_part(bytes.bytes, length), -EPROTO);
        text_append_char(&bytes, 'x');
        assert_int_equal(decode_part(bytes.bytes, bytes.length), -EPROTO);
    }
}

/* No bit that is turned may make a reader read outside. */
static void turned_bits_do_no_harm(void **state)
{
    size_t bit;
    size_t i;

    (void)state;
    for (i = 0; i < TYPE_COUNT; i++) {
        assert_int_equal(round_trip(types[i]), 0);
        for (bit = 0; bit < bytes.length * 8; bit++) {
            bytes.bytes[bit / 8] = (char)(bytes.bytes[bit / 8] ^ (1 << bit % 8));
            (void)decode_part(bytes.bytes, bytes.length);
            bytes.bytes[bit / 8] = (char)(bytes.bytes[bit / 8] ^ (1 << bit % 8));
        }
    }
}

static void unknown_types_are_refused(void **state)
{
    static const unsigned char unknown[] = {0, 11, 31, 41, 255};
    char frame[4] = {0};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(unknown); i++) {
        frame[0] = (char)unknown[i];
        assert_int_equal(wire_decode(frame, sizeof(frame), &got), -EPROTO);
    }
    assert_int_equal(wire_decode("\x03\0\0\1", 4, &got), -EPROTO);
    assert_int_equal(wire_decode("\x03\0\0\0", 4, &got), 0);
}

/* Encodes a filled frame and overwrites the u32 that lies `at` bytes into it. */
static int decode_with(enum wire_type type, size_t at, uint32_t value)
{
    fill(type);
    assert_int_equal(wire_encode(&sent, &bytes), 0);
    assert_true(at + 4 <= bytes.length);
    memcpy(bytes.bytes + at, &value, 4);
    return wire_decode(bytes.bytes, bytes.length, &got);
}

static void values_out_of_range_are_refused(void **state)
{
    (void)state;
    assert_int_equal(decode_with(WIRE_RUN, 8, 0x80000000u), -EPROTO); /* negative run */
    assert_int_equal(decode_with(WIRE_LEASE, 4, 0), -EPROTO);
    assert_int_equal(decode_with(WIRE_LEASE, 4, WIRE_ITEMS_MAX), 0);
    assert_int_equal(decode_with(WIRE_LEASE, 4, WIRE_ITEMS_MAX + 1), -EPROTO);
    assert_int_equal(decode_with(WIRE_ITEMS, 8, 3), -EPROTO); /* last */
    assert_int_equal(decode_with(WIRE_ITEMS, 4, 3), -EPROTO); /* count */
    assert_int_equal(decode_with(WIRE_ADD, 4, WIRE_ITEMS_MAX + 1), -EPROTO);
    assert_int_equal(decode_with(WIRE_ADD, 8, 1), -EPROTO);     /* a new item's id */
    assert_int_equal(decode_with(WIRE_ADD, 24, 1001), -EPROTO); /* priority */
    assert_int_equal(decode_with(WIRE_ADD, 24, 1000), 0);
    assert_int_equal(decode_with(WIRE_ITEMS, 24, 2), -EPROTO);         /* probe */
    assert_int_equal(decode_with(WIRE_ADD, 36, 0x80000000u), -EPROTO); /* deadline */
    assert_int_equal(decode_with(WIRE_ADD, 44, 0x80000000u), -EPROTO); /* not before */
    assert_int_equal(decode_with(WIRE_ADD, 52, 0x80000000u), -EPROTO); /* added */
    assert_int_equal(decode_with(WIRE_ADD, 52, 1), 0);
    assert_int_equal(decode_with(WIRE_ITEMS, 48, 1), -EPROTO); /* of one that is handed out */
    assert_int_equal(decode_with(WIRE_ITEMS, 56, 1), -EPROTO);
    assert_int_equal(decode_with(WIRE_RESULT, 12, WIRE_NOT_DONE), -EPROTO);
    assert_int_equal(decode_with(WIRE_RESULT, 12, WIRE_UNKNOWN), 0);
    assert_int_equal(decode_with(WIRE_RESULT, 12, WIRE_STOPPED), -EPROTO);
    assert_int_equal(decode_with(WIRE_RESULT, 12, 4000), -EPROTO);
    assert_int_equal(decode_with(WIRE_END, 4, WIRE_STOPPED), 0);
    assert_int_equal(decode_with(WIRE_END, 4, WIRE_BUSINESS), -EPROTO);
    assert_int_equal(decode_with(WIRE_END, 8, 1), 0);
    assert_int_equal(decode_with(WIRE_END, 8, 2), -EPROTO);           /* collected */
    assert_int_equal(decode_with(WIRE_END, 12, UINT32_MAX), -EPROTO); /* note's length */
}

static int decode_reference(const char *reference, uint32_t length)
{
    fill(WIRE_ADD);
    sent.items[0].reference = (struct wire_text){reference, length};
    assert_int_equal(wire_encode(&sent, &bytes), 0);
    return wire_decode(bytes.bytes, bytes.length, &got);
}

static void texts_that_are_none_are_refused(void **state)
{
    (void)state;
    assert_int_equal(decode_reference("a", 1), 0);
    assert_int_equal(decode_reference("\xc3\xa6", 2), 0);
    assert_int_equal(decode_reference("\xc3", 1), -EPROTO);
    assert_int_equal(decode_reference("a\nb", 3), -EPROTO);
    assert_int_equal(decode_reference("a\0b", 3), -EPROTO);
    fill(WIRE_END);
    sent.note = wire_string("two\nlines");
    assert_int_equal(wire_encode(&sent, &bytes), 0);
    assert_int_equal(wire_decode(bytes.bytes, bytes.length, &got), -EPROTO);
}

static void limits_of_encoding(void **state)
{
    static char long_text[WIRE_CONFIGURATION_MAX + 2];
    uint32_t i;

    (void)state;
    memset(long_text, 'x', sizeof(long_text) - 1);
    fill(WIRE_END);
    sent.note = (struct wire_text){long_text, WIRE_NOTE_MAX};
    assert_int_equal(wire_encode(&sent, &bytes), 0);
    sent.note.length++;
    assert_int_equal(wire_encode(&sent, &bytes), -EMSGSIZE);
    fill(WIRE_START);
    sent.configuration = (struct wire_text){long_text, WIRE_CONFIGURATION_MAX};
    assert_int_equal(wire_encode(&sent, &bytes), 0);
    sent.configuration.length++;
    assert_int_equal(wire_encode(&sent, &bytes), -EMSGSIZE);
    fill(WIRE_ADD);
    sent.items[0].reference.length = 0;
    assert_int_equal(wire_encode(&sent, &bytes), -EMSGSIZE);
    fill(WIRE_ADD);
    sent.items[0].payload = sent.items[1].payload = (struct wire_text){long_text, WIRE_PAYLOAD_MAX};
    assert_int_equal(wire_encode(&sent, &bytes), -EMSGSIZE);
    fill(WIRE_ADD);
    sent.count = WIRE_ITEMS_MAX;
    for (i = 1; i < WIRE_ITEMS_MAX; i++)
        sent.items[i] = sent.items[0];
    assert_int_equal(wire_encode(&sent, &bytes), 0);
    assert_int_equal(bytes.length, 8 + WIRE_ITEMS_MAX * wire_item_size(&sent.items[0]));
    sent.count++;
    assert_int_equal(wire_encode(&sent, &bytes), -EINVAL);
    fill(WIRE_RESULT);
    sent.outcome = WIRE_STOPPED;
    assert_int_equal(wire_encode(&sent, &bytes), -EINVAL);
    sent.outcome = WIRE_DONE;
    sent.begun_ms = -1;
    assert_int_equal(wire_encode(&sent, &bytes), -EINVAL);
}

/* No sender of ours makes one: a note that is a byte over its limit, and all else as it should be. */
static void text_over_its_limit_is_refused(void **state)
{
    static char raw[16 + WIRE_NOTE_MAX + 1];
    const uint32_t head[] = {WIRE_END, WIRE_DONE, 1, WIRE_NOTE_MAX + 1};

    (void)state;
    memset(raw, 'n', sizeof(raw));
    memcpy(raw, head, sizeof(head));
    assert_int_equal(wire_decode(raw, sizeof(raw), &got), -EPROTO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_type_goes_through, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fields_go_through, set_up, tear_down),
        cmocka_unit_test_setup_teardown(layout_is_little_endian, set_up, tear_down),
        cmocka_unit_test_setup_teardown(truncated_and_longer_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(turned_bits_do_no_harm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unknown_types_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values_out_of_range_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(texts_that_are_none_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(limits_of_encoding, set_up, tear_down),
        cmocka_unit_test_setup_teardown(text_over_its_limit_is_refused, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
