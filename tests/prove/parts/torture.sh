#!/bin/bash
# torture.sh PIECE - each call of a scenario of tests/torture fails in turn, once and for good.
# cores: 1
# Goes on after the last step that was through when it was cut short.
# `places` are the ways through the program to a call, `failed` the calls that were made to fail: of each place
# the first, the second, the last and some drawn by the seed. TORTURE_MOST: so many places of a way at most, drawn
# by the seed (0: all); TORTURE_ONLY: these classes of calls; TORTURE_STEP: this step; TORTURE_FOR_GOOD: of the
# ways those that last; TORTURE_FIRST: no more than one complaint; SEED.
# kept by: tests/torture tests/standins tests/unit
if [[ ${1:-} == list ]]; then
    printf '%s\n' queue init load import backup restore period estimate scorecard report readers upgrade daemon host
    exit
fi
. tests/prove/lib.sh
if [[ $1 == queue ]]; then # a transaction of the queue, in one process: each call of the disk and each allocation
    build_for all build/tests/unit/test_disk_fault
    DISK_FAULT_EVERY=1 "$BUILD/tests/unit/test_disk_fault"
    figure every 1
    exit
fi
build_for torture-programs

# All places, each piece in 250 s of a quiet core at about 25 ms for a call that fails; but for these, whose way
# through a page is a place, or where each call takes a life of the daemon and another. All pieces: 25 minutes on two.
declare -A MOST=([report]=250 [daemon]=12)
most=${TORTURE_MOST:-${MOST[$1]:-0}}
seed=${SEED:-$(date +%Y%m%d)}
status=0
python3 tests/torture/torture.py ${TORTURE_FIRST:+--first} ${TORTURE_FOR_GOOD:+--for-good} ${TORTURE_ONLY:+--only "$TORTURE_ONLY"} ${TORTURE_STEP:+--step "$TORTURE_STEP"} --seed "$seed" --most "$most" --others 1 --kept "$PROVE_WORK/kept" --figures "$PROVE_WORK/counts" "$1" || status=$?
figure seed "$seed"
while read -r name value; do figure "$name" "$value"; done <"$PROVE_WORK/counts"
exit "$status"
