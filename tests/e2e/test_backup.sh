#!/bin/bash
# Backups taken back to back while robots, imports and people write: each restores into an empty home
# and adds up, with all that had been acknowledged. Killed and failed in its midst, a backup leaves no
# file and a restore leaves the old home or the new. A changed byte is refused.
. tests/e2e/lib.sh

BACKUPS=20
REHEARSED=$WORK/nowhere
LOADERS=()

end_load() {
    local pid
    touch "$WORK/stop"
    for pid in "${LOADERS[@]}"; do wait "$pid" || fail "a loader ended with $?"; done
    LOADERS=()
}
stop_load() {
    local status=$?
    touch "$WORK/stop"
    set +e
    [ "${#LOADERS[@]}" = 0 ] || wait "${LOADERS[@]}"
    (exit "$status")
    cleanup
}
trap stop_load EXIT

# Imports of one task each, without end; each that was answered is noted.
import_on() {
    local i=0
    while [ ! -e "$WORK/stop" ]; do
        i=$((i + 1))
        printf 'robot,reference,completed_at,outcome\nove-overskud,I%s,2025-0%s-01T10:00:00Z,done\n' \
            "$i" "$((i % 9 + 1))" >"$WORK/one.csv"
        automagi task import "$WORK/one.csv" >/dev/null
        echo "$i" >>"$WORK/imported"
    done
}
# Items of windows that had no key: their files are made while backups are.
queue_on() {
    local i=0
    while [ ! -e "$WORK/stop" ]; do
        i=$((i + 1))
        automagi queue add slow --reference "Q$i" \
            --business-date "$(date -u -d "2026-11-01 +$((i % 300)) days" +%F)" >/dev/null
        echo "$i" >>"$WORK/queued"
    done
}
lines() { if [ -f "$1" ]; then wc -l <"$1"; else echo 0; fi; }
in_copy() { sqlite3 -readonly "$WORK/copy/automagi.db" "$1"; }
at_least() { [ "$3" -ge "$2" ] || fail "$1: $3, expected at least $2"; }

new_home
install_plugin slow_idempotent
mkdir -p "$WORK/out"
chmod 777 "$WORK/out"
chmod 755 "$WORK"
install_robot slow slow_idempotent "\"configuration\":{\"items\":$((9000 * PATIENCE)),\"ms\":3},
    \"folders\":{\"out\":\"$WORK/out\"},\"window\":\"day\",\"lease\":8"
start_daemon
automagi run slow >/dev/null
works() { [ "$(sql 'SELECT count(*) FROM ledger')" -ge 20 ]; }
wait_for 30 'the robot is at work' works
import_on &
LOADERS+=($!)
queue_on &
LOADERS+=($!)

for n in $(seq $BACKUPS); do
    tasks=$(sql 'SELECT count(*) FROM ledger')
    imported=$(lines "$WORK/imported")
    queued=$(lines "$WORK/queued")
    automagi backup "$WORK/$n.backup" >"$WORK/answer"
    rm -rf "$WORK/copy"
    HOME_DIR=$WORK/copy automagi restore "$WORK/$n.backup" >"$WORK/answer"
    HOME_DIR=$WORK/copy automagi verify >"$WORK/verify" 2>&1 || fail "copy $n: $(cat "$WORK/verify")"
    at_least "tasks of copy $n" "$tasks" "$(in_copy 'SELECT count(*) FROM ledger')"
    at_least "imports of copy $n" "$imported" \
        "$(in_copy 'SELECT count(*) FROM import WHERE finished_ms IS NOT NULL')"
    at_least "items of copy $n" "$queued" "$(in_copy "SELECT (SELECT count(*) FROM item) + count(*)
        FROM ledger JOIN robot ON robot.id = robot_id WHERE slug = 'slow'")"
    same "rights of backup $n" 600 "$(stat -c %a "$WORK/$n.backup")"
done
end_load
is_busy() { [ "$(sql 'SELECT count(*) FROM run WHERE state = 2 AND cause <> 4')" = 1 ]; }
is_busy || fail 'the robot had ended before the backups had'
same 'backups in the audit' $BACKUPS "$(sql "SELECT count(*) FROM audit WHERE action = 'backup made'")"

# Rehearsed beside the daemon; not restored over it. Whole for any reader of tar.
answer=$(automagi restore "$WORK/$BACKUPS.backup" --rehearse)
holds 'a rehearsal says so' 'good, [0-9]+ tasks.*nothing was changed' "$answer"
HOME_DIR=$REHEARSED automagi restore "$WORK/1.backup" --rehearse >/dev/null
[ ! -e "$REHEARSED" ] || fail 'a rehearsal made a home'
refused 1 'stop it first' automagi restore "$WORK/$BACKUPS.backup"
refused 1 'is there already' automagi backup "$WORK/1.backup"
refused 1 'cannot be opened' automagi backup "$WORK/no/folder"
same 'members' 'automagi-backup.json automagi.db keys SHA256' \
    "$(tar tf "$WORK/1.backup" | cut -d/ -f1 | uniq | tr '\n' ' ' | sed 's/ $//')"
