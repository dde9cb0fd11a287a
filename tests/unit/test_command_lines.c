/* The plugin command: the lines of JSON between host and program. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/command/lines.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static int read_line(const char *line, struct message *message, char *problem)
{
    return message_read(message, line, strlen(line), problem);
}

static void test_good(void **state)
{
    static const struct {
        const char *line;
        enum message_kind kind;
        const char *note;
        const char *department;
    } rows[] = {
        {"{\"collected\":true}", MESSAGE_COLLECTED, "", ""},
        {" { \"collected\" : true } \r", MESSAGE_COLLECTED, "", ""},
        {"{\"done\":true}", MESSAGE_DONE, "", ""},
        {"{\"done\":true,\"note\":\"f\xc3\xa6rdig\"}", MESSAGE_DONE, "f\xc3\xa6rdig", ""},
        {"{\"note\":\"a\\nb\\tc\",\"department\":\"oes\",\"done\":true}", MESSAGE_DONE, "a b c",
         "oes"},
        {"{\"business\":\"Ring til \\\"Bo\\\" \\u00e6\"}", MESSAGE_BUSINESS,
         "Ring til \"Bo\" \xc3\xa6", ""},
        {"{\"business\":\"x\",\"department\":\"oes\"}", MESSAGE_BUSINESS, "x", "oes"},
        {"{\"transient\":\"504\"}", MESSAGE_TRANSIENT, "504", ""},
        {"{\"broken\":\"intet login\"}", MESSAGE_BROKEN, "intet login", ""},
        {"{\"broken\":\"a\\\\u0000\"}", MESSAGE_BROKEN, "a\\u0000", ""},
    };
    char problem[LINES_PROBLEM_MAX];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        struct message message;

        if (read_line(rows[i].line, &message, problem) != 0)
            fail_msg("row %zu: %s", i, problem);
        assert_int_equal(message.kind, rows[i].kind);
        assert_string_equal(message.note, rows[i].note);
        assert_string_equal(message.department, rows[i].department);
        message_release(&message);
    }
}

static void test_add(void **state)
{
    char problem[LINES_PROBLEM_MAX];
    struct message message;

    (void)state;
    assert_int_equal(read_line("{\"add\":{\"reference\":\"sag-1\"}}", &message, problem), 0);
    assert_int_equal(message.kind, MESSAGE_ADD);
    assert_string_equal(message.reference, "sag-1");
    assert_string_equal(message.payload, "");
    assert_int_equal(message.priority, 0);
    assert_int_equal(message.business_day, 0);
    message_release(&message);
    assert_int_equal(read_line("{\"add\":{\"business_date\":\"2026-01-31\",\"priority\":-1000,"
                               "\"payload\":\"{\\\"a\\\":1}\\n\",\"reference\":\"s\"}}",
                               &message, problem),
                     0);
    assert_string_equal(message.payload, "{\"a\":1}\n");
    assert_int_equal(message.priority, -1000);
    assert_int_equal(message.business_day, 20484);
    message_release(&message);
    message_release(&message);
}

static void test_dates(void **state)
{
    static const struct {
        const char *date;
        int32_t day; /* 0: refused */
    } rows[] = {
        {"1971-01-01", 365},     {"1972-03-01", 790},   {"2000-02-29", 11016},
        {"2000-03-01", 11017},   {"2024-12-31", 20088}, {"2100-03-01", 47541},
        {"2100-02-29", 0},       {"2026-02-29", 0},     {"2026-13-01", 0},
        {"2026-00-01", 0},       {"2026-01-00", 0},     {"1970-12-31", 0},
        {"26-01-31", 0},         {"2026-1-31", 0},      {"2026-01-31T", 0},
        {"9999-12-31", 2932896},
    };
    char problem[LINES_PROBLEM_MAX];
    char line[128];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        struct message message;
        int result;

        (void)snprintf(line, sizeof(line),
                       "{\"add\":{\"reference\":\"r\",\"business_date\":\"%s\"}}", rows[i].date);
        result = read_line(line, &message, problem);
        assert_int_equal(result, rows[i].day == 0 ? -EINVAL : 0);
        if (result == 0)
            assert_int_equal(message.business_day, rows[i].day);
        message_release(&message);
    }
}

