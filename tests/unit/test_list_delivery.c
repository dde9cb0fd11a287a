/* The plugin list_delivery as a whole: the sample robots, lists of several days, and everything
 * that is for a person. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/standins/fake_host.h"
#include "tests/standins/sample_text.h"
#include "tests/unit/list_place.h"

#define BOM       "\xef\xbb\xbf"
#define HEADER    "Dato;Nr;Enhed;Frist;Diagnose\n"
#define TOWN      "unit;receiver\nNord;nord@eksempel.invalid\nSyd;syd@eksempel.invalid\n"
#define CSV(rows) BOM "Nr;Frist;Ændring\r\n" rows
/* Friday, Monday, Tuesday. */
#define FRIDAY                                                                                     \
    HEADER "06-03-2026;OPG-1;Nord;01-03-2026;hemmelig\n06-03-2026;OPG-2;Nord;02-03-2026;x\n"       \
           "06-03-2026;OPG-3;Syd;2026-03-03;x\n"
#define MONDAY                                                                                     \
    HEADER "09-03-2026;OPG-2;Nord;05-03-2026;x\n09-03-2026;OPG-3;Nord;03-03-2026;x\n"              \
           "09-03-2026;OPG-4;Nord;;x\n"

static void town_make(struct list_place *place, const char *configuration)
{
    list_place_make(place, configuration);
    list_place_write(place, "receivers/r.csv", TOWN);
}

static void item_holds(struct list_place *place, const char *reference, int32_t outcome,
                       const char *words)
{
    int32_t found = list_place_perform(place, reference);

    if (found != outcome || strstr(place->note, words) == NULL)
        fail_msg("%s: %d \"%s\", expected %d \"%s\"", reference, (int)found, place->note,
                 (int)outcome, words);
    if (getenv("SHOW_NOTES") != NULL)
        print_message("%s -> %s\n", reference, place->note);
}

static void run_holds(struct list_place *place, const char *reference, int32_t outcome,
                      const char *words)
{
    list_place_collect(place);
    item_holds(place, reference, outcome, words);
    fake_host_close(&place->fake, &automagi_plugin);
}

static void test_mona(void **state)
{
    struct list_place place;

    (void)state;
    list_place_sample(&place, "mona-mangelliste");
    run_holds(&place, "mangel:2026-03-06", AG_OK, "6 rækker i 4 filer; ingen tidligere liste");
    assert_int_equal(place.fake.item_count, 1);
    list_place_holds(&place, "outbox/2026-03-06/Hjælpemiddeldepotet.csv",
                     BOM "Opgavenummer;Enhed;Ændring\r\nOPG-1004;Hjælpemiddeldepotet;\r\n"
                         "OPG-1005;Hjælpemiddeldepotet;\r\n");
    list_place_holds(&place, "outbox/2026-03-06/Plejecenter Æblehaven (opdigtet).csv",
                     BOM "Opgavenummer;Enhed;Ændring\r\n"
                         "OPG-1006;Plejecenter Æblehaven (opdigtet);\r\n");
    list_place_remove(&place);
}

static void friday_holds(const struct list_place *place)
{
    list_place_holds(place, "outbox/2026-03-06/Nord.csv",
                     CSV("OPG-1;01-03-2026;\r\nOPG-2;02-03-2026;\r\n"));
    list_place_holds(place, "outbox/2026-03-06/Syd.csv", CSV("OPG-3;03-03-2026;\r\n"));
    list_place_holds(place, "state/liste_2026-03-06.csv",
                     "Nr;Enhed;Nr;Frist\r\nOPG-1;Nord;OPG-1;01-03-2026\r\n"
                     "OPG-2;Nord;OPG-2;02-03-2026\r\nOPG-3;Syd;OPG-3;03-03-2026\r\n");
}

