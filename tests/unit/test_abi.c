/* test_abi.c - every offset and size of plugins/sdk/automagi.h that plugins were built with. A
 * line here is never changed; a new member adds one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first */
#include <cmocka.h>

#include "core/run/wire.h"
#include "plugins/sdk/automagi.h"

#define PIN(type, member, offset)                                                                  \
    _Static_assert(offsetof(struct type, member) == (offset), #type "." #member " has moved")
#define PIN_SIZE(type, size)                                                                       \
    _Static_assert(sizeof(struct type) == (size), #type " has another size")

PIN(ag_item, size, 0);
PIN(ag_item, attempt, 4);
PIN(ag_item, priority, 8);
PIN(ag_item, business_day, 12);
PIN(ag_item, reference, 16);
PIN(ag_item, payload, 24);
PIN(ag_item, deadline_ms, 32); /* since 1.1; until then the size was 32 */
PIN(ag_item, not_before_ms, 40);
PIN_SIZE(ag_item, 48);

PIN(ag_result, size, 0);
PIN(ag_result, reserved, 4);
PIN(ag_result, note, 8);
PIN(ag_result, department, 1032);
PIN_SIZE(ag_result, 1096);

PIN(ag_host, size, 0);
PIN(ag_host, abi, 4);
PIN(ag_host, run, 8);
PIN(ag_host, configuration, 16);
PIN(ag_host, robot, 24);
PIN(ag_host, run_id, 32);
PIN(ag_host, log, 40);
PIN(ag_host, stopping, 48);
PIN(ag_host, add, 56);
PIN(ag_host, flush, 64);
PIN(ag_host, folder, 72);
PIN(ag_host, work_folder, 80);
PIN(ag_host, input, 88);
PIN(ag_host, warehouse, 96); /* since 1.2; until then the size was 96 */
PIN_SIZE(ag_host, 104);

PIN(ag_plugin, magic, 0);
PIN(ag_plugin, abi, 4);
PIN(ag_plugin, size, 8);
PIN(ag_plugin, reserved, 12);
PIN(ag_plugin, open, 16);
PIN(ag_plugin, collect, 24);
PIN(ag_plugin, perform, 32);
PIN(ag_plugin, probe, 40);
PIN(ag_plugin, close, 48);
PIN_SIZE(ag_plugin, 56);

PIN(ag_note_header, name_size, 0);
PIN(ag_note_header, text_size, 4);
PIN(ag_note_header, type, 8);
PIN(ag_note_header, name, 12);
PIN_SIZE(ag_note_header, 24);

static void values_keep_their_meaning(void **state)
{
    (void)state;
    assert_int_equal(AG_ABI_MAGIC, 0x494d4741);
    assert_int_equal(AG_ABI_MAJOR, 1);
    assert_int_equal(AG_ABI_MINOR, 2);
    assert_int_equal(AG_OK, 0);
    assert_int_equal(AG_BUSINESS, 1);
    assert_int_equal(AG_TRANSIENT, 2);
    assert_int_equal(AG_BROKEN, 3);
    assert_int_equal(AG_UNKNOWN, 4);
    assert_int_equal(AG_NOT_DONE, 5);
    assert_int_equal(AG_DENIED, 6);
    assert_int_equal(AG_TOO_BIG, 7);
    assert_int_equal(AG_STOPPED, 8);
    assert_int_equal(AG_LOG_DEBUG, 0);
    assert_int_equal(AG_LOG_ERROR, 3);
    assert_int_equal(AG_NOTE_TYPE, 1);
}

static void wire_speaks_the_same_numbers(void **state)
{
    (void)state;
    assert_int_equal(WIRE_DONE, AG_OK);
    assert_int_equal(WIRE_BUSINESS, AG_BUSINESS);
    assert_int_equal(WIRE_TRANSIENT, AG_TRANSIENT);
    assert_int_equal(WIRE_BROKEN, AG_BROKEN);
    assert_int_equal(WIRE_UNKNOWN, AG_UNKNOWN);
    assert_int_equal(WIRE_NOT_DONE, AG_NOT_DONE);
    assert_int_equal(WIRE_STOPPED, AG_STOPPED);
    assert_int_equal(WIRE_REFERENCE_MAX + 1, AG_REFERENCE_MAX);
    assert_int_equal(WIRE_PAYLOAD_MAX + 1, AG_PAYLOAD_MAX);
    assert_int_equal(WIRE_NOTE_MAX + 1, AG_NOTE_MAX);
    assert_int_equal(WIRE_DEPARTMENT_MAX + 1, AG_DEPARTMENT_MAX);
    assert_int_equal(WIRE_PLUGIN_NOTE_MAX, AG_NOTE_TEXT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_keep_their_meaning),
        cmocka_unit_test(wire_speaks_the_same_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
