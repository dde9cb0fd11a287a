/* queue retry | done | drop | defer: what a person does with items, with one or with many at once. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/detail.h"
#include "core/command/effect.h"
#include "core/command/nouns.h"
#include "core/store/item.h"
#include "core/store/store.h"

enum {
    ITEMS_MOST = 10000,   /* by one command: the writer does nothing else meanwhile */
    ITEMS_AUDITED = 1000, /* named in the audit; the number is always there */
    DUE_WORDS = 96,
    KEPT_WORDS = KEPT_REMARK_MAX + 80
};

/* The items a command is about. */
struct chosen {
    int64_t *ids;
    size_t count;
    bool has_more; /* others match too */
    size_t told;   /* of so many a person is told first: ITEM_RETRY_WAITS */
    size_t due;    /* so many are due: ITEM_RETRY_IS_DUE */
    size_t brings; /* of them so many bring a run: their robot starts */
    struct robot_list robots;
    const struct robot *kept; /* the first that has some of them and does not start; NULL: none */
    bool has_more_kept;       /* another one does not either */
    int32_t due_day;          /* of what is put off; 0: it is not */
};

static int keep_id(const struct item_record *item, void *context)
{
    struct chosen *chosen = context;

    if (chosen->count == ITEMS_MOST) {
        chosen->has_more = true;
        return ROWS_FULL;
    }
    chosen->ids[chosen->count++] = item->id;
    return 0;
}

static int take_numbers(const struct json *items, struct chosen *chosen, struct fault *fault)
{
    const struct json *item;

    if (json_int64(items, &chosen->ids[0])) {
        chosen->count = 1;
        return 0;
    }
    if (json_count(items) > ITEMS_MOST)
        return fault_set(fault, -EINVAL, "at most %d items at once", ITEMS_MOST);
    for (item = json_first(items); item != NULL; item = json_next(item))
        (void)json_int64(item, &chosen->ids[chosen->count++]); /* checked with the arguments */
    return 0;
}

static int find_items(struct command_call *call, bool needs_payload, struct chosen *chosen,
                      struct fault *fault)
{
    struct item_filter filter = {
        .state = queue_state_of(argument_text(call, "state", "waiting")),
        .is_overdue = argument_flag(call, "overdue"),
        .has_payload = needs_payload,
        .note_contains = argument_text(call, "note-contains", NULL),
        .now_ms = call->now_ms,
    };
    int result = call_robot_id(call, "robot", &filter.robot_id, fault);

    /* Else a command that is said again, for the rest, would find the same ones: put off, or retried. */
    filter.is_for_retry = needs_payload && json_member(call->arguments, "until") == NULL;
    if (result == 0 && json_member(call->arguments, "until") != NULL)
        result = call_instant(call, "until", &filter.not_due_ms, fault);
    if (result == 0)
        result = item_each(call->store, &filter, ITEMS_MOST + 1, keep_id, chosen, fault);
    return result;
}

/* By number, or by the filters. */
static int choose(struct command_call *call, bool needs_payload, struct chosen *chosen,
                  struct fault *fault)
{
    const struct json *items = json_member(call->arguments, "item");
    bool is_filtered = json_member(call->arguments, "robot") != NULL;

    if ((items == NULL) == !is_filtered)
        return fault_set(fault, -EINVAL,
                         items == NULL ? "which items? give their numbers, or --robot with "
                                         "--state, --overdue or --note-contains"
                                       : "give items by number, or by --robot, not both");
    chosen->ids = calloc(ITEMS_MOST, sizeof chosen->ids[0]);
    if (chosen->ids == NULL)
        return fault_no_memory(fault);
    if (items != NULL)
        return take_numbers(items, chosen, fault);
    return find_items(call, needs_payload, chosen, fault);
}

static void audit_chosen(struct command_call *call, const struct chosen *chosen)
{
    size_t i;

    if (chosen->count == 1)
        (void)snprintf(call->subject, sizeof(call->subject), "item %" PRId64, chosen->ids[0]);
    else
        (void)snprintf(call->subject, sizeof(call->subject), "%zu items", chosen->count);
    if (call->detail == NULL)
        return;
    detail_int(call, "count", (int64_t)chosen->count);
    json_key(call->detail, "items");
    json_begin_array(call->detail);
    for (i = 0; i < chosen->count && i < ITEMS_AUDITED; i++)
        json_put_int(call->detail, chosen->ids[i]);
    json_end_array(call->detail);
}

/* What is done to each; a failure undoes all, as the whole command. Positive: as item_retry() says. */
typedef int act_on_item(struct command_call *call, int64_t id, struct fault *fault);

