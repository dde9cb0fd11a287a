/* The parts of list_delivery that need no list: days, texts, names of files, cells, whole files,
 * the configuration. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugins/list_delivery/calendar.h"
#include "plugins/list_delivery/csv.h"
#include "plugins/list_delivery/fill.h"
#include "plugins/list_delivery/settings.h"
#include "plugins/list_delivery/text.h"
#include "plugins/list_delivery/whole_file.h"
#include "tests/standins/sample_text.h"
#include "tests/unit/list_place.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static void test_days(void **state)
{
    char text[CALENDAR_ISO_MAX], month[CALENDAR_MONTH_NAME_MAX];
    int32_t day;

    (void)state;
    assert_int_equal(calendar_day(1970, 1, 1), 0);
    assert_int_equal(calendar_day(2000, 1, 1), 10957);
    assert_int_equal(calendar_day(2026, 11, 21), 20778);
    for (day = 0; day < calendar_day(2200, 1, 1); day++) {
        struct calendar_date date = calendar_date(day);

        if (calendar_day(date.year, date.month, date.date) != day)
            fail_msg("day %d", (int)day);
    }
    calendar_iso(20778, text);
    assert_string_equal(text, "2026-11-21");
    calendar_iso_month(20778, text);
    assert_string_equal(text, "2026-11");
    calendar_month_name(20778, month);
    assert_string_equal(month, "november 2026");
    assert_string_equal(calendar_weekday(20778), "lørdag");
    assert_string_equal(calendar_weekday(0), "torsdag");
}

/* From the almanac (Københavns Universitet) and the law's own list. */
static void test_holidays(void **state)
{
    static const struct {
        int year, month, date;
        const char *name;
    } days[] = {
        {2023, 5, 5, "store bededag"},
        {2024, 4, 26, NULL},
        {2024, 3, 31, "påskedag"},
        {2025, 4, 17, "skærtorsdag"},
        {2025, 4, 18, "langfredag"},
        {2025, 4, 21, "2. påskedag"},
        {2025, 5, 29, "kristi himmelfartsdag"},
        {2025, 6, 9, "2. pinsedag"},
        {2025, 6, 5, NULL},
        {2026, 1, 1, "nytårsdag"},
        {2026, 4, 5, "påskedag"},
        {2026, 5, 24, "pinsedag"},
        {2026, 12, 24, NULL},
        {2026, 12, 25, "juledag"},
        {2026, 12, 26, "2. juledag"},
        {2038, 4, 25, "påskedag"},
        {2049, 4, 18, "påskedag"},
        {2076, 4, 19, "påskedag"},
    };
    size_t i;
    int working = 0;
    int32_t day;

    (void)state;
    for (i = 0; i < COUNT(days); i++) {
        const char *name =
            calendar_holiday(calendar_day(days[i].year, days[i].month, days[i].date));

        if ((name == NULL) != (days[i].name == NULL) ||
            (name != NULL && strcmp(name, days[i].name) != 0))
            fail_msg("%d-%d-%d is %s", days[i].year, days[i].month, days[i].date,
                     name == NULL ? "none" : name);
    }
    /* 1 April to 31 August 2025: 109 weekdays, 5 of them holidays by law. */
    for (day = calendar_day(2025, 4, 1); day <= calendar_day(2025, 8, 31); day++)
        working += calendar_is_working_day(day);
    assert_int_equal(working, 104);
    assert_false(calendar_is_working_day(-1));
    assert_false(calendar_is_working_day(INT32_MAX));
}

static void test_danish_day(void **state)
{
    static const struct {
        int month, date;
        int64_t second; /* of that day, UTC */
        int later;      /* is it the next day in Denmark? */
    } times[] = {
        {1, 15, 23 * 3600 - 1, 0}, {1, 15, 23 * 3600, 1},  {7, 15, 22 * 3600 - 1, 0},
        {7, 15, 22 * 3600, 1},     {3, 28, 23 * 3600, 1},  {3, 28, 22 * 3600, 0},
        {3, 29, 22 * 3600, 1},     {10, 24, 22 * 3600, 1}, {10, 25, 22 * 3600, 0},
        {10, 25, 23 * 3600, 1},    {12, 31, 23 * 3600, 1},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(times); i++) {
        int32_t day = calendar_day(2026, times[i].month, times[i].date);

        if (calendar_danish_day((int64_t)day * 86400 + times[i].second) != day + times[i].later)
            fail_msg("2026-%d-%d, second %lld", times[i].month, times[i].date,
                     (long long)times[i].second);
    }
}

