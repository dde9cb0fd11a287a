/* The plugin list_delivery with one item per unit: letters, months, units of their own. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/standins/fake_host.h"
#include "tests/unit/list_place.h"

#define BOM "\xef\xbb\xbf"
#define LETTERS                                                                                    \
    "{\"reference\":\"ferie\",\"item\":\"unit\",\"period\":\"month\",\"source_file\":\"*.csv\","   \
    "\"date_column\":\"Dato\",\"key_column\":\"Nr\",\"unit_column\":\"Enhed\",\"columns\":["       \
    "{\"name\":\"Nr\"},{\"name\":\"Dage\",\"type\":\"number\",\"decimals\":2,"                     \
    "\"not_negative\":true}],\"receivers_file\":\"r.csv\",\"output_format\":\"letter\","           \
    "\"output_file\":\"{month}/{unit}.txt\",\"letter\":{\"subject\":\"Ferie i {month_name}\","     \
    "\"opening\":\"{rows} på listen\\npr. {day}\",\"closing\":\"Frist: 31. december {year}\"}}"
#define LEADERS "unit;receiver\nSkole;a@eksempel.invalid\nBørnehave;b@eksempel.invalid\nTom post;\n"
#define FEBRUARY                                                                                   \
    "Dato;Nr;Enhed;Dage;CPR\n02-02-2026;900001;Skole;12,5;0101901234\n"                            \
    "02-02-2026;900002;Skole;7;\n02-02-2026;900003;Børnehave;1.000;\n"
#define MARCH                                                                                      \
    "Dato;Nr;Enhed;Dage\n02-03-2026;900001;Skole;10\n02-03-2026;900003;Skole;3,25\n"               \
    "02-03-2026;900004;Børnehave;-1\n02-03-2026;900005;Tom post;2\n"
#define SKOLE_FEBRUARY                                                                             \
    BOM "Til: a@eksempel.invalid\r\nEnhed: Skole\r\n\r\nFerie i februar 2026\r\n\r\n"              \
        "2 på listen\r\npr. 02-02-2026\r\n\r\n"                                                   \
        "Nr      Dage\r\n900001  12,50\r\n900002  7,00\r\n\r\n"                                    \
        "Der er ingen tidligere liste at sammenligne med.\r\n\r\n"                                 \
        "Frist: 31. december 2026\r\n\r\n"
#define SKOLE_MARCH                                                                                \
    BOM "Til: a@eksempel.invalid\r\nEnhed: Skole\r\n\r\nFerie i marts 2026\r\n\r\n"                \
        "2 på listen\r\npr. 02-03-2026\r\n\r\n"                                                   \
        "Nr      Dage   Siden sidst\r\n900001  10,00  før 12,50\r\n900003  3,25   ny\r\n\r\n"     \
        "Siden listen for februar 2026: 1 ny, 1 ændret og 1 udgået (900002).\r\n\r\n"            \
        "Frist: 31. december 2026\r\n\r\n"

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

/* Each leader sees the own unit alone; who moves to another is gone here and new there. */
static void test_months(void **state)
{
    struct list_place place;

    (void)state;
    list_place_make(&place, LETTERS);
    list_place_write(&place, "receivers/r.csv", LEADERS);
    list_place_write(&place, "source/a.csv", FEBRUARY);
    list_place_collect(&place);
    assert_int_equal(place.fake.item_count, 2);
    item_holds(&place, "ferie:Skole:2026-02", AG_OK, "Skole, februar 2026 er leveret: 2 rækker");
    item_holds(&place, "ferie:Børnehave:2026-02", AG_OK, "1 række;");
    fake_host_close(&place.fake, &automagi_plugin);
    list_place_holds(&place, "outbox/2026-02/Skole.txt", SKOLE_FEBRUARY);
    list_place_holds(&place, "state/Skole_2026-02.csv",
                     "Nr;Enhed;Nr;Dage\r\n900001;Skole;900001;12,50\r\n"
                     "900002;Skole;900002;7,00\r\n");
    list_place_age(&place, "source/a.csv", 1);
    list_place_write(&place, "source/b.csv", MARCH);
    list_place_collect(&place);
    assert_int_equal(place.fake.item_count, 5);
    item_holds(&place, "ferie:Skole:2026-03", AG_OK,
               "1 ny, 1 ændret og 1 udgået siden februar 2026.");
    list_place_holds(&place, "outbox/2026-03/Skole.txt", SKOLE_MARCH);
    item_holds(&place, "ferie:Børnehave:2026-03", AG_BUSINESS,
               "til Børnehave er ikke leveret: 900004 har et tal under nul");
    item_holds(&place, "ferie:Tom post:2026-03", AG_BUSINESS, "Tom post har ingen modtager");
    list_place_lacks(&place, "outbox/2026-03/Børnehave.txt");
    list_place_lacks(&place, "outbox/2026-03/Tom post.txt");
    list_place_lacks(&place, "state/Børnehave_2026-03.csv");
    /* Again, and what was found in February: the same bytes. */
    item_holds(&place, "ferie:Skole:2026-03", AG_OK, "siden februar 2026.");
    list_place_holds(&place, "outbox/2026-03/Skole.txt", SKOLE_MARCH);
    item_holds(&place, "ferie:Skole:2026-02", AG_OK, "ingen tidligere liste");
    list_place_holds(&place, "outbox/2026-02/Skole.txt", SKOLE_FEBRUARY);
    fake_host_close(&place.fake, &automagi_plugin);
    list_place_remove(&place);
}

