#!/bin/bash
# cut_mounted.sh CUTS - a daemon at work on an ext4 of its own, and so many times an image of that disk as it is at that
# moment, mounted as after a power cut and looked at (power_cut check): what was acknowledged before the image was made
# is there. Prints NAME=VALUE; fails when something was lost. Status 77, and one line why, where it may not mount.
#
# The disk is a file on XFS, which copies a file at one moment, whatever is written to it. What the kernel has not
# given to the disk by then is lost; that a disk may also lose what it was given and not told to keep is what
# cut_power.sh shows.
set -euo pipefail

[[ ${CUT_MOUNTED:-} == 1 ]] || {
    [[ $EUID == 0 ]] || { echo 'power cuts of a mounted disk: not as root' && exit 77; }
    unshare --mount --propagation private true 2>/dev/null || { echo 'power cuts of a mounted disk: no namespace of mounts' && exit 77; }
    CUT_MOUNTED=1 exec unshare --mount --propagation private "$0" "$@"
}
BUILD=${BUILD:-build}
export AUTOMAGI_LOG_FORMAT=text # for the daemon's "ready: "
cuts=$1
place=/dev/shm # a real disk would wait for itself a thousand times
[[ -w $place ]] || place=${TMPDIR:-/tmp}
work=$(mktemp -d "$place/automagi-mounted.XXXXXX")
daemon=
loads=()

# What was started here is ended first, so that nothing holds the disks.
clean_up() {
    touch "$work/stop"
    [[ ${#loads[@]} == 0 ]] || wait "${loads[@]}" 2>/dev/null || true
    [[ -z $daemon ]] || { kill -TERM "$daemon" && wait "$daemon"; } 2>/dev/null || true
    for place in snap disk outer; do umount -q "$work/$place" 2>/dev/null || true; done
    rm -rf "$work"
}
trap clean_up EXIT

mkdir "$work/outer" "$work/disk" "$work/snap"
{
    truncate -s 4G "$work/outer.img" && mkfs.xfs -q -m reflink=1 "$work/outer.img" &&
        mount -o loop "$work/outer.img" "$work/outer" && truncate -s 192M "$work/outer/disk.img" &&
        mkfs.ext4 -q "$work/outer/disk.img" && mount -o loop "$work/outer/disk.img" "$work/disk"
} >"$work/mounting" 2>&1 || { echo "power cuts of a mounted disk: $(tail -n 1 "$work/mounting")" && exit 77; }

automagi() { "$BUILD/bin/automagi" --home "$work/disk/home" "$@"; }
say() { echo "$*" >>"$work/said"; }

automagi init >/dev/null
say made
automagi load robots/organisation.json >/dev/null
cp "$BUILD/tests/plugins/ok.so" "$work/disk/home/plugins/"
mkdir -p "$work/robots/steady"
echo '{"id":"steady","plugin":"ok"}' >"$work/robots/steady/robot.json"
automagi robot add "$work/robots/steady/robot.json" --name Steady >/dev/null
"$BUILD/bin/automagid" --home "$work/disk/home" >"$work/daemon.log" 2>&1 &
daemon=$!
for ((i = 0; i < 1000; i++)); do
    ! grep -qs ' ready: ' "$work/daemon.log" || break
    sleep 0.02
done

# What was acknowledged is looked at whole after each cut, so its number must not depend on how long a look takes: each load
# does so many things for a cut, and waits for the next one. goes_on DONE: false when it is to end.
PER_CUT=10
echo 0 >"$work/cut"
goes_on() {
    while [[ ! -e $work/stop ]]; do
        (($1 >= PER_CUT * $(<"$work/cut"))) || return 0
        sleep 0.01
    done
    return 1
}

# Each thing is said when the command that did it has said so.
import() {
    local n=0 file
    while goes_on "$n"; do
        n=$((n + 1))
        file=$work/$1-$n.csv
        printf 'robot,reference,completed_at,outcome\nsteady,A-%s-%d,2026-01-05T10:00:00+01:00,done\nsteady,B-%s-%d,2026-01-06T10:00:00+01:00,done\n' \
            "$1" $n "$1" $n >"$file"
        automagi task import "$file" >>"$work/$1.log" 2>&1 || { echo "import: $(tail -n 1 "$work/$1.log")" >"$work/failed"; break; }
        say "+ import-$1-$n SELECT finished_ms IS NOT NULL AND new_rows = 2 FROM import WHERE file LIKE '%$1-$n.csv'"
        rm "$file"
    done
}
run() {
    local n runs=0
    while goes_on "$runs"; do
        runs=$((runs + 1))
        automagi run steady --wait >"$work/run.log" 2>&1 || { echo "run: $(tail -n 1 "$work/run.log")" >"$work/failed"; break; }
        n=$(grep -oE 'run [0-9]+' "$work/run.log" | head -n 1 | cut -d' ' -f2)
        say "+ run-$n SELECT state = 3 AND ending = 1 FROM run WHERE id = $n"
    done
}
import one & loads+=($!)
import two & loads+=($!)
run & loads+=($!)

checked=0
bad=0
for ((cut = 1; cut <= cuts && bad < 3; cut++)); do
    echo "$cut" >"$work/cut.new"
    mv "$work/cut.new" "$work/cut"
    sleep "0.$(printf %03d $((RANDOM % 200)))" # anywhere in the work of that cut
    cp "$work/said" "$work/said.then" # first: it must be in the image
    # Another file each time: of one whose device is not gone yet the mount would show what it was before.
    rm -f "$work/outer/snap.img"
    cp --reflink=always "$work/outer/disk.img" "$work/outer/snap.img"
    mount -o loop "$work/outer/snap.img" "$work/snap"
    if found=$("$BUILD/tests/prove/power_cut" check "$work/snap" "$work/said.then"); then
        checked=$((checked + found))
    else
        bad=$((bad + 1))
        echo "cut $cut: $found" >&2
    fi
    umount "$work/snap"
    [[ ! -e $work/failed ]] || { cat "$work/failed" >&2 && exit 1; }
done
printf 'mounted-cuts=%d\nmounted-acknowledgements-checked=%d\nmounted-acknowledged=%d\nmounted-bad=%d\n' \
    "$((cut - 1))" "$checked" "$(grep -c '^+' "$work/said")" "$bad"
[[ $bad == 0 && $checked -gt $cuts ]]
