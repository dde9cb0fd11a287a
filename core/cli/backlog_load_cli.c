/* backlog load FILE.csv: the file is checked whole here, and its ideas are sent as one command. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/cli/cli.h"
#include "core/command/backlog_csv.h"
#include "core/command/nouns.h"

static void put_text(struct json_writer *writer, const char *name, const char *value)
{
    json_key(writer, name);
    json_put_string(writer, value);
}

/* What it is called on the backlog: the last part of its path. */
static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;

    return name[0] != '\0' && text_is_line(name, strlen(name)) ? name : "a list of ideas";
}

static void put_ideas(struct json_writer *writer, const struct backlog_lines *lines)
{
    size_t i;

    json_key(writer, "ideas");
    json_begin_array(writer);
    for (i = 0; i < lines->count; i++) {
        json_begin_array(writer);
        json_put_string(writer, lines->lines[i].title);
        json_put_string(writer, idea_status_word(lines->lines[i].status));
        json_put_string(writer, lines->lines[i].department);
        json_end_array(writer);
    }
    json_end_array(writer);
}

/* As the command that any program can send. */
static int send(const struct cli_request *request, const struct backlog_lines *lines,
                struct fault *fault)
{
    const char *sender = json_string(json_member(request->arguments, "sender"));
    struct cli_request sent = *request;
    struct json_writer writer;
    struct text text;
    int result;

    sent.command = &command_backlog_take;
    sent.arguments = NULL;
    text_init(&text, COMMAND_REQUEST_MAX);
    json_writer_init(&writer, &text);
    json_begin_object(&writer);
    put_text(&writer, "file", name_of(json_string(json_member(request->arguments, "file"))));
    if (sender != NULL)
        put_text(&writer, "sender", sender);
    put_ideas(&writer, lines);
    json_end_object(&writer);
    result = text.broken != 0 ? fault_no_memory(fault)
                              : json_parse(text_string(&text), text.length, COMMAND_REQUEST_MAX,
                                           &sent.arguments, fault);
    if (result == 0)
        result = cli_change(&sent, fault);
    json_free(sent.arguments);
    text_release(&text);
    return result;
}

int cli_backlog_load(const struct cli_request *request, struct fault *fault)
{
    const char *path = json_string(json_member(request->arguments, "file"));
    struct backlog_lines lines = {.count = 0};
    struct text text;
    size_t i;
    int result;

    text_init(&text, BACKLOG_FILE_MAX);
    result = file_read(AT_FDCWD, path, &text, fault);
    if (result == 0) {
        result = backlog_csv_read(text_string(&text), text.length, &lines, fault);
        if (result < 0)
            (void)fault_prefix(fault, result, "%s", path);
    }
    /* One wrong line is the fault itself; of several the fault is the last line of a list. */
    for (i = 0; lines.wrong.count > 1 && i < lines.wrong.count && i < BACKLOG_WRONG_SHOWN; i++)
        (void)fprintf(stderr, "%s\n", lines.wrong.faults[i].text);
    if (result == 0)
        result = send(request, &lines, fault);
    backlog_lines_release(&lines);
    text_release(&text);
    return result;
}
