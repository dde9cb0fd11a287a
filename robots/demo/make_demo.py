#!/usr/bin/env python3
"""Two years of invented tasks for the municipality's robots, as files that `load` and `task import` take.

make_demo.py DIR [--until YYYY-MM]   DIR/organisation.json; DIR/tasks.csv, and the same by month as
                                     DIR/tasks-YYYY-MM.csv; DIR/commands: what people do meanwhile, a line
                                     each: seconds since 1970, a tab, and the words of a command, quoted for
                                     a shell. The last month is --until, else the last that is over

Departments, robots, minutes and targets are those of robots/organisation.json; what happens to them, and
every task, is invented. The same month gives the same files, byte for byte, in the same folder.
"""

import argparse
import calendar
import csv
import datetime
import json
import math
import os
import random
import shlex
import sys
from zoneinfo import ZoneInfo

import demo_story
from demo_people import HEAD, OWNER

ZONE = ZoneInfo("Europe/Copenhagen")
ROBOTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MONTHS = 24

# How many of a normal month's tasks come in January, February, ... when citizens and companies decide it.
SEASON = (1.12, 1.02, 1.06, 0.94, 1.00, 0.98, 0.58, 0.92, 1.12, 1.08, 1.10, 0.82)
SCHOOL_YEAR = (0.8, 0.9, 0.9, 0.7, 1.3, 1.5, 0.2, 1.9, 1.4, 0.9, 0.8, 0.6)
WEEKDAYS = (1.25, 1.05, 1.0, 0.95, 0.75, 0.0, 0.0)
EVERY_DAY = (1.15, 1.05, 1.0, 1.0, 0.9, 0.25, 0.3)

# What decides how many tasks a robot has. A demand: tasks in a normal month, spread of the months (a
# hundredth each), season, weekdays, growth a year in percent, of a hundred tasks those that end with a
# person, seconds. A list: how many on which days of each month, the same whatever happens.
DEMANDS = {
    "ove-overskud": (156, 9, SEASON, WEEKDAYS, 3, 3, 95),
    "flemming-flexloen": (304, 7, SEASON, WEEKDAYS, 2, 2, 70),
    "franco-fakturatjek-momentum": (165, 12, SEASON, WEEKDAYS, 6, 6, 18),
    "soed-balance": (13, 25, SCHOOL_YEAR, WEEKDAYS, 0, 5, 60),
    "franco-fakturatjek-dubu": (24, 15, SEASON, WEEKDAYS, 10, 8, 22),
    "frida-fritidsvejleder": (2.5, 40, SCHOOL_YEAR, WEEKDAYS, 0, 4, 30),
    "skylar-skyfish": (20, 20, SEASON, WEEKDAYS, 0, 1, 12),
    "hjalte-hjaelpemiddel": (314, 8, SEASON, WEEKDAYS, 8, 4, 25),
    "sbsys-sagsaendring": (1300, 18, SEASON, WEEKDAYS, 0, 1, 4),
    "poul-postfordeler": (21, 20, SEASON, EVERY_DAY, 0, 5, 6),
    "agnete-autoluk": (49, 15, SEASON, WEEKDAYS, 5, 2, 9),
    "kitty-kitos": (11, 30, SEASON, WEEKDAYS, 0, 3, 40),
    "iben-itp-proces": (2.8, 35, SEASON, WEEKDAYS, 0, 2, 200),
}
FIRST, MIDDLE, MONDAYS, WORKDAYS = "first", "middle", "mondays", "workdays"
LISTS = {
    "lone-lederliste": {FIRST: 1},
    "slette-jette": {MONDAYS: 1},
    "ellen-elevtal": {FIRST: 1, MIDDLE: 1},
    "ulla-uddannelsesstatistik": {FIRST: 2, MIDDLE: 1},
    "mona-mangelliste": {WORKDAYS: 1},
    "ferdinan-ferierobot": {FIRST: 41},
    "peter-pc-overblik": {MIDDLE: 1},
    "mette-metacompliance": {FIRST: 1},
}
EVERY_SECOND_MONTH = {"peter-pc-overblik"}

