#!/bin/bash
# kill -9 of the daemon, a host and a run in the middle of work: nothing of the old generation is
# alive, the work goes on, nothing is lost and nothing counted twice; what may have been done
# twice waits for a person, is asked about, or is done again, as the plugin's class says.
. tests/e2e/lib.sh

new_home
ITEMS=60
for class in manual idempotent probeable; do
    install_plugin "slow_$class"
    mkdir -p "$WORK/out/$class"
    chmod 777 "$WORK/out/$class"
    chmod 755 "$WORK" "$WORK/out"
    install_robot "$class" "slow_$class" "\"configuration\":{\"items\":$ITEMS,\"ms\":20},
        \"folders\":{\"out\":\"$WORK/out/$class\"},\"window\":\"ever\",\"lease\":4,\"attempts\":50"
done

effects() { if [ -f "$WORK/out/$1/effects" ]; then wc -l <"$WORK/out/$1/effects"; else echo 0; fi; }
counted() { sql "SELECT count(*) FROM ledger JOIN robot ON robot.id = robot_id WHERE slug = '$1'"; }
waiting() { automagi queue list --robot "$1" --state waiting --format csv | tail -n +2 | grep -c . || true; }
has_effects() { [ "$(effects manual)" -ge "$1" ] && [ "$(effects idempotent)" -ge "$1" ] && [ "$(effects probeable)" -ge "$1" ]; }
has_ended() { [ "$(sql 'SELECT count(*) FROM run WHERE state <> 3')" = 0 ]; }

start_daemon
for class in manual idempotent probeable; do
    automagi run "$class" >/dev/null
done
wait_for 30 'all three are at work' has_effects 5
cp "$HOME_DIR/hosts" "$WORK/hosts"
automagi run manual --wait >"$WORK/waiting" 2>&1 &
waiter=$!
is_queued() { [ "$(sql 'SELECT count(*) FROM run')" -ge 4 ]; }
wait_for 10 'somebody waits for a run' is_queued
kill_daemon
status=0
wait "$waiter" || status=$?
same 'exit status of run --wait whose daemon died' 1 "$status"
holds 'run --wait says so' 'automagid went away' "$(cat "$WORK/waiting")"

# PDEATHSIG ends the hosts, their namespaces everything below.
gone() { ! hosts_alive; }
wait_for 10 'the hosts are gone' gone
quiet=$(cat "$WORK"/out/*/effects | wc -l)
sqlite3 "$HOME_DIR/automagi.db" 'PRAGMA integrity_check' >"$WORK/integrity"
same 'integrity' ok "$(cat "$WORK/integrity")"
same 'no effect of a dead run' "$quiet" "$(cat "$WORK"/out/*/effects | wc -l)"

start_daemon # recovery, and new runs by itself
same 'lost runs' 3 "$(sql 'SELECT count(*) FROM run WHERE ending = 5')"
wait_for 60 'the work goes on to its end' has_ended

# A run killed, its host killed: the daemon sees it.
same 'idempotent: all counted' $ITEMS "$(counted idempotent)"
same 'probeable: all counted' $ITEMS "$(counted probeable)"
same 'probeable: nothing done twice' $ITEMS "$(sort -u "$WORK/out/probeable/effects" | wc -l)"
same 'probeable: effects' $ITEMS "$(effects probeable)"
same 'manual: nothing done twice' "$(effects manual)" "$(sort -u "$WORK/out/manual/effects" | wc -l)"
uncertain=$(waiting manual)
if [ "$uncertain" -lt 1 ] || [ "$uncertain" -gt 4 ]; then
    fail "manual: $uncertain items wait, expected 1 to 4"
fi
same 'manual: counted and waiting' $ITEMS "$(($(counted manual) + uncertain))"
verify_clean

# A person settles what is uncertain.
first=$(automagi queue list --robot manual --state waiting --format json |
    python3 -c 'import json,sys; print(json.load(sys.stdin)["rows"][0]["item"])')
automagi queue done "$first" --by 'A Person' >/dev/null
same 'one fewer waits' $((uncertain - 1)) "$(waiting manual)"
same 'done by hand counts 0' $((ITEMS - uncertain)) "$(counted manual)"
automagi run manual --wait >/dev/null
same 'a run later: not added again' $((ITEMS - uncertain)) "$(counted manual)"

# kill -9 of the host under a daemon that lives.
mkdir "$WORK/out/again" # robots have uids of their own: a file of one is not another's to write
chmod 777 "$WORK/out/again"
install_robot again slow_idempotent "\"configuration\":{\"items\":40,\"ms\":60},
    \"folders\":{\"out\":\"$WORK/out/again\"},\"window\":\"ever\",\"lease\":4,\"attempts\":50,\"retry_delay_s\":1"