seal=$(($(stat -c %s "$WORK/1.backup") - 2048))
same 'the checksum is that of the bytes before it' "$(tar xOf "$WORK/1.backup" SHA256)" \
    "$(head -c "$seal" "$WORK/1.backup" | sha256sum | cut -d' ' -f1)"

# The daemon goes on after a restore into its stopped home; open runs of the copy are lost.
stop_daemon
answer=$(automagi restore "$WORK/$BACKUPS.backup" --by 'A Person')
holds 'what is missing' '[0-9]+ tasks were counted there since' "$answer"
holds 'the way back' 'before-restore-[0-9TZ]+; to go back' "$answer"
verify_clean
same 'the restore in the audit' 'A Person' "$(sql "SELECT by_whom FROM audit WHERE action = 'restore'")"
start_daemon
at_least 'runs lost' 1 "$(sql 'SELECT count(*) FROM run WHERE ending = 5')"
stop_daemon
verify_clean
rm -rf "$HOME_DIR" "$WORK/copy"

# ---- a small one, for what goes wrong
new_home
task() { printf 'robot,reference,completed_at,outcome\nove-overskud,%s,%s-05-01T10:00:00Z,done\n' "$1" "$2" >"$WORK/t.csv"; automagi task import "$WORK/t.csv" >/dev/null; }
task A 2025
automagi backup "$WORK/small" >/dev/null
task B 2026 # the home has a task and a key more than the backup
mkdir "$HOME_DIR/logs/ove-overskud" # and the log of a run that the backup does not have
echo later >"$HOME_DIR/logs/ove-overskud/999.log"
cp -a "$HOME_DIR" "$WORK/old"

python3 - "$WORK/small" "$BUILD/bin/automagi" "$WORK/flipped" <<'PYTHON'
import random, subprocess, sys
name, program, flipped = sys.argv[1:]
data = open(name, 'rb').read()
chance = random.Random(1)
ends = len(data) - 2048
places = [0, 99, 124, 257, 500, 511, 512, 600, 1000, 1023, 1024, 1100, 1535, 1536, 1600, ends - 1,
          ends - 481, ends - 600, ends, ends + 100, ends + 140, ends + 512, ends + 576, ends + 577,
          ends + 1024, len(data) - 1] + [chance.randrange(len(data)) for _ in range(24)]
def refused(changed, what):
    open(flipped, 'wb').write(changed)
    call = subprocess.run([program, '--home', flipped + '.home', 'restore', flipped, '--rehearse'],
                          capture_output=True, text=True)
    line = call.stderr
    if call.returncode != 1 or line.count('\n') != 1 or flipped + ': ' not in line:
        sys.exit(f'{what}: exit status {call.returncode}, {line!r}')
for place in places:
    for bit in (1, 0x80):
        changed = bytearray(data)
        changed[place] ^= bit
        refused(changed, f'byte {place} changed')
for length in [0, 1, 511, 512, 2048, ends, len(data) - 512, len(data) - 1]:
    refused(data[:length], f'cut off at {length}')
refused(data + bytes(512), 'longer')
refused(data + data, 'twice')
PYTHON

# A call of the system that fails or kills: strace makes it. Ends with 0 when it was reached.
struck() {
    local how=$1 call=$2 when=$3 status=0
    shift 3
    "${TRACED[@]}" -e "trace=$call" -e "inject=$call:$how:when=$when" \
        "$BUILD/bin/automagi" --home "$HOME_DIR" "$@" >"$WORK/stdout" 2>"$WORK/stderr" || status=$?
    [ "$status" -ne 0 ]
} 2>/dev/null # the shell says "Killed"
leftovers() { find "$WORK" "$HOME_DIR" -maxdepth 1 -name '.automagi-backup-*' | wc -l; }

# Backup: with each of these the file is not there, or whole.
for call in fsync renameat2 pwrite64 write flock unlinkat mkdirat; do
    for when in 1 2 5 40; do
        rm -f "$WORK/cut"
        struck signal=KILL "$call" "$when" backup "$WORK/cut" || continue
        [ ! -e "$WORK/cut" ] || automagi restore "$WORK/cut" --rehearse >/dev/null ||
            fail "killed at $call $when: half a file"
    done
