#!/bin/bash
# test_clock_at_start.sh - a daemon that starts while its clock stands ahead: every time of a trigger has exactly one
# record, and what was done is known as of its day.
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

set_clock 2027-05-03T08:00:00+02:00
new_home
install_plugin ok
install_robot daily ok '"window":"day"'

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
stop_daemon
unset LD_PRELOAD
verify_clean
