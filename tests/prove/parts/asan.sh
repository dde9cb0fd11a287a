#!/bin/bash
# asan.sh PIECE - ASan and UBSan, with their leak check, over the unit tests and those end to end: no report of any process.
if [[ ${1:-} == list ]]; then
    printf '%s\n' unit e2e_1_of_2 e2e_2_of_2
    exit
fi
exec tests/prove/sanitize.sh asan "$1"
