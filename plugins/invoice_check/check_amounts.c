#include "check_inner.h"

#include <string.h>

enum { LINE_TOLERANCE = 100 }; /* øre per line: suppliers round VAT line by line */

bool check_lines(struct checking *checking)
{
    const struct invoice *invoice = checking->invoice;
    int64_t sum = 0;
    size_t i;

    for (i = 0; i < invoice->line_count; i++)
        sum += invoice->lines[i].net;
    if (sum == invoice->line_extension.oere)
        return true;
    return check_person(
        checking,
        "linjerne giver tilsammen %s, men summen er angivet til %s (LineExtensionAmount); "
        "bed leverandøren om en rettet %s.",
        check_money(checking, sum).text, check_money(checking, invoice->line_extension.oere).text,
        check_noun(checking));
}

static bool is_beyond(int64_t found, int64_t expected, int64_t tolerance)
{
    return found - expected > tolerance || expected - found > tolerance;
}

/* Each line that prints both VAT and percent. */
static bool vat_of_each_line(struct checking *checking)
{
    const struct invoice *invoice = checking->invoice;
    size_t i;

    for (i = 0; i < invoice->line_count; i++) {
        const struct invoice_line *line = &invoice->lines[i];
        int64_t expected = line->has_percent ? money_part(line->net, line->percent) : 0;

        if (line->has_percent && line->tax.given &&
            is_beyond(line->tax.oere, expected, LINE_TOLERANCE))
            return check_person(
                checking,
                "momsen på linje \"%s\" er %s, men skulle være %s; bed leverandøren om "
                "en rettet %s.",
                line->id, check_money(checking, line->tax.oere).text,
                check_money(checking, expected).text, check_noun(checking));
    }
    return true;
}

/* The printed parts of the VAT against their base and against the total. */
static bool vat_of_parts(struct checking *checking)
{
    const struct invoice *invoice = checking->invoice;
    int64_t tolerance = LINE_TOLERANCE * (int64_t)invoice->line_count;
    int64_t sum = 0;
    size_t i;

    for (i = 0; i < invoice->tax_count; i++) {
        const struct invoice_tax *tax = &invoice->taxes[i];
        int64_t expected = tax->has_percent && tax->taxable.given
                               ? money_part(tax->taxable.oere, tax->percent)
                               : 0;

        sum += tax->amount;
        if (tax->has_percent && tax->taxable.given && is_beyond(tax->amount, expected, tolerance))
            return check_person(
                checking,
                "momsen af %s er angivet til %s, men skulle være %s; bed leverandøren om "
                "en rettet %s.",
                check_money(checking, tax->taxable.oere).text,
                check_money(checking, tax->amount).text, check_money(checking, expected).text,
                check_noun(checking));
    }
    if (invoice->tax_count > 0 && sum != invoice->tax_total.oere)
        return check_person(
            checking,
            "momsens dele giver tilsammen %s, men momsen er angivet til %s (TaxTotal); "
            "bed leverandøren om en rettet %s.",
            check_money(checking, sum).text, check_money(checking, invoice->tax_total.oere).text,
            check_noun(checking));
    return true;
}

/* The VAT of `lines`, as printed or computed. False when one line does not say. */
static bool vat_sum(const struct invoice_line *lines, size_t count, int64_t *sum)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (!lines[i].tax.given && !lines[i].has_percent)
            return false;
        *sum += lines[i].tax.given ? lines[i].tax.oere : money_part(lines[i].net, lines[i].percent);
    }
    return true;
}

