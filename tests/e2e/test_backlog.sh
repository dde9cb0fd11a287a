#!/bin/bash
# The backlog: the organisation's list is loaded, ideas are sent, scored, ranked and answered; with a daemon and without.
# shellcheck source=tests/e2e/lib.sh
source "$(dirname "$0")/lib.sh"

LIST=robots/backlog_2025_09.csv
BY=(--by 'Invented Person')

# ideas: how many there are
ideas() {
    sql 'SELECT count(*) FROM idea'
}

new_home

# Nothing is taken of a list that is only tried, or wrong in a line.
holds 'a dry run' '22 ideas added' "$(automagi backlog load "$LIST" --dry-run)"
same 'ideas after a dry run' 0 "$(ideas)"
{ cat "$LIST"; echo 'Ny,Måske,Puljer'; } >"$WORK/wrong.csv"
refused 1 'wrong\.csv: line 24: the status "Måske" is none of' automagi backlog load "$WORK/wrong.csv"
{ cat "$WORK/wrong.csv"; echo ',Afvist,Puljer'; } >"$WORK/worse.csv"
status=0
automagi backlog load "$WORK/worse.csv" >"$WORK/out" 2>"$WORK/err" || status=$?
same 'the status of two wrong lines' 1 "$status"
same 'what is said of two wrong lines' 'line 24,line 25,2 lines are wrong' \
    "$(grep -oE '^line [0-9]+|2 lines are wrong' "$WORK/err" | paste -sd,)"
refused 1 'none\.csv' automagi backlog load "$WORK/none.csv"
refused 2 'FILE\.csv' automagi backlog load
truncate -s 2M "$WORK/large.csv"
refused 1 'large\.csv' automagi backlog load "$WORK/large.csv"
same 'ideas after refusals' 0 "$(ideas)"

# Once by a daemon, once without.
start_daemon
holds 'a list' '22 ideas added, 0 there already; 6 are of no single department' \
    "$(automagi backlog load "$LIST" "${BY[@]}")"
holds 'the same again' '0 ideas added, 22 there already' "$(automagi backlog load "$LIST")"
holds 'the same from elsewhere' '0 ideas added, 22 there already' \
    "$(cp "$LIST" "$WORK/copy.csv" && automagi backlog load "$WORK/copy.csv" --sender 'Invented Sender')"
same 'ideas' 22 "$(ideas)"
holds 'the audit' 'backlog take.*"added":22' "$(automagi audit)"
stop_daemon
holds 'the same without a daemon' '0 ideas added, 22 there already' "$(automagi backlog load "$LIST")"
holds 'an area' '^[^,]*,2,.*,tvaergaaende,.*printed as Børn, Sundhed & Velfærd' \
    "$(automagi backlog list --format csv)"
same 'begun without an approval' 3 "$(automagi backlog list | grep -c 'approval not recorded')"

# Three sentences, no kroner; scores; the order.
automagi backlog add 'Svar på rykkere' --sender 'Invented Sender' --department os \
    --today 'We answer reminders by hand' --trouble 'Each is looked up twice' --wish 'One look' >/dev/null
score=(--rules 4 --digital 5 --structured 4 --stability 3 --interface 5 --systems 2 "${BY[@]}")
automagi backlog score 23 --saving 0 --time 2,3,4 --quality 4 --service none "${score[@]}" >"$WORK/out"
holds 'a score' 'idea 23 .*: benefit 46\.67 \(40 to 53\.33\), ease 84, priority 62\.61, quick-win' "$(cat "$WORK/out")"
automagi backlog score 14 --saving 5 --time 5 "${score[@]}" >/dev/null
same 'the order' '1 14,2 23' "$(automagi backlog list --format csv | cut -d, -f1,2 --output-delimiter=' ' | sed -n 2,3p | paste -sd,)"
holds 'by department' '^,1,' "$(automagi backlog list --order department --format csv | sed -n 2p)"
refused 2 'low,likely,high' automagi backlog score 23 --time 4,3,5 "${BY[@]}"
refused 2 'at least one score' automagi backlog score 23 "${BY[@]}"
automagi backlog show 23 >"$WORK/out"
holds 'what was sent' 'We answer reminders by hand\. Each is looked up twice\. One look\.' "$(cat "$WORK/out")"
holds 'the priority, as the list heads it' '^priority +62\.61$' "$(cat "$WORK/out")"
holds 'the department'"'"'s own order' '^own order +-$' "$(cat "$WORK/out")"
holds 'both by their names' '"score":62\.61,.*"priority":null' "$(automagi backlog show 23 --format json)"
refused 2 'ID: expected a whole number from 1 on, not "one"' automagi backlog approve one --by X
refused 1 'backlog_2025_09\.csv: this is not JSON; a list of ideas is loaded by .automagi backlog load.' automagi load "$LIST"
holds 'its scores' 'service +not relevant' "$(cat "$WORK/out")"

# A red gate holds an idea; who begun it without saying so can say so.
automagi backlog approve 23 --by 'Invented Head' >/dev/null
automagi scorecard gate --idea 23 --item dpia --state red --note 'Not made yet' "${BY[@]}" >/dev/null
refused 1 'gate is red' automagi backlog move 23 --status development
holds 'the gate' 'dpia +red +Not made yet' "$(automagi backlog show 23)"
automagi backlog answer 23 --answer 'We make the assessment first' "${BY[@]}" >/dev/null
holds 'an answer' '^answer +We make the assessment first' "$(automagi backlog show 23)"
automagi backlog approve 12 --by 'Invented Head' >/dev/null
same 'begun without an approval still' 2 "$(automagi backlog list | grep -c 'approval not recorded')"

automagi verify >/dev/null || fail 'verify'
