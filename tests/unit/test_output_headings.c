/* What a table calls members, and what it says where there is nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/cli/cli.h"

static void expect(const struct command *command, enum cli_format format, const char *json,
                   const char *expected)
{
    struct fault fault = {.text = ""};
    struct json *document = NULL;
    char *printed = NULL;
    size_t size = 0;
    FILE *target = open_memstream(&printed, &size);

    assert_non_null(target);
    assert_int_equal(json_parse(json, strlen(json), 1024, &document, &fault), 0);
    assert_int_equal(cli_print_result(command, format, document, NULL, target, stderr, &fault), 0);
    (void)fclose(target);
    assert_string_equal(printed, expected);
    free(printed);
    json_free(document);
}

/* A member whose name says something else in a table is headed by what it is called there. */
static void members_have_the_headings_of_the_command(void **state)
{
    static const struct column labels[] = {{.member = "score", .heading = "priority"},
                                           {.member = NULL}};
    static const struct command showing = {.name = "x show", .summary = "x", .labels = labels};

    (void)state;
    expect(&showing, CLI_TABLE, "{\"score\":1,\"in_a\":{\"score\":2}}",
           "priority  1\nin a      score 2\n");
    expect(&showing, CLI_CSV, "{\"score\":1}", "member,value\r\nscore,1\r\n");
}

static void an_answer_may_say_itself_what_there_is_none_of(void **state)
{
    static const struct column columns[] = {{.member = "name", .heading = "name"},
                                            {.member = NULL}};
    static const struct command listing = {
        .name = "x list", .summary = "x", .columns = columns, .empty = "no x yet"};

    (void)state;
    expect(&listing, CLI_TABLE, "{\"rows\":[]}", "no x yet\n");
    expect(&listing, CLI_TABLE, "{\"rows\":[],\"empty\":\"no x of y\"}", "no x of y\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_have_the_headings_of_the_command),
        cmocka_unit_test(an_answer_may_say_itself_what_there_is_none_of),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
