/* The plugin invoice_check: every rule, seen failing and passing. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/invoice_check/check.h"
#include "tests/standins/sample_text.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define MOMENTUM    "robots/franco-fakturatjek-momentum/inbox/"
#define DUBU        "robots/franco-fakturatjek-dubu/inbox/"
#define OIOUBL      MOMENTUM "01-mentor-marts.xml"
#define PEPPOL      MOMENTUM "02-kursus-peppol.xml"
#define CREDIT      MOMENTUM "08-kreditnota.xml"
#define FREE_OF_VAT DUBU "01-ophold-april.xml"

#define MUST                                                                                       \
    "\"grants_file\":\"g\",\"decimal_mark\":\",\",\"grant_amounts\":\"with_vat\","                 \
    "\"glns\":[\"9990000001019\",\"9990000002023\"]"
#define USUAL "{" MUST ",\"case_prefix\":\"MOM-\"}"
#define HEAD  "case;supplier_cvr;from;to;amount;currency\n"
#define GRANTS                                                                                     \
    HEAD "MOM-2026-0101;99999991;2026-01-01;2026-06-30;12000,00;DKK\n"                             \
         "MOM-2026-0102;99999992;2026-02-01;2026-04-30;15000,00;DKK\n"

/* One document, perhaps with something exchanged, under some configuration and table. */
struct row {
    const char *file;
    const char *from;
    const char *to;
    enum check_verdict verdict;
    const char *words;         /* in the note */
    const char *configuration; /* NULL: USUAL */
    const char *grants;        /* NULL: GRANTS */
    const char *twin;
};

static void row_try(const struct row *row, size_t number)
{
    const char *configuration = row->configuration == NULL ? USUAL : row->configuration;
    const char *table = row->grants == NULL ? GRANTS : row->grants;
    char *text = sample_text_read(row->file);
    char problem[INVOICE_PROBLEM_MAX];
    char note[CHECK_NOTE_MAX];
    struct invoice invoice;
    struct settings settings;
    struct grants grants;
    struct check_others others = {NULL, NULL, NULL};
    enum check_verdict verdict;

    if (row->from != NULL)
        text = sample_text_replace(text, row->from, row->to);
    assert_int_equal(settings_parse(&settings, configuration, problem), 0);
    assert_int_equal(grants_parse(&grants, table, strlen(table), ',', problem), 0);
    if (invoice_read(&invoice, text, strlen(text), problem) != 0)
        fail_msg("row %zu is not read: %s", number, problem);
    others.twin = row->twin;
    verdict = check_invoice(&invoice, &settings, &grants, &others, note);
    if (verdict != row->verdict || strstr(note, row->words) == NULL)
        fail_msg("row %zu: verdict %d instead of %d, note \"%s\", expected \"%s\"", number,
                 (int)verdict, (int)row->verdict, note, row->words);
    if (verdict != CHECK_PASSED && note[strlen(note) - 1] != '.')
        fail_msg("row %zu: no sentence: \"%s\"", number, note);
    invoice_release(&invoice);
    grants_release(&grants);
    settings_release(&settings);
    free(text);
}

static void rows_try(const struct row *rows, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        row_try(&rows[i], i);
}

static void test_passes(void **state)
{
    static const struct row rows[] = {
        {.file = OIOUBL,
         .words = "ok 9.375,63 kr. med moms af bevilget 12.000,00 kr. på sag MOM-2026-0101"},
        {.file = PEPPOL, .words = "ok 13.862,50 kr. med moms af bevilget 15.000,00 kr."},
        {.file = OIOUBL, .from = "OIOUBL-2.02", .to = "OIOUBL-2.01", .words = "ok "},
        {.file = OIOUBL, .from = "OIOUBL-2.02", .to = "OIOUBL-2.1", .words = "ok "},
        {.file = FREE_OF_VAT,
         .configuration = "{" MUST "}",
         .grants = HEAD "DUBU-2026-0301;99999993;2026-01-01;2026-12-31;62000,00;DKK\n",
         .words = "ok 59.400,00 kr."},
    };

    (void)state;
    rows_try(rows, COUNT(rows));
}

