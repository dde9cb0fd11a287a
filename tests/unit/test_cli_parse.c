/* The command line as it is understood, refused, and explained. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/cli/cli.h"

enum { TOKENS_MAX = 32 };

/* Splits at spaces; "_" in a token stands for a space. */
static int parse(const char *line, struct cli_request *request, struct fault *fault)
{
    static char copy[1024];
    char *argv[TOKENS_MAX];
    char *at = copy;
    int argc = 0;

    assert_true(text_copy(copy, sizeof copy, line));
    *request = (struct cli_request){.command = NULL};
    fault->text[0] = '\0';
    while (*at != '\0' && argc < TOKENS_MAX) {
        argv[argc++] = at;
        at += strcspn(at, " ");
        if (*at != '\0')
            *at++ = '\0';
    }
    for (at = copy; at < copy + sizeof copy; at++)
        if (*at == '_')
            *at = ' ';
    return cli_parse(argc, argv, request, fault);
}

static void expect(const char *line, const char *command, const char *arguments)
{
    struct cli_request request;
    struct fault fault;
    struct text text;

    if (parse(line, &request, &fault) < 0)
        fail_msg("%s: %s", line, fault.text);
    assert_non_null(request.command);
    assert_string_equal(request.command->name, command);
    text_init(&text, 4096);
    assert_int_equal(json_print(request.arguments, &text), 0);
    assert_string_equal(text_string(&text), arguments);
    text_release(&text);
    cli_request_release(&request);
}

static void expect_refusal(const char *line, const char *error)
{
    struct cli_request request;
    struct fault fault;
    int result = parse(line, &request, &fault);

    if (result != -EINVAL)
        fail_msg("%s: gave %d", line, result);
    assert_string_equal(fault.text, error);
}

static int unset_home(void **state)
{
    (void)state;
    return unsetenv("AUTOMAGI_HOME");
}

static void options_stand_anywhere(void **state)
{
    struct cli_request request;
    struct fault fault;

    (void)state;
    expect("automagi --home h runs", "runs", "{}");
    expect("automagi runs --home h", "runs", "{}");
    expect("automagi --home=h --limit 5 runs", "runs", "{\"limit\":5}");
    expect("automagi runs --limit=5 --home h --robot r", "runs", "{\"limit\":5,\"robot\":\"r\"}");
    expect("automagi robot --home h pause r", "robot pause", "{\"robot\":\"r\"}");
    expect("automagi --wait run r --home h", "run", "{\"wait\":true,\"robot\":\"r\"}");
    expect("automagi task show 3 4 --home h", "task show", "{\"run\":3,\"seq\":4}");
    assert_int_equal(parse("automagi --by Anna --format csv status --home h", &request, &fault), 0);
    assert_string_equal(request.by, "Anna");
    assert_string_equal(request.home, "h");
    assert_int_equal(request.format, CLI_CSV);
    cli_request_release(&request);
}

static void values_are_what_they_look_like(void **state)
{
    (void)state;
    expect("automagi --home h queue add r --reference 007 --payload= --priority -5", "queue add",
           "{\"reference\":\"007\",\"payload\":\"\",\"priority\":-5,\"robot\":\"r\"}");
    expect("automagi --home h queue drop 7 --reason=--gone", "queue drop",
           "{\"reason\":\"--gone\",\"item\":[7]}");
    expect("automagi --home h export -- -x", "export", "{\"file\":\"-x\"}");
    expect("automagi --home h export -", "export", "{\"file\":\"-\"}");
    expect("automagi --home h savings --by robot --from 2025-04-01", "savings",
           "{\"by\":\"robot\",\"from\":\"2025-04-01\"}");
    expect("automagi --home h task list --from 2025-04-01 --to 2025-04-01", "task list",
           "{\"from\":\"2025-04-01\",\"to\":\"2025-04-01\"}");
    expect("automagi --home h estimate set r --minutes 2.5 --from 2025-04-01 --by Anna_B",
           "estimate set",
           "{\"minutes\":\"2.5\",\"from\":\"2025-04-01\",\"by\":\"Anna B\",\"robot\":\"r\"}");
}

static void home_comes_from_the_environment(void **state)
{
    struct cli_request request;
    struct fault fault;

    (void)state;
    assert_int_equal(setenv("AUTOMAGI_HOME", "/there", 1), 0);
    assert_int_equal(parse("automagi status", &request, &fault), 0);
    assert_string_equal(request.home, "/there");
    cli_request_release(&request);
    assert_int_equal(parse("automagi status --home /here", &request, &fault), 0);
    assert_string_equal(request.home, "/here");
    cli_request_release(&request);
    assert_int_equal(setenv("AUTOMAGI_HOME", "", 1), 0);
    expect_refusal("automagi status", "status: which installation? give --home DIR, or set "
                                      "AUTOMAGI_HOME; see `automagi status --help`");
    assert_int_equal(unsetenv("AUTOMAGI_HOME"), 0);
    expect("automagi plugin check x.so", "plugin check", "{\"file\":\"x.so\"}");
}