done
for at in 'pwrite64 1' 'pwrite64 30' 'write 2' 'write 5' 'fsync 1' 'fsync 2' 'renameat2 1' 'mkdirat 1'; do
    rm -f "$WORK/cut"
    struck error=ENOSPC "${at% *}" "${at#* }" backup "$WORK/cut" || fail "no $at was reached"
    [ ! -e "$WORK/cut" ] || fail "a full disk at $at left a file"
    same "one line of a full disk at $at" 1 "$(wc -l <"$WORK/stderr")"
    holds "the line of a full disk at $at" 'No space left|disk is full' "$(cat "$WORK/stderr")"
done
# Ended by a person, it leaves nothing at once: what it had copied are keys.
automagi backup "$WORK/whole" >/dev/null
mkdir "$WORK/stick"
for signal in INT TERM HUP; do
    for at in 'pwrite64 1' 'fsync 1' 'mkdirat 1'; do
        struck "signal=$signal" "${at% *}" "${at#* }" backup "$WORK/stick/cut" || fail "SIG$signal at $at did not end it"
        same "what SIG$signal at $at leaves of a backup" '' "$(ls -A "$WORK/stick")"
        holds "SIG$signal at $at" 'ended by a signal' "$(cat "$WORK/stderr")"
    done
    HOME_DIR=$WORK/stick/none struck "signal=$signal" mkdirat 1 restore "$WORK/whole" --rehearse || fail 'it was not ended'
    [ -z "$(find "$WORK" -maxdepth 1 -name '.automagi-backup-*' -newer "$WORK/whole")" ] || fail 'a rehearsal left its folder'
done
rm -f "$WORK/cut"
automagi backup "$WORK/cut" >/dev/null
same 'what killed calls left is gone' 0 "$(leftovers)"

# Restore: killed anywhere it leaves the old home or the new one, and is done when called again.
state() {
    printf '%s %s %s' "$(sql 'SELECT count(*) FROM ledger')" \
        "$(cd "$HOME_DIR/keys" && find . -type f | sort | tr '\n' ' ')" \
        "$(sql "SELECT count(*) FROM audit WHERE action = 'restore'")"
}
rm -rf "$HOME_DIR"
cp -a "$WORK/old" "$HOME_DIR"
old=$(state)
automagi restore "$WORK/small" >/dev/null
new=$(state)
[ "$old" != "$new" ] || fail 'the old and the new home look alike'
killed=0 olds=0 news=0
for call in renameat renameat2 fsync syncfs unlinkat mkdirat unlink; do
    for when in $(seq 12); do
        rm -rf "$HOME_DIR"
        cp -a "$WORK/old" "$HOME_DIR"
        struck signal=KILL "$call" "$when" restore "$WORK/small" || break
        killed=$((killed + 1))
        verify_clean
        case $(state) in
        "$old") olds=$((olds + 1)) ;;
        "$new") news=$((news + 1)) ;;
        *) fail "killed at $call $when: a mixture: $(state)" ;;
        esac
        automagi restore "$WORK/small" >/dev/null
        holds "restored after a kill at $call $when" '^1 \./ove-overskud/2025  *1$' "$(state)"
        same "nothing is left after a kill at $call $when" 0 "$(leftovers)"
        same "the log of a later run is aside after a kill at $call $when" 'later 0' \
            "$(cat "$HOME_DIR"/before-restore-*/logs/ove-overskud/999.log) $(find "$HOME_DIR/logs" -name 999.log | wc -l)"
    done
done
if [ "$olds" -lt 5 ] || [ "$news" -lt 5 ]; then
    fail "$killed kills left the old home $olds times, the new $news"
fi

# Into a missing home the same way.
for when in 1 2 3; do
    rm -rf "$HOME_DIR"
    struck signal=KILL renameat "$when" restore "$WORK/small" || break
    automagi restore "$WORK/small" >/dev/null
    verify_clean
    same 'the task is there' 1 "$(sql 'SELECT count(*) FROM ledger')"
done
# A foreign folder is left alone.
mkdir "$WORK/foreign"
echo mine >"$WORK/foreign/mine"
HOME_DIR=$WORK/foreign refused 1 'holds something else' automagi restore "$WORK/small"
same 'a foreign folder' mine "$(ls -A "$WORK/foreign")"

