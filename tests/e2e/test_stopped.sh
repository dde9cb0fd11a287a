#!/bin/bash
# A run, its host or the daemon is stopped (SIGSTOP) for a moment or past its time-outs, and continued: RACES times.
# What comes late changes nothing, nothing is done twice but what may be, and each task is counted once.
. tests/e2e/lib.sh

RACES=${RACES:-8}
SEED=${SEED:-$RANDOM}
ITEMS=${ITEMS:-$((RACES * 12))}
RANDOM=$SEED
echo "seed $SEED, $RACES races"

new_home
for class in manual idempotent probeable; do
    install_plugin "slow_$class"
    mkdir -p "$WORK/out/$class"
    chmod 777 "$WORK/out/$class"
    chmod 755 "$WORK" "$WORK/out"
    install_robot "$class" "slow_$class" "\"configuration\":{\"items\":$ITEMS,\"ms\":3},\"pause_after\":0,
        \"folders\":{\"out\":\"$WORK/out/$class\"},\"window\":\"ever\",\"lease\":4,\"attempts\":50,
        \"retry_delay_s\":1,\"retry_most_s\":1,\"timeouts\":{\"item_s\":1,\"stop_s\":0}"
done
going() { sql 'SELECT count(*) FROM run WHERE state <> 3'; }
is_quiet() { [ "$(going)" = 0 ]; }
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
for race in $(seq "$RACES"); do
    for class in manual idempotent probeable; do
        [ "$(sql "SELECT count(*) FROM run JOIN robot ON robot.id = robot_id WHERE slug = '$class' AND state <> 3")" != 0 ] ||
            automagi run "$class" >/dev/null
    done
    pid=$(victim)
    [ -n "$pid" ] || continue
    kill -STOP "$pid" 2>/dev/null || continue
    # Every tenth time past what an item may take.
    if [ $((race % 10)) = 5 ]; then sleep 1.3; else sleep "0.0$((RANDOM % 90 + 10))"; fi
    kill -CONT "$pid" 2>/dev/null || true
    kill -0 "$DAEMON" || fail "race $race: the daemon ended"
done
wait_for 120 'all runs end' is_quiet
for class in manual idempotent probeable; do automagi run "$class" --wait >/dev/null 2>&1 || true; done
wait_for 60 'all runs end' is_quiet
stop_daemon
same 'tasks counted twice' 0 "$(sql 'SELECT count(*) FROM (SELECT 1 FROM ledger GROUP BY run_id, seq HAVING count(*) > 1)')"
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
echo "timed out $(sql 'SELECT count(*) FROM run WHERE ending = 4'), late results $(sql 'SELECT count(*) FROM late_result')"
verify_clean