/* The post is filled, the number mended: the item is tried again. A unit that has left the list
 * has nothing to send. */
static void test_mended(void **state)
{
    struct list_place place;

    (void)state;
    list_place_make(&place, LETTERS);
    list_place_write(&place, "receivers/r.csv", LEADERS);
    list_place_write(&place, "source/a.csv", MARCH);
    list_place_collect(&place);
    item_holds(&place, "ferie:Tom post:2026-03", AG_BUSINESS, "har ingen modtager");
    fake_host_close(&place.fake, &automagi_plugin);
    list_place_write(&place, "receivers/r.csv", LEADERS "\nTom post 2;\n");
    list_place_write(&place, "source/a.csv", "Dato;Nr;Enhed;Dage\n02-03-2026;900004;Børnehave;1\n");
    list_place_collect(&place);
    item_holds(&place, "ferie:Børnehave:2026-03", AG_OK, "1 række;");
    item_holds(&place, "ferie:Tom post:2026-03", AG_BUSINESS, "har ingen rækker i listen");
    fake_host_close(&place.fake, &automagi_plugin);
    list_place_remove(&place);
}

/* What is wrong with the whole list is one item. In order again there is nothing to count in it. */
static void test_whole_list(void **state)
{
    struct list_place place;

    (void)state;
    list_place_make(&place, LETTERS);
    list_place_write(&place, "receivers/r.csv", LEADERS);
    list_place_write(&place, "source/a.csv",
                     "Dato;Nr;Enhed;Dage\n02-03-2026;1;Skole;3\n02-03-2026;2;Skole;mange\n");
    list_place_collect(&place);
    assert_int_equal(place.fake.item_count, 1);
    item_holds(&place, "ferie:2026-03", AG_BUSINESS,
               "linje 3: \"Dage\" er ikke et tal med højst 2 decimaler");
    fake_host_close(&place.fake, &automagi_plugin);
    list_place_write(&place, "source/a.csv", MARCH);
    list_place_collect(&place);
    assert_int_equal(place.fake.item_count, 4);
    item_holds(&place, "ferie:2026-03", AG_BUSINESS, "er i orden nu");
    fake_host_close(&place.fake, &automagi_plugin);
    list_place_lacks(&place, "outbox/2026-03");
    list_place_remove(&place);
}

