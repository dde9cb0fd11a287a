/* A command that changes: its effect is shown, at a terminal asked about, and it is sent. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/cli/cli.h"
#include "core/cli/progress.h"
#include "core/command/nouns.h"
#include "core/store/home.h"
#include "core/store/store.h"

enum { ANSWER_MAX = 64 };

struct change {
    const struct cli_request *request;
    struct text arguments;
    struct json *preview; /* {"effects":[...]}; NULL: the command has none */
    bool is_by_daemon;
};

static bool is_waiting(const struct cli_request *request)
{
    return request->command == &command_run && !request->is_trial &&
           json_bool(json_member(request->arguments, "wait"));
}

static int read_preview(struct change *change, struct fault *fault)
{
    const struct cli_request *request = change->request;
    struct store *store = NULL;
    struct text text;
    int result;

    if (request->command->preview == NULL)
        return 0;
    text_init(&text, COMMAND_REPLY_MAX);
    result = home_check(request->home, fault);
    if (result == 0)
        result = store_open(request->home, STORE_READ, &store, fault);
    if (result == 0)
        result = command_preview(store, request->command, request->arguments, &text, fault);
    if (result == 0)
        result =
            json_parse(text_string(&text), text.length, COMMAND_REPLY_MAX, &change->preview, fault);
    store_close(store);
    text_release(&text);
    return result;
}

/* Each time with a session of its own: nothing is held while a person thinks. */
static int send_it(struct change *change, bool is_trial, struct json **ret_answer,
                   struct fault *fault)
{
    const struct cli_request *request = change->request;
    struct cli_session *session = NULL;
    struct progress *progress;
    int result = cli_session_open(request->home, &session, fault);

    if (result < 0)
        return result == -EINVAL ? -EIO : result; /* kept for wrong usage */
    progress = progress_begin(request->command->name, NULL, 0);
    change->is_by_daemon = cli_session_is_daemon(session);
    if (is_waiting(request) && !change->is_by_daemon)
        result = fault_set(fault, -ESRCH,
                           "no daemon runs, so --wait would never end; start `automagi serve`, or "
                           "leave --wait out");
    else
        result = (is_trial ? cli_session_try : cli_session_send)(session, request->command->name,
                                                                 text_string(&change->arguments),
                                                                 request->by, ret_answer, fault);
    progress_end(progress);
    cli_session_close(session);
    return result;
}

static void print_effects(const struct change *change, FILE *target)
{
    const struct json *effect = json_first(json_member(change->preview, "effects"));

    for (; effect != NULL; effect = json_next(effect)) {
        (void)fputs("- ", target);
        cli_print_line(json_string(effect), target);
    }
}

/* Its members, behind what is known before them. */
static int print_json(const struct change *change, const struct json *answer, struct fault *fault)
{
    const struct json *parts[] = {change->preview, answer};
    struct json_writer writer;
    const struct json *member;
    struct text value;
    struct text text;
    int result = 0;
    size_t i;

    text_init(&text, COMMAND_REPLY_MAX);
    text_init(&value, COMMAND_REPLY_MAX);
    json_writer_init(&writer, &text);
    json_begin_object(&writer);
    if (change->request->is_trial) {
        json_key(&writer, "trial");
        json_put_bool(&writer, true);
    }
    for (i = 0; i < 2; i++)
        for (member = json_first(parts[i]); member != NULL; member = json_next(member)) {
            text_clear(&value);
            result = result == 0 ? json_print(member, &value) : result;
            json_key(&writer, json_name(member));
            json_put_raw(&writer, text_string(&value));
        }
    json_end_object(&writer);
    if (result < 0 || text.broken != 0)
        result = fault_no_memory(fault);
    else
        result = cli_print_result(change->request->command, CLI_JSON, answer, text_string(&text),
                                  stdout, stderr, fault);
    text_release(&value);
    text_release(&text);
    return result;
}

static int print_answer(const struct change *change, const struct json *answer, struct fault *fault)
{
    if (change->request->format == CLI_JSON)
        return print_json(change, answer, fault);
    return cli_print_result(change->request->command, change->request->format, answer, NULL, stdout,
                            stderr, fault);
}

