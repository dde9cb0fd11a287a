/* The document that process owner and head of department agree on, word for word. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/store/dispute.h"
#include "core/store/signed_document.h"
#include "core/store/store.h"
#include "scorecards/agreement.h"
#include "scorecards/paper.h"
#include "tests/unit/savings_town.h"

#define NOW_MS INT64_C(1750000000000) /* 2025-06-15 */

static struct town town;
static struct fault fault;
static struct organisation organisation;
static struct robot_list robots;
static struct text text;
static int64_t robot;

static int set_up(void **state)
{
    struct robot_share shares[2];

    (void)state;
    clock_pretend(NOW_MS);
    town_open(&town);
    town_rate(&town, town_day("2025-01-01"), 34207);
    shares[0] = (struct robot_share){.from_day = town_day("2025-01-01"),
                                     .department_id = town_department(&town, "okonomi", "Økonomi"),
                                     .millionths = 600000};
    shares[1] = (struct robot_share){.from_day = town_day("2025-01-01"),
                                     .department_id = town_department(&town, "skole", "Skole"),
                                     .millionths = 333333};
    robot = town_robot(&town, "franco");
    town_shares(&town, robot, shares, 2);
    text_init(&text, AGREEMENT_MAX);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    text_release(&text);
    organisation_release(&organisation);
    robot_list_release(&robots);
    town_close(&town);
    clock_pretend(0);
    return 0;
}

static int64_t set(const char *from, const struct estimate_new *as)
{
    struct estimate_new new = *as;
    int64_t id = 0;

    new.from_day = town_day(from);
    if (store_begin(town.store, &fault) < 0 ||
        estimate_set(town.store, robot, &new, &id, &fault) < 0 ||
        store_commit(town.store, &fault) < 0)
        fail_msg("%s", fault.text);
    return id;
}

static void sign(int64_t id, const char *day, int32_t booking_from)
{
    struct estimate_signature signature = {
        .signed_by = "DEMO head", .signed_day = town_day(day), .booking_from = booking_from};

    if (store_begin(town.store, &fault) < 0 ||
        estimate_sign_booked(town.store, id, &signature, &fault) < 0 ||
        store_commit(town.store, &fault) < 0)
        fail_msg("%s", fault.text);
}

static void dispute(int64_t id, int64_t hundredths, const char *reason)
{
    struct dispute_new new = {.estimate_id = id,
                              .hundredths = hundredths,
                              .reason = reason,
                              .by_whom = "Invented Person",
                              .now_ms = NOW_MS};
    int64_t dispute_id = 0;

    if (store_begin(town.store, &fault) < 0 ||
        dispute_add(town.store, &new, &dispute_id, &fault) < 0 ||
        store_commit(town.store, &fault) < 0)
        fail_msg("%s", fault.text);
}

static struct agreement agreement_of(int64_t id)
{
    struct agreement agreement = {.organisation = &organisation};
    size_t i;

    organisation_release(&organisation);
    robot_list_release(&robots);
    if (organisation_read(town.reader, &organisation, &fault) < 0 ||
        robot_list_read(town.reader, &robots, &fault) < 0)
        fail_msg("%s", fault.text);
    agreement.robot = &robots.robots[0];
    for (i = 0; i < agreement.robot->estimate_count; i++)
        if (agreement.robot->estimates[i].id == id)
            agreement.estimate = &agreement.robot->estimates[i];
    assert_non_null(agreement.estimate);
    return agreement;
}

static const char *compose(int64_t id)
{
    struct agreement agreement = agreement_of(id);
    const char *at;

    text_clear(&text);
    if (agreement_compose(town.reader, &agreement, &text, &fault) < 0)
        fail_msg("%s", fault.text);
    for (at = text_string(&text); *at != '\0'; at += strcspn(at, "\n") + 1) {
        char line[4 * PAPER_COLUMNS + 1];

        assert_true(strcspn(at, "\n") < sizeof line);
        memcpy(line, at, strcspn(at, "\n"));
        line[strcspn(at, "\n")] = '\0';
        if (text_columns(line) > PAPER_COLUMNS)
            fail_msg("too long: %s", line);
        if (line[0] != '\0' && line[strlen(line) - 1] == ' ')
            fail_msg("blank at the end: %s", line);
    }
    return text_string(&text);
}

static void holds(const char *document, const char *words)
{
    if (strstr(document, words) == NULL)
        fail_msg("\"%s\" is not in:\n%s", words, document);
}

static const struct estimate_new MEASURED = {.hundredths = 300,
                                             .set_by = "DEMO process owner",
                                             .reason = "measured again",
                                             .task = "one invoice checked",
                                             .method = "stopwatch, 5 cases",
                                             .timings = "3.5,4,2.75"};

