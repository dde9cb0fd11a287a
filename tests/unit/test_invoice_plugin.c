/* The plugin invoice_check as a whole: the sample robots, and folders of every kind. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/reference.h"
#include "tests/standins/fake_host.h"
#include "tests/standins/sample_text.h"
#include "tests/unit/invoice_place.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define MOMENTUM    "robots/franco-fakturatjek-momentum/"
#define DUBU        "robots/franco-fakturatjek-dubu/"

struct expected {
    const char *reference;
    int32_t outcome;
    const char *words;
};

/* Runs a sample robot as its robot.json says. */
static void sample_run(const char *robot_json, const struct expected *expected, size_t count)
{
    struct fake_host fake;
    struct ag_result result;
    char note[AG_NOTE_MAX];
    char *configuration;
    size_t i;

    fake_host_init(&fake, "{}");
    configuration = fake_host_robot(&fake, robot_json);
    assert_non_null(configuration);
    if (fake_host_open(&fake, &automagi_plugin, note) != AG_OK)
        fail_msg("%s", note);
    assert_int_equal(fake_host_collect(&fake, &automagi_plugin, note), AG_OK);
    assert_int_equal(fake.item_count, count);
    for (i = 0; i < count; i++) {
        /* In the order of the files' names. */
        if (!place_is(fake.items[i].reference, expected[i].reference))
            fail_msg("\"%s\", expected \"%s\"", fake.items[i].reference, expected[i].reference);
        if (fake_host_perform(&fake, &automagi_plugin, &fake.items[i], &result) !=
                expected[i].outcome ||
            strstr(result.note, expected[i].words) == NULL)
            fail_msg("%s: \"%s\", expected \"%s\"", expected[i].reference, result.note,
                     expected[i].words);
        if (getenv("SHOW_NOTES") != NULL)
            print_message("%s -> %s\n", fake.items[i].reference, result.note);
    }
    fake_host_close(&fake, &automagi_plugin);
    fake_host_release(&fake);
    free(configuration);
}

static void test_momentum(void **state)
{
    static const struct expected expected[] = {
        {"380|99999991|1001", AG_OK, "ok 9.375,63 kr. med moms af bevilget 12.000,00 kr."},
        {"380|99999992|K202617", AG_OK, "ok 13.862,50 kr. med moms"},
        {"380|99999991|1003", AG_BUSINESS, "skal i OIOUBL 2 være momsen, her 1.125,00 kr."},
        {"380|99999991|1004", AG_BUSINESS, "ingen bevilling på sag MOM-2026-0199"},
        {"380|99999991|1005", AG_BUSINESS, "perioden 15.06.2026 til 02.07.2026 ligger uden for"},
        {"380|99999992|K202621", AG_BUSINESS, "altså 2.500,00 kr. for meget"},
        {"380|99999992|K202621", AG_BUSINESS, "i filen \"06-over-bevilling.xml\""},
        {"381|99999991|1008", AG_BUSINESS, "krediterer faktura 1001"},
    };

    (void)state;
    sample_run(MOMENTUM "robot.json", expected, COUNT(expected));
}

static void test_dubu(void **state)
{
    static const struct expected expected[] = {
        {"380|99999993|F20260401", AG_OK, "ok 59.400,00 kr. uden moms af bevilget 62.000,00 kr."},
        {"380|99999994|7002", AG_BUSINESS, "skal i Peppol være beløbet uden moms, her 12.500,00"},
        {"380|99999994|7003", AG_BUSINESS, "skulle være 1.875,00 kr."},
        {"380|99999993|F20260404", AG_BUSINESS, "ender på kontrolcifret 7"},
        {"380|99999994|7005", AG_BUSINESS, "der mangler en sagsreference"},
        {"file|06-afkortet.xml", AG_BUSINESS,
         "Karantæne: filen \"06-afkortet.xml\" kan ikke læses"},
    };

    (void)state;
    sample_run(DUBU "robot.json", expected, COUNT(expected));
}

