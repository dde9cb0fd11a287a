/* A trigger as people write it, and what else robot.json says of when a robot runs. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/run/definition.h"
#include "core/run/definition_trigger.h"
#include "core/run/plugin_file.h"
#include "core/store/trigger.h"

static struct fault fault;

static int read_rule(const char *text, struct trigger_rule *rule)
{
    struct json *object = NULL;
    int result;

    assert_int_equal(json_parse(text, strlen(text), 65536, &object, &fault), 0);
    result = trigger_rule_read(object, "here", rule, &fault);
    json_free(object);
    return result;
}

static void rules_have_one_form(void **state)
{
    struct trigger_rule rule;
    struct trigger_rule same;

    (void)state;
    assert_int_equal(
        read_rule("{\"cron\":\"30 6 LB-1 * *\",\"not_on\":[\"week-42\",\"a\",\"a\"],"
                  "\"zone\":\"America/New_York\",\"misfire\":\"all\","
                  "\"misfire_limit\":3,\"overlap\":\"allow\",\"expected_by\":\"07:05\","
                  "\"input\":{ \"x\" : [1, 2] }}",
                  &rule),
        0);
    assert_int_equal(rule.kind, TRIGGER_CRON);
    assert_string_equal(rule.not_on, "a,week-42");
    assert_string_equal(rule.zone, "America/New_York");
    assert_int_equal(rule.misfire, MISFIRE_ALL);
    assert_int_equal(rule.misfire_limit, 3);
    assert_int_equal(rule.overlap, OVERLAP_ALLOW);
    assert_int_equal(rule.expected_minute, 425);
    assert_string_equal(rule.input, "{\"x\":[1,2]}");
    assert_int_equal(read_rule("{\"after\":\"s\"}", &rule), 0);
    assert_int_equal(read_rule("{\"after\":\"s\",\"when\":\"done\"}", &same), 0);
    assert_true(trigger_rule_equal(&rule, &same));
    assert_int_equal(read_rule("{\"queue_depth\":100}", &rule), 0);
    assert_int_equal(rule.kind, TRIGGER_DEPTH);
    assert_int_equal(read_rule("{\"queue_age_s\":3600}", &rule), 0);
    assert_int_equal(rule.threshold, 3600);
}

static void once_is_local_or_has_an_offset(void **state)
{
    static const struct {
        const char *once, *zone, *is;
    } cases[] = {
        {"2026-12-01T06:30", "Europe/Copenhagen", "2026-12-01T05:30Z"},
        {"2026-07-01T06:30", "Europe/Copenhagen", "2026-07-01T04:30Z"},
        {"2026-12-01 06:30", "America/New_York", "2026-12-01T11:30Z"},
        {"2026-12-01T06:30+03:00", "America/New_York", "2026-12-01T03:30Z"},
        {"2027-03-28T02:30", "Europe/Copenhagen", "2027-03-28T01:00Z"}, /* in the gap */
        {"2026-10-25T02:30", "Europe/Copenhagen", "2026-10-25T00:30Z"}, /* the first of two */
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct trigger_rule rule;
        char text[160];
        int64_t expected_ms = 0;

        (void)snprintf(text, sizeof(text), "{\"once\":\"%s\",\"zone\":\"%s\"}", cases[i].once,
                       cases[i].zone);
        assert_true(clock_parse_instant(cases[i].is, &expected_ms));
        assert_int_equal(read_rule(text, &rule), 0);
        if (rule.at_ms != expected_ms)
            fail_msg("%s in %s", cases[i].once, cases[i].zone);
    }
}

