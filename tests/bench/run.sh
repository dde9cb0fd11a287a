#!/bin/bash
# make bench: what Automagi does, beside raw programs in the same run, as ratios to their limits.
#
#   tests/bench/run.sh BUILD [PART]        or: make bench [PART=PART]
#
# PART: figures, store, runs, schedules or lateness (lateness.sh); without it all of them.
#
# Every figure goes by the path that `make run` uses: a daemon, its hosts, plugins in children
# of their own, items, leases that are durable before anything is performed, results,
# attempts, ledger, rollups. With BENCH_ROWS tasks present (10 million), and all again with a
# preloaded shim that adds a millisecond to each fsync, as a real disk would.
#
# BENCH_ROWS=10000000  BENCH_TASKS=400000  BENCH_RUNS=20000  BENCH_ROUNDS=3  BENCH_SCHEDULES=1000000
# BENCH_LATENESS_ROUNDS=12  BENCH_FIGURE_ROWS=100000000 (7 GB)
set -euo pipefail

build=$(cd "$1" && pwd)
part=${2:-all}
rows=${BENCH_ROWS:-10000000}
tasks=${BENCH_TASKS:-400000}
runs=${BENCH_RUNS:-20000}
rounds=${BENCH_ROUNDS:-3}
figure_rows=${BENCH_FIGURE_ROWS:-100000000}
schedules=${BENCH_SCHEDULES:-1000000}
work=$build/bench
here=$(dirname "$0")
# shellcheck source=tests/bench/lib.sh
. "$here/lib.sh"

