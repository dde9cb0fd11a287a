/*
 * list_delivery.c - a robot that splits a list and gives each unit its own part.
 *
 * collect() looks at the newest list in the folder "source" and puts it on the queue: the whole list as
 * one item, or one for each unit in it. perform() looks again, checks everything, and writes
 * whole files under names that are always the same, with what changed since the last list. The state
 * moves on when all is written, so doing it twice is as doing it once.
 */
#include "automagi.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cjson/cJSON.h>

#include "calendar.h"
#include "danish.h"
#include "delivery.h"
#include "list.h"
#include "look.h"
#include "receivers.h"
#include "settings.h"
#include "table.h"
#include "text.h"

enum { LOOKS = 2, PERIOD_MAX = 16 };

/* What was seen in this run, and can be delivered: the newest list, and one that an item names. */
struct seen {
    char name[SOURCE_NAME_MAX]; /* that was asked for; "": the newest */
    bool good;
    struct look look;
};

struct state {
    int source, outbox, kept; /* borrowed descriptors */
    struct settings settings;
    struct receivers receivers;
    struct seen seen[LOOKS];
};

/* What an item is about. */
struct work {
    char file[SOURCE_NAME_MAX]; /* the list's name when it was found; "": there was none */
    char period[PERIOD_MAX];
    char unit[LIST_UNIT_MAX]; /* "": the whole list */
};

static void delivery_close(const struct ag_host *host, void *pointer)
{
    struct state *state = pointer;
    size_t i;

    (void)host;
    if (state == NULL)
        return;
    for (i = 0; i < LOOKS; i++)
        look_release(&state->seen[i].look);
    receivers_release(&state->receivers);
    settings_release(&state->settings);
    free(state);
}

static int32_t receivers_load(const struct ag_host *host, struct state *state, char *note)
{
    const char *file = state->settings.receivers_file;
    char problem[AG_TABLE_PROBLEM_MAX] = "";
    struct ag_table *table = NULL;
    int error =
        source_read(host->folder(host->run, "receivers"), file, false, NULL, &table, problem);

    if (error == 0)
        error = receivers_take(&state->receivers, table, problem);
    if (error == 0 && strstr(state->settings.output_file, "{receiver}") != NULL)
        error = receivers_tell_apart(&state->receivers, problem);
    ag_table_free(table);
    if (error == 0)
        return AG_OK;
    if (problem[0] != '\0')
        (void)snprintf(note, AG_NOTE_MAX, "Modtagerlisten \"%s\" kan ikke bruges: %s.", file,
                       problem);
    else
        (void)snprintf(note, AG_NOTE_MAX,
                       "Modtagerlisten \"%s\" kan ikke læses (%s); kontrollér \"folders\" og "
                       "\"receivers_file\" i robot.json.",
                       file, strerrorname_np(-error));
    return AG_BROKEN;
}

static int32_t delivery_open(const struct ag_host *host, void **ret_state, char note[AG_NOTE_MAX])
{
    static const char *const names[] = {"source", "outbox", "state", "receivers"};
    char problem[SETTINGS_PROBLEM_MAX];
    struct state *state = calloc(1, sizeof(*state));
    int32_t outcome = AG_OK;
    size_t i;

    if (state == NULL) {
        (void)snprintf(note, AG_NOTE_MAX, "Der er ikke hukommelse nok; hæv limits.memory_mib.");
        return AG_TRANSIENT;
    }
    for (i = 0; i < sizeof(names) / sizeof(names[0]) && outcome == AG_OK; i++) {
        if (host->folder(host->run, names[i]) >= 0)
            continue;
        (void)snprintf(note, AG_NOTE_MAX,
                       "Mappen \"%s\" er ikke givet til robotten; ret \"folders\" i robot.json.",
                       names[i]);
        outcome = AG_BROKEN;
    }
    /* Others read the outbox: by its group, or by an ACL. A run's own umask keeps everybody out. */
    (void)umask(S_IWGRP | S_IRWXO);
    state->source = host->folder(host->run, "source");
    state->outbox = host->folder(host->run, "outbox");
    state->kept = host->folder(host->run, "state");
    if (outcome == AG_OK && settings_parse(&state->settings, host->configuration, problem) != 0) {
        (void)snprintf(note, AG_NOTE_MAX, "%s", problem);
        outcome = AG_BROKEN;
    }
    if (outcome == AG_OK)
        outcome = receivers_load(host, state, note);
    if (outcome == AG_OK)
        *ret_state = state;
    else
        delivery_close(host, state);
    return outcome;
}

