#!/bin/bash
# test_why.sh - ten robots that do not run, each for a reason of its own, brought about for real;
# `why` says it in one sentence.
. tests/e2e/lib.sh

head -c 8 /dev/zero >"$WORK/clock"
export MOVED_CLOCK=$WORK/clock LD_PRELOAD=$BUILD/tests/e2e/moved_clock.so

# says ROBOT PATTERN: in the end, for some reasons are noted a moment later.
says() { automagi why "$1" | grep -qE -- "$2"; }
expect() {
    local tries
    for ((tries = 0; tries < 250; tries++)); do
        if says "$1" "$2"; then
            same "lines about $1" 1 "$(automagi why "$1" | wc -l)"
            automagi why "$1"
            return
        fi
        sleep 0.02
    done
    fail "$1: '$2' is not in: $(automagi why "$1")"
}
fire_is() { [ "$(sql "SELECT count(*) FROM fire f JOIN trigger t ON t.id = f.trigger_id JOIN robot r ON r.id = t.robot_id WHERE r.slug = '$1' AND f.skipped GLOB '$2'")" -ge 1 ]; }
ended() { [ "$(sql "SELECT count(*) FROM run u JOIN robot r ON r.id = u.robot_id WHERE r.slug = '$1' AND u.state = 3")" -ge 1 ]; }

set_clock 2026-11-23T10:00:10+01:00
new_home
for plugin in ok hang; do install_plugin $plugin; done
start_daemon
quick='"timeouts":{"stop_s":0}'

install_robot paused ok
automagi robot pause paused --by 'Invented Person' >/dev/null
expect paused '^paused: it is paused by Invented Person since .*robot resume paused'

automagi system set opus --closed 18:00-06:00 >/dev/null
install_robot night ok '"systems":["opus"]'

install_robot busy hang "$quick"',"triggers":[{"cron":"* * * * *","overlap":"skip"}]'
automagi limit set --plugin hang --runs 1 >/dev/null
automagi queue add busy --reference sag-1 >/dev/null
automagi run busy >/dev/null
install_robot limited hang "$quick"
automagi queue add limited --reference sag-1 >/dev/null
automagi run limited >/dev/null
expect limited "^limited: run [0-9]+ waits.*the plugin's limit of 1 run is reached"
holds 'status says it too' '^ *limited .*queued .*the plugin.s limit of 1 run is reached' "$(automagi status)"

echo '# whoever waits for a run is told what it waits for'
automagi run limited --wait >"$WORK/waited" 2>"$WORK/waits" &
waiting=$!
told() { grep -qE "^run [0-9]+ waits: the plugin's limit of 1 run is reached$" "$WORK/waits"; }
automagi stop "$(sql "SELECT min(id) FROM run u WHERE robot_id = (SELECT id FROM robot WHERE slug = 'limited') AND state = 1")" >/dev/null
wait_for 20 'what the run waits for' told
automagi stop "$(sql "SELECT max(id) FROM run")" >/dev/null
wait $waiting && fail 'a stopped run was waited for as done'

install_robot second ok
automagi trigger add second --after paused >/dev/null
expect second '^second: .*paused.*has not run|^second: .*after paused'

install_robot backs-off ok '"retry_delay_s":3000'
automagi queue add backs-off --reference sag-1 --payload transient >/dev/null
automagi run backs-off --wait >/dev/null || true
expect backs-off '^backs-off: .*(back-off|next try)'

install_robot off ok '"triggers":[{"cron":"* * * * *","not_on":["danish-holidays"]}]'
install_robot missed ok '"triggers":[{"cron":"0 11 * * *","misfire":"skip"}]'

install_robot refused ok
cp "$HOME_DIR/plugins/ok.so" "$WORK/ok.so"

echo '# at the next minute the hanging robot is skipped'
set_clock 2026-11-23T10:01:05+01:00
wait_for 10 'the time is skipped' fire_is busy 'overlap*'
automagi stop "$(sql "SELECT max(id) FROM run WHERE state = 2 AND robot_id = (SELECT id FROM robot WHERE slug = 'busy')")" >/dev/null
wait_for 10 'it has ended' ended busy
expect busy '^busy: .*overlap'
automagi robot remove limited --yes >/dev/null 2>&1 || automagi robot pause limited >/dev/null

echo '# in the evening the system is closed'
set_clock 2026-11-23T19:00:10+01:00
automagi run night >/dev/null
expect night '^night: run [0-9]+ waits.*opus is closed until (2026-11-24T06:00|.*06[.:]00)'

echo '# on Christmas Day, after a month down'
stop_daemon
set_clock 2026-12-25T10:00:10+01:00
start_daemon
set_clock 2026-12-25T10:01:05+01:00
wait_for 10 'the day off is recorded' fire_is off 'juledag*'
expect off '^off: .*[Jj]uledag.*it runs next at 00:00 on Sun 2026-12-27'
expect missed '^missed: .*automagid was not running'

echo '# a plugin that is no plugin any more'
head -c 1000 "$WORK/ok.so" >"$HOME_DIR/plugins/ok.new"
mv "$HOME_DIR/plugins/ok.new" "$HOME_DIR/plugins/ok.so"
expect refused '^refused: .*(plugin|ok\.so)'
cp "$WORK/ok.so" "$HOME_DIR/plugins/ok.new"
mv "$HOME_DIR/plugins/ok.new" "$HOME_DIR/plugins/ok.so"

echo '# no room for a host'
install_robot roomless ok
ask_run_without_room roomless >"$WORK/answer"
expect roomless '^roomless: run [0-9]+ waits.*no host: '
prlimit --pid "$DAEMON" --nofile=1024:
wait_for 15 'it runs after all' ended roomless
stop_daemon
unset LD_PRELOAD
verify_clean
