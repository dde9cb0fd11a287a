#!/bin/bash
# cut_power.sh ROUNDS SEED SHARE [KILL [MOMENTS]] - an installation at work for so many rounds, recorded; then the power cut,
# in one of SHARE of all ways of losing what was not synced at each moment (tests/prove/power_cut.c), or at each of the first
# MOMENTS. With KILL (empty: without) it is killed after so many records, or when a file gets that name, started again, and
# the power cut after that: what one process wrote and did not sync is another's to rely on. Prints NAME=VALUE of what was
# seen; fails when anything was lost or broken. BUILD is the build's folder.
set -euo pipefail

BUILD=${BUILD:-build}
rounds=$1 seed=$2 share=$3 killed=${4:-} moments=${5:-}
place=/dev/shm
[[ -w $place ]] || place=${TMPDIR:-/tmp}
work=$(cd "$(mktemp -d "$place/automagi-power.XXXXXX")" && pwd -P)
trap 'rm -rf "$work"' EXIT
program=$BUILD/tests/prove/power_cut
mkdir "$work/disk"

recorded() {
    env LD_PRELOAD="$BUILD/tests/e2e/recorded_disk.so" RECORDED_FOLDER="$work/disk" RECORDED_LOG="$work/log" "$@" \
        "$program" "$way" "$work/disk" "$rounds" "$seed"
}

way=work
case $killed in
'')
    recorded
    range=0-$moments
    ;;
*)
    how=RECORDED_KILL
    [[ $killed =~ ^[0-9]+$ ]] || how=RECORDED_KILL_AT
    status=0
    recorded "$how=$killed" 2>"$work/errors" || status=$?
    [[ $status == 137 ]] || { echo "it was not killed, but ended with $status: $(cat "$work/errors")" >&2; exit 1; }
    from=$("$program" count "$work/log" "$work/disk")
    range=$from-${moments:+$((from + moments))}
    way=resume
    recorded
    ;;
esac
parts=$(nproc)
[[ $parts -le 8 ]] || parts=8
running=()
for ((part = 0; part < parts; part++)); do
    "$program" cut "$work/log" "$work/disk" "$share" "$seed" "$part/$parts" "$range" >"$work/$part" &
    running+=($!)
done
status=0
for part in "${running[@]}"; do wait "$part" || status=1; done
cat "$work"/[0-9]* >&2
[[ $status == 0 ]] || exit 1
# The recording is one, the cuts are in parts.
awk '{ for (i = 1; i < NF; i += 2) {
           if ($i ~ /^(steps|syncs|acknowledged)$/) { if ($(i + 1) > sum[$i]) sum[$i] = $(i + 1) } else sum[$i] += $(i + 1)
       } }
     END { for (name in sum) print name "=" sum[name] }' "$work"/[0-9]* | sort
