/* trigger add: the options make the object that robot.json would have, which is then read as there. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/nouns.h"
#include "core/command/trigger_shown.h"
#include "core/run/definition_trigger.h"
#include "core/store/calendar.h"

enum { OBJECT_MAX = 32768, RUNS_SHOWN = 3, TIMES_SHOWN = 12, OUTLOOK_WORDS = 700 };

_Static_assert(TRIGGER_INPUT_MAX == 1024, "the help of --input says 1023");

static void put_not_on(struct json_writer *writer, const char *names)
{
    char name[CALENDAR_SLUG_MAX + 1];

    json_key(writer, "not_on");
    json_begin_array(writer);
    while (names[0] != '\0') { /* "a, b" */
        size_t length = strcspn(names, ", ");

        if (length > 0) {
            (void)snprintf(name, sizeof(name), "%.*s", (int)(length < sizeof(name) ? length : 64),
                           names);
            json_put_string(writer, name);
        }
        names += length;
        names += strspn(names, ", ");
    }
    json_end_array(writer);
}

static void put_object(const struct json *arguments, struct text *target)
{
    static const struct {
        const char *option, *member;
    } texts[] = {{"cron", "cron"},       {"once", "once"},
                 {"after", "after"},     {"when", "when"},
                 {"zone", "zone"},       {"misfire", "misfire"},
                 {"overlap", "overlap"}, {"expected-by", "expected_by"}};
    static const struct {
        const char *option, *member;
    } numbers[] = {{"queue-depth", "queue_depth"},
                   {"queue-age", "queue_age_s"},
                   {"misfire-limit", "misfire_limit"}};
    const char *not_on = json_string(json_member(arguments, "not-on"));
    struct json_writer writer;
    const struct json *input = json_member(arguments, "input");
    const char *value;
    struct text text;
    int64_t number;
    size_t i;

    json_writer_init(&writer, target);
    json_begin_object(&writer);
    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if ((value = json_string(json_member(arguments, texts[i].option))) != NULL)
            result_text(&writer, texts[i].member, value);
    for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        if (json_int64(json_member(arguments, numbers[i].option), &number))
            result_int(&writer, numbers[i].member, number);
    if (not_on != NULL)
        put_not_on(&writer, not_on);
    text_init(&text, TRIGGER_INPUT_MAX - 1);
    if (input != NULL && json_print(input, &text) == 0) {
        json_key(&writer, "input");
        json_put_raw(&writer, text_string(&text));
    }
    text_release(&text);
    json_end_object(&writer);
}

static int check_not_on(const char *names, struct fault *fault)
{
    char name[CALENDAR_SLUG_MAX];

    while (names != NULL && names[0] != '\0') {
        size_t begin = strspn(names, " ");
        size_t end = strcspn(names, ",");
        size_t length = end > begin ? end - begin : 0;

        while (length > 0 && names[begin + length - 1] == ' ')
            length--;
        if (length < sizeof(name))
            (void)text_copy(name, length + 1, names + begin);
        if (length >= sizeof(name) || !text_is_slug(name))
            return fault_set(fault, -EINVAL,
                             "--not-on: expected calendars such as danish-holidays and week-42, "
                             "with commas between them, not \"%.*s\"",
                             (int)(length < 60 ? length : 60), names + begin);
        names += end + (names[end] == ',');
    }
    return 0;
}

static int read_rule(const struct json *arguments, struct trigger_rule *rule, struct fault *fault)
{
    struct json *object = NULL;
    struct text text;
    int result;

    text_init(&text, OBJECT_MAX);
    put_object(arguments, &text);
    result = json_parse(text_string(&text), text.length, OBJECT_MAX, &object, fault);
    if (result == 0)
        result = trigger_rule_read(object, "its options", rule, fault);
    json_free(object);
    text_release(&text);
    return result;
}

static int trigger_add_check(const struct json *arguments, struct fault *fault)
{
    struct trigger_rule rule;
    int result = check_not_on(json_string(json_member(arguments, "not-on")), fault);

    if (result == 0)
        result = read_rule(arguments, &rule, fault);
    return result == 0 ? trigger_comes(&rule, clock_now_ms(), fault) : result;
}

/* The next times that run, and those before them that are skipped. */
static int put_times(struct command_call *call, const struct robot *robot,
                     const struct trigger_rule *rule, const struct calendar_set *calendars,
                     struct fault *fault)
{
    struct trigger_times times = {0};
    char skipped[REST_REASON_MAX];
    int runs = 0;
    int shown;
    int result = trigger_times_init(&times, rule, robot, calendars, call->now_ms, fault);
    json_key(call->result, "rows");
    json_begin_array(call->result);
    for (shown = 0; result == 0 && shown < TIMES_SHOWN && runs < RUNS_SHOWN; shown++) {
        int64_t at_ms = trigger_times_next_shown(&times, skipped);

        if (at_ms == 0)
            break;
        put_time(call->result, &times, 0, at_ms, skipped);
        runs += skipped[0] == '\0';
    }
    json_end_array(call->result);
    trigger_times_release(&times);
    return result;
}

