#!/bin/bash
# Power cuts.
# replayed: an installation works under a recorder of all that reaches its disk; it is then cut at each moment, in each of
# six ways of losing what was not synced (tests/standins/cut_disk.h). The same after it was killed, as names are
# given and at POWER_KILLS other moments, and started again. POWER_SHARE=N: one cut of N.
# mounted: POWER_MOUNTED images of a disk that a daemon works on, mounted as after a power cut, where mounts are allowed.
# kept by: tests/prove/cut_power.sh tests/prove/cut_mounted.sh tests/prove/power_cut.c tests/standins tests/unit tests/e2e
. tests/prove/lib.sh
[[ ${1:-} != list ]] || { printf 'replayed\nmounted\n' && exit 0; }

build_for e2e-programs

cut_mounted() {
    local status=0
    tests/prove/cut_mounted.sh "${POWER_MOUNTED:-300}" >"$PROVE_WORK/mounted" || status=$?
    cat "$PROVE_WORK/mounted"
    [[ $status == 0 || $status == 77 ]] || exit 1
    # Said where the figures are read: the replayed cuts alone count there.
    [[ $status == 0 ]] || figure mounted-cuts '0 (mounts are not allowed here)'
    [[ $status != 0 ]] || while IFS='=' read -r name value; do figure "$name" "$value"; done <"$PROVE_WORK/mounted"
}

cut_replayed() {
    local seed_file=$PROVE_WORK/seed seed at share number cuts=0 kills=0
    # What was shown before it was cut short was shown with that seed.
    [[ -e $seed_file ]] || echo "${AUTOMAGI_SEED:-$RANDOM}" >"$seed_file"
    seed=$(<"$seed_file")
    echo "seed $seed"
    [[ -e $PROVE_WORK/replayed ]] || {
        tests/prove/cut_power.sh 8 "$seed" "${POWER_SHARE:-1}" >"$PROVE_WORK/replayed.new"
        mv "$PROVE_WORK/replayed.new" "$PROVE_WORK/replayed"
    }
    while IFS='=' read -r name value; do figure "$name" "$value"; done <"$PROVE_WORK/replayed"

    touch "$PROVE_WORK/killed"
    for at in 2025-04-01 automagi.db restore.ready $(seq 4 $((1280 / ${POWER_KILLS:-100})) 1250); do
        ! grep -q "^$at " "$PROVE_WORK/killed" || continue
        share=12
        [[ $at =~ ^[0-9]+$ ]] || share=2
        tests/prove/cut_power.sh 4 "$seed" $share "$at" >"$PROVE_WORK/one"
        echo "$at $(sed -n 's/^cuts=//p' "$PROVE_WORK/one")" >>"$PROVE_WORK/killed"
    done
    while read -r _ number; do cuts=$((cuts + number)) kills=$((kills + 1)); done <"$PROVE_WORK/killed"
    figure kills "$kills"
    figure cuts-after-kills "$cuts"
}

case ${1:-} in
replayed) cut_replayed ;;
mounted) cut_mounted ;;
*) cut_replayed && cut_mounted ;;
esac
