#!/bin/bash
# test_linkage.sh - what the built files export, need and are protected by.
set -euo pipefail
export LC_ALL=C

build=${AUTOMAGI_BUILD:-build}
failures=0

fail() {
    echo "FAIL: $*"
    failures=$((failures + 1))
}

needed() {
    readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'
}

# Of the names read, those that do not match.
other_than() {
    grep -vE "$1" | tr '\n' ' ' || true
}

check_hardening() {
    local file=$1 header segments dynamic

    header=$(readelf -hW "$file")
    segments=$(readelf -lW "$file")
    dynamic=$(readelf -dW "$file")
    grep -q 'Type:.*DYN' <<<"$header" || fail "$file is not position independent"
    grep -q 'GNU_RELRO' <<<"$segments" || fail "$file has no RELRO"
    grep -qE 'BIND_NOW|FLAGS_1.*NOW' <<<"$dynamic" || fail "$file is bound lazily"
    grep -qE 'GNU_STACK.* RW ' <<<"$segments" || fail "$file has an executable stack"
    ! grep -qE 'LOAD.* RWE ' <<<"$segments" || fail "$file has memory both writable and executable"
    ! grep -qE 'RPATH|RUNPATH|TEXTREL' <<<"$dynamic" || fail "$file has RPATH or TEXTREL"
}

check_plugin() {
    local file=$1 exported undefined

    check_hardening "$file"
    exported=$(nm -D --defined-only "$file" | awk '{ print $3 }')
    [[ $exported == automagi_plugin ]] || fail "$file exports: ${exported//$'\n'/ }"
    undefined=$(nm -D --undefined-only "$file" | grep -E ' (dlopen|dlsym|sqlite3_|curl_)' || true)
    [[ -z $undefined ]] || fail "$file calls$undefined"
    readelf -SW "$file" | grep -q '\.note\.automagi' || fail "$file has no note"
}

check_program() {
    check_hardening "$1"
    readelf -dW "$1" | grep -q 'FLAGS_1.*PIE' || fail "$1 is not a PIE"
}

for program in automagi automagid automagi-host automagi-print; do
    check_program "$build/bin/$program"
done

# The daemon loads nothing, and parses no XML; programs of ours see no network library.
# Calendar files are for the command line alone to read, and workbooks to write.
declare -A besides=([automagi]='|^(libical|libxlsxwriter)\.so' [automagid]='')
for program in automagi automagid; do
    ! nm -D --undefined-only "$build/bin/$program" | grep -qw dlopen ||
        fail "$program can load a plugin (dlopen)"
    off=$(needed "$build/bin/$program" |
        other_than '^(libsqlite3|libcjson|libsodium|libutf8proc|libgmp|libm|libc|libpthread|libdl)\.so|^ld-linux'"${besides[$program]}")
    [[ -z $off ]] || fail "$program needs $off"
done
# What runs foreign code holds little that could be misused.
off=$(needed "$build/bin/automagi-host" |
    other_than '^(libcjson|libsodium|libutf8proc|libm|libc|libdl)\.so|^ld-linux')
[[ -z $off ]] || fail "automagi-host needs $off"
! nm "$build/bin/automagi-host" | grep -qE ' (journal_|service_|log_line)' ||
    fail 'automagi-host can write to the journal, or to systemd'

# What talks to a browser sees no store.
off=$(needed "$build/bin/automagi-print" |
    other_than '^(libcurl|libcjson|libsodium|libutf8proc|libm|libc)\.so|^ld-linux')
[[ -z $off ]] || fail "automagi-print needs $off"

plugins=0
for plugin in "$build"/plugins/*.so; do
    [[ -e $plugin ]] || continue
    check_plugin "$plugin"
    plugins=$((plugins + 1))
done
[[ $plugins -gt 0 ]] || fail "there is no plugin in $build/plugins"
for plugin in "$build"/tests/plugins/*.so; do
    [[ ! -e $plugin ]] || check_hardening "$plugin"
done

echo "$plugins plugins and 4 programs looked at, $failures faults"
[[ $failures == 0 ]]
