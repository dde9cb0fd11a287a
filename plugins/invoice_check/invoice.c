#include "invoice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "money.h"
#include "ubl.h"

#define PEPPOL_BILLING_3                                                                           \
    "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"

/* What is handed from function to function while one document is read. */
struct reading {
    struct ubl ubl;
    struct invoice *invoice;
    const xmlNode *root;
    char tax_currency[8]; /* TaxCurrencyCode; "" */
};

static void amount_read(struct reading *reading, const xmlNode *parent, const char *name,
                        struct invoice_amount *ret_amount)
{
    struct invoice *invoice = reading->invoice;
    char currency[8];

    ret_amount->given = ubl_money(&reading->ubl, parent, name, &ret_amount->oere, currency);
    if (ret_amount->given && strcmp(currency, invoice->currency) != 0 &&
        invoice->stray_currency[0] == '\0')
        (void)snprintf(invoice->stray_currency, sizeof(invoice->stray_currency), "%s",
                       currency[0] == '\0' ? "?" : currency);
}

static void amount_need(struct reading *reading, const xmlNode *parent, const char *name,
                        struct invoice_amount *ret_amount)
{
    amount_read(reading, parent, name, ret_amount);
    if (!ret_amount->given && parent != NULL)
        ubl_fail(&reading->ubl, parent, "%s mangler", name);
}

/* The next free element of a list that never passes `most`; NULL is a problem. */
static void *list_add(struct reading *reading, void **list, size_t *count, size_t most,
                      size_t element, const xmlNode *node)
{
    void *grown = NULL;

    if (*count >= most) {
        ubl_fail(&reading->ubl, node, "der er over %zu af %s", most, (const char *)node->name);
        return NULL;
    }
    /* Room is doubled: at 0, 1, 2, 4, 8 ... elements it is used up. */
    if ((*count & (*count - 1)) == 0) {
        grown = realloc(*list, element * (*count == 0 ? 1 : *count * 2));
        if (grown == NULL) {
            ubl_fail(&reading->ubl, node, "der er ikke hukommelse nok til at læse filen");
            return NULL;
        }
        *list = grown;
    }
    grown = (char *)*list + element * *count;
    memset(grown, 0, element);
    *count += 1;
    return grown;
}

/* A tax category: its percent, and whether it is VAT at all. */
static void category_read(struct reading *reading, const xmlNode *category, bool *ret_has_percent,
                          int32_t *ret_percent)
{
    /* Categories that are 0 % also when nobody says so. */
    static const char *const free_of_vat[] = {"O", "E", "Z", "AE", "ZeroRated", "ReverseCharge"};
    struct ubl *ubl = &reading->ubl;
    char text[32];
    size_t i;

    if (category == NULL)
        return;
    if (ubl_percent(ubl, category, "Percent", ret_percent))
        *ret_has_percent = true;
    if (!*ret_has_percent && ubl_text(ubl, category, "ID", text, sizeof(text))) {
        for (i = 0; i < sizeof(free_of_vat) / sizeof(free_of_vat[0]); i++) {
            if (strcmp(text, free_of_vat[i]) == 0) {
                *ret_has_percent = true;
                *ret_percent = 0;
            }
        }
    }
    if (ubl_text(ubl, ubl_only_part(ubl, category, "TaxScheme"), "ID", text, sizeof(text)) &&
        strcmp(text, "63") != 0 && strcmp(text, "VAT") != 0 &&
        reading->invoice->other_tax[0] == '\0')
        memcpy(reading->invoice->other_tax, text, sizeof(text));
}

/* One TaxTotal on the document. A second one in the supplier's own tax
 * currency (EN 16931 BT-111) says nothing about what is to be paid. */
static void tax_total_read(struct reading *reading, const xmlNode *total)
{
    struct invoice *invoice = reading->invoice;
    struct invoice_amount amount = {false, 0};
    const xmlNode *part = NULL;
    int64_t oere = 0;
    char currency[8];

    if (ubl_money(&reading->ubl, total, "TaxAmount", &oere, currency) &&
        strcmp(currency, invoice->currency) != 0 && strcmp(currency, reading->tax_currency) == 0)
        return;
    amount_need(reading, total, "TaxAmount", &amount);
    invoice->tax_total.given = true;
    invoice->tax_total.oere += amount.oere;
    while ((part = ubl_part(&reading->ubl, total, "TaxSubtotal", part)) != NULL) {
        struct invoice_tax *tax = list_add(reading, (void **)&invoice->taxes, &invoice->tax_count,
                                           INVOICE_TAXES_MAX, sizeof(*tax), part);

        if (tax == NULL)
            return;
        amount_read(reading, part, "TaxableAmount", &tax->taxable);
        amount_need(reading, part, "TaxAmount", &amount);
        tax->amount = amount.oere;
        category_read(reading, ubl_only_part(&reading->ubl, part, "TaxCategory"), &tax->has_percent,
                      &tax->percent);
    }
}

