#!/bin/bash
# Plugins that misbehave end as the truth says, and nothing of them is left; a plugin replaced on
# disk is used by the next run; output is captured, limited and redacted; time-outs and stops.
. tests/e2e/lib.sh

new_home
chmod 755 "$WORK"
for plugin in crash abort hang ignores_term double_fork floods_log slow_idempotent; do
    install_plugin $plugin
done
mkdir "$WORK/out"
chmod 777 "$WORK/out"
limits='"timeouts":{"run_s":2,"item_s":1,"stop_s":1},"limits":{"log_kib":64},"attempts":1'
for plugin in crash abort hang ignores_term double_fork floods_log; do
    install_robot ${plugin//_/-} $plugin "$limits"
done
install_robot slow slow_idempotent "\"configuration\":{\"items\":100000,\"ms\":20},
    \"folders\":{\"out\":\"$WORK/out\"},\"timeouts\":{\"stop_s\":1}"
start_daemon

ends() { # ROBOT ENDING PATTERN: a run with one item ends so, with that note
    local status=0
    automagi queue add "$1" --reference "sag-1" >/dev/null
    automagi run "$1" --wait --format json >"$WORK/run" 2>"$WORK/err" || status=$?
    same "exit status of a run of $1" "$([ "$2" = done ] && echo 0 || echo 1)" "$status"
    same "ending of $1" "$2" "$(sql "SELECT CASE ending WHEN 1 THEN 'done' WHEN 2 THEN 'failed'
        WHEN 3 THEN 'stopped' WHEN 4 THEN 'timed out' ELSE 'lost' END FROM run
        JOIN robot ON robot.id = robot_id WHERE slug = '$1' ORDER BY run.id DESC LIMIT 1")"
    holds "note of $1" "$3" "$(sql "SELECT note FROM run JOIN robot ON robot.id = robot_id
        WHERE slug = '$1' ORDER BY run.id DESC LIMIT 1")"
}

begun=$SECONDS
ends crash failed 'SEGV'
ends abort failed 'ABRT|SEGV'
ends hang 'timed out' 'item_s'
ends ignores-term 'timed out' 'item_s'
ends double-fork done ''
pgrep -f 'automagi-host.*double' && fail 'an orphan outlived its run'
ends floods-log 'timed out' 'item_s'
log=$(ls "$HOME_DIR"/logs/floods-log/*.log)
[ "$(stat -c %s "$log")" -le $((80 * 1024)) ] || fail "the log has $(stat -c %s "$log") bytes"
run=$(basename "$log" .log)
holds 'the log is in UTC' '^2[0-9]{3}-[0-9-]+T[0-9:.]+Z ' "$(head -n 1 "$log")"
holds 'tail shows local time' '^2[0-9]{3}-[0-9-]+T[0-9:]+[+]0[12]:00 ' "$(automagi tail "$run" | head -n 1)"
same 'tail shows all lines' "$(wc -l <"$log")" "$(automagi tail "$run" | grep -cE '^2[0-9]{3}-')"
LC_ALL=C grep -qP '[^\t\n\x20-\x7e\x80-\xff]' "$log" && fail 'control characters in the log'
[ $((SECONDS - begun)) -lt 60 ] || fail 'it took over a minute'

# Items of runs that died: their class is manual, so they wait for a person, with a sentence.
holds 'the crashed item waits' 'sag-1|\*' "$(automagi queue list --robot crash --state waiting)"

# A granted folder that is not there is found when the robot is added.
refused 1 'make the folder first' install_robot folderless slow_idempotent \
    "\"folders\":{\"out\":\"$WORK/nowhere\"}"

# A stop by a person.
run=$(automagi run slow --format json | python3 -c 'import json,sys; print(json.load(sys.stdin)["run"])')
at_work() { [ -s "$WORK/out/effects" ]; }
wait_for 20 'slow is at work' at_work
automagi stop "$run" --by 'A Person' >/dev/null
has_ended() { [ "$(sql "SELECT state FROM run WHERE id = $run")" = 3 ]; }
wait_for 20 'it has stopped' has_ended
same 'ending' 3 "$(sql "SELECT ending FROM run WHERE id = $run")"
holds 'audit' 'A Person' "$(automagi audit --limit 5)"

# Replaced on disk while a run goes on: that one ends on the old file, the next uses the new.
run=$(automagi run slow --format json | python3 -c 'import json,sys; print(json.load(sys.stdin)["run"])')
running() { [ "$(sql "SELECT state FROM run WHERE id = $run")" = 2 ]; }
wait_for 20 'slow runs' running
old=$(sql "SELECT hex(plugin_hash) FROM run WHERE id = $run")
cp "$HOME_DIR/plugins/slow_idempotent.so" "$WORK/new.so"
printf 'more' >>"$WORK/new.so" # bytes after the end: another file, the same code
mv "$WORK/new.so" "$HOME_DIR/plugins/slow_idempotent.so"
lines=$(wc -l <"$WORK/out/effects")
goes_on() { [ "$(wc -l <"$WORK/out/effects")" -gt $((lines + 3)) ]; }
wait_for 20 'the running one goes on' goes_on
automagi stop "$run" >/dev/null
wait_for 20 'it has stopped' has_ended
run=$(automagi run slow --format json | python3 -c 'import json,sys; print(json.load(sys.stdin)["run"])')
wait_for 20 'the next runs' running
[ "$old" != "$(sql "SELECT hex(plugin_hash) FROM run WHERE id = $run")" ] || fail 'the old file was used'
automagi stop "$run" >/dev/null
wait_for 20 'it has stopped' has_ended

# The same robot.json in another folder: its relative folders lie there, from the next run on.
for place in here there; do
    mkdir -p "$WORK/$place/out"
    chmod 777 "$WORK/$place/out"
    echo '{"id":"moved","plugin":"slow_idempotent","window":"ever","configuration":{"items":1,"ms":1},
        "folders":{"out":"out"}}' >"$WORK/$place/robot.json"
    automagi robot add "$WORK/$place" --name 'Moved' >/dev/null
    automagi queue add moved --reference "$place" >/dev/null
    automagi run moved --wait >/dev/null
done
same 'what was done there' there "$(cat "$WORK/there/out/effects")"

# Refused plugins: a sentence, and nothing else suffers.
for plugin in no_note no_symbol bad_abi; do
    install_plugin $plugin
done
holds 'plugin list' 'no_note' "$(automagi plugin list)"
refused 1 'note' automagi plugin check "$HOME_DIR/plugins/no_note.so"
for plugin in no_symbol bad_abi; do
    install_robot ${plugin//_/-} $plugin
    status=0
    automagi run ${plugin//_/-} --wait >"$WORK/out.txt" 2>&1 || status=$?
    same "a run of $plugin" 1 "$status"
done
cp "$HOME_DIR/plugins/crash.so" "$WORK/cut.so"
truncate -s 2000 "$WORK/cut.so"
refused 1 'cut' automagi plugin check "$WORK/cut.so"

# Robots live in namespaces of their own: what connects from there is not the administrator, unless
# the daemon is root, whose robots have other accounts.
elsewhere=("$BUILD/bin/automagi" --home "$HOME_DIR" robot)
if [ "$(id -u)" = 0 ]; then
    unshare --pid --fork "${elsewhere[@]}" pause slow >/dev/null
    same 'it is paused' 1 "$(sql "SELECT paused FROM robot WHERE slug = 'slow'")"
    unshare --user --map-root-user "${elsewhere[@]}" resume slow >/dev/null
else
    refused 1 'namespace' unshare --user --map-root-user --pid --fork "${elsewhere[@]}" pause slow
    refused 1 'namespace' unshare --user --map-root-user "${elsewhere[@]}" pause slow
fi
same 'it is not paused' 0 "$(sql "SELECT paused FROM robot WHERE slug = 'slow'")"

# A network share that is gone holds up its own robot and nobody else. (What looks at it then cannot
# even be killed, so this script does not; and its server ends by itself in any case.)
if [ "$(id -u)" = 0 ] && [ -c /dev/fuse ]; then
    mkdir "$WORK/share"
    timeout -s KILL 100 python3 tests/standins/dead_share.py "$WORK/share" >"$WORK/share.pid" 2>&1 &
    wait_for 10 'the share is mounted' grep -qx '[0-9]*' "$WORK/share.pid"
    install_plugin inspect
    install_robot share inspect "\"folders\":{\"out\":\"$WORK/share\"}"
    automagi run share --wait >/dev/null
    kill -USR1 "$(cat "$WORK/share.pid")"
    automagi run share >/dev/null
    timeout -k 1 5 "$BUILD/bin/automagi" --home "$HOME_DIR" run double-fork --wait >/dev/null ||
        fail 'another robot was held up by a dead share'
    waits() { automagi why share | grep -q 'no host: .*does not answer'; }
    wait_for 20 'the run on the dead share waits, and says for what' waits
    automagi run share >/dev/null
    kill -KILL "$(cat "$WORK/share.pid")"
    umount -l "$WORK/share"
    are_done() { [ "$(sql "SELECT group_concat(ending) FROM run JOIN robot ON robot.id = robot_id
        WHERE slug = 'share'")" = 1,1,1 ]; }
    wait_for 60 'after that both are done by themselves' are_done
fi

for program in automagi automagid automagi-host automagi-print; do
    holds "version of $program" "^$program [0-9]+[.][0-9]+[.][0-9]+\$" "$("$BUILD/bin/$program" --version)"
done
kill -0 "$DAEMON" || fail 'the daemon has died'
stop_daemon
verify_clean