struct deed {
    act_on_item *act;
    bool needs_payload;     /* a run does it then */
    const char *one, *many; /* of the answer: they follow "item 7 ", and "3 items " */
};

/* "; 3 of them are due now, and bring it" */
static void due_words(const struct chosen *chosen, char words[static DUE_WORDS])
{
    words[0] = '\0';
    if (chosen->due > 0 && chosen->brings == chosen->due)
        (void)snprintf(words, DUE_WORDS, "; %zu of them are due now, and bring it", chosen->due);
    else if (chosen->due > 0 && chosen->brings > 0)
        (void)snprintf(words, DUE_WORDS, "; %zu of them are due now, and %zu bring it", chosen->due,
                       chosen->brings);
    else if (chosen->due > 0)
        (void)snprintf(words, DUE_WORDS, "; %zu of them are due now", chosen->due);
}

/* Of the robots that do not start the first, and whether there are others. */
static void kept_words(const struct command_call *call, const struct chosen *chosen,
                       char words[static KEPT_WORDS])
{
    char remark[KEPT_REMARK_MAX] = "";

    if (chosen->kept != NULL)
        robot_kept_remark(chosen->kept, call_today(call), chosen->due_day, remark);
    (void)snprintf(words, KEPT_WORDS, "%s%s", remark,
                   chosen->has_more_kept
                       ? "; nor do others of their robots, `automagi why` says of each why"
                       : "");
}

static void answer(struct command_call *call, const struct chosen *chosen, const struct deed *deed)
{
    size_t changed = chosen->count - chosen->told;
    char due[DUE_WORDS];
    char kept[KEPT_WORDS];

    due_words(chosen, due);
    kept_words(call, chosen, kept);
    json_begin_object(call->result);
    if (chosen->count == 0)
        result_message(call->result, "no item matches; nothing is changed");
    else if (chosen->count == 1)
        result_message(call->result, "item %" PRId64 " %s%s", chosen->ids[0],
                       chosen->told > 0
                           ? "waits: something else may have done it since it was closed, as its "
                             "note says; retry it once more when it is still to be done, or drop it"
                       : chosen->brings > 0 ? "is due now, and brings a run"
                       : chosen->due > 0    ? "is due now"
                                            : deed->one,
                       kept);
    else if (chosen->told > 0)
        result_message(
            call->result,
            "of %zu items %zu %s%s, and %zu wait: something else may have done those since "
            "they were closed, as their notes say; retry them once more when they are "
            "still to be done, or drop them%s%s",
            chosen->count, changed, deed->many, due, chosen->told, kept,
            chosen->has_more ? "; more match, so say it again" : "");
    else
        result_message(call->result, "%zu items %s%s%s%s", chosen->count, deed->many, due, kept,
                       chosen->has_more ? "; more match, so say it again" : "");
    result_int(call->result, "count", (int64_t)changed);
    result_bool(call->result, "more", chosen->has_more);
    if (chosen->told > 0)
        result_int(call->result, "waiting", (int64_t)chosen->told);
    json_end_object(call->result);
}

/* What is in the hands of a run nobody decides on. One that goes on ends; one whose daemon has ended does not, until the next
 * one starts. */
static int do_to_one(struct command_call *call, const struct deed *deed, int64_t id,
                     struct fault *fault)
{
    int result = deed->act(call, id, fault);

    if (result == -EBUSY && !home_is_served(store_home(call->store)))
        result = fault_set(fault, result,
                           "item %" PRId64 " is in the hands of a run whose daemon has ended; that "
                           "run is ended when `automagi serve` starts: then say this again",
                           id);
    return result;
}

/* What was done to it, as do_to_one() says: who is told what becomes of it is told too that its robot does not start. */
static int take_note(struct command_call *call, struct chosen *chosen, int64_t id, int done,
                     struct fault *fault)
{
    const struct robot *robot;
    int64_t robot_id = 0;
    int result;

    chosen->told += done == ITEM_RETRY_WAITS;
    chosen->due += done == ITEM_RETRY_IS_DUE;
    if (done == ITEM_RETRY_WAITS)
        return 0;
    result = item_robot_id(call->store, id, &robot_id, fault);
    if (result < 0)
        return result;
    robot = robot_list_find_id(&chosen->robots, robot_id);
    if (robot == NULL || robot_keeps_waiting(robot, call_today(call), chosen->due_day) == NULL) {
        chosen->brings += done == ITEM_RETRY_IS_DUE;
        return 0;
    }
    chosen->has_more_kept =
        chosen->has_more_kept || (chosen->kept != NULL && chosen->kept != robot);
    if (chosen->kept == NULL)
        chosen->kept = robot;
    return 0;
}

