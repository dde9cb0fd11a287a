/* The cause, and the sentence. */
#include <inttypes.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/text.h"
#include "core/command/nouns.h"
#include "core/command/trigger_shown.h"
#include "core/command/why.h"

/* What a robot is, before anything it does; WHY_NOTHING when it can run. */
static enum why_cause cause_of_state(const struct why *why)
{
    static const struct {
        const char *word;
        enum why_cause cause;
    } states[] = {{"external", WHY_EXTERNAL},   {"retired", WHY_RETIRED},
                  {"suspended", WHY_SUSPENDED}, {"not installed", WHY_NOT_INSTALLED},
                  {"not begun", WHY_NOT_BEGUN}, {"blocked", WHY_GATE},
                  {"paused", WHY_PAUSED}};
    struct robot unpaused = *why->robot;
    const char *word;
    size_t i;

    if (why->robot->is_external)
        return WHY_EXTERNAL;
    unpaused.is_paused = false; /* a pause would hide that its operation has not begun */
    word = robot_state_word(&unpaused, why->today);
    if (strcmp(word, "active") == 0 && why->robot->is_paused)
        return WHY_PAUSED;
    for (i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        if (strcmp(word, states[i].word) == 0)
            return states[i].cause;
    return WHY_NOTHING;
}

enum why_cause why_cause(const struct why *why)
{
    enum why_cause state = cause_of_state(why);
    bool has_skipped = why->skipped_ms != 0 && why->skipped_ms >= why->last.created_ms;

