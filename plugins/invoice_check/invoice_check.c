/*
 * invoice_check.c - a robot that holds invoices against what was granted.
 *
 * collect() lists the folder "invoices" and puts each document on the queue. perform()
 * reads the file again and tries the rules of check.h: AG_OK means that it may be
 * paid, AG_BUSINESS that a person must look, with one Danish sentence that says
 * at what. Nothing is written, moved or paid: doing it twice is as doing it once.
 */
#include "automagi.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "document.h"
#include "grants.h"
#include "identity.h"
#include "inbox.h"
#include "mask.h"
#include "settings.h"

_Static_assert((int)CHECK_NOTE_MAX <= AG_NOTE_MAX, "a rule's sentence must fit in a note");
_Static_assert((int)DOCUMENT_REFERENCE_MAX <= AG_REFERENCE_MAX, "a reference must fit");

AG_NOTE("{"
        "\"id\":\"invoice_check\","
        "\"version\":\"1.1.0\","
        "\"title\":\"Fakturatjek: OIOUBL- og Peppol-fakturaer mod bevillinger\","
        "\"side_effects\":\"idempotent\","
        "\"folders\":{"
        "\"invoices\":\"Fakturaer og kreditnotaer som *.xml; der læses kun\","
        "\"grants\":\"Mappen med bevillingslisten (CSV); der læses kun\"},"
        "\"configuration\":{\"type\":\"object\","
        "\"required\":[\"grants_file\",\"decimal_mark\",\"grant_amounts\"],"
        "\"properties\":{"
        "\"grants_file\":{\"type\":\"string\",\"title\":\"Bevillingslistens filnavn\","
        "\"minLength\":1,\"maxLength\":127},"
        "\"decimal_mark\":{\"type\":\"string\",\"title\":\"Decimaltegn i bevillingslisten\","
        "\"enum\":[\",\",\".\"]},"
        "\"grant_amounts\":{\"type\":\"string\",\"title\":\"Bevillingernes beløb\","
        "\"description\":\"Er beløbene i listen med eller uden moms?\","
        "\"enum\":[\"with_vat\",\"without_vat\"]},"
        "\"currency\":{\"type\":\"string\",\"title\":\"Valuta\",\"default\":\"DKK\","
        "\"minLength\":3,\"maxLength\":3},"
        "\"case_prefix\":{\"type\":\"string\",\"title\":\"Sagsnumre begynder med\","
        "\"minLength\":1,\"maxLength\":31},"
        "\"case_fields\":{\"type\":\"array\",\"title\":\"Hvor sagsnummeret søges, i rækkefølge\","
        "\"minItems\":1,\"maxItems\":4,\"items\":{\"type\":\"string\","
        "\"enum\":[\"contact\",\"buyer_reference\",\"order\",\"accounting_cost\"]}},"
        "\"glns\":{\"type\":\"array\",\"title\":\"Robottens EAN-numre (ingen: alle)\","
        "\"maxItems\":200,\"items\":{\"type\":\"string\",\"minLength\":13,\"maxLength\":13}},"
        "\"settle_s\":{\"type\":\"integer\",\"title\":\"Sekunder, en fil skal have ligget stille\","
        "\"default\":0,\"minimum\":0,\"maximum\":3600}}}}");

/* One file as it was when the run began. */
struct seen {
    const char *name; /* in state->inbox */
    uint64_t hash;
    bool is_invoice; /* it could be read; then the identity is set */
    struct identity identity;
};

struct state {
    int invoices; /* borrowed descriptor */
    struct settings settings;
    struct grants grants;
    struct inbox inbox;
    struct seen *seen; /* NULL until the folder was listed */
    size_t seen_count;
    bool complete; /* the whole folder was seen: twins are known */
};

static void check_close(const struct ag_host *host, void *pointer)
{
    struct state *state = pointer;

    (void)host;
    if (state == NULL)
        return;
    free(state->seen);
    inbox_release(&state->inbox);
    grants_release(&state->grants);
    settings_release(&state->settings);
    free(state);
}

