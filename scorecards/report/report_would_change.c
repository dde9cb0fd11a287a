/* What a signature that is waited for, or a dispute, would change: of each robot, in all departments together. */
#include <stdlib.h>

#include "core/base/fault.h"
#include "scorecards/report/report_inner.h"

/* Of a robot: the sum of its parts. */
struct would_change {
    bool is_signable, is_disputed;
    int32_t signable_from;
    int64_t minutes_hundredths, dispute_hundredths;
    int64_t kroner, kroner_if_signed, kroner_if_right;
};

static int take_part(const struct forecast_part *part, void *context)
{
    struct would_change *changed = &((struct would_change *)context)[part->robot];

    changed->kroner += part->kroner_to_date;
    changed->kroner_if_signed += part->is_signable ? part->kroner_if_signed : part->kroner_to_date;
    changed->kroner_if_right +=
        part->dispute_id != 0 ? part->kroner_if_right : part->kroner_to_date;
    if (part->is_signable) {
        changed->is_signable = true;
        changed->signable_from = part->signable_from;
        changed->minutes_hundredths = part->minutes_hundredths;
    }
    if (part->dispute_id != 0) {
        changed->is_disputed = true;
        changed->dispute_hundredths = part->dispute_hundredths;
    }
    return 0;
}

static void put_robot(struct composing *composing, const char *name,
                      const struct would_change *changed)
{
    const char *kroner = shown_kroner(composing, changed->kroner);

    if (changed->is_disputed && changed->dispute_hundredths < 0)
        report_item(composing, SAY(composing, WORDS_REPORT_WOULD_CHANGE_UNSAID, name, kroner));
    else if (changed->is_disputed)
        report_item(composing,
                    SAY(composing, WORDS_REPORT_WOULD_CHANGE_RIGHT, name,
                        shown_minutes(composing, changed->dispute_hundredths),
                        shown_kroner(composing, changed->kroner_if_right), kroner,
                        shown_change(composing, changed->kroner_if_right - changed->kroner)));
    if (changed->is_signable)
        report_item(composing,
                    SAY(composing, WORDS_REPORT_WOULD_CHANGE_SIGNED, name,
                        shown_minutes(composing, changed->minutes_hundredths),
                        shown_kroner(composing, changed->kroner_if_signed), kroner,
                        shown_change(composing, changed->kroner_if_signed - changed->kroner),
                        shown_day(composing, changed->signable_from)));
}

int report_would_change(struct composing *composing, struct fault *fault)
{
    const struct forecast *forecast = &composing->figures.ranking.gap.forecast;
    struct would_change *changed = calloc(forecast->robot_count + 1, sizeof *changed);
    bool is_any = false;
    int result;
    size_t i;

    if (changed == NULL)
        return fault_no_memory(fault);
    result = forecast_parts_each(composing->store, forecast, take_part, changed, fault);
    report_subsection(composing, "would-change", WORDS_REPORT_WOULD_CHANGE);
    for (i = 0; i < forecast->robot_count && result == 0; i++) {
        put_robot(composing, forecast->robots[i].name, &changed[i]);
        is_any = is_any || changed[i].is_disputed || changed[i].is_signable;
    }
    if (!is_any)
        report_paragraph(composing, report_word(composing, WORDS_REPORT_WOULD_CHANGE_NONE));
    free(changed);
    return result;
}
