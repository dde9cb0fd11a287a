#include "scorecards/agreement.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/decimal.h"
#include "core/base/fault.h"
#include "core/base/language.h"
#include "core/base/text.h"
#include "core/store/dispute.h"
#include "core/store/signed_document.h"
#include "core/store/timing.h"
#include "scorecards/paper.h"
#include "scorecards/savings.h"
#include "scorecards/task_value.h"

enum { MINUTE_DIGITS = 2, SHARE_PERCENT_DIGITS = 4 };

struct composing {
    const struct agreement *agreement;
    struct text *target;
    bool is_draft;
    unsigned disputes;
};

static struct language_text day_text(int32_t day)
{
    return language_day(LANGUAGE_DANISH, day);
}

static struct language_text minutes_text(int64_t hundredths)
{
    return language_number_short(LANGUAGE_DANISH, hundredths, MINUTE_DIGITS);
}

static void put_heading(const struct composing *composing, const char *heading)
{
    text_printf(composing->target, "\n%s%s\n", heading, composing->is_draft ? " (UDKAST)" : "");
}

static void put_draft_mark(const struct composing *composing)
{
    text_append_string(composing->target, "*** UDKAST - IKKE UNDERSKREVET - TÆLLER IKKE ***\n");
}

static const char *unit_of(const struct estimate *estimate)
{
    switch (estimate->kind) {
    case ESTIMATE_TASK:
        return "pr. udført opgave";
    case ESTIMATE_HANDOVER:
        return "pr. opgave, som robotten har hjulpet med, og som et menneske gør færdig";
    }
    return "";
}

static void put_title(const struct composing *composing)
{
    const struct robot *robot = composing->agreement->robot;
    const struct estimate *estimate = composing->agreement->estimate;
    struct text *target = composing->target;
    char version[32];

    if (composing->agreement->organisation->is_demo)
        paper_demo_mark(target);
    if (composing->is_draft)
        put_draft_mark(composing);
    text_append_string(target, composing->is_draft ? "UDKAST TIL AFTALE OM MINUTTAL\n\n"
                                                   : "AFTALE OM MINUTTAL\n\n");
    if (composing->agreement->organisation->name[0] != '\0')
        paper_labelled(target, "Organisation", composing->agreement->organisation->name);
    paper_labelled(target, "Robot", robot->name);
    paper_labelled(target, "Robottens id", robot->slug);
    (void)snprintf(version, sizeof version, "%" PRId64, estimate->id);
    paper_labelled(target, "Version", version);
}

/* One department's part on the day the version begins. */
static int put_share(size_t place, int64_t millionths, void *context)
{
    const struct composing *composing = context;
    const struct organisation *organisation = composing->agreement->organisation;
    const char *name = place < organisation->department_count
                           ? department_name_on(&organisation->departments[place],
                                                composing->agreement->estimate->from_day)
                           : SAVINGS_CROSS_NAME;

    paper_paragraph(composing->target, "%s: %s", name,
                    language_percent_short(LANGUAGE_DANISH, millionths, SHARE_PERCENT_DIGITS).text);
    return 0;
}

static void put_shares(struct composing *composing)
{
    const struct agreement *agreement = composing->agreement;
    struct valuation at = valuation_of(agreement->estimate->from_day, BOOKING_LATEST);
    char heading[LANGUAGE_TEXT_MAX + 60];

    (void)snprintf(heading, sizeof heading, "Afdelinger, som besparelsen tilfalder den %s",
                   day_text(agreement->estimate->from_day).text);
    put_heading(composing, heading);
    (void)task_shares_each(agreement->organisation, agreement->robot, 0, &at, put_share, composing);
}

/* When it ends is known only by the version that replaces it. */
static void put_minutes(const struct composing *composing)
{
    const struct estimate *estimate = composing->agreement->estimate;

    put_heading(composing, "Hvad en opgave er");
    paper_paragraph(composing->target, "%s",
                    estimate->task[0] != '\0' ? estimate->task : "Ikke beskrevet.");
    put_heading(composing, "Minuttal");
    paper_paragraph(composing->target, "%s minutter %s.", minutes_text(estimate->hundredths).text,
                    unit_of(estimate));
    paper_paragraph(composing->target,
                    "Gælder for opgaver fra og med den %s, til en senere version er underskrevet.",
                    day_text(estimate->from_day).text);
}

