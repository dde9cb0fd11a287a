# Shared by the parts of `make prove`. Each runs from the repository's root.
# shellcheck shell=bash
# Sourced, never run. Set by prove.sh: BUILD; PROVE_WORK, a folder that stays when the part is cut
# short; PROVE_FIGURES, what the part has shown.

set -euo pipefail

BUILD=${BUILD:-build}
mkdir -p "$BUILD"
BUILD=$(cd "$BUILD" && pwd)
export BUILD AUTOMAGI_BUILD=$BUILD
PROVE_WORK=${PROVE_WORK:-$(mktemp -d)}
PROVE_FIGURES=${PROVE_FIGURES:-/dev/null}
BUILDING=$BUILD/building.lock

# build_for TARGET...: what a part needs is built first; without output when all went well. One part at a time: of
# those that run side by side one would link an archive that the other is just making.
build_for() {
    local log=$PROVE_WORK/build.log
    (flock 9 && make --no-print-directory "$@" >"$log" 2>&1 9>&-) 9>"$BUILDING" || { tail -n 40 "$log"; exit 1; }
}

# figure WHAT VALUE: a figure of this part, "kills=10000".
figure() { printf '%s=%s\n' "$1" "$2" >>"$PROVE_FIGURES"; }
