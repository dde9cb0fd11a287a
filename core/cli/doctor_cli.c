/* doctor: asks the daemon whether it answers, and prints what core/command/doctor.h finds. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/cli/cli.h"
#include "core/command/doctor.h"
#include "core/command/nouns.h"

enum { ANSWER_S = 10, REPLY_MAX = 4096 };

/* A daemon of before this question says that it does not know it. */
static enum doctor_daemon read_reply(const struct text *reply, char version[static 64])
{
    struct json *answer = NULL;
    enum doctor_daemon daemon = DAEMON_OTHER;
    const char *said;

    if (json_parse(text_string(reply), reply->length, REPLY_MAX, &answer, NULL) < 0)
        return DAEMON_OTHER;
    said = json_string(json_member(json_member(answer, "result"), "version"));
    if (said != NULL && text_copy(version, 64, said))
        daemon = DAEMON_ANSWERS;
    json_free(answer);
    return daemon;
}

static enum doctor_daemon ask_daemon(const char *home, char version[static 64])
{
    static const char question[] = "{\"command\":\"doctor version\",\"arguments\":{}}";
    const struct timeval patience = {.tv_sec = ANSWER_S};
    enum doctor_daemon daemon = DAEMON_SILENT;
    struct fault ignored;
    struct text request;
    struct text reply;
    int fd = -1;

    if (daemon_client_connect(home, &fd, &ignored) < 0)
        return DAEMON_ABSENT; /* whoever holds the lock: a command does too, for a moment */
    text_init(&request, sizeof(question));
    text_init(&reply, REPLY_MAX);
    text_append_string(&request, question);
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0 &&
        daemon_client_ask(fd, &request, &reply, &ignored) == 0)
        daemon = read_reply(&reply, version);
    text_release(&request);
    text_release(&reply);
    (void)close(fd);
    return daemon;
}

/* For people: a fix is a line of its own, whole, so that it can be copied. */
static int print_lines(const struct json *answer, struct fault *fault)
{
    const char *message = json_string(json_member(answer, "message"));
    const struct json *row;

    for (row = json_first(json_member(answer, "rows")); row != NULL; row = json_next(row)) {
        const char *fix = json_string(json_member(row, "fix"));

        (void)printf("%-6s %s\n", json_string(json_member(row, "state")),
                     json_string(json_member(row, "check")));
        if (fix != NULL)
            (void)printf("       > %s\n", fix);
    }
    if (!json_bool(json_member(answer, "ok")))
        return fault_set(fault, -ECANCELED, "%s", message);
    (void)printf("%s\n", message);
    return 0;
}

int cli_doctor(const struct cli_request *request, struct fault *fault)
{
    struct doctor_settings settings = {
        .home = request->home,
        .has_systemd = access("/run/systemd/system", F_OK) == 0,
        .now_ms = clock_now_ms(),
    };
    struct json *answer = NULL;
    struct text text;
    int result;

    text_init(&text, COMMAND_REPLY_MAX);
    settings.daemon = ask_daemon(request->home, settings.version);
    settings.lock_is_gone = home_lock_is_gone(request->home, &settings.pid);
    result = doctor_run(&settings, &text, fault);
    if (result == 0)
        result = json_parse(text_string(&text), text.length, COMMAND_REPLY_MAX, &answer, fault);
    if (result == 0 && request->format == CLI_TABLE)
        result = print_lines(answer, fault);
    else if (result == 0)
        result = cli_print_result(request->command, request->format, answer, text_string(&text),
                                  stdout, stderr, fault);
    json_free(answer);
    text_release(&text);
    return result;
}
