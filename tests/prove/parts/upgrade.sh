#!/bin/bash
# An upgrade cut off at every statement, every part of one, every call of the disk, and thousands of allocations;
# and how long one takes of a store of a million tasks. See tests/unit/test_upgrade_cut.c.
# kept by: tests/unit tests/standins tests/bench
. tests/prove/lib.sh

[[ ${1:-} != list ]] || exit 0

build_for all build/tests/unit/test_upgrade_cut build/tests/bench/fill_store
UPGRADE_CUT_EACH=1 "$BUILD/tests/unit/test_upgrade_cut" 2>&1 | tee "$PROVE_WORK/said" | tail -n 1
figure cuts "$(sed -n 's/^cuts=//p' "$PROVE_WORK/said")"

home=$PROVE_WORK/home
tasks=${TASKS:-1000000}
rm -rf "$home"
field() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$PROVE_WORK/$1" "$2"; }
automagi() { "$BUILD/bin/automagi" --home "$home" "$@"; }
automagi init >/dev/null
automagi load robots/organisation.json >/dev/null
"$BUILD/tests/bench/fill_store" "$home" "$tasks" ordered
automagi savings --year "$(date +%Y)" --format json >"$PROVE_WORK/before"
tests/standins/older_store.py "$home" 1
automagi upgrade --rehearse --format json >"$PROVE_WORK/rehearsed"
automagi upgrade --format json >"$PROVE_WORK/upgraded"
automagi savings --year "$(date +%Y)" --format json | cmp - "$PROVE_WORK/before"
automagi verify >/dev/null
[[ $(field upgraded tasks) == "$tasks" ]] || { echo 'not all tasks are there' && exit 1; }
figure tasks "$tasks"
figure upgrade_ms "$(field upgraded took_ms)"
figure rehearsal_ms "$(field rehearsed took_ms)"
rm -rf "$home"
