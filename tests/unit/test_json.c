#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"

static struct json *parse(const char *string)
{
    struct json *document = NULL;
    struct fault fault = {0};

    if (json_parse(string, strlen(string), 1 << 20, &document, &fault) != 0)
        fail_msg("%s: %s", string, fault.text);
    return document;
}

static void knows_kinds(void **state)
{
    struct json *document = parse("[{},[],\"s\",1,true,false,null]");
    const struct json *value = json_first(document);
    int kind;

    (void)state;
    for (kind = 0; value != NULL; value = json_next(value), kind++) {
        assert_int_equal(json_is_object(value), kind == 0);
        assert_int_equal(json_is_array(value), kind == 1);
        assert_int_equal(json_is_string(value), kind == 2);
        assert_int_equal(json_is_number(value), kind == 3);
        assert_int_equal(json_is_bool(value), kind == 4 || kind == 5);
        assert_int_equal(json_is_null(value), kind == 6);
        assert_int_equal(json_bool(value), kind == 4);
        assert_int_equal(json_string(value) != NULL, kind == 2);
        assert_int_equal((int)json_double(value), kind == 3);
        assert_string_equal(json_name(value), "");
    }
    assert_int_equal(kind, 7);
    json_free(document);
}

static void takes_null(void **state)
{
    int64_t number = 7;

    (void)state;
    assert_false(json_is_object(NULL) || json_is_array(NULL) || json_is_string(NULL) ||
                 json_is_number(NULL) || json_is_bool(NULL) || json_is_null(NULL));
    assert_null(json_member(NULL, "a"));
    assert_null(json_first(NULL));
    assert_int_equal(json_count(NULL), 0);
    assert_null(json_string(NULL));
    assert_false(json_int64(NULL, &number));
    assert_false(json_decimal(NULL, 2, &number));
    assert_false(json_bool(NULL));
    assert_int_equal(number, 7);
}

static void finds_members(void **state)
{
    struct json *document = parse("{\"a\":1,\"A\":2,\"b\":{\"c\":\"x\"}}");
    const struct json *value;
    int64_t number = 0;

    (void)state;
    assert_true(json_int64(json_member(document, "A"), &number));
    assert_int_equal(number, 2);
    assert_null(json_member(document, "B"));
    assert_null(json_member(json_member(document, "a"), "a"));
    assert_string_equal(json_string(json_member(json_member(document, "b"), "c")), "x");
    assert_int_equal(json_count(document), 3);
    value = json_first(document);
    assert_string_equal(json_name(value), "a");
    assert_string_equal(json_name(json_next(value)), "A");
    json_free(document);
    document = parse("[1,2]");
    assert_null(json_member(document, "a"));
    json_free(document);
}

static void reads_strings(void **state)
{
    struct json *document = parse("\"\\u00e6\\uD83D\\uDE00\\\"\\\\\\/\\n ø\"");

    (void)state;
    assert_string_equal(json_string(document), "æ\xf0\x9f\x98\x80\"\\/\n ø");
    json_free(document);
}

static void reads_integers(void **state)
{
    static const struct {
        const char *text;
        bool whole;
        int64_t value;
    } cases[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"-17", true, -17},
        {"1e3", true, 1000},
        {"2.0", true, 2},
        {"9007199254740992", true, INT64_C(9007199254740992)},
        {"-9007199254740992", true, INT64_C(-9007199254740992)},
        {"9007199254740994", false, 0},
        {"-9007199254740994", false, 0},
        {"1.5", false, 0},
        {"1e300", false, 0},
        {"\"1\"", false, 0},
        {"true", false, 0},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct json *document = parse(cases[i].text);
        int64_t value = 0;

        assert_int_equal(json_int64(document, &value), cases[i].whole);
        assert_true(value == cases[i].value);
        json_free(document);
    }
}

static void reads_decimals(void **state)
{
    static const struct {
        const char *text;
        unsigned digits;
        bool exact;
        int64_t scaled;
    } cases[] = {
        {"342.07", 2, true, 34207},
        {"\"342.07\"", 2, true, 34207},
        {"\"342.0700\"", 2, true, 34207},
        {"0.1", 2, true, 10},
        {"-0.05", 2, true, -5},
        {"0.05", 1, false, 0},
        {"0.000001", 6, true, 1},
        {"1e-6", 6, true, 1},
        {"0.0000001", 6, false, 0},
        {"1.15", 2, true, 115},
        {"0", 6, true, 0},
        {"-0.0", 6, true, 0},
        {"0e0", 6, true, 0},
        {"100", 2, true, 10000},
        {"1e15", 2, true, INT64_C(100000000000000000)},
        {"123456789012345678", 0, true, INT64_C(123456789012345680)},
        {"1e18", 0, true, INT64_C(1000000000000000000)},
        {"1e19", 0, false, 0},
        {"1e300", 0, false, 0},
        {"1e-300", 6, false, 0},
        {"0.30000000000000004", 17, true, INT64_C(30000000000000004)},
        {"\"1e3\"", 2, false, 0},
        {"\" 1\"", 2, false, 0},
        {"\"\"", 2, false, 0},
        {"true", 2, false, 0},
        {"[1]", 2, false, 0},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct json *document = parse(cases[i].text);
        int64_t scaled = 0;

        if (json_decimal(document, cases[i].digits, &scaled) != cases[i].exact ||
            scaled != cases[i].scaled)
            fail_msg("%s: %lld", cases[i].text, (long long)scaled);
        json_free(document);
    }
}

