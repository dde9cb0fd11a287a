#!/bin/bash
# A run that was asked with an input is not over before its plugin has collected with that: if the daemon
# ends before, by kill -9 or in order, another run is asked the same, once.
. tests/e2e/lib.sh

new_home
chmod 755 "$WORK"
mkdir "$WORK/out" "$WORK/program"
chmod 777 "$WORK/out"
touch "$WORK/out/steps"
chmod 666 "$WORK/out/steps" # robots have an account each where the daemon is root
# Adds the item that its input names, and does it; before either it says so, and waits while that is held.
cat >"$WORK/program/asked.py" <<PY
import json, os, socket, time

host = socket.socket(fileno=3).makefile("rw", encoding="utf-8")


def step(what):
    with open("$WORK/out/steps", "a") as steps:
        steps.write(what + "\n")
    while os.path.exists("$WORK/out/" + what):
        time.sleep(0.01)


for line in host:
    ask = json.loads(line)
    case = ask.get("input", {}).get("case", "none")
    if ask["do"] == "collect":
        step("collects " + case)
        if case != "none":
            for number in range(ask["input"].get("items", 1)):
                print(json.dumps({"add": {"reference": case + "+" * number}}), file=host)
        elif os.path.exists("$WORK/out/source"):
            for reference in open("$WORK/out/source"):
                print(json.dumps({"add": {"reference": reference.strip()}}), file=host)
        print('{"collected":true}', file=host, flush=True)
    elif ask["do"] == "perform":
        step("performs " + ask["reference"])
        if ask["reference"].startswith("never"):
            raise SystemExit(3)
        print('{"done":true}', file=host, flush=True)
PY
chmod -R o+rX "$WORK/program"
members="\"window\":\"ever\",\"limit\":2,\"pause_after\":3,\"folders\":{\"program\":\"$WORK/program\"},
    \"configuration\":{\"program\":[\"python3\",\"/proc/self/cwd/asked.py\"],\"repeatable\":true}"
for robot in killed ended collected repeated failed leads; do
    install_robot $robot command "$members"
done
install_robot follows command "$members,\"triggers\":[{\"after\":\"leads\",\"input\":{\"case\":\"follower\"}}]"

hold() { touch "$WORK/out/$1"; }
release() { rm "$WORK/out/$1"; }
steps() { grep -cx -- "$1" "$WORK/out/steps" || true; }
has_stepped() { [ "$(steps "$1")" = "$2" ]; }
is_idle() { [ "$(sql 'SELECT count(*) FROM run WHERE state <> 3')" = 0 ]; }
is_gone() { ! kill -0 "$1" 2>/dev/null; }
endings() { sql "SELECT group_concat(ending || ':' || cause, ' ') FROM (SELECT ending, cause FROM run
    JOIN robot ON robot.id = robot_id WHERE slug = '$1' ORDER BY run.id)"; }
counted() { sql "SELECT count(*) FROM ledger JOIN robot ON robot.id = robot_id WHERE slug = '$1'"; }
for robot in full fails; do
    install_robot $robot command "$members,\"retry_delay_s\":600,\"limits\":{\"queue_items\":2}"
done
install_robot crowd command "${members/limit\":2/limit\":3},\"retry_delay_s\":600,\"limits\":{\"queue_items\":2}"
start_daemon

# Two are cut off while they collect, which is two that are asked the same: kill -9, and an order to stop.
for robot in killed ended; do
    for case in $robot-1 $robot-2; do
        hold "collects $case"
        automagi run $robot --input "{\"case\":\"$case\"}" >/dev/null
        wait_for 20 "$robot collects $case" has_stepped "collects $case" 1
    done
    if [ $robot = killed ]; then kill_daemon; else stop_daemon; fi
    release "collects $robot-1"
    release "collects $robot-2"
    start_daemon
    wait_for 20 "$robot is through" is_idle
    for case in $robot-1 $robot-2; do
        same "times $case was asked for" 2 "$(steps "collects $case")"
        same "times $case was done" 1 "$(steps "performs $case")"
    done
    same "tasks of $robot" 2 "$(counted $robot)"
done
same 'nothing else was asked' 0 "$(steps 'collects none')"
same 'runs that were killed' '5:1 5:1 1:3 1:3' "$(endings killed)"
same 'runs that were stopped' '6:1 6:1 1:3 1:3' "$(endings ended)"
same 'no input is kept' 0 "$(sql 'SELECT count(input) FROM run')"

