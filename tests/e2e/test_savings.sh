#!/bin/bash
# Savings as they are asked for: every axis and view has the same total, a recorded budget cut makes kroner
# realised, and what there is none of is refused.
. tests/e2e/lib.sh

python3 tests/e2e/golden_tasks.py write "$WORK"
automagi init >/dev/null
automagi load "$WORK/golden.json" >/dev/null
automagi task import "$WORK/tasks.csv" >/dev/null

automagi budget realise bae --year 2025 --kroner 50000 --document 'DEMO decision 1' \
    --by 'DEMO council' >/dev/null
automagi budget realise os --year 2025 --kroner 40000 --robot golden-os-2 \
    --document 'DEMO decision 2' --by 'DEMO council' >/dev/null
automagi gain add golden-bf-1 --kroner 1234.50 --on 2025-05-01 --what 'DEMO wrong payments' \
    --document 'DEMO note' --by 'DEMO owner' >/dev/null

# total BY...: its figures, when the rows add up to it
total() {
    automagi savings --from 2025-04-01 --to 2025-12-31 --format json --by "$@" |
        python3 -c 'import json,sys
from fractions import Fraction
document = json.load(sys.stdin, parse_float=Fraction)
for member in document["total"]:
    assert sum(row[member] for row in document["rows"]) == document["total"][member], member
for row in document["rows"] + [document["total"]]:
    assert row["released"] + row["realised"] == row["kroner"], row
print(*[document["total"][m] for m in ("tasks", "minutes", "kroner", "realised", "gains")])'
}

whole='23435 52953 301894 90000 1235'
for by in department area robot plugin month quarter year; do
    same "the total by $by" "$whole" "$(total "$by")"
    same "the total by $by and completion" "$whole" "$(total "$by" --by-completion)"
    same "the total by $by, spread" "$whole" "$(total "$by" --spread)"
done

# A department's months: 50,000 are realised in the first ones, and nothing of it elsewhere.
months() { # realised of each
    automagi savings --from "$1" --to 2025-12-31 --by month --department bae --format csv |
        tr -d '\r' | cut -d, -f7 | tail -n +2 | xargs
}
same 'realised by month' '12565 12936 12548 11951 0 0 0 0 0' "$(months 2025-04-01)"
# Each table is rounded for itself: this one has no missing krone to give July.
same 'realised from July' '11950 0 0 0 0 0' "$(months 2025-07-01)"
same 'a robot that a cut names' '40000' \
    "$(automagi savings --robot golden-os-2 --format csv --by year | tr -d '\r' | sed -n 2p | cut -d, -f7)"
same 'rows of one robot' 'os' \
    "$(automagi savings --robot golden-os-2 --format csv | tail -n +2 | cut -d, -f1)"

# The table has columns that say something, and is no wider than a page.
automagi savings >"$WORK/table"
holds 'the table' '^id +name +tasks +uncounted +minutes +kroner +realised +gains$' \
    "$(head -n 1 "$WORK/table")"
automagi savings --department aess --by robot >"$WORK/plain"
holds 'a table with nothing realised' 'minutes +kroner$' "$(head -n 1 "$WORK/plain")"
[ "$(wc -L <"$WORK/table")" -le 100 ] || fail "wider than 100 columns: $(cat "$WORK/table")"
holds 'help' 'most what was cut and at most what was saved' "$(automagi savings --help)"

same 'a month' "$(automagi savings --from 2025-09-01 --to 2025-09-30 --format csv)" \
    "$(automagi savings --month 2025-09 --format csv)"
same 'a year' "$(automagi savings --from 2025-01-01 --to 2025-12-31 --format csv)" \
    "$(automagi savings --year 2025 --format csv)"
refused 2 'give one range' automagi savings --month 2025-09 --from 2025-09-01
refused 2 'give one range' automagi savings --month 2025-09 --year 2025
refused 2 'expected YYYY-MM' automagi savings --month 2025-13
refused 1 'there is no department "nobody"' automagi savings --department nobody
refused 1 'did you mean aess\?' automagi savings --department AESS
refused 1 'no robot is called nobody' automagi savings --robot nobody
refused 2 'department\|area\|robot\|plugin\|month\|quarter\|year' automagi savings --by week
same 'nothing of both' 'nothing in this range' \
    "$(automagi savings --robot golden-os-2 --department bae)"
verify_clean
