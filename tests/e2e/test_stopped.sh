#!/bin/bash
# A run, its host or the daemon is stopped (SIGSTOP) for a moment, or past its time-outs, and continued: RACES times.
# A run that is given up is killed before its items are handed out again, so none lives on to report late; nothing
# is done twice but what may be, and each task is counted once. (That a late result would change nothing
# is shown by tests/unit/test_item.c; that items are not handed out while a killed process is still there, by
# tests/e2e/test_frozen.sh.)
. tests/e2e/lib.sh

RACES=${RACES:-8}
SEED=${SEED:-$RANDOM}
ITEMS=${ITEMS:-300} # at once, for each robot
RANDOM=$SEED
echo "seed $SEED, $RACES races"

new_home
chmod 755 "$WORK"
mkdir "$WORK/out"
chmod 755 "$WORK/out"
# robot CLASS ID ITEMS MS: those that are given up are tried again at once.
robot() {
    mkdir -p "$WORK/out/$2"
    chmod 777 "$WORK/out/$2"
    install_robot "$2" "slow_$1" "\"configuration\":{\"items\":$3,\"ms\":$4},\"pause_after\":0,
        \"folders\":{\"out\":\"$WORK/out/$2\"},\"window\":\"ever\",\"lease\":4,\"attempts\":50,
        \"retry_delay_s\":1,\"retry_most_s\":1,\"timeouts\":{\"run_s\":5,\"item_s\":1,\"stop_s\":0}"
}
declare -A GIVEN
for class in manual idempotent probeable; do
    install_plugin "slow_$class"
    GIVEN[$class]=0
done
# at_work CLASS: it has a run, and that something to do.
at_work() {
    local of="JOIN robot ON robot.id = robot_id WHERE slug = '$1'"
    [ "$(sql "SELECT count(*) FROM run $of AND state <> 3")" = 0 ] || return 0
    if [ "$(sql "SELECT count(*) FROM item $of AND state < 3")" = 0 ]; then
        GIVEN[$1]=$((GIVEN[$1] + ITEMS))
        robot "$1" "$1" "${GIVEN[$1]}" 10
    fi
    automagi run "$1" >/dev/null
}
going() { sql 'SELECT count(*) FROM run WHERE state <> 3'; }
is_quiet() { [ "$(going)" = 0 ]; }
effects() { if [ -f "$WORK/out/$1/effects" ]; then wc -l <"$WORK/out/$1/effects"; else echo 0; fi; }
of_robot() { sql "SELECT $2 FROM run JOIN robot ON robot.id = robot_id WHERE slug = '$1' ORDER BY run.id ${3:-} LIMIT 1"; }
first_ended() { [ "$(of_robot "$1" state)" = 3 ]; }
all_done() { [ "$(sql "SELECT count(*) FROM item JOIN robot ON robot.id = robot_id WHERE slug = '$1' AND state <> 4")" = 0 ] &&
    [ "$(sql "SELECT count(*) FROM ledger JOIN robot ON robot.id = robot_id WHERE slug = '$1'")" = 3 ]; }

