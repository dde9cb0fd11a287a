#!/bin/bash
# kill -9 at a call of the system: a few calls of each scenario, chosen by SEED. `make prove
# PART=syscalls` takes every one.
. tests/e2e/lib.sh

SEED=${SEED:-$RANDOM$RANDOM}
for scenario in start run-manual run-idempotent run-probeable import taken upgrade backup stop; do
    python3 tests/prove/kill_syscalls.py "$BUILD" "$WORK/$scenario" $scenario "${CALLS:-4}" "$SEED" \
        >"$WORK/said" 2>&1 || fail "$scenario: SEED=$SEED: $(cat "$WORK/said")"
    rm -rf "${WORK:?}/$scenario"
done
