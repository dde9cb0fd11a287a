#!/bin/bash
# The golden figures: exact minutes in, every row to the krone out; twice changes nothing; an
# undone line takes a task back; verify finds nothing, and finds what is planted.
. tests/e2e/lib.sh

python3 tests/e2e/golden_tasks.py write "$WORK"
# Two files: robots that belong to a department, and those that belong to none.
python3 - "$WORK" <<'SPLIT'
import json, sys
folder = sys.argv[1]
robots = json.load(open(folder + "/golden.json"))["robots"]
cross = {robot["id"] for robot in robots if not robot["departments"]}
assert cross
with open(folder + "/tasks.csv") as lines:
    header = next(lines)
    files = {True: open(folder + "/tasks_cross.csv", "w"),
             False: open(folder + "/tasks_departments.csv", "w")}
    for file in files.values():
        file.write(header)
    for line in lines:
        files[line.split(",")[0] in cross].write(line)
SPLIT
automagi init >/dev/null
automagi load "$WORK/golden.json" >/dev/null

kroner() { # the row's kroner and tasks
    automagi savings --from 2025-04-01 --to 2025-12-31 --format json |
        python3 -c 'import json,sys
document = json.load(sys.stdin)
rows = {row["id"]: row for row in document["rows"]} | {"total": document["total"]}
assert sum(row["kroner"] for row in document["rows"]) == document["total"]["kroner"]
assert sum(row["tasks"] for row in document["rows"]) == document["total"]["tasks"]
print(" ".join("%s:%d/%d" % (key, rows[key]["kroner"], rows[key]["tasks"]) for key in rows))'
}

departments='bae:114987/5875 bf:10593/435 ds:15855/149 kb:0/0 kfe:2514/147 mt:0/0 puljer:0/0 aess:60067/3512 os:75415/9377'

automagi task import "$WORK/tasks_departments.csv" >/dev/null
same 'the printed table' "$departments tvaergaaende:0/0 total:279431/19495" "$(kroner)"

start_daemon # the second half by way of the daemon
automagi task import "$WORK/tasks_cross.csv" >/dev/null
whole="$departments tvaergaaende:22463/3940 total:301894/23435"
same 'with the cross-department robots' "$whole" "$(kroner)"

# Every figure opens down to its tasks: a department's tasks add up to its row, before rounding.
opened() {
    local id
    for id in bae bf ds kb kfe mt puljer aess os tvaergaaende; do
        automagi task list --department "$id" --from 2025-04-01 --to 2025-12-31 --limit 100000 \
            --format json >"$WORK/tasks-$id.json"
    done
    automagi savings --from 2025-04-01 --to 2025-12-31 --format json >"$WORK/savings.json"
    python3 - "$WORK" <<'OPENED'
import json, sys
from fractions import Fraction
read = lambda name: json.load(open(sys.argv[1] + "/" + name + ".json"), parse_float=Fraction)
count = 0
for row in read("savings")["rows"]:
    tasks = read("tasks-" + row["id"])
    count += len(tasks["rows"])
    minutes = sum(Fraction(task["minutes"]) for task in tasks["rows"])
    exact = minutes * 34207 / 6000
    assert minutes == row["minutes"], row
    assert abs(exact - row["kroner"]) < 1, row
    assert not tasks.get("more")
    if tasks["rows"]:
        total = tasks["total"]
        assert (total["tasks"], total["minutes"]) == (row["tasks"], minutes), row
        assert abs(total["kroner"] - exact) <= Fraction(1, 20000), row
print(count)
OPENED
}
same 'tasks behind the figures' 23435 "$(opened)"

refused 1 'there is no department "nobody"' automagi task list --department nobody

# A task is found by its reference, by whoever may read the keys; the store has only a hash.
automagi task list --robot golden-bae-1 --reference golden-bae-1/00007 --format csv >"$WORK/found"
same 'tasks of a reference' 2 "$(wc -l <"$WORK/found")"
holds 'tasks of a reference' ',golden-bae-1,2025-.*,done,\*0007,' "$(cat "$WORK/found")"
same 'an unknown reference' 'no counted task of golden-bf-1 has this reference' \
    "$(automagi task list --robot golden-bf-1 --reference golden-bae-1/00007)"
