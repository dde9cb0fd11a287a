/* Tables of CSV files: what Danish systems write is read, and everything else named by line. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "plugins/sdk/table.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
/* A literal with its length, for what has NULs inside. */
#define BYTES(text) text, sizeof(text) - 1

static char problem[AG_TABLE_PROBLEM_MAX];

static struct ag_table *read_good(const char *bytes, size_t length)
{
    struct ag_table *table = NULL;
    int result = ag_table_read_csv_bytes(bytes, length, NULL, &table, problem);

    if (result != 0)
        fail_msg("%d: %s", result, problem);
    return table;
}

static void assert_row(const struct ag_table *table, size_t row, const char *a, const char *b,
                       unsigned line)
{
    assert_string_equal(ag_table_cell(table, row, 0), a);
    assert_string_equal(ag_table_cell(table, row, 1), b);
    assert_int_equal(ag_table_line(table, row), line);
}

/* The same table, however it is written. */
static void test_writings(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
    } files[] = {
        {BYTES("Navn;Beløb\nÅse;1,5\n")},
        {BYTES("Navn;Beløb\r\nÅse;1,5")},
        {BYTES("\xef\xbb\xbfNavn;Beløb\nÅse;1,5\n\n\n")},
        {BYTES("Navn\tBeløb\nÅse\t1,5\n")},
        {BYTES("Navn,Beløb\nÅse,\"1,5\"\n")},
        {BYTES("\"Navn\";\"Beløb\"\n\"Åse\";\"1,5\"\n")},
        {BYTES("Navn;Bel\xf8"
               "b\n\xc5se;1,5\n")},
        {BYTES("\xff\xfeN\0a\0v\0n\0\t\0B\0e\0l\0\xf8\0b\0\r\0\n\0\xc5\0s\0e\0\t\0"
               "1\0,\0"
               "5\0")},
        {BYTES("\xfe\xff\0N\0a\0v\0n\0;\0B\0e\0l\0\xf8\0b\0\n\0\xc5\0s\0e\0;\0"
               "1\0,\0"
               "5")},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(files); i++) {
        struct ag_table *table = read_good(files[i].bytes, files[i].length);

        assert_int_equal(ag_table_rows(table), 2);
        assert_int_equal(ag_table_columns(table), 2);
        assert_row(table, 0, "Navn", "Beløb", 1);
        assert_row(table, 1, "Åse", "1,5", 2);
        ag_table_free(table);
    }
}

static void test_quotes(void **state)
{
    struct ag_table *table = read_good(BYTES("a;b\n\"x;\"\"y\"\"\";\"to\r\nlinjer\"\n"
                                             "Dæk 16\";5\" rør\n\"\";\"\"\"\"\n"));

    (void)state;
    assert_int_equal(ag_table_rows(table), 4);
    assert_row(table, 1, "x;\"y\"", "to\r\nlinjer", 2);
    assert_row(table, 2, "Dæk 16\"", "5\" rør", 4);
    assert_row(table, 3, "", "\"", 5);
    ag_table_free(table);
}

static void test_separators(void **state)
{
    static const struct {
        const char *text;
        const char *first;
        size_t columns;
    } files[] = {
        {"sep=;\na,b;c\n", "a,b", 2}, {"SEP=,\r\na;b,c\n", "a;b", 2},
        {"sep=|\na;b|c\n", "a;b", 2}, {"sep=\t\na;b\tc\n", "a;b", 2},
        {"a, b;c\td\n", "a, b", 2},   {"a, b\tc\n", "a, b", 2},
        {"\"a;b\",c\n", "a;b", 2},    {"\"a\n;\"\"\tb\",c\n", "a\n;\"\tb", 2},
        {"a\n1;2", "a", 0},           {"kun\n1\n", "kun", 1},
        {"\n\r\na;b\n", "a", 2},      {"sep=;\n\na\n", "a", 1},
        {";;\na;b\n", "a", 2},
    };
    struct ag_table *table;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(files); i++) {
        if (files[i].columns == 0) {
            table = NULL;
            assert_int_equal(ag_table_read_csv_bytes(files[i].text, strlen(files[i].text), NULL,
                                                     &table, problem),
                             -EINVAL);
            assert_null(table);
            continue;
        }
        table = read_good(files[i].text, strlen(files[i].text));
        assert_string_equal(ag_table_cell(table, 0, 0), files[i].first);
        assert_int_equal(ag_table_columns(table), files[i].columns);
        ag_table_free(table);
    }
}