static void wrong_usage_is_named(void **state)
{
    (void)state;
    expect_refusal("automagi", "no command is given; see `automagi --help`");
    expect_refusal("automagi frob", "\"frob\" is not a command; see `automagi --help`");
    expect_refusal("automagi estimate",
                   "estimate: say which: set, agreement, sign, history, "
                   "disputes, dispute, answer, withdraw; see `automagi estimate --help`");
    expect_refusal("automagi estimate frob r",
                   "estimate: \"frob\" is none of set, agreement, sign, history, disputes, "
                   "dispute, answer, withdraw; see `automagi estimate --help`");
    expect_refusal("automagi import begin --home h",
                   "import: \"begin\" is none of list, end; see `automagi import --help`");
    expect_refusal("automagi runs --home h --robt r",
                   "runs: unknown option --robt; see `automagi runs --help`");
    expect_refusal("automagi runs --home h --minutes 3",
                   "runs: unknown option --minutes; see `automagi runs --help`");
    expect_refusal("automagi -x runs", "unknown option -x; see `automagi --help`");
    expect_refusal("automagi runs --home h --limit",
                   "runs: --limit needs a value (--limit=VALUE if it begins with --); see "
                   "`automagi runs --help`");
    expect_refusal("automagi queue drop 3 --reason --home h",
                   "queue drop: --reason needs a value (--reason=VALUE if it begins with --); see "
                   "`automagi queue drop --help`");
    expect_refusal("automagi runs --home h --limit 0",
                   "runs: --limit: expected a whole number from 1 to 100000; see `automagi runs "
                   "--help`");
    expect_refusal("automagi runs --home h --limit x",
                   "runs: --limit: expected a whole number from 1 to 100000, not \"x\"; see "
                   "`automagi runs --help`");
    expect_refusal("automagi runs --home h --limit 1 --limit 2",
                   "runs: --limit is given twice; see `automagi runs --help`");
    expect_refusal("automagi run r --wait=yes --home h",
                   "run: --wait takes no value; see `automagi run --help`");
    expect_refusal("automagi run --home h",
                   "run: ROBOT is missing: the robot's id; see `automagi run --help`");
    expect_refusal("automagi run r s --home h",
                   "run: \"s\" is one word too many; see `automagi run --help`");
    expect_refusal("automagi run R --home h",
                   "run: ROBOT: expected a robot's id (small letters, digits, - and _), not \"R\"; "
                   "see `automagi run --help`");
    expect_refusal("automagi queue drop 3 --home h",
                   "queue drop: --reason is missing: why, for whoever looks later; see `automagi "
                   "queue drop --help`");
    expect_refusal("automagi savings --home h --by week",
                   "savings: --by: expected department|area|robot|plugin|month|quarter|year, not "
                   "\"week\"; see `automagi "
                   "savings --help`");
    expect_refusal("automagi savings --home h --from 2025-02-29",
                   "savings: --from: expected a date that exists, as YYYY-MM-DD, not "
                   "\"2025-02-29\"; see `automagi savings --help`");
    expect_refusal("automagi status --home h --format xml",
                   "status: --format: expected table|json|csv, not \"xml\"; see `automagi "
                   "status --help`");
}

static void what_does_not_go_together_is_named(void **state)
{
    (void)state;
    expect_refusal("automagi savings --home h --to 2025-04-01 --from 2025-04-02",
                   "savings: --from 2025-04-02 lies after --to 2025-04-01; exchange them; see "
                   "`automagi savings --help`");
    expect_refusal("automagi task list --home h --from 2025-04-02 --to 2025-04-01",
                   "task list: --from 2025-04-02 lies after --to 2025-04-01; exchange them; see "
                   "`automagi task list --help`");
    expect_refusal("automagi task list --home h --reference 0101701234",
                   "task list: --reference needs --robot beside it; see `automagi task list "
                   "--help`");
}

static void a_file_is_read(void **state)
{
    char path[] = "/tmp/automagi-parse-XXXXXX";
    char line[128];
    struct cli_request request;
    struct fault fault;
    const struct json *file;
    int fd = mkstemp(path);
    FILE *stream = fdopen(fd, "w");

    (void)state;
    assert_non_null(stream);
    assert_true(fputs("{\"id\": \"æ\"}\n", stream) >= 0);
    assert_int_equal(fclose(stream), 0);
    (void)snprintf(line, sizeof line, "automagi --home h load %s", path);
    if (parse(line, &request, &fault) < 0)
        fail_msg("%s", fault.text);
    file = json_member(request.arguments, "file");
    assert_string_equal(json_string(json_member(file, "path")), path);
    assert_string_equal(json_string(json_member(file, "folder")), "/tmp");
    assert_string_equal(json_string(json_member(file, "text")), "{\"id\": \"æ\"}\n");
    cli_request_release(&request);
    assert_int_equal(remove(path), 0);
    /* Not wrong usage: the operation fails. */
    assert_int_equal(parse(line, &request, &fault), -ENOENT);
    assert_non_null(strstr(fault.text, path));
    assert_int_not_equal(parse("automagi --home h load /tmp", &request, &fault), -EINVAL);
}

