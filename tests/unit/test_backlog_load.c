/* The organisation's list of ideas: what a line may be, and what loading it makes. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/backlog_csv.h"
#include "tests/unit/command_caller.h"

#define HEADER "title,status,department_as_printed\n"

/* Noon of 2026-06-30. */
static const int64_t NOW_MS = INT64_C(1782813600000);

enum { FILE_MOST = 1024 * 1024, IDEAS_2025 = 22 };

/* ---- the file ---- */

static void read_file(const char *path, struct text *ret_text)
{
    struct fault fault = {.text = ""};

    text_init(ret_text, FILE_MOST);
    if (file_read(AT_FDCWD, path, ret_text, &fault) < 0)
        fail_msg("%s", fault.text);
}

static void test_wrong_files(void **state)
{
    static const struct row {
        const char *file, *words;
    } rows[] = {
        {"", "line 1: the file is empty"},
        {"title;status;department_as_printed\n", "line 1: the columns are separated by semicolons"},
        {"title,status\n", "line 1: the column department_as_printed is missing"},
        {"title,status,department\n", "line 1: the column \"department\" is unknown"},
        {"title,title,status\n", "line 1: the column title is there twice"},
        {HEADER "A,Afvist\n", "line 2: 2 columns where the first line has 3"},
        {HEADER "A,Afvist,x,y\n", "line 2: 4 columns"},
        {HEADER "A,Ønsker,x\n", "line 2: the status \"Ønsker\" is none of"},
        {HEADER "A,Godkendt,x\n", "line 2: the status \"Godkendt\" is none of"},
        {HEADER "A,,x\n", "line 2: the status \"\" is none of"},
        {HEADER "A,Afvist,x\n,Afvist,x\n", "line 3: the title is missing"},
        {HEADER "A,Afvist,x\n  ,Afvist,x\n", "line 3: the title is missing"},
        {HEADER "\"A\nB\",Afvist,x\n", "line 2: the title must be one line"},
        {HEADER "A,Afvist,\"x\ty\"\n", "line 2: the department must be one line"},
        {HEADER "About 010190-1234,Afvist,x\n", "line 2: the title holds what reads as a CPR"},
        {HEADER "A,Afvist,010190 1234\n", "line 2: the department holds what reads as a CPR"},
        {HEADER "\xC2\xA0,Afvist,x\n", "line 2: the title is blank"},
        {HEADER "A,Afvist,x\n\nA,I drift,x\n", "line 4: title and department are those of line 2"},
        {HEADER "A,Afvist,x\n\"B\"C,Afvist,x\n", "line 3: "},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct backlog_lines lines;
        struct fault fault = {.text = ""};
        int result = backlog_csv_read(rows[i].file, strlen(rows[i].file), &lines, &fault);

        if (result != -EINVAL || strncmp(fault.text, rows[i].words, strlen(rows[i].words)) != 0)
            fail_msg("row %zu: %d, %s", i, result, fault.text);
        backlog_lines_release(&lines);
    }
}

static void test_all_that_is_wrong_is_named(void **state)
{
    static const char file[] = HEADER "A,Nej,x\nB,Afvist,x\n,Afvist,x\nC,Nej,x\n";
    struct backlog_lines lines;
    struct fault fault = {.text = ""};

    (void)state;
    assert_int_equal(backlog_csv_read(file, strlen(file), &lines, &fault), -EINVAL);
    assert_string_equal(fault.text, "3 lines are wrong; nothing was loaded");
    assert_int_equal(lines.wrong.count, 3);
    assert_int_equal(strncmp(lines.wrong.faults[0].text, "line 2: ", 8), 0);
    assert_int_equal(strncmp(lines.wrong.faults[1].text, "line 4: ", 8), 0);
    assert_int_equal(strncmp(lines.wrong.faults[2].text, "line 5: ", 8), 0);
    backlog_lines_release(&lines);
}

