#!/bin/bash
# The warehouse drop: its rows are those of savings and forecast, it names nobody, killed it is the old one
# or the new one, and the robot that is shipped puts one there each night without ever seeing the store.
. tests/e2e/lib.sh

head -c 8 /dev/zero >"$WORK/clock" # before anybody looks at it
export MOVED_CLOCK=$WORK/clock LD_PRELOAD=$BUILD/tests/e2e/moved_clock.so
set_clock 2026-01-20T12:00:00+01:00
chmod 755 "$WORK"

python3 tests/e2e/golden_tasks.py write "$WORK"
automagi init >/dev/null
automagi load "$WORK/golden.json" >/dev/null
automagi task import "$WORK/tasks.csv" >/dev/null
# Somebody's number as a reference, and somebody's name wherever people are named.
robot=$(sed -n '2s/,.*//p' "$WORK/tasks.csv")
printf 'robot,reference,completed_at,outcome\n%s,010190-1234 Invented Person,2025-12-30T10:00:00+01:00,business\n' \
    "$robot" >"$WORK/person.csv"
automagi task import "$WORK/person.csv" >/dev/null
automagi estimate set "$robot" --minutes 3 --from 2026-01-01 --by 'Invented Person' \
    --reason 'secret of Invented Person' >/dev/null

drop=$WORK/drop
automagi export warehouse "$drop" >"$WORK/out"
holds 'what is said' "^$drop: 14 files, [0-9]+ rows, as of 2026-01-20T12:00:" "$(cat "$WORK/out")"

# check DIR: a drop is whole: every file is there with its bytes, and no other.
cat >"$WORK/check.py" <<'CHECK'
import csv, hashlib, json, os, sys
from decimal import Decimal
folder = sys.argv[1]
manifest = json.load(open(folder + "/manifest.json"))
assert manifest["format"] == "automagi-warehouse" and manifest["schema_version"] == 1
names = {entry["file"] for entry in manifest["files"]} | {"manifest.json"}
assert names == set(os.listdir(folder)), (names, os.listdir(folder))
rows = {}
for entry in manifest["files"]:
    data = open(folder + "/" + entry["file"], "rb").read()
    assert len(data) == entry["bytes"] and hashlib.sha256(data).hexdigest() == entry["sha256"]
schema = json.load(open(folder + "/schema.json"))
for dataset in schema["datasets"]:
    name = dataset["name"]
    with open(f"{folder}/{name}.csv", newline="", encoding="utf-8") as file:
        cells = list(csv.DictReader(file))
    lines = [json.loads(line, parse_float=Decimal) for line in open(f"{folder}/{name}.jsonl", encoding="utf-8")]
    columns = [column["name"] for column in dataset["columns"]]
    counts = {e["file"]: e["rows"] for e in manifest["files"]}
    assert len(cells) == len(lines) == counts[name + ".csv"] == counts[name + ".jsonl"], name
    keys = [tuple(line[c["name"]] for c in dataset["columns"] if c["key"]) for line in lines]
    assert len(set(keys)) == len(keys), name + ": keys are not unique"
    for cell, line in zip(cells, lines):
        assert list(cell) == columns == list(line), name
        for column in dataset["columns"]:
            text, value = cell[column["name"]], line[column["name"]]
            assert value is not None or column["nullable"], (name, column)
            if value is None:
                assert text == ""
            elif column["type"] in ("integer", "decimal"):
                assert Decimal(text) == value
                assert column["type"] == "decimal" or isinstance(value, int)
            elif column["type"] == "boolean":
                assert text == str(value).lower()
            else:
                assert text.lstrip("'") == value.lstrip("'")
    rows[name] = lines
CHECK
check() { LD_PRELOAD='' python3 "$WORK/check.py" "$1"; }
check "$drop"

# The figures: each month as `savings` shows it, the year to four digits, forecasts to the krone.
for month in 2025-{04,05,06,07,08,09,10,11,12}; do
    automagi savings --from "$month-01" --to "$(date -d "$month-01 +1 month -1 day" +%F)" \
        --format json >"$WORK/savings-$month.json"
done
automagi savings --from 2025-04-01 --to 2025-12-31 --format json >"$WORK/savings.json"
forecasts() {
    local year
    for year in 2026 2027; do
        automagi forecast --year $year --format json >"$WORK/forecast-$year.json"
    done
}
forecasts
cat >"$WORK/figures.py" <<'FIGURES'
import sys
exec(open(sys.argv[2] + "/check.py").read())
read = lambda name: json.load(open(f"{sys.argv[2]}/{name}.json"), parse_float=Decimal)
months = 0
for month in sorted({row["month"] for row in rows["savings_table"] if row["month"] < "2026"}):
    if not os.path.exists(f"{sys.argv[2]}/savings-{month}.json"):
        continue
    months += 1
    table = [row for row in rows["savings_table"] if row["month"] == month]
    shown = read("savings-" + month)
    assert len(table) == len(shown["rows"])
    for row, other in zip(table, shown["rows"]):
        assert row["department"] == other["id"]
        for name in ("tasks", "uncounted_tasks", "minutes", "kroner"):
            assert row[name] == other[name], (month, name, row, other)
    assert sum(row["kroner"] for row in table) == shown["total"]["kroner"]
