#!/bin/bash
# ubsan.sh unit|e2e [TEST...] - UBSan alone, at -O1 without ASan's memory over the unit tests, or those end to end: no report of any process.
if [[ ${1:-} == list ]]; then
    printf '%s\n' unit e2e
    exit
fi
exec tests/prove/sanitize.sh ubsan "$@"
