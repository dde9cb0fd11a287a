#!/bin/bash
# valgrind.sh PIECE - valgrind's memcheck over a share of the unit tests: no error, and no block that is
# definitely lost.
# kept by: tests/unit tests/standins tests/prove/sanitize tests/prove/sanitize.sh
if [[ ${1:-} == list ]]; then
    printf '%s\n' unit_1_of_3 unit_2_of_3 unit_3_of_3
    exit
fi
exec tests/prove/sanitize.sh valgrind "$1"
