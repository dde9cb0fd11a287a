#!/bin/bash
# The model of two runs with two references (tests/unit/run_model.h): every state with MODEL_WRONGS deaths, then the
# store's own code over every transition with one, or over one way of MODEL_SHARE.
# kept by: tests/unit tests/standins
. tests/prove/lib.sh
[[ ${1:-} != list ]] || exit 0

build_for all test-plugins build/tests/unit/test_run_model build/tests/unit/test_run_store
seed=${AUTOMAGI_SEED:-$RANDOM}
AUTOMAGI_MODEL=${MODEL_WRONGS:-3} "$BUILD/tests/unit/test_run_model" >"$PROVE_WORK/model" 2>&1 ||
    { cat "$PROVE_WORK/model"; exit 1; }
running=()
for test in 'what_is*' 'what_can*' 'what_only*'; do
    AUTOMAGI_SEED=$seed AUTOMAGI_SHARE=${MODEL_SHARE:-1} AUTOMAGI_TEST=$test \
        "$BUILD/tests/unit/test_run_store" >"$PROVE_WORK/store-${test%\*}" 2>&1 &
    running+=($!)
done
status=0
for process in "${running[@]}"; do wait "$process" || status=1; done
cat "$PROVE_WORK/model" "$PROVE_WORK"/store-*
[[ $status == 0 ]] || exit 1

# sum NAME FILE...: of "NAME=VALUE" in the files
sum() {
    local name=$1
    shift
    grep -ohE "\b$name=[0-9]+" "$@" | awk -F= '{ sum += $2 } END { print sum }'
}
for name in states transitions; do figure "$name" "$(sum $name "$PROVE_WORK/model")"; done
figure depth "$(grep -ohE 'depth=[0-9]+' "$PROVE_WORK/model" | cut -d= -f2 | sort -n | tail -n 1)"
figure ways-in-the-store "$(sum walked "$PROVE_WORK"/store-*)"
figure steps-in-the-store "$(sum steps "$PROVE_WORK"/store-*)"
