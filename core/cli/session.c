/* Commands that change, carried out here or by the daemon. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/account.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/cli/cli.h"
#include "core/store/home.h"
#include "core/store/run_record.h"
#include "core/store/store.h"

/* A daemon that starts holds the lock before it listens; a command holds it for a moment. */
enum { TRIES = 50, TRY_MS = 100 };

struct cli_session {
    struct store *store; /* NULL: the daemon carries out */
    struct home_lock lock;
    int socket_fd;
    char account[CLI_ACCOUNT_MAX];
};

static bool has_carried_out;

void cli_note_carried_out(void)
{
    has_carried_out = true;
}

bool cli_was_carried_out(void)
{
    return has_carried_out;
}

int cli_account(char ret_account[static CLI_ACCOUNT_MAX], struct fault *fault)
{
    return account_name(ret_account, CLI_ACCOUNT_MAX) < 0 ? fault_no_memory(fault) : 0;
}

static int reach(const char *home, struct cli_session *session, struct fault *fault)
{
    static const struct timespec moment = {.tv_nsec = TRY_MS * 1000000L};
    struct fault ignored;
    int result = -EWOULDBLOCK;
    int i;

    for (i = 0; i < TRIES && result == -EWOULDBLOCK; i++) {
        result = home_lock(home, &session->lock, fault);
        if (result != -EWOULDBLOCK)
            break;
        if (daemon_client_connect(home, &session->socket_fd, &ignored) == 0)
            return 0;
        (void)nanosleep(&moment, NULL);
    }
    return result;
}

int cli_session_open(const char *home, struct cli_session **ret_session, struct fault *fault)
{
    struct cli_session *session;
    int result = home_check(home, fault);

    if (result < 0)
        return result;
    session = calloc(1, sizeof(*session));
    if (session == NULL)
        return fault_no_memory(fault);
    session->lock = HOME_UNLOCKED;
    session->socket_fd = -1;
    result = cli_account(session->account, fault);
    if (result == 0)
        result = reach(home, session, fault);
    if (result == 0 && session->socket_fd < 0)
        result = store_open(home, STORE_WRITE, &session->store, fault);
    if (result < 0)
        cli_session_close(session);
    else
        *ret_session = session;
    return result;
}

void cli_session_close(struct cli_session *session)
{
    if (session == NULL)
        return;
    store_close(session->store);
    if (session->socket_fd >= 0)
        close(session->socket_fd);
    home_unlock(&session->lock);
    free(session);
}

bool cli_session_is_daemon(const struct cli_session *session)
{
    return session->socket_fd >= 0;
}

static void write_request(struct text *target, const char *command, const char *arguments,
                          const char *by, bool is_trial)
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
    if (is_trial) {
        json_key(&writer, "trial");
        json_put_bool(&writer, true);
    }
    json_end_object(&writer);
}

/* Nobody is there to stop a run that goes on: its processes ended with their daemon. */
static int check_effects(struct store *store, const struct command_effects *effects,
                         struct fault *fault)
{
    struct run_record run = {0};
    int result;

    if (effects->run_stop == 0)
        return 0;
    result = run_read(store, effects->run_stop, &run, fault);
    if (result == 0 && run.state == RUN_RUNNING)
        result =
            fault_set(fault, -ESRCH,
                      "run %" PRId64 " of %s was running when its daemon ended, and ended with "
                      "it; it is closed when `automagi serve` starts",
                      run.id, run.robot);
    return result;
}

static int carry_out(struct cli_session *session, const struct text *request, struct text *reply,
                     struct fault *fault)
{
    struct command_effects effects;
    int result;

    if (session->store == NULL)
        return fault_set(fault, -EIO, "the store has failed; call the command again");
    result = store_begin(session->store, fault);
    if (result < 0)
        return result;
    if (command_execute(session->store, request->bytes, request->length, session->account, reply,
                        &effects) < 0) {
        store_rollback(session->store);
        return 0;
    }
    result = check_effects(session->store, &effects, fault);
    if (result < 0) {
        store_rollback(session->store);
        return result;
    }
    result = store_commit(session->store, fault);
    if (result < 0) { /* never tried again on the same handle */
        store_close(session->store);
        session->store = NULL;
    }
    return result;
}

static int read_reply(const struct text *reply, bool is_trial, struct json **ret_result,
                      struct fault *fault)
{
    struct json *document = NULL;
    const char *error;
    struct text text;
    int64_t status = 0;
    int result = json_parse(text_string(reply), reply->length, COMMAND_REPLY_MAX, &document, fault);

    if (result < 0)
        return fault_prefix(fault, -EPROTO, "the answer cannot be read");
    text_init(&text, COMMAND_REPLY_MAX);
    if (json_bool(json_member(document, "ok"))) {
        if (!is_trial)
            cli_note_carried_out();
        result = json_print(json_member(document, "result"), &text);
        if (result == 0)
            result =
                json_parse(text_string(&text), text.length, COMMAND_REPLY_MAX, ret_result, fault);
        else
            (void)fault_no_memory(fault);
    } else {
        error = json_string(json_member(document, "error"));
        (void)json_int64(json_member(document, "status"), &status);
        result = fault_set(fault, status == CLI_USAGE ? -EINVAL : -ECANCELED, "%s",
                           error != NULL ? error : "the answer cannot be read");
    }
    text_release(&text);
    json_free(document);
    return result;
}

static int ask(struct cli_session *session, const struct text *request, struct text *reply,
               struct fault *fault)
{
    if (cli_session_is_daemon(session))
        return daemon_client_ask(session->socket_fd, request, reply, fault);
    return carry_out(session, request, reply, fault);
}

static int send_request(struct cli_session *session, const char *command, const char *arguments,
                        const char *by, bool is_trial, struct json **ret_result,
                        struct fault *fault)
{
    struct text request;
    struct text reply;
    int result;

    text_init(&request, COMMAND_REQUEST_MAX);
    text_init(&reply, COMMAND_REPLY_MAX);
    write_request(&request, command, arguments, by, is_trial);
    if (request.broken != 0)
        result = fault_broken(fault, request.broken, "%s: the command is too long", command);
    else
        result = ask(session, &request, &reply, fault);
    if (result == -EINVAL)
        result = -EIO; /* kept for wrong usage */
    if (result == 0)
        result = read_reply(&reply, is_trial, ret_result, fault);
    text_release(&reply);
    text_release(&request);
    return result;
}

int cli_session_send(struct cli_session *session, const char *command, const char *arguments,
                     const char *by, struct json **ret_result, struct fault *fault)
{
    return send_request(session, command, arguments, by, false, ret_result, fault);
}

int cli_session_try(struct cli_session *session, const char *command, const char *arguments,
                    const char *by, struct json **ret_result, struct fault *fault)
{
    return send_request(session, command, arguments, by, true, ret_result, fault);
}
