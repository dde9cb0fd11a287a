/* print_pdf.c - runs automagi-print: the page in a file in memory, the PDF in another. */
#include "core/cli/print_pdf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/cli/cli.h"

enum {
    PATH_SIZE = 4096,
    SAYS_MAX = 4096,
    ABOVE_STANDARD = 10,
    NO_BROWSER = 3 /* automagi_print.c */
};

/* Standard input, output and error of automagi-print. Files in memory and no pipes: nobody waits for
 * anybody, and the PDF is whole when the process has ended. */
struct exchange {
    int page_fd;
    int pdf_fd;
    int says_fd;
};

static int rewind_file(int fd, const char *what, struct fault *fault)
{
    return lseek(fd, 0, SEEK_SET) < 0 ? fault_set(fault, -errno, "%s: %s", what, strerror(errno))
                                      : 0;
}

static int write_page(int fd, const struct text *html, struct fault *fault)
{
    static const char what[] = "the page for automagi-print";
    int result = file_write_open(fd, html->bytes, html->length);

    return result < 0 ? fault_set(fault, result, "%s: %s", what, strerror(-result))
                      : rewind_file(fd, what, fault);
}

/* What automagi-print wrote, whose descriptor stands where this one stands. */
static int read_back(int fd, const char *what, struct text *target, struct fault *fault)
{
    int result = rewind_file(fd, what, fault);

    text_clear(target);
    return result == 0 ? file_read_open(fd, what, target, fault) : result;
}

static int open_exchange(const struct text *html, struct exchange *exchange, struct fault *fault)
{
    exchange->page_fd = memfd_create("automagi-page", MFD_CLOEXEC);
    exchange->pdf_fd = memfd_create("automagi-pdf", MFD_CLOEXEC);
    exchange->says_fd = memfd_create("automagi-says", MFD_CLOEXEC);
    if (exchange->page_fd < 0 || exchange->pdf_fd < 0 || exchange->says_fd < 0)
        return fault_set(fault, -errno, "no file in memory for automagi-print: %s",
                         strerror(errno));
    return write_page(exchange->page_fd, html, fault);
}

static void close_exchange(const struct exchange *exchange)
{
    const int fds[] = {exchange->page_fd, exchange->pdf_fd, exchange->says_fd};
    size_t i;

    for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
        if (fds[i] >= 0)
            (void)close(fds[i]);
}

/* When the command line is killed, automagi-print is asked to end, and with it the browser. */
static _Noreturn void become_printer(const char *program, bool is_landscape,
                                     const struct exchange *exchange)
{
    char name[] = "automagi-print";
    char landscape[] = "--landscape";
    char *words[] = {name, is_landscape ? landscape : NULL, NULL};
    int page_fd = fcntl(exchange->page_fd, F_DUPFD_CLOEXEC, ABOVE_STANDARD);
    int pdf_fd = fcntl(exchange->pdf_fd, F_DUPFD_CLOEXEC, ABOVE_STANDARD);
    int says_fd = fcntl(exchange->says_fd, F_DUPFD_CLOEXEC, ABOVE_STANDARD);

    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (dup2(page_fd, STDIN_FILENO) >= 0 && dup2(pdf_fd, STDOUT_FILENO) >= 0 &&
        dup2(says_fd, STDERR_FILENO) >= 0 && close_range(STDERR_FILENO + 1, UINT_MAX, 0) == 0)
        (void)execv(program, words);
    (void)dprintf(STDERR_FILENO, "automagi-print cannot be executed: %s\n", strerror(errno));
    _exit(1);
}

static int run_printer(const char *program, bool is_landscape, const struct exchange *exchange,
                       int *ret_status, struct fault *fault)
{
    pid_t pid = fork();

    if (pid == 0)
        become_printer(program, is_landscape, exchange);
    if (pid < 0)
        return fault_set(fault, -errno, "automagi-print cannot be started: %s", strerror(errno));
    while (waitpid(pid, ret_status, 0) < 0)
        if (errno != EINTR)
            return fault_set(fault, -errno, "automagi-print is lost: %s", strerror(errno));
    return 0;
}

/* The program's one line, without its name before it. */
static int judge(int status, const struct exchange *exchange, struct fault *fault)
{
    static const char prefix[] = "automagi-print: ";
    const char *line;
    struct text says;
    int result;

    if (WIFSIGNALED(status))
        return fault_set(fault, -EIO, "automagi-print was ended by signal %d (%s)",
                         WTERMSIG(status), strsignal(WTERMSIG(status)));
    text_init(&says, SAYS_MAX);
    (void)read_back(exchange->says_fd, "", &says, NULL); /* what is beyond the limit nobody reads */
    line = text_string(&says);
    if (strncmp(line, prefix, strlen(prefix)) == 0)
        line += strlen(prefix);
    if (WEXITSTATUS(status) == 0) {
        (void)fputs(text_string(&says), stderr);
        result = 0;
    } else {
        result = fault_set(fault, WEXITSTATUS(status) == NO_BROWSER ? -ENOENT : -EIO, "%.*s",
                           (int)strcspn(line, "\n"),
                           line[0] != '\0' ? line : "automagi-print failed and does not say why");
    }
    text_release(&says);
    return result;
}

int cli_print_pdf(const struct text *html, bool is_landscape, struct text *ret_pdf,
                  struct fault *fault)
{
    struct exchange exchange = {-1, -1, -1};
    char program[PATH_SIZE];
    int status = 0;
    int result;

    if (html->length > PRINT_PDF_HTML_MAX)
        return fault_set(fault, -E2BIG, "the page is over %d MB, which is not printed",
                         PRINT_PDF_HTML_MAX / 1000000);
    result = cli_find_program("automagi-print", program, fault);
    if (result == 0)
        result = open_exchange(html, &exchange, fault);
    if (result == 0)
        result = run_printer(program, is_landscape, &exchange, &status, fault);
    if (result == 0)
        result = judge(status, &exchange, fault);
    if (result == 0)
        result = read_back(exchange.pdf_fd, "the PDF", ret_pdf, fault);
    close_exchange(&exchange);
    return result;
}
