"""Holds every figure of a report against what the commands answer, and its forms against each other.

    report_figures.py ask DIR FROM TO [OPTION VALUE]...   what to ask: lines "FILE<TAB>command words"
    report_figures.py compare DIR LANGUAGE                DIR/report.{html,csv,xlsx} against DIR/*.json

Nothing of this program's code is used: pages are read as HTML, numbers as people read them.
"""
import html.parser
import json
import os
import re
import sys
from decimal import ROUND_HALF_UP, Decimal

sys.path.insert(0, os.path.dirname(__file__))
import read_report  # noqa: E402

BLANK = "\u00a0"
MONTHS = {
    "da": "januar februar marts april maj juni juli august september oktober november december",
    "en": "January February March April May June July August September October November December",
}
SAVED = {"tasks": "tasks", "uncounted_tasks": "uncounted_tasks", "kroner": "kroner",
         "disputed": "disputed", "realised": "realised", "gains": "gains"}


# ---- the page, as a browser would see its tables

class Page(html.parser.HTMLParser):
    """id -> rows of cells' texts, of every table; what stands beside a number is cut off."""

    def __init__(self, text):
        super().__init__()
        self.tables, self.headings, self.rows, self.cell = {}, [], None, None
        self.skipped = 0
        self.language = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "html":
            self.language = attributes.get("lang")
        if tag == "table":
            self.rows = self.tables.setdefault(attributes.get("id"), [])
        elif tag == "tr" and self.rows is not None:
            self.rows.append([])
        elif tag in ("td", "th"):
            self.cell = ""
        elif tag == "svg" or (tag == "span" and attributes.get("class") == "beside"):
            self.skipped += 1

    def handle_endtag(self, tag):
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append(self.cell.strip(" "))
            self.cell = None
        elif tag == "table":
            self.rows = None
        elif (tag == "svg" or tag == "span") and self.skipped:
            self.skipped -= 1

    def handle_data(self, data):
        if self.cell is not None and not self.skipped:
            self.cell += data


def decimals_of(shown, language):
    """How many decimals a page shows: the CSV has no zeros at the end."""
    found = re.search(r"[,.](\d+)\D*$", shown)
    is_decimal = found and found[0][0] == ("," if language == "da" else ".")
    return len(found[1]) if is_decimal else 0


def written(value, kind, decimals, language):
    """A number of the CSV as the page has to show it."""
    if kind == "day":
        return ".".join(reversed(value.split("-"))) if language == "da" else value
    if kind == "month":
        year, month = value.split("-")
        return f"{MONTHS[language].split()[int(month) - 1]} {year}"
    value = f"{Decimal(value):.{decimals}f}"
    whole, _, rest = value.lstrip("-").partition(".")
    point, comma = (".", ",") if language == "da" else (",", ".")
    shown = f"{int(whole):,}".replace(",", point) + (comma + rest if rest else "")
    shown = ("\u2212" if value.startswith("-") else "") + shown
    if kind == "kroner":
        return f"{shown}{BLANK}kr." if language == "da" else f"DKK{BLANK}{shown}".replace(
            f"DKK{BLANK}\u2212", f"\u2212DKK{BLANK}")
    if kind == "percent":
        return shown + (f"{BLANK}%" if language == "da" else "%")
    return shown


# Tables of all robots, of which the page shows each robot its part.
DATA_ALONE = {f"scorecards-{what}" for what in ("parameters", "indicators", "history", "gates")}
PARAMETERS = ("saving", "time", "quality", "service", "wellbeing")


def part_of(lines, table, robot):
    """A robot's rows of a table of all: what follows its id -> row."""
    rows = [(next(iter(row.values()))["row"], row) for row in lines.get(table, [])]
    robots = {next(iter(row.values()))["row"] for row in lines.get("scorecards-robots", [])}
    found = {}
    for name, row in rows:
        owner = max((slug for slug in robots if name.startswith(slug + "-")), key=len)
        if owner == robot:
            found[name[len(robot) + 1:]] = row
    return found


