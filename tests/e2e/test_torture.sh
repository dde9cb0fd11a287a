#!/bin/bash
# Calls of the real programs fail, a few drawn by a seed from each scenario of tests/torture; `make
# prove PART=torture` fails each of them.
. tests/e2e/lib.sh

python3 tests/torture/torture.py --seed "${SEED:-$RANDOM}" --only memory --most 20 --others 0 init
