#!/bin/bash
# sanitize.sh VARIANT unit|e2e [TEST...] - tests in a sanitized build, all or those named; what a sanitizer
# has to say of any process of theirs (programs, daemons, hosts, runs) fails the part, also when the
# test itself saw nothing of it. Sourced by nobody; the parts asan, ubsan and tsan are this with a variant.
#
# Tests that have passed are not run again when the part is cut short. tests/prove/sanitize/VARIANT.LABEL
# lists what is run otherwise or not at all, each with its reason.
. tests/prove/lib.sh

variant=$1 label=$2
shift 2
TOP=$(pwd)
built=$TOP/build/$variant
reports=$built/reports # a host finds it: tests/standins/sanitizer_options.c
passed=$PROVE_WORK/passed
listed=tests/prove/sanitize/$variant.$label
touch "$passed"
(
    unset BUILD AUTOMAGI_BUILD
    if [[ $label == unit ]]; then build_for VARIANT="$variant" unit-programs; else build_for VARIANT="$variant" e2e-programs; fi
)
rm -rf "$reports"
mkdir -p "$reports"
chmod 1777 "$reports"

common=log_exe_name=1:log_path=$reports/report
export ASAN_OPTIONS=abort_on_error=1:detect_stack_use_after_return=1:strict_string_checks=1:$common
export UBSAN_OPTIONS=print_stacktrace=1:$common
export TSAN_OPTIONS=abort_on_error=1:second_deadlock_stack=1:$common:suppressions=$TOP/tests/prove/sanitize/tsan.suppressions
export BUILD=$built AUTOMAGI_BUILD=$built

# "NAME skip why" or "NAME VARIABLE=VALUE why": how a test is run here.
how() { [[ ! -e $listed ]] || sed -n "s/^$1 \([^ ]*\) .*/\1/p" "$listed"; }

# one TEST: 0 when it passed, and nobody had anything to report.
one() {
    local test=$1 log=$PROVE_WORK/$1.log status=0 setting command
    setting=$(how "$test")
    [[ $setting != skip ]] || return 0
    if [[ $label == unit ]]; then command=("$built/tests/unit/$test"); else command=(bash "tests/e2e/$test.sh"); fi
    [[ -z $setting ]] || command=(env "$setting" "${command[@]}")
    PATH=$built/bin:$PATH timeout --kill-after=10 900 "${command[@]}" >"$log" 2>&1 </dev/null || status=$?
    if [[ $status != 0 && $status != 77 ]]; then
        echo "FAIL $test: status $status"
        tail -n 60 "$log" | sed 's/^/    | /'
        return 1
    fi
    rm -f "$log"
    echo "$test" >>"$passed"
}

if [[ $label == unit ]]; then
    mapfile -t all < <(find tests/unit -name 'test_*.c' | sed 's|.*/||;s|\.c$||' | sort)
else
    mapfile -t all < <(find tests/e2e -name 'test_*.sh' | sed 's|.*/||;s|\.sh$||' | sort)
fi
[[ $# -eq 0 ]] || all=("$@")
mapfile -t todo < <(printf '%s\n' "${all[@]}" | grep -vxFf "$passed" || true)

failed=0
running=0
beside=$([[ $label == unit ]] && nproc || echo 1)
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

count=$(find "$reports" -type f | wc -l)
if [[ $count != 0 ]]; then
    echo "FAIL: $count reports of the sanitizers in $reports"
    find "$reports" -type f -exec tail -n +1 {} + | head -n 300
    failed=1
fi
figure tests "$(sort -u "$passed" | wc -l)"
figure reports "$count"
[[ ! -e $listed ]] || figure left_out "$(grep -c '^[a-z_0-9]* skip ' "$listed" || true)"
exit "$failed"
