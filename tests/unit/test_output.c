/* Results as tables, CSV and objects. */
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
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/cli/cli.h"

static const struct column columns[] = {
    {.member = "name", .heading = "name", .is_state = true},
    {.member = "count", .heading = "count", .is_right = true},
    {.member = "note", .heading = "note"},
    {.member = NULL},
};

static const struct command listing = {
    .name = "x list", .summary = "x", .columns = columns, .empty = "no x yet"};
static const struct command showing = {.name = "x show", .summary = "x"};

static char noted[256];

/* What is printed; free() it. What is said beside it is in `noted`. The result of printing goes to *ret_result. */
static char *print(const struct command *command, enum cli_format format, const char *json,
                   int *ret_result, struct fault *fault)
{
    struct json *document = NULL;
    char *printed = NULL;
    size_t size = 0;
    FILE *target = open_memstream(&printed, &size);
    FILE *notes = fmemopen(noted, sizeof noted, "w");

    assert_true(target != NULL && notes != NULL);
    noted[0] = '\0';
    if (json_parse(json, strlen(json), 1 << 20, &document, fault) < 0)
        fail_msg("%s", fault->text);
    *ret_result = cli_print_result(command, format, document, NULL, target, notes, fault);
    (void)fclose(target);
    (void)fclose(notes);
    json_free(document);
    return printed;
}

static void expect(const struct command *command, enum cli_format format, const char *json,
                   const char *expected)
{
    struct fault fault = {.text = ""};
    int result = 0;
    char *printed = print(command, format, json, &result, &fault);

    assert_int_equal(result, 0);
    assert_string_equal(printed, expected);
    free(printed);
}

/* Its lines as they are; only what a terminal would act on is not. */
static void prints_a_document(void **state)
{
    (void)state;
    expect(&showing, CLI_TABLE, "{\"id\":7,\"text\":\"EN  AFTALE\\n\\n    2,5\\u001b[2J\\n\"}",
           "EN  AFTALE\n\n    2,5\\x1B[2J\n");
    expect(&showing, CLI_JSON, "{\"id\":7,\"text\":\"a\\nb\\n\"}",
           "{\"id\":7,\"text\":\"a\\nb\\n\"}\n");
}

/* Above what people read, beside what programs read, and never as a member among others. */
static void says_that_all_is_invented(void **state)
{
    static const char MARK[] = "DEMO: everything in this home is invented\n";

    (void)state;
    expect(&listing, CLI_TABLE,
           "{\"message\":\"One.\",\"rows\":[{\"name\":\"a\",\"count\":1}],\"demo\":true}",
           "DEMO: everything in this home is invented\nOne.\nname  count\na         1\n");
    assert_string_equal(noted, "");
    expect(&listing, CLI_CSV, "{\"rows\":[{\"name\":\"a\",\"count\":1}],\"demo\":true}",
           "name,count,note\r\na,1,\r\n");
    assert_string_equal(noted, MARK);
    expect(&showing, CLI_TABLE, "{\"id\":7,\"demo\":true}",
           "DEMO: everything in this home is invented\nid  7\n");
    expect(&showing, CLI_TABLE, "{\"text\":\"EN AFTALE\\n\",\"demo\":true}", "EN AFTALE\n");
    assert_string_equal(noted, MARK);
    expect(&showing, CLI_JSON, "{\"id\":7,\"demo\":true}", "{\"id\":7,\"demo\":true}\n");
    assert_string_equal(noted, "");
}

static void aligns_by_what_is_seen(void **state)
{
    (void)state;
    expect(&listing, CLI_TABLE,
           "{\"rows\":[{\"name\":\"Børn\",\"count\":5,\"note\":null},"
           "{\"name\":\"a\",\"count\":1234567,\"note\":\"x\"}]}",
           "name    count  note\n"
           "Børn        5  \n"
           "a     1234567  x\n");
}

/* A terminal so many columns wide. */
static char *print_on_terminal(const struct command *command, unsigned short width,
                               const char *json)
{
    struct winsize window = {.ws_row = 24, .ws_col = width};
    struct fault fault = {.text = ""};
    struct json *document = NULL;
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    struct termios raw;
    char *printed = calloc(1, 4096);
    FILE *target;
    ssize_t taken;
    size_t at;
    int slave;

    assert_non_null(printed);
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    assert_true(slave >= 0 && ioctl(slave, TIOCSWINSZ, &window) == 0);
    assert_int_equal(tcgetattr(slave, &raw), 0);
    cfmakeraw(&raw);
    assert_int_equal(tcsetattr(slave, TCSANOW, &raw), 0);
    target = fdopen(slave, "w");
    assert_non_null(target);
    assert_int_equal(json_parse(json, strlen(json), 1 << 20, &document, &fault), 0);
    assert_int_equal(cli_print_result(command, CLI_TABLE, document, NULL, target, target, &fault),
                     0);
    assert_int_equal(fclose(target), 0);
    for (at = 0; (taken = read(master, printed + at, 4095 - at)) > 0;) /* then it has hung up */
        at += (size_t)taken;
    close(master);
    json_free(document);
    return printed;
}

