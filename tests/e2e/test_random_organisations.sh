#!/bin/bash
# Organisations by chance, in two processes, each figure against recount_figures.py. `make prove
# PART=organisations` lives through ten thousand others. RANDOM_ORGANISATIONS=N for another number,
# RANDOM_SEED=N for others.
set -euo pipefail

program=$BUILD/tests/unit/test_random_organisations
count=${RANDOM_ORGANISATIONS:-2500}
seed=${RANDOM_SEED:-1000001}
half=$((count / 2))

RANDOM_ORGANISATIONS=$half RANDOM_SEED=$seed "$program" &
first=$!
status=0
RANDOM_ORGANISATIONS=$((count - half)) RANDOM_SEED=$((seed + half)) "$program" || status=$?
wait "$first" || status=$?
exit "$status"
