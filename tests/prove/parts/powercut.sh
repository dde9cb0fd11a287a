#!/bin/bash
# Power cuts. An installation works under a recorder of all that reaches its disk; it is then cut at each moment, in
# each of six ways of losing what was not synced (tests/standins/cut_disk.h). The same after it was killed, as names
# are given and at POWER_KILLS other moments, and started again.
. tests/prove/lib.sh
[[ ${1:-} != list ]] || exit 0

build_for e2e-programs
seed_file=$PROVE_WORK/seed # what was shown before it was cut short was shown with that seed
[[ -e $seed_file ]] || echo "${AUTOMAGI_SEED:-$RANDOM}" >"$seed_file"
seed=$(<"$seed_file")
echo "seed $seed"
[[ -e $PROVE_WORK/replayed ]] || {
    tests/prove/cut_power.sh 8 "$seed" "${POWER_SHARE:-1}" >"$PROVE_WORK/replayed.new"
    mv "$PROVE_WORK/replayed.new" "$PROVE_WORK/replayed"
}
while IFS='=' read -r name value; do figure "$name" "$value"; done <"$PROVE_WORK/replayed"

touch "$PROVE_WORK/killed"
cuts=0
kills=0
for at in 2025-04-01 automagi.db restore.ready $(seq 4 $((1280 / ${POWER_KILLS:-100})) 1283); do
    if ! grep -q "^$at " "$PROVE_WORK/killed"; then
        share=12
        [[ $at =~ ^[0-9]+$ ]] || share=2
        tests/prove/cut_power.sh 4 "$seed" $share "$at" >"$PROVE_WORK/one"
        echo "$at $(sed -n 's/^cuts=//p' "$PROVE_WORK/one")" >>"$PROVE_WORK/killed"
    fi
done
while read -r _ number; do cuts=$((cuts + number)) kills=$((kills + 1)); done <"$PROVE_WORK/killed"
figure kills "$kills"
figure cuts-after-kills "$cuts"