/* A state that somebody has spoilt, and one from before the columns were others. */
static void test_state(void **state)
{
    struct list_place place;

    (void)state;
    list_place_make(&place, LETTERS);
    list_place_write(&place, "receivers/r.csv", LEADERS);
    list_place_write(&place, "source/a.csv", MARCH);
    list_place_write(&place, "state/Skole_2026-02.csv", "\"");
    list_place_collect(&place);
    item_holds(&place, "ferie:Skole:2026-03", AG_BUSINESS,
               "Den gemte liste \"Skole_2026-02.csv\" i mappen \"state\" kan ikke læses");
    list_place_write(&place, "state/Skole_2026-02.csv",
                     "Nr;Enhed;Nr\r\n900001;Skole;900001\r\n900009;Skole;900009\r\n");
    /* Of other units, other periods, and no state at all. */
    list_place_write(&place, "state/Skole_2026-2x.csv", "\"");
    list_place_write(&place, "state/Skole_2026-03.csv", "\"");
    list_place_write(&place, "state/Skole 2_2026-01.csv", "\"");
    item_holds(&place, "ferie:Skole:2026-03", AG_OK,
               "1 ny, 0 ændrede og 1 udgået siden februar 2026.");
    fake_host_close(&place.fake, &automagi_plugin);
    list_place_remove(&place);
}

/* What the folders and the payload may not be. */
static void test_broken(void **state)
{
    struct fake_item odd = {.reference = strdup("x"), .payload = strdup("hvad som helst")};
    struct list_place place;
    struct ag_result result;

    (void)state;
    list_place_make(&place, LETTERS);
    assert_int_equal(fake_host_open(&place.fake, &automagi_plugin, place.note), AG_BROKEN);
    assert_string_equal(place.note, "Modtagerlisten \"r.csv\" kan ikke læses (ENOENT); kontrollér "
                                    "\"folders\" og \"receivers_file\" i robot.json.");
    list_place_write(&place, "receivers/r.csv", "unit;receiver\nSkole;a\nSkole;b\n");
    assert_int_equal(fake_host_open(&place.fake, &automagi_plugin, place.note), AG_BROKEN);
    assert_string_equal(place.note, "Modtagerlisten \"r.csv\" kan ikke bruges: enheden Skole står "
                                    "der to gange.");
    list_place_write(&place, "receivers/r.csv", LEADERS);
    list_place_collect(&place);
    assert_int_equal(fake_host_perform(&place.fake, &automagi_plugin, &odd, &result), AG_BUSINESS);
    assert_non_null(strstr(result.note, "siger ikke, hvilken liste"));
    free(odd.payload);
    odd.payload = strdup("{\"period\":\"2026-02\",\"file\":\"../receivers/r.csv\",\"unit\":\"a\"}");
    assert_int_equal(fake_host_perform(&place.fake, &automagi_plugin, &odd, &result), AG_BUSINESS);
    assert_non_null(strstr(result.note, "Der er ingen liste"));
    fake_host_close(&place.fake, &automagi_plugin);
    place.fake.host.configuration = "{}";
    assert_int_equal(fake_host_open(&place.fake, &automagi_plugin, place.note), AG_BROKEN);
    place.fake.folders[3].name[0] = '\0';
    assert_int_equal(fake_host_open(&place.fake, &automagi_plugin, place.note), AG_BROKEN);
    assert_non_null(strstr(place.note, "Mappen \"state\" er ikke givet"));
    free(odd.reference);
    free(odd.payload);
    list_place_remove(&place);
}

static void test_ferdinan(void **state)
{
    struct list_place place;

    (void)state;
    list_place_sample(&place, "ferdinan-ferierobot");
    list_place_collect(&place);
    assert_int_equal(place.fake.item_count, 4);
    item_holds(&place, "ferie:Bibliotek (opdigtet):2026-03", AG_OK, "2 rækker");
    item_holds(&place, "ferie:Børnehuset Nullerten:2026-03", AG_OK, "3 rækker");
    item_holds(&place, "ferie:Driftsgården X:2026-03", AG_BUSINESS, "900007 har et tal under nul");
    item_holds(&place, "ferie:Skolen Ved Intet:2026-03", AG_BUSINESS, "har ingen modtager");
    fake_host_close(&place.fake, &automagi_plugin);
    list_place_holds(
        &place, "state/Bibliotek (opdigtet)_2026-03.csv",
        "Medarbejdernr.;Enhed;Medarbejdernr.;Restferie (dage)\r\n"
        "900001;Bibliotek (opdigtet);900001;12,50\r\n900002;Bibliotek (opdigtet);900002;7,30\r\n");
    list_place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_months),     cmocka_unit_test(test_mended),
        cmocka_unit_test(test_whole_list), cmocka_unit_test(test_state),
        cmocka_unit_test(test_broken),     cmocka_unit_test(test_ferdinan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
