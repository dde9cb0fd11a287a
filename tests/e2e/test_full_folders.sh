#!/bin/bash
# One folder is full while the rest of the home has room: where a backup is to lie, the keys, the logs, the work
# folder. What cannot be done is refused with one line and leaves nothing behind; the rest goes on.
. tests/e2e/small_disk.sh
. tests/e2e/lib.sh

trap 'status=$?; set +e; [ -z "$DAEMON" ] || kill -KILL "$DAEMON"; for folder in "$HOME_DIR"/{keys,logs,work} "$WORK/backups"; do umount -l "$folder"; done
    (exit "$status"); cleanup' EXIT
# mount_over FOLDER: a MiB of its own over it, with what lies there.
mount_over() {
    cp -a "$1" "$WORK/kept"
    mount -t tmpfs -o "size=1m,nr_inodes=100,mode=$(stat -c %a "$1")" tmpfs "$1"
    cp -a "$WORK/kept/." "$1"
    rm -r "$WORK/kept"
}
# fill_names FOLDER: no other name finds room.
fill_names() {
    mkdir "$1/names"
    for ((i = 0; ; i++)); do
        touch "$1/names/$i" 2>/dev/null || break
    done
}
empty() { rm "$1/ballast"; }

new_home
chmod 755 "$WORK"
install_plugin ok
install_plugin floods_log
mount_over "$HOME_DIR/keys"
mount_over "$HOME_DIR/logs"
mount_over "$HOME_DIR/work"
mount_small "$WORK/backups" 1
install_robot ok ok
install_robot other ok
install_robot loud floods_log '"timeouts":{"item_s":1,"stop_s":1},"attempts":1'
start_daemon

echo 'where a backup is to lie'
head -c 900000 /dev/zero >"$WORK/backups/ballast" # it ends in its midst
refused 1 "$WORK/backups/.*No space left|$WORK/backups/.*room" automagi backup "$WORK/backups/a"
same 'what is left of the backup' ballast "$(ls -A "$WORK/backups")"
fill_disk "$WORK/backups"
refused 1 "$WORK/backups/.*(No space left|room)" automagi backup "$WORK/backups/a"
same 'what is left of the backup' ballast "$(ls -A "$WORK/backups")"
automagi backup "$WORK/elsewhere" >/dev/null

echo 'the keys'
fill_disk "$HOME_DIR/keys"
refused 1 '/keys/ok/[0-9]*: no key can be made, so nothing was changed: no room is left' timeout 20 "$BUILD/bin/automagi" --home "$HOME_DIR" queue add ok --reference sag-1
same 'what is left of the key' '' "$(find "$HOME_DIR/keys/ok" -type f)"
automagi queue list >/dev/null || fail 'the queue cannot be read'
empty "$HOME_DIR/keys"
automagi queue add ok --reference sag-1 >/dev/null
same 'the key' 32 "$(find "$HOME_DIR/keys/ok" -type f -printf '%s\n')"
fill_names "$HOME_DIR/keys"
refused 1 '/keys/.*: no key can be made, so nothing was changed' automagi queue add other --reference sag-1
rm -r "$HOME_DIR/keys/names"
automagi queue add other --reference sag-1 >/dev/null

echo 'the logs'
log_of() { cat "$HOME_DIR/logs/loud/"* 2>/dev/null | wc -c; }
# loud: its run prints all the time until it is stopped.
loud() {
    automagi queue add loud --reference "$1" >/dev/null
    automagi run loud --wait >"$WORK/loud" 2>&1 || true
    holds 'the loud run' 'one item took longer than timeouts.item_s = 1' "$(cat "$WORK/loud")"
}
fill_disk "$HOME_DIR/logs"
loud sag-1
same 'of its log' 0 "$(log_of)"
empty "$HOME_DIR/logs"
loud sag-2
[ "$(log_of)" -gt 1000 ] || fail "of the log of the run after that $(log_of) bytes are there"

for folder in logs work; do
    echo "no room for another name in the $folder"
    robot=new-$folder
    fill_names "$HOME_DIR/$folder"
    install_robot "$robot" ok
    automagi run "$robot" >/dev/null
    waits() { automagi why "$robot" | grep -q "$HOME_DIR/$folder/$robot: cannot be made: No space left"; }
    wait_for 20 'who cannot begin waits, and says for what' waits
    rm -r "$HOME_DIR/$folder/names"
    is_done() { [ "$(sql "SELECT ending FROM run JOIN robot ON robot.id = robot_id WHERE slug = '$robot'")" = 1 ]; }
    wait_for 40 'it begins by itself when there is room' is_done
done
stop_daemon
verify_clean
