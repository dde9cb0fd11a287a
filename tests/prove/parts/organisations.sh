#!/bin/bash
# organisations.sh - ten thousand organisations by chance: every figure is what another program makes
# of the raw rows, and no closed month moves (tests/e2e/test_random_organisations.sh).
# kept by: tests/unit tests/standins tests/e2e
[[ ${1:-} != list ]] || exit 0
. tests/prove/lib.sh

export RANDOM_ORGANISATIONS=${RANDOM_ORGANISATIONS:-10000} RANDOM_SEED=${RANDOM_SEED:-2000001}
build_for build/tests/unit/test_random_organisations
bash tests/e2e/test_random_organisations.sh
figure organisations "$RANDOM_ORGANISATIONS"
