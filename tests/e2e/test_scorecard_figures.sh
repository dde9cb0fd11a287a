#!/bin/bash
# Scorecards on the golden tasks: saving and time recounted in fractions from savings and net of the same months,
# by another program; what is shown where there is nothing yet; a day that lies ahead.
. tests/e2e/lib.sh

python3 tests/e2e/golden_tasks.py write "$WORK"
automagi init >/dev/null
same 'without robots' "no robots yet; \`automagi load\` takes them, \`automagi robot add\` installs one" \
    "$(automagi scorecard)"
automagi load "$WORK/golden.json" >/dev/null
automagi task import "$WORK/tasks.csv" >/dev/null
robot=golden-bae-1
automagi budget realise bae --year 2025 --kroner 30000 --on 2025-05-01 --document 'DEMO decision' \
    --by 'DEMO council' >/dev/null
automagi gain add $robot --kroner 1234.56 --on 2025-11-03 --what 'DEMO wrong payments' \
    --document 'DEMO note' --by 'DEMO owner' >/dev/null
automagi cost add golden-bf-1 --running --monthly 99.99 --from 2025-06-10 --borne-by bf \
    --what 'DEMO licence' --by 'DEMO owner' >/dev/null

recount() { # as of a day: each robot's card against savings and net of the card's months
    local day=$1 id from to
    automagi scorecard --as-of "$day" --format json >"$WORK/all.json"
    python3 -c 'import json, sys; print("\n".join(row["id"] for row in json.load(open(sys.argv[1]))["rows"]))' \
        "$WORK/all.json" >"$WORK/robots"
    while read -r id; do
        automagi scorecard "$id" --as-of "$day" --format json >"$WORK/card.json"
        read -r from to < <(python3 - "$WORK/card.json" <<'MONTHS'
import calendar, json, sys
row = json.load(open(sys.argv[1]))["rows"][0]
if row["to"]:
    year, month = map(int, row["to"].split("-"))
    print(row["from"] + "-01", "%s-%02d" % (row["to"], calendar.monthrange(year, month)[1]))
else:
    print("none none")
MONTHS
        )
        [ "$from" != none ] || continue
        automagi savings --robot "$id" --by robot --from "$from" --to "$to" --format json >"$WORK/savings.json"
        automagi net --from "$from" --to "$to" --format json >"$WORK/net.json"
        python3 - "$WORK" "$id" <<'RECOUNT' || fail "$id as of $day"
import json, sys
from decimal import Decimal
from fractions import Fraction

def read(name):
    return json.load(open(sys.argv[1] + "/" + name), parse_float=Decimal)

def half_up(number):
    return (2 * number + 1) // 2

def points(amount, bands):
    return 0 if amount <= 0 else 1 + sum(amount >= band for band in bands)

saving, time = read("card.json")["rows"][:2]
overview = next(row for row in read("all.json")["rows"] if row["id"] == sys.argv[2])
savings = read("savings.json")["total"]
net = next(row for row in read("net.json")["rows"] if row["id"] == sys.argv[2])
assert time["minutes"] == savings["minutes"], (time, savings)
hours = Fraction(half_up(Fraction(savings["minutes"]) / time["months"] * 12 / 60 * 100), 100)
assert Fraction(time["hours_per_year"]) == hours, (time, hours)
assert time["points"] == points(hours, (10, 30, 75, 200)) == overview["time"], time
for member, whole in (("realised", savings["realised"]), ("gains", savings["gains"]),
                      ("running", net["running"])):
    assert half_up(Fraction(saving[member])) == whole, (member, saving, whole)
assert half_up(Fraction(saving["realised"]) + Fraction(saving["released"])) == savings["kroner"]
# to the øre from rounded øre: two parts may each be half an øre off, and are made a year's
kroner = Fraction(saving["realised"]) + Fraction(saving["gains"]) - Fraction(saving["running"])
off = abs(Fraction(saving["kroner_per_year"]) - kroner * 12 / saving["months"])
assert off <= Fraction(3, 200) * 12 / saving["months"] + Fraction(1, 200), (saving, off)
assert saving["points"] == points(Fraction(saving["kroner_per_year"]), (5000, 15000, 40000, 100000))
assert overview["saving"] == saving["points"] and overview["kroner_per_year"] == saving["kroner_per_year"]
RECOUNT
    done <"$WORK/robots"
}
recount 2025-12-31
recount 2026-02-15

# The last day's scores are the history's last.
same 'history' "$(automagi scorecard $robot --as-of 2025-12-31 --format json |
    python3 -c 'import json,sys; card = json.load(sys.stdin)["robot"]; print(card["saving"], card["time"])')" \
    "$(automagi scorecard history $robot --as-of 2025-12-31 --format json |
        python3 -c 'import json,sys; row = json.load(sys.stdin)["rows"][-1]; print(row["saving"], row["time"])')"

holds 'quality is open' 'automagi scorecard set golden-bae-1 --parameter quality' "$(automagi scorecard $robot)"
holds 'CSV has numbers' '^robot,golden-bae-1,' "$(automagi scorecard --format csv)"
refused 1 'lies ahead' automagi scorecard --as-of 2190-01-01
refused 1 'there is no robot "nobody"' automagi scorecard nobody
refused 2 'quarters' automagi scorecard history $robot --quarters 41
