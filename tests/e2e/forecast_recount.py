#!/usr/bin/env python3
"""Forecasts of invented organisations, recounted task after task in exact fractions.

forecast_recount.py write DIR SEED             DIR/town.json and DIR/tasks.csv, and on stdout lines
                                               "YEAR AS_OF": forecasts worth asking for
forecast_recount.py compare DIR YEAR AS_OF     `forecast --format json` on stdin against the recount
                                               from the two files alone; differences on stdout

Knows nothing of sums by month, nor of the program: the rules are those of scorecards/forecast.h.
"""
import calendar
import csv
import datetime
import json
import math
import random
import sys
from fractions import Fraction

FIRST = datetime.date(2024, 1, 1)
DAYS = 731  # two years
DEPARTMENTS = ["north", "south", "east", "west"]
CROSS = "tvaergaaende"


# ---- inventing

def some_day(dice):
    return FIRST + datetime.timedelta(days=dice.randrange(DAYS))


def operation(dice):
    """One to three intervals, apart from each other; ends often are the first or last of a month."""
    days = set()
    while len(days) < 2 * dice.randint(1, 3):
        day = some_day(dice)
        if dice.random() < 0.3:
            day = day.replace(day=dice.choice([1, calendar.monthrange(day.year, day.month)[1]]))
        days.add(day)
    days = sorted(days)
    intervals = [{"from": str(a), "to": str(b)} for a, b in zip(days[::2], days[1::2])]
    if dice.random() < 0.6:
        intervals[-1]["to"] = None
    return intervals


def shares(dice):
    rows = []
    for day in sorted({some_day(dice) for _ in range(dice.randint(0, 2))} | {FIRST}):
        left = 1000000
        for department in dice.sample(DEPARTMENTS, dice.randint(0, 3)):
            part = dice.choice([333333, 250000, 1, left, dice.randint(1, 1000000)])
            if part <= left and part > 0:
                rows.append({"id": department, "share": f"0.{part:06d}" if part < 1000000 else "1",
                             "from": str(day)})
                left -= part
    return rows


def estimates(dice):
    rows = []
    for day in sorted({some_day(dice) for _ in range(dice.randint(0, 3))} | {FIRST}):
        row = {"minutes": dice.choice([1, 7, 2.5, 0.33, 35]), "from": str(day),
               "set_by": "Invented Owner", "reason": "DEMO"}
        if dice.random() < 0.75:
            row |= {"signed_by": "Invented Head", "signed_on": str(day)}
        rows.append(row)
    return rows


def town(dice):
    rates = sorted({some_day(dice) for _ in range(2)} | {FIRST})
    budgets = [{"department": d, "year": y, "kroner": dice.choice([0, -700, 3, 250, 1000, 9999])}
               for d in DEPARTMENTS for y in (2024, 2025, 2026) if dice.random() < 0.8]
    robots = [{"id": f"robot-{n}", "name": f"DEMO robot {n}", "runs": "external",
               "one_off": dice.random() < 0.15, "operation": operation(dice),
               "departments": shares(dice), "estimates": estimates(dice)} for n in range(6)]
    return {"organisation": "Town (DEMO)", "time_zone": "Europe/Copenhagen", "hours_per_fte": 1924,
            "rates": [{"from": str(d), "kroner_per_hour": dice.choice(["342.07", "60", "411.11"])}
                      for d in rates],
            "departments": [{"id": d, "names": [{"name": d.title(), "from": str(FIRST)}],
                             "also_called": []} for d in DEPARTMENTS],
            "budgets": budgets, "robots": robots}


