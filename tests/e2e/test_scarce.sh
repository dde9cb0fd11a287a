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

# The connection is taken before the descriptors are gone.
python3 - "$HOME_DIR" "$DAEMON" >"$WORK/answer" <<'END'
import json, os, resource, socket, struct, sys, time

daemon = int(sys.argv[2])
os.chdir(sys.argv[1])
descriptors = len(os.listdir(f'/proc/{daemon}/fd'))
client = socket.socket(socket.AF_UNIX)
client.settimeout(10)
client.connect('socket')
while len(os.listdir(f'/proc/{daemon}/fd')) == descriptors:
    time.sleep(0.01)
hard = resource.prlimit(daemon, resource.RLIMIT_NOFILE)[1]
resource.prlimit(daemon, resource.RLIMIT_NOFILE, (1, hard))
request = json.dumps({'command': 'run', 'arguments': {'robot': 'patient'}}).encode()
client.sendall(struct.pack('<I', len(request)) + request)
size, = struct.unpack('<I', client.recv(4, socket.MSG_WAITALL))
print(client.recv(size, socket.MSG_WAITALL).decode())
END
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
