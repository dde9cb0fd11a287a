/* The plugin invoice_check: the table of grants, and the configuration. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/invoice_check/grants.h"
#include "plugins/invoice_check/settings.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define HEADER      "case;supplier_cvr;from;to;amount;currency\n"
#define GOOD        "MOM-1;99999991;2026-01-01;2026-06-30;15000,00;DKK\n"

static void test_good(void **state)
{
    static const char *const texts[] = {
        HEADER GOOD,
        "\xef\xbb\xbf" HEADER GOOD,
        HEADER "MOM-1;99999991;2026-01-01;2026-06-30;15000,00;DKK",
        ("case;supplier_cvr;from;to;amount;currency\r\n"
         "MOM-1;99999991;2026-01-01;2026-06-30;15000,00;DKK\r\n"),
    };
    char problem[GRANTS_PROBLEM_MAX];
    struct grants grants;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(texts); i++) {
        assert_int_equal(grants_parse(&grants, texts[i], strlen(texts[i]), ',', problem), 0);
        assert_int_equal(grants.count, 1);
        assert_string_equal(grants.list[0].case_id, "MOM-1");
        assert_string_equal(grants.list[0].supplier_cvr, "99999991");
        assert_string_equal(grants.list[0].currency, "DKK");
        assert_int_equal(grants.list[0].amount, 1500000);
        assert_int_equal(grants.list[0].from, 20454);
        assert_int_equal(grants.list[0].line, 2);
        grants_release(&grants);
    }
    assert_int_equal(grants_parse(&grants, HEADER, strlen(HEADER), ',', problem), 0);
    assert_int_equal(grants.count, 0);
    grants_release(&grants);
    grants_release(NULL);
}

static void test_bad(void **state)
{
    static const struct {
        const char *text;
        const char *problem; /* how it begins */
    } rows[] = {
        {"", "linje 1: filen er tom"},
        {"\xef\xbb\xbf", "linje 1: filen er tom"},
        {"\n", "linje 1: linjen er tom"},
        {"case;cvr\n", "linje 1: overskriften er \"case;cvr\""},
        {HEADER GOOD "\n", "linje 3: linjen er tom"},
        {HEADER "MOM-1;99999991;2026-01-01\n", "linje 2: linjen har 3 felter, men skal have 6"},
        {HEADER GOOD "MOM-1;99999991;2026-01-01;2026-06-30;1,00;DKK;\n",
         "linje 3: linjen har 7 felter"},
        {HEADER ";99999991;2026-01-01;2026-06-30;1,00;DKK\n", "linje 2: case skal være"},
        {HEADER " M;99999991;2026-01-01;2026-06-30;1,00;DKK\n", "linje 2: case \" M\" har"},
        {HEADER "M;9999999;2026-01-01;2026-06-30;1,00;DKK\n", "linje 2: supplier_cvr er"},
        {HEADER "M;DK999991;2026-01-01;2026-06-30;1,00;DKK\n", "linje 2: supplier_cvr er"},
        {HEADER "M;99999991;01-01-2026;2026-06-30;1,00;DKK\n", "linje 2: from er \"01-01-2026\""},
        {HEADER "M;99999991;2026-01-01;2026-02-30;1,00;DKK\n", "linje 2: to er \"2026-02-30\""},
        {HEADER "M;99999991;2026-06-30;2026-01-01;1,00;DKK\n", "linje 2: bevillingen slutter"},
        {HEADER "M;99999991;2026-01-01;2026-06-30;1.00;DKK\n", "linje 2: amount er \"1.00\""},
        {HEADER "M;99999991;2026-01-01;2026-06-30;1.000,00;DKK\n", "linje 2: amount er"},
        {HEADER "M;99999991;2026-01-01;2026-06-30;-1,00;DKK\n", "linje 2: amount er \"-1,00\""},
        {HEADER "M;99999991;2026-01-01;2026-06-30;;DKK\n", "linje 2: amount er \"\""},
        {HEADER "M;99999991;2026-01-01;2026-06-30;1,00;kr\n", "linje 2: currency er \"kr\""},
        {HEADER "M;99999991;2026-01-01;2026-06-30;1,00;DKKK\n", "linje 2: currency er"},
        {HEADER "\"M\";99999991;2026-01-01;2026-06-30;1,00;DKK\n", "linje 2: anførselstegn"},
        {HEADER "B\xf8rge;99999991;2026-01-01;2026-06-30;1,00;DKK\n", "linje 2: linjen indeholder"},
        {HEADER "M\t1;99999991;2026-01-01;2026-06-30;1,00;DKK\n", "linje 2: linjen indeholder"},
        {HEADER "010190-1234;x;;;;\n", "linje 2: supplier_cvr er \"x\""},
        {HEADER " 010190-1234;99999991;;;;\n", "linje 2: case \" XXXXXX-XXXX\" har"},
    };
    char problem[GRANTS_PROBLEM_MAX];
    struct grants grants;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        assert_int_equal(grants_parse(&grants, rows[i].text, strlen(rows[i].text), ',', problem),
                         -EINVAL);
        if (strncmp(problem, rows[i].problem, strlen(rows[i].problem)) != 0)
            fail_msg("row %zu: \"%s\", expected \"%s\"", i, problem, rows[i].problem);
        grants_release(&grants);
    }
    assert_int_equal(grants_parse(&grants, HEADER "M;9\0;;;;\n", strlen(HEADER) + 9, ',', problem),
                     -EINVAL);
    assert_non_null(strstr(problem, "nultegn"));
    grants_release(&grants);
}