refused 2 'needs --robot' automagi task list --reference golden-bae-1/00007

before=$(sql 'SELECT count(*) FROM attempt')
automagi task import "$WORK/tasks_departments.csv" >"$WORK/again"
same 'imported twice' "$whole" "$(kroner)"
same 'attempts after importing twice' "$before" "$(sql 'SELECT count(*) FROM attempt')"

# The same rows in a file with other bytes: repeated, not counted.
{ head -n 1 "$WORK/tasks_cross.csv"; sed -n '2,51p' "$WORK/tasks_cross.csv"; } >"$WORK/part.csv"
automagi task import "$WORK/part.csv" --format json >"$WORK/answer"
same 'new rows of a part' 0 "$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["new"])' "$WORK/answer")"
same 'a part again' "$whole" "$(kroner)"

# Taken back, once.
row=$(sed -n 2p "$WORK/tasks_cross.csv")
{ head -n 1 "$WORK/tasks_cross.csv"; echo "${row/,done/,undone}"; } >"$WORK/undo.csv"
automagi task import "$WORK/undo.csv" >/dev/null
undone="$departments tvaergaaende:22457/3939 total:301888/23434"
same 'after one undone' "$undone" "$(kroner)"
automagi task import "$WORK/undo.csv" >/dev/null
automagi task import "$WORK/tasks_cross.csv" >/dev/null
same 'after all files again' "$undone" "$(kroner)"
same 'tasks behind the figures after one undone' 23434 "$(opened)"
verify_clean
holds 'verify says so' '0 differences' "$(cat "$WORK/verify")"

# A range that ends before it begins is wrong usage.
for command in 'savings' 'task list'; do
    # shellcheck disable=SC2086 # two words
    refused 2 'lies after --to' automagi $command --from 2025-12-31 --to 2025-04-01
done

# A bad line is named by number, and nothing of the file is taken.
{ cat "$WORK/part.csv"; echo 'ove-overskud,x,2025-05-01T10:00:00,done'; } >"$WORK/bad.csv"
attempts=$(sql 'SELECT count(*) FROM attempt')
refused 1 '52' automagi task import "$WORK/bad.csv"
same 'attempts after a refused file' "$attempts" "$(sql 'SELECT count(*) FROM attempt')"

# Of several the first ten are listed, and one line closes the list.
{ cat "$WORK/part.csv"; for _ in {1..12}; do echo 'nobody,x,2025-05-01T10:00:00Z,done'; done; } >"$WORK/bad.csv"
status=0
automagi task import "$WORK/bad.csv" >"$WORK/stdout" 2>"$WORK/stderr" || status=$?
same 'exit status with twelve wrong lines' 1 "$status"
same 'lines of the list' 10 "$(grep -c '^line [0-9]*: the robot nobody is not known' "$WORK/stderr")"
same 'lines on stderr' 11 "$(wc -l <"$WORK/stderr")"
holds 'the last one' 'bad.csv: 12 lines are wrong; nothing was imported' "$(tail -n 1 "$WORK/stderr")"
same 'attempts after twelve wrong lines' "$attempts" "$(sql 'SELECT count(*) FROM attempt')"
stop_daemon

# Planted: one task more in a rollup; a ledger row gone; a rollup of the month changed.
for plant in \
    'UPDATE rollup_day SET count = count + 1 WHERE (day, robot_id, booking, department_id, outcome) IN (SELECT day, robot_id, booking, department_id, outcome FROM rollup_day LIMIT 1)' \
    'DELETE FROM ledger WHERE ref_hash IN (SELECT ref_hash FROM ledger LIMIT 1)' \
    'UPDATE rollup_month SET count = count - 1 WHERE (month, robot_id, booking, department_id, outcome) IN (SELECT month, robot_id, booking, department_id, outcome FROM rollup_month LIMIT 1)' \
    'DELETE FROM correction'; do
    rm -rf "$WORK/planted"
    cp -r "$HOME_DIR" "$WORK/planted"
    sqlite3 "$WORK/planted/automagi.db" "$plant"
    status=0
    "$BUILD/bin/automagi" --home "$WORK/planted" verify >"$WORK/verify" 2>&1 || status=$?
    same "verify after: $plant" 1 "$status"
done
verify_clean