static void test_format(void **state)
{
    static const struct row rows[] = {
        {OIOUBL, "OIOUBL-2.02", "OIOUBL-3.0", CHECK_FORMAT,
         "Faktura 1001 fra CVR 99999991: formatet (CustomizationID) er \"OIOUBL-3.0\"", NULL, NULL,
         NULL},
        {OIOUBL, "OIOUBL-2.02", "oioubl-2.02", CHECK_FORMAT, "formatet", NULL, NULL, NULL},
        {PEPPOL, "billing:3.0", "billing:4.0", CHECK_FORMAT, "formatet", NULL, NULL, NULL},
        {OIOUBL, "CustomizationID", "NoID", CHECK_FORMAT, "er \"\"", NULL, NULL, NULL},
        {OIOUBL, ">380<", ">325<", CHECK_FORMAT, "dokumenttypen er \"325\"", NULL, NULL, NULL},
    };

    (void)state;
    rows_try(rows, COUNT(rows));
}

static void test_currency(void **state)
{
    static const struct row rows[] = {
        {OIOUBL, ">DKK<", ">EUR<", CHECK_CURRENCY, "valutaen er \"EUR\", men robotten", NULL, NULL,
         NULL},
        {OIOUBL, "currencyID=\"DKK\">7200.00", "currencyID=\"SEK\">7200.00", CHECK_CURRENCY,
         "et beløb er angivet i valutaen \"SEK\"", NULL, NULL, NULL},
        {OIOUBL, " currencyID=\"DKK\">7200.00", ">7200.00", CHECK_CURRENCY, "valutaen \"?\"", NULL,
         NULL, NULL},
        {OIOUBL, "DKK", "EUR", CHECK_AMOUNT, "bevillingen på sag MOM-2026-0101 er i DKK",
         "{" MUST ",\"currency\":\"EUR\"}", NULL, NULL},
        {OIOUBL, "DKK", "EUR", CHECK_PASSED, "ok 9.375,63 EUR", "{" MUST ",\"currency\":\"EUR\"}",
         HEAD "MOM-2026-0101;99999991;2026-01-01;2026-06-30;1,00;DKK\n"
              "MOM-2026-0101;99999991;2026-01-01;2026-06-30;12000,00;EUR\n",
         NULL},
        /* The VAT once more in the supplier's own currency is not an amount to be paid. */
        {PEPPOL, "<cac:LegalMonetaryTotal>",
         "<cac:TaxTotal><cbc:TaxAmount currencyID=\"SEK\">1</cbc:TaxAmount></cac:TaxTotal>"
         "<cbc:TaxCurrencyCode>SEK</cbc:TaxCurrencyCode><cac:LegalMonetaryTotal>",
         CHECK_PASSED, "ok ", NULL, NULL, NULL},
    };

    (void)state;
    rows_try(rows, COUNT(rows));
}

static void test_case(void **state)
{
    static const struct row rows[] = {
        {OIOUBL, "MOM-2026-0101", "", CHECK_CASE,
         "der mangler en sagsreference, der begynder med \"MOM-\" (der er set efter i: kundens "
         "Contact/ID, BuyerReference, OrderReference/ID, AccountingCost)",
         NULL, NULL, NULL},
        {OIOUBL, "MOM-2026-0101", "n/a", CHECK_CASE, "der mangler en sagsreference (der",
         "{" MUST "}", NULL, NULL},
        {OIOUBL, "MOM-2026-0101", "DUBU-2026-0301", CHECK_CASE, "begynder med \"MOM-\"", NULL, NULL,
         NULL},
        {OIOUBL, "MOM-2026-0101", "MOM-2026-0101", CHECK_CASE, "set efter i: OrderReference/ID)",
         "{" MUST ",\"case_fields\":[\"order\"]}", NULL, NULL},
        {OIOUBL, "<cac:AccountingSupplierParty>",
         "<cac:OrderReference><cbc:ID>MOM-2026-0101</cbc:ID></cac:OrderReference>"
         "<cac:AccountingSupplierParty>",
         CHECK_PASSED, "ok ", "{" MUST ",\"case_fields\":[\"order\"]}", NULL, NULL},
        {OIOUBL, "<cac:AccountingSupplierParty>",
         "<cbc:AccountingCost>MOM-2026-0101</cbc:AccountingCost><cac:AccountingSupplierParty>",
         CHECK_PASSED, "ok ", "{" MUST ",\"case_fields\":[\"accounting_cost\"]}", NULL, NULL},
        /* What looks like a CPR number finds its grant, and is not shown. */
        {OIOUBL, "MOM-2026-0101", "010190-1234", CHECK_GRANT, "på sag XXXXXX-XXXX til",
         "{" MUST "}", NULL, NULL},
        {OIOUBL, "MOM-2026-0101", "010190-1234", CHECK_PASSED, "på sag XXXXXX-XXXX", "{" MUST "}",
         HEAD "010190-1234;99999991;2026-01-01;2026-06-30;12000,00;DKK\n", NULL},
    };

    (void)state;
    rows_try(rows, COUNT(rows));
}

