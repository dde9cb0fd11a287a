/* The plugin invoice_check: when two documents are one invoice, and when they are alike. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/invoice_check/identity.h"
#include "tests/standins/sample_text.h"
#include "tests/unit/invoice_place.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void test_fold(void **state)
{
    static const char *const rows[][2] = {
        {"1001", "1001"},
        {"01001", "1001"},
        {"1001 .", "1001"},
        {"0-01001", "1001"},
        {"10-01", "1001"},
        {"10\xc2\xa0"
         "01",
         "1001"}, /* no-break space */
        {"10\xe2\x80\x91"
         "01",
         "1001"}, /* no-break hyphen */
        {"10\xe2\x80\x8b"
         "01",
         "1001"}, /* no space at all */
        {"k-2026-17", "K202617"},
        {"A0017", "A0017"},
        {"100", "100"},
        {"000", "0"},
        {"", ""},
        {"---", "---"},
        {"f\xc3\xa5-7", "F\xc3\x85"
                        "7"},
        {"\xc3\xb7"
         "7",
         "\xc3\xb7"
         "7"}, /* the sign of division has no capital */
    };
    char folded[INVOICE_NUMBER_MAX];
    char small[4];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        identity_fold(rows[i][0], folded, sizeof(folded));
        if (strcmp(folded, rows[i][1]) != 0)
            fail_msg("\"%s\" became \"%s\", not \"%s\"", rows[i][0], folded, rows[i][1]);
    }
    identity_fold("12345", small, sizeof(small));
    assert_string_equal(small, "123");
}

/* What a reference of a document with this number ends in. */
static void test_reference(void **state)
{
    static const char *const rows[][2] = {
        {"1001", "|1001"},
        {"k-0017", "|K0017"},
        {"010190-1234", "|XXXXXXXXXX"},
        {"010190_1234", "|XXXXXXXXXX"},
        {"0 1 0 1 9 0 1234", "|XXXXXXXXXX"},
        {"0101901234", "|XXXXXXXXXX"},
        {"F\xc3\xa5 1", "|F??1"},
        {"\xf0\x9d\x85\xa0\xf0\x9d\x85\xa0", "|????????"},
    };
    char reference[IDENTITY_REFERENCE_MAX];
    struct invoice invoice;
    struct identity identity;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        memset(&invoice, 0, sizeof(invoice));
        memcpy(invoice.supplier_cvr, "99999991", 9);
        (void)snprintf(invoice.number, sizeof(invoice.number), "%s", rows[i][0]);
        identity_read(&invoice, NULL, &identity);
        identity_reference(&identity, "", reference);
        if (strcmp(strrchr(reference, '|'), rows[i][1]) != 0)
            fail_msg("\"%s\" became \"%s\"", rows[i][0], reference);
        assert_int_equal(strncmp(reference, "380|99999991|", 13), 0);
        assert_int_equal(strspn(reference + 13, "abcdefghijklmnop"), 16);
    }
}

/* Changes a file of the inbox once more. */
static void change(struct place *place, const char *name, const char *from, const char *to)
{
    char path[160];
    char *text;

    (void)snprintf(path, sizeof(path), "%s/%s", place->inbox, name);
    text = sample_text_replace(sample_text_read(path), from, to);
    sample_text_write(place->inbox, name, text);
    free(text);
}

/* Runs once with 01-mentor-marts.xml, which is done and taken away. */
static void done_make(struct place *place)
{
    place_make(place, PLACE_GRANTS "MOM-2026-0177;99999991;2026-01-01;2026-06-30;12000,00;DKK\n");
    place_copy(place, "1001.xml", NULL, NULL);
    place_collect(place);
    assert_int_equal(place_perform(place, "380|99999991|1001"), AG_OK);
    fake_host_close(&place->fake, &automagi_plugin);
    place_take(place, "1001.xml");
}

