#include "delivery.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "automagi.h"
#include "calendar.h"
#include "changes.h"
#include "fill.h"
#include "list.h"
#include "receivers.h"
#include "render.h"
#include "settings.h"
#include "snapshot.h"
#include "text.h"
#include "whole_file.h"

enum { NAMED_MAX = 5 }; /* rows or units that a note names */

/* One delivery while it is made. */
struct making {
    const struct delivery *delivery;
    const char *unit; /* NULL: all */
    char period[SNAPSHOT_PERIOD_MAX];
    char what[TEXT_NAME_MAX];
    struct list before;
    char before_period[SNAPSHOT_PERIOD_MAX]; /* "": there is none */
    char shown[CALENDAR_MONTH_NAME_MAX];     /* the periods, for people */
    char shown_before[CALENDAR_MONTH_NAME_MAX];
    struct changes changes;
    bool is_rehearsal; /* nothing is written: can everything be? */
    size_t units;      /* files written */
    size_t rows;       /* delivered */
    char *note;
};

void delivery_period(const struct settings *settings, int32_t day, char target[16])
{
    if (settings->monthly)
        calendar_iso_month(day, target);
    else
        calendar_iso(day, target);
}

static int32_t no_memory(char *note)
{
    (void)snprintf(note, AG_NOTE_MAX, "Der er ikke hukommelse nok; hæv limits.memory_mib.");
    return AG_TRANSIENT;
}

static int32_t folder_fault(char *note, const char *folder, const char *what, int error)
{
    if (error == -ENOMEM)
        return no_memory(note);
    if (error ==
        -EACCES) /* the run's namespace maps its one id to itself, so it is the same outside */
        (void)snprintf(
            note, AG_NOTE_MAX,
            "Mappen \"%s\" kan ikke %s af konto %u (EACCES): giv kontoen ret til den, fx "
            "chown %u STI, med stien fra robot.json.",
            folder, what, (unsigned)geteuid(), (unsigned)geteuid());
    else
        (void)snprintf(note, AG_NOTE_MAX,
                       "Mappen \"%s\" kan ikke %s (%s); kontrollér plads, sti og rettigheder i "
                       "robot.json.",
                       folder, what, strerrorname_np(-error));
    return AG_BROKEN;
}

/* "a, b og 3 andre" grows in target as names are added. */
struct naming {
    char text[400];
    size_t count;
};

static void name_add(struct naming *naming, const char *name)
{
    char shown[TEXT_SHOWN_MAX];
    size_t used = strlen(naming->text);

    text_shown(name, shown);
    if (naming->count++ < NAMED_MAX)
        (void)snprintf(naming->text + used, sizeof(naming->text) - used, "%s%.60s",
                       used == 0 ? "" : ", ", shown);
}

static void name_end(struct naming *naming)
{
    size_t used = strlen(naming->text);

    if (naming->count > NAMED_MAX)
        (void)snprintf(naming->text + used, sizeof(naming->text) - used, " og %zu til",
                       naming->count - NAMED_MAX);
}

/* Does everybody who gets something have a receiver, and is no number below zero? */
static int32_t rows_check(const struct making *making)
{
    const struct delivery *delivery = making->delivery;
    const struct list *list = delivery->list;
    struct naming unknown = {.count = 0};
    struct naming negative = {.count = 0};
    size_t count = list->count;
    size_t first = making->unit == NULL ? 0 : list_unit(list, making->unit, &count);
    size_t i;

    for (i = first; i < first + count; i++) {
        const struct list_row *row = list->sorted[i];

        if ((i == first || strcmp(row->unit, list->sorted[i - 1]->unit) != 0) &&
            receivers_find(delivery->receivers, row->unit) == NULL)
            name_add(&unknown, row->unit);
        if (row->negative)
            name_add(&negative, row->key);
    }
    name_end(&unknown);
    name_end(&negative);
    if (count == 0)
        (void)snprintf(making->note, AG_NOTE_MAX,
                       "Enheden %.100s har ingen rækker i listen \"%.100s\" for %s længere; luk "
                       "opgaven.",
                       making->unit, delivery->file, making->shown);
    else if (unknown.count > 0)
        (void)snprintf(making->note, AG_NOTE_MAX,
                       "Listen \"%.100s\" for %s er ikke leveret: %s har ingen modtager i \"%s\" "
                       "(ukendt enhed, eller en leder mangler); skriv modtageren dér, og prøv "
                       "opgaven igen.",
                       delivery->file, making->shown, unknown.text,
                       delivery->settings->receivers_file);
    else if (negative.count > 0)
        (void)snprintf(making->note, AG_NOTE_MAX,
                       "Listen \"%.100s\" for %s%s%.64s er ikke leveret: %s har et tal under nul; "
                       "ret det i det system, listen kommer fra, læg en ny liste i mappen, og prøv "
                       "opgaven igen.",
                       delivery->file, making->shown, making->unit == NULL ? "" : " til ",
                       making->unit == NULL ? "" : making->unit, negative.text);
    else
        return AG_OK;
    return AG_BUSINESS;
}

