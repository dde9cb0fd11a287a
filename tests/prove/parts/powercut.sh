#!/bin/bash
# Power cuts. An installation works under a recorder of all that reaches its disk; it is then cut at each moment, in
# each of six ways of losing what was not synced (tests/standins/cut_disk.h).
# A smaller share is looked at with POWER_SHARE=N: one of N.
. tests/prove/lib.sh
[[ ${1:-} != list ]] || exit 0

build_for e2e-programs
seed=${AUTOMAGI_SEED:-$RANDOM}
echo "seed $seed"
tests/prove/cut_power.sh 8 "$seed" "${POWER_SHARE:-4}" >"$PROVE_WORK/replayed"
cat "$PROVE_WORK/replayed"
while IFS='=' read -r name value; do figure "$name" "$value"; done <"$PROVE_WORK/replayed"
