#!/bin/bash
# Every figure opens to parts and tasks that add up to it, after a correction and a dispute too; and
# what is different between two months is told to the krone.
. tests/e2e/lib.sh

python3 tests/e2e/golden_tasks.py write "$WORK"
automagi init >/dev/null
automagi load "$WORK/golden.json" >/dev/null
automagi task import "$WORK/tasks.csv" >/dev/null

# An answer whose words, broken to lines of the table's width, stand on one line again.
told() {
    automagi "$@" >"$WORK/table"
    [ "$(wc -L <"$WORK/table")" -le 120 ] || fail "'$*' has lines of more than 120 columns"
    sed -E -e ':more' -e 'N' -e '$!bmore' -e 's/\n {30,}/ /g' "$WORK/table"
}

RANGE='--from 2025-04-01 --to 2025-12-31'

# Each row of `savings` against its explanation: parts, the tasks one by one, and the rounding.
opened() {
    local id
    # shellcheck disable=SC2086 # the range is two options
    automagi savings $RANGE --format json >"$WORK/savings.json"
    for id in bae bf ds kb kfe mt puljer aess os tvaergaaende; do
        # shellcheck disable=SC2086
        automagi explain kroner --department "$id" $RANGE --tasks 0 --format json >"$WORK/explain-$id.json"
    done
    python3 - "$WORK" <<'OPENED'
import json, sys
from fractions import Fraction
read = lambda name: json.load(open(sys.argv[1] + "/" + name + ".json"), parse_float=Fraction)
count = 0
for row in read("savings")["rows"]:
    answer = read("explain-" + row["id"])
    kinds = {}
    for part in answer["rows"]:
        kinds.setdefault(part["what"].split(" ")[0], []).append(part)
    tasks = kinds.get("task", []) + kinds.get("taken", [])
    count += len(kinds.get("task", [])) - len(kinds.get("taken", []))
    figure = kinds["figure"][0]
    assert (figure["kroner"], figure["tasks"], figure["minutes"]) == \
        (row["kroner"], row["tasks"], row["minutes"]), row
    assert answer["check"]["figure"] == row["kroner"]
    assert answer["check"]["sum_of_parts"] == answer["check"]["sum_of_tasks"]
    minutes = sum(part["minutes"] for part in kinds.get("part", []))
    assert minutes == row["minutes"] == sum(task["minutes"] for task in tasks), row
    exact = Fraction(minutes) * 34207 / 6000
    assert abs(exact - answer["check"]["exact"]) <= Fraction(1, 20000), row
    rounding = sum(part["kroner"] for part in kinds.get("rounding", []))
    assert abs(exact + rounding - row["kroner"]) <= Fraction(1, 20000), row
    for part in kinds.get("part", []):
        estimate = part["estimate"]
        assert estimate["signed_by"] in ("DEMO head of department", "Invented Head"), part
        assert part["minutes"] == part["count"] * part["share"] * Fraction(estimate["minutes"])
        assert part["rate_per_hour"] == Fraction("342.07")
print(count)
OPENED
}
same 'tasks behind the figures' 23435 "$(opened)"

# A task taken back is a part of its own, with its reason.
row=$(grep -m 1 '^golden-bae-1,' "$WORK/tasks.csv")
{ head -n 1 "$WORK/tasks.csv"; echo "${row/,done/,undone}"; } >"$WORK/undo.csv"
automagi task import "$WORK/undo.csv" >/dev/null
same 'tasks behind the figures after one undone' 23434 "$(opened)"
told explain kroner --department bae --year 2025 --tasks 3 >"$WORK/answer"
holds 'a part taken back' '^part [0-9]+ .* -1 tasks x 3 min x 100 %.*taken back' "$(cat "$WORK/answer")"
holds 'the task taken back' '^taken back +golden-bae-1' "$(cat "$WORK/answer")"
holds 'a signature that was taken over' \
    "^  signature .* signed 2025-04-01 by DEMO head of department, entered here on $(TZ=Europe/Copenhagen date +%F)" "$(cat "$WORK/answer")"
holds 'from when a rate is valid' '^  rate .* 342.07 kroner per hour, valid from 2025-' "$(cat "$WORK/answer")"
holds 'what is not listed' '^not listed .*587[0-9] tasks more' "$(cat "$WORK/answer")"

# Who contests the estimate stands beside the figure, and changes none of it.
automagi estimate dispute golden-bae-2 --minutes 2 --reason 'most take two minutes' \
    --by 'Invented Person' >/dev/null
