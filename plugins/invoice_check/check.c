#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check_inner.h"
#include "day.h"
#include "mask.h"

struct shown check_money(const struct checking *checking, int64_t oere)
{
    struct shown shown;

    money_format(oere, checking->invoice->currency, shown.text);
    return shown;
}

static struct shown day(int32_t value)
{
    struct shown shown;

    day_format(value, shown.text);
    return shown;
}

const char *check_noun(const struct checking *checking)
{
    return checking->invoice->credit_note ? "kreditnota" : "faktura";
}

bool check_person(struct checking *checking, const char *format, ...)
{
    const struct invoice *invoice = checking->invoice;
    char text[2 * CHECK_NOTE_MAX];
    int used = snprintf(text, sizeof(text),
                        "%s %s fra CVR %s: ", invoice->credit_note ? "Kreditnota" : "Faktura",
                        invoice->number, invoice->supplier_cvr);
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text + used, sizeof(text) - (size_t)used, format, arguments);
    va_end(arguments);
    (void)mask_line(text, checking->note, CHECK_NOTE_MAX);
    return false;
}

static bool rule_format(struct checking *checking)
{
    const struct invoice *invoice = checking->invoice;

    if (invoice->rules == INVOICE_RULES_UNKNOWN)
        return check_person(
            checking,
            "formatet (CustomizationID) er \"%s\", men robotten kender kun OIOUBL-2.01, "
            "OIOUBL-2.02, OIOUBL-2.1 og Peppol BIS Billing 3.0; kontrollér %sen i hånden, "
            "eller bed leverandøren om at sende den i et af dem.",
            invoice->customization, check_noun(checking));
    if (strcmp(invoice->type, "380") != 0 && strcmp(invoice->type, "381") != 0)
        return check_person(
            checking,
            "dokumenttypen er \"%s\", men robotten behandler kun 380 (faktura) og 381 "
            "(kreditnota); behandl dokumentet i hånden.",
            invoice->type);
    return true;
}

static bool rule_currency(struct checking *checking)
{
    const struct invoice *invoice = checking->invoice;
    const char *expected = checking->settings->currency;

    if (strcmp(invoice->currency, expected) != 0)
        return check_person(
            checking, "valutaen er \"%s\", men robotten behandler kun %s; behandl %sen i hånden.",
            invoice->currency, expected, check_noun(checking));
    if (invoice->stray_currency[0] != '\0')
        return check_person(
            checking,
            "et beløb er angivet i valutaen \"%s\", men dokumentets valuta er %s; bed "
            "leverandøren om en rettet %s.",
            invoice->stray_currency, expected, check_noun(checking));
    return true;
}

/* Suppliers who must fill the field in, but know of no reference, write one of these. */
static bool is_empty_words(const char *text)
{
    static const char *const empty[] = {"n/a", "N/A", "na", "NA", "-", "--", ".", "0", "ingen"};
    size_t i;

    for (i = 0; i < sizeof(empty) / sizeof(empty[0]); i++) {
        if (strcmp(text, empty[i]) == 0)
            return true;
    }
    return text[0] == '\0';
}

const char *check_case(const struct invoice *invoice, const struct settings *settings)
{
    size_t prefix = strlen(settings->case_prefix);
    size_t i;

    for (i = 0; i < settings->source_count; i++) {
        const char *text = invoice->sources[settings->sources[i]];

        if (!is_empty_words(text) && strncmp(text, settings->case_prefix, prefix) == 0)
            return text;
    }
    return NULL;
}

static bool rule_case(struct checking *checking)
{
    const struct settings *settings = checking->settings;
    char places[128];
    size_t used = 0;
    size_t i;

    checking->case_id = check_case(checking->invoice, settings);
    if (checking->case_id != NULL)
        return true;
    places[0] = '\0';
    for (i = 0; i < settings->source_count && used < sizeof(places); i++)
        used += (size_t)snprintf(places + used, sizeof(places) - used, i == 0 ? "%s" : ", %s",
                                 settings_source_name(settings->sources[i]));
    if (settings->case_prefix[0] != '\0')
        return check_person(
            checking,
            "der mangler en sagsreference, der begynder med \"%s\" (der er set efter i: "
            "%s); find sagen, eller bed leverandøren om at sende en %s med sagsnummer.",
            settings->case_prefix, places, check_noun(checking));
    return check_person(
        checking,
        "der mangler en sagsreference (der er set efter i: %s); find sagen, eller bed "
        "leverandøren om at sende en %s med sagsnummer.",
        places, check_noun(checking));
}

