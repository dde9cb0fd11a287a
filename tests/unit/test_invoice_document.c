/* The plugin invoice_check: reading documents, the good and the hostile. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "plugins/invoice_check/identity.h"
#include "plugins/invoice_check/invoice.h"
#include "plugins/invoice_check/tags.h"
#include "plugins/invoice_check/ubl.h"
#include "tests/standins/sample_text.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define MOMENTUM    "robots/franco-fakturatjek-momentum/inbox/"
#define OIOUBL      MOMENTUM "01-mentor-marts.xml"
#define PEPPOL      MOMENTUM "02-kursus-peppol.xml"
#define CREDIT_NOTE MOMENTUM "08-kreditnota.xml"

static int read_text(const char *text, struct invoice *invoice, char *problem)
{
    return invoice_read(invoice, text, strlen(text), problem);
}

/* The document must be refused, with `words` in the reason. */
static void assert_refused(const void *bytes, size_t size, const char *words)
{
    char problem[INVOICE_PROBLEM_MAX];
    struct invoice invoice;

    assert_int_equal(invoice_read(&invoice, bytes, size, problem), -EINVAL);
    if (strstr(problem, words) == NULL)
        fail_msg("\"%s\" was expected in \"%s\"", words, problem);
    invoice_release(&invoice);
}

static void test_oioubl(void **state)
{
    char *text = sample_text_read(OIOUBL);
    char problem[INVOICE_PROBLEM_MAX];
    struct identity identity;
    struct invoice invoice;

    (void)state;
    assert_int_equal(read_text(text, &invoice, problem), 0);
    assert_string_equal(problem, "");
    assert_int_equal(invoice.rules, INVOICE_RULES_OIOUBL2);
    assert_false(invoice.credit_note);
    identity_read(&invoice, NULL, &identity);
    assert_string_equal(identity.key, "380|99999991|1001");
    assert_string_equal(invoice.currency, "DKK");
    assert_string_equal(invoice.stray_currency, "");
    assert_string_equal(invoice.gln, "9990000001019");
    assert_string_equal(invoice.gln_scheme, "GLN");
    assert_string_equal(invoice.sources[INVOICE_SOURCE_CONTACT], "MOM-2026-0101");
    assert_string_equal(invoice.sources[INVOICE_SOURCE_ORDER], "");
    assert_int_equal(invoice.line_count, 2);
    assert_int_equal(invoice.lines[0].net, 720000);
    assert_true(invoice.lines[1].tax.given);
    assert_int_equal(invoice.lines[1].tax.oere, 7513);
    assert_int_equal(invoice.tax_count, 1);
    assert_int_equal(invoice.tax_total.oere, 187513);
    assert_int_equal(invoice.tax_exclusive.oere, 187513);
    assert_int_equal(invoice.payable.oere, 937563);
    assert_true(invoice.has_period);
    assert_int_equal(invoice.to - invoice.from, 30);
    invoice_release(&invoice);
    free(text);
}

static void test_peppol(void **state)
{
    char *text = sample_text_read(PEPPOL);
    char problem[INVOICE_PROBLEM_MAX];
    struct invoice invoice;

    (void)state;
    assert_int_equal(read_text(text, &invoice, problem), 0);
    assert_int_equal(invoice.rules, INVOICE_RULES_EN16931);
    assert_string_equal(invoice.supplier_cvr, "99999992");
    assert_string_equal(invoice.gln_scheme, "0088");
    assert_string_equal(invoice.sources[INVOICE_SOURCE_BUYER], "MOM-2026-0102");
    assert_false(invoice.lines[0].tax.given);
    assert_true(invoice.lines[0].has_percent);
    assert_int_equal(invoice.charge_count, 2);
    assert_int_equal(invoice.charges[0].net, 25000);
    assert_int_equal(invoice.charges[1].net, -100000);
    assert_int_equal(invoice.tax_exclusive.oere, 1109000);
    assert_int_equal(invoice.tax_total.oere, 277250);
    invoice_release(&invoice);
    free(text);
}