static void monday_holds(const struct list_place *place)
{
    list_place_holds(place, "outbox/2026-03-09/Nord.csv",
                     CSV("OPG-2;05-03-2026;ændret\r\nOPG-3;03-03-2026;ny\r\nOPG-4;;ny\r\n"
                         "OPG-1;01-03-2026;udgået\r\n"));
    list_place_holds(place, "outbox/2026-03-09/Syd.csv", CSV("OPG-3;03-03-2026;udgået\r\n"));
}

/* What is new, changed and gone is seen from Friday to Monday, also when Monday is delivered
 * again, and when Friday is afterwards. */
static void test_changes(void **state)
{
    struct list_place place;

    (void)state;
    town_make(&place, LIST_PLACE_DAILY(""));
    list_place_write(&place, "source/fredag.csv", FRIDAY);
    run_holds(&place, "mangel:2026-03-06", AG_OK, "3 rækker i 2 filer");
    friday_holds(&place);
    run_holds(&place, "mangel:2026-03-06", AG_OK, "ingen tidligere liste");
    assert_int_equal(place.fake.seen_again, 1);
    list_place_age(&place, "source/fredag.csv", 1);
    list_place_write(&place, "source/mandag.csv", MONDAY);
    run_holds(&place, "mangel:2026-03-09", AG_OK,
              "3 rækker i 2 filer; 2 nye, 1 ændret og 2 udgåede siden 06-03-2026.");
    monday_holds(&place);
    run_holds(&place, "mangel:2026-03-09", AG_OK, "2 nye, 1 ændret og 2 udgåede siden 06-03-2026.");
    monday_holds(&place);
    run_holds(&place, "mangel:2026-03-06", AG_OK, "ingen tidligere liste");
    friday_holds(&place);
    list_place_remove(&place);
}

/* A list is delivered in part, and then again: the same files, and the state only then. */
static void test_cut_off(void **state)
{
    struct list_place place;

    (void)state;
    town_make(&place, LIST_PLACE_DAILY(""));
    list_place_write(&place, "source/fredag.csv", FRIDAY);
    (void)list_place_run(&place, "mangel:2026-03-06");
    list_place_age(&place, "source/fredag.csv", 1);
    list_place_write(&place, "source/mandag.csv", MONDAY);
    list_place_collect(&place);
    place.fake.polls_left = 2;
    item_holds(&place, "mangel:2026-03-09", AG_TRANSIENT, "der prøves igen");
    fake_host_close(&place.fake, &automagi_plugin);
    place.fake.polls_left = -1;
    list_place_lacks(&place, "outbox/2026-03-09/Syd.csv");
    list_place_lacks(&place, "state/liste_2026-03-09.csv");
    /* What a run leaves that is killed while it writes. */
    list_place_write(&place, "outbox/2026-03-09/.Syd.csv.part", "halv");
    run_holds(&place, "mangel:2026-03-09", AG_OK, "siden 06-03-2026");
    monday_holds(&place);
    list_place_lacks(&place, "outbox/2026-03-09/.Syd.csv.part");
    /* A folder stands where a file should: nothing is remembered of what was not delivered. */
    list_place_write(&place, "outbox/2026-03-10", "i vejen");
    list_place_write(&place, "source/tirsdag.csv", HEADER "10-03-2026;OPG-9;Syd;;\n");
    run_holds(&place, "mangel:2026-03-10", AG_BROKEN, "\"outbox\" kan ikke skrives (ENOTDIR)");
    list_place_lacks(&place, "state/liste_2026-03-10.csv");
    list_place_remove(&place);
}

