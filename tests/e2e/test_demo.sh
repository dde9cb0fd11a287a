#!/bin/bash
# The demo home: two years of invented tasks under a mark that is everywhere, the same each time it is made.
. tests/e2e/lib.sh

make_demo() {
    AUTOMAGI_BUILD=$BUILD robots/demo/make_demo.sh "$@"
}

make_demo "$HOME_DIR" 2026-10 >"$WORK/made"
holds 'what it says' "$HOME_DIR is a demo home: everything in it is invented" "$(cat "$WORK/made")"

# From now on it is the month after, whenever this is run.
export MOVED_CLOCK=$WORK/clock
head -c 8 /dev/zero >"$MOVED_CLOCK"
set_clock 2026-11-05T10:00:00+01:00
export LD_PRELOAD=$BUILD/tests/e2e/moved_clock.so

verify_clean
automagi period verify >/dev/null

# Two years, and the last two months are open.
# value PYTHON COMMAND...: of its JSON, as `d`.
value() {
    local what=$1
    shift
    automagi "$@" --format json | python3 -c "import json, sys
d = json.load(sys.stdin)
print($what)"
}
same 'months with tasks' '24 2024-11 2026-10' \
    "$(value "*[f(m) for m in [[r['id'] for r in d['rows'] if r['tasks'] > 0]] for f in (len, min, max)]" savings --by month)"
same 'closed months' 22 "$(value "sum(r['state'] == 'closed' for r in d['rows'])" period list)"
same 'robots without a task' '' \
    "$(value "*[r['id'] for r in d['rows'] if r['tasks'] + r['uncounted_tasks'] == 0]" savings --by robot)"
same 'what is told' 'True True True True' \
    "$(value "*[d['total'][m] > 0 for m in ('uncounted_tasks', 'realised', 'gains', 'disputed')]" savings)"

# Intervals: wide where citizens decide, narrow where a list does.
same 'intervals' True "$(value "all(r['low'] < r['kroner'] < r['high'] for r in d['rows'] if r['kroner'] > 1000)" forecast --year 2027)"
# width DEPARTMENT: of its interval, in thousandths of its forecast.
width() {
    value "next(1000 * (r['high'] - r['low']) // r['kroner'] for r in d['rows'] if r['id'] == '$1')" forecast --year 2027
}
[ "$(width bf)" -gt $((2 * $(width ds))) ] || fail "the intervals of bf and ds: $(width bf) $(width ds)"

# The mark.
same 'the first line of status' 'DEMO: everything in this home is invented' "$(automagi status | head -n 1)"
same 'the first line of savings' 'DEMO: everything in this home is invented' "$(automagi savings | head -n 1)"
for command in status savings forecast gap net changes 'explain kroner --robot mona-mangelliste'; do
    # shellcheck disable=SC2086 # words of a command
    same "the mark of $command" True "$(value "d['demo']" $command)"
done
same 'a line beside CSV' 'DEMO: everything in this home is invented' "$(automagi savings --format csv 2>&1 >/dev/null)"
same 'the first line of a drop' 'DEMO: everything in this home is invented' \
    "$(automagi export warehouse "$WORK/drop" | head -n 1)"
holds 'doctor' '^note +home: a demo home; everything in it is invented' "$(automagi doctor)"
automagi document show 1 2>/dev/null >"$WORK/paper"
same 'the first line of a paper' '*** DEMO - ALT I DETTE DOKUMENT ER OPDIGTET ***' "$(head -n 1 "$WORK/paper")"
refused 1 'is a demo home, where everything is invented and no robot runs' \
    automagi robot add robots/mona-mangelliste/robot.json
refused 1 'is a demo home, where everything is invented and no robot runs' automagi run mona-mangelliste

