#!/bin/bash
# What a run leaves when it ends before its queue is empty: an item it never touched is tried again
# by itself, also for a plugin whose effects must not be repeated; one it may have done waits.
. tests/e2e/lib.sh

new_home
chmod 755 "$WORK"
mkdir "$WORK/out"
chmod 755 "$WORK/out"

# robot ID PLUGIN MORE-JSON: with a folder of its own for its effects, and eight items in hand
robot() {
    [ -e "$HOME_DIR/plugins/$2.so" ] || install_plugin "$2"
    mkdir -p "$WORK/out/$1"
    chmod 777 "$WORK/out/$1"
    install_robot "$1" "$2" "\"window\":\"ever\",\"lease\":8,\"folders\":{\"out\":\"$WORK/out/$1\"},$3"
}
slow() { printf '"configuration":{"items":%d,"ms":%d}' "$1" "$2"; }
held() { printf '"configuration":{"items":%d,"ms":1,"held":3}' "$1"; } # the fourth ends with let_go, or its run
let_go() { touch "$WORK/out/$1/go"; }
effects() { if [ -f "$WORK/out/$1/effects" ]; then wc -l <"$WORK/out/$1/effects"; else echo 0; fi; }
counted() { sql "SELECT count(*) FROM ledger JOIN robot ON robot.id = robot_id WHERE slug = '$1'"; }
items() { sql "SELECT count(*) FROM item JOIN robot ON robot.id = robot_id WHERE slug = '$1' AND item.state = $2"; }
at_work() { [ "$(effects "$1")" -ge "$2" ]; }
has_ended() { [ "$(sql "SELECT count(*) FROM run JOIN robot ON robot.id = robot_id
    WHERE slug = '$1' AND state <> 3")" = 0 ]; }
endings() { sql "SELECT group_concat(coalesce(ending, 0) || ':' || cause, ' ') FROM (SELECT ending, cause FROM run
    JOIN robot ON robot.id = robot_id WHERE slug = '$1' ORDER BY run.id)"; }
run_of() { automagi run "$1" --format json | python3 -c 'import json,sys; print(json.load(sys.stdin)["run"])'; }
once() { same "$1: nothing done twice" "$(effects "$1")" "$(sort -u "$WORK/out/$1/effects" | wc -l)"; }

robot stopped slow_manual "$(held 20)"
robot late slow_manual "$(slow 40 60),\"timeouts\":{\"run_s\":1}"
robot breaks breaks_protocol '"attempts":1'
install_plugin crash
install_robot crash crash '"lease":4'
start_daemon

# Stopped by a person in the middle of a lease: the item in hand was reported, the others never begun.
run=$(run_of stopped)
wait_for 20 'it is at work' at_work stopped 3
automagi stop "$run" --by 'A Person' >/dev/null
wait_for 20 'it has stopped' has_ended stopped
same 'stopped: by whom' 'stopped by A Person' "$(sql "SELECT note FROM run WHERE id = $run")"
same 'stopped: ending' '3:1' "$(endings stopped)"
same 'stopped: what was done is counted' "$(effects stopped)" "$(counted stopped)"
same 'stopped: nothing is in doubt' 0 "$(items stopped 3)"
same 'stopped: the others are ready' $((20 - $(counted stopped))) "$(items stopped 0)"
let_go stopped
automagi run stopped --wait >/dev/null
same 'stopped: all are counted' 20 "$(counted stopped)"
once stopped

# A time-out that the run heeds is an end in order too.
automagi run late --wait >/dev/null 2>&1 && fail 'late: no time-out'
same 'late: ending' '4:1' "$(endings late)"
same 'late: what was done is counted' "$(effects late)" "$(counted late)"
same 'late: nothing is in doubt' 0 "$(items late 3)"

# A crash: the one in hand may have been done, those behind it not.
for i in 1 2 3; do
    automagi queue add crash --reference "sag-$i" >/dev/null
done
refused 1 'crash: failed; 0 done, .* see .automagi tail [0-9]+.$' automagi run crash --wait
same 'crash: said once' 'run 4 of crash is queued' "$(cat "$WORK/stdout")"
same 'crash: one is in doubt' 1 "$(items crash 3)"
same 'crash: two were never begun' 2 "$(items crash 0)"

# The daemon stopped listening to this one, which went on: all that it had in hand are in doubt.
automagi run breaks --wait >/dev/null 2>&1 && fail 'breaks: it did not'
same 'breaks: counted' 1 "$(counted breaks)"
same 'breaks: all others are in doubt' 5 "$(items breaks 3)"
automagi run breaks --wait >/dev/null
once breaks

# The daemon is told to stop with work in hand: at its next start the work goes on, as after a crash;
# not what a person stopped or retired, and what is paused when it is resumed.
robot goes-on slow_manual "$(held 30)"
robot by-hand slow_manual "$(held 30)"
robot paused slow_manual "$(held 30)"
robot retired slow_manual "$(held 30)"
robot through slow_manual "$(slow 1 1500)"
for robot in goes-on by-hand paused retired through; do
    run=$(run_of $robot)
    [ $robot != by-hand ] || stopped=$run
done
for robot in goes-on by-hand paused retired through; do
    wait_for 20 "$robot is at work" at_work $robot 1
