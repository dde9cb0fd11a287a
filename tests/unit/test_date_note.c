/* The notes of tasks that are counted in another window than that of the day they were done on. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/store/date_note.h"

static void notes_are_read_as_written(void **state)
{
    char note[DATE_NOTE_MAX + 16];
    int32_t from = 0;
    int32_t to = 0;

    (void)state;
    date_note_write(clock_day(2025, 12, 1), NULL, note, sizeof note);
    assert_string_equal(note, "business date 2025-12-01");
    assert_true(date_note_read(note, &from));
    assert_int_equal(from, clock_day(2025, 12, 1));
    assert_false(ahead_note_read(note, &from, &to));
    date_note_write(clock_day(2025, 12, 1), "two pages", note, sizeof note);
    assert_string_equal(note, "business date 2025-12-01; two pages");
    assert_true(date_note_read(note, &from));
    date_note_write(clock_day(2025, 12, 1), "two pages", note, 29);
    assert_string_equal(note, "business date 2025-12-01; tw");
    date_note_write(clock_day(2025, 12, 1), "two pages", note, 26); /* no room behind it */
    assert_string_equal(note, "business date 2025-12-01");
    ahead_note_write(clock_day(2025, 11, 20), clock_day(2025, 11, 21), "", note, sizeof note);
    assert_string_equal(note, "clock ahead, done 2025-11-20 to 2025-11-21");
    assert_true(ahead_note_read(note, &from, &to));
    assert_int_equal(from, clock_day(2025, 11, 20));
    assert_int_equal(to, clock_day(2025, 11, 21));
    assert_false(date_note_read(note, &from));
    assert_false(date_note_read(NULL, &from));
    assert_false(date_note_read("business date ", &from));
    assert_false(date_note_read("business date 2025-13-01", &from));
    assert_false(date_note_read("business date 2025-12-011", &from));
    assert_false(ahead_note_read(NULL, &from, &to));
    assert_false(ahead_note_read("clock ahead, done 2025-11-20", &from, &to));
    assert_false(ahead_note_read("clock ahead, done 2025-11-20 to ", &from, &to));
    assert_false(ahead_note_read("clock ahead, done 2025-11-20 to 2025-11-21.", &from, &to));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(notes_are_read_as_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
