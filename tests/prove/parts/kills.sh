#!/bin/bash
# kill -9 of the daemon, hosts, runs and commands at random moments under load, ten thousand times
# (KILLS); goes on where it was stopped. See tests/prove/kill_loop.py.
# kept by: tests/prove/kill_loop.py tests/prove/kill_home.py tests/prove/acknowledged.py tests/standins
. tests/prove/lib.sh

[[ ${1:-} != list ]] || exit 0

build_for all test-plugins
SEED=${SEED:-$RANDOM$RANDOM}
python3 tests/prove/kill_loop.py "$BUILD" "$PROVE_WORK/loop" "${KILLS:-10000}" "$SEED" | tee "$PROVE_WORK/said"
while IFS='=' read -r name value; do
    figure "$name" "$value"
done < <(grep -E '^[a-z_]+=[0-9.]+$' "$PROVE_WORK/said")