/* A number that is used again is work of its own, and is judged, whatever it is that differs. */
static void test_number_again(void **state)
{
    static const struct {
        const char *from;
        const char *to;
        int32_t outcome;
        const char *words;
    } rows[] = {
        {"MOM-2026-0101", "MOM-2026-0177", AG_OK, "ok "},
        {">2026-04-02<", ">2026-04-03<", AG_OK, "ok "},
        {">9375.63</cbc:PayableAmount>", ">9375.62</cbc:PayableAmount>", AG_BUSINESS, "9.375,62"},
        {">DKK<", ">EUR<", AG_BUSINESS, "EUR"},
        {"99999991", "99999990", AG_BUSINESS, "ingen bevilling"},
        {">380<", ">381<", AG_BUSINESS, "Kreditnota 1001"},
    };
    struct place place;
    struct ag_result result;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        done_make(&place);
        place_copy(&place, "igen.xml", rows[i].from, rows[i].to);
        place_collect(&place);
        if (place.fake.item_count != 2)
            fail_msg("row %zu: it was not put on the queue", i);
        if (fake_host_perform(&place.fake, &automagi_plugin, &place.fake.items[1], &result) !=
                rows[i].outcome ||
            strstr(result.note, rows[i].words) == NULL)
            fail_msg("row %zu: \"%s\"", i, result.note);
        fake_host_close(&place.fake, &automagi_plugin);
        place_remove(&place);
    }
}

/* The same invoice once more, also with other bytes or another spelling, is known. */
static void test_sent_again(void **state)
{
    static const char *const rows[][2] = {
        {"Mentorstøtte", "Mentor"},         {">1001<", ">01001<"}, {">1001<", ">1001 .<"},
        {"MOM-2026-0101", "mom 2026-0101"}, {">DKK<", "> DKK <"},
    };
    struct place place;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        done_make(&place);
        place_copy(&place, "igen.xml", rows[i][0], rows[i][1]);
        place_collect(&place);
        if (place.fake.item_count != 1 || place.fake.seen_again != 1)
            fail_msg("row %zu: there are %zu items", i, place.fake.item_count);
        fake_host_close(&place.fake, &automagi_plugin);
        place_remove(&place);
    }
}

/* One number in three spellings: all of them are a person's, under references of their own. */
static void test_spellings(void **state)
{
    struct place place;
    struct ag_result result;
    size_t i;

    (void)state;
    place_make(&place, PLACE_GRANTS);
    place_copy(&place, "a.xml", NULL, NULL);
    place_copy(&place, "b.xml", ">1001<", ">01001<");
    place_copy(&place, "c.xml", ">1001<", ">1001 .<");
    place_collect(&place);
    assert_int_equal(place.fake.item_count, 3);
    for (i = 0; i < place.fake.item_count; i++) {
        assert_true(place_is(place.fake.items[i].reference, "380|99999991|1001"));
        assert_int_equal(
            fake_host_perform(&place.fake, &automagi_plugin, &place.fake.items[i], &result),
            AG_BUSINESS);
        assert_non_null(strstr(result.note, "samme nummer findes med et andet indhold i filen"));
    }
    fake_host_close(&place.fake, &automagi_plugin);
    place_remove(&place);
}

/* The same work under two numbers, and what only looks so. */
static void test_alike(void **state)
{
    static const struct {
        const char *from;
        const char *to;
        int32_t outcome;
    } rows[] = {
        {">1002<", ">1002<", AG_BUSINESS},
        {">2026-04-02<", ">2026-04-03<", AG_BUSINESS}, /* the period is what counts */
        {"2026-03-01", "2026-03-02", AG_OK},
        {"2026-03-31", "2026-03-30", AG_OK},
        {"MOM-2026-0101", "MOM-2026-0177", AG_OK},
        {">9375.63</cbc:PayableAmount>", ">9375.62</cbc:PayableAmount>", AG_OK},
        {"99999991", "99999990", AG_OK},
        {">380<", ">381<", AG_OK}, /* a credit note is no second invoice */
    };
    struct place place;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        place_make(&place, PLACE_GRANTS);
        place_copy(&place, "a.xml", NULL, NULL);
        place_copy(&place, "b.xml", ">1001<", ">1002<");
        change(&place, "b.xml", rows[i].from, rows[i].to);
        place_collect(&place);
        if (place_perform(&place, "380|99999991|1001") != rows[i].outcome)
            fail_msg("row %zu: \"%s\"", i, place.note);
        if (rows[i].outcome != AG_OK)
            assert_non_null(strstr(place.note, "ligner faktura 1002 i filen \"b.xml\": samme "
                                               "leverandør, sag, beløb og periode"));
        fake_host_close(&place.fake, &automagi_plugin);
        place_remove(&place);
    }
}

