/* What a trigger owes when it goes: times that passed while nobody was there, and that no daemon has looked at yet. */
#include <errno.h>
#include <inttypes.h>

#include "core/base/fault.h"
#include "core/command/effect.h"
#include "core/command/nouns.h"
#include "core/command/trigger_shown.h"

enum { OWED_MOST = 1000 /* listed one by one, as those that were missed */ };

static int record(struct command_call *call, const struct trigger *trigger, int64_t nominal_ms,
                  const char *reason, struct fault *fault)
{
    return fire_skip(
        call->store,
        &(struct fire){.trigger_id = trigger->id, .nominal_ms = nominal_ms, .skipped = reason},
        fault);
}

/* From `times` on, until now. */
static int skip_owed(struct command_call *call, const struct trigger *trigger,
                     struct trigger_times *times, struct fault *fault)
{
    char reason[REST_REASON_MAX];
    int64_t at_ms;
    int count = 0;
    int result = 0;

    while (result == 0 && count <= OWED_MOST && (at_ms = trigger_times_next(times, reason)) != 0 &&
           at_ms <= call->now_ms) {
        if (count++ == OWED_MOST)
            result = record(call, trigger, at_ms, FIRE_GONE_REST, fault);
        else
            result = record(call, trigger, at_ms, reason[0] != '\0' ? reason : FIRE_GONE, fault);
    }
    return result;
}

static void say_owed(struct command_call *call, const struct trigger *trigger,
                     struct trigger_times *times)
{
    char words[TRIGGER_WORDS_MAX];
    char first[MOMENT_MAX] = "";
    char ignored[REST_REASON_MAX];
    int64_t at_ms;
    int count = 0;

    while (count <= OWED_MOST && (at_ms = trigger_times_next(times, ignored)) != 0 &&
           at_ms <= call->now_ms) {
        if (count++ == 0)
            moment_words(at_ms, call->now_ms, first);
    }
    if (count == 0)
        return;
    trigger_words(&trigger->rule, words);
    if (count == 1)
        effect_say(call,
                   "one time of its trigger %" PRId64
                   ", %.400s, has passed and not run: %s; it is skipped",
                   trigger->id, words, first);
    else
        effect_say(call,
                   "%s%d times of its trigger %" PRId64
                   ", %.400s, have passed and not run, from %s on; they are skipped",
                   count > OWED_MOST ? "more than " : "", count > OWED_MOST ? OWED_MOST : count,
                   trigger->id, words, first);
}

int trigger_owed_settle(struct command_call *call, const struct trigger *trigger,
                        const struct robot *robot, enum owed_how how, struct fault *fault)
{
    struct calendar_set *calendars = NULL;
    struct trigger_times times;
    int64_t from_ms = 0;
    int result = fire_newest(call->store, trigger->id, call->now_ms, &from_ms, fault);

    if (result == 0)
        result = calendar_set_read(call->store, &calendars, fault);
    if (result < 0)
        return result;
    if (from_ms == 0)
        from_ms = trigger->since_ms;
    result = trigger_times_init(&times, &trigger->rule, robot, calendars, from_ms, fault);
    if (result == 0) {
        if (how == OWED_SAY)
            say_owed(call, trigger, &times);
        else
            result = skip_owed(call, trigger, &times, fault);
        trigger_times_release(&times);
    }
    calendar_set_free(calendars);
    return result == -EINVAL ? 0 : result; /* a rule that cannot be read any more has no times */
}

struct leaving {
    struct command_call *call;
    const struct robot *robot;
    enum owed_how how;
    struct fault *fault;
};

static int settle_one(const struct trigger *trigger, void *context)
{
    const struct leaving *leaving = context;

    return trigger_owed_settle(leaving->call, trigger, leaving->robot, leaving->how,
                               leaving->fault);
}

int triggers_owed_settle(struct command_call *call, const struct robot *robot,
                         const struct trigger_rule *rules, size_t count, enum owed_how how,
                         struct fault *fault)
{
    struct leaving leaving = {call, robot, how, fault};

    return trigger_define_gone(call->store, robot->id, rules, count, settle_one, &leaving, fault);
}
