/* The plugin invoice_check: money, days, masking, payloads. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "plugins/invoice_check/check.h"
#include "plugins/invoice_check/day.h"
#include "plugins/invoice_check/document.h"
#include "plugins/invoice_check/inbox.h"
#include "plugins/invoice_check/mask.h"
#include "plugins/invoice_check/money.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void test_money_parse(void **state)
{
    static const struct {
        const char *text;
        char mark;
        int result;
        int64_t oere;
    } rows[] = {
        {"0", '.', 0, 0},
        {"1250", '.', 0, 125000},
        {"1250.5", '.', 0, 125050},
        {"-1250.50", '.', 0, -125050},
        {"+0.05", '.', 0, 5},
        {".5", '.', 0, 50},
        {"5.", '.', 0, 500},
        {"12.340000", '.', 0, 1234},
        {"12500,00", ',', 0, 1250000},
        {"0000000000000000000001", '.', 0, 100},
        {"10000000000.00", '.', 0, MONEY_MAX},
        {"-10000000000", '.', 0, -MONEY_MAX},
        {"10000000000.01", '.', -ERANGE, 0},
        {"99999999999999999999999999", '.', -ERANGE, 0},
        {"99999999999999999999999999x", '.', -EINVAL, 0},
        {"12.345", '.', -EDOM, 0},
        {"12.345", ',', -EINVAL, 0},
        {"12,34", '.', -EINVAL, 0},
        {"1.234,56", ',', -EINVAL, 0},
        {"", '.', -EINVAL, 0},
        {"-", '.', -EINVAL, 0},
        {".", '.', -EINVAL, 0},
        {"--1", '.', -EINVAL, 0},
        {"1e3", '.', -EINVAL, 0},
        {" 1", '.', -EINVAL, 0},
        {"1 ", '.', -EINVAL, 0},
        {"1.2.3", '.', -EINVAL, 0},
        {"NaN", '.', -EINVAL, 0},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        int64_t oere = 0;

        assert_int_equal(money_parse(rows[i].text, rows[i].mark, &oere), rows[i].result);
        assert_int_equal(oere, rows[i].oere);
    }
}

static void test_money_part(void **state)
{
    int32_t percent = 0;

    (void)state;
    assert_int_equal(money_percent_parse("25", &percent), 0);
    assert_int_equal(percent, 250000);
    assert_int_equal(money_part(100, percent), 25);
    assert_int_equal(money_part(2, percent), 1);   /* 0.5 goes up */
    assert_int_equal(money_part(-2, percent), -1); /* away from zero */
    assert_int_equal(money_part(1, percent), 0);
    assert_int_equal(money_part(MONEY_MAX, MONEY_PERCENT_MAX), MONEY_MAX);
    assert_int_equal(money_part(-MONEY_MAX, MONEY_PERCENT_MAX), -MONEY_MAX);
    assert_int_equal(money_percent_parse("12.3456", &percent), 0);
    assert_int_equal(percent, 123456);
    assert_int_equal(money_percent_parse("100.0001", &percent), -ERANGE);
    assert_int_equal(money_percent_parse("-1", &percent), -ERANGE);
    assert_int_equal(money_percent_parse("12.34567", &percent), -EDOM);
    assert_int_equal(money_percent_parse("25%", &percent), -EINVAL);
}

static void test_money_format(void **state)
{
    static const struct {
        int64_t oere;
        const char *currency;
        const char *text;
    } rows[] = {
        {0, "DKK", "0,00 kr."},
        {5, "DKK", "0,05 kr."},
        {123450, "DKK", "1.234,50 kr."},
        {-100000000, "EUR", "-1.000.000,00 EUR"},
        {INT64_MIN, "DKK", "-92.233.720.368.547.758,08 kr."},
    };
    char text[MONEY_TEXT_MAX];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        money_format(rows[i].oere, rows[i].currency, text);
        assert_string_equal(text, rows[i].text);
    }
}

static void test_day(void **state)
{
    static const char *const bad[] = {"",           "2026-1-31",   "2026-02-29", "2026-13-01",
                                      "2026-00-10", "2026-01-32",  "1999-12-31", "2200-01-01",
                                      "31-01-2026", "2026-01-31Z", "2026/01/31", "20260131"};
    char text[DAY_TEXT_MAX];
    int32_t day = 0;
    size_t i;

    (void)state;
    assert_int_equal(day_parse("2000-01-01", &day), 0);
    assert_int_equal(day, 10957);
    assert_int_equal(day_parse("2024-02-29", &day), 0);
    assert_int_equal(day, 19782);
    day_format(day, text);
    assert_string_equal(text, "29.02.2024");
    assert_int_equal(day_parse("2199-12-31", &day), 0);
    day_format(day, text);
    assert_string_equal(text, "31.12.2199");
    day_format(day + 1000, text);
    assert_string_equal(text, "ukendt dag");
    for (i = 0; i < COUNT(bad); i++)
        assert_int_equal(day_parse(bad[i], &day), -EINVAL);
}