static void test_gln(void **state)
{
    static const struct row rows[] = {
        {OIOUBL, "9990000001019", "9990000001013", CHECK_GLN,
         "EAN-nummeret 9990000001013 ender på kontrolcifret 3, men det skulle være 9", NULL, NULL,
         NULL},
        {OIOUBL, "9990000001019", "999000000101", CHECK_GLN, "er på 12 tegn", NULL, NULL, NULL},
        {OIOUBL, "9990000001019", "99900000010190", CHECK_GLN, "er på 14 tegn", NULL, NULL, NULL},
        {OIOUBL, "9990000001019", "999000000101X", CHECK_GLN, "13 cifre", NULL, NULL, NULL},
        {OIOUBL, "9990000001019", "", CHECK_GLN, "EAN-nummer (EndpointID) mangler", NULL, NULL,
         NULL},
        {OIOUBL, "\"GLN\"", "\"DK:CVR\"", CHECK_GLN, "af typen \"DK:CVR\"", NULL, NULL, NULL},
        {OIOUBL, "9990000001019", "9990000009992", CHECK_GLN, "er ikke et af dem", NULL, NULL,
         NULL},
        {OIOUBL, "9990000001019", "9990000009992", CHECK_PASSED, "ok ",
         "{\"grants_file\":\"g\",\"decimal_mark\":\",\",\"grant_amounts\":\"with_vat\"}", NULL,
         NULL},
        {OIOUBL, "9990000001019", "9990000002023", CHECK_PASSED, "ok ", NULL, NULL, NULL},
    };

    (void)state;
    rows_try(rows, COUNT(rows));
}

static void test_lines(void **state)
{
    static const struct row rows[] = {
        {OIOUBL, "<cbc:LineExtensionAmount currencyID=\"DKK\">7500.50",
         "<cbc:LineExtensionAmount currencyID=\"DKK\">7500.51", CHECK_LINES,
         "linjerne giver tilsammen 7.500,50 kr., men summen er angivet til 7.500,51 kr.", NULL,
         NULL, NULL},
        {OIOUBL, "<cbc:LineExtensionAmount currencyID=\"DKK\">7200.00",
         "<cbc:LineExtensionAmount currencyID=\"DKK\">-7200.00", CHECK_LINES,
         "linjerne giver tilsammen -6.899,50 kr.", NULL, NULL, NULL},
    };

    (void)state;
    rows_try(rows, COUNT(rows));
}

