#!/bin/bash
# valgrind.sh PIECE - valgrind's memcheck over a share of the unit tests: no error, and no block that is
# definitely lost.
SHARES=3
if [[ ${1:-} == list ]]; then
    seq "$SHARES"
    exit
fi
exec tests/prove/sanitize.sh valgrind "$1/$SHARES"