/* Of what a run shall do: which robots there are, and when it shall. */
static int read_robots(struct command_call *call, struct chosen *chosen, struct fault *fault)
{
    int64_t until_ms = 0;
    int result = robot_list_read(call->store, &chosen->robots, fault);

    if (result == 0 && json_member(call->arguments, "until") != NULL)
        result = call_instant(call, "until", &until_ms, fault);
    if (result == 0 && until_ms != 0)
        chosen->due_day = clock_local_day(until_ms);
    return result;
}

static int do_to_all(struct command_call *call, const struct deed *deed, struct fault *fault)
{
    struct chosen chosen = {.ids = NULL};
    size_t i;
    int result = choose(call, deed->needs_payload, &chosen, fault);

    if (result == 0 && deed->needs_payload)
        result = read_robots(call, &chosen, fault);
    for (i = 0; i < chosen.count && result >= 0; i++) {
        result = do_to_one(call, deed, chosen.ids[i], fault);
        if (result >= 0 && deed->needs_payload)
            result = take_note(call, &chosen, chosen.ids[i], result, fault);
    }
    if (result >= 0) {
        result = 0;
        if (chosen.due > 0)
            call->effects.robots_changed = true; /* the daemon reads when each is due */
        audit_chosen(call, &chosen);
        answer(call, &chosen, deed);
    } else if (chosen.count > 1) {
        (void)fault_prefix(fault, result, "nothing is changed");
    }
    robot_list_release(&chosen.robots);
    free(chosen.ids);
    return result;
}

static int retry_one(struct command_call *call, int64_t id, struct fault *fault)
{
    return item_retry(call->store, id, call_asker(call), argument_text(call, "reason", NULL),
                      call->now_ms, fault);
}

static int queue_retry_apply(struct command_call *call, struct fault *fault)
{
    static const struct deed deed = {retry_one, true, "is ready again, for its robot's next run",
                                     "are ready again, for their robot's next run"};

    return do_to_all(call, &deed, fault);
}

static int close_one(struct command_call *call, int64_t id, struct fault *fault)
{
    return item_done_by_hand(call->store, id, argument_text(call, "reason", "done by hand"),
                             call->now_ms, fault);
}

static int queue_done_apply(struct command_call *call, struct fault *fault)
{
    static const struct deed deed = {close_one, false,
                                     "is closed as done by hand; it counts nothing",
                                     "are closed as done by hand; they count nothing"};

    return do_to_all(call, &deed, fault);
}

/* Of many the number; which they are is seen by `queue list` with the same options. */
int queue_drop_preview(struct command_call *call, struct fault *fault)
{
    struct chosen chosen = {.ids = NULL};
    int result = choose(call, false, &chosen, fault);

    if (result == 0 && chosen.count == 1)
        effect_say(call, "item %" PRId64 " will not be done", chosen.ids[0]);
    else if (result == 0 && chosen.count > 1)
        effect_say(call, "%zu items will not be done", chosen.count);
    free(chosen.ids);
    return result;
}

static int drop_one(struct command_call *call, int64_t id, struct fault *fault)
{
    return item_drop(call->store, id, argument_text(call, "reason", ""), call->now_ms, fault);
}

static int queue_drop_apply(struct command_call *call, struct fault *fault)
{
    static const struct deed deed = {drop_one, false, "is dropped", "are dropped"};

    return do_to_all(call, &deed, fault);
}

static int queue_defer_check(const struct json *arguments, struct fault *fault)
{
    return instant_check(arguments, "until", fault);
}

static int defer_one(struct command_call *call, int64_t id, struct fault *fault)
{
    struct item_put_off put_off = {
        .by = call_asker(call),
        .reason = argument_text(call, "reason", ""),
        .now_ms = call->now_ms,
    };
    int result = call_instant(call, "until", &put_off.until_ms, fault);

    return result == 0 ? item_defer(call->store, id, &put_off, fault) : result;
}

static int queue_defer_apply(struct command_call *call, struct fault *fault)
{
    static const struct deed deed = {defer_one, true, "is put off", "are put off"};

    call->effects.robots_changed = true; /* the daemon reads when each is due */
    return do_to_all(call, &deed, fault);
}