/* More wrong lines than are kept, and more ideas than are taken. */
static void test_limits(void **state)
{
    struct backlog_lines lines;
    struct fault fault = {.text = ""};
    struct text text;
    int i;

    (void)state;
    text_init(&text, FILE_MOST);
    text_append_string(&text, HEADER);
    for (i = 0; i < 2 * BACKLOG_WRONG_SHOWN; i++)
        text_printf(&text, "A%d,Nej,x\n", i);
    assert_int_equal(backlog_csv_read(text_string(&text), text.length, &lines, &fault), -EINVAL);
    assert_int_equal(lines.wrong.count, 2 * BACKLOG_WRONG_SHOWN);
    backlog_lines_release(&lines);
    text_clear(&text);
    text_append_string(&text, HEADER);
    for (i = 0; i < BACKLOG_LINES_MAX; i++)
        text_printf(&text, "A%d,Afvist,x\n", i);
    assert_int_equal(backlog_csv_read(text_string(&text), text.length, &lines, &fault), 0);
    assert_int_equal(lines.count, BACKLOG_LINES_MAX);
    backlog_lines_release(&lines);
    text_append_string(&text, "one more,Afvist,x\n");
    assert_int_equal(backlog_csv_read(text_string(&text), text.length, &lines, &fault), -EINVAL);
    assert_string_equal(fault.text, "line 2002: over 2000 ideas; split the file");
    backlog_lines_release(&lines);
    text_clear(&text);
    text_append_string(&text, HEADER);
    for (i = 0; i < IDEA_TITLE_MAX + 1; i++)
        text_append_char(&text, 'x');
    text_append_string(&text, ",Afvist,x\n");
    assert_int_equal(backlog_csv_read(text_string(&text), text.length, &lines, &fault), -EINVAL);
    assert_string_equal(fault.text, "line 2: the title has 201 bytes; shorten it to at most 200");
    backlog_lines_release(&lines);
    text_release(&text);
}

static void test_statuses_and_columns_in_any_order(void **state)
{
    static const char file[] = "department_as_printed,status,title\r\n"
                               "x,ønsker/idéer,A\r\n,UNDER UDVIKLING,B\r\ny,I drift,C\r\n"
                               "\"æ, ø\",Afvist,D";
    struct backlog_lines lines;
    struct fault fault = {.text = ""};

    (void)state;
    assert_int_equal(backlog_csv_read(file, strlen(file), &lines, &fault), 0);
    assert_int_equal(lines.count, 4);
    assert_int_equal(lines.lines[0].status, IDEA_WISH);
    assert_int_equal(lines.lines[1].status, IDEA_DEVELOPMENT);
    assert_int_equal(lines.lines[2].status, IDEA_OPERATION);
    assert_int_equal(lines.lines[3].status, IDEA_REJECTED);
    assert_string_equal(lines.lines[0].title, "A");
    assert_string_equal(lines.lines[1].department, "");
    assert_string_equal(lines.lines[3].department, "æ, ø");
    assert_int_equal(lines.lines[3].line, 5);
    backlog_lines_release(&lines);
}

/* Another program writes the same list with other blanks, and letters of which the ring is apart. */
static void test_how_a_title_is_written_makes_no_other_idea(void **state)
{
    static const char file[] = HEADER "  På tide \xC2\xA0,Afvist, Båd \n";
    static const char twice[] = HEADER "På tide,Afvist,x\nPa\xCC\x8A tide ,I drift, x\n";
    struct backlog_lines lines;
    struct fault fault = {.text = ""};

    (void)state;
    assert_int_equal(backlog_csv_read(file, strlen(file), &lines, &fault), 0);
    assert_string_equal(lines.lines[0].title, "På tide");
    assert_string_equal(lines.lines[0].department, "Båd");
    backlog_lines_release(&lines);
    assert_int_equal(backlog_csv_read(twice, strlen(twice), &lines, &fault), -EINVAL);
    assert_non_null(strstr(fault.text, "line 3: title and department are those of line 2"));
    backlog_lines_release(&lines);
}

/* ---- the backlog ---- */

static struct caller caller;

static int open_municipality(void **state)
{
    struct text organisation;

    (void)state;
    read_file("robots/organisation.json", &organisation);
    caller_open_loaded(&caller, NOW_MS, text_string(&organisation));
    text_release(&organisation);
    return 0;
}

static int close_municipality(void **state)
{
    (void)state;
    caller_close(&caller);
    return 0;
}

/* As the command line sends it; json_free() what comes back. */
static struct json *take(const char *content, const char *sender)
{
    struct backlog_lines lines;
    struct fault fault = {.text = ""};
    struct json_writer writer;
    struct json *answer;
    struct text text;
    size_t i;