def write(folder, seed):
    dice = random.Random(seed)
    invented = town(dice)
    with open(f"{folder}/town.json", "w", encoding="utf-8") as target:
        json.dump(invented, target)
    with open(f"{folder}/tasks.csv", "w", encoding="utf-8", newline="") as target:
        out = csv.writer(target)
        out.writerow(["robot", "reference", "completed_at", "outcome", "department"])
        for number in range(dice.randint(1, 500)):
            robot = f"robot-{dice.randrange(5)}"  # the sixth has none
            department = dice.choice(["", "", "", *DEPARTMENTS])
            at = f"{some_day(dice)}T{dice.choice(['00:10', '12:00', '23:50'])}:00"
            # winter and summer time alike: an hour from midnight is safe enough at noon alone
            at += "+01:00" if at[5:7] in ("01", "02", "11", "12") else "+02:00"
            if at[5:7] in ("03", "10"):
                at = at[:11] + "12:00:00+01:00"
            out.writerow([robot, f"ref-{number}", at, "done", department])
            if dice.random() < 0.1:
                out.writerow([robot, f"ref-{number}", at, "undone", department])
    for year in (2024, 2025, 2026):
        for _ in range(3):
            day = some_day(dice)
            if dice.random() < 0.5:
                day = day.replace(day=calendar.monthrange(day.year, day.month)[1])
            print(year, day)
        print(year, f"{year - 1}-12-31")
        print(year, f"{year}-12-31")
    ends = [r["operation"][-1]["to"] for r in invented["robots"]]
    for end in sorted({e for e in ends if e is not None})[:3]:
        last = datetime.date.fromisoformat(end)
        print(last.year, last)
        print(last.year, last - datetime.timedelta(days=1))


# ---- recounting

def days_of(year, month):
    return [datetime.date(year, month, d)
            for d in range(1, calendar.monthrange(year, month)[1] + 1)]


def operates(robot, day):
    return any(i["from"] <= str(day) and (i["to"] is None or str(day) <= i["to"])
               for i in robot["operation"])


def latest(rows, day):
    """All rows with the latest `from` on or before the day."""
    begun = [r for r in rows if r["from"] <= str(day)]
    return [r for r in begun if r["from"] == max(b["from"] for b in begun)]


def worth(data, robot, day):
    """Minutes and kroner of one task; None without a signed estimate."""
    signed = latest([e for e in robot["estimates"] if "signed_by" in e], day)
    rate = latest(data["rates"], day)
    if not signed:
        return None
    minutes = Fraction(str(signed[0]["minutes"]))
    return minutes, minutes * Fraction(rate[0]["kroner_per_hour"] if rate else 0) / 60


def parts(robot, task, day):
    if task["department"]:
        return {task["department"]: Fraction(1)}
    found = {r["id"]: Fraction(r["share"]) for r in latest(robot["departments"], day)}
    found[CROSS] = 1 - sum(found.values())
    return found


class Recount:
    def __init__(self, folder, year, as_of):
        with open(f"{folder}/town.json", encoding="utf-8") as source:
            self.data = json.load(source)
        with open(f"{folder}/tasks.csv", encoding="utf-8") as source:
            rows = list(csv.DictReader(source))
        undone = {(r["robot"], r["reference"]) for r in rows if r["outcome"] == "undone"}
        self.tasks = [r | {"day": datetime.date.fromisoformat(r["completed_at"][:10])}
                      for r in rows if (r["robot"], r["reference"]) not in undone]
        self.year, self.as_of = year, as_of
        self.places = [*DEPARTMENTS, CROSS]
        self.robots = [r["id"] for r in self.data["robots"]]
        zero = {"kroner": Fraction(0), "minutes": Fraction(0), "to_date": Fraction(0)}
        self.by_place = {p: dict(zero) for p in self.places}
        self.by_robot = {r: dict(zero) for r in self.robots}
        self.basis = {}
        for robot in self.data["robots"]:
            self.count(robot)

    def is_over(self, year, month):
        return days_of(year, month)[-1] <= self.as_of

    def add(self, robot, place, what, amount):
        self.by_place[place][what] += amount
        self.by_robot[robot["id"]][what] += amount

    def count(self, robot):
        mine = [t for t in self.tasks if t["robot"] == robot["id"]]
        months = [(y, m) for y in range(2023, 2028) for m in range(1, 13)
                  if self.is_over(y, m) and any(operates(robot, d) for d in days_of(y, m))]
        counted = [t for t in mine if (t["day"].year, t["day"].month) in months]
        ends = [i["to"] for i in robot["operation"]]
        ended = robot["one_off"] or all(e is not None and e <= str(self.as_of) for e in ends)
        coming = [m for m in range(1, 13) if not ended
                  and any(operates(robot, d) for d in days_of(self.year, m))]
        left = [m for m in coming if not self.is_over(self.year, m)]
        self.basis[robot["id"]] = (len(months), len(counted))
        value = worth(self.data, robot, self.as_of)
        for task in counted if value else []:
            for place, part in parts(robot, task, self.as_of).items():
                mean = part / len(months)
                self.add(robot, place, "minutes", mean * len(coming) * value[0])
                self.add(robot, place, "kroner", mean * len(coming) * value[1])
                self.add(robot, place, "to_date", mean * len(left) * value[1])
        for task in mine:
            value = worth(self.data, robot, task["day"])
            if value and task["day"].year == self.year and \
                    self.is_over(task["day"].year, task["day"].month):
                for place, part in parts(robot, task, task["day"]).items():
                    self.add(robot, place, "to_date", part * value[1])

    def budget(self, place):
        return sum(b["kroner"] for b in self.data["budgets"]
                   if b["department"] == place and b["year"] == self.year)