/* Where no period is given, it is the date. */
static void test_alike_without_period(void **state)
{
    struct place place;
    const char *const names[] = {"a.xml", "b.xml", "c.xml"};
    const char *const numbers[] = {">1001<", ">1002<", ">1003<"};
    size_t i;

    (void)state;
    place_make(&place, PLACE_GRANTS);
    for (i = 0; i < COUNT(names); i++) {
        place_copy(&place, names[i], ">1001<", numbers[i]);
        change(&place, names[i], "InvoicePeriod>", "EtellerandetPeriod>");
    }
    change(&place, "c.xml", ">2026-04-02<", ">2026-05-02<");
    place_collect(&place);
    assert_int_equal(place_perform(&place, "380|99999991|1001"), AG_BUSINESS);
    assert_non_null(strstr(place.note, "ligner faktura 1002"));
    assert_int_equal(place_perform(&place, "380|99999991|1002"), AG_BUSINESS);
    assert_non_null(strstr(place.note, "ligner faktura 1001"));
    assert_int_equal(place_perform(&place, "380|99999991|1003"), AG_OK);
    fake_host_close(&place.fake, &automagi_plugin);
    place_remove(&place);
}

/* What is left of two has one reference, and counts under that alone. */
static void test_left_of_two(void **state)
{
    struct place place;
    struct fake_item second = {.reference = NULL};
    size_t i;
    struct ag_result result;

    (void)state;
    place_make(&place, PLACE_GRANTS);
    place_copy(&place, "a.xml", "Mentorstøtte", "Mentor");
    place_copy(&place, "b.xml", NULL, NULL);
    place_collect(&place);
    second.reference = strdup(place.fake.items[1].reference);
    second.payload = strdup(place.fake.items[1].payload);
    assert_non_null(strstr(second.reference, "|dublet|"));
    fake_host_close(&place.fake, &automagi_plugin);
    place_take(&place, "a.xml");
    assert_int_equal(fake_host_open(&place.fake, &automagi_plugin, place.note), AG_OK);
    assert_int_equal(fake_host_perform(&place.fake, &automagi_plugin, &second, &result),
                     AG_BUSINESS);
    assert_non_null(strstr(result.note, "Luk denne opgave"));
    assert_non_null(strstr(result.note, "er den udført, tager robotten ikke filen: behandl den i "
                                        "hånden."));
    fake_host_close(&place.fake, &automagi_plugin);
    for (i = 0; i < 2; i++) { /* the first waits, and takes another payload */
        free(place.fake.items[i].reference);
        place.fake.items[i].reference = strdup("x");
    }
    place_collect(&place);
    assert_string_equal(place_find(&place, "380|99999991|1001")->payload, second.payload);
    assert_int_equal(place_perform(&place, "380|99999991|1001"), AG_OK);
    assert_int_equal(fake_host_perform(&place.fake, &automagi_plugin, &second, &result),
                     AG_BUSINESS);
    free(second.reference);
    free(second.payload);
    fake_host_close(&place.fake, &automagi_plugin);
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fold),
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_number_again),
        cmocka_unit_test(test_sent_again),
        cmocka_unit_test(test_spellings),
        cmocka_unit_test(test_alike),
        cmocka_unit_test(test_alike_without_period),
        cmocka_unit_test(test_left_of_two),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
