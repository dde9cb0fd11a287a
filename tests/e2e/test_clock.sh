#!/bin/bash
# test_clock.sh - the days that go wrong, with a daemon whose clock is moved: both changes of the
# clocks, three days down, a clock set back, and a time zone's file that becomes another.
# Every nominal time has exactly one fire; the times are stated here.
. tests/e2e/lib.sh

head -c 8 /dev/zero >"$WORK/clock" # before anybody looks at it
export MOVED_CLOCK=$WORK/clock LD_PRELOAD=$BUILD/tests/e2e/moved_clock.so


# Fires of a trigger as UTC times, those that ran; with '!' before those skipped.
fires() {
    sql "SELECT iif(skipped IS NULL, '', '!') || strftime('%m-%dT%H:%M', nominal_ms / 1000, 'unixepoch')
         FROM fire WHERE trigger_id = $1 AND nominal_ms >= 1000 * unixepoch('${2:-2000-01-01}')
         ORDER BY nominal_ms" | paste -sd ' '
}
fires_are() { [ "$(fires "$1" "${3:-}")" = "$2" ]; }
expect_fires() {
    local tries
    for ((tries = 0; tries < 500; tries++)); do
        fires_are "$@" && return
        sleep 0.02
    done
    fail "trigger $1: expected '$2', found '$(fires "$1" "${3:-}")'"
}
nothing_runs() { [ "$(sql 'SELECT count(*) FROM run WHERE state <> 3')" = 0 ]; }

# Puts the clock forward (or back) to each of the moments, and lets what is due be done.
walk() {
    local moment
    for moment in "$@"; do
        set_clock "$moment"
        wait_for 10 "the time $moment is looked at" has_looked "$moment"
        wait_for 10 "runs of $moment end" nothing_runs
    done
}
# A trigger of every five minutes says how far the loop has come.
has_looked() {
    local at
    at=$(date -d "$1" +%s)
    [ "$(sql "SELECT count(*) FROM fire WHERE trigger_id = $TICK AND nominal_ms = ($at - $at % 300) * 1000")" = 1 ]
}
add() { # CRON [OPTIONS...]: its number
    automagi trigger add ok --format json --overlap allow --cron "$@" |
        python3 -c 'import json,sys; print(json.load(sys.stdin)["trigger"])'
}

set_clock 2027-03-28T01:40:10+01:00
new_home
install_plugin ok
start_daemon

echo 'a daemon goes by the zone it started with: another is refused whole, and taken when it has ended'
sed 's#"Europe/Copenhagen"#"America/Nuuk"#; s#"hours_per_fte": *[0-9]*#"hours_per_fte": 1234#' \
    robots/organisation.json >"$WORK/nuuk.json"
ORGANISATION='SELECT time_zone, hours_per_fte FROM organisation'
BEFORE=$(sql "$ORGANISATION")
refused 1 'is Europe/Copenhagen and cannot become America/Nuuk while automagid runs, .*: stop it, load this again' \
    automagi load "$WORK/nuuk.json"
same 'the organisation after that' "$BEFORE" "$(sql "$ORGANISATION")"
stop_daemon
holds 'loaded without a daemon' 'the time zone is America/Nuuk from now on' "$(automagi load "$WORK/nuuk.json")"
same 'the organisation after that' 'America/Nuuk|1234' "$(sql "$ORGANISATION")"
automagi load robots/organisation.json >/dev/null
start_daemon

install_robot ok ok '"limit":8,"pause_after":0'
TICK=$(add '*/5 * * * *')
GAP=$(add '30 2 * * *')     # a time that is not there in spring and there twice in autumn
WILD=$(add '*/30 * * * *')  # by elapsed time
THREE=$(add '0 3 * * *')
NEW_YORK=$(add '30 21 * * *' --zone America/New_York) # 02:30 in Copenhagen, but for three weeks

echo 'spring: 02:00 to 03:00 is not there'
walk 2027-03-28T01:45:05+01:00 2027-03-28T01:55:05+01:00 2027-03-28T03:00:05+02:00 \
    2027-03-28T03:30:05+02:00 2027-03-28T04:00:05+02:00
