#!/bin/bash
# test_install.sh - make install, use what was installed, make uninstall.
#
# Works on a copy of the build folder, because another PREFIX is compiled into the programs.
set -euo pipefail

build=${AUTOMAGI_BUILD:-$PWD/build}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unset MAKEFLAGS MAKELEVEL MFLAGS AUTOMAGI_HOME

fail() {
    echo "FAIL: $*"
    exit 1
}

make_there() {
    make --no-print-directory B="$folder/build" "$@"
}

mkdir "$folder/build"
cp -a "$build/bin" "$build/lib" "$build/obj" "$build/plugins" "$build/generated" "$folder/build"

echo '# below DESTDIR'
make_there install DESTDIR="$folder/dest" PREFIX=/usr/local
top=$folder/dest/usr/local
for file in bin/automagi bin/automagid libexec/automagi/automagi-host include/automagi.h \
    share/doc/automagi/README.md share/doc/automagi/LICENSE share/bash-completion/completions/automagi \
    share/man/man1/automagi.1 share/man/man1/automagi-robot.1 share/man/man8/automagid.8; do
    [[ -f $top/$file ]] || fail "$file was not installed"
done
for plugin in "$build"/plugins/*.so; do
    [[ -f $top/lib/automagi/plugins/${plugin##*/} ]] || fail "${plugin##*/} was not installed"
done
[[ -z $(find "$folder/dest" -type f -perm /022) ]] || fail 'others may write to installed files'
"$top/bin/automagi" init --home "$folder/home-dest"

echo '# below PREFIX'
top=$folder/prefix
make_there install PREFIX="$top"
"$top/bin/automagi" init --home "$folder/home"
"$top/bin/automagi" plugin list --home "$folder/home" | tee "$folder/list"
for plugin in "$top"/lib/automagi/plugins/*.so; do
    grep -q "$(basename "$plugin" .so)" "$folder/list" || fail "${plugin##*/} is not in the list"
done

echo '# and gone again'
make_there uninstall PREFIX="$top"
[[ -z $(find "$top" -type f) ]] || fail "left behind: $(find "$top" -type f)"