# What happens to robots: months of operation, both inclusive (None: goes on); all others have the two years.
OPERATION = {
    "ove-overskud": [(0, 13), (16, None)],  # stood still while its system was replaced
    "soed-balance": [(0, 10)],  # retired: nobody needs it any more
    "skylar-skyfish": [(5, 10)],  # once: the media bank is tidy
    "sbsys-sagsaendring": [(5, 10), (15, 20)],  # two reorganisations
    "iben-itp-proces": [(9, None)],  # begun late
    "kitty-kitos": [(20, None)],  # begun late, so its forecast is unsure
}
NO_DEPARTMENT = {"poul-postfordeler"}
UNSIGNED = {"agnete-autoluk"}
# Signed by command, later than they begin: these have an agreement of their own.
SIGNED_LATER = {"franco-fakturatjek-momentum", "hjalte-hjaelpemiddel"}
# robot: (month, minutes, reason, what a task is, timings)
LOWERED = {
    "flemming-flexloen": (14, 4, "DEMO: nye stikprøver viste kortere tid, efter at skemaet blev enklere",
                          "Ét fleksløntilskud er beregnet og lagt klar", "4.5,4,5,4.2,4,4.8"),
}
# robot: (month, shares)
RESHARED = {
    "ferdinan-ferierobot": (14, [("os", "0.6"), ("aess", "0.25"), ("ds", "0.1")]),
}
DESCRIBED = {
    "franco-fakturatjek-momentum": ("Én faktura er holdt op mod bevillingen", "Stopur, seks fakturaer",
                                    "3.2,4,3.5,3,5.1,3.8"),
    "hjalte-hjaelpemiddel": ("Én faktura på et hjælpemiddel er holdt op mod bevillingen",
                             "Stopur, seks fakturaer", "3,3.4,4.2,3.1,3.9,3.3"),
    "flemming-flexloen": ("Ét fleksløntilskud er beregnet og lagt klar", "Stopur, fem sager", "6.5,7,6,8.2,6.1"),
}
AREA = {"id": "bsv", "name": "Børn, Sundhed & Velfærd"}  # the municipality's; which lie under it is invented
UNDER_AREA = {"bf", "aess"}
RATE_OF_2025 = 34207  # øre, the municipality's own


class Years:
    """The months that the demo has, and the working days in them."""

    def __init__(self, until):
        year, month = until
        self.first = year * 12 + month - MONTHS

    def month(self, index):
        return divmod(self.first + index, 12)[0], (self.first + index) % 12 + 1

    def name(self, index):
        return "%04d-%02d" % self.month(index)

    def day(self, index, day):
        return datetime.date(*self.month(index), day)

    def instant(self, index, day, hour):
        return datetime.datetime.combine(self.day(index, day), datetime.time(hour), ZONE)

    def begin(self, index):
        return datetime.date(*self.month(index), 1)

    def end(self, index):
        year, month = self.month(index)
        return datetime.date(year, month, calendar.monthrange(year, month)[1])