/* Units that have left the list: one nobody receives for any more, one whose name was mended. */
static void test_left(void **state)
{
    struct list_place place;

    (void)state;
    town_make(&place, LIST_PLACE_DAILY(""));
    list_place_write(&place, "receivers/r.csv", TOWN "A/B;ab@eksempel.invalid\n");
    list_place_write(&place, "source/a.csv",
                     HEADER "06-03-2026;1;A/B;;\n06-03-2026;2;Syd;;\n06-03-2026;3;Nord;;\n");
    run_holds(&place, "mangel:2026-03-06", AG_OK, "3 rækker i 3 filer");
    list_place_write(&place, "receivers/r.csv",
                     "unit;receiver\nNord;n\nA/B;ab@eksempel.invalid\nA_B;ab@eksempel.invalid\n");
    list_place_write(&place, "source/a.csv", HEADER "09-03-2026;1;A_B;;\n");
    run_holds(&place, "mangel:2026-03-09", AG_OK,
              "1 række i 2 filer; 1 ny, 0 ændrede og 3 udgåede siden 06-03-2026.");
    list_place_holds(&place, "outbox/2026-03-09/A_B.csv", CSV("1;;ny\r\n"));
    list_place_holds(&place, "outbox/2026-03-09/Nord.csv", CSV("3;;udgået\r\n"));
    list_place_lacks(&place, "outbox/2026-03-09/Syd.csv");
    assert_non_null(strstr(place.fake.log, "WARN Syd er ikke på listen længere"));
    assert_non_null(strstr(place.fake.log, "WARN A/B er ikke på listen længere"));
    list_place_remove(&place);
}

/* Lists that a person must look at; mended, they are delivered as if they had been right. */
static void test_business(void **state)
{
    static const struct {
        const char *list;
        const char *words;
    } bad[] = {
        {HEADER, "kan ikke leveres, den er tom"},
        {"Dato;Nr;Enhed\n06-03-2026;1;Nord\n", "kolonnen \"Frist\" mangler"},
        {"Dato;Nr;Enhed;Frist;Nr\n", "kolonnen \"Nr\" er der to gange"},
        {HEADER "06-03-2026;;Nord;;\n", "linje 2: \"Nr\" er tom"},
        {HEADER "06-03-2026;1;;;\n", "linje 2: \"Enhed\" er tom"},
        {HEADER "06-03-2026;1;Nord;snart;\n", "linje 2: \"Frist\" er ikke en dato"},
        {HEADER "i dag;1;Nord;;\n", "linje 2: \"Dato\" er ikke en dato"},
        {HEADER "06-03-2026;1;Nord;;\n09-03-2026;2;Nord;;\n", "linje 3: \"Dato\" er en anden dato"},
        {HEADER "06-03-2026;1;Nord;;\n06-03-2026;1;Syd;;\n", "linje 2 og 3 er om det samme nummer"},
        {HEADER "06-03-2026;1;Nord;;\n06-03-2026;2;NORD;;\n", "to enheder, der ville få den samme"},
        {HEADER "06-03-2026;1;æblehaven;;\n06-03-2026;2;ÆBLEHAVEN;;\n", "ville få den samme"},
        {HEADER "06-03-2026;1;Å;;\n06-03-2026;2;A\xcc\x8a;;\n", "to enheder, der ville få"},
        {HEADER "06-03-2026;1;Nord;01-03-2026 - 05-03-2026;\n", "\"Frist\" er ikke en dato"},
        {HEADER "06-03-2026;1;Nord;01-03-2026 05.03.2026;\n", "\"Frist\" er ikke en dato"},
        {HEADER "06-03-2026 eller 07-03-2026;1;Nord;;\n", "\"Dato\" er ikke en dato"},
        {HEADER "06-03-2026 14:30:00.000;1;Vest;01-03-2026 14.30;\n", "Vest har ingen modtager"},
        {HEADER "06-03-2026;010190-1234;Nord;;\n", "linje 2: \"Nr\" ligner et CPR-nummer"},
        {HEADER "06-03-2026;1;0101901234;;\n", "linje 2: \"Enhed\" ligner et CPR-nummer"},
        {HEADER "06-03-2026;1;Nord;;\n06-03-2026;2;Vest;;\n06-03-2026;3;Øst;;\n",
         "Vest, Øst har ingen modtager i \"r.csv\""},
        {HEADER "06-03-2199;1;Nord;;\n", "er dateret 06-03-2199, som ikke er kommet endnu"},
        {"\"aldrig lukket", "kan ikke læses: linje 1"},
    };
    struct list_place place;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        town_make(&place, LIST_PLACE_DAILY(""));
        list_place_write(&place, "source/a.csv", bad[i].list);
        list_place_collect(&place);
        assert_int_equal(place.fake.item_count, 1);
        item_holds(&place, place.fake.items[0].reference, AG_BUSINESS, bad[i].words);
        assert_null(strstr(place.note, "0101901234"));
        assert_null(strstr(place.fake.log, "0101901234"));
        assert_null(strstr(place.fake.log, "010190-1234"));
        fake_host_close(&place.fake, &automagi_plugin);
        list_place_lacks(&place, "outbox/2026-03-06/Nord.csv");
        list_place_remove(&place);
    }
}

