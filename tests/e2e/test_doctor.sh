#!/bin/bash
# test_doctor.sh - automagi doctor beside a daemon that serves, hangs, and is gone.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. tests/e2e/lib.sh

found() { automagi doctor >"$WORK/doctor" 2>"$WORK/doctor.err" || return 1; }

echo '# nothing there'
refused 1 'checks found something wrong' automagi doctor
holds 'what to do' "> automagi --home $HOME_DIR init" "$(cat "$WORK/stdout")"

echo '# an installation that was just made'
automagi init >/dev/null
found || fail "a new installation is sick: $(cat "$WORK/doctor" "$WORK/doctor.err")"
holds 'the daemon is not there' '^note +daemon: is not running' "$(cat "$WORK/doctor")"

echo '# served'
start_daemon
found || fail "it is sick: $(cat "$WORK/doctor" "$WORK/doctor.err")"
version=$("$BUILD/bin/automagid" --version)
holds 'the daemon answers' "^ok +daemon: process $DAEMON answers, version ${version#* }\$" "$(cat "$WORK/doctor")"
same 'nothing of it is in the audit' 0 "$(sql "SELECT count(*) FROM audit WHERE action LIKE 'doctor%'")"
same 'CSV' 'state,check,fix' "$(automagi doctor --format csv | sed -n '1s|\r$||p')"
automagi doctor --format json | python3 -c 'import json, sys
answer = json.load(sys.stdin)
assert answer["ok"] is True and answer["wrong"] == 0, answer
assert all(set(row) == {"state", "check", "fix"} for row in answer["rows"]), answer'


echo '# no browser to print with'
mkdir "$WORK/empty"
PATH=$WORK/empty "$BUILD/bin/automagi" --home "$HOME_DIR" doctor >"$WORK/doctor" || fail 'a browser that is missing is a fault'
holds 'a note says it' '^note +browser: chromium is not there: .* not as PDF' "$(cat "$WORK/doctor")"
holds 'what to do' '> apt-get install .*chromium chromium-driver' "$(cat "$WORK/doctor")"
found || fail "it is sick: $(cat "$WORK/doctor")"
holds 'it is there' '^ok +browser: Chromium is there' "$(cat "$WORK/doctor")"

echo '# a daemon that hangs'
kill -STOP "$DAEMON"
if found; then fail 'a daemon that hangs is taken for sound'; fi
holds 'the daemon hangs' "^wrong +daemon: process $DAEMON holds the lock and does not answer" "$(cat "$WORK/doctor")"
holds 'what to do' "> (kill -KILL $DAEMON|systemctl restart automagi)" "$(cat "$WORK/doctor")"
kill -CONT "$DAEMON"

echo '# a daemon whose lock was removed: it runs, and what is in the place of its lock names somebody else'
lock_is_gone() {
    if found; then fail 'a lock that is gone is no fault'; fi
    holds 'the daemon runs' "^wrong +daemon: process $DAEMON runs, but its lock's file $HOME_DIR/lock was removed" "$(cat "$WORK/doctor")"
    holds 'what to do' "> (kill -TERM $DAEMON;|systemctl restart automagi)" "$(cat "$WORK/doctor")"
    holds 'status says so' "^automagid runs as process $DAEMON, but its lock's file was removed" "$(automagi status)"
    same 'its process' "$DAEMON" "$(automagi status --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["pid"])')"
}
mkdir "$WORK/out"
chmod 777 "$WORK/out"
chmod 755 "$WORK"
install_plugin slow_manual
install_robot slow slow_manual "\"configuration\":{\"items\":40,\"ms\":20},\"folders\":{\"out\":\"$WORK/out\"},\"window\":\"ever\",\"lease\":4"
automagi run slow --wait >/dev/null 2>"$WORK/waits" &
waiting=$!
is_at_work() { [ -s "$WORK/out/effects" ]; }
wait_for 20 'it is at work' is_at_work
rm "$HOME_DIR/lock"
wait "$waiting" || fail "who waited for the run took its daemon for gone: $(cat "$WORK/waits")"
lock_is_gone
refused 1 'lock.s file is gone' automagi limit set --machine --runs 4 # and made a lock
[ -e "$HOME_DIR/lock" ] || fail 'nothing is in the place of the lock'
lock_is_gone
stop_daemon
start_daemon
found || fail "it is sick: $(cat "$WORK/doctor" "$WORK/doctor.err")"
holds 'the daemon answers' "^ok +daemon: process $DAEMON answers" "$(cat "$WORK/doctor")"

echo '# one that serves, whose socket was removed: it does not answer, nobody takes it for one that starts alone, and it is started anew'
rm "$HOME_DIR/socket"
may="automagid does not answer: process $DAEMON holds the lock: .*; or its socket was removed \(end it and start it anew\); or"
holds 'status' "^$may" "$(automagi status)"
holds 'why' "^slow: $may" "$(automagi why slow)"
! automagi why slow | grep -q 'nothing starts' || fail 'it is not known that nothing starts'
is_to_be_restarted() {
    ! found && grep -qE "> .*; (kill -TERM $DAEMON;|systemctl restart automagi)" "$WORK/doctor"
}
wait_for 30 'doctor says to start it anew' is_to_be_restarted
holds 'doctor' "^wrong +daemon: $may" "$(cat "$WORK/doctor")"
stop_daemon
start_daemon
found || fail "it is sick: $(cat "$WORK/doctor" "$WORK/doctor.err")"

echo '# one that was killed'
kill_daemon
if found; then fail 'a daemon that was killed is no fault'; fi
holds 'it ended without order' '^wrong +daemon: is not running and ended without order' "$(cat "$WORK/doctor")"

echo '# keys that are gone: what is said puts them back, and nothing else'
install_plugin poison
install_robot r poison ''
automagi queue add r --reference A --business-date 2025-02-03 >/dev/null
automagi backup "$WORK/FILE" >/dev/null
automagi queue add r --reference B --business-date 2025-02-04 >/dev/null
rm -r "$HOME_DIR/keys"
if found; then fail 'missing keys are no fault'; fi
fix=$(sed -n 's/^ *> \(.*tar .*\)/\1/p' "$WORK/doctor")
(cd "$WORK" && bash -c "$fix") || fail "it does not work: $fix"
found || true
holds 'the keys are there' '^ok +keys: 2 can be read' "$(cat "$WORK/doctor")"
same 'what was added since the backup' 2 "$(sql 'SELECT count(*) FROM item')"
verify_clean

echo '# a store that does not open'
printf 'nonsense' | dd of="$HOME_DIR/automagi.db" conv=notrunc status=none
if found; then fail 'a damaged store is no fault'; fi
holds 'it is damaged' '^wrong +store: ' "$(cat "$WORK/doctor")"
holds 'the rest is looked at' '^ok +libraries: ' "$(cat "$WORK/doctor")"
