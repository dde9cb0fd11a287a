#!/bin/bash
# test_triggers.sh - triggers, calendars, systems, limits and inputs by the command line, with the daemon and without.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

new_home
install_plugin ok
echo '{"id": "r", "plugin": "ok"}' >"$WORK/robot.json"
refused 1 "or make it new: automagi robot add $WORK/robot.json --name 'A name" automagi robot add "$WORK/robot.json"
automagi robot add "$WORK/robot.json" --name R

cat >"$WORK/school.ics" <<'ICS'
BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
DTSTART;VALUE=DATE:20200605
RRULE:FREQ=YEARLY
SUMMARY:Grundlovsdag\, lukket
END:VEVENT
END:VCALENDAR
ICS

# Everything that is set, with and without a daemon.
settings() {
    local name=$1

    automagi calendar add "$name" "$WORK/school.ics" | grep -q "^$name is new: 12 entries" || fail "no $name"
    automagi calendar add "$name" "$WORK/school.ics" | grep -q 'no change' || fail "$name changed"
    automagi calendar add "$name" --day 2031-01-01..2031-01-03 --day 2031-01-05 --name Lukket |
        grep -q '14 entries, 2 added' || fail 'days by hand'
    automagi calendar show "$name" --year 2031 --format csv | grep -q 'Grundlovsdag, lukket' || fail 'no name'
    automagi trigger add r --cron '30 6 LB-1 * *' --not-on week-42 --not-on "$name" |
        grep -q 'at 06:30 on the second-last bank day of the month, not on .*week-42' || fail 'no words'
    automagi system set "$name" --closed '18:00-06:00, sat, sun' | grep -q 'is closed' || fail 'no system'
    automagi limit set --machine --runs 4 | grep -q 'at most 4 runs' || fail 'no limit'
    automagi system remove "$name"
    automagi limit remove --machine
}

settings without-daemon
automagi why r | grep -q '^r: automagid is not running' || fail 'why without a daemon'
start_daemon
settings with-daemon
automagi why r | grep -q '^r: it has not run yet; it runs next at 06:30' || fail 'why'

echo '# files that are wrong are refused by line, and nothing is changed'
sed 's/FREQ=YEARLY/FREQ=NEVER/' "$WORK/school.ics" >"$WORK/wrong.ics"
head -n 5 "$WORK/school.ics" >"$WORK/half.ics"
for file in wrong half; do
    if automagi calendar add other "$WORK/$file.ics" 2>"$WORK/error"; then fail "$file.ics was taken"; fi
    grep -q "$file.ics: line 3: " "$WORK/error" || fail "$(cat "$WORK/error")"
done
[[ -z $(sql "SELECT 1 FROM calendar WHERE slug = 'other'") ]] || fail 'a wrong file left a calendar'

echo '# a trigger of one time fires, and its run has its input until it ends'
echo '{"case": "A-1"}' >"$WORK/input.json"
automagi robot pause r --by Anna
automagi why r | grep -q 'it is paused by Anna since' || fail 'why paused'
automagi robot list | grep -q 'paused by Anna' || fail 'list does not say who'
automagi robot resume r
automagi run r --wait --input "@$WORK/input.json"
automagi why r | grep -q 'it ran last at .*, which ended done' || fail 'why after a run'
at=$(date -u -d '+5 seconds' +%Y-%m-%dT%H:%M:%SZ)
automagi trigger add r --once "$at"
has_run_once() {
    automagi runs --robot r --format csv | grep -q 'once.*done'
}
wait_for 20 'the run of a trigger' has_run_once

echo '# a program in another language sees the input, of a run by hand and of a trigger'
mkdir "$WORK/program"
cat >"$WORK/program/says.py" <<'PY'
import json
import socket

host = socket.socket(fileno=3).makefile("rw", encoding="utf-8")
for line in host:
    ask = json.loads(line)
    case = ask.get("input", {}).get("case", "none")
    if ask["do"] == "collect":
        print(json.dumps({"add": {"reference": case}}), file=host)
        print('{"collected":true}', file=host, flush=True)
    elif ask["do"] == "perform":
        print(json.dumps({"done": True, "note": "told " + case}), file=host, flush=True)
PY
echo '{"id": "says", "plugin": "command", "folders": {"program": "program"},
 "configuration": {"program": ["python3", "/proc/self/cwd/says.py"]}}' >"$WORK/says.json"
chmod -R o+rX "$WORK" # runs have an account of their own where the daemon is root
automagi robot add "$WORK/says.json" --name Says
automagi run says --wait
automagi run says --wait --input '{"case": "B-2"}'
at=$(date -u -d '+5 seconds' +%Y-%m-%dT%H:%M:%SZ)
automagi trigger add says --once "$at" --input '{"case": "C-3"}'
told() {
    [[ $(automagi task list --robot says --format csv | grep -o 'told [a-zA-Z0-9-]*' | sort | paste -sd ' ') == "$1" ]]
}
wait_for 20 'the inputs of three runs' told 'told B-2 told C-3 told none'
automagi verify >"$WORK/verified" || fail "$(cat "$WORK/verified")"
stop_daemon
