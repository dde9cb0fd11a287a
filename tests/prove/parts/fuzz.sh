#!/bin/bash
# fuzz.sh TARGET - ten million inputs, or twenty minutes of a core, for one target of tests/fuzz.
# cores: 1
# kept by: what it runs
#
# Goes on where it was cut short: what grew of the corpus, the executions and the seconds are kept
# after each slice. FUZZ_RUNS, FUZZ_SECONDS and FUZZ_SEED change the numbers.
if [[ ${1:-} == list ]]; then
    find tests/fuzz -name 'fuzz_*.c' | sed 's|.*/fuzz_||;s|\.c$||' | sort
    exit
fi
. tests/prove/lib.sh

RUNS=${FUZZ_RUNS:-10000000}
SECONDS_MOST=${FUZZ_SECONDS:-1200}
SEED=${FUZZ_SEED:-$((RANDOM * 32768 + RANDOM))}
SLICE=120
TIMEFORMAT='%U %S' # what it had of a core, whatever runs beside it
[[ $1 != same ]] || { is_asked=1; shift; }
target=fuzz_$1
# The fuzzers are a build of their own, beside the one the other parts use.
(
    unset BUILD AUTOMAGI_BUILD
    build_for VARIANT=fuzz CC=clang-14 "build/fuzz/tests/fuzz/$target"
)

# The program without what a debugger reads, the libraries it finds, and all that is given to it.
if [[ -n ${is_asked:-} ]]; then
    objcopy --strip-debug --remove-section=.note.gnu.build-id "build/fuzz/tests/fuzz/$target" "$PROVE_WORK/program"
    {
        echo "$RUNS $SECONDS_MOST"
        sha256sum <"$PROVE_WORK/program"
        ldd "build/fuzz/tests/fuzz/$target" | grep -o '/[^ ]*' | xargs sha256sum
        find tests/fuzz/run.sh tests/fuzz/*.dict "tests/fuzz/corpus/$1" tests/prove/parts/fuzz.sh \
            -type f -print0 | sort -z | xargs -0 sha256sum
    } | sha256sum | cut -d' ' -f1
    rm "$PROVE_WORK/program"
    exit
fi

# Sum of a file's numbers.
sum() { awk '{ sum += $1 } END { print sum + 0 }' "$1" 2>/dev/null || echo 0; }

corpus=$PROVE_WORK/corpus
mkdir -p "$corpus"
[[ ! -d tests/fuzz/corpus/$1 ]] || cp -rn "tests/fuzz/corpus/$1/." "$corpus"
kept=$(find "tests/fuzz/corpus/$1" -type f 2>/dev/null | wc -l)
touch "$PROVE_WORK/runs" "$PROVE_WORK/seconds"

while runs=$(sum "$PROVE_WORK/runs") spent=$(sum "$PROVE_WORK/seconds") && ((runs < RUNS && spent < SECONDS_MOST)); do
    slice=$((SECONDS_MOST - spent < SLICE ? SECONDS_MOST - spent : SLICE))
    seed=$((SEED + $(wc -l <"$PROVE_WORK/runs")))
    echo "slice with seed $seed: $runs executions and $spent s so far"
    { time tests/fuzz/run.sh "build/fuzz/tests/fuzz/$target" "$corpus" "$PROVE_WORK/found-" \
        -runs=$((RUNS - runs)) -max_total_time="$slice" -seed="$seed" >"$PROVE_WORK/slice.log" 2>&1; } 2>"$PROVE_WORK/slice.seconds" ||
        { tail -n 80 "$PROVE_WORK/slice.log"; exit 1; }
    sed -n 's/^stat::number_of_executed_units: *//p' "$PROVE_WORK/slice.log" >>"$PROVE_WORK/runs"
    awk '{ print int($1 + $2) + 1 }' "$PROVE_WORK/slice.seconds" >>"$PROVE_WORK/seconds"
done
figure executions "$runs"
figure per_second $((runs / (spent > 0 ? spent : 1)))
figure seeds "$kept"
figure corpus "$(find "$corpus" -type f | wc -l)"