/* 7200.00 and 300.50 at 25 % are 1800.00 and 75.13 (rounded up): 1875.13. */
static void test_vat(void **state)
{
    static const struct row rows[] = {
        {OIOUBL, ">75.13<", ">76.13<", CHECK_PASSED, "ok ", NULL, NULL, NULL},
        {OIOUBL, ">75.13<", ">76.14<", CHECK_VAT,
         "momsen på linje \"2\" er 76,14 kr., men skulle være 75,13 kr.", NULL, NULL, NULL},
        {OIOUBL, ">1800.00<", ">1802.00<", CHECK_VAT, "momsen på linje \"1\" er 1.802,00 kr.", NULL,
         NULL, NULL},
        {OIOUBL, "<cbc:TaxableAmount currencyID=\"DKK\">7500.50<",
         "<cbc:TaxableAmount currencyID=\"DKK\">7600.50<", CHECK_VAT,
         "momsen af 7.600,50 kr. er angivet til 1.875,13 kr., men skulle være 1.900,13 kr.", NULL,
         NULL, NULL},
        {PEPPOL, "2772.50</cbc:TaxAmount>\n    <cac:TaxSubtotal>",
         "2770.50</cbc:TaxAmount>\n    <cac:TaxSubtotal>", CHECK_VAT,
         "momsens dele giver tilsammen 2.772,50 kr., men momsen er angivet til 2.770,50 kr.", NULL,
         NULL, NULL},
        {PEPPOL, "cbc:TaxableAmount", "cbc:Unused", CHECK_PASSED, "ok ", NULL, NULL, NULL},
        {PEPPOL, "<cbc:Percent>25</cbc:Percent>", "<cbc:Percent>24</cbc:Percent>", CHECK_VAT,
         "momsen af 11.090,00 kr. er angivet til 2.772,50 kr., men skulle være 2.661,60 kr.", NULL,
         NULL, NULL},
        {PEPPOL, "<cbc:ID>VAT</cbc:ID>", "<cbc:ID>AAA</cbc:ID>", CHECK_VAT,
         "en anden afgift end moms (TaxScheme \"AAA\")", NULL, NULL, NULL},
        {PEPPOL, "cac:TaxTotal>", "cac:Unused>", CHECK_VAT, "momsen (TaxTotal) mangler", NULL, NULL,
         NULL},
        /* A line free of VAT while the total says otherwise: only the lines show it. */
        {PEPPOL,
         "<cac:ClassifiedTaxCategory>\n        <cbc:ID>S</cbc:ID>\n        "
         "<cbc:Percent>25</cbc:Percent>",
         "<cac:ClassifiedTaxCategory>\n        <cbc:ID>O</cbc:ID>", CHECK_VAT,
         "momsen er angivet til 2.772,50 kr. (TaxTotal), men linjerne giver -187,50 kr.", NULL,
         NULL, NULL},
    };

    (void)state;
    rows_try(rows, COUNT(rows));
}

static void test_totals(void **state)
{
    static const struct row rows[] = {
        {OIOUBL, "<cbc:TaxInclusiveAmount currencyID=\"DKK\">9375.63",
         "<cbc:TaxInclusiveAmount currencyID=\"DKK\">9375.64", CHECK_TOTALS,
         "beløbet med moms (TaxInclusiveAmount) er angivet til 9.375,64 kr., men skulle være "
         "9.375,63 kr.",
         NULL, NULL, NULL},
        {OIOUBL, "<cbc:PayableAmount currencyID=\"DKK\">9375.63",
         "<cbc:PayableAmount currencyID=\"DKK\">9375.00", CHECK_TOTALS,
         "beløbet til betaling (PayableAmount) er angivet til 9.375,00 kr.", NULL, NULL, NULL},
        {OIOUBL, "<cbc:PayableAmount currencyID=\"DKK\">9375.63",
         "<cbc:PrepaidAmount currencyID=\"DKK\">375.63</cbc:PrepaidAmount>"
         "<cbc:PayableAmount currencyID=\"DKK\">9000.00",
         CHECK_PASSED, "ok 9.375,63 kr.", NULL, NULL, NULL},
        /* Rounding is inside TaxInclusiveAmount in OIOUBL ... */
        {OIOUBL,
         "9375.63</cbc:TaxInclusiveAmount>\n    <cbc:PayableAmount currencyID=\"DKK\">9375.63",
         "9375.75</cbc:TaxInclusiveAmount>\n    "
         "<cbc:PayableRoundingAmount currencyID=\"DKK\">0.12</cbc:PayableRoundingAmount>"
         "<cbc:PayableAmount currencyID=\"DKK\">9375.75",
         CHECK_PASSED, "ok 9.375,75 kr.", NULL, NULL, NULL},
        /* ... and outside it in Peppol. */
        {PEPPOL, "<cbc:PayableAmount currencyID=\"DKK\">13862.50",
         "<cbc:PayableRoundingAmount currencyID=\"DKK\">0.50</cbc:PayableRoundingAmount>"
         "<cbc:PayableAmount currencyID=\"DKK\">13863.00",
         CHECK_PASSED, "ok 13.862,50 kr.", NULL, NULL, NULL},
        {PEPPOL, "<cbc:AllowanceTotalAmount currencyID=\"DKK\">1000.00",
         "<cbc:AllowanceTotalAmount currencyID=\"DKK\">900.00", CHECK_TOTALS,
         "rabatter i alt (AllowanceTotalAmount) er angivet til 900,00 kr., men skulle være "
         "1.000,00 kr.",
         NULL, NULL, NULL},
        {PEPPOL, "ChargeTotalAmount", "Unused", CHECK_TOTALS,
         "gebyrer i alt (ChargeTotalAmount) er angivet til 0,00 kr., men skulle være 250,00 kr.",
         NULL, NULL, NULL},
        {PEPPOL, "TaxInclusiveAmount", "Unused", CHECK_TOTALS, "(TaxInclusiveAmount) mangler", NULL,
         NULL, NULL},
        {OIOUBL, "TaxInclusiveAmount", "Unused", CHECK_PASSED, "ok ", NULL, NULL, NULL},
    };

    (void)state;
    rows_try(rows, COUNT(rows));
}

