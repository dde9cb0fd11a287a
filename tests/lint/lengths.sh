#!/bin/bash
# lengths.sh - functions of at most 60 lines, files of at most 500.
set -euo pipefail
cd "${1:-.}"

max_function=60
max_file=500

mapfile -t files < <(find core scorecards plugins tests .make .ci Makefile -type f \
    \( -name '*.[ch]' -o -name '*.sh' -o -name '*.mk' -o -name Makefile -o -path '.ci/*' \) | sort)
{
    wc -l "${files[@]}" | awk -v max="$max_file" '$2 != "total" && $1 > max {
        printf "%s:1: %d lines, %d are allowed\n", $2, $1, max }'
    ctags --languages=C,Sh --langmap=C:+.h --kinds-C=f --kinds-Sh=f --fields=+ne -o - "${files[@]}" |
        awk -F '\t' -v max="$max_function" '!/^!/ {
            line = end = 0
            for (i = 4; i <= NF; i++) {
                if ($i ~ /^line:/) line = substr($i, 6) + 0
                if ($i ~ /^end:/) end = substr($i, 5) + 0
            }
            if (end - line + 1 > max)
                printf "%s:%d: %s has %d lines, %d are allowed\n", $2, line, $1, end - line + 1, max
        }'
} | awk '{ print; bad = 1 } END { exit bad }' >&2
