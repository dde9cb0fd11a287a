#include "look.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "automagi.h"
#include "calendar.h"
#include "danish.h"
#include "settings.h"
#include "table.h"
#include "text.h"

enum { DAYS_MOST = 9 * 365 }; /* the queue takes ten years */

static int32_t say(struct look *look, int32_t outcome, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int32_t say(struct look *look, int32_t outcome, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(look->problem, LOOK_PROBLEM_MAX, format, arguments);
    va_end(arguments);
    return outcome;
}

static int32_t file_find(struct look *look, const struct settings *settings, int folder,
                         const char *name, int64_t now_s)
{
    int error = name != NULL ? source_find(folder, name, &look->file)
                             : source_newest(folder, settings->source_file, settings->settle_s,
                                             now_s, &look->file);

    char shown[TEXT_SHOWN_MAX];

    if (error == 0)
        return AG_OK;
    text_shown(name != NULL ? name : settings->source_file, shown);
    look->file.name[0] = '\0';
    look->day = calendar_danish_day(now_s);
    if (error == -ENOENT || (name != NULL && error == -EINVAL))
        return say(look, AG_BUSINESS,
                   "Der er ingen liste i mappen \"source\", der passer med \"%s\"; læg den dér, og "
                   "prøv opgaven igen.",
                   shown);
    if (error == -E2BIG)
        return say(look, AG_BROKEN,
                   "Mappen \"source\" har over %d filer; flyt dem, der er behandlet, til en anden "
                   "mappe.",
                   SOURCE_ENTRIES_MAX);
    return say(look, AG_BROKEN,
               "Mappen \"source\" kan ikke læses (%s); kontrollér sti og rettigheder i robot.json.",
               strerrorname_np(-error));
}

/* A list that is not the one that should be there by now. */
static int32_t age_check(struct look *look, const struct settings *settings, const char *shown,
                         int64_t now_s)
{
    int32_t today = calendar_danish_day(now_s);
    int64_t hours = (now_s - look->file.changed_s) / 3600;
    int64_t days = (int64_t)today - look->day;
    char day[AG_DANISH_DAY_TEXT_MAX];

    ag_danish_day_text(look->day, day);
    if (days < 0 || days > DAYS_MOST) {
        look->day = today;
        return say(look, AG_BUSINESS,
                   "Listen \"%s\" er dateret %s, %s; ret listen, og prøv opgaven igen.", shown, day,
                   days < 0 ? "som ikke er kommet endnu" : "for over ni år siden");
    }
    if (settings->max_file_age_hours >= 0 && hours >= settings->max_file_age_hours) {
        look->day = today;
        return say(look, AG_BUSINESS,
                   "Den nyeste liste \"%s\" er for gammel: filen blev lagt i mappen for %" PRId64
                   " %s siden, og grænsen er %" PRId64
                   "; læg en ny liste i mappen, og prøv opgaven igen.",
                   shown, hours, hours == 1 ? "time" : "timer", settings->max_file_age_hours);
    }
    if (settings->max_list_age_days >= 0 && days > settings->max_list_age_days) {
        look->day = today;
        return say(look, AG_BUSINESS,
                   "Den nyeste liste \"%s\" er for gammel: den er fra %s, altså %" PRId64
                   " %s gammel, og grænsen er %" PRId64
                   "; læg en ny liste i mappen, og prøv opgaven igen.",
                   shown, day, days, days == 1 ? "dag" : "dage", settings->max_list_age_days);
    }
    return AG_OK;
}

static int32_t list_read(struct look *look, const struct settings *settings, int folder,
                         const char *shown)
{
    char why[AG_TABLE_PROBLEM_MAX] = "";
    struct ag_table *table = NULL;
    const char *sheet = settings->sheet[0] == '\0' ? NULL : settings->sheet;
    int error = source_read(folder, look->file.name, settings->xlsx, sheet, &table, why);
    int32_t outcome = AG_OK;

    if (error == 0)
        error = list_take(&look->list, settings, table, why);
    else if (error == -EBADMSG)
        outcome = say(look, AG_BUSINESS,
                      "Listen \"%s\" kan ikke læses: %s; prøv derefter opgaven igen.", shown, why);
    else if (error == -ENOMEM)
        ;
    else
        outcome = say(look, AG_TRANSIENT, "Listen \"%s\" kan ikke læses lige nu (%s).", shown,
                      strerrorname_np(-error));
    if (error == -EINVAL && outcome == AG_OK)
        outcome = say(look, AG_BUSINESS,
                      "Listen \"%s\" kan ikke leveres, %s; ret listen, og prøv opgaven igen.",
                      shown, why);
    if (error == -ENOMEM)
        outcome = say(look, AG_TRANSIENT, "Der er ikke hukommelse nok; hæv limits.memory_mib.");
    ag_table_free(table);
    return outcome;
}

int32_t look_take(struct look *look, const struct settings *settings, int folder, const char *name,
                  int64_t now_s)
{
    char shown[TEXT_SHOWN_MAX];
    int32_t outcome, age;

    memset(look, 0, sizeof(*look));
    outcome = file_find(look, settings, folder, name, now_s);
    if (outcome != AG_OK)
        return outcome;
    text_shown(look->file.name, shown);
    outcome = list_read(look, settings, folder, shown);
    look->day = look->list.day > 0 ? look->list.day : calendar_danish_day(look->file.changed_s);
    if (outcome == AG_TRANSIENT || outcome == AG_BROKEN)
        return outcome;
    /* What is too old is that first: nobody mends yesterday's list today. */
    age = age_check(look, settings, shown, now_s);
    return age == AG_OK ? outcome : age;
}

void look_release(struct look *look)
{
    if (look == NULL)
        return;
    list_release(&look->list);
    memset(look, 0, sizeof(*look));
}
