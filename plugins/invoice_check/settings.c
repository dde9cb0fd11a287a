#include "settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

static const struct {
    const char *word; /* in robot.json */
    const char *name; /* in the document */
} sources[INVOICE_SOURCE_COUNT] = {
    [INVOICE_SOURCE_CONTACT] = {"contact", "kundens Contact/ID"},
    [INVOICE_SOURCE_BUYER] = {"buyer_reference", "BuyerReference"},
    [INVOICE_SOURCE_ORDER] = {"order", "OrderReference/ID"},
    [INVOICE_SOURCE_COST] = {"accounting_cost", "AccountingCost"},
};

static int fail(char problem[SETTINGS_PROBLEM_MAX], const char *name, const char *expected)
{
    (void)snprintf(problem, SETTINGS_PROBLEM_MAX,
                   "Ret \"configuration\" i robot.json: %s skal være %s.", name, expected);
    return -EINVAL;
}

/* A string of 1 to size - 1 bytes. An absent one leaves what was there, if anything was. */
static int string_take(const cJSON *json, const char *name, char *target, size_t size,
                       char *problem)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, name);

    if (member == NULL && target[0] != '\0')
        return 0;
    if (member == NULL || !cJSON_IsString(member) || member->valuestring[0] == '\0' ||
        strlen(member->valuestring) >= size)
        return fail(problem, name, "en tekst");
    memcpy(target, member->valuestring, strlen(member->valuestring) + 1);
    return 0;
}

static int sources_take(struct settings *settings, const cJSON *list, char *problem)
{
    const cJSON *word;
    size_t i;

    if (list == NULL) {
        for (i = 0; i < INVOICE_SOURCE_COUNT; i++)
            settings->sources[i] = (enum invoice_source)i;
        settings->source_count = INVOICE_SOURCE_COUNT;
        return 0;
    }
    cJSON_ArrayForEach(word, list)
    {
        for (i = 0; i < INVOICE_SOURCE_COUNT; i++) {
            if (cJSON_IsString(word) && strcmp(word->valuestring, sources[i].word) == 0)
                break;
        }
        if (i == INVOICE_SOURCE_COUNT || settings->source_count == INVOICE_SOURCE_COUNT)
            return fail(problem, "case_fields",
                        "en liste af contact, buyer_reference, order og accounting_cost");
        settings->sources[settings->source_count++] = (enum invoice_source)i;
    }
    return settings->source_count > 0 ? 0 : fail(problem, "case_fields", "en liste med noget i");
}

static int glns_take(struct settings *settings, const cJSON *list, char *problem)
{
    const cJSON *gln;
    int count = cJSON_GetArraySize(list);

    if (list == NULL || count == 0)
        return 0;
    if (!cJSON_IsArray(list) || count > SETTINGS_GLNS_MAX)
        return fail(problem, "glns", "en liste med højst 200 EAN-numre");
    settings->glns = calloc((size_t)count, sizeof(settings->glns[0]));
    if (settings->glns == NULL)
        return fail(problem, "glns", "kortere; der er ikke hukommelse nok");
    cJSON_ArrayForEach(gln, list)
    {
        if (!cJSON_IsString(gln) || strlen(gln->valuestring) != 13 ||
            strspn(gln->valuestring, "0123456789") != 13)
            return fail(problem, "glns", "EAN-numre på 13 cifre");
        memcpy(settings->glns[settings->gln_count++], gln->valuestring, 14);
    }
    return 0;
}

/* The two choices that are never guessed. */
static int choices_take(struct settings *settings, const cJSON *json, char *problem)
{
    char text[16] = "";

    if (string_take(json, "decimal_mark", text, sizeof(text), problem) != 0 ||
        (strcmp(text, ",") != 0 && strcmp(text, ".") != 0))
        return fail(problem, "decimal_mark", "\",\" eller \".\"");
    settings->decimal_mark = text[0];
    text[0] = '\0';
    if (string_take(json, "grant_amounts", text, sizeof(text), problem) != 0 ||
        (strcmp(text, "with_vat") != 0 && strcmp(text, "without_vat") != 0))
        return fail(problem, "grant_amounts", "\"with_vat\" eller \"without_vat\"");
    settings->grants_with_vat = strcmp(text, "with_vat") == 0;
    return 0;
}

static int settle_take(struct settings *settings, const cJSON *member, char *problem)
{
    if (member == NULL)
        return 0;
    if (!cJSON_IsNumber(member) || !(member->valuedouble >= 0 && member->valuedouble <= 3600))
        return fail(problem, "settle_s", "et antal sekunder fra 0 til 3600");
    settings->settle_s = (int64_t)member->valuedouble;
    return 0;
}

int settings_parse(struct settings *settings, const char *json, char problem[SETTINGS_PROBLEM_MAX])
{
    cJSON *root = cJSON_Parse(json);
    int error = 0;

    memset(settings, 0, sizeof(*settings));
    memcpy(settings->currency, "DKK", 4);
    if (!cJSON_IsObject(root)) {
        error = fail(problem, "den", "et JSON-objekt");
        goto out;
    }
    error = string_take(root, "grants_file", settings->grants_file, sizeof(settings->grants_file),
                        problem);
    if (error == 0 &&
        (strchr(settings->grants_file, '/') != NULL || settings->grants_file[0] == '.'))
        error = fail(problem, "grants_file", "navnet på en fil i mappen, uden sti");
    if (error == 0)
        error = choices_take(settings, root, problem);
    if (error == 0)
        error =
            string_take(root, "currency", settings->currency, sizeof(settings->currency), problem);
    if (error == 0 && strlen(settings->currency) != sizeof(settings->currency) - 1)
        error = fail(problem, "currency", "tre bogstaver");
    if (error == 0 && cJSON_HasObjectItem(root, "case_prefix"))
        error = string_take(root, "case_prefix", settings->case_prefix,
                            sizeof(settings->case_prefix), problem);
    if (error == 0)
        error =
            sources_take(settings, cJSON_GetObjectItemCaseSensitive(root, "case_fields"), problem);
    if (error == 0)
        error = glns_take(settings, cJSON_GetObjectItemCaseSensitive(root, "glns"), problem);
    if (error == 0)
        error = settle_take(settings, cJSON_GetObjectItemCaseSensitive(root, "settle_s"), problem);
out:
    cJSON_Delete(root);
    return error;
}

void settings_release(struct settings *settings)
{
    if (settings == NULL)
        return;
    free(settings->glns);
    memset(settings, 0, sizeof(*settings));
}

const char *settings_source_name(enum invoice_source source)
{
    return source < INVOICE_SOURCE_COUNT ? sources[source].name : "";
}
