/* The program `automagi`. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/memory.h"
#include "core/base/streams.h"
#include "core/base/text.h"
#include "core/base/version.h"
#include "core/cli/cli.h"
#include "core/cli/progress.h"
#include "core/command/nouns.h"
#include "core/store/home.h"
#include "core/store/store.h"

static int run_local(const struct cli_request *request, struct fault *fault)
{
    static const struct {
        const struct command *command;
        int (*run)(const struct cli_request *request, struct fault *fault);
        /* one on each line, whatever their number */
        /* clang-format off */
    } locals[] = {
        {&command_init, cli_init},
        {&command_serve, cli_serve},
        {&command_tail, cli_tail},
        {&command_doctor, cli_doctor},
        {&command_export, cli_export},
        {&command_export_warehouse, cli_export_warehouse},
        {&command_report, cli_report},
        {&command_task_import, cli_task_import},
        {&command_backup, cli_backup},
        {&command_restore, cli_restore},
        {&command_upgrade, cli_upgrade},
        {&command_calendar_add, cli_calendar_add},
        {&command_backlog_load, cli_backlog_load},
    };
    /* clang-format on */
    size_t i;

    for (i = 0; i < sizeof(locals) / sizeof(locals[0]); i++)
        if (locals[i].command == request->command)
            return locals[i].run(request, fault);
    return fault_set(fault, -ENOSYS, "%s is not there yet", request->command->name);
}

static int read_answer(struct store *store, const struct cli_request *request, struct text *text,
                       struct fault *fault)
{
    struct progress *progress = progress_begin(request->command->name, NULL, 0);
    int result = command_read(store, request->command, request->arguments, text, fault);

    progress_end(progress);
    return result;
}

static int run_reading(const struct cli_request *request, struct fault *fault)
{
    bool is_free = request->command->kind == COMMAND_FREE;
    struct store *store = NULL;
    struct json *answer = NULL;
    struct text text;
    int result = is_free ? 0 : home_check(request->home, fault);

    text_init(&text, COMMAND_REPLY_MAX);
    if (result == 0 && !is_free)
        result = store_open(request->home, STORE_READ, &store, fault);
    if (result == 0)
        result = read_answer(store, request, &text, fault);
    if (result == 0)
        result = json_parse(text_string(&text), text.length, COMMAND_REPLY_MAX, &answer, fault);
    if (result == 0)
        result = cli_print_result(request->command, request->format, answer, text_string(&text),
                                  stdout, stderr, fault);
    json_free(answer);
    text_release(&text);
    store_close(store);
    return result == -EINVAL ? -EIO : result; /* -EINVAL is kept for wrong usage */
}

static bool is_watching(const struct cli_request *request)
{
    return request->command == &command_status &&
           json_bool(json_member(request->arguments, "watch"));
}

static int run(const struct cli_request *request, struct fault *fault)
{
    int result = 0;

    switch (request->command->kind) {
    case COMMAND_READS:
    case COMMAND_FREE:
        if (is_watching(request))
            return cli_watch(request, fault);
        return run_reading(request, fault);
    case COMMAND_CHANGES:
    case COMMAND_PART:
        return cli_change(request, fault);
    case COMMAND_LOCAL:
        result = run_local(request, fault);
        return result == -EINVAL ? -EIO : result; /* -EINVAL is kept for wrong usage */
    }
    return -ENOSYS;
}

/* `automagi --complete INDEX WORD...`: nothing is said when it is not that. */
static int complete(int argc, char **argv)
{
    int64_t index = 0;

    if (argc > 0 && text_to_int64(argv[0], 0, argc - 1, &index))
        cli_complete((size_t)index, (size_t)argc - 1, argv + 1, stdout);
    return CLI_DONE;
}

/* `automagi --manual PAGE`. */
static int manual(const char *page)
{
    return cli_manual(page, stdout) && fflush(stdout) == 0 ? CLI_DONE : CLI_FAILED;
}

/* What goes wrong from here on is the answer alone. One that has several parts may have failed between them. */
static bool is_carried_out(const struct cli_request *request, int result)
{
    return cli_was_carried_out() &&
           (result == 0 || (result == -ENOMEM && request->command->kind == COMMAND_CHANGES));
}

static void say_carried_out(const struct cli_request *request, int result, struct fault *fault)
{
    struct fault why = *fault;

    (void)fault_set(fault, result,
                    "%.700s; `%s` was carried out all the same, as `automagi audit` shows: "
                    "look there before it is given again",
                    why.text, request->command->name);
}

int main(int argc, char **argv)
{
    struct cli_request request = {0};
    struct fault fault = {.text = ""};
    bool is_done;
    int result;

    if (streams_hold("automagi") < 0)
        return CLI_FAILED;
    (void)signal(SIGXFSZ, SIG_IGN); /* a limit of files' sizes is an error that is told */
    if (argc > 1 && strcmp(argv[1], "--complete") == 0)
        return complete(argc - 2, argv + 2);
    if (argc > 1 && strcmp(argv[1], "--manual") == 0)
        return manual(argc > 2 ? argv[2] : "");
    result = cli_parse(argc, argv, &request, &fault);
    terminal_choose(request.color);
    if (result == 0 && request.is_version)
        (void)printf("automagi %s\n", automagi_version);
    else if (result == 0 && request.is_help)
        (void)cli_help(request.help_words, stdout);
    else if (result == 0)
        result = run(&request, &fault);
    is_done = is_carried_out(&request, result);
    if (result == 0 && memory_lacked())
        result = fault_no_memory(&fault); /* what was printed may be short */
    if ((fflush(stdout) != 0 || ferror(stdout)) && result == 0)
        result = fault_set(&fault, -EIO, "standard output cannot be written: %s", strerror(errno));
    if (result < 0 && is_done)
        say_carried_out(&request, result, &fault);
    cli_request_release(&request);
    if (result == 0)
        return CLI_DONE;
    (void)fprintf(stderr, "automagi: %s\n", fault.text[0] != '\0' ? fault.text : strerror(-result));
    return result == -EINVAL ? CLI_USAGE : CLI_FAILED;
}
