/* The plugin command with real programs: shell scripts of a few lines each. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/standins/fake_host.h"
#include "tests/standins/sample_text.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define RUN_SCRIPT  "{\"program\":[\"sh\",\"p.sh\"]}"
#define NO_COLLECT  "{\"program\":[\"sh\",\"p.sh\"],\"collect\":false}"
#define REPEATABLE  "{\"program\":[\"sh\",\"p.sh\"],\"collect\":false,\"repeatable\":true}"

/* A robot whose program is the script `p.sh` in a folder of its own. */
struct place {
    struct fake_host fake;
    char folder[64];
    char note[AG_NOTE_MAX];
};

static struct fake_item item = {.reference = (char[]){"sag-1"}, .payload = (char[]){"21"}};

static void place_make(struct place *place, const char *configuration, const char *script)
{
    (void)snprintf(place->folder, sizeof(place->folder), "/tmp/automagi-command-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    sample_text_write(place->folder, "p.sh", script);
    fake_host_init(&place->fake, configuration);
    assert_true(fake_host_grant(&place->fake, "program", place->folder) >= 0);
}

static void place_remove(struct place *place)
{
    static const char *const names[] = {"p.sh", "ud", "data.txt", "min..sh", "genvej"};
    int folder = place->fake.folders[0].fd;
    size_t i;

    for (i = 0; i < COUNT(names); i++)
        (void)unlinkat(folder, names[i], 0);
    fake_host_release(&place->fake);
    assert_int_equal(rmdir(place->folder), 0);
}

static int32_t place_open(struct place *place)
{
    return fake_host_open(&place->fake, &automagi_plugin, place->note);
}

static int32_t place_perform(struct place *place)
{
    struct ag_result result;
    int32_t outcome = fake_host_perform(&place->fake, &automagi_plugin, &item, &result);

    memcpy(place->note, result.note, sizeof(place->note));
    return outcome;
}

/* What the program left in the file "ud". */
static const char *left_behind(const struct place *place)
{
    static char text[4096];
    int fd = openat(place->fake.folders[0].fd, "ud", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

    text[got < 0 ? 0 : got] = '\0';
    if (fd >= 0)
        (void)close(fd);
    return text;
}

static void test_conversation(void **state)
{
    struct place place;

    (void)state;
    place_make(
        &place, RUN_SCRIPT,
        "read a <&3; echo \"$a\" >ud; echo "
        "'{\"add\":{\"reference\":\"sag-1\",\"payload\":\"21\",\"priority\":5}}' >&3\n"
        "echo '{\"add\":{\"reference\":\"sag-2\",\"business_date\":\"2026-01-31\","
        "\"deadline\":\"2026-02-01T14:00+01:00\",\"not_before\":\"2026-01-31T06:00Z\"}}' >&3\n"
        "echo '{\"collected\":true}' >&3\n"
        "read a <&3; echo \"$a\" >>ud; echo "
        "'{\"done\":true,\"note\":\"42\",\"department\":\"oes\"}' >&3\n"
        "read a <&3; echo \"$a\" >>ud; echo '{\"business\":\"Ring.\"}' >&3\n"
        "read a <&3; echo '{\"transient\":\"504\"}' >&3; read a <&3\n"
        "echo '{\"broken\":\"Intet login.\"}' >&3; read a <&3; echo \"$a\" >>ud\n");
    assert_int_equal(place_open(&place), AG_OK);
    assert_int_equal(fake_host_collect(&place.fake, &automagi_plugin, place.note), AG_OK);
    assert_int_equal(place.fake.item_count, 2);
    assert_int_equal(place.fake.items[0].priority, 5);
    assert_string_equal(place.fake.items[0].payload, "21");
    assert_int_equal(place.fake.items[1].business_day, 20484);
    assert_int_equal(place.fake.items[1].deadline_ms, 1769950800000);
    assert_int_equal(place.fake.items[1].not_before_ms, 1769839200000);
    assert_int_equal(place_perform(&place), AG_OK);
    assert_string_equal(place.note, "42");
    assert_int_equal(place_perform(&place), AG_BUSINESS);
    assert_string_equal(place.note, "Ring.");
    assert_int_equal(place_perform(&place), AG_TRANSIENT);
    assert_int_equal(place_perform(&place), AG_BROKEN);
    assert_string_equal(place.note, "Intet login.");
    fake_host_close(&place.fake, &automagi_plugin);
    assert_string_equal(
        left_behind(&place),
        "{\"do\":\"collect\"}\n"
        "{\"do\":\"perform\",\"reference\":\"sag-1\",\"payload\":\"21\",\"attempt\":1}\n"
        "{\"do\":\"perform\",\"reference\":\"sag-1\",\"payload\":\"21\",\"attempt\":1}\n"
        "{\"do\":\"end\"}\n");
    place_remove(&place);
}

/* Its folder, its environment, its descriptors, its signals. */
static void test_surroundings(void **state)
{
    struct place place;

    (void)state;
    assert_int_equal(setenv("HEMMELIG", "1", 1), 0);
    (void)signal(SIGUSR1, SIG_IGN);
    place_make(&place, "{\"program\":[\"sh\",\"p.sh\",\"et ord\"],\"collect\":false,\"home\":true}",
               "{ env | grep -v '^_=\\|^PWD=\\|^SHLVL=\\|^OLDPWD=' | sort"
               "; echo \"$1\"; ls p.sh; cat; ls /proc/self/fd | tr '\\n' ' '"
               "; test -d \"$HOME\" && touch \"$HOME/x\" && echo hjem"
               /* signals 1 to 28: those of the C library (32, 33) may come ignored from outside */
               "; grep SigIgn /proc/self/status | sed 's/.*\\(.......\\)$/\\1/'; } >ud\n"
               "read a <&3\n");
    assert_int_equal(place_open(&place), AG_OK);
    fake_host_close(&place.fake, &automagi_plugin);
    assert_string_equal(left_behind(&place), "HOME=/proc/self/fd/4\nLANG=C.UTF-8\n"
                                             "PATH=/usr/local/bin:/usr/bin:/bin\n"
                                             "et ord\np.sh\n0 1 2 3 4 5 hjem\n"
                                             "0000000\n");
    (void)signal(SIGUSR1, SIG_DFL);
    place_remove(&place);
}

static void test_cannot_start(void **state)
{
    static const struct {
        const char *configuration;
        const char *words;
    } rows[] = {
        {"{\"program\":[\"findes-ikke\"]}", "Programmet \"findes-ikke\" findes ikke i /usr/local"},
        {"{\"program\":[\"./p.sh\"]}", "Programmet \"./p.sh\" må ikke køres; gør filen kørbar"},
        {"{\"program\":[\"p.sh\",\"a\"]}", "Programmet \"p.sh a\" må ikke køres"},
        {"{\"program\":[\"/bin/sh\"]}", "skal stå uden sti"},
        {"{\"program\":[\"../sh\"]}", "skal stå uden sti"},
        {"{\"program\":[]}", "Ret \"configuration\""},
        {"{\"program\":\"sh\"}", "Ret \"configuration\""},
        {"{\"program\":[\"sh\",7]}", "Ret \"configuration\""},
        {"{\"program\":[\"sh\"],\"collect\":1}", "Ret \"configuration\""},
        {"{}", "Ret \"configuration\""},
        {"", "Ret \"configuration\""},
    };
    struct place place;
    size_t i;

    (void)state;
    place_make(&place, "{}", "no #!\n");
    for (i = 0; i < COUNT(rows); i++) {
        place.fake.host.configuration = rows[i].configuration;
        if (place_open(&place) != AG_BROKEN || strstr(place.note, rows[i].words) == NULL)
            fail_msg("row %zu: \"%s\", expected \"%s\"", i, place.note, rows[i].words);
    }
    assert_int_equal(fchmodat(place.fake.folders[0].fd, "p.sh", 0700, 0), 0);
    place.fake.host.configuration = "{\"program\":[\"p.sh\"]}";
    assert_int_equal(place_open(&place), AG_BROKEN);
    assert_non_null(strstr(place.note, "begynd filen med #!"));
    sample_text_write(place.folder, "p.sh", "#!/findes/ikke\n");
    assert_int_equal(place_open(&place), AG_BROKEN);
    sample_text_write(place.folder, "p.sh", "#!/bin/sh\nread a <&3\n");
    assert_int_equal(place_open(&place), AG_OK);
    fake_host_close(&place.fake, &automagi_plugin);
    place.fake.folders[0].name[0] = '\0';
    assert_int_equal(place_open(&place), AG_BROKEN);
    assert_non_null(strstr(place.note, "Mappen \"program\" er ikke givet"));
    place_remove(&place);
}

/* Root may enter everything: then the robot's account is played by another. */
static void test_shut_out(void **state)
{
    struct place place;
    char expected[160];
    char script[160];
    int folder;
    bool is_root = geteuid() == 0;

    (void)state;
    place_make(&place, "{\"program\":[\"p.sh\"]}", "#!/bin/sh\nread a <&3\n");
    folder = place.fake.folders[0].fd;
    assert_int_equal(fchmodat(folder, "p.sh", 0755, 0), 0);
    assert_int_equal(mkdirat(folder, "lukket", 0700), 0);
    assert_int_equal(fchmod(folder, 0600), 0);
    assert_int_equal(is_root ? seteuid(65534) : 0, 0);
    (void)snprintf(expected, sizeof(expected), "(uid %u) må ikke gå ind i mappen %s;",
                   (unsigned)geteuid(), place.folder);
    assert_int_equal(place_open(&place), AG_BROKEN);
    assert_non_null(strstr(place.note, expected));
    assert_int_equal(is_root ? seteuid(0) : 0, 0);
    assert_int_equal(fchmod(folder, 0755), 0);
    (void)snprintf(script, sizeof(script), "#!%s/lukket/sh\n", place.folder);
    sample_text_write(place.folder, "p.sh", script);
    assert_int_equal(fchmodat(folder, "p.sh", 0755, 0), 0);
    assert_int_equal(is_root ? 0 : fchmodat(folder, "lukket", 0, 0), 0);
    assert_int_equal(is_root ? seteuid(65534) : 0, 0);
    (void)snprintf(expected, sizeof(expected), "må ikke gå ind i mappen %s/lukket;", place.folder);
    assert_int_equal(place_open(&place), AG_BROKEN);
    if (strstr(place.note, expected) == NULL)
        fail_msg("\"%s\", expected \"%s\"", place.note, expected);
    assert_int_equal(is_root ? seteuid(0) : 0, 0);
    assert_int_equal(fchmodat(folder, "p.sh", 0600, 0), 0);
    assert_int_equal(unlinkat(folder, "lukket", AT_REMOVEDIR), 0);
    place_remove(&place);
}

/* Where a program may be: two full stops in a name are no way out, a link may be one. */
static void test_inside(void **state)
{
    static const struct {
        const char *target; /* of "genvej"; NULL: none */
        const char *configuration;
        const char *words; /* "": it is started */
    } rows[] = {
        {NULL, "{\"program\":[\"min..sh\"],\"collect\":false}", ""},
        {NULL, "{\"program\":[\"./min..sh\"],\"collect\":false}", ""},
        {NULL, "{\"program\":[\"a/../min..sh\"]}", "skal stå uden sti"},
        {NULL, "{\"program\":[\"..\"]}", "skal stå uden sti"},
        {NULL, "{\"program\":[\"a/..\"]}", "skal stå uden sti"},
        {"min..sh", "{\"program\":[\"./genvej\"],\"collect\":false}", ""},
        {"min..sh", "{\"program\":[\"genvej\"],\"collect\":false}", ""},
        {"/bin/sh", "{\"program\":[\"./genvej\"]}",
         "Programmet \"./genvej\" er et link, der fører ud af mappen"},
        {"/bin/sh", "{\"program\":[\"genvej\"]}", "er et link, der fører ud af mappen"},
        {"../../bin/sh", "{\"program\":[\"genvej\"]}", "er et link, der fører ud af mappen"},
        {"/bin", "{\"program\":[\"genvej/sh\"]}", "eller ligger bag et"},
    };
    struct place place;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        place_make(&place, rows[i].configuration, "");
        sample_text_write(place.folder, "min..sh", "#!/bin/sh\nread a <&3\n");
        assert_int_equal(fchmodat(place.fake.folders[0].fd, "min..sh", 0755, 0), 0);
        if (rows[i].target != NULL)
            assert_int_equal(symlinkat(rows[i].target, place.fake.folders[0].fd, "genvej"), 0);
        if ((place_open(&place) == AG_OK) != (rows[i].words[0] == '\0') ||
            strstr(place.note, rows[i].words) == NULL)
            fail_msg("row %zu: \"%s\"", i, place.note);
        if (rows[i].words[0] == '\0')
            fake_host_close(&place.fake, &automagi_plugin);
        place_remove(&place);
    }
}

static void test_collect_fails(void **state)
{
    static const struct {
        const char *script;
        int32_t outcome;
        const char *words;
    } rows[] = {
        {"exit 3", AG_BROKEN, "Programmet \"sh p.sh\" sluttede med kode 3, før det havde svaret"},
        {"kill -SEGV $$", AG_BROKEN, "blev afbrudt af SIGSEGV"},
        {"read a <&3; exit 0", AG_BROKEN, "sluttede med kode 0"},
        {"read a <&3; exec 3>&-; sleep 5", AG_BROKEN, "lukkede forbindelsen"},
        /* A child of its own holds descriptor 3 open. */
        {"read a <&3; sleep 5 & exit 4", AG_BROKEN, "sluttede med kode 4"},
        {"read a <&3; echo hej >&3; read a <&3", AG_BROKEN, "linjen er ikke ét JSON-objekt"},
        {"read a <&3; echo '{\"done\":true}' >&3; read a <&3", AG_BROKEN, "til sidst collected"},
        {"read a <&3; echo '{\"add\":{}}' >&3; read a <&3", AG_BROKEN, "\"reference\" mangler"},
        {"read a <&3; printf '{\"collected\":true}' >&3", AG_BROKEN, "sluttede med kode 0"},
        {"read a <&3; head -c 200000 /dev/zero | tr '\\0' x >&3; read a <&3", AG_BROKEN,
         "på over 128 KiB"},
        {"echo '{\"collected\":true}' >&3; sleep 0.3; read a <&3; read a <&3", AG_BROKEN,
         "før det var spurgt"},
        {"read a <&3; echo '{\"broken\":\"Intet login.\"}' >&3; read a <&3", AG_BROKEN,
         "Intet login."},
        {"read a <&3; echo '{\"transient\":\"504\"}' >&3; read a <&3", AG_TRANSIENT, "504"},
    };
    struct place place;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        int32_t outcome;

        place_make(&place, RUN_SCRIPT, rows[i].script);
        assert_int_equal(place_open(&place), AG_OK);
        if (strstr(rows[i].words, "spurgt") != NULL)
            (void)usleep(150000);
        outcome = fake_host_collect(&place.fake, &automagi_plugin, place.note);
        if (outcome != rows[i].outcome || strstr(place.note, rows[i].words) == NULL)
            fail_msg("row %zu: %d \"%s\", expected \"%s\"", i, outcome, place.note, rows[i].words);
        fake_host_close(&place.fake, &automagi_plugin);
        place_remove(&place);
    }
}