assert months == 9, months
whole = read("savings")
exact = [row for row in rows["savings"] if "2025-04" <= row["month"] <= "2025-12"]
assert abs(sum(row["kroner"] for row in exact) - whole["total"]["kroner"]) <= Decimal("0.501")
assert sum(row["minutes"] for row in exact) == whole["total"]["minutes"]
assert sum(row["tasks"] for row in exact) == whole["total"]["tasks"]
assert whole["total"]["kroner"] == 301894
for other in whole["rows"]:
    kroner = sum(row["kroner"] for row in exact if row["department"] == other["id"])
    assert abs(kroner - other["kroner"]) < 1, (other, kroner)
assert sum(row["done"] - row["undone"] for row in rows["days"]) == whole["total"]["tasks"] + whole["total"]["uncounted_tasks"]
assert sum(row["business"] for row in rows["days"]) == 1
for year in (2026, 2027):
    shown = read(f"forecast-{year}")
    mine = {(row["level"], row["id"]): row for row in rows["forecasts"] if row["year"] == year}
    assert len(mine) == len(shown["rows"]) + len(shown["robots"]) + 1
    for other in shown["rows"]:
        row = mine["department", other["id"]]
        for name in ("budget", "kroner", "low", "high", "kroner_to_date"):
            assert row[name] == other[name], (row, other)
    for other in shown["robots"]:
        row = mine["robot", other["id"]]
        assert (row["kroner"], row["months"], row["confidence"]) == (other["kroner"], other["months"], other["confidence"])
    assert mine["total", ""]["kroner"] == shown["total"]["kroner"] > 0
FIGURES
LD_PRELOAD='' python3 "$WORK/figures.py" "$drop" "$WORK"

# Nobody is named: not who set or signed, no reference, no mask, no number of a person.
names=$(sql "SELECT set_by FROM estimate UNION SELECT signed_by FROM estimate WHERE signed_by IS NOT NULL")
while read -r name; do
    ! grep -rqF -- "$name" "$drop" || fail "the drop names $name"
done <<<"$names"
! grep -rqiE 'invented|secret|010190|1234 ' "$drop" || fail 'the drop names somebody'
! grep -rqF '***' "$drop" || fail 'the drop has masks'

# What is no drop is refused and stays.
mkdir "$WORK/other" && echo mine >"$WORK/other/file"
refused 1 'other is there and is something else' automagi export warehouse "$WORK/other"
same 'what lay there' mine "$(cat "$WORK/other/file")"
echo more >"$drop/notes.csv"
refused 1 'drop holds notes.csv' automagi export warehouse "$drop"
rm "$drop/notes.csv"
refused 1 'cannot be opened' automagi export warehouse "$WORK/absent/drop"
refused 2 'DIR is missing' automagi export warehouse
automagi export warehouse "$WORK/other/file/" >/dev/null 2>&1 && fail 'a file was replaced'
same 'the drop after all that' 1 "$(check "$drop" && echo 1)"
automagi export warehouse - | tar tf - | grep -qx manifest.json || fail 'no tar on standard output'

# Killed at any moment: the old drop or the new one.
LD_PRELOAD='' python3 - "$BUILD/bin/automagi" "$HOME_DIR" "$drop" "$WORK/check.py" <<'KILL'
import os, random, signal, subprocess, sys, time
program, home, drop, check = sys.argv[1:]
start = time.monotonic()
subprocess.run([program, "--home", home, "export", "warehouse", drop], check=True, stdout=subprocess.DEVNULL)
took = time.monotonic() - start
random.seed(1)
whole = compile(open(check).read(), check, "exec")
sys.argv = [check, drop]
killed = 0
for _ in range(40):
    child = subprocess.Popen([program, "--home", home, "export", "warehouse", drop], stdout=subprocess.DEVNULL)
    time.sleep(random.uniform(0, took * 1.1))
    child.send_signal(signal.SIGKILL)
    killed += child.wait() == -signal.SIGKILL
    exec(whole, {})
assert killed > 15, killed
KILL
automagi export warehouse "$drop" >/dev/null
same 'what killed ones left' '' "$(find "$WORK" -maxdepth 1 -name '.drop*')"

# ---- the robot that is shipped
cp -r robots/warehouse-drop "$WORK/warehouse-drop"
rm -rf "$WORK/warehouse-drop/warehouse/automagi"
chmod 777 "$WORK/warehouse-drop/warehouse"
target=$WORK/warehouse-drop/warehouse/automagi
python3 - "$WORK/warehouse-drop/robot.json" <<'DENY'
import json, sys
definition = json.load(open(sys.argv[1]))
del definition["warehouse"]
json.dump(definition, open(sys.argv[1].replace("robot.json", "denied.json"), "w"))
DENY
start_daemon
refused 1 'asks for the warehouse drop' automagi robot add "$WORK/warehouse-drop/denied.json" --name Denied
rm "$WORK/warehouse-drop/denied.json"
automagi robot add "$WORK/warehouse-drop" --name 'Warehouse drop' >/dev/null
automagi run warehouse-drop --wait >"$WORK/out"
holds 'a run by hand' 'done; 1 done, 0 for a person, 0 failed' "$(cat "$WORK/out")"
check "$target"
forecasts # with this robot
LD_PRELOAD='' python3 "$WORK/figures.py" "$target" "$WORK"
holds 'its robot in the list' 'warehouse-drop .*active .*none' "$(automagi robot list)"

