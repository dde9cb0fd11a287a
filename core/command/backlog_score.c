/* backlog score: what an idea is expected to bring in each of the five benefits, and how easy it is. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/backlog_idea.h"
#include "scorecards/priority.h"

enum { WORD_MAX = 16, WORDS_MAX = 512, NOT_SAID = -1 };

static bool read_point(char character, int *ret_points)
{
    if (character < '0' || character > '0' + SCORE_MOST)
        return false;
    *ret_points = character - '0';
    return true;
}

/* "1,2,3", "2" for all three, "none"; blanks do not matter. */
static bool read_expected(const char *string, struct expected_score *ret_expected)
{
    struct expected_score expected = {.state = SCORE_GIVEN};
    char word[WORD_MAX];
    size_t length = 0;
    bool is_read;

    for (; *string != '\0'; string++) {
        if (*string == ' ')
            continue;
        if (length == sizeof word - 1)
            return false;
        word[length++] = *string;
    }
    word[length] = '\0';
    if (strcmp(word, "none") == 0) {
        *ret_expected = (struct expected_score){.state = SCORE_NOT_RELEVANT};
        return true;
    }
    if (length == 1) {
        is_read = read_point(word[0], &expected.likely);
        expected.low = expected.high = expected.likely;
    } else {
        is_read = length == 5 && word[1] == ',' && word[3] == ',' &&
                  read_point(word[0], &expected.low) && read_point(word[2], &expected.likely) &&
                  read_point(word[4], &expected.high);
    }
    if (!is_read || expected.low > expected.likely || expected.likely > expected.high)
        return false;
    *ret_expected = expected;
    return true;
}

/* What the arguments say; what they do not stays open. */
static int read_scores(const struct json *arguments, struct idea_scores *scores,
                       bool *ret_is_anything, struct fault *fault)
{
    const struct json *value;
    int64_t number;
    int i;

    *ret_is_anything = false;
    for (i = 0; i < SCORECARD_PARAMETERS; i++) {
        const char *name = scorecard_parameter_word((enum scorecard_parameter)(i + 1));

        value = json_member(arguments, name);
        if (value == NULL)
            continue;
        *ret_is_anything = true;
        if (!read_expected(json_string(value), &scores->expected[i]))
            return fault_set(fault, -EINVAL,
                             "--%s: expected 0 to 5, or low,likely,high such as 2,3,4, or none "
                             "where it is not relevant, not \"%.60s\"",
                             name, json_string(value));
    }
    for (i = 0; i <= EASES; i++) {
        int *target = i < EASES ? &scores->ease[i] : &scores->systems;

        value = json_member(arguments, i < EASES ? ease_word((enum ease)(i + 1)) : "systems");
        *target = NOT_SAID;
        if (value == NULL || !json_int64(value, &number))
            continue;
        *ret_is_anything = true;
        *target = (int)number; /* within its scale: the arguments are checked */
    }
    return 0;
}

static int score_check(const struct json *arguments, struct fault *fault)
{
    struct idea_scores scores = {0};
    bool is_anything = false;
    int result = read_scores(arguments, &scores, &is_anything, fault);

    if (result == 0 && !is_anything)
        result = fault_set(fault, -EINVAL, "give at least one score, such as --quality 2,3,4");
    return result;
}

/* What keeps an idea from being ranked. */
static void put_unsaid(struct text *target, const struct idea_scores *scores,
                       const struct priority *priority)
{
    const char *before = "";
    int i;

    if (priority->benefit < 0) {
        text_append_string(target, "any of the five benefits that weighs");
        before = ", ";
    }
    for (i = 0; i <= EASES; i++) {
        if ((i < EASES ? scores->ease[i] : scores->systems) >= 0)
            continue;
        text_printf(target, "%s%s", before,
                    i < EASES ? ease_word((enum ease)(i + 1)) : "the number of systems");
        before = ", ";
    }
}

struct points_text {
    char text[DECIMAL_TEXT_MAX];
};

static struct points_text points(int64_t hundredths)
{
    struct points_text points;

    decimal_format(hundredths, POINT_DIGITS, points.text, sizeof points.text);
    return points;
}

