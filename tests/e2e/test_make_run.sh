#!/bin/bash
# test_make_run.sh - the demonstration: its robots run, its figures add up, and whatever ends it ends its daemon.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

# Robots write into the folders beside their definition: into a copy.
mkdir -p "$WORK/tree/build"
cp -a robots .make "$WORK/tree/"
ln -s "$BUILD"/* "$WORK/tree/build/"
rm -f "$WORK/tree/build/home"
printf 'run:\n%s\n' "$(sed -n '/^run: /,/^$/{/^\t/p}' .make/test.mk)" >"$WORK/tree/Makefile"
cd "$WORK/tree"
HOME_DIR=$WORK/tree/build/home

status=0
ONCE=1 make -s run Q=@ B=build >"$WORK/once" 2>&1 || status=$?
[ "$status" = 0 ] || fail "make run ended with $status: $(tail -n 20 "$WORK/once")"
holds 'robots ran' '^== warehouse-drop' "$(cat "$WORK/once")"
holds 'figures' '^== Verify' "$(cat "$WORK/once")"
gone() { [ ! -e "$HOME_DIR/socket" ] && flock --nonblock "$HOME_DIR/lock" true; }
gone || fail 'a daemon is left of ONCE=1'

# ended_by SIGNAL WHOM: make alone, as `kill` does; or all of its processes, as a terminal that is closed does.
# (A shell has what it begins beside itself ignore Ctrl-C.)
ended_by() {
    local make
    rm -rf "$HOME_DIR"
    : >"$WORK/said" # what the one before said is no word of this one
    env --default-signal=INT setsid make -s run Q=@ B=build >"$WORK/said" 2>&1 &
    make=$!
    wait_for 60 'the demonstration serves' grep -q '^Serving' "$WORK/said"
    ! gone || fail 'no daemon serves'
    if [ "$2" = all ]; then kill "-$1" -- "-$make"; else kill "-$1" "$make"; fi
    wait_for 10 "the daemon of a make run that $1 ended is gone" gone
    wait "$make" && fail "make run says that it is done, though $1 ended it"
    return 0
}
ended_by TERM make
ended_by HUP all
ended_by INT all
