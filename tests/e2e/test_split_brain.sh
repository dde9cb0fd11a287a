#!/bin/bash
# Two daemons that both think the home is theirs: the lock's file is removed under one that runs or is stopped, its
# store is taken over behind its back, its home is copied. One of them writes, and nothing is done twice.
. tests/e2e/lib.sh

effects() { if [ -f "$WORK/out/effects" ]; then wc -l <"$WORK/out/effects"; else echo 0; fi; }
works() { [ "$(effects)" -ge "$1" ]; }
hosts_of_daemon() { pgrep -P "$DAEMON" automagi-host || true; }
generation() { sql 'SELECT generation FROM store'; }

new_home
mkdir "$WORK/out"
chmod 777 "$WORK/out"
chmod 755 "$WORK"
install_plugin slow_manual
install_robot slow slow_manual "\"configuration\":{\"items\":${ITEMS:-500},\"ms\":20},
    \"folders\":{\"out\":\"$WORK/out\"},\"window\":\"ever\",\"lease\":4"
start_daemon
automagi run slow >/dev/null
wait_for 20 'it is at work' works 5

automagi backup "$WORK/kept.tar" >/dev/null
# refused_to_all WHY: whoever writes, while the daemon lives.
refused_to_all() {
    refused 1 "$1" timeout 20 "$BUILD/bin/automagid" --home "$HOME_DIR"
    refused 1 "$1" automagi queue add slow --reference X1 # its answer would be forgotten with the old store
    refused 1 "$1" automagi restore "$WORK/kept.tar"
}

echo 'the lock is removed, and the list of hosts: others see that the first one lives, and leave its runs alone'
host=$(hosts_of_daemon)
before=$(generation)
rm "$HOME_DIR/lock"
refused_to_all "process $DAEMON serves it still, though its lock's file is gone"
kill -STOP "$DAEMON"
rm "$HOME_DIR/lock"
refused 1 "process $DAEMON serves it still" timeout 20 "$BUILD/bin/automagid" --home "$HOME_DIR"
kill -CONT "$DAEMON"
if unshare --pid --fork --mount-proc true 2>/dev/null; then # as in a container
    rm "$HOME_DIR/lock"
    refused 1 'another program has it open to write' \
        timeout 20 unshare --pid --fork --mount-proc "$BUILD/bin/automagid" --home "$HOME_DIR"
fi
mv "$HOME_DIR/hosts" "$WORK/hosts"
rm "$HOME_DIR/lock"
refused_to_all 'another program has it open to write'
mv "$WORK/hosts" "$HOME_DIR/hosts"
same 'generation' "$before" "$(generation)"
same 'its host' "$host" "$(hosts_of_daemon)"
wait_for 20 'it works on' works $(($(effects) + 3))

echo 'a copy of the home is another home: its daemon lets the runs of the first one be'
mkdir "$WORK/copy"
cp -a "$HOME_DIR/." "$WORK/copy"
sqlite3 "$WORK/copy/automagi.db" "UPDATE robot SET paused = 1" # it is not to do the same work
"$BUILD/bin/automagid" --home "$WORK/copy" >"$WORK/copy.log" 2>&1 &
other=$!
serves() { grep -q ' ready: ' "$WORK/copy.log"; }
wait_for 20 'the copy is served' serves
kill -TERM "$other"
wait "$other"
same 'the host after the copy was served' "$host" "$(hosts_of_daemon)"
wait_for 20 'it works on beside the copy' works $(($(effects) + 3))

if unshare --mount true 2>/dev/null; then
    echo 'the store alone, mounted under another name, is not the store: what is newest in it is not there'
    mkdir -m 700 "$WORK/mounted"
    touch "$WORK/mounted/automagi.db"
    # shellcheck disable=SC2016,SC2086 # its own variables; words
    for command in 'task list' "backup $WORK/mounted.backup" 'queue add slow --reference X2'; do
        refused 1 'is mounted here alone' unshare --mount sh -c 'mount --bind "$1" "$2/automagi.db" && shift && automagi --home "$@"' \
            - "$HOME_DIR/automagi.db" "$WORK/mounted" $command
    done
fi

echo 'a store that was taken over is not written any more by the one before'
sqlite3 -cmd '.timeout 5000' "$HOME_DIR/automagi.db" 'UPDATE store SET generation = generation + 1'
taken=$(generation)
says_so() { grep -q 'another program has taken it over' "$WORK/daemon.log"; }
wait_for 20 'the one before says that it was taken over' says_so
status=0
wait "$DAEMON" || status=$?
DAEMON=
same 'exit status of the one before' 1 "$status"
same 'generation' "$taken" "$(generation)"
gone() { ! hosts_alive; }
wait_for 10 'its hosts are gone' gone
start_daemon
is_done() { [ "$(sql 'SELECT count(*) FROM run WHERE state <> 3')" = 0 ]; }
wait_for 60 'the work comes to its end' is_done
same 'nothing is done twice' "$(effects)" "$(sort -u "$WORK/out/effects" | wc -l)"
stop_daemon
verify_clean
