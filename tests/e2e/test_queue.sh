#!/bin/bash
# One item that ends every run is set aside while all others are done, by runs that nobody asks for;
# what is for later, or was put off, is done when it is due; many items are dealt with at once.
. tests/e2e/lib.sh

new_home
chmod 755 "$WORK"
install_plugin poison
install_robot poison poison '"window":"ever","lease":8,"attempts":3,"retry_delay_s":1,"retry_most_s":2'
start_daemon

done_notes() { automagi task list --robot "$1" --format json |
    python3 -c 'import json,sys; print(";".join(sorted(r["note"] for r in json.load(sys.stdin)["rows"])))'; }
of_state() { automagi queue list --robot poison --state "$1" --format json |
    python3 -c 'import json,sys; print(len(json.load(sys.stdin)["rows"]))'; }
is_of_state() { [ "$(of_state "$1")" = "$2" ]; }
ended() { sql "SELECT count(*) FROM run WHERE state = 3 AND ending = $1"; }

# The first run is ended by the poison, which was first in its lease.
automagi run poison --wait >/dev/null 2>&1 && fail 'the poison did not end the run'
wait_for 30 'the poison is quarantined' is_of_state quarantined 1
same 'runs that the poison ended' 3 "$(ended 2)"
waiting=$(automagi queue list --robot poison --state waiting)
holds 'the list says so' 'quarantined' "$waiting"
holds 'and why' 'quarantined: 3 runs ended while it was being done: .*SIGSEGV' "$waiting"
wait_for 30 'what was for later is done too' is_of_state deferred 0
wait_for 30 'nothing is left to do' is_of_state leased 0
same 'the others are done' \
    'later, without a deadline;plain, without a deadline;urgent, with a deadline' "$(done_notes poison)"
same 'each was tried once' 0 "$(sql "SELECT count(*) FROM attempt WHERE outcome <> 0")"
same 'the only one left' 1 "$(sql 'SELECT count(*) FROM item')"

# A person puts it off: it comes back by itself, with all its tries.
automagi queue defer 1 --until "$(soon)" --reason 'try the new version' >/dev/null
same 'it is not quarantined any more' 0 "$(of_state quarantined)"
wait_for 30 'it is quarantined again' is_of_state quarantined 1
same 'runs that the poison ended by now' 6 "$(ended 2)"
automagi queue drop --robot poison --state quarantined --reason 'nobody needs it' --by 'A Person' >/dev/null
same 'dropped' 1 "$(of_state dropped)"

# By hand, for later: the daemon hears of it.
automagi queue add poison --reference by-hand \
    --not-before "$(soon)" --deadline '2026-01-01 12:00' \
    2>/dev/null && fail 'a deadline before it begins was taken'
automagi queue add poison --reference by-hand --not-before "$(soon)" >/dev/null
is_done_by_hand() { done_notes poison | grep -q 'by-hand, without'; }
wait_for 30 'the item by hand is done when it is due' is_done_by_hand

# What is ready behind it is done by runs that its runs leave, while it rests between its tries.
poison=$(sql "SELECT id FROM item WHERE state = 5")
automagi queue retry "$poison" >/dev/null
automagi queue add poison --reference behind >/dev/null
automagi run poison --wait >/dev/null 2>&1 && fail 'the poison did not end the run'
is_done_behind() { done_notes poison | grep -q 'behind, without'; }
wait_for 30 'what stood behind the poison is done' is_done_behind
wait_for 30 'the poison is quarantined again in the end' is_of_state quarantined 1
automagi queue drop "$poison" --reason 'nobody needs it' >/dev/null

# With more tries than failures that pause a robot, the poison is set aside before the robot is silenced.
install_robot stubborn poison '"window":"ever","attempts":4,"pause_after":2,"retry_delay_s":1,"retry_most_s":1'
automagi run stubborn --wait >/dev/null 2>&1 && fail 'the poison did not end the run'
stubborn_quarantined() { [ "$(sql "SELECT count(*) FROM item i JOIN robot r ON r.id = i.robot_id
    WHERE slug = 'stubborn' AND quarantined")" = 1 ]; }
