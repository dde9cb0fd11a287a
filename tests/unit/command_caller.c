#include "tests/unit/command_caller.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"

const char caller_town[] =
    "{\"organisation\":\"Town\","
    "\"rates\":[{\"from\":\"2025-01-01\",\"kroner_per_hour\":\"342.07\"}],"
    "\"departments\":[{\"id\":\"a\",\"names\":[{\"name\":\"A\",\"from\":\"2025-01-01\"}]}],"
    "\"robots\":[{\"id\":\"r\",\"name\":\"R\",\"runs\":\"plugin\","
    "\"operation\":[{\"from\":\"2025-04-01\",\"to\":null}],"
    "\"departments\":[{\"id\":\"a\",\"share\":\"0.5\",\"from\":\"2025-04-01\"}]},"
    "{\"id\":\"form\",\"name\":\"Form\",\"runs\":\"external\","
    "\"operation\":[{\"from\":\"2025-04-01\",\"to\":null}]}]}";

void caller_open(struct caller *caller)
{
    struct fault fault = {.text = ""};

    *caller = (struct caller){.store = NULL};
    temp_home_install(caller->home);
    if (store_open(caller->home, STORE_WRITE, &caller->store, &fault) < 0)
        fail_msg("%s", fault.text);
}

void caller_open_loaded(struct caller *caller, int64_t now_ms, const char *organisation)
{
    char *arguments = caller_file("town.json", organisation);

    clock_pretend(now_ms);
    caller_open(caller);
    caller_must(caller, "load", NULL, arguments);
    free(arguments);
}

void caller_close(struct caller *caller)
{
    store_close(caller->store);
    assert_int_equal(temp_home_remove(caller->home), 0);
    clock_pretend(0);
}

static struct json *parse(const char *text, size_t length)
{
    struct fault fault = {.text = ""};
    struct json *document = NULL;

    if (json_parse(text, length, COMMAND_REPLY_MAX, &document, &fault) < 0)
        fail_msg("%s in %.500s", fault.text, text);
    return document;
}

static void write_request(struct text *target, const char *command, const char *by,
                          const char *arguments)
{
    struct json_writer writer;

    json_writer_init(&writer, target);
    json_begin_object(&writer);
    json_key(&writer, "command");
    json_put_string(&writer, command);
    json_key(&writer, "arguments");
    json_put_raw(&writer, arguments);
    if (by != NULL) {
        json_key(&writer, "by");
        json_put_string(&writer, by);
    }
    json_end_object(&writer);
}

struct json *caller_ask(struct caller *caller, const char *command, const char *by,
                        const char *arguments)
{
    struct fault fault = {.text = ""};
    struct json *document;
    struct text request;
    struct text reply;
    int result;

    text_init(&request, COMMAND_REQUEST_MAX);
    text_init(&reply, COMMAND_REPLY_MAX);
    write_request(&request, command, by, arguments);
    if (store_begin(caller->store, &fault) < 0)
        fail_msg("%s", fault.text);
    result = command_execute(caller->store, request.bytes, request.length, "tester", &reply,
                             &caller->effects);
    if (result < 0)
        store_rollback(caller->store);
    else if (store_commit(caller->store, &fault) < 0)
        fail_msg("%s", fault.text);
    document = parse(text_string(&reply), reply.length);
    assert_int_equal(result == 0, json_bool(json_member(document, "ok")));
    text_release(&request);
    text_release(&reply);
    return document;
}

struct json *caller_do(struct caller *caller, const char *command, const char *by,
                       const char *arguments)
{
    struct json *reply = caller_ask(caller, command, by, arguments);
    struct json *result;
    struct text text;

    if (!json_bool(json_member(reply, "ok")))
        fail_msg("%s: %s", command, json_string(json_member(reply, "error")));
    text_init(&text, COMMAND_REPLY_MAX);
    assert_int_equal(json_print(json_member(reply, "result"), &text), 0);
    result = parse(text_string(&text), text.length);
    text_release(&text);
    json_free(reply);
    return result;
}

