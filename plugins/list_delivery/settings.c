#include "settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "fill.h"

static int fail(char problem[SETTINGS_PROBLEM_MAX], const char *name, const char *expected)
{
    (void)snprintf(problem, SETTINGS_PROBLEM_MAX,
                   "Ret \"configuration\" i robot.json: %s skal være %s.", name, expected);
    return -EINVAL;
}

/* A string of 1 to size - 1 bytes. Absent: an error when `required`, else "". */
static int string_take(const cJSON *json, const char *name, bool required, char *target,
                       size_t size, char *problem)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, name);

    target[0] = '\0';
    if (member == NULL && !required)
        return 0;
    if (member == NULL || !cJSON_IsString(member) || member->valuestring[0] == '\0' ||
        strlen(member->valuestring) >= size)
        return fail(problem, name, "en tekst (ikke tom, ikke for lang)");
    memcpy(target, member->valuestring, strlen(member->valuestring) + 1);
    return 0;
}

/* One of two words. Absent: the first. */
static int choice_take(const cJSON *json, const char *name, const char *const words[2],
                       bool *ret_second, char *problem)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, name);
    char expected[64];

    *ret_second = false;
    if (member == NULL)
        return 0;
    *ret_second = cJSON_IsString(member) && strcmp(member->valuestring, words[1]) == 0;
    if (*ret_second || (cJSON_IsString(member) && strcmp(member->valuestring, words[0]) == 0))
        return 0;
    (void)snprintf(expected, sizeof(expected), "\"%s\" eller \"%s\"", words[0], words[1]);
    return fail(problem, name, expected);
}

/* A whole number. Absent: `absent`. */
static int number_take(const cJSON *json, const char *name, const int64_t range[2], int64_t absent,
                       int64_t *ret_number, char *problem)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, name);
    char expected[64];

    *ret_number = absent;
    if (member == NULL)
        return 0;
    if (cJSON_IsNumber(member) && member->valuedouble >= (double)range[0] &&
        member->valuedouble <= (double)range[1]) {
        *ret_number = (int64_t)member->valuedouble;
        return 0;
    }
    (void)snprintf(expected, sizeof(expected), "et tal fra %lld til %lld", (long long)range[0],
                   (long long)range[1]);
    return fail(problem, name, expected);
}

static int bool_take(const cJSON *json, const char *name, bool *ret_bool, char *problem)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, name);

    *ret_bool = cJSON_IsTrue(member);
    return member == NULL || cJSON_IsBool(member) ? 0 : fail(problem, name, "true eller false");
}

static int column_take(struct settings_column *column, const cJSON *json, char *problem)
{
    static const int64_t decimals[2] = {0, 6};
    static const char *const words[] = {"text", "number", "day"};
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(json, "type");
    int64_t number = 0;
    size_t i;
    int error;

    error = string_take(json, "name", true, column->name, sizeof(column->name), problem);
    if (error == 0)
        error = number_take(json, "decimals", decimals, 0, &number, problem);
    if (error == 0)
        error = bool_take(json, "not_negative", &column->not_negative, problem);
    if (error != 0)
        return error;
    column->decimals = (unsigned)number;
    for (i = 0; type != NULL && i < 3; i++) {
        if (cJSON_IsString(type) && strcmp(type->valuestring, words[i]) == 0)
            break;
    }
    if (i == 3)
        return fail(problem, "columns.type", "\"text\", \"number\" eller \"day\"");
    column->type = (enum settings_type)i;
    if (column->type != SETTINGS_TYPE_NUMBER && (column->decimals != 0 || column->not_negative))
        return fail(problem, "columns",
                    "af typen \"number\", når der er decimals eller not_negative");
    return 0;
}

static int columns_take(struct settings *settings, const cJSON *list, char *problem)
{
    const cJSON *column;
    int error = 0;

    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) < 1 ||
        cJSON_GetArraySize(list) > SETTINGS_COLUMNS_MAX)
        return fail(problem, "columns", "en liste med 1 til 16 kolonner");
    cJSON_ArrayForEach(column, list)
    {
        if (error == 0)
            error = column_take(&settings->columns[settings->column_count], column, problem);
        settings->column_count += error == 0;
    }
    return error;
}

/* The name of a file in a granted folder. */
static int file_take(const cJSON *json, const char *name, char target[SETTINGS_FILE_MAX],
                     char *problem)
{
    int error = string_take(json, name, true, target, SETTINGS_FILE_MAX, problem);

    if (error == 0 && (strchr(target, '/') != NULL || target[0] == '.'))
        error = fail(problem, name, "navnet på en fil i mappen, uden sti");
    return error;
}

static int source_take(struct settings *settings, const cJSON *json, char *problem)
{
    static const char *const formats[2] = {"csv", "xlsx"};
    static const int64_t settle[2] = {0, 3600};
    int error = file_take(json, "source_file", settings->source_file, problem);

    if (error == 0)
        error = choice_take(json, "source_format", formats, &settings->xlsx, problem);
    if (error == 0)
        error = string_take(json, "sheet", false, settings->sheet, SETTINGS_NAME_MAX, problem);
    if (error == 0 && settings->sheet[0] != '\0' && !settings->xlsx)
        error = fail(problem, "sheet", "udeladt, når source_format ikke er \"xlsx\"");
    if (error == 0)
        error = number_take(json, "settle_s", settle, 0, &settings->settle_s, problem);
    if (error == 0)
        error = string_take(json, "date_column", false, settings->date_column, SETTINGS_NAME_MAX,
                            problem);
    if (error == 0)
        error =
            string_take(json, "key_column", true, settings->key_column, SETTINGS_NAME_MAX, problem);
    if (error == 0)
        error = string_take(json, "unit_column", true, settings->unit_column, SETTINGS_NAME_MAX,
                            problem);
    return error;
}

