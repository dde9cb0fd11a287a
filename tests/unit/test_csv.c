#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/csv.h"
#include "core/base/fault.h"
#include "core/base/text.h"

static const struct csv_format commas = {
    .separator = ',', .columns = 4, .field_max = 20, .record_max = 40};

/* Bytes handed out a few at a time, so that every border is met. */
struct drip {
    struct csv_bytes bytes;
    size_t step;
};

static ssize_t drip_source(void *context, char *target, size_t size, struct fault *fault)
{
    struct drip *drip = context;

    return csv_from_bytes(&drip->bytes, target, size < drip->step ? size : drip->step, fault);
}

/* Everything read, as "line:[field][field]" and a space between records, or the fault. */
static void read_all(const struct csv_format *format, const char *bytes, size_t length, size_t step,
                     struct text *shown)
{
    struct drip drip = {{bytes, length}, step};
    struct csv_reader *reader = NULL;
    struct csv_record record;
    struct fault fault = {.text = ""};
    int result;

    text_clear(shown);
    assert_int_equal(csv_open(format, drip_source, &drip, &reader, &fault), 0);
    while ((result = csv_next(reader, &record, &fault)) > 0) {
        unsigned i;

        text_printf(shown, "%s%d:", shown->length > 0 ? " " : "", (int)record.line);
        for (i = 0; i < record.count; i++) {
            assert_int_equal(strlen(record.fields[i]), record.lengths[i]);
            text_printf(shown, "[%s]", record.fields[i]);
        }
    }
    if (result < 0) {
        assert_int_equal(result, -EINVAL);
        text_printf(shown, "%s%s", shown->length > 0 ? " " : "", fault.text);
    }
    csv_close(reader);
}

static void check(const struct csv_format *format, const char *bytes, const char *expected)
{
    struct text shown;
    size_t step;

    text_init(&shown, 4096);
    for (step = 1; step <= 9; step++) {
        read_all(format, bytes, strlen(bytes), step == 9 ? 4096 : step, &shown);
        assert_string_equal(text_string(&shown), expected);
    }
    text_release(&shown);
}

static void reads(void **state)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"a", "1:[a]"},
        {"a,b\n", "1:[a][b]"},
        {"a,b\r\nc,d\r\n", "1:[a][b] 2:[c][d]"},
        {"a,b\nc,d", "1:[a][b] 2:[c][d]"},
        {",\n", "1:[][]"},
        {"a,,b,\n", "1:[a][][b][]"},
        {"\"\"\n", "1:[]"},
        {"\"a\",\"b,c\"\n", "1:[a][b,c]"},
        {"\"a\"\"b\"\n", "1:[a\"b]"},
        {"\"\"\"\"\n", "1:[\"]"},
        {"\"a\nb\",c\nd\n", "1:[a\nb][c] 3:[d]"},
        {"\"a\r\nb\"\r\nc\r\n", "1:[a\r\nb] 3:[c]"},
        {" a , \n", "1:[ a ][ ]"},
        {"\n\na\n\n\r\nb\n\n", "3:[a] 6:[b]"},
        {"\xef\xbb\xbf"
         "a,b\n",
         "1:[a][b]"},
        {"\xef\xbb\xbf\"a\"\n", "1:[a]"},
        {"\xef\xbb\xbf", ""},
        {"\xc3\xa6\xc3\xb8\xc3\xa5\n", "1:[\xc3\xa6\xc3\xb8\xc3\xa5]"},
        {"12345678901234567890\n", "1:[12345678901234567890]"},
        {"a;b\n", "1:[a;b]"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&commas, cases[i][0], cases[i][1]);
}

static void reads_other_separators(void **state)
{
    struct csv_format format = commas;

    (void)state;
    format.separator = ';';
    check(&format, "a;\"b;c\";1,5\n", "1:[a][b;c][1,5]");
    format.separator = '\t';
    check(&format, "a\tb c\n", "1:[a][b c]");
}

static void refuses(void **state)
{
    static const char *const cases[][2] = {
        {"a\n\"b\nc\n", "1:[a] line 2: a quote is not closed"},
        {"a\nb\"c\n", "1:[a] line 2: a quote inside an unquoted field; put the field in quotes "
                      "and double it"},
        {"\"a\" ,b\n", "line 1: text after a closing quote"},
        {"\"a\"b\n", "line 1: text after a closing quote"},
        {"\"x\ny\"b\n", "line 2: text after a closing quote"},
        {"a\rb\n", "line 1: a carriage return without a line feed"},
        {"a\n\rb\n", "1:[a] line 2: a carriage return without a line feed"},
        {"a\r", "line 1: a carriage return without a line feed"},
        {"a,b,c,d,e\n", "line 1: more than 4 columns"},
        {"a,b\n1,123456789012345678901\n", "1:[a][b] line 2: column 2 is longer than 20 bytes"},
        {"a,\xff\n", "line 1: column 2 is not UTF-8 text; save the file as UTF-8"},
        {"a,\xc3\n\xa6\n", "line 1: column 2 is not UTF-8 text; save the file as UTF-8"},
        {"\xef\xbb,b\n", "line 1: column 1 is not UTF-8 text; save the file as UTF-8"},
        {"\xef\xbb", "line 1: column 1 is not UTF-8 text; save the file as UTF-8"},
        {"a\n\"1234567890123456789012345678901234567890\n12345\n",
         "1:[a] line 2: longer than 40 bytes; is a quote not closed?"},
    };
    struct text shown;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(&commas, cases[i][0], cases[i][1]);
    text_init(&shown, 4096);
    read_all(&commas, "a,b\0c\n", 6, 4096, &shown);
    assert_string_equal(text_string(&shown),
                        "line 1: column 2 is not UTF-8 text; save the file as UTF-8");
    text_release(&shown);
}