static void test_limits(void **state)
{
    char problem[GRANTS_PROBLEM_MAX];
    struct grants grants;
    size_t room = strlen(HEADER) + strlen(GOOD) * (GRANTS_MAX + 1) + GRANTS_LINE_MAX + 4;
    char *text = calloc(1, room);
    size_t used = strlen(HEADER);
    size_t i;

    (void)state;
    assert_non_null(text);
    memcpy(text, HEADER, used);
    for (i = 0; i < GRANTS_MAX; i++, used += strlen(GOOD))
        memcpy(text + used, GOOD, strlen(GOOD));
    assert_int_equal(grants_parse(&grants, text, used, ',', problem), 0);
    assert_int_equal(grants.count, GRANTS_MAX);
    grants_release(&grants);
    memcpy(text + used, GOOD, strlen(GOOD));
    assert_int_equal(grants_parse(&grants, text, used + strlen(GOOD), ',', problem), -EINVAL);
    assert_string_equal(problem, "linje 50002: der er over 50000 bevillinger i filen");
    grants_release(&grants);

    memset(text + strlen(HEADER), 'M', GRANTS_LINE_MAX + 1);
    assert_int_equal(
        grants_parse(&grants, text, strlen(HEADER) + GRANTS_LINE_MAX + 1, ',', problem), -EINVAL);
    assert_string_equal(problem, "linje 2: linjen er over 512 tegn");
    grants_release(&grants);
    assert_int_equal(grants_parse(&grants, text, (size_t)GRANTS_SIZE_MAX + 1, ',', problem),
                     -EINVAL);
    assert_string_equal(problem, "linje 1: filen er over 8 MiB");
    grants_release(&grants);
    free(text);
}

static void test_next(void **state)
{
    static const char text[] = HEADER "A;99999991;2026-01-01;2026-06-30;1.00;DKK\n"
                                      "B;99999991;2026-01-01;2026-06-30;2.00;DKK\n"
                                      "A;99999992;2026-01-01;2026-06-30;3.00;DKK\n"
                                      "A;99999991;2026-07-01;2026-12-31;4.00;EUR\n";
    char problem[GRANTS_PROBLEM_MAX];
    struct grants grants;
    const struct grant *grant;

    (void)state;
    assert_int_equal(grants_parse(&grants, text, sizeof(text) - 1, '.', problem), 0);
    grant = grants_next(&grants, "A", "99999991", NULL);
    assert_non_null(grant);
    assert_int_equal(grant->amount, 100);
    grant = grants_next(&grants, "A", "99999991", grant);
    assert_non_null(grant);
    assert_int_equal(grant->amount, 400);
    assert_null(grants_next(&grants, "A", "99999991", grant));
    assert_null(grants_next(&grants, "a", "99999991", NULL));
    grants_release(&grants);
    assert_null(grants_next(&grants, "A", "99999991", NULL));
}

