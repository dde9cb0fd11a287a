#!/bin/bash
# make bench: what Automagi does, beside raw programs in the same run, as ratios to their limits.
#
#   tests/bench/run.sh BUILD
#
# Every figure goes by the path that `make run` uses: a daemon, its hosts, plugins in children
# of their own, items, leases that are durable before anything is performed, results,
# attempts, ledger, rollups. With BENCH_ROWS tasks present (10 million), and all again with a
# preloaded shim that adds a millisecond to each fsync, as a real disk would.
#
# BENCH_ROWS=10000000  BENCH_TASKS=400000  BENCH_RUNS=20000  BENCH_ROUNDS=3  BENCH_SCHEDULES=1000000
set -euo pipefail

build=$(cd "$1" && pwd)
rows=${BENCH_ROWS:-10000000}
tasks=${BENCH_TASKS:-400000}
runs=${BENCH_RUNS:-20000}
rounds=${BENCH_ROUNDS:-3}
schedules=${BENCH_SCHEDULES:-1000000}
bench=$build/tests/bench
work=$build/bench
home=$work/home
daemon=
preload=

cleanup() {
    [ -z "$daemon" ] || kill -KILL "$daemon" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
rm -rf "$work"
mkdir -p "$work"

automagi() { "$build/bin/automagi" --home "$home" "$@"; }
slow() { LD_PRELOAD=$preload "$@"; }
sql() { sqlite3 -readonly "$home/automagi.db" "$1"; }
ratio() {
    awk -v a="$1" -v b="$2" 'BEGIN { if (b <= 0) exit 1; printf "%.2f", a / b }' ||
        { echo "bench: nothing was measured to compare with" >&2; exit 1; }
}
median() { sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
row() { printf '%-58s %12s %12s %7s  %s\n' "$@"; }

start_daemon() {
    LD_PRELOAD=$preload "$build/bin/automagid" --home "$home" --log-format text 2>"$work/daemon.log" &
    daemon=$!
    until grep -q ' ready: ' "$work/daemon.log"; do
        kill -0 "$daemon" || { cat "$work/daemon.log" >&2; exit 1; }
        sleep 0.02
    done
}

stop_daemon() {
    kill -TERM "$daemon"
    wait "$daemon" || true
    daemon=
}

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
    local start memory savings
    read -r start memory < <("$bench/time_start" "$home" "$build/bin/automagid" 2>/dev/null)
    "$bench/time_savings" "$home" >"$work/savings"
    savings=$(awk '$1 == "department_month" { print $2 }' "$work/savings")
    row 'department by month, ms' "$savings" "$(awk '$1 == "scan" { print $2 }' "$work/savings")" - \
        'goal < 5; beside it a plain scan of all attempts'
    row 'departments over two years, ms' \
        "$(awk '$1 == "department_two_years" { print $2 }' "$work/savings")" - - 'no goal'
    row 'ready after start, ms' "$start" - - 'goal <= 15'
    row 'idle memory, MiB' "$(awk -v k="$memory" 'BEGIN { printf "%.1f", k / 1024 }')" - - 'goal <= 8'
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

prepare
row 'measured' 'Automagi' 'raw' 'ratio' ''
measure_rest
measure_schedules
row 'bytes on disk per task, attempt and ledger' "$(bytes_per_task)" - - 'goal <= 85'
start_daemon
measure_tasks 'disk as it is'
measure_runs 'disk as it is'
stop_daemon
preload=$bench/slowsync.so
export SLOWSYNC_US=1000
start_daemon
measure_tasks 'fsync + 1 ms'
measure_runs 'fsync + 1 ms'
stop_daemon
automagi verify >"$work/verify" || { cat "$work/verify"; exit 1; }
cat "$work/verify"