static int32_t before_read(struct making *making)
{
    const struct delivery *delivery = making->delivery;
    const struct snapshot_id id = {making->what, making->period};
    char problem[SNAPSHOT_PROBLEM_MAX] = "";
    int error = snapshot_previous(&making->before, delivery->state, delivery->settings, &id,
                                  making->before_period, problem);

    if (error == -EBADMSG) {
        (void)snprintf(making->note, AG_NOTE_MAX, "%s Prøv derefter opgaven igen.", problem);
        return AG_BUSINESS;
    }
    if (error == 0)
        error =
            changes_find(&making->changes, delivery->list,
                         making->before_period[0] == '\0' ? NULL : &making->before, making->unit);
    calendar_period_name(making->before_period, making->shown_before);
    return error == 0 ? AG_OK : folder_fault(making->note, "state", "læses", error);
}

/* Is the number of rows off by more than is usual? */
static int32_t size_check(const struct making *making)
{
    const struct delivery *delivery = making->delivery;
    int64_t percent = delivery->settings->max_change_percent;
    int64_t before = (int64_t)making->before.count;
    int64_t off = (int64_t)making->rows - before;

    if (percent < 0 || making->before_period[0] == '\0' ||
        (off < 0 ? -off : off) * 100 <= percent * before)
        return AG_OK;
    (void)snprintf(
        making->note, AG_NOTE_MAX,
        "Listen \"%.100s\" for %s%s%.64s er ikke leveret: antallet af rækker er %zu, og i "
        "listen for %s var det %lld, en forskel på over %lld %%; ret listen, eller hæv "
        "max_change_percent i robot.json, hvis den er rigtig, og prøv opgaven igen.",
        delivery->file, making->shown, making->unit == NULL ? "" : " til ",
        making->unit == NULL ? "" : making->unit, making->rows, making->shown_before,
        (long long)before, (long long)percent);
    return AG_BUSINESS;
}

static int32_t file_make(struct making *making, const char *unit, const char *receiver)
{
    const struct delivery *delivery = making->delivery;
    const struct render render = {
        .settings = delivery->settings,
        .list = delivery->list,
        .before = making->before_period[0] == '\0' ? NULL : &making->before,
        .before_period = making->before_period,
        .changes = &making->changes,
        .unit = unit,
        .receiver = receiver,
        .day = delivery->day,
    };
    const struct fill fill = {unit, receiver, delivery->day, 0};
    char path[FILL_PATH_MAX];
    char *bytes = NULL;
    size_t size = 0;
    int error;

    if (!fill_path(delivery->settings->output_file, &fill, path)) {
        (void)snprintf(making->note, AG_NOTE_MAX,
                       "Navnet på filen til enheden %.100s er for langt; gør output_file i "
                       "robot.json kortere.",
                       unit);
        return AG_BROKEN;
    }
    if (making->is_rehearsal)
        return AG_OK;
    error = render_bytes(&render, &bytes, &size);
    if (error == 0)
        error = whole_file_write(delivery->outbox, &(struct whole_file){path, 0640, bytes, size});
    free(bytes);
    making->units += error == 0;
    return error == 0 ? AG_OK : folder_fault(making->note, "outbox", "skrives", error);
}

/* Is the unit, of the list before alone, one whose file a unit of this list has? ("A/B", now "A_B".) */
static int is_taken(const struct list *list, const char *unit, bool *ret_taken)
{
    size_t count;

    *ret_taken = false;
    (void)list_unit(list, unit, &count);
    return count > 0 ? 0 : list_has_file(list, unit, ret_taken);
}