/* A list is read once per run when it is in order; one that is not may be mended at any time. */
static int32_t seen_look(struct state *state, const char *name, struct look **ret_look)
{
    struct seen *seen = &state->seen[name == NULL ? 0 : 1];
    int32_t outcome = AG_OK;

    if (!seen->good || strcmp(seen->name, name == NULL ? "" : name) != 0) {
        look_release(&seen->look);
        outcome = look_take(&seen->look, &state->settings, state->source, name, time(NULL));
        (void)snprintf(seen->name, sizeof(seen->name), "%s", name == NULL ? "" : name);
        seen->good = outcome == AG_OK;
    }
    *ret_look = &seen->look;
    return outcome;
}

/* The item: its reference says unit and period, its payload what perform() needs. */
static int32_t work_add(const struct ag_host *host, const struct state *state,
                        const struct work *work, int32_t day, char *note)
{
    struct ag_item item = {.size = sizeof(item), .business_day = day};
    char reference[AG_REFERENCE_MAX];
    cJSON *json = cJSON_CreateObject();
    char *payload;
    int32_t outcome;

    (void)snprintf(reference, sizeof(reference), "%s:%s%s%s", state->settings.reference, work->unit,
                   work->unit[0] == '\0' ? "" : ":", work->period);
    (void)cJSON_AddStringToObject(json, "period", work->period);
    (void)cJSON_AddStringToObject(json, "file", work->file);
    (void)cJSON_AddStringToObject(json, "unit", work->unit);
    payload = cJSON_PrintUnformatted(json);
    cJSON_Delete(json);
    if (payload == NULL) {
        (void)snprintf(note, AG_NOTE_MAX, "Der er ikke hukommelse nok; hæv limits.memory_mib.");
        return AG_TRANSIENT;
    }
    item.reference = reference;
    item.payload = payload;
    outcome = host->add(host->run, &item);
    free(payload);
    if (outcome == AG_OK || outcome == AG_STOPPED)
        return outcome;
    (void)snprintf(note, AG_NOTE_MAX,
                   "Køen afviste opgaven \"%.100s\" for %s (%d); ret enhedens navn eller datoen i "
                   "listen.",
                   work->unit, work->period, (int)outcome);
    return AG_BROKEN;
}

/* Why nothing is delivered for this day; NULL: it is a day of work, or all are. */
static const char *day_off(const struct settings *settings, int32_t day)
{
    struct calendar_date date = calendar_date(day);
    const char *holiday = calendar_holiday(day);
    size_t i;

    if (!settings->working_days_only)
        return NULL;
    if (!calendar_is_working_day(day))
        return holiday != NULL ? holiday : calendar_weekday(day);
    for (i = 0; i < settings->closed_count; i++) {
        if (settings->closed[i].month == date.month && settings->closed[i].date == date.date)
            return "en lukkedag";
    }
    return NULL;
}

/* Logs it when not. */
static bool is_wanted_day(const struct ag_host *host, const struct state *state, int32_t day,
                          const char *what)
{
    const char *why = day_off(&state->settings, day);
    char text[AG_DANISH_DAY_TEXT_MAX];

    if (why == NULL)
        return true;
    ag_danish_day_text(day, text);
    host->log(host->run, AG_LOG_INFO,
              "%s %s er %s og ikke en arbejdsdag, så der er intet at levere", what, text, why);
    return false;
}

static int32_t problem_add(const struct ag_host *host, const struct state *state,
                           const struct look *look, char *note)
{
    struct work work = {.file = ""};

    host->log(host->run, AG_LOG_WARN, "%s", look->problem);
    if (!is_wanted_day(host, state, look->day, "Dagen"))
        return AG_OK;
    delivery_period(&state->settings, look->day, work.period);
    return work_add(host, state, &work, look->day, note);
}

static int32_t list_add(const struct ag_host *host, const struct state *state,
                        const struct look *look, char *note)
{
    const struct list *list = &look->list;
    struct work work = {.file = ""};
    char shown[TEXT_SHOWN_MAX];
    int32_t outcome = AG_OK;
    size_t i;

    text_shown(look->file.name, shown);
    delivery_period(&state->settings, look->day, work.period);
    host->log(host->run, AG_LOG_INFO, "%s: %zu rækker, for %s", shown, list->count, work.period);
    if (!is_wanted_day(host, state, look->day, "Listens dag"))
        return AG_OK;
    (void)snprintf(work.file, sizeof(work.file), "%s", look->file.name);
    if (!state->settings.per_unit)
        return work_add(host, state, &work, look->day, note);
    for (i = 0; i < list->count && outcome == AG_OK; i++) {
        if (i > 0 && strcmp(list->sorted[i]->unit, list->sorted[i - 1]->unit) == 0)
            continue;
        if (host->stopping(host->run))
            break;
        (void)snprintf(work.unit, sizeof(work.unit), "%s", list->sorted[i]->unit);
        outcome = work_add(host, state, &work, look->day, note);
    }
    return outcome;
}

