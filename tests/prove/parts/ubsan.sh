#!/bin/bash
# ubsan.sh unit|e2e - UBSan alone, without the memory that ASan takes, over the unit tests, or those end to end: no report of any process.
if [[ ${1:-} == list ]]; then
    printf '%s\n' unit e2e
    exit
fi
exec tests/prove/sanitize.sh ubsan "$1"