static const char SIGNED[] =
    "AFTALE OM MINUTTAL\n"
    "\n"
    "    Organisation      Town\n"
    "    Robot             franco\n"
    "    Robottens id      franco\n"
    "    Version           2\n"
    "\n"
    "Afdelinger, som besparelsen tilfalder den 1. maj 2025\n"
    "    Økonomi: 60\u00a0%\n"
    "    Skole: 33,3333\u00a0%\n"
    "    Tværgående: 6,6667\u00a0%\n"
    "\n"
    "Hvad en opgave er\n"
    "    one invoice checked\n"
    "\n"
    "Minuttal\n"
    "    3 minutter pr. udført opgave.\n"
    "    Gælder for opgaver fra og med den 1. maj 2025, til en senere version er underskrevet.\n"
    "\n"
    "Hvordan minutterne er fundet\n"
    "    stopwatch, 5 cases\n"
    "    Målte tider i minutter (n = 3): 3,5; 4; 2,75\n"
    "    Gennemsnit 3,42, median 3,5.\n"
    "    Minuttallet ligger ikke over medianen.\n"
    "\n"
    "Hvad tallet betyder\n"
    "    Sparede minutter = antal opgaver x minuttallet på den dag, opgaven er udført.\n"
    "    Sparede kroner = sparede minutter x timesatsen den dag / 60.\n"
    "    Timesatsen den 1. maj 2025 er 342,07\u00a0kr. En opgave svarer da til 17,10\u00a0kr.\n"
    "    Intet tæller, før minuttallet er underskrevet af en anden end den, der har fastsat det. "
    "Når det\n"
    "    er underskrevet, tæller det fra den dag, det gælder fra.\n"
    "\n"
    "Erstatter\n"
    "    Version 1: 10 minutter fra den 1. april 2025, underskrevet af head den 1. april 2025.\n"
    "\n"
    "Indsigelser, der ikke er besvaret\n"
    "    Ingen.\n"
    "\n"
    "Fastsat\n"
    "    Procesejer        DEMO process owner\n"
    "    Dato              15. juni 2025\n"
    "    Begrundelse       measured again\n"
    "\n"
    "Underskrift\n"
    "    Afdelingsleder    DEMO head\n"
    "    Dato              14. juni 2025\n"
    "    Med tilbagevirkende kraft: underskrevet efter den dag, det gælder fra.\n";

static void it_says_all_that_was_agreed(void **state)
{
    int64_t id;

    (void)state;
    (void)town_estimate(&town, robot, town_day("2025-04-01"), 1000, 1);
    id = set("2025-05-01", &MEASURED);
    sign(id, "2025-06-14", 0);
    assert_string_equal(compose(id), SIGNED);
}

/* On every page: before each section, at the head, where the signature would stand, and last. */
static void a_draft_cannot_be_taken_for_signed(void **state)
{
    const char *draft;
    const char *at;
    int64_t id = set("2025-05-01", &MEASURED);

    (void)state;
    draft = compose(id);
    assert_int_equal(strncmp(draft, "*** UDKAST - IKKE UNDERSKREVET", 30), 0);
    for (at = draft; *at != '\0'; at += strcspn(at, "\n") + 1)
        if (at[0] != ' ' && at[0] != '\n' && strcspn(at, "\n") > 0) {
            char heading[200] = "";

            (void)strncat(heading, at, strcspn(at, "\n"));
            holds(heading, "UDKAST");
        }
    holds(draft, "IKKE UNDERSKREVET. Dette er et udkast");
    assert_null(strstr(draft, "Afdelingsleder"));
    assert_string_equal(draft + text.length - strlen("TÆLLER IKKE ***\n"), "TÆLLER IKKE ***\n");
    sign(id, "2025-05-01", 0);
    assert_null(strstr(compose(id), "UDKAST"));
    holds(text_string(&text), "Uden tilbagevirkende kraft.");
    holds(text_string(&text), "Ingen tidligere version.");
}

static void what_is_not_known_is_said(void **state)
{
    static const struct estimate_new bare = {
        .hundredths = 1250, .set_by = "Owner", .reason = "", .kind = ESTIMATE_HANDOVER};
    int64_t id = set("2024-12-31", &bare);
    const char *document;

    (void)state;
    (void)town_estimate(&town, robot, town_day("2024-01-01"), 1000,
                        1); /* of tasks: replaces none */
    sign(id, "2025-06-14", clock_month_of_day(town_day("2025-05-01")));
    document = compose(id);
    holds(document, "Hvad en opgave er\n    Ikke beskrevet.\n");
    holds(document,
          "    12,5 minutter pr. opgave, som robotten har hjulpet med, og som et menneske");
    holds(document, "    Ikke beskrevet.\n    Der er ingen målte tider.\n");
    holds(document, "Der er ingen timesats den 31. december 2024.");
    holds(document, "    Tværgående: 100\u00a0%\n");
    holds(document, "Ingen tidligere version.");
    holds(document, "Begrundelse       Ingen angivet.");
    holds(document, "Måneder før 2025-05 var lukket og er ikke ændret; forskellen er bogført i "
                    "2025-05.");
}

