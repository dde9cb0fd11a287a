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
effects() { if [ -f "$WORK/out/$1/effects" ]; then wc -l <"$WORK/out/$1/effects"; else echo 0; fi; }
counted() { sql "SELECT count(*) FROM ledger JOIN robot ON robot.id = robot_id WHERE slug = '$1'"; }
items() { sql "SELECT count(*) FROM item JOIN robot ON robot.id = robot_id WHERE slug = '$1' AND item.state = $2"; }
at_work() { [ "$(effects "$1")" -ge "$2" ]; }
has_ended() { [ "$(sql "SELECT count(*) FROM run JOIN robot ON robot.id = robot_id
    WHERE slug = '$1' AND state <> 3")" = 0 ]; }
endings() { sql "SELECT group_concat(ending || ':' || cause, ' ') FROM (SELECT ending, cause FROM run
    JOIN robot ON robot.id = robot_id WHERE slug = '$1' ORDER BY run.id)"; }
run_of() { automagi run "$1" --format json | python3 -c 'import json,sys; print(json.load(sys.stdin)["run"])'; }
once() { same "$1: nothing done twice" "$(effects "$1")" "$(sort -u "$WORK/out/$1/effects" | wc -l)"; }

robot stopped slow_manual "$(slow 20 60)"
robot late slow_manual "$(slow 40 60),\"timeouts\":{\"run_s\":1}"
robot breaks breaks_protocol '"attempts":1'
install_plugin crash
install_robot crash crash '"lease":4'
start_daemon

# Stopped by a person in the middle of a lease: the item in hand was reported, the others never begun.
run=$(run_of stopped)
wait_for 20 'it is at work' at_work stopped 3
automagi stop "$run" >/dev/null
wait_for 20 'it has stopped' has_ended stopped
same 'stopped: ending' '3:1' "$(endings stopped)"
same 'stopped: what was done is counted' "$(effects stopped)" "$(counted stopped)"
same 'stopped: nothing is in doubt' 0 "$(items stopped 3)"
same 'stopped: the others are ready' $((20 - $(counted stopped))) "$(items stopped 0)"
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
automagi run crash --wait >/dev/null 2>&1 && fail 'crash: it did not'
same 'crash: one is in doubt' 1 "$(items crash 3)"
same 'crash: two were never begun' 2 "$(items crash 0)"

# The daemon stopped listening to this one, which went on: all that it had in hand are in doubt.
automagi run breaks --wait >/dev/null 2>&1 && fail 'breaks: it did not'
same 'breaks: counted' 1 "$(counted breaks)"
same 'breaks: all others are in doubt' 5 "$(items breaks 3)"
automagi run breaks --wait >/dev/null
once breaks

stop_daemon
verify_clean
