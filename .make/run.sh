#!/bin/sh
# make run: a home under BUILD/home, the organisation, the robots of robots/, really run on their
# sample input. Serves until interrupted; ONCE=1 ends it after the first round.
set -eu

build=$1
shift
home=$build/home
automagi() { "$build/bin/automagi" --home "$home" "$@"; }
# Commands to type next, in this folder.
further() {
    for words in status 'queue list --state waiting' 'why mona-mangelliste' forecast gap --help; do
        printf '  AUTOMAGI_HOME=%s %s/bin/automagi %s\n' "$home" "$build" "$words"
    done
}
title() { printf '\n== %s\n' "$1"; }

daemon=
stop_daemon() {
    if [ -n "$daemon" ]; then
        kill -TERM "$daemon" 2>/dev/null || true
        wait "$daemon" 2>/dev/null || true
        daemon=
    fi
}
trap stop_daemon EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 131' QUIT
trap 'exit 141' PIPE
trap 'exit 143' TERM

automagi init
# Its first line is the message; what follows is a row for each robot and department.
loaded=$(automagi load robots/organisation.json --yes --by 'make run')
printf '%s\n' "$loaded" | sed -n 1p

"$build/bin/automagid" --home "$home" --log-format text &
daemon=$!
tries=0
until automagi status >/dev/null 2>&1 && [ -S "$home/socket" ] && kill -0 "$daemon" 2>/dev/null; do
    kill -0 "$daemon" 2>/dev/null || { wait "$daemon" || exit 1; exit 1; }
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || { echo 'make run: the daemon did not come up within 10 seconds' >&2; exit 1; }
    sleep 0.05
done

for definition in robots/*/robot.json; do
    robot=$(basename "$(dirname "$definition")")
    # One that organisation.json does not have gets its name from its README: it belongs to no
    # department and has no signed estimate, so it shows what that looks like.
    automagi robot show "$robot" >/dev/null 2>&1 || set -- --name "$(sed -n 's/^# //p;1q' "${definition%robot.json}README.md")"
    automagi robot add "$definition" --yes --by 'make run' "$@"
    set --
done

# Lists arrive now, for robots refuse old ones; and where runs have an account of their own, it may write
# in the robot's folders.
folders_prepare() {
    [ ! -d "robots/$1/source" ] || find "robots/$1/source" -type f -exec touch -c {} +
    account=$(automagi robot show "$1" | sed -n 's/^runs as uid  *//p')
    for folder in outbox state warehouse; do
        [ -z "$account" ] || [ ! -d "robots/$1/$folder" ] || chown -R "$account" "robots/$1/$folder"
    done
}

failed=0
for definition in robots/*/robot.json; do
    robot=$(basename "$(dirname "$definition")")
    title "$robot"
    folders_prepare "$robot"
    automagi run "$robot" --wait --by 'make run' || failed=1
    automagi task list --robot "$robot" --all --limit 20
done

title 'Runs'
automagi runs --limit 10
title 'Waits for a person'
automagi queue list --state waiting
title 'Saved so far, by department'
automagi savings --by department
title 'Saved so far, by robot'
automagi savings --by robot
title 'What a figure is made of'
automagi explain kroner --department bae --tasks 2
title "Against the year's targets, the furthest first"
automagi gap | sed '/^id  /,$d' # its sentence; the table has a row for each department, robot and idea
title 'Verify'
automagi verify || failed=1

if [ "${ONCE:-0}" = 1 ]; then
    stop_daemon
    printf '\nTo look further ("serve" starts the daemon again):\n'
    further
    exit "$failed"
fi
printf '\nServing %s until interrupted (Ctrl-C). In another shell:\n' "$home"
further
wait "$daemon"
