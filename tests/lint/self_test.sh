#!/bin/bash
# self_test.sh - every check of `make lint` is seen to pass once and to fail once.
#
# A small copy of the tree, with one clean file in it, passes all checks. Then one violation
# at a time is planted, and the check that is there for it must refuse it.
set -euo pipefail
cd "$(dirname "$0")/../.."

copy=$(mktemp -d)
trap 'rm -rf "$copy" "$copy.log"' EXIT
unset MAKEFLAGS MAKELEVEL MFLAGS VARIANT WERROR CC
failures=0

# Runs one check in the copy; its output is kept for a surprise.
check() {
    make -C "$copy" --no-print-directory "lint-$1" >"$copy.log" 2>&1
}

surprise() {
    echo "self_test: $1" >&2
    sed 's/^/    | /' "$copy.log" >&2
    failures=$((failures + 1))
}

# plant CHECK WHY FILE TEXT... - the check refuses a tree that has FILE with these lines, and says WHY.
plant() {
    local check=$1 why=$2 file=$3
    shift 3

    mkdir -p "$copy/$(dirname "$file")"
    printf '%s\n' "$@" >"$copy/$file"
    if check "$check"; then
        surprise "lint-$check does not mind $file: $1"
    elif ! grep -qE -- "$why" "$copy.log"; then
        surprise "lint-$check minds $file for another reason than $why"
    fi
    rm -f "$copy/$file"
}

# A function of so many lines.
function_of() {
    echo 'int clean_count(int n)'
    echo '{'
    for ((i = 0; i < $1 - 4; i++)); do echo '    n += n / 3;'; done
    echo '    return n;'
    echo '}'
}

set_up() {
    mkdir -p "$copy/core/base" "$copy/core/store" "$copy/scorecards" "$copy/tests" \
        "$copy/plugins/sdk" "$copy/robots" "$copy/build"
    cp -r Makefile .make .ci .clang-format .clang-tidy "$copy"
    cp -r tests/lint "$copy/tests/lint"
    cp plugins/sdk/automagi.h "$copy/plugins/sdk"
    cp -r plugins/sdk/template "$copy/plugins/sdk" # made into a header of the build
    cp core/store/*.sql "$copy/core/store"
    # Faults of the real files are told of by the real checks.
    (cd "$copy" && clang-format-14 -i plugins/sdk/automagi.h)
    printf '%s\n' '/* clean.h - nothing to complain of. */' '#ifndef CLEAN_H' '#define CLEAN_H' '' \
        'int clean_count(int n);' '' '#endif' >"$copy/core/base/clean.h"
    printf '%s\n' '#include "core/base/clean.h"' '' 'int clean_count(int n)' '{' \
        '    return n + 1; /* strcpy(a, b) in a comment is no call */' '}' >"$copy/core/base/clean.c"
}

include_base='#include "core/base/clean.h"'

plant_for_compilers() {
    plant gcc error=conversion core/base/bad.c 'char bad(int n);' 'char bad(int n)' '{' '    return n;' '}'
    plant gcc error=analyzer-file-leak core/base/bad.c '#include <stdio.h>' 'int bad(const char *name);' \
        'int bad(const char *name)' '{' '    FILE *f = fopen(name, "r");' '    return f != NULL;' '}'
    plant clang Wmissing-variable-declarations core/base/bad.c 'int bad = 1;'
    plant clang Wmissing-prototypes plugins/bad/bad.c '#include "automagi.h"' 'int bad(int n)' '{' \
        '    return n;' '}'
    plant tidy android-cloexec-open core/base/bad.c '#include <fcntl.h>' 'int bad(const char *name);' \
        'int bad(const char *name)' '{' '    return open(name, O_RDONLY);' '}'
    plant tidy readability-function-size core/base/bad.c \
        'void bad(int a, int b, int c, int d, int e, int f, int g, int h);' \
        'void bad(int a, int b, int c, int d, int e, int f, int g, int h)' '{' \
        '    (void)(a + b + c + d + e + f + g + h);' '}'
    plant cppcheck arrayIndexOutOfBounds core/base/bad.c 'int bad(int n);' 'int bad(int n)' '{' \
        '    int a[4] = {0};' '    if (n == 4)' '        a[n] = 1;' '    return a[0];' '}'
    plant headers size_t core/base/bad.h 'size_t bad(void);'
    plant headers 'undefined type' core/base/bad.h 'struct bad;' 'static inline int bad(struct bad *b)' '{' \
        '    return b->n;' '}'
    cp "$copy/plugins/sdk/automagi.h" "$copy/kept.h"
    plant headers class plugins/sdk/automagi.h 'int bad(int class);'
    mv "$copy/kept.h" "$copy/plugins/sdk/automagi.h"
    plant format clang-format core/base/bad.c 'int bad( int n );'
}

