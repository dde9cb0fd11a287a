#!/bin/bash
# planted.sh PROOF - every fault planted for that proof is caught (tests/prove/planted.sh).
# cores: 1
if [[ ${1:-} == list ]]; then
    exec tests/prove/planted.sh list
fi
. tests/prove/lib.sh
build_for unit-programs e2e-programs
tests/prove/planted.sh catch "$1"
figure caught "$(find "tests/prove/planted/$1" -name '*.patch' | wc -l)"
