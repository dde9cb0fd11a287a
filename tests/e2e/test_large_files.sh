#!/bin/bash
# Files that are too much: two gigabytes of nothing, one line without an end, JSON nested without an
# end, a table of more rows than anybody has. Whoever reads them refuses them with one line, within 64 MiB.
. tests/e2e/lib.sh

LARGEST_KIB=65536

# within REFUSED COMMAND...: its exit status is 1 when it must refuse, else 0; one line on stderr then.
within() {
    python3 - "$LARGEST_KIB" "$@" <<'END'
import os, resource, subprocess, sys

largest, is_refused, command = int(sys.argv[1]), sys.argv[2] == 'refused', sys.argv[3:]
child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
said = child.communicate(timeout=60)
used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
errors = said[1].decode()
if child.returncode != (1 if is_refused else 0):
    sys.exit(f'{command} ended with {child.returncode}: {errors or said[0].decode()}')
if is_refused and (errors.count('\n') != 1 or len(errors) > 1000):
    sys.exit(f'{command} does not say one line: {errors[:2000]}')
if used > largest:
    sys.exit(f'{command} used {used} KiB')
print(f'{used} KiB: {errors.strip()[:160]}')
END
}

new_home
start_daemon
ours=("$BUILD/bin/automagi" --home "$HOME_DIR")

truncate -s 2G "$WORK/nothing"
head -c 100000000 /dev/zero | tr '\0' 'a' >"$WORK/line"
python3 -c "import sys; sys.stdout.write('[' * 3000000)" >"$WORK/deep"
python3 -c "import sys; sys.stdout.write('{\"departments\":[' + '{\"id\":\"a\"},' * 3000000)" >"$WORK/wide"
python3 -c "import sys; sys.stdout.write('{\"organisation\":\"Large\",\"departments\":[1' + ',1' * 4000000 + ']}')" >"$WORK/dense"
awk 'BEGIN { print "robot,reference,completed_at,outcome"
    for (i = 0; i < 300000; i++) print "ove-overskud,U-" i ",2025-05-01T10:00:00Z,done" }' >"$WORK/rows.csv"
{ cat "$WORK/rows.csv" && printf 'ove-overskud,"cut'; } >"$WORK/cut.csv"

for file in nothing line deep wide dense; do
    path=$WORK/$file
    for command in 'task import' load 'robot add' 'plugin check' 'backlog load' 'calendar add large'; do
        read -ra words <<<"$command"
        within refused "${ours[@]}" "${words[@]}" "$path" || fail "$command of $file"
    done
done
within refused "${ours[@]}" restore --rehearse "$WORK/line" || fail 'restore of a line'

# A record that is cut off at the very end: nothing of the file is taken.
within refused "${ours[@]}" task import "$WORK/cut.csv" || fail 'import of a file that is cut off'
same 'tasks of a file that was cut off' 0 "$(sql 'SELECT count(*) FROM ledger')"
within taken "${ours[@]}" task import "$WORK/rows.csv" || fail 'import of many rows'
same 'tasks of a large file' 300000 "$(sql 'SELECT count(*) FROM ledger')"
stop_daemon
verify_clean
