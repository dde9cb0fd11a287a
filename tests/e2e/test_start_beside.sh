#!/bin/bash
# A daemon starts beside commands that find none and write by themselves, one behind the other; beside another daemon it
# does not.
. tests/e2e/lib.sh

new_home
install_plugin ok
install_robot r ok '"window":"ever"'

# The lock is never free until the last of those that have it one after another has ended, each for a moment.
python3 - "$HOME_DIR/lock" "$WORK/held" <<'PYTHON' &
import fcntl, os, struct, sys, time

WHOLE = struct.pack('hhqqi', fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
F_OFD_SETLKW = 38
HOLDERS = 8

def hold(pipe, number):
    fd = os.open(sys.argv[1], os.O_RDWR)
    if number > 0:
        os.read(pipe, 1) # the one before has the lock
    fcntl.fcntl(fd, F_OFD_SETLKW, WHOLE)
    os.ftruncate(fd, 0)
    os.pwrite(fd, b'%d\n' % os.getpid(), 0)
    open(sys.argv[2], 'w').close()
    return fd

first, second = os.pipe()
children = []
for number in range(HOLDERS):
    pid = os.fork()
    if pid == 0:
        hold(first, number)
        os.write(second, b'x')
        time.sleep(0.3)
        os._exit(0)
    children.append(pid)
for pid in children:
    os.waitpid(pid, 0)
PYTHON
holders=$!
is_held() { [ -e "$WORK/held" ]; }
wait_for 20 'somebody has the lock' is_held
start_daemon
stop_daemon
wait "$holders" # who did not get it before the daemon has it after

# Real commands, without end.
stream() {
    local number=0
    while [ ! -e "$WORK/enough" ]; do
        number=$((number + 1))
        automagi queue add r --reference "stream-$1-$number" >/dev/null 2>&1 || true # its daemon may end
    done
}
streams=()
for each in 1 2 3 4; do
    stream "$each" &
    streams+=($!)
done
for ((each = 0; each < 10; each++)); do
    start_daemon
    stop_daemon
done
touch "$WORK/enough"
wait "${streams[@]}"

start_daemon
refused 1 "another program \(process $DAEMON\) is writing here" "$BUILD/bin/automagid" --home "$HOME_DIR"
refused 1 "automagid serves .* already, as process $DAEMON; .automagi status" automagi serve
stop_daemon
verify_clean
