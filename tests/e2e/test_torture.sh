#!/bin/bash
# Calls of the real programs fail, a few drawn by a seed from each scenario of tests/torture; `make
# prove PART=torture` fails them place by place.
. tests/e2e/lib.sh

python3 tests/torture/torture.py --seed "${SEED:-$RANDOM}" --total 10 --others 0 \
    init load import backup restore period estimate scorecard report readers upgrade daemon host