    assert_int_equal(backlog_csv_read(content, strlen(content), &lines, &fault), 0);
    text_init(&text, FILE_MOST);
    json_writer_init(&writer, &text);
    json_begin_object(&writer);
    json_key(&writer, "file");
    json_put_string(&writer, "list.csv");
    if (sender != NULL) {
        json_key(&writer, "sender");
        json_put_string(&writer, sender);
    }
    json_key(&writer, "ideas");
    json_begin_array(&writer);
    for (i = 0; i < lines.count; i++) {
        json_begin_array(&writer);
        json_put_string(&writer, lines.lines[i].title);
        json_put_string(&writer, idea_status_word(lines.lines[i].status));
        json_put_string(&writer, lines.lines[i].department);
        json_end_array(&writer);
    }
    json_end_array(&writer);
    json_end_object(&writer);
    answer = caller_do(&caller, "backlog take", NULL, text_string(&text));
    text_release(&text);
    backlog_lines_release(&lines);
    return answer;
}

/* What the list of September 2025 becomes. */
static const struct printed {
    const char *title, *status, *department, *remark;
} list_2025[IDEAS_2025] = {
    {"Udtræk af data fra SKAT", "wish", "bae", NULL}, /* its department's old name */
    {"Automatisk vedhæftning af henvisningsskemaer i Novax", "wish", "tvaergaaende",
     "printed as Børn, Sundhed & Velfærd"}, /* an area */
    {"Importeret af data fra Tabulex til TK2", "wish", "tvaergaaende",
     "printed as Børn, Sundhed & Velfærd"},
    {"Automatisk registrantopslag på børnesager", "wish", "tvaergaaende",
     "printed as Børn, Sundhed & Velfærd"},
    {"Handicap Billån", "wish", "tvaergaaende", "printed as Børn, Sundhed & Velfærd"},
    {"Send kvittering på indberetning", "wish", "tvaergaaende",
     "printed as Børn, Sundhed & Velfærd"},
    {"Socialenheden for Voksnes Bevillinger Robot", "wish", "tvaergaaende",
     "printed as Børn, Sundhed & Velfærd"},
    {"Udtræk af klub medlemstal", "wish", "ds", NULL},
    {"6 ferieuage for skoler", "wish", "ds", NULL},
    {"Børnetals Regulerings Robot", "wish", "ds", NULL},
    {"Hygiejne Leder PDF", "wish", "ds", NULL},
    {"Pladsanvisning Robot", "development", "ds", "approval not recorded"},
    {"Udmeldelsesbreve Robot", "development", "ds", "approval not recorded"},
    {"Brev til 2 årige", "wish", "kfe", NULL}, /* a name it is also called by */
    {"Teknik Bevillings Robot", "wish", "mt", NULL},
    {"Hjælpermiddel Bevillinger Robot", "wish", "aess", NULL},
    {"Visitations Bevilling Robot", "wish", "aess", NULL},
    {"Indsatsstappe VH Robot", "wish", "aess", NULL},
    {"Sletning af dobbelte fakturaer", "wish", "os", NULL},
    {"WiredRelations Robot", "wish", "os", NULL},
    {"Hændelsesrapport", "wish", "os", NULL},
    {"Forbrugt ferie alarm", "development", "os", "approval not recorded"},
};

static void check_idea(size_t number, const struct printed *expected)
{
    struct json *idea;
    const char *remark;
    char id[32];

    (void)snprintf(id, sizeof id, "{\"id\":%zu}", number);
    idea = caller_read(&caller, "backlog show", id);
    remark = json_string(json_member(idea, "remark"));
    if (strcmp(json_string(json_member(idea, "title")), expected->title) != 0 ||
        strcmp(json_string(json_member(idea, "status")), expected->status) != 0 ||
        strcmp(json_string(json_member(idea, "department")), expected->department) != 0 ||
        (remark == NULL) != (expected->remark == NULL) ||
        (remark != NULL && strcmp(remark, expected->remark) != 0))
        fail_msg("%s: %s, %s, %s", expected->title, json_string(json_member(idea, "status")),
                 json_string(json_member(idea, "department")), remark != NULL ? remark : "-");
    assert_string_equal(json_string(json_member(idea, "sender")), "list.csv");
    json_free(idea);
}