char check_gln_digit(const char *gln)
{
    int sum = 0;
    int i;

    for (i = 0; i < 12; i++)
        sum += (gln[i] - '0') * (i % 2 == 0 ? 1 : 3);
    return (char)('0' + (10 - sum % 10) % 10);
}

static bool rule_gln(struct checking *checking)
{
    const struct invoice *invoice = checking->invoice;
    const struct settings *settings = checking->settings;
    const char *gln = invoice->gln;
    size_t i;

    if (gln[0] == '\0')
        return check_person(checking,
                            "kundens EAN-nummer (EndpointID) mangler; find ud af, hvem %sen "
                            "er til, og bed leverandøren om at skrive EAN-nummeret.",
                            check_noun(checking));
    if (strcmp(invoice->gln_scheme, "GLN") != 0 && strcmp(invoice->gln_scheme, "EAN") != 0 &&
        strcmp(invoice->gln_scheme, "0088") != 0)
        return check_person(
            checking,
            "kundens adresse (EndpointID) er af typen \"%s\" og ikke et EAN-nummer; bed "
            "leverandøren om at sende til kommunens EAN-nummer.",
            invoice->gln_scheme);
    if (strspn(gln, "0123456789") != 13 || gln[13] != '\0')
        return check_person(
            checking,
            "EAN-nummeret \"%s\" er på %zu tegn, men skal være 13 cifre; bed leverandøren "
            "om at rette EAN-nummeret.",
            gln, strlen(gln));
    if (gln[12] != check_gln_digit(gln))
        return check_person(
            checking,
            "EAN-nummeret %s ender på kontrolcifret %c, men det skulle være %c; bed "
            "leverandøren om at rette EAN-nummeret.",
            gln, gln[12], check_gln_digit(gln));
    for (i = 0; i < settings->gln_count; i++) {
        if (strcmp(gln, settings->glns[i]) == 0)
            return true;
    }
    if (settings->gln_count == 0)
        return true;
    return check_person(
        checking,
        "EAN-nummeret %s er ikke et af dem, robotten behandler; send %sen videre til den "
        "rette enhed.",
        gln, check_noun(checking));
}

static bool rule_grant(struct checking *checking)
{
    if (grants_next(checking->grants, checking->case_id, checking->invoice->supplier_cvr, NULL) !=
        NULL)
        return true;
    return check_person(
        checking,
        "der er ingen bevilling på sag %s til denne leverandør; skriv bevillingen på "
        "listen, hvis den er givet, ellers afvis %sen.",
        checking->case_id, check_noun(checking));
}

static bool rule_period(struct checking *checking)
{
    const struct invoice *invoice = checking->invoice;
    int32_t from = invoice->has_period ? invoice->from : invoice->issued;
    int32_t to = invoice->has_period ? invoice->to : invoice->issued;
    const struct grant *first = NULL;
    const struct grant *grant = NULL;
    char found[64];
    size_t count = 0;

    while ((grant = grants_next(checking->grants, checking->case_id, invoice->supplier_cvr,
                                grant)) != NULL) {
        bool same = strcmp(grant->currency, invoice->currency) == 0;

        first = first == NULL ? grant : first;
        count++;
        if (from < grant->from || to > grant->to)
            continue;
        /* The roomiest one in the invoice's currency; else any, and rule_amount says so. */
        if (checking->grant == NULL ||
            (same && strcmp(checking->grant->currency, invoice->currency) != 0) ||
            (same && grant->amount > checking->grant->amount))
            checking->grant = grant;
    }
    if (checking->grant != NULL || first == NULL) /* rule_grant has seen to it that there is one */
        return checking->grant != NULL;
    if (invoice->has_period)
        (void)snprintf(found, sizeof(found), "perioden %.10s til %.10s", day(from).text,
                       day(to).text);
    else
        (void)snprintf(found, sizeof(found), "fakturadatoen %.10s", day(from).text);
    return check_person(checking,
                        "%s ligger uden for bevillingen på sag %s, som gælder %s til %s%s; ret "
                        "listen, hvis bevillingen er forlænget, ellers afvis %sen.",
                        found, checking->case_id, day(first->from).text, day(first->to).text,
                        count > 1 ? " (og uden for sagens øvrige bevillinger til leverandøren)"
                                  : "",
                        check_noun(checking));
}