/* The VAT of an OIOUBL line, where it is printed. With several rates on one line
 * there is no one percent to hold it against. */
static void line_tax_read(struct reading *reading, const xmlNode *node, struct invoice_line *line)
{
    struct ubl *ubl = &reading->ubl;
    const xmlNode *total = NULL;
    const xmlNode *part = NULL;
    size_t parts = 0;

    while ((total = ubl_part(ubl, node, "TaxTotal", total)) != NULL) {
        struct invoice_amount amount = {false, 0};

        amount_need(reading, total, "TaxAmount", &amount);
        line->tax.given = true;
        line->tax.oere += amount.oere;
        if (line->tax.oere > MONEY_MAX || line->tax.oere < -MONEY_MAX)
            ubl_fail(ubl, total, "linjens moms er uden for det, der kan være på en faktura");
        for (part = NULL; (part = ubl_part(ubl, total, "TaxSubtotal", part)) != NULL; parts++)
            category_read(reading, ubl_only_part(ubl, part, "TaxCategory"), &line->has_percent,
                          &line->percent);
    }
    if (parts > 1)
        line->has_percent = false;
}

/* Widens the invoice's period by those below `parent`. One end alone is a day. */
static void periods_read(struct reading *reading, const xmlNode *parent)
{
    struct invoice *invoice = reading->invoice;
    const xmlNode *period = NULL;
    size_t count = 0;

    while ((period = ubl_part(&reading->ubl, parent, "InvoicePeriod", period)) != NULL) {
        int32_t from = 0;
        int32_t to = 0;
        bool has_from = ubl_day(&reading->ubl, period, "StartDate", &from);
        bool has_to = ubl_day(&reading->ubl, period, "EndDate", &to);

        if (++count > INVOICE_PERIODS_MAX) {
            ubl_fail(&reading->ubl, period, "der er over %d perioder", INVOICE_PERIODS_MAX);
            return;
        }
        if (!has_from && !has_to)
            continue;
        from = has_from ? from : to;
        to = has_to ? to : from;
        if (from > to) {
            ubl_fail(&reading->ubl, period, "perioden slutter, før den begynder");
            return;
        }
        if (!invoice->has_period || from < invoice->from)
            invoice->from = from;
        if (!invoice->has_period || to > invoice->to)
            invoice->to = to;
        invoice->has_period = true;
    }
}

static void lines_read(struct reading *reading, const char *name)
{
    struct ubl *ubl = &reading->ubl;
    struct invoice *invoice = reading->invoice;
    const xmlNode *node = NULL;

    while ((node = ubl_part(ubl, reading->root, name, node)) != NULL) {
        struct invoice_amount net = {false, 0};
        struct invoice_line *line =
            list_add(reading, (void **)&invoice->lines, &invoice->line_count, INVOICE_LINES_MAX,
                     sizeof(*line), node);

        if (line == NULL)
            return;
        (void)ubl_text(ubl, node, "ID", line->id, sizeof(line->id));
        amount_need(reading, node, "LineExtensionAmount", &net);
        line->net = net.oere;
        line_tax_read(reading, node, line);
        if (!line->tax.given)
            category_read(
                reading,
                ubl_only_part(ubl, ubl_only_part(ubl, node, "Item"), "ClassifiedTaxCategory"),
                &line->has_percent, &line->percent);
        periods_read(reading, node);
    }
    if (invoice->line_count == 0)
        ubl_fail(ubl, reading->root, "der er ingen linjer (%s)", name);
}

static void charges_read(struct reading *reading)
{
    struct ubl *ubl = &reading->ubl;
    struct invoice *invoice = reading->invoice;
    const xmlNode *node = NULL;

    while ((node = ubl_part(ubl, reading->root, "AllowanceCharge", node)) != NULL) {
        struct invoice_amount amount = {false, 0};
        char indicator[8];
        struct invoice_line *charge =
            list_add(reading, (void **)&invoice->charges, &invoice->charge_count, INVOICE_TAXES_MAX,
                     sizeof(*charge), node);

        if (charge == NULL)
            return;
        amount_need(reading, node, "Amount", &amount);
        (void)ubl_text(ubl, node, "ChargeIndicator", indicator, sizeof(indicator));
        if (strcmp(indicator, "true") == 0 || strcmp(indicator, "1") == 0)
            charge->net = amount.oere;
        else if (strcmp(indicator, "false") == 0 || strcmp(indicator, "0") == 0)
            charge->net = -amount.oere;
        else
            ubl_fail(ubl, node, "ChargeIndicator skal være true eller false");
        category_read(reading, ubl_only_part(ubl, node, "TaxCategory"), &charge->has_percent,
                      &charge->percent);
    }
}