static void put_timings(const struct composing *composing, const struct timings *timings)
{
    const struct estimate *estimate = composing->agreement->estimate;
    struct text *target = composing->target;
    struct text list;
    size_t i;

    text_init(&list, AGREEMENT_MAX);
    for (i = 0; i < timings->count; i++)
        text_printf(&list, "%s%s", i > 0 ? "; " : "", minutes_text(timings->hundredths[i]).text);
    paper_paragraph(target, "Målte tider i minutter (n = %zu): %s", timings->count,
                    text_string(&list));
    paper_paragraph(
        target, "Gennemsnit %s, median %s.", minutes_text(timings->mean).text,
        language_number_short(LANGUAGE_DANISH, (int128)timings->twice_median * 5, MINUTE_DIGITS + 1)
            .text);
    paper_paragraph(target, "%s",
                    2 * estimate->hundredths > timings->twice_median
                        ? "OBS: Minuttallet ligger OVER medianen. Det skal være forsigtigt sat."
                        : "Minuttallet ligger ikke over medianen.");
    text_release(&list);
}

static int put_method(const struct composing *composing, struct fault *fault)
{
    const struct estimate *estimate = composing->agreement->estimate;
    struct timings timings;
    int result = timings_read(estimate->timings, &timings, fault);

    if (result < 0)
        return result;
    put_heading(composing, "Hvordan minutterne er fundet");
    paper_paragraph(composing->target, "%s",
                    estimate->method[0] != '\0' ? estimate->method : "Ikke beskrevet.");
    if (timings.count > 0)
        put_timings(composing, &timings);
    else
        paper_paragraph(composing->target, "Der er ingen målte tider.");
    return 0;
}

/* What one is worth, rounded to a hundredth of a krone: hundredths × øre an hour / 60. */
static void put_meaning(const struct composing *composing)
{
    const struct agreement *agreement = composing->agreement;
    const struct estimate *estimate = agreement->estimate;
    int64_t rate = organisation_rate_on(agreement->organisation, estimate->from_day);
    struct text *target = composing->target;

    put_heading(composing, "Hvad tallet betyder");
    paper_paragraph(target, "Sparede minutter = antal opgaver x minuttallet på den dag, opgaven er "
                            "udført.");
    paper_paragraph(target, "Sparede kroner = sparede minutter x timesatsen den dag / 60.");
    if (rate == 0) {
        paper_paragraph(target, "Der er ingen timesats den %s.", day_text(estimate->from_day).text);
    } else {
        paper_paragraph(
            target, "Timesatsen den %s er %s En opgave svarer da til %s",
            day_text(estimate->from_day).text, language_ore(LANGUAGE_DANISH, rate).text,
            language_ore(LANGUAGE_DANISH,
                         (int64_t)decimal_divide_half_up((int128)estimate->hundredths * rate, 6000))
                .text);
    }
    paper_paragraph(target,
                    "Intet tæller, før minuttallet er underskrevet af en anden end den, der "
                    "har fastsat det. Når det er underskrevet, tæller det fra den dag, det "
                    "gælder fra.");
}

static void put_replaced(const struct composing *composing)
{
    const struct agreement *agreement = composing->agreement;
    const struct estimate *estimate = agreement->estimate;
    const struct estimate *before = robot_estimate_for(agreement->robot, estimate->kind,
                                                       estimate->from_day - 1, BOOKING_LATEST);

    put_heading(composing, "Erstatter");
    if (before == NULL)
        paper_paragraph(composing->target, "Ingen tidligere version.");
    else
        paper_paragraph(composing->target,
                        "Version %" PRId64 ": %s minutter fra den %s, underskrevet af %s den %s.",
                        before->id, minutes_text(before->hundredths).text,
                        day_text(before->from_day).text, before->signed_by,
                        day_text(before->signed_day).text);
}

static int put_dispute(const struct dispute *dispute, void *context)
{
    struct composing *composing = context;
    char held[LANGUAGE_TEXT_MAX + 40] = "";

    if (dispute->hundredths >= 0)
        (void)snprintf(held, sizeof held, " (holder på %s minutter)",
                       minutes_text(dispute->hundredths).text);
    paper_paragraph(composing->target, "Nr. %" PRId64 ", %s, den %s%s: %s", dispute->id,
                    dispute->by_whom, day_text(clock_local_day(dispute->at_ms)).text, held,
                    dispute->reason);
    composing->disputes++;
    return 0;
}

static int put_disputes(struct store *store, struct composing *composing, struct fault *fault)
{
    struct dispute_filter filter = {.estimate_id = composing->agreement->estimate->id,
                                    .is_open = true};
    int result;

    put_heading(composing, "Indsigelser, der ikke er besvaret");
    result = dispute_each(store, &filter, put_dispute, composing, fault);
    if (result == 0 && composing->disputes == 0)
        paper_paragraph(composing->target, "Ingen.");
    return result;
}