static bool ends_with(const char *string, const char *end)
{
    size_t length = strlen(string);

    return length >= strlen(end) && strcmp(string + length - strlen(end), end) == 0;
}

/* An odd one takes its place on the queue as it can, and the others theirs as ever. */
static void test_refused_by_the_queue(void **state)
{
    struct place place;
    char *text = sample_text_read(MOMENTUM "inbox/01-mentor-marts.xml");

    (void)state;
    place_make(&place, PLACE_GRANTS);
    place_copy(&place, "a.xml", ">2026-04-02<", ">2099-04-02<");
    text = sample_text_replace(text, ">1001<",
                               ">10\xe2\x80\x8b"
                               "02<");
    sample_text_write(place.inbox, "b.xml", text);
    place_copy(&place, "c.xml", ">1001<", ">1003<");
    place_collect(&place);
    assert_int_equal(place.fake.item_count, 3);
    assert_true(ends_with(place.fake.items[0].reference, "|1001"));
    assert_int_equal(place.fake.items[0].business_day, 0);
    assert_true(ends_with(place.fake.items[1].reference, "|1002"));
    assert_true(ends_with(place.fake.items[2].reference, "|1003"));
    assert_int_equal(place.fake.items[2].business_day, 20545);
    fake_host_close(&place.fake, &automagi_plugin);
    free(text);
    place_remove(&place);
}

static void test_folder(void **state)
{
    struct place place;
    char path[160];

    (void)state;
    place_make(&place, PLACE_GRANTS);
    place_copy(&place, "b.xml", NULL, NULL);
    place_copy(&place, "a.XML", ">1001<", ">2001<");
    place_copy(&place, "kopi.xml", NULL, NULL);
    place_copy(&place, "faktura.txt", NULL, NULL);
    place_copy(&place, ".skjult.xml", NULL, NULL);
    (void)snprintf(path, sizeof(path), "%s/mappe.xml", place.inbox);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof(path), "%s/link.xml", place.inbox);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    (void)snprintf(path, sizeof(path), "%s/pipe.xml", place.inbox);
    assert_int_equal(mkfifo(path, 0600), 0);
    place_collect(&place);
    assert_int_equal(place.fake.item_count, 5);
    assert_true(place_is(place.fake.items[0].reference, "380|99999991|2001"));
    assert_true(place_is(place.fake.items[1].reference, "380|99999991|1001"));
    assert_int_equal(place.fake.items[1].business_day, 20545); /* 2026-04-02 */
    assert_int_equal(place.fake.items[2].business_day, 0);
    assert_non_null(strstr(place.fake.log, "kopi.xml er en kopi"));
    assert_int_equal(place_perform(&place, "file|mappe.xml"), AG_BUSINESS);
    assert_int_equal(place_perform(&place, "file|link.xml"), AG_BUSINESS);
    assert_non_null(strstr(place.note, "det er ikke en almindelig fil"));
    assert_int_equal(place_perform(&place, "file|pipe.xml"), AG_BUSINESS);
    assert_int_equal(place_perform(&place, "380|99999991|1001"), AG_BUSINESS);
    assert_non_null(strstr(place.note, "ligner faktura 2001 i filen \"a.XML\""));
    fake_host_close(&place.fake, &automagi_plugin);
    place_remove(&place);
}

/* What happens to a file between collect() and perform(). */
static void test_changes(void **state)
{
    struct place place;
    char path[160];
    char before[AG_NOTE_MAX];

    (void)state;
    place_make(&place, PLACE_GRANTS);
    place_copy(&place, "a.xml", NULL, NULL);
    place_copy(&place, "b.xml", ">1001<", ">1002<");
    place_collect(&place);
    (void)snprintf(before, sizeof(before), "%s", place.fake.items[0].payload);
    place_copy(&place, "a.xml", "7200.00", "7100.00");
    assert_int_equal(place_perform(&place, "380|99999991|1001"), AG_BUSINESS);
    assert_non_null(strstr(place.note, "er ændret, siden den blev sat i kø"));
    (void)snprintf(path, sizeof(path), "%s/b.xml", place.inbox);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(place_perform(&place, "380|99999991|1002"), AG_BUSINESS);
    assert_non_null(strstr(place.note, "findes ikke længere"));
    fake_host_close(&place.fake, &automagi_plugin);
    free(place.fake.items[0].reference); /* the next run sees another payload */
    place.fake.items[0].reference = strdup("x");
    place_collect(&place);
    assert_string_not_equal(place_find(&place, "380|99999991|1001")->payload, before);
    fake_host_close(&place.fake, &automagi_plugin);
    place_remove(&place);
}