static void a_terminal_gets_what_fits(void **state)
{
    static const char json[] =
        "{\"rows\":[{\"name\":\"a\",\"count\":1,\"note\":\"blåbærgrød på æsken\"},"
        "{\"name\":\"b\",\"count\":2,\"note\":\"blåbærgrød på\"}]}";
    static const char whole[] = "name  count  note\n"
                                "a         1  blåbærgrød på æsken\n"
                                "b         2  blåbærgrød på\n";
    char *printed;

    (void)state;
    assert_int_equal(setenv("TERM", "dumb", 1), 0);
    printed = print_on_terminal(&listing, 26, json);
    assert_string_equal(printed, "name  count  note\n"
                                 "a         1  blåbærgrød p…\n"
                                 "b         2  blåbærgrød på\n");
    free(printed);
    printed = print_on_terminal(&listing, 32, json); /* just wide enough */
    assert_string_equal(printed, whole);
    free(printed);
    printed = print_on_terminal(&listing, 14, json); /* too narrow to read anything */
    assert_string_equal(printed, whole);
    free(printed);
    expect(&listing, CLI_TABLE, json, whole); /* no terminal */
}

/* Whoever is no terminal gets none, and one that asks for none neither. */
static void a_terminal_has_colours(void **state)
{
    static const char json[] = "{\"rows\":[{\"name\":\"failed\",\"count\":1},"
                               "{\"name\":\"blå\",\"count\":2}]}";
    static const char plain[] = "name    count\nfailed      1\nblå         2\n";
    static const char coloured[] = "\033[1mname\033[0m    \033[1mcount\033[0m\n"
                                   "\033[31mfailed\033[0m      1\nblå         2\n";
    char *printed;

    (void)state;
    assert_int_equal(setenv("TERM", "xterm", 1), 0);
    assert_int_equal(setenv("NO_COLOR", "", 1), 0);
    printed = print_on_terminal(&listing, 80, json);
    assert_string_equal(printed, coloured);
    free(printed);
    assert_int_equal(setenv("NO_COLOR", "1", 1), 0);
    printed = print_on_terminal(&listing, 80, json);
    assert_string_equal(printed, plain);
    free(printed);
    assert_int_equal(unsetenv("NO_COLOR"), 0);
    assert_int_equal(setenv("TERM", "dumb", 1), 0);
    printed = print_on_terminal(&listing, 80, json);
    assert_string_equal(printed, plain);
    free(printed);
    terminal_choose(TERMINAL_ALWAYS);
    expect(&listing, CLI_TABLE, json, coloured);
    expect(&listing, CLI_CSV, json, "name,count,note\r\nfailed,1,\r\nblå,2,\r\n");
    terminal_choose(TERMINAL_NEVER);
    assert_int_equal(setenv("TERM", "xterm", 1), 0);
    printed = print_on_terminal(&listing, 80, json);
    assert_string_equal(printed, plain);
    free(printed);
    terminal_choose(TERMINAL_AUTO);
    expect(&listing, CLI_TABLE, json, plain);
}

static void states_have_a_style(void **state)
{
    (void)state;
    assert_int_equal(terminal_style_of("failed"), STYLE_BAD);
    assert_int_equal(terminal_style_of("timed out"), STYLE_BAD);
    assert_int_equal(terminal_style_of("waiting"), STYLE_WAITS);
    assert_int_equal(terminal_style_of("signed, retroactive"), STYLE_WELL);
    assert_int_equal(terminal_style_of("unsigned"), STYLE_WAITS);
    assert_int_equal(terminal_style_of("faile"), STYLE_PLAIN);
    assert_int_equal(terminal_style_of(""), STYLE_PLAIN);
}

