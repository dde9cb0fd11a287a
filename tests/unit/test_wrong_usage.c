/* Arguments that can be seen to be wrong without the store are wrong usage, in the command line as in the daemon. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/command/command.h"
#include "tests/unit/command_caller.h"

static const struct {
    const char *command, *arguments;
    const char *part; /* of what is said; NULL: it is right */
} cases[] = {
    {"budget set", "{'department':'a','year':2026,'kroner':24.000,'by':'x'}",
     "--kroner: 24.000 could mean two things"},
    {"queue add", "{'robot':'r','reference':'1','deadline':'i-morgen'}",
     "queue add: --deadline: expected a time"},
    {"queue add", "{'robot':'r','reference':'1','not-before':'i-morgen'}", "--not-before"},
    {"queue add", "{'robot':'r','reference':'1','deadline':'2026-12-01 14:00'}", NULL},
    {"queue defer", "{'item':1,'until':'x','reason':'y'}", "--until: expected a time"},
    {"queue defer", "{'item':1,'until':'2026-12-01T14:00+01:00','reason':'y'}", NULL},
    {"trigger add", "{'robot':'r','cron':'x'}", "the schedule"},
    {"trigger add", "{'robot':'r','once':'never'}", "once"},
    {"trigger add", "{'robot':'r'}", "says not when"},
    {"trigger add", "{'robot':'r','cron':'0 6 * * *','not-on':'uge 42'}",
     "--not-on: expected calendars such as danish-holidays and week-42, with commas between them, "
     "not \"uge 42\""},
    {"trigger add", "{'robot':'r','cron':'0 6 * * *','not-on':'week-42, weekends'}", NULL},
    {"calendar add", "{'calendar':'c','day':'2026-13-01'}", "--day: expected a day there is"},
    {"calendar add", "{'calendar':'c','day':'2026-12-01,2026-02-30','name':'x'}",
     "not \"2026-02-30\""},
    {"calendar add", "{'calendar':'c','day':'2026-12-01'}", "--day needs --name"},
    {"calendar add", "{'calendar':'c'}", "either FILE.ics or --day"},
    {"calendar add", "{'calendar':'c','day':'2026-12-01..2026-12-02','name':'x'}", NULL},
    {"system set", "{'system':'s','closed':'25:00'}", "--closed"},
    {"system set", "{'system':'s','closed':'never'}", NULL},
    {"share set", "{'robot':'r','from':'2026-12-01','share':'a'}",
     "--share: expected departments' ids with a share from 0 to 1"},
    {"share set", "{'robot':'r','from':'2026-12-01','share':'a=1.1'}", "not \"a=1.1\""},
    {"share set", "{'robot':'r','from':'2026-12-01','share':'a=0.1234567'}", "six decimals"},
    {"share set", "{'robot':'r','from':'2026-12-01','share':'a=0.5,a=0.5'}", "a is named twice"},
    {"share set", "{'robot':'r','from':'2026-12-01','share':'a=0.5,b=0.6'}", "add up to 1.1"},
    {"share set", "{'robot':'r','from':'2026-12-01','share':'a=0.5, b=0.5'}", NULL},
    {"key set", "{'from':'2026-12-01','share':'a=0.5,b=0.6'}", "add up to 1.1"},
    {"department area", "{'department':'a','from':'2026-12-01'}", "either --area ID, or --none"},
    {"department area", "{'department':'a','none':true,'area':'e','from':'2026-12-01'}",
     "either --area ID, or --none"},
    {"department merge", "{'departments':'a,B!','into':'c','from':'2026-12-01','by':'x'}",
     "--departments: expected departments' ids"},
    {"department merge", "{'departments':'a','into':'b,c','from':'2026-12-01','by':'x'}",
     "`automagi department split` divides"},
    {"department split", "{'department':'a','into':'b=0.5,c=0.4','from':'2026-12-01','by':'x'}",
     "the parts add up to 0.9"},
    {"department split", "{'department':'a','into':'b','from':'2026-12-01','by':'x'}", "--into"},
    {"robot suspend", "{'robot':'r','from':'2026-12-02','to':'2026-12-01'}", "lies after --to"},
    {"plugin new", "{'name':'Bad-Name'}", "cannot be a plugin's name"},
};

static void what_is_wrong_is_wrong_usage(void **state)
{
    struct fault fault;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct json *document = NULL;
        const char *arguments = caller_quoted(cases[i].arguments);
        int result;

        assert_int_equal(json_parse(arguments, strlen(arguments), 4096, &document, &fault), 0);
        fault = (struct fault){.text = ""};
        result = command_check_arguments(command_find(cases[i].command), document, &fault);
        if (result != (cases[i].part != NULL ? -EINVAL : 0) ||
            (cases[i].part != NULL && strstr(fault.text, cases[i].part) == NULL))
            fail_msg("%s %s: %d, \"%s\"", cases[i].command, arguments, result, fault.text);
        json_free(document);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_wrong_usage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
