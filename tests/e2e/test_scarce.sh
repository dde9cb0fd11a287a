#!/bin/bash
# A host that cannot be started for want of descriptors is no fault of the robot: its run stays queued,
# is tried again, and goes on by itself when there is room. Who calls the daemon meanwhile takes no
# processor of it.
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

# ticks_while_called: of a processor that the daemon takes in three seconds in which it cannot let in who calls.
ticks_while_called() {
    python3 - "$HOME_DIR" "$DAEMON" <<'END'
import os, socket, sys, time

def ticks():
    with open(f'/proc/{sys.argv[2]}/stat', encoding='ascii') as file:
        return sum(map(int, file.read().rpartition(')')[2].split()[11:13]))

os.chdir(sys.argv[1])
client = socket.socket(socket.AF_UNIX)
client.connect('socket')
before = ticks()
time.sleep(3)
print(ticks() - before)
END
}
used=$(ticks_while_called)
[ "$used" -le $((20 * PATIENCE)) ] || fail "it took $used hundredths of a second of a processor while nobody could be let in"

prlimit --pid "$DAEMON" --nofile=1024:
is_done() { [ "$(sql "SELECT ending FROM run ORDER BY id DESC LIMIT 1")" = 1 ]; }
wait_for 10 'it is done after all' is_done
stop_daemon
verify_clean
