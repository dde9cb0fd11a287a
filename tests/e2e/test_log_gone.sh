#!/bin/bash
# The log or its index, HOME/automagi.db-wal or -shm, or the store itself, is removed or moved while the daemon serves, with and without a
# reader that stays: what was acknowledged is there afterwards, however the daemon ends, and it says what happened.
. tests/e2e/lib.sh

WATCH=
trap 'status=$?; set +e; stop_watching; (exit $status); cleanup' EXIT

watch() {
    "$BUILD/bin/automagi" --home "$HOME_DIR" status --watch 1 >"$WORK/watched" 2>"$WORK/watched.err" &
    WATCH=$!
    wait_for 10 'somebody watches' test -s "$WORK/watched"
}
stop_watching() {
    if [ -n "$WATCH" ]; then # which may have ended, for what it read was taken away under it
        kill -TERM "$WATCH" 2>/dev/null || true
        wait "$WATCH" || true
    fi
    WATCH=
}
has_ended() { ! kill -0 "$DAEMON" 2>/dev/null; }

# remove|move FILE
remove() { rm "$HOME_DIR/$1"; }
move() { mv "$HOME_DIR/$1" "$WORK/$1"; }

# ends HOW: of itself, or it is killed or told to stop as soon as the work was acknowledged.
ends() {
    case $1 in
    itself) wait_for 30 'the daemon ends' has_ended ;;
    *) kill "-$1" "$DAEMON" 2>/dev/null || true ;;
    esac
    wait "$DAEMON" 2>/dev/null || true
    DAEMON=
    [ "$1" != itself ] || holds 'the log' "$2: was removed or moved.*saved in automagi.db.*the daemon ends" \
        "$(cat "$WORK/daemon.log")"
}

install_home() {
    rm -rf "$HOME_DIR"
    new_home
    install_plugin ok
    install_robot ok ok
    automagi robot pause ok >/dev/null
}

# gone READER HOW-IT-GOES FILE HOW-IT-ENDS
gone() {
    echo "$*"
    install_home
    start_daemon
    automagi queue add ok --reference before >/dev/null
    [ "$1" != early ] || watch
    "$2" "$3"
    [ "$1" != late ] || watch
    automagi queue add ok --reference behind >/dev/null
    ends "$4" "$3"
    start_daemon # in spite of who reads
    same 'items' '2' "$(sql "SELECT count(*) FROM item WHERE robot_id = (SELECT id FROM robot WHERE slug = 'ok')")"
    automagi queue add ok --reference later >/dev/null
    stop_watching
    stop_daemon
    same 'items at last' '3' "$(sql "SELECT count(*) FROM item WHERE robot_id = (SELECT id FROM robot WHERE slug = 'ok')")"
    verify_clean
}

# The store's own file: nothing more is acknowledged, and it holds all when it is put back.
store_moved() {
    install_home
    start_daemon
    automagi queue add ok --reference before >/dev/null
    move automagi.db
    ! automagi queue add ok --reference behind >/dev/null 2>&1 || fail 'it was acknowledged'
    wait_for 30 'the daemon ends' has_ended
    wait "$DAEMON" 2>/dev/null || true
    DAEMON=
    holds 'the log' 'automagi.db: was removed or moved.*put it back.*the daemon ends' "$(cat "$WORK/daemon.log")"
    mv "$WORK/automagi.db" "$HOME_DIR/automagi.db"
    start_daemon
    same 'what was acknowledged' '1' "$(sql 'SELECT count(*) FROM item WHERE id = 1')"
    stop_daemon
    verify_clean
}
store_moved

for file in automagi.db-wal automagi.db-shm; do
    for end in itself KILL TERM; do
        gone none remove "$file" "$end"
        gone early move "$file" "$end"
        gone late remove "$file" "$end"
    done
    gone none move "$file" itself
done