def compare_pages_of_robots(page, lines):
    for row in lines.get("scorecards-robots", []):
        robot = next(iter(row.values()))["row"]
        points = part_of(lines, "scorecards-parameters", robot)
        assert list(points) == list(PARAMETERS), (robot, list(points))
        for name, cells in zip(PARAMETERS, page.tables[f"card-{robot}"][1:]):
            value = points[name]["points"]["value"]
            assert cells[1] == value or (value == "" and not cells[1].isdigit()), (robot, name, cells)
            # on the page a measurement's values stand in the table below, whose rows are held against theirs
            words = points[name]["words"]["value"]
            words = words if name in PARAMETERS[:2] else words.partition(":")[0]
            assert cells[2].startswith(words), (robot, name, cells)
        measured = part_of(lines, "scorecards-indicators", robot)
        shown = page.tables.get(f"indicators-{robot}", [[]])[1:]
        assert len(shown) == len(measured), (robot, shown)
        for cells, fields in zip(shown, measured.values()):
            title = fields["title"]["value"]
            assert cells[0] == fields["parameter"]["value"] + (f": {title}" if title else ""), (robot, cells)
            assert fields["owner"]["value"] in cells[5], (robot, cells)
        for cells, fields in zip(page.tables.get(f"history-{robot}", [[]])[1:],
                                 part_of(lines, "scorecards-history", robot).values()):
            days = [line["value"] for column, line in fields.items() if column.startswith("day-")]
            for cell, value in zip(reversed(cells[1:]), reversed(days)):
                assert cell == value or (value == "" and not cell.isdigit()), (robot, cells)
        assert len(part_of(lines, "scorecards-gates", robot)) == 6, robot


def compare_page(path, lines, language):
    page = Page(open(path, encoding="utf-8").read())
    assert page.language == language, page.language
    count = 0
    assert set(lines) - DATA_ALONE <= set(page.tables), set(lines) - set(page.tables)
    compare_pages_of_robots(page, lines)
    for name, rows in lines.items():
        if name in DATA_ALONE:
            assert name not in page.tables, name
            count += sum(len(row) for row in rows)
            continue
        shown = page.tables[name][1:]
        assert len(shown) == len(rows), (name, len(shown), len(rows))
        for cells, row in zip(shown, rows):
            assert len(cells) == len(row), (name, cells)
            for cell, line in zip(cells, row.values()):
                count += 1
                if line["kind"] == "text" or line["value"] == "":
                    continue
                decimals = decimals_of(cell, language) if line["kind"] != "kroner" else 0
                if line["kind"] not in ("day", "month"):
                    assert Decimal(line["value"]) == round(Decimal(line["value"]), decimals), (name, line, cell)
                wanted = written(line["value"], line["kind"], decimals, language)
                assert cell in (wanted, wanted.replace(f"\u2212DKK{BLANK}", f"DKK{BLANK}\u2212")), \
                    (name, line, cell, wanted)
    return count


# ---- the commands

def ask(first, last, options):
    """What answers what the report says: file and words."""
    before = [options[o] for o in ("--before-from", "--before-to")]
    days = f"--from {first} --to {last}"
    as_of = options.get("--as-of", last)
    year = last[:4]
    ranges = f"--before-from {before[0]} --before-to {before[1]} {days}"
    return {
        "departments": f"savings {days}",
        "months": f"savings {days} --by month",
        "robots": f"savings {days} --by robot",
        "before": f"savings --from {before[0]} --to {before[1]}",
        "changes": f"changes {ranges}",
        "changes-robots": f"changes {ranges} --by robot",
        "forecast": f"forecast --year {year} --as-of {as_of}",
        "gap": f"gap --year {year} --as-of {as_of}",
        "net": f"net --to {last}",
        "scorecard": f"scorecard --as-of {as_of}",
        "backlog": "backlog list",
    }


class Report:
    """The figures of the CSV: table, row, column."""

    def __init__(self, lines):
        self.lines = lines
        self.looked_at = set()

    def rows(self, table):
        return {next(iter(row.values()))["row"]: row for row in self.lines.get(table, [])}

    def value(self, table, row, column):
        line = self.rows(table)[row][column]
        self.looked_at.add((table, column))
        return line["value"]

    def same(self, table, row, column, expected):
        found = self.value(table, row, column)
        if expected is None:
            assert found == "", (table, row, column, found)
        else:
            assert found != "" and Decimal(found) == Decimal(str(expected)), \
                (table, row, column, found, expected)


