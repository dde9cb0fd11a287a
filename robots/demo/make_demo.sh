#!/bin/bash
# make_demo.sh HOME [UNTIL]: a demo home with two years of invented tasks, and what people decided
# meanwhile, up to the end of the month UNTIL (YYYY-MM; usual: the last that is over).
#
# What lies at HOME is replaced when it is a demo home, and left alone when it is anything else. Every command
# is carried out with its own day as today (tests/e2e/moved_clock.c), so that history has its dates. AUTOMAGI_BUILD: which build (usual: build).
set -euo pipefail

[ $# -ge 1 ] || { echo "usage: $0 HOME [YYYY-MM]" >&2; exit 2; }
build=$(cd "${AUTOMAGI_BUILD:-build}" && pwd)
demo=$(cd "$(dirname "$0")" && pwd)
home=$1
program=$build/bin/automagi
clock=$build/tests/e2e/moved_clock.so
work=

finish() {
    [ -z "$work" ] || rm -rf "$work"
}
trap finish EXIT

refuse() {
    echo "make_demo.sh: $*" >&2
    exit 1
}

[ -x "$program" ] || refuse "$program is not there; \`make all\` builds it"
[ -e "$clock" ] || refuse "$clock is not there; \`make demo\` builds it"

# What of the installation there: "demo running" is both.
state_of() {
    "$program" --home "$home" status --format json | python3 -c 'import json, sys
status = json.load(sys.stdin)
print("demo" if status.get("demo") is True else "real", status["daemon"])'
}

# What may be there: nothing, or a demo home that nobody uses.
check_place() {
    if [ -e "$home/automagi.db" ]; then
        case $(state_of) in
        'demo not running') ;;
        demo*) refuse "a daemon serves $home; stop it first (SIGTERM)" ;;
        *) refuse "$home is no demo home, so it is left as it is; give another folder" ;;
        esac
    elif [ -e "$home" ] && ! rmdir "$home" 2>/dev/null; then
        refuse "$home is no demo home, so it is left as it is; give a missing or empty folder"
    fi
}

check_place
mkdir -p "$(dirname "$home")"

# Made aside, in memory where the system has that, and put in place when it is whole.
work=${TMPDIR:-/tmp}
[ ! -w /dev/shm ] || work=/dev/shm
work=$(mktemp -d "$work/automagi-demo.XXXXXX")
"$program" --home "$work/home" init --demo >/dev/null
python3 "$demo/make_demo.py" "$work" ${2:+--until "$2"}

# set_clock SECONDS: programs that are started from now on take this for the time; its second begins now,
# so that what takes less than one is of the same second each time.
set_clock() {
    local now_us=${EPOCHREALTIME/[.,]/}
    local away=$(($1 * 1000000000 - now_us * 1000)) bytes='' i
    for ((i = 0; i < 64; i += 8)); do
        printf -v bytes '%s\\x%02x' "$bytes" $((away >> i & 255))
    done
    printf '%b' "$bytes" >"$work/clock"
}

count=0
total=$(wc -l <"$work/commands")
while IFS=$'\t' read -r seconds words; do
    set_clock "$seconds"
    eval "set -- $words"
    MOVED_CLOCK=$work/clock LD_PRELOAD=$clock "$program" --home "$work/home" "$@" </dev/null >"$work/answer" 2>&1 ||
        refuse "automagi $words: $(tail -n 3 "$work/answer")"
    count=$((count + 1))
    [ $((count % 100)) -ne 0 ] || echo "$count of $total commands, up to $(TZ=Europe/Copenhagen printf '%(%Y-%m-%d)T' "$seconds")"
done <"$work/commands"

check_place
rm -rf "$home"
cp -a "$work/home" "$home"
home=$(cd "$home" && pwd)

echo
echo "$home is a demo home: everything in it is invented. What to look at:"
for words in gap scorecard 'scorecard franco-fakturatjek-momentum' 'backlog list' 'report --out report.html'; do
    echo "  AUTOMAGI_HOME=$home $program $words"
done