# Scorecards: every kind of evidence and of what a leader should know, and both Francos whole.
same 'evidence' 'E0 E1 E2' "$(value "*sorted({r['evidence'] for r in d['rows'] if r.get('evidence')})" scorecard indicators)"
for franco in franco-fakturatjek-momentum franco-fakturatjek-dubu; do
    same "the benefits of $franco" 5 "$(value "sum(r.get('points') is not None for r in d['rows'] if r['id'] in
        ('saving', 'time', 'quality', 'service', 'wellbeing'))" scorecard "$franco")"
done
automagi scorecard >"$WORK/scorecard"
for remark in 'wellbeing worsened' 'service overdue' 'n/a' 'capped' 'gate red' 'not[[:space:]]+approved'; do
    tr -s '\n ' ' ' <"$WORK/scorecard" | grep -qE -- "$remark" || fail "'$remark' is not in: $(cat "$WORK/scorecard")"
done
automagi scorecard iben-itp-proces >"$WORK/scorecard"
grep -q 'within' "$WORK/scorecard" || fail "expected and measured: $(cat "$WORK/scorecard")"
same 'ideas by status' 'approved 2 development 3 operation 2 rejected 1 wish 17' \
    "$(value "*[w for s in sorted({r['status'] for r in d['rows']}) for w in (s, sum(r['status'] == s for r in d['rows']))]" backlog list)"

# Made again it replaces what was there, and is the same.
answers() {
    local words
    for words in 'savings --by robot' 'savings --by month' forecast gap net 'pool list' 'estimate disputes' scorecard 'backlog list'; do
        # shellcheck disable=SC2086 # words of a command
        automagi $words --format json
    done | if [ "$PATIENCE" = 1 ]; then cat; else sed -E 's/([T ][0-9]{2}:[0-9]{2}):[0-9]{2}/\1/g'; fi # the second it began in
}
answers >"$WORK/first"
start_daemon
(unset LD_PRELOAD && refused 1 'a daemon serves .*; stop it first' make_demo "$HOME_DIR" 2026-10)
stop_daemon
touch "$HOME_DIR/of-before"
(unset LD_PRELOAD && make_demo "$HOME_DIR" 2026-10 >/dev/null)
[ ! -e "$HOME_DIR/of-before" ] || fail 'what was there is there still'
answers >"$WORK/second"
cmp "$WORK/first" "$WORK/second" || fail 'two homes of the same month differ'
unset LD_PRELOAD MOVED_CLOCK
"$BUILD/bin/automagi" --home "$HOME_DIR" backup "$WORK/demo.backup" >/dev/null

python3 robots/demo/make_demo.py "$WORK/files" --until 2026-02 >/dev/null
same 'the months of another last one' '2024-03 2026-02' \
    "$(cd "$WORK/files" && echo tasks-*.csv | sed -E 's/tasks-(\S+)\.csv .* tasks-(\S+)\.csv/\1 \2/')"

HOME_DIR=$WORK/real
new_home
same 'the mark of a plain home' False "$(value "'demo' in d" status)"
if automagi status | grep -q DEMO; then fail 'a plain home says DEMO'; fi
refused 1 'is an installation already, and none becomes a demo home' automagi init --demo
refused 1 'is no demo home, so it is left as it is' make_demo "$HOME_DIR" 2026-10
mkdir "$WORK/letters" && touch "$WORK/letters/letter"
refused 1 'is no demo home, so it is left as it is' make_demo "$WORK/letters" 2026-10
[ -e "$WORK/letters/letter" ] || fail 'a folder of something else was touched'
same 'robots of the plain home' 21 "$(sql 'SELECT count(*) FROM robot')"
refused 1 'is not over yet' make_demo "$WORK/ahead" 2199-01

# A copy of one kind is not put in the place of the other.
refused 1 'either it or the copy is a demo home' automagi restore "$WORK/demo.backup"
"$BUILD/bin/automagi" --home "$WORK/copied" restore "$WORK/demo.backup" >/dev/null
same 'the mark of a copy' 'DEMO: everything in this home is invented' \
    "$("$BUILD/bin/automagi" --home "$WORK/copied" status | head -n 1)"