/* Both of two documents with one number go to a person, also when one comes later. */
static void test_duplicates(void **state)
{
    struct place place;

    (void)state;
    place_make(&place, PLACE_GRANTS);
    place_copy(&place, "b.xml", NULL, NULL);
    place_collect(&place);
    assert_int_equal(place_perform(&place, "380|99999991|1001"), AG_OK);
    fake_host_close(&place.fake, &automagi_plugin);
    place_copy(&place, "a.xml", "Mentorstøtte", "Mentor");
    place_collect(&place);
    assert_int_equal(place.fake.item_count, 2);
    assert_non_null(strstr(place.fake.items[1].reference, "|dublet|"));
    assert_true(place_is(place.fake.items[1].reference, "380|99999991|1001"));
    assert_int_equal(place_perform(&place, place.fake.items[1].reference), AG_BUSINESS);
    assert_non_null(strstr(place.note, "i filen \"a.xml\""));
    fake_host_close(&place.fake, &automagi_plugin);
    place_remove(&place);
}

/* perform() for an item from an earlier run, without collect() in this one. */
static void test_perform_alone(void **state)
{
    struct place place;
    struct fake_item item = {.reference = strdup("x"), .payload = NULL};
    struct ag_result result;

    (void)state;
    place_make(&place, PLACE_GRANTS);
    place_copy(&place, "a.xml", NULL, NULL);
    place_copy(&place, "b.xml", "Mentorstøtte", "Mentor");
    place_collect(&place);
    item.payload = strdup(place.fake.items[0].payload);
    fake_host_close(&place.fake, &automagi_plugin);
    assert_int_equal(fake_host_open(&place.fake, &automagi_plugin, place.note), AG_OK);
    assert_int_equal(fake_host_perform(&place.fake, &automagi_plugin, &item, &result), AG_BUSINESS);
    assert_non_null(strstr(result.note, "i filen \"b.xml\""));
    free(item.payload);
    item.payload = strdup("file=..%2Fgrants.csv&fnv1a=0000000000000000");
    assert_int_equal(fake_host_perform(&place.fake, &automagi_plugin, &item, &result), AG_BUSINESS);
    assert_null(strstr(result.note, "linje"));
    free(item.payload);
    item.payload = strdup("hvad som helst");
    assert_int_equal(fake_host_perform(&place.fake, &automagi_plugin, &item, &result), AG_BUSINESS);
    assert_non_null(strstr(result.note, "siger ikke, hvilken fil"));
    free(item.payload);
    free(item.reference);
    fake_host_close(&place.fake, &automagi_plugin);
    place_remove(&place);
}

/* No CPR number reaches a reference, a note or the log; the payload is sealed. */
static void test_cpr(void **state)
{
    struct place place;
    struct ag_result result;
    size_t i;

    (void)state;
    place_make(&place, PLACE_GRANTS);
    place_copy(&place, "regning 010190-1234.xml", ">1001<", ">020290-4321<");
    place_copy(&place, "010190-1234 nr 2.xml", ">1001<", ">020290-4322<");
    place_copy(&place, "010190-1234 igen.xml", "MOM-2026-0101", "030390-1111");
    sample_text_write(place.inbox, "010190-1234 itu.xml", "<Invoice>0101901234");
    place_collect(&place);
    assert_int_equal(place.fake.item_count, 4);
    for (i = 0; i < place.fake.item_count; i++) {
        (void)fake_host_perform(&place.fake, &automagi_plugin, &place.fake.items[i], &result);
        assert_null(strstr(place.fake.items[i].reference, "90-"));
        assert_null(strstr(result.note, "90-"));
        assert_null(strstr(result.note, "0101901234"));
    }
    assert_null(strstr(place.fake.log, "90-"));
    assert_null(strstr(place.fake.log, "0101901234"));
    fake_host_close(&place.fake, &automagi_plugin);
    place_remove(&place);
}