same 'tasks behind contested figures' 23434 "$(opened)"
told explain kroner --department bae --year 2025 --tasks 1 >"$WORK/answer"
holds 'the dispute' 'dispute +golden-bae-2 .*Invented Person, who holds 2 min to be right: most take' \
    "$(cat "$WORK/answer")"
holds 'contested kroner' 'figure .*36259 kroner of it are contested' "$(cat "$WORK/answer")"

# Two months: each department's reasons add up to its difference.
automagi estimate set golden-os-1 --minutes 0.5 --from 2025-10-11 --reason 'timed anew' \
    --by 'Invented Owner' >/dev/null
automagi estimate sign golden-os-1 --by 'Invented Head' >/dev/null
automagi changes --month 2025-10 --format json >"$WORK/changes.json"
python3 - "$WORK/changes.json" <<'CHANGES'
import json, sys
rows = [row for row in json.load(open(sys.argv[1]))["rows"] if row["kroner"] is not None]
for figure in "figure", "forecast":
    of_forecast = figure == "forecast"
    figures = {row["id"]: row["kroner"] for row in rows if row["what"] == figure}
    for id, kroner in figures.items():
        assert kroner == sum(
            row["kroner"] for row in rows if row["id"] == id and row["what"] != figure and
            row["what"].startswith("forecast") == of_forecast), id
    assert figures["total"] == sum(kroner for id, kroner in figures.items() if id != "total")
estimate, = [row for row in rows if row["id"] == "os" and row["what"] == "estimate"]
assert estimate["kroner"] < -1000, estimate
assert [row for row in rows if row["id"] == "os" and row["what"] == "forecast estimate"]
for word in "golden-os-1: 1 -> 0.5 min from 2025-10-11", "Invented Owner", "Invented Head", "timed anew":
    assert word in estimate["words"], estimate
CHANGES
told changes --month 2025-10 >"$WORK/answer"
holds 'a dispute beside the kroner' '^golden-bae-2 +dispute .*Invented Person' "$(cat "$WORK/answer")"
automagi changes --month 2025-10 --department os --format json >"$WORK/os.json"
python3 - "$WORK/changes.json" "$WORK/os.json" <<'DEPARTMENT'
import json, sys
every, one = ([row for row in json.load(open(path))["rows"]] for path in sys.argv[1:])
wanted = [row for row in every if row["id"] == "os" or row["id"].startswith("golden-os-")]
assert one == wanted and len(one) > 3, (one, wanted)
DEPARTMENT
refused 2 'give one of them' automagi changes --department os --by robot
refused 1 'did you mean os\?' automagi changes --department OS
holds 'a new name' '^kb +name .*KB is called Kommunalbestyrelsen from 2025-10-01' "$(cat "$WORK/answer")"

# A closed month says so, and who closed it; its figures open like any other.
automagi period close 2025-04 --by 'Invented Controller' >/dev/null
same 'tasks behind figures with a closed month' 23434 "$(opened)"
holds 'a closed month' 'months .*2025-04 closed: frozen.* by Invented Controller on .*; 2025-05 to 2025-12 open' \
    "$(told explain kroner --from 2025-04-01 --to 2025-12-31 --tasks 1)"

# A task that comes late is a part of the month it was booked in.
{ head -n 1 "$WORK/tasks.csv"; echo 'golden-bae-1,late/1,2025-04-10T10:00:00+02:00,done'; } >"$WORK/late.csv"
automagi task import "$WORK/late.csv" >/dev/null
holds 'a late task' 'part [0-9]+ +golden-bae-1 +2025-04-10 .* 1 tasks x 3 min .*late, booked in 2025-05' \
    "$(told explain kroner --department bae --month 2025-05)"
holds 'what came late' '^bae +late +17 +golden-bae-1 \+1 tasks' "$(told changes --month 2025-05)"

# Help in part counts by an estimate of its own, and opens to the reference that was handed over.
{ head -n 1 "$WORK/tasks.csv"; echo 'golden-bae-1,help/1,2025-12-10T10:00:00+01:00,business'; } >"$WORK/help.csv"
automagi task import "$WORK/help.csv" >/dev/null
automagi estimate set golden-bae-1 --for handover --minutes 1.5 --from 2025-10-01 --reason 'prepared' \
    --by 'Invented Owner' >/dev/null
automagi estimate sign golden-bae-1 --for handover --by 'Invented Head' >/dev/null
told explain kroner --department bae --month 2025-12 --tasks 1 >"$WORK/answer"
holds 'help in part' '^part [0-9]+ +golden-bae-1 .* 1 handed over to a person x 1.5 min' "$(cat "$WORK/answer")"
holds 'its estimate' '  estimate +golden-bae-1 +2025-10-01 .*1.5 min per handover, valid from 2025-10-01, set by Invented Owner' \
    "$(cat "$WORK/answer")"
