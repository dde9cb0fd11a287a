# Shared by the end-to-end tests: a home of its own, the built programs, real processes.
# shellcheck shell=bash
# Sourced, never run. Each test runs from the repository's root with BUILD set (default build).

set -euo pipefail

BUILD=${BUILD:-build}
BUILD=$(cd "$BUILD" && pwd)
ROOT=$(pwd)
TEST=$(basename "$0" .sh)
WORK=$(mktemp -d "${TMPDIR:-/tmp}/automagi-$TEST.XXXXXX")
# Before a command: strace, in $WORK/trace. A sanitizer cannot look for leaks in a process that is traced.
# shellcheck disable=SC2034 # by who sources this
TRACED=(strace -f -qq -E LSAN_OPTIONS=detect_leaks=0 -o "$WORK/trace")
HOME_DIR=$WORK/home
export AUTOMAGI_LOG_FORMAT=text # what tests look for in a daemon's log; test_logs.sh has the others
DAEMON=

cleanup() {
    local status=$?
    if [ -n "$DAEMON" ]; then
        kill -KILL "$DAEMON" 2>/dev/null || true
        wait "$DAEMON" 2>/dev/null || true
    fi
    jobs -p | xargs -r kill 2>/dev/null || true # what a test that failed has begun beside itself
    if [ "$status" -ne 0 ]; then
        echo "--- the daemon said:" >&2
        tail -n 40 "$WORK/daemon.log" >&2 2>/dev/null || true
    fi
    rm -rf "$WORK"
    exit "$status"
}
trap cleanup EXIT

fail() {
    echo "$TEST: $*" >&2
    exit 1
}

# same WHAT EXPECTED FOUND
same() {
    [ "$2" = "$3" ] || fail "$1: expected '$2', found '$3'"
}

# holds WHAT PATTERN TEXT
holds() {
    grep -qE -- "$2" <<<"$3" || fail "$1: '$2' is not in: $3"
}

automagi() {
    "$BUILD/bin/automagi" --home "$HOME_DIR" "$@"
}

# refused STATUS PATTERN COMMAND...: the command ends so, with one line on stderr that matches.
refused() {
    local expected=$1 pattern=$2 status=0
    shift 2
    "$@" >"$WORK/stdout" 2>"$WORK/stderr" || status=$?
    same "exit status of '$*'" "$expected" "$status"
    same "lines on stderr of '$*'" 1 "$(wc -l <"$WORK/stderr")"
    holds "'$*'" "$pattern" "$(cat "$WORK/stderr")"
}

# How many times longer than the programs for use those under test may take (tests/prove/sanitize.sh).
PATIENCE=${TEST_PATIENCE:-1}

# wait_for SECONDS WHAT COMMAND...: until the command succeeds; a limit, never a pause for luck.
wait_for() {
    local tries=$(($1 * 50 * PATIENCE)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || fail "waited in vain: $what"
        sleep 0.02
    done
}

# soon: a time that has not come yet when the command that is given it has begun.
soon() {
    date -u -d "+$((1 + PATIENCE)) seconds" +%Y-%m-%dT%H:%M:%SZ
}

is_serving() {
    kill -0 "$DAEMON" 2>/dev/null && grep -q ' ready: ' "$WORK/daemon.log"
}

start_daemon() {
    : >"$WORK/daemon.log"
    "$BUILD/bin/automagid" --home "$HOME_DIR" >>"$WORK/daemon.log" 2>&1 &
    DAEMON=$!
    wait_for 20 'the daemon is ready' is_serving
}

stop_daemon() {
    local status=0
    kill -TERM "$DAEMON"
    wait "$DAEMON" || status=$?
    DAEMON=
    same 'exit status of the daemon' 0 "$status"
}

kill_daemon() {
    kill -KILL "$DAEMON"
    wait "$DAEMON" 2>/dev/null || true
    DAEMON=
}

new_home() {
    automagi init >/dev/null
    automagi load "$ROOT/robots/organisation.json" >/dev/null
}

# install_robot ID PLUGIN JSON-MEMBERS: a robot of a test's own, unknown to the organisation.
install_robot() {
    mkdir -p "$WORK/robots/$1"
    printf '{"id":"%s","plugin":"%s"%s}\n' "$1" "$2" "${3:+,$3}" >"$WORK/robots/$1/robot.json"
    automagi robot add "$WORK/robots/$1/robot.json" --name "Test $1" >/dev/null
}

# A test plugin of tests/standins/plugins, into this home.
install_plugin() {
    cp "$BUILD/tests/plugins/$1.so" "$HOME_DIR/plugins/$1.so"
}

# Reads one value straight from the store.
sql() {
    sqlite3 -readonly "$HOME_DIR/automagi.db" "$1"
}

# Every process below a run or host of this home: hosts carry the name automagi-host.
hosts_alive() {
    local line pid
    [ -f "$HOME_DIR/hosts" ] || return 1
    while read -r line; do
        pid=${line%% *}
        case $pid in
        boot) continue ;;
        esac
        if [ -d "/proc/$pid" ] && grep -q automagi-host "/proc/$pid/comm" 2>/dev/null; then
            return 0
        fi
    done <"$HOME_DIR/hosts"
    return 1
}

verify_clean() {
    automagi verify >"$WORK/verify" 2>&1 || fail "verify: $(cat "$WORK/verify")"
}

# ask_run_without_room ROBOT: asks the daemon for a run over a connection that it took before the last
# of its descriptors was gone. `prlimit --pid "$DAEMON" --nofile=1024:` gives it room again.
ask_run_without_room() {
    python3 - "$HOME_DIR" "$DAEMON" "$1" <<'END'
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
request = json.dumps({'command': 'run', 'arguments': {'robot': sys.argv[3]}}).encode()
client.sendall(struct.pack('<I', len(request)) + request)
size, = struct.unpack('<I', client.recv(4, socket.MSG_WAITALL))
print(client.recv(size, socket.MSG_WAITALL).decode())
END
}

# set_clock TIME: the wall clock of programs that moved_clock.so is preloaded into now shows this,
# "2027-03-28T01:45:00+01:00". MOVED_CLOCK is the file that it looks at.
set_clock() {
    local ahead bytes='' byte shift
    local -x LD_PRELOAD=''
    ahead=$(($(date -d "$1" +%s%N) - ${EPOCHREALTIME/[.,]/}000))
    for shift in 0 8 16 24 32 40 48 56; do
        printf -v byte '\\x%02x' $((ahead >> shift & 255))
        bytes+=$byte
    done
    # One write, for it may be read meanwhile.
    printf '%b' "$bytes" | dd of="$MOVED_CLOCK" bs=8 count=1 iflag=fullblock conv=notrunc status=none
}