slow() { LD_PRELOAD=$preload "$@"; }
median() { sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

install() { # ID MEMBERS
    printf '{"id":"%s","plugin":"bench_tasks","window":"day",%s}\n' "$1" "$2" >"$work/$1.json"
    automagi robot add "$work/$1.json" --name "$1" >/dev/null
}

prepare() {
    automagi init >/dev/null
    automagi load robots/organisation.json >/dev/null
    cp "$build/tests/plugins/bench_tasks.so" "$home/plugins/"
    echo "filling in $rows tasks of the last two years ..." >&2
    "$bench/fill_store" "$home" "$rows"
    for i in 1 2 3 4; do
        install "tasks-$i" "\"configuration\":{\"items\":$((tasks / 4))},\"lease\":256,\"timeouts\":{\"run_s\":3600},\"limits\":{\"queue_items\":10000000}"
        install "single-$i" "\"configuration\":{\"items\":$((tasks / 40))},\"lease\":1,\"timeouts\":{\"run_s\":3600},\"limits\":{\"queue_items\":10000000}"
    done
    install bare '"configuration":{"items":1},"limit":64'
    install used '"configuration":{"items":1,"folder":true,"log":true},"limit":64'
}

all_ended() { [ "$(sql 'SELECT count(*) FROM run WHERE state <> 3')" = 0 ]; }

# tasks_rate KIND: four robots at once, from the first run's start to the last one's end.
tasks_rate() {
    local last i
    last=$(sql 'SELECT max(id) FROM run')
    for i in 1 2 3 4; do
        automagi run "$1-$i" >/dev/null
    done
    until all_ended; do sleep 0.1; done
    [ "$(sql "SELECT count(*) FROM run WHERE id > $last AND ending <> 1")" = 0 ] || {
        echo "bench: a run did not end well" >&2
        exit 1
    }
    sql "SELECT CAST(sum(done) * 1000.0 / (max(ended_ms) - min(started_ms)) AS INTEGER) FROM run WHERE id > $last"
}

# runs_rate ROBOT: asked for by 16 connections; from the first request to the last one's end.
runs_rate() {
    local last
    last=$(sql 'SELECT max(id) FROM run')
    "$bench/submit_runs" "$home" 16 "$runs" "$1" >/dev/null
    until all_ended; do sleep 0.05; done
    sql "SELECT CAST(count(*) * 1000.0 / (max(ended_ms) - min(created_ms)) AS INTEGER) FROM run
         WHERE id > $last AND done = 1"
}

measure_tasks() { # LABEL
    local i bare record path single
    for ((i = 0; i < rounds; i++)); do
        slow "$bench/bench_store" "$tasks" 1 "$work" >"$work/store"
        sed -n 's/^same tables, bare: median \([0-9]*\).*/\1/p' "$work/store" >>"$work/$1.same"
        sed -n 's/^attempt and ledger, bare: median \([0-9]*\).*/\1/p' "$work/store" >>"$work/$1.record"
        tasks_rate tasks >>"$work/$1.path"
        tasks_rate single >>"$work/$1.single"
    done
    bare=$(median <"$work/$1.same")
    record=$(median <"$work/$1.record")
    path=$(median <"$work/$1.path")
    single=$(median <"$work/$1.single")
    row "tasks/s from 4 runs, 256 begun at a time ($1)" "$path" "$bare" "$(ratio "$path" "$bare")" \
        'goal 0.50 of a bare loop on the same tables'
    row "  the same against attempt and ledger alone ($1)" "$path" "$record" \
        "$(ratio "$path" "$record")" 'no goal: what the queue costs'
    row "tasks/s from 4 runs, 1 begun at a time ($1)" "$single" "$bare" \
        "$(ratio "$single" "$bare")" 'no goal: the default of manual side effects'
}

measure_runs() { # LABEL
    local i raw bare used
    for ((i = 0; i < rounds; i++)); do
        "$bench/raw_fork" "$runs" 4 >>"$work/$1.fork"
        runs_rate bare >>"$work/$1.bare"
        "$bench/raw_fork" "$runs" 4 >>"$work/$1.fork"
        runs_rate used >>"$work/$1.used"
    done
    raw=$(median <"$work/$1.fork")
    bare=$(median <"$work/$1.bare")
    used=$(median <"$work/$1.used")
    row "isolated runs/s, folder and log unused ($1)" "$bare" "$raw" "$(ratio "$bare" "$raw")" \
        'goal 0.50 of raw fork'
    row "isolated runs/s, with folder and log ($1)" "$used" "$raw" "$(ratio "$used" "$raw")" \
        'goal 0.30 of raw fork'
}

measure_rest() {
    local start memory
    read -r start memory < <("$bench/time_start" "$home" "$build/bin/automagid" 2>/dev/null)
    row 'ready after start, ms' "$start" - - 'goal <= 15'
    row 'idle memory, MiB' "$(awk -v k="$memory" 'BEGIN { printf "%.1f", k / 1024 }')" - - 'goal <= 8'
}

# Every figure from the rollups of so many tasks, and all of it recounted: it is the same.
measure_figures() {
    local begun verify scan
    home=$work/figures
    automagi init >/dev/null
    automagi load robots/organisation.json >/dev/null
    echo "filling in $figure_rows tasks of the last two years ..." >&2
    "$bench/fill_store" "$home" "$figure_rows" ordered
    "$bench/time_figures" "$home" >"$work/figures.txt"
    of() { awk -v name="$1" '$1 == name { print $2 }' "$work/figures.txt"; }
    scan=$(of scan)
    begun=$(date +%s%N)
    automagi verify >"$work/verify" || { cat "$work/verify"; exit 1; }
    verify=$((($(date +%s%N) - begun) / 1000000))
    row "any figure over $(of rows) tasks, the slowest, ms" "$(of worst)" - - 'goal < 5'
    for figure in department_month department_two_years months_two_years robots_two_years forecast gap; do
        row "  $figure, ms" "$(of $figure)" - - 'goal < 5'
    done
    row 'verify, ms; beside it every row read once' "$verify" "$scan" "$(ratio "$verify" "$scan")" 'goal <= 2.5'
    cat "$work/verify"
    rm -rf "$home"
    home=$work/home
}

# A store of its own: the others are measured without them.
measure_schedules() {
    "$build/bin/automagi" --home "$work/schedules" init >/dev/null
    "$bench/time_schedules" "$work/schedules" "$schedules" >"$work/schedules.txt"
    rm -rf "$work/schedules"
    of() { awk -v name="$1" '$1 == name { print $2 }' "$work/schedules.txt"; }
    row "$schedules schedules from the store to what is due, ms" "$(of load)" "$(of scan)" \
        "$(ratio "$(of load)" "$(of scan)")" 'goal < 1000; beside it SQLite stepping through the rows'
    row '  of that: read, ms' "$(of read)" - - 'trigger_each() that keeps nothing'
    row '  parsed, ms' "$(of parse)" - - 'no goal'
    row '  first next times, ms' "$(of next)" - - 'no goal'
    row 'bytes per schedule held' "$(of bytes)" - - 'goal <= 64'
    row 'fires taken and put in again, per second' "$(of fires)" - - 'goal >= 2000000'
}

bytes_per_task() {
    sql 'PRAGMA compile_options' | grep -q ENABLE_DBSTAT_VTAB || return 0
    sql "SELECT printf('%.1f', sum(pgsize) * 1.0 / (SELECT count(*) FROM ledger)) FROM dbstat
         WHERE name IN ('ledger', 'attempt')"
}

is_part() { [ "$part" = all ] || [ "$part" = "$1" ]; }

measure_load() { # LABEL
    start_daemon
    ! is_part store || measure_tasks "$1"
    ! is_part runs || measure_runs "$1"
    stop_daemon
}

case $part in
all | figures | store | runs | schedules | lateness) ;;
*)
    echo "bench: there is no part '$part'; there are figures, store, runs, schedules and lateness" >&2
    exit 2
    ;;
esac
row 'measured' 'Automagi' 'raw' 'ratio' ''
! is_part schedules || measure_schedules
! is_part figures || measure_figures
if is_part store || is_part runs; then
    prepare
    ! is_part store || measure_rest
    ! is_part store || row 'bytes on disk per task, attempt and ledger' "$(bytes_per_task)" - - 'goal <= 85'
    measure_load 'disk as it is'
    preload=$bench/slowsync.so
    export SLOWSYNC_US=1000
    measure_load 'fsync + 1 ms'
    preload=
    unset SLOWSYNC_US
    automagi verify >"$work/verify" || { cat "$work/verify"; exit 1; }
    cat "$work/verify"
fi
! is_part lateness || "$here/lateness.sh" "$build"
