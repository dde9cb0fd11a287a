#!/bin/bash
# Plugins that mean harm, all of them: each ends with the truth, and harms neither the daemon nor others.
#   table    every row of tests/e2e/hostile_table.py, beside robots that do their work
#   mutants  HOSTILE_MUTANTS=1000 damaged plugin files, from HOSTILE_SEED
#   beside   what three robots do beside each family, against what they do alone: 80 % or more
#   million  a run of a million tasks
# kept by: tests/e2e tests/standins tests/unit
if [[ ${1:-} == list ]]; then
    printf '%s\n' table mutants beside million
    exit
fi
. tests/prove/lib.sh
build_for e2e-programs

piece=$1
. tests/e2e/lib.sh
new_home
chmod 755 "$WORK"
for plugin in misbehaves_manual misbehaves_idempotent misbehaves_probeable slow_idempotent bench_tasks; do
    install_plugin $plugin
done
start_daemon
case $piece in
table) run=(tests/e2e/hostile_plugins.py "$HOME_DIR" "$BUILD" "$WORK" long) ;;
mutants)
    run=(tests/e2e/hostile_lengths.py "$HOME_DIR" "$BUILD" "$WORK" mutants
        "${HOSTILE_MUTANTS:-1000}" "${HOSTILE_SEED:-$(date +%s)}")
    ;;
beside | million) run=(tests/e2e/hostile_lengths.py "$HOME_DIR" "$BUILD" "$WORK" "$piece") ;;
*) fail "there is no piece '$piece'" ;;
esac
python3 "${run[@]}" | tee "$WORK/shown" || fail "$piece: not as it must be"
kill -0 "$DAEMON" || fail 'the daemon has died'
stop_daemon
python3 tests/e2e/hostile_plugins.py "$HOME_DIR" "$BUILD" "$WORK" left || fail 'something outlived its run'
verify_clean
tr ' ' '\n' <"$WORK/shown" | { grep -xE '[a-z_]+=[0-9.]+' || true; } | while IFS='=' read -r what value; do
    figure "$what" "$value"
done
