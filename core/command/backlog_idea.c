#include "core/command/backlog_idea.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/cpr.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/money.h"
#include "core/store/organisation.h"
#include "scorecards/gap.h"
#include "scorecards/priority.h"

enum { HOUR_DIGITS = MONEY_DIGITS, REMARK_MAX = 2048 };

int call_idea(struct command_call *call, struct idea_list *ret_list, const struct idea **ret_idea,
              struct fault *fault)
{
    int64_t id = argument_number(call, "id", 0);
    int result = idea_list_read(call->store, ret_list, fault);

    if (result < 0)
        return result;
    *ret_idea = idea_list_find(ret_list, id);
    (void)snprintf(call->subject, sizeof call->subject, "idea %" PRId64, id);
    if (*ret_idea != NULL)
        return 0;
    return fault_set(fault, -ENOENT,
                     "there is no idea %" PRId64 "; `automagi backlog list` shows those there are",
                     id);
}

int idea_texts_check(const struct json *arguments, struct fault *fault)
{
    static const char *const texts[] = {"title",   "sender", "owner",  "description", "today",
                                        "trouble", "wish",   "answer", "reason"};
    size_t i;

    for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char *text = json_string(json_member(arguments, texts[i]));

        if (text != NULL && cpr_is_in(text, strlen(text)))
            return fault_set(fault, -EINVAL,
                             "%s%s holds what reads like a CPR number; write it without",
                             strcmp(texts[i], "title") == 0 ? "the " : "--", texts[i]);
    }
    return 0;
}

int call_ranking(const struct command_call *call, struct ranking *ret_ranking, struct fault *fault)
{
    int32_t today = call_today(call);
    int year;
    int month;
    int day;

    clock_civil(today, &year, &month, &day);
    return ranking_read(call->store, year, today, ret_ranking, fault);
}

void put_points(struct json_writer *writer, const char *name, int64_t hundredths)
{
    if (hundredths < 0)
        result_text(writer, name, NULL);
    else
        result_decimal(writer, name, hundredths, POINT_DIGITS);
}

static void put_known_int(struct json_writer *writer, const char *name, int64_t value,
                          int64_t unknown)
{
    if (value == unknown)
        result_text(writer, name, NULL);
    else
        result_int(writer, name, value);
}

static void put_priority(struct json_writer *writer, const struct priority *priority)
{
    put_points(writer, "benefit", priority->benefit);
    put_points(writer, "benefit_low", priority->benefit_low);
    put_points(writer, "benefit_high", priority->benefit_high);
    put_points(writer, "ease", priority->ease);
    put_points(writer, "score", priority->priority);
    result_text_or_null(writer, "quadrant", quadrant_word(priority->quadrant));
}

static void put_numbers(struct json_writer *writer, const struct idea *idea, int64_t ore_per_hour)
{
    if (idea->hours == IDEA_UNKNOWN) {
        result_text(writer, "hours", NULL);
        result_text(writer, "kroner", NULL);
    } else {
        result_decimal(writer, "hours", idea->hours, HOUR_DIGITS);
        result_int(writer, "kroner", gap_kroner_per_year(idea, ore_per_hour));
    }
    if (idea->go_live_day == IDEA_NO_DAY)
        result_text(writer, "go_live", NULL);
    else
        result_day(writer, "go_live", idea->go_live_day);
    put_known_int(writer, "priority", idea->priority, IDEA_UNKNOWN);
}

/* What a reader of its row must know: a gate that holds it, an approval that nobody recorded (rule R9), a department that
 * is none. */
static void put_remark(struct json_writer *writer, const struct idea *idea)
{
    bool is_begun = idea->status == IDEA_DEVELOPMENT || idea->status == IDEA_OPERATION;
    char held[GATE_WORDS_MAX];
    struct text words;

    text_init(&words, REMARK_MAX);
    if (idea->red_item != 0 && idea->status != IDEA_OPERATION && idea->status != IDEA_REJECTED) {
        gate_red_words(idea->red_item, held);
        text_append_string(&words, held);
    }
    if (is_begun && idea->approved_by == NULL)
        text_printf(&words, "%sapproval not recorded", words.length > 0 ? "; " : "");
    if (idea->department_id == 0 && idea->department_text[0] != '\0')
        text_printf(&words, "%sprinted as %s", words.length > 0 ? "; " : "", idea->department_text);
    result_text_or_null(writer, "remark", text_string(&words));
    text_release(&words);
}

void put_idea_members(struct json_writer *writer, const struct ranking *ranking,
                      const struct ranked_idea *ranked)
{
    const struct gap *gap = &ranking->gap;
    const struct idea *idea = ranked->idea;

    put_known_int(writer, "rank", ranked->priority.rank, 0);
    result_int(writer, "id", idea->id);
    result_text(writer, "title", idea->title);
    result_text(writer, "status", idea_status_word(idea->status));
    result_text(writer, "department",
                money_department_slug(&gap->organisation, idea->department_id));
    result_text_or_null(writer, "department_as_printed", idea->department_text);
    put_priority(writer, &ranked->priority);
    put_numbers(writer, idea, gap->ore_per_hour);
    result_text(writer, "sender", idea->sender);
    result_text_or_null(writer, "owner", idea->owner);
    result_text_or_null(writer, "description", idea->description);
    result_text_or_null(writer, "approved_by", idea->approved_by);
    if (idea->approved_by != NULL)
        result_day(writer, "approved_on", idea->approved_day);
    else
        result_text(writer, "approved_on", NULL);
    result_text_or_null(writer, "answer", idea->answer);
    put_remark(writer, idea);
}
