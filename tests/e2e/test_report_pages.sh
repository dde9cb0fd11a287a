#!/bin/bash
# test_report_pages.sh - pages in a browser: accessible, and never wider than the window.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. tests/e2e/lib.sh

unset MAKEFLAGS MAKELEVEL MFLAGS
axe=build/axe/node_modules/axe-core/axe.min.js
make -s --no-print-directory "$axe" || fail 'axe-core is not there'
check() { python3 tests/e2e/check_pages.py "$axe" "$@"; }

echo '# a page that is wrong is seen to be so'
cat >"$WORK/bad.html" <<'HTML'
<!doctype html><html><head><title>Bad</title><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>@media (prefers-color-scheme: dark) { body { background: #000; color: #222 } }</style></head>
<body><main><h1>Bad</h1><svg role="img" width="9" height="9"></svg><div style="width: 500px">Wide</div></main></body></html>
HTML
if check "$WORK/bad.html" >"$WORK/found"; then fail "nothing was found: $(cat "$WORK/found")"; fi
holds 'no language' '^bad.html: html-has-lang .*\[1280 light, 768 light, 360 light, 1280 dark\]' "$(cat "$WORK/found")"
holds 'no text' '^bad.html: svg-img-alt ' "$(cat "$WORK/found")"
holds 'pale in the dark' '^bad.html: color-contrast .*\[1280 dark\]' "$(cat "$WORK/found")"
holds 'too wide' '^bad.html: wider than the window: .*\[360 light\]' "$(cat "$WORK/found")"

echo '# one that is right'
sed -e 's|<html>|<html lang="en">|' -e 's|role="img"|& aria-label="A dot"|' -e 's|color: #222|color: #fff|' \
    -e 's|width: 500px|overflow-x: auto|' "$WORK/bad.html" >"$WORK/good.html"
check "$WORK/good.html" --screenshots "$WORK/pictures" >"$WORK/found" || fail "$(cat "$WORK/found")"
same 'pictures' 4 "$(find "$WORK/pictures" -name '*.png' -size +0 | wc -l)"

echo '# reports in both languages: the page, the slides, one robot'
AUTOMAGI_BUILD=$BUILD robots/demo/make_demo.sh "$HOME_DIR" 2026-10 >"$WORK/made"
export MOVED_CLOCK=$WORK/clock
head -c 8 /dev/zero >"$MOVED_CLOCK"
set_clock 2026-11-05T10:00:00+01:00
# report NAME OPTION...: NAME.html, NAME.pdf
report() {
    local name=$1
    shift
    LD_PRELOAD=$BUILD/tests/e2e/moved_clock.so automagi report --from 2026-01-01 --to 2026-10-31 "$@" \
        --out "$WORK/$name.html" --out "$WORK/$name.pdf" >/dev/null || fail "no report: $name"
}
pages=()
for language in da en; do
    report "$language" --lang "$language"
    report "$language-slides" --lang "$language" --screen
    pages+=("$WORK/$language.html" "$WORK/$language-slides.html")
done
report robot --robot mona-mangelliste
check "${pages[@]}" "$WORK/robot.html" >"$WORK/found" || fail "$(cat "$WORK/found")"

echo '# and as PDF'
count() { grep -ac -- "$1" "$2" || true; }
for name in da en da-slides en-slides robot; do
    pdf=$WORK/$name.pdf
    pdfinfo "$pdf" >"$WORK/info"
    holds "$name.pdf" '^Tagged: +yes' "$(cat "$WORK/info")"
    holds "$name.pdf" '^Title: .*(Robotternes gevinster|What the robots bring|Mona)' "$(cat "$WORK/info")"
    language=${name%-slides}
    same "language of $name.pdf" 2 "$(count "/Lang (${language/robot/da})" "$pdf")"
    pdftohtml -xml -stdout "$pdf" >"$WORK/bookmarks"
    grep -q "<item page=" "$WORK/bookmarks" || fail "$name.pdf has no bookmarks"
    [ "$(count '/S /TH' "$pdf")" -gt 3 ] || fail "the tables of $name.pdf have no headings"
    # Each element of the tree lies on a few lines between "obj" and "endobj".
    same "figures of $name.pdf without a text" 0 \
        "$(LC_ALL=C awk -v RS=endobj '/\/S \/Figure/ && !/\/Alt/ { bad++ } END { print bad + 0 }' "$pdf")"
done
holds 'the page is in portrait' '^Page size: .*A4' "$(pdfinfo "$WORK/da.pdf")"