void caller_must(struct caller *caller, const char *command, const char *by, const char *arguments)
{
    json_free(caller_do(caller, command, by, arguments));
}

const char *caller_refused(struct caller *caller, const char *command, const char *by,
                           const char *arguments)
{
    struct json *reply = caller_ask(caller, command, by, arguments);
    int64_t status = 0;

    if (json_bool(json_member(reply, "ok")))
        fail_msg("%s was not refused: %s", command, arguments);
    assert_true(json_int64(json_member(reply, "status"), &status));
    caller->status = (int)status;
    (void)text_copy(caller->error, sizeof(caller->error), json_string(json_member(reply, "error")));
    json_free(reply);
    return caller->error;
}

void caller_refused_with(struct caller *caller, const char *command, const char *by,
                         const char *arguments, const char *part)
{
    const char *error = caller_refused(caller, command, by, arguments);

    if (strstr(error, part) == NULL)
        fail_msg("%s: \"%s\" is not in \"%s\"", command, part, error);
}

const char *caller_quoted(const char *arguments)
{
    static char text[512];
    char *at;

    assert_true(text_copy(text, sizeof text, arguments));
    for (at = text; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    return text;
}

struct json *caller_read(struct caller *caller, const char *command, const char *arguments)
{
    struct fault fault = {.text = ""};
    struct json *given = parse(arguments, strlen(arguments));
    struct json *answer;
    struct text text;

    text_init(&text, COMMAND_REPLY_MAX);
    assert_non_null(command_find(command));
    if (command_check_arguments(command_find(command), given, &fault) < 0 ||
        command_read(caller->store, command_find(command), given, &text, &fault) < 0)
        fail_msg("%s: %s", command, fault.text);
    answer = parse(text_string(&text), text.length);
    text_release(&text);
    json_free(given);
    return answer;
}

char *caller_file(const char *path, const char *content)
{
    struct json_writer writer;
    struct text text;

    text_init(&text, COMMAND_REQUEST_MAX);
    json_writer_init(&writer, &text);
    json_begin_object(&writer);
    json_key(&writer, "file");
    json_begin_object(&writer);
    json_key(&writer, "path");
    json_put_string(&writer, path);
    json_key(&writer, "folder");
    json_put_string(&writer, "/tmp");
    json_key(&writer, "text");
    json_put_string(&writer, content);
    json_end_object(&writer);
    json_end_object(&writer);
    return text_take(&text);
}

const char *caller_cell(const struct json *answer, size_t index, const char *member)
{
    static char cells[8][512];
    static unsigned next;
    char *cell = cells[next++ % 8];
    const struct json *row = json_first(json_member(answer, "rows"));
    const struct json *value;
    struct text text;

    while (index-- > 0 && row != NULL)
        row = json_next(row);
    value = json_member(row, member);
    text_init(&text, sizeof(cells[0]));
    if (json_is_string(value))
        text_append_string(&text, json_string(value));
    else if (value != NULL)
        assert_int_equal(json_print(value, &text), 0);
    (void)text_copy(cell, sizeof(cells[0]), text_string(&text));
    text_release(&text);
    return cell;
}

const char *caller_message(const struct json *answer)
{
    const char *message = json_string(json_member(answer, "message"));

    return message != NULL ? message : "";
}

void caller_plant_plugin(const struct caller *caller)
{
    const char *build = getenv("AUTOMAGI_BUILD");
    struct fault fault = {.text = ""};
    char path[512];
    struct text plugin;

    text_init(&plugin, 1 << 24);
    (void)snprintf(path, sizeof path, "%s/tests/plugins/ok.so", build != NULL ? build : "build");
    if (file_read(AT_FDCWD, path, &plugin, &fault) < 0)
        fail_msg("%s", fault.text);
    (void)snprintf(path, sizeof path, "%s/plugins/ok.so", caller->home);
    if (file_write(AT_FDCWD, path, plugin.bytes, plugin.length, 0644, &fault) < 0)
        fail_msg("%s", fault.text);
    text_release(&plugin);
}
