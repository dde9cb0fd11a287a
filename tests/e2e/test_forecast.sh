#!/bin/bash
# The forecast against a recount in exact fractions from the files that were loaded; after the year it
# is the savings; the table's words and what is refused.
. tests/e2e/lib.sh

for seed in $(seq "${TOWNS:-3}"); do
    rm -rf "$HOME_DIR"
    automagi init >/dev/null
    python3 tests/e2e/forecast_recount.py write "$WORK" "$seed" >"$WORK/questions"
    automagi load "$WORK/town.json" >/dev/null
    automagi task import "$WORK/tasks.csv" >/dev/null
    while read -r year as_of; do
        automagi forecast --year "$year" --as-of "$as_of" --format json >"$WORK/forecast.json"
        python3 tests/e2e/forecast_recount.py compare "$WORK" "$year" "$as_of" \
            <"$WORK/forecast.json" >"$WORK/differences"
        [ ! -s "$WORK/differences" ] || fail "town $seed: $(head -n 5 "$WORK/differences")"
    done <"$WORK/questions"
    # the year is over: what is expected is what was saved, to the krone
    automagi savings --from 2025-01-01 --to 2025-12-31 --format json >"$WORK/savings.json"
    automagi forecast --year 2025 --as-of 2026-03-03 --format json >"$WORK/forecast.json"
    python3 - "$WORK" <<'SAME'
import json, sys
saved, foreseen = (json.load(open(f"{sys.argv[1]}/{name}.json")) for name in ("savings", "forecast"))
for a, b in zip(saved["rows"] + [saved["total"]], foreseen["rows"] + [foreseen["total"]]):
    assert a["kroner"] == b["kroner_to_date"] == b["low_to_date"] == b["high_to_date"], (a, b)
SAME
done

holds 'the first line' '^2026, seen from 2025-12-31: ' "$(automagi forecast --year 2026 --as-of 2025-12-31)"
holds 'a day to come' 'that day is yet to come' "$(automagi forecast --year 2190 --as-of 2190-01-01)"
holds 'before any month' 'no whole month behind' "$(automagi forecast --year 2026 --as-of 2015-01-01)"
holds 'robots' '^id +name +months +sure +tasks/month +forecast +low +high +expected$' \
    "$(automagi forecast --year 2026 --as-of 2025-12-31 --by robot)"
holds 'a look back' '^id +months +tasks +came +forecast +low +high +came +error % +held$' \
    "$(automagi forecast --backtest --as-of 2025-12-31)"
refused 1 'there is no department "nobody"' automagi forecast --backtest --department nobody
refused 2 'leave out --year' automagi forecast --backtest --year 2025
refused 2 'needs --backtest' automagi forecast --robot robot-1
refused 2 '1900' automagi forecast --year 1800
refused 2 'as-of' automagi forecast --as-of 2025-13-01

# Where nothing was ever recorded the rule has held nothing.
rm -rf "$HOME_DIR"
automagi init >/dev/null
automagi load robots/organisation.json --yes >/dev/null
holds 'a look back at nothing' '^no tasks are recorded of the 8 earlier month ends' \
    "$(automagi forecast --backtest --as-of 2025-12-31)"
holds 'a gap of nothing' '0 kroner expected, 0 saved in the months that are over' "$(automagi gap | tr '\n' ' ')"