# Robots of a copy can start beside those of the home it is of: it is said, and --paused keeps them.
rm -rf "$HOME_DIR" "$WORK/copy"
new_home
install_plugin ok
install_robot r ok '"triggers":[{"cron":"* * * * *"}]'
install_robot kept ok
automagi robot pause kept --by 'A Person' >/dev/null
automagi backup "$WORK/robots.backup" >/dev/null
copy() { HOME_DIR=$WORK/copy automagi "$@"; }
mkdir -p "$WORK/copy/plugins"
answer=$(copy restore "$WORK/robots.backup")
holds 'what can start' '1 robot with 1 trigger can start.*done twice' "$answer"
same 'nothing is paused' 0 "$(in_copy "SELECT paused FROM robot WHERE slug = 'r'")"
copy doctor >"$WORK/doctor" || true
holds 'a restore is of a backup' 'backup: none since it was restored from one' "$(cat "$WORK/doctor")"
answer=$(copy restore "$WORK/robots.backup" --paused --by 'B Person')
holds 'what was paused' '1 robot was paused' "$answer"
holds 'what would be paused' '1 robot would be paused' "$(copy restore "$WORK/robots.backup" --paused --rehearse)"
same 'all are paused, one as it was' 'kept|A Person r|B Person' \
    "$(in_copy "SELECT slug || '|' || paused_by FROM robot WHERE paused ORDER BY slug" | paste -sd ' ')"
HOME_DIR=$WORK/copy verify_clean

# Items that were taken in since are told of, and are there again when the home is gone back to.
automagi queue add kept --reference later-1 >/dev/null
automagi queue add kept --reference later-2 >/dev/null
holds 'items that would be missing' '2 items open on queues there are not in the copy, and no run would do them' \
    "$(automagi restore "$WORK/robots.backup" --rehearse)"
answer=$(automagi restore "$WORK/robots.backup" --format json)
same 'as a number' 2 "$(jq .items_since <<<"$answer")"
holds 'items that are missing' '2 items .* will do them: put them .*, or go back to what was there, which is kept' "$answer"
same 'they are missing' 0 "$(sql 'SELECT count(*) FROM item')"
rm -r "$HOME_DIR"/automagi.db* "$HOME_DIR/keys"
mv "$HOME_DIR/$(jq -r .aside <<<"$answer")"/* "$HOME_DIR"
same 'they are there again' 2 "$(sql 'SELECT count(*) FROM item WHERE state = 0')"
verify_clean

# What people decided since is undone by a restore, and told: what was taken back, closed, dropped or done by hand.
rm -rf "$HOME_DIR"
new_home
rows() {
    { echo robot,reference,completed_at,outcome; printf 'ove-overskud,%s\n' "$@"; } >"$WORK/rows.csv"
    automagi task import "$WORK/rows.csv" >/dev/null
}
row() { printf '%s,2026-05-01T10:00:00Z,%s' "$1" "$2"; }
install_plugin ok
install_robot r ok
rows "$(row A done)" "$(row B done)"
for item in 1 2 3; do automagi queue add r --reference "item-$item" >/dev/null; done
automagi backup "$WORK/before.backup" >/dev/null
rows "$(row A undone)"
automagi period close 2026-05 --by 'A Person' >/dev/null
automagi queue drop 1 --reason 'not to be done' >/dev/null
automagi queue done 2 --reason 'done by hand' >/dev/null
automagi backup "$WORK/after.backup" >/dev/null
since() { jq -c '[.tasks_since, .corrections_since, .months_since, .items_since, .items_open_again, .items_ready_again]'; }
answer=$(automagi restore "$WORK/before.backup" --rehearse)
holds 'what is not taken back' 'not taken back in the copy: 1;.* would count' "$answer"
holds 'what is open again' 'would be open again, or closed with other figures: 1;' "$answer"
holds 'what is done again' 'would be open again: 2; 2 of them would be ready' "$answer"
same 'as numbers' '[0,1,1,0,2,2]' "$(automagi restore "$WORK/before.backup" --format json | since)"

# The wrong one was restored, and work went on: as many tasks are lost by the right one as it has not, whatever it has.
rows "$(row C done)" "$(row D done)"
same 'as many tasks, or more' '[2,0,0,2,0,0]' "$(automagi restore "$WORK/after.backup" --format json | since)"
holds 'nothing is lost again' '^0 tasks were counted' "$(automagi restore "$WORK/after.backup")"
verify_clean

# A key that was destroyed since is back, and named.
rm -rf "$HOME_DIR"
cp -a "$WORK/old" "$HOME_DIR"
rm "$HOME_DIR/keys/ove-overskud/2025"
holds 'a key that is back' 'keys/ove-overskud/2025' "$(automagi restore "$WORK/small")"

# Of keys that were gone before the copy was made: how many.
rm "$HOME_DIR/keys/ove-overskud/2025"
holds 'a backup without a key' 's; the key of 1 window, erased or put aside before, is not in it' \
    "$(automagi backup "$WORK/erased")"
holds 'a rehearsal without a key' 'changed; the key of 1 window, erased or put aside before, is not in it' \
    "$(automagi restore "$WORK/erased" --rehearse)"
same 'as a number' 1 "$(automagi restore "$WORK/erased" --format json | jq .keys_destroyed)"
