/* calendar add: days from options, or from a file that is read here and never by the daemon. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/cli/cli.h"
#include "core/cli/ics.h"
#include "core/command/calendar_days.h"
#include "core/command/nouns.h"
#include "core/run/daemon.h"
#include "core/schedule/rest.h"
#include "core/store/home.h"
#include "core/store/store.h"

enum { ARGUMENTS_MAX = COMMAND_REQUEST_MAX - 4096, YEARS_BACK = 1, YEARS_AHEAD = 10 };

static const char *argument(const struct cli_request *request, const char *name)
{
    return json_string(json_member(request->arguments, name));
}

static int days_of_options(const struct cli_request *request, struct day_list *days,
                           struct fault *fault)
{
    const char *text = argument(request, "day");
    const char *name = argument(request, "name");
    struct calendar_span span = {.name = name};
    int result = 0;

    while (text[0] != '\0' && result == 0) {
        size_t length = strcspn(text, ",");

        if (day_span_read(text, length, &span)) /* checked with the arguments */
            result = day_list_add(days, &span, fault);
        text += length + (text[length] == ',');
    }
    return result;
}

/* A regular file of a size that may be. */
static int read_file(const char *path, struct text *text, struct fault *fault)
{
    struct stat about;

    if (stat(path, &about) < 0)
        return fault_set(fault, -errno, "%s: %s", path, strerror(errno));
    if (!S_ISREG(about.st_mode))
        return fault_set(fault, -EBADF, "%s: not a regular file", path);
    if (about.st_size > ICS_SIZE_MAX)
        return fault_set(fault, -E2BIG, "%s: larger than 4 MiB; split it", path);
    return file_read(AT_FDCWD, path, text, fault);
}

static int days_of_file(const char *path, struct day_list *days, struct fault *fault)
{
    int32_t today = clock_local_day(clock_now_ms());
    struct text text;
    int year;
    int month;
    int day;
    int result;

    clock_civil(today, &year, &month, &day);
    text_init(&text, ICS_SIZE_MAX);
    result = read_file(path, &text, fault);
    if (result == 0) {
        result = ics_read(text_string(&text), text.length, clock_day(year - YEARS_BACK, 1, 1),
                          clock_day(year + YEARS_AHEAD, 12, 31), days, fault);
        if (result < 0)
            (void)fault_prefix(fault, result, "%s", path);
    }
    if (result == 0 && days->count == 0)
        result = fault_set(fault, -ENOENT, "%s: has no event from %d to %d; nothing was changed",
                           path, year - YEARS_BACK, year + YEARS_AHEAD);
    text_release(&text);
    return result == -EINVAL ? -EIO : result;
}

static void put_text(struct json_writer *writer, const char *name, const char *value)
{
    json_key(writer, name);
    json_put_string(writer, value);
}

static void put_days(struct json_writer *writer, const struct day_list *days)
{
    char text[CLOCK_DAY_TEXT];
    size_t i;

    json_key(writer, "days");
    json_begin_array(writer);
    for (i = 0; i < days->count; i++) {
        json_begin_array(writer);
        clock_format_day(days->entries[i].from_day, text);
        json_put_string(writer, text);
        clock_format_day(days->entries[i].to_day, text);
        json_put_string(writer, text);
        json_put_string(writer, days->entries[i].name);
        json_end_array(writer);
    }
    json_end_array(writer);
}

static const char *source_of(const char *path)
{
    const char *slash = path != NULL ? strrchr(path, '/') : NULL;
    const char *name = slash != NULL ? slash + 1 : path;

    if (path == NULL)
        return "by hand";
    return strlen(name) < CALENDAR_NAME_MAX && text_is_line(name, strlen(name)) ? name : "a file";
}

static int send(const struct cli_request *request, const struct day_list *days,
                struct json **ret_answer, struct fault *fault)
{
    struct cli_session *session = NULL;
    struct json_writer writer;
    struct text arguments;
    int result;

    text_init(&arguments, ARGUMENTS_MAX);
    json_writer_init(&writer, &arguments);
    json_begin_object(&writer);
    put_text(&writer, "calendar", argument(request, "calendar"));
    if (argument(request, "title") != NULL)
        put_text(&writer, "title", argument(request, "title"));
    put_text(&writer, "source", source_of(argument(request, "file")));
    put_days(&writer, days);
    json_end_object(&writer);
    result = arguments.broken != 0
                 ? fault_set(fault, -E2BIG, "calendar add: the days are too many to be sent")
                 : cli_session_open(request->home, &session, fault);
    if (result == 0)
        result = cli_session_send(session, command_calendar_put.name, text_string(&arguments),
                                  request->by, ret_answer, fault);
    cli_session_close(session);
    text_release(&arguments);
    return result;
}

/* Days of a file are those of the organisation's zone, which is known when its store is open. */
static int learn_zone(const char *home, struct fault *fault)
{
    struct store *store = NULL;
    int result = home_check(home, fault);

    if (result == 0)
        result = store_open(home, STORE_READ, &store, fault);
    store_close(store);
    return result;
}

int cli_calendar_add(const struct cli_request *request, struct fault *fault)
{
    const char *path = argument(request, "file");
    struct json *answer = NULL;
    struct day_list days = {0};
    int result;

    result = learn_zone(request->home, fault);
    if (result == 0)
        result = path != NULL ? days_of_file(path, &days, fault)
                              : days_of_options(request, &days, fault);
    if (result == 0)
        result = send(request, &days, &answer, fault);
    if (result == 0)
        result = cli_print_result(request->command, request->format, answer, NULL, stdout, stderr,
                                  fault);
    json_free(answer);
    day_list_release(&days);
    return result;
}
