#include "core/command/nearest.h"

#include <stdio.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/calendar.h"
#include "core/store/organisation.h"
#include "core/store/robot.h"

enum { PREFIX_COST = 0, WITHIN_COST = 1, LETTERS_COST = 1, WITHIN_LEAST = 3, WEEKS = 53 };

static unsigned least_of(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* How many letters are to be put in or left out, an exchanged one being both; both shorter than NEAREST_MAX. */
static unsigned letters_between(const char *one, const char *other)
{
    unsigned row[NEAREST_MAX];
    size_t length = strlen(other);
    size_t i;
    size_t j;

    for (j = 0; j <= length; j++)
        row[j] = (unsigned)j;
    for (i = 0; one[i] != '\0'; i++) {
        unsigned corner = row[0];

        row[0] = (unsigned)i + 1;
        for (j = 1; j <= length; j++) {
            unsigned exchanged = corner + (one[i] != other[j - 1] ? 2 : 0);

            corner = row[j];
            row[j] = least_of(exchanged, least_of(row[j], row[j - 1]) + 1);
        }
    }
    return row[length];
}

void nearest_look(struct nearest *nearest, const char *candidate)
{
    size_t length = strlen(nearest->wanted);
    unsigned letters;
    unsigned cost;

    if (length == 0 || length >= NEAREST_MAX || strlen(candidate) >= NEAREST_MAX)
        return;
    letters = letters_between(nearest->wanted, candidate);
    if (strncmp(candidate, nearest->wanted, length) == 0)
        cost = PREFIX_COST;
    else if (length >= WITHIN_LEAST && strstr(candidate, nearest->wanted) != NULL)
        cost = WITHIN_COST;
    else if (3 * letters <= length + 2)
        cost = LETTERS_COST + letters;
    else
        return;
    if (nearest->found[0] != '\0' && cost >= nearest->cost)
        return;
    nearest->cost = cost;
    (void)text_copy(nearest->found, sizeof(nearest->found), candidate);
}

static int say(const struct nearest *nearest, int code, struct fault *fault)
{
    struct fault before = *fault;

    if (nearest->found[0] == '\0')
        return code;
    return fault_set(fault, code, "%.900s; did you mean %s?", before.text, nearest->found);
}

int nearest_department_of(const struct organisation *organisation, const char *wanted, int code,
                          struct fault *fault)
{
    struct nearest nearest = {.wanted = wanted};
    size_t i;

    for (i = 0; i < organisation->department_count; i++)
        nearest_look(&nearest, organisation->departments[i].slug);
    return say(&nearest, code, fault);
}

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
    return say(&nearest, code, fault);
}

int nearest_department(struct store *store, const char *wanted, int code, struct fault *fault)
{
    struct organisation organisation = {.name = NULL};
    struct fault ignored;

    if (organisation_read(store, &organisation, &ignored) < 0)
        return code;
    code = nearest_department_of(&organisation, wanted, code, fault);
    organisation_release(&organisation);
    return code;
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
    return say(&nearest, code, fault);
}
