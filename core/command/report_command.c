/* report: what it takes; core/cli/report_cli.c writes it. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "core/base/clock.h"
#include "core/base/fault.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/command/nouns.h"

enum { OUT_TEXT_MAX = 16384, PATH_TEXT_MAX = 4090 /* .html in the place of .pdf is a byte more */ };

static bool has(const struct json *arguments, const char *name)
{
    return json_member(arguments, name) != NULL;
}

static bool ends_with(const char *path, size_t length, const char *ending)
{
    size_t of_ending = strlen(ending);

    return length > of_ending && strncasecmp(path + length - of_ending, ending, of_ending) == 0;
}

static bool is_form(const char *path, size_t length)
{
    return ends_with(path, length, ".html") || ends_with(path, length, ".pdf") ||
           ends_with(path, length, ".xlsx") || ends_with(path, length, ".csv");
}

/* Several stand with commas between them. */
static int check_paths(const char *paths, struct fault *fault)
{
    bool is_split = paths != NULL && strchr(paths, ',') != NULL;

    while (paths != NULL) {
        const char *comma = strchr(paths, ',');
        size_t length = comma != NULL ? (size_t)(comma - paths) : strlen(paths);

        if (length > PATH_TEXT_MAX)
            return fault_set(fault, -EINVAL, "--out: a path is too long");
        if (!is_form(paths, length))
            return fault_set(fault, -EINVAL,
                             "--out %.*s: its ending says the form: .html, .pdf, .xlsx or .csv%s",
                             (int)(length > 60 ? 60 : length), paths,
                             is_split ? " (a path has no comma)" : "");
        paths = comma != NULL ? comma + 1 : NULL;
    }
    return 0;
}

static int check_days(const struct json *arguments, struct fault *fault)
{
    const char *to = json_string(json_member(arguments, "before-to"));
    const char *before = json_string(json_member(arguments, "before-from"));
    const char *from = json_string(json_member(arguments, "from"));
    int32_t to_day = 0;
    int32_t from_day = 0;

    if (has(arguments, "before-from") != has(arguments, "before-to"))
        return fault_set(fault, -EINVAL, "give both --before-from and --before-to");
    if (before != NULL && strcmp(before, to) > 0)
        return fault_set(fault, -EINVAL, "--before-from %.20s lies after --before-to %.20s", before,
                         to);
    if (to != NULL && from != NULL && clock_parse_day(to, &to_day) &&
        clock_parse_day(from, &from_day) && to_day >= from_day)
        return fault_set(fault, -EINVAL, "--before-to %.20s must lie before --from %.20s", to,
                         from);
    return 0;
}

static int report_check(const struct json *arguments, struct fault *fault)
{
    int result = range_check(arguments, fault);

    if (result == 0)
        result = check_days(arguments, fault);
    if (result == 0)
        result = check_paths(json_string(json_member(arguments, "out")), fault);
    return result;
}

static const struct argument arguments[] = {
    {.name = "from",
     .kind = ARGUMENT_DAY,
     .value = "DATE",
     .help = "the period's first day (1 January of the year of its last day)"},
    {.name = "to",
     .kind = ARGUMENT_DAY,
     .value = "DATE",
     .help = "its last day (that of the last month that is over)"},
    {.name = "month", .kind = ARGUMENT_TEXT, .value = "YYYY-MM", .help = "of that month alone"},
    {.name = "year",
     .kind = ARGUMENT_NUMBER,
     .value = "YEAR",
     .help = "of that whole year",
     .least = 1901,
     .most = 2199},
    {.name = "before-from",
     .kind = ARGUMENT_DAY,
     .value = "DATE",
     .help = "what the period is held against: the first day"},
    {.name = "before-to",
     .kind = ARGUMENT_DAY,
     .value = "DATE",
     .help = "and the last day, which lies before the period"},
    {.name = "as-of",
     .kind = ARGUMENT_DAY,
     .value = "DATE",
     .help = "forecast, gap and scorecards as they stand on that day (the period's last day, or "
             "today when that lies ahead); indicators entered later are not in them"},
    {.name = "lang",
     .kind = ARGUMENT_CHOICE,
     .choices = "da|en",
     .value = "LANGUAGE",
     .help = "Danish (usual) or English"},
    {.name = "screen",
     .kind = ARGUMENT_FLAG,
     .help = "HTML and PDF in landscape, one message a page, for a meeting's screen",
     .needs = "out"},
    {.name = "robot",
     .kind = ARGUMENT_ROBOT,
     .value = "ROBOT",
     .help = "only this robot's scorecard"},
    {.name = "out",
     .kind = ARGUMENT_TEXT,
     .value = "FILE",
     .help = "a file to write, in the form its ending says: .html, .pdf, .xlsx, .csv; may be given "
             "several times. Without it: report-FROM--TO.html, .xlsx, .csv and -screen.html, here",
     .is_repeated = true,
     .most = OUT_TEXT_MAX,
     .source = SOURCE_PATH},
    ARGUMENTS_END,
};

static const struct column columns[] = {
    {.member = "file", .heading = "file"},
    {.member = "form", .heading = "form"},
    {.member = "bytes", .heading = "bytes", .is_right = true},
    COLUMNS_END,
};

const struct command command_report = {
    .name = "report",
    .summary = "the report that a board reads: one HTML page, PDF, a workbook, CSV",
    .help =
        "What changed and why, first; then status, savings, robots, forecast against targets,\n"
        "scorecards, the backlog, what robots cost and bring (net), and every word explained.\n"
        "Each figure is the one that `savings`, `changes`, `forecast`, `gap`, `net`, `scorecard`\n"
        "and `backlog list` give for the same days.\n"
        "\n"
        "Without days: the year that the last month that is over lies in, up to that month's end.\n"
        "Of days that lie ahead, or before the first task, a line on stderr tells.\n"
        "It is held against the same months of the year before when it begins in January, else\n"
        "against as many months, or days, just before it.\n"
        "\n"
        "Every form is made from the same numbers. HTML needs nothing beside itself. A workbook\n"
        "has a sheet for each table, with numbers as numbers. CSV has a line for each cell, with\n"
        "ids that are the same in both languages. PDF is printed by Chromium; where that is\n"
        "missing, the page is written as .html in its place, and the exit status is 1. A file\n"
        "that is there is replaced, at once and whole.\n"
        "\n"
        "  automagi report\n"
        "  automagi report --from 2025-04-01 --to 2025-12-31 --out board.pdf --out board.xlsx\n"
        "  automagi report --year 2026 --lang en --screen --out meeting.html\n"
        "  automagi report --robot franco-fakturatjek-momentum --out franco.html",
    .kind = COMMAND_LOCAL,
    .arguments = arguments,
    .columns = columns,
    .check = report_check,
};