static void test_credit_note(void **state)
{
    char *text = sample_text_read(CREDIT_NOTE);
    char problem[INVOICE_PROBLEM_MAX];
    struct identity identity;
    struct invoice invoice;

    (void)state;
    assert_int_equal(read_text(text, &invoice, problem), 0);
    assert_true(invoice.credit_note);
    assert_string_equal(invoice.credited, "1001");
    identity_read(&invoice, NULL, &identity);
    assert_string_equal(identity.key, "381|99999991|1008");
    invoice_release(&invoice);
    free(text);
    /* 381 under the root Invoice is a credit note as well. */
    text = sample_text_replace(sample_text_read(OIOUBL), ">380<", ">381<");
    assert_int_equal(read_text(text, &invoice, problem), 0);
    assert_true(invoice.credit_note);
    invoice_release(&invoice);
    free(text);
}

/* One change of a good document each: what the reader must say. */
static const struct {
    const char *from;
    const char *to;
    const char *words; /* "" when it is still read */
} spoiled[] = {
    {"<cbc:ID>1001</cbc:ID>", "", "fakturanummeret (ID) mangler"},
    {"<cbc:ID>1001</cbc:ID>", "<cbc:ID> \n</cbc:ID>", "fakturanummeret (ID) mangler"},
    {"<cbc:ID>1001</cbc:ID>", "<cbc:ID>1001</cbc:ID><cbc:ID>1002</cbc:ID>", "mere end én gang"},
    {">1001<", ">10|01<", "tegn, det ikke må have"},
    {">1001<", ">10\n01<", "tegn, det ikke må have"},
    {">1001<", "><cbc:Note>1001</cbc:Note><", "må kun indeholde tekst"},
    {">1001<", "><!-- 1 -->10<![CDATA[01]]><", ""},
    {">1001<", ">  1001\n  <", ""},
    {">1001<", ">&#49;001<", ""},
    {">1001<", ">&amp;001<", ""},
    {">1001<", ">&ukendt;<", "entitet"},
    {"<cbc:IssueDate>2026-04-02</cbc:IssueDate>", "", "fakturadatoen (IssueDate) mangler"},
    {">2026-04-02<", ">2026-04-31<", "IssueDate er \"2026-04-31\""},
    {">2026-04-02<", ">2026-04-02+02:00<", ""},
    {">2026-04-02<", ">02-04-2026<", "men skal være en dato som 2026-01-31"},
    {">2026-03-01<", ">2026-04-01<", "perioden slutter, før den begynder"},
    {">7200.00<", ">7200,00<", "LineExtensionAmount \"7200,00\" er ikke et tal"},
    {">7200.00<", ">7200.001<", "har for mange decimaler"},
    {">7200.00<", ">1e4<", "er ikke et tal"},
    {">7200.00<", "><", "er tom"},
    {">7200.00<", ">99999999999999999999<", "er uden for det"},
    {">25<", ">125<", "Percent \"125\" er uden for det"},
    {">DK99999991</cbc:CompanyID>", ">DK9999999</cbc:CompanyID>", ""}, /* EndpointID has it */
    {"DK99999991", "DK9999999", "leverandørens CVR-nummer (8 cifre) mangler"},
    {"DK:CVR", "NO:ORGNR", "leverandørens CVR-nummer (8 cifre) mangler"},
    {"<cac:LegalMonetaryTotal>", "<cac:LegalMonetaryTotal/><cac:LegalMonetaryTotal>",
     "LegalMonetaryTotal står mere end én gang"},
    {"cac:InvoiceLine>", "cac:Linje>", "der er ingen linjer"},
    {"cac:LegalMonetaryTotal>", "cac:Total>", "LegalMonetaryTotal mangler"},
    {"<Invoice ", "<Order ", "passer ikke sammen"},
    {"xsd:Invoice-2", "xsd:Order-2", "dokumentet er Invoice og ikke en UBL-faktura"},
    {"xmlns:cbc=", "xmlns:cbx=", "navnerum"},
    {"<cbc:ID>1001</cbc:ID>", "<cbc:ID>1001</cbc:ID><cbc:ID xmlns:cbc=\"urn:x\">1002</cbc:ID>", ""},
    {"encoding=\"UTF-8\"", "encoding=\"ISO-8859-1\"", ""},
    {"encoding=\"UTF-8\"", "encoding=\"UTF-7\"", "tegnsættet UTF-8"},
    {"encoding=\"UTF-8\"", "encoding=\"klingon\"", "tegnsættet UTF-8"},
    {"MOM-2026-0101", "010190-1234</cbc:ID><cbc:ID>0", "mere end én gang"},
    {">2026-04-02<", ">010190-1234<", "XXXXXX-XXXX"},
};

