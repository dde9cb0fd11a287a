#!/bin/bash
# test_terminal.sh - what a person at a terminal is shown: colours, status --watch, and the run that goes on.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

ESC=$'\033'
unset NO_COLOR

# on_terminal COLUMNS ARGUMENT...: the command line there; the dialogue is on standard input.
on_terminal() {
    local columns=$1
    shift
    TERM=xterm python3 tests/standins/on_terminal.py "$columns" "$BUILD/bin/automagi" --home "$HOME_DIR" "$@" \
        >"$WORK/shown" || fail "on a terminal: $*"
}

new_home
install_plugin hang
install_robot hangs hang
start_daemon

echo '# of two runs the one that goes on'
automagi queue add hangs --reference H-1 >/dev/null
automagi run hangs >/dev/null
goes_on() { [ "$(sql "SELECT count(*) FROM run WHERE state = 2")" = 1 ]; }
wait_for 20 'the run goes on' goes_on
automagi run hangs >/dev/null
holds 'the newest waits' '2 +hangs +by hand +queued' "$(automagi runs)"
holds 'status' 'hangs +active +1 +running' "$(automagi status)"
status=$(automagi status)
holds 'status leaves out' '; [0-9]+ robots in operation are not installed, .automagi status --all.' "$status"
lacking=$(grep -oE '[0-9]+ robots in operation' <<<"$status")
holds 'as many as doctor counts, without those that have retired' "robots: ${lacking%% *} in operation but not installed" \
    "$(automagi doctor 2>&1 || true)"
same 'rows of status' 'robot hangs' "$(automagi status --format csv | cut -d, -f1 | paste -sd ' ')"
holds 'all of them' '^mona-mangelliste,' "$(automagi status --all --format csv)"

echo '# colours'
same 'none in a pipe' 0 "$(automagi status | grep -c "$ESC" || true)"
holds 'always' "$ESC\[32mrunning$ESC\[0m" "$(automagi status --color always)"
on_terminal 100 status </dev/null
holds 'on a terminal' "$ESC\[32mrunning$ESC\[0m" "$(cat "$WORK/shown")"
holds 'status' '^status 0$' "$(cat "$WORK/shown")"
on_terminal 100 status --color never </dev/null
same 'never' 0 "$(grep -c "$ESC" "$WORK/shown" || true)"
NO_COLOR=1 on_terminal 100 status </dev/null
same 'NO_COLOR' 0 "$(grep -c "$ESC" "$WORK/shown" || true)"
refused 2 'expected auto\|always\|never' automagi status --color blue

