/* Every word and rule that stands in a report. */
#include "scorecards/report/report_inner.h"

int report_definitions(struct composing *composing, struct fault *fault)
{
    static const struct {
        enum words term, meaning;
    } terms[] = {
#define DEFINITION(name) {WORDS_REPORT_TERM_##name, WORDS_REPORT_IS_##name}
        DEFINITION(TASK),        DEFINITION(ROBOT),      DEFINITION(ESTIMATE),
        DEFINITION(OWNER),       DEFINITION(SIGNED),     DEFINITION(UNCOUNTED),
        DEFINITION(DISPUTED),    DEFINITION(HOURS),      DEFINITION(KRONER),
        DEFINITION(FTE),         DEFINITION(RELEASED),   DEFINITION(REALISED),
        DEFINITION(GAIN),        DEFINITION(DEPARTMENT), DEFINITION(CROSS),
        DEFINITION(TARGET),      DEFINITION(SAVED),      DEFINITION(FORECAST),
        DEFINITION(EXPECTED),    DEFINITION(INTERVAL),   DEFINITION(CONFIDENCE),
        DEFINITION(PERCENTAGES), DEFINITION(POOL),       DEFINITION(PERIOD),
        DEFINITION(REASONS),     DEFINITION(CLOSED),     DEFINITION(LATE),
        DEFINITION(COUNTER),     DEFINITION(SCORECARD),  DEFINITION(SAVING),
        DEFINITION(TIME),        DEFINITION(QUALITY),    DEFINITION(SERVICE),
        DEFINITION(WELLBEING),   DEFINITION(INDICATOR),  DEFINITION(ATTAINMENT),
        DEFINITION(EVIDENCE),    DEFINITION(OVERDUE),    DEFINITION(OPEN),
        DEFINITION(GATE),        DEFINITION(IDEA),       DEFINITION(BENEFIT),
        DEFINITION(EASE),        DEFINITION(PRIORITY),   DEFINITION(QUADRANT),
        DEFINITION(NET),         DEFINITION(PAYBACK),    DEFINITION(ROUNDING),
        DEFINITION(AUTOMAGI),
#undef DEFINITION
    };
    size_t i;

    (void)fault;
    report_section(composing, "definitions", WORDS_REPORT_DEFINITIONS);
    report_lead(composing, report_word(composing, WORDS_REPORT_DEFINITIONS_LEAD));
    for (i = 0; i < sizeof terms / sizeof terms[0]; i++)
        document_term(composing->document, report_word(composing, terms[i].term),
                      report_word(composing, terms[i].meaning));
    return 0;
}