static bool rule_amount(struct checking *checking)
{
    const struct grant *grant = checking->grant;
    bool with_vat = checking->settings->grants_with_vat;
    int64_t amount = with_vat ? checking->gross : checking->net;
    const char *words = with_vat ? "med moms" : "uden moms";

    if (strcmp(grant->currency, checking->invoice->currency) != 0)
        return check_person(
            checking, "bevillingen på sag %s er i %s, men beløbet er i %s; behandl %sen i hånden.",
            checking->case_id, grant->currency, checking->invoice->currency, check_noun(checking));
    if (amount < 0)
        return check_person(
            checking, "beløbet er %s %s, og en %s må ikke være negativ; behandl %sen i hånden.",
            check_money(checking, amount).text, words, check_noun(checking), check_noun(checking));
    if (amount > grant->amount)
        return check_person(
            checking,
            "beløbet er %s %s, men bevillingen på sag %s er %s, altså %s for meget; ret "
            "listen, hvis bevillingen er hævet, ellers afvis %sen.",
            check_money(checking, amount).text, words, checking->case_id,
            check_money(checking, grant->amount).text,
            check_money(checking, amount - grant->amount).text, check_noun(checking));
    return true;
}

static bool rule_duplicate(struct checking *checking)
{
    if (checking->others->twin == NULL)
        return true;
    return check_person(
        checking,
        "samme nummer findes med et andet indhold i filen \"%s\"; find ud af, hvilken af "
        "de to der gælder, og afvis den anden.",
        checking->others->twin);
}

static bool rule_alike(struct checking *checking)
{
    const struct check_others *others = checking->others;

    if (others->alike == NULL)
        return true;
    return check_person(
        checking,
        "ligner %s %s i filen \"%s\": samme leverandør, sag, beløb og periode; find ud af, "
        "om det er det samme arbejde, og afvis i så fald den ene.",
        check_noun(checking), others->alike_number, others->alike);
}

static bool rule_credit_note(struct checking *checking)
{
    const struct invoice *invoice = checking->invoice;

    if (!invoice->credit_note)
        return true;
    if (invoice->credited[0] == '\0')
        return check_person(checking,
                            "den er på %s med moms til sag %s, men siger ikke, hvilken faktura den "
                            "krediterer; spørg leverandøren, og modregn i hånden.",
                            check_money(checking, checking->gross).text, checking->case_id);
    return check_person(
        checking,
        "den krediterer faktura %s med %s med moms på sag %s; find fakturaen, og modregn "
        "i hånden.",
        invoice->credited, check_money(checking, checking->gross).text, checking->case_id);
}

enum check_verdict check_invoice(const struct invoice *invoice, const struct settings *settings,
                                 const struct grants *grants, const struct check_others *others,
                                 char note[CHECK_NOTE_MAX])
{
    static const struct {
        enum check_verdict verdict;
        bool (*holds)(struct checking *checking);
    } rules[] = {
        {CHECK_FORMAT, rule_format},  {CHECK_CURRENCY, rule_currency},
        {CHECK_CASE, rule_case},      {CHECK_GLN, rule_gln},
        {CHECK_LINES, check_lines},   {CHECK_VAT, check_vat},
        {CHECK_TOTALS, check_totals}, {CHECK_TAX_EXCLUSIVE, check_tax_exclusive},
        {CHECK_GRANT, rule_grant},    {CHECK_PERIOD, rule_period},
        {CHECK_AMOUNT, rule_amount},  {CHECK_DUPLICATE, rule_duplicate},
        {CHECK_ALIKE, rule_alike},    {CHECK_CREDIT_NOTE, rule_credit_note},
    };
    struct checking checking = {
        .invoice = invoice, .settings = settings, .grants = grants, .others = others, .note = note};
    char text[CHECK_NOTE_MAX];
    size_t i;

    for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (!rules[i].holds(&checking))
            return rules[i].verdict;
    }
    (void)snprintf(
        text, sizeof(text), "ok %s %s af bevilget %s på sag %s",
        check_money(&checking, settings->grants_with_vat ? checking.gross : checking.net).text,
        settings->grants_with_vat ? "med moms" : "uden moms",
        check_money(&checking, checking.grant->amount).text, checking.case_id);
    (void)mask_line(text, note, CHECK_NOTE_MAX);
    return CHECK_PASSED;
}
