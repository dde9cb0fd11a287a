#!/bin/bash
# torture.sh PIECE - each call of a scenario of tests/torture fails in turn, once and for good.
# cores: 1
# `places` are the ways through the program to a call, `failed` the calls that were made to fail: of each place
# the first, the second, the last and some drawn by the seed. TORTURE_MOST: so many places of a way at most, drawn
# by the seed (0: all); TORTURE_ONLY: these classes of calls; TORTURE_STEP: this step; SEED.
if [[ ${1:-} == list ]]; then
    printf '%s\n' init load import backup restore period estimate scorecard report readers daemon host
    exit
fi
. tests/prove/lib.sh
build_for torture-programs

# So many that the piece ends within 25 minutes on a core that it shares.
declare -A MOST=([report]=700 [readers]=300 [restore]=500 [backup]=600 [daemon]=60 [host]=40)
most=${TORTURE_MOST:-${MOST[$1]:-900}}
seed=${SEED:-$(date +%Y%m%d)}
status=0
python3 tests/torture/torture.py ${TORTURE_ONLY:+--only "$TORTURE_ONLY"} ${TORTURE_STEP:+--step "$TORTURE_STEP"} --seed "$seed" --most "$most" --others 1 --figures "$PROVE_WORK/counts" "$1" || status=$?
figure seed "$seed"
while read -r name value; do figure "$name" "$value"; done <"$PROVE_WORK/counts"
exit "$status"