/* The trap, both ways round. */
static void test_tax_exclusive(void **state)
{
    static const struct row rows[] = {
        {OIOUBL, "<cbc:TaxExclusiveAmount currencyID=\"DKK\">1875.13",
         "<cbc:TaxExclusiveAmount currencyID=\"DKK\">7500.50", CHECK_TAX_EXCLUSIVE,
         "TaxExclusiveAmount er angivet til 7.500,50 kr., men skal i OIOUBL 2 være momsen, her "
         "1.875,13 kr. (beløbet uden moms står i stedet)",
         NULL, NULL, NULL},
        {PEPPOL, "<cbc:TaxExclusiveAmount currencyID=\"DKK\">11090.00",
         "<cbc:TaxExclusiveAmount currencyID=\"DKK\">2772.50", CHECK_TAX_EXCLUSIVE,
         "TaxExclusiveAmount er angivet til 2.772,50 kr., men skal i Peppol være beløbet uden "
         "moms, her 11.090,00 kr. (momsen står i stedet)",
         NULL, NULL, NULL},
        {OIOUBL, "<cbc:TaxExclusiveAmount currencyID=\"DKK\">1875.13",
         "<cbc:TaxExclusiveAmount currencyID=\"DKK\">1875.12", CHECK_TAX_EXCLUSIVE,
         "her 1.875,13 kr.; bed leverandøren om en rettet faktura.", NULL, NULL, NULL},
        {OIOUBL, "TaxExclusiveAmount", "Unused", CHECK_PASSED, "ok ", NULL, NULL, NULL},
        {PEPPOL, "TaxExclusiveAmount", "Unused", CHECK_TAX_EXCLUSIVE,
         "beløbet uden moms (TaxExclusiveAmount) mangler", NULL, NULL, NULL},
    };

    (void)state;
    rows_try(rows, COUNT(rows));
}

static void test_grant_and_period(void **state)
{
    static const struct row rows[] = {
        {OIOUBL, "MOM-2026-0101", "MOM-2026-0102", CHECK_GRANT,
         "der er ingen bevilling på sag MOM-2026-0102 til denne leverandør", NULL, NULL, NULL},
        {OIOUBL, NULL, NULL, CHECK_GRANT, "ingen bevilling", NULL, HEAD, NULL},
        {OIOUBL, "2026-03-31", "2026-07-01", CHECK_PERIOD,
         "perioden 01.03.2026 til 01.07.2026 ligger uden for bevillingen på sag MOM-2026-0101, som "
         "gælder 01.01.2026 til 30.06.2026; ret",
         NULL, NULL, NULL},
        {OIOUBL, "2026-03-01", "2025-12-31", CHECK_PERIOD, "perioden 31.12.2025 til", NULL, NULL,
         NULL},
        {OIOUBL, "2026-03-31", "2026-06-30", CHECK_PASSED, "ok ", NULL, NULL, NULL},
        {OIOUBL, "2026-03-01", "2026-01-01", CHECK_PASSED, "ok ", NULL, NULL, NULL},
        {OIOUBL, "cac:InvoicePeriod>", "cac:Unused>", CHECK_PASSED, "ok ", NULL, NULL, NULL},
        {OIOUBL, NULL, NULL, CHECK_PERIOD, "(og uden for sagens øvrige bevillinger", NULL,
         HEAD "MOM-2026-0101;99999991;2026-01-01;2026-03-15;12000,00;DKK\n"
              "MOM-2026-0101;99999991;2026-03-16;2026-06-30;12000,00;DKK\n",
         NULL},
        {FREE_OF_VAT, "cac:InvoicePeriod>", "cac:Unused>", CHECK_PERIOD, "fakturadatoen 01.05.2026",
         "{" MUST "}", HEAD "DUBU-2026-0301;99999993;2026-04-01;2026-04-30;62000,00;DKK\n", NULL},
        {OIOUBL, "<cbc:InvoicedQuantity",
         "<cac:InvoicePeriod><cbc:EndDate>2026-08-01</cbc:EndDate></cac:InvoicePeriod>"
         "<cbc:InvoicedQuantity",
         CHECK_PERIOD, "perioden 01.03.2026 til 01.08.2026", NULL, NULL, NULL},
    };

    (void)state;
    rows_try(rows, COUNT(rows));
}

