#!/bin/bash
# Imports beside one another: two of the same file at once, and one whose client is killed in its
# midst. Every task is in the ledger once, and whoever imports hears the same.
. tests/e2e/lib.sh

ROWS=30000

# write_tasks NAME: rows that were not done, then as many that were.
write_tasks() {
    awk -v rows="$ROWS" -v name="$1" 'BEGIN {
        print "robot,reference,completed_at,outcome"
        for (i = 0; i < rows; i++) print "ove-overskud," name "-B" i ",2025-05-01T10:00:00Z,business"
        for (i = 0; i < rows; i++) print "ove-overskud," name "-D" i ",2025-05-01T10:00:00Z,done"
    }' >"$WORK/$1.csv"
}

# has_begun ID: some rows of it are in the store.
has_begun() {
    [ "$(sql "SELECT applied > 0 FROM import WHERE id = $1")" = 1 ]
}

# whole ID: its rows, each counted once.
whole() {
    same "counts of import $1" "$((2 * ROWS))|$((2 * ROWS))|$ROWS|0|$ROWS" \
        "$(sql "SELECT rows, applied, new_rows, repeated_rows, not_done_rows FROM import
                WHERE id = $1 AND finished_ms IS NOT NULL")"
    same "attempts of import $1" "$ROWS|$ROWS" \
        "$(sql "SELECT sum(outcome = 0), sum(outcome = 2) FROM attempt
                JOIN import_run USING(run_id) WHERE import_id = $1")"
}

new_home
start_daemon
write_tasks both
write_tasks killed

# Two at once: the rows that the other has sent before are passed over.
automagi task import "$WORK/both.csv" >"$WORK/first" 2>"$WORK/first.err" &
first=$!
automagi task import "$WORK/both.csv" >"$WORK/second" 2>"$WORK/second.err" &
second=$!
status=0
wait "$first" || status=$?
wait "$second" || status=$?
same 'exit status of two imports at once' 0 "$status"
same 'what both say on stderr' '' "$(cat "$WORK/first.err" "$WORK/second.err")"
# One that begins when the other has finished hears that the file was imported before.
for answer in first second; do
    holds "the answer of the $answer" \
        "^$((2 * ROWS)) rows: ($ROWS new, 0 repeated, $ROWS not done, 0 taken back|0 new, .* before)$" \
        "$(cat "$WORK/$answer")"
done
whole 1
same 'tasks in the ledger' "$ROWS" "$(sql 'SELECT count(*) FROM ledger')"
verify_clean

# Killed in its midst, and at once begun again: what the dead one has sent may still be on its way.
"$BUILD/bin/automagi" --home "$HOME_DIR" task import "$WORK/killed.csv" >"$WORK/stdout" 2>&1 &
client=$! # the program itself, not a shell around it
wait_for 20 'the import is under way' has_begun 2
kill -STOP "$client"
holds 'one that is at work' '^ *2  killed.csv  at work +60000 ' "$(automagi import list)"
same 'is none that was cut short' 0 "$(automagi doctor | grep -c '^note *imports:')"
kill -KILL "$client"
{ wait "$client" || true; } 2>/dev/null # the shell says that it was killed
same 'finished when the client was killed' 0 "$(sql 'SELECT count(finished_ms) FROM import WHERE id = 2')"
holds 'one that was cut short' '^ *2  killed.csv  cut short +60000 ' "$(automagi import list)"
holds 'is told' '^note +imports: import 2, of killed.csv, .* was cut short: [0-9]+ of its 60000 rows are in' "$(automagi doctor)"
holds 'what to do' "> automagi --home $HOME_DIR task import killed.csv\$" "$(automagi doctor)"
holds 'the answer of the one that goes on' "^$((2 * ROWS)) rows: $ROWS new, 0 repeated, $ROWS not done" \
    "$(automagi task import "$WORK/killed.csv")"
whole 2
same 'tasks in the ledger' "$((2 * ROWS))" "$(sql 'SELECT count(*) FROM ledger')"
holds 'it is whole' '^ *2  killed.csv  finished +60000 ' "$(automagi import list)"
same 'and nothing is told of it' 0 "$(automagi doctor | grep -c '^note *imports:')"
verify_clean

# One that cannot be finished is given up: the daemon takes no more of it, and what it has counted counts once.
write_tasks given
"$BUILD/bin/automagi" --home "$HOME_DIR" task import "$WORK/given.csv" >"$WORK/stdout" 2>&1 &
client=$!
wait_for 20 'the import is under way' has_begun 3
kill -STOP "$client"
refused 1 'import 3 is at work' automagi import end 3 --reason 'its file is gone'
{
    kill -KILL "$client"
    wait "$client" || true
} 2>/dev/null # the shell says that it was killed
holds 'what it would do' '^- [0-9]+ of the 60000 rows of given.csv are in and what they counted stays; the others are not counted$' \
    "$(automagi import end 3 --reason 'its file is gone' --dry-run)"
same 'nothing was done' 0 "$(sql 'SELECT count(finished_ms) FROM import WHERE id = 3')"
holds 'given up' '^import 3 is given up; [0-9]+ of its 60000 rows are in, and what they counted stays$' \
    "$(automagi import end 3 --reason 'its file is gone')"
holds 'one that was given up' '^ *3  given.csv +given up +60000 ' "$(automagi import list)"
same 'runs that go on' 0 "$(sql 'SELECT count(*) FROM run WHERE state <> 3')"
same 'and nothing is told of it' 0 "$(automagi doctor | grep -c '^note *imports:')"
verify_clean
automagi task import "$WORK/given.csv" >"$WORK/stdout"
same 'tasks in the ledger' "$((3 * ROWS))" "$(sql 'SELECT count(*) FROM ledger')"
same 'each attempt of both that was not done is one' "$ROWS" \
    "$(sql 'SELECT sum(not_done_rows) FROM import WHERE id IN (3, 4)')"
verify_clean

# A business date says in which of the robot's windows, which are years, a task counts.
import_line() {
    printf 'robot,reference,completed_at,outcome,business_date\nove-overskud,dated,%s\n' "$1" >"$WORK/dated.csv"
    automagi task import "$WORK/dated.csv"
}
same 'dated into the year before' '1 row: 1 new, 0 repeated, 0 not done, 0 taken back' \
    "$(import_line 2025-05-02T10:00:00Z,done,2024-12-30)"
same 'and in the year of its completion' '1 row: 1 new, 0 repeated, 0 not done, 0 taken back' \
    "$(import_line 2025-05-02T10:00:00Z,done,)"
same 'in that by its date' '1 row: 0 new, 1 repeated, 0 not done, 0 taken back' \
    "$(import_line 2025-05-02T10:00:00Z,done,2025-01-01)"
same 'taken back by the window' '1 row: 0 new, 0 repeated, 0 not done, 1 taken back' \
    "$(import_line 2025-05-03T10:00:00Z,undone,2024-01-01)"
same 'what was taken back stays so, and that is said' \
    '1 row: 0 new, 1 repeated, 0 not done, 0 taken back
1 of them repeats a task that was taken back, so nothing counts it; what was done all the same counts when it is imported under a reference of its own' \
    "$(import_line 2025-05-04T10:00:00Z,done,2024-12-30)"
refused 1 'line 2: the business date must lie between' import_line 2025-05-03T10:00:00Z,done,1999-12-31
refused 1 'take back in the window 2026' import_line 2025-05-03T10:00:00Z,undone,2026-01-01
verify_clean
stop_daemon