echo '# watched in place; Ctrl-C ends it in order'
on_terminal 40 status --watch 1 <<<$'robot\t\nrobot\t\nrobot\t\\x03'
holds 'ended' '^status 0$' "$(cat "$WORK/shown")"
same 'cleared once' 1 "$(grep -c "$ESC\[2J" "$WORK/shown")"
[ "$(grep -o "$ESC\[H" "$WORK/shown" | wc -l)" -ge 3 ] || fail 'it is not drawn again in place'
sed "s/$ESC\[[0-9;]*[A-Za-z]//g; /^automagi: /d" "$WORK/shown" |
    python3 -c 'import sys; sys.exit(max(len(line.rstrip("\n")) for line in sys.stdin.buffer.read().decode().split("\n")) > 40)' ||
    fail 'a line is too long'

echo '# and in blocks elsewhere'
"$BUILD/bin/automagi" --home "$HOME_DIR" status --watch 1 >"$WORK/blocks" 2>&1 &
watching=$!
has_blocks() { [ "$(grep -c '^automagid runs' "$WORK/blocks")" -ge 2 ]; }
wait_for 20 'two blocks' has_blocks
kill -INT "$watching" # a shell gives its children SIGINT ignored; the program takes it again
wait "$watching" || fail 'watching did not end with 0'
same 'no escapes' 0 "$(grep -c "$ESC" "$WORK/blocks" || true)"
refused 2 'needs|without' automagi status 5

echo '# nobody there to wait for'
stop_daemon
refused 1 'no daemon' automagi run hangs --wait

echo '# the effect, before it is done'
automagi queue add hangs --reference H-2 >/dev/null
asked='1 item on its queue will wait until it is resumed'
on_terminal 120 robot pause hangs <<<$'[y/N] \tn\\n'
holds 'the effect' "$asked" "$(cat "$WORK/shown")"
holds 'not agreed' 'not agreed to, so nothing is changed' "$(cat "$WORK/shown")"
holds 'fails' '^status 1$' "$(cat "$WORK/shown")"
same 'nothing is changed' 0 "$(sql "SELECT count(*) FROM audit WHERE action = 'robot pause'")"
on_terminal 120 robot pause hangs <<<$'[y/N] \t\\x04'
holds 'nothing typed' '^status 1$' "$(cat "$WORK/shown")"
automagi robot pause hangs --dry-run >"$WORK/dry"
holds 'dry run' "$asked" "$(cat "$WORK/dry")"
same 'a dry run changes nothing' 0 "$(sql "SELECT count(*) FROM audit WHERE action = 'robot pause'")"
on_terminal 120 robot pause hangs <<<$'[y/N] \ty\\n'
holds 'agreed' '^hangs is paused' "$(cat "$WORK/shown")"
same 'once' 1 "$(sql "SELECT count(*) FROM audit WHERE action = 'robot pause'")"
automagi robot resume hangs >/dev/null
on_terminal 120 robot pause hangs --yes </dev/null
holds 'not asked' '^status 0$' "$(cat "$WORK/shown")"
automagi robot resume hangs >/dev/null
holds 'elsewhere it is told and not asked' "$asked" "$(automagi robot pause hangs)"
automagi robot resume hangs >/dev/null
holds 'JSON' '^\{"effects":\["1 item .*"message":"hangs is paused' "$(automagi robot pause hangs --format json)"
on_terminal 200 load robots/organisation.json </dev/null
holds 'nothing to ask about' '^status 0$' "$(cat "$WORK/shown")"
sed 's/Albertslund Kommune/Opfundet Kommune/' robots/organisation.json >"$WORK/other.json"
on_terminal 200 load "$WORK/other.json" <<<$'[y/N] \tn\\n'
holds 'what it would change' '^changed +organisation' "$(cat "$WORK/shown")"
same 'not loaded' 1 "$(automagi load "$WORK/other.json" --dry-run | grep -c '^changed')"
start_daemon
same 'nor by a daemon' 1 "$(automagi load "$WORK/other.json" --dry-run | grep -c '^changed')"
automagi load "$WORK/other.json" >/dev/null
holds 'loaded' 'was there already' "$(automagi load "$WORK/other.json" --dry-run)"
on_terminal 120 robot remove hangs <<<''
holds 'refused at once' 'cannot be removed' "$(cat "$WORK/shown")"
refused 2 'unknown option --yes' automagi status --yes

echo '# a restore over a store'
restores() { sql "SELECT count(*) FROM audit WHERE action = 'restore'"; }
automagi robot resume hangs >/dev/null
automagi backup "$WORK/copy" >/dev/null
automagi queue add hangs --reference H-3 >/dev/null
stop_daemon
on_terminal 400 restore "$WORK/copy" <<<$'[y/N] \tn\\n'
holds 'what would be lost' '1 item open on queues there is not in the copy, and no run would do it' "$(cat "$WORK/shown")"
holds 'what can start' '1 robot with 0 triggers can start' "$(cat "$WORK/shown")"
holds 'what is done' '^- .* has a store: the copy of .* takes its place, and it is kept in .*/before-restore-' "$(cat "$WORK/shown")"
holds 'not agreed' 'restore: not agreed to, so nothing is changed' "$(cat "$WORK/shown")"
holds 'fails' '^status 1$' "$(cat "$WORK/shown")"
same 'not restored' 0 "$(restores)"
left_of_it() { find "$HOME_DIR" -name '*restore*' -o -name '.automagi-backup-*'; }
same 'nothing is left of it' '' "$(left_of_it)"
on_terminal 400 restore "$WORK/copy" <<<$'[y/N] \t\\x03'
holds 'Ctrl-C is a no' 'restore: not agreed to, so nothing is changed' "$(cat "$WORK/shown")"
same 'no copy of keys is left of it' '' "$(left_of_it)"
# Also when it comes as something is written: to the terminal, the question too, or to the copies of keys. A sanitizer
# writes before the program begins, whose first write is that of --version.
"${TRACED[@]}" -e trace=write "$BUILD/bin/automagi" --version >/dev/null
for ((write = $(grep -n -m 1 'write(1,' "$WORK/trace" | cut -d : -f 1); ; write++)); do
    TERM=xterm python3 tests/standins/on_terminal.py 400 "${TRACED[@]}" -e trace=write \
        -e "inject=write:signal=INT:when=$write" "$BUILD/bin/automagi" --home "$HOME_DIR" \
        restore "$WORK/copy" </dev/null >"$WORK/shown" || fail "Ctrl-C at write $write"
    holds "a no at write $write" 'nothing is changed' "$(cat "$WORK/shown")"
    same "nothing is left at write $write" '' "$(left_of_it)"
    grep -q 'y/N' "$WORK/shown" && break
done
grep -q 'SIGINT' "$WORK/trace" || fail 'no signal came'
on_terminal 400 restore "$WORK/copy" <<<$'[y/N] \ty\\n'
holds 'agreed' 'restored, 1 task' "$(cat "$WORK/shown")"
same 'restored' 1 "$(restores)"
on_terminal 400 restore "$WORK/copy" --yes </dev/null
same 'nobody is asked' 0 "$(grep -c 'y/N' "$WORK/shown" || true)"
automagi restore "$WORK/copy" >"$WORK/shown"
same 'nor elsewhere' 0 "$(grep -c 'y/N' "$WORK/shown" || true)"
HOME_DIR=$WORK/demo automagi init --demo >/dev/null
HOME_DIR=$WORK/demo on_terminal 400 restore "$WORK/copy" </dev/null
same 'nor about what is refused' '0 1' "$(grep -c 'y/N' "$WORK/shown" || true) $(grep -c '^status 1$' "$WORK/shown")"
HOME_DIR=$WORK/empty on_terminal 400 restore "$WORK/copy" </dev/null
holds 'nor where nothing is lost' 'restored, 1 task' "$(cat "$WORK/shown")"
verify_clean
