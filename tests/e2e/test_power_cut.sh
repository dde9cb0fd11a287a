#!/bin/bash
# The power is cut while an installation is made, works, is backed up and restored, also after it was killed and
# started again: what was acknowledged is there, the store and its keys are whole, and the work goes on.
# `make prove PART=powercut` cuts at each moment.
. tests/e2e/lib.sh

SEED=${AUTOMAGI_SEED:-$RANDOM}
echo "seed $SEED"
BUILD=$BUILD tests/prove/cut_power.sh 4 "$SEED" 20 >"$WORK/figures" || fail 'something was lost'
cat "$WORK/figures"
value() { sed -n "s/^$1=//p" "$WORK/figures"; }
[ "$(value syncs)" -gt 50 ] || fail 'nothing was synced'
[ "$(value looked-at)" -gt 100 ] || fail 'hardly anything was looked at'
[ "$(value acknowledgements-checked)" -gt 1000 ] || fail 'hardly anything was acknowledged'

# Each of the first moments: of a new store, and after a kill as these get their names, which are not on the disk then: a key
# of references, the store, a restore.
cut_first() {
    BUILD=$BUILD tests/prove/cut_power.sh 4 "$SEED" 1 "$@" >"$WORK/figures" || fail "something was lost: ${1:-a new store}"
}
cut_first '' 200
for name in 2025-04-01 automagi.db restore.ready; do
    cut_first "$name" 60
done