def easter(year):
    """Easter Sunday of the Gregorian calendar (Meeus, Jones, Butcher)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return datetime.date(year, month, day + 1)


def is_holiday(day):
    if (day.month, day.day) in ((1, 1), (6, 5), (12, 24), (12, 25), (12, 26), (12, 31)):
        return True
    return (day - easter(day.year)).days in (-3, -2, 0, 1, 39, 49, 50)


def days_of(years, index):
    day = years.begin(index)
    while day <= years.end(index):
        yield day
        day += datetime.timedelta(1)


def is_operating(robot, index):
    return any(first <= index and (last is None or index <= last) for first, last in OPERATION.get(robot, [(0, None)]))


def draw_count(dice, mean):
    """A Poisson count; of a large mean by the normal distribution, which is near enough."""
    if mean > 40:
        return max(0, round(dice.gauss(mean, math.sqrt(mean))))
    count, product, limit = 0, dice.random(), math.exp(-mean)
    while product > limit:
        count += 1
        product *= dice.random()
    return count


def demanded_days(dice, years, robot, index):
    """A day for each task that citizens, companies or other systems cause in a month."""
    normal, spread, season, weekdays, growth, _, _ = DEMANDS[robot]
    mean = normal * season[years.month(index)[1] - 1] * (1 + growth / 100 * (index - MONTHS / 2) / 12)
    mean *= max(0.3, dice.gauss(1, spread / 100))
    days = [day for day in days_of(years, index) if weekdays[day.weekday()] > 0 and
            (weekdays is EVERY_DAY or not is_holiday(day))]
    return dice.choices(days, [weekdays[day.weekday()] for day in days], k=draw_count(dice, mean))


def listed_days(years, robot, index):
    """A day for each task of a fixed list."""
    workdays = [day for day in days_of(years, index) if day.weekday() < 5 and not is_holiday(day)]
    chosen = {FIRST: workdays[:1], MIDDLE: [day for day in workdays if day.day >= 15][:1],
              MONDAYS: [day for day in workdays if day.weekday() == 0], WORKDAYS: workdays}
    if robot in EVERY_SECOND_MONTH and index % 2 == 1:
        return []
    return [day for rule, count in LISTS[robot].items() for day in chosen[rule] for _ in range(count)]


def draw_outcome(dice, robot):
    number = dice.random() * 100
    business = DEMANDS[robot][5] if robot in DEMANDS else 0
    return "business" if number < business else "failed" if number > 99.8 else "done"


def draw_rows(dice, years, robot):
    """(completed_at, robot, outcome, duration_ms, department) of one robot."""
    seconds = DEMANDS[robot][6] if robot in DEMANDS else 20
    for index in range(MONTHS):
        if not is_operating(robot, index):
            continue
        days = demanded_days(dice, years, robot, index) if robot in DEMANDS else listed_days(years, robot, index)
        for day in days:
            second = dice.randrange(5 * 3600, 6 * 3600) if robot in LISTS else dice.randrange(7 * 3600, 19 * 3600)
            at = datetime.datetime.combine(day, datetime.time(second // 3600, second // 60 % 60, second % 60), ZONE)
            department = "aess" if robot in NO_DEPARTMENT and dice.random() < 0.3 else ""
            duration = round(1000 * seconds * dice.uniform(0.6, 1.6))
            yield at, robot, draw_outcome(dice, robot), duration, department


def write_tasks(folder, years, robots):
    rows = []
    for robot in robots:
        dice = random.Random("%s %s" % (robot, years.name(0)))
        rows.extend(draw_rows(dice, years, robot))
    rows.sort(key=lambda row: (row[0], row[1]))
    rows = [(robot, "DEMO-%06d" % number, at.isoformat(), outcome, duration, department)
            for number, (at, robot, outcome, duration, department) in enumerate(rows, 1)]
    write_csv(os.path.join(folder, "tasks.csv"), rows)
    for index in range(MONTHS):
        name = years.name(index)
        write_csv(os.path.join(folder, "tasks-%s.csv" % name), [row for row in rows if row[2].startswith(name)])
    return len(rows)


def write_csv(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target)
        writer.writerow(["robot", "reference", "completed_at", "outcome", "duration_ms", "department"])
        writer.writerows(rows)


def rates(years):
    """Kroner an hour: the municipality's of 2025, two and a half percent more or less each year from it."""
    for year in range(years.month(0)[0], years.month(MONTHS - 1)[0] + 1):
        ore = RATE_OF_2025
        for _ in range(abs(year - 2025)):
            ore = (ore * 1025 + 500) // 1000 if year > 2025 else (ore * 1000 + 512) // 1025
        yield {"from": "%d-01-01" % year, "kroner_per_hour": "%d.%02d" % divmod(ore, 100)}


def operation(years, robot):
    """What was known at the beginning: how one goes on that has begun then is not (demo_story.py)."""
    intervals = OPERATION.get(robot, [(0, None)])
    for first, last in [(0, None)] if intervals[0][0] == 0 else intervals:
        yield {"from": years.begin(first).isoformat(), "to": None if last is None else years.end(last).isoformat()}


def estimate(minutes, day, is_signed, reason, words):
    """One version; words: what a task is, how its minutes were found, measured minutes."""
    version = {"minutes": minutes, "from": day.isoformat(), "set_by": OWNER, "reason": reason}
    if is_signed:
        version.update(signed_by=HEAD, signed_on=day.isoformat())
    if words is not None:
        version.update(task=words[0], method=words[1], timings=words[2])
    return version


def first_month(robot):
    return OPERATION.get(robot, [(0, None)])[0][0]


