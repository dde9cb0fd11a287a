#!/bin/bash
# How long after its time a robot's own code begins, beside Debian's cron and APScheduler.
#
#   tests/bench/lateness.sh BUILD          or: make bench PART=lateness
#
# From a trigger's nominal time to the first statement of collect(), in milliseconds. `warm`: hosts
# are up and children wait, as is the default; `cold`: no host is up, and none is warmed (robot.json
# "warm": false). `busy`: beside it one process per processor that does nothing but compute.
# cron sees a clock that is moved by whole seconds, so that it meets the end of a minute at once and not
# in a minute; it is left out where it may not be run. What else the machine does shows in the
# figures: repeat it, and judge by the best.
#
# BENCH_LATENESS_ROUNDS=12   rounds of 100 robots due together; of one robot four times as many and two
set -euo pipefail

build=$(cd "$1" && pwd)
work=$build/bench-lateness
here=$(dirname "$0")
rounds=${BENCH_LATENESS_ROUNDS:-12}
single=$((rounds * 4 + 2))
# shellcheck source=tests/bench/lib.sh
. "$here/lib.sh"

WIDE=100       # robots due together
AHEAD_MS=1500  # from the start of the daemon to the first time
ROUND_MS=2000  # between rounds; the first one of warm robots brings their hosts up, and does not count
STAGGER_MS=200 # between the times of robots of which each is alone
CRON_ROUNDS=$((rounds / 3 > 0 ? rounds / 3 : 1))
spinning=()

robots() { seq -f "$1-%g" 1 "$2"; }
now_ms() { date +%s%3N; }

# Milliseconds, one per line, as "p50 p99 max".
summary() {
    sort -g | awk '
        { v[NR] = $1 }
        function rank(p,  r) { r = int(p * NR); if (r < p * NR) r++; return v[r] }
        END { if (NR == 0) exit 1; printf "%.2f %.2f %.2f\n", rank(0.5), rank(0.99), v[NR] }'
}

prepare() {
    local kind i
    automagi init >/dev/null
    cp "$build/tests/plugins/stamps.so" "$home/plugins/"
    for kind in warm cold; do
        for ((i = 1; i <= WIDE; i++)); do
            printf '{"id":"%s","plugin":"stamps","warm":%s}\n' "$kind-$i" \
                "$([ $kind = warm ] && echo true || echo false)" >"$work/robot.json"
            automagi robot add "$work/robot.json" --name "$kind-$i" >/dev/null
        done
    done
}