/* It ends in the middle of an item: nobody knows whether the item was done. */
static void test_perform_fails(void **state)
{
    static const struct {
        const char *script;
        const char *words;
    } rows[] = {
        {"read a <&3; exit 3", "sluttede med kode 3"},
        {"read a <&3; echo '{' >&3; read a <&3", "linjen er ikke ét JSON-objekt"},
        {"read a <&3; echo '{\"collected\":true}' >&3; read a <&3", "det skal svare på perform"},
        {"read a <&3; head -c 200000 /dev/zero | tr '\\0' x >&3", "på over 128 KiB"},
    };
    struct place place;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        place_make(&place, NO_COLLECT, rows[i].script);
        assert_int_equal(place_open(&place), AG_OK);
        assert_int_equal(fake_host_collect(&place.fake, &automagi_plugin, place.note), AG_OK);
        assert_int_equal(place_perform(&place), AG_BROKEN);
        assert_non_null(strstr(place.note, "Det er uvist, om opgaven blev udført"));
        if (strstr(place.note, rows[i].words) == NULL)
            fail_msg("row %zu: \"%s\", expected \"%s\"", i, place.note, rows[i].words);
        /* The next item was never seen by the program. */
        assert_int_equal(place_perform(&place), AG_BROKEN);
        assert_non_null(strstr(place.note, rows[i].words));
        assert_null(strstr(place.note, "uvist"));
        fake_host_close(&place.fake, &automagi_plugin);
        place.fake.host.configuration = REPEATABLE;
        assert_int_equal(place_open(&place), AG_OK);
        assert_int_equal(place_perform(&place), AG_BROKEN);
        assert_non_null(strstr(place.note, rows[i].words));
        fake_host_close(&place.fake, &automagi_plugin);
        place_remove(&place);
    }
}

