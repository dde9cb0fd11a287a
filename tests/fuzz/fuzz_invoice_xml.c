/*
 * Any bytes are an invoice that keeps its limits, or a problem that is one masked line; and
 * whatever was read, the rules end in a verdict with one line. No element has more attributes
 * than were counted before libxml2 saw them.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/invoice_check/check.h"
#include "plugins/invoice_check/identity.h"
#include "plugins/invoice_check/mask.h"
#include "plugins/invoice_check/money.h"
#include "plugins/invoice_check/tags.h"
#include "plugins/invoice_check/ubl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One line of UTF-8 with nothing left to mask. */
static void line_check(const char *text)
{
    char again[2 * CHECK_NOTE_MAX];

    if (mask_line(text, again, sizeof(again)))
        abort();
}

static void money_check(int64_t oere)
{
    if (oere > MONEY_MAX || oere < -MONEY_MAX)
        abort();
}

static void invoice_hold(const struct invoice *invoice)
{
    size_t i;

    if (invoice->line_count == 0 || invoice->line_count > INVOICE_LINES_MAX ||
        invoice->charge_count > INVOICE_TAXES_MAX || invoice->tax_count > INVOICE_TAXES_MAX ||
        strlen(invoice->supplier_cvr) != 8 || invoice->number[0] == '\0' ||
        strchr(invoice->number, '|') != NULL)
        abort();
    for (i = 0; i < invoice->line_count; i++) {
        money_check(invoice->lines[i].net);
        money_check(invoice->lines[i].tax.oere);
    }
    if (invoice->has_period && invoice->from > invoice->to)
        abort();
}

static size_t attributes_count(const xmlNode *node)
{
    const xmlAttr *attribute;
    const xmlNs *space;
    size_t count = 0;

    for (attribute = node->properties; attribute != NULL; attribute = attribute->next)
        count++;
    for (space = node->nsDef; space != NULL; space = space->next)
        count++;
    return count;
}

static void tags_hold(const xmlNode *node)
{
    for (; node != NULL; node = node->next) {
        if (node->type != XML_ELEMENT_NODE)
            continue;
        if (attributes_count(node) > TAGS_ATTRIBUTES_MAX)
            abort();
        tags_hold(node->children); /* at most UBL_DEPTH_MAX deep */
    }
}

static void document_hold(const uint8_t *data, size_t size)
{
    struct ubl ubl;

    if (ubl_open(&ubl, data, size) == 0)
        tags_hold(ubl.document->children);
    ubl_close(&ubl);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char configuration[] =
        "{\"grants_file\":\"g\",\"decimal_mark\":\".\",\"grant_amounts\":\"with_vat\"}";
    static struct grant any = {.supplier_cvr = "99999991", .currency = "DKK", .to = 100000};
    struct grants grants = {&any, 1};
    struct settings settings;
    struct invoice invoice;
    char problem[INVOICE_PROBLEM_MAX];
    char note[CHECK_NOTE_MAX];
    const struct check_others none = {NULL, NULL, NULL};
    struct identity identity;
    char reference[IDENTITY_REFERENCE_MAX];

    document_hold(data, size);
    if (invoice_read(&invoice, data, size, problem) != 0) {
        if (problem[0] == '\0')
            abort();
        line_check(problem);
        invoice_release(&invoice);
        return 0;
    }
    invoice_hold(&invoice);
    identity_read(&invoice, invoice.sources[INVOICE_SOURCE_CONTACT], &identity);
    identity_reference(&identity, "", reference);
    line_check(reference);
    if (settings_parse(&settings, configuration, problem) != 0)
        abort();
    any.amount = MONEY_MAX;
    memcpy(any.case_id, invoice.sources[INVOICE_SOURCE_CONTACT], sizeof(any.case_id) - 1);
    (void)check_invoice(&invoice, &settings, &grants, &none, note);
    line_check(note);
    settings_release(&settings);
    invoice_release(&invoice);
    return 0;
}
