/* report: composed once, written in every form that is asked for. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/cli/cli.h"
#include "core/cli/print_pdf.h"
#include "core/cli/progress.h"
#include "core/cli/report_days.h"
#include "core/command/nouns.h"
#include "core/store/home.h"
#include "core/store/store.h"
#include "scorecards/report/document.h"
#include "scorecards/report/html.h"
#include "scorecards/report/report.h"
#include "scorecards/report/tidy_csv.h"
#include "scorecards/report/xlsx.h"

enum { ANSWER_MAX = 65536, PATH_SIZE = 4096 };

enum form { FORM_HTML, FORM_PDF, FORM_XLSX, FORM_CSV };
static const char *const form_words[] = {"html", "pdf", "xlsx", "csv"};

struct writing {
    const struct cli_request *request;
    struct document document;
    struct report_notes notes; /* of its days */
    struct json_writer writer; /* rows of the answer */
    struct fault no_browser;   /* why a PDF was written as HTML; "": it was not */
    int files;
};

/* ---- what is asked for ---- */

static const char *text_of(const struct cli_request *request, const char *name)
{
    return json_string(json_member(request->arguments, name));
}

static bool flag_of(const struct cli_request *request, const char *name)
{
    return json_bool(json_member(request->arguments, name));
}

static int read_query(const struct cli_request *request, int32_t today,
                      struct report_query *ret_query, struct fault *fault)
{
    const char *language = text_of(request, "lang");
    struct report_query query = {
        .before_from = INT32_MIN,
        .before_to = INT32_MIN,
        .language =
            language != NULL && strcmp(language, "en") == 0 ? LANGUAGE_ENGLISH : LANGUAGE_DANISH,
        .robot = text_of(request, "robot"),
    };
    int month;
    int day;
    int year;
    int result = report_days(request->arguments, today, &query, fault);

    if (text_of(request, "before-from") != NULL) {
        (void)clock_parse_day(text_of(request, "before-from"), &query.before_from);
        (void)clock_parse_day(text_of(request, "before-to"), &query.before_to);
    }
    query.as_of = query.to_day < today ? query.to_day : today;
    if (text_of(request, "as-of") != NULL)
        (void)clock_parse_day(text_of(request, "as-of"), &query.as_of);
    clock_civil(query.to_day, &year, &month, &day);
    query.year = year;
    *ret_query = query;
    return result;
}

static enum form form_of(const char *path)
{
    const char *ending = strrchr(path, '.') + 1;
    enum form form = FORM_HTML;

    while (form < FORM_CSV && strcasecmp(ending, form_words[form]) != 0)
        form++;
    return form;
}

/* The first of several with commas between them into path; the others; NULL: none is left. */
static const char *next_path(const char *paths, char path[static PATH_SIZE])
{
    size_t length = strcspn(paths, ",");
    size_t kept = length < PATH_SIZE ? length : PATH_SIZE - 1; /* longer ones were refused */

    memcpy(path, paths, kept);
    path[kept] = '\0';
    return paths[length] == ',' ? paths + length + 1 : NULL;
}

static bool is_asked_for(const struct cli_request *request, const char *path)
{
    const char *paths = text_of(request, "out");
    char asked[PATH_SIZE];

    while (paths != NULL) {
        paths = next_path(paths, asked);
        if (strcmp(asked, path) == 0)
            return true;
    }
    return false;
}

/* ---- one file ---- */

static int put_row(struct writing *writing, const char *path, enum form form, size_t bytes)
{
    json_begin_object(&writing->writer);
    result_text(&writing->writer, "file", path);
    result_text(&writing->writer, "form", form_words[form]);
    result_int(&writing->writer, "bytes", (int64_t)bytes);
    json_end_object(&writing->writer);
    writing->files++;
    return 0;
}

static int write_text(struct writing *writing, const char *path, enum form form,
                      const struct text *text, struct fault *fault)
{
    int result =
        file_write(AT_FDCWD, path, text_string(text), text->length, file_usual_mode(), fault);

    return result == 0 ? put_row(writing, path, form, text->length) : result;
}

/* The page that could not be printed, with .html in the place of .pdf, unless that is one of those asked for. */
static int write_unprinted(struct writing *writing, const char *path, const struct text *html,
                           struct fault *fault)
{
    size_t kept = strlen(path) - strlen("pdf");
    char other[PATH_SIZE + sizeof "html"];

    memcpy(other, path, kept);
    memcpy(other + kept, "html", sizeof "html");
    if (is_asked_for(writing->request, other))
        return 0;
    return write_text(writing, other, FORM_HTML, html, fault);
}

static int write_pdf(struct writing *writing, const char *path, bool is_screen, struct fault *fault)
{
    struct progress *progress = NULL;
    struct text html;
    struct text pdf;
    int result;

    text_init(&html, DOCUMENT_BYTES_MAX);
    text_init(&pdf, PRINT_PDF_MAX);
    result = html_render(&writing->document, is_screen ? HTML_SLIDES : HTML_PAPER, &html, fault);
    if (result < 0)
        goto out;
    progress = progress_begin("report, printed by Chromium", NULL, 0);
    result = cli_print_pdf(&html, is_screen, &pdf, fault);
    progress_end(progress);
    if (result == -ENOENT) {
        writing->no_browser = *fault;
        result = write_unprinted(writing, path, &html, fault);
    } else if (result == 0) {
        result = write_text(writing, path, FORM_PDF, &pdf, fault);
    }
out:
    text_release(&pdf);
    text_release(&html);
    return result;
}