static void test_ragged(void **state)
{
    struct ag_table *table =
        read_good(BYTES("a;b;c\n1\n\n; ;\xc2\xa0\n1;2;3;;\n;;3\n;;;;\n1;2;\n\n"));

    (void)state;
    assert_int_equal(ag_table_rows(table), 5);
    assert_row(table, 1, "1", "", 2);
    assert_row(table, 2, "1", "2", 5);
    assert_string_equal(ag_table_cell(table, 2, 2), "3");
    assert_row(table, 3, "", "", 6);
    assert_string_equal(ag_table_cell(table, 3, 2), "3");
    assert_row(table, 4, "1", "2", 8);
    assert_string_equal(ag_table_cell(table, 4, 2), "");
    assert_string_equal(ag_table_cell(table, 5, 0), "");
    assert_string_equal(ag_table_cell(table, SIZE_MAX, SIZE_MAX), "");
    assert_int_equal(ag_table_line(table, 5), 0);
    ag_table_free(table);
    ag_table_free(NULL);
}

static void test_refused(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
        const char *said;
    } files[] = {
        {BYTES(""), "tom"},
        {BYTES("\xef\xbb\xbf"), "tom"},
        {BYTES("\xff\xfe"), "tom"},
        {BYTES("\n\r\n;;\n"), "tom"},
        {BYTES("sep=;"), "tom"},
        {BYTES("sep=x\na\n"), "linje 1: skilletegnet"},
        {BYTES("sep=;;\na\n"), "linje 1: efter sep="},
        {BYTES("a;b\n1;2\n\n1;2;3\n"), "linje 4: rækken har flere celler end overskriftens 2"},
        {BYTES("a;b\n\"x\ny\";1\n\"1\"2;3\n"), "linje 4: efter en celle i anførselstegn"},
        {BYTES("a;b\n\"1\" ;3\n"), "linje 2: efter en celle"},
        {BYTES("a;b\n1;\"2\n3;4\n"), "linje 2: et anførselstegn åbner"},
        {BYTES("a;b\n1;\""), "linje 2: et anførselstegn åbner"},
        {BYTES("a;b\n1;2\r3\n"), "linje 2: der er en vognretur"},
        {BYTES("a;b\n\"1\"\r3\n"), "linje 2: der er en vognretur"},
        {BYTES("a;b\n1;\0\n"), "linje 2: der er et nultegn"},
        {BYTES("a;b\n\xf8;\0\n"), "linje 2: der er et nultegn"},
        {BYTES("\xff\xfe"
               "a\0\n\0\0\0"),
         "linje 2: der er et nultegn"},
        {BYTES("a;b\n\n\x8f;1\n"), "linje 3: der er et tegn, som hverken"},
        {BYTES("a;b\næ\n\xf8;1\n"), "linje 3: filen er i UTF-8"},
        {BYTES("\xef\xbb\xbf"
               "a;b\n\xf8;1\n"),
         "linje 2: filen er i UTF-8"},
        {BYTES("\xff\xfe"
               "a\0\n\0b"),
         "linje 2: filen er i UTF-16"},
        {BYTES("\xff\xfe"
               "a\0\0\xd8"
               "b\0"),
         "linje 1: filen er i UTF-16"},
        {BYTES("\xff\xfe"
               "a\0\0\xdc"),
         "linje 1: filen er i UTF-16"},
        {BYTES("\xff\xfe"
               "a\0\0\xd8"),
         "linje 1: filen er i UTF-16"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(files); i++) {
        struct ag_table *table = NULL;

        assert_int_equal(
            ag_table_read_csv_bytes(files[i].bytes, files[i].length, NULL, &table, problem),
            -EINVAL);
        assert_null(table);
        if (strstr(problem, files[i].said) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", problem, files[i].said);
        assert_null(strchr(problem, '\n'));
    }
}

static void test_windows_1252(void **state)
{
    struct ag_table *table = read_good(BYTES("a\n\x80\x93\x94\x9f\xe6\xf8\xe5\xff\n"));

    (void)state;
    assert_string_equal(ag_table_cell(table, 1, 0), "€“”Ÿæøåÿ");
    ag_table_free(table);
    table = read_good(BYTES("\xff\xfe"
                            "a\0\n\0\x3d\xd8\x00\xde"));
    assert_string_equal(ag_table_cell(table, 1, 0), "\xf0\x9f\x98\x80");
    ag_table_free(table);
}

static void test_columns(void **state)
{
    struct ag_table *table = read_good(BYTES(" SAGSNUMMER ;Århus;Bel\xc3\xb8"
                                             "b;to;TO;;\xc2\xa0"
                                             "A\xcc\x8a"
                                             "R\t;\"\";Sidste\n"));

    (void)state;
    assert_int_equal(ag_table_column(table, "Sagsnummer"), 0);
    assert_int_equal(ag_table_column(table, "åRHUS "), 1);
    assert_int_equal(ag_table_column(table, "BELØB"), 2);
    assert_int_equal(ag_table_column(table, "To"), -2);
    assert_int_equal(ag_table_column(table, "år"), 6);
    assert_int_equal(ag_table_column(table, "sidste"), 8);
    assert_int_equal(ag_table_column(table, ""), -1);
    assert_int_equal(ag_table_column(table, " "), -1);
    assert_int_equal(ag_table_column(table, "ingen"), -1);
    assert_int_equal(ag_table_column(table, "\xff"), -1);
    ag_table_free(table);
}

static void test_numbers(void **state)
{
    struct ag_table *table = read_good(BYTES("a;b\n1.234,50;1.5\n"));
    int64_t scaled = 99;

    (void)state;
    assert_true(ag_table_number(table, 1, 0, 2, &scaled));
    assert_int_equal(scaled, 123450);
    scaled = 99;
    assert_false(ag_table_number(table, 1, 1, 2, &scaled));
    assert_false(ag_table_number(table, 1, 2, 2, &scaled));
    assert_false(ag_table_number(table, 2, 0, 2, &scaled));
    assert_int_equal(scaled, 99);
    ag_table_free(table);
}

/* Exactly at each limit is read, one over is refused. */
static void test_limits(void **state)
{
    static const char text[] = "aa;b\n1;2\n3;4\n";
    static const struct {
        struct ag_table_limits limits;
        const char *said;
    } rows[] = {
        {{sizeof(text) - 1, 3, 2, 2, 0, 0, 0, 6}, NULL},
        {{sizeof(text) - 2, 3, 2, 2, 0, 0, 0, 6}, "byte"},
        {{sizeof(text) - 1, 2, 2, 2, 0, 0, 0, 6}, "over 2 rækker"},
        {{sizeof(text) - 1, 3, 1, 2, 0, 0, 0, 6}, "linje 1: overskriften har over 1 kolonner"},
        {{sizeof(text) - 1, 3, 2, 1, 0, 0, 0, 6}, "linje 1: en celle er over 1 byte"},
        {{sizeof(text) - 1, 3, 2, 2, 0, 0, 0, 5}, "over 5 celler"},
    };
    struct ag_table *table;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        int result;

        table = NULL;
        result = ag_table_read_csv_bytes(text, sizeof(text) - 1, &rows[i].limits, &table, problem);
        if (rows[i].said == NULL) {
            assert_int_equal(result, 0);
            ag_table_free(table);
            continue;
        }
        assert_int_equal(result, -E2BIG);
        assert_null(table);
        assert_non_null(strstr(problem, rows[i].said));
    }
}

