#!/bin/bash
# The wall clock jumps by a second and by ten years, ahead and back, under robots at work. Runs and items take as long
# as they take, nothing fires twice, and what was put off by a clock that was wrong does not rest until the
# time it had shown.
. tests/e2e/lib.sh

head -c 8 /dev/zero >"$WORK/clock"
export MOVED_CLOCK=$WORK/clock LD_PRELOAD=$BUILD/tests/e2e/moved_clock.so
effects() { if [ -f "$WORK/out/effects" ]; then wc -l <"$WORK/out/effects"; else echo 0; fi; }
works() { [ "$(effects)" -ge "$1" ]; }
ended() { [ "$(sql 'SELECT count(*) FROM run WHERE state <> 3')" = 0 ]; }
attempts() { sql "SELECT count(*) FROM attempt JOIN run ON run.id = run_id JOIN robot ON robot.id = robot_id
                  WHERE slug = 'again'"; }
has_tried() { [ "$(attempts)" -ge "$1" ]; }
is_due_soon() { [ "$(sql 'SELECT count(*) FROM item WHERE state = 2 AND due_ms < 1000 * unixepoch("2027-06-01")')" = 1 ]; }

set_clock 2027-05-03T10:00:10+02:00
new_home
mkdir "$WORK/out"
chmod 777 "$WORK/out"
chmod 755 "$WORK"
install_plugin slow_manual
install_plugin ok
start_daemon
# Durations that a jump would pass: a run may take 60 s, an item 30.
install_robot slow slow_manual "\"configuration\":{\"items\":60,\"ms\":20},\"folders\":{\"out\":\"$WORK/out\"},
    \"window\":\"ever\",\"lease\":4,\"timeouts\":{\"run_s\":60,\"item_s\":30}"
install_robot again ok '"retry_delay_s":1,"retry_most_s":2,"attempts":50'
install_robot daily ok '"limit":8,"triggers":[{"cron":"0 12 * * *","misfire":"skip"}]'
automagi run slow >/dev/null
step=3
for to in 2027-05-03T10:00:12+02:00 2027-05-03T10:00:11+02:00 2027-05-04T10:00:11+02:00 2037-05-03T10:00:11+02:00 \
    2017-05-03T10:00:11+02:00 2027-05-03T10:30:00+02:00; do
    wait_for 20 'it is at work' works $step
    set_clock "$to"
    step=$((step + 8))
done
wait_for 30 'the run comes to its end' ended
same 'the run' '1|60' "$(sql "SELECT ending, done FROM run JOIN robot ON robot.id = robot_id WHERE slug = 'slow'")"
same 'fires of one time' 0 "$(sql 'SELECT count(*) FROM (SELECT 1 FROM fire GROUP BY trigger_id, nominal_ms HAVING count(*) > 1)')"
same 'tasks are of the day that the clock showed' 60 "$(sql 'SELECT count(*) FROM attempt
    WHERE outcome = 0 AND day IN (SELECT unixepoch(d) / 86400 FROM (SELECT "2027-05-03" AS d UNION SELECT "2027-05-04"
    UNION SELECT "2037-05-03" UNION SELECT "2017-05-03"))')"

echo 'put off by a clock that stood ten years ahead, which is then set right'
set_clock 2037-05-03T11:00:00+02:00
automagi queue add again --reference sag-1 --payload transient >/dev/null
automagi run again >/dev/null
wait_for 20 'it is tried' has_tried 1
set_clock 2027-05-03T11:00:00+02:00
wait_for 20 'it is due soon' is_due_soon
wait_for 20 'it is tried again' has_tried 3

echo 'the same while nobody is there'
set_clock 2037-05-03T12:00:00+02:00
automagi queue add again --reference sag-2 --payload transient >/dev/null
known=$(attempts)
automagi run again >/dev/null
wait_for 20 'it is tried' has_tried $((known + 1))
stop_daemon
set_clock 2027-05-03T12:30:00+02:00
start_daemon
known=$(attempts)
wait_for 20 'both are tried again' has_tried $((known + 2))
stop_daemon
unset LD_PRELOAD
verify_clean