static void test_stop(void **state)
{
    struct place place;

    (void)state;
    place_make(&place, PLACE_GRANTS);
    place_copy(&place, "a.xml", NULL, NULL);
    place_copy(&place, "b.xml", ">1001<", ">1002<");
    place_copy(&place, "c.xml", ">1001<", ">1003<");
    place.fake.polls_left = 2;
    place_collect(&place);
    assert_int_equal(place.fake.item_count, 1);
    /* Not all of the folder was seen: whether there is a twin is not known. */
    assert_int_equal(place_perform(&place, "380|99999991|1001"), AG_TRANSIENT);
    fake_host_close(&place.fake, &automagi_plugin);
    place_remove(&place);
}

/* The queue takes every reference, whatever a file is called and whatever number it has: one that
 * it refuses would end the run for all files. */
static void references_hold(const struct place *place, size_t count)
{
    char normalised[256];
    struct fault fault;
    size_t i;

    assert_int_equal(place->fake.item_count, count);
    for (i = 0; i < count; i++) {
        const char *reference = place->fake.items[i].reference;

        if (reference_normalise(reference, normalised, &fault) != 0)
            fail_msg("\"%s\": %s", reference, fault.text);
        assert_string_equal(normalised, reference);
    }
}

static void test_names(void **state)
{
    static const char *const names[] = {
        "\xff\xfe.xml",   "\xc3\xa6.xml",    "e\xcc\x81.xml", "\xe2\x80\xa8.xml", "\n.xml",
        "with space.xml", "010190-1234.xml", "|.xml",         "a|dublet|.xml",
    };
    struct place place;
    char name[256];
    size_t i;

    (void)state;
    place_make(&place, PLACE_GRANTS);
    for (i = 0; i < 2; i++) {
        memset(name, 'n', sizeof(name));
        memcpy(name + sizeof(name) - 5, ".xml", 5);
        name[0] = (char)('a' + (char)i);
        sample_text_write(place.inbox, name, "x");
        name[0] = 'n';
        name[sizeof(name) - 6] = (char)('a' + (char)i);
        sample_text_write(place.inbox, name, "x");
    }
    for (i = 0; i < COUNT(names); i++)
        sample_text_write(place.inbox, names[i], "x");
    place_collect(&place);
    references_hold(&place, 4 + COUNT(names));
    for (i = 0; i < place.fake.item_count; i++) {
        struct ag_result result;

        assert_int_equal(
            fake_host_perform(&place.fake, &automagi_plugin, &place.fake.items[i], &result),
            AG_BUSINESS);
    }
    fake_host_close(&place.fake, &automagi_plugin);
    place_remove(&place);
}

/* U+1D160 is 4 bytes, and 12 when the queue has normalised it. */
static void test_growing_names(void **state)
{
    static const char note[] = "\xf0\x9d\x85\xa0";
    struct place place;
    char name[256] = "";
    char number[128] = ">";
    size_t i;

    (void)state;
    for (i = 0; i < 45; i++)
        memcpy(name + 4 * i, note, 5);
    memcpy(name + (size_t)4 * 45, ".xml", 5);
    for (i = 0; i < 23; i++)
        memcpy(number + 1 + 4 * i, note, 5);
    memcpy(number + 1 + (size_t)4 * 23, "<", 2);
    place_make(&place, PLACE_GRANTS);
    sample_text_write(place.inbox, name, "itu");
    place_copy(&place, "a.xml", ">1001<", number);
    place_copy(&place, "b.xml", "2026-03-01", "2026-03-02");
    place_collect(&place);
    references_hold(&place, 3);
    assert_int_equal(place_perform(&place, "380|99999991|1001"), AG_OK);
    fake_host_close(&place.fake, &automagi_plugin);
    place_remove(&place);
}

