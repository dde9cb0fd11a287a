#!/bin/bash
# run-tests.sh RESULTS LABEL PROGRAM... - runs tests, collects results, prints what failed.
# run-tests.sh RESULTS summary [PART...] - counts; PARTs are known to have failed.
#
# A test passes with status 0, is skipped with 77, and fails with anything else, when it
# takes too long, or when it ran no case at all. Unit tests and fuzzers run side by side,
# others one after the other. RESULTS/LABEL/NAME.log keeps the output, NAME.result one
# line: PASS|SKIP|FAIL cases seconds why. TEST_PATIENCE=N: the build is one that takes N times as long.
set -euo pipefail

unit_seconds=$((120 * ${TEST_PATIENCE:-1}))
e2e_seconds=$((900 * ${TEST_PATIENCE:-1}))

# Fuzzing starts from the corpus of the repository and grows a copy of it.
fuzz_command() {
    local name=$1 program=$2 corpus=$AUTOMAGI_BUILD/corpus/$1 seeds

    mkdir -p "$corpus" "$AUTOMAGI_BUILD/crashes"
    for seeds in "tests/fuzz/corpus/$name" "tests/fuzz/corpus/${name#fuzz_}"; do
        [[ ! -d $seeds ]] || cp -rn "$seeds/." "$corpus"
    done
    command=(tests/fuzz/run.sh "$program" "$corpus" "$AUTOMAGI_BUILD/crashes/$name-" "-max_total_time=$TEST_FUZZ_EACH")
}

# Sets cases to how many the log tells of.
count_cases() {
    case $1 in
    e2e) cases=1 ;;
    fuzz) cases=$(sed -n 's/^stat::number_of_executed_units: *//p' "$2") ;;
    *) cases=$(grep -c '^\[       OK \]' "$2") || true ;;
    esac
    cases=${cases:-0}
}

run_one() {
    local results=$1 label=$2 program=$3 name log status=0 cases=0 started=$SECONDS verdict=PASS
    local limit=$unit_seconds why='' command

    name=$(basename "$program" .sh)
    log=$results/$label/$name.log
    command=("$program")
    case $label in
    e2e)
        command=(bash "$program")
        limit=$e2e_seconds
        ;;
    fuzz)
        fuzz_command "$name" "$program"
        limit=$((TEST_FUZZ_EACH + 120))
        ;;
    esac
    if [[ -e $program ]]; then
        { timeout --kill-after=10 "$limit" "${command[@]}" </dev/null >"$log" 2>&1; } 2>/dev/null || status=$?
    else
        echo "$program was not built" >"$log"
        status=127
    fi
    count_cases "$label" "$log"
    case $status in
    0) [[ $cases -gt 0 ]] || verdict=FAIL why='ran no case' ;;
    77) verdict=SKIP why=$(tail -n 1 "$log") ;;
    124 | 137) verdict=FAIL why="stopped after $limit s" ;;
    *) verdict=FAIL why="status $status" ;;
    esac
    echo "$verdict $cases $((SECONDS - started)) $why" >"$results/$label/$name.result"
    printf '  %-8s %s%s\n' "$verdict" "$label/$name" "${why:+ ($why)}"
    [[ $verdict != FAIL ]] || { sed 's/^/    | /' "$log" | tail -n 200 && echo "    whole output: $log"; }
}

run_all() {
    local results=$1 label=$2 jobs=1
    shift 2

    rm -rf "${results:?}/$label"
    mkdir -p "$results/$label"
    [[ $# -gt 0 ]] || { echo "run-tests: there is no test in '$label'" >&2 && exit 1; }
    [[ $label == e2e ]] || jobs=$(nproc)
    export TEST_FUZZ_EACH=$((${FUZZ_SECONDS:-0} / $#))
    [[ $TEST_FUZZ_EACH -gt 0 ]] || TEST_FUZZ_EACH=1 # 0 would be for ever
    export ASAN_OPTIONS=${ASAN_OPTIONS:-abort_on_error=1:detect_stack_use_after_return=1:strict_string_checks=1}
    export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
    [[ ! -x /usr/lib/llvm-14/bin/llvm-symbolizer ]] ||
        export ASAN_SYMBOLIZER_PATH=/usr/lib/llvm-14/bin/llvm-symbolizer
    printf '%s\0' "$@" | xargs -0 -n 1 -P "$jobs" "$0" --one "$results" "$label"
    ! grep -q '^FAIL' "$results/$label"/*.result
}

summary() {
    local results=$1 folder name verdict cases seconds why bad=0
    shift

    printf '\n%-14s %7s %7s %7s %10s\n' 'tests' passed failed skipped 'cases'
    for folder in "$results"/*/; do
        [[ -d $folder ]] || continue
        cat "$folder"/*.result | awk -v label="$(basename "$folder")" '
            { count[$1]++; cases += $2 }
            END { printf "%-14s %7d %7d %7d %10d\n", label, count["PASS"], count["FAIL"], count["SKIP"], cases }'
    done
    for name in "$results"/*/*.result; do
        [[ -e $name ]] || { echo 'No test ran.' && exit 1; }
        read -r verdict cases seconds why <"$name"
        [[ $verdict == PASS ]] && continue
        [[ $verdict == SKIP ]] || bad=1
        name=${name#"$results/"}
        echo "$verdict ${name%.result} after $seconds s: $why"
    done
    [[ $# == 0 ]] || { echo "Failed as a whole: $*" && bad=1; }
    [[ $bad == 0 ]] && echo 'All tests passed.' || echo 'TESTS FAILED.'
    return "$bad"
}

case ${2:-} in
'') echo 'usage: run-tests.sh RESULTS LABEL PROGRAM... | RESULTS summary [PART...]' >&2 && exit 2 ;;
summary)
    summary "$1" "${@:3}"
    ;;
*)
    if [[ $1 == --one ]]; then
        run_one "${@:2}"
    else
        run_all "$@"
    fi
    ;;
esac
