/*
 * automagi_print.c - the program automagi-print: HTML on standard input, PDF on standard output.
 *
 * The PDF is written only when it is whole. Ends with 0; 1 when it could not be printed, 2 for wrong
 * usage, and 3 when there is no browser, so that the caller can keep the HTML; then one line on standard
 * error says why. A signal that ends it does so when the browser is gone.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <curl/curl.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/streams.h"
#include "core/base/text.h"
#include "core/base/version.h"
#include "core/print/print.h"
#include "core/print/rights.h"

enum {
    HTML_MAX = 64 * 1024 * 1024,
    PDF_MAX = 64 * 1024 * 1024,
    TIMEOUT_S = 600, /* hundreds of pages on a busy machine take minutes */
    TIMEOUT_MAX_S = 3600,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_NO_BROWSER = 3
};

static const char USAGE[] = "usage: automagi-print [--landscape] [--timeout SECONDS] <HTML >PDF\n";

struct options {
    bool is_landscape;
    bool is_help;
    bool is_version;
    int64_t timeout_s;
};

static bool read_options(char **words, struct options *ret_options)
{
    struct options options = {.timeout_s = TIMEOUT_S};
    char **word;

    for (word = words; *word != NULL; word++) {
        if (strcmp(*word, "--landscape") == 0)
            options.is_landscape = true;
        else if (strcmp(*word, "--help") == 0)
            options.is_help = true;
        else if (strcmp(*word, "--version") == 0)
            options.is_version = true;
        else if (strcmp(*word, "--timeout") != 0 || *++word == NULL ||
                 !text_to_int64(*word, 1, TIMEOUT_MAX_S, &options.timeout_s))
            return false;
    }
    *ret_options = options;
    return true;
}

static int read_page(struct text *html, struct fault *fault)
{
    int result = file_read_open(STDIN_FILENO, "the HTML", html, fault);

    if (result == 0 && html->length == 0)
        result = fault_set(fault, -EINVAL, "there is no HTML on standard input");
    return result;
}

static int write_pdf(const struct text *pdf, struct fault *fault)
{
    int result = file_write_open(STDOUT_FILENO, pdf->bytes, pdf->length);

    return result < 0 ? fault_set(fault, result, "standard output: %s", strerror(-result)) : 0;
}

/* What asks this program to end, but what its starter has it ignore (nohup, a job in the background). */
static void collect_signals(sigset_t *target)
{
    static const int ending[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
    struct sigaction action;
    size_t i;

    (void)sigemptyset(target);
    for (i = 0; i < sizeof(ending) / sizeof(ending[0]); i++)
        if (sigaction(ending[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            (void)sigaddset(target, ending[i]);
}

/* Such a signal is only seen while a browser runs; it is taken, and ends the program, when it is unblocked
 * after that. */
static int print_until_signal(struct print_order *order, struct text *pdf, struct fault *fault)
{
    bool is_unconfined = false;
    sigset_t signals;
    sigset_t before;
    int result;

    collect_signals(&signals);
    (void)sigprocmask(SIG_BLOCK, &signals, &before);
    order->stop_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (order->stop_fd < 0)
        return fault_set(fault, -errno, "signals cannot be watched: %s", strerror(errno));
    result = print_page(order, pdf, &is_unconfined, fault);
    (void)close(order->stop_fd);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    if (result == 0 && is_unconfined)
        (void)fputs("automagi-print: Chromium's sandbox cannot start here (no user namespaces): "
                    "printed without it\n",
                    stderr);
    return result;
}

static int run(const struct options *options, struct fault *fault)
{
    struct print_order order = {.is_landscape = options->is_landscape};
    struct text html;
    struct text pdf;
    int result = rights_drop(fault);

    text_init(&html, HTML_MAX);
    text_init(&pdf, PDF_MAX);
    order.html = &html;
    if (result == 0)
        result = read_page(&html, fault);
    if (result == 0 && curl_global_init(CURL_GLOBAL_NOTHING) != CURLE_OK)
        result = fault_no_memory(fault);
    order.deadline_ms = clock_monotonic_ms() + options->timeout_s * 1000;
    if (result == 0)
        result = print_until_signal(&order, &pdf, fault);
    if (result == 0)
        result = write_pdf(&pdf, fault);
    text_release(&html);
    text_release(&pdf);
    return result;
}

int main(int argc, char **argv)
{
    struct options options = {0};
    struct fault fault = {.text = ""};
    int result;

    if (streams_hold("automagi-print") < 0)
        return EXIT_FAILED;
    if (argc < 1 || !read_options(argv + 1, &options)) {
        (void)fputs(USAGE, stderr);
        return EXIT_USAGE;
    }
    if (options.is_help) {
        (void)fputs(USAGE, stdout);
        return 0;
    }
    if (options.is_version) {
        (void)printf("automagi-print %s\n", automagi_version);
        return 0;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    result = run(&options, &fault);
    if (result == 0)
        return 0;
    (void)fprintf(stderr, "automagi-print: %s\n", fault.text);
    return result == -ENOENT ? EXIT_NO_BROWSER : EXIT_FAILED;
}