    if (state != WHY_NOTHING)
        return state;
    if (why->plugin.text[0] != '\0')
        return WHY_PLUGIN;
    if (!why->is_served)
        return WHY_DAEMON;
    if (why->queued.id != 0)
        return WHY_WAITS;
    if (why->running.id != 0)
        return WHY_RUNS;
    if (why->zoneless != 0)
        return WHY_ZONE;
    if (why->deferred > 0 && why->ready == 0)
        return WHY_BACKOFF;
    if (has_skipped)
        return WHY_SKIPPED;
    if (why->triggers == 0)
        return WHY_NO_TRIGGER;
    if (why->times > 0)
        return WHY_NOTHING;
    return why->after.is_there ? WHY_AFTER : WHY_QUEUE;
}

const char *why_cause_word(enum why_cause cause)
{
    static const char *const words[] = {
        "external", "retired",        "not installed", "suspended", "not begun",  "gate red",
        "paused",   "plugin refused", "not serving",   "run waits", "runs",       "zone unknown",
        "back-off", "skipped",        "after",         "queue",     "no trigger", "nothing"};

    return words[cause];
}

/* A run that is late, or was: one that has not ended, else the newest that has. */
int64_t why_late_ms(const struct why *why)
{
    const struct run_record *run = why->running.id != 0  ? &why->running
                                   : why->queued.id != 0 ? &why->queued
                                                         : &why->last;
    int64_t until_ms = run->ended_ms != 0 ? run->ended_ms : why->now_ms;

    return run->expected_ms != 0 && until_ms > run->expected_ms ? run->expected_ms : 0;
}

static void add_moment(struct text *target, const char *before, int64_t at_ms, int64_t now_ms)
{
    char words[MOMENT_MAX];

    moment_words(at_ms, now_ms, words);
    text_printf(target, "%s%s", before, words);
}

/* What lies on its queue while it does not start; a run that goes on does it still. */
static void add_kept_items(const struct why *why, struct text *target)
{
    char words[KEPT_ITEMS_MAX];

    if (why->ready + why->deferred == 0 || (why->running.id != 0 && why->is_served))
        return;
    kept_items_words(why->ready, why->deferred, words);
    text_printf(target, "; it has %s", words);
}

static void say_paused(const struct why *why, struct text *target)
{
    const struct robot *robot = why->robot;

    text_append_string(target, "it is paused");
    if (robot->paused_by != NULL)
        text_printf(target, " by %s", robot->paused_by);
    if (robot->paused_ms != 0)
        add_moment(target, " since ", robot->paused_ms, why->now_ms);
    if (robot->paused_reason != NULL)
        text_printf(target, ", %s", robot->paused_reason);
    text_printf(target, "; `automagi robot resume %s` lets it start", robot->slug);
    add_kept_items(why, target);
    if (why->running.id != 0 && why->is_served)
        text_printf(target, "; run %" PRId64 " still goes on", why->running.id);
}

static void say_gate(const struct why *why, struct text *target)
{
    const struct robot *robot = why->robot;
    const struct gate_entry *entry = &why->gate.items[robot->red_item - 1];
    const char *item = gate_item_word(robot->red_item);
    char red[GATE_WORDS_MAX];

    gate_red_words(robot->red_item, red);
    text_append_string(target, red);
    if (entry->note != NULL) {
        text_printf(target, ", said %s", entry->by_whom);
        add_moment(target, " at ", entry->at_ms, why->now_ms);
        text_printf(target, " (%.300s)", entry->note);
    }
    text_printf(target,
                "; when it is in order, `automagi scorecard gate %s --item %s --state green "
                "--note TEXT --by NAME` lets it start",
                robot->slug, item);
    if (robot->is_paused)
        text_append_string(target, "; it is paused, too");
    add_kept_items(why, target);
    if (why->queued.id != 0)
        text_printf(target, "; run %" PRId64 " waits for that", why->queued.id);
    if (why->running.id != 0 && why->is_served)
        text_printf(target, "; run %" PRId64 " still goes on", why->running.id);
}

/* What a robot is that cannot run. */
static void say_state(const struct why *why, enum why_cause cause, struct text *target)
{
    const char *kept = robot_kept_from_starting(why->robot, why->today);

    if (cause == WHY_EXTERNAL)
        text_append_string(target, "it is external, something else runs it; its tasks come with "
                                   "`automagi task import`");
    else
        text_append_string(target, kept != NULL ? kept : why_cause_word(cause));
    add_kept_items(why, target);
    if (cause != WHY_EXTERNAL && cause != WHY_NOT_INSTALLED && why->queued.id != 0)
        text_printf(target, "; run %" PRId64 " waits until it is in operation", why->queued.id);
}

static void say_waits(const struct why *why, struct text *target)
{
    const struct run_record *run = &why->queued;

    text_printf(target, "run %" PRId64 " waits", run->id);
    if (run->waits[0] != '\0')
        text_printf(target, ": %s", run->waits);
    else
        text_append_string(target, " to be started");
    if (why->runs_queued > 1)
        text_printf(target, "; %" PRId64 " more behind it", why->runs_queued - 1);
    add_moment(target, "; it was asked for at ", run->created_ms, why->now_ms);
}

static void say_runs(const struct why *why, struct text *target)
{
    text_printf(target, "run %" PRId64 " goes on", why->running.id);
    add_moment(target, ", since ", why->running.started_ms, why->now_ms);
    if (why->skipped_ms >= why->running.created_ms && why->skipped_ms != 0) {
        add_moment(target, "; its time at ", why->skipped_ms, why->now_ms);
        text_printf(target, " was skipped: %s", why->skipped);
    }
}

static void say_after(const struct why *why, struct text *target)
{
    const struct run_record *last = &why->after.last;
    const char *other = why->after.rule.after;
    char words[TRIGGER_WORDS_MAX];

    trigger_start_words(&why->after.rule, words);
    text_printf(target, "it starts %s", words);
    if (last->id == 0) {
        text_printf(target, "; %s has not run yet", other);
    } else if (last->state != RUN_ENDED) {
        text_printf(target, "; its run %" PRId64 " %s", last->id,
                    last->state == RUN_RUNNING ? "goes on" : "waits");
    } else {
        add_moment(target, "; its last run, at ", last->ended_ms, why->now_ms);
        text_printf(target, ", ended %s", run_ending_word(last->ending));
        if (why->last.id != 0 && last->ended_ms <= why->last.created_ms)
            text_printf(target, ", and %s has run since", why->robot->slug);
    }
}

static void say_queue(const struct why *why, struct text *target)
{
    char words[TRIGGER_WORDS_MAX];

    trigger_start_words(&why->queue, words);
    text_printf(target, "it starts %s; %" PRId64 " %s ready now", words, why->ready,
                why->ready == 1 ? "is" : "are");
    if (why->oldest_ms != 0)
        add_moment(target, ", the oldest since ", why->oldest_ms, why->now_ms);
}

static void add_last(const struct why *why, const char *none, struct text *target)
{
    const struct run_record *last = &why->last;

    if (last->id == 0) {
        text_append_string(target, none);
        return;
    }
    add_moment(target, "it ran last at ",
               last->started_ms != 0 ? last->started_ms : last->created_ms, why->now_ms);
    text_printf(target, ", run %" PRId64 ", which ended %s", last->id,
                run_ending_word(last->ending));
    if (last->ending != RUN_DONE && last->note[0] != '\0')
        text_printf(target, " (%.300s)", last->note);
}

static void add_next(const struct why *why, struct text *target)
{
    if (why->next_ms != 0)
        add_moment(target, "; it runs next at ", why->next_ms, why->now_ms);
    else if (why->times > 0)
        text_append_string(target, "; it has no time to come");
}

static void add_late(const struct why *why, struct text *target)
{
    int64_t late_ms = why_late_ms(why);
    bool goes_on = why->running.id != 0 || why->queued.id != 0;

    if (late_ms != 0)
        add_moment(target,
                   goes_on ? "; it is late, it should have ended by "
                           : "; that was late, it should have ended by ",
                   late_ms, why->now_ms);
}

/* One that does not answer may do its work all the same. */
static void say_daemon(const struct why *why, struct text *target)
{
    char holder[HOLDER_WORDS_MAX];

    if (why->is_held) {
        home_holder_words(why->holder, holder);
        text_append_string(target, holder);
        if (why->runs_queued > 0)
            text_printf(target, "; run %" PRId64 " waits", why->queued.id);
        return;
    }
    text_append_string(target, "automagid is not running, so nothing starts; `automagi serve` "
                               "starts it");
    if (why->runs_queued > 0)
        text_printf(target, ", and run %" PRId64 ", which waits for that", why->queued.id);
}

static void say_zone(const struct why *why, struct text *target)
{
    text_printf(target,
                "trigger %" PRId64 " does not start it, for its zone \"%s\" is not known on this "
                "machine: install the package tzdata, or give it another zone",
                why->zoneless, why->zone);
    if (why->next_ms != 0)
        add_next(why, target);
}

static void say_backoff(const struct why *why, struct text *target)
{
    text_printf(target, "%" PRId64 " item%s for the next try", why->deferred,
                why->deferred == 1 ? " waits" : "s wait");
    if (why->next_try_ms != 0)
        add_moment(target, ", at ", why->next_try_ms, why->now_ms);
}

static void say_skipped(const struct why *why, struct text *target)
{
    add_moment(target, "its time at ", why->skipped_ms, why->now_ms);
    text_printf(target, " was skipped: %s", why->skipped);
    add_next(why, target);
}

static void add_ready(const struct why *why, struct text *target)
{
    text_printf(target, "%" PRId64 " item%s ready", why->ready, why->ready == 1 ? " is" : "s are");
    if (why->overdue > 0)
        text_printf(target, " (%" PRId64 " %soverdue)", why->overdue,
                    why->waiting + why->deferred > 0 ? "of all open ones " : "");
}

/* Of what is ready, when nothing goes on or waits: which run will do it? */
static void say_ready(const struct why *why, enum why_cause cause, struct text *target)
{
    bool has_start = why->next_ms != 0 || why->after.is_there || why->queue.kind != 0;

    if (why->ready == 0 || (cause != WHY_NO_TRIGGER && cause != WHY_NOTHING &&
                            cause != WHY_SKIPPED && cause != WHY_ZONE))
        return;
    add_ready(why, target);
    if (!has_start)
        text_printf(target, " and nothing starts a run: `automagi run %s`", why->robot->slug);
    text_append_string(target, "; ");
}

static void say_no_trigger(const struct why *why, struct text *target)
{
    add_last(why, "it has not run yet", target);
    text_printf(target,
                "; it has no trigger, so it runs when `automagi run %s` says so or `automagi "
                "trigger add` gives it one",
                why->robot->slug);
}

static void say_nothing(const struct why *why, struct text *target)
{
    add_last(why, "it has not run yet", target);
    if (why->today_off[0] != '\0')
        text_printf(target, "; today is off: %s", why->today_off);
    add_next(why, target);
}

static void say(const struct why *why, enum why_cause cause, struct text *target)
{
    say_ready(why, cause, target);
    switch (cause) {
    case WHY_EXTERNAL:
    case WHY_RETIRED:
    case WHY_NOT_INSTALLED:
    case WHY_SUSPENDED:
    case WHY_NOT_BEGUN:
        say_state(why, cause, target);
        return;
    case WHY_GATE:
        say_gate(why, target);
        return;
    case WHY_PAUSED:
        say_paused(why, target);
        return;
    case WHY_PLUGIN:
        text_printf(target, "its plugin is refused: %.600s", why->plugin.text);
        return;
    case WHY_DAEMON:
        say_daemon(why, target);
        return;
    case WHY_WAITS:
        say_waits(why, target);
        break;
    case WHY_RUNS:
        say_runs(why, target);
        break;
    case WHY_ZONE:
        say_zone(why, target);
        break;
    case WHY_BACKOFF:
        say_backoff(why, target);
        break;
    case WHY_SKIPPED:
        say_skipped(why, target);
        break;
    case WHY_AFTER:
        say_after(why, target);
        break;
    case WHY_QUEUE:
        say_queue(why, target);
        break;
    case WHY_NO_TRIGGER:
        say_no_trigger(why, target);
        break;
    case WHY_NOTHING:
        say_nothing(why, target);
        break;
    }
    add_late(why, target);
    if (why->waiting > 0)
        text_printf(target, "; %" PRId64 " item%s for a person", why->waiting,
                    why->waiting == 1 ? " waits" : "s wait");
}

void why_sentence(const struct why *why, struct text *target)
{
    text_printf(target, "%s: ", why->robot->slug);
    say(why, why_cause(why), target);
    if (why->stuck.id != 0 && why->is_served)
        text_printf(target, "; run %" PRId64 " %.400s", why->stuck.id, why->stuck.note);
    else if (run_stop_asked_by(&why->running) != NULL && why->is_served)
        text_printf(target, "; run %" PRId64 " %.400s", why->running.id, why->running.note);
}
