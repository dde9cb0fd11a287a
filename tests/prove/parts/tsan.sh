#!/bin/bash
# tsan.sh unit|e2e - TSan over the unit tests, or those end to end: no report of any process.
if [[ ${1:-} == list ]]; then
    printf '%s\n' unit e2e
    exit
fi
exec tests/prove/sanitize.sh tsan "$1"
