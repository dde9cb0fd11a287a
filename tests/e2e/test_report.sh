#!/bin/bash
# The report: every figure in it, in every form and both languages, is what the commands answer for the same days;
# an empty home has a report too; and files are written whole, where they were asked for.
. tests/e2e/lib.sh

# ask_and_compare LANGUAGE FROM TO BEFORE-FROM BEFORE-TO [OPTION...]
ask_and_compare() {
    local language=$1 from=$2 to=$3 before=("$4" "$5") file words
    shift 5
    rm -rf "$WORK/asked"
    mkdir "$WORK/asked"
    automagi report --from "$from" --to "$to" --lang "$language" "$@" --out "$WORK/asked/report.html" \
        --out "$WORK/asked/report.xlsx" --out "$WORK/asked/report.csv" >/dev/null
    while IFS=$'\t' read -r file words; do
        # shellcheck disable=SC2086 # words of a command
        automagi $words --format json >"$file"
    done < <(python3 tests/e2e/report_figures.py ask "$WORK/asked" "$from" "$to" \
        --before-from "${before[0]}" --before-to "${before[1]}" "$@")
    python3 tests/e2e/report_figures.py compare "$WORK/asked" "$language" >"$WORK/compared" 2>&1 ||
        fail "$language $from $to: $(tail -n 1 "$WORK/compared")"
    holds 'what was compared' '^[0-9]{3,} cells are what the commands say$' "$(cat "$WORK/compared")"
}

# cell TABLE ROW COLUMN: of the CSV that was asked for last
cell() {
    python3 -c 'import csv, sys
for line in csv.DictReader(open(sys.argv[1])):
    if [line["table"], line["row"], line["column"]] == sys.argv[2:]:
        print(line["value"])' "$WORK/asked/report.csv" "$@"
}

# ---- nothing loaded, nothing done
automagi init >/dev/null
for language in da en; do
    ask_and_compare $language 2026-01-01 2026-10-31 2025-01-01 2025-10-31
    same 'tasks of an empty home' 0 "$(cell savings-departments total tasks)"
done

# ---- the printed table
python3 tests/e2e/golden_tasks.py write "$WORK"
automagi load "$WORK/golden.json" >/dev/null
automagi task import "$WORK/tasks.csv" >/dev/null
for language in da en; do
    ask_and_compare $language 2025-04-01 2025-12-31 2024-07-01 2025-03-31
    same 'the printed total' 301894 "$(cell savings-departments total kroner)"
    same 'its departments' 279431 "$(($(cell savings-departments total kroner) -
        $(cell savings-departments tvaergaaende kroner)))"
    same 'tasks' 23435 "$(cell savings-departments total tasks)"
done
grep -q '301.894'$'\u00a0''kr\.' <(automagi report --from 2025-04-01 --to 2025-12-31 --out "$WORK/da.html" &&
    cat "$WORK/da.html") || fail 'the printed total is not on the Danish page'
grep -q 'DKK'$'\u00a0''301,894' "$WORK/asked/report.html" || fail 'the printed total is not on the English page'
ask_and_compare da 2025-06-01 2025-06-30 2025-05-01 2025-05-31
ask_and_compare en 2025-06-10 2025-07-03 2025-05-17 2025-06-09

# ---- where it is written: whole, at once, in place of what was there
mkdir "$WORK/here"
(
    cd "$WORK/here"
    "$BUILD/bin/automagi" --home "$HOME_DIR" report --year 2025 --format json >"$WORK/answer"
)
same 'files of a report without --out' \
    'report-2025-01-01--2025-12-31-screen.html report-2025-01-01--2025-12-31.csv report-2025-01-01--2025-12-31.html report-2025-01-01--2025-12-31.xlsx' \
    "$(cd "$WORK/here" && find . -type f -printf '%f\n' | sort | tr '\n' ' ' | sed 's/ $//')"