static void escapes_take_no_columns(void **state)
{
    static const char line[] = "\033[1mblå\033[0m x";

    (void)state;
    assert_int_equal(terminal_fit(line, strlen(line), 3), strlen("\033[1mblå\033[0m"));
    assert_int_equal(terminal_fit(line, strlen(line), 2), strlen("\033[1mbl"));
    assert_int_equal(terminal_fit(line, strlen(line), 80), strlen(line));
    assert_int_equal(terminal_fit("\033[", 2, 5), 2);
    assert_int_equal(terminal_fit("", 0, 5), 0);
}

/* Of the rows, the total too; the first stays. */
static void empty_columns_are_dropped(void **state)
{
    (void)state;
    expect(&listing, CLI_TABLE, "{\"rows\":[{\"name\":\"\",\"note\":\"x\"},{\"count\":null}]}",
           "name  note\n      x\n      \n");
    expect(&listing, CLI_TABLE, "{\"rows\":[{\"name\":\"a\"}],\"total\":{\"count\":0}}",
           "name   count\na           \n-----  -----\ntotal      0\n");
    expect(&listing, CLI_CSV, "{\"rows\":[{\"name\":\"a\"}]}", "name,count,note\r\na,,\r\n");
}

static void shows_message_and_total(void **state)
{
    (void)state;
    expect(&listing, CLI_TABLE,
           "{\"message\":\"hello\",\"rows\":[{\"name\":\"a\",\"count\":2,\"note\":true}],"
           "\"total\":{\"count\":2}}",
           "hello\n"
           "name   count  note\n"
           "a          2  yes\n"
           "-----  -----  ----\n"
           "total      2  \n");
}

static void says_when_there_is_nothing(void **state)
{
    (void)state;
    expect(&listing, CLI_TABLE, "{\"rows\":[]}", "no x yet\n");
    expect(&listing, CLI_CSV, "{\"rows\":[]}", "name,count,note\r\n");
}

static void escapes_what_breaks_a_terminal(void **state)
{
    (void)state;
    expect(&listing, CLI_TABLE, "{\"rows\":[{\"name\":\"a\\u001b[31m\\nb\",\"count\":1}]}",
           "name            count\n"
           "a\\x1B[31m\\x0Ab      1\n");
}

static void csv_is_quoted_and_harmless(void **state)
{
    (void)state;
    expect(&listing, CLI_CSV,
           "{\"rows\":[{\"name\":\"a,\\\"b\\\"\\n\",\"count\":-1,\"note\":\"=1+1\"},"
           "{\"name\":\"-5\",\"count\":2.5,\"note\":\"@x\"},"
           "{\"name\":\"\\tx\",\"count\":null,\"note\":\"+,\"},"
           "{\"name\":\"\\rx\",\"count\":false,\"note\":\"it's\"}]}",
           "name,count,note\r\n"
           "\"a,\"\"b\"\"\n\",-1,'=1+1\r\n"
           "'-5,2.5,'@x\r\n"
           "'\tx,,\"'+,\"\r\n"
           "\"'\rx\",false,it's\r\n");
}

static void json_is_as_it_is(void **state)
{
    (void)state;
    expect(&listing, CLI_JSON, "{\"rows\":[], \"message\":\"m\"}",
           "{\"rows\":[],\"message\":\"m\"}\n");
}

static void a_failed_result_is_shown_and_fails(void **state)
{
    struct fault fault = {.text = ""};
    int result = 0;
    char *printed = print(&listing, CLI_TABLE,
                          "{\"ok\":false,\"message\":\"1 difference\","
                          "\"rows\":[{\"name\":\"a\",\"count\":1,\"note\":\"\"}]}",
                          &result, &fault);

    (void)state;
    assert_int_equal(result, -ECANCELED);
    assert_string_equal(fault.text, "1 difference");
    assert_string_equal(printed, "name  count\na         1\n");
    free(printed);
}

static void says_that_there_are_more(void **state)
{
    static const char more[] =
        "{\"rows\":[{\"name\":\"a\",\"count\":1},{\"name\":\"b\"}],\"more\":true}";

    (void)state;
    expect(&listing, CLI_TABLE, more, "name  count\na         1\nb          \n");
    assert_string_equal(noted, "2 of more; --limit shows more\n");
    expect(&listing, CLI_CSV, more, "name,count,note\r\na,1,\r\nb,,\r\n");
    assert_string_equal(noted, "2 of more; --limit shows more\n");
    expect(&listing, CLI_JSON, "{\"rows\":[],\"more\":true}", "{\"rows\":[],\"more\":true}\n");
    assert_string_equal(noted, "");
    expect(&listing, CLI_TABLE, "{\"rows\":[]}", "no x yet\n");
    assert_string_equal(noted, "");
}