# Stopped by a person, who was answered, and it had not ended when the daemon was killed: its input is asked no more.
hold 'collects unwanted'
automagi run killed --input '{"case":"unwanted"}' >/dev/null
wait_for 20 'it collects' has_stepped 'collects unwanted' 1
kill -STOP $(($(ps -o ppid= -p "$(pgrep -n -f 'asked[.]py')"))) # it does not stop by itself
automagi stop "$(sql 'SELECT max(id) FROM run')" --by 'A Person' >/dev/null
kill_daemon
same 'the unwanted one had not ended' 2 "$(sql 'SELECT state FROM run ORDER BY id DESC LIMIT 1')"
release 'collects unwanted'
start_daemon
wait_for 20 'nothing goes on' is_idle
same 'runs beside the unwanted one' '5:1 5:1 1:3 1:3 3:1' "$(endings killed)"
same 'times the unwanted was asked for' 1 "$(steps 'collects unwanted')"

# A SIGTERM to all there is reached the run first: it was cut short as by the order itself.
hold 'collects shut-down'
automagi run ended --input '{"case":"shut-down"}' >/dev/null
wait_for 20 'it collects' has_stepped 'collects shut-down' 1
program=$(pgrep -n -f 'asked[.]py')
kill -TERM $(($(ps -o ppid= -p "$program")))
wait_for 20 'its program is gone' is_gone "$program"
stop_daemon
release 'collects shut-down'
start_daemon
wait_for 20 'it is through' is_idle
same 'runs that all were told to stop' '6:1 6:1 1:3 1:3 6:1 1:3' "$(endings ended)"
same 'times it was asked for' 2 "$(steps 'collects shut-down')"
same 'it is done' 3 "$(counted ended)"

# One that has collected is not asked again: what it found is in the queue.
hold 'performs collected'
automagi run collected --input '{"case":"collected"}' >/dev/null
wait_for 20 'it has collected' has_stepped 'performs collected' 1
kill_daemon
release 'performs collected'
start_daemon
wait_for 20 'it is through' is_idle
same 'times it was asked' 1 "$(steps 'collects collected')"
same 'who goes on is asked without' 1 "$(steps 'collects none')"
same 'runs of one that had collected' '5:1 1:3' "$(endings collected)"

# A run that another's end has brought about.
hold 'collects follower'
automagi run leads >/dev/null
wait_for 20 'who follows collects' has_stepped 'collects follower' 1
kill_daemon
release 'collects follower'
start_daemon
wait_for 20 'both are through' is_idle
same 'who follows is asked again' 2 "$(steps 'collects follower')"
same 'what follows is done' 1 "$(counted follows)"

# One that is lost each time is asked again until the robot is paused; then it waits for a person.
hold 'collects repeated'
automagi run repeated --input '{"case":"repeated"}' >/dev/null
for time in 1 2 3; do
    wait_for 20 'it collects' has_stepped 'collects repeated' $time
    kill_daemon
    start_daemon
done
same 'it is paused' 1 "$(sql "SELECT paused FROM robot WHERE slug = 'repeated'")"
same 'one waits' '1 repeated' "$(sql "SELECT count(*) || ' ' || (input ->> '\$.case') FROM run WHERE state = 1")"
release 'collects repeated'
automagi robot resume repeated >/dev/null
wait_for 20 'it is through' is_idle
same 'runs that were lost' '5:1 5:3 5:3 1:3' "$(endings repeated)"
same 'it is done' 1 "$(counted repeated)"

# One that ends while the daemon goes on has failed: a person is told, and nothing asks again.
hold 'collects failed'
automagi run failed --input '{"case":"failed"}' >/dev/null
wait_for 20 'it collects' has_stepped 'collects failed' 1
process=$(ps -o ppid= -p "$(pgrep -n -f 'asked[.]py')")
kill -KILL $((process))
wait_for 20 'it has ended' is_idle
same 'it has failed' '2:1' "$(endings failed)"
holds 'and says so' 'SIGKILL' "$(automagi runs --robot failed)"

# Where the queue is full the next run collects nothing, but makes room: then it is asked for.
automagi run full --input '{"case":"many","items":3}' --wait >/dev/null 2>&1 && fail 'three fit where two do'
wait_for 20 'all is through' is_idle
same 'runs of the full one' '2:1 1:3 1:3' "$(endings full)"
same 'what did not fit is asked for again' 2 "$(steps 'collects many')"
same 'what fitted, and that, is done' 3 "$(counted full)"

# Without an input too, and who follows waits for the one that collects. It says what it was for.
small="${members/limit\":2/limit\":1},\"limits\":{\"queue_items\":2}"
install_robot plain command "$small"
install_robot behind command "$members,\"triggers\":[{\"after\":\"plain\"}]"
source_of() { printf '%s\n' "$@" >"$WORK/out/next" && chmod 666 "$WORK/out/next" && mv "$WORK/out/next" "$WORK/out/source"; }
source_of p1 p2 p3
automagi run plain --wait >/dev/null 2>&1 && fail 'three fit where two do'
holds 'it says so' '2 done, .*: it only made room, for the queue had been full; run [0-9]+ collects' \
    "$(automagi run plain --wait)"