static void outlook_words(const struct trigger_outlook *outlook, char words[static OUTLOOK_WORDS])
{
    words[0] = '\0';
    if (outlook->never_runs)
        (void)snprintf(words, OUTLOOK_WORDS,
                       "; none of its times until %d will run: each of them is a day off",
                       outlook->until_year);
    else if (outlook->idle[0] != '\0')
        (void)snprintf(words, OUTLOOK_WORDS, "; %s %s out none of its times until %d",
                       outlook->idle, strstr(outlook->idle, " and ") != NULL ? "leave" : "leaves",
                       outlook->until_year);
}

static int answer(struct command_call *call, const struct robot *robot,
                  const struct trigger_rule *rule, int64_t id, struct fault *fault)
{
    const char *kept = robot_keeps_waiting(robot, call_today(call), call_today(call));
    struct calendar_set *calendars = NULL;
    struct trigger_outlook outlook = {0};
    char words[TRIGGER_WORDS_MAX];
    char notes[OUTLOOK_WORDS];
    int result = calendar_set_read(call->store, &calendars, fault);

    if (result == 0)
        result = trigger_outlook(rule, calendars, call->now_ms, &outlook, fault);
    outlook_words(&outlook, notes);
    trigger_words(rule, words);
    detail_int(call, "trigger", id);
    detail_text(call, "says", words);
    if (rule->input[0] != '\0')
        detail_text(call, "given_input", rule->input);
    json_begin_object(call->result);
    result_message(call->result, "trigger %" PRId64 ": %s runs %s%s%s%s", id, robot->slug, words,
                   notes, kept != NULL ? "; it does not start now: " : "",
                   kept != NULL ? kept : "");
    result_int(call->result, "trigger", id);
    result_bool(call->result, "never_runs", outlook.never_runs);
    result_text_or_null(call->result, "idle_calendars", outlook.idle);
    if (result == 0)
        result = put_times(call, robot, rule, calendars, fault);
    json_end_object(call->result);
    calendar_set_free(calendars);
    return result;
}

static int trigger_add_apply(struct command_call *call, struct fault *fault)
{
    struct trigger_origin origin = {true, call_asker(call), call->now_ms};
    struct robot_list list = {0};
    const struct robot *robot = NULL;
    struct trigger_rule rule;
    int64_t id = 0;
    int result = call_robot(call, "robot", &list, &robot, fault);

    if (result == 0 && robot->is_external)
        result = robot_need_installed(robot, fault);
    if (result == 0)
        result = read_rule(call->arguments, &rule, fault);
    if (result == 0 && rule.kind == TRIGGER_ONCE && rule.at_ms <= call->now_ms)
        result = fault_set(fault, -EINVAL, "trigger add: --once %s has passed",
                           argument_text(call, "once", ""));
    if (result == 0)
        result = trigger_rules_check(call->store, robot->slug, &rule, 1, fault);
    if (result == 0) {
        result = trigger_add(call->store, robot->id, &rule, &origin, &id, fault);
        if (result == -EEXIST || result == -E2BIG)
            result = fault_prefix(fault, -EINVAL, "%s", robot->slug);
    }
    if (result == 0) {
        call->effects.robots_changed = true;
        result = answer(call, robot, &rule, id, fault);
    }
    robot_list_release(&list);
    return result;
}