static void test_settings_good(void **state)
{
    static const char least[] =
        "{\"grants_file\":\"g.csv\",\"decimal_mark\":\",\",\"grant_amounts\":\"with_vat\"}";
    static const char most[] =
        "{\"grants_file\":\"g.csv\",\"decimal_mark\":\".\",\"grant_amounts\":\"without_vat\","
        "\"currency\":\"EUR\",\"case_prefix\":\"MOM-\",\"case_fields\":[\"order\",\"contact\"],"
        "\"glns\":[\"9990000001019\",\"9990000002023\"],\"settle_s\":30}";
    char problem[SETTINGS_PROBLEM_MAX];
    struct settings settings;

    (void)state;
    assert_int_equal(settings_parse(&settings, least, problem), 0);
    assert_string_equal(settings.currency, "DKK");
    assert_int_equal(settings.source_count, INVOICE_SOURCE_COUNT);
    assert_int_equal(settings.gln_count, 0);
    assert_true(settings.grants_with_vat);
    assert_int_equal(settings.decimal_mark, ',');
    settings_release(&settings);
    assert_int_equal(settings_parse(&settings, most, problem), 0);
    assert_string_equal(settings.currency, "EUR");
    assert_int_equal(settings.source_count, 2);
    assert_int_equal(settings.sources[0], INVOICE_SOURCE_ORDER);
    assert_int_equal(settings.gln_count, 2);
    assert_string_equal(settings.glns[1], "9990000002023");
    assert_int_equal(settings.settle_s, 30);
    assert_false(settings.grants_with_vat);
    settings_release(&settings);
    settings_release(NULL);
}

static void test_settings_bad(void **state)
{
#define REST ",\"decimal_mark\":\",\",\"grant_amounts\":\"with_vat\"}"
    static const struct {
        const char *json;
        const char *member;
    } rows[] = {
        {"", "den"},
        {"[]", "den"},
        {"{}", "grants_file"},
        {"{\"grants_file\":7" REST, "grants_file"},
        {"{\"grants_file\":\"\"" REST, "grants_file"},
        {"{\"grants_file\":\"../g.csv\"" REST, "grants_file"},
        {"{\"grants_file\":\"g\",\"grant_amounts\":\"with_vat\"}", "decimal_mark"},
        {"{\"grants_file\":\"g\",\"decimal_mark\":\";\"}", "decimal_mark"},
        {"{\"grants_file\":\"g\",\"decimal_mark\":\",\"}", "grant_amounts"},
        {"{\"grants_file\":\"g\",\"decimal_mark\":\",\",\"grant_amounts\":\"x\"}", "grant_amounts"},
        {"{\"grants_file\":\"g\",\"currency\":\"KRONER\"" REST, "currency"},
        {"{\"grants_file\":\"g\",\"currency\":\"KR\"" REST, "currency"},
        {"{\"grants_file\":\"g\",\"case_prefix\":\"\"" REST, "case_prefix"},
        {"{\"grants_file\":\"g\",\"case_fields\":[]" REST, "case_fields"},
        {"{\"grants_file\":\"g\",\"case_fields\":[\"note\"]" REST, "case_fields"},
        {"{\"grants_file\":\"g\",\"case_fields\":[\"order\",\"order\",\"order\",\"order\","
         "\"order\"]" REST,
         "case_fields"},
        {"{\"grants_file\":\"g\",\"glns\":\"9\",\"glns\":[\"1\"]" REST, ""},
        {"{\"grants_file\":\"g\",\"glns\":[\"999000000101x\"]" REST, "glns"},
        {"{\"grants_file\":\"g\",\"settle_s\":-1" REST, "settle_s"},
        {"{\"grants_file\":\"g\",\"settle_s\":1e99" REST, "settle_s"},
    };
    char problem[SETTINGS_PROBLEM_MAX];
    struct settings settings;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        int result = settings_parse(&settings, rows[i].json, problem);

        if (rows[i].member[0] != '\0') {
            assert_int_equal(result, -EINVAL);
            assert_non_null(strstr(problem, rows[i].member));
        }
        settings_release(&settings);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),          cmocka_unit_test(test_bad),
        cmocka_unit_test(test_limits),        cmocka_unit_test(test_next),
        cmocka_unit_test(test_settings_good), cmocka_unit_test(test_settings_bad),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