wait_for 20 'all is through' is_idle
same 'runs of the plain one' '2:1 1:1 1:3' "$(endings plain)"
same 'all that its source has is done' 3 "$(counted plain)"
same 'who follows has followed once' '1:6' "$(endings behind)"

# The limit is raised as the message says: there is room, and none has to be made.
source_of p4 p5 p6
automagi run plain --wait >/dev/null 2>&1 && fail 'three fit where two do'
install_robot plain command "${small/items\":2/items\":9}"
automagi run plain --wait >/dev/null
wait_for 20 'all is through' is_idle
same 'runs of the one with more room' '2:1 1:1 1:3 2:1 1:1' "$(endings plain)"
same 'what did not fit is done' 6 "$(counted plain)"
rm "$WORK/out/source"

# The daemon ends while room is made, by kill -9 or in order, or a system is closed: the next makes it, and then it is asked for.
set_open() { automagi system set opus --closed never >/dev/null; }
set_open
for robot in room-killed room-ended room-rested; do
    systems=''
    [ $robot = room-rested ] && systems=',"systems":["opus"],"lease":1'
    install_robot $robot command "$members$systems,\"retry_delay_s\":600,\"limits\":{\"queue_items\":2}"
    hold "performs $robot"
    automagi run $robot --input "{\"case\":\"$robot\",\"items\":3}" >/dev/null
    wait_for 20 'room is made' has_stepped "performs $robot" 1
    case $robot in
    room-killed) kill_daemon ;;
    room-ended) stop_daemon ;;
    room-rested) automagi system set opus --closed 00:00-24:00 >/dev/null ;;
    esac
    release "performs $robot"
    if [ $robot = room-rested ]; then
        has_rested() { [ "$(sql 'SELECT count(*) FROM run WHERE state = 2')" = 0 ]; }
        wait_for 20 'it rests' has_rested
        automagi runs --robot $robot | grep -q 'only made room' && fail 'it rested, and says that it has made room'
        stop_daemon # that there is none is in the store
        start_daemon
        set_open
    else
        start_daemon
    fi
    wait_for 20 "$robot is through" is_idle
    same "times it was asked for, of $robot" 2 "$(steps "collects $robot")"
    # What it had in hand when it was cut off may have been done, and waits.
    same "what was asked for is done or waits, of $robot" 3 "$(sql "SELECT (SELECT count(*) FROM ledger WHERE robot_id = robot.id) +
        (SELECT count(*) FROM item WHERE robot_id = robot.id) FROM robot WHERE slug = '$robot'")"
done
same 'runs of the one that was killed' '2:1 5:3 1:3 1:3' "$(endings room-killed)"
same 'runs of the one that was stopped' '2:1 6:3 1:3 1:3' "$(endings room-ended)"
same 'runs of the one that rested' '2:1 1:3 1:3 1:3' "$(endings room-rested)"

# Several that find it full: one after another, when those are through that fill it, so that each has the room.
hold 'performs crowd-1'
hold 'collects crowd-2'
hold 'collects crowd-3'
automagi run crowd --input '{"case":"crowd-1","items":2}' >/dev/null
wait_for 20 'one fills it' has_stepped 'performs crowd-1' 1
for case in 2 3; do
    automagi run crowd --input "{\"case\":\"crowd-$case\",\"items\":2}" >/dev/null
    wait_for 20 'another collects' has_stepped "collects crowd-$case" 1
done
release 'collects crowd-2'
release 'collects crowd-3'
waits_for_room() { automagi why crowd | grep -q 'waits: its queue was full'; }
wait_for 20 'they wait' waits_for_room
release 'performs crowd-1'
wait_for 20 'all is through' is_idle
same 'runs of the crowded one' '1:1 2:1 2:1 1:3 1:3 1:3' "$(endings crowd)"
same 'what was asked for is done' 6 "$(counted crowd)"

# Also when that run fails: the next makes room with what is left, and it waits, for the robot is paused after so many that
# failed. What never fits has failed in the end, which a person is told.
automagi run fails --input '{"case":"never","items":3}' >/dev/null
three_have_ended() { [ "$(endings fails)" = '2:1 2:3 2:3' ]; }
wait_for 20 'three runs of the one that makes no room have failed' three_have_ended
same 'what waits' 'queued 3' "$(sql "SELECT iif(state = 1, 'queued ', state) || cause FROM run WHERE state <> 3")"
same 'times it has collected' 1 "$(steps 'collects never')"
automagi robot resume fails >/dev/null
wait_for 20 'all that fails is through' is_idle
same 'runs of the one that makes no room' '2:1 2:3 2:3 1:3 2:3' "$(endings fails)"
same 'times it collected' 2 "$(steps 'collects never')"
holds 'a person is told' 'the queue is full' "$(automagi runs --robot fails)"
verify_clean
stop_daemon