static const struct argument arguments[] = {
    ROBOT_ARGUMENT,
    {.name = "cron",
     .kind = ARGUMENT_TEXT,
     .value = "\"M H D M W\"",
     .help = "at these times, see above",
     .most = TRIGGER_CRON_MAX - 1},
    {.name = "once",
     .kind = ARGUMENT_TEXT,
     .value = "TIME",
     .help = "once, at 2026-12-01T06:30 (or with an offset, +01:00)",
     .most = 40},
    {.name = "after", .kind = ARGUMENT_ROBOT, .value = "ROBOT", .help = "when its run has ended"},
    {.name = "when",
     .kind = ARGUMENT_CHOICE,
     .choices = "done|failed|either",
     .value = "ENDING",
     .help = "how that run must have ended (done)",
     .needs = "after"},
    {.name = "queue-depth",
     .kind = ARGUMENT_NUMBER,
     .value = "N",
     .help = "when so many items are ready on its queue",
     .least = 1,
     .most = 10000000},
    {.name = "queue-age",
     .kind = ARGUMENT_NUMBER,
     .value = "SECONDS",
     .help = "when the oldest item has been ready for so long",
     .least = 1,
     .most = 31536000},
    {.name = "zone",
     .kind = ARGUMENT_TEXT,
     .value = "ZONE",
     .help = "the time zone of its times (the organisation's)",
     .most = TRIGGER_ZONE_MAX - 1},
    {.name = "not-on",
     .kind = ARGUMENT_TEXT,
     .value = "CALENDAR",
     .help = "not on the days of this calendar; several with commas, or given again",
     .is_repeated = true,
     .most = TRIGGER_NOT_ON_MAX - 1,
     .source = SOURCE_CALENDAR},
    {.name = "misfire",
     .kind = ARGUMENT_CHOICE,
     .choices = "skip|once|all",
     .value = "WHAT",
     .help = "what becomes of times at which automagid was not running (once)"},
    {.name = "misfire-limit",
     .kind = ARGUMENT_NUMBER,
     .value = "N",
     .help = "with --misfire all: the newest so many of them (10)",
     .needs = "misfire",
     .least = 1,
     .most = TRIGGER_MISFIRE_MOST},
    {.name = "overlap",
     .kind = ARGUMENT_CHOICE,
     .choices = "skip|queue|allow",
     .value = "WHAT",
     .help = "what becomes of a time while a run of it goes on (queue)"},
    {.name = "expected-by",
     .kind = ARGUMENT_TEXT,
     .value = "HH:MM",
     .help = "its run should have ended by then; `why` and lists say when it is late",
     .most = 5},
    {.name = "input",
     .kind = ARGUMENT_JSON,
     .value = "JSON|@FILE",
     .help = "an object that its runs are given, of at most 1023 bytes",
     .most = TRIGGER_INPUT_MAX - 1},
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "weekday", .heading = "next"},
    {.member = "date", .heading = "date"},
    {.member = "time", .heading = "time"},
    {.member = "zone", .heading = "zone"},
    {.member = "skipped", .heading = "skipped because"},
    COLUMNS_END,
};

static const char HELP[] =
    "Give it one of --cron, --once, --after, --queue-depth and --queue-age. The answer says in\n"
    "words when the robot will run, with its next times.\n"
    "\n"
    "--cron has five fields: minute, hour, day of the month, month, weekday. Each takes * (any),\n"
    "a value, a range, a list (8,12,16) or a step (*/15, 8-16/2). Local time.\n"
    "\n"
    "  field             also\n"
    "  month             names: jan, maj, december\n"
    "  weekday           names: mon, fre; ranges: mon-fri; 0 and 7 are Sunday\n"
    "                    fri#2  the second Friday of the month    friL  the last Friday\n"
    "  day of the month  L      the last day                      L-3   three days before it\n"
    "                    LW     the last Monday to Friday         15W   the one nearest the 15th\n"
    "                    LB     the last bank day                 LB-1  the bank day before it\n"
    "                    1B     the first bank day                3B    the third\n"
    "  whole             @hourly @daily @weekly @monthly @yearly\n"
    "\n"
    "  on weekdays at 06:30, not on holidays\n"
    "    --cron \"30 6 * * mon-fri\" --not-on danish-holidays\n"
    "  on the second-last bank day at 06:30, not in week 42\n"
    "    --cron \"30 6 LB-1 * *\" --not-on week-42\n"
    "  every quarter of an hour from 8 to 16, one run at a time\n"
    "    --cron \"*/15 8-15 * * mon-fri\" --overlap skip\n"
    "  when another robot is done\n"
    "    --after fetch-invoices --when done\n"
    "\n"
    "Calendars for --not-on: weekends, danish-holidays, danish-bank-holidays, week-1 to week-53,\n"
    "and those of `automagi calendar add`.\n"
    "--misfire  skip: none of them runs; once: the newest, if it is less than a day old;\n"
    "           all: the newest --misfire-limit, one after another.\n"
    "--overlap  skip: the time is skipped; queue: it waits, and further times are skipped while\n"
    "           one waits; allow: it runs beside, as far as the limits allow.";

const struct command command_trigger_add = {
    .name = "trigger add",
    .summary = "let a robot start by itself: at times, after another robot, or by its queue",
    .help = HELP,
    .kind = COMMAND_CHANGES,
    .arguments = arguments,
    .columns = columns,
    .check = trigger_add_check,
    .empty = "it has no times of its own: it waits for another robot, or for its queue",
    .apply = trigger_add_apply,
};