static int32_t grants_load(const struct ag_host *host, struct state *state, char *note)
{
    const char *file = state->settings.grants_file;
    char problem[GRANTS_PROBLEM_MAX];
    char *bytes = NULL;
    size_t size = 0;
    int folder = host->folder(host->run, "grants");
    int error = folder < 0 ? -ENOENT : inbox_read(folder, file, GRANTS_SIZE_MAX, &bytes, &size);

    if (error != 0) {
        (void)snprintf(note, AG_NOTE_MAX,
                       "Bevillingslisten \"%s\" kan ikke læses (%s); kontrollér \"folders\" og "
                       "\"grants_file\" i robot.json.",
                       file, strerrorname_np(-error));
        return AG_BROKEN;
    }
    error = grants_parse(&state->grants, bytes, size, state->settings.decimal_mark, problem);
    free(bytes);
    if (error == 0)
        return AG_OK;
    (void)snprintf(note, AG_NOTE_MAX, "Bevillingslisten \"%s\", %s.", file, problem);
    return AG_BROKEN;
}

static int32_t check_open(const struct ag_host *host, void **ret_state, char note[AG_NOTE_MAX])
{
    char problem[SETTINGS_PROBLEM_MAX];
    struct state *state = calloc(1, sizeof(*state));
    int32_t outcome = AG_BROKEN;

    if (state == NULL) {
        (void)snprintf(note, AG_NOTE_MAX, "Der er ikke hukommelse nok; hæv limits.memory_mib.");
        return AG_TRANSIENT;
    }
    state->invoices = host->folder(host->run, "invoices");
    if (state->invoices < 0)
        (void)snprintf(note, AG_NOTE_MAX,
                       "Mappen \"invoices\" er ikke givet til robotten; ret \"folders\" i "
                       "robot.json.");
    else if (settings_parse(&state->settings, host->configuration, problem) != 0)
        (void)snprintf(note, AG_NOTE_MAX, "%s", problem);
    else
        outcome = grants_load(host, state, note);
    if (outcome == AG_OK)
        *ret_state = state;
    else
        check_close(host, state);
    return outcome;
}

/* The files before `index` with this identity: is there one with the same content (then this is a
 * copy), one with other content (then this comes second)? */
static void seen_compare(const struct state *state, size_t index, bool *ret_copy, bool *ret_second)
{
    const struct seen *seen = &state->seen[index];
    size_t i;

    *ret_copy = false;
    *ret_second = false;
    for (i = 0; seen->is_invoice && i < index; i++) {
        const struct seen *other = &state->seen[i];

        if (!other->is_invoice || other->identity.document != seen->identity.document)
            continue;
        if (other->hash == seen->hash)
            *ret_copy = true;
        else
            *ret_second = true;
    }
}

/* A date that no work can have (document_reference() sees to the reference) is the queue's to
 * refuse, and no reason to keep out the others: the item is then of today. */
static int32_t item_put(const struct ag_host *host, struct ag_item *item)
{
    int32_t outcome = host->add(host->run, item);

    if (outcome == AG_BROKEN && item->business_day != 0) {
        item->business_day = 0;
        outcome = host->add(host->run, item);
    }
    return outcome;
}

static int32_t item_add(const struct ag_host *host, const struct state *state,
                        const struct document *document, size_t index)
{
    const struct seen *seen = &state->seen[index];
    char reference[DOCUMENT_REFERENCE_MAX];
    char payload[DOCUMENT_PAYLOAD_MAX];
    char shown[DOCUMENT_SHOWN_MAX];
    struct ag_item item = {.size = sizeof(item)};
    bool copy, second;

    seen_compare(state, index, &copy, &second);
    (void)mask_line(seen->name, shown, sizeof(shown));
    if (copy) {
        host->log(host->run, AG_LOG_INFO, "%s er en kopi af en anden fil og tages ikke med", shown);
        return AG_OK;
    }
    document_reference(document, &seen->identity, seen->name, second, reference);
    document_payload(seen->name, seen->hash, payload);
    item.reference = reference;
    item.payload = payload;
    item.business_day = document->quarantine ? 0 : document->invoice.issued;
    if (document->quarantine || second)
        host->log(host->run, AG_LOG_WARN, "%s: %s", shown,
                  second ? "den samme faktura findes i en anden fil med et andet indhold"
                         : document->problem);
    return item_put(host, &item);
}

