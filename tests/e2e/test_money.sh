#!/bin/bash
# Money beside time: what the golden robots saved is held against what they cost, to the krone, with
# the daemon and without; --dry-run changes nothing.
. tests/e2e/lib.sh

python3 tests/e2e/golden_tasks.py write "$WORK"
automagi init >/dev/null
holds 'no target yet' 'no target yet' "$(automagi budget list)"
automagi load "$WORK/golden.json" >/dev/null
automagi task import "$WORK/tasks.csv" >/dev/null
robot=$(automagi task list --limit 1 --format json |
    python3 -c 'import json,sys; print(json.load(sys.stdin)["rows"][0]["robot"])')

holds 'the rate' '^2025-01-01 +342.07$' "$(automagi rate list)"
refused 1 'would change tasks that were counted' \
    automagi rate set --from 2025-05-01 --kroner 351.20 --by 'Invented Person'
automagi --dry-run rate set --from 2027-01-01 --kroner 351.20 --by 'Invented Person' >/dev/null
same 'rates after a dry run' 1 "$(automagi rate list --format csv | sed 1d | wc -l)"

echo 'who cannot be answered is told what was done, so that it is not done twice'
unanswered() { automagi "$@" >/dev/full; }
UNPRINTED='^automagi: standard output cannot be written: [^;]*'
refused 1 "$UNPRINTED\$" unanswered rate list
refused 1 "$UNPRINTED\$" \
    unanswered --dry-run rate set --from 2027-01-01 --kroner 351.20 --by 'Invented Person'
same 'rates after that' 1 "$(automagi rate list --format csv | sed 1d | wc -l)"
refused 1 "$UNPRINTED; .rate set. was carried out all the same, as .automagi audit. shows: look there" \
    unanswered rate set --from 2027-01-01 --kroner 351.20 --by 'Invented Person'
same 'rates after that' 2 "$(automagi rate list --format csv | sed 1d | wc -l)"

start_daemon
holds 'a target' '24000 kroner in 2026' \
    "$(automagi budget set bf --year 2026 --kroner 24000 --by 'Invented Person' --reason 'case 1')"
refused 1 'did you mean bf' \
    automagi budget set bff --year 2026 --kroner 1 --by 'Invented Person' --reason 'case 1'
automagi budget realise bf --year 2025 --kroner 1000 --document 'case 2' \
    --by 'Invented Person' >/dev/null
refused 1 'no more can be taken back' automagi budget realise bf --year 2025 --kroner -1001 \
    --document 'case 2' --by 'Invented Person'
automagi cost add "$robot" --development --hours 10 --kroner 1000.25 --on 2025-04-01 \
    --borne-by bf --what 'making it' --by 'Invented Person' >/dev/null
automagi cost add "$robot" --running --monthly 100 --from 2025-04-15 --to 2025-12-31 \
    --borne-by tvaergaaende --what licence --by 'Invented Person' >/dev/null
refused 2 'either --development' automagi cost add "$robot" --borne-by bf --what x \
    --by 'Invented Person'
refused 1 "$UNPRINTED; .gain add. was carried out all the same" \
    unanswered gain add "$robot" --kroner 250.50 --on 2025-06-01 --department bf \
    --what 'right sums' --document 'case 3' --by 'Invented Person'

# 10 hours at 342.07 and 1000.25 are 4420.95; nine months of 100; 250.5 is rounded up.
for by in robot department month; do
    automagi net --by $by --from 2025-04-01 --to 2025-12-31 --format json |
        python3 -c 'import json,sys
document = json.load(sys.stdin)
total = document["total"]
for name in ("development", "running", "saved", "released", "realised", "gains", "net"):
    assert sum(row[name] for row in document["rows"]) == total[name], name
assert total["development"] == 4421 and total["running"] == 900 and total["gains"] == 251, total
assert total["saved"] == 301894 == total["released"] + total["realised"], total
assert total["net"] == 301894 + 251 - 4421 - 900, total
assert total["payback_state"] == "reached", total' || fail "net by $by does not add up"
done
holds 'who bears' '^bf .* 4421 ' "$(automagi net --by department --to 2025-12-31)"
stop_daemon
same 'entries of money in the audit' 6 \
    "$(automagi audit --format csv | grep -cE ',(rate|budget|cost|gain) (set|add|realise),')"