/* A text of the letter that may have placeholders. */
static int wording_take(const cJSON *json, const char *name, char **ret_text, char *problem)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, name);

    if (member != NULL &&
        (!cJSON_IsString(member) || strlen(member->valuestring) >= SETTINGS_TEXT_MAX ||
         !fill_is_valid(member->valuestring, FILL_ALL)))
        return fail(problem, name,
                    "en tekst på højst 4000 tegn, hvor {...} er et af de navne, som "
                    "plugins/list_delivery/README.md har");
    *ret_text = strdup(member == NULL ? "" : member->valuestring);
    if (*ret_text != NULL)
        return 0;
    (void)snprintf(problem, SETTINGS_PROBLEM_MAX,
                   "Der er ikke hukommelse nok; hæv limits.memory_mib.");
    return -ENOMEM;
}

static int output_take(struct settings *settings, const cJSON *json, char *problem)
{
    static const char *const formats[2] = {"csv", "letter"};
    const cJSON *letter = cJSON_GetObjectItemCaseSensitive(json, "letter");
    int error = string_take(json, "output_file", true, settings->output_file,
                            sizeof(settings->output_file), problem);

    if (error == 0 && !fill_is_path(settings->output_file))
        error = fail(problem, "output_file",
                     "en sti som \"{date}/{unit}.csv\" med højst fire led, hvor ét led har {unit} "
                     "og ikke {receiver}");
    if (error == 0)
        error = choice_take(json, "output_format", formats, &settings->letter, problem);
    if (error == 0 && letter != NULL && (!cJSON_IsObject(letter) || !settings->letter))
        error = fail(problem, "letter", "udeladt, når output_format ikke er \"letter\"");
    if (error == 0)
        error = wording_take(letter, "subject", &settings->subject, problem);
    if (error == 0)
        error = wording_take(letter, "opening", &settings->opening, problem);
    if (error == 0)
        error = wording_take(letter, "closing", &settings->closing, problem);
    return error;
}

/* "24-12". */
static int closed_take(struct settings *settings, const cJSON *list, char *problem)
{
    const cJSON *word;

    if (list != NULL && (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > SETTINGS_CLOSED_MAX))
        return fail(problem, "closed_days", "en liste med højst 31 dage");
    cJSON_ArrayForEach(word, list)
    {
        const char *text = cJSON_IsString(word) ? word->valuestring : "";
        int date, month;

        if (strlen(text) != 5 || strspn(text, "0123456789") != 2 || text[2] != '-' ||
            strspn(text + 3, "0123456789") != 2)
            return fail(problem, "closed_days", "dage som \"24-12\"");
        date = (text[0] - '0') * 10 + text[1] - '0';
        month = (text[3] - '0') * 10 + text[4] - '0';
        if (date < 1 || date > 31 || month < 1 || month > 12)
            return fail(problem, "closed_days", "dage som \"24-12\"");
        settings->closed[settings->closed_count].month = month;
        settings->closed[settings->closed_count++].date = date;
    }
    return 0;
}

static int limits_take(struct settings *settings, const cJSON *json, char *problem)
{
    static const int64_t hours[2] = {1, 8784};
    static const int64_t days[2] = {0, 366};
    static const int64_t percent[2] = {0, 1000};
    int error = bool_take(json, "working_days_only", &settings->working_days_only, problem);

    if (error == 0)
        error =
            closed_take(settings, cJSON_GetObjectItemCaseSensitive(json, "closed_days"), problem);
    if (error == 0)
        error = number_take(json, "max_file_age_hours", hours, -1, &settings->max_file_age_hours,
                            problem);
    if (error == 0)
        error =
            number_take(json, "max_list_age_days", days, -1, &settings->max_list_age_days, problem);
    if (error == 0)
        error = number_take(json, "max_change_percent", percent, -1, &settings->max_change_percent,
                            problem);
    return error;
}

/* What stands in every reference and in the names of files of the state: plain letters. */
static bool is_word(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(text);
}

int settings_parse(struct settings *settings, const char *json, char problem[SETTINGS_PROBLEM_MAX])
{
    static const char *const items[2] = {"list", "unit"};
    static const char *const periods[2] = {"day", "month"};
    cJSON *root = cJSON_Parse(json);
    int error;

    memset(settings, 0, sizeof(*settings));
    if (!cJSON_IsObject(root)) {
        error = fail(problem, "den", "et JSON-objekt");
        goto out;
    }
    error = string_take(root, "reference", true, settings->reference, sizeof(settings->reference),
                        problem);
    if (error == 0 && !is_word(settings->reference))
        error = fail(problem, "reference", "små bogstaver a-z, tal og bindestreger");
    if (error == 0)
        error = choice_take(root, "item", items, &settings->per_unit, problem);
    if (error == 0)
        error = choice_take(root, "period", periods, &settings->monthly, problem);
    if (error == 0)
        error = source_take(settings, root, problem);
    if (error == 0)
        error = columns_take(settings, cJSON_GetObjectItemCaseSensitive(root, "columns"), problem);
    if (error == 0)
        error = file_take(root, "receivers_file", settings->receivers_file, problem);
    if (error == 0)
        error = output_take(settings, root, problem);
    if (error == 0)
        error = limits_take(settings, root, problem);
out:
    cJSON_Delete(root);
    return error;
}

void settings_release(struct settings *settings)
{
    if (settings == NULL)
        return;
    free(settings->subject);
    free(settings->opening);
    free(settings->closing);
    memset(settings, 0, sizeof(*settings));
}