static void wrong_rules_are_refused_by_member(void **state)
{
    static const struct {
        const char *rule, *error;
    } cases[] = {
        {"[]", "expected an object"},
        {"{}", "says not when"},
        {"{\"cron\":\"0 6 * * *\",\"queue_depth\":1}", "both \"cron\" and \"queue_depth\""},
        {"{\"corn\":\"0 6 * * *\"}", "corn"},
        {"{\"cron\":7}", "\"cron\" must be"},
        {"{\"cron\":\"0 25 * * *\"}", "hour"},
        {"{\"once\":\"2026-02-30T06:30\"}", "\"once\" must be"},
        {"{\"once\":\"tomorrow\"}", "\"once\" must be"},
        {"{\"once\":\"2026-12-01T24:30\"}", "\"once\" must be"},
        {"{\"after\":\"No Robot\"}", "\"after\" must be"},
        {"{\"after\":\"s\",\"when\":\"broken\"}", "\"when\" must be done, failed or either"},
        {"{\"cron\":\"0 6 * * *\",\"when\":\"done\"}", "\"when\" needs \"after\""},
        {"{\"queue_depth\":0}", "queue_depth"},
        {"{\"queue_age_s\":99999999}", "queue_age_s"},
        {"{\"queue_depth\":5,\"misfire\":\"skip\"}", "of cron and once alone"},
        {"{\"cron\":\"0 6 * * *\",\"misfire\":\"never\"}", "skip, once or all"},
        {"{\"cron\":\"0 6 * * *\",\"misfire_limit\":5}", "needs \"misfire\": \"all\""},
        {"{\"cron\":\"0 6 * * *\",\"misfire\":\"all\",\"misfire_limit\":1001}", "misfire_limit"},
        {"{\"cron\":\"0 6 * * *\",\"zone\":\"Europe/Atlantis\"}", "Atlantis"},
        {"{\"cron\":\"0 6 * * *\",\"zone\":\"../../etc/passwd\"}", "here"},
        {"{\"cron\":\"0 6 * * *\",\"not_on\":\"weekends\"}", "\"not_on\" must be"},
        {"{\"cron\":\"0 6 * * *\",\"not_on\":[\"a,b\"]}", "\"not_on\" must be"},
        {"{\"cron\":\"0 6 * * *\",\"overlap\":\"maybe\"}", "skip, queue or allow"},
        {"{\"cron\":\"0 6 * * *\",\"expected_by\":\"7:00\"}", "expected_by"},
        {"{\"cron\":\"0 6 * * *\",\"expected_by\":\"24:00\"}", "expected_by"},
        {"{\"cron\":\"0 6 * * *\",\"input\":[1]}", "\"input\" must be an object"},
    };
    struct trigger_rule rule;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(read_rule(cases[i].rule, &rule), -EINVAL);
        if (strstr(fault.text, cases[i].error) == NULL)
            fail_msg("%s: expected \"%s\" in \"%s\"", cases[i].rule, cases[i].error, fault.text);
    }
}

static int parse_definition(const char *members, struct definition *definition)
{
    char text[1024];

    (void)snprintf(text, sizeof(text), "{\"id\":\"r\",\"plugin\":\"ok\",%s}", members);
    return definition_parse(text, strlen(text), "/", PLUGIN_MANUAL, definition, &fault);
}

static void definitions_have_triggers_systems_and_priority(void **state)
{
    struct definition definition = {0};

    (void)state;
    assert_int_equal(parse_definition("\"systems\":[\"opus\",\"sd\"],\"priority\":-5,"
                                      "\"pause_after\":0,\"triggers\":[{\"queue_depth\":5},"
                                      "{\"queue_depth\":6}]",
                                      &definition),
                     0);
    assert_int_equal(definition.system_count, 2);
    assert_string_equal(definition.systems[1], "sd");
    assert_int_equal(definition.priority, -5);
    assert_int_equal(definition.pause_after, 0);
    assert_int_equal(definition.trigger_count, 2);
    definition_release(&definition);
    assert_int_equal(parse_definition("\"triggers\":[{\"queue_depth\":5},{\"after\":\"s\"},"
                                      "{\"queue_depth\":5}]",
                                      &definition),
                     -EINVAL);
    assert_non_null(strstr(fault.text, "triggers[2]: is the same as triggers[0]"));
    assert_int_equal(parse_definition("\"triggers\":[{\"after\":\"r\"}]", &definition), -EINVAL);
    assert_non_null(strstr(fault.text, "after itself"));
    assert_int_equal(parse_definition("\"systems\":[\"opus\",\"opus\"]", &definition), -EINVAL);
    assert_int_equal(parse_definition("\"systems\":\"opus\"", &definition), -EINVAL);
    assert_int_equal(parse_definition("\"priority\":101", &definition), -EINVAL);
    assert_int_equal(parse_definition("\"pause_after\":-1", &definition), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_have_one_form),
        cmocka_unit_test(once_is_local_or_has_an_offset),
        cmocka_unit_test(wrong_rules_are_refused_by_member),
        cmocka_unit_test(definitions_have_triggers_systems_and_priority),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