static void disputes_stand_in_it(void **state)
{
    struct dispute_answer answer = {.id = 1, .answer = "no", .by_whom = "Owner", .now_ms = NOW_MS};
    int64_t id = set("2025-05-01", &MEASURED);
    int64_t about = 0;

    (void)state;
    dispute(id, -1, "this one is answered");
    dispute(id, 250, "it takes less");
    dispute(id, -1, "not said how long");
    assert_int_equal(store_begin(town.store, &fault), 0);
    assert_int_equal(dispute_answer(town.store, &answer, &about, &fault), 0);
    assert_int_equal(store_commit(town.store, &fault), 0);
    holds(compose(id), "Indsigelser, der ikke er besvaret (UDKAST)\n"
                       "    Nr. 2, Invented Person, den 15. juni 2025 (holder på 2,5 minutter): it "
                       "takes less\n"
                       "    Nr. 3, Invented Person, den 15. juni 2025: not said how long\n\n");
}

/* A word longer than a line is cut, not lost; 100 timings are wrapped. */
static void long_texts_are_wrapped(void **state)
{
    struct estimate_new new = MEASURED;
    char words[1001];
    char timings[600] = "1";
    size_t i;
    int64_t id;

    (void)state;
    memset(words, 'x', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    for (i = 250; i < 600; i += 9)
        words[i] = ' ';
    for (i = 1; i < 100; i++)
        (void)strncat(timings, ",2.25", 6);
    new.task = words;
    new.timings = timings;
    id = set("2025-05-01", &new);
    holds(compose(id), "(n = 100): 1; 2,25;");
    holds(text_string(&text), "OBS: Minuttallet ligger OVER medianen");
    holds(text_string(&text), "xxxxxxxx xxxxxxxx\n    xxxxxxxx");
}

/* Blanks become one, and so could make a CPR number of what was none. */
static void wrapping_makes_no_cpr_number(void **state)
{
    struct estimate_new new = MEASURED;

    (void)state;
    new.task = "sag 010180        1234 slut";
    new.reason = "010180\xc2\xa0\xc2\xa0     1234";
    assert_null(strstr(compose(set("2025-05-01", &new)), "010180"));
    holds(text_string(&text), "sag [CPR] slut");
}

/* A date that somebody gave is told from a day on which somebody signed here. */
static void a_signature_dated_before_it_was_entered_says_so(void **state)
{
    struct agreement agreement;
    struct signed_document document = {.id = 0};
    int64_t id = set("2025-05-01", &MEASURED);
    int64_t kept = 0;

    (void)state;
    sign(id, "2025-05-01", 0);
    agreement = agreement_of(id);
    assert_int_equal(store_begin(town.store, &fault), 0);
    assert_int_equal(agreement_keep(town.store, &agreement, NOW_MS, &kept, &fault), 0);
    assert_int_equal(signed_document_read(town.store, kept, &document, &fault), 0);
    assert_int_equal(store_commit(town.store, &fault), 0);
    holds(document.body, "    Indført den ");
    signed_document_release(&document);
}

static void it_is_kept_under_its_version(void **state)
{
    struct agreement agreement;
    struct signed_document document = {.id = 0};
    char title[AGREEMENT_TITLE_MAX];
    int64_t id = set("2025-05-01", &MEASURED);
    int64_t kept = 0;
    int64_t found = 0;

    (void)state;
    sign(id, "2025-05-01", 0);
    agreement = agreement_of(id);
    agreement.taken_from = "town.json";
    agreement_title(agreement.robot, agreement.estimate, title);
    assert_string_equal(title, "Minuttal for franco fra 2025-05-01, version 1");
    assert_int_equal(store_begin(town.store, &fault), 0);
    assert_int_equal(agreement_keep(town.store, &agreement, NOW_MS, &kept, &fault), 0);
    assert_int_equal(
        signed_document_find(town.store, DOCUMENT_AGREEMENT, "franco", title, &found, &fault), 0);
    assert_int_equal(found, kept);
    assert_int_equal(signed_document_read(town.store, kept, &document, &fault), 0);
    assert_int_equal(store_commit(town.store, &fault), 0);
    assert_string_equal(document.signed_by, "DEMO head");
    holds(document.body, "Underskriften er ikke givet her: navn og dato er overtaget fra filen "
                         "town.json.\n");
    signed_document_release(&document);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_says_all_that_was_agreed),  TEST(a_draft_cannot_be_taken_for_signed),
        TEST(what_is_not_known_is_said),    TEST(disputes_stand_in_it),
        TEST(long_texts_are_wrapped),       TEST(it_is_kept_under_its_version),
        TEST(wrapping_makes_no_cpr_number), TEST(a_signature_dated_before_it_was_entered_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
