#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "core/base/cpr.h"
#include "core/base/text.h"
#include "scorecards/report/words.h"

static const char *const NAMES[] = {
#define WORDS(name, danish, english) #name,
#include "scorecards/report/words_all.def"
#undef WORDS
};

/* A bit for each {n}; 1 for a brace that is none. */
static unsigned places_of(const char *text)
{
    unsigned places = 0;

    for (; *text != '\0'; text++) {
        if (*text == '{' && text[1] >= '1' && text[1] <= '9' && text[2] == '}') {
            places |= 1U << (text[1] - '0');
            text += 2;
        } else if (*text == '{' || *text == '}') {
            places |= 1U;
        }
    }
    return places;
}

static void check(enum words id, enum language language)
{
    const char *text = words(language, id);
    unsigned places = places_of(text);
    char hidden[4096];

    if (text[0] == '\0' || text[0] == ' ' || text[strlen(text) - 1] == ' ')
        fail_msg("%s (%s): empty, or a blank at its border", NAMES[id], language_tag(language));
    if (strstr(text, "  ") != NULL)
        fail_msg("%s (%s): two blanks", NAMES[id], language_tag(language));
    if (!text_is_line(text, strlen(text)))
        fail_msg("%s (%s): no line of UTF-8", NAMES[id], language_tag(language));
    assert_true(strlen(text) < sizeof hidden);
    cpr_hide(text, hidden);
    if (strcmp(text, hidden) != 0)
        fail_msg("%s (%s): a CPR number", NAMES[id], language_tag(language));
    if ((places & 1U) != 0)
        fail_msg("%s (%s): a brace that is no {n}", NAMES[id], language_tag(language));
}

static void every_text_is_there_in_both_languages(void **state)
{
    unsigned id;

    (void)state;
    assert_int_equal(sizeof NAMES / sizeof NAMES[0], WORDS_COUNT);
    for (id = 0; id < WORDS_COUNT; id++) {
        check((enum words)id, LANGUAGE_DANISH);
        check((enum words)id, LANGUAGE_ENGLISH);
        if (places_of(words(LANGUAGE_DANISH, (enum words)id)) !=
            places_of(words(LANGUAGE_ENGLISH, (enum words)id)))
            fail_msg("%s: other {n} in English", NAMES[id]);
    }
}

static void places_are_filled(void **state)
{
    struct text text;

    (void)state;
    text_init(&text, 1000);
    words_put(&text, LANGUAGE_DANISH, WORDS_WORKBOOK_BESIDE, (const char *[]){"Timer {1}"});
    assert_string_equal(text_string(&text), "Timer {1} – bemærkning");
    text_clear(&text);
    words_put(&text, LANGUAGE_ENGLISH, WORDS_PARAMETER_TIME, NULL);
    assert_string_equal(text_string(&text), "Time released");
    text_clear(&text);
    /* One full stop at the end, and what somebody wrote as it was written. */
    words_put(&text, LANGUAGE_ENGLISH, WORDS_REPORT_PAGE_IDEA, (const char *[]){"12 kr."});
    assert_string_equal(text_string(&text), "The robot grew out of the idea 12 kr.");
    text_clear(&text);
    words_put(&text, LANGUAGE_ENGLISH, WORDS_REPORT_PAGE_IDEA, (const char *[]){"a/../b..."});
    assert_string_equal(text_string(&text), "The robot grew out of the idea a/../b...");
    text_release(&text);
}

static void what_code_counts_in_has_a_name(void **state)
{
    int i;

    (void)state;
    assert_string_equal(words_parameter(LANGUAGE_DANISH, SCORECARD_SAVING),
                        "Realiseret besparelse");
    assert_string_equal(words_parameter(LANGUAGE_DANISH, SCORECARD_TIME), "Frigivet tid");
    assert_string_equal(words_parameter(LANGUAGE_DANISH, SCORECARD_QUALITY), "Bedre kvalitet");
    assert_string_equal(words_parameter(LANGUAGE_DANISH, SCORECARD_SERVICE), "Bedre borgerservice");
    assert_string_equal(words_parameter(LANGUAGE_DANISH, SCORECARD_WELLBEING), "Højere trivsel");
    assert_string_equal(words_gate_state(LANGUAGE_DANISH, (enum gate_state)0), "Ikke vurderet");
    assert_string_equal(words_gate_state(LANGUAGE_ENGLISH, GATE_RED), "Missing");
    for (i = 1; i <= GATE_ITEMS; i++)
        assert_true(words_gate_item(LANGUAGE_ENGLISH, (enum gate_item)i)[0] != '\0');
    for (i = EVIDENCE_JUDGEMENT; i <= EVIDENCE_MEASURED; i++)
        assert_true(words_evidence(LANGUAGE_ENGLISH, (enum evidence)i)[0] != '\0');
    for (i = 1; i <= EASES; i++)
        assert_true(words_ease(LANGUAGE_ENGLISH, (enum ease)i)[0] != '\0');
    for (i = QUADRANT_NONE; i <= QUADRANT_LEAVE; i++)
        assert_true(words_quadrant(LANGUAGE_ENGLISH, (enum quadrant)i)[0] != '\0');
    for (i = IDEA_WISH; i <= IDEA_REJECTED; i++)
        assert_true(words_idea_status(LANGUAGE_ENGLISH, (enum idea_status)i)[0] != '\0');
    for (i = GAP_NO_TARGET; i <= GAP_OUT_OF_REACH; i++)
        assert_true(words_certainty(LANGUAGE_ENGLISH, (enum gap_certainty)i)[0] != '\0');
    assert_string_equal(words_quadrant(LANGUAGE_DANISH, QUADRANT_BUILD_NOW), "Byg nu");
    assert_string_equal(words_idea_status(LANGUAGE_DANISH, IDEA_OPERATION), "I drift");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_is_there_in_both_languages),
        cmocka_unit_test(places_are_filled),
        cmocka_unit_test(what_code_counts_in_has_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