static void test_amount(void **state)
{
    static const struct row rows[] = {
        {OIOUBL, NULL, NULL, CHECK_AMOUNT,
         "beløbet er 9.375,63 kr. med moms, men bevillingen på sag MOM-2026-0101 er 9.375,62 kr., "
         "altså 0,01 kr. for meget",
         NULL, HEAD "MOM-2026-0101;99999991;2026-01-01;2026-06-30;9375,62;DKK\n", NULL},
        {OIOUBL, NULL, NULL, CHECK_PASSED, "ok ", NULL,
         HEAD "MOM-2026-0101;99999991;2026-01-01;2026-06-30;9375,63;DKK\n", NULL},
        {OIOUBL, NULL, NULL, CHECK_PASSED, "ok 7.500,50 kr. uden moms",
         "{\"grants_file\":\"g\",\"decimal_mark\":\",\",\"grant_amounts\":\"without_vat\"}",
         HEAD "MOM-2026-0101;99999991;2026-01-01;2026-06-30;7500,50;DKK\n", NULL},
        {OIOUBL, NULL, NULL, CHECK_AMOUNT, "beløbet er 7.500,50 kr. uden moms",
         "{\"grants_file\":\"g\",\"decimal_mark\":\",\",\"grant_amounts\":\"without_vat\"}",
         HEAD "MOM-2026-0101;99999991;2026-01-01;2026-06-30;7500,49;DKK\n", NULL},
        /* Of several grants that cover the period, the roomiest. */
        {OIOUBL, NULL, NULL, CHECK_PASSED, "bevilget 10.000,00 kr.", NULL,
         HEAD "MOM-2026-0101;99999991;2026-01-01;2026-06-30;1,00;DKK\n"
              "MOM-2026-0101;99999991;2026-01-01;2026-06-30;10000,00;DKK\n"
              "MOM-2026-0101;99999991;2026-01-01;2026-06-30;2,00;DKK\n",
         NULL},
        {FREE_OF_VAT, "59400.00", "-59400.00", CHECK_AMOUNT,
         "beløbet er -59.400,00 kr. med moms, og en faktura må ikke være negativ", "{" MUST "}",
         HEAD "DUBU-2026-0301;99999993;2026-01-01;2026-12-31;62000,00;DKK\n", NULL},
    };

    (void)state;
    rows_try(rows, COUNT(rows));
}

static void test_duplicate_and_credit_note(void **state)
{
    static const struct row rows[] = {
        {OIOUBL, NULL, NULL, CHECK_DUPLICATE,
         "samme nummer findes med et andet indhold i filen \"anden.xml\"", NULL, NULL, "anden.xml"},
        {CREDIT, NULL, NULL, CHECK_CREDIT_NOTE,
         "Kreditnota 1008 fra CVR 99999991: den krediterer faktura 1001 med 1.125,00 kr. med moms "
         "på sag MOM-2026-0101; find fakturaen, og modregn i hånden.",
         NULL, NULL, NULL},
        {CREDIT, "BillingReference", "Unused", CHECK_CREDIT_NOTE,
         "siger ikke, hvilken faktura den krediterer", NULL, NULL, NULL},
        {CREDIT, "9990000001019", "9990000001013", CHECK_GLN, "Kreditnota 1008 fra", NULL, NULL,
         NULL},
        {OIOUBL, ">380<", ">381<", CHECK_CREDIT_NOTE, "Kreditnota 1001", NULL, NULL, NULL},
    };

    (void)state;
    rows_try(rows, COUNT(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_passes),        cmocka_unit_test(test_format),
        cmocka_unit_test(test_currency),      cmocka_unit_test(test_case),
        cmocka_unit_test(test_gln),           cmocka_unit_test(test_lines),
        cmocka_unit_test(test_vat),           cmocka_unit_test(test_totals),
        cmocka_unit_test(test_tax_exclusive), cmocka_unit_test(test_grant_and_period),
        cmocka_unit_test(test_amount),        cmocka_unit_test(test_duplicate_and_credit_note),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
