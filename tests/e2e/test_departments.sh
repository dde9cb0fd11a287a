#!/bin/bash
# Departments merge, split and are renamed; shares, keys and operating days; with a daemon and without.
# shellcheck source=tests/e2e/lib.sh
source "$(dirname "$0")/lib.sh"

BY=(--by 'Invented Person')

# row ID: of a list on a day
row() {
    automagi department list --on "$2" --format csv | tr -d '\r"' | grep "^$1," || fail "no row $1 on $2"
}

new_home
automagi department list --on 2026-06-01 | grep -q 'Dagtilbud & Skole' || fail 'no list'

# Nothing is changed by what is only tried.
automagi department merge kfe kb --into os --from 2027-01-01 "${BY[@]}" --dry-run >"$WORK/out"
holds 'a dry run' 'its budget of 2027, 48000 kr\., goes to os' "$(cat "$WORK/out")"
holds 'a dry run' 'the shares of 2 robots name it' "$(cat "$WORK/out")"
same 'ends so far' 0 "$(sql 'SELECT count(*) FROM department_successor')"

# A daemon does it.
start_daemon
automagi department add es --name 'Ejendomme & Service' --from 2026-12-01 >/dev/null
automagi department merge kfe kb --into es --from 2027-01-01 --reason 'A new structure' \
    "${BY[@]}" --yes --format json >"$WORK/out"
holds 'a merger' '"year":2027,"department":"es","before":0,"after":53000' "$(cat "$WORK/out")"
holds 'the day before' ',25000$|,48000$' "$(row kfe 2026-12-31)"
holds 'the day' '2027-01-01,es,0,0$' "$(row kfe 2027-01-01)"
holds 'its successor' ',2,53000$' "$(row es 2027-01-01)"
automagi department split bae --into bf=0.333334 --into ds=0.333333,aess=0.333333 \
    --from 2027-01-01 "${BY[@]}" --yes >"$WORK/out"
before=$(sql "SELECT sum(kroner) FROM (SELECT kroner, max(from_day) FROM budget WHERE year = 2028 GROUP BY department_id)")
same 'the budgets of 2028' 1504000 "$before"
automagi department rename bf --name 'Børn og Unge' --from 2027-01-01 "${BY[@]}" >/dev/null
automagi department area bf --area bsv --name 'Børn, Sundhed & Velfærd' --from 2027-01-01 >/dev/null
holds 'another name' 'Børn og Unge,2027-01-01,bsv' "$(row bf 2027-01-01)"
holds 'the name before' 'Børn & Familie,2025-01-01,,' "$(row bf 2026-12-31)"
automagi share set mona-mangelliste --from 2027-01-01 --share bf=0.5 --share ds=0.3 >"$WORK/out"
holds 'what is missing' '0\.2 of it is Tværgående' "$(cat "$WORK/out")"
same 'versions' 4 "$(automagi share list mona-mangelliste --format csv | tail -n +2 | wc -l)"
automagi key set --from 2027-01-01 --share ds=0.4,bf=0.6 >/dev/null
same 'keys' 2 "$(automagi key list --format csv | tail -n +2 | wc -l)"
automagi robot suspend mona-mangelliste --from 2027-02-01 --to 2027-02-28 --reason 'A new source' --yes >"$WORK/out"
holds 'a suspension' '\.\.2027-01-31, 2027-03-01\.\.' "$(cat "$WORK/out")"
automagi robot operate mona-mangelliste --from 2027-02-01 --to 2027-02-28 >/dev/null
stop_daemon

# What cannot be is named, and says what to do.
refused 1 'bae ends on 2027-01-01.*bf 0\.333334' automagi share set mona-mangelliste --from 2027-01-01 --share bae=1
refused 1 'kfe ends on 2027-01-01' automagi department merge kfe --into os --from 2027-06-01 "${BY[@]}" --yes
refused 2 'add up to 1\.1' automagi share set mona-mangelliste --from 2027-01-01 --share bf=0.5,ds=0.6
refused 2 'add up to 0\.9' automagi department split os --into bf=0.5,ds=0.4 --from 2027-01-01 "${BY[@]}"
refused 2 '--by is missing' automagi department merge os --into bf --from 2027-01-01
refused 1 'did you mean aess' automagi department merge aes --into bf --from 2027-01-01 "${BY[@]}" --yes

# The whole of it goes into another home and comes out the same.
automagi export "$WORK/one.json" >/dev/null
automagi load "$WORK/one.json" --yes | grep -q 'no change' || fail 'an export changes its own home'
"$BUILD/bin/automagi" --home "$WORK/other" init >/dev/null
"$BUILD/bin/automagi" --home "$WORK/other" load "$WORK/one.json" --yes >/dev/null
"$BUILD/bin/automagi" --home "$WORK/other" export "$WORK/two.json" >/dev/null
cmp "$WORK/one.json" "$WORK/two.json" || fail 'the exports differ'
same 'verify' 0 "$(automagi verify --format json | grep -o '"differences":[0-9]*' | cut -d: -f2)"

# A month is closed: what is dated there is refused, or the difference is booked beside it.
cat >"$WORK/tasks.csv" <<'CSV'
robot,reference,completed_at,outcome,department
mona-mangelliste,1,2026-01-10T12:00:00+01:00,done,
mona-mangelliste,2,2026-01-20T12:00:00+01:00,done,
mona-mangelliste,3,2026-02-10T12:00:00+01:00,done,os
CSV
automagi task import "$WORK/tasks.csv" >/dev/null
automagi period close 2026-01 "${BY[@]}" --yes >/dev/null
frozen=$(automagi savings --from 2026-01-01 --to 2026-01-31 --format json)
refused 1 'in a month that is closed' automagi share set mona-mangelliste --from 2026-01-15 --share mt=1
refused 1 'in a month that is closed' automagi robot suspend mona-mangelliste --from 2026-01-31 --yes
refused 2 'needs --reason' automagi share set mona-mangelliste --from 2026-01-15 --share mt=1 --book-difference
automagi share set mona-mangelliste --from 2026-01-15 --share mt=1 --book-difference --reason 'A late letter' >"$WORK/out"
holds 'a late share' 'booked in 2026-02: 1 counter-entry' "$(cat "$WORK/out")"
automagi department split mt --into os=0.333333,puljer=0.666667 --from 2026-01-18 --book-difference \
    --reason 'A later letter' "${BY[@]}" --yes >"$WORK/out"
holds 'a late split' 'booked in 2026-02: 1 counter-entry' "$(cat "$WORK/out")"
same 'January' "$frozen" "$(automagi savings --from 2026-01-01 --to 2026-01-31 --format json)"
automagi period verify >/dev/null || fail 'period verify'
automagi verify >/dev/null || fail 'verify'
refused 1 'mt ends on 2026-01-18' automagi load "$WORK/one.json" --yes
automagi export "$WORK/late.json" >/dev/null
automagi load "$WORK/late.json" --yes | grep -q 'no change' || fail 'an export changes its own home'

# An empty home says what to do.
rm -rf "$WORK/other"
"$BUILD/bin/automagi" --home "$WORK/other" init >/dev/null
holds 'no departments' 'automagi load' "$("$BUILD/bin/automagi" --home "$WORK/other" department list)"
