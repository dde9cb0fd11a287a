#!/bin/bash
# asan.sh unit|e2e - ASan and UBSan, with their leak check, over the unit tests, or those end to end: no report of any process.
if [[ ${1:-} == list ]]; then
    printf '%s\n' unit e2e
    exit
fi
exec tests/prove/sanitize.sh asan "$1"