/* document_load(). What ends the run while a file is read leaves its name in the log. */
static int file_read(const struct ag_host *host, const struct state *state, const char *name,
                     struct document *document)
{
    char shown[DOCUMENT_SHOWN_MAX];

    (void)mask_line(name, shown, sizeof(shown));
    host->log(host->run, AG_LOG_DEBUG, "læser %s", shown);
    return document_load(document, state->invoices, name);
}

/* Reads one file into the index and, when asked, puts it on the queue. */
static int32_t file_take(const struct ag_host *host, struct state *state, size_t index, bool add)
{
    struct seen *seen = &state->seen[index];
    struct document document;
    char shown[DOCUMENT_SHOWN_MAX];
    int32_t outcome = AG_OK;
    int error = file_read(host, state, seen->name, &document);

    seen->hash = document.hash;
    if (error == 0 && !document.quarantine) {
        identity_read(&document.invoice, check_case(&document.invoice, &state->settings),
                      &seen->identity);
        seen->is_invoice = true;
    }
    if (error != 0) {
        /* Gone, or not now: the next run sees it. */
        (void)mask_line(seen->name, shown, sizeof(shown));
        host->log(host->run, AG_LOG_WARN, "%s kan ikke læses lige nu (%s)", shown,
                  strerrorname_np(-error));
    } else if (add) {
        outcome = item_add(host, state, &document, index);
    }
    document_release(&document);
    return outcome;
}

/* Reads the whole folder once per run. AG_STOPPED leaves the rest for the next run. */
static int32_t folder_take(const struct ag_host *host, struct state *state, bool add, char *note)
{
    char problem[INBOX_PROBLEM_MAX];
    int32_t outcome = AG_OK;
    size_t i;

    if (inbox_list(&state->inbox, state->invoices, state->settings.settle_s, problem) != 0) {
        (void)snprintf(note, AG_NOTE_MAX, "%s", problem);
        inbox_release(&state->inbox);
        return AG_BROKEN;
    }
    state->seen = calloc(state->inbox.count + 1, sizeof(state->seen[0]));
    if (state->seen == NULL) {
        (void)snprintf(note, AG_NOTE_MAX, "Der er ikke hukommelse nok; hæv limits.memory_mib.");
        inbox_release(&state->inbox);
        return AG_TRANSIENT;
    }
    for (i = 0; i < state->inbox.count && outcome == AG_OK; i++) {
        if (host->stopping(host->run))
            return AG_STOPPED;
        state->seen[i].name = state->inbox.names[i];
        state->seen_count = i + 1;
        outcome = file_take(host, state, i, add);
    }
    if (outcome == AG_TOO_BIG || outcome == AG_DENIED) {
        (void)snprintf(note, AG_NOTE_MAX,
                       "Køen afviste en opgave (%" PRId32 "); det er en fejl i programmet.",
                       outcome);
        return AG_BROKEN;
    }
    state->complete = outcome == AG_OK;
    return outcome;
}

static int32_t check_collect(const struct ag_host *host, void *pointer, char note[AG_NOTE_MAX])
{
    struct state *state = pointer;
    int32_t outcome = folder_take(host, state, true, note);

    host->log(host->run, AG_LOG_INFO, "%zu filer i mappen, %zu bevillinger", state->seen_count,
              state->grants.count);
    return outcome == AG_STOPPED ? AG_OK : outcome;
}

/* The other files, as the rules ask for them. `found` says which they are; NULL: none. */
static void others_find(const struct state *state, const struct document *document,
                        const struct seen *found[static 2])
{
    struct identity identity;
    size_t i;

    identity_read(&document->invoice, check_case(&document->invoice, &state->settings), &identity);
    found[0] = NULL;
    found[1] = NULL;
    for (i = 0; i < state->seen_count; i++) {
        const struct seen *seen = &state->seen[i];

        if (!seen->is_invoice || seen->hash == document->hash)
            continue;
        if (strcmp(seen->identity.key, identity.key) == 0)
            found[0] = found[0] == NULL ? seen : found[0];
        else if (identity.work != 0 && seen->identity.work == identity.work)
            found[1] = found[1] == NULL ? seen : found[1];
    }
}

