#!/bin/bash
# test_print.sh - automagi-print: what a PDF holds, and what is left when a browser fails.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. tests/e2e/lib.sh

# The browser of root runs as nobody, who must get at the stand-ins.
chmod 755 "$WORK"
mkdir -m 1777 "$WORK/tmp"
export TMPDIR=$WORK/tmp
unset AUTOMAGI_HOME
print() { "$BUILD/bin/automagi-print" "$@" <"$WORK/page.html"; }

# No process and no file of a browser: every one of them has a path of this test on its command line.
is_clean() { ! pgrep -f "$WORK/tmp/automagi-print|$WORK/.*/chromedriver" && [ -z "$(ls -A "$WORK/tmp")" ]; }
clean() { is_clean >/dev/null || fail "$1 leaves: $(ls -A "$WORK/tmp") $(pgrep -af "$WORK/")"; }

# The stand-in that fails as MODE says, in a folder for the PATH.
standin() {
    mkdir -p "$WORK/$1"
    cp "$ROOT/tests/standins/chromedriver.py" "$WORK/$1/chromedriver"
    ln -sf /bin/true "$WORK/$1/chromium"
    chmod 755 "$WORK/$1" "$WORK/$1/chromedriver"
}
with_standin() {
    local mode=$1
    shift
    PATH=$WORK/$mode:$PATH print "$@"
}

# fails MODE PATTERN [OPTION...]: status 1, one line, no PDF, and nothing left.
fails() {
    local mode=$1 pattern=$2
    shift 2
    standin "$mode"
    refused 1 "^automagi-print: .*$pattern" with_standin "$mode" "$@"
    same "PDF of $mode" 0 "$(wc -c <"$WORK/stdout")"
    clean "$mode"
}

cat >"$WORK/page.html" <<'HTML'
<!doctype html>
<html lang="da"><head><meta charset="utf-8"><title>Prøve på æøå</title></head><body>
<h1>Første overskrift</h1><p>En <a href="https://example.invalid/">henvisning</a>.</p>
<script>document.body.append("A script ran")</script>
<h2>Tabellen</h2>
<table><caption>Timer</caption><thead><tr><th scope="col">Måned</th><th scope="col">Timer</th></tr></thead>
<tbody><tr><th scope="row">Maj</th><td>12</td></tr></tbody></table>
<h2>Figuren</h2>
<svg role="img" aria-label="Søjlen når til tolv" width="90" height="60"><rect width="50" height="60"/></svg>
</body></html>
HTML

echo '# wrong usage'
refused 2 'usage: automagi-print' print --portrait
refused 2 'usage: automagi-print' print --timeout 0
refused 1 'there is no HTML on standard input' "$BUILD/bin/automagi-print" </dev/null

echo '# no browser'
mkdir "$WORK/empty" "$WORK/half"
ln -s /bin/true "$WORK/half/chromium"
for missing in empty:chromium half:chromedriver; do
    status=0
    PATH=$WORK/${missing%:*} print >"$WORK/stdout" 2>"$WORK/stderr" || status=$?
    same "status without ${missing#*:}" 3 "$status"
    same 'what is to be done' "automagi-print: ${missing#*:} is not there; install the packages chromium and chromium-driver; the HTML can be printed from any browser" \
        "$(cat "$WORK/stderr")"
done

echo '# a browser that fails'
fails ends 'chromedriver ended before it said its port'
fails chatters 'says much, but not its port'
fails no_port 'did not say its port in time' --timeout 1
fails silent 'the browser did not answer in time' --timeout 1
fails nonsense 'no browser.s driver: it says "<h1>Hello</h1>"'
fails no_id 'a session without an id'
fails no_session 'refused \(session not created\): Chrome failed to start: crashed\.$'
fails refuses 'refused \(javascript error\): printing failed$'
fails dies 'the browser.s driver is gone: '
fails floods 'answer is over 89 MB'
fails no_pdf 'what the browser printed is no PDF'

echo '# a browser that does less'
standin w3c
same 'printed by W3C alone' '%PDF-1.4 print' "$(with_standin w3c)"
standin confined
same 'printed without a sandbox' '%PDF-1.4 execute' "$(with_standin confined 2>"$WORK/stderr")"
same 'that is said' "automagi-print: Chromium's sandbox cannot start here (no user namespaces): printed without it" "$(cat "$WORK/stderr")"
same 'a proxy is not asked' '%PDF-1.4 execute' "$(http_proxy=http://127.0.0.1:9 with_standin confined 2>/dev/null)"
clean 'what works'

echo '# what a browser sees of us'
standin tells
exec 7<"$WORK/page.html"
AUTOMAGI_HOME=$WORK/home AUTOMAGI_TOKEN=secret https_proxy=http://127.0.0.1:9 with_standin tells >"$WORK/told"
exec 7<&-
holds 'its variables' '^variables DBUS_SESSION_BUS_ADDRESS HOME LANG( LC_CTYPE)? PATH TMPDIR XDG_CACHE_HOME XDG_CONFIG_HOME XDG_RUNTIME_DIR$' \
    "$(cat "$WORK/told")"
if grep '^files ' "$WORK/told" | grep -vE '^files (/dev/null|/proc/[0-9]+/fd| )+$'; then fail 'it has files of ours'; fi
if [ "$(id -u)" = 0 ]; then holds 'its ids' '^%PDF-1.4 ids 65534 65534 \[\]$' "$(cat "$WORK/told")"; fi
own_network=(unshare --user --net)
if [ "$(id -u)" = 0 ]; then own_network=(unshare --net); fi
if "${own_network[@]}" true 2>/dev/null; then
    holds 'its network' '^networks lo$' "$(cat "$WORK/told")"