# Each night at half past two.
instant() { python3 -c 'import json,sys; print(json.load(open(sys.argv[1] + "/manifest.json"))["instant"][:16])' "$target"; }
nightly() { [ "$(instant)" = "$1" ]; }
for night in 2026-01-21 2026-01-22; do
    set_clock "${night}T02:29:58+01:00"
    wait_for 20 "the drop of $night" nightly "${night}T02:30"
done
check "$target"
counted() { [ "$(sql "SELECT count(*) FROM ledger JOIN robot ON robot.id = robot_id WHERE slug = 'warehouse-drop'")" = "$1" ]; }
wait_for 10 'each drop is a task' counted 3

# A failure anywhere: the run has failed with one line, and the earlier drop stays.
before=$(cksum "$target"/*.*)
stop_daemon
mkdir "$WORK/bin" && cp "$BUILD/bin/automagid" "$BUILD/bin/automagi-host" "$WORK/bin"
cp "$BUILD"/plugins/warehouse_drop.so "$HOME_DIR/plugins"
printf '#!/bin/sh\nhead -c 100000 /dev/zero\necho "automagi: the store is on strike" >&2\nexit 1\n' >"$WORK/bin/automagi"
chmod +x "$WORK/bin/automagi"
fails() { # PATTERN
    local status=0
    automagi run warehouse-drop --wait >"$WORK/out" 2>&1 || status=$?
    same 'exit status of a run without a drop' 1 "$status"
    holds 'why it has failed' "$1" "$(cat "$WORK/out")"
    same 'the earlier drop' "$before" "$(cksum "$target"/*.*)"
}
real_build=$BUILD
start_crippled() {
    : >"$WORK/daemon.log"
    "$WORK/bin/automagid" --home "$HOME_DIR" >>"$WORK/daemon.log" 2>&1 &
    DAEMON=$!
    wait_for 20 'the daemon is ready' is_serving
}
start_crippled
fails 'failed.*the warehouse drop that it reads cannot be made: the store is on strike'
printf '#!/bin/sh\nkill -9 $$\n' >"$WORK/bin/automagi"
fails 'cannot be made: its program ended with signal 9'
printf '#!/bin/sh\nhead -c 100000 /dev/zero\n' >"$WORK/bin/automagi"
fails 'the earlier one stays: '
printf '#!/bin/sh\n"%s" "$@" | head -c 20000\n' "$real_build/bin/automagi" >"$WORK/bin/automagi"
fails 'the earlier one stays: the drop is damaged: a file is cut off'
rm "$WORK/bin/automagi"
fails 'bin/automagi cannot be started: No such file'
# One that takes its time holds up nobody: the run says what it waits for, the daemon stops at once and
# takes it with it, and the run is done when there is a drop.
printf '#!/bin/sh\necho $$ >"%s"\nexec sleep 1000\n' "$WORK/maker" >"$WORK/bin/automagi"
chmod +x "$WORK/bin/automagi"
automagi robot resume warehouse-drop >/dev/null
run=$(automagi run warehouse-drop --format json | LD_PRELOAD='' python3 -c 'import json,sys; print(json.load(sys.stdin)["run"])')
waits() { automagi why warehouse-drop | grep -q 'the warehouse drop that it reads is being made'; }
wait_for 20 'the run says what it waits for' waits
stop_daemon
maker_is_gone() { ! grep -q '^State:[[:space:]]*[^ZX]' "/proc/$(cat "$WORK/maker")/status"; }
wait_for 10 'what made the drop is gone' maker_is_gone
start_daemon
has_ended() { [ "$(sql "SELECT state FROM run WHERE id = $run")" = 3 ]; }
wait_for 20 'the run that waited' has_ended
same 'how it ended' 1 "$(sql "SELECT done FROM run WHERE id = $run")"
before=$(cksum "$target"/*.*)
mkdir "$target/mine"
fails 'automagi holds mine'
rmdir "$target/mine"
# Its account has a number and no name: who grants it the folder must be told it.
account=$(stat -c %u "$target")
granted=$(stat -c '%a %u' "$(dirname "$target")")
chmod 555 "$(dirname "$target")" && chown "$(id -u)" "$(dirname "$target")"
automagi robot resume warehouse-drop >/dev/null
fails "the folder \"warehouse\" cannot be written by account number $account: .chown $account PATH.*Permission denied"
chmod "${granted% *}" "$(dirname "$target")" && chown "${granted#* }" "$(dirname "$target")"
automagi run warehouse-drop --wait >/dev/null
check "$target"
stop_daemon
verify_clean
