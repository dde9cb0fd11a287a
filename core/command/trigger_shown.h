/*
 * trigger_shown.h - triggers in words, their times to come, and whether they may be made: what the
 * commands of triggers, robots and `why` share.
 *
 * Threads: no state.
 */
#ifndef AUTOMAGI_COMMAND_TRIGGER_SHOWN_H
#define AUTOMAGI_COMMAND_TRIGGER_SHOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/schedule/cron.h"
#include "core/schedule/rest.h"
#include "core/store/trigger.h"

struct command_call;
struct fault;
struct json_writer;
struct robot;
struct store;
struct text;
struct zone;

enum { TRIGGER_WORDS_MAX = 1024, MOMENT_MAX = 96 };

/* trigger_words.c. What starts it, as a part of a sentence: "at 06:30 on every day",
 * "when fakturatjek has ended done", "when 100 items are ready on its queue". */
void trigger_start_words(const struct trigger_rule *rule, char ret_words[static TRIGGER_WORDS_MAX]);
/* With the days it does not run on and its zone: all that says when. */
void trigger_words(const struct trigger_rule *rule, char ret_words[static TRIGGER_WORDS_MAX]);
/* "1 h", "90 s", "2 days": a whole number of the largest unit that fits. */
void duration_words(int64_t seconds, char *target, size_t size);
/* "07:00", or "" when not said. */
void expected_words(const struct trigger_rule *rule, char ret_words[static 8]);
/* All that a list has of it, as members; its next time with `next_ms` (0: none is known). */
void put_trigger_members(struct json_writer *writer, const struct trigger *trigger,
                         int64_t next_ms);

/*
 * trigger_times.c. The times of a trigger one after another, and why one will be skipped. Kinds
 * without times (after, depth, age) have none.
 */
struct trigger_times {
    const struct trigger_rule *rule;
    const struct robot *robot;            /* NULL: whether it operates is not asked */
    const struct calendar_set *calendars; /* borrowed */
    const struct zone *zone;              /* borrowed from own_zone or the clock */
    struct zone *own_zone;
    struct cron cron;
    int64_t at_ms; /* the time reached */
    int skipped_in_row;
};
/* Those after `after_ms`. Borrows all that is given. -EINVAL: the rule cannot be read any more, such as for a
 * time zone that is gone. trigger_times_release() it. */
int trigger_times_init(struct trigger_times *times, const struct trigger_rule *rule,
                       const struct robot *robot, const struct calendar_set *calendars,
                       int64_t after_ms, struct fault *fault) __attribute__((warn_unused_result));
void trigger_times_release(struct trigger_times *times);
/* 0: there is none any more. ret_skipped: why it will be skipped, "" when it will run. */
int64_t trigger_times_next(struct trigger_times *times, char ret_skipped[static REST_REASON_MAX]);
/* As above, for lists: of times skipped in a row the first few, then the next that runs. The last before those left out
 * says that there are more. */
int64_t trigger_times_next_shown(struct trigger_times *times,
                                 char ret_skipped[static REST_REASON_MAX]);
/* Goes to the end of the day of the time reached, for a day off is off as a whole. */
void trigger_times_pass_day(struct trigger_times *times);
/* The next that will run, 0 when there is none on the next thousand days that have times. */
int64_t trigger_times_next_run(struct trigger_times *times);
/* All of the above for a stored trigger; 0 also for a robot that is paused and a rule that cannot
 * be read. */
int64_t trigger_next_run(const struct trigger *trigger, const struct robot *robot,
                         const struct calendar_set *calendars, int64_t now_ms);

/* Is its time zone unknown to this machine, so that the daemon keeps it out (core/run/triggers.h) and it starts nothing?
 * False of one that would not start a run for its zone anyway: one that follows another robot goes by the organisation's
 * days instead, and one that was for once may be over; and when the zone cannot be looked at just now. */
bool trigger_lacks_zone(const struct trigger *trigger);

/* A moment as people read it, in a zone: "Mon", "2026-11-30", "06:30", "Europe/Copenhagen". */
struct moment {
    char weekday[4];
    char day[16];
    char time[8];
    char zone[TRIGGER_ZONE_MAX];
};
void moment_of(const struct zone *zone, int64_t at_ms, struct moment *ret_moment);
/* "2026-11-30 06:30", in the organisation's zone; today's and tomorrow's by name: "06:30",
 * "tomorrow at 06:30". */
void moment_words(int64_t at_ms, int64_t now_ms, char ret_words[static MOMENT_MAX]);
/* {trigger, robot, at, weekday, date, time, zone, skipped}: a time of a list. */
void put_time(struct json_writer *writer, const struct trigger_times *times, int64_t trigger_id,
              int64_t at_ms, const char *skipped);

/* trigger_outlook.c. What calendars make of a schedule's times in the next OUTLOOK_YEARS. */
enum { OUTLOOK_YEARS = 10 };
struct trigger_outlook {
    bool never_runs; /* every time is a day off */
    int until_year;
    char idle[TRIGGER_NOT_ON_MAX]; /* calendars that leave out none of them: "a and b"; "" */
};
/* All of it 0 for kinds without times. -EINVAL as trigger_times_init(). */
int trigger_outlook(const struct trigger_rule *rule, const struct calendar_set *calendars,
                    int64_t now_ms, struct trigger_outlook *ret_outlook, struct fault *fault)
    __attribute__((warn_unused_result));
/* Does the schedule have a time at all? -EINVAL: it never comes ("0 0 30 2 *"). */
int trigger_comes(const struct trigger_rule *rule, int64_t now_ms, struct fault *fault)
    __attribute__((warn_unused_result));

/* trigger_owed.c. A trigger goes, and times of it have passed that no daemon has looked at. A preview says how many; who
 * takes it away gives each its record before that, skipped. */
enum owed_how { OWED_SAY, OWED_SKIP };
int trigger_owed_settle(struct command_call *call, const struct trigger *trigger,
                        const struct robot *robot, enum owed_how how, struct fault *fault)
    __attribute__((warn_unused_result));
/* Of all of the robot's that go when its robot.json has these. */
int triggers_owed_settle(struct command_call *call, const struct robot *robot,
                         const struct trigger_rule *rules, size_t count, enum owed_how how,
                         struct fault *fault) __attribute__((warn_unused_result));

/* trigger_check.c. The rules have times, the calendars that they name exist, and no robot would start after itself,
 * over however many others, with these. -EINVAL names what is wrong and what to do. */
int trigger_rules_check(struct store *store, const char *robot, const struct trigger_rule *rules,
                        size_t count, struct fault *fault) __attribute__((warn_unused_result));

#endif
