#!/bin/bash
# test_gate.sh - a red gate holds a robot that really runs: its schedule, runs that wait, runs by hand;
# green lets it go on. An idea with one goes neither into development nor into operation.
. tests/e2e/lib.sh

head -c 8 /dev/zero >"$WORK/clock"
export MOVED_CLOCK=$WORK/clock LD_PRELOAD=$BUILD/tests/e2e/moved_clock.so

skipped() { [ "$(sql "SELECT count(*) FROM fire WHERE skipped = '$1'")" -ge "$2" ]; }
gate() { automagi scorecard gate "$@" --by 'Invented Officer'; }

set_clock 2026-11-23T10:00:10+01:00
new_home
install_plugin ok
install_plugin hang
start_daemon
install_robot ok ok '"triggers":[{"cron":"* * * * *"}]'
install_robot slow hang '"timeouts":{"stop_s":0}'

echo '# red: whoever says so is told what will wait'
automagi queue add ok --reference sag-1 >/dev/null
holds 'what would wait' '1 item on its queue will wait until its gate is green' \
    "$(gate ok --item dpia --state red --note 'no risk is described' --dry-run)"
holds 'red' '^ok: dpia is red; it starts no more' \
    "$(gate ok --item dpia --state red --note 'no risk is described' --yes)"

refused 1 "ok does not start, its gate is red: dpia; .*scorecard gate ok --item dpia --state green" automagi run ok
holds why '^ok: its gate is red: dpia, said Invented Officer at .*\(no risk is described\); when it is in order' \
    "$(automagi why ok)"
same 'cause' 'gate red' "$(automagi why ok --format json | sed 's/.*"cause":"\([^"]*\)".*/\1/')"
holds status '^ *ok +.*its gate is red: dpia' "$(automagi status)"
holds 'robot list' '^ok .* blocked: its gate is red: dpia' "$(automagi robot list)"
holds operate '; its gate is red: dpia, so it does not start$' \
    "$(automagi robot operate ok --from 2026-11-01)"
automagi robot pause ok --yes >/dev/null
holds resume 'ok is not paused any more; it does not start: its gate is red' "$(automagi robot resume ok)"
holds 'trigger next' 'its gate is red: dpia' "$(automagi trigger next ok)"

echo '# its time is skipped, and says why'
set_clock 2026-11-23T10:01:05+01:00
wait_for 10 'the time is skipped' skipped 'its gate is red: dpia' 1
same 'runs of it' 0 "$(sql 'SELECT count(*) FROM run')"

echo '# another item red, the first green: it stays held'
holds 'still red' 'its gate stays red: supplier-consent' "$(
    gate ok --item supplier-consent --state red --note 'no answer yet' --yes >/dev/null
    gate ok --item dpia --state green --note 'case 26/1'
)"
refused 1 'its gate is red: supplier-consent' automagi run ok

echo '# green: it goes on, by hand and by its schedule'
holds green 'nothing in its gate is red' "$(gate ok --item supplier-consent --state green --note 'letter of 2026-11-23')"
automagi run ok --wait >/dev/null
same 'items done' 1 "$(sql 'SELECT sum(done) FROM run')"
set_clock 2026-11-23T10:02:05+01:00
by_clock() { [ "$(sql 'SELECT count(*) FROM fire WHERE run_id IS NOT NULL')" -ge 1 ]; }
wait_for 10 'its next time runs' by_clock

echo '# it starts after another robot, or would'
install_robot next ok
automagi trigger add next --after ok >/dev/null
gate next --item archive-duty --state red --note 'nobody was asked' --yes >/dev/null
automagi run ok --wait >/dev/null
wait_for 10 'what comes after is skipped' skipped 'its gate is red: archive-duty' 1

echo '# a run that waits already when it turns red waits on, and starts when it is green'
automagi queue add slow --reference sag-1 >/dev/null
automagi run slow >/dev/null
running() { [ "$(sql "SELECT count(*) FROM run WHERE state = 2")" = "$1" ]; }
wait_for 10 'the first goes on' running 1
automagi run slow >/dev/null
gate slow --item legal-basis --state red --note 'the law is not named' --yes >/dev/null
automagi stop "$(sql "SELECT min(id) FROM run WHERE robot_id = (SELECT id FROM robot WHERE slug = 'slow')")" >/dev/null
waits() { [ "$(sql "SELECT count(*) FROM run WHERE state = 1 AND waits = 'its gate is red: legal-basis'")" = 1 ]; }
wait_for 10 'the second waits for the gate' waits
holds 'why of a run that waits' 'legal-basis.*run [0-9]+ waits for that' "$(automagi why slow)"
gate slow --item legal-basis --state not-relevant >/dev/null
all_ended() { [ "$(sql "SELECT count(*) FROM run WHERE state <> 3")" = 0 ]; }
wait_for 10 'it starts when nothing is red, and has nothing to do' all_ended
same 'the run that waited' 'done' "$(automagi runs --format csv | sed -n 2p | cut -d, -f4)"

echo '# it holds across a restart of the daemon'
gate ok --item dpia --state red --note 'found wanting' --yes >/dev/null
stop_daemon
start_daemon
set_clock 2026-11-23T10:05:05+01:00
wait_for 10 'skipped after a restart' skipped 'its gate is red: dpia' 2

echo '# an idea'
automagi backlog add 'Breve' --sender 'Invented Sender' >/dev/null
automagi backlog approve 1 --by 'Invented Head' >/dev/null
gate --idea 1 --item processing-agreement --state red --note 'none is signed' >/dev/null
refused 1 'idea 1: its gate is red: processing-agreement \(none is signed\); .*--idea 1' \
    automagi backlog move 1 --status development
refused 1 'its gate is red' automagi backlog move 1 --status operation --robot ok
holds 'what is red' '^idea 1 +processing-agreement +red' "$(automagi scorecard gates)"
gate --idea 1 --item processing-agreement --state green --note 'case 26/2' >/dev/null
automagi backlog move 1 --status development >/dev/null
