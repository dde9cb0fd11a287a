#!/bin/bash
# test_service.sh - what automagid tells the service manager that started it, and when it stops to.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. tests/e2e/lib.sh

TOLD=$WORK/told
LISTENER=
stop_listener() {
    [ -z "$LISTENER" ] || kill "$LISTENER" 2>/dev/null || true
    LISTENER=
}
end_of_test() {
    local status=$?
    stop_listener
    set +e
    (exit "$status")
    cleanup
}
trap end_of_test EXIT

# listen NAME: the stand-in for the service manager, at a path or an abstract name
listen() {
    stop_listener
    rm -f "$TOLD" "$WORK/notify"
    python3 tests/standins/notify_socket.py "$TOLD" "$1" 2>"$WORK/listener" &
    LISTENER=$!
    wait_for 20 'the stand-in listens' grep -q LISTENING "$TOLD"
}

told() { grep -q -- "$1" "$TOLD"; }
pings() { grep -c 'WATCHDOG=1' "$TOLD" || true; }
has_pings() { [ "$(pings)" -ge "$1" ]; }

# start NAME WATCHDOG_USEC COMMAND...
start() {
    local name=$1 watchdog=$2
    shift 2
    : >"$WORK/daemon.log"
    env NOTIFY_SOCKET="$name" WATCHDOG_USEC="$watchdog" "$@" --home "$HOME_DIR" >>"$WORK/daemon.log" 2>&1 &
    DAEMON=$!
    wait_for 20 'READY=1' told 'READY=1'
}

new_home

echo '# ready when commands are taken, stopping when it is told to, and who says so'
listen "$WORK/notify"
start "$WORK/notify" '' "$BUILD/bin/automagid"
automagi run nobody >/dev/null 2>"$WORK/err" && fail 'a robot of no name ran'
holds 'the daemon itself answered' 'nobody' "$(cat "$WORK/err")"
stop_daemon
wait_for 20 'STOPPING=1' told 'STOPPING=1'
same 'order of what was told' 'READY=1 STOPPING=1 ' "$(grep -oE 'READY=1|STOPPING=1|WATCHDOG=1' "$TOLD" | tr '\n' ' ')"
holds 'what it does is said' 'READY=1;STATUS=serving ' "$(cat "$TOLD")"

echo '# at an abstract name too, and by automagi serve'
listen "@automagi-test-$$"
start "@automagi-test-$$" '' "$BUILD/bin/automagi" serve
same 'who told it' "$DAEMON" "$(awk '/READY=1/ { print $2 }' "$TOLD")"
stop_daemon

echo '# pings at half the time of the watchdog or oftener'
listen "$WORK/notify"
start "$WORK/notify" 2000000 "$BUILD/bin/automagid"
wait_for 60 'six pings' has_pings 6
same 'pings are of the daemon' "$DAEMON" "$(awk '/WATCHDOG=1/ { print $2 }' "$TOLD" | sort -u)"
holds 'with a line for people' 'WATCHDOG=1;STATUS=serving: 0 runs, 0 robots installed' "$(cat "$TOLD")"
# Of the least of the gaps: a machine that is busy makes them longer, and never shorter.
least=$(awk '/READY=1|WATCHDOG=1/ { if (last && (!least || $1 - last < least)) least = $1 - last; last = $1 }
    END { print least }' "$TOLD")
[ "$least" -le 1000 ] || fail "the shortest time between pings of a watchdog of 2000 ms is $least ms"

# quiet: for longer than the watchdog waits there was no ping
quiet() { awk -v now="$(awk '{ printf "%d", $1 * 1000 }' /proc/uptime)" '/WATCHDOG=1/ { last = $1 } END { exit now - last < 2500 }' "$TOLD"; }

echo '# a daemon that stands still sends none'
kill -STOP "$DAEMON"
wait_for 60 'no pings' quiet
before=$(pings)
kill -CONT "$DAEMON"
wait_for 60 'it goes on' has_pings $((before + 3))
stop_daemon

echo '# nor does one whose writer waits for a disk for ever, while the loop turns'
listen "$WORK/notify"
start "$WORK/notify" 2000000 env LD_PRELOAD="$BUILD/tests/bench/slowsync.so" SLOWSYNC_US=0 \
    SLOWSYNC_WHILE="$WORK/stuck" "$BUILD/bin/automagid"
wait_for 60 'pings before' has_pings 2
touch "$WORK/stuck"
automagi robot pause franco-fakturatjek-momentum >"$WORK/load" 2>&1 &
loading=$!
wait_for 60 'no pings' quiet
turns() { awk '/^(non)?voluntary_ctxt_switches/ { sum += $2 } END { print sum }' "/proc/$DAEMON/task/$DAEMON/status"; }
was=$(turns)
has_turned() { [ "$(turns)" -gt $((was + 2)) ]; }
wait_for 60 'the loop still turns' has_turned
before=$(pings)
rm "$WORK/stuck"
wait "$loading" || fail "the command that waited: $(cat "$WORK/load")"
wait_for 60 'it goes on' has_pings $((before + 3))

stop_daemon

echo '# a store that another program holds for a while is no standing still'
listen "$WORK/notify"
start "$WORK/notify" 8000000 "$BUILD/bin/automagid"
python3 - "$HOME_DIR/automagi.db" "$WORK/held" "$WORK/release" <<'PY' &
import os, sqlite3, sys, time
store = sqlite3.connect(sys.argv[1], isolation_level=None)
store.execute("BEGIN IMMEDIATE")
open(sys.argv[2], "w").close()
while not os.path.exists(sys.argv[3]):
    time.sleep(0.02)
PY
holder=$!
wait_for 20 'the store is held' test -e "$WORK/held"
automagi robot resume franco-fakturatjek-momentum >"$WORK/load" 2>&1 &
loading=$!
before=$(pings)
wait_for 25 'pings while the writer tries' has_pings $((before + 3))
kill -0 "$loading" 2>/dev/null || fail "the command did not wait: $(cat "$WORK/load")"
touch "$WORK/release"
wait "$holder"
wait "$loading" || fail "the command that waited: $(cat "$WORK/load")"
stop_daemon

echo '# without a socket, or with a name that is none, it serves as ever'
for name in '' nonsense /does/not/exist "$WORK"; do
    NOTIFY_SOCKET=$name WATCHDOG_USEC=abc start_daemon
    stop_daemon
done
echo '# the watchdog of another process is not ours'
listen "$WORK/notify"
start "$WORK/notify" 100000 env WATCHDOG_PID=1 "$BUILD/bin/automagid"
stop_daemon
wait_for 20 'STOPPING=1' told 'STOPPING=1'
same 'pings' 0 "$(pings)"
