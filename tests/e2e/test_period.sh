#!/bin/bash
# Months are closed in order, with and without a daemon; what comes late is booked in the oldest
# open one; a close that is killed is done or not done; a program of another hand recounts the hash.
. tests/e2e/lib.sh

BY='DEMO controller'

python3 - "$WORK" <<'MAKE'
import json, sys
folder = sys.argv[1]
signed = {"minutes": 4, "from": "2025-01-01", "set_by": "DEMO owner", "signed_by": "DEMO head",
          "signed_on": "2025-01-01", "reason": "DEMO"}
robot = lambda name, shares: {
    "id": name, "name": "DEMO " + name, "runs": "external", "one_off": False,
    "operation": [{"from": "2025-01-01", "to": None}],
    "departments": shares, "estimates": [signed]}
json.dump({"organisation": "DEMO", "time_zone": "Europe/Copenhagen", "hours_per_fte": 1924,
           "rates": [{"from": "2025-01-01", "kroner_per_hour": "342.07"}],
           "departments": [{"id": name, "names": [{"name": name.title(), "from": "2025-01-01"}],
                            "also_called": []} for name in ("school", "care")],
           "budgets": [],
           "robots": [robot("ada", [{"id": "school", "share": "0.5", "from": "2025-01-01"}]),
                      robot("bob", [{"id": "care", "share": "1", "from": "2025-01-01"}])]},
          open(folder + "/town.json", "w"))

def write(name, rows):
    with open(folder + "/" + name, "w") as file:
        file.write("robot,reference,completed_at,outcome\n")
        for row in rows:
            file.write(",".join(row) + "\n")

write("tasks.csv", [("ada" if n % 3 else "bob", "R%05d" % n, "2025-%02d-%02dT10:00:00+01:00" %
                     (n % 5 + 1, n % 28 + 1), "done") for n in range(600)])
write("late.csv", [("ada", "L1", "2025-01-07T10:00:00+01:00", "done"),
                   ("ada", "L2", "2025-02-07T10:00:00+01:00", "done"),
                   ("ada", "L3", "2025-04-07T10:00:00+02:00", "done"),
                   ("bob", "L4", "2025-01-08T10:00:00+01:00", "business"),
                   ("bob", "R00000", "2025-01-09T10:00:00+01:00", "undone")])
write("back.csv", [("bob", "L4", "2025-05-05T10:00:00+02:00", "done")])
MAKE
automagi init >/dev/null
same 'the list of an empty store' 'no task is booked yet, so there is no month to close' \
    "$(automagi period list)"
refused 1 '2025-01 cannot be closed: no task is booked yet' automagi period close 2025-01 --by "$BY"
automagi load "$WORK/town.json" >/dev/null
automagi task import "$WORK/tasks.csv" >/dev/null

member() { # of the month's row
    automagi period list --format json | python3 -c '
import json, sys
row = [row for row in json.load(sys.stdin)["rows"] if row["month"] == sys.argv[1]][0]
print(*(row[name] for name in sys.argv[2:]))' "$@"
}

refused 2 'MONTH: expected YYYY-MM' automagi period close 2025-13 --by "$BY"
refused 2 '--by' automagi period close 2025-01
refused 1 '2025-02 cannot be closed before 2025-01' automagi period close 2025-02 --by "$BY"
refused 1 '2024-12 .* the next to be closed is 2025-01' automagi period close 2024-12 --by "$BY"
automagi period close 2025-01 --by "$BY" --dry-run >"$WORK/trial"
holds 'what closing would freeze' '2025-01 is frozen for good: 120 tasks, 480 minutes, 2737 kroner' \
    "$(cat "$WORK/trial")"
same 'closed by a trial' 0 "$(sql 'SELECT count(*) FROM period')"
automagi period close 2025-01 --by "$BY" >/dev/null
start_daemon # the next one by way of the daemon, which knows at once what is closed
automagi period close 2025-02 --by "$BY" >/dev/null
refused 1 'the next to be closed is 2025-03' automagi period close 2025-02 --by "$BY"

frozen=$(member 2025-01 tasks minutes kroner hash)
automagi task import "$WORK/late.csv" >"$WORK/answer"
holds 'the import' '5 rows: 3 new, 0 repeated, 1 not done, 1 taken back' "$(cat "$WORK/answer")"
holds 'what came late' '3 of them are booked in 2025-03, for their months are closed' \
    "$(cat "$WORK/answer")"
same 'a closed month' "$frozen" "$(member 2025-01 tasks minutes kroner hash)"
same 'where it is booked' '121 1' "$(member 2025-03 tasks late)"
same 'where help is booked' 2025-03 "$(sql "SELECT printf('%d-%02d', booking / 12, booking % 12 + 1) FROM handover")"
automagi task import "$WORK/back.csv" >/dev/null # done after all, in a month that is open
same 'help that is taken back' 1 "$(sql 'SELECT count(*) FROM handover WHERE back_booking = booking')"
holds 'verify counts the months' '2 closed months recounted' "$(automagi verify)"
stop_daemon