done
automagi stop "$stopped" >/dev/null
wait_for 20 'by-hand has stopped' has_ended by-hand
member() { python3 -c 'import json,sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
same 'status: it runs' 'running' "$(automagi status --format json | member daemon)"
holds 'status: its process' "runs as process $DAEMON;" "$(automagi status)"
stop_daemon
holds 'status: stopped in order' 'automagid is not running; start it' "$(automagi status)"
same 'goes-on: ending' '6:1' "$(endings goes-on)"
same 'goes-on: nothing is in doubt' 0 "$(items goes-on 3)"
[ "$(items goes-on 0)" -gt 0 ] || fail 'goes-on: it had done all there was'
same 'through: it had done all there was' '1:1' "$(endings through)"
automagi robot pause paused >/dev/null
sqlite3 "$HOME_DIR/automagi.db" "UPDATE robot_operation SET from_day = 18000, to_day = 18001
    WHERE robot_id = (SELECT id FROM robot WHERE slug = 'retired')" # new today, retired long ago
let_go goes-on
start_daemon
wait_for 30 'the work goes on' has_ended goes-on
same 'goes-on: endings' '6:1 1:3' "$(endings goes-on)"
same 'goes-on: all are counted' 30 "$(counted goes-on)"
once goes-on
same 'by-hand: stays stopped' '3:1' "$(endings by-hand)"
same 'paused: its run waits' '6:1 0:3' "$(endings paused)"
let_go paused
automagi robot resume paused >/dev/null
wait_for 30 'what was paused goes on' has_ended paused
same 'paused: endings' '6:1 1:3' "$(endings paused)"
same 'paused: all are counted' 30 "$(counted paused)"
once paused
same 'retired: its run waits, should it be put back' '6:1 0:3' "$(endings retired)"
same 'through: needs no other' '1:1' "$(endings through)"

# Killed: said plainly, and nothing is shown as running that does not.
robot killed slow_manual "$(held 30)"
run_of killed >/dev/null
wait_for 20 'killed is at work' at_work killed 1
kill_daemon
holds 'status: killed' 'not running: it ended without order and 1 run was lost with it' "$(automagi status)"
same 'status: for programs' 'not running' "$(automagi status --format json | member daemon)"
holds 'runs: killed' 'killed +by hand +lost ' "$(automagi runs --limit 1)"
let_go killed
start_daemon
wait_for 30 'killed goes on' has_ended killed

# Stopped by a person, who was answered, and it had not ended when the daemon was killed: it stays stopped, and what it had
# begun waits for a person as after any crash.
install_plugin ignores_term
deaf() { install_robot "$1" ignores_term '"lease":1,"pause_after":1,"timeouts":{"stop_s":60}'; }
begin_deaf() {
    deaf "$1"
    automagi queue add "$1" --reference sag-1 >/dev/null
    automagi queue add "$1" --reference sag-2 >/dev/null
    run=$(run_of "$1")
    wait_for 20 "$1 is at work" has_begun "$run"
}
has_begun() { [ "$(sql "SELECT count(*) FROM lease WHERE run_id = $1")" = 1 ]; }
begin_deaf answered
same 'answered: the answer' "run $run of answered is being stopped" "$(automagi stop "$run" --by 'A Person')"
holds 'answered: runs' 'running .*is being stopped by A Person' "$(automagi runs --limit 1)"
holds 'answered: why' "goes on.*run $run is being stopped by A Person" "$(automagi why answered)"
kill_daemon
same 'answered: it had not ended' 2 "$(sql "SELECT state FROM run WHERE id = $run")"
holds 'answered: runs, without a daemon' 'stopped .*stopped by A Person; its daemon ended before' "$(automagi runs --limit 1)"
start_daemon
same 'answered: stays stopped' '3:1' "$(endings answered)"
same 'answered: by whom' 'stopped by A Person; the daemon ended before it had' "$(sql "SELECT note FROM run WHERE id = $run")"
same 'answered: one is in doubt' 1 "$(items answered 3)"
same 'answered: one was never begun' 1 "$(items answered 0)"
same 'answered: it is no failure' 0 "$(sql "SELECT paused FROM robot WHERE slug = 'answered'")"

# It is told to stop in order: so do those that a person stopped before that and behind it.
begin_deaf before
automagi stop "$run" --by 'A Person' >/dev/null
begin_deaf behind
is_stopping() { grep -q ' stopping: ' "$WORK/daemon.log"; }
kill -TERM "$DAEMON"
wait_for 20 'the daemon stops' is_stopping
same 'behind: the answer' "run $run of behind is being stopped" "$(automagi stop "$run" --by 'A Person')"
while read -r host _; do
    for child in $(pgrep -P "$host"); do
        kill -KILL "$child" 2>/dev/null || true
    done
done < <(grep -E '^[0-9]+ ' "$HOME_DIR/hosts")
status=0
wait "$DAEMON" || status=$?
DAEMON=
same 'exit status of the daemon' 0 "$status"
start_daemon
for robot in before behind; do
    same "$robot: stays stopped" '3:1' "$(endings $robot)"
    same "$robot: by whom" 'stopped by A Person' "$(sql "SELECT note FROM run JOIN robot ON robot.id = robot_id WHERE slug = '$robot'")"
done

stop_daemon
verify_clean
