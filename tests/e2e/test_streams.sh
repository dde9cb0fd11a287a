#!/bin/bash
# Whoever starts a daemon may have closed its standard streams: what it opens next gets no such number, so that no line
# for stderr is written into the store. Work goes on, and a command whose answer cannot be printed says so by its status.
. tests/e2e/lib.sh

# closed NUMBER STREAMS PROGRAM...: a daemon that is started with those closed does what waits, and harms nothing.
closed() {
    local number=$1 streams=$2
    shift 2
    automagi queue add streams --reference "CASE-$number" >/dev/null
    eval '"$BUILD/bin/$1" --home "$HOME_DIR" "${@:2}" 2>>"$WORK/daemon.log" '"$streams"' &'
    DAEMON=$!
    wait_for 20 "$* $streams: it is ready" automagi status
    automagi run streams --wait >/dev/null || fail "$* $streams: the run failed"
    same "$* $streams: descriptors of streams that are other files" '' \
        "$(for fd in 0 1 2; do readlink "/proc/$DAEMON/fd/$fd"; done | grep -F "$HOME_DIR" || true)"
    stop_daemon
    same "$* $streams: done" "$number" "$(sql 'SELECT count(*) FROM ledger')"
    verify_clean
}

new_home
install_plugin ok
install_robot streams ok '"window":"year"'
number=0
for streams in '<&-' '>&-' '2>&-' '<&- >&-' '<&- 2>&-' '>&- 2>&-' '<&- >&- 2>&-'; do
    number=$((number + 1))
    closed $number "$streams" automagid
done
closed $((number + 1)) '>&- 2>&-' automagi serve

status=0
automagi queue add streams --reference TOLD-BY-STATUS >&- 2>&- || status=$?
same 'status of a command that cannot answer' 1 "$status"
same 'it was carried out' 1 "$(sql 'SELECT count(*) FROM item')"
status=0
"$BUILD/bin/automagi-print" >&- 2>&- <&- || status=$?
same 'status of a page that cannot be read' 1 "$status"

# Where none can be opened in their place, there being room for one descriptor alone, the program says that and ends.
# Not with a sanitizer, which waits for ever for descriptors of its own.
[ -z "${ASAN_OPTIONS:-}" ] || exit 0
without_room() (
    exec 2>"$WORK/refused" <&- >&-
    ulimit -n 1
    exec "$@"
)
for program in automagi automagid automagi-print; do
    status=0
    without_room "$BUILD/bin/$program" || status=$?
    same "$program: status without room for its streams" 1 "$status"
    same "$program: why" "$program: /dev/null cannot be opened in place of a standard stream that is closed: Too many open files" \
        "$(cat "$WORK/refused")"
done
verify_clean
