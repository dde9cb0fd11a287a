#!/bin/bash
# While the programs are installed anew, or a plugin's file is copied over the old one, a run finds them missing, or half
# written, or not to be executed yet. That is no fault of its own: it waits, says for what, and goes on with its input.
. tests/e2e/lib.sh

new_home
chmod 755 "$WORK"
mkdir "$WORK/bin" && cp "$BUILD/bin/automagid" "$BUILD/bin/automagi-host" "$WORK/bin"
mv "$WORK/bin/automagi-host" "$WORK/whole"
cp "$WORK/whole" "$WORK/bin/automagi-host"
host=$WORK/bin/automagi-host
plugin=$HOME_DIR/plugins/double_fork.so
good=$BUILD/tests/plugins/double_fork.so
install_plugin double_fork
install_robot patient double_fork
: >"$WORK/daemon.log"
"$WORK/bin/automagid" --home "$HOME_DIR" >>"$WORK/daemon.log" 2>&1 &
DAEMON=$!
wait_for 20 'the daemon is ready' is_serving

# put_off [TIMES]: since the last was asked for.
put_off() { [ "$(grep -c 'robot patient waits for its host' "$WORK/daemon.log")" -ge $((before + ${1:-1})) ]; }
newest() { sql "SELECT $1 FROM run ORDER BY id DESC LIMIT 1"; }
is_done() { [ "$(newest ending)" = 1 ]; }
has_failed() { [ "$(newest ending)" = 2 ]; }
# A host that is up would be used: another file in the plugin's place asks for a new one.
needs_host() { cp "$good" "$WORK/plugin.new" && mv "$WORK/plugin.new" "$plugin"; }
# ask: a run with an input; it is put off, and waits with that.
ask() {
    before=$(grep -c 'robot patient waits for its host' "$WORK/daemon.log" || true)
    automagi run patient --input "{\"case\":\"$1\"}" >/dev/null
    wait_for 20 "$1: it is put off" put_off
    same "$1: it is queued" 1 "$(newest state)"
    same "$1: its input" "{\"case\":\"$1\"}" "$(newest input)"
}
says() { automagi why patient | grep -qE "$1"; }
# waits CASE PATTERN [TIMES]: with the host's program as it lies there now; and is done when that is whole.
waits() {
    needs_host
    ask "$1"
    wait_for 20 "$1: it says what it waits for" says "$2"
    wait_for 30 "$1: it is put off again and again" put_off "${3:-1}"
    cp "$WORK/whole" "$host.new" && mv "$host.new" "$host"
    wait_for 60 "$1: it is done" is_done
}

rm "$host"
waits 'gone' 'no host: its program is missing, or being installed: .*No such file' 5
: >"$host.new" && chmod 755 "$host.new" && mv "$host.new" "$host"
waits 'empty' 'no host: its program is missing, or being installed: .*Exec format error'
head -c 100 "$WORK/whole" >"$host.new" && chmod 755 "$host.new" && mv "$host.new" "$host"
waits 'begun' 'no host: its program is missing, or being installed: '
head -c $(($(stat -c %s "$WORK/whole") / 8)) "$WORK/whole" >"$host.new" && chmod 755 "$host.new" && mv "$host.new" "$host"
waits 'half' 'no host: its program (is missing|ended before it was set up).*being installed: '
printf '#!/bin/sh\nexit 127\n' >"$host.new" && chmod 755 "$host.new" && mv "$host.new" "$host"
waits 'ends at once' 'no host: its program ended before it was set up.*being installed: ' 5
cp "$WORK/whole" "$host.new" && chmod 644 "$host.new" && mv "$host.new" "$host"
waits 'not executable' 'no host: its program is missing, or being installed: .*Permission denied'
cp "$WORK/whole" "$host.new" && mv "$host.new" "$host"
exec 9>>"$host"
waits 'written' 'no host: its program is missing, or being installed: .*Text file busy'
exec 9>&-
same 'runs that failed' 0 "$(sql 'SELECT count(*) FROM run WHERE ending = 2')"

# A plugin is copied in a moment: it is waited for as long as that may take, and one that stays so is refused.
head -c 9000 "$good" >"$plugin"
ask 'half a plugin'
cp "$good" "$WORK/plugin.new" && mv "$WORK/plugin.new" "$plugin"
wait_for 20 'half a plugin: it is done' is_done
refused_late() {
    ask "$1"
    wait_for 30 "$1: it is refused in the end" has_failed
    holds "$1: why" "$2" "$(newest note)"
}
head -c 9000 "$good" >"$plugin"
refused_late 'still half' 'is truncated'
: >"$plugin"
refused_late 'nothing in it' 'it is empty'
rm "$plugin"
refused_late 'no plugin' 'was not found'
stop_daemon
verify_clean