/* It is gone, or speaks, before it was given the item: the item is as it was. */
static void test_before_perform(void **state)
{
    struct place place;

    (void)state;
    place_make(&place, NO_COLLECT, "exit 7");
    assert_int_equal(place_open(&place), AG_OK);
    (void)usleep(100000);
    assert_int_equal(place_perform(&place), AG_BROKEN);
    assert_non_null(strstr(place.note, "\"sh p.sh\" sluttede med kode 7"));
    fake_host_close(&place.fake, &automagi_plugin);
    sample_text_write(place.folder, "p.sh", "echo '{\"done\":true}' >&3; read a <&3");
    assert_int_equal(place_open(&place), AG_OK);
    (void)usleep(150000);
    assert_int_equal(place_perform(&place), AG_BROKEN);
    assert_non_null(strstr(place.note, "før det var spurgt"));
    assert_int_equal(place_perform(&place), AG_BROKEN);
    assert_non_null(strstr(place.note, "før det var spurgt"));
    fake_host_close(&place.fake, &automagi_plugin);
    place_remove(&place);
}

static double seconds_since(const struct timespec *start)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static void test_stop(void **state)
{
    struct timespec start;
    struct place place;

    (void)state;
    /* It answers when it is asked to stop. */
    place_make(&place, NO_COLLECT,
               "trap 'echo \"{\\\"done\\\":true}\" >&3; exit' TERM; read a <&3\n"
               "while :; do sleep 0.05; done");
    assert_int_equal(place_open(&place), AG_OK);
    place.fake.polls_left = 3;
    assert_int_equal(place_perform(&place), AG_OK);
    fake_host_close(&place.fake, &automagi_plugin);
    /* It does not care: it is killed, and the item is uncertain. */
    sample_text_write(place.folder, "p.sh", "trap '' TERM; read a <&3; while :; do sleep 1; done");
    place.fake.polls_left = -1;
    assert_int_equal(place_open(&place), AG_OK);
    place.fake.polls_left = 3;
    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    assert_int_equal(place_perform(&place), AG_BROKEN);
    assert_non_null(strstr(place.note, "Kørslen blev stoppet, mens programmet \"sh p.sh\""));
    fake_host_close(&place.fake, &automagi_plugin);
    assert_true(seconds_since(&start) < 8);
    /* In collect() a stop is no failure. */
    sample_text_write(place.folder, "p.sh", "read a <&3; sleep 60");
    place.fake.host.configuration = RUN_SCRIPT;
    place.fake.polls_left = -1;
    assert_int_equal(place_open(&place), AG_OK);
    place.fake.polls_left = 3;
    assert_int_equal(fake_host_collect(&place.fake, &automagi_plugin, place.note), AG_OK);
    fake_host_close(&place.fake, &automagi_plugin);
    place_remove(&place);
}