static char *help_of(const char *line)
{
    struct cli_request request;
    struct fault fault;
    char *printed = NULL;
    size_t size = 0;
    FILE *target = open_memstream(&printed, &size);

    assert_non_null(target);
    if (parse(line, &request, &fault) < 0)
        fail_msg("%s: %s", line, fault.text);
    assert_true(request.is_help);
    assert_true(cli_help(request.help_words, target));
    assert_int_equal(fclose(target), 0);
    cli_request_release(&request);
    return printed;
}

static void help_is_made_from_the_table(void **state)
{
    const struct command *const *command;
    char *all = help_of("automagi --help");
    char *noun = help_of("automagi robot --help");
    char *one = help_of("automagi robot --home h add -h");
    char *other = help_of("automagi help savings");

    (void)state;
    for (command = command_table; *command != NULL; command++)
        assert_int_equal((*command)->summary != NULL && strstr(all, (*command)->summary) != NULL,
                         (*command)->summary != NULL);
    assert_null(strstr(all, "import rows"));
    assert_non_null(strstr(noun, "robot retire"));
    assert_null(strstr(noun, "queue list"));
    assert_non_null(strstr(one, "usage: automagi robot add FILE [--name NAME]"));
    assert_non_null(strstr(other, "department|area|robot|plugin"));
    assert_non_null(strstr(other, "--format"));
    free(all);
    free(noun);
    free(one);
    free(other);
    expect_refusal("automagi frob --help", "\"frob\" is not a command; see `automagi --help`");
}

/* What the parser rests on: an option takes a value whatever the command, or never. */
static void refuse(const char *line, const char *part)
{
    struct cli_request request;
    struct fault fault;

    assert_true(parse(line, &request, &fault) < 0);
    if (strstr(fault.text, part) == NULL)
        fail_msg("%s: expected \"%s\" in \"%s\"", line, part, fault.text);
}

static void a_repeated_option_has_all_its_values(void **state)
{
    (void)state;
    expect("automagi --home h trigger add r --not-on a --cron @daily --not-on=b,c --not-on d",
           "trigger add", "{\"not-on\":\"a,b,c,d\",\"cron\":\"@daily\",\"robot\":\"r\"}");
    expect("automagi --home h trigger add --not-on a r --cron @daily", "trigger add",
           "{\"not-on\":\"a\",\"cron\":\"@daily\",\"robot\":\"r\"}");
    refuse("automagi --home h trigger add r --cron @daily --not-on", "--not-on needs a value");
    refuse("automagi --home h trigger add r --not-on a --not-on --cron @daily",
           "--not-on needs a value");
    refuse("automagi --home h trigger add r --cron @daily --cron @daily", "given twice");
}

static void json_is_an_object_or_in_a_file(void **state)
{
    char path[] = "/tmp/automagi-input-XXXXXX";
    char line[256];
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "{\n \"case\": \"a b\"\n}\n", 19), 19);
    (void)snprintf(line, sizeof line, "automagi --home h run r --input @%s", path);
    expect(line, "run", "{\"input\":{\"case\":\"a b\"},\"robot\":\"r\"}");
    expect("automagi --home h run r --input={\"n\":1}", "run",
           "{\"input\":{\"n\":1},\"robot\":\"r\"}");
    refuse("automagi --home h run r --input [1]", "a JSON object");
    refuse("automagi --home h run r --input {", "--input");
    assert_int_equal(unlink(path), 0);
    refuse(line, "No such file");
    (void)close(fd);
}

static void the_table_is_consistent(void **state)
{
    const struct command *const *command;
    const struct command *const *other;
    const struct argument *argument;

    (void)state;
    for (command = command_table; *command != NULL; command++) {
        assert_true(strlen((*command)->name) < 32);
        assert_int_equal((*command)->apply == NULL, (*command)->kind == COMMAND_LOCAL);
        assert_ptr_equal(command_find((*command)->name), *command);
        for (other = command_table; other != command; other++)
            assert_string_not_equal((*other)->name, (*command)->name);
        for (argument = (*command)->arguments; argument != NULL && argument->name != NULL;
             argument++) {
            assert_non_null(argument->help);
            if (argument->is_positional) {
                assert_non_null(argument->value);
                continue;
            }
            assert_true(strlen(argument->name) < 32);
            assert_int_equal(cli_option_takes_value(argument->name),
                             argument->kind != ARGUMENT_FLAG);
            assert_true(argument->kind == ARGUMENT_FLAG || (*command)->summary == NULL ||
                        argument->value != NULL);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_anywhere),
        cmocka_unit_test(values_are_what_they_look_like),
        cmocka_unit_test(home_comes_from_the_environment),
        cmocka_unit_test(wrong_usage_is_named),
        cmocka_unit_test(what_does_not_go_together_is_named),
        cmocka_unit_test(a_file_is_read),
        cmocka_unit_test(help_is_made_from_the_table),
        cmocka_unit_test(a_repeated_option_has_all_its_values),
        cmocka_unit_test(json_is_an_object_or_in_a_file),
        cmocka_unit_test(the_table_is_consistent),
    };

    return cmocka_run_group_tests(tests, unset_home, NULL);
}