static void totals_read(struct reading *reading)
{
    struct invoice *invoice = reading->invoice;
    const xmlNode *totals = ubl_only_part(&reading->ubl, reading->root, "LegalMonetaryTotal");
    const xmlNode *total = NULL;
    size_t count = 0;

    while ((total = ubl_part(&reading->ubl, reading->root, "TaxTotal", total)) != NULL) {
        if (++count > INVOICE_TAXES_MAX) {
            ubl_fail(&reading->ubl, total, "der er over %d af TaxTotal", INVOICE_TAXES_MAX);
            return;
        }
        tax_total_read(reading, total);
    }
    if (totals == NULL) {
        ubl_fail(&reading->ubl, reading->root, "LegalMonetaryTotal mangler");
        return;
    }
    amount_need(reading, totals, "LineExtensionAmount", &invoice->line_extension);
    amount_read(reading, totals, "TaxExclusiveAmount", &invoice->tax_exclusive);
    amount_read(reading, totals, "TaxInclusiveAmount", &invoice->tax_inclusive);
    amount_read(reading, totals, "AllowanceTotalAmount", &invoice->allowance_total);
    amount_read(reading, totals, "ChargeTotalAmount", &invoice->charge_total);
    amount_read(reading, totals, "PrepaidAmount", &invoice->prepaid);
    amount_read(reading, totals, "PayableRoundingAmount", &invoice->rounding);
    amount_need(reading, totals, "PayableAmount", &invoice->payable);
}

/* "DK12345678" or "12345678" under a scheme that means CVR. */
static bool cvr_take(const char *text, const char *scheme, char target[9])
{
    if (scheme[0] != '\0' && strcmp(scheme, "DK:CVR") != 0 && strcmp(scheme, "0184") != 0)
        return false;
    if (strncasecmp(text, "DK", 2) == 0)
        text += 2;
    if (strspn(text, "0123456789") != 8 || text[8] != '\0')
        return false;
    memcpy(target, text, 9);
    return true;
}

/* The supplier's CVR, from the most binding of the places it may stand in. */
static void supplier_read(struct reading *reading)
{
    struct ubl *ubl = &reading->ubl;
    struct invoice *invoice = reading->invoice;
    const xmlNode *outer = ubl_only_part(ubl, reading->root, "AccountingSupplierParty");
    const xmlNode *party = ubl_only_part(ubl, outer, "Party");
    const xmlNode *part;
    struct ubl_attribute scheme = {.name = "schemeID"};
    char text[64];

    part = ubl_part(ubl, party, "PartyLegalEntity", NULL);
    if (ubl_text_with(ubl, part, "CompanyID", text, sizeof(text), &scheme) &&
        cvr_take(text, scheme.text, invoice->supplier_cvr))
        return;
    for (part = NULL; (part = ubl_part(ubl, party, "PartyIdentification", part)) != NULL;) {
        if (ubl_text_with(ubl, part, "ID", text, sizeof(text), &scheme) && scheme.text[0] != '\0' &&
            cvr_take(text, scheme.text, invoice->supplier_cvr))
            return;
    }
    if (ubl_text_with(ubl, party, "EndpointID", text, sizeof(text), &scheme) &&
        scheme.text[0] != '\0' && cvr_take(text, scheme.text, invoice->supplier_cvr))
        return;
    part = ubl_part(ubl, party, "PartyTaxScheme", NULL);
    if (ubl_text(ubl, part, "CompanyID", text, sizeof(text)) && strncmp(text, "DK", 2) == 0 &&
        cvr_take(text, "", invoice->supplier_cvr))
        return;
    ubl_fail(ubl, outer != NULL ? outer : reading->root,
             "leverandørens CVR-nummer (8 cifre) mangler");
}

static void references_read(struct reading *reading)
{
    struct ubl *ubl = &reading->ubl;
    struct invoice *invoice = reading->invoice;
    const xmlNode *party =
        ubl_only_part(ubl, ubl_only_part(ubl, reading->root, "AccountingCustomerParty"), "Party");
    const xmlNode *billing = ubl_part(ubl, reading->root, "BillingReference", NULL);
    struct ubl_attribute scheme = {.name = "schemeID"};

    (void)ubl_text_with(ubl, party, "EndpointID", invoice->gln, sizeof(invoice->gln), &scheme);
    (void)snprintf(invoice->gln_scheme, sizeof(invoice->gln_scheme), "%s", scheme.text);
    (void)ubl_text(ubl, ubl_only_part(ubl, party, "Contact"), "ID",
                   invoice->sources[INVOICE_SOURCE_CONTACT], INVOICE_REFERENCE_MAX);
    (void)ubl_text(ubl, reading->root, "BuyerReference", invoice->sources[INVOICE_SOURCE_BUYER],
                   INVOICE_REFERENCE_MAX);
    (void)ubl_text(ubl, ubl_only_part(ubl, reading->root, "OrderReference"), "ID",
                   invoice->sources[INVOICE_SOURCE_ORDER], INVOICE_REFERENCE_MAX);
    (void)ubl_text(ubl, reading->root, "AccountingCost", invoice->sources[INVOICE_SOURCE_COST],
                   INVOICE_REFERENCE_MAX);
    (void)ubl_text(ubl, ubl_only_part(ubl, billing, "InvoiceDocumentReference"), "ID",
                   invoice->credited, sizeof(invoice->credited));
}