holds 'what was handed over' '^help +golden-bae-1 +2025-12-10' "$(cat "$WORK/answer")"

# The forecast of each department is that of its robots.
automagi budget set bae --year 2026 --kroner 120000 --reason 'decided' --by 'Invented Council' >/dev/null
automagi forecast --year 2026 --as-of 2025-12-31 --format json >"$WORK/forecast.json"
for id in bae os tvaergaaende; do
    automagi explain forecast --department "$id" --year 2026 --as-of 2025-12-31 --format json >"$WORK/part-$id.json"
done
python3 - "$WORK" <<'FORECAST'
import json, sys
from fractions import Fraction
read = lambda name: json.load(open(sys.argv[1] + "/" + name + ".json"), parse_float=Fraction)
rows = {row["id"]: row for row in read("forecast")["rows"]}
for id in "bae", "os", "tvaergaaende":
    answer = read("part-" + id)
    assert answer["check"]["figure"] == rows[id]["kroner"]
    parts = [row for row in answer["rows"] if row["what"].startswith("part")]
    exact = Fraction(0)
    for part in parts:
        minutes = Fraction(part["tasks"]) / part["months"] * part["months_in_year"]
        estimate = {"golden-bae-1": 3, "golden-bae-2": 5, "golden-os-1": Fraction(1, 2),
                    "golden-os-2": 2, "golden-tvaergaaende-1": 1}[part["robot"]]
        exact += minutes * estimate * part["rate_per_hour"] / 60
        assert abs(exact - sum(p["kroner"] for p in parts[:parts.index(part) + 1])) < Fraction(1, 1000)
    assert abs(exact - rows[id]["kroner"]) < 1, (id, exact)
FORECAST
told explain percent --department bae --year 2026 --as-of 2025-12-31 >"$WORK/answer"
holds 'percent' '^percent .* 128 % = 1533[0-9]+ / 120000' "$(cat "$WORK/answer")"
holds 'the target' '^target .* 120000 +target of 2026, set by Invented Council on .*: decided' "$(cat "$WORK/answer")"

# What is realised, released, gained and contested, and net: each row of `savings` and `net` is the sum of the
# rows that open it, as people add them up.
automagi budget realise bae --year 2025 --kroner 15000 --robot golden-bae-1 --document 'DEMO case 1' \
    --on 2025-06-01 --by 'Invented Council' >/dev/null
automagi budget realise bae --year 2025 --kroner 3000 --document 'DEMO case 2' --on 2025-06-01 \
    --by 'Invented Council' >/dev/null
automagi gain add golden-bae-2 --on 2025-06-10 --kroner 101.01 --what 'fewer wrong payments' \
    --document 'DEMO note' --by 'Invented Person' >/dev/null
automagi cost add golden-bae-1 --development --on 2025-06-01 --kroner 10000 --hours 10 --borne-by bae \
    --what 'making it' --by 'Invented Person' >/dev/null
automagi cost add golden-bae-1 --running --from 2025-06-01 --monthly 100.50 --borne-by os \
    --what 'its licence' --by 'Invented Person' >/dev/null
# shellcheck disable=SC2086 # the range is two options
automagi savings $RANGE --format json >"$WORK/savings.json"
# shellcheck disable=SC2086
automagi net $RANGE --format json >"$WORK/net.json"
for figure in realised released gains disputed helped; do
    for id in bae os tvaergaaende; do
        # shellcheck disable=SC2086
        automagi explain "$figure" --department "$id" $RANGE --tasks 1 --format json >"$WORK/$figure-$id.json"
    done
done
for id in golden-bae-1 golden-bae-2 golden-os-1; do
    # shellcheck disable=SC2086
    automagi explain net --robot "$id" $RANGE --format json >"$WORK/net-$id.json"
done
python3 - "$WORK" <<'MONEY'
import json, sys
from fractions import Fraction
read = lambda name: json.load(open(sys.argv[1] + "/" + name + ".json"), parse_float=Fraction)
PARTS = ("part", "gain", "cost", "saved", "rounding")
def added(answer, member="kroner"):
    return sum(row.get(member) or 0 for row in answer["rows"] if row["what"].split(" ")[0] in PARTS)
rows = {row["id"]: row for row in read("savings")["rows"]}
for figure in "realised", "released", "gains", "disputed":
    for id in "bae", "os", "tvaergaaende":
        answer = read(figure + "-" + id)
        assert answer["check"]["figure"] == rows[id][figure], (figure, id)
        count = len(answer["rows"])
        assert abs(added(answer) - rows[id][figure]) <= Fraction(count, 20000), (figure, id)