static int write_form(struct writing *writing, const char *path, bool is_screen,
                      struct fault *fault)
{
    const struct document *document = &writing->document;
    enum form form = form_of(path);
    struct text text;
    int result = 0;

    if (form == FORM_PDF)
        return write_pdf(writing, path, is_screen, fault);
    text_init(&text, DOCUMENT_BYTES_MAX);
    if (form == FORM_HTML)
        result = html_render(document, is_screen ? HTML_SLIDES : HTML_SCREEN, &text, fault);
    else if (form == FORM_XLSX)
        result = xlsx_render(document, &text, fault);
    else
        result = tidy_csv_render(document, &text, fault);
    if (result == 0)
        result = write_text(writing, path, form, &text, fault);
    text_release(&text);
    return result;
}

/* ---- all of them ---- */

/* PDFs last: the others are there by then, whatever the browser does. */
static int write_asked(struct writing *writing, const char *paths, bool is_pdf, struct fault *fault)
{
    bool is_screen = flag_of(writing->request, "screen");
    int result = 0;

    while (paths != NULL && result == 0) {
        char path[PATH_SIZE];

        paths = next_path(paths, path);
        if ((form_of(path) == FORM_PDF) == is_pdf)
            result = write_form(writing, path, is_screen, fault);
    }
    return result;
}

static int write_usual(struct writing *writing, const struct report_query *query,
                       struct fault *fault)
{
    static const char *const endings[] = {".html", ".xlsx", ".csv", "-screen.html"};
    char from[CLOCK_DAY_TEXT];
    char to[CLOCK_DAY_TEXT];
    int result = 0;
    size_t i;

    clock_format_day(query->from_day, from);
    clock_format_day(query->to_day, to);
    for (i = 0; i < sizeof endings / sizeof endings[0] && result == 0; i++) {
        char path[PATH_SIZE];

        (void)snprintf(path, sizeof path, "report-%s%s%s--%s%s",
                       query->robot != NULL ? query->robot : "", query->robot != NULL ? "-" : "",
                       from, to, endings[i]);
        result = write_form(
            writing, path,
            strcmp(endings[i], "-screen.html") == 0 || flag_of(writing->request, "screen"), fault);
    }
    return result;
}

/* Today is the organisation's, whose zone is known once the store is open. */
static int compose(struct writing *writing, struct report_query *query, struct fault *fault)
{
    const struct cli_request *request = writing->request;
    struct progress *progress = progress_begin("report", NULL, 0);
    struct store *store = NULL;
    int result = store_open(request->home, STORE_READ, &store, fault);
    int32_t today;

    if (result == 0) {
        today = clock_local_day(clock_now_ms());
        result = read_query(request, today, query, fault);
        if (result == 0)
            result = report_compose(store, query, &writing->document, fault);
        if (result == 0)
            result = report_days_note(store, query, today, &writing->notes, fault);
    }
    store_close(store);
    progress_end(progress);
    return result;
}

static void put_notes(struct writing *writing)
{
    int i;

    json_key(&writing->writer, "notes");
    json_begin_array(&writing->writer);
    for (i = 0; i < writing->notes.count; i++)
        json_put_string(&writing->writer, writing->notes.lines[i]);
    json_end_array(&writing->writer);
}

static int write_all(struct writing *writing, const struct report_query *query, struct fault *fault)
{
    const char *paths = text_of(writing->request, "out");
    int result;

    json_begin_object(&writing->writer);
    json_key(&writing->writer, "rows");
    json_begin_array(&writing->writer);
    if (paths == NULL) {
        result = write_usual(writing, query, fault);
    } else {
        result = write_asked(writing, paths, false, fault);
        if (result == 0)
            result = write_asked(writing, paths, true, fault);
    }
    json_end_array(&writing->writer);
    put_notes(writing);
    json_end_object(&writing->writer);
    return result;
}

/* Beside the table; JSON has them too. */
static void print_notes(const struct report_notes *notes)
{
    int i;

    for (i = 0; i < notes->count; i++)
        (void)fprintf(stderr, "automagi: %s\n", notes->lines[i]);
}

int cli_report(const struct cli_request *request, struct fault *fault)
{
    struct writing writing = {.request = request};
    struct report_query query = {0};
    struct text answer;
    int result = home_check(request->home, fault);

    text_init(&answer, ANSWER_MAX);
    json_writer_init(&writing.writer, &answer);
    if (result == 0)
        result = compose(&writing, &query, fault);
    if (result == 0)
        result = write_all(&writing, &query, fault);
    if (result == 0)
        result = cli_print_written(request, &answer, fault);
    if (result == 0)
        print_notes(&writing.notes);
    if (result == 0 && writing.no_browser.text[0] != '\0') {
        *fault = writing.no_browser;
        result = fault_prefix(fault, -ENOENT, "no PDF, the page is written as .html instead");
    }
    document_release(&writing.document);
    text_release(&answer);
    return result;
}
