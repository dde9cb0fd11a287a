#!/bin/bash
# sanitize.sh VARIANT PIECE - the tests of a piece in a build of their own (SANITIZE_ONLY: those alone); what
# a sanitizer or valgrind has to say of any process (programs, daemons, hosts, runs) fails the part, also
# when the test itself saw nothing of it. The parts asan, ubsan, tsan and valgrind are this with a VARIANT.
#
# PIECE: unit or e2e, with _N_of_M for the Nth of M shares of those. Tests that have passed are not run
# again when the part is cut short. tests/prove/sanitize/VARIANT.unit and .e2e list what is run otherwise
# or not at all, a line each: "NAME skip why" or "NAME VARIABLE=VALUE why".
. tests/prove/lib.sh

variant=$1 piece=$2
TOP=$(pwd)
built=$TOP/build/$variant
reports=$built/reports # a host finds it: tests/standins/sanitizer_options.c
passed=$PROVE_WORK/passed
IFS=_ read -r label share _ shares <<<"$piece"
listed=tests/prove/sanitize/$variant.$label
touch "$passed"
# What a test is made of.
programs=("$label-programs")
if [[ $label == unit && -n ${SANITIZE_ONLY:-} ]]; then
    read -ra programs <<<"$SANITIZE_ONLY"
    programs=(all test-plugins "${programs[@]/#/build/$variant/tests/unit/}")
fi
(
    unset BUILD AUTOMAGI_BUILD
    build_for VARIANT="$variant" "${programs[@]}"
)
rm -rf "$reports"
mkdir -p "$reports"
chmod 1777 "$reports"

common=log_exe_name=1:log_path=$reports/report
export ASAN_OPTIONS=abort_on_error=1:detect_stack_use_after_return=1:strict_string_checks=1:verify_asan_link_order=0:$common
export UBSAN_OPTIONS=print_stacktrace=1:$common
export TSAN_OPTIONS=abort_on_error=1:$common:suppressions=$TOP/tests/prove/sanitize/tsan.suppressions
export BUILD=$built AUTOMAGI_BUILD=$built
# How many times as long tests wait, and give runs (tests/e2e/lib.sh): TSan is slowest.
export TEST_PATIENCE=4
[[ $variant != tsan ]] || TEST_PATIENCE=10
# What a test starts is not followed: hosts make namespaces that valgrind does not know.
memcheck=(valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite
    --errors-for-leak-kinds=definite --child-silent-after-fork=yes "--log-file=$reports/report.%p")

# Valgrind also warns of calls it does not know, in lines that begin otherwise.
reported() { find "$reports" -type f -exec grep -lE '^=+[0-9=]|runtime error|Sanitizer' {} +; }

# How a test is run here.
how() { [[ ! -e $listed ]] || sed -n "s/^$1 \([^ ]*\) .*/\1/p" "$listed"; }

# one TEST: 0 when it passed, or is not run here.
one() {
    local test=$1 log=$PROVE_WORK/$1.log status=0 setting command limited began=$SECONDS
    setting=$(how "$test")
    [[ $setting != skip ]] || return 0
    command=(bash "tests/e2e/$test.sh")
    [[ $label != unit ]] || command=("$built/tests/unit/$test")
    [[ $variant != valgrind ]] || command=("${memcheck[@]}" "${command[@]}")
    [[ -z $setting ]] || command=(env "$setting" "${command[@]}")
    PATH=$built/bin:$PATH timeout --kill-after=10 900 "${command[@]}" >"$log" 2>&1 </dev/null &
    limited=$!
    # A part that is cut short does not reach what has a process group of its own, and the test would go on beside the
    # next part.
    trap 'kill "$limited"; wait "$limited"; exit 1' TERM
    wait "$limited" || status=$?
    if [[ $status != 0 && $status != 77 ]]; then
        echo "FAIL $test: status $status"
        tail -n 60 "$log" | sed 's/^/    | /'
        return 1
    fi
    rm -f "$log"
    # Where there are reports, those beside it are run again too when the part is cut short: the next try begins
    # without the reports of this one.
    [[ -n $(reported) ]] || echo "$test" >>"$passed"
    echo "$test: $((SECONDS - began)) s"
}

# The tests of the piece, one per line.
tests_of_piece() {
    if [[ -n ${SANITIZE_ONLY:-} ]]; then
        tr ' ' '\n' <<<"$SANITIZE_ONLY"
        return
    fi
    find "tests/$label" -name 'test_*.c' -o -name 'test_*.sh' | sed 's|.*/||;s|\.[a-z]*$||' | sort |
        awk -v n="${share:-1}" -v of="${shares:-1}" '(NR - 1) % of == n - 1'
}

mapfile -t all < <(tests_of_piece)
mapfile -t todo < <(printf '%s\n' "${all[@]}" | grep -vxFf "$passed" || true)

failed=0
running=0
beside=1
[[ $label == e2e ]] || beside=$(nproc)
for test in ${todo[@]+"${todo[@]}"}; do
    if ((running == beside)); then
        wait -n || failed=1
        running=$((running - 1))
    fi
    one "$test" &
    running=$((running + 1))
done
while ((running > 0)); do
    wait -n || failed=1
    running=$((running - 1))
done

mapfile -t found < <(reported)
if [[ ${#found[@]} != 0 ]]; then
    echo "FAIL: ${#found[@]} reports"
    head -n 100 "${found[@]}" | head -n 400
    failed=1
fi
figure tests "$(sort -u "$passed" | wc -l)"
figure reports "${#found[@]}"
figure not_run "$(for test in "${all[@]}"; do how "$test"; done | grep -cx skip || true)"
exit "$failed"