expect_fires "$GAP" '03-28T01:00'
expect_fires "$THREE" '03-28T01:00'
expect_fires "$WILD" '03-28T01:00 03-28T01:30 03-28T02:00'
expect_fires "$NEW_YORK" '03-28T01:30'
same 'fires and their runs' "$(sql 'SELECT count(*) FROM fire WHERE run_id IS NOT NULL')" \
    "$(sql "SELECT count(*) FROM run WHERE cause = 2 AND ending = 1")"

echo 'three days down: the newest time makes up, every other has its record'
stop_daemon
set_clock 2027-03-31T12:00:10+02:00
start_daemon
wait_for 10 'the newest times run' fires_are "$THREE" '03-28T01:00 !03-29T01:00 !03-30T01:00 03-31T01:00'
expect_fires "$GAP" '03-28T01:00 !03-29T00:30 !03-30T00:30 03-31T00:30'
same 'half hours of three days' 163 "$(fires "$WILD" | wc -w)"
same 'of which ran' 4 "$(fires "$WILD" | tr ' ' '\n' | grep -vc '^!')"
same 'times with two records' 0 \
    "$(sql 'SELECT count(*) - count(DISTINCT trigger_id || "/" || nominal_ms) FROM fire')"

echo 'a clock that is set back by an hour fires nothing again'
wait_for 10 'runs end' nothing_runs
walk 2027-03-31T12:30:10+02:00
before=$(sql 'SELECT count(*) FROM fire')
set_clock 2027-03-31T11:30:10+02:00
walk 2027-03-31T12:30:20+02:00
same 'fires after the hour was there twice' "$before" "$(sql 'SELECT count(*) FROM fire')"
walk 2027-03-31T12:35:05+02:00
same 'and then they go on' "$((before + 1))" "$(sql 'SELECT count(*) FROM fire')"

echo 'autumn: 02:00 to 03:00 is there twice'
stop_daemon
set_clock 2027-10-31T01:40:10+02:00
start_daemon
wait_for 20 'made up for what was missed' nothing_runs
walk 2027-10-31T01:55:05+02:00 2027-10-31T02:00:05+02:00 2027-10-31T02:30:05+02:00 \
    2027-10-31T02:00:05+01:00 2027-10-31T02:30:05+01:00 2027-10-31T03:00:05+01:00
expect_fires "$GAP" '10-31T00:30' 2027-10-31
expect_fires "$THREE" '10-31T02:00' 2027-10-31
expect_fires "$WILD" '10-31T00:00 10-31T00:30 10-31T01:00 10-31T01:30 10-31T02:00' 2027-10-31
stop_daemon

echo 'the clocks are not changed any more: the new file counts from the next look on'
mkdir -p "$WORK/zoneinfo/Europe" "$WORK/zoneinfo/America"
cp /usr/share/zoneinfo/Europe/Copenhagen "$WORK/zoneinfo/Europe/Copenhagen"
cp /usr/share/zoneinfo/America/New_York "$WORK/zoneinfo/America/New_York"
export MOVED_ZONES=$WORK/zoneinfo
set_clock 2028-06-01T05:40:10+02:00
start_daemon
NOON=$(add '0 6 * * *')
walk 2028-06-01T06:00:05+02:00
expect_fires "$NOON" '06-01T04:00'
LD_PRELOAD='' cp /usr/share/zoneinfo/Africa/Lagos "$WORK/zoneinfo/Europe/new" # one hour ahead of UTC, always
mv "$WORK/zoneinfo/Europe/new" "$WORK/zoneinfo/Europe/Copenhagen"
set_clock 2028-06-01T08:00:10+02:00
wait_for 10 'the change is seen' grep -q "time zone's file has changed" "$WORK/daemon.log"
walk 2028-06-02T06:00:05+02:00 2028-06-02T07:00:05+02:00
expect_fires "$NOON" '06-01T04:00 06-02T05:00'
stop_daemon
unset LD_PRELOAD
verify_clean
