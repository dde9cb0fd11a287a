#!/bin/bash
# A run, its host and its daemon were stopped (SIGSTOP) while the home was restored behind their back, its lock's file
# gone, and are continued: nothing of what they still report gets into the restored store, and nobody serves that before
# they have ended.
. tests/e2e/lib.sh

effects() { if [ -f "$WORK/out/effects" ]; then wc -l <"$WORK/out/effects"; else echo 0; fi; }
works() { [ "$(effects)" -ge "$1" ]; }
state() { sqlite3 -readonly "$HOME_DIR/automagi.db" .dump | sha256sum; }

new_home
mkdir "$WORK/out"
chmod 777 "$WORK/out"
chmod 755 "$WORK"
install_plugin slow_manual
install_robot slow slow_manual "\"configuration\":{\"items\":4000,\"ms\":20},
    \"folders\":{\"out\":\"$WORK/out\"},\"window\":\"ever\",\"lease\":4"
start_daemon
automagi run slow >/dev/null
wait_for 20 'it is at work' works 5
automagi backup "$WORK/backup" >/dev/null
wait_for 20 'it works on' works $(($(effects) + 5))
host=$(pgrep -P "$DAEMON" automagi-host)
run=$(pgrep -P "$host")
kill -STOP "$run" "$host" "$DAEMON"
before=$(sql 'SELECT generation FROM store')
refused 1 'stop it first' automagi restore "$WORK/backup"
rm "$HOME_DIR/lock"
automagi restore "$WORK/backup" >/dev/null
[ "$(sql 'SELECT generation FROM store')" -gt "$before" ] || fail 'the restored store has a generation of before'
restored=$(state)
known=$(effects)
kill -CONT "$DAEMON" "$host" "$run"
# What it works in now is the store that was put aside, which it has open.
wait_for 20 'the run that was stopped goes on, and reports' works $((known + 12))
same 'the restored store' "$restored" "$(state)"
refused 1 "process $DAEMON serves it still" timeout 20 "$BUILD/bin/automagid" --home "$HOME_DIR"
same 'the restored store' "$restored" "$(state)"
stop_daemon
same 'the restored store, after that daemon has ended' "$restored" "$(state)"
start_daemon
same 'the run of before' 0 "$(sql "SELECT count(*) FROM run WHERE id = 1 AND (state <> 3 OR ending <> 5)")"
[ "$(sql 'SELECT generation FROM store')" -gt "$((before + 1))" ] || fail 'the generation did not go on'
stop_daemon
same 'results that came late' 0 "$(sql 'SELECT count(*) FROM late_result')"
verify_clean
