#!/bin/bash
# test_clock_at_start.sh - a daemon that starts while its clock stands ahead, and a robot.json that is added again while a
# time is owed: every time of a trigger has exactly one record, and what was done is known as of its day.
. tests/e2e/lib.sh

head -c 8 /dev/zero >"$WORK/clock"
export MOVED_CLOCK=$WORK/clock LD_PRELOAD=$BUILD/tests/e2e/moved_clock.so

# Fires of a robot's triggers: the time as UTC, and the reason of one that was skipped.
fires() {
    sql "SELECT strftime('%m-%dT%H:%M', nominal_ms / 1000, 'unixepoch') || coalesce(' ' || skipped, '') FROM fire
         WHERE trigger_id BETWEEN $1 AND $2 ORDER BY nominal_ms, trigger_id" | paste -sd ';'
}
fires_are() { [ "$(fires "$1" "$2")" = "$3" ]; }
is_of() { [ "$(sql "SELECT strftime('%Y-%m-%dT%H:%M', since_ms / 1000, 'unixepoch') FROM trigger")" = "$1" ]; }
is_set_back() { grep -q 'the clock was set back' "$WORK/daemon.log"; }
robot_json() { # ROBOT TRIGGERS
    printf '{"id":"%s","plugin":"ok","window":"ever","triggers":[%s]}' "$1" "$2" >"$WORK/robots/$1/robot.json"
}

set_clock 2027-05-03T08:00:00+02:00
new_home
install_plugin ok
install_robot daily ok '"window":"day"'
for robot in changed once moved; do install_robot "$robot" ok '"window":"ever"'; done

echo 'it starts while the clock stands ahead, and no time has come when that is set right: it sees it, and goes on from now'
set_clock 2027-06-10T10:00:00+02:00
start_daemon
automagi trigger add daily --cron '0 12 * * *' >/dev/null
automagi queue add daily --reference case-1 --payload done >/dev/null
automagi run daily --wait >/dev/null
set_clock 2027-05-03T10:00:00+02:00
wait_for 10 'it is seen' is_set_back
wait_for 10 'the trigger is of now' is_of 2027-05-03T08:00
holds 'the note of what was done' 'clock ahead, done 2027-05-03 to 2027-05-03' "$(automagi task list --robot daily)"
set_clock 2027-05-03T12:00:01+02:00
wait_for 10 'its time comes' fires_are 1 1 '05-03T10:00'
stop_daemon

echo 'set right while nobody is there: what it owes from then on is made up for'
set_clock 2027-06-10T10:00:00+02:00
automagi trigger add daily --cron '0 6 * * *' >/dev/null
set_clock 2027-05-03T13:00:00+02:00
start_daemon
stop_daemon
set_clock 2027-05-04T07:00:00+02:00
start_daemon
wait_for 10 'its time is made up for' fires_are 2 2 '05-04T04:00'

echo 'robot.json is added again while a time is owed: what has the same times has it still, what goes leaves a record'
robot_json changed '{"cron":"0 6 * * *"},{"cron":"30 5 * * *"}'
robot_json once '{"once":"2027-05-05T06:00:00+02:00"}'
robot_json moved '{"cron":"0 * * * *"},{"once":"2027-05-05T05:15:00+02:00"}'
for robot in changed once moved; do automagi robot add "$WORK/robots/$robot/robot.json" >/dev/null; done
by_hand=$(automagi trigger add once --cron '45 5 * * *' --format json |
    python3 -c 'import json,sys; print(json.load(sys.stdin)["trigger"])')
same 'the numbers of the triggers' '3 4 5 6 7 8' "$(sql 'SELECT group_concat(id, " ") FROM trigger WHERE id > 2')"
stop_daemon
set_clock 2027-05-05T06:30:00+02:00
robot_json changed '{"cron":"0 6 * * *","expected_by":"09:00"}'
robot_json once '{"once":"2027-05-05T06:00:00+02:00","overlap":"skip"}'
robot_json moved '{"once":"2027-05-05T05:15:00+02:00","zone":"America/New_York"}'
before=$(sql 'SELECT count(*) FROM fire')
automagi robot add "$WORK/robots/changed/robot.json" --dry-run >"$WORK/said" 2>&1
holds 'said before' 'one time of its trigger 4, at 05:30 every day, has passed and not run: 05:30; it is skipped' "$(cat "$WORK/said")"
grep -q 'trigger 3' "$WORK/said" && fail "what stays owed is said to be skipped: $(cat "$WORK/said")"
holds 'said before' '23 times of its trigger 6, .*, have passed and not run, from 08:00 yesterday on; they are skipped' \
    "$(automagi robot add "$WORK/robots/moved/robot.json" --dry-run 2>&1)"
holds 'said before' 'has passed and not run: 05:45; it is skipped' "$(automagi trigger remove "$by_hand" --dry-run 2>&1)"
same 'records after what changes nothing' "$before" "$(sql 'SELECT count(*) FROM fire')"
for robot in changed once moved; do automagi robot add "$WORK/robots/$robot/robot.json" >/dev/null; done
automagi trigger remove "$by_hand" --yes >/dev/null
start_daemon
gone='the trigger was replaced or removed'
wait_for 10 'the time of what has another overlap' fires_are 5 5 '05-05T04:00'
wait_for 10 'the times of both' fires_are 3 4 "05-05T03:30 $gone;05-05T04:00"
same 'the time of the one that was removed' "05-05T03:45 $gone" "$(fires "$by_hand" "$by_hand")"
same 'the hours of the one that went' "23 05-04T06:00 05-05T04:00" "$(sql "SELECT count(*) || ' ' ||
    strftime('%m-%dT%H:%M', min(nominal_ms) / 1000, 'unixepoch') || ' ' ||
    strftime('%m-%dT%H:%M', max(nominal_ms) / 1000, 'unixepoch') FROM fire WHERE trigger_id = 6 AND skipped = '$gone'")"
same 'the one in another zone' "05-05T03:15 $gone" "$(fires 7 7)"
stop_daemon
unset LD_PRELOAD
verify_clean