def estimates(years, robot, minutes):
    """From its first day on; of robots that begin later nobody has signed it when the home begins."""
    first = years.begin(first_month(robot))
    words = DESCRIBED.get(robot)
    is_signed = robot not in UNSIGNED and robot not in SIGNED_LATER and first_month(robot) == 0
    yield estimate(minutes, first, is_signed, "DEMO: opdigtet aftale om minuttal", words)


def shares(years, robot, departments):
    if robot in NO_DEPARTMENT:
        return
    for share in departments:
        yield {"id": share["id"], "share": share["share"], "from": years.begin(0).isoformat()}


def budgets(years, known):
    """Those decided, and half of the first of them for a whole year before: then the pool has something."""
    yield from known
    first = min(budget["year"] for budget in known)
    for year in range(years.month(11)[0], first):
        for budget in known:
            if budget["year"] == first:
                yield {"department": budget["department"], "year": year, "kroner": budget["kroner"] // 2}


def departments(years, known):
    for department in known:
        under = {"areas": [{"id": AREA["id"], "from": years.begin(0).isoformat()}]}
        yield {**department, **(under if department["id"] in UNDER_AREA else {})}


def organisation(years, known):
    """robots/organisation.json with the demo's rates, operation, shares and estimates."""
    result = {member: known[member] for member in ("time_zone", "hours_per_fte")}
    result["organisation"] = known["organisation"] + " (DEMO)"
    result["rates"] = list(rates(years))
    result["areas"] = [AREA]
    result["departments"] = list(departments(years, known["departments"]))
    result["budgets"] = list(budgets(years, known["budgets"]))
    result["robots"] = [{"id": robot["id"], "name": robot["name"], "runs": robot["runs"], "one_off": robot["one_off"],
                         "operation": list(operation(years, robot["id"])),
                         "departments": list(shares(years, robot["id"], robot["departments"])),
                         "estimates": list(estimates(years, robot["id"], robot["estimates"][0]["minutes"]))}
                        for robot in known["robots"]]
    return result


def listed_ideas():
    path = os.path.join(ROBOTS, "backlog_2025_09.csv")
    with open(path, encoding="utf-8", newline="") as source:
        return path, [row["title"] for row in csv.DictReader(source)]


def last_whole_month():
    day = datetime.datetime.now(ZONE).date().replace(day=1) - datetime.timedelta(1)
    return day.year, day.month


def month_of(text):
    try:
        day = datetime.datetime.strptime(text, "%Y-%m")
    except ValueError:
        raise argparse.ArgumentTypeError("\"%s\": expected YYYY-MM" % text) from None
    return day.year, day.month


def main():
    parser = argparse.ArgumentParser(description="Two years of invented tasks, as files.")
    parser.add_argument("folder")
    parser.add_argument("--until", type=month_of, default=last_whole_month())
    asked = parser.parse_args()
    years = Years(asked.until)
    if years.end(MONTHS - 1) >= datetime.datetime.now(ZONE).date():
        sys.exit("make_demo.py: %s is not over yet" % years.name(MONTHS - 1))
    with open(os.path.join(ROBOTS, "organisation.json"), encoding="utf-8") as source:
        known = json.load(source)
    robots = [robot["id"] for robot in known["robots"]]
    unknown = [robot for robot in robots if robot not in DEMANDS and robot not in LISTS]
    if unknown:
        sys.exit("make_demo.py: no tasks are invented for %s; add it to DEMANDS or LISTS" % ", ".join(unknown))
    folder = os.path.abspath(asked.folder)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "organisation.json"), "w", encoding="utf-8") as target:
        json.dump(organisation(years, known), target, ensure_ascii=False, indent=1)
        target.write("\n")
    tasks = write_tasks(folder, years, robots)
    late = {robot: (first_month(robot), 1) for robot in OPERATION if first_month(robot) > 0}
    turns = {"operation": OPERATION, "signed_later": {**dict.fromkeys(SIGNED_LATER, (0, 20)), **late}, "lowered": LOWERED, "reshared": RESHARED}
    with open(os.path.join(folder, "commands"), "w", encoding="utf-8") as target:
        target.writelines(demo_story.tell(years, folder, turns, listed_ideas()).lines(shlex.quote))
    print("%d invented tasks of %d robots, %s to %s" % (tasks, len(robots), years.name(0), years.name(MONTHS - 1)))


if __name__ == "__main__":
    main()
