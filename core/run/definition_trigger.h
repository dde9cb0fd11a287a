/*
 * definition_trigger.h - a trigger as people write it: in robot.json's "triggers" and, by its
 * options, in `trigger add`.
 *
 * An object with exactly one of
 *   "cron": "30 6 LB-1 * *"           (cron.h)
 *   "once": "2026-12-01T06:30"        local in the trigger's zone, or with an offset
 *   "after": "other-robot"            and, if wanted, "when": "done" (usual), "failed", "either"
 *   "queue_depth": 100                so many items are ready
 *   "queue_age_s": 3600               the oldest has been ready so long
 * and any of "zone", "not_on" (array of calendars), "misfire", "misfire_limit", "overlap",
 * "expected_by" ("07:00"), "input" (an object).
 *
 * Threads: no state.
 */
#ifndef AUTOMAGI_RUN_DEFINITION_TRIGGER_H
#define AUTOMAGI_RUN_DEFINITION_TRIGGER_H

struct fault;
struct json;
struct trigger_rule;

/* The rule in its one form: calendars sorted and none twice, the input compact. -EINVAL begins with
 * `where` and names the member. Whether the calendars and the other robot exist is not looked at. */
int trigger_rule_read(const struct json *object, const char *where, struct trigger_rule *ret_rule,
                      struct fault *fault) __attribute__((warn_unused_result));

#endif