/* Every amount of øre up to a thousand kroner, as a number, comes through exact. */
static void reads_every_amount(void **state)
{
    char text[32];
    int amount;

    (void)state;
    for (amount = 0; amount < 100000; amount += 7) {
        struct json *document;
        int64_t scaled = -1;

        (void)snprintf(text, sizeof text, "%d.%02d", amount / 100, amount % 100);
        document = parse(text);
        assert_true(json_decimal(document, 2, &scaled));
        assert_int_equal(scaled, amount);
        json_free(document);
    }
}

static void needs_members(void **state)
{
    struct json *document = parse("{\"s\":\"x\",\"n\":5,\"z\":null,\"f\":1.5,\"t\":true}");
    struct fault fault = {0};
    const char *string = NULL;
    int64_t number = 0;

    (void)state;
    assert_int_equal(json_need_string(document, "s", "robots[3]", &string, &fault), 0);
    assert_string_equal(string, "x");
    assert_int_equal(json_need_string(document, "n", "robots[3]", &string, &fault), -EINVAL);
    assert_string_equal(fault.text, "robots[3].n: expected a string, found a number");
    assert_int_equal(json_need_string(document, "q", "robots[3]", &string, &fault), -EINVAL);
    assert_string_equal(fault.text, "robots[3].q: expected a string, found nothing");
    assert_int_equal(json_need_string(document, "z", "", &string, &fault), -EINVAL);
    assert_string_equal(fault.text, "z: expected a string, found null");
    assert_int_equal(json_need_string(NULL, "z", "", &string, NULL), -EINVAL);
    assert_string_equal(string, "x");

    assert_int_equal(json_need_int64(document, "n", "w", 5, 5, &number, &fault), 0);
    assert_int_equal(number, 5);
    assert_int_equal(json_need_int64(document, "n", "w", 6, 9, &number, &fault), -EINVAL);
    assert_string_equal(fault.text, "w.n: expected a whole number from 6 to 9, found 5");
    assert_int_equal(json_need_int64(document, "n", "w", 1, 4, &number, &fault), -EINVAL);
    assert_int_equal(json_need_int64(document, "f", "w", 1, 4, &number, &fault), -EINVAL);
    assert_string_equal(fault.text, "w.f: expected a whole number from 1 to 4, found 1.5");
    assert_int_equal(json_need_int64(document, "s", "w", 1, 4, &number, &fault), -EINVAL);
    assert_string_equal(fault.text, "w.s: expected a whole number from 1 to 4, found a string");
    assert_int_equal(json_need_int64(document, "q", "w", 1, 4, &number, &fault), -EINVAL);
    assert_string_equal(fault.text, "w.q: expected a whole number from 1 to 4, found nothing");
    assert_int_equal(number, 5);
    json_free(document);
}

/* 24.000 is JSON for 24; where a whole number is asked for nobody guesses what was meant. */
static void a_whole_number_is_written_in_digits_alone(void **state)
{
    static const struct {
        const char *text, *said; /* after "kroner: "; NULL: taken as 24 */
    } cases[] = {
        {"24", NULL},
        {"24.000", "24.000 could mean two things"},
        {"24.0", "24.0 could mean two things"},
        {"2.4e1", "2.4e1 has an exponent"},
        {"24E0", "24E0 has an exponent"},
        {"24.5", "expected a whole number from -99 to 99, found 24.5"},
        {"1e300", "expected a whole number from -99 to 99, found 1e+300"},
        {"24000", "expected a whole number from -99 to 99, found 24000"},
    };
    char document_text[96];
    char expected[96];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fault fault = {0};
        struct json *document;
        int64_t number = 24;
        int result;

        (void)snprintf(document_text, sizeof document_text,
                       "[{\"1.0\":\"2.0\\\"3.0\",\"e\":-1},true,{\"kroner\":%s}]", cases[i].text);
        document = parse(document_text);
        result = json_need_int64(json_next(json_next(json_first(document))), "kroner", "b[2]", -99,
                                 99, &number, &fault);
        (void)snprintf(expected, sizeof expected, "b[2].kroner: %s",
                       cases[i].said != NULL ? cases[i].said : "");
        assert_int_equal(result, cases[i].said != NULL ? -EINVAL : 0);
        assert_int_equal(number, 24);
        if (result < 0 && strncmp(fault.text, expected, strlen(expected)) != 0)
            fail_msg("%s: %s", cases[i].text, fault.text);
        json_free(document);
    }
}