python3 - "$WORK" <<'CHECK'
import json, os, sys
rows = json.load(open(sys.argv[1] + "/answer"))["rows"]
assert [row["form"] for row in rows] == ["html", "xlsx", "csv", "html"], rows
assert all(os.path.getsize(sys.argv[1] + "/here/" + row["file"]) == row["bytes"] for row in rows), rows
CHECK
echo 'what was there' >"$WORK/old.csv"
ln -s old.csv "$WORK/link.csv"
automagi report --year 2025 --out "$WORK/link.csv" >/dev/null
same 'what a link led to' 'what was there' "$(cat "$WORK/old.csv")"
holds 'the file in place of the link' '^table,row,' "$(head -n 1 "$WORK/link.csv")"
automagi report --year 2025 --out "$WORK/again.csv" >/dev/null
same 'the same report' '' "$(diff "$WORK/link.csv" "$WORK/again.csv")"
refused 1 'nowhere/report.html' automagi report --out "$WORK/nowhere/report.html"
(umask 027 && automagi report --year 2025 --out "$WORK/again.csv" >/dev/null)
same 'who may read it' 640 "$(stat -c %a "$WORK/again.csv")"
same 'what a report leaves behind' '' "$(find "$WORK" -name '.automagi-*')"

# ---- a day that is not said, an ending in capitals, and days of which nothing can be said
(cd "$WORK/here" && rm -f ./* && "$BUILD/bin/automagi" --home "$HOME_DIR" report --to 2025-06-30) >/dev/null 2>"$WORK/stderr"
holds 'up to a day' 'report-2025-01-01--2025-06-30\.csv' "$(ls "$WORK/here")"
same 'before the first task' \
    'automagi: the report begins on 2025-01-01, before the first task that is recorded, of 2025-04' "$(cat "$WORK/stderr")"
last=$(date -d "$(TZ=Europe/Copenhagen date +%Y-%m-01) - 1 day" +%F)
(cd "$WORK/here" && rm -f ./* && "$BUILD/bin/automagi" --home "$HOME_DIR" report --from 2025-06-01) >/dev/null 2>"$WORK/stderr"
holds 'from a day on' "report-2025-06-01--$last\\.csv" "$(ls "$WORK/here")"
same 'days that can hold something' '' "$(cat "$WORK/stderr")"
automagi report --month 2190-01 --out "$WORK/x.CSV" --format json >"$WORK/answer" 2>"$WORK/stderr"
holds 'an ending in capitals' '^table,row,' "$(head -n 1 "$WORK/x.CSV")"
ahead='the days 2190-01-01 to 2190-01-31 of the report lie ahead: nothing has happened on them'
same 'days ahead' "automagi: $ahead" "$(cat "$WORK/stderr")"
same 'the same as JSON' "$ahead" \
    "$(python3 -c 'import json, sys; print(*json.load(open(sys.argv[1]))["notes"])' "$WORK/answer")"

# ---- what is no report
refused 2 'its ending says the form: .html, .pdf, .xlsx or .csv' automagi report --out report.docx
refused 2 'its ending says the form' automagi report --out "$WORK/a.html" --out .csv
refused 2 'lies after --to' automagi report --from 2025-12-31 --to 2025-04-01
refused 1 'the last month that is over ends before it, on .*; give --to' automagi report --from 2190-04-01
refused 2 'give one range' automagi report --month 2025-04 --year 2025
refused 2 'give both --before-from and --before-to' automagi report --before-from 2025-04-01
refused 2 'must lie before --from' automagi report --from 2025-05-01 --to 2025-05-31 --before-from 2025-04-01 --before-to 2025-05-01
refused 2 'lies after --before-to' automagi report --from 2025-05-01 --to 2025-05-31 --before-from 2025-04-30 --before-to 2025-04-01
refused 2 '--screen needs --out' automagi report --screen
refused 1 'must end before it begins' automagi report --month 2025-04 --before-from 2025-04-01 --before-to 2025-04-30 --out "$WORK/b.csv"
refused 1 'there is no robot "golden-bae-9"' automagi report --robot golden-bae-9 --out "$WORK/b.csv"
[ ! -e "$WORK/b.csv" ] || fail 'a refused report left a file'

# ---- one robot's page
automagi report --year 2025 --robot golden-bae-1 --out "$WORK/one.html" --out "$WORK/one.csv" >/dev/null
same 'tables of a page' 'scorecards-gates scorecards-history scorecards-parameters' \
    "$(tail -n +2 "$WORK/one.csv" | cut -d, -f1 | sort -u | tr '\n' ' ' | sed 's/ $//')"
holds 'its title' '<title>[^<]*Scorecard: DEMO golden-bae-1' "$(cat "$WORK/one.html")"

# ---- printed
automagi report --year 2025 --lang en --screen --out "$WORK/meeting.pdf" --out "$WORK/meeting.html" >"$WORK/stdout"
same 'PDFs come last' 'html pdf' "$(tail -n +2 "$WORK/stdout" | awk '{print $2}' | tr '\n' ' ' | sed 's/ $//')"
holds 'a tagged PDF' '^Tagged: +yes' "$(pdfinfo "$WORK/meeting.pdf")"
holds 'one message' 'The robots saved 883 hours' "$(pdftotext "$WORK/meeting.pdf" - | tr '\n' ' ')"

# ---- no browser: the page in the PDF's place, the other forms, one line, exit status 1
mkdir "$WORK/empty"
ln -s "$(command -v python3)" "$WORK/empty/python3"
status=0
PATH=$WORK/empty "$BUILD/bin/automagi" --home "$HOME_DIR" report --from 2025-04-01 --to 2025-12-31 --out "$WORK/board.pdf" \
    --out "$WORK/board.csv" >"$WORK/stdout" 2>"$WORK/stderr" || status=$?
same 'exit status without a browser' 1 "$status"
same 'lines on stderr' 1 "$(wc -l <"$WORK/stderr")"
holds 'what it says' 'no PDF, the page is written as .html instead: .*chromium' "$(cat "$WORK/stderr")"
holds 'what is written' 'board.csv +csv' "$(cat "$WORK/stdout")"
holds 'the page in its place' '^<!DOCTYPE html>' "$(head -n 1 "$WORK/board.html")"
[ ! -e "$WORK/board.pdf" ] || fail 'there is a PDF without a browser'
rm "$WORK"/board.*
PATH=$WORK/empty "$BUILD/bin/automagi" --home "$HOME_DIR" report --year 2025 --out "$WORK/board.html" \
    --out "$WORK/board.pdf" >"$WORK/stdout" 2>"$WORK/stderr" && fail 'a PDF without a browser'
same 'the page that was asked for' '<body class="screen">' "$(grep '^<body' "$WORK/board.html")"
same 'how often it is named' 1 "$(grep -c 'board.html' "$WORK/stdout")"

# ---- two years of invented tasks, with everything that can be said of them
rm -rf "$HOME_DIR"
AUTOMAGI_BUILD=$BUILD robots/demo/make_demo.sh "$HOME_DIR" 2026-10 >"$WORK/made" 2>&1 || fail "$(cat "$WORK/made")"
export MOVED_CLOCK=$WORK/clock
head -c 8 /dev/zero >"$MOVED_CLOCK"
set_clock 2026-11-05T10:00:00+01:00
export LD_PRELOAD=$BUILD/tests/e2e/moved_clock.so
ask_and_compare da 2026-01-01 2026-10-31 2025-01-01 2025-10-31
ask_and_compare en 2026-01-01 2026-10-31 2025-01-01 2025-10-31 --as-of 2026-11-05
ask_and_compare da 2026-07-01 2026-09-30 2026-04-01 2026-06-30
holds 'the mark' 'DEMO – opdigtede tal' "$(cat "$WORK/asked/report.html")"
(
    cd "$WORK/here"
    rm -f ./*
    "$BUILD/bin/automagi" --home "$HOME_DIR" report >/dev/null
    [ -e report-2026-01-01--2026-10-31-screen.html ] || fail "the usual range: $(ls)"
)
verify_clean
