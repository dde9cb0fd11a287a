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