/* A file cut anywhere gives a prefix of its records, perhaps a cut last one, or a fault. */
static void a_cut_file_gives_nothing_else(void **state)
{
    static const char whole[] = "a,b\n\"c\"\"d\",\"e\nf\"\r\n\xc3\xa6,g\n";
    size_t length;

    (void)state;
    for (length = 0; length < sizeof whole; length++) {
        struct csv_bytes bytes = {whole, length};
        struct csv_reader *reader = NULL;
        struct csv_record record;
        int count = 0;

        assert_int_equal(csv_open(&commas, csv_from_bytes, &bytes, &reader, NULL), 0);
        while (csv_next(reader, &record, NULL) > 0)
            count++;
        assert_true(count <= 3);
        csv_close(reader);
    }
}

static void refuses_formats(void **state)
{
    static const char bad[] = {'"', '\r', '\n', '\0', '\x80'};
    struct csv_reader *reader = NULL;
    struct csv_format format;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof bad; i++) {
        format = commas;
        format.separator = bad[i];
        assert_int_equal(csv_open(&format, csv_from_bytes, NULL, &reader, NULL), -EINVAL);
    }
    format = commas;
    format.columns = 0;
    assert_int_equal(csv_open(&format, csv_from_bytes, NULL, &reader, NULL), -EINVAL);
    format = commas;
    format.record_max = (size_t)CSV_RECORD_MAX + 1;
    assert_int_equal(csv_open(&format, csv_from_bytes, NULL, &reader, NULL), -EINVAL);
    csv_close(NULL);
}

static ssize_t failing_source(void *context, char *target, size_t size, struct fault *fault)
{
    int *calls = context;

    (void)size;
    if ((*calls)++ > 0)
        return fault_set(fault, -EIO, "the disk is gone");
    memcpy(target, "a,b\nc", 5);
    return 5;
}

static void hands_on_what_the_source_says(void **state)
{
    struct csv_reader *reader = NULL;
    struct csv_record record;
    struct fault fault = {.text = ""};
    int calls = 0;
    int closed = -1;

    (void)state;
    assert_int_equal(csv_open(&commas, failing_source, &calls, &reader, NULL), 0);
    assert_int_equal(csv_next(reader, &record, &fault), 1);
    assert_int_equal(csv_next(reader, &record, &fault), -EIO);
    assert_string_equal(fault.text, "the disk is gone");
    csv_close(reader);

    assert_int_equal(csv_open(&commas, csv_from_file, &closed, &reader, NULL), 0);
    assert_int_equal(csv_next(reader, &record, &fault), -EBADF);
    csv_close(reader);
}

static void writes_fields(void **state)
{
    static const struct {
        const char *field, *plain, *guarded;
    } cases[] = {
        {"", "", ""},
        {"a b", "a b", "a b"},
        {"a,b", "\"a,b\"", "\"a,b\""},
        {"a\"b", "\"a\"\"b\"", "\"a\"\"b\""},
        {"=1", "=1", "'=1"},
        {"-", "-", "'-"},
        {"@a", "@a", "'@a"},
        {"'=1", "'=1", "'=1"},
        {" =1", " =1", "' =1"},
        {"\"=1", "\"\"\"=1\"", "\"'\"\"=1\""},
        {"\t=1", "\t=1", "'\t'=1"},
        {"\ra", "\"\ra\"", "\"'\ra\""},
        {"a;=1", "a;=1", "a;'=1"},
        {"a;\"=1", "\"a;\"\"=1\"", "\"a;'\"\"=1\""},
        {"a\n+1", "\"a\n+1\"", "\"a\n'+1\""},
        {"a=1, b-2; c", "\"a=1, b-2; c\"", "\"a=1, b-2; c\""},
    };
    struct text text;
    size_t i;

    (void)state;
    text_init(&text, 1000);
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        text_clear(&text);
        csv_append(&text, cases[i].field, false);
        assert_string_equal(text_string(&text), cases[i].plain);
        text_clear(&text);
        csv_append(&text, cases[i].field, true);
        assert_string_equal(text_string(&text), cases[i].guarded);
    }
    text_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_fields),
        cmocka_unit_test(reads),
        cmocka_unit_test(reads_other_separators),
        cmocka_unit_test(refuses),
        cmocka_unit_test(a_cut_file_gives_nothing_else),
        cmocka_unit_test(refuses_formats),
        cmocka_unit_test(hands_on_what_the_source_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
