#!/bin/bash
# A store that is damaged, foreign, newer or locked is refused by name; nothing is overwritten.
. tests/e2e/lib.sh

keep() { # what the files are, to the byte
    sha256sum "$HOME_DIR"/automagi.db | cut -d' ' -f1
}

refuse_both() { # PATTERN: by the daemon, by a reader and by a writer
    local before
    before=$(keep)
    refused 1 "$1" "$BUILD/bin/automagid" --home "$HOME_DIR"
    refused 1 "$1" automagi savings
    refused 1 "$1" automagi robot pause ove-overskud
    same 'the file after it was refused' "$before" "$(keep)"
}

new_home
cp -r "$HOME_DIR" "$WORK/whole"
again() {
    rm -rf "$HOME_DIR"
    cp -r "$WORK/whole" "$HOME_DIR"
    rm -f "$HOME_DIR"/automagi.db-*
}

again
printf 'this is a letter, not a store, and it is long enough to be looked at as a header of one\n' \
    >"$HOME_DIR/automagi.db"
refuse_both 'automagi\.db'

again
truncate -s 5000 "$HOME_DIR/automagi.db"
refuse_both 'damaged'

again
dd if=/dev/urandom of="$HOME_DIR/automagi.db" bs=1 seek=16 count=200 conv=notrunc status=none
refuse_both 'automagi\.db'

again
rm "$HOME_DIR/automagi.db"
sqlite3 "$HOME_DIR/automagi.db" 'CREATE TABLE letter(text); INSERT INTO letter VALUES(1)'
refuse_both 'not'

again
sqlite3 "$HOME_DIR/automagi.db" 'UPDATE store SET version = 99, min_reader = 99, min_writer = 99'
sqlite3 "$HOME_DIR/automagi.db" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
refuse_both 'newer'

again
rm "$HOME_DIR/automagi.db"
mkdir "$HOME_DIR/automagi.db"
refused 1 'automagi\.db' automagi savings
rmdir "$HOME_DIR/automagi.db"
refused 1 'no installation' automagi savings

# A limit of files' sizes (in KiB) is an error that is told: it used to end the daemon by a signal, without a line.
again
limited() { # KIB PROGRAM...
    (ulimit -f "$1" && exec "${@:2}")
}
refused 1 "limit of files' sizes" limited 8 "$BUILD/bin/automagid" --home "$HOME_DIR"
refused 1 "limit of files' sizes" limited 8 "$BUILD/bin/automagi" --home "$HOME_DIR" robot pause ove-overskud

# Locked by another program: refused after a short wait, and fine when it has gone.
again
mkfifo "$WORK/hold"
sqlite3 "$HOME_DIR/automagi.db" <"$WORK/hold" >"$WORK/locked" &
holder=$!
exec 9>"$WORK/hold"
printf 'PRAGMA locking_mode=EXCLUSIVE;\nBEGIN EXCLUSIVE;\nSELECT 1;\n' >&9
wait_for 10 'the other program has the lock' grep -q 1 "$WORK/locked"
refused 1 'lock|busy|another program' automagi robot pause ove-overskud
exec 9>&-
wait "$holder"
automagi robot pause ove-overskud >/dev/null
same 'paused' 1 "$(sql "SELECT paused FROM robot WHERE slug = 'ove-overskud'")"

# Two daemons: the second says so and leaves; init of an existing home changes nothing.
automagi init >/dev/null
start_daemon
refused 1 'another program' "$BUILD/bin/automagid" --home "$HOME_DIR"
stop_daemon
verify_clean

# A folder that holds something else is left as it is.
mkdir "$WORK/other"
echo text >"$WORK/other/letter"
refused 1 'empty' "$BUILD/bin/automagi" --home "$WORK/other" init
same 'the other folder' letter "$(ls "$WORK/other")"
