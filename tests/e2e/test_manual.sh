#!/bin/bash
# test_manual.sh - the manual pages are made of the table of commands, and a page reader takes them.
# shellcheck source=tests/e2e/lib.sh
. tests/e2e/lib.sh

mkdir "$WORK/man"
"$BUILD/bin/automagi" --manual >"$WORK/pages"
holds 'pages' '^automagi-robot$' "$(cat "$WORK/pages")"
while read -r page; do
    "$BUILD/bin/automagi" --manual "$page" >"$WORK/page"
    [ "$page" != automagi ] || cat core/cli/manual/automagi.1.scd >>"$WORK/page"
    scdoc <"$WORK/page" >"$WORK/man/$page.1" || fail "scdoc does not take $page"
done <"$WORK/pages"
# Every page of a noun is named where a reader begins.
while read -r page; do
    [ "$page" = automagi ] || grep -qF "*$page*(1)" core/cli/manual/automagi.1.scd ||
        fail "automagi(1) does not name $page"
done <"$WORK/pages"

for part in core/cli/manual/*.scd; do
    page=$(basename "$part" .scd)
    [ "$page" = automagi.1 ] || scdoc <"$part" >"$WORK/man/$page" || fail "scdoc does not take $page"
done
if "$BUILD/bin/automagi" --manual automagi-nobody >"$WORK/page"; then
    fail 'there is a page of a noun that is not there'
fi

echo '# nothing to complain of (scdoc itself writes empty paragraphs)'
for page in "$WORK"/man/*; do
    mandoc -T lint -W warning "$page" | grep -v 'skipping paragraph macro' >"$WORK/said" || true
    [ ! -s "$WORK/said" ] || fail "$(head -n 3 "$WORK/said")"
    mandoc -T utf8 "$page" | sed 's/.\x08//g' >>"$WORK/text"
done

echo '# every command, option and member is there'
"$BUILD/bin/automagi" --help | sed -n '/^Commands:/,/^Before or after/s/^  \([a-z ]*[a-z]\)  .*/\1/p' >"$WORK/commands"
[ "$(wc -l <"$WORK/commands")" -gt 30 ] || fail 'the commands are not found in --help'
while read -r command; do
    grep -qE "^ +automagi $command( |\$)" "$WORK/text" || fail "no page has automagi $command"
    # shellcheck disable=SC2086 # a noun and a verb
    "$BUILD/bin/automagi" $command --help | grep -oE '^  --[a-z-]+' | while read -r option; do
        grep -qE -- "^ +$option( |\$)" "$WORK/text" || fail "no page has $option of $command"
    done
done <"$WORK/commands"
sed -n "/[Mm][Ee][Mm][Bb][Ee][Rr][Ss]\[\] = {/,/NULL}/p" core/run/definition.c |
    grep -oE '"[a-z_]+"' | tr -d '"' | sort -u >"$WORK/members"
[ "$(wc -l <"$WORK/members")" -gt 15 ] || fail 'the members are not found in definition.c'
while read -r member; do
    mandoc -T utf8 "$WORK/man/robot.json.5" | sed "s/.\x08//g" | grep -w -- "$member" >"$WORK/said" || fail "robot.json(5) does not have $member"
done <"$WORK/members"
