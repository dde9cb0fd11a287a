#!/bin/bash
# The model of two runs with two references (tests/unit/run_model.h).
#   states   every state with MODEL_WRONGS deaths
#   the others: the store's own code over every transition with one death, or over one way of MODEL_SHARE, for a plugin
#            whose side effects are idempotent, can be probed, or are known to a person alone
# cores: 1
# kept by: tests/unit tests/standins
declare -A walks=([idempotent]='what_is*' [probeable]='what_can*' [manual]='what_only*')
if [[ ${1:-} == list ]]; then
    printf '%s\n' states idempotent probeable manual
    exit
fi
. tests/prove/lib.sh

piece=$1
build_for all test-plugins build/tests/unit/test_run_model build/tests/unit/test_run_store
case $piece in
states)
    said=(env "AUTOMAGI_MODEL=${MODEL_WRONGS:-3}" "$BUILD/tests/unit/test_run_model")
    names=(states transitions)
    ;;
idempotent | probeable | manual)
    said=(env "AUTOMAGI_SEED=${AUTOMAGI_SEED:-$RANDOM}" "AUTOMAGI_SHARE=${MODEL_SHARE:-1}"
        "AUTOMAGI_TEST=${walks[$piece]}" "$BUILD/tests/unit/test_run_store")
    names=(walked steps)
    ;;
*) echo "model: there is no piece '$piece'" >&2 && exit 2 ;;
esac
"${said[@]}" >"$PROVE_WORK/said" 2>&1 || { cat "$PROVE_WORK/said"; exit 1; }
cat "$PROVE_WORK/said"

for name in "${names[@]}"; do
    figure "$name" "$(grep -ohE "\b$name=[0-9]+" "$PROVE_WORK/said" | awk -F= '{ sum += $2 } END { print sum }')"
done
[[ $piece != states ]] || figure depth "$(grep -ohE 'depth=[0-9]+' "$PROVE_WORK/said" | cut -d= -f2 | sort -n | tail -n 1)"
