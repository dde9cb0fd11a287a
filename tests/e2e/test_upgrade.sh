#!/bin/bash
# A home that an earlier Automagi left: it is refused with what to do, rehearsed, and upgraded by the daemon's
# start, with the same figures and work that goes on. Killed at calls of the system all over it, an upgrade is
# finished by the next start. A newer store, and a newer backup, are refused; an older backup is upgraded.
. tests/e2e/lib.sh

OLDER=tests/standins

# What people have seen of the home's figures must be there afterwards, to the byte.
figures() {
    automagi savings --year 2025 --by robot --format json
    automagi savings --year 2025 --by month --format json
    automagi backlog list --format csv | cut -d, -f2-4
    automagi queue list --format csv
}
same_figures() {
    figures >"$WORK/after"
    cmp "$WORK/figures" "$WORK/after" || fail "$1: figures have changed"
}
copies() { find "$HOME_DIR" -maxdepth 1 -name 'before-upgrade-1-*' | wc -l; }
leftovers() { find "$HOME_DIR" -maxdepth 1 -name '.automagi-backup-*' | wc -l; }
version() { sql 'SELECT version FROM store'; }

new_home
awk 'BEGIN {
    print "robot,reference,completed_at,outcome,department"
    for (i = 1; i <= 300; i++) {
        printf "ove-overskud,O%d,2025-%02d-10T10:00:00Z,%s,\n", i, i % 9 + 4, i % 10 == 3 ? "business" : "done"
        printf "mona-mangelliste,M%d,2025-%02d-11T10:00:00Z,done,%s\n", i, i % 9 + 4, i % 5 == 1 ? "bf" : ""
    }
}' >"$WORK/tasks.csv"
automagi task import "$WORK/tasks.csv" >/dev/null
automagi backlog load robots/backlog_2025_09.csv >/dev/null
install_plugin slow_idempotent
mkdir -p "$WORK/out"
chmod 777 "$WORK/out"
chmod 755 "$WORK"
install_robot slow slow_idempotent "\"configuration\":{\"items\":3,\"ms\":1},
    \"folders\":{\"out\":\"$WORK/out\"},\"window\":\"day\""
automagi queue add slow --reference Q1 >/dev/null
figures >"$WORK/figures"
automagi backup "$WORK/new.tar" >/dev/null
"$OLDER/older_backup.py" "$WORK/new.tar" 1 "$WORK/old.tar"
"$OLDER/older_store.py" "$HOME_DIR" 1
cp -a "$HOME_DIR" "$WORK/first"

# ---- refused, told, rehearsed: nothing is changed
refused 1 'has version 1, of an earlier Automagi.*automagi upgrade' automagi robot list
refused 1 'automagi upgrade' automagi robot pause ove-overskud
refused 1 'automagi upgrade' automagi backup "$WORK/x.tar"
automagi init >/dev/null
automagi doctor --format csv >"$WORK/doctor" 2>&1 || true
holds 'doctor' "wrong,.*has version 1.*automagi --home $HOME_DIR upgrade" "$(cat "$WORK/doctor")"
holds 'the rehearsal' 'from version 1 to 3: .* recounted, 570 tasks' "$(automagi upgrade --rehearse)"
same 'a restore in its place' '[0,0,0,0,0]' "$(automagi restore "$WORK/new.tar" --rehearse --format json |
    jq -c '[.tasks_since, .corrections_since, .months_since, .items_since, .items_open_again]')"
same 'version after a rehearsal' 1 "$(version)"
same 'what a rehearsal leaves' '0 0' "$(copies) $(leftovers)"

# ---- the daemon does it
start_daemon
holds 'the log' 'the store was upgraded from version 1 to 3' "$(cat "$WORK/daemon.log")"
same 'version and copies' '3 1' "$(version) $(copies)"
same_figures 'the daemon'
verify_clean
same 'rows of the audit' 2 "$(sql "SELECT count(*) FROM audit WHERE action = 'upgrade'")"
automagi run slow --wait >/dev/null
same 'items done by the run' 4 "$(sql 'SELECT done FROM run ORDER BY id DESC LIMIT 1')"
holds 'upgrade of what is new' 'nothing to do' "$(automagi upgrade)"
automagi doctor --format csv >"$WORK/doctor" 2>&1 || true
holds 'doctor of a copy' 'note,.*before-upgrade-1-.*rm -r ' "$(cat "$WORK/doctor")"
stop_daemon
verify_clean

# ---- back: the copy is the store of the earlier program
rm -f "$HOME_DIR"/automagi.db*
cp "$HOME_DIR"/before-upgrade-1-*/automagi.db "$HOME_DIR/automagi.db"
same 'version of the copy' 1 "$(version)"
automagi upgrade >/dev/null
same_figures 'the copy'

# ---- killed at calls of the system
again() { rm -rf "$HOME_DIR" && cp -a "$WORK/first" "$HOME_DIR"; }
CALLS=(pwrite64 write openat fsync fdatasync mkdirat flock renameat unlinkat ftruncate)
traced() { # OPTIONS OF STRACE...: an upgrade
    "${TRACED[@]}" "$@" "$BUILD/bin/automagi" --home "$HOME_DIR" upgrade
}
again
traced -e "trace=$(IFS=,; echo "${CALLS[*]}")" >/dev/null
cp "$WORK/trace" "$WORK/calls"
old=0 new=0
for call in "${CALLS[@]}"; do
    count=$(grep -cE "^[0-9]+ +$call\(" "$WORK/calls" || true)
    [ "$count" -gt 0 ] || fail "an upgrade has no call $call: the list is wrong"
    for when in $(printf '%s\n' $((count / 2 + 1)) "$count" | sort -nu); do
        again
        { traced -e "trace=$call" -e "inject=$call:signal=KILL:when=$when" >"$WORK/stdout" || true; } 2>/dev/null
        case $(version) in
        1) old=$((old + 1)) ;;
        2 | 3) new=$((new + 1)) ;;
        *) fail "killed at $call $when: version '$(version)'" ;;
        esac
        automagi upgrade >/dev/null || fail "killed at $call $when: the next try fails"
        same_figures "killed at $call $when"
        verify_clean
        same "copies and what is left when killed at $call $when" '1 0' "$(copies) $(leftovers)"
    done
done
[[ $old -gt 0 && $new -gt 0 ]] || fail "all kills came at one side of the commit: $old, $new"
echo "killed $((old + new)) times: $old old, $new new"

# ---- newer: refused by readers, writers and the daemon
sqlite3 "$HOME_DIR/automagi.db" 'UPDATE store SET version = 4, min_reader = 4, min_writer = 4'
refused 1 'install a newer Automagi' automagi robot list
refused 1 'install a newer Automagi' automagi upgrade
status=0
"$BUILD/bin/automagid" --home "$HOME_DIR" >"$WORK/daemon.log" 2>&1 || status=$?
same 'the end of a daemon on a newer store' 1 "$status"
holds 'the log' 'install a newer Automagi' "$(cat "$WORK/daemon.log")"
same 'version' 4 "$(version)"

# ---- an older backup
HOME_DIR=$WORK/restored
holds 'the rehearsal of an older backup' 'of version 1 and would be of 3' \
    "$(automagi restore --rehearse "$WORK/old.tar")"
holds 'an older backup' 'of version 1 and is now of 3' "$(automagi restore "$WORK/old.tar")"
same_figures 'an older backup'
verify_clean
