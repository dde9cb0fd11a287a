#!/usr/bin/env python3
"""The municipality's printed table of April-December 2025 as files to load and import.

golden_tasks.py write DIR [--noise]   DIR/golden.json and DIR/tasks.csv: invented robots and tasks
                                      that give each department exactly its printed tasks and
                                      minutes. With --noise also repeats, tasks taken back, and
                                      tasks that were not done, which change no figure.
golden_tasks.py recount DIR [FROM TO] what the two files give, counted here from the CSV alone, in
                                      the form of `automagi savings --format json`
golden_tasks.py compare DIR FILE      FILE (that form) against the recount, and against the printed
                                      table; exit status 1 when anything differs
"""

import csv
import datetime
import json
import os
import sys
from fractions import Fraction
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Copenhagen")
FIRST = datetime.date(2025, 4, 1)
LAST = datetime.date(2025, 12, 31)
CROSS = "tvaergaaende"
NAME_CHANGE = "2025-10-01"

# id, names (the second from October), printed tasks, exact minutes, printed kroner
TABLE = [
    ("bae", ["Borger & Arbejdsmarked", "Borger, Arbejdsmarked & Erhverv"], 5875, 20169, 114987),
    ("bf", ["Børn & Familie"], 435, 1858, 10593),
    ("ds", ["Dagtilbud & Skole"], 149, 2781, 15855),
    ("kb", ["KB", "Kommunalbestyrelsen"], 0, 0, 0),
    ("kfe", ["Kultur, Ejendomme & Fritid", "Kultur, Fritid & Ejendomme"], 147, 441, 2514),
    ("mt", ["Miljø & Teknik"], 0, 0, 0),
    ("puljer", ["Puljer"], 0, 0, 0),
    ("aess", ["Ældre, Sundhed & Social"], 3512, 10536, 60067),
    ("os", ["Økonomi & Stab"], 9377, 13228, 75415),
    (CROSS, ["Tværgående"], 3940, 3940, 22463),
]
PRINTED_TOTAL = (23435, 52953, 301894)
PRINTED_WITHOUT_CROSS = (19495, 49013, 279431)


