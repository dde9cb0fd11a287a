#!/bin/bash
# cut_power.sh ROUNDS SEED SHARE - an installation at work for so many rounds, recorded; then the power cut at
# one of SHARE moments and ways of losing what was not synced (tests/prove/power_cut.c). Prints NAME=VALUE
# of what was seen; fails when anything was lost or broken. BUILD is the build's folder.
set -euo pipefail

BUILD=${BUILD:-build}
rounds=$1 seed=$2 share=$3
place=/dev/shm
[[ -w $place ]] || place=${TMPDIR:-/tmp}
work=$(cd "$(mktemp -d "$place/automagi-power.XXXXXX")" && pwd -P)
trap 'rm -rf "$work"' EXIT
program=$BUILD/tests/prove/power_cut
mkdir "$work/disk"

LD_PRELOAD=$BUILD/tests/e2e/recorded_disk.so RECORDED_FOLDER=$work/disk RECORDED_LOG=$work/log \
    "$program" work "$work/disk" "$rounds" "$seed"
parts=$(nproc)
[[ $parts -le 8 ]] || parts=8
running=()
for ((part = 0; part < parts; part++)); do
    "$program" cut "$work/log" "$work/disk" "$share" "$seed" "$part/$parts" >"$work/$part" &
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