for id in "bae", "os", "tvaergaaende":
    answer = read("helped-" + id)
    assert answer["check"]["figure"] == rows[id]["helped_tasks"] == added(answer, "helped"), id
assert rows["bae"]["realised"] == 18000 and rows["bae"]["gains"] == 101
cuts = [row for row in read("realised-bae")["rows"] if row["what"].startswith("reduction")]
assert [(cut["cut"], cut["robot"], cut["document"], cut["by"], cut["year"]) for cut in cuts] == [
    (15000, "golden-bae-1", "DEMO case 1", "Invented Council", 2025),
    (3000, None, "DEMO case 2", "Invented Council", 2025)]
for row in read("net")["rows"]:
    if row["id"] not in ("golden-bae-1", "golden-bae-2", "golden-os-1"):
        continue
    answer = read("net-" + row["id"])
    assert answer["check"]["figure"] == row["net"], row
    assert abs(added(answer) - row["net"]) <= Fraction(1, 1000), row
costs = [row for row in read("net-golden-bae-1")["rows"] if row["what"].startswith("cost")]
assert [(cost["kroner"], cost["months"], cost["bearer"]) for cost in costs] == [
    (Fraction("-13420.7"), 1, "bae"), (Fraction("-703.5"), 7, "os")], costs
contested, = [row for row in read("disputed-bae")["rows"] if row["what"] == "contested"]
assert contested["holds_right"] == 2 and contested["if_right"] * 5 == contested["stands"] * 2, contested
MONEY
told explain disputed --department bae --year 2025 --tasks 1 >"$WORK/answer"
holds 'what they hold right' '^contested .* not counted here: .* at their 2 min they would be 14503.768' \
    "$(cat "$WORK/answer")"
holds 'no budget was cut' 'no budget was cut, so nothing is realised' \
    "$(told explain realised --department os --year 2025)"
holds 'when it has paid' '^payback +golden-bae-1 +2025-04: the first month' \
    "$(told explain net --robot golden-bae-1 --year 2025)"

# A gap says which robots bring what, and that they are all of it.
automagi budget set bae --year 2026 --kroner 200000 --reason 'decided' --by 'Invented Council' >/dev/null
automagi gap --year 2026 --as-of 2025-12-31 --format json >"$WORK/gap.json"
python3 - "$WORK/gap.json" <<'GAP'
import json, sys
rows = json.load(open(sys.argv[1]))["rows"]
assert rows[0]["id"] == "bae" and rows[0]["gap"] > 0
robots = [row for row in rows if row["what"] == "robot"]
assert [row["id"] for row in robots] == ["golden-bae-1", "golden-bae-2"]
for name in ("forecast", "expected", "saved"):
    assert sum(row[name] for row in robots) == rows[0][name], name
GAP
automagi robot retire golden-bae-2 --on 2025-12-30 >/dev/null
told gap --year 2026 --as-of 2025-12-31 --department bae >"$WORK/answer"
holds 'why a robot brings nothing' '^golden-bae-2 .* 0 +0 +ended on' "$(cat "$WORK/answer")"

holds 'a spreadsheet has the interval, a table no room for it' ',saved,expected,forecast,percent,low,high,gap,' \
    "$(automagi gap --year 2026 --as-of 2025-12-31 --format csv | head -n 1)"
[ "$(grep -c ' low ' "$WORK/answer")" = 0 ] || fail 'the interval is a column of the table of gaps'
holds 'about the one that was asked about' '^2026, as of 2025-12-31: .* below its target: ' "$(cat "$WORK/answer")"
automagi gap --year 2026 --as-of 2025-12-31 --department bae | tail -n +2 | awk 'length > 120 { exit 1 }' || fail 'the table of gaps is wider than 120 columns'

refused 2 'not of both' automagi explain net --robot golden-bae-1 --department bae
refused 2 'a forecast is of a --year' automagi explain forecast --month 2025-10
refused 1 'there is no department "nobody"' automagi explain kroner --department nobody
refused 1 'no robot' automagi explain kroner --robot nobody
refused 2 'expected YYYY-MM' automagi explain kroner --month 2025-13
refused 2 'give one range' automagi explain kroner --month 2025-10 --year 2025
refused 2 'need all of' automagi changes --from 2025-10-01
refused 2 'not both' automagi changes --from 2025-10-01 --since 2025-01
refused 1 'must end before' automagi changes --since 2025-10 --month 2025-09
