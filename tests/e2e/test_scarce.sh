#!/bin/bash
# A host that cannot be started for want of descriptors is no fault of the robot: its run stays queued,
# is tried again, and goes on by itself when there is room. Who calls the daemon meanwhile takes no processor of it. So is
# one whose host has no room for its process, and one whose host is killed while it loads the plugin, as by the kernel that
# is short of memory. Who calls a daemon that has no descriptor left is told so, and who calls one with as many clients as it
# takes waits for one to go, or for the daemon's end.
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

# beside_callers COUNT full|late COMMAND...: while so many others are the daemon's clients. full: it has no descriptor left.
# late: one more asks for a run, and what it hears in the end is printed.
beside_callers() {
    python3 - "$HOME_DIR" "$DAEMON" "$@" <<'END'
import json, os, resource, socket, struct, subprocess, sys

daemon, count, how = int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
folder = os.open(sys.argv[1], os.O_PATH | os.O_DIRECTORY)
limits = resource.prlimit(daemon, resource.RLIMIT_NOFILE)

def asking(command, arguments):
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(60)
    client.connect(f'/proc/self/fd/{folder}/socket')
    request = json.dumps({'command': command, 'arguments': arguments}).encode()
    client.sendall(struct.pack('<I', len(request)) + request)
    return client

def heard(client):
    try:
        size = client.recv(4, socket.MSG_WAITALL)
        return client.recv(*struct.unpack('<I', size), socket.MSG_WAITALL) if size else b''
    except ConnectionResetError:
        return b''

clients = [asking('no such command', {}) for _ in range(count)]
if not all(map(heard, clients)):
    sys.exit('a client was not answered')
if how == 'late':
    late = asking('run', {'robot': 'patient'})
else:
    taken = {int(number) for number in os.listdir(f'/proc/{daemon}/fd')}
    resource.prlimit(daemon, resource.RLIMIT_NOFILE, (min(set(range(len(taken) + 1)) - taken), limits[1]))
status = subprocess.run(sys.argv[5:], check=False).returncode
if how == 'late':
    print(heard(late).decode() or 'gone')
else:
    resource.prlimit(daemon, resource.RLIMIT_NOFILE, limits)
sys.exit(status)
END
}
refusals() { grep -c 'no descriptor is free, so commands are refused' "$WORK/daemon.log" || true; }
said=$(refusals)
# shellcheck disable=SC2016 # its own
refused 1 'the daemon has no free descriptor, so the command was not carried out; try again' \
    beside_callers 40 full bash -c '"$@" 2>/dev/null; "$@"' twice \
    "$BUILD/bin/automagi" --home "$HOME_DIR" queue add patient --reference sag-2
same 'the log says it once' $((said + 1)) "$(refusals)"
same 'nothing was carried out' 0 "$(sql 'SELECT count(*) FROM item')"
automagi queue add patient --reference sag-2 >/dev/null

# It ends in order while all places are taken, and so it does for who waits for one.
end_with_callers() {
    local runs status=0
    runs=$(sql 'SELECT count(*) FROM run')
    same 'who waits for a place at the end' gone "$(beside_callers 64 late kill -TERM "$DAEMON")"
    wait "$DAEMON" || status=$?
    DAEMON=
    same 'exit status of the daemon' 0 "$status"
    same 'nothing was carried out for it' "$runs" "$(sql 'SELECT count(*) FROM run')"
    verify_clean
}

# Its host can take the channel of a run, and has no descriptor left for the pipe of its output.
host() { tail -n 1 "$HOME_DIR/hosts" | cut -d' ' -f1; }
if [ ! -e "/proc/$(host)/fd/3" ]; then # a daemon that is not root is not shown what its hosts have open
    end_with_callers
    exit 0
fi
asked=$(sql 'SELECT max(id) FROM run')
# limit_host COUNT: of descriptors, as its own account may say.
limit_host() {
    local as=()
    [ "$(id -u)" != 0 ] || as=(setpriv --reuid "$(awk '/^Uid/ { print $2 }' "/proc/$(host)/status")" \
        --regid "$(awk '/^Gid/ { print $2 }' "/proc/$(host)/status")" --clear-groups)
    "${as[@]}" prlimit --pid "$(host)" --nofile="$1:"
}
limit=3
while [ -e "/proc/$(host)/fd/$limit" ]; do limit=$((limit + 1)); done
limit_host $((limit + 1))
automagi run patient --input '{"case":1}' >/dev/null
cut_short() { [ "$(sql "SELECT count(*) FROM run WHERE id > $asked AND ending = 6 AND
    note = 'its process could not be started: Too many open files'")" -ge "$1" ]; }
wait_for 10 'it is cut short, and tried again' cut_short 2
same 'its input is kept, for one run' 1 "$(sql 'SELECT count(input) FROM run')"
limit_host 32
wait_for 10 'it is done after all' is_done
same 'none has failed' '1 1' "$(sql "SELECT count(*) FILTER (WHERE ending = 1) || ' ' || count(DISTINCT CASE ending
    WHEN 6 THEN 1 ELSE ending END) FROM run WHERE id > $asked")"

# A plugin whose constructor never comes back, until another file lies there.
loads() {
    python3 - "$BUILD/tests/plugins/harms_0000.so" "$HOME_DIR/plugins/harms_0000.so" "$1" <<'END'
import os
import sys

sys.path.insert(0, 'tests/e2e')
import hostile_files

with open(sys.argv[1], 'rb') as file:
    elf = hostile_files.Elf(file.read())
hostile_files.how(sys.argv[3])(elf)
with open(sys.argv[2] + '.new', 'wb') as file:
    file.write(elf.data)
os.rename(sys.argv[2] + '.new', sys.argv[2])
END
}
killed() { grep -c "robot loads waits for its host, .* killed by signal 9 (KILL) while it loaded the plugin" "$WORK/daemon.log" || true; }
is_loading() { # a host that was not killed yet is in the plugin's constructors
    [ "$(host)" != "$last" ] && grep -q 'r-xp .*/memfd:plugin' "/proc/$(host)/maps" 2>/dev/null
}
kill_loading() {
    wait_for 10 'a host loads the plugin' is_loading
    last=$(host)
    kill -KILL "$last"
}
install_plugin harms_0000
install_robot loads harms_0000 '"configuration":{"how":"nothing","in":"nowhere"}'
loads 'constructor hang'
last=$(host)
automagi run loads --input '{"case":2}' >/dev/null
for _ in 1 2 3 4; do
    kill_loading
done
ending() { sql 'SELECT ending FROM run ORDER BY id DESC LIMIT 1'; }
has_failed() { [ "$(ending)" = 2 ]; }
wait_for 10 'one whose host is always killed is refused' has_failed
same 'times that it was tried again' 3 "$(killed)"
holds 'the truth' "^the plugin.s host was killed by signal 9 .KILL. while it loaded the plugin" \
    "$(sql 'SELECT note FROM run ORDER BY id DESC LIMIT 1')"
automagi run loads --input '{"case":2}' >/dev/null
kill_loading
loads 'destructor nothing'
wait_for 10 'it is done when its host is left alone' is_done
end_with_callers