# times STAGGER COUNT FROM ROBOT...: the robots' times come, the daemon serves them; how late each from
# the round FROM on was is appended to $work/late.
times() {
    local stagger=$1 count=$2 from=$3 first last expected
    shift 3
    last=$(sql 'SELECT coalesce(max(id), 0) FROM run')
    first=$(($(now_ms) + AHEAD_MS))
    "$bench/add_times" "$home" "$first" "$stagger" "$ROUND_MS" "$count" "$@"
    start_daemon
    expected=$(($# * count))
    until [ "$(sql "SELECT count(*) FROM run WHERE id > $last AND state = 3")" = "$expected" ]; do
        [ "$(now_ms)" -lt $((first + $# * stagger + count * ROUND_MS + 20000)) ] || {
            echo "bench: not all runs ended; fires that were skipped:" >&2
            sql "SELECT skipped, count(*) FROM fire WHERE nominal_ms >= $first AND skipped IS NOT NULL
                 GROUP BY skipped" >&2
            exit 1
        }
        sleep 0.25
    done
    stop_daemon
    {
        sql "SELECT 'fire', run_id, nominal_ms FROM fire WHERE run_id > $last AND
             nominal_ms >= $first + $from * $ROUND_MS" | tr '|' ' '
        find "$home/logs" -name '*.log' -exec grep -Ho 'stamp [0-9]*' {} + |
            sed 's|.*/\([0-9]*\)\.log:|\1 |'
    } | awk '
        $1 == "fire" { nominal[$2] = $3; next }
        $1 in nominal { printf "%.3f\n", substr($3, 1, length($3) - 3) / 1000 - nominal[$1] }' >>"$work/late"
}

# One due at a time: five warm ones by turns; cold ones each once, for after that it has a host.
one_warm() { # shellcheck disable=SC2046
    times "$STAGGER_MS" $(((single + 4) / 5 + 1)) 1 $(robots warm 5)
}
one_cold() { # shellcheck disable=SC2046
    times "$STAGGER_MS" 1 0 $(robots cold "$((single < WIDE ? single : WIDE))")
}
many_warm() { # shellcheck disable=SC2046
    times 0 $((rounds + 1)) 1 $(robots warm $WIDE)
}
many_cold() {
    local i
    for ((i = 0; i < rounds; i++)); do # shellcheck disable=SC2046
        times 0 1 0 $(robots cold $WIDE)
    done
}

# apscheduler JOBS ROUNDS: the better of its usual pool of ten threads and one of a hundred.
python_with_apscheduler() {
    local python
    for python in python3 /usr/bin/python3; do
        ! "$python" -c "import apscheduler" 2>/dev/null || { echo "$python"; return; }
    done
}

# apscheduler JOBS ROUNDS: the better of its usual pool of ten threads and one of a hundred.
apscheduler() {
    local python threads
    python=$(python_with_apscheduler)
    [ -n "$python" ] || { echo "- - -"; return; }
    for threads in 10 100; do
        "$python" "$here/late_scheduler.py" "$1" "$2" "$threads" | summary
    done | sort -g -k 2 | head -1
}

may_cron() {
    if [ "$(id -u)" != 0 ]; then
        echo 'cron is left out: only root may put a file in /etc/cron.d'
    elif ! command -v cron >/dev/null; then
        echo 'cron is left out: the package cron is not installed'
    elif pgrep -x cron >/dev/null; then
        echo 'cron is left out: one runs already on this machine'
    else
        return 0
    fi
    return 1
}

# One minute's end, two to three seconds from now by the clock that cron sees: JOBS lines of lateness.
cron_minute() { # JOBS
    local now offset process i
    rm -f "$work/stamps"
    for ((i = 0; i < $1; i++)); do
        echo "* * * * * root $bench/stamp $work/stamps"
    done >"$cron_file"
    now=$(date +%s)
    offset=$((57 - now % 60))
    python3 -c 'import struct, sys; sys.stdout.buffer.write(struct.pack("<q", int(sys.argv[1]) * 10**9))' \
        "$offset" >"$work/offset"
    MOVED_CLOCK=$work/offset LD_PRELOAD=$build/tests/e2e/moved_clock.so cron -f >/dev/null 2>&1 &
    process=$!
    others+=("$process")
    for ((i = 0; i < 100; i++)); do
        [ ! -e "$work/stamps" ] || [ "$(wc -l <"$work/stamps")" -lt "$1" ] || break
        sleep 0.1
    done
    kill -TERM "$process"
    wait "$process" 2>/dev/null || true
    awk -v due=$(((now + 3) * 1000)) \
        '{ printf "%.3f\n", substr($1, 1, length($1) - 3) / 1000 - due }' "$work/stamps"
}

cron_jobs() { # JOBS
    local i
    if [ -z "$cron_file" ]; then
        echo '- - -'
        return
    fi
    for ((i = 0; i < CRON_ROUNDS; i++)); do
        cron_minute "$1"
    done >"$work/late"
    rm -f "$cron_file"
    summary <"$work/late"
}

be_busy() {
    local i
    for ((i = 0; i < $(nproc); i++)); do
        while :; do :; done &
        spinning+=("$!")
        others+=("$!")
    done
}

be_idle() {
    local process
    for process in "${spinning[@]}"; do
        kill -KILL "$process"
        wait "$process" 2>/dev/null || true
    done
    spinning=()
}

show() { # LABEL OURS PEER GOAL, the middle two as summary() has them
    local p50 p99 max peer50 peer99 peermax ratio
    read -r p50 p99 max <<<"$2"
    read -r peer50 peer99 peermax <<<"$3"
    ratio=-
    [ "$peer99" = - ] || ratio=$(ratio "$p99" "$peer99")
    row "$1" "$p99" "$peer99" "$ratio" \
        "$4; p50 $p50 against $peer50, max $max against $peermax"
}

measure() { # idle | busy
    local count kind goal jobs words peer cron
    for count in one many; do
        jobs=1 words='1 robot'
        [ $count = one ] || jobs=$WIDE words="$WIDE robots"
        for kind in warm cold; do
            : >"$work/late"
            "${count}_$kind"
            summary <"$work/late" >"$work/$kind"
        done
        peer=$(apscheduler "$jobs" "$([ $count = one ] && echo "$single" || echo "$rounds")")
        cron=$(cron_jobs "$jobs")
        goal='no goal'
        [ "$1" = busy ] || goal='goal < 5'
        show "start lateness p99, ms: $words, warm, $1; APScheduler" "$(cat "$work/warm")" "$peer" "$goal"
        show "  the same, cold" "$(cat "$work/cold")" "$peer" 'no goal'
        show "  warm; cron" "$(cat "$work/warm")" "$cron" 'no goal'
    done
}

cron_file=
! may_cron >&2 || cron_file=/etc/cron.d/automagi_bench
trap 'rm -f "$cron_file"; cleanup' EXIT
prepare
row 'measured' 'Automagi' 'peer' 'ratio' ''
measure idle
be_busy
measure busy
be_idle
