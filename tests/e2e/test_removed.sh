#!/bin/bash
# What somebody removes from a home while it is served: its folders are made again, and nobody is told that a daemon
# which works is gone.
. tests/e2e/lib.sh

new_home
mkdir "$WORK/out"
chmod 777 "$WORK/out"
chmod 755 "$WORK"
install_plugin slow_manual
install_robot slow slow_manual "\"configuration\":{\"items\":${ITEMS:-150},\"ms\":20},
    \"folders\":{\"out\":\"$WORK/out\"},\"window\":\"ever\",\"lease\":4"
install_plugin ok
install_robot fine ok
effects() { if [ -f "$WORK/out/effects" ]; then wc -l <"$WORK/out/effects"; else echo 0; fi; }
works() { [ "$(effects)" -ge "$1" ]; }
gone() { ! hosts_alive; }
is_done() { [ "$(sql 'SELECT count(*) FROM run WHERE state <> 3')" = 0 ]; }

echo '# the folders of logs and of work: work that was cut off goes on by itself'
start_daemon
automagi run slow >/dev/null
wait_for 20 'it is at work' works 5
rm -r "$HOME_DIR/logs" "$HOME_DIR/work"
kill_daemon
wait_for 10 'the hosts are gone' gone
start_daemon
wait_for 20 'the work goes on' works $(($(effects) + 5))
wait_for 60 'the work comes to its end' is_done
same 'nothing is done twice' "$(effects)" "$(sort -u "$WORK/out/effects" | wc -l)"
for folder in logs work; do
    same "the folder $folder" "700 $(id -u)" "$(stat -c '%a %u' "$HOME_DIR/$folder")"
    same "the robot's folder in $folder" 700 "$(stat -c %a "$HOME_DIR/$folder/slow")"
done

echo '# a link that leads to nothing is not followed'
rm -r "$HOME_DIR/logs"
ln -s "$WORK/elsewhere" "$HOME_DIR/logs"
if automagi run fine --wait >"$WORK/said" 2>&1; then fail 'a run without a place for its log'; fi
holds 'why' 'logs: is there, but is not a folder' "$(automagi runs --format json)"
[ ! -e "$WORK/elsewhere" ] || fail 'the link was followed'
rm "$HOME_DIR/logs"
automagi run fine --wait >/dev/null || fail 'the folder was not made'
stop_daemon
verify_clean
