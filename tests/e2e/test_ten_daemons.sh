#!/bin/bash
# test_ten_daemons.sh - ten daemons are started at once on one home, again and again: one serves,
# nine say so and leave, and no time fires twice.
. tests/e2e/lib.sh

export MOVED_CLOCK=$WORK/clock
head -c 8 /dev/zero >"$MOVED_CLOCK"
PRELOAD=$BUILD/tests/e2e/moved_clock.so

# Puts the clock forward by a minute more.
next_minute() {
    python3 - "$MOVED_CLOCK" <<'PYTHON'
import struct, sys
with open(sys.argv[1], "r+b", 0) as clock:
    offset = struct.unpack("<q", clock.read(8))[0]
    clock.seek(0)
    clock.write(struct.pack("<q", offset + 60_000_000_000))
PYTHON
}
has_fired() { [ "$(sql 'SELECT count(*) FROM fire WHERE run_id IS NOT NULL')" -ge "$1" ]; }
nothing_runs() { [ "$(sql 'SELECT count(*) FROM run WHERE state <> 3')" = 0 ]; }
# Nine of them have ended.
one_is_left() {
    local pid left=0
    for pid in "${pids[@]}"; do
        ! kill -0 "$pid" 2>/dev/null || left=$((left + 1))
    done
    [ "$left" = 1 ]
}

new_home
install_plugin ok
LD_PRELOAD=$PRELOAD start_daemon
LD_PRELOAD=$PRELOAD install_robot ok ok '"limit":8,"triggers":[{"cron":"* * * * *","misfire":"all","misfire_limit":100}]'
stop_daemon

for _ in 1 2 3 4 5; do
    pids=()
    for n in 1 2 3 4 5 6 7 8 9 10; do
        LD_PRELOAD=$PRELOAD "$BUILD/bin/automagid" --home "$HOME_DIR" >"$WORK/daemon-$n.log" 2>&1 &
        pids+=($!)
    done
    wait_for 20 'nine have left' one_is_left
    wait_for 20 'one is ready' grep -l ' ready: ' "$WORK"/daemon-*.log
    same 'daemons that are ready' 1 "$(grep -l ' ready: ' "$WORK"/daemon-*.log | wc -l)"
    same 'daemons that say why they leave' 9 \
        "$(grep -l 'another program .*is writing here' "$WORK"/daemon-*.log | wc -l)"
    for n in 1 2 3; do
        before=$(sql 'SELECT count(*) FROM fire WHERE run_id IS NOT NULL')
        next_minute
        wait_for 10 'the next minute fires' has_fired $((before + 1))
    done
    wait_for 10 'runs end' nothing_runs
    for pid in "${pids[@]}"; do
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
done
same 'times that fired twice' 0 "$(sql 'SELECT count(*) FROM (SELECT 1 FROM fire GROUP BY trigger_id, nominal_ms HAVING count(*) > 1)')"
same 'runs by cron' "$(sql 'SELECT count(*) FROM fire WHERE run_id IS NOT NULL')" \
    "$(sql 'SELECT count(*) FROM run WHERE cause = 2')"
verify_clean
