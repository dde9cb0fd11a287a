# What the benchmarks have in common. Before it is sourced, `build` and `work` are set; what lies in
# `work` is gone afterwards.
# shellcheck shell=bash disable=SC2034,SC2154 # what the scripts give and use
bench=$build/tests/bench
home=$work/home
daemon=
preload=
others=() # more processes that are ours to end

cleanup() {
    [ -z "$daemon" ] || kill -KILL "$daemon" 2>/dev/null || true
    [ ${#others[@]} = 0 ] || kill -KILL "${others[@]}" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
rm -rf "$work"
mkdir -p "$work"

automagi() { "$build/bin/automagi" --home "$home" "$@"; }
sql() { sqlite3 -readonly "$home/automagi.db" "$1"; }
ratio() {
    awk -v a="$1" -v b="$2" 'BEGIN { if (b <= 0) exit 1; printf "%.2f", a / b }' ||
        { echo "bench: nothing was measured to compare with" >&2; exit 1; }
}
row() { printf '%-58s %12s %12s %7s  %s\n' "$@"; }

start_daemon() {
    LD_PRELOAD=$preload "$build/bin/automagid" --home "$home" --log-format text --log-level warn 2>"$work/daemon.log" &
    daemon=$!
    until automagi status --format json 2>"$work/status.error" | grep -q '"daemon":"running"'; do
        kill -0 "$daemon" || { cat "$work/daemon.log" >&2; exit 1; }
        sleep 0.02
    done
}

stop_daemon() {
    kill -TERM "$daemon"
    wait "$daemon" || true
    daemon=
}
