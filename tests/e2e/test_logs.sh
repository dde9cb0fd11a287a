#!/bin/bash
# test_logs.sh - what automagid says: JSON lines where nobody looks on, text when it is asked for.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. tests/e2e/lib.sh

unset AUTOMAGI_LOG_FORMAT
new_home
install_plugin crash
install_robot crash crash
automagi queue add crash --reference sag-1 >/dev/null

# Every line is one object with what each has; said by what a person would look for.
cat >"$WORK/lines.py" <<'PY'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert lines, "nothing was logged"
for line in lines:
    assert line["program"] == "automagid" and line["level"] in ("info", "warn", "error"), line
    assert line["time"][10] == "T" and line["time"][-6] in "+-", line
wanted = json.loads(sys.argv[2])
found = [l for l in lines if all(l.get(k) == v for k, v in wanted.items())]
assert len(found) == 1, (wanted, lines)
PY
line() { python3 "$WORK/lines.py" "$WORK/daemon.log" "$1" || fail "the log has no $1"; }

echo '# JSON when stderr is a file'
"$BUILD/bin/automagi" --home "$HOME_DIR" serve >"$WORK/daemon.log" 2>&1 &
DAEMON=$!
is_up() { automagi status --format json | grep -q '"daemon":"running"'; }
wait_for 20 'the daemon is up' is_up
if automagi run crash --wait >"$WORK/run" 2>&1; then fail 'the run did not crash'; fi
run=$(sql 'SELECT max(id) FROM run')
stop_daemon
line "{\"message\":\"ready: $(realpath "$HOME_DIR")\",\"level\":\"info\"}"
line "{\"robot\":\"crash\",\"run\":$run,\"level\":\"warn\"}"
line '{"message":"stopped"}'
line "{\"message\":\"run $run of crash has begun (by hand)\",\"robot\":\"crash\",\"run\":$run,\"level\":\"info\"}"

echo '# normal work: begin and end of each run, and times that are skipped; --log-level decides'
install_plugin ok
install_robot ok ok '"triggers":[{"cron":"* * * * *"}]'
at=$(date -u -d '+4 seconds' +%Y-%m-%dT%H:%M:%SZ)
automagi robot pause ok >/dev/null
"$BUILD/bin/automagi" --home "$HOME_DIR" serve --log-format text >"$WORK/daemon.log" 2>&1 &
DAEMON=$!
wait_for 20 'the daemon is up' is_up
automagi trigger add ok --once "$at" >/dev/null
skips() { grep -q 'robot ok: .* of trigger [0-9]* is skipped: .*paused' "$WORK/daemon.log"; }
wait_for 20 'a skipped time is logged' skips
automagi robot resume ok >/dev/null
automagi run ok --wait >/dev/null
ends() { grep -Eq 'info automagid: run [0-9]+ of ok: done \(by hand, [0-9]+\.[0-9]{3} s; 0 done, 0 for a person, 0 failed\)' "$WORK/daemon.log"; }
wait_for 20 'the end is logged' ends
stop_daemon
AUTOMAGI_LOG_LEVEL=info "$BUILD/bin/automagi" --home "$HOME_DIR" serve --log-level warn >"$WORK/daemon.log" 2>&1 &
DAEMON=$!
wait_for 20 'the daemon is up' is_up
automagi run ok --wait >/dev/null
automagi queue add crash --reference sag-2 >/dev/null
if automagi run crash --wait >/dev/null 2>&1; then fail 'the run did not crash'; fi
stop_daemon
same 'one warning and nothing else' 1 "$(wc -l <"$WORK/daemon.log")"
line "{\"robot\":\"crash\",\"level\":\"warn\"}"
grep -q '(by hand, ' "$WORK/daemon.log" || fail 'no cause'
refused 2 'is no level of logs' "$BUILD/bin/automagid" --home "$HOME_DIR" --log-level loud
refused 2 'log-level' automagi serve --log-level loud

