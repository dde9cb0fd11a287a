#!/bin/bash
# A daemon starts beside commands that find none and write by themselves, one behind the other; beside another daemon it
# does not.
. tests/e2e/lib.sh

new_home
install_plugin ok
install_robot r ok '"window":"ever"'

# One after another has the lock for a moment, and it is never free before the last has ended: they have it by one open
# file.
python3 - "$HOME_DIR/lock" "$WORK/held" <<'PYTHON' &
import fcntl, os, struct, sys, time

WHOLE = struct.pack('hhqqi', fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
F_OFD_SETLK = 37
HOLDERS = 12

fd = os.open(sys.argv[1], os.O_RDWR)
fcntl.fcntl(fd, F_OFD_SETLK, WHOLE)
for _ in range(HOLDERS):
    pid = os.fork()
    if pid == 0:
        os.ftruncate(fd, 0)
        os.pwrite(fd, b'%d\n' % os.getpid(), 0)
        open(sys.argv[2], 'w').close()
        time.sleep(0.3)
        os._exit(0)
    os.waitpid(pid, 0)
PYTHON
holders=$!
is_held() { [ -e "$WORK/held" ]; }
wait_for 20 'somebody has the lock' is_held
start_daemon
wait "$holders" || fail 'the lock was not to be had'
stop_daemon

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
