#!/bin/bash
# valgrind.sh PIECE - valgrind's memcheck over a share of the unit tests: no error, and no block that is
# definitely lost.
# kept by: tests/unit tests/standins tests/prove/sanitize tests/prove/sanitize.sh
if [[ ${1:-} == list ]]; then
    printf '%s\n' unit_{1..5}_of_5
    exit
fi
exec tests/prove/sanitize.sh valgrind "$1"
