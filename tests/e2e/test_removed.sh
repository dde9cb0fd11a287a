#!/bin/bash
# What somebody removes from a home while it is served: its folders are made again, and nobody is told that a daemon
# which works is gone.
. tests/e2e/lib.sh

new_home
install_plugin slow_manual
# install_slow ROBOT ITEMS
install_slow() {
    mkdir -m 777 "$WORK/$1"
    install_robot "$1" slow_manual "\"configuration\":{\"items\":$2,\"ms\":20},
        \"folders\":{\"out\":\"$WORK/$1\"},\"window\":\"ever\",\"lease\":4"
}
chmod 755 "$WORK"
install_slow slow 150
install_slow later 600
install_plugin ok
install_robot fine ok
effects() { if [ -f "$WORK/$1/effects" ]; then wc -l <"$WORK/$1/effects"; else echo 0; fi; }
works() { [ "$(effects "$1")" -ge "$2" ]; }
gone() { ! hosts_alive; }
is_done() { [ "$(sql 'SELECT count(*) FROM run WHERE state <> 3')" = 0 ]; }

echo '# the folders of logs and of work: work that was cut off goes on by itself'
start_daemon
automagi run slow >/dev/null
wait_for 20 'it is at work' works slow 5
rm -r "$HOME_DIR/logs" "$HOME_DIR/work"
kill_daemon
wait_for 10 'the hosts are gone' gone
start_daemon
wait_for 20 'the work goes on' works slow $(($(effects slow) + 5))
wait_for 60 'the work comes to its end' is_done
same 'nothing is done twice' "$(effects slow)" "$(sort -u "$WORK/slow/effects" | wc -l)"
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

echo '# the lock and the socket: it works, nothing reaches it, and everybody is told so'
automagi run later >/dev/null
wait_for 20 'it is at work' works later 5
automagi run later --wait >"$WORK/said" 2>&1 &
waiting=$!
is_waited_for() { [ "$(sql 'SELECT count(*) FROM run WHERE state <> 3')" = 2 ]; }
wait_for 10 'somebody waits for a run' is_waited_for
rm "$HOME_DIR/lock" "$HOME_DIR/socket"
is_cut_off() {
    holds 'status' "^automagid runs as process $DAEMON, but its lock's file and its socket were removed" "$(automagi status)"
}
is_cut_off
same 'its process' "$DAEMON" "$(automagi status --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["pid"])')"
holds 'its run goes on' '"state":"running"' "$(automagi runs --format json)"
if automagi doctor >"$WORK/doctor"; then fail 'a daemon that nothing reaches is no fault'; fi
holds 'doctor' "^wrong +daemon: process $DAEMON runs, but its lock's file $HOME_DIR/lock and its socket were removed" "$(cat "$WORK/doctor")"
holds 'what to do' "> (kill -TERM $DAEMON;|systemctl restart automagi)" "$(cat "$WORK/doctor")"
refused 1 "process $DAEMON serves it still, though its lock's file is gone" automagi queue add fine --reference A
is_cut_off # with a lock's file that nobody holds
mv "$HOME_DIR/hosts" "$WORK/hosts"
rm "$HOME_DIR/lock"
holds 'status without the list' "^automagid runs, but its lock's file and its socket were removed" "$(automagi status)"
mv "$WORK/hosts" "$HOME_DIR/hosts"
wait "$waiting" || fail "who waited for the run took its daemon for gone: $(cat "$WORK/said")"
stop_daemon
holds 'ended in order' '^automagid is not running; start it' "$(automagi status)"

echo '# one that was killed is gone at once'
start_daemon
kill_daemon
holds 'ended without order' '^automagid is not running: it ended without order' "$(automagi status)"
verify_clean