/* A payload as large as they come, read slowly. */
static void test_large(void **state)
{
    struct fake_item large = {.reference = (char[]){"stor"}};
    struct ag_result result;
    struct place place;

    (void)state;
    large.payload = malloc(AG_PAYLOAD_MAX);
    assert_non_null(large.payload);
    memset(large.payload, 'x', AG_PAYLOAD_MAX - 1);
    large.payload[AG_PAYLOAD_MAX - 1] = '\0';
    place_make(&place, NO_COLLECT,
               "sleep 0.2; head -n 1 <&3 | wc -c >ud; echo '{\"done\":true}' >&3; sleep 0.2");
    assert_int_equal(place_open(&place), AG_OK);
    assert_int_equal(fake_host_perform(&place.fake, &automagi_plugin, &large, &result), AG_OK);
    fake_host_close(&place.fake, &automagi_plugin);
    assert_int_equal(strtol(left_behind(&place), NULL, 10), AG_PAYLOAD_MAX - 1 + 61);
    memset(large.payload, 1, AG_PAYLOAD_MAX - 1);
    assert_int_equal(place_open(&place), AG_OK);
    assert_int_equal(fake_host_perform(&place.fake, &automagi_plugin, &large, &result),
                     AG_BUSINESS);
    assert_non_null(strstr(result.note, "over 128 KiB som JSON"));
    fake_host_close(&place.fake, &automagi_plugin);
    free(large.payload);
    place_remove(&place);
}