/* What divides it is a space in what is delivered. */
static void test_a_divided_cpr_number(void **state)
{
    static const char *const divided[] = {"010190\t1234", "01-01-\r\n901234", "010190\1771234"};
    struct list_place place;
    char list[128];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(divided) / sizeof(divided[0]); i++) {
        town_make(&place,
                  "{\"reference\":\"mangel\",\"item\":\"list\",\"period\":\"day\","
                  "\"source_file\":\"*.csv\",\"date_column\":\"Dato\",\"key_column\":\"Nr\","
                  "\"unit_column\":\"Enhed\",\"columns\":[{\"name\":\"Nr\"},"
                  "{\"name\":\"Diagnose\"}],\"receivers_file\":\"r.csv\","
                  "\"output_file\":\"{date}/{unit}.csv\"}");
        (void)snprintf(list, sizeof(list), HEADER "06-03-2026;1;Nord;;\"%s\"\n", divided[i]);
        list_place_write(&place, "source/a.csv", list);
        list_place_collect(&place);
        item_holds(&place, "mangel:2026-03-06", AG_BUSINESS, "\"Diagnose\" ligner et CPR-nummer");
        fake_host_close(&place.fake, &automagi_plugin);
        list_place_remove(&place);
    }
}

/* The list is mended in the folder, the person says "retry". */
static void test_mended(void **state)
{
    struct list_place place;

    (void)state;
    town_make(&place, LIST_PLACE_DAILY(""));
    list_place_write(&place, "source/a.csv", HEADER "06-03-2026;1;Nord;snart;\n");
    run_holds(&place, "mangel:2026-03-06", AG_BUSINESS, "er ikke en dato");
    list_place_age(&place, "source/a.csv", 1);
    list_place_write(&place, "source/b.csv", HEADER "06-03-2026;1;Nord;;\n");
    run_holds(&place, "mangel:2026-03-06", AG_OK,
              "\"b.csv\" for 06-03-2026 er leveret: 1 række i 1 fil");
    /* A list of another day comes, and the first one is asked for again. */
    list_place_age(&place, "source/b.csv", 1);
    list_place_write(&place, "source/a.csv", MONDAY);
    run_holds(&place, "mangel:2026-03-06", AG_BUSINESS,
              "Opgaven er listen for 06-03-2026, men listen i mappen \"source\" er for 09-03-2026");
    list_place_remove(&place);
}

/* A missing list, and one that is too old, is today's matter. */
static void test_old(void **state)
{
    struct list_place place;

    (void)state;
    town_make(&place, LIST_PLACE_DAILY(",\"max_file_age_hours\":26"));
    list_place_collect(&place);
    item_holds(&place, place.fake.items[0].reference, AG_BUSINESS,
               "Der er ingen liste i mappen \"source\", der passer med \"*.csv\"");
    fake_host_close(&place.fake, &automagi_plugin);
    list_place_write(&place, "source/a.csv", FRIDAY);
    list_place_age(&place, "source/a.csv", 27);
    list_place_collect(&place);
    assert_int_equal(place.fake.item_count, 1);
    item_holds(&place, place.fake.items[0].reference, AG_BUSINESS,
               "filen blev lagt i mappen for 27 timer siden, og grænsen er 26");
    fake_host_close(&place.fake, &automagi_plugin);
    list_place_age(&place, "source/a.csv", 25);
    run_holds(&place, "mangel:2026-03-06", AG_OK, "3 rækker");
    list_place_remove(&place);
    town_make(&place, LIST_PLACE_DAILY(",\"max_list_age_days\":3"));
    list_place_write(&place, "source/a.csv", FRIDAY);
    list_place_collect(&place);
    item_holds(&place, place.fake.items[0].reference, AG_BUSINESS, "den er fra 06-03-2026, altså");
    fake_host_close(&place.fake, &automagi_plugin);
    list_place_remove(&place);
}

