#!/bin/bash
# ubsan.sh [PIECE] - UBSan alone over what ASan's memory keeps it from (asan.e2e), or has it do less of: no report of any
# process. Everything else runs under both at once, as the part asan.
if [[ ${1:-} == list ]]; then
    exit 0
fi
export SANITIZE_ONLY=${SANITIZE_ONLY:-test_hostile test_kill_loop}
exec tests/prove/sanitize.sh ubsan "${1:-e2e}"