static void put_setter(const struct composing *composing)
{
    const struct estimate *estimate = composing->agreement->estimate;
    struct text *target = composing->target;

    put_heading(composing, "Fastsat");
    paper_labelled(target, "Procesejer", estimate->set_by);
    paper_labelled(target, "Dato", day_text(clock_local_day(estimate->set_ms)).text);
    paper_labelled(target, "Begrundelse",
                   estimate->reason[0] != '\0' ? estimate->reason : "Ingen angivet.");
}

static void put_booking(const struct composing *composing)
{
    const struct estimate *estimate = composing->agreement->estimate;
    char month[CLOCK_MONTH_TEXT];

    if (estimate->booking_from == 0)
        return;
    clock_format_month(estimate->booking_from, month);
    paper_paragraph(composing->target,
                    "Måneder før %s var lukket og er ikke ændret; forskellen er bogført i %s.",
                    month, month);
}

static void put_signature(const struct composing *composing)
{
    const struct estimate *estimate = composing->agreement->estimate;
    const char *taken_from = composing->agreement->taken_from;
    struct text *target = composing->target;

    put_heading(composing, "Underskrift");
    if (composing->is_draft) {
        paper_paragraph(target, "IKKE UNDERSKREVET. Dette er et udkast, og opgaverne tæller ikke.");
        put_draft_mark(composing);
        return;
    }
    paper_labelled(target, "Afdelingsleder", estimate->signed_by);
    paper_labelled(target, "Dato", day_text(estimate->signed_day).text);
    paper_paragraph(target, "%s",
                    estimate->signed_day > estimate->from_day
                        ? "Med tilbagevirkende kraft: underskrevet efter den dag, det gælder fra."
                        : "Uden tilbagevirkende kraft.");
    if (composing->agreement->entered_day != 0 && taken_from == NULL)
        paper_paragraph(target,
                        "Indført den %s; underskriftens dato er angivet af den, der indførte den.",
                        day_text(composing->agreement->entered_day).text);
    put_booking(composing);
    if (taken_from != NULL)
        paper_paragraph(target,
                        "Underskriften er ikke givet her: navn og dato er overtaget fra filen %s.",
                        taken_from);
}

void agreement_title(const struct robot *robot, const struct estimate *estimate,
                     char target[static AGREEMENT_TITLE_MAX])
{
    char day[CLOCK_DAY_TEXT];

    clock_format_day(estimate->from_day, day);
    (void)snprintf(target, AGREEMENT_TITLE_MAX, "Minuttal for %.*s fra %s, version %" PRId64,
                   ROBOT_SLUG_MAX, robot->slug, day, estimate->id);
}

int agreement_compose(struct store *store, const struct agreement *agreement, struct text *target,
                      struct fault *fault)
{
    struct composing composing = {.agreement = agreement,
                                  .target = target,
                                  .is_draft = agreement->estimate->signed_by == NULL};
    int result;

    put_title(&composing);
    put_shares(&composing);
    put_minutes(&composing);
    result = put_method(&composing, fault);
    if (result < 0)
        return result;
    put_meaning(&composing);
    put_replaced(&composing);
    result = put_disputes(store, &composing, fault);
    put_setter(&composing);
    put_signature(&composing);
    if (result == 0 && target->broken < 0)
        result = fault_broken(fault, target->broken,
                              "the agreement on the estimate of %s is too long; shorten its texts",
                              agreement->robot->slug);
    return result;
}

int agreement_keep(struct store *store, const struct agreement *agreement, int64_t now_ms,
                   int64_t *ret_id, struct fault *fault)
{
    struct agreement entered = *agreement;
    char title[AGREEMENT_TITLE_MAX];
    struct text body;
    int result;

    if (clock_local_day(now_ms) > agreement->estimate->signed_day)
        entered.entered_day = clock_local_day(now_ms);

    text_init(&body, AGREEMENT_MAX);
    agreement_title(agreement->robot, agreement->estimate, title);
    result = agreement_compose(store, &entered, &body, fault);
    if (result == 0)
        result = signed_document_add(
            store,
            &(struct signed_document_new){.kind = DOCUMENT_AGREEMENT,
                                          .subject = agreement->robot->slug,
                                          .title = title,
                                          .body = text_string(&body),
                                          .signed_by = agreement->estimate->signed_by,
                                          .signed_day = agreement->estimate->signed_day,
                                          .made_ms = now_ms},
            ret_id, fault);
    text_release(&body);
    return result;
}