static enum invoice_rules rules_of(const char *customization)
{
    if (strcmp(customization, "OIOUBL-2.01") == 0 || strcmp(customization, "OIOUBL-2.02") == 0 ||
        strcmp(customization, "OIOUBL-2.1") == 0)
        return INVOICE_RULES_OIOUBL2;
    return strcmp(customization, PEPPOL_BILLING_3) == 0 ? INVOICE_RULES_EN16931
                                                        : INVOICE_RULES_UNKNOWN;
}

/* What says which document it is. The currencies come before any amount. */
static void head_read(struct reading *reading, bool credit_root)
{
    struct ubl *ubl = &reading->ubl;
    struct invoice *invoice = reading->invoice;
    const xmlNode *root = reading->root;

    (void)ubl_text(ubl, root, "CustomizationID", invoice->customization,
                   sizeof(invoice->customization));
    invoice->rules = rules_of(invoice->customization);
    if (!ubl_text(ubl, root, "ID", invoice->number, sizeof(invoice->number)))
        ubl_fail(ubl, root, "fakturanummeret (ID) mangler");
    if (strpbrk(invoice->number, "|\r\n\t") != NULL)
        ubl_fail(ubl, root, "fakturanummeret (ID) har tegn, det ikke må have");
    if (!ubl_day(ubl, root, "IssueDate", &invoice->issued))
        ubl_fail(ubl, root, "fakturadatoen (IssueDate) mangler");
    if (!ubl_text(ubl, root, credit_root ? "CreditNoteTypeCode" : "InvoiceTypeCode", invoice->type,
                  sizeof(invoice->type)) &&
        credit_root)
        memcpy(invoice->type, "381", 4);
    invoice->credit_note = credit_root || strcmp(invoice->type, "381") == 0;
    (void)ubl_text(ubl, root, "DocumentCurrencyCode", invoice->currency, sizeof(invoice->currency));
    (void)ubl_text(ubl, root, "TaxCurrencyCode", reading->tax_currency,
                   sizeof(reading->tax_currency));
}

static void document_read(struct reading *reading)
{
    const xmlNode *root = xmlDocGetRootElement(reading->ubl.document);
    const char *name = root == NULL ? "" : (const char *)root->name;
    const char *space = root == NULL || root->ns == NULL || root->ns->href == NULL
                            ? ""
                            : (const char *)root->ns->href;
    bool credit_root = strcmp(name, "CreditNote") == 0 && strcmp(space, UBL_CREDIT_NOTE) == 0;

    if (!credit_root && (strcmp(name, "Invoice") != 0 || strcmp(space, UBL_INVOICE) != 0)) {
        ubl_fail(&reading->ubl, root, "dokumentet er %s og ikke en UBL-faktura eller -kreditnota",
                 name);
        return;
    }
    reading->root = root;
    head_read(reading, credit_root);
    supplier_read(reading);
    references_read(reading);
    totals_read(reading);
    charges_read(reading);
    periods_read(reading, root);
    lines_read(reading, credit_root ? "CreditNoteLine" : "InvoiceLine");
}

int invoice_read(struct invoice *invoice, const void *bytes, size_t size,
                 char problem[INVOICE_PROBLEM_MAX])
{
    struct reading reading = {.invoice = invoice};
    int error;

    memset(invoice, 0, sizeof(*invoice));
    problem[0] = '\0';
    error = ubl_open(&reading.ubl, bytes, size);
    if (error == 0)
        document_read(&reading);
    if (reading.ubl.failed) {
        memcpy(problem, reading.ubl.problem, INVOICE_PROBLEM_MAX);
        error = -EINVAL;
    }
    ubl_close(&reading.ubl);
    return error;
}

void invoice_release(struct invoice *invoice)
{
    if (invoice == NULL)
        return;
    free(invoice->lines);
    free(invoice->charges);
    free(invoice->taxes);
    memset(invoice, 0, sizeof(*invoice));
}