static void test_example_robot(void **state)
{
    static const struct {
        const char *reference;
        int32_t outcome;
        const char *note;
    } rows[] = {
        {"linje-1", AG_OK, "21 fordoblet er 42"},
        {"linje-2", AG_OK, "-4 fordoblet er -8"},
        {"linje-3", AG_BUSINESS, "Ret linje-3: \"syv\" er ikke et helt tal."},
        {"linje-4", AG_OK, "1000000 fordoblet er 2000000"},
        {"linje-5", AG_OK, "0 fordoblet er 0"},
    };
    struct fake_host fake;
    struct ag_result result;
    char note[AG_NOTE_MAX];
    char *configuration;
    size_t i;

    (void)state;
    if (access("/usr/bin/python3", X_OK) != 0 && access("/usr/local/bin/python3", X_OK) != 0)
        skip();
    fake_host_init(&fake, "{}");
    configuration = fake_host_robot(&fake, "robots/eksempel-fordobler/robot.json");
    assert_non_null(configuration);
    if (fake_host_open(&fake, &automagi_plugin, note) != AG_OK)
        fail_msg("%s", note);
    assert_int_equal(fake_host_collect(&fake, &automagi_plugin, note), AG_OK);
    assert_int_equal(fake.item_count, COUNT(rows));
    for (i = 0; i < COUNT(rows); i++) {
        assert_string_equal(fake.items[i].reference, rows[i].reference);
        assert_int_equal(fake_host_perform(&fake, &automagi_plugin, &fake.items[i], &result),
                         rows[i].outcome);
        assert_string_equal(result.note, rows[i].note);
    }
    fake_host_close(&fake, &automagi_plugin);
    fake_host_release(&fake);
    free(configuration);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conversation),   cmocka_unit_test(test_surroundings),
        cmocka_unit_test(test_cannot_start),   cmocka_unit_test(test_shut_out),
        cmocka_unit_test(test_collect_fails),  cmocka_unit_test(test_perform_fails),
        cmocka_unit_test(test_before_perform), cmocka_unit_test(test_stop),
        cmocka_unit_test(test_large),          cmocka_unit_test(test_example_robot),
        cmocka_unit_test(test_inside),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