static void test_the_list_of_2025(void **state)
{
    struct text file;
    struct json *answer;
    struct json *list;
    size_t i;

    (void)state;
    read_file("robots/backlog_2025_09.csv", &file);
    answer = take(text_string(&file), NULL);
    assert_string_equal(caller_message(answer),
                        "list.csv: 22 ideas added, 0 there already; 6 are of no single "
                        "department, and keep the name that is printed; of 3 no approval is "
                        "recorded: `automagi backlog approve ID --by NAME`");
    assert_string_equal(caller_cell(answer, 1, "remark"), "no department: Børn, Sundhed & Velfærd");
    json_free(answer);
    for (i = 0; i < IDEAS_2025; i++)
        check_idea(i + 1, &list_2025[i]);
    answer = take(text_string(&file), "Invented Other");
    assert_string_equal(caller_message(answer), "list.csv: 0 ideas added, 22 there already");
    json_free(answer);
    list = caller_read(&caller, "backlog list", "{}");
    assert_int_equal(json_count(json_member(list, "rows")), IDEAS_2025);
    json_free(list);
    text_release(&file);
}

/* What people did since is not undone by the list. */
static void test_a_list_changes_nothing_that_is_there(void **state)
{
    struct json *answer;

    (void)state;
    json_free(take(HEADER "A,Ønsker/idéer,Dagtilbud & Skole\n", "Invented Sender"));
    caller_must(&caller, "backlog approve", NULL, "{\"id\":1,\"by\":\"Invented Head\"}");
    answer = take(HEADER "A,Ønsker/idéer,Dagtilbud & Skole\nA,Ønsker/idéer,DS\nB,Afvist,\n",
                  "Invented Sender");
    assert_string_equal(caller_message(answer),
                        "list.csv: 2 ideas added, 1 there already (1 of them with another status "
                        "by now, which stays)");
    json_free(answer);
    answer = caller_read(&caller, "backlog show", "{\"id\":1}");
    assert_string_equal(json_string(json_member(answer, "status")), "approved");
    assert_string_equal(json_string(json_member(answer, "sender")), "Invented Sender");
    json_free(answer);
    answer = caller_read(&caller, "backlog show", "{\"id\":2}");
    assert_string_equal(json_string(json_member(answer, "department")), "ds"); /* by its id */
    json_free(answer);
}

static void test_an_approval_is_recorded_later(void **state)
{
    struct json *answer;

    (void)state;
    json_free(
        take(HEADER "A,Under udvikling,Dagtilbud & Skole\nB,Afvist,Puljer\n", "Invented Sender"));
    caller_refused_with(&caller, "backlog move", NULL, "{\"id\":1,\"status\":\"operation\"}",
                        "is not approved");
    caller_refused_with(&caller, "backlog approve", NULL, "{\"id\":1,\"by\":\"Invented Sender\"}",
                        "sent idea 1");
    caller_refused_with(&caller, "backlog approve", NULL, "{\"id\":2,\"by\":\"Invented Head\"}",
                        "it is rejected");
    answer = caller_do(&caller, "backlog approve", NULL, "{\"id\":1,\"by\":\"Invented Head\"}");
    assert_string_equal(caller_message(answer), "idea 1 (A) is in development; that Invented Head "
                                                "approved it is recorded now");
    json_free(answer);
    caller_refused_with(&caller, "backlog approve", NULL, "{\"id\":1,\"by\":\"Invented Other\"}",
                        "it is in development");
    answer = caller_read(&caller, "backlog show", "{\"id\":1}");
    assert_string_equal(json_string(json_member(answer, "status")), "development");
    assert_string_equal(json_string(json_member(answer, "approved_by")), "Invented Head");
    assert_true(json_is_null(json_member(answer, "remark")));
    json_free(answer);
    caller_must(&caller, "backlog move", NULL, "{\"id\":1,\"status\":\"operation\"}");
}