static int32_t delivery_collect(const struct ag_host *host, void *pointer, char note[AG_NOTE_MAX])
{
    struct state *state = pointer;
    struct look *look = NULL;
    int32_t outcome = seen_look(state, NULL, &look);

    if (outcome == AG_OK)
        outcome = list_add(host, state, look, note);
    else if (outcome == AG_BUSINESS)
        outcome = problem_add(host, state, look, note);
    else
        (void)snprintf(note, AG_NOTE_MAX, "%s", look->problem);
    return outcome == AG_STOPPED ? AG_OK : outcome;
}

static bool member_take(const cJSON *json, const char *name, char *target, size_t size)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, name);

    if (!cJSON_IsString(member) || strlen(member->valuestring) >= size)
        return false;
    memcpy(target, member->valuestring, strlen(member->valuestring) + 1);
    return true;
}

static bool work_take(struct work *work, const char *payload)
{
    cJSON *json = cJSON_Parse(payload);
    bool taken = member_take(json, "period", work->period, sizeof(work->period)) &&
                 member_take(json, "file", work->file, sizeof(work->file)) &&
                 member_take(json, "unit", work->unit, sizeof(work->unit));

    cJSON_Delete(json);
    return taken;
}

/* The list of the work's period: the newest one, for it may have been mended, else the one that was
 * found when the work was. */
static int32_t work_look(struct state *state, const struct work *work, struct look **ret_look,
                         char *note)
{
    char period[PERIOD_MAX] = "";
    char asked[CALENDAR_MONTH_NAME_MAX], found[CALENDAR_MONTH_NAME_MAX];
    struct look *look = NULL;
    int32_t outcome = seen_look(state, NULL, &look);

    if (outcome == AG_OK)
        delivery_period(&state->settings, look->day, period);
    if (strcmp(period, work->period) != 0 && work->file[0] != '\0' &&
        strcmp(work->file, look->file.name) != 0) {
        outcome = seen_look(state, work->file, &look);
        if (outcome == AG_OK)
            delivery_period(&state->settings, look->day, period);
    }
    *ret_look = look;
    if (outcome != AG_OK) {
        (void)snprintf(note, AG_NOTE_MAX, "%s", look->problem);
        return outcome;
    }
    if (strcmp(period, work->period) == 0)
        return AG_OK;
    calendar_period_name(work->period, asked);
    calendar_period_name(period, found);
    (void)snprintf(
        note, AG_NOTE_MAX,
        "Opgaven er listen for %s, men listen i mappen \"source\" er for %s; læg den for "
        "%s dér, og prøv opgaven igen, eller luk opgaven.",
        asked, found, asked);
    return AG_BUSINESS;
}

static int32_t delivery_perform(const struct ag_host *host, void *pointer,
                                const struct ag_item *item, struct ag_result *result)
{
    struct state *state = pointer;
    struct delivery delivery = {.host = host, .settings = &state->settings};
    char shown[TEXT_SHOWN_MAX];
    char period[CALENDAR_MONTH_NAME_MAX];
    struct work work;
    struct look *look = NULL;
    int32_t outcome;

    if (!work_take(&work, item->payload)) {
        (void)snprintf(result->note, AG_NOTE_MAX,
                       "Opgavens indhold siger ikke, hvilken liste den handler om; luk opgaven, og "
                       "lad robotten finde listen selv.");
        return AG_BUSINESS;
    }
    outcome = work_look(state, &work, &look, result->note);
    if (outcome != AG_OK)
        return outcome;
    if (!is_wanted_day(host, state, look->day, "Listens dag") ||
        state->settings.per_unit != (work.unit[0] != '\0')) {
        calendar_period_name(work.period, period);
        (void)snprintf(
            result->note, AG_NOTE_MAX,
            "Listen for %s er i orden nu, men der er intet at levere i denne opgave; luk "
            "den, så finder robotten selv resten ved næste kørsel.",
            period);
        return AG_BUSINESS;
    }
    text_shown(look->file.name, shown);
    delivery.receivers = &state->receivers;
    delivery.list = &look->list;
    delivery.file = shown;
    delivery.day = look->day;
    delivery.outbox = state->outbox;
    delivery.state = state->kept;
    return delivery_make(&delivery, work.unit[0] == '\0' ? NULL : work.unit, result->note);
}

const struct ag_plugin automagi_plugin = {
    AG_PLUGIN_HEADER,
    .open = delivery_open,
    .collect = delivery_collect,
    .perform = delivery_perform,
    .close = delivery_close,
};
