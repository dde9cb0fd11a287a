#!/usr/bin/env python3
"""Figures recounted from raw rows alone.

Reads one JSON object per line from stdin and answers each with one line: "ok", or what differs. The
object is {"store": path, "checks": [{"kind", ...the question..., "answer": what the program said}]}.

Of the store it reads what was recorded (attempts, corrections, handovers) and what was decided
(versions, intervals, targets, counter-entries), never a rollup and nothing the program worked out, but
for the frozen figures of closed months, which it holds against its own. The rules are those of the
organisation, written down here a second time with whole numbers and fractions.
"""
import json
import sqlite3
import sys
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from functools import cache
from zoneinfo import ZoneInfo

WHOLE = 1_000_000
MINUTE_SCALE = 10**8
KRONER_SCALE = MINUTE_SCALE * 6000
EPOCH = date(1970, 1, 1)
ZONE = ZoneInfo("Europe/Copenhagen")
LATEST = 2**31 - 1
CROSS = "tvaergaaende"


def to_day(text):
    return (date.fromisoformat(text) - EPOCH).days


@cache
def month_of(day):
    at = EPOCH + timedelta(days=day)
    return at.year * 12 + at.month - 1


@cache
def first_day(month):
    return (date(month // 12, month % 12 + 1, 1) - EPOCH).days


def last_day(month):
    return first_day(month + 1) - 1


def month_text(month):
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def half_up(value):
    return (value + Fraction(1, 2)).__floor__()


def apportion(exact):
    """Rows that add up: the total half up, each row down, the missing to the largest fractions."""
    total = half_up(sum(exact, Fraction(0)))
    rows = [value.__floor__() for value in exact]
    order = sorted(range(len(exact)), key=lambda i: (-(exact[i] - rows[i]), i))
    for i in range(total - sum(rows)):
        rows[order[i]] += 1
    return rows, total


def divide(millionths, parts):
    """Largest remainder in millionths, ties to the earlier."""
    exact = [millionths * part for part in parts]
    rows = [value // WHOLE for value in exact]
    order = sorted(range(len(parts)), key=lambda i: (-(exact[i] % WHOLE), i))
    for i in range(millionths - sum(rows)):
        rows[order[i]] += 1
    return rows


class Town:
    def __init__(self, path):
        self.db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        ask = self.ask
        self.departments = [row[0] for row in ask("SELECT id FROM department ORDER BY position, id")]
        self.slug = dict(ask("SELECT id, slug FROM department"))
        self.place = {self.slug[d]: i for i, d in enumerate(self.departments)}
        self.place[CROSS] = len(self.departments)
        self.robots = list(ask("SELECT id, slug, one_off, plugin, external FROM robot ORDER BY position, id"))
        self.rates = list(ask("SELECT from_day, booking_from, ore_per_hour FROM rate"))
        self.estimates = defaultdict(list)
        for robot, kind, start, booking, hundredths, number in ask(
                "SELECT robot_id, kind, from_day, booking_from, hundredths, id FROM estimate "
                "WHERE signed_by IS NOT NULL"):
            self.estimates[robot, kind].append((start, booking, hundredths, number))
        self.shares = defaultdict(lambda: defaultdict(list))
        for robot, start, booking, department, part in ask(
                "SELECT robot_id, from_day, booking_from, department_id, millionths FROM robot_share"):
            self.shares[robot][start, booking].append((department, part))
        self.successors = defaultdict(list)
        for department, start, booking, successor, part in ask(
                "SELECT s.department_id, s.from_day, s.booking_from, s.successor_id, s.millionths "
                "FROM department_successor s ORDER BY s.department_id, s.successor_id"):
            self.successors[department].append((start, booking, successor, part))
        self.operation = defaultdict(list)
        for robot, start, end in ask("SELECT robot_id, from_day, to_day FROM robot_operation"):
            self.operation[robot].append((start, LATEST if end is None else end))
        self.closed = [row[0] for row in ask("SELECT month FROM period ORDER BY month")]
        self.open_from = self.closed[-1] + 1 if self.closed else 0
        self.disputed = {row[0] for row in ask("SELECT estimate_id FROM dispute WHERE answer IS NULL")}
        self.valued = None
        self.read_entries()
        self.adjustments = [
            (robot, month, booking, department, tasks, uncounted, helped, int(minutes), int(kroner))
            for robot, month, booking, department, tasks, uncounted, helped, minutes, kroner in ask(
                "SELECT a.robot_id, a.month, a.booking, p.department_id, p.tasks, p.uncounted, "
                "p.helped, p.minutes, p.kroner FROM adjustment a "
                "JOIN adjustment_part p ON p.adjustment_id = a.id")]

    def ask(self, query):
        return self.db.execute(query)

    def read_entries(self):
        """What adds to figures: (robot, day, own department, booking, +1 or -1, is help)."""
        self.entries = []
        tasks = {}
        help_of = {}
        for run, seq, robot, outcome, completed, department, booking in self.ask(
                "SELECT a.run_id, a.seq, r.robot_id, a.outcome, a.completed_ms, a.department_id, "
                "a.booking FROM attempt a JOIN run r ON r.id = a.run_id WHERE a.outcome IN (0, 2)"):
            local = datetime.fromtimestamp(completed / 1000, timezone.utc).astimezone(ZONE).date()
            day = (local - EPOCH).days
            booked = month_of(day) if booking is None else booking
            if outcome == 0:
                tasks[run, seq] = (robot, day, department, booked)
            else:
                help_of[run, seq] = (robot, day, department, booked)
        self.tasks = tasks
        for robot, day, department, booked in tasks.values():
            self.entries.append((robot, day, department, booked, 1, False))
        for run, seq, booking in self.ask("SELECT run_id, seq, booking FROM correction"):
            robot, day, department, _ = tasks[run, seq]
            self.entries.append((robot, day, department, booking, -1, False))
        for run, seq, booking, back in self.ask(
                "SELECT run_id, seq, booking, back_booking FROM handover"):
            robot, day, department, _ = help_of[run, seq]
            self.entries.append((robot, day, department, booking, 1, True))
            if back is not None:
                self.entries.append((robot, day, department, back, -1, True))

    # ---- which version holds

    def rate(self, day, booking):
        known = [row for row in self.rates if row[0] <= day and row[1] <= booking]
        return max(known)[2] if known else 0

    def estimate(self, robot, kind, day, booking):
        known = [row for row in self.estimates[robot, kind] if row[0] <= day and row[1] <= booking]
        return max(known) if known else None

    def give(self, department, part, day, booking, out):
        ended = self.successors.get(department)
        if department not in self.slug:
            out[CROSS] += part
        elif ended and ended[0][0] <= day and ended[0][1] <= booking:
            for (_, _, successor, _), piece in zip(ended, divide(part, [row[3] for row in ended])):
                if piece:
                    self.give(successor, piece, day, booking, out)
        else:
            out[self.slug[department]] += part

    def parts(self, robot, department, day, booking):
        out = defaultdict(int)
        if department:
            self.give(department, WHOLE, day, booking, out)
            return out
        known = [key for key in self.shares[robot] if key[0] <= day and key[1] <= booking]
        rest = WHOLE
        for owner, part in self.shares[robot][max(known)] if known else []:
            self.give(owner, part, day, booking, out)
            rest -= part
        if rest:
            out[CROSS] += rest
        return out

    def value(self, robot, day, department, booking, count, is_help, seen):
        """Amounts by department: tasks, uncounted, helped, minutes, kroner, disputed."""
        estimate = self.estimate(robot, 2 if is_help else 1, day, seen)
        rate = self.rate(day, seen)
        out = {}
        for slug, part in self.parts(robot, department, day, seen).items():
            units = count * part
            minutes = units * estimate[2] if estimate else 0
            kroner = minutes * rate
            disputed = kroner if estimate and estimate[3] in self.disputed else 0
            out[slug] = (0 if is_help or not estimate else units,
                         units if not is_help and not estimate else 0,
                         units if is_help else 0, minutes, kroner, disputed)
        return out

    def as_booked(self):
        """Each entry's value as its booking month sees it."""
        if self.valued is None:
            self.valued = [
                (robot, day, month_of(day), booking,
                 self.value(robot, day, department, booking, count, is_help, booking))
                for robot, day, department, booking, count, is_help in self.entries]
        return self.valued

    def cells(self, start, end, by_completion=False):
        """(robot, department, month, booking) -> amounts, of what counts in a range of days."""
        out = defaultdict(lambda: [0] * 6)
        for robot, day, month, booking, values in self.as_booked():
            counted = day if by_completion or booking == month else last_day(booking)
            if not start <= counted <= end:
                continue
            for slug, amounts in values.items():
                cell = out[robot, slug, month, booking]
                for i, amount in enumerate(amounts):
                    cell[i] += amount
        for robot, month, booking, department, *amounts in self.adjustments:
            if start <= last_day(month if by_completion else booking) <= end:
                cell = out[robot, self.slug.get(department, CROSS), month, booking]
                for i, amount in enumerate(amounts):
                    cell[i] += amount
        return out

    # ---- savings

    def axis(self, by, start, end):
        if by == "department":
            names = [self.slug[d] for d in self.departments] + [CROSS]
            return names, lambda robot, slug, month, booking: slug
        if by == "robot":
            names = [row[1] for row in self.robots]
            slug_of = {row[0]: row[1] for row in self.robots}
            return names, lambda robot, slug, month, booking: slug_of[robot]
        months = range(month_of(start), month_of(end) + 1)
        if by == "month":
            return [month_text(m) for m in months], lambda robot, slug, month, booking: month_text(booking)
        if by == "quarter":
            quarter = lambda m: f"{m // 12:04d}-Q{m % 12 // 3 + 1}"
            return (list(dict.fromkeys(quarter(m) for m in months)),
                    lambda robot, slug, month, booking: quarter(booking))
        year = lambda m: f"{m // 12:04d}"
        return (list(dict.fromkeys(year(m) for m in months)),
                lambda robot, slug, month, booking: year(booking))

    def savings(self, by, start, end):
        names, row_of = self.axis(by, start, end)
        sums = {name: [0] * 6 for name in names}
        for (robot, slug, month, booking), amounts in self.cells(start, end).items():
            row = sums[row_of(robot, slug, month, booking)]
            for i, amount in enumerate(amounts):
                row[i] += amount
        columns = [[Fraction(sums[name][i], scale) for name in names]
                   for i, scale in ((0, WHOLE), (1, WHOLE), (4, KRONER_SCALE))]
        (tasks, all_tasks), (uncounted, all_uncounted), (kroner, all_kroner) = map(apportion, columns)
        rows = [{"id": name, "tasks": tasks[i], "uncounted_tasks": uncounted[i],
                 "minutes": Fraction(sums[name][3], MINUTE_SCALE), "kroner": kroner[i]}
                for i, name in enumerate(names)]
        total = {"tasks": all_tasks, "uncounted_tasks": all_uncounted, "kroner": all_kroner,
                 "minutes": sum((row["minutes"] for row in rows), Fraction(0))}
        return rows, total

    def check_savings(self, check):
        answer = check["answer"]
        rows, total = self.savings(answer["by"], to_day(answer["from"]), to_day(answer["to"]))
        said = [{key: row[key] for key in ("id", "tasks", "uncounted_tasks", "minutes", "kroner")}
                for row in answer["rows"]]
        if said != rows:
            wrong = [(a, b) for a, b in zip(said, rows) if a != b] or [(len(said), len(rows))]
            return f"savings by {answer['by']} {answer['from']}..{answer['to']}: said, recounted: {wrong[0]}"
        if {key: answer["total"][key] for key in total} != total:
            return f"savings total {answer['total']} is {total}"
        if sum(row["kroner"] for row in rows) != total["kroner"]:
            return "the rows do not add up to the total"
        return None

    # ---- closed months

    def check_closed(self, check):
        """Frozen figures against raw rows, and counter-entries against what versions changed."""
        for month in self.closed:
            sums = defaultdict(lambda: [0] * 5)
            for (robot, slug, _, booking), amounts in self.cells(first_day(month), last_day(month)).items():
                for i in range(5):
                    sums[robot, slug][i] += amounts[i]
            frozen = {}
            for robot, department, tasks, uncounted, helped, minutes, kroner in self.ask(
                    "SELECT robot_id, department_id, tasks, uncounted, helped, minutes, kroner "
                    f"FROM period_figure WHERE month = {month}"):
                frozen[robot, self.slug.get(department, CROSS)] = [
                    tasks, uncounted, helped, int(minutes), int(kroner)]
            counted = {key: value for key, value in sums.items() if any(value)}
            frozen = {key: value for key, value in frozen.items() if any(value)}
            if frozen != counted:
                return f"closed {month_text(month)}: frozen {frozen}, recounted {counted}"
        if self.closed and self.closed != list(range(self.closed[0], self.open_from)):
            return "months were not closed in order"
        return self.check_adjustments()

    def check_adjustments(self):
        owed = defaultdict(lambda: [0] * 5)
        for robot, day, department, booking, count, is_help in self.entries:
            if booking >= self.open_from:
                continue
            for sign, seen in ((1, LATEST), (-1, booking)):
                for slug, amounts in self.value(robot, day, department, booking, count, is_help,
                                                seen).items():
                    for i in range(5):
                        owed[robot, month_of(day), slug][i] += sign * amounts[i]
        for robot, month, _, department, *amounts in self.adjustments:
            for i in range(5):
                owed[robot, month, self.slug.get(department, CROSS)][i] -= amounts[i]
        wrong = {key: value for key, value in owed.items() if any(value)}
        return f"counter-entries are off by {wrong}" if wrong else None

    # ---- forecast

    def months_in_operation(self, robot, first, last):
        return sum(any(start <= last_day(month) and end >= first_day(month)
                       for start, end in self.operation[robot])
                   for month in range(first, last + 1))

    def has_retired(self, robot, as_of):
        return all(end <= as_of for _, end in self.operation[robot])

    def forecast_parts(self, robot, one_off, as_of, months_ahead):
        """Exact kroner by department of the mean × months_ahead; and months, tasks."""
        last = month_of(as_of) if as_of == last_day(month_of(as_of)) else month_of(as_of) - 1
        out = defaultdict(Fraction)
        begun = [start for start, _ in self.operation[robot]]
        first = month_of(min(begun)) if begun else last + 1
        counted = {month for month in range(first, last + 1)
                   if self.months_in_operation(robot, month, month)}
        tasks = defaultdict(int)
        for owner, day, department, _, count, is_help in self.entries:
            if owner == robot and not is_help and month_of(day) in counted:
                tasks[department] += count
        total = sum(tasks.values())
        estimate = self.estimate(robot, 1, as_of, LATEST)
        if one_off or self.has_retired(robot, as_of) or not counted or not estimate:
            return out, len(counted), total
        rate = self.rate(as_of, LATEST)
        for department, count in tasks.items():
            for slug, part in self.parts(robot, department, as_of, LATEST).items():
                out[slug] += Fraction(count * part * estimate[2] * rate * months_ahead,
                                      len(counted) * KRONER_SCALE)
        return out, len(counted), total

    def forecast(self, year, as_of):
        names = [self.slug[d] for d in self.departments] + [CROSS]
        rule = {name: Fraction(0) for name in names}
        to_date = {name: Fraction(0) for name in names}
        robots = []
        january, december = year * 12, year * 12 + 11
        complete = month_of(as_of) if as_of == last_day(month_of(as_of)) else month_of(as_of) - 1
        complete = max(january - 1, min(december, complete))
        for robot, slug, one_off, _, _ in self.robots:
            whole = self.months_in_operation(robot, january, december)
            left = self.months_in_operation(robot, complete + 1, december)
            parts, months, tasks = self.forecast_parts(robot, one_off, as_of, whole)
            rest, _, _ = self.forecast_parts(robot, one_off, as_of, left)
            for name, kroner in parts.items():
                rule[name] += kroner
            for name, kroner in rest.items():
                to_date[name] += kroner
            robots.append((slug, months, sum(parts.values(), Fraction(0))))
        if complete >= january:
            for (_, slug, _, _), amounts in self.cells(first_day(january), last_day(complete)).items():
                to_date[slug] += Fraction(amounts[4], KRONER_SCALE)
        return names, rule, to_date, robots

    def budget(self, department, year, day):
        rows = list(self.ask("SELECT from_day, kroner FROM budget WHERE department_id = "
                             f"{department} AND year = {year} ORDER BY from_day"))
        known = [row for row in rows if row[0] <= day] or rows[:1]
        return known[-1][1] if known else 0

    def check_forecast(self, check):
        answer = check["answer"]
        year, as_of = answer["year"], to_day(answer["as_of"])
        names, rule, to_date, robots = self.forecast(year, as_of)
        targets = {self.slug[d]: self.budget(d, year, as_of) for d in self.departments}
        targets[CROSS] = 0
        said = {row["id"]: row for row in answer["rows"]}
        if list(said) != names:
            return f"forecast rows {list(said)} are {names}"
        for member, exact in (("kroner", rule), ("kroner_to_date", to_date)):
            rows, total = apportion([exact[name] for name in names])
            if [said[name][member] for name in names] != rows or answer["total"][member] != total:
                return (f"forecast {year} as of {answer['as_of']} {member}: said "
                        f"{[said[n][member] for n in names]} {answer['total'][member]}, is {rows} {total}")
        for name in names:
            percent = half_up(rule[name] * 100 / targets[name]) if targets[name] > 0 else None
            row = said[name]
            if row["budget"] != targets[name] or row["percent"] != percent:
                return f"forecast {name}: {row}, target {targets[name]}, percent {percent}"
            if not row["low"] <= row["kroner"] <= row["high"]:
                return f"forecast {name}: {row} is not inside its interval"
        by_robot = {row["id"]: row for row in answer["robots"]}
        kroner, _ = apportion([exact for _, _, exact in robots])
        for (slug, months, _), whole in zip(robots, kroner):
            letter = "A" if months >= 6 else "B" if months >= 3 else "C"
            row = by_robot[slug]
            if (row["months"], row["confidence"], row["kroner"]) != (months, letter, whole):
                return f"forecast of {slug}: {row} is {(months, letter, whole)}"
        return self.check_percentages(answer, rule, targets)

    def check_percentages(self, answer, rule, targets):
        departments = [self.slug[d] for d in self.departments]
        target = sum(targets[name] for name in departments)
        capped = sum((min(rule[name], Fraction(targets[name])) for name in departments), Fraction(0))
        surplus = sum((rule[name] - targets[name] for name in departments
                       if rule[name] > targets[name] >= 0), Fraction(0))
        plain = sum((rule[name] for name in departments), Fraction(0))
        exact = {"capped": capped, "with_pool": capped + surplus / 2, "sum": plain,
                 "with_cross": plain + rule[CROSS]}
        for key, value in exact.items():
            percent = Fraction(half_up(value * 1000 / target), 10) if target > 0 else None
            said = answer["percentages"][key]
            if said != percent and not (said is not None and percent is not None
                                        and Fraction(str(said)) == percent):
                return f"percentage {key}: {said} is {percent}"
        return None


    # ---- figures opened, and compared

    def opened(self, start, end, department, robot):
        """Exact tasks, uncounted, helped, minutes, kroner of what is asked for."""
        slug_of = {row[0]: row[1] for row in self.robots}
        sums = [0] * 6
        for (owner, slug, _, _), amounts in self.cells(start, end).items():
            if department in (None, slug) and robot in (None, slug_of[owner]):
                sums = [a + b for a, b in zip(sums, amounts)]
        return {"tasks": Fraction(sums[0], WHOLE), "uncounted": Fraction(sums[1], WHOLE),
                "minutes": Fraction(sums[3], MINUTE_SCALE), "kroner": Fraction(sums[4], KRONER_SCALE)}

    def check_explain(self, check):
        answer = check["answer"]
        if answer["figure"] in ("forecast", "percent"):
            return self.check_explained_forecast(answer)
        start, end = to_day(answer["from"]), to_day(answer["to"])
        department, robot, figure = answer["department"], answer["robot"], answer["figure"]
        asked = f"explain {figure} of {department} {robot} {answer['from']}..{answer['to']}"
        if figure in ("realised", "released", "gains", "helped", "disputed", "net"):
            return self.check_beside(asked, answer)
        exact = self.opened(start, end, department, robot)
        sums = answer["check"]
        shown = Fraction(half_up(exact[figure] * 10000), 10000)
        if not sums["sum_of_parts"] == sums["sum_of_tasks"] == sums["exact"] == shown:
            return f"{asked}: {sums} is {shown}"
        if department is None or robot is None:
            rows, total = self.savings("robot" if robot else "department", start, end)
            row = next((row for row in rows if row["id"] == (robot or department)), total)
            key = "uncounted_tasks" if figure == "uncounted" else figure
            if sums["figure"] != row[key]:
                return f"{asked}: {sums} but savings have {row}"
        elif abs(sums["figure"] - exact[figure]) >= 1:
            return f"{asked}: {sums} is {exact[figure]}"
        return self.check_opened(asked, answer["rows"], figure, exact)

    def check_beside(self, asked, answer):
        """The rows of what stands beside the savings add up to the figure; the command itself holds that
        against `savings` and `net`."""
        figure = answer["figure"]
        column = "helped" if figure == "helped" else "kroner"
        rows = [row for row in answer["rows"] if row["what"].split(" ")[0] in
                ("part", "adjustment", "gain", "cost", "saved", "rounding")]
        shown = answer["check"]["figure"]
        added = sum((Fraction(row.get(column) or 0) for row in rows), Fraction(0))
        if abs(added - shown) > (Fraction(99, 100) if figure == "helped" else Fraction(len(rows), 20000)):
            return f"{asked}: its rows are {added}, not {shown}"
        return None

    def check_opened(self, asked, rows, figure, exact):
        """The rows of parts add up to the figure, and so do the tasks when all are listed."""
        kinds = {"part": [], "listed": [], "adjustment": []}
        for row in rows:
            word = row["what"].split(" ")[0] if row["what"] != "taken back" else "task"
            word = "listed" if word in ("task", "help") else word
            kinds.get(word, []).append(row)
        rest = [row for row in rows if row["what"] == "not listed"]
        parts = kinds["part"] + kinds["adjustment"]
        columns = [figure] if figure in ("tasks", "uncounted") else list(exact)
        more = int(rest[0]["words"].split(" ")[0]) if rest else 0
        if len(kinds["listed"]) + more != sum(abs(row["count"]) for row in kinds["part"]):
            return f"{asked}: {len(kinds['listed'])} and {more} tasks of {len(parts)} parts"
        for column in columns:
            near = Fraction(len(parts) + len(kinds["listed"]), 20000) if column == "kroner" else 0
            for what in (parts, kinds["listed"] + kinds["adjustment"]):
                if rest and what is not parts:
                    continue
                added = sum((Fraction(row[column] or 0) for row in what), Fraction(0))
                if abs(added - exact[column]) > near:
                    return f"{asked}: {column} of rows are {added}, not {exact[column]}"
        return None

    def check_explained_forecast(self, answer):
        year, as_of, department, robot = (answer[key] for key in ("year", "as_of", "department", "robot"))
        names, rule, _, robots = self.forecast(year, to_day(as_of))
        rows, total = apportion([rule[name] for name in names])
        exact, shown = sum(rule.values(), Fraction(0)), total
        if department:
            exact, shown = rule[department], rows[names.index(department)]
        if robot:
            kroner, _ = apportion([part for _, _, part in robots])
            at = [slug for slug, _, _ in robots].index(robot)
            exact, shown = robots[at][2], kroner[at]
        parts = [row for row in answer["rows"] if row["what"].startswith("part ")]
        added = sum((Fraction(row["kroner"]) for row in parts), Fraction(0))
        sums = answer["check"]
        asked = f"explain forecast {year} as of {as_of} of {department} {robot}"
        if sums["figure"] != shown or abs(sums["sum_of_parts"] - exact) > Fraction(1, 20000):
            return f"{asked}: {sums}, is {shown}, exactly {exact}"
        if abs(added - exact) > Fraction(len(parts) + 1, 20000):
            return f"{asked}: its parts are {added}, not {exact}"
        return None

    @staticmethod
    def check_changed_forecast(rows):
        """Reasons add up to the forecast's difference in each row."""
        moved = defaultdict(int)
        for row in rows:
            if row["what"] == "forecast":
                moved[row["id"]] += row["kroner"]
            elif row["what"].startswith("forecast "):
                moved[row["id"]] -= row["kroner"]
        wrong = {name: kroner for name, kroner in moved.items() if kroner}
        return f"reasons of another forecast are off by {wrong}" if wrong else None

    def check_changes(self, check):
        answer = check["answer"]
        robots = {row[1] for row in self.robots}
        by = "robot" if any(row["what"] == "figure" and row["id"] in robots
                            for row in answer["rows"]) else "department"
        before, after = ({row["id"]: row["kroner"] for row in rows} | {"total": total["kroner"]}
                         for rows, total in (self.savings(by, to_day(answer[r]["from"]),
                                                          to_day(answer[r]["to"]))
                                             for r in ("before", "after")))
        reasons = defaultdict(int)
        counts = defaultdict(int)
        figures = {}
        for row in answer["rows"]:
            if row["what"].startswith("forecast") or row["kroner"] is None:
                continue
            if row["what"] == "figure":
                figures[row["id"]] = row["kroner"]
            else:
                reasons[row["id"]] += row["kroner"]
                counts[row["id"]] += 1
            if row["what"] == "rounding" and abs(row["kroner"]) > 1 + Fraction(counts[row["id"]], 2):
                return f"changes: {row} is more than {counts[row['id']]} reasons leave"
        for name in before:
            moved = after[name] - before[name]
            if figures.get(name, 0) != moved or reasons[name] != moved:
                return (f"changes by {by} {answer['before']} {answer['after']} of {name}: said "
                        f"{figures.get(name)} for {reasons[name]}, is {moved}")
        return self.check_changed_forecast(answer["rows"])


def parse_number(text):
    return Fraction(text)


def main():
    kinds = {"savings": Town.check_savings, "closed": Town.check_closed,
             "forecast": Town.check_forecast, "explain": Town.check_explain,
             "changes": Town.check_changes}
    for line in sys.stdin:
        question = json.loads(line, parse_float=parse_number)
        town = Town(question["store"])
        wrong = None
        for check in question["checks"]:
            wrong = wrong or kinds[check["kind"]](town, check)
        town.db.close()
        print("ok" if wrong is None else wrong.replace("\n", " "), flush=True)


if __name__ == "__main__":
    main()
