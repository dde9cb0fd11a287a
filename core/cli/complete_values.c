/* The values of an argument: those of its specification, and those the installation has. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/cli/cli.h"
#include "core/store/calendar.h"
#include "core/store/cost.h"
#include "core/store/dispute.h"
#include "core/store/home.h"
#include "core/store/idea.h"
#include "core/store/item.h"
#include "core/store/organisation.h"
#include "core/store/robot.h"
#include "core/store/run_record.h"
#include "core/store/signed_document.h"
#include "core/store/store.h"
#include "core/store/trigger.h"

/* More than this nobody reads; the newest, or those that wait, come first. */
enum { VALUES_MOST = 50, WEEKS = 53, CHOICE_SIZE = 64, NUMBER_SIZE = 24 };

struct offering {
    cli_offer *offer;
    void *context;
};

static void offer_choices(const char *choices, const struct offering *offering)
{
    char choice[CHOICE_SIZE];

    while (choices != NULL && *choices != '\0') {
        size_t length = strcspn(choices, "|");

        if (length < sizeof(choice)) {
            memcpy(choice, choices, length);
            choice[length] = '\0';
            offering->offer(choice, offering->context);
        }
        choices += length + (choices[length] == '|');
    }
}

static void offer_number(int64_t number, const struct offering *offering)
{
    char text[NUMBER_SIZE];

    (void)snprintf(text, sizeof(text), "%" PRId64, number);
    offering->offer(text, offering->context);
}

static int offer_run(const struct run_record *run, void *context)
{
    offer_number(run->id, context);
    return 0;
}

static int offer_item(const struct item_record *item, void *context)
{
    offer_number(item->id, context);
    return 0;
}

static void offer_robots(struct store *store, const struct offering *offering)
{
    struct robot_list list = {0};
    size_t i;

    if (robot_list_read(store, &list, NULL) < 0)
        return;
    for (i = 0; i < list.count; i++)
        offering->offer(list.robots[i].slug, offering->context);
    robot_list_release(&list);
}

static void offer_departments(struct store *store, const struct offering *offering)
{
    struct organisation organisation = {0};
    size_t i;

    if (organisation_read(store, &organisation, NULL) < 0)
        return;
    for (i = 0; i < organisation.department_count; i++)
        offering->offer(organisation.departments[i].slug, offering->context);
    organisation_release(&organisation);
}

static int offer_calendar(const struct calendar *calendar, void *context)
{
    const struct offering *offering = context;

    offering->offer(calendar->slug, offering->context);
    return 0;
}

static void offer_computed_calendars(const struct offering *offering)
{
    char week[CHOICE_SIZE];
    int i;

    offer_choices("weekends|danish-holidays|danish-bank-holidays", offering);
    for (i = 1; i <= WEEKS; i++) {
        (void)snprintf(week, sizeof(week), "week-%d", i);
        offering->offer(week, offering->context);
    }
}

static int offer_trigger(const struct trigger *trigger, void *context)
{
    offer_number(trigger->id, context);
    return 0;
}

static int offer_added_trigger(const struct trigger *trigger, void *context)
{
    return trigger->is_added ? offer_trigger(trigger, context) : 0;
}

static int offer_system(const struct system *system, void *context)
{
    const struct offering *offering = context;

    offering->offer(system->slug, offering->context);
    return 0;
}

static int offer_dispute(const struct dispute *dispute, void *context)
{
    offer_number(dispute->id, context);
    return 0;
}

static int offer_cost(const struct cost *cost, void *context)
{
    if (cost->kind == COST_RUNNING && cost->to_day == COST_NO_END)
        offer_number(cost->id, context);
    return 0;
}

static int offer_ideas(struct store *store, struct offering *offering)
{
    struct idea_list list = {.count = 0};
    int result = idea_list_read(store, &list, NULL);
    size_t i;

    for (i = 0; i < list.count; i++)
        offer_number(list.ideas[i].id, offering);
    idea_list_release(&list);
    return result;
}

static int offer_document(const struct signed_document *document, void *context)
{
    offer_number(document->id, context);
    return 0;
}

/* Each once. */
static void offer_plugins(struct store *store, const struct offering *offering)
{
    struct robot_list list = {0};
    size_t i;

    if (robot_list_read(store, &list, NULL) < 0)
        return;
    for (i = 0; i < list.count; i++) {
        const char *plugin = list.robots[i].plugin;
        size_t j = 0;

        while (plugin != NULL && j < i &&
               (list.robots[j].plugin == NULL || strcmp(list.robots[j].plugin, plugin) != 0))
            j++;
        if (plugin != NULL && j == i)
            offering->offer(plugin, offering->context);
    }
    robot_list_release(&list);
}

static int offer_stored(struct store *store, const struct argument *argument,
                        struct offering *offering)
{
    static const struct item_filter open = {.state = ITEM_STATE_OPEN};
    static const struct dispute_filter disputed = {.is_open = true};

    if (argument->kind == ARGUMENT_ROBOT) {
        offer_robots(store, offering);
        return 0;
    }
    switch (argument->source) {
    case SOURCE_RUN:
        return run_each(store, 0, VALUES_MOST, offer_run, offering, NULL);
    case SOURCE_OPEN_RUN:
        return run_each_open(store, offer_run, offering, NULL);
    case SOURCE_OPEN_ITEM:
        return item_each(store, &open, VALUES_MOST, offer_item, offering, NULL);
    case SOURCE_DEPARTMENT:
        offer_departments(store, offering);
        break;
    case SOURCE_CALENDAR:
        offer_computed_calendars(offering);
        return calendar_each(store, offer_calendar, offering, NULL);
    case SOURCE_OWN_CALENDAR:
        return calendar_each(store, offer_calendar, offering, NULL);
    case SOURCE_TRIGGER:
        return trigger_each(store, 0, offer_trigger, offering, NULL);
    case SOURCE_ADDED_TRIGGER:
        return trigger_each(store, 0, offer_added_trigger, offering, NULL);
    case SOURCE_SYSTEM:
        return system_each(store, offer_system, offering, NULL);
    case SOURCE_PLUGIN:
        offer_plugins(store, offering);
        break;
    case SOURCE_OPEN_DISPUTE:
        return dispute_each(store, &disputed, offer_dispute, offering, NULL);
    case SOURCE_DOCUMENT:
        return signed_document_each(store, DOCUMENT_ANY, NULL, offer_document, offering, NULL);
    case SOURCE_IDEA:
        return offer_ideas(store, offering);
    case SOURCE_RUNNING_COST:
        return cost_each(store, offer_cost, offering, NULL);
    case SOURCE_NONE:
    case SOURCE_PATH:
        break;
    }
    return 0;
}

void cli_complete_values(const struct argument *argument, const char *home, cli_offer *offer,
                         void *context)
{
    struct offering offering = {offer, context};
    struct store *store = NULL;
    char day[CLOCK_DAY_TEXT];

    if (argument->kind == ARGUMENT_CHOICE) {
        offer_choices(argument->choices, &offering);
    } else if (argument->kind == ARGUMENT_DAY) {
        clock_format_day(clock_local_day(clock_now_ms()), day);
        offer(day, context);
    } else if (home != NULL &&
               (argument->kind == ARGUMENT_ROBOT || argument->source != SOURCE_NONE) &&
               home_check(home, NULL) == 0 && store_open(home, STORE_READ, &store, NULL) == 0) {
        if (store_view_begin(store, NULL) == 0) {
            (void)offer_stored(store, argument, &offering);
            store_view_end(store);
        }
        store_close(store);
    }
}