/* By characters, not bytes; other formats have it whole. */
static void long_cells_are_cut_where_the_column_says(void **state)
{
    static const struct column cut[] = {{.member = "name", .heading = "name", .most = 3},
                                        {.member = NULL}};
    static const struct command cutting = {.name = "x list", .summary = "x", .columns = cut};
    static const char rows[] = "{\"rows\":[{\"name\":\"æøåa\"},{\"name\":\"æøå\"},"
                               "{\"name\":{\"a\":1}}]}";

    (void)state;
    expect(&cutting, CLI_TABLE, rows, "name\næø…\næøå\n{\"…\n");
    expect(&cutting, CLI_CSV, rows, "name\r\næøåa\r\næøå\r\n\"{\"\"a\"\":1}\"\r\n");
}

/* A column of zeros only makes lines long; other formats have it whole. */
/* Also where there is no terminal; JSON and CSV have all of it. */
static void a_last_column_that_fits_ends_at_120(void **state)
{
    static const struct column fitting[] = {{.member = "id", .heading = "id", .most = 40},
                                            {.member = "after", .heading = "after", .fits = true},
                                            {.member = NULL}};
    static const struct command command = {.name = "x list", .summary = "x", .columns = fitting};
    char json[512];
    char table[512];
    char after[201];
    char csv[512];

    (void)state;
    (void)memset(after, 'y', 200);
    after[200] = '\0';
    (void)snprintf(json, sizeof json, "{\"rows\":[{\"id\":\"%.30s\",\"after\":\"%s\"}]}", after,
                   after);
    (void)snprintf(table, sizeof table, "%-30s  after\n%.30s  %.87s…\n", "id", after, after);
    (void)snprintf(csv, sizeof csv, "id,after\r\n%.30s,%s\r\n", after, after);
    expect(&command, CLI_TABLE, json, table);
    expect(&command, CLI_CSV, json, csv);
    expect(&command, CLI_TABLE, "{\"rows\":[{\"id\":\"a\",\"after\":\"short\"}]}",
           "id  after\na   short\n");
}

/* Words go on below themselves; a word longer than a line is broken, a short one stays. */
static void a_last_column_that_wraps_ends_at_120(void **state)
{
    static const struct column wrapping[] = {{.member = "id", .heading = "id"},
                                             {.member = "why", .heading = "why", .wraps = true},
                                             {.member = NULL}};
    static const struct command command = {.name = "x list", .summary = "x", .columns = wrapping};
    char json[1024];
    char table[1024];
    char id[81];
    char long_word[41];
    char *printed;

    (void)state;
    assert_int_equal(setenv("TERM", "dumb", 1), 0);
    (void)memset(id, 'i', 80);
    id[80] = '\0';
    (void)memset(long_word, 'w', 40);
    long_word[40] = '\0';
    (void)snprintf(json, sizeof json,
                   "{\"message\":\"%s %s\",\"rows\":[{\"id\":\"%s\",\"why\":\"blåbærgrød and "
                   "æbler sæbe til pærer og ord\"},{\"id\":\"b\",\"why\":\"%s\"},"
                   "{\"id\":\"c\",\"why\":\"short\"}]}",
                   id, long_word, id, long_word);
    (void)snprintf(table, sizeof table,
                   "%s\n%s\n%-80s  why\n%s  blåbærgrød and æbler sæbe til pærer og\n%-80s  ord\n"
                   "%-80s  %.38s\n%-80s  ww\n%-80s  short\n",
                   id, long_word, "id", id, "", "b", long_word, "", "c");
    expect(&command, CLI_TABLE, json, table);
    printed =
        print_on_terminal(&command, 42,
                          "{\"rows\":[{\"id\":\"a\",\"why\":\"words that need more than one line "
                          "of it\"}]}");
    assert_string_equal(printed, "id  why\na   words that need more than one line of\n    it\n");
    free(printed);
    printed =
        print_on_terminal(&command, 28,
                          "{\"rows\":[{\"id\":\"a\",\"why\":\"words that need more than one line "
                          "of it\"},{\"id\":\"b\",\"why\":\"\"}]}"); /* no room beside them */
    assert_string_equal(printed, "id  why\n"
                                 "a   \n    words that need more\n    than one line of it\nb   \n");
    free(printed);
    (void)snprintf(table, sizeof table, "id,why\r\nb,%s\r\n", long_word);
    (void)snprintf(json, sizeof json, "{\"rows\":[{\"id\":\"b\",\"why\":\"%s\"}]}", long_word);
    expect(&command, CLI_CSV, json, table);
}

