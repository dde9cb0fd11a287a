#!/bin/bash
# coverage.sh          - lines and branches of core and scorecards that unit and end-to-end tests reach.
# coverage.sh MODULE.. - the branches of ledger, lease or rollup alone, by the unit tests that are of them.
#
# Tests run with the build of VARIANT=coverage; tests/prove/coverage.py reads its counters, says what misses,
# and fails below its limits, and when a test fails; one may take five times as long. What was run before it was
# cut short is not run again.
if [[ ${1:-} == list ]]; then
    exit 0
fi
. tests/prove/lib.sh

# The unit tests that are of the three modules.
OF_MODULES=(each_call_ledger each_call_lease each_call_sums lease_refused id_set ledger rollup handover item
    item_crash item_quarantine item_window period store_model)
# End to end tests that are not run: what kills by the hundred shows what is left, and counts nothing of what it
# killed; what looks at the built files themselves; what asks a browser about finished pages.
LEFT_OUT=(kill_loop kill_syscalls power_cut linkage report_pages)
COUNTED=$PWD/build/coverage

# once STEP COMMAND...: not again when it passed before the part was cut short.
once() {
    local step=$1
    shift
    [[ ! -e $PROVE_WORK/$step.done ]] || return 0
    "$@" || return 1
    : >"$PROVE_WORK/$step.done"
}

# Hosts and runs are other users: each file of counters stands ready for all of them.
clear_counters() {
    local note
    find "$COUNTED/obj" -name '*.gcda' -delete
    while read -r note; do
        install -m 666 /dev/null "${note%gcno}gcda"
    done < <(find "$COUNTED/obj" -name '*.gcno')
}

run_tests() {
    TEST_PATIENCE=5 BUILD=$COUNTED AUTOMAGI_BUILD=$COUNTED PATH="$COUNTED/bin:$PATH" .make/run-tests.sh "$PROVE_WORK/results" "$@"
}

if [[ $# -gt 0 ]]; then
    programs=("${OF_MODULES[@]/#/build/coverage/tests/unit/test_}")
    build_for VARIANT=coverage "${programs[@]}"
    clear_counters
    run_tests unit-coverage "${programs[@]}"
    exec tests/prove/coverage.py "$COUNTED" "$@"
fi

build_for VARIANT=coverage unit-programs e2e-programs
once clear clear_counters
failed=0
EACH_CALL_MOST=300 once unit run_tests unit-coverage "$COUNTED"/tests/unit/test_* || failed=1
scripts=()
for script in tests/e2e/test_*.sh; do
    name=$(basename "$script" .sh)
    [[ " ${LEFT_OUT[*]} " == *" ${name#test_} "* ]] || scripts+=("$script")
done
# Organisations by chance are for their number: a few reach the same branches.
RANDOM_ORGANISATIONS=200 once e2e run_tests e2e "${scripts[@]}" || failed=1
tests/prove/coverage.py "$COUNTED" --figures "$PROVE_FIGURES" || failed=1
exit $failed
