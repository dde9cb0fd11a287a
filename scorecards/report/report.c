#include "scorecards/report/report.h"

#include <errno.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/store/store.h"
#include "scorecards/report/report_inner.h"

enum { MONTHS_OF_YEAR = 12, MINUTES_OF_HOUR = 60, MS_OF_MINUTE = 60000 };

void report_usual_range(int32_t today, int32_t *ret_from_day, int32_t *ret_to_day)
{
    int32_t month = clock_month_of_day(today) - 1;

    *ret_from_day = clock_first_day_of_month(month - month % MONTHS_OF_YEAR);
    *ret_to_day = clock_last_day_of_month(month);
}

static int32_t a_year_before(int32_t month)
{
    return month - MONTHS_OF_YEAR;
}

void report_range_before(int32_t from_day, int32_t to_day, int32_t *ret_from_day,
                         int32_t *ret_to_day)
{
    int32_t first = clock_month_of_day(from_day);
    int32_t last = clock_month_of_day(to_day);
    int32_t months = last - first + 1;

    if (from_day != clock_first_day_of_month(first) || to_day != clock_last_day_of_month(last)) {
        *ret_from_day = from_day - (to_day - from_day + 1);
        *ret_to_day = from_day - 1;
    } else if (first % MONTHS_OF_YEAR == 0 && months > 1 && months <= MONTHS_OF_YEAR) {
        *ret_from_day = clock_first_day_of_month(a_year_before(first));
        *ret_to_day = clock_last_day_of_month(a_year_before(last));
    } else {
        *ret_from_day = clock_first_day_of_month(first - months);
        *ret_to_day = from_day - 1;
    }
}

static int check_query(const struct report_query *query, struct report_query *ret_query,
                       struct fault *fault)
{
    *ret_query = *query;
    if (query->from_day > query->to_day)
        return fault_set(fault, -EINVAL, "the first day of the report lies after its last");
    if (query->before_from == INT32_MIN || query->before_to == INT32_MIN)
        report_range_before(query->from_day, query->to_day, &ret_query->before_from,
                            &ret_query->before_to);
    if (ret_query->before_from > ret_query->before_to ||
        ret_query->before_to >= ret_query->from_day)
        return fault_set(fault, -EINVAL,
                         "what the report is held against must end before it begins");
    return 0;
}

static const char *title_of(struct composing *composing)
{
    const struct robot *robot =
        composing->query.robot != NULL
            ? robot_list_find(report_robots(composing), composing->query.robot)
            : NULL;

    return robot != NULL ? SAY(composing, WORDS_REPORT_CARD_TITLE, robot->name)
                         : report_word(composing, WORDS_REPORT_TITLE);
}

static void put_head(struct composing *composing)
{
    const struct report_query *query = &composing->query;
    const char *organisation = report_organisation(composing)->name;
    int64_t now_ms = clock_now_ms();
    int32_t today;
    int minute;
    int offset;

    clock_local_minute(now_ms, &today, &minute, &offset);
    document_head(
        composing->document, title_of(composing),
        SAY(composing,
            organisation[0] == '\0' ? WORDS_REPORT_SUBTITLE_ALONE : WORDS_REPORT_SUBTITLE,
            shown_range(composing, query->from_day, query->to_day), organisation),
        store_is_demo(composing->store) ? report_word(composing, WORDS_REPORT_DEMO) : NULL,
        SAY(composing, WORDS_REPORT_MADE, shown_day(composing, today),
            language_time(composing->language, minute).text, shown_day(composing, query->as_of)));
}

/* One robot's page, and the words it needs. */
static int put_page(struct composing *composing, struct fault *fault)
{
    const struct scorecard_list *cards = &composing->figures.cards;
    int64_t id = 0;
    int result = robot_find(composing->store, composing->query.robot, &id, fault);
    size_t i;

    for (i = 0; i < cards->count && result == 0; i++)
        if (cards->cards[i].robot->id == id)
            report_robot_page(composing, &cards->cards[i], 1);
    report_scorecard_data(composing);
    return result == 0 ? report_definitions(composing, fault) : result;
}

static int put_sections(struct composing *composing, struct fault *fault)
{
    static int (*const sections[])(struct composing *, struct fault *) = {
        report_summary,     report_changes,        report_status,
        report_savings,     report_robots_section, report_forecast,
        report_scorecards,  report_backlog,        report_net,
        report_definitions, report_robot_pages,
    };
    size_t i;
    int result = 0;

    if (composing->query.robot != NULL)
        return put_page(composing, fault);
    for (i = 0; i < sizeof sections / sizeof sections[0] && result == 0; i++)
        result = sections[i](composing, fault);
    return result;
}

int report_compose(struct store *store, const struct report_query *query,
                   struct document *ret_document, struct fault *fault)
{
    struct composing composing = {
        .store = store, .language = query->language, .document = ret_document};
    bool is_entered = false;
    int result;

    document_init(ret_document, query->language);
    result = check_query(query, &composing.query, fault);
    if (result < 0)
        return result;
    result = store_view_enter(store, &is_entered, fault);
    if (result == 0)
        result = report_figures_read(&composing, fault);
    if (result == 0) {
        put_head(&composing);
        result = put_sections(&composing, fault);
    }
    store_view_leave(store, is_entered);
    if (ret_document->broken == 0)
        ret_document->broken = composing.broken;
    if (result == 0)
        result = document_result(ret_document, fault);
    report_figures_release(&composing.figures);
    report_forget(&composing);
    return result;
}