static void zeros_are_left_out_where_the_column_says(void **state)
{
    static const struct column spare[] = {
        {.member = "name", .heading = "name"},
        {.member = "count", .heading = "count", .is_right = true},
        {.member = "cut", .heading = "cut", .is_right = true, .drops_zero = true},
        {.member = NULL}};
    static const struct command sparing = {.name = "x list", .summary = "x", .columns = spare};

    (void)state;
    expect(&sparing, CLI_TABLE, "{\"rows\":[{\"name\":\"a\",\"count\":0,\"cut\":0}]}",
           "name  count\na         0\n");
    expect(&sparing, CLI_CSV, "{\"rows\":[{\"name\":\"a\",\"count\":0,\"cut\":0}]}",
           "name,count,cut\r\na,0,0\r\n");
    expect(&sparing, CLI_TABLE,
           "{\"rows\":[{\"name\":\"a\",\"count\":1,\"cut\":0},"
           "{\"name\":\"b\",\"count\":1,\"cut\":-1}]}",
           "name  count  cut\na         1    0\nb         1   -1\n");
}

/* Names of members, and what JSON itself does not escape, are foreign as well. */
static void escapes_what_breaks_a_terminal_in_an_object(void **state)
{
    (void)state;
    expect(&showing, CLI_TABLE, "{\"input\":{\"a\\u001b[31m\\nb\":\"x\",\"c\\u009b1m\":1}}",
           "input  a\\x1B[31m\\x0Ab x, c\\xC2\\x9B1m 1\n");
    expect(&showing, CLI_TABLE, "{\"input\":{\"a\":{\"b\":\"\\u009b1m\\u202e\"}}}",
           "input  {\"a\":{\"b\":\"\\xC2\\x9B1m\\xE2\\x80\\xAE\"}}\n");
}

static void shows_an_object_member_by_member(void **state)
{
    static const char json[] = "{\"id\":\"r\",\"one_off\":false,\"plugin\":null,"
                               "\"queue\":{\"ready\":3,\"waiting\":1},\"shares\":[],"
                               "\"runs\":[{\"run\":1,\"ended_at\":\"x\"},{\"run\":12}]}";

    (void)state;
    expect(&showing, CLI_TABLE, json,
           "id       r\n"
           "one off  no\n"
           "plugin   -\n"
           "queue    ready 3, waiting 1\n"
           "shares   none\n"
           "runs\n"
           "  run  ended at\n"
           "    1  x\n"
           "   12  \n");
    expect(&showing, CLI_CSV, json,
           "member,value\r\n"
           "id,r\r\n"
           "one_off,false\r\n"
           "plugin,\r\n"
           "queue,\"{\"\"ready\"\":3,\"\"waiting\"\":1}\"\r\n"
           "shares,[]\r\n"
           "runs,\"[{\"\"run\"\":1,\"\"ended_at\"\":\"\"x\"\"},{\"\"run\"\":12}]\"\r\n");
    expect(&showing, CLI_TABLE, "{\"message\":\"done\",\"item\":3}", "done\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_a_document),
        cmocka_unit_test(says_that_all_is_invented),
        cmocka_unit_test(aligns_by_what_is_seen),
        cmocka_unit_test(a_terminal_gets_what_fits),
        cmocka_unit_test(a_terminal_has_colours),
        cmocka_unit_test(states_have_a_style),
        cmocka_unit_test(escapes_take_no_columns),
        cmocka_unit_test(empty_columns_are_dropped),
        cmocka_unit_test(shows_message_and_total),
        cmocka_unit_test(says_when_there_is_nothing),
        cmocka_unit_test(escapes_what_breaks_a_terminal),
        cmocka_unit_test(csv_is_quoted_and_harmless),
        cmocka_unit_test(json_is_as_it_is),
        cmocka_unit_test(a_failed_result_is_shown_and_fails),
        cmocka_unit_test(says_that_there_are_more),
        cmocka_unit_test(long_cells_are_cut_where_the_column_says),
        cmocka_unit_test(a_last_column_that_fits_ends_at_120),
        cmocka_unit_test(a_last_column_that_wraps_ends_at_120),
        cmocka_unit_test(zeros_are_left_out_where_the_column_says),
        cmocka_unit_test(escapes_what_breaks_a_terminal_in_an_object),
        cmocka_unit_test(shows_an_object_member_by_member),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