static void test_instants(void **state)
{
    static const struct {
        const char *text;
        int64_t at_ms; /* 0: refused */
    } rows[] = {
        {"2026-02-01T14:00+01:00", INT64_C(1769950800000)},
        {"2026-02-01 14:00:00+01:00", INT64_C(1769950800000)},
        {"2026-02-01T13:00:00.5Z", INT64_C(1769950800500)},
        {"2026-02-01T13:00:00.123456789Z", INT64_C(1769950800123)},
        {"2026-02-01T00:30-02:30", INT64_C(1769914800000)},
        {"2026-02-01T14:00", 0},
        {"2026-02-01T14:00:00", 0},
        {"2026-02-01T24:00Z", 0},
        {"2026-02-01T14:60Z", 0},
        {"2026-02-01T14:00.5Z", 0},
        {"2026-02-01T14:00:00.Z", 0},
        {"2026-02-01T14:00:00.1234567890Z", 0},
        {"2026-02-30T14:00Z", 0},
        {"2026-02-01T14:00+18:01", 0},
        {"2026-02-01T14:00+1:00", 0},
        {"2026-02-01T14:00Z ", 0},
        {"2026-02-01x14:00Z", 0},
        {"2026-02-01T1", 0},
        {"i morgen", 0},
    };
    char problem[LINES_PROBLEM_MAX];
    char line[160];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        struct message message;
        int result;

        (void)snprintf(line, sizeof(line), "{\"add\":{\"reference\":\"r\",\"%s\":\"%s\"}}",
                       i % 2 == 0 ? "deadline" : "not_before", rows[i].text);
        result = read_line(line, &message, problem);
        assert_int_equal(result, rows[i].at_ms == 0 ? -EINVAL : 0);
        if (result == 0)
            assert_int_equal(i % 2 == 0 ? message.deadline_ms : message.not_before_ms,
                             rows[i].at_ms);
        else
            assert_non_null(strstr(problem, "skal være et tidspunkt som"));
        message_release(&message);
    }
}

