#!/bin/bash
# Another program holds the store: a lock of HOLD seconds that nobody can write beside, and with ALL=1 a view that
# keeps its log from being worked in, and checkpoints of its own. Work in the daemon waits and goes on, nothing is
# acknowledged meanwhile, a command that waits too long is refused with one line, and nothing is lost.
. tests/e2e/lib.sh

HOLD=${HOLD:-4}  # of more than 10 those are told who give commands
ITEMS=${ITEMS:-60}
ALL=${ALL:-}
trap 'status=$?; set +e; touch "$WORK/release"; (exit $status); cleanup' EXIT

# hold STATEMENT: a sqlite3 shell of an administrator, until $WORK/release is there.
hold() {
    rm -f "$WORK/release" "$WORK/held"
    python3 - "$HOME_DIR/automagi.db" "$1" "$WORK/held" "$WORK/release" <<'END' &
import os, sqlite3, sys, time
store = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
for statement in sys.argv[2].split(';'):
    store.execute(statement).fetchall()
open(sys.argv[3], 'w').close()
while not os.path.exists(sys.argv[4]):
    time.sleep(0.02)
END
    holder=$!
    wait_for 20 'the store is held' test -e "$WORK/held"
}
let_go() {
    touch "$WORK/release"
    wait "$holder"
}
effects() { if [ -f "$WORK/out/effects" ]; then wc -l <"$WORK/out/effects"; else echo 0; fi; }
works() { [ "$(effects)" -ge "$1" ]; }
is_done() { [ "$(sql 'SELECT count(*) FROM run WHERE state <> 3')" = 0 ]; }
tasks() { sql 'SELECT count(*) FROM ledger'; }

new_home
mkdir "$WORK/out"
chmod 777 "$WORK/out"
chmod 755 "$WORK"
install_plugin slow_manual
install_plugin ok
install_robot slow slow_manual "\"configuration\":{\"items\":$ITEMS,\"ms\":20},
    \"folders\":{\"out\":\"$WORK/out\"},\"window\":\"ever\",\"lease\":4"
install_robot ok ok
start_daemon
automagi run slow >/dev/null
wait_for 20 'it is at work' works 5

echo "a lock of $HOLD s"
hold 'BEGIN IMMEDIATE'
begun=$SECONDS
known=$(tasks)
if [ "$HOLD" -gt 10 ]; then
    refused 1 'another program has locked it, so nothing was changed; .*robots wait' automagi robot pause ok
    refused 1 'another program has locked it' automagi robot pause ok # and now at once
fi
automagi robot pause ok >"$WORK/paused" &
pausing=$!
automagi savings >/dev/null || fail 'figures cannot be read beside a lock'
while [ $((SECONDS - begun)) -lt "$HOLD" ]; do sleep 0.1; done
same 'tasks while it is locked' "$known" "$(tasks)"
kill -0 "$DAEMON" || fail 'the daemon ended'
if [ "$HOLD" -le 10 ]; then
    kill -0 "$pausing" || fail "the command did not wait: $(cat "$WORK/paused")"
    let_go
    wait "$pausing" || fail 'the command that waited was refused'
else
    wait "$pausing" && fail 'a command was carried out beside a lock'
    let_go
    goes_on() { grep -q 'can be written again' "$WORK/daemon.log"; }
    wait_for 10 'it goes on by itself' goes_on
    automagi robot pause ok >/dev/null
fi
wait_for 60 'the robot comes to its end' is_done
same 'tasks' "$ITEMS" "$(tasks)"
same 'effects' "$ITEMS" "$(sort -u "$WORK/out/effects" | wc -l)"
same 'runs' '1|1' "$(sql 'SELECT count(*), sum(ending = 1) FROM run')"

echo 'one that is started beside a lock waits, and nobody says that it ended, or to start another'
kill_daemon
hold 'BEGIN IMMEDIATE'
: >"$WORK/daemon.log"
"$BUILD/bin/automagid" --home "$HOME_DIR" >>"$WORK/daemon.log" 2>&1 &
DAEMON=$!
waits() { grep -q 'waits before it serves: ' "$WORK/daemon.log"; }
wait_for 60 'it waits' waits
held="automagid does not answer: process $DAEMON holds the lock: it is starting, or waits, and its log says for what; or its socket"
held="$held was removed \(end it and start it anew\); or it is a command, which writes by itself"
holds 'status' "^$held" "$(automagi status)"
holds 'why' "^slow: $held" "$(automagi why slow)"
automagi doctor >"$WORK/doctor" 2>&1 || true
holds 'doctor' "^wrong +daemon: $held" "$(cat "$WORK/doctor")"
! grep -q 'automagi .*serve$' "$WORK/doctor" || fail "doctor says to start another: $(cat "$WORK/doctor")"
let_go
wait_for 20 'it serves' is_serving
holds 'status' "^automagid runs as process $DAEMON" "$(automagi status)"

if [ -z "$ALL" ]; then
    stop_daemon
    verify_clean
    exit 0
fi

echo 'a reader that stays: writing goes on, and doctor says that the log grows'
hold 'BEGIN; SELECT count(*) FROM ledger'
seq -f 'ove-overskud,I%g,2025-05-01T10:00:00Z,done' "${ROWS:-60000}" |
    sed '1i robot,reference,completed_at,outcome' >"$WORK/many.csv"
# Rounds of other tasks until the log is longer than what is worked in at once.
for round in 1 2 3 4 5 6 7 8 9; do
    [ "$(stat -c %s "$HOME_DIR/automagi.db-wal")" -lt 140000000 ] || break
    sed "s/,I/,I$round-/" "$WORK/many.csv" >"$WORK/part.csv"
    automagi task import "$WORK/part.csv" >/dev/null
done
automagi doctor >"$WORK/doctor" 2>&1 || true
holds 'doctor' 'some program reads the store all the time' "$(cat "$WORK/doctor")"
let_go

echo 'others checkpoint and write: nothing is lost'
before=$(tasks)
for n in $(seq 20); do
    automagi queue add ok --reference "F$n" >/dev/null
    sqlite3 -cmd '.timeout 5000' "$HOME_DIR/automagi.db" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
done
same 'items' 20 "$(sql "SELECT count(*) FROM item JOIN robot ON robot.id = robot_id WHERE slug = 'ok'")"
same 'tasks' "$before" "$(tasks)"
stop_daemon
[ "$(stat -c %s "$HOME_DIR/automagi.db-wal")" -lt 70000000 ] || fail 'the log stays long'
verify_clean