static void test_spoiled(void **state)
{
    char problem[INVOICE_PROBLEM_MAX];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(spoiled); i++) {
        char *text = sample_text_replace(sample_text_read(OIOUBL), spoiled[i].from, spoiled[i].to);
        struct invoice invoice;
        int result = read_text(text, &invoice, problem);

        if ((result == 0) != (spoiled[i].words[0] == '\0') ||
            strstr(problem, spoiled[i].words) == NULL)
            fail_msg("row %zu: %d \"%s\", expected \"%s\"", i, result, problem, spoiled[i].words);
        invoice_release(&invoice);
        free(text);
    }
}

static void test_hostile_dtd(void **state)
{
    static const char *const subsets[] = {
        "<!DOCTYPE Invoice>",
        "<!DOCTYPE Invoice SYSTEM \"file:///etc/passwd\">",
        "<!DOCTYPE Invoice PUBLIC \"x\" \"http://127.0.0.1:9/x.dtd\">",
        "<!DOCTYPE Invoice [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE Invoice [<!ENTITY % p SYSTEM \"http://127.0.0.1:9/p\"> %p;]>",
        ("<!DOCTYPE Invoice [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">"
         "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;\">"
         "<!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;\"><!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;\">]>"),
        "<!DOCTYPE Invoice [<!ATTLIST Invoice x CDATA \"&b;\">",
    };
    char root[1024];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(subsets); i++) {
        char *text = sample_text_read(OIOUBL);

        (void)snprintf(root, sizeof(root), "%s\n<Invoice ", subsets[i]);
        text = sample_text_replace(text, "<Invoice ", root);
        text = sample_text_replace(text, ">1001<", ">&f;&x;<");
        assert_refused(text, strlen(text), "DTD");
        free(text);
    }
}

/* `count` times `unit` between `head` and `tail`, in a new block. */
static char *repeat(const char *head, const char *unit, size_t count, const char *tail,
                    size_t *ret_size)
{
    size_t size = strlen(head) + strlen(unit) * count + strlen(tail);
    char *text = malloc(size + 1);
    char *at = text;
    size_t i;

    assert_non_null(text);
    memcpy(at, head, strlen(head));
    at += strlen(head);
    for (i = 0; i < count; i++, at += strlen(unit))
        memcpy(at, unit, strlen(unit));
    memcpy(at, tail, strlen(tail) + 1);
    *ret_size = size;
    return text;
}