def hours(report, table, answers):
    """Tenths of the exact minutes; and the rows add up."""
    tenths = []
    for row, minutes in answers:
        found = Decimal(report.value(table, row, "hours"))
        assert abs(found - Decimal(minutes) / 60) < Decimal("0.1"), (table, row, found, minutes)
        tenths.append(found)
    assert sum(tenths[:-1]) == tenths[-1], (table, tenths)


def check_savings(report, table, answer, members, has_hours=True):
    rows = [(row["id"], row) for row in answer["rows"]] + [("total", answer["total"])]
    assert list(report.rows(table)) == [name for name, _ in rows], table
    for name, row in rows:
        for column, member in members.items():
            report.same(table, name, column, row[member])
    if has_hours:
        hours(report, table, [(name, row["minutes"]) for name, row in rows])


def check_summary(report, answers):
    for name, answer in (("now", answers["departments"]), ("before", answers["before"])):
        for column, member in SAVED.items():
            report.same("summary-periods", name, column, answer["total"][member])
        tenths = (Decimal(answer["total"]["minutes"]) / 6).quantize(Decimal(1), ROUND_HALF_UP)
        report.same("summary-periods", name, "hours", tenths / 10)
    hours_of = [Decimal(report.value("summary-periods", name, "hours")) for name in ("now", "before")]
    report.same("changes-reasons", "total", "hours", hours_of[0] - hours_of[1])
    reasons = [name for name in report.rows("changes-reasons") if name != "total"]
    assert sum(Decimal(report.value("changes-reasons", name, "hours")) for name in reasons) == \
        hours_of[0] - hours_of[1], reasons


def check_reasons(report, answer):
    reasons = {row["what"]: row["kroner"] for row in answer["rows"]
               if row["id"] == "total" and not row["what"].startswith("forecast")}
    figure = reasons.pop("figure", 0)
    shown = report.rows("changes-reasons")
    report.same("changes-reasons", "total", "kroner", figure)
    for what, kroner in reasons.items():
        if what not in ("name", "budget"):
            report.same("changes-reasons", what, "kroner", kroner)
    for what in shown:
        assert what in reasons or what == "total" or report.value("changes-reasons", what, "kroner") == "0", what
    assert sum(int(report.value("changes-reasons", what, "kroner")) for what in shown if what != "total") == figure


def check_changes(report, table, answer, savings_before, savings_after):
    figures = {row["id"]: row for row in answer["rows"] if row["what"] == "figure"}
    for name in report.rows(table):
        figure = figures.get(name)
        before, after = report.value(table, name, "before"), report.value(table, name, "after")
        if figure is None:
            assert before == after, (table, name)
        else:
            report.same(table, name, "before", figure["before"])
            report.same(table, name, "after", figure["after"])
        report.same(table, name, "kroner", int(after) - int(before))
        if savings_before is not None:
            report.same(table, name, "tasks_before", savings_before[name]["tasks"])
            report.same(table, name, "tasks", savings_after[name]["tasks"])


def by_id(answer):
    return {row["id"]: row for row in answer["rows"]} | {"total": answer["total"]}


def check_gap(report, gap, forecast):
    department = None
    for row in gap["rows"]:
        if row["what"] == "department":
            department = row["id"]
            for column in ("budget", "saved", "expected", "low", "high", "gap"):
                report.same("gap-departments", department, column, row[column])
        elif row["what"] == "robot":
            for column in ("saved", "expected"):
                report.same("gap-robots", f"{department}-{row['id']}", column, row[column])
        elif f"idea-{row['id'].split()[1]}" in report.rows("gap-ideas"):
            for column in ("brings", "brings_per_year"):
                report.same("gap-ideas", f"idea-{row['id'].split()[1]}", column, row[column])
    short = sum(row["gap"] for row in gap["rows"] if row["what"] == "department")
    report.same("gap-departments", "total", "gap", short)
    for name, row in by_id(forecast).items():
        if name in report.rows("gap-departments"):
            report.same("gap-departments", name, "budget", row["budget"])
            report.same("gap-departments", name, "expected", row["kroner_to_date"])
            report.same("gap-departments", name, "low", row["low_to_date"])
            report.same("gap-departments", name, "high", row["high_to_date"])


