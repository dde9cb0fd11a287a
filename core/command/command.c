/* Carrying a command out: check, apply, audit, reply. */
#include "core/command/command.h"

#include <errno.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/cpr.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/memory.h"
#include "core/base/name.h"
#include "core/base/text.h"
#include "core/command/detail.h"
#include "core/command/nouns.h"
#include "core/store/audit.h"
#include "core/store/store.h"

enum { ENVELOPE = 64, STATUS_FAILED = 1, STATUS_USAGE = 2 };

/* A request taken apart; borrows from `document`. */
struct request {
    struct json *document;
    struct json *no_arguments; /* owned; stands in for absent ones */
    const struct command *command;
    const struct json *arguments;
    const char *by;
    bool is_trial;
    char shown_by[BY_MAX + 1]; /* what of it may be stored */
};

static void request_release(struct request *request)
{
    json_free(request->document);
    json_free(request->no_arguments);
    *request = (struct request){0};
}

/* --by of a command whose specification has it as a name (not `savings --by robot`). */
static const char *own_by(const struct command *command, const struct json *arguments)
{
    const struct argument *argument;

    for (argument = command->arguments; argument != NULL && argument->name != NULL; argument++)
        if (strcmp(argument->name, "by") == 0 && argument->kind == ARGUMENT_TEXT)
            return json_string(json_member(arguments, "by"));
    return NULL;
}

static int check_by(const char *by, struct fault *fault)
{
    size_t length = by != NULL ? strlen(by) : 0;
    int result;

    if (by == NULL)
        return 0;
    if (length == 0 || length > BY_MAX || !text_is_line(by, length) || by[0] == ' ' ||
        by[length - 1] == ' ')
        return fault_set(fault, -EINVAL,
                         "--by: expected a name of 1 to %d bytes without space around it", BY_MAX);
    result = name_is_somebody(by);
    if (result == 0)
        return fault_set(fault, -EINVAL, "--by: \"%s\" is nobody's name; give one with letters",
                         by);
    return result < 0 ? fault_no_memory(fault) : 0;
}

static int request_parse(const char *bytes, size_t length, struct request *request,
                         struct fault *fault)
{
    static const char *const members[] = {"command", "arguments", "by", "trial", NULL};
    const char *name = NULL;
    int result;

    result = json_parse(bytes, length, COMMAND_REQUEST_MAX, &request->document, fault);
    if (result == 0)
        result = json_only(request->document, members, "request", fault);
    if (result == 0)
        result = json_need_string(request->document, "command", "request", &name, fault);
    if (result == 0)
        result = json_may_string(request->document, "by", "request", &request->by, fault);
    if (result == 0)
        result = json_may_bool(request->document, "trial", "request", &request->is_trial, fault);
    if (result < 0)
        return result;
    request->command = command_find(name);
    if (request->command == NULL ||
        (request->command->kind != COMMAND_CHANGES && request->command->kind != COMMAND_PART))
        return fault_set(fault, -EINVAL, "\"%.80s\" is not a command that changes anything", name);
    request->arguments = json_member(request->document, "arguments");
    if (request->arguments == NULL) {
        result = json_parse("{}", 2, 2, &request->no_arguments, fault);
        request->arguments = request->no_arguments;
    }
    if (result == 0)
        result = command_check_arguments(request->command, request->arguments, fault);
    if (result == 0 && own_by(request->command, request->arguments) != NULL)
        request->by = own_by(request->command, request->arguments);
    if (result == 0)
        result = check_by(request->by, fault);
    if (result == 0 && request->by != NULL) {
        cpr_hide(request->by, request->shown_by);
        request->by = request->shown_by;
    }
    return result;
}

/* The last member of an answer, which is an object. */
static void put_demo_mark(struct text *answer)
{
    bool is_empty = answer->length == 2;

    if (answer->broken != 0 || answer->length < 2)
        return;
    answer->length--;
    text_append_string(answer, is_empty ? "\"demo\":true}" : ",\"demo\":true}");
}

static int apply(struct command_call *call, const struct command *command, struct text *result_text,
                 struct fault *fault)
{
    int result = command->apply(call, fault);

    if (result == 0 && call->store != NULL && store_is_demo(call->store) &&
        command->kind != COMMAND_PART)
        put_demo_mark(result_text);

    if (result == 0 && result_text->broken != 0)
        result =
            fault_broken(fault, result_text->broken, "%s: the answer is too long", command->name);
    return result;
}