# One that nobody has asked how it ended (Z) is none any more.
lives() { grep -q '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/status" 2>/dev/null; }
# stop WHAT: a run at work is stopped for good, or its host, or both; PIDS[WHAT] are who.
declare -A PIDS
stop() {
    local robot=up-$1 host run=''
    robot idempotent "$robot" 3 300
    automagi run "$robot" >/dev/null
    wait_for 20 "$robot is at work" test -s "$WORK/out/$robot/effects"
    for host in $(pgrep -P "$DAEMON" automagi-host); do
        [[ " ${HOSTS:-} " == *" $host "* ]] || run=$(pgrep -P "$host" || true)
        [ -z "$run" ] || break
    done
    HOSTS="${HOSTS:-} $host"
    case $1 in
    run) PIDS[$1]=$run ;;
    host) PIDS[$1]=$host ;;
    *) PIDS[$1]="$host $run" ;;
    esac
    # shellcheck disable=SC2086 # words
    kill -STOP ${PIDS[$1]} || fail "$robot: it was not to be stopped: ${PIDS[$1]}"
}
# given_up WHAT ENDING: none of them lives on when its items are anybody's, who then does them.
given_up() {
    local robot=up-$1 pid
    wait_for 40 "$robot: the run is given up" first_ended "$robot"
    for pid in ${PIDS[$1]}; do ! lives "$pid" || fail "$robot: it was given up, and process $pid lives"; done
    same "$robot: how it ended" "$2" "$(of_robot "$robot" ending)"
    wait_for 30 "$robot: all is done" all_done "$robot"
    if [ "$1" = host ]; then # what runs below it had come to its end, and nobody had said so
        same "$robot: effects" 3 "$(effects "$robot")"
        return 0
    fi
    [ "$(of_robot "$robot" run.id desc)" -gt "$(of_robot "$robot" run.id)" ] || fail "$robot: there is no other run"
    same "$robot: tasks" '3|3' "$(sql "SELECT count(*), count(DISTINCT ref_hash) FROM ledger
        JOIN robot ON robot.id = robot_id WHERE slug = '$robot'")"
    same "$robot: effects, one of them twice" '4 3' "$(effects "$robot") $(sort -u "$WORK/out/$robot/effects" | wc -l)"
}
# A process to stop: the daemon, a host, or what runs below one.
victim() {
    local hosts host below
    mapfile -t hosts < <(pgrep -P "$DAEMON" automagi-host || true)
    case $((RANDOM % 3)) in
    0) echo "$DAEMON" ;;
    *)
        [ "${#hosts[@]}" -gt 0 ] || return 0
        host=${hosts[$((RANDOM % ${#hosts[@]}))]}
        below=$(pgrep -P "$host" | head -n 1 || true)
        if [ $((RANDOM % 2)) = 0 ]; then echo "$host"; else echo "$below"; fi
        ;;
    esac
}

start_daemon
whats=(run both)
[ "$RACES" -le 100 ] || whats+=(host)
for what in "${whats[@]}"; do stop "$what"; done
for what in "${whats[@]}"; do given_up "$what" 4; done
stop daemon
kill_daemon
start_daemon
given_up daemon 5
race=0 busy=0 all=0
while [ "$race" -lt "$RACES" ]; do
    for class in manual idempotent probeable; do at_work $class; done
    pid=$(victim)
    [ -n "$pid" ] || continue
    kill -STOP "$pid" 2>/dev/null || continue
    race=$((race + 1)) # nobody was stopped: none
    before=$all
    all=$(cat "$WORK"/out/*/effects | wc -l)
    [ "$all" = "$before" ] || busy=$((busy + 1))
    # Every tenth time past what an item may take.
    if [ $((race % 10)) = 5 ]; then sleep 1.3; else sleep "0.0$((RANDOM % 90 + 10))"; fi
    kill -CONT "$pid" 2>/dev/null || true
    kill -0 "$DAEMON" || fail "race $race: the daemon ended"
done
[ "$busy" -ge $((RACES * 3 / 4)) ] || fail "robots were at work between $busy of $RACES races alone"
wait_for 120 'all runs end' is_quiet
is_worked_off() {
    local class
    for class in manual idempotent probeable; do automagi run "$class" --wait >/dev/null 2>&1 || true; done
    is_quiet && [ "$(sql 'SELECT count(*) FROM item WHERE state <> 3')" = 0 ] # 3: waits for a person
}
wait_for 120 'all that is ready or put off is done' is_worked_off
stop_daemon
same 'tasks counted twice' 0 "$(sql 'SELECT count(*) FROM (SELECT 1 FROM ledger GROUP BY run_id, seq HAVING count(*) > 1)')"
same 'results that came late' 0 "$(sql 'SELECT count(*) FROM late_result')"
for class in manual probeable; do
    same "$class: done twice" '' "$(sort "$WORK/out/$class/effects" | uniq -d | head -n 3)"
done
for class in manual idempotent probeable; do
    counted=$(sql "SELECT count(*) FROM ledger JOIN robot ON robot.id = robot_id WHERE slug = '$class'")
    done=$(sort -u "$WORK/out/$class/effects" | wc -l)
    waits=$(sql "SELECT count(*) FROM item JOIN robot ON robot.id = robot_id WHERE slug = '$class' AND state = 3")
    # What was done is counted, or waits for a person who says so.
    [ "$counted" -le "$done" ] || fail "$class: $counted counted, $done done"
    [ $((counted + waits)) -ge "$done" ] || fail "$class: $done done, $counted counted and $waits wait"
done
echo "at work between $busy races"
echo "timed out $(sql 'SELECT count(*) FROM run WHERE ending = 4')"
verify_clean