fi

echo '# ended in the midst'
is_asked() { [ -n "$(find "$WORK/tmp" -name asked)" ]; }
start_silent() {
    # A shell has what it starts in the background ignore SIGINT.
    PATH=$WORK/silent:$PATH env --default-signal=INT "$BUILD/bin/automagi-print" <"$WORK/page.html" >"$WORK/stdout" 2>"$WORK/stderr" &
    printing=$!
    wait_for 20 'the driver is asked' is_asked
}
for signal in TERM INT HUP; do
    start_silent
    kill -"$signal" "$printing"
    status=0
    wait "$printing" 2>/dev/null || status=$?
    same "status after SIG$signal" $((128 + $(kill -l "$signal"))) "$status"
    clean "SIG$signal"
    [ ! -s "$WORK/stdout" ] || fail 'half a PDF'
done
start_silent
kill -KILL "$printing"
wait "$printing" 2>/dev/null || true
wait_for 20 'nothing is left of it' is_clean
start_silent
kill -KILL "$(pgrep -P "$printing")" # the keeper
status=0
wait "$printing" || status=$?
same 'status without a keeper' 1 "$status"
clean 'a keeper that was killed'

echo '# what a PDF holds'
print >"$WORK/page.pdf" 2>"$WORK/stderr" || fail "$(cat "$WORK/stderr")"
clean 'Chromium'
pdfinfo "$WORK/page.pdf" >"$WORK/info"
for line in 'Title: +Prøve på æøå' 'Tagged: +yes' 'Pages: +1' 'Page size: .*A4' 'JavaScript: +no'; do
    holds 'the PDF' "^$line" "$(cat "$WORK/info")"
done
pdfinfo -struct-text "$WORK/page.pdf" >"$WORK/tags"
for tag in H1 H2 Table Caption TH TD Figure; do
    holds 'tags' "^ +$tag\\b" "$(cat "$WORK/tags")"
done
holds 'a heading of columns' '/Scope /Column' "$(cat "$WORK/tags")"
utf16() { printf '%s' "$1" | iconv -t UTF-16BE | od -An -v -tx1 | tr -d ' \n' | tr a-f A-F; }
grep -qaF "/Alt <FEFF$(utf16 'Søjlen når til tolv')>" "$WORK/page.pdf" || fail 'the figure has no text'
grep -qaF '/Lang (da)' "$WORK/page.pdf" || fail 'the PDF has no language'
same 'bookmarks' 'Første overskrift/Tabellen/Figuren/' \
    "$(pdftohtml -xml -stdout "$WORK/page.pdf" | sed -n 's|.*<item page="1">\(.*\)</item>|\1|p' | tr '\n' '/')"
if pdftotext "$WORK/page.pdf" - | grep -q 'A script ran'; then fail 'a script ran'; fi

echo '# landscape, unless the page says its size'
print --landscape >"$WORK/wide.pdf" 2>"$WORK/stderr" || fail "$(cat "$WORK/stderr")"
holds 'landscape' '^Page size: +84[12].* x 59[45]' "$(pdfinfo "$WORK/wide.pdf")"
sed -i 's|<title>|<style>@page{size:A5 portrait}</style>&|' "$WORK/page.html"
print --landscape >"$WORK/own.pdf" 2>"$WORK/stderr" || fail "$(cat "$WORK/stderr")"
holds 'its own size' '^Page size: .*A5' "$(pdfinfo "$WORK/own.pdf")"

echo '# a folder for temporary files whose path is too long for a socket'
long=$WORK/$(printf 'long%.0s' {1..30})
mkdir -m 1777 "$long"
TMPDIR=$long print 2>"$WORK/stderr" >"$WORK/page.pdf" || fail "$(cat "$WORK/stderr")"
same 'nothing in it' '' "$(ls "$long")"

echo '# where there are no user namespaces'
# (In a user namespace that may not have others below it.)
differs() { [ "$(readlink "/proc/$1/ns/user")" != "$(readlink /proc/self/ns/user)" ]; }
if [ "$(id -u)" = 0 ] && unshare --user true 2>/dev/null; then
    mkfifo "$WORK/mapped"
    # shellcheck disable=SC2016 # for the shells within
    unshare --user bash -c 'read -r _ <"$0"; exec bash -c "$@"' "$WORK/mapped" \
        'echo 0 >/proc/sys/user/max_user_namespaces; exec "$0"' "$BUILD/bin/automagi-print" \
        <"$WORK/page.html" >"$WORK/page.pdf" 2>"$WORK/stderr" &
    printing=$!
    wait_for 20 'the namespace is there' differs "$printing"
    for map in uid_map gid_map; do echo 0 0 65536 >"/proc/$printing/$map"; done
    echo go >"$WORK/mapped"
    wait "$printing" || fail "$(cat "$WORK/stderr")"
    holds 'what is said' 'printed without it$' "$(cat "$WORK/stderr")"
    holds 'the PDF' '^Tagged: +yes' "$(pdfinfo "$WORK/page.pdf")"
    clean 'Chromium without a sandbox'
fi

echo '# Chromium ended in the midst'
is_shown() { pgrep -f "/chromium.*$WORK/tmp/automagi-print"; }
"$BUILD/bin/automagi-print" <"$WORK/page.html" >"$WORK/page.pdf" 2>"$WORK/stderr" &
printing=$!
wait_for 20 'Chromium is there' is_shown
kill -TERM "$printing"
status=0
wait "$printing" || status=$?
same 'status' 143 "$status"
clean 'Chromium that was ended'
[ ! -s "$WORK/page.pdf" ] || fail 'half a PDF'