bool cli_may_ask(const struct cli_request *request)
{
    return !request->is_agreed && !request->is_trial && request->format == CLI_TABLE &&
           terminal_is(stdin) && terminal_is(stdout);
}

/* A line of a terminal comes whole. */
static bool has_answer(const sigset_t *waiting)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

    return ppoll(&input, 1, NULL, waiting) > 0;
}

int cli_ask(const struct cli_request *request, const sigset_t *waiting, struct fault *fault)
{
    const char *name = request->command->name;
    char reply[ANSWER_MAX] = "";

    (void)printf("automagi %s: do it? [y/N] ", name);
    (void)fflush(stdout);
    if (!has_answer(waiting) || fgets(reply, sizeof(reply), stdin) == NULL)
        (void)fputc('\n', stdout);
    if (strcmp(reply, "y\n") == 0 || strcmp(reply, "Y\n") == 0 || strcmp(reply, "yes\n") == 0)
        return 0;
    return fault_set(fault, -ECANCELED, "%s: not agreed to, so nothing is changed", name);
}

/* Is there a person to ask, and anything to ask about? */
static bool is_question(const struct change *change)
{
    const struct cli_request *request = change->request;

    return cli_may_ask(request) && (request->command->is_asked ||
                                    json_first(json_member(change->preview, "effects")) != NULL);
}

/* Tried first: nobody is asked about what would be refused, or would change nothing. 0: do it;
 * -ECANCELED: no. */
static int ask(struct change *change, struct fault *fault)
{
    const struct command *command = change->request->command;
    struct json *answer = NULL;
    int result = send_it(change, true, &answer, fault);

    if (result == 0 && command->is_asked && json_first(json_member(answer, "rows")) == NULL) {
        json_free(answer);
        return 0;
    }
    if (result == 0 && command->is_asked)
        result = print_answer(change, answer, fault);
    json_free(answer);
    if (result < 0)
        return result;
    print_effects(change, stdout);
    return cli_ask(change->request, NULL, fault);
}

static int try_it(struct change *change, struct fault *fault)
{
    struct json *answer = NULL;
    int result = send_it(change, true, &answer, fault);

    if (result == 0 && change->request->format == CLI_TABLE) {
        (void)printf("nothing is changed; without --dry-run:\n");
        print_effects(change, stdout);
    }
    if (result == 0)
        result = print_answer(change, answer, fault);
    json_free(answer);
    return result;
}

static int do_it(struct change *change, bool is_asked, struct fault *fault)
{
    const struct cli_request *request = change->request;
    struct json *answer = NULL;
    int64_t run_id = 0;
    int result = send_it(change, false, &answer, fault);

    if (result == 0 && request->format == CLI_TABLE && request->command == &command_run &&
        !change->is_by_daemon)
        (void)printf("no daemon runs; `automagi serve` starts the run\n");
    if (result == 0 && request->format == CLI_TABLE && !is_asked)
        print_effects(change, stdout);
    /* With --wait and JSON there is one answer: how it ended. */
    if (result == 0 && !(is_waiting(request) && request->format == CLI_JSON))
        result = print_answer(change, answer, fault);
    if (result == 0 && is_waiting(request) && json_int64(json_member(answer, "run"), &run_id)) {
        (void)fflush(stdout);
        result = cli_run_wait(request, run_id, fault);
    }
    json_free(answer);
    return result;
}

int cli_change(const struct cli_request *request, struct fault *fault)
{
    struct change change = {.request = request};
    bool is_asked;
    int result = 0;

    text_init(&change.arguments, COMMAND_REQUEST_MAX);
    if (request->command->look != NULL) /* may take long: nothing is held yet */
        result = request->command->look(request->arguments, fault);
    if (result == 0 && json_print(request->arguments, &change.arguments) < 0)
        result = fault_no_memory(fault);
    if (result == 0)
        result = read_preview(&change, fault);
    if (result == -EINVAL)
        result = -EIO; /* kept for wrong usage */
    if (result == 0 && request->is_trial) {
        result = try_it(&change, fault);
    } else if (result == 0) {
        is_asked = is_question(&change);
        if (is_asked)
            result = ask(&change, fault);
        if (result == 0)
            result = do_it(&change, is_asked, fault);
    }
    json_free(change.preview);
    text_release(&change.arguments);
    return result;
}
