#!/bin/bash
# A run whose processes cannot be killed (here: frozen) is named, does not keep the daemon from
# ending, and is given back when the next daemon finds them gone.
. tests/e2e/lib.sh

FREEZER=/sys/fs/cgroup/freezer/automagi-test-$$
if ! mkdir "$FREEZER" 2>/dev/null; then
    echo "$TEST: passed over: no freezer here (it needs root and cgroup v1)"
    exit 77
fi
thaw() {
    local pid
    echo THAWED >"$FREEZER/freezer.state"
    while read -r pid; do
        echo "$pid" >/sys/fs/cgroup/freezer/cgroup.procs || true
    done <"$FREEZER/cgroup.procs"
}
end_thawed() {
    thaw 2>/dev/null
    for _ in 1 2 3 4 5; do
        rmdir "$FREEZER" 2>/dev/null && break
        sleep 0.2
    done
}
trap 'status=$?; set +e; end_thawed; (exit "$status"); cleanup' EXIT

new_home
chmod 755 "$WORK"
install_plugin hang
install_plugin ok
install_robot ok ok
install_robot hang hang '"limit":2,"timeouts":{"run_s":2,"stop_s":0}'
start_daemon
automagi queue add hang --reference sag-1 >/dev/null
run=$(automagi run hang --format json | python3 -c 'import json,sys; print(json.load(sys.stdin)["run"])')
is_begun() { [ "$(sql "SELECT count(*) FROM lease WHERE run_id = $run")" = 1 ]; }
wait_for 10 'the item is begun' is_begun
host=$(tail -n 1 "$HOME_DIR/hosts" | cut -d' ' -f1)
pgrep -P "$host" >"$WORK/child"
cat "$WORK/child" >"$FREEZER/cgroup.procs"
echo FROZEN >"$FREEZER/freezer.state"

named() { grep -q "run $run of hang cannot be ended" "$WORK/daemon.log"; }
wait_for 25 'the run is named' named
noted() { automagi runs | grep -q 'cannot be ended'; }
wait_for 5 'the list of runs says so' noted
same 'it still counts as running' 2 "$(sql "SELECT state FROM run WHERE id = $run")"
stuck="cannot be ended since 20[^ ]+: what runs below process $host was killed and does not go .*see to that"
holds 'why' "run $run $stuck" "$(automagi why hang)"
holds 'the list of runs' "$stuck" "$(automagi runs --format json)"
holds 'status' "\"waits\":\"$stuck" "$(automagi status --format json | tr -d '\n' | sed 's/": "/":"/g')"
# It has one of the robot's two places: the other is free.
timeout 20 "$BUILD/bin/automagi" --home "$HOME_DIR" run hang --wait >/dev/null || fail 'no second run of the robot starts'
holds 'status shows the one that is to be seen to' "\"run\":$run,.*$stuck" \
    "$(automagi status --format json | tr -d '\n' | sed 's/": /":/g')"
# Its item stays its own, for it may still do that; no other robot waits for it.
automagi queue add ok --reference sag-1 >/dev/null
timeout 20 "$BUILD/bin/automagi" --home "$HOME_DIR" run ok --wait >/dev/null || fail 'another robot does not run'
same 'who has the item' "$run" "$(sql 'SELECT run_id FROM lease')"
same 'attempts at it' 0 "$(sql 'SELECT count(*) FROM attempt JOIN run ON run.id = run_id JOIN robot ON robot.id = robot_id
    WHERE slug = "hang"')"
same 'it is named once' 1 "$(grep -c 'cannot be ended' "$WORK/daemon.log")"

begun=$SECONDS
stop_daemon
[ $((SECONDS - begun)) -lt 5 ] || fail "the daemon took $((SECONDS - begun)) s to end"

thaw
start_daemon
same 'the run is lost' 5 "$(sql "SELECT ending FROM run WHERE id = $run")"
stop_daemon
verify_clean