def split_tasks(tasks, minutes):
    """Tasks of one or two robots with whole-minute estimates: [(estimate, tasks)]."""
    for low in range(minutes // tasks, 0, -1):
        rest = minutes - low * tasks
        if rest == 0:
            return [(low, tasks)]
        for step in range(2, 40):
            if rest % step == 0 and rest // step < tasks:
                return [(low, tasks - rest // step), (low + step, rest // step)]
    for step in range(1, 40):
        low = minutes // tasks
        rest = minutes - low * tasks
        if rest % step == 0:
            return [(low, tasks - rest // step), (low + step, rest // step)]
    raise ValueError((tasks, minutes))


def robots_of_table():
    """[(id, department or None, estimate, tasks)]"""
    robots = []
    for department, _, tasks, minutes, _ in TABLE:
        for number, (estimate, count) in enumerate(split_tasks(tasks, minutes) if tasks else [], 1):
            robots.append((f"golden-{department}-{number}",
                           None if department == CROSS else department, estimate, count))
    return robots


def organisation():
    departments = []
    for department, names, *_ in TABLE:
        if department != CROSS:
            dates = ["2025-01-01", NAME_CHANGE]
            departments.append({
                "id": department,
                "names": [{"name": n, "from": d} for n, d in zip(names, dates)],
                "also_called": []})
    robots = []
    for robot, department, estimate, _ in robots_of_table():
        robots.append({
            "id": robot, "name": f"DEMO {robot}", "runs": "external", "one_off": False,
            "operation": [{"from": str(FIRST), "to": None}],
            "departments": [{"id": department, "share": "1", "from": str(FIRST)}]
            if department else [],
            "estimates": [{
                "minutes": estimate, "from": str(FIRST), "set_by": "DEMO process owner",
                "signed_by": "DEMO head of department", "signed_on": str(FIRST),
                "reason": "DEMO: invented so that the printed table is met"}]})
    return {
        "organisation": "Albertslund Kommune (DEMO)", "time_zone": "Europe/Copenhagen",
        "hours_per_fte": 1924, "rates": [{"from": "2025-01-01", "kroner_per_hour": "342.07"}],
        "departments": departments, "budgets": [], "robots": robots}


def completed_at(number, count):
    """Spread over all days; the first and last of a robot lie at the very ends of the range."""
    seconds = (LAST - FIRST).days * 86400 + 86399
    at = datetime.datetime.combine(FIRST, datetime.time()) + datetime.timedelta(
        seconds=seconds * number // max(count - 1, 1))
    local = at.replace(tzinfo=ZONE)
    # a time in the spring gap does not exist, but the range begins after it
    moment = local.astimezone(datetime.timezone.utc)
    if number % 3 == 0:
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return moment.astimezone(ZONE).isoformat()


def task_rows(noise):
    rows = []
    for robot, _, _, count in robots_of_table():
        for number in range(count):
            at = completed_at(number, count)
            reference = f"{robot}/{number:05d}"
            rows.append((robot, reference, at, "done"))
            if noise and number % 17 == 0:
                rows.append((robot, reference, at, "done"))  # a repeat
            if noise and number % 29 == 0:
                rows.append((robot, f"{reference}-b", at, ("business", "failed")[number % 2]))
            if noise and number % 37 == 0:
                rows.append((robot, f"{reference}-u", at, "done"))
                rows.append((robot, f"{reference}-u", at, "undone"))
    return rows


def write(folder, noise):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "golden.json"), "w", encoding="utf-8") as target:
        json.dump(organisation(), target, ensure_ascii=False, indent=1)
        target.write("\n")
    with open(os.path.join(folder, "tasks.csv"), "w", encoding="utf-8", newline="") as target:
        out = csv.writer(target)
        out.writerow(["robot", "reference", "completed_at", "outcome"])
        out.writerows(task_rows(noise))


def valid_on(versions, day):
    """The last version whose "from" is on or before the day."""
    valid = [v for v in versions if v["from"] <= day]
    return max(valid, key=lambda v: v["from"]) if valid else None


def counted_tasks(path):
    """{(robot, local day, department)}: tasks, by the rules of the format. Window: year."""
    tasks = {}
    taken_back = set()
    with open(path, encoding="utf-8-sig", newline="") as source:
        for row in csv.DictReader(source):
            moment = datetime.datetime.fromisoformat(row["completed_at"].replace("Z", "+00:00"))
            day = moment.astimezone(ZONE).date()
            key = (row["robot"], day.year, row["reference"].strip())
            if row["outcome"] == "done":
                tasks.setdefault(key, (row["robot"], str(day), row.get("department") or None))
            elif row["outcome"] == "undone":
                taken_back.add(key)
    counts = {}
    for key, task in tasks.items():
        if key not in taken_back:
            counts[task] = counts.get(task, 0) + 1
    return counts


def apportion(exact):
    """Largest remainder; the total half up."""
    total = (2 * sum(exact) + 1) // 2
    rows = [value // 1 for value in exact]
    order = sorted(range(len(rows)), key=lambda i: (-(exact[i] - rows[i]), i))
    for i in order[:int(total - sum(rows))]:
        rows[i] += 1
    return [int(r) for r in rows], int(total)


def recount(folder, first=str(FIRST), last=str(LAST)):
    with open(os.path.join(folder, "golden.json"), encoding="utf-8") as source:
        org = json.load(source)
    ids = [d["id"] for d in org["departments"]] + [CROSS]
    sums = {i: {"tasks": Fraction(0), "uncounted": Fraction(0), "minutes": Fraction(0),
                "kroner": Fraction(0)} for i in ids}
    robots = {r["id"]: r for r in org["robots"]}
    for (robot, day, department), count in counted_tasks(os.path.join(folder, "tasks.csv")).items():
        if not first <= day <= last:
            continue
        signed = [e for e in robots[robot]["estimates"] if e.get("signed_by")]
        estimate = valid_on(signed, day)
        rate = Fraction(valid_on(org["rates"], day)["kroner_per_hour"])
        newest = valid_on(robots[robot]["departments"], day)
        shares = {s["id"]: Fraction(s["share"]) for s in robots[robot]["departments"]
                  if newest and s["from"] == newest["from"]}
        if department:
            shares = {department: Fraction(1)}
        shares[CROSS] = 1 - sum(shares.values())
        for target, share in shares.items():
            if estimate is None:
                sums[target]["uncounted"] += count * share
                continue
            minutes = count * share * Fraction(str(estimate["minutes"]))
            sums[target]["tasks"] += count * share
            sums[target]["minutes"] += minutes
            sums[target]["kroner"] += minutes * rate / 60
    tasks, all_tasks = apportion([sums[i]["tasks"] for i in ids])
    uncounted, all_uncounted = apportion([sums[i]["uncounted"] for i in ids])
    kroner, all_kroner = apportion([sums[i]["kroner"] for i in ids])
    names = {d["id"]: valid_on(d["names"], last)["name"] for d in org["departments"]}
    names[CROSS] = "Tværgående"
    rows = [{"id": i, "name": names[i], "tasks": tasks[n], "uncounted_tasks": uncounted[n],
             "minutes": float(sums[i]["minutes"]), "kroner": kroner[n]}
            for n, i in enumerate(ids)]
    total = {"tasks": all_tasks, "uncounted_tasks": all_uncounted,
             "minutes": float(sum(sums[i]["minutes"] for i in ids)), "kroner": all_kroner}
    return {"from": first, "to": last, "by": "department", "rows": rows, "total": total}


def printed():
    """The table as printed, in the same form, for what it says."""
    return [(i, names[-1], tasks, minutes, kroner) for i, names, tasks, minutes, kroner in TABLE]


def differences(found, expected):
    """Lines that say what differs."""
    lines = []
    if [r["id"] for r in found["rows"]] != [r["id"] for r in expected["rows"]]:
        lines.append(f"rows: {[r['id'] for r in found['rows']]}")
    for row, wanted in zip(found["rows"] + [found["total"]], expected["rows"] + [expected["total"]]):
        for member, value in wanted.items():
            if row.get(member) != value:
                lines.append(f"{wanted.get('id', 'total')}.{member}: {row.get(member)}, "
                             f"not {value}")
    for row, (department, name, tasks, minutes, kroner) in zip(found["rows"], printed()):
        if (row["id"], row["name"], row["tasks"], row["minutes"], row["kroner"]) != (
                department, name, tasks, minutes, kroner):
            lines.append(f"{department}: {row}, printed is {tasks}, {minutes}, {kroner}")
    total = found["total"]
    if (total["tasks"], total["minutes"], total["kroner"]) != PRINTED_TOTAL:
        lines.append(f"total: {total}, printed is {PRINTED_TOTAL}")
    without = tuple(sum(r[m] for r in found["rows"] if r["id"] != CROSS)
                    for m in ("tasks", "minutes", "kroner"))
    if without != PRINTED_WITHOUT_CROSS:
        lines.append(f"without {CROSS}: {without}, printed is {PRINTED_WITHOUT_CROSS}")
    return lines


def main(arguments):
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    command, folder, *rest = arguments
    if command == "write" and rest in ([], ["--noise"]):
        write(folder, bool(rest))
        return 0
    if command == "recount" and len(rest) in (0, 2):
        json.dump(recount(folder, *rest), sys.stdout, ensure_ascii=False, indent=1)
        print()
        return 0
    if command == "compare" and len(rest) == 1:
        with open(rest[0], encoding="utf-8") as source:
            lines = differences(json.load(source), recount(folder))
        print("\n".join(lines) or "as printed, to the krone")
        return 1 if lines else 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