static const struct {
    const char *line;
    const char *problem;
} bad[] = {
    {"", "ikke ét JSON-objekt"},
    {"hej", "ikke ét JSON-objekt"},
    {"[]", "ikke ét JSON-objekt"},
    {"true", "ikke ét JSON-objekt"},
    {"{\"done\":true", "ikke ét JSON-objekt"},
    {"{\"done\":true}{\"done\":true}", "ikke ét JSON-objekt"},
    {"{\"done\":true} x", "ikke ét JSON-objekt"},
    {"{}", "hverken add"},
    {"{\"Done\":true}", "hverken add"},
    {"{\"done\":false}", "\"done\" skal være true"},
    {"{\"done\":1}", "\"done\" skal være true"},
    {"{\"collected\":\"true\"}", "\"collected\" skal være true"},
    {"{\"done\":true,\"note\":7}", "\"note\" skal være en sætning"},
    {"{\"done\":true,\"notes\":\"x\"}", "ukendt felt \"notes\""},
    {"{\"done\":true,\"business\":\"x\"}", "ukendt felt \"business\""},
    {"{\"done\":true,\"done\":true}", "har \"done\" to gange"},
    {"{\"business\":\"\"}", "\"business\" skal være en sætning"},
    {"{\"business\":true}", "\"business\" skal være en sætning"},
    {"{\"transient\":\"x\",\"note\":\"y\"}", "ukendt felt \"note\""},
    {"{\"done\":true,\"department\":\"a\\nb\"}", "\"department\" må ikke have linjeskift"},
    {"{\"done\":true,\"department\":["
     "\"x\"]}",
     "\"department\" skal være en tekst"},
    {"{\"done\":true,\"department\":\"0123456789012345678901234567890123456789012345678901234567"
     "890123\"}",
     "er på 64 tegn, men må højst være på 63"},
    {"{\"add\":[]}", "\"add\" skal være et objekt"},
    {"{\"add\":{}}", "\"reference\" mangler"},
    {"{\"add\":{\"reference\":\"\"}}", "\"reference\" mangler"},
    {"{\"add\":{\"reference\":1}}", "\"reference\" skal være en tekst"},
    {"{\"add\":{\"reference\":\"a\\u0007\"}}", "\"reference\" må ikke have"},
    {"{\"add\":{\"reference\":\"a\",\"payload\":{}}}", "\"payload\" skal være en tekst"},
    {"{\"add\":{\"reference\":\"a\",\"priority\":1001}}", "\"priority\" skal være et helt tal"},
    {"{\"add\":{\"reference\":\"a\",\"priority\":1.5}}", "\"priority\" skal være et helt tal"},
    {"{\"add\":{\"reference\":\"a\",\"priority\":\"1\"}}", "\"priority\" skal være et helt tal"},
    {"{\"add\":{\"reference\":\"a\",\"priority\":1e400}}", "\"priority\" skal være et helt tal"},
    {"{\"add\":{\"reference\":\"a\",\"priorty\":1}}", "\"add\" har et ukendt felt \"priorty\""},
    {"{\"add\":{\"reference\":\"a\"},\"collected\":true}", "ukendt felt \"collected\""},
    {"{\"add\":{\"reference\":\"a\",\"reference\":\"b\"}}", "\"add\" har \"reference\" to gange"},
    {"{\"broken\":\"a\\u0000b\"}", "\\u0000"},
    {"{\"broken\":\"a\x01\"}", "styretegn (byte 13)"},
    {"{\"broken\":\"\xe6\"}", "ikke UTF-8 (byte 12)"},
    {"{\"broken\":\"\xc0\xaf\"}", "ikke UTF-8"},
    {"{\"broken\":\"\xed\xa0\x80\"}", "ikke UTF-8"},
    {"{\"broken\":\"\xf5\x80\x80\x80\"}", "ikke UTF-8"},
    {"{\"broken\":\"\xe2\x82", "ikke UTF-8"},
    {"{\"broken\":[[[[[[[[1]]]]]]]]}", "dybere end 8 lag"},
    {"{\"a\":1,\"b\":1,\"c\":1,\"done\":true}", "ukendt felt \"a\""},
};

static void test_bad(void **state)
{
    char problem[LINES_PROBLEM_MAX];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(bad); i++) {
        struct message message;

        if (read_line(bad[i].line, &message, problem) != -EINVAL ||
            strstr(problem, bad[i].problem) == NULL)
            fail_msg("row %zu: \"%s\", expected \"%s\"", i, problem, bad[i].problem);
        message_release(&message);
    }
}

/* {"<head>": "xxx..."} with a text of `count` bytes. */
static char *long_line(const char *head, size_t count, const char *tail)
{
    size_t size = strlen(head) + count + strlen(tail) + 1;
    char *line = malloc(size);

    assert_non_null(line);
    memcpy(line, head, strlen(head));
    memset(line + strlen(head), 'x', count);
    memcpy(line + strlen(head) + count, tail, strlen(tail) + 1);
    return line;
}