static int add_audit(const struct command_call *call, const struct command *command,
                     const char *detail, struct fault *fault)
{
    const struct audit_record record = {
        .account = call->account,
        .by_whom = call->by,
        .action = command->name,
        .subject = call->subject,
        .detail = detail,
    };

    return detail == NULL ? fault_no_memory(fault) : audit_add(call->store, &record, fault);
}

static int apply_audited(struct command_call *call, const struct command *command,
                         struct text *answer, struct fault *fault)
{
    struct detail detail;
    int result;

    if (command->kind != COMMAND_CHANGES)
        return apply(call, command, answer, fault);
    detail_begin(&detail, command, call);
    result = apply(call, command, answer, fault);
    cpr_hide(call->subject, call->subject); /* it may be a file's name */
    if (result == 0)
        result = add_audit(call, command, detail_end(&detail, command, call), fault);
    detail_release(&detail);
    return result;
}

static void write_refusal(struct text *reply, int status, const struct fault *fault)
{
    struct json_writer writer;

    text_clear(reply);
    json_writer_init(&writer, reply);
    json_begin_object(&writer);
    result_bool(&writer, "ok", false);
    result_int(&writer, "status", status);
    result_text(&writer, "error", fault->text);
    json_end_object(&writer);
}

static int write_reply(struct text *reply, const struct text *answer, struct fault *fault)
{
    text_clear(reply);
    text_append_string(reply, "{\"ok\":true,\"result\":");
    text_append(reply, answer->bytes, answer->length);
    text_append_char(reply, '}');
    return reply->broken == 0 ? 0
                              : fault_no_memory(fault); /* its limit has room for the envelope */
}

int command_execute(struct store *store, const char *request_bytes, size_t length,
                    const char *account, struct text *reply, struct command_effects *ret_effects)
{
    struct request request = {0};
    struct fault fault = {.text = ""};
    struct json_writer writer;
    struct command_call call;
    struct text answer;
    int status = STATUS_FAILED;
    int result;

    *ret_effects = (struct command_effects){0};
    text_init(&answer, COMMAND_REPLY_MAX - ENVELOPE);
    json_writer_init(&writer, &answer);
    result = request_parse(request_bytes, length, &request, &fault);
    if (result < 0) {
        status = result == -ENOMEM ? STATUS_FAILED : STATUS_USAGE;
    } else {
        call = (struct command_call){
            .store = store,
            .arguments = request.arguments,
            .account = account,
            .by = request.by,
            .now_ms = clock_now_ms(),
            .result = &writer,
        };
        result = apply_audited(&call, request.command, &answer, &fault);
        if (result == 0)
            result = write_reply(reply, &answer, &fault);
    }
    if (result == 0) {
        if (request.is_trial)
            result = -ECANCELED; /* undone by the caller */
        else
            *ret_effects = call.effects;
    } else {
        write_refusal(reply, status, &fault);
    }
    text_release(&answer);
    request_release(&request);
    return result;
}

int command_read(struct store *store, const struct command *command, const struct json *arguments,
                 struct text *result_text, struct fault *fault)
{
    bool is_viewed = store != NULL && !command->has_own_view;
    struct json_writer writer;
    struct command_call call;
    int result;

    json_writer_init(&writer, result_text);
    call = (struct command_call){
        .store = store,
        .arguments = arguments,
        .account = "",
        .now_ms = clock_now_ms(),
        .result = &writer,
    };
    result = is_viewed ? store_view_begin(store, fault) : 0;
    if (result < 0)
        return result;
    result = apply(&call, command, result_text, fault);
    if (is_viewed)
        store_view_end(store);
    if (result == 0 && memory_lacked())
        result = fault_no_memory(fault);
    return result;
}

int command_preview(struct store *store, const struct command *command,
                    const struct json *arguments, struct text *result_text, struct fault *fault)
{
    struct json_writer writer;
    struct command_call call = {.store = store,
                                .arguments = arguments,
                                .account = "",
                                .now_ms = clock_now_ms(),
                                .result = &writer};
    int result = store_view_begin(store, fault);

    if (result < 0)
        return result;
    json_writer_init(&writer, result_text);
    json_begin_object(&writer);
    json_key(&writer, "effects");
    json_begin_array(&writer);
    if (command->preview != NULL)
        result = command->preview(&call, fault);
    json_end_array(&writer);
    json_end_object(&writer);
    store_view_end(store);
    if (result == 0 && memory_lacked())
        result = fault_no_memory(fault);
    if (result == 0 && result_text->broken != 0)
        result =
            fault_broken(fault, result_text->broken, "%s: the answer is too long", command->name);
    return result;
}