/* A name comes again, and what was closed under it may not hide the next one. */
static void test_name_again(void **state)
{
    struct place place;

    (void)state;
    place_make(&place, PLACE_GRANTS);
    sample_text_write(place.inbox, "faktura.xml", "itu");
    place_collect(&place);
    fake_host_close(&place.fake, &automagi_plugin);
    place_collect(&place);
    fake_host_close(&place.fake, &automagi_plugin);
    assert_int_equal(place.fake.item_count, 1);
    sample_text_write(place.inbox, "faktura.xml", "i stykker");
    place_collect(&place);
    assert_int_equal(place.fake.item_count, 2);
    fake_host_close(&place.fake, &automagi_plugin);
    place_remove(&place);
}

/* A run that ends while a file is read must have named it: the name comes before. */
static void test_names_logged(void **state)
{
    struct place place;
    const char *bad, *reads;

    (void)state;
    place_make(&place, PLACE_GRANTS);
    place_copy(&place, "a.xml", NULL, NULL);
    sample_text_write(place.inbox, "b.xml", "itu");
    place_collect(&place);
    reads = strstr(place.fake.log, "DEBUG læser b.xml");
    bad = strstr(place.fake.log, "WARN b.xml: ");
    assert_non_null(strstr(place.fake.log, "DEBUG læser a.xml"));
    assert_non_null(reads);
    assert_non_null(bad);
    assert_true(reads < bad);
    fake_host_close(&place.fake, &automagi_plugin);
    place_remove(&place);
}

static void test_open_fails(void **state)
{
    struct place place;

    (void)state;
    place_make(&place, NULL);
    assert_int_equal(fake_host_open(&place.fake, &automagi_plugin, place.note), AG_BROKEN);
    assert_string_equal(place.note, "Bevillingslisten \"grants.csv\" kan ikke læses (ENOENT); "
                                    "kontrollér \"folders\" og \"grants_file\" i robot.json.");
    sample_text_write(place.folder, "grants.csv", PLACE_GRANTS "MOM-2026-0101;9999;;;;\n");
    assert_int_equal(fake_host_open(&place.fake, &automagi_plugin, place.note), AG_BROKEN);
    assert_string_equal(place.note, "Bevillingslisten \"grants.csv\", linje 3: supplier_cvr er "
                                    "\"9999\", men skal være 8 cifre.");
    place.fake.host.configuration = "{}";
    assert_int_equal(fake_host_open(&place.fake, &automagi_plugin, place.note), AG_BROKEN);
    assert_non_null(strstr(place.note, "grants_file"));
    place.fake.host.configuration = PLACE_CONFIGURATION;
    place.fake.folders[0].name[0] = '\0';
    assert_int_equal(fake_host_open(&place.fake, &automagi_plugin, place.note), AG_BROKEN);
    assert_non_null(strstr(place.note, "Mappen \"invoices\" er ikke givet"));
    place_remove(&place);
}

static void test_settle(void **state)
{
    struct place place;

    (void)state;
    place_make(&place, PLACE_GRANTS);
    place.fake.host.configuration =
        "{\"grants_file\":\"grants.csv\",\"decimal_mark\":\",\",\"grant_amounts\":\"with_vat\","
        "\"settle_s\":3600}";
    place_copy(&place, "a.xml", NULL, NULL);
    place_collect(&place);
    assert_int_equal(place.fake.item_count, 0);
    fake_host_close(&place.fake, &automagi_plugin);
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_momentum),
        cmocka_unit_test(test_dubu),
        cmocka_unit_test(test_refused_by_the_queue),
        cmocka_unit_test(test_folder),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_perform_alone),
        cmocka_unit_test(test_cpr),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_growing_names),
        cmocka_unit_test(test_name_again),
        cmocka_unit_test(test_open_fails),
        cmocka_unit_test(test_settle),
        cmocka_unit_test(test_names_logged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