static void test_hostile_size(void **state)
{
    static const struct {
        const char *unit;
        size_t count;
        const char *words;
    } rows[] = {
        {"<a>", UBL_DEPTH_MAX, "40 lag"},
        {"<a>", 100000, "40 lag"},
        {"<a/>", UBL_NODES_MAX, "200000 elementer"},
        {"<!---->", UBL_NODES_MAX, "200000 elementer"},
        {"<?a?>", UBL_NODES_MAX, "200000 elementer"},
        {"<![CDATA[a]]>", UBL_NODES_MAX, "200000 elementer"},
        {"<a a='' b='' c='' d='' e='' f='' g=''/>", UBL_NODES_MAX / 8, "200000 elementer"},
        {"<a/>", UBL_SIZE_MAX / 4, "over 4 MiB"},
        {"<a/>", 10, "dokumentet er Invoice"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        size_t size = 0;
        char *text = repeat("<Invoice>", rows[i].unit, rows[i].count, "</Invoice>", &size);

        assert_refused(text, size, rows[i].words);
        free(text);
    }
}

/* What fills a file with `unit`, a new number, and `rest` must be refused, in a time like that of a harmless one. */
struct bomb {
    const char *head;
    const char *unit;
    const char *rest;
    const char *words;
};

/* The time of this process that it takes: others may use the machine. */
static clock_t bomb_try(const struct bomb *bomb)
{
    const size_t room = UBL_SIZE_MAX - 256;
    char *text = malloc(UBL_SIZE_MAX);
    size_t used = strlen(bomb->head);
    clock_t begun;
    size_t i;

    assert_non_null(text);
    memcpy(text, bomb->head, used);
    for (i = 0; used < room; i++)
        used += (size_t)snprintf(text + used, UBL_SIZE_MAX - used, "%s%zu%s", bomb->unit, i,
                                 bomb->rest);
    begun = clock();
    assert_refused(text, used, bomb->words);
    begun = clock() - begun;
    free(text);
    return begun;
}

static void test_bombs(void **state)
{
    static const struct bomb bombs[] = {
        {"<Invoice", " a", "=''", "linje 1: et mærke har over 64 attributter"},
        {"<Invoice>\n<a", " xmlns:a", "='u'", "linje 2: et mærke har over 64 attributter"},
        {"<Invoice", " a", "", "XML-fejl 41"},
        /* libxml2 leaves these by an error, and reads on. */
        {"<Invoice><!-- \x01 <a", " a", "=''", "64 attributter"},
        {"<Invoice><![CDATA[ \x01 <a", " a", "=''", "64 attributter"},
        {"<Invoice><? <a", " a", "=''", "64 attributter"},
        {"<Invoice a='<a", " a", "=\"\"", "64 attributter"},
        {"<Invoice><!--", " --", "", "XML-fejl 80"},
        {"<Invoice><!--", " -", "", "ikke gyldig XML"},
        {"<Invoice>", "<a <", "", "XML-fejl 68"},
        {"<Invoice>", "<a xmlns:p", "='u'>", "40 lag"},
        {"<Invoice>", "<a xmlns:p", "='u'/>", "200000 elementer"},
        {"<Invoice>", "<a xml:id='a", "'/>", "200000 elementer"},
        {"<Invoice>", "&a", ";", "entitet"},
    };
    static const struct bomb harmless = {"<Invoice>", "<a b='a", "'/>", "200000 elementer"};
    const double limit = 40.0 * (double)bomb_try(&harmless); /* what is quadratic takes minutes */
    double spent;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(bombs); i++) {
        spent = (double)bomb_try(&bombs[i]);
        if (spent > limit)
            fail_msg("\"%s%s\" took %.1f s", bombs[i].head, bombs[i].unit,
                     spent / (double)CLOCKS_PER_SEC);
    }
}

/* Many namespaces in sight, and many prefixes to be sought among them. */
static void test_namespaces(void **state)
{
    char *text = malloc(UBL_SIZE_MAX);
    size_t used = 0;
    size_t i;

    (void)state;
    assert_non_null(text);
    used = (size_t)snprintf(text, UBL_SIZE_MAX, "<Invoice xmlns:z='z'>");
    for (i = 0; i < UBL_SPACES_MAX; i++)
        used += (size_t)snprintf(text + used, UBL_SIZE_MAX - used, "%s xmlns:%c%c='u'%s",
                                 i % 16 == 0 ? "<z:a" : "", (int)('a' + i / 26),
                                 (int)('a' + i % 26), i % 16 == 15 ? ">" : "");
    assert_refused(text, used, "256 navnerum");
    free(text);
}

static void test_tags(void **state)
{
    static const struct {
        const char *head;
        const char *unit;
        size_t count;
        const char *tail;
        size_t line;
    } rows[] = {
        {"<a", " b=''", TAGS_ATTRIBUTES_MAX, "/>", 0},
        {"<a", " b=''", TAGS_ATTRIBUTES_MAX + 1, "/>", 1},
        {"<a>\n\n<b>\n<_", "\nb=''", TAGS_ATTRIBUTES_MAX + 1, "", 4},
        {"<a b='", "=", 1000, "'/>", 0},
        {"<a b=\"'", "=>", 1000, "\"/>", 0},
        {"<a>", "=", 1000, "</a>", 0},
        {"<a b=''>", "<a b=''/>", 1000, "", 0},
        {"</a", " b=''", 1000, ">", 0},
        {"<!-- ", "=", 1000, "-->", 0},
        {"<?a ", "b='' ", 1000, "?>", 0},
        {"", "<", 1000, "", 0},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        size_t size = 0;
        char *text = repeat(rows[i].head, rows[i].unit, rows[i].count, rows[i].tail, &size);

        assert_int_equal(tags_crowded(text, size), rows[i].line);
        free(text);
    }
    assert_int_equal(tags_crowded("", 0), 0);
}

