#!/bin/bash
# planted.sh list         - the proofs that have planted faults.
# planted.sh catch [NAME] - plants each fault of a proof (PROOF), or one (PROOF/FAULT), or all, builds
#                           that, and shows that a test catches it.
#
# tests/prove/planted/PROOF/FAULT.patch takes one protection away. Above the patch it says:
#   Fault: which of the faults in tests/README.md, by number; or a word for none of them
#   Plants: what is wrong then, in one line
#   Caught by: unit NAME | asan NAME | e2e NAME | prove PART [VARIABLE=VALUE...] | fuzz NAME SECONDS
#   Says: extended regular expression of what that test then says
# The test must fail, and say so: one that cannot be built, or fails of something else, has caught nothing.
# A patch must fit exactly (-F0): one that nearly fits may take something else away, and be caught all the same.
# Patches are made with a tree of its own, so that no source is ever changed under a reader.
set -euo pipefail

BUILD=${BUILD:-build}
FAULTS=tests/prove/planted

fail() {
    echo "planted: $*" >&2
    exit 1
}

said() { sed -n "s/^$2: *//p;/^--- /q" "$1" | head -n 1; }

# A copy of the tree, and of what was built in it, so that little is built again. Into one that is
# there only what differs is copied, and is newer then than what was built of it.
prepare() {
    local tree=$1 kept=(core plugins robots scorecards tests Makefile README.md .make .ci) part file
    if [[ ! -d $tree/core ]]; then
        mkdir -p "$tree/build"
        cp -a "${kept[@]}" "$tree"
        for part in bin lib obj generated packages plugins tests fuzz; do
            [[ ! -d $BUILD/$part ]] || cp -a "$BUILD/$part" "$tree/build/"
        done
    fi
    while read -r file; do
        if [[ ! -e $file ]]; then
            rm -f "${tree:?}/$file"
        elif ! cmp -s "$file" "$tree/$file"; then
            mkdir -p "$(dirname "$tree/$file")"
            cp "$file" "$tree/$file"
            chmod --reference="$file" "$tree/$file"
        fi
    done < <({ find "${kept[@]}" -type f && cd "$tree" && find "${kept[@]}" -type f; } | sort -u)
}

# What is built for a test, and how it is run, in the tree that is the working folder.
build_of() {
    case $1 in
    unit) make --no-print-directory all test-plugins "build/tests/unit/$2" ;;
    asan) make --no-print-directory VARIANT=asan all test-plugins "build/asan/tests/unit/$2" ;;
    e2e) make --no-print-directory e2e-programs ;;
    prove) make --no-print-directory all ;;
    fuzz) make --no-print-directory VARIANT=fuzz CC=clang-14 "build/fuzz/tests/fuzz/fuzz_$2" ;;
    *) fail "'$1' is no kind of test" ;;
    esac
}

run_test() {
    local kind=$1 name=$2
    shift 2
    export BUILD=$PWD/build AUTOMAGI_BUILD=$PWD/build
    case $kind in
    unit) "build/tests/unit/$name" ;;
    asan) BUILD=$PWD/build/asan AUTOMAGI_BUILD=$PWD/build/asan "build/asan/tests/unit/$name" ;;
    e2e) PATH="$PWD/build/bin:$PATH" bash "tests/e2e/$name.sh" ;;
    prove)
        rm -rf build/prove/work # of its own: it goes on with nothing, and says nothing in our name
        mkdir -p build/prove/work
        set -- env PROVE_WORK="$PWD/build/prove/work" PROVE_FIGURES=/dev/null "$@" "tests/prove/parts/${name%%-*}.sh"
        [[ $name != *-* ]] || set -- "$@" "${name#*-}"
        "$@"
        ;;
    fuzz)
        rm -rf build/fuzz/planted
        cp -r "tests/fuzz/corpus/$name" build/fuzz/planted # it grows
        tests/fuzz/run.sh "build/fuzz/tests/fuzz/fuzz_$name" build/fuzz/planted build/fuzz/found- -max_total_time="$1"
        ;;
    esac
}

# catch_one TREE FAULT
catch_one() {
    local tree=$1 fault=$2 file=$PWD/$FAULTS/$2.patch log status=0 test expected
    log=$tree/$(tr / - <<<"$fault").log

    read -ra test <<<"$(said "$file" 'Caught by')"
    expected=$(said "$file" Says)
    [[ ${#test[@]} -ge 2 && -n $expected && -n $(said "$file" Fault) && -n $(said "$file" Plants) ]] ||
        fail "$file: says not what it plants, whose fault, caught by what, saying what"
    (
        cd "$tree"
        patch -s -p1 -F0 --no-backup-if-mismatch <"$file" >"$log" 2>&1 || exit 90
        build_of "${test[@]:0:2}" >>"$log" 2>&1 || exit 91
        status=0
        (run_test "${test[@]}") >>"$log" 2>&1 </dev/null || status=$?
        [[ $status != 0 ]] || exit 92
        grep -qE -- "$expected" "$log" || exit 93
    ) || status=$?
    (cd "$tree" && patch -R -s -p1 -F0 --no-backup-if-mismatch <"$file" >/dev/null 2>&1) || prepare "$tree"
    case $status in
    0) printf '  caught   %s: %s\n' "$fault" "$(said "$file" Plants)" && return 0 ;;
    90) echo "  FAIL     $fault: the patch does not fit the sources" ;;
    91) echo "  FAIL     $fault: it cannot be built ($log)" ;;
    92) echo "  FAIL     $fault: NOT CAUGHT by ${test[*]}: $(said "$file" Plants)" ;;
    93) echo "  FAIL     $fault: ${test[*]} failed, but does not say '$expected' ($log)" ;;
    *) echo "  FAIL     $fault: status $status" ;;
    esac
    tail -n 15 "$log" 2>/dev/null | sed 's/^/    | /'
    return 1
}

# One tree for each that runs at once.
catch_all() {
    local tree slot=1 fault failed=0
    while :; do
        mkdir -p "$BUILD/planted"
        exec 9>"$BUILD/planted/$slot.lock"
        ! flock -n 9 || break
        slot=$((slot + 1))
    done
    tree=$(cd "$BUILD/planted" && pwd)/$slot
    prepare "$tree"
    for fault in "$@"; do
        [[ -z ${PROVE_WORK:-} || ! -e $PROVE_WORK/$(basename "$fault") ]] || continue # caught before it was cut short
        if catch_one "$tree" "$fault" 9>&-; then
            [[ -z ${PROVE_WORK:-} ]] || : >"$PROVE_WORK/$(basename "$fault")"
        else
            failed=1
        fi
    done
    return $failed
}

all_faults() { (cd $FAULTS && find "${1:-.}" -name '*.patch' | sed 's|^\./||;s|\.patch$||' | sort); }

case ${1:-} in
list) all_faults | cut -d/ -f1 | uniq ;;
catch)
    if [[ ${2:-} == */* && -e $FAULTS/$2.patch ]]; then
        faults=("$2")
    else
        [[ -z ${2:-} || -d $FAULTS/$2 ]] || fail "no fault '$2'; $FAULTS has them"
        mapfile -t faults < <(all_faults "${2:-}")
    fi
    [[ ${#faults[@]} -gt 0 ]] || fail "$FAULTS/${2:-} has none"
    catch_all "${faults[@]}" || fail 'not all were caught'
    echo "${#faults[@]} planted faults, each caught"
    ;;
*) echo 'usage: planted.sh list | catch [PROOF | PROOF/FAULT]' >&2 && exit 2 ;;
esac
