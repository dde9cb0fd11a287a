#!/bin/bash
# The power is cut while an installation is made, works, is backed up and restored: what was acknowledged is
# there, the store and its keys are whole, and the work goes on. `make prove PART=powercut` cuts at each moment.
. tests/e2e/lib.sh

SEED=${AUTOMAGI_SEED:-$RANDOM}
echo "seed $SEED"
BUILD=$BUILD tests/prove/cut_power.sh 4 "$SEED" 16 >"$WORK/figures" || fail 'something was lost'
cat "$WORK/figures"
value() { sed -n "s/^$1=//p" "$WORK/figures"; }
[ "$(value syncs)" -gt 50 ] || fail 'nothing was synced'
[ "$(value looked-at)" -gt 100 ] || fail 'hardly anything was looked at'
[ "$(value acknowledgements-checked)" -gt 1000 ] || fail 'hardly anything was acknowledged'
