#include "scorecards/round_paper.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/language.h"
#include "core/base/text.h"
#include "core/store/robot.h"
#include "scorecards/gap.h"
#include "scorecards/paper.h"
#include "scorecards/task_value.h"

enum { MINUTE_DIGITS = 2, HOUR_DIGITS = 2, PERCENT_DIGITS = 4, LINE_MAX = 512 };

struct composing {
    const struct round_paper *paper;
    const struct gap *gap;
    const struct gap_row *row;
    const struct robot_list *robots;
    struct text *target;
};

void round_paper_title(const char *department, int32_t year, char target[static ROUND_TITLE_MAX])
{
    (void)snprintf(target, ROUND_TITLE_MAX, "Årlig godkendelse %" PRId32 " for %.100s", year,
                   department);
}

static void put_heading(const struct composing *composing, const char *heading)
{
    text_printf(composing->target, "\n%s%s\n", heading,
                composing->paper->signed_by == NULL ? " (UDKAST)" : "");
}

static void put_draft_mark(const struct composing *composing)
{
    if (composing->paper->signed_by == NULL)
        text_append_string(composing->target, "*** UDKAST - IKKE UNDERSKREVET ***\n");
}

static void put_title(const struct composing *composing)
{
    char year[16];

    if (composing->gap->organisation.is_demo)
        paper_demo_mark(composing->target);
    put_draft_mark(composing);
    text_append_string(composing->target, "ÅRLIG GODKENDELSE AF GEVINSTER OG PRIORITERING\n\n");
    (void)snprintf(year, sizeof year, "%" PRId32, composing->paper->year);
    paper_labelled(composing->target, "Organisation", composing->gap->organisation.name);
    paper_labelled(composing->target, "Afdeling", composing->row->forecast->name);
    paper_labelled(composing->target, "År", year);
    paper_labelled(composing->target, "Opgjort pr.",
                   language_day(LANGUAGE_DANISH, composing->paper->as_of).text);
}

static struct language_text kroner(int64_t amount)
{
    return language_kroner(LANGUAGE_DANISH, amount);
}

static void put_target(const struct composing *composing)
{
    const struct forecast_row *forecast = composing->row->forecast;
    struct text *target = composing->target;

    put_heading(composing, "Måltal og prognose");
    if (forecast->budget > 0)
        paper_paragraph(target, "Måltal: %s", kroner(forecast->budget).text);
    else
        paper_paragraph(target, "Måltal: %s (ingen procent)", kroner(forecast->budget).text);
    paper_paragraph(target, "Prognose efter organisationens regel: %s",
                    kroner(forecast->kroner).text);
    paper_paragraph(target,
                    "Forventet i året: %s, heraf %s bogført i de måneder, der er gået. Med "
                    "80\u00a0%% sandsynlighed mellem %s og %s",
                    kroner(forecast->kroner_to_date).text, kroner(forecast->saved).text,
                    kroner(forecast->low_to_date).text, kroner(forecast->high_to_date).text);
    if (forecast->percent_to_date.is_defined)
        paper_paragraph(target, "Det forventede er %s af måltallet.",
                        language_percent(LANGUAGE_DANISH, forecast->percent_to_date.value, 0).text);
    if (composing->row->gap > 0)
        paper_paragraph(target, "Der mangler %s", kroner(composing->row->gap).text);
}

static const struct forecast_robot *forecast_of(const struct gap *gap, const struct robot *robot)
{
    size_t i;

    for (i = 0; i < gap->forecast.robot_count; i++)
        if (strcmp(gap->forecast.robots[i].id, robot->slug) == 0)
            return &gap->forecast.robots[i];
    return NULL;
}

static void put_robot(const struct composing *composing, const struct robot *robot,
                      int64_t millionths)
{
    const struct estimate *estimate = robot_estimate_on(robot, composing->paper->as_of);
    const struct forecast_robot *forecast = forecast_of(composing->gap, robot);
    char line[LINE_MAX];

    if (estimate == NULL)
        (void)snprintf(line, sizeof line, "intet underskrevet minuttal, så den tæller ikke");
    else
        (void)snprintf(
            line, sizeof line, "%s minutter pr. opgave fra %s, underskrevet af %s",
            language_number_short(LANGUAGE_DANISH, estimate->hundredths, MINUTE_DIGITS).text,
            language_day(LANGUAGE_DANISH, estimate->from_day).text, estimate->signed_by);
    paper_paragraph(composing->target, "%s: andel %s; %s; prognose for hele robotten %s",
                    robot->name,
                    language_percent_short(LANGUAGE_DANISH, millionths, PERCENT_DIGITS).text, line,
                    kroner(forecast != NULL ? forecast->kroner : 0).text);
}