static int32_t verdict_give(const struct state *state, const struct document *document,
                            const char *reference, const char *shown, char *note)
{
    char twin[DOCUMENT_SHOWN_MAX], alike[DOCUMENT_SHOWN_MAX];
    const struct seen *found[2];
    struct check_others others = {NULL, NULL, NULL};

    if (document->quarantine) {
        (void)snprintf(
            note, AG_NOTE_MAX,
            "Karantæne: filen \"%s\" kan ikke læses som faktura, %s; bed leverandøren om "
            "at sende den igen.",
            shown, document->problem);
        return AG_BUSINESS;
    }
    others_find(state, document, found);
    if (found[0] != NULL) {
        (void)mask_line(found[0]->name, twin, sizeof(twin));
        others.twin = twin;
    }
    if (found[0] == NULL && document_is_second(document, reference)) {
        (void)snprintf(
            note, AG_NOTE_MAX,
            "Fakturaen i filen \"%s\" lå her også i en anden fil, som ikke er her mere. "
            "Luk denne opgave: robotten tager filen med under fakturaens egen reference. "
            "Er den opgave lukket, så åbn den igen, hvis filen gælder; er den udført, tager "
            "robotten ikke filen: behandl den i hånden.",
            shown);
        return AG_BUSINESS;
    }
    if (found[1] != NULL) {
        (void)mask_line(found[1]->name, alike, sizeof(alike));
        others.alike = alike;
        others.alike_number = found[1]->identity.number;
    }
    return check_invoice(&document->invoice, &state->settings, &state->grants, &others, note) ==
                   CHECK_PASSED
               ? AG_OK
               : AG_BUSINESS;
}

static int32_t check_perform(const struct ag_host *host, void *pointer, const struct ag_item *item,
                             struct ag_result *result)
{
    struct state *state = pointer;
    struct document document;
    char name[DOCUMENT_NAME_MAX];
    char shown[DOCUMENT_SHOWN_MAX];
    uint64_t hash = 0;
    int32_t outcome = AG_BUSINESS;
    int error;

    if (document_payload_read(item->payload, name, &hash) != 0) {
        (void)snprintf(result->note, AG_NOTE_MAX,
                       "Opgavens indhold siger ikke, hvilken fil den handler om; luk opgaven, og "
                       "lad robotten finde filen selv.");
        return AG_BUSINESS;
    }
    if (state->seen == NULL) {
        outcome = folder_take(host, state, false, result->note);
        if (outcome == AG_BROKEN || outcome == AG_TRANSIENT)
            return outcome;
    }
    if (!state->complete) {
        (void)snprintf(result->note, AG_NOTE_MAX,
                       "Kørslen blev stoppet, før mappen var læst; der prøves igen.");
        return AG_TRANSIENT;
    }
    outcome = AG_BUSINESS;
    (void)mask_line(name, shown, sizeof(shown));
    error = file_read(host, state, name, &document);
    if (error == -ENOENT) {
        (void)snprintf(result->note, AG_NOTE_MAX,
                       "Filen \"%s\" findes ikke længere i mappen; find den, og behandl fakturaen "
                       "i hånden.",
                       shown);
    } else if (error != 0) {
        (void)snprintf(result->note, AG_NOTE_MAX, "Filen \"%s\" kan ikke læses lige nu (%s).",
                       shown, strerrorname_np(-error));
        outcome = AG_TRANSIENT;
    } else if (document.hash != hash) {
        (void)snprintf(result->note, AG_NOTE_MAX,
                       "Filen \"%s\" er ændret, siden den blev sat i kø; find ud af hvorfor, og "
                       "behandl fakturaen i hånden.",
                       shown);
    } else {
        outcome = verdict_give(state, &document, item->reference, shown, result->note);
    }
    document_release(&document);
    return outcome;
}

const struct ag_plugin automagi_plugin = {
    AG_PLUGIN_HEADER,         .open = check_open,   .collect = check_collect,
    .perform = check_perform, .close = check_close,
};
