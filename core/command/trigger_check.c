/* Whether triggers may be made: what they name exists, and no robot starts after itself. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/command/nearest.h"
#include "core/command/trigger_shown.h"
#include "core/schedule/cron.h"
#include "core/store/robot.h"

enum { LINKS_MOST = 100000, PATH_TEXT_MAX = 512 };

/* `robot` starts after `after`. */
struct link {
    char robot[ROBOT_SLUG_MAX];
    char after[ROBOT_SLUG_MAX];
    size_t came_from; /* on the way that reached it: the link before, LINKS_MOST for the first */
    bool is_reached;
};

struct link_list {
    struct link *links;
    size_t count, capacity;
    const struct robot_list *robots;
    bool is_out_of_memory;
};

static int add_link(struct link_list *list, const char *robot, const char *after)
{
    if (list->count == list->capacity) {
        size_t wanted = list->capacity == 0 ? 16 : 2 * list->capacity;
        struct link *links =
            wanted > LINKS_MOST ? NULL : reallocarray(list->links, wanted, sizeof(*list->links));

        if (links == NULL) {
            list->is_out_of_memory = true;
            return -ENOMEM;
        }
        list->links = links;
        list->capacity = wanted;
    }
    list->links[list->count] = (struct link){.came_from = LINKS_MOST};
    (void)text_copy(list->links[list->count].robot, ROBOT_SLUG_MAX, robot);
    (void)text_copy(list->links[list->count].after, ROBOT_SLUG_MAX, after);
    list->count++;
    return 0;
}

static int take_trigger(const struct trigger *trigger, void *context)
{
    struct link_list *list = context;
    const struct robot *robot;

    if (trigger->rule.kind != TRIGGER_AFTER)
        return 0;
    robot = robot_list_find_id(list->robots, trigger->robot_id);
    return robot == NULL ? 0 : add_link(list, robot->slug, trigger->rule.after);
}

/* "a after b after c after a" */
static int refuse_circle(const struct link_list *list, size_t at, const char *robot,
                         struct fault *fault)
{
    char path[PATH_TEXT_MAX] = "";
    struct text text;

    text_init(&text, sizeof(path) - 1);
    text_append_string(&text, robot);
    for (; at < LINKS_MOST; at = list->links[at].came_from)
        text_printf(&text, " starts after %s", list->links[at].robot);
    text_printf(&text, " starts after %s", robot);
    (void)text_copy(path, sizeof(path), text_string(&text));
    text_release(&text);
    return fault_set(fault, -EINVAL,
                     "%s: a circle, which would never end; leave one of these triggers out", path);
}

/* From a robot on to those that start after it, until nothing new is reached or the circle closes. */
static int walk(struct link_list *list, const char *robot, struct fault *fault)
{
    size_t *open = calloc(list->count + 1, sizeof(*open));
    size_t first = 0;
    size_t last = 0;
    int result = 0;
    size_t i;

    if (open == NULL)
        return fault_no_memory(fault);
    open[last++] = LINKS_MOST;
    while (first < last && result == 0) {
        size_t from = open[first++];
        const char *at = from == LINKS_MOST ? robot : list->links[from].robot;

        for (i = 0; i < list->count && result == 0; i++) {
            struct link *link = &list->links[i];

            if (link->is_reached || strcmp(link->after, at) != 0)
                continue;
            if (strcmp(link->robot, robot) == 0) {
                result = refuse_circle(list, from, robot, fault);
            } else {
                link->is_reached = true;
                link->came_from = from;
                open[last++] = i;
            }
        }
    }
    free(open);
    return result;
}

/* What robot.json said until now is among the links too: alone it closes no circle, or it would not be there. */
static int check_circles(struct store *store, const char *robot, const struct trigger_rule *rules,
                         size_t count, struct fault *fault)
{
    struct robot_list robots = {0};
    struct link_list list = {.robots = &robots};
    size_t i;
    int result = robot_list_read(store, &robots, fault);

    if (result == 0)
        result = trigger_each(store, 0, take_trigger, &list, fault);
    for (i = 0; i < count && result == 0; i++)
        if (rules[i].kind == TRIGGER_AFTER)
            result = add_link(&list, robot, rules[i].after);
    if (list.is_out_of_memory)
        result = fault_no_memory(fault);
    if (result == 0)
        result = walk(&list, robot, fault);
    free(list.links);
    robot_list_release(&robots);
    return result;
}

static int check_calendars(struct store *store, const struct calendar_set *set, const char *not_on,
                           struct fault *fault)
{
    char name[TRIGGER_NOT_ON_MAX];

    while (not_on[0] != '\0') {
        size_t length = strcspn(not_on, ",");

        (void)text_copy(name, length + 1, not_on);
        if (!calendar_is_known(set, name))
            return nearest_calendar(
                store, name,
                fault_set(fault, -EINVAL,
                          "there is no calendar \"%.64s\"; `automagi calendar list` shows those "
                          "there are, `automagi calendar add` makes one",
                          name),
                fault);
        not_on += length + (not_on[length] == ',');
    }
    return 0;
}

static int check_robot(struct store *store, const char *after, struct fault *fault)
{
    int64_t id = 0;
    int result = robot_find(store, after, &id, fault);

    if (result != -ENOENT)
        return result;
    (void)nearest_robot(store, after, result, fault);
    return fault_prefix(fault, -EINVAL, "after \"%s\"", after);
}

int trigger_rules_check(struct store *store, const char *robot, const struct trigger_rule *rules,
                        size_t count, struct fault *fault)
{
    struct calendar_set *set = NULL;
    bool has_after = false;
    size_t i;
    int result = calendar_set_read(store, &set, fault);

    for (i = 0; i < count && result == 0; i++) {
        result = trigger_comes(&rules[i], clock_now_ms(), fault);
        if (result == 0)
            result = check_calendars(store, set, rules[i].not_on, fault);
        if (result == 0 && rules[i].kind == TRIGGER_AFTER) {
            has_after = true;
            result = strcmp(rules[i].after, robot) == 0
                         ? fault_set(fault, -EINVAL, "%s cannot start after itself", robot)
                         : check_robot(store, rules[i].after, fault);
        }
    }
    if (result == 0 && has_after)
        result = check_circles(store, robot, rules, count, fault);
    calendar_set_free(set);
    return result;
}
