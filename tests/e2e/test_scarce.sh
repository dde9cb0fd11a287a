#!/bin/bash
# A host that cannot be started for want of descriptors is no fault of the robot: its run stays queued,
# is tried again, and goes on by itself when there is room.
. tests/e2e/lib.sh

new_home
chmod 755 "$WORK"
install_plugin double_fork
install_robot patient double_fork
start_daemon
automagi queue add patient --reference sag-1 >/dev/null

ask_run_without_room patient >"$WORK/answer"
state() { sql "SELECT state FROM run ORDER BY id DESC LIMIT 1"; }
put_off() { [ "$(grep -c 'robot patient waits for its host' "$WORK/daemon.log")" -ge "$1" ]; }
wait_for 10 'it is put off' put_off 1
wait_for 10 'it is tried again' put_off 2
same 'the run stays queued' 1 "$(state)"
prlimit --pid "$DAEMON" --nofile=1024:
is_done() { [ "$(sql "SELECT ending FROM run ORDER BY id DESC LIMIT 1")" = 1 ]; }
wait_for 10 'it is done after all' is_done
stop_daemon
verify_clean
