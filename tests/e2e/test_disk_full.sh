#!/bin/bash
# The disk fills while robots work, tasks are imported and commands come: nothing acknowledged is lost, a
# command is refused with one line, robots wait and nothing of theirs is spent, reading goes on, and when
# there is room all go on by themselves. A daemon is stopped on a full disk in order, and one that is
# started there waits.
. tests/e2e/small_disk.sh
. tests/e2e/lib.sh

ITEMS=${ITEMS:-80}
ROUNDS=${ROUNDS:-1}
# The disk is full for as long as the whole run may take: one whose time went on would be over it.
STALL=${STALL:-$((2 + PATIENCE))} # s
RUN_S=${RUN_S:-$((2 + PATIENCE))}
LOADERS=()
stop_loaders() { touch "$WORK/stop"; rm -f "$WORK/disk/ballast"; [ "${#LOADERS[@]}" = 0 ] || wait "${LOADERS[@]}"; }
trap 'status=$?; set +e; stop_loaders; umount -l "$WORK/disk"; (exit "$status"); cleanup' EXIT

# Commands without end; each that was carried out is noted, and what a refusal says in more than one line.
command_on() {
    local i=0
    while [ ! -e "$WORK/stop" ]; do
        i=$((i + 1))
        if automagi queue add ok --reference "C$i" >"$WORK/command.out" 2>"$WORK/command.err"; then
            echo "C$i" >>"$WORK/carried"
        elif [ "$(wc -l <"$WORK/command.err")" != 1 ]; then
            cat "$WORK/command.err" >>"$WORK/odd"
        fi
    done
}
# An import that was refused is begun again, as a person would.
import_on() {
    local i=0
    while [ ! -e "$WORK/stop" ]; do
        i=$((i + 1))
        seq -f "ove-overskud,I$i-%g,2025-05-01T10:00:00Z,done" 2000 |
            sed '1i robot,reference,completed_at,outcome' >"$WORK/import.csv"
        until automagi task import "$WORK/import.csv" >/dev/null 2>"$WORK/import.err"; do
            [ "$(wc -l <"$WORK/import.err")" = 1 ] || cat "$WORK/import.err" >>"$WORK/odd"
            [ ! -e "$WORK/stop" ] || return 0
        done
        echo "$i" >>"$WORK/imported"
    done
}
lines() { if [ -f "$1" ]; then wc -l <"$1"; else echo 0; fi; }
effects() { lines "$WORK/out/$1/effects"; }
is_full() { [ "$(grep -c 'cannot be written: .*the disk is full' "$WORK/daemon.log")" -ge "$1" ]; }
goes_on() { [ "$(grep -c 'can be written again' "$WORK/daemon.log")" -ge "$1" ]; }
has_more() { [ "$(lines "$1")" -gt "$2" ]; }

