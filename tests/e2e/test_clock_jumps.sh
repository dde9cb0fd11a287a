#!/bin/bash
# The wall clock jumps by a second and by ten years, ahead and back, under robots at work. Runs, items and orders to
# stop take as long as they take, nothing fires twice, and what was put off by a clock that was wrong does
# not rest until the time it had shown.
. tests/e2e/lib.sh

head -c 8 /dev/zero >"$WORK/clock"
export MOVED_CLOCK=$WORK/clock LD_PRELOAD=$BUILD/tests/e2e/moved_clock.so
effects() { if [ -f "$WORK/out/effects" ]; then wc -l <"$WORK/out/effects"; else echo 0; fi; }
works() { [ "$(effects)" -ge "$1" ]; }
of_run() { sql "SELECT $2 FROM run JOIN robot ON robot.id = robot_id WHERE slug = '$1' ORDER BY run.id DESC LIMIT 1"; }
ended() { [ "$(of_run "$1" state)" = 3 ]; }
begun() { [ "$(sql "SELECT count(*) FROM lease JOIN run ON run.id = run_id JOIN robot ON robot.id = run.robot_id
                    WHERE slug = '$1' AND state = 2")" -ge 1 ]; }
attempts() { sql "SELECT count(*) FROM attempt JOIN run ON run.id = run_id JOIN robot ON robot.id = robot_id
                  WHERE slug = 'again'"; }
has_tried() { [ "$(attempts)" -ge "$1" ]; }
is_due_soon() { [ "$(sql 'SELECT count(*) FROM item WHERE state = 2 AND due_ms < 1000 * unixepoch("2027-06-01")')" = 1 ]; }

set_clock 2027-05-03T10:00:10+02:00
new_home
mkdir "$WORK/out"
chmod 777 "$WORK/out"
chmod 755 "$WORK"
for plugin in slow_manual ok hang ignores_term; do install_plugin "$plugin"; done
start_daemon
# Durations that a jump ahead would pass; this one is at work until it is stopped, at whatever speed.
install_robot slow slow_manual "\"configuration\":{\"items\":20000,\"ms\":10},\"folders\":{\"out\":\"$WORK/out\"},
    \"window\":\"ever\",\"lease\":4,\"timeouts\":{\"run_s\":3600,\"item_s\":600}"
# ... and those that a jump back would never let pass.
install_robot short hang '"timeouts":{"run_s":2,"item_s":600},"attempts":1'
install_robot item hang '"timeouts":{"run_s":3600,"item_s":2},"attempts":1'
install_robot deaf ignores_term '"timeouts":{"run_s":3600,"item_s":600,"stop_s":2},"attempts":1'
install_robot patient ignores_term '"timeouts":{"run_s":3600,"item_s":600,"stop_s":600},"attempts":1'
install_robot again ok '"retry_delay_s":1,"retry_most_s":1,"attempts":50'
install_robot daily ok '"limit":8,"triggers":[{"cron":"0 12 * * *","misfire":"skip"}]'
automagi run slow >/dev/null
wait_for 20 'it is at work' works 3
for to in 2027-05-03T10:00:12+02:00 2027-05-03T10:00:11+02:00 2027-05-04T10:00:11+02:00 2037-05-03T10:00:11+02:00 \
    2017-05-03T10:00:11+02:00 2027-05-03T10:30:00+02:00; do
    set_clock "$to"
    # Also those items that were in hand at the jump are done with by then.
    wait_for 20 "it works on at $to: $(of_run slow "state, note")" works $(($(effects) + 8))
    same "the run at $to" '2|' "$(of_run slow 'state, ending')"
done
automagi stop "$(of_run slow run.id)" >/dev/null
wait_for 20 'the run comes to its end' ended slow
same 'how it ended' 3 "$(of_run slow ending)"
same 'fires of one time' 0 "$(sql 'SELECT count(*) FROM (SELECT 1 FROM fire GROUP BY trigger_id, nominal_ms HAVING count(*) > 1)')"
same 'tasks are of the days that the clock showed' '2017-05-03 2027-05-03 2027-05-04 2037-05-03 ' "$(sql 'SELECT DISTINCT
    date(day * 86400, "unixepoch") FROM attempt WHERE outcome = 0 ORDER BY day' | tr '\n' ' ')"

echo 'time-outs, and the time to stop in, pass though the clock goes ten years back'
for robot in short item deaf patient; do
    automagi queue add $robot --reference sag-1 >/dev/null
    automagi run $robot >/dev/null
    wait_for 20 "$robot is at work" begun $robot
done
automagi stop "$(of_run deaf run.id)" >/dev/null
automagi stop "$(of_run patient run.id)" >/dev/null
set_clock 2017-05-03T10:30:00+02:00
for robot in short item deaf; do wait_for 20 "$robot is ended" ended $robot; done
same 'the run of 2 s' '4|it took longer than timeouts.run_s = 2' "$(of_run short 'ending, substr(note, 1, 38)')"
same 'the item of 2 s' '4|one item took longer than timeouts.item_s = 2' "$(of_run item 'ending, substr(note, 1, 45)')"
set_clock 2037-05-03T10:30:00+02:00
automagi status >/dev/null # the daemon has gone round
same 'the one that may take ten minutes to stop' 2 "$(of_run patient state)"
for host in $(pgrep -P "$DAEMON" automagi-host); do kill -KILL "$host"; done
wait_for 20 'it is ended' ended patient
set_clock 2027-05-03T11:00:00+02:00

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

echo 'what is added by hand is of the day on which that is acknowledged, whoever is there, and whenever it is done'
install_robot evening ok '"window":"day"'
of_evening() { sql "SELECT coalesce(group_concat(date($2 * 86400, 'unixepoch'), ' '), '') FROM (SELECT $2 FROM $1
    WHERE robot_id = (SELECT id FROM robot WHERE slug = 'evening') ORDER BY $2)"; }
stop_daemon
set_clock 2027-05-03T23:59:00+02:00
automagi queue add evening --reference report --payload done >/dev/null
set_clock 2027-05-04T00:01:00+02:00
start_daemon
holds 'the same work' 'no change' "$(automagi queue add evening --reference report --payload done)"
automagi run evening --wait >/dev/null
same 'the window that it is counted in' 2027-05-03 "$(of_evening ledger window)"
same 'the note of its task' '' "$(sql "SELECT note FROM attempt_note WHERE run_id = $(of_run evening run.id)")"
automagi queue add evening --reference report --payload done >/dev/null
automagi run evening --wait >/dev/null
same 'the windows of both' '2027-05-03 2027-05-04' "$(of_evening ledger window)"
# A daemon that does not run on has acknowledged nothing.
set_clock 2027-05-04T23:59:00+02:00
kill -STOP "$DAEMON"
automagi queue add evening --reference late --payload done >"$WORK/late" &
late=$!
has_asked() { find "/proc/$(pgrep -xP "$late" automagi || echo "$late")/fd" -lname "socket:*" | grep -q .; }
wait_for 20 'it has asked' has_asked
set_clock 2027-05-05T00:01:00+02:00
kill -CONT "$DAEMON"
wait "$late" || fail 'it was not added'
same 'its window' 2027-05-05 "$(of_evening item window)"
stop_daemon
unset LD_PRELOAD
verify_clean