static void test_limits(void **state)
{
    char problem[LINES_PROBLEM_MAX];
    struct message message;
    char *line;

    (void)state;
    line = long_line("{\"add\":{\"reference\":\"r\",\"payload\":\"", AG_PAYLOAD_MAX - 1, "\"}}");
    assert_int_equal(read_line(line, &message, problem), 0);
    message_release(&message);
    free(line);
    line = long_line("{\"add\":{\"reference\":\"r\",\"payload\":\"", AG_PAYLOAD_MAX, "\"}}");
    assert_int_equal(read_line(line, &message, problem), -EINVAL);
    assert_non_null(strstr(problem, "\"payload\" er over 65535 bytes"));
    message_release(&message);
    free(line);
    line = long_line("{\"add\":{\"reference\":\"", AG_REFERENCE_MAX, "\"}}");
    assert_int_equal(read_line(line, &message, problem), -EINVAL);
    assert_non_null(strstr(problem, "\"reference\" er på 256 tegn"));
    free(line);
    /* A note is cut, and not inside a character. */
    line = long_line("{\"done\":true,\"note\":\"", AG_NOTE_MAX - 2, "\xc3\xa6\"}");
    assert_int_equal(read_line(line, &message, problem), 0);
    assert_int_equal(strlen(message.note), AG_NOTE_MAX - 2);
    free(line);
}

/* Many members must not take quadratic time. */
static void test_many_members(void **state)
{
    char *line = malloc(LINES_LINE_MAX);
    char problem[LINES_PROBLEM_MAX];
    struct message message;
    size_t used = 0;

    (void)state;
    assert_non_null(line);
    used = (size_t)snprintf(line, LINES_LINE_MAX, "{\"done\":true");
    while (used + 16 < LINES_LINE_MAX)
        used += (size_t)snprintf(line + used, 16, ",\"a\":1");
    (void)snprintf(line + used, 4, "}");
    assert_int_equal(read_line(line, &message, problem), -EINVAL);
    free(line);
}

static void feed(struct lines *lines, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        size_t size = 0;
        char *room = lines_room(lines, &size);

        assert_true(size > 0);
        size = size < left ? size : left;
        memcpy(room, text, size);
        lines_add(lines, size);
        text += size;
        left -= size;
    }
}

static void test_cutting(void **state)
{
    struct lines lines;
    const char *line = NULL;
    size_t length = 0;

    (void)state;
    assert_int_equal(lines_init(&lines), 0);
    assert_int_equal(lines_next(&lines, &line, &length), 0);
    assert_false(lines_pending(&lines));
    feed(&lines, "{\"a\"");
    assert_int_equal(lines_next(&lines, &line, &length), 0);
    assert_true(lines_pending(&lines));
    feed(&lines, ":1}\n\n{\"b\":2}\nc");
    assert_int_equal(lines_next(&lines, &line, &length), 1);
    assert_int_equal(length, 7);
    assert_memory_equal(line, "{\"a\":1}", 7);
    assert_int_equal(lines_next(&lines, &line, &length), 1);
    assert_int_equal(length, 0);
    assert_int_equal(lines_next(&lines, &line, &length), 1);
    assert_memory_equal(line, "{\"b\":2}", 7);
    assert_int_equal(lines_next(&lines, &line, &length), 0);
    feed(&lines, "\n");
    assert_int_equal(lines_next(&lines, &line, &length), 1);
    assert_memory_equal(line, "c", 1);
    assert_false(lines_pending(&lines));
    lines_release(&lines);
}

static void test_too_long(void **state)
{
    char *text = long_line("", LINES_LINE_MAX - 1, "\n");
    struct lines lines;
    const char *line = NULL;
    size_t length = 0;

    (void)state;
    assert_int_equal(lines_init(&lines), 0);
    feed(&lines, text);
    assert_int_equal(lines_next(&lines, &line, &length), 1);
    assert_int_equal(length, LINES_LINE_MAX - 1);
    text[LINES_LINE_MAX - 1] = 'x';
    feed(&lines, text);
    assert_int_equal(lines_next(&lines, &line, &length), -E2BIG);
    lines_release(&lines);
    free(text);
}

