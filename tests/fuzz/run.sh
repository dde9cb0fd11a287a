#!/bin/bash
# run.sh PROGRAM CORPUS FOUND [OPTION...] - one target with the limits that hold for all: an input takes
# less than a second (of the processor: limits.c) and 64 MiB. FOUND begins the name of what is found.
set -euo pipefail

program=$1 corpus=$2 found=$3
shift 3
name=$(basename "$program")
[[ ! -e tests/fuzz/$name.dict ]] || set -- "$@" "-dict=tests/fuzz/$name.dict"
export ASAN_OPTIONS=${ASAN_OPTIONS:-abort_on_error=1:detect_stack_use_after_return=0:strict_string_checks=1:quarantine_size_mb=16:malloc_context_size=0}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
[[ ! -x /usr/lib/llvm-14/bin/llvm-symbolizer ]] ||
    export ASAN_SYMBOLIZER_PATH=/usr/lib/llvm-14/bin/llvm-symbolizer
# Its own status of a find, 77, is that of a test which is not run here.
exec "$program" -error_exitcode=1 -timeout=60 -malloc_limit_mb=64 -rss_limit_mb=1024 -print_final_stats=1 \
    "-artifact_prefix=$found" "$@" "$corpus"