/* Of a day that is none of work there is no item, only a line in the log. */
static void test_working_days(void **state)
{
    struct list_place place;

    (void)state;
    town_make(&place, LIST_PLACE_DAILY(",\"working_days_only\":true,\"closed_days\":[\"05-06\"]"));
    list_place_write(&place, "source/a.csv", HEADER "07-03-2026;1;Nord;;\n");
    list_place_collect(&place);
    assert_int_equal(place.fake.item_count, 0);
    assert_non_null(
        strstr(place.fake.log, "INFO Listens dag 07-03-2026 er lørdag og ikke en arbejdsdag"));
    fake_host_close(&place.fake, &automagi_plugin);
    list_place_write(&place, "source/a.csv", HEADER "14-05-2026;1;Nord;;\n");
    list_place_collect(&place);
    assert_int_equal(place.fake.item_count, 0);
    assert_non_null(strstr(place.fake.log, "14-05-2026 er kristi himmelfartsdag"));
    fake_host_close(&place.fake, &automagi_plugin);
    list_place_write(&place, "source/a.csv", HEADER "05-06-2026;1;Nord;;\n");
    list_place_collect(&place);
    assert_int_equal(place.fake.item_count, 0);
    assert_non_null(strstr(place.fake.log, "05-06-2026 er en lukkedag"));
    fake_host_close(&place.fake, &automagi_plugin);
    list_place_write(&place, "source/a.csv", FRIDAY);
    run_holds(&place, "mangel:2026-03-06", AG_OK, "3 rækker");
    list_place_remove(&place);
}

static void test_size(void **state)
{
    struct list_place place;

    (void)state;
    town_make(&place, LIST_PLACE_DAILY(",\"max_change_percent\":50"));
    list_place_write(&place, "source/a.csv", FRIDAY);
    (void)list_place_run(&place, "mangel:2026-03-06");
    list_place_write(&place, "source/a.csv", HEADER "09-03-2026;OPG-1;Nord;;\n");
    run_holds(
        &place, "mangel:2026-03-09", AG_BUSINESS,
        "antallet af rækker er 1, og i listen for 06-03-2026 var det 3, en forskel på over 50 %");
    list_place_lacks(&place, "outbox/2026-03-09/Nord.csv");
    list_place_write(&place, "source/a.csv",
                     HEADER "09-03-2026;OPG-1;Nord;;\n09-03-2026;OPG-2;Nord;;\n");
    run_holds(&place, "mangel:2026-03-09", AG_OK, "2 rækker");
    list_place_remove(&place);
}

/* Somebody has the list open in Excel: its "~$" file is newer, and no list. */
static void test_open_in_excel(void **state)
{
    struct list_place place;

    (void)state;
    town_make(&place, LIST_PLACE_DAILY(""));
    list_place_write(&place, "source/fredag.csv", FRIDAY);
    list_place_age(&place, "source/fredag.csv", 1);
    list_place_write(&place, "source/~$fredag.csv", "En Opdigtet");
    run_holds(&place, "mangel:2026-03-06", AG_OK, "3 rækker");
    list_place_remove(&place);
}