static void test_requests(void **state)
{
    const struct ag_host host = {.size = sizeof(host), .input = ""};
    struct ag_item item = {.size = sizeof(item), .attempt = 3, .reference = "sag \"1\""};
    char *payload = malloc(AG_PAYLOAD_MAX);
    char *line = request_collect(&host);

    (void)state;
    assert_non_null(payload);
    assert_string_equal(line, "{\"do\":\"collect\"}\n");
    free(line);
    line = request_end();
    assert_string_equal(line, "{\"do\":\"end\"}\n");
    free(line);
    item.payload = "a\nb\xc3\xa6";
    line = request_perform(&host, &item);
    assert_string_equal(line, "{\"do\":\"perform\",\"reference\":\"sag \\\"1\\\"\","
                              "\"payload\":\"a\\nb\xc3\xa6\",\"attempt\":3}\n");
    free(line);
    item.deadline_ms = INT64_C(1769950800000);
    line = request_perform(&host, &item);
    assert_non_null(strstr(line, "\"attempt\":3,\"deadline\":\"2026-02-01T13:00:00Z\"}\n"));
    free(line);
    item.size = 32; /* as from a host of ABI 1.0 */
    line = request_perform(&host, &item);
    assert_null(strstr(line, "deadline"));
    free(line);
    item.size = sizeof(item);
    /* Every byte of the payload becomes six: no line that long is sent. */
    memset(payload, 1, AG_PAYLOAD_MAX - 1);
    payload[AG_PAYLOAD_MAX - 1] = '\0';
    item.payload = payload;
    assert_null(request_perform(&host, &item));
    memset(payload, '"', AG_PAYLOAD_MAX - 1024);
    payload[AG_PAYLOAD_MAX - 1024] = '\0';
    line = request_perform(&host, &item);
    assert_non_null(line);
    free(line);
    free(payload);
}

/* The run's input goes along unchanged, on one line; a host that knows of none is not asked. */
static void test_input(void **state)
{
    struct ag_host host = {.size = sizeof(host),
                           .input = "{\"nr\":9007199254740993,\r\n\"t\":\"\\n\"}"};
    struct ag_item item = {.size = sizeof(item), .attempt = 1, .reference = "s", .payload = ""};
    char *line = request_collect(&host);

    (void)state;
    assert_string_equal(line, "{\"do\":\"collect\",\"input\":{\"nr\":9007199254740993,  "
                              "\"t\":\"\\n\"}}\n");
    free(line);
    line = request_perform(&host, &item);
    assert_non_null(strstr(line, "\"attempt\":1,\"input\":{\"nr\":9007199254740993,"));
    free(line);
    host.size = offsetof(struct ag_host, input); /* as a host of ABI 1.0 */
    line = request_collect(&host);
    assert_string_equal(line, "{\"do\":\"collect\"}\n");
    free(line);
    line = request_perform(&host, &item);
    assert_null(strstr(line, "input"));
    free(line);
}

static void test_cut(void **state)
{
    static const struct {
        const char *text;
        const char *cut;
    } rows[] = {
        {"", ""},           {"abc", "abc"},         {"\xc3\xa6", "\xc3\xa6"}, {"a\xc3", "a"},
        {"a\xe2\x82", "a"}, {"a\xf0\x9f\x98", "a"}, {"a\nb", "a b"},          {"\xa6", ""},
    };
    char text[16];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(rows); i++) {
        (void)snprintf(text, sizeof(text), "%s", rows[i].text);
        lines_cut(text);
        assert_string_equal(text, rows[i].cut);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),         cmocka_unit_test(test_add),
        cmocka_unit_test(test_dates),        cmocka_unit_test(test_instants),
        cmocka_unit_test(test_bad),          cmocka_unit_test(test_limits),
        cmocka_unit_test(test_many_members), cmocka_unit_test(test_cutting),
        cmocka_unit_test(test_too_long),     cmocka_unit_test(test_requests),
        cmocka_unit_test(test_input),        cmocka_unit_test(test_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
