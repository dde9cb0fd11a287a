#!/bin/bash
# kill -9 a thousand times, of the daemon, hosts, runs and commands at random moments under load: what
# was acknowledged is in the store, nothing is counted twice, what was cut short is seen within a
# second, and nothing of a dead daemon is alive. `make prove PART=kills` does it ten thousand times.
. tests/e2e/lib.sh

SEED=${SEED:-$RANDOM$RANDOM}
python3 tests/prove/kill_loop.py "$BUILD" "$WORK/loop" "${KILLS:-1000}" "$SEED" ||
    fail "see above; SEED=$SEED does it again, as far as chance lets it"