mount_small "$WORK/disk" 256 # for all that is imported and queued meanwhile
HOME_DIR=$WORK/disk/home
new_home
mkdir -p "$WORK/out/slow" "$WORK/out/late" # robots have accounts of their own
chmod 777 "$WORK"/out/*
chmod 755 "$WORK" "$WORK/out"
install_plugin slow_manual
install_plugin ok
# An item takes 10 ms.
install_robot slow slow_manual "\"configuration\":{\"items\":$ITEMS,\"ms\":10},
    \"folders\":{\"out\":\"$WORK/out/slow\"},\"window\":\"ever\",\"lease\":4,\"timeouts\":{\"item_s\":1,\"run_s\":$RUN_S}"
install_robot ok ok
start_daemon
automagi run slow >/dev/null
command_on & LOADERS+=($!)
import_on & LOADERS+=($!)
for round in $(seq "$ROUNDS"); do
    wait_for 30 'commands are carried out' has_more "$WORK/carried" "$(lines "$WORK/carried")"
    fill_disk "$WORK/disk"
    wait_for 30 'the daemon finds the disk full' is_full "$round"
    begun=$(effects slow)
    # The loaders' commands may be in the transaction that waits, and so be carried out with it. These are not.
    for command in 'robot pause ok' 'queue add ok --reference none' 'robot resume ok'; do
        # shellcheck disable=SC2086 # words
        refused 1 'the disk is full, so nothing was changed; make room .*robots wait' automagi $command
    done
    automagi savings --year 2025 >/dev/null || fail 'figures cannot be read on a full disk'
    automagi status >/dev/null || fail 'status cannot be read on a full disk'
    automagi doctor >"$WORK/doctor" 2>&1 || true
    holds 'doctor' 'disk: 0\.0 GB are free' "$(cat "$WORK/doctor")"
    sleep "$STALL"
    [ "$(($(effects slow) - begun))" -le 8 ] || fail "$(($(effects slow) - begun)) items were begun on a full disk"
    rm "$WORK/disk/ballast"
    wait_for 20 'the daemon goes on by itself' goes_on "$round"
done
is_over() { [ "$(sql "SELECT count(*) FROM run JOIN robot ON robot.id = robot_id WHERE slug = 'slow' AND state = 3")" = 1 ]; }
wait_for 60 'the run comes to its end' is_over
same 'how it ended' '1|' "$(sql "SELECT ending, note FROM run JOIN robot ON robot.id = robot_id WHERE slug = 'slow'")"
touch "$WORK/stop"
wait "${LOADERS[@]}"
LOADERS=()
same 'runs of the robot' 1 "$(sql "SELECT count(*) FROM run JOIN robot ON robot.id = robot_id WHERE slug = 'slow'")"
same 'its tasks, each done once' "$ITEMS|$ITEMS" "$(sql "SELECT count(*), sum(outcome = 0) FROM attempt
    JOIN run ON run.id = run_id JOIN robot ON robot.id = robot_id WHERE slug = 'slow'")"
same 'effects' "$ITEMS" "$(sort -u "$WORK/out/slow/effects" | wc -l)"
same 'imports acknowledged and whole' "$(lines "$WORK/imported")" \
    "$(sql 'SELECT count(*) FROM import WHERE finished_ms IS NOT NULL AND new_rows = 2000')"
same 'commands acknowledged and carried out' "$(lines "$WORK/carried")" \
    "$(sql "SELECT count(*) FROM item JOIN robot ON robot.id = robot_id WHERE slug = 'ok'")"
same 'lines more than one' '' "$(cat "$WORK/odd" 2>/dev/null)"
verify_clean

# Stopped on a full disk, with a run in hand: the reserve takes what is still to be written.
install_robot late slow_manual "\"configuration\":{\"items\":$((ITEMS * 10)),\"ms\":10},
    \"folders\":{\"out\":\"$WORK/out/late\"},\"window\":\"ever\",\"lease\":4"
[ -s "$HOME_DIR/reserve" ] || fail 'nothing is set aside'
automagi run late >/dev/null
works() { [ "$(effects late)" -ge 5 ]; }
wait_for 20 'it is at work' works
fill_disk "$WORK/disk"
wait_for 30 'the daemon finds the disk full' is_full $((ROUNDS + 1))
stop_daemon
same 'how the run ended' 6 "$(sql 'SELECT ending FROM run ORDER BY id DESC LIMIT 1')"
same 'items that wait for a person' 0 "$(sql 'SELECT count(*) FROM item WHERE state = 3')"
fill_disk "$WORK/disk"
: >"$WORK/daemon.log"
"$BUILD/bin/automagid" --home "$HOME_DIR" >>"$WORK/daemon.log" 2>&1 &
DAEMON=$!
waits() { grep -q 'waits before it serves: .*the disk is full' "$WORK/daemon.log"; }
wait_for 20 'a daemon that starts waits' waits
rm "$WORK/disk/ballast"
wait_for 20 'and serves when there is room' is_serving
stop_daemon
verify_clean
