#!/bin/bash
# tsan.sh PIECE - TSan over the unit tests and those end to end: no report of any process.
if [[ ${1:-} == list ]]; then
    printf '%s\n' unit e2e_{1..3}_of_3
    exit
fi
exec tests/prove/sanitize.sh tsan "$1"
