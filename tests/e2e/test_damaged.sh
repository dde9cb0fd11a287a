#!/bin/bash
# A store whose pages, header, log or index is damaged: the programs neither crash nor hang, write nothing into what
# they refuse, and say which file it is and what to do. Here some pages of a small store; `make prove PART=faults` has all.
. tests/e2e/lib.sh

new_home
if [ -n "${ROWS:-}" ]; then # each value of what is counted instead, in so many rows
    rows() {
        sed '1i robot,reference,completed_at,outcome,duration_ms,department' >"$WORK/rows.csv"
        automagi task import "$WORK/rows.csv" >/dev/null
    }
    {
        seq -f 'ove-overskud,I%g,2025-01-07T10:00:00Z,done,700,' 60
        seq -f 'flemming-flexloen,F%g,2025-02-07T10:00:00Z,done,,' 40
        seq -f 'ove-overskud,D%g,2025-02-08T10:00:00Z,done,900,bae' 40
        seq -f 'ove-overskud,B%g,2025-02-08T10:00:00Z,business,0,bae' 20
    } | rows
    automagi period close 2025-01 --by 'Test Person' >/dev/null
    { # late, of a closed month; and taken back, of the closed month and of an open one
        seq -f 'ove-overskud,L%g,2025-01-09T10:00:00Z,done,700,' 20
        seq -f 'ove-overskud,I%g,2025-01-07T10:00:00Z,undone,,' 10
        seq -f 'ove-overskud,D%g,2025-02-08T10:00:00Z,undone,,' 10
    } | rows
    verify_clean
    python3 tests/e2e/change_columns.py "$BUILD" "$HOME_DIR" --rows "$ROWS" --seed "${SEED:-$RANDOM}"
    exit 0
fi
seq -f 'ove-overskud,I%g,2025-05-01T10:00:00Z,done' 400 |
    sed '1i robot,reference,completed_at,outcome' >"$WORK/tasks.csv"
automagi task import "$WORK/tasks.csv" >/dev/null
install_plugin ok
start_daemon
install_robot ok ok
for n in $(seq 30); do automagi queue add ok --reference "Q$n" --payload business >/dev/null; done
automagi run ok --wait >/dev/null
# What is in the log only: a daemon that is killed empties it not.
automagi queue add ok --reference last >/dev/null
kill_daemon
pages=$(sqlite3 -readonly "$HOME_DIR/automagi.db" 'PRAGMA page_count')
python3 tests/e2e/damage_store.py "$BUILD" "$HOME_DIR" --every "${EVERY:-$((pages / 5 + 1))}" --daemon-every 4 --seed "${SEED:-$RANDOM}" \
    >"$WORK/found" 2>&1 || fail "$(cat "$WORK/found")"
cat "$WORK/found"

# A key that is gone or another one: nothing of its window is taken, the rest goes on, and the message names it.
start_daemon
key=$(find "$HOME_DIR/keys/ok" -type f | head -n 1)
mv "$key" "$WORK/key"
refused 1 'there is no file keys/ok/2' automagi queue add ok --reference new
head -c 31 /dev/zero >"$key"
refused 1 'is not a key of 32 bytes; put the right file back' automagi queue add ok --reference new
head -c 32 /dev/zero >"$key"
refused 1 'another key lies in' automagi queue add ok --reference new
mv "$WORK/key" "$key"
automagi queue add ok --reference new >/dev/null
stop_daemon
verify_clean

# Items of one robot whose reference's hash is none: the daemon says which, and goes on with its others and with other
# robots; none is done, counted or lost, and a person is told what to do.
automagi queue list --robot ok --format csv >"$WORK/before"
same 'nothing waits yet' 0 "$(grep -c damaged "$WORK/before" || true)"
install_plugin ok
start_daemon
install_robot beside ok
for n in 1 2 3 4; do automagi queue add ok --reference "D$n" --payload done >/dev/null; done
stop_daemon
first=$(sql "SELECT min(i.id) FROM item i JOIN robot r ON r.id = i.robot_id WHERE r.slug = 'ok' AND state = 0")
damaged=("$first" $((first + 1)) $((first + 2)))
sqlite3 "$HOME_DIR/automagi.db" "PRAGMA ignore_check_constraints = 1;
    UPDATE item SET ref_hash = x'01' WHERE id = ${damaged[0]};
    UPDATE item SET ref_hash = x'' WHERE id IN (${damaged[1]}, ${damaged[2]})"
open=$(sql "SELECT count(*) FROM item WHERE state = 0")
counted=$(sql 'SELECT count(*) FROM ledger')
start_daemon
automagi run ok --wait >/dev/null
automagi queue add beside --reference B1 --payload done >/dev/null
automagi run beside --wait >/dev/null
automagi run ok --wait >/dev/null
is_serving || fail 'three damaged items ended the daemon'
holds 'which item, of whom, what to do' "^[^ ]+ error .*item ${damaged[0]} of ok and 2 more: damaged in the store, so set aside, .*automagi queue list --robot ok" \
    "$(grep damaged "$WORK/daemon.log")"
same 'all others are counted' $((counted + open - 3 + 1)) "$(sql 'SELECT count(*) FROM ledger')"
same 'and none is lost' 3 "$(sql 'SELECT count(*) FROM item WHERE length(ref_hash) <> 16')"
holds 'why' '2 items wait for a person' "$(automagi why ok)"
holds 'what to do' 'damaged: .* then drop it' "$(automagi queue list --robot ok)"
refused 1 'damaged' automagi queue retry "${damaged[0]}"
if automagi verify >"$WORK/verify" 2>&1; then fail 'verify is silent of damaged items'; fi
for n in "${damaged[@]}"; do holds 'verify names it' "item $n: its reference's hash is none" "$(cat "$WORK/verify")"; done
stop_daemon
