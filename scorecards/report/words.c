#include "scorecards/report/words.h"

#include <stdbool.h>
#include <stddef.h>

#include "core/base/text.h"

static const char *const CATALOGUE[WORDS_COUNT][LANGUAGES] = {
#define WORDS(name, danish, english) [WORDS_##name] = {danish, english},
#include "scorecards/report/words_all.def"
#undef WORDS
};

const char *words(enum language language, enum words id)
{
    return CATALOGUE[id][language];
}

static bool ends_with_full_stop(const struct text *text)
{
    return text->length > 0 && text->bytes[text->length - 1] == '.';
}

void words_put(struct text *target, enum language language, enum words id,
               const char *const *arguments)
{
    const char *at = words(language, id);

    while (*at != '\0') {
        if (at[0] == '{' && at[1] >= '1' && at[1] <= '9' && at[2] == '}') {
            text_append_string(target, arguments[at[1] - '1']);
            at += 3;
        } else {
            if (*at != '.' || !ends_with_full_stop(target))
                text_append_char(target, *at);
            at++;
        }
    }
}

const char *words_parameter(enum language language, enum scorecard_parameter parameter)
{
    switch (parameter) {
    case SCORECARD_SAVING:
        return words(language, WORDS_PARAMETER_SAVING);
    case SCORECARD_TIME:
        return words(language, WORDS_PARAMETER_TIME);
    case SCORECARD_QUALITY:
        return words(language, WORDS_PARAMETER_QUALITY);
    case SCORECARD_SERVICE:
        return words(language, WORDS_PARAMETER_SERVICE);
    case SCORECARD_WELLBEING:
        return words(language, WORDS_PARAMETER_WELLBEING);
    }
    return "";
}

const char *words_gate_item(enum language language, enum gate_item item)
{
    switch (item) {
    case GATE_LEGAL_BASIS:
        return words(language, WORDS_GATE_LEGAL_BASIS);
    case GATE_DPIA:
        return words(language, WORDS_GATE_DPIA);
    case GATE_AUTOMATED_DECISION:
        return words(language, WORDS_GATE_AUTOMATED_DECISION);
    case GATE_PROCESSING_AGREEMENT:
        return words(language, WORDS_GATE_PROCESSING_AGREEMENT);
    case GATE_SUPPLIER_CONSENT:
        return words(language, WORDS_GATE_SUPPLIER_CONSENT);
    case GATE_ARCHIVE_DUTY:
        return words(language, WORDS_GATE_ARCHIVE_DUTY);
    }
    return "";
}

const char *words_gate_state(enum language language, enum gate_state state)
{
    switch (state) {
    case GATE_GREEN:
        return words(language, WORDS_GATE_GREEN);
    case GATE_RED:
        return words(language, WORDS_GATE_RED);
    case GATE_NOT_RELEVANT:
        return words(language, WORDS_GATE_NOT_RELEVANT);
    }
    return words(language, WORDS_GATE_OPEN);
}

const char *words_evidence(enum language language, enum evidence evidence)
{
    switch (evidence) {
    case EVIDENCE_JUDGEMENT:
        return words(language, WORDS_EVIDENCE_JUDGEMENT);
    case EVIDENCE_SAMPLE:
        return words(language, WORDS_EVIDENCE_SAMPLE);
    case EVIDENCE_MEASURED:
        return words(language, WORDS_EVIDENCE_MEASURED);
    }
    return "";
}

const char *words_ease(enum language language, enum ease ease)
{
    switch (ease) {
    case EASE_RULES:
        return words(language, WORDS_EASE_RULES);
    case EASE_DIGITAL:
        return words(language, WORDS_EASE_DIGITAL);
    case EASE_STRUCTURED:
        return words(language, WORDS_EASE_STRUCTURED);
    case EASE_STABILITY:
        return words(language, WORDS_EASE_STABILITY);
    case EASE_INTERFACE:
        return words(language, WORDS_EASE_INTERFACE);
    }
    return "";
}

const char *words_quadrant(enum language language, enum quadrant quadrant)
{
    switch (quadrant) {
    case QUADRANT_NONE:
        return words(language, WORDS_QUADRANT_NONE);
    case QUADRANT_BUILD_NOW:
        return words(language, WORDS_QUADRANT_BUILD_NOW);
    case QUADRANT_PLAN:
        return words(language, WORDS_QUADRANT_PLAN);
    case QUADRANT_QUICK_WIN:
        return words(language, WORDS_QUADRANT_QUICK_WIN);
    case QUADRANT_LEAVE:
        return words(language, WORDS_QUADRANT_LEAVE);
    }
    return "";
}

const char *words_idea_status(enum language language, enum idea_status status)
{
    switch (status) {
    case IDEA_WISH:
        return words(language, WORDS_IDEA_WISH);
    case IDEA_APPROVED:
        return words(language, WORDS_IDEA_APPROVED);
    case IDEA_DEVELOPMENT:
        return words(language, WORDS_IDEA_DEVELOPMENT);
    case IDEA_OPERATION:
        return words(language, WORDS_IDEA_OPERATION);
    case IDEA_REJECTED:
        return words(language, WORDS_IDEA_REJECTED);
    }
    return "";
}

const char *words_certainty(enum language language, enum gap_certainty certainty)
{
    switch (certainty) {
    case GAP_NO_TARGET:
        return words(language, WORDS_CERTAINTY_NO_TARGET);
    case GAP_REACHED:
        return words(language, WORDS_CERTAINTY_REACHED);
    case GAP_LIKELY:
        return words(language, WORDS_CERTAINTY_LIKELY);
    case GAP_UNLIKELY:
        return words(language, WORDS_CERTAINTY_UNLIKELY);
    case GAP_OUT_OF_REACH:
        return words(language, WORDS_CERTAINTY_OUT_OF_REACH);
    }
    return "";
}