static void put_robots(const struct composing *composing)
{
    const struct organisation *organisation = &composing->gap->organisation;
    struct valuation at = valuation_of(composing->paper->as_of, BOOKING_LATEST);
    size_t place = task_department_place(organisation, composing->row->department_id);
    size_t count = 0;
    size_t i;

    put_heading(composing, "Robotter, som tjener afdelingen, og deres gevinst");
    for (i = 0; i < composing->robots->count; i++) {
        const struct robot *robot = &composing->robots->robots[i];
        int64_t millionths = task_shares_at(organisation, robot, 0, &at, place);

        if (millionths == 0)
            continue;
        put_robot(composing, robot, millionths);
        count++;
    }
    if (count == 0)
        paper_paragraph(composing->target, "Ingen.");
}

static const char *status_words(enum idea_status status)
{
    switch (status) {
    case IDEA_WISH:
        return "ønske, ikke godkendt";
    case IDEA_APPROVED:
        return "godkendt";
    case IDEA_DEVELOPMENT:
        return "under udvikling";
    case IDEA_OPERATION:
        return "i drift";
    case IDEA_REJECTED:
        return "afvist";
    }
    return "?";
}

static void put_ideas(const struct composing *composing)
{
    size_t i;

    put_heading(composing, "Idéer i den rækkefølge, de prioriteres");
    for (i = 0; i < composing->row->idea_count; i++) {
        const struct gap_idea *idea = &composing->row->ideas[i];

        paper_paragraph(
            composing->target,
            "%zu. %s (nr. %" PRId64 ", %s): %s timer om året, %s om året, %s i %" PRId32 "%s%s.",
            i + 1, idea->idea->title, idea->idea->id, status_words(idea->idea->status),
            language_number_short(LANGUAGE_DANISH, idea->idea->hours, HOUR_DIGITS).text,
            kroner(idea->kroner_per_year).text, kroner(idea->kroner).text, composing->paper->year,
            idea->is_planned ? ", fra den " : "",
            idea->is_planned ? language_day(LANGUAGE_DANISH, idea->idea->go_live_day).text : "");
    }
    if (composing->row->idea_count == 0)
        paper_paragraph(composing->target, "Ingen idéer med et forventet antal timer.");
}

static void put_signature(const struct composing *composing)
{
    put_heading(composing, "Godkendelse");
    paper_paragraph(
        composing->target,
        "Afdelingslederen godkender de estimerede gevinster og prioriteringen ovenfor.");
    paper_labelled(composing->target, "Afdelingsleder",
                   composing->paper->signed_by != NULL ? composing->paper->signed_by
                                                       : "____________________");
    paper_labelled(composing->target, "Dato",
                   composing->paper->signed_by != NULL
                       ? language_day(LANGUAGE_DANISH, composing->paper->as_of).text
                       : "____________________");
    put_draft_mark(composing);
}

static const struct gap_row *row_of(const struct gap *gap, int64_t department_id)
{
    size_t i;

    for (i = 0; i < gap->row_count; i++)
        if (gap->rows[i].department_id == department_id)
            return &gap->rows[i];
    return NULL;
}

int round_paper_compose(struct store *store, const struct round_paper *paper, struct text *target,
                        struct fault *fault)
{
    struct gap gap = {.row_count = 0};
    struct robot_list robots = {0};
    struct composing composing = {.paper = paper, .gap = &gap, .robots = &robots, .target = target};
    int result = gap_read(store, paper->year, paper->as_of, &gap, fault);

    if (result == 0)
        result = robot_list_read(store, &robots, fault);
    if (result == 0) {
        composing.row = row_of(&gap, paper->department_id);
        if (composing.row == NULL)
            result = fault_set(fault, -ENOENT, "there is no such department");
    }
    if (result == 0 && composing.row != NULL) {
        put_title(&composing);
        put_target(&composing);
        put_robots(&composing);
        put_ideas(&composing);
        put_signature(&composing);
        if (target->broken != 0)
            result = fault_broken(fault, target->broken, "the document is too long");
    }
    robot_list_release(&robots);
    gap_release(&gap);
    return result;
}
