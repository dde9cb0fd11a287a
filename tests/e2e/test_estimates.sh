#!/bin/bash
# test_estimates.sh - an estimate from its timings to its signature, contested and answered, through a
# daemon; what was signed is printed as it stood, and a copy that somebody changed is found.
. tests/e2e/lib.sh

new_home
start_daemon
head='DEMO head of department'

said=$(automagi estimate set ove-overskud --minutes 4 --from 2026-01-01 --by 'Invented Owner' \
    --task 'one surplus moved' --method 'stopwatch, 3 cases' --timings 3.5,4,2.75)
holds 'estimate set' 'mean 3.42 and median 3.5 of 3 timings: the minutes lie above the median' "$said"

draft=$(automagi estimate agreement ove-overskud --from 2026-01-01)
same 'draft marks' 2 "$(grep -c '^\*\*\* UDKAST - IKKE UNDERSKREVET' <<<"$draft")"
refused 1 'set this estimate and cannot sign it' \
    automagi estimate sign ove-overskud --by 'INVENTED owner'
documents=$(automagi document list --limit 1000 --format csv | wc -l)
said=$(automagi estimate sign ove-overskud --by "$head" --dry-run)
holds 'the trial' 'the agreement is document' "$said"
same 'documents after a trial' "$documents" \
    "$(automagi document list --limit 1000 --format csv | wc -l)"
automagi estimate sign ove-overskud --by "$head"
signed=$(automagi estimate agreement ove-overskud --from 2026-01-01)
holds 'the agreement' '^    Afdelingsleder    DEMO head of department$' "$signed"
same 'marks of a draft' 0 "$(grep -c UDKAST <<<"$signed" || true)"
[ "$(wc -L <<<"$signed")" -le 100 ] || fail 'a line is too long for paper'
number=$(automagi document list --subject ove-overskud --format json |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["rows"][0]["document"])')
same 'the document' "$signed" "$(automagi document show "$number")"

before=$(automagi savings --by robot)
automagi estimate dispute ove-overskud --reason 'it takes two minutes' --minutes 2 \
    --by 'Invented Person'
holds 'the list' 'ove-overskud .* 2 .*Invented Person.*open.*it takes two minutes' \
    "$(automagi estimate disputes)"
same 'figures beside a dispute' "$before" "$(automagi savings --by robot)"
refused 1 'cannot answer it; they can withdraw it' \
    automagi estimate answer 1 --answer no --by 'Invented Person'
same 'disputes in an export' 0 "$(automagi export - | grep -c 'two minutes' || true)"
holds 'the help of export' 'no disputes of estimates' "$(automagi export --help)"
automagi estimate answer 1 --answer 'measured again: 4' --by "$head"
same 'open disputes' 'no estimate is disputed' "$(automagi estimate disputes)"
holds 'the history' '2026-01-01 .*1 answered' "$(automagi estimate history ove-overskud)"

echo '# a version that begins in a closed month moves none: its difference is booked in the open one'
{
    echo robot,reference,completed_at,outcome
    for month in 01 02 03; do
        for task in 1 2 3 4 5 6 7 8 9 10; do
            echo "ove-overskud,$month-$task,2026-$month-10T12:00:00+01:00,done"
        done
    done
} >"$WORK/tasks.csv"
automagi task import "$WORK/tasks.csv" >/dev/null
saved() { # saved FROM TO
    automagi savings --from "$1" --to "$2" --format json |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["total"]["kroner"])'
}
automagi period close 2026-01 --by 'DEMO controller' >/dev/null
automagi period close 2026-02 --by 'DEMO controller' >/dev/null
closed=$(saved 2026-01-01 2026-02-28)
said=$(automagi estimate set ove-overskud --minutes 2 --from 2026-02-01 --by 'Invented Owner')
holds 'estimate set' '2026-02 is closed: signing it will need --book-difference' "$said"
refused 1 'in a month that is closed; begin it on 2026-03-01 or later' \
    automagi estimate sign ove-overskud --by "$head"
said=$(automagi estimate sign ove-overskud --by "$head" --book-difference)
holds 'estimate sign' '1 counter-entry of together -114 kr. is booked in 2026-03' "$said"
same 'closed months' "$closed" "$(saved 2026-01-01 2026-02-28)"
# 10 tasks of 4 minutes and 20 of 2, at 342.07 kroner an hour
same 'all months' 456 "$(saved 2026-01-01 2026-03-31)"
automagi period verify >/dev/null

automagi export "$WORK/town.json" >/dev/null
holds 'load of what was exported' ': no change$' "$(automagi load "$WORK/town.json" --yes | head -n 1)"
verify_clean
stop_daemon
sqlite3 "$HOME_DIR/automagi.db" \
    "UPDATE document SET body = replace(body, '4 minutter', '9 minutter') WHERE id = $number"
holds verify "document $number: its text is not the one" "$(automagi verify 2>&1 || true)"
