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
make_there install DESTDIR="$folder/dest" PREFIX=/usr/local | tee "$folder/said"
! grep -q systemctl "$folder/said" || fail 'a packager is told to start a service'
top=$folder/dest/usr/local
for file in bin/automagi bin/automagid libexec/automagi/automagi-host libexec/automagi/automagi-print include/automagi.h \
    share/doc/automagi/README.md share/doc/automagi/LICENSE share/bash-completion/completions/automagi \
    share/man/man1/automagi.1 share/man/man1/automagi-robot.1 share/man/man8/automagid.8 lib/systemd/system/automagi.service; do
    [[ -f $top/$file ]] || fail "$file was not installed"
done
for plugin in "$build"/plugins/*.so; do
    [[ -f $top/lib/automagi/plugins/${plugin##*/} ]] || fail "${plugin##*/} was not installed"
done
[[ -z $(find "$folder/dest" -type f -perm /022) ]] || fail 'others may write to installed files'
"$top/bin/automagi" init --home "$folder/home-dest"

echo '# a path that make would cut in two'
for goal in install uninstall; do
    if make_there "$goal" DESTDIR="$folder/de st" >"$folder/said" 2>&1; then fail "$goal took it"; fi
    grep -q 'cannot hold spaces' "$folder/said" || fail "$goal: $(cat "$folder/said")"
done
[[ ! -e $folder/de && ! -e st ]] || fail 'something was installed'

echo '# below PREFIX'
top=$folder/prefix
make_there install PREFIX="$top" | tee "$folder/said"
grep -q "systemctl link $top/lib/systemd/system/automagi.service" "$folder/said" ||
    fail 'it is not said how systemd comes to know the unit'
"$top/bin/automagi" init --home "$folder/home"
"$top/bin/automagi" plugin list --home "$folder/home" | tee "$folder/list"
for plugin in "$top"/lib/automagi/plugins/*.so; do
    grep -q "$(basename "$plugin" .so)" "$folder/list" || fail "${plugin##*/} is not in the list"
done

echo '# again, and cut short: what may be in use is the old one or the new one, whole'
cat >"$folder/cut-short" <<'END'
#!/bin/bash
# As install(1) on a disk that is full half way through $CUT.
target=${!#}
for file in "${@:1:$#-1}"; do
    [[ $file == */"$CUT" ]] || continue
    [[ ! -d $target ]] || target=$target/$CUT
    rm -f "$target"
    head -c 1000 "$file" >"$target"
    exit 1
done
exec install "$@"
END
chmod +x "$folder/cut-short"
for file in bin/automagid libexec/automagi/automagi-host "lib/automagi/plugins/${plugin##*/}"; do
    before=$(cksum "$top/$file")
    if CUT=${file##*/} make_there install PREFIX="$top" INSTALL="$folder/cut-short" >"$folder/said" 2>&1; then
        fail "it is not said that $file was not installed"
    fi
    [[ $(cksum "$top/$file") == "$before" ]] || fail "an install that was cut short left half of $file"
done
[[ -z $(find "$top" -name '.new.*') ]] || fail 'an install that was cut short left something beside what it is for'
make_there install PREFIX="$top" >/dev/null

echo '# systemd understands the unit, and what it runs is there'
unit=$top/lib/systemd/system/automagi.service
! grep -n '@[A-Z]*@' "$unit" || fail 'the unit is not filled in'
grep -q "^ExecStart=$top/bin/automagid --home /var/lib/automagi\$" "$unit" || fail 'the unit starts something else'
if command -v systemd-analyze >/dev/null; then
    systemd-analyze verify "$unit" >"$folder/verify" 2>&1 || fail "systemd-analyze: $(cat "$folder/verify")"
    [[ ! -s $folder/verify ]] || fail "systemd-analyze: $(cat "$folder/verify")"
    # 5.0 of 10: what is left is root, namespaces and network, which robots need.
    systemd-analyze security --offline=yes --threshold=50 "$unit" >"$folder/verify" 2>&1 ||
        fail "the unit leaves more open than it did: $(tail -n 1 "$folder/verify")"
else
    echo '  (systemd-analyze is not there: not looked at)'
fi

echo '# and gone again'
make_there uninstall PREFIX="$top"
[[ -z $(find "$top" -type f) ]] || fail "left behind: $(find "$top" -type f)"