bool check_vat(struct checking *checking)
{
    const struct invoice *invoice = checking->invoice;
    int64_t sum = 0;

    if (invoice->other_tax[0] != '\0')
        return check_person(
            checking, "der er en anden afgift end moms (TaxScheme \"%s\"); behandl %sen i hånden.",
            invoice->other_tax, check_noun(checking));
    if (!invoice->tax_total.given)
        return check_person(checking,
                            "momsen (TaxTotal) mangler; bed leverandøren om en rettet %s.",
                            check_noun(checking));
    if (!vat_of_each_line(checking) || !vat_of_parts(checking))
        return false;
    if (vat_sum(invoice->lines, invoice->line_count, &sum) &&
        vat_sum(invoice->charges, invoice->charge_count, &sum) &&
        is_beyond(invoice->tax_total.oere, sum, LINE_TOLERANCE * (int64_t)invoice->line_count))
        return check_person(
            checking,
            "momsen er angivet til %s (TaxTotal), men linjerne giver %s; bed leverandøren "
            "om en rettet %s.",
            check_money(checking, invoice->tax_total.oere).text, check_money(checking, sum).text,
            check_noun(checking));
    return true;
}

/* A printed total against the computed one. */
static bool total_holds(struct checking *checking, const struct invoice_amount *found,
                        int64_t expected, const char *what)
{
    if (!found->given || found->oere == expected)
        return true;
    return check_person(
        checking, "%s er angivet til %s, men skulle være %s; bed leverandøren om en rettet %s.",
        what, check_money(checking, found->oere).text, check_money(checking, expected).text,
        check_noun(checking));
}

bool check_totals(struct checking *checking)
{
    const struct invoice *invoice = checking->invoice;
    bool oioubl = invoice->rules == INVOICE_RULES_OIOUBL2;
    struct invoice_amount down = invoice->allowance_total;
    struct invoice_amount up = invoice->charge_total;
    int64_t allowances = 0;
    int64_t charges = 0;
    size_t i;

    for (i = 0; i < invoice->charge_count; i++) {
        if (invoice->charges[i].net < 0)
            allowances -= invoice->charges[i].net;
        else
            charges += invoice->charges[i].net;
    }
    down.given = up.given = true; /* what is not printed is 0 */
    if (!total_holds(checking, &down, allowances, "rabatter i alt (AllowanceTotalAmount)") ||
        !total_holds(checking, &up, charges, "gebyrer i alt (ChargeTotalAmount)"))
        return false;
    checking->net = invoice->line_extension.oere - allowances + charges;
    checking->gross =
        checking->net + invoice->tax_total.oere + (oioubl ? invoice->rounding.oere : 0);
    if (!oioubl && !invoice->tax_inclusive.given)
        return check_person(
            checking,
            "beløbet med moms (TaxInclusiveAmount) mangler; bed leverandøren om en rettet "
            "%s.",
            check_noun(checking));
    return total_holds(checking, &invoice->tax_inclusive, checking->gross,
                       "beløbet med moms (TaxInclusiveAmount)") &&
           total_holds(checking, &invoice->payable,
                       checking->gross - invoice->prepaid.oere +
                           (oioubl ? 0 : invoice->rounding.oere),
                       "beløbet til betaling (PayableAmount)");
}

/* The trap: one name, one namespace, two meanings. */
bool check_tax_exclusive(struct checking *checking)
{
    const struct invoice *invoice = checking->invoice;
    bool oioubl = invoice->rules == INVOICE_RULES_OIOUBL2;
    int64_t expected = oioubl ? invoice->tax_total.oere : checking->net;
    int64_t other = oioubl ? checking->net : invoice->tax_total.oere;

    if (!invoice->tax_exclusive.given && !oioubl)
        return check_person(
            checking,
            "beløbet uden moms (TaxExclusiveAmount) mangler; bed leverandøren om en "
            "rettet %s.",
            check_noun(checking));
    if (!invoice->tax_exclusive.given || invoice->tax_exclusive.oere == expected)
        return true;
    return check_person(
        checking,
        "TaxExclusiveAmount er angivet til %s, men skal i %s være %s, her %s%s; bed "
        "leverandøren om en rettet %s.",
        check_money(checking, invoice->tax_exclusive.oere).text, oioubl ? "OIOUBL 2" : "Peppol",
        oioubl ? "momsen" : "beløbet uden moms", check_money(checking, expected).text,
        invoice->tax_exclusive.oere != other ? ""
        : oioubl                             ? " (beløbet uden moms står i stedet)"
                                             : " (momsen står i stedet)",
        check_noun(checking));
}
