#!/bin/bash
# faults.sh PIECE - what goes wrong around the programs, at length: the end to end tests of these faults with other numbers.
# cores: 1
# kept by: tests/e2e tests/standins tests/unit
pieces=(full locked brains stopped clock damaged columns decided)
if [[ ${1:-} == list ]]; then
    printf '%s\n' "${pieces[@]}"
    exit 0
fi
. tests/prove/lib.sh
build_for e2e-programs
export PATH=$BUILD/bin:$PATH

# play TEST [VARIABLE=VALUE...]: its words are kept. False when the test was skipped, which shows nothing.
play() {
    local test=$1 status=0
    shift
    env "$@" bash "tests/e2e/$test.sh" >"$PROVE_WORK/said" 2>&1 || status=$?
    cat "$PROVE_WORK/said"
    [[ $status == 0 || $status == 77 ]] || exit 1
    [[ $status == 0 ]] || figure passed_over 1
    return $status
}
# figures_from FIRST [PREFIX]: the line of counts that begins so.
figures_from() {
    local count counts
    read -ra counts <<<"$(grep -m 1 "^$1=" "$PROVE_WORK/said")"
    for count in "${counts[@]}"; do figure "${2:-}${count%=*}" "${count#*=}"; done
}
figures_of_damage() {
    figures_from harmless
    figure columns_held_by_nothing "$(grep -c '^silent ' "$PROVE_WORK/said" || true)"
}

case $1 in
full)
    play test_disk_full "ITEMS=${ITEMS:-600}" "ROUNDS=${ROUNDS:-4}" "STALL=${STALL:-1.5}" RUN_S=3600 || exit 0
    figure times_full "${ROUNDS:-4}"
    play test_full_folders
    # The longest that a run of this kind is given.
    play test_disk_full ITEMS=100 ROUNDS=1 STALL=16 RUN_S=15
    ;;
locked)
    play test_locked HOLD=32 ALL=1
    figure locked_s 32
    ;;
brains)
    play test_split_brain ITEMS=800
    ;;
stopped)
    play test_stopped "RACES=${RACES:-1000}" "SEED=${SEED:-1}"
    figure races "${RACES:-1000}"
    figure races_at_work "$(sed -n 's/^at work between \([0-9]*\) races$/\1/p' "$PROVE_WORK/said")"
    ;;
clock) play test_clock_jumps ;;
damaged)
    play test_damaged "EVERY=${EVERY:-1}" "SEED=${SEED:-1}"
    figures_of_damage
    ;;
columns)
    play test_damaged "ROWS=${ROWS:-60}" "SEED=${SEED:-1}"
    figures_from changes columns_
    ;;
decided) # a store with all that people decide
    robots/demo/make_demo.sh "$PROVE_WORK/demo/home" >/dev/null
    python3 tests/e2e/damage_store.py "$BUILD" "$PROVE_WORK/demo/home" --every "${EVERY:-4}" --daemon-every 20 \
        --seed "${SEED:-1}" | tee "$PROVE_WORK/said"
    figures_of_damage
    ;;
*)
    echo "faults: there is no piece '$1'" >&2
    exit 2
    ;;
esac