plant_for_layers() {
    local not='may not include' library='belongs to another folder'

    plant layers "$not" core/base/bad.c '#include "core/store/store.h"'
    plant layers "$not" core/store/bad.c '#include "core/schedule/cron.h"'
    plant layers "$not" core/store/bad.c '#include "../run/wire.h"'
    plant layers "$not" scorecards/bad.c '#include "core/run/wire.h"'
    plant layers "$not" core/run/bad.c '#include "scorecards/savings.h"'
    plant layers 'only automagi-host' core/run/bad.c '#include "core/run/host/channel.h"'
    plant layers "$not" core/run/host/bad.c '#include "core/store/store.h"'
    plant layers "$not" core/command/bad.c '#include "core/cli/cli.h"'
    plant layers 'only automagi-host' core/command/bad.c '#include "core/run/host/channel.h"'
    plant layers "$not" plugins/bad/bad.c "$include_base"
    plant layers "$not" plugins/bad/bad.c '#include "plugins/other/other.h"'
    plant layers "$not" plugins/bad/bad.c '#include "table_inner.h"'
    plant layers "$not" plugins/sdk/bad.c "$include_base"
    plant layers "$library" plugins/bad/bad.c '#include <zip.h>'
    plant layers "$library" core/run/bad.c '#include <sqlite3.h>'
    plant layers "$library" core/run/bad.c '#include <dlfcn.h>'
    plant layers "$library" core/base/bad.c '#  include <cjson/cJSON.h>'
    plant layers "$library" plugins/bad/bad.c '#include <curl/curl.h>'
    plant layers 'in quotes' core/run/bad.c '#include <core/base/clean.h>'
}

plant_for_text() {
    local call

    mapfile -t long_function < <(function_of 61)
    mapfile -t long_file < <(for ((i = 0; i < 501; i++)); do echo "/* $i */"; done)
    plant lengths 'clean_count has 61 lines' core/base/bad.c "${long_function[@]}"
    plant lengths '501 lines' core/base/bad.h "${long_file[@]}"
    for call in strcpy strcat sprintf vsprintf strtok gets system popen atoi atol localtime gmtime \
        asctime ctime; do
        plant banned "bad.c:3: $call" core/base/bad.c 'int bad(void)' '{' "    return $call (\"x\");" '}'
    done
    plant banned 'bad.c:1:.*finish it' core/base/bad.c '/* TO''DO: later */'
    plant banned 'bad.h:1:.*finish it' core/base/bad.h '// FIX''ME'
    plant banned 'bad.sh:1:.*finish it' tests/bad.sh '# X''XX'
    plant banned 'bad.c:3: sqlite3_exec' core/store/bad.c 'void bad(void)' '{' '    sqlite3_exec(db,' \
        '        text, 0, 0, 0);' '}'
    # shellcheck disable=SC2016 # this is what is wrong with it
    plant shell SC2086 tests/bad.sh '#!/bin/bash' 'rm -f $1'
}

# What is allowed up to the limit, so that a check that refuses everything is seen too.
allow() {
    function_of 60 >"$copy/core/base/edge.c"
    check lengths || surprise 'a function of 60 lines is refused'
    printf '%s\n' 'int edge(void)' '{' '    sqlite3_exec(db, "BEGIN", 0, 0, 0);' \
        '    return localtime_r(a) + x.system(1) + puts("gets(a) // \" strcpy(");' '}' >"$copy/core/base/edge.c"
    check banned || surprise 'innocent calls are refused'
    rm "$copy/core/base/edge.c"
}

set_up
checks='gcc clang tidy cppcheck format headers layers lengths banned shell'
for name in $checks; do
    check "$name" || surprise "lint-$name refuses the clean tree"
done
[[ $failures == 0 ]] || exit 1
allow
plant_for_compilers
plant_for_layers
plant_for_text
[[ $failures == 0 ]] && echo "  every one of these was seen to fail: $checks"