#define CHOICE_ARGUMENTS(states)                                                                   \
    {.name = "item",                                                                               \
     .kind = ARGUMENT_NUMBERS,                                                                     \
     .is_positional = true,                                                                        \
     .value = "ITEM...",                                                                           \
     .help = "items' numbers, as `queue list` shows them",                                         \
     .least = 1,                                                                                   \
     .most = INT64_C(1) << 53,                                                                     \
     .source = SOURCE_OPEN_ITEM},                                                                  \
        {.name = "robot",                                                                          \
         .kind = ARGUMENT_ROBOT,                                                                   \
         .value = "ROBOT",                                                                         \
         .help = "instead of numbers: those of this robot"},                                       \
        {.name = "state",                                                                          \
         .kind = ARGUMENT_CHOICE,                                                                  \
         .choices = (states),                                                                      \
         .value = "STATE",                                                                         \
         .help = "in this state (waiting, quarantined among them)",                                \
         .needs = "robot"},                                                                        \
        {.name = "overdue",                                                                        \
         .kind = ARGUMENT_FLAG,                                                                    \
         .help = "with a deadline that has passed",                                                \
         .needs = "robot"},                                                                        \
    {                                                                                              \
        .name = "note-contains", .kind = ARGUMENT_TEXT, .value = "TEXT",                           \
        .help = "whose note has this in it", .needs = "robot", .most = REASON_MAX                  \
    }

static const struct argument retry_arguments[] = {
    CHOICE_ARGUMENTS("waiting|quarantined|deferred|dropped"), REASON_ARGUMENT(false),
    ARGUMENTS_END};
static const struct argument done_arguments[] = {
    CHOICE_ARGUMENTS("waiting|quarantined|deferred|ready"), REASON_ARGUMENT(false), ARGUMENTS_END};
static const struct argument drop_arguments[] = {
    CHOICE_ARGUMENTS("waiting|quarantined|deferred|ready"), REASON_ARGUMENT(true), ARGUMENTS_END};
static const struct argument defer_arguments[] = {
    CHOICE_ARGUMENTS("waiting|quarantined|deferred|ready"),
    {.name = "until",
     .kind = ARGUMENT_TEXT,
     .is_required = true,
     .value = "TIME",
     .help = "2026-12-01T14:00+01:00, or local time \"2026-12-01 14:00\"",
     .most = INSTANT_TEXT_MAX},
    REASON_ARGUMENT(true),
    ARGUMENTS_END};

#define ALL_OR_NONE                                                                                \
    "Of several items all are changed or, when one cannot be, none. With --robot it takes at\n"    \
    "most 10000 at once, and says when more match."

const struct command command_queue_retry = {
    .name = "queue retry",
    .summary = "let the robot try items again that wait for a person or were dropped",
    .help =
        "Its next run does them. What was deferred is due at once, and brings that run; for what\n"
        "waited for a person or was dropped none is started: see `run`. Each may be tried as\n"
        "often as a new item. Until then its note says who asked and why, how often it had\n"
        "been tried, and the note it had. An item that may have been done is performed again:\n"
        "look first. One without a business date that was dropped is not done at once when a\n"
        "run has counted its reference in another window since, or an item with it is open\n"
        "there: it waits, and its note says so. Retry it once more when it is to be done, and\n"
        "counted, as well, or drop it.\n\n" ALL_OR_NONE,
    .kind = COMMAND_CHANGES,
    .arguments = retry_arguments,
    .apply = queue_retry_apply,
};

const struct command command_queue_done = {
    .name = "queue done",
    .summary = "close items that a person has done; they are not counted",
    .help = ALL_OR_NONE,
    .kind = COMMAND_CHANGES,
    .arguments = done_arguments,
    .apply = queue_done_apply,
};

const struct command command_queue_drop = {
    .name = "queue drop",
    .summary = "close items that shall not be done; the reason is kept",
    .help =
        "A dropped item stays so until somebody reopens it with `queue retry`, with the data\n"
        "that it had: also when its robot finds the work again with other data.\n\n" ALL_OR_NONE,
    .kind = COMMAND_CHANGES,
    .arguments = drop_arguments,
    .preview = queue_drop_preview,
    .apply = queue_drop_apply,
};

const struct command command_queue_defer = {
    .name = "queue defer",
    .summary = "put items off; they come back by themselves",
    .help = "The robot gets a run when they are due, and one that waited for a person may be\n"
            "tried as often as a new item. It decides nothing: what may have been done is not\n"
            "done again for it. When it is due its plugin is asked, or, where the robot's\n"
            "items are not asked about, it waits for a person again (of an `idempotent`\n"
            "robot when its note told somebody to look); `queue retry` is the decision to do\n"
            "it. The note says who put it off, until when and why. With --robot, what is put\n"
            "off until then already is left as it is.\n\n" ALL_OR_NONE,
    .kind = COMMAND_CHANGES,
    .arguments = defer_arguments,
    .check = queue_defer_check,
    .apply = queue_defer_apply,
};
