#!/bin/bash
# What is due on the queue of a robot that may run beside itself does not wait for its longest run; and it is done by one run
# more, not by many.
. tests/e2e/lib.sh

new_home
chmod 755 "$WORK"
mkdir "$WORK/out" "$WORK/program"
chmod 777 "$WORK/out"
touch "$WORK/out/steps"
chmod 666 "$WORK/out/steps" # robots have an account each where the daemon is root
# Does items, and says so before; what a file is there for is held while it is, and what is called "later" is not done at its
# first try.
cat >"$WORK/program/works.py" <<PY
import json, os, socket, time

host = socket.socket(fileno=3).makefile("rw", encoding="utf-8")


def step(what):
    with open("$WORK/out/steps", "a") as steps:
        steps.write(what + "\n")
    while os.path.exists("$WORK/out/" + what):
        time.sleep(0.01)


for line in host:
    ask = json.loads(line)
    if ask["do"] == "collect":
        step("collects")
        print('{"collected":true}', file=host, flush=True)
    elif ask["do"] == "perform":
        step(ask["reference"])
        is_later = ask["reference"].startswith("later") and ask["attempt"] == 1
        print('{"transient":"not yet"}' if is_later else '{"done":true}', file=host, flush=True)
PY
chmod -R o+rX "$WORK/program"
members="\"window\":\"ever\",\"folders\":{\"program\":\"$WORK/program\"},\"retry_delay_s\":1,
    \"configuration\":{\"program\":[\"python3\",\"/proc/self/cwd/works.py\"],\"repeatable\":true}"
install_robot two command "$members,\"limit\":2,\"lease\":2"
install_robot single command "$members,\"limit\":2,\"lease\":1"
install_robot three command "$members,\"limit\":3"
install_robot deep command "$members,\"limit\":2,\"triggers\":[{\"queue_depth\":2}]"

hold() { touch "$WORK/out/$1"; }
release() { rm "$WORK/out/$1"; }
has_stepped() { grep -qx -- "$1" "$WORK/out/steps"; }
add() { automagi queue add "$@" >/dev/null; }
runs() { sql "SELECT group_concat(cause || ':' || state, ' ') FROM (SELECT cause, state FROM run
    JOIN robot ON robot.id = robot_id WHERE slug = '$1' ORDER BY run.id)"; }
has_done() { [ "$(sql "SELECT count(*) FROM ledger JOIN robot ON robot.id = robot_id WHERE slug = '$1'")" = "$2" ]; }
has_run_beside() { [ "$(runs "$1")" = '1:2 3:3' ]; }
is_idle() { [ "$(sql 'SELECT count(*) FROM run WHERE state <> 3')" = 0 ]; }
is_due() { [ "$(sql "SELECT due_ms < (julianday('now') - 2440587.5) * 86400000 FROM item WHERE state = 2")" = 1 ]; }
start_daemon

# What a run was not done with at its first try is not held up by what it does next, long as that takes; be that handed
# out later, or with it.
for robot in single two; do
    : >"$WORK/out/steps"
    hold long-1
    add $robot --reference later-1
    add $robot --reference long-1
    automagi run $robot >/dev/null
    wait_for 20 'it is at the long one' has_stepped long-1
    wait_for 20 "what was put off is done by $robot meanwhile" has_done $robot 1
    wait_for 20 'by one run beside' has_run_beside $robot
    [ $robot = two ] || release long-1
    [ $robot = two ] || wait_for 20 'all is through' is_idle
done

# What is added now, for later. While two go on there is no third, not even one that waits.
hold long-2
add two --reference long-2 --not-before "$(soon)"
wait_for 20 'another is at it' has_stepped long-2
add two --reference third --not-before "$(soon)"
wait_for 20 'it is due' is_due
same 'runs at once' '1:2 3:3 3:2' "$(runs two)"
release long-2
wait_for 20 'both are done' has_done two 3
release long-1
wait_for 20 'all is through' is_idle
same 'in all' '1:3 3:3 3:3 3:3' "$(runs two)"

# One that has not asked for items yet takes what is due when it does: no other begins for that, whatever is told meanwhile.
hold long-3
add three --reference long-3
automagi run three >/dev/null
wait_for 20 'it is at the long one' has_stepped long-3
: >"$WORK/out/steps"
hold collects
add three --reference due-1 --not-before "$(soon)"
wait_for 20 'another collects' has_stepped collects
automagi robot pause three --reason 'the loop reads all robots again' --by tester >/dev/null
automagi robot resume three >/dev/null
add three --reference due-2
same 'no other has begun' '1:2 3:2' "$(runs three)"
release collects
wait_for 20 'both are done' has_done three 2
release long-3
wait_for 20 'all is through' is_idle
same 'in all' '1:3 3:3' "$(runs three)"

# A trigger by the queue's depth.
hold long-4
add deep --reference long-4
automagi run deep >/dev/null
wait_for 20 'it is at the long one' has_stepped long-4
add deep --reference now-1
add deep --reference now-2
wait_for 20 'what is ready is done meanwhile' has_done deep 2
same 'by one run beside' 2 "$(sql "SELECT count(*) FROM run JOIN robot ON robot.id = robot_id WHERE slug = 'deep'")"
release long-4
wait_for 20 'all is through' is_idle
verify_clean
stop_daemon
