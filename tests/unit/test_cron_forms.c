/* What can be written in a cron's fields, and what it is in words. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/text.h"
#include "core/schedule/cron.h"

static struct cron parse(const char *text)
{
    struct cron cron;
    struct fault fault = {.text = ""};

    if (cron_parse(text, &cron, &fault) < 0)
        fail_msg("%s: %s", text, fault.text);
    return cron;
}

static bool is_same(const struct cron *a, const struct cron *b)
{
    return a->minutes[0] == b->minutes[0] && a->minutes[1] == b->minutes[1] &&
           a->hours == b->hours && a->is_hour_wild == b->is_hour_wild && a->days == b->days &&
           a->any_day == b->any_day && a->days_before_last == b->days_before_last &&
           a->workdays == b->workdays && a->bank_days == b->bank_days &&
           a->bank_days_before_last == b->bank_days_before_last && a->months == b->months &&
           a->weekdays == b->weekdays && a->any_weekday == b->any_weekday &&
           memcmp(a->nth, b->nth, sizeof a->nth) == 0;
}

static void names_mean_numbers(void **state)
{
    static const char *const same[][2] = {
        {"0 0 * jan,february,MARTS *", "0 0 * 1-3 *"},
        {"0 0 * apr-juni,Okt,december *", "0 0 * 4,5,6,10,12 *"},
        {"0 0 * maj,may,sept,AUGUST *", "0 0 * 5,8,9 *"},
        {"0 0 * nov-feb *", "0 0 * 11,12,1,2 *"},
        {"0 0 * * man-fre", "0 0 * * 1-5"},
        {"0 0 * * søn,Mon,tirsdag", "0 0 * * 0-2"},
        {"0 0 * * SØN,MANDAG,tues", "0 0 * * 0-2"},
        {"0 0 * * lør-son", "0 0 * * 6-7"},
        {"0 0 * * fri-mon/2", "0 0 * * 5,0"},
        {"0 0 * * ons,thursday,FREDAG,loerdag", "0 0 * * 3,4,5,6"},
        {"0 0 * * fredagL,søn#1", "0 0 * * 0#1,5l"},
        {"0 0 * * 7#2,soendagl", "0 0 * * sun#2,0L"},
        {"0 0 lb,l-2,1w,lW,2b * *", "0 0 2B,LW,1W,L-2,LB * *"},
        {"@yearly", "0 0 1 1 *"},
        {" @HOURLY\t", "0 * * * *"},
        {"@weekly", "0 0 * * sun"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof same / sizeof same[0]; i++) {
        struct cron a = parse(same[i][0]);
        struct cron b = parse(same[i][1]);

        if (!is_same(&a, &b))
            fail_msg("\"%s\" is not \"%s\"", same[i][0], same[i][1]);
    }
}

static void describes(void **state)
{
    static const char *const cases[][2] = {
        {"30 6 LB-1 * *", "at 06:30 on the second-last bank day of the month"},
        {"0 8 1B,LB * *", "at 08:00 on the first bank day and the last bank day of the month"},
        {"* * * * *", "every minute"},
        {"*/5 * * * *", "every 5 minutes"},
        {"0 * * * *", "every hour"},
        {"7 * * * *", "at minute 7 of every hour"},
        {"0 */2 * * *", "every 2 hours from midnight"},
        {"*/10 6-18 * * 1-5", "every 10 minutes of the hours 6-18 on Monday to Friday"},
        {"*/10 6 * * *", "at 06:00, 06:10, 06:20, 06:30, 06:40 and 06:50 every day"},
        {"0,30 6-17 * * *", "every 30 minutes of the hours 6-17 every day"},
        {"0 0 * * *", "at 00:00 every day"},
        {"0 6 13 * fri", "at 06:00 on the 13th of the month and on Friday"},
        {"0 6 */16 * fri", "at 06:00 on the 1st and the 17th of the month if it is Friday"},
        {"0 6 1,2,3,11,L * *",
         "at 06:00 on the 1st, the 2nd, the 3rd, the 11th and the last day of the month"},
        {"0 6 * jan-mar,maj *", "at 06:00 in January to March and May every day"},
        {"0 6 L-1 6 *", "at 06:00 on the second-last day of June"},
        {"0 6 LW,15W,12B * *",
         "at 06:00 on the Monday to Friday nearest to the 15th, the last Monday to "
         "Friday and the 12th bank day of the month"},
        {"0 6 * * fri#2,sunL,wed",
         "at 06:00 on Wednesday, the second Friday of the month and the last Sunday of "
         "the month"},
    };
    struct text text;
    size_t i;

    (void)state;
    text_init(&text, 4096);
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cron cron = parse(cases[i][0]);

        text_clear(&text);
        cron_describe(&cron, &text);
        if (strcmp(text_string(&text), cases[i][1]) != 0)
            fail_msg("\"%s\": %s", cases[i][0], text_string(&text));
    }
    text_release(&text);
}