static int memory_file(const char *bytes, size_t length)
{
    int fd = memfd_create("table", MFD_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, length), (ssize_t)length);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static void test_descriptors(void **state)
{
    struct ag_table_limits limits = ag_table_usual_limits;
    struct ag_table *table = NULL;
    int fd = memory_file(BYTES("a;b\n1;2\n"));

    (void)state;
    assert_int_equal(ag_table_read_csv(fd, NULL, &table, problem), 0);
    assert_row(table, 1, "1", "2", 2);
    ag_table_free(table);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0); /* it is still open */
    limits.file_bytes = 7;
    assert_int_equal(ag_table_read_csv(fd, &limits, &table, problem), -E2BIG);
    assert_int_equal(close(fd), 0);
    assert_int_equal(ag_table_read_csv(fd, NULL, &table, problem), -EIO);
    fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(ag_table_read_csv(fd, NULL, &table, problem), -EIO);
    assert_int_equal(close(fd), 0);
}

/* As large as a municipality's list of cases. */
static void test_large(void **state)
{
    size_t length = 0;
    char *bytes = NULL;
    FILE *file = open_memstream(&bytes, &length);
    struct ag_table *table;
    unsigned i;

    (void)state;
    assert_non_null(file);
    for (i = 0; i < 100000; i++)
        (void)fprintf(file,
                      "%u;b;\"c\";d;e;f;g;h;i;Bel\xc3\xb8"
                      "b\r\n",
                      i);
    assert_int_equal(fclose(file), 0);
    table = read_good(bytes, length);
    free(bytes);
    assert_int_equal(ag_table_rows(table), 100000);
    assert_string_equal(ag_table_cell(table, 99999, 0), "99999");
    assert_string_equal(ag_table_cell(table, 99999, 9), "Beløb");
    assert_int_equal(ag_table_line(table, 99999), 100000);
    ag_table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writings),   cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_separators), cmocka_unit_test(test_ragged),
        cmocka_unit_test(test_refused),    cmocka_unit_test(test_windows_1252),
        cmocka_unit_test(test_columns),    cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_limits),     cmocka_unit_test(test_descriptors),
        cmocka_unit_test(test_large),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