static void test_cpr(void **state)
{
    static const char *const are[] = {"0101901234", "nr. 010190-1234.", "610190 1234",
                                      "010190 - 1234", "x0101901234y", "01.01.90-1234",
                                      "01 01 90 1234",
                                      /* as word processors write a hyphen and a space */
                                      "010190\xe2\x80\x93"
                                      "1234",
                                      "010190\xe2\x80\x91"
                                      "1234",
                                      "010190\xc2\xa0"
                                      "1234"};
    static const char *const are_not[] = {"",
                                          "12345678",
                                          "00101901234",
                                          "01019012345",
                                          "0113901234",
                                          "3201901234",
                                          "06-03-2026",
                                          "06-03-2026 10:30",
                                          "12 34 56 78",
                                          "06-03-26",
                                          "OPG-2026-0101",
                                          "010190 -- 1234",
                                          ("010190\xe2\x82\xac"
                                           "1234")};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(are); i++)
        assert_true(text_has_cpr(are[i]));
    for (i = 0; i < COUNT(are_not); i++) {
        if (text_has_cpr(are_not[i]))
            fail_msg("\"%s\" is taken for a CPR number", are_not[i]);
    }
}

static void test_texts(void **state)
{
    char shown[TEXT_SHOWN_MAX], name[TEXT_NAME_MAX], large[300];
    char *trimmed = text_trimmed(" \t\xc2\xa0 Æble\xc2\xa0 træ \xc2\xa0");

    (void)state;
    assert_string_equal(trimmed, "Æble\xc2\xa0 træ");
    free(trimmed);
    trimmed = text_trimmed("\xc2\xa0 ");
    assert_string_equal(trimmed, "");
    free(trimmed);
    text_shown("a\nb\xff 010190-1234", shown);
    assert_string_equal(shown, "a?b? XXXXXX-XXXX");
    memset(large, 'e', sizeof(large));
    large[sizeof(large) - 1] = '\0';
    text_shown(large, shown);
    assert_true(strlen(shown) < TEXT_SHOWN_MAX && strstr(shown, "ee...") != NULL);
    assert_false(text_file_name(large, name));
    assert_false(text_file_name("", name));
    assert_true(text_file_name("../a\\b:c*?\"<>|\n\xff.", name));
    assert_string_equal(name, "___a_b_c_________");
    assert_true(text_file_name("..", name));
    assert_string_equal(name, "__");
    assert_true(text_file_name("Børnehuset 1.a", name));
    assert_string_equal(name, "Børnehuset 1.a");
    assert_int_equal(text_width("Æbl\xe2\x82\xac"), 4);
}

static void test_fill(void **state)
{
    const struct fill fill = {"Nord/Syd", "..", 20518, 7};
    char path[FILL_PATH_MAX];
    char *text =
        fill_text("{unit} {receiver} {date} {month} {year} {day} {month_name} {rows}", &fill);

    (void)state;
    assert_string_equal(text, "Nord/Syd .. 2026-03-06 2026-03 2026 06-03-2026 marts 2026 7");
    free(text);
    assert_true(fill_is_valid("{unit} }", FILL_PATH_PARTS));
    assert_false(fill_is_valid("{unit", FILL_ALL));
    assert_false(fill_is_valid("{rows}", FILL_PATH_PARTS));
    assert_true(fill_is_path("{receiver}/{date}/x {unit}.csv"));
    assert_false(fill_is_path("{date}.csv"));
    assert_false(fill_is_path("{receiver}{unit}"));
    assert_false(fill_is_path("/{unit}"));
    assert_false(fill_is_path("{unit}//a"));
    assert_false(fill_is_path("a/b/c/d/{unit}"));
    assert_true(fill_path("{receiver}/{month}/{unit}.csv", &fill, path));
    assert_string_equal(path, "__/2026-03/Nord_Syd.csv");
    assert_false(
        fill_path("{unit}{unit}{unit}{unit}{unit}{unit}{unit}{unit}{unit}{unit}{unit}{unit}"
                  "{unit}{unit}{unit}",
                  &fill, path));
}

static void test_formula(void **state)
{
    static const char *const are[] = {"=1", "+a", "-a", "@x", "\t=1", "\r=1", "-1+1", "--1", "-"};
    static const char *const are_not[] = {"",         "a=1", "-12,50",    "+7",
                                          "-1.234,5", "7-",  "06-03-2026"};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(are); i++) {
        if (!csv_is_formula(are[i]))
            fail_msg("\"%s\" is no formula", are[i]);
    }
    for (i = 0; i < COUNT(are_not); i++) {
        if (csv_is_formula(are_not[i]))
            fail_msg("\"%s\" is a formula", are_not[i]);
    }
}

static int put(int folder, const char *path, const char *text)
{
    const struct whole_file file = {path, 0640, text, strlen(text)};

    return whole_file_write(folder, &file);
}