/* Every document that stops too early is refused, and gives no crash. */
static void test_truncated(void **state)
{
    char *text = sample_text_read(OIOUBL);
    size_t size = strlen(text);
    size_t end = (size_t)(strstr(text, "</Invoice>") - text) + strlen("</Invoice>");
    size_t i;

    (void)state;
    for (i = 0; i < end; i++) {
        char *part = malloc(i + 1); /* its own block, so that reading past it is seen */

        assert_non_null(part);
        memcpy(part, text, i);
        assert_refused(part, i, "");
        free(part);
    }
    assert_true(end <= size);
    free(text);
}

static void test_encoding(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
    } starts[] = {
        {"\xff\xfe<\0?\0x\0m\0l\0", 12}, /* UTF-16 with and without its mark */
        {"\xfe\xff\0<\0?\0x\0m\0l", 12},
        {"<\0?\0x\0m\0l\0", 10},
        {"\x4c\x6f\xa7\x94\x93", 5}, /* EBCDIC */
        {"\0\0\0\0", 4},
        {"<?xml version='1.0' encoding=\"\"?><Invoice/>", 44},
        {"<?xml version='1.0'", 19},
        {"text", 4},
    };
    char *text = sample_text_replace(sample_text_read(OIOUBL), "Opfundet Mentor", "Opf\xf8rt");
    char problem[INVOICE_PROBLEM_MAX];
    struct invoice invoice;
    size_t i;

    (void)state;
    assert_refused(text, strlen(text), "tegnsæt");
    text = sample_text_replace(text, "UTF-8", "ISO-8859-1");
    assert_int_equal(read_text(text, &invoice, problem), 0);
    invoice_release(&invoice);
    free(text);
    for (i = 0; i < COUNT(starts); i++)
        assert_refused(starts[i].bytes, starts[i].size, "tegnsæt");
    assert_refused("", 0, "filen er tom");
}

static void test_limits(void **state)
{
    static const char line[] =
        "<cac:InvoiceLine><cbc:LineExtensionAmount currencyID=\"DKK\">1</cbc:LineExtensionAmount>"
        "</cac:InvoiceLine>";
    static const char charge[] =
        "<cac:AllowanceCharge><cbc:ChargeIndicator>true</cbc:ChargeIndicator>"
        "<cbc:Amount currencyID=\"DKK\">1</cbc:Amount></cac:AllowanceCharge>";
    static const struct {
        const char *unit;
        size_t count;
        const char *words;
    } rows[] = {
        {line, INVOICE_LINES_MAX - 2, ""},
        {line, INVOICE_LINES_MAX - 1, "der er over 2000 af InvoiceLine"},
        {charge, INVOICE_TAXES_MAX, ""},
        {charge, INVOICE_TAXES_MAX + 1, "der er over 64 af AllowanceCharge"},
        {"<cac:InvoicePeriod/>", INVOICE_PERIODS_MAX - 1, ""},
        {"<cac:InvoicePeriod/>", INVOICE_PERIODS_MAX, "der er over 64 perioder"},
        {"<cac:TaxTotal><cbc:TaxAmount>0</cbc:TaxAmount></cac:TaxTotal>", INVOICE_TAXES_MAX,
         "der er over 64 af TaxTotal"},
    };
    char problem[INVOICE_PROBLEM_MAX];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        struct invoice invoice;
        size_t size = 0;
        char *more = repeat("", rows[i].unit, rows[i].count, "</Invoice>", &size);
        char *text = sample_text_replace(sample_text_read(OIOUBL), "</Invoice>", more);
        int result = read_text(text, &invoice, problem);

        if ((result == 0) != (rows[i].words[0] == '\0') || strstr(problem, rows[i].words) == NULL)
            fail_msg("row %zu: \"%s\", expected \"%s\"", i, problem, rows[i].words);
        invoice_release(&invoice);
        free(more);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_oioubl),      cmocka_unit_test(test_peppol),
        cmocka_unit_test(test_credit_note), cmocka_unit_test(test_spoiled),
        cmocka_unit_test(test_hostile_dtd), cmocka_unit_test(test_hostile_size),
        cmocka_unit_test(test_truncated),   cmocka_unit_test(test_encoding),
        cmocka_unit_test(test_limits),      cmocka_unit_test(test_bombs),
        cmocka_unit_test(test_namespaces),  cmocka_unit_test(test_tags),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
