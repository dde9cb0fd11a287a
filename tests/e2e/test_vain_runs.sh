#!/bin/bash
# A robot that is never paused, whose runs fail before they are handed anything: what is due wakes it,
# but not again at once, and so on for ever.
. tests/e2e/lib.sh

new_home
chmod 755 "$WORK"
mkdir -p "$WORK/out/vain"
chmod 755 "$WORK/out"
chmod 555 "$WORK/out/vain" # its plugin cannot write there
install_plugin witness_idempotent
install_robot vain witness_idempotent "\"window\":\"ever\",\"folders\":{\"out\":\"$WORK/out/vain\"},\"pause_after\":0"
[ "$(id -u)" = 0 ] || [ ! -w "$WORK/out/vain" ] || fail 'its folder can be written'
start_daemon
automagi queue add vain --reference later --not-before "$(soon)" >/dev/null
failures() { sql 'SELECT count(*) FROM run WHERE ending = 2'; }
have_failed() { [ "$(failures)" -ge 3 ]; }
wait_for 60 'three runs have failed' have_failed
same 'rests of under a second' 0 "$(sql 'SELECT count(*) FROM (SELECT created_ms - lag(ended_ms) OVER (ORDER BY id)
    AS rest FROM run) WHERE rest < 900')"

# Put right, and asked by a person: at once, and it works off what was due.
chmod 777 "$WORK/out/vain"
automagi run vain --wait >/dev/null
same 'it is done' 1 "$(sql 'SELECT count(*) FROM ledger WHERE run_id = (SELECT max(id) FROM run)' | sed 's/^[1-9].*/1/')"

# A run that is owed to what was cut off, and fails so: another rests, says that it does, and goes on at last.
automagi queue add vain --reference owed >/dev/null
stop_daemon
rm "$WORK/out/vain"/*
chmod 555 "$WORK/out/vain"
sqlite3 "$HOME_DIR/automagi.db" 'UPDATE run SET ending = 6 WHERE id = (SELECT max(id) FROM run)' # cut short
before=$(failures)
start_daemon
says_that_it_rests() {
    automagi why vain |
        grep -Eq 'run [0-9]+ waits: the last [1-9] runs? failed before anything was begun; the next try is at '
}
wait_for 20 'it says that it rests' says_that_it_rests
have_failed_twice() { [ "$(failures)" -ge $((before + 2)) ]; }
wait_for 60 'it was tried again' have_failed_twice
chmod 777 "$WORK/out/vain"
goes_on() { [ "$(sql 'SELECT ending FROM run ORDER BY id DESC LIMIT 1')" = 1 ]; }
wait_for 60 'it goes on with what it is owed to' goes_on
stop_daemon
verify_clean
