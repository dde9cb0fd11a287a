#!/bin/bash
# Plugins that mean harm: one that floods the daemon, its queue or its disk, or lies to it, is ended
# with a sentence, and neither the daemon nor another robot suffers for it. The first of each family
# of hostile_table.py; all of them: make prove PART=hostile.
. tests/e2e/lib.sh

new_home
chmod 755 "$WORK"
install_plugin floods
install_plugin fills_queue
install_plugin lies
install_plugin odd_status
for kind in manual idempotent probeable; do
    install_plugin misbehaves_$kind
done
install_plugin slow_idempotent

# ended ROBOT ENDING PATTERN: the newest run of the robot, once it has ended.
newest() { sql "SELECT $2 FROM run JOIN robot ON robot.id = robot_id WHERE slug = '$1' ORDER BY run.id DESC LIMIT 1"; }
has_ended() { [ "$(newest "$1" state)" = 3 ]; }
ended() {
    wait_for 30 "the run of $1 ends" has_ended "$1"
    same "ending of $1" "$2" "$(newest "$1" "CASE ending WHEN 1 THEN 'done' WHEN 2 THEN 'failed'
        WHEN 3 THEN 'stopped' WHEN 4 THEN 'timed out' ELSE 'lost' END")"
    holds "note of $1" "$3" "$(newest "$1" run.note)"
}
resident_kib() { awk '/^VmRSS/ { print $2 }' "/proc/$DAEMON/status"; }

limits="\"timeouts\":{\"run_s\":$((5 * PATIENCE)),\"stop_s\":2}"
install_robot flushes floods "$limits,\"configuration\":{\"with\":\"flush\"}"
install_robot slow-flushes floods "$limits,\"configuration\":{\"with\":\"slow flush\"}"
install_robot leases floods "\"timeouts\":{\"run_s\":1,\"stop_s\":3},\"configuration\":{\"with\":\"lease after stop\"}"
install_robot far-days floods "$limits,\"configuration\":{\"with\":\"far day\"}"
install_robot days fills_queue "$limits,\"window\":\"day\",\"configuration\":{\"with\":\"days\"}"
install_robot many fills_queue "\"timeouts\":{\"run_s\":$((20 * PATIENCE)),\"stop_s\":2},\"limits\":{\"queue_items\":10000000,\"queue_mib\":10000}"
install_robot full fills_queue "$limits,\"limits\":{\"queue_items\":5000}"
install_robot heavy fills_queue "$limits,\"limits\":{\"queue_mib\":20},\"configuration\":{\"with\":\"large\"}"
install_robot lies lies "$limits"
install_robot odd-status odd_status "$limits"
start_daemon

# What is asked for without reading the answer is not kept in memory without end.
before=$(resident_kib)
for robot in flushes slow-flushes leases; do
    automagi run "$robot" >/dev/null
done
ended flushes failed 'before it had read'
ended slow-flushes failed 'before it had read'
ended leases 'timed out' 'before it had read'
grep -q 'of leases is ended: .*before it had read' "$WORK/daemon.log" || fail 'leases was not ended for its flood'
[ $(($(resident_kib) - before)) -lt 16384 ] || fail "the daemon grew from $before to $(resident_kib) KiB"

# A date that is a mistake opens no window.
automagi run far-days >/dev/null
ended far-days failed 'the business date must lie between 20'
refused 1 'the business date must lie between 20' automagi queue add far-days --reference a --business-date 2099-01-01
[ ! -e "$HOME_DIR/keys/far-days" ] || fail 'a date far away has made a key'

# A run opens so many windows and no more: each is a key file.
automagi run days >/dev/null
ended days failed 'more than 64 windows'
same 'key files of days' 65 "$(find "$HOME_DIR/keys/days" -type f | wc -l)"

# While one robot adds as fast as it can, nobody else waits for it.
automagi run many >/dev/null
added() { sql "SELECT count(*) FROM item JOIN robot ON robot.id = robot_id WHERE slug = 'many'"; }
has_added_since() { [ "$(added)" -gt "$1" ]; }
wait_for 10 'many adds' has_added_since 0
for _ in 1 2 3 4 5 6; do
    before=$(added)
    automagi robot pause days >/dev/null
    same 'many goes on when a command is answered' 2 "$(newest many state)"
    wait_for 10 'many adds still' has_added_since "$before"
done
same 'many goes on after all of them' 2 "$(newest many state)"
automagi stop "$(newest many run.id)" >/dev/null
ended many stopped ''

# A queue has a size: in items, and in bytes.
automagi run full >/dev/null
automagi run heavy >/dev/null
ended full failed 'the queue is full: 5000 items'
ended heavy failed 'the queue is full: .*limits.queue_mib 20'
refused 1 'the queue is full' automagi queue add full --reference another
stop_daemon
start_daemon
refused 1 'the queue is full' automagi queue add full --reference another
automagi run full >/dev/null
ended full failed 'the queue is full'
automagi run full >/dev/null # collects nothing, and makes room
ended full done ''
automagi queue add full --reference another >/dev/null

# A host that lies of a run's end is ended, and the run then, with all that it has begun.
run=$(automagi run lies --format json | python3 -c 'import json,sys; print(json.load(sys.stdin)["run"])')
ended lies failed 'its host said that it had ended'
answers() { timeout 5 "$BUILD/bin/automagi" --home "$HOME_DIR" robot pause lies; }
answers >/dev/null || fail "the daemon does not answer after run $run"
last_is_gone() { ! kill -0 "$(tail -n 1 "$HOME_DIR/hosts" | cut -d' ' -f1)"; }
wait_for 5 'the lying host is gone' last_is_gone

# A status that is none is put into words that are.
automagi run odd-status >/dev/null
ended odd-status failed 'could not be started: Protocol error'

# When memory is short a run goes, and not the daemon (which may have asked for that in vain).
score() { cat "/proc/$1/oom_score_adj"; }
same 'a host and its runs go first' 500 "$(score "$(tail -n 1 "$HOME_DIR/hosts" | cut -d' ' -f1)")"
spared=$(bash -c 'echo -900 >/proc/self/oom_score_adj; cat /proc/self/oom_score_adj' 2>/dev/null)
same 'the daemon asked to be spared' "$spared" "$(score "$DAEMON")"

python3 tests/e2e/hostile_plugins.py "$HOME_DIR" "$BUILD" "$WORK" short ||
    fail 'a hostile plugin did not end as the table says, or others suffered'

kill -0 "$DAEMON" || fail 'the daemon has died'
stop_daemon
python3 tests/e2e/hostile_plugins.py "$HOME_DIR" "$BUILD" "$WORK" left || fail 'something outlived its run'
verify_clean