static void test_whole_file(void **state)
{
    static const char *const bad[] = {"", ".", "..", "a/../b", "../x", "/etc", "a//b", "a/", "./a"};
    struct list_place place;
    struct stat status;
    size_t i;
    int folder;

    (void)state;
    list_place_make(&place, "{}");
    folder = open(place.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(folder >= 0);
    for (i = 0; i < COUNT(bad); i++) {
        if (put(folder, bad[i], "x") != -EINVAL)
            fail_msg("\"%s\" is written", bad[i]);
    }
    assert_int_equal(put(folder, "x/y/z.csv", "et"), 0);
    list_place_holds(&place, "x/y/z.csv", "et");
    assert_int_equal(put(folder, "x/y/z.csv", "to"), 0);
    list_place_holds(&place, "x/y/z.csv", "to");
    assert_int_equal(fstatat(folder, "x/y/z.csv", &status, 0), 0);
    assert_int_equal(status.st_mode & 0137, 0);
    /* A link leads nowhere: a folder's is refused, a file's is replaced, and so is one that waits
     * under the name the file has while it is written. */
    assert_int_equal(symlinkat("/tmp", folder, "away"), 0);
    assert_int_equal(put(folder, "away/z.csv", "et"), -ENOTDIR);
    list_place_write(&place, "aim", "urørt");
    assert_int_equal(symlinkat("aim", folder, "link"), 0);
    assert_int_equal(symlinkat("aim", folder, ".link.part"), 0);
    assert_int_equal(put(folder, "link", "et"), 0);
    list_place_holds(&place, "aim", "urørt");
    list_place_holds(&place, "link", "et");
    /* What cannot be put in place leaves what was there, and nothing else. */
    assert_int_equal(put(folder, "x/y", "et"), -EISDIR);
    list_place_lacks(&place, "x/.y.part");
    list_place_holds(&place, "x/y/z.csv", "to");
    (void)close(folder);
    list_place_remove(&place);
}

static void settings_refuse(const char *from, const char *to, const char *words)
{
    char problem[SETTINGS_PROBLEM_MAX] = "";
    struct settings settings;
    char *json = sample_text_replace(strdup(LIST_PLACE_DAILY("")), from, to);
    int error = settings_parse(&settings, json, problem);

    settings_release(&settings);
    if (error != -EINVAL || strstr(problem, words) == NULL)
        fail_msg("%s: %d \"%s\"", json, error, problem);
    free(json);
}

static void test_settings(void **state)
{
    char problem[SETTINGS_PROBLEM_MAX] = "";
    struct settings settings;

    (void)state;
    assert_int_equal(settings_parse(&settings, LIST_PLACE_DAILY(""), problem), 0);
    assert_int_equal(settings.column_count, 2);
    assert_int_equal(settings.columns[1].type, SETTINGS_TYPE_DAY);
    assert_int_equal(settings.max_file_age_hours, -1);
    settings_release(&settings);
    settings_refuse("\"mangel\"", "\"Mangel:\"", "reference skal være små bogstaver");
    settings_refuse("\"*.csv\"", "\"../*.csv\"", "source_file skal være navnet på en fil");
    settings_refuse("{date}/{unit}", "{date}", "output_file skal være en sti");
    settings_refuse("\"columns\":[", "\"columns\":[],\"x\":[", "columns skal være en liste");
    settings_refuse("\"columns\":[", "\"columns\":[1,", "name skal være en tekst");
    settings_refuse("\"type\":\"day\"", "\"type\":\"dag\"", "columns.type");
    settings_refuse("\"type\":\"day\"", "\"not_negative\":true", "\"number\"");
    settings_refuse("\"item\":\"list\"", "\"item\":\"row\"",
                    "item skal være \"list\" eller \"unit\"");
    settings_refuse("\"item\":\"list\"", "\"sheet\":\"A\"", "sheet skal være udeladt");
    settings_refuse("\"item\":\"list\"", "\"letter\":{}", "letter skal være udeladt");
    settings_refuse("\"item\":\"list\"",
                    "\"output_format\":\"letter\",\"letter\":{\"subject\":\"{x}\"}",
                    "subject skal være en tekst");
    settings_refuse("\"item\":\"list\"", "\"max_change_percent\":-1", "et tal fra 0 til 1000");
    settings_refuse("\"item\":\"list\"", "\"working_days_only\":1", "true eller false");
    settings_refuse("\"item\":\"list\"", "\"closed_days\":[\"12-24\"]", "dage som \"24-12\"");
    settings_refuse("\"item\":\"list\"", "\"closed_days\":[\"1-1-1\"]", "dage som \"24-12\"");
    settings_refuse("{\"ref", "[{\"ref", "et JSON-objekt");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_days),       cmocka_unit_test(test_holidays),
        cmocka_unit_test(test_danish_day), cmocka_unit_test(test_cpr),
        cmocka_unit_test(test_texts),      cmocka_unit_test(test_fill),
        cmocka_unit_test(test_formula),    cmocka_unit_test(test_whole_file),
        cmocka_unit_test(test_settings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