def check_forecast(report, forecast):
    tenths = []
    for name, row in by_id(forecast).items():
        for column in ("budget", "kroner", "low", "high", "percent"):
            report.same("forecast-departments", name, column, row[column])
        found = Decimal(report.value("forecast-departments", name, "hours"))
        assert abs(found - Decimal(row["minutes"]) / 60) < Decimal("0.1"), (name, found)
        tenths.append(found)
    assert sum(tenths[:-1]) == tenths[-1], tenths
    for name, percent in forecast["percentages"].items():
        report.same("forecast-percentages", name, "percent", percent)
    for robot in forecast["robots"]:
        for column in ("months", "tasks_per_month", "kroner", "low", "high"):
            report.same("forecast-robots", robot["id"], column, robot[column])
        assert report.value("forecast-robots", robot["id"], "confidence") == robot["confidence"]


def check_net(report, net):
    for name, row in by_id(net).items():
        for column in ("saved", "realised", "gains", "development", "running", "net"):
            report.same("net-robots", name, column, row[column])


def check_scorecards(report, answer):
    cards = [row for row in answer["rows"] if row["what"] == "robot"]
    assert list(report.rows("scorecards-robots")) == [card["id"] for card in cards]
    for card in cards:
        for name in PARAMETERS:
            for table, row, column in (("scorecards-robots", card["id"], name),
                                       ("scorecards-parameters", f"{card['id']}-{name}", "points")):
                report.same(table, row, column, card[name])
            history = report.rows("scorecards-history")[f"{card['id']}-{name}"]
            report.same("scorecards-history", f"{card['id']}-{name}", list(history)[-1], card[name])


def check_backlog(report, answer):
    assert list(report.rows("backlog-ideas")) == [f"idea-{row['id']}" for row in answer["rows"]]
    for row in answer["rows"]:
        for column, member in {"rank": "rank", "benefit": "benefit", "benefit_low": "benefit_low",
                               "benefit_high": "benefit_high", "ease": "ease", "priority": "score",
                               "hours": "hours"}.items():
            report.same("backlog-ideas", f"idea-{row['id']}", column, row[member])


def check_answers(report, answers):
    check_summary(report, answers)
    check_savings(report, "savings-departments", answers["departments"], SAVED)
    check_savings(report, "savings-months", answers["months"], SAVED)
    check_savings(report, "robots-savings", answers["robots"],
                  {name: name for name in ("tasks", "uncounted_tasks", "kroner", "disputed")})
    check_reasons(report, answers["changes"])
    check_changes(report, "changes-departments", answers["changes"], by_id(answers["before"]),
                  by_id(answers["departments"]))
    check_changes(report, "changes-robots", answers["changes-robots"], None, None)
    check_forecast(report, answers["forecast"])
    check_gap(report, answers["gap"], answers["forecast"])
    check_net(report, answers["net"])
    check_scorecards(report, answers["scorecard"])
    check_backlog(report, answers["backlog"])


# Numbers that no command above answers: counted here and there in the report itself.
UNASKED = {("status-robots", "robots"), ("robots-estimates", "minutes")}


def check_unasked(report):
    """No number of the report is passed over in silence."""
    for table, rows in report.lines.items():
        for row in rows:
            for column, line in row.items():
                if line["kind"] in ("text", "day", "month") or (table, column) in report.looked_at | UNASKED:
                    continue
                assert table in DATA_ALONE or line["value"] == "" or \
                    (table, line["row"]) in (("gap-departments", "total"), ("gap-departments", "tvaergaaende")), (table, line["row"], column)


def read_answers(folder):
    answers = {}
    for name in ask("2000-01-01", "2000-12-31", {"--before-from": "", "--before-to": ""}):
        with open(f"{folder}/{name}.json", encoding="utf-8") as file:
            answers[name] = json.load(file, parse_float=Decimal)
    return answers


def compare(folder, language):
    lines = read_report.csv_tables(f"{folder}/report.csv")
    report = Report(lines)
    check_answers(report, read_answers(folder))
    check_unasked(report)
    cells = compare_page(f"{folder}/report.html", lines, language)
    assert read_report.compare(f"{folder}/report.xlsx", f"{folder}/report.csv") == cells
    return cells


def main(arguments):
    if arguments[0] == "ask":
        options = dict(zip(arguments[4::2], arguments[5::2]))
        for name, words in ask(arguments[2], arguments[3], options).items():
            print(f"{arguments[1]}/{name}.json\t{words}")
    elif arguments[0] == "compare":
        print(f"{compare(arguments[1], arguments[2])} cells are what the commands say")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