# Killed while it closes: all of the month, or nothing.
for delay in 0 0.002 0.004 0.006 0.008 0.01 0.015 0.02 0.03; do
    rm -rf "$WORK/killed"
    cp -r "$HOME_DIR" "$WORK/killed"
    "$BUILD/bin/automagi" --home "$WORK/killed" period close 2025-03 --by "$BY" >/dev/null 2>&1 &
    closing=$!
    sleep "$delay"
    kill -KILL "$closing" 2>/dev/null || true
    wait "$closing" 2>/dev/null || true
    # A reader recovers the log only when somebody may write it.
    "$BUILD/bin/automagi" --home "$WORK/killed" period close 2025-03 --by "$BY" >/dev/null 2>&1 || true
    same "months after a kill at $delay" 3 \
        "$(sqlite3 "$WORK/killed/automagi.db" 'SELECT count(*) FROM period')"
    "$BUILD/bin/automagi" --home "$WORK/killed" verify >"$WORK/verify" 2>&1 ||
        fail "after a kill at $delay: $(cat "$WORK/verify")"
done

automagi period close 2025-03 --by "$BY" >/dev/null

# A version that is dated into closed months is refused, or its difference is booked; nothing that
# is closed moves.
frozen=$(member 2025-02 tasks minutes kroner hash)
automagi estimate set ada --minutes 5 --from 2025-02-01 --by 'DEMO owner' --reason DEMO >/dev/null
refused 1 'in a month that is closed; begin it on 2025-04-01 or later' \
    automagi estimate sign ada --from 2025-02-01 --by 'DEMO head'
automagi estimate sign ada --from 2025-02-01 --by 'DEMO head' --book-difference >/dev/null
same 'a closed month' "$frozen" "$(member 2025-02 tasks minutes kroner hash)"
same 'what is booked of it' '2 918' "$(member 2025-04 adjustments adjusted_kroner)"
automagi period verify >/dev/null || fail 'the adjustments are not accounted for'
automagi period close 2025-04 --by "$BY" >/dev/null
automagi rate set --from 2025-03-05 --kroner 400 --by "$BY" --book-difference >/dev/null
automagi period verify >/dev/null || fail 'the adjustments of a closed month are not accounted for'
same 'a closed month' "$frozen" "$(member 2025-02 tasks minutes kroner hash)"
verify_clean

# The hash by another hand, from the header's words.
automagi period list --format json >"$WORK/list.json"
python3 - "$HOME_DIR/automagi.db" "$WORK/list.json" <<'HASH' || fail 'the hash is another'
import hashlib, json, sqlite3, sys
store = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True)
robots = dict(store.execute("SELECT id, slug FROM robot"))
departments = dict(store.execute("SELECT id, slug FROM department")) | {0: "tvaergaaende"}
listed = {row["month"]: row["hash"] for row in json.load(open(sys.argv[2]))["rows"]}
previous = "0" * 64
for (month,) in store.execute("SELECT month FROM period ORDER BY month").fetchall():
    name = "%04d-%02d" % (month // 12, month % 12 + 1)
    text = "automagi period\nmonth %s\nprevious %s\n" % (name, previous)
    for figure in store.execute(
            "SELECT robot_id, department_id, tasks, uncounted, helped, minutes, kroner "
            "FROM period_figure WHERE month = ? ORDER BY robot_id, department_id", (month,)):
        text += " ".join([robots[figure[0]], departments[figure[1]], *map(str, figure[2:])]) + "\n"
    previous = hashlib.sha256(text.encode()).hexdigest()
    assert listed[name] == previous, (name, text)
HASH

# What somebody changed is found, and the exit status says so.
automagi period verify >/dev/null
automagi backup "$WORK/good.backup" >/dev/null
sqlite3 "$HOME_DIR/automagi.db" \
    "UPDATE period_figure SET tasks = tasks + 1000000 WHERE month = 24301 AND robot_id = 2"
status=0
automagi period verify >"$WORK/stdout" 2>"$WORK/stderr" || status=$?
same 'exit status of period verify' 1 "$status"
holds 'the hash' 'period 2025-02: its hash is not that of its figures' "$(cat "$WORK/stdout")"
holds 'the figure' 'period 2025-02, robot bob, department care: a recount differs .* tasks -1' \
    "$(cat "$WORK/stdout")"
status=0
automagi verify >"$WORK/stdout" 2>"$WORK/stderr" || status=$?
same 'exit status of verify' 1 "$status"

# What verify refuses is no backup: not when it is made, and not when a file of another hand holds it.
refused 1 'the copy does not add up .* period 2025-02' automagi backup "$WORK/differs.backup"
[[ ! -e $WORK/differs.backup ]] || fail 'a store whose closed months differ gave a backup'
automagi restore "$WORK/good.backup" --rehearse >/dev/null || fail 'a good backup is refused'
python3 - "$WORK" <<'FORGE'
import hashlib, os, sqlite3, sys, tarfile
os.chdir(sys.argv[1])
backup = bytearray(open("good.backup", "rb").read())
members = {member.name: member for member in tarfile.open("good.backup")}
store = members["automagi.db"]
with open("forged.db", "wb") as file:
    file.write(backup[store.offset_data:store.offset_data + store.size])
with sqlite3.connect("forged.db") as database:
    database.execute("UPDATE period_figure SET tasks = tasks + 1 WHERE month = 24301 AND robot_id = 2")
database.close()
forged = open("forged.db", "rb").read()
assert len(forged) == store.size
backup[store.offset_data:store.offset_data + store.size] = forged
seal = members["SHA256"]
backup[seal.offset_data:seal.offset_data + 64] = hashlib.sha256(backup[:seal.offset]).hexdigest().encode()
open("forged.backup", "wb").write(backup)
FORGE
refused 1 'the copy does not add up .* period 2025-02' automagi restore "$WORK/forged.backup" --rehearse
refused 1 'the copy does not add up .* period 2025-02' automagi restore "$WORK/forged.backup"