/* Areas, departments that are no more, and signs that nobody writes the same way. */
static void test_whose_an_idea_is(void **state)
{
    static const char file[] = HEADER "1,Afvist,\"BØRN, sundhed og velfærd\"\n"
                                      "2,Afvist,\"Børn, Sundhed & Velfærd\"\n"
                                      "3,Afvist,Tværgående\n"
                                      "4,Afvist,kommunalbestyrelsen\n"
                                      "5,Afvist,Puljer\n"
                                      "6,Afvist,Et andet sted\n";
    static const struct row {
        const char *department, *remark;
    } rows[] = {
        {"tvaergaaende", "no department: BØRN, sundhed og velfærd"},
        {"tvaergaaende", "an area: Børn, Sundhed & Velfærd"},
        {"tvaergaaende", NULL},
        {"os", NULL}, /* to whom it went */
        {"tvaergaaende", "split: Puljer"},
        {"tvaergaaende", "no department: Et andet sted"},
    };
    struct json *answer;
    size_t i;

    (void)state;
    caller_must(&caller, "department area", NULL,
                "{\"department\":\"bf\",\"area\":\"bsv\",\"name\":\"Børn, Sundhed & Velfærd\","
                "\"from\":\"2026-01-01\"}");
    caller_must(&caller, "department merge", NULL,
                "{\"departments\":\"kb\",\"into\":\"os\",\"from\":\"2026-06-01\","
                "\"by\":\"Invented Person\"}");
    caller_must(&caller, "department split", NULL,
                "{\"department\":\"puljer\",\"into\":\"os=0.5,ds=0.5\",\"from\":\"2026-06-01\","
                "\"by\":\"Invented Person\"}");
    answer = take(file, "Invented Sender");
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *remark = caller_cell(answer, i, "remark");

        if (strcmp(caller_cell(answer, i, "department"), rows[i].department) != 0 ||
            strcmp(remark, rows[i].remark != NULL ? rows[i].remark : "null") != 0)
            fail_msg("row %zu: %s, %s", i, caller_cell(answer, i, "department"), remark);
    }
    json_free(answer);
}

static void test_what_is_no_row_is_refused(void **state)
{
    static const char *const ideas[] = {
        "[1]",
        "[[\"A\",\"wish\"]]",
        "[[\"A\",\"wish\",\"x\",\"y\"]]",
        "[[\"A\",\"approved\",\"x\"]]",
        "[[\"A\",\"nothing\",\"x\"]]",
        "[[1,\"wish\",\"x\"]]",
        "[[\"A\",\"wish\",null]]",
        "[[\"\",\"wish\",\"x\"]]",
        "[[\"About 010190-1234\",\"wish\",\"x\"]]", /* kept without, it would be new each time */
        "[[\"A\",\"wish\",\"010190 1234\"]]",
        "[[\"A\",\"wish\",\"x\"],[\"B\\n\",\"wish\",\"x\"]]",
    };
    char arguments[256];
    struct json *list;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof ideas / sizeof ideas[0]; i++) {
        (void)snprintf(arguments, sizeof arguments, "{\"file\":\"list.csv\",\"ideas\":%s}",
                       ideas[i]);
        caller_refused(&caller, "backlog take", NULL, arguments);
    }
    list = caller_read(&caller, "backlog list", "{}");
    assert_int_equal(json_count(json_member(list, "rows")), 0);
    json_free(list);
}

static void test_the_record_keeps_no_cpr_number_of_a_files_name(void **state)
{
    struct json *list;

    (void)state;
    caller_must(&caller, "backlog take", NULL,
                "{\"file\":\"about 010190-1234.csv\",\"ideas\":[[\"A\",\"wish\",\"x\"]]}");
    list = caller_read(&caller, "audit", "{}");
    assert_string_equal(caller_cell(list, 0, "subject"), "about [CPR].csv");
    json_free(list);
}

static void test_departments_come_first(void **state)
{
    (void)state;
    caller_open(&caller);
    caller_refused_with(&caller, "backlog take", NULL,
                        "{\"file\":\"list.csv\",\"ideas\":[[\"A\",\"wish\",\"x\"]]}",
                        "there are no departments yet");
    caller_close(&caller);
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, open_municipality, close_municipality)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_files),
        cmocka_unit_test(test_all_that_is_wrong_is_named),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_statuses_and_columns_in_any_order),
        cmocka_unit_test(test_how_a_title_is_written_makes_no_other_idea),
        cmocka_unit_test(test_departments_come_first),
        TEST(test_the_list_of_2025),
        TEST(test_a_list_changes_nothing_that_is_there),
        TEST(test_an_approval_is_recorded_later),
        TEST(test_whose_an_idea_is),
        TEST(test_what_is_no_row_is_refused),
        TEST(test_the_record_keeps_no_cpr_number_of_a_files_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