static void refuses(void **state)
{
    static const struct {
        const char *text;
        const char *named;
    } cases[] = {
        {"", "minute"},
        {"* * * *", "weekday"},
        {"* * * * * *", "five fields"},
        {"60 * * * *", "minute"},
        {"-1 * * * *", "minute"},
        {"* 24 * * *", "hour"},
        {"* * 0 * *", "day of month"},
        {"* * 32 * *", "day of month"},
        {"* * * 13 *", "month"},
        {"* * * 0 *", "month"},
        {"* * * * 8", "weekday"},
        {"*/0 * * * *", "minute"},
        {"5/10 * * * *", "minute"},
        {"10-5 * * * *", "minute"},
        {"1, * * * *", "minute"},
        {",1 * * * *", "minute"},
        {"1-2-3 * * * *", "minute"},
        {"99999999999999999999 * * * *", "minute"},
        {"@reboot", "@daily"},
        {"* *\n* * *", "hour"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cron cron;
        struct fault fault = {.text = ""};

        assert_int_equal(cron_parse(cases[i].text, &cron, &fault), -EINVAL);
        if (strstr(fault.text, cases[i].named) == NULL)
            fail_msg("\"%s\": %s does not name %s", cases[i].text, fault.text, cases[i].named);
    }
}

static void refuses_forms(void **state)
{
    static const struct {
        const char *text;
        const char *named;
    } cases[] = {
        {"* * * foo *", "month has \"foo\""},
        {"* * * aprilL *", "month has \"aprilL\""},
        {"* * fri * *", "day of month has \"fri\""},
        {"* * 0B * *", "day of month has \"0B\""},
        {"* * 24B * *", "day of month has \"24B\""},
        {"* * LB-23 * *", "day of month has \"LB-23\""},
        {"* * L-31 * *", "day of month has \"L-31\""},
        {"* * L-0 * *", "day of month has \"L-0\""},
        {"* * 1W-5 * *", "day of month has \"1W-5\""},
        {"* * 1,32W * *", "day of month has \"32W\""},
        {"* * LWB * *", "day of month has \"LWB\""},
        {"* * 28-3 * *", "day of month has \"28-3\""},
        {"* * * * fri#6", "weekday has \"fri#6\""},
        {"* * * * fri#0", "weekday has \"fri#0\""},
        {"* * * * mon-fri#2", "weekday has \"mon-fri#2\""},
        {"* * * * fri#2-3", "weekday has \"fri#2-3\""},
        {"* * * * fril-l", "weekday has \"fril-l\""},
        {"* * * * #2", "weekday has \"#2\""},
        {"* * * * L", "weekday has \"L\""},
        {"* * * * mon,", "weekday is missing"},
        {"@", "@daily"},
        {"@dailyx", "@daily"},
        {"@daily * * * *", "@daily"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cron cron;
        struct fault fault = {.text = ""};

        assert_int_equal(cron_parse(cases[i].text, &cron, &fault), -EINVAL);
        if (strstr(fault.text, cases[i].named) == NULL)
            fail_msg("\"%s\": %s does not name %s", cases[i].text, fault.text, cases[i].named);
    }
}

static void a_schedule_has_a_longest_form(void **state)
{
    char text[CRON_TEXT_MAX + 1];
    struct cron cron;
    struct fault fault = {.text = ""};

    (void)state;
    memset(text, ' ', sizeof text);
    memcpy(text, "0 0 * * *", 9);
    text[CRON_TEXT_MAX - 1] = '\0';
    assert_int_equal(cron_parse(text, &cron, &fault), 0);
    text[CRON_TEXT_MAX - 1] = ' ';
    text[CRON_TEXT_MAX] = '\0';
    assert_int_equal(cron_parse(text, &cron, &fault), -EINVAL);
    assert_non_null(strstr(fault.text, "127 bytes"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_mean_numbers),
        cmocka_unit_test(describes),
        cmocka_unit_test(refuses),
        cmocka_unit_test(refuses_forms),
        cmocka_unit_test(a_schedule_has_a_longest_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