run=$(automagi run again --format json | python3 -c 'import json,sys; print(json.load(sys.stdin)["run"])')
works() { [ "$(effects again)" -ge 5 ]; }
wait_for 30 'it is at work' works
kill -KILL "$(tail -n 1 "$HOME_DIR/hosts" | cut -d' ' -f1)"
failed() { [ "$(sql "SELECT ending FROM run WHERE id = $run")" = 2 ]; }
wait_for 10 'the run has failed' failed
holds 'its note' '^the plugin.s host was killed by signal 9 ' "$(sql "SELECT note FROM run WHERE id = $run")"
automagi run again --wait >/dev/null
all_counted() { [ "$(counted again)" = 40 ]; }
wait_for 30 'all are counted after the host died; the one in hand rests first' all_counted
stop_daemon
verify_clean

# The audit has both starts, and the stop of the one that was not killed.
same 'starts and stops' 'start start stop' "$(sql "SELECT group_concat(word, ' ') FROM
    (SELECT substr(action, 7) AS word FROM audit WHERE action LIKE 'serve %' ORDER BY id)")"
same 'which of them was stopped' 1 "$(sql "SELECT count(*) FROM audit stopped JOIN audit started
    ON started.subject = stopped.subject AND started.action = 'serve start'
    WHERE stopped.action = 'serve stop' AND stopped.detail ->> 'generation' =
    (SELECT generation FROM store) AND stopped.detail = started.detail")"

# What a run with side effects had in hand waits for a person, though its plugin has come since by a file that
# was put in the place of one that is idempotent, and though the robot has an idempotent one by now.
start_daemon
mkdir "$WORK/out/became" "$WORK/out/left"
chmod 777 "$WORK/out/became" "$WORK/out/left"
slow() { # ROBOT CLASS: its runs never end
    install_robot "$1" "slow_$2" "\"configuration\":{\"items\":3,\"ms\":100000},
        \"folders\":{\"out\":\"$WORK/out/$1\"},\"window\":\"ever\""
}
slow became idempotent
slow left manual
LC_ALL=C sed 's/"idempotent"/"manual"    /' "$HOME_DIR/plugins/slow_idempotent.so" >"$WORK/became.so"
mv "$WORK/became.so" "$HOME_DIR/plugins/slow_idempotent.so"
automagi run became >/dev/null
automagi run left >/dev/null
wait_for 10 'the new plugin is at work' test -s "$WORK/out/became/effects"
wait_for 10 'the old plugin is at work' test -s "$WORK/out/left/effects"
install_plugin slow_idempotent
slow left idempotent
kill_daemon

# Without the list of its hosts nobody knows whether a run of the last daemon lives. A copy of the home has none. Nor with
# one that a daemon of another process namespace wrote, whatever the numbers there are here, or with one that is damaged.
refused_to_start() { refused 1 "$1" timeout 20 "$BUILD/bin/automagid" --home "$HOME_DIR"; }
mkdir "$WORK/copy"
cp "$HOME_DIR/hosts" "$WORK/left"
same "the list's namespace" "$(stat -L -c %i /proc/self/ns/pid)" "$(sed -n '1s/.* //p' "$WORK/left")"
sed '1s/ [0-9]*$/ 1/' "$WORK/left" >"$HOME_DIR/hosts"
refused_to_start 'hosts was written in another process namespace .*, and run [0-9]+ was at work when the last daemon ended'
sed '2s/ / 1 /' "$WORK/left" >"$HOME_DIR/hosts"
refused_to_start 'hosts has a line that is none, and run [0-9]+ was at work when the last daemon ended'
cp -a "$HOME_DIR/." "$WORK/copy"
rm "$HOME_DIR/hosts" "$WORK/copy/hosts"
refused_to_start 'hosts is missing, and run [0-9]+ was at work when the last daemon ended'
same 'nothing was given up' 2 "$(sql 'SELECT count(*) FROM run WHERE state = 2')"
sqlite3 "$WORK/copy/automagi.db" 'UPDATE robot SET paused = 1' # it is not to do the same work
"$BUILD/bin/automagid" --home "$WORK/copy" >"$WORK/copy.log" 2>&1 &
copy=$!
copy_serves() { grep -q ' ready: ' "$WORK/copy.log"; }
wait_for 20 'the copy is served' copy_serves
kill -TERM "$copy"
wait "$copy" || fail 'the daemon of the copy did not end well'
truncate -s 0 "$HOME_DIR/hosts"
start_daemon
first_waits() {
    same "$1: what was in hand" 3 "$(sql "SELECT state FROM item JOIN robot r ON r.id = robot_id
        WHERE slug = '$1' ORDER BY item.id LIMIT 1")"
}
first_waits became
first_waits left
kill_daemon

# A daemon that starts while a command writes by itself waits for it, and is not refused.
python3 - "$HOME_DIR/lock" "$WORK/is-held" <<'END' &
import fcntl, struct, sys, time

with open(sys.argv[1], 'r+b') as lock:
    fcntl.fcntl(lock, fcntl.F_OFD_SETLK, struct.pack('hhqqi4x', fcntl.F_WRLCK, 0, 0, 0, 0))
    open(sys.argv[2], 'w').close()
    time.sleep(0.3)
END
holder=$!
wait_for 10 'the lock is held' test -e "$WORK/is-held"
start_daemon
wait "$holder"
stop_daemon
