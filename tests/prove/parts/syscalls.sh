#!/bin/bash
# kill -9 at every call of the system that changes anything, of whoever makes it: a piece for each
# scenario of tests/prove/kill_syscalls.py; goes on where it was stopped.
# cores: 1
# kept by: tests/prove/kill_syscalls.py tests/prove/kill_home.py tests/prove/acknowledged.py tests/prove/kill_at.c tests/standins tests/unit
. tests/prove/lib.sh

if [[ ${1:-} == list ]]; then
    printf '%s\n' start run-manual run-idempotent run-probeable import taken upgrade backup stop
    exit
fi

build_for all test-plugins "${BUILD#"$PWD"/}/tests/prove/kill_at"
python3 tests/prove/kill_syscalls.py "$BUILD" "$PROVE_WORK/scenario" "$1" | tee "$PROVE_WORK/said"
while IFS='=' read -r name value; do
    figure "$name" "$value"
done < <(grep -E '^[a-z_]+=[0-9.]+$' "$PROVE_WORK/said")