def half_up(number):
    return math.floor(number + Fraction(1, 2))


def apportion(exact):
    total = half_up(sum(exact))
    rows = [math.floor(e) for e in exact]
    order = sorted(range(len(exact)), key=lambda i: (rows[i] - exact[i], i))
    for i in order[:total - sum(rows)]:
        rows[i] += 1
    return rows, total


def percent(kroner, target, steps):
    return half_up(kroner * 100 * steps / target) / Fraction(steps) if target > 0 else None


def expected(recount):
    """{where: value} as the program's answer has them."""
    found = {}
    for name, what, scale in (("kroner", "kroner", 1), ("kroner_to_date", "to_date", 1),
                              ("minutes", "minutes", 100)):
        rows, total = apportion([recount.by_place[p][what] * scale for p in recount.places])
        for place, value in zip(recount.places, rows):
            found["rows", place, name] = Fraction(value, scale)
        found["total", name] = Fraction(total, scale)
        if name == "minutes":
            continue
        rows, _ = apportion([recount.by_robot[r][what] for r in recount.robots])
        for robot, value in zip(recount.robots, rows):
            found["robots", robot, name] = value
    for robot, (months, tasks) in recount.basis.items():
        found["robots", robot, "months"] = months
        found["robots", robot, "confidence"] = "A" if months >= 6 else "B" if months >= 3 else "C"
        found["robots", robot, "tasks_per_month"] = \
            Fraction(half_up(Fraction(tasks * 100, months)), 100) if months else 0
    kroner = {p: recount.by_place[p]["kroner"] for p in recount.places}
    targets = {p: recount.budget(p) for p in DEPARTMENTS}
    target = sum(targets.values())
    for place in recount.places:
        found["rows", place, "budget"] = targets.get(place, 0)
        found["rows", place, "percent"] = percent(kroner[place], targets.get(place, 0), 1)
    found["total", "budget"] = target
    found["total", "percent"] = percent(sum(kroner.values()), target, 1)
    capped = sum(min(kroner[d], targets[d]) for d in DEPARTMENTS)
    over = sum(max(kroner[d] - targets[d], 0) for d in DEPARTMENTS if targets[d] >= 0)
    plain = sum(kroner[d] for d in DEPARTMENTS)
    for name, value in (("capped", capped), ("with_pool", capped + over / 2), ("sum", plain),
                        ("with_cross", plain + kroner[CROSS])):
        found["percentages", name] = percent(value, target, 10)
    return found


def compare(folder, year, as_of):
    answer = json.load(sys.stdin, parse_float=Fraction)
    recount = Recount(folder, year, as_of)
    rows = {name: {r["id"]: r for r in answer[name]} for name in ("rows", "robots")}
    assert [r["id"] for r in answer["rows"]] == recount.places
    assert [r["id"] for r in answer["robots"]] == recount.robots
    for where, value in expected(recount).items():
        found = rows.get(where[0], answer)
        found = found if where[0] in rows else answer[where[0]]
        for step in where[1:]:
            found = found[step]
        if found != value:
            print(f"{year} as of {as_of}, {' '.join(where)}: expected {value}, found {found}")
    for row in answer["rows"] + answer["robots"] + [answer["total"]]:
        if not row["low"] <= row["kroner"] <= row["high"] or \
                not row.get("low_to_date", 0) <= row["kroner_to_date"]:
            print(f"{year} as of {as_of}: outside its interval: {row}")
    if as_of >= datetime.date(year, 12, 31):
        for row in answer["rows"] + [answer["total"]]:
            if not row["low_to_date"] == row["kroner_to_date"] == row["high_to_date"]:
                print(f"{year} as of {as_of}: what is known is unsure: {row}")


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2], int(sys.argv[3]))
    else:
        compare(sys.argv[2], int(sys.argv[3]), datetime.date.fromisoformat(sys.argv[4]))