static void keeps_the_text_of_numbers_with_marks(void **state)
{
    struct json *document = parse("{\"1e9\":[-0.0,7,1E2,\"1.5\",{\"x\":2.50}],\"y\":false}");
    const struct json *value = json_first(json_first(document));

    (void)state;
    assert_string_equal(json_number_text(value), "-0.0");
    value = json_next(value);
    assert_null(json_number_text(value));
    value = json_next(value);
    assert_string_equal(json_number_text(value), "1E2");
    assert_null(json_string(value));
    value = json_next(value);
    assert_null(json_number_text(value));
    assert_string_equal(json_number_text(json_first(json_next(value))), "2.50");
    assert_null(json_number_text(NULL));
    json_free(document);
    document = parse("24.000");
    assert_string_equal(json_number_text(document), "24.000");
    json_free(document);
}

static void may_have_members(void **state)
{
    struct json *document = parse("{\"s\":\"x\",\"n\":5,\"z\":null,\"t\":true}");
    struct fault fault = {0};
    const char *string = "as it was";
    int64_t number = 77;
    bool flag = false;

    (void)state;
    assert_int_equal(json_may_string(document, "q", "w", &string, &fault), 0);
    assert_int_equal(json_may_string(document, "z", "w", &string, &fault), 0);
    assert_string_equal(string, "as it was");
    assert_int_equal(json_may_string(document, "s", "w", &string, &fault), 0);
    assert_string_equal(string, "x");
    assert_int_equal(json_may_string(document, "t", "w", &string, &fault), -EINVAL);
    assert_string_equal(fault.text, "w.t: expected a string, found true");

    assert_int_equal(json_may_int64(document, "q", "w", 0, 9, &number, &fault), 0);
    assert_int_equal(json_may_int64(document, "z", "w", 0, 9, &number, &fault), 0);
    assert_int_equal(number, 77);
    assert_int_equal(json_may_int64(document, "n", "w", 0, 9, &number, &fault), 0);
    assert_int_equal(number, 5);
    assert_int_equal(json_may_int64(document, "n", "w", 6, 9, &number, &fault), -EINVAL);

    assert_int_equal(json_may_bool(document, "q", "w", &flag, &fault), 0);
    assert_int_equal(json_may_bool(document, "z", "w", &flag, &fault), 0);
    assert_false(flag);
    assert_int_equal(json_may_bool(document, "t", "w", &flag, &fault), 0);
    assert_true(flag);
    assert_int_equal(json_may_bool(document, "n", "w", &flag, &fault), -EINVAL);
    assert_string_equal(fault.text, "w.n: expected true or false, found a number");
    json_free(document);
}

static void refuses_unknown_members(void **state)
{
    static const char *const names[] = {"id", "name", NULL};
    static const char *const none[] = {NULL};
    struct json *document = parse("{\"id\":1,\"nmae\":2}");
    struct fault fault = {0};

    (void)state;
    assert_int_equal(json_only(document, names, "robots[0]", &fault), -EINVAL);
    assert_string_equal(fault.text,
                        "robots[0].nmae: is not a member known here; known are: id, name");
    json_free(document);
    document = parse("{\"name\":1}");
    assert_int_equal(json_only(document, names, "w", &fault), 0);
    assert_int_equal(json_only(document, none, "w", &fault), -EINVAL);
    json_free(document);
    document = parse("[]");
    assert_int_equal(json_only(document, names, "w", &fault), -EINVAL);
    assert_string_equal(fault.text, "w: expected an object, found an array");
    json_free(document);
    assert_int_equal(json_only(NULL, names, "", &fault), -EINVAL);
    assert_string_equal(fault.text, "expected an object, found nothing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_kinds),
        cmocka_unit_test(takes_null),
        cmocka_unit_test(finds_members),
        cmocka_unit_test(reads_strings),
        cmocka_unit_test(reads_integers),
        cmocka_unit_test(reads_decimals),
        cmocka_unit_test(reads_every_amount),
        cmocka_unit_test(needs_members),
        cmocka_unit_test(a_whole_number_is_written_in_digits_alone),
        cmocka_unit_test(keeps_the_text_of_numbers_with_marks),
        cmocka_unit_test(may_have_members),
        cmocka_unit_test(refuses_unknown_members),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
