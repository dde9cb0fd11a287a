#!/bin/bash
# test_plugin_new.sh - a new plugin compiles, passes its own test, is installed, run, and counts a task.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

unset MAKEFLAGS MAKELEVEL MFLAGS
chmod 755 "$WORK" # a daemon that is root gives the robot an account of its own, which reads input/
new_home
start_daemon
automagi plugin new daily_count --folder "$WORK/daily count" --format csv | tail -n +2 | cut -d, -f1 | tr -d '\r' >"$WORK/next"
same 'next commands' 3 "$(wc -l <"$WORK/next")"
export AUTOMAGI_HOME=$HOME_DIR
export PATH=$BUILD/bin:$PATH
unset -f automagi
bash -eu "$WORK/next" >"$WORK/said" 2>&1 || fail "$(cat "$WORK/said")"
holds 'its own test' 'ok: it is done' "$(cat "$WORK/said")"
holds 'its run' 'run 1 of daily-count: done; 1 done, 0 for a person, 0 failed' "$(cat "$WORK/said")"
holds 'the task' 'sample.txt: [0-9]+ bytes' "$(automagi task list --robot daily-count)"
same 'counted' 1 "$(sql "SELECT count(*) FROM ledger")"
holds 'checked' 'daily_count' "$(automagi plugin check "$WORK/daily count/daily_count.so")"
if grep -rE 'my[_-]plugin|My plugin' "$WORK/daily count" --include='*.[ch]' --include=Makefile --include=robot.json; then
    fail 'a name is not filled in'
fi
cmp "$WORK/daily count/automagi.h" plugins/sdk/automagi.h || fail 'automagi.h is another'

echo '# refused'
refused 1 'is there already' automagi plugin new daily_count --folder "$WORK/daily count"
refused 1 'cannot be made: No such file' automagi plugin new other --folder "$WORK/none/other"
refused 2 'cannot be a plugin.s name' automagi plugin new Daily
refused 2 'cannot be a plugin.s name' automagi plugin new ../x
[ ! -e "$WORK/x" ] || fail 'something was written'
stop_daemon
