#include "core/command/nearest.h"

#include <stdio.h>

#include "core/base/fault.h"
#include "core/base/nearest.h"
#include "core/store/calendar.h"
#include "core/store/robot.h"

enum { WEEKS = 53 };

int nearest_robot(struct store *store, const char *wanted, int code, struct fault *fault)
{
    struct nearest nearest = {.wanted = wanted};
    struct robot_list robots = {0};
    struct fault ignored;
    size_t i;

    if (robot_list_read(store, &robots, &ignored) < 0)
        return code;
    for (i = 0; i < robots.count; i++)
        nearest_look(&nearest, robots.robots[i].slug);
    robot_list_release(&robots);
    return nearest_say(&nearest, code, fault);
}

static int look_at_calendar(const struct calendar *calendar, void *context)
{
    nearest_look(context, calendar->slug);
    return 0;
}

int nearest_calendar(struct store *store, const char *wanted, int code, struct fault *fault)
{
    static const char *const computed[] = {"danish-holidays", "danish-bank-holidays", "weekends"};
    struct nearest nearest = {.wanted = wanted};
    struct fault ignored;
    char week[16];
    size_t i;

    for (i = 0; i < sizeof(computed) / sizeof(computed[0]); i++)
        nearest_look(&nearest, computed[i]);
    for (i = 1; i <= WEEKS; i++) {
        (void)snprintf(week, sizeof(week), "week-%zu", i);
        nearest_look(&nearest, week);
    }
    if (calendar_each(store, look_at_calendar, &nearest, &ignored) < 0)
        return code;
    return nearest_say(&nearest, code, fault);
}