static int answer(struct command_call *call, const struct idea *idea, struct fault *fault)
{
    struct idea_score_list list = {.count = 0};
    struct score_weights weights;
    struct priority priority;
    struct text unsaid;
    int result = idea_score_list_read(call->store, INT64_MAX, &list, fault);

    if (result == 0)
        result = score_weights_on(call->store, call_today(call), &weights, fault);
    if (result < 0) {
        idea_score_list_release(&list);
        return result;
    }
    text_init(&unsaid, WORDS_MAX);
    priority = priority_of(idea_score_list_find(&list, idea->id), &weights);
    if (priority.priority < 0)
        put_unsaid(&unsaid, idea_score_list_find(&list, idea->id), &priority);
    if (priority.priority < 0)
        result_only_message(call,
                            "idea %" PRId64 " (%s) is scored, but not ranked yet: nobody has said "
                            "%s",
                            idea->id, idea->title, text_string(&unsaid));
    else
        result_only_message(call,
                            "idea %" PRId64 " (%s): benefit %s (%s to %s), ease %s, priority %s, "
                            "%s",
                            idea->id, idea->title, points(priority.benefit).text,
                            points(priority.benefit_low).text, points(priority.benefit_high).text,
                            points(priority.ease).text, points(priority.priority).text,
                            quadrant_word(priority.quadrant));
    text_release(&unsaid);
    idea_score_list_release(&list);
    return 0;
}

static int backlog_score_apply(struct command_call *call, struct fault *fault)
{
    struct idea_list list = {.count = 0};
    struct idea_scores scores = {0};
    const struct idea *idea = NULL;
    bool is_anything = false;
    int result = call_idea(call, &list, &idea, fault);

    if (result == 0)
        result = read_scores(call->arguments, &scores, &is_anything, fault);
    if (result == 0) {
        scores.idea_id = idea->id;
        result = idea_score(call->store, &scores, call->by, call->now_ms, fault);
    }
    if (result == 0)
        result = answer(call, idea, fault);
    idea_list_release(&list);
    return result;
}

#define EXPECTED_ARGUMENT(word, words)                                                             \
    {                                                                                              \
        .name = (word), .kind = ARGUMENT_TEXT, .value = "POINTS", .help = (words),                 \
        .most = WORD_MAX - 1                                                                       \
    }
#define EASE_ARGUMENT(word, from, to, words)                                                       \
    {                                                                                              \
        .name = (word), .kind = ARGUMENT_NUMBER, .value = "N", .help = (words), .least = (from),   \
        .most = (to)                                                                               \
    }

static const struct argument arguments[] = {
    IDEA_ID,
    EXPECTED_ARGUMENT("saving", "realised saving: money that leaves a budget"),
    EXPECTED_ARGUMENT("time", "time released"),
    EXPECTED_ARGUMENT("quality", "better quality: data quality, legal certainty"),
    EXPECTED_ARGUMENT("service", "better service to citizens"),
    EXPECTED_ARGUMENT("wellbeing", "higher well-being among staff"),
    EASE_ARGUMENT("rules", 0, EASE_MOST, "0-5: the work follows rules (5: always)"),
    EASE_ARGUMENT("digital", 0, EASE_MOST, "0-5: what it works on is digital"),
    EASE_ARGUMENT("structured", 0, EASE_MOST, "0-5: ... and structured (5: fields, 0: free text)"),
    EASE_ARGUMENT("stability", 0, EASE_MOST, "0-5: the process and its systems stay as they are"),
    EASE_ARGUMENT("interface", 1, EASE_MOST,
                  "5 documented API, 4 file or report, 3 stable web page, 2 moving web page, 1 "
                  "desktop only"),
    EASE_ARGUMENT("systems", 0, IDEA_SYSTEMS_MOST, "how many systems it meets"),
    BY_ARGUMENT("who says so"),
    ARGUMENTS_END,
};

const struct command command_backlog_score = {
    .name = "backlog score",
    .summary = "how many points an idea is expected to get in the five benefits, and its ease",
    .help =
        "POINTS are 0 to 5 as on the scorecard: low,likely,high; one number stands for all three;\n"
        "none: not relevant, which is not 0. What is not said stays as it was, so several people\n"
        "can say what each knows. An idea is ranked when one of the five benefits, all five parts\n"
        "of its ease and the number of systems are said. Its robot is held against what was said\n"
        "until its first day of operation was over (`automagi scorecard ROBOT`), or first after.\n"
        "\n"
        "  automagi backlog score 3 --saving 0,1,2 --time 3 --quality 2,3,4 --wellbeing none \\\n"
        "      --rules 4 --digital 5 --structured 4 --stability 3 --interface 5 --systems 2 \\\n"
        "      --by NAME",
    .kind = COMMAND_CHANGES,
    .arguments = arguments,
    .check = score_check,
    .apply = backlog_score_apply,
};