echo '# a pipe that nobody reads: the work goes on, and what was lost is told of'
mkfifo "$WORK/pipe"
exec 7<>"$WORK/pipe" # a reader that stands still
python3 -c 'import os
os.set_blocking(7, False)
try:
    while True: os.write(7, bytes(4096))
except BlockingIOError: os.set_blocking(7, True)' # to the brim
"$BUILD/bin/automagi" --home "$HOME_DIR" serve --log-format text 2>"$WORK/pipe" &
DAEMON=$!
wait_for 20 'the daemon is up' is_up
timeout 60 "$BUILD/bin/automagi" --home "$HOME_DIR" run ok --wait >/dev/null || fail 'the log holds the work up'
cat <"$WORK/pipe" 7>&- >"$WORK/daemon.log" &
reader=$!
automagi run ok --wait >/dev/null
tells() { grep -aq 'warn automagid: [0-9]* lines of this log were lost before this one' "$WORK/daemon.log"; }
wait_for 20 'what was lost is told of' tells
stop_daemon
exec 7>&-
wait "$reader"

echo '# also of what keeps it from starting'
mv "$HOME_DIR/automagi.db" "$HOME_DIR/away.db"
refused 1 '^\{.*"level":"error",.*there is no installation.*\}$' "$BUILD/bin/automagid" --home "$HOME_DIR"
mv "$HOME_DIR/away.db" "$HOME_DIR/automagi.db"

echo '# what is past its retention goes when the daemon starts: one that is started often is never up for an hour'
install_robot kept ok '"retention_days":1'
automagi queue add kept --reference old --payload '{"name":"Inger"}' >/dev/null
item=$(sql "SELECT max(id) FROM item")
automagi queue drop "$item" --reason 'not ours' >/dev/null
sqlite3 "$HOME_DIR/automagi.db" "UPDATE item SET changed_ms = changed_ms - 5 * 86400000 WHERE id = $item"
mkdir -p "$HOME_DIR/logs/kept"
touch -d '-5 days' "$HOME_DIR/logs/kept/1.log"
touch "$HOME_DIR/logs/kept/2.log"
: >"$WORK/daemon.log"
AUTOMAGI_LOG_FORMAT=text start_daemon
forgotten() { [ ! -e "$HOME_DIR/logs/kept/1.log" ] && [ "$(sql "SELECT sealed IS NULL FROM item WHERE id = $item")" = 1 ]; }
wait_for 20 'an old log and an old payload are gone' forgotten
stop_daemon
[ -e "$HOME_DIR/logs/kept/2.log" ] || fail 'a new log is gone'

echo '# text when it is asked for, by option or environment'
serve_text() {
    : >"$WORK/daemon.log" # what the last one said is not what this one says
    "$@" >"$WORK/daemon.log" 2>&1 &
    DAEMON=$!
    wait_for 20 "the daemon says so as text ($*)" is_serving
    stop_daemon
}
serve_text "$BUILD/bin/automagi" --home "$HOME_DIR" serve --log-format text
serve_text env AUTOMAGI_LOG_FORMAT=text "$BUILD/bin/automagid" --home "$HOME_DIR"
serve_text env AUTOMAGI_LOG_FORMAT=json "$BUILD/bin/automagid" "--log-format=text" --home "$HOME_DIR"
refused 2 'is no format of logs' "$BUILD/bin/automagid" --home "$HOME_DIR" --log-format xml
refused 2 'log-format' automagi serve --log-format xml
refused 2 'is no format of logs' env AUTOMAGI_LOG_FORMAT=xml "$BUILD/bin/automagid" --home "$HOME_DIR"

echo '# a variable that a shell has inherited makes no journal of its stderr'
serve_text env JOURNAL_STREAM=1:1 "$BUILD/bin/automagid" --home "$HOME_DIR" --log-format text
JOURNAL_STREAM=1:1 "$BUILD/bin/automagid" --home "$HOME_DIR" >"$WORK/daemon.log" 2>&1 &
DAEMON=$!
wait_for 20 'the daemon is up' is_up
stop_daemon
line '{"message":"stopped"}'