static void test_mask(void **state)
{
    static const struct {
        const char *text;
        const char *masked;
    } rows[] = {
        {"0101901234", "XX"
                       "XXXXXXXX"},
        {"010190-1234", "XXXXXX-XXXX"},
        {"sag 010190 - 1234.", "sag XXXXXX - XXXX."},
        {"01-01-90-1234", "XX-XX-XX-XXXX"},
        {"010190\xe2\x80\x93"
         "1234",
         "XXXXXX\xe2\x80\x93"
         "XXXX"},
        {"010190\xc2\xa0"
         "1234",
         "XXXXXX\xc2\xa0"
         "XXXX"},
        {"710190-1234", "XXXXXX-XXXX"},
        {"a 12 010190-1234 b", "a 12 XXXXXX-XXXX b"},
        {"010190-1234;020290-4321", "XXXXXX-XXXX;XXXXXX-XXXX"},
        {"320190-1234", "320190-1234"},
        {"011390-1234", "011390-1234"},
        {"9990000001019", "9990000001019"},
        {"99999991", "99999991"},
        {"01019012345", "01019012345"},
        {"MOM-2026-0101", "MOM-2026-0101"},
        {"01.03.2026 til 31.03.2026", "01.03.2026 til 31.03.2026"},
        {"1.234.567,00 kr.", "1.234.567,00 kr."},
        {"linje\nto", "linje?to"},
        {"\x80\xff", "??"},
        {"\xc3\xa6\xe2\x82\xac", "\xc3\xa6\xe2\x82\xac"},
        {"\xc0\xaf\xed\xa0\x80", "?????"},
        {"\xc3", "?"},
        {"", ""},
    };
    char target[64];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        assert_int_equal(mask_line(rows[i].text, target, sizeof(target)),
                         strcmp(rows[i].text, rows[i].masked) != 0);
        assert_string_equal(target, rows[i].masked);
    }
}

/* Cutting must not leave half a number that is no longer known as one. */
static void test_mask_cut(void **state)
{
    char target[12];
    size_t size;

    (void)state;
    for (size = 1; size <= sizeof(target); size++) {
        assert_true(mask_line("a 010190-1234", target, size));
        assert_null(strpbrk(target, "0123456789"));
        assert_true(strlen(target) < size);
    }
    assert_true(mask_line("\xc3\xa6\xc3\xb8\xc3\xa5", target, 4));
    assert_string_equal(target, "\xc3\xa6");
}

static void test_gln_digit(void **state)
{
    (void)state;
    assert_int_equal(check_gln_digit("999000000101"), '9');
    assert_int_equal(check_gln_digit("999000000202"), '3');
    assert_int_equal(check_gln_digit("000000000000"), '0');
}

static void test_hash(void **state)
{
    (void)state;
    assert_true(inbox_hash("", 0) == UINT64_C(0xcbf29ce484222325));
    assert_true(inbox_hash("a", 1) == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(inbox_hash("foobar", 6) == UINT64_C(0x85944171f73967e8));
}

static void test_payload(void **state)
{
    static const char *const bad[] = {
        "",
        "file=",
        "file=a.xml",
        "file=&fnv1a=0000000000000000",
        "file=a.xml&fnv1a=000000000000000",
        "file=a.xml&fnv1a=00000000000000000",
        "file=a.xml&fnv1a=000000000000000g",
        "file=a%0&fnv1a=0000000000000000",
        "file=a%00b&fnv1a=0000000000000000",
        "file=a%zz&fnv1a=0000000000000000",
        "{\"file\":\"a.xml\"}",
    };
    char payload[DOCUMENT_PAYLOAD_MAX];
    char name[DOCUMENT_NAME_MAX];
    char full[DOCUMENT_NAME_MAX];
    uint64_t hash = 0;
    size_t i;

    (void)state;
    document_payload("f\xc3\xb8rste &%=.xml", UINT64_C(0x0123456789abcdef), payload);
    assert_string_equal(payload, "file=f%C3%B8rste%20%26%25%3D.xml&fnv1a=0123456789abcdef");
    assert_int_equal(document_payload_read(payload, name, &hash), 0);
    assert_string_equal(name, "f\xc3\xb8rste &%=.xml");
    assert_true(hash == UINT64_C(0x0123456789abcdef));
    memset(full, 0xe6, sizeof(full)); /* the longest name, every byte of it encoded */
    full[DOCUMENT_NAME_MAX - 1] = '\0';
    document_payload(full, 1, payload);
    assert_int_equal(document_payload_read(payload, name, &hash), 0);
    assert_string_equal(name, full);
    for (i = 0; i < COUNT(bad); i++)
        assert_int_equal(document_payload_read(bad[i], name, &hash), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_money_parse),  cmocka_unit_test(test_money_part),
        cmocka_unit_test(test_money_format), cmocka_unit_test(test_day),
        cmocka_unit_test(test_mask),         cmocka_unit_test(test_mask_cut),
        cmocka_unit_test(test_gln_digit),    cmocka_unit_test(test_hash),
        cmocka_unit_test(test_payload),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