wait_for 30 'the poison of a robot that is soon paused is quarantined' stubborn_quarantined
same 'it is not paused' 0 "$(sql "SELECT paused_by IS NOT NULL FROM robot WHERE slug = 'stubborn'")"
stubborn_did_the_rest() { [ "$(done_notes stubborn | tr -cd ';' | wc -c)" = 2 ]; }
wait_for 30 'its others are done' stubborn_did_the_rest

# What an import counts is not done again unasked, neither what is ready nor what is due later.
automagi queue add poison --reference counted >/dev/null
automagi queue add poison --reference counted-later --not-before "$(soon)" >/dev/null
{
    echo robot,reference,completed_at,outcome
    for reference in counted counted-later other; do echo "poison,$reference,$(soon),done"; done
} >"$WORK/counted.csv"
answer=$(automagi task import "$WORK/counted.csv")
holds 'the import counts it' '^3 rows: 3 new, 0 repeated' "$answer"
holds 'and says what lay on the queue' '^2 items of them on a queue wait for a person now: ' "$answer"
same 'its note is found as the answer says' 2 "$(automagi queue list --state waiting \
    --note-contains 'import 1,' --format json | python3 -c 'import json,sys; print(len(json.load(sys.stdin)["rows"]))')"
automagi run poison --wait >/dev/null
same 'nothing of it was handed out' '0|0' "$(sql "SELECT sum(attempts), sum(state <> 3) FROM item
    WHERE note LIKE 'import 1,%'")"
# What is taken back since is no longer found by that: who drops what the import counted leaves it.
{
    echo robot,reference,completed_at,outcome
    echo "poison,other-back,$(soon),done"
    echo "poison,counted,$(soon),undone"
} >"$WORK/back.csv"
holds 'a file that counts and takes back' '1 new, 0 repeated, 0 not done, 1 taken back' \
    "$(automagi task import "$WORK/back.csv")"
waiting_by() { automagi queue list --state waiting --note-contains "$1" --format json |
    python3 -c 'import json,sys; print(len(json.load(sys.stdin)["rows"]))'; }
same 'what is counted still is found alone' '1 0 1' \
    "$(waiting_by 'import 1,') $(waiting_by 'import 2,') $(waiting_by 'of import 2 took that back')"
automagi queue drop --robot poison --state waiting --note-contains 'import 1,' --reason 'counted' >/dev/null
same 'what nothing counts waits still' 1 "$(waiting_by 'nothing counts it')"
automagi queue drop --robot poison --state waiting --reason 'seen to' >/dev/null

# What was deferred and is retried is done by a run that nobody asks for, also when the daemon hears of it at its start.
later="$(($(date +%Y) + 1))-12-31T12:00+00:00"
retry_one() { # REFERENCE
    automagi queue add poison --reference "$1" --not-before "$later" >/dev/null
    item=$(sql 'SELECT max(id) FROM item')
    holds "$1: it is due" 'is due now, and brings a run' "$(automagi queue retry "$item")"
}
is_done() { [ "$(sql "SELECT count(*) FROM item WHERE id = $item")" = 0 ]; }
retry_one hurried
wait_for 30 'what was deferred is done when it is retried' is_done
stop_daemon
retry_one hurried-alone
start_daemon
wait_for 30 'what was retried without the daemon is done when that starts' is_done

# Many at once, without the daemon as well.
stop_daemon
for i in 1 2 3 4; do automagi queue add poison --reference "sag-$i" >/dev/null; done
first=$(sql "SELECT min(id) FROM item WHERE state = 0")
holds 'several by number' '^2 items are dropped$' \
    "$(automagi queue drop "$first" $((first + 1)) --reason 'twice')"
holds 'by filter' "^2 items are ready again, for their robot's next run\$" \
    "$(automagi queue retry --robot poison --state dropped --note-contains TWICE)"
refused 1 'which items\?' automagi queue retry
refused 1 'nothing is changed: there is no item 999999' automagi queue drop "$first" 999999 --reason no
same 'and nothing was' 4 "$(of_state ready)"
verify_clean