/* The units of the list and of the one before, each once, in order. */
static int32_t files_make(struct making *making)
{
    const struct delivery *delivery = making->delivery;
    const struct list *lists[2] = {delivery->list, &making->before};
    size_t at[2] = {0, 0};
    int32_t outcome = AG_OK;
    unsigned i;

    while (outcome == AG_OK) {
        const char *unit = NULL;
        const char *receiver;
        bool taken = false;

        for (i = 0; i < 2; i++) {
            if (at[i] < lists[i]->count &&
                (unit == NULL || strcmp(lists[i]->sorted[at[i]]->unit, unit) < 0))
                unit = lists[i]->sorted[at[i]]->unit;
        }
        if (unit == NULL)
            break;
        receiver = receivers_find(delivery->receivers, unit);
        if (!making->is_rehearsal && delivery->host->stopping(delivery->host->run)) {
            (void)snprintf(making->note, AG_NOTE_MAX,
                           "Kørslen blev stoppet, før alle filer var skrevet; der prøves igen.");
            return AG_TRANSIENT;
        }
        if (is_taken(delivery->list, unit, &taken) != 0)
            outcome = no_memory(making->note);
        else if (receiver != NULL && !taken)
            outcome = file_make(making, unit, receiver);
        else if (!making->is_rehearsal) /* rows_check(): of the list before */
            delivery->host->log(delivery->host->run, AG_LOG_WARN,
                                "%s er ikke på listen længere og har ingen modtager eller fil",
                                unit);
        for (i = 0; i < 2; i++) {
            size_t count;

            (void)list_unit(lists[i], unit, &count);
            at[i] += count;
        }
    }
    return outcome;
}

static void success_say(const struct making *making)
{
    const struct delivery *delivery = making->delivery;
    const struct changes *changes = &making->changes;
    const char *rows = making->rows == 1 ? "" : "r";
    char since[192] = "ingen tidligere liste at sammenligne med";
    char said[CHANGES_SAID_MAX];

    changes_say(changes->new_count, changes->changed_count, changes->gone_count, said);
    if (making->before_period[0] != '\0')
        (void)snprintf(since, sizeof(since), "%s siden %s", said, making->shown_before);
    if (making->unit == NULL)
        (void)snprintf(making->note, AG_NOTE_MAX,
                       "Listen \"%.100s\" for %s er leveret: %zu række%s i %zu fil%s; %s.",
                       delivery->file, making->shown, making->rows, rows, making->units,
                       making->units == 1 ? "" : "er", since);
    else
        (void)snprintf(making->note, AG_NOTE_MAX, "%.64s, %s er leveret: %zu række%s; %s.",
                       making->unit, making->shown, making->rows, rows, since);
}

int32_t delivery_make(const struct delivery *delivery, const char *unit, char *note)
{
    struct making making = {.delivery = delivery, .unit = unit, .what = "liste", .note = note};
    struct snapshot_id id = {making.what, making.period};
    int32_t outcome;
    int error;

    delivery_period(delivery->settings, delivery->day, making.period);
    calendar_period_name(making.period, making.shown);
    making.rows = delivery->list->count;
    if (unit != NULL) {
        (void)text_file_name(unit, making.what); /* list_take() saw to its length */
        (void)list_unit(delivery->list, unit, &making.rows);
    }
    outcome = rows_check(&making);
    if (outcome == AG_OK)
        outcome = before_read(&making);
    if (outcome == AG_OK)
        outcome = size_check(&making);
    making.is_rehearsal = true;
    if (outcome == AG_OK && unit == NULL)
        outcome = files_make(&making);
    making.is_rehearsal = false;
    if (outcome == AG_OK && unit == NULL)
        outcome = files_make(&making);
    else if (outcome == AG_OK)
        outcome = file_make(&making, unit, receivers_find(delivery->receivers, unit));
    if (outcome == AG_OK) {
        error = snapshot_write(delivery->list, unit, delivery->state, delivery->settings, &id);
        if (error != 0)
            outcome = folder_fault(note, "state", "skrives", error);
    }
    if (outcome == AG_OK)
        success_say(&making);
    changes_release(&making.changes);
    list_release(&making.before);
    return outcome;
}