/* All paths are known to be short enough before the first file is written. */
static void test_long_path(void **state)
{
    char receivers[512];
    struct list_place place;

    (void)state;
    town_make(&place,
              "{\"reference\":\"m\",\"item\":\"list\",\"period\":\"day\",\"source_file\":\"a.csv\","
              "\"date_column\":\"Dato\",\"key_column\":\"Nr\",\"unit_column\":\"Enhed\","
              "\"columns\":[{\"name\":\"Nr\"}],"
              "\"receivers_file\":\"r.csv\",\"output_file\":\"{receiver}/{unit}.csv\"}");
    (void)snprintf(receivers, sizeof(receivers), "unit;receiver\nNord;nord\nSyd;%0150d@x\n", 7);
    list_place_write(&place, "receivers/r.csv", receivers);
    list_place_write(&place, "source/a.csv", FRIDAY);
    run_holds(&place, "m:2026-03-06", AG_BROKEN, "Navnet på filen til enheden Syd er for langt");
    list_place_lacks(&place, "outbox/nord/Nord.csv");
    list_place_remove(&place);
}

/* Two receivers whose names make one folder would see each other's units. */
static void test_receivers_apart(void **state)
{
    struct list_place place;

    (void)state;
    town_make(&place,
              "{\"reference\":\"m\",\"item\":\"list\",\"period\":\"day\",\"source_file\":\"a.csv\","
              "\"date_column\":\"Dato\",\"key_column\":\"Nr\",\"unit_column\":\"Enhed\","
              "\"columns\":[{\"name\":\"Nr\"}],"
              "\"receivers_file\":\"r.csv\",\"output_file\":\"{receiver}/{unit}.csv\"}");
    list_place_write(&place, "receivers/r.csv", "unit;receiver\nNord;Team A/B\nSyd;team a:b\n");
    list_place_write(&place, "source/a.csv", FRIDAY);
    assert_int_equal(fake_host_open(&place.fake, &automagi_plugin, place.note), AG_BROKEN);
    assert_non_null(strstr(place.note, "Team A/B og team a:b ville få den samme mappe"));
    list_place_write(&place, "receivers/r.csv", "unit;receiver\nNord;Team A/B\nSyd;team a/b\n");
    run_holds(&place, "m:2026-03-06", AG_OK, "3 rækker i 2 filer");
    list_place_remove(&place);
}

/* A cell that a spreadsheet would run is text in what is delivered, and itself in the state. */
static void test_formulas(void **state)
{
    struct list_place place;

    (void)state;
    town_make(&place,
              "{\"reference\":\"m\",\"item\":\"list\",\"period\":\"day\",\"source_file\":\"a.csv\","
              "\"date_column\":\"Dato\",\"key_column\":\"Nr\",\"unit_column\":\"Enhed\","
              "\"columns\":[{\"name\":\"Nr\"},{\"name\":\"Diagnose\"}],"
              "\"receivers_file\":\"r.csv\",\"output_file\":\"{receiver}/{date} {unit}.csv\"}");
    list_place_write(&place, "receivers/r.csv", "unit;receiver\nNord;../../etc\n");
    list_place_write(&place, "source/a.csv",
                     HEADER
                     "06-03-2026;=1+1;Nord;;\"@SUM(A1;A2)\"\n06-03-2026;-12,5;Nord;;+45 x\n");
    run_holds(&place, "m:2026-03-06", AG_OK, "2 rækker");
    list_place_holds(&place, "outbox/___.._etc/2026-03-06 Nord.csv",
                     BOM "Nr;Diagnose;Ændring\r\n'=1+1;\"'@SUM(A1;A2)\";\r\n-12,5;'+45 x;\r\n");
    list_place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mona),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_cut_off),
        cmocka_unit_test(test_business),
        cmocka_unit_test(test_a_divided_cpr_number),
        cmocka_unit_test(test_mended),
        cmocka_unit_test(test_old),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_working_days),
        cmocka_unit_test(test_formulas),
        cmocka_unit_test(test_left),
        cmocka_unit_test(test_open_in_excel),
        cmocka_unit_test(test_long_path),
        cmocka_unit_test(test_receivers_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
