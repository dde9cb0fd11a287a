#!/bin/bash
# test_make_run.sh - the demonstration: its robots run, and it verifies; what ends it from outside ends its daemon too.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

# Robots write into the folders beside their definition: into a copy, without what they wrote there before.
mkdir -p "$WORK/tree/build"
tar -c --exclude='robots/*/outbox/?*' --exclude='robots/*/state/?*' --exclude='robots/*/warehouse/?*' robots .make |
    tar -x -C "$WORK/tree"
ln -s "$BUILD"/* "$WORK/tree/build/"
rm -f "$WORK/tree/build/home"
printf 'run:\n%s\n' "$(sed -n '/^run: /,/^$/{/^\t/p}' .make/test.mk)" >"$WORK/tree/Makefile"
cd "$WORK/tree"

# A session of its own, by whose number its processes are found. (A shell has what it begins beside itself ignore Ctrl-C.)
begin_run() {
    : >"$WORK/said" # what the one before said is no word of this one
    rm -rf "$WORK/tree/build/home"
    env -u MAKEFLAGS -u MAKELEVEL --default-signal=INT,QUIT setsid make -s run Q=@ B=build "ONCE=$1" >"$WORK/said" 2>&1 &
    make=$!
}
daemon_of_run() { pgrep -s "$make" -x automagid; }
gone() { ! daemon_of_run; }

begin_run 1
wait "$make" || fail "make run failed: $(tail -n 20 "$WORK/said")"
holds 'a run' '^ +[0-9]+ +warehouse-drop +by hand +done' "$(cat "$WORK/said")"
holds 'a run' '^ +[0-9]+ +franco-fakturatjek-dubu +by hand +done' "$(cat "$WORK/said")"
gone || fail 'a daemon is left of ONCE=1'

# ended_by SIGNAL WHOM: make alone, as `kill` does; or all of its processes, as a terminal does.
ended_by() {
    begin_run ''
    wait_for 60 'the demonstration serves' grep -q '^Serving' "$WORK/said"
    DAEMON=$(daemon_of_run) # which is killed where this test fails
    if [ "$2" = all ]; then kill "-$1" -- "-$make"; else kill "-$1" "$make"; fi
    wait_for 10 "the daemon of a make run that $1 ended is gone" gone
    DAEMON=
    wait "$make" && fail "make run says that it is done, though $1 ended it"
    return 0
}
ended_by TERM make
for signal in HUP INT QUIT; do ended_by "$signal" all; done
