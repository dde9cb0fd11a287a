/* status --watch: the same answer again and again, in place on a terminal, until Ctrl-C. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/cli/cli.h"
#include "core/cli/terminal.h"
#include "core/store/home.h"
#include "core/store/store.h"

enum { SECONDS_USUAL = 2, FRAME_MAX = 16 * 1024 * 1024 };

static volatile sig_atomic_t is_over;

static void take_signal(int number)
{
    if (number != SIGWINCH)
        is_over = 1;
}

/* Signals come while it waits, and never between a look at is_over and the wait. */
static void take_signals(sigset_t *ret_waiting)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH};
    struct sigaction action = {.sa_handler = take_signal};
    sigset_t taken;
    size_t i;

    (void)sigemptyset(&taken);
    for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        (void)sigaddset(&taken, numbers[i]);
        (void)sigaction(numbers[i], &action, NULL);
    }
    (void)sigprocmask(SIG_BLOCK, &taken, ret_waiting);
    for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        (void)sigdelset(ret_waiting, numbers[i]);
}

/* The store is opened for each look: one that stays open keeps an index of its log alive that may be of no use any
 * more, and shows a store that was replaced. */
static int print_answer(const struct cli_request *request, FILE *target, struct fault *fault)
{
    struct store *store = NULL;
    struct json *answer = NULL;
    char now[CLOCK_INSTANT_TEXT];
    struct text text;
    int result;

    text_init(&text, COMMAND_REPLY_MAX);
    result = store_open(request->home, STORE_READ, &store, fault);
    if (result == 0)
        result = command_read(store, request->command, request->arguments, &text, fault);
    store_close(store);
    if (result == 0)
        result = json_parse(text_string(&text), text.length, COMMAND_REPLY_MAX, &answer, fault);
    if (result == 0 && request->format == CLI_TABLE) {
        clock_format_instant(clock_now_ms(), now);
        terminal_put(STYLE_HEADING, now, target);
        (void)fputc('\n', target);
    }
    if (result == 0)
        result = cli_print_result(request->command, request->format, answer, text_string(&text),
                                  target, stderr, fault);
    json_free(answer);
    text_release(&text);
    return result;
}

/* Each line over the one that stood there, and what was below it away: nothing flickers, as all of
 * it is one write. Lines and rows that the terminal does not have are left out. */
static void draw(const char *frame, FILE *target)
{
    size_t columns = terminal_columns(target);
    size_t rows = terminal_rows(target);
    struct text text;
    size_t row;

    text_init(&text, FRAME_MAX);
    text_append_string(&text, "\033[H");
    for (row = 1; *frame != '\0' && (rows == 0 || row < rows); row++) {
        size_t length = strcspn(frame, "\n");

        text_append(&text, frame, columns == 0 ? length : terminal_fit(frame, length, columns));
        text_append_string(&text, "\033[0m\033[K\n");
        frame += length + (frame[length] == '\n');
    }
    text_append_string(&text, "\033[J");
    (void)fputs(text_string(&text), target);
    text_release(&text);
}

static int show(const struct cli_request *request, struct fault *fault)
{
    char *frame = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&frame, &size);
    int result;

    if (memory == NULL)
        return fault_no_memory(fault);
    terminal_stand_in(memory, stdout);
    result = print_answer(request, memory, fault);
    terminal_stand_in(NULL, NULL);
    if (fclose(memory) != 0 && result == 0)
        result = fault_no_memory(fault);
    if (result == 0 && terminal_is(stdout) && request->format == CLI_TABLE)
        draw(frame, stdout);
    else if (result == 0)
        (void)fputs(frame, stdout);
    free(frame);
    if (result == 0 && fflush(stdout) != 0)
        result = fault_set(fault, -errno, "standard output: %s", strerror(errno));
    return result;
}

int cli_watch(const struct cli_request *request, struct fault *fault)
{
    bool is_block = !terminal_is(stdout) && request->format == CLI_TABLE;
    struct timespec pause = {.tv_sec = SECONDS_USUAL};
    int64_t seconds = SECONDS_USUAL;
    sigset_t waiting;
    int result = home_check(request->home, fault);

    if (json_int64(json_member(request->arguments, "seconds"), &seconds))
        pause.tv_sec = seconds;
    if (result < 0)
        return result;
    take_signals(&waiting);
    if (terminal_is(stdout) && request->format == CLI_TABLE)
        (void)fputs("\033[H\033[2J", stdout);
    while (result == 0 && !is_over) {
        result = show(request, fault);
        if (result == 0)
            (void)ppoll(NULL, 0, &pause, &waiting);
        if (is_block && !is_over)
            (void)fputc('\n', stdout);
    }
    return result;
}
