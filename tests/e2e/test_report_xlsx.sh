#!/bin/bash
# The workbook and the CSV of a report, as other programs read them: LibreOffice opens them, numbers are numbers,
# text is text whatever it looks like, both hold the same, and nothing computes.
. tests/e2e/lib.sh

# office FILTER FILE...: converted into $WORK/out by an office of this test's own.
office() {
    local filter=$1
    shift
    env HOME="$WORK" timeout 300 soffice "-env:UserInstallation=file://$WORK/office" --headless \
        --convert-to "$filter" "${@:2}" --outdir "$WORK/out" "$1" >"$WORK/office.log" 2>&1 ||
        fail "LibreOffice: $(cat "$WORK/office.log")"
}

# read_csv SEPARATOR QUOTE FILE: opened as a person does who lets LibreOffice compute; separator and quote by their
# numbers.
read_csv() {
    office fods "$3" "--infilter=CSV:$1,$2,76,1,,1033,false,true,false,false,false,-1,true"
}

read_report() {
    python3 tests/e2e/read_report.py "$@"
}

"$BUILD/tests/unit/test_xlsx" "$WORK"
for report in danish english hostile; do
    holds "$report" '^[0-9]+ cells are the same$' \
        "$(read_report compare "$WORK/$report.xlsx" "$WORK/$report.csv")"
    read_report harmless "$WORK/$report.xlsx"
done

# ---- what stands where, as the file has it
cat >"$WORK/danish.py" <<'CHECK'
import sys
sys.path.insert(0, "tests/e2e")
from decimal import Decimal
from read_report import Table, Xlsx, sheets

found = sheets(sys.argv[1] + "/danish.xlsx")
assert [sheet.name for sheet in found] == ["Indhold", "Afdelinger", "Besparelse efter måned", "Ingen rækker"]
first = found[0]
assert first.text(0, 0) == "Robotternes gevinster" and first.text(1, 0) == "1. januar 2025 – 31. december 2025"
assert first.text(2, 0) == "DEMO – tallene er opdigtede" and first.text(3, 0).startswith("Lavet den 1. februar")
assert sorted(first.links.values()) == ["'Afdelinger'!A1", "'Besparelse efter måned'!A1", "'Ingen rækker'!A1"]
words = [cell.value for cell in first.cells.values()]
assert "Årsværk" in words and "1.924 timer." in words and any("procenter er brøker" in (word or "") for word in words)
for sheet in found:
    assert "DEMO – tallene er opdigtede" in sheet.footer, sheet.name
    assert all(cell.format != "General" for cell in sheet.cells.values()), sheet.name

sheet = found[1]
table = Table(sheet)
assert (table.title, table.mark, table.note) == \
    ("Afdelinger", "DEMO – tallene er opdigtede", "Rækkerne summer til totalen.")
assert sheet.frozen == (3, 1) and sheet.filter == (2, 0, 4, 11), (sheet.frozen, sheet.filter) # without the total
assert sheet.links == {(3, 0): "'Besparelse efter måned'!A1"}
assert table.headings == ["Afdeling", "Opgaver", "Opgaver – bemærkning", "Besparelse", "Timer", "Minutter",
                          "Af måltal", "Af måltal – bemærkning", "Point", "Fra", "Måned", "Mærke"]
expected = {
    "Opgaver": ("#,##0", [5875, -3, 5872]),
    "Besparelse": ('#,##0 "kr."', [114987, -2514, 112473]),
    "Timer": ("#,##0.0", [Decimal("336.1"), Decimal("-0.5"), None]),
    "Minutter": ("#,##0.00", [20169, Decimal("0.01"), None]),
    "Af måltal": ("0.0%", [Decimal("1.125"), None, None]),
    "Point": ("#,##0", [5, None, None]),
    "Fra": ('dd"."mm"."yyyy', [45748, 46387, None]),
    "Måned": ("[$-406]mmmm yyyy", [45748, 46357, None]),
}
for heading, (code, values) in expected.items():
    column = table.column(heading)
    assert [cell.value for cell in column] == values, heading
    assert all(cell.format == code and cell.kind in ("number", "blank") for cell in column), heading
assert [cell.value for cell in table.column("Af måltal – bemærkning")] == [None, "intet mål", None]
assert [cell.value for cell in table.column("Mærke")] == ["ja", "ikke spurgt", None]
plain, weak, total = table.rows
assert not any(cell.bold for cell in plain)
assert [cell.value for cell in plain if cell.italic] == [5] # weak alone
assert all(cell.italic and cell.color == "FF595959" for cell in weak)
assert all(cell.bold and not cell.italic for cell in total)
assert all(9 <= sheet.widths[column] <= 62 for column in range(12)), sheet.widths
made = Xlsx(sys.argv[1] + "/danish.xlsx").archive.read("docProps/core.xml")
assert made.count(b"1980-01-01T00:00:00Z") == 2, made # never the clock's: the same report gives the same bytes
odd = Table(sheets(sys.argv[1] + "/odd.xlsx")[1])
assert [row[0].value for row in odd.rows] == \
    ["a b", "a\ufffdb", "a\ufffdz", "a b\nc", "_x0041_", "&amp;<t>]]>"], odd.rows
assert odd.sheet.footer.startswith("&LR+G +P &R"), odd.sheet.footer
english = Table(sheets(sys.argv[1] + "/english.xlsx")[1])
assert english.column("Besparelse")[0].format == '"DKK "#,##0' and english.column("Fra")[0].format == "yyyy-mm-dd"
CHECK
python3 "$WORK/danish.py" "$WORK"

# ---- as LibreOffice understands it
office fods "$WORK/danish.xlsx"
office fods "$WORK/hostile.xlsx"
read_report harmless "$WORK/out/danish.fods" "$WORK/out/hostile.fods"
cat >"$WORK/types.py" <<'CHECK'
import sys
sys.path.insert(0, "tests/e2e")
from read_report import OFFICE, fods_cells, fods_text

cells = [(sheet, cell.get(OFFICE + "value-type"), cell.get(OFFICE + "value") or cell.get(OFFICE + "date-value"),
          fods_text(cell)) for sheet, cell in fods_cells(sys.argv[1])]
for kinds, value, shown in [(("float", "currency"), "114987", "114,987 kr."), (("float", "currency"), "-2514", "-2,514 kr."),
                     (("float",), "336.1", "336.1"), (("float",), "-3", "-3"), (("percentage",), "1.125", "112.5%"),
                     (("date",), "2025-04-01", "01.04.2025"), (("date",), "2025-04-01", "april 2025"),
                     (("string",), None, "Ærø & Omegn"), (("string",), None, "intet mål")]:
    assert any(sheet == "Afdelinger" and kind in kinds and found == value and text == shown
               for sheet, kind, found, text in cells), (kinds, value, shown, cells)
months = [found for sheet, kind, found, text in cells if sheet == "Besparelse efter måned" and kind in ("float", "currency")]
assert sum(map(int, months)) == 66000, months
CHECK
python3 "$WORK/types.py" "$WORK/out/danish.fods"

# ---- a whole report: every figure of the one is that of the other, and its departments' are the printed ones
python3 tests/e2e/golden_tasks.py write "$WORK"
automagi init >/dev/null
automagi load "$WORK/golden.json" >/dev/null
automagi task import "$WORK/tasks.csv" >/dev/null
for language in da en; do
    automagi report --from 2025-04-01 --to 2025-12-31 --as-of 2025-12-31 --lang "$language" \
        --out "$WORK/$language.xlsx" --out "$WORK/$language.csv" >/dev/null
    holds "the report in $language" '^[0-9]{3,} cells are the same$' \
        "$(read_report compare "$WORK/$language.xlsx" "$WORK/$language.csv")"
    read_report harmless "$WORK/$language.xlsx"
done
cat >"$WORK/golden.py" <<'CHECK'
import sys
sys.path.insert(0, "tests/e2e")
from read_report import tables

departments, = [table for table in tables(sys.argv[1]) if table.title == "Afdelinger"]
rows = {row[0].value: (row[departments.headings.index("Opgaver")].value, row[departments.headings.index("Kroner")].value)
        for row in departments.rows}
assert rows["I alt"] == (23435, 301894) and rows["Tværgående"] == (3940, 22463), rows
assert rows["Borger, Arbejdsmarked & Erhverv"] == (5875, 114987), rows
for place in (0, 1):
    assert sum(row[place] for name, row in rows.items() if name != "I alt") == rows["I alt"][place], rows
CHECK
python3 "$WORK/golden.py" "$WORK/da.xlsx"

# ---- the CSV, as it is and as it is misread where a semicolon divides; the counterproof computes
cp "$WORK/hostile.csv" "$WORK/semicolon.csv"
cp "$WORK/hostile.csv" "$WORK/unquoted.csv"
printf 'a,b\n=1+1,"=2+2"\n' >"$WORK/computed.csv"
read_csv 44 34 "$WORK/computed.csv"
grep -q 'table:formula' "$WORK/out/computed.fods" || fail 'LibreOffice computes nothing: this would prove nothing'
read_csv 44 34 "$WORK/hostile.csv"
read_csv 59 34 "$WORK/semicolon.csv"
read_csv 59 0 "$WORK/unquoted.csv"
for name in hostile semicolon unquoted; do
    read_report harmless "$WORK/out/$name.fods"
    [ "$(grep -c 'value-type="string"' "$WORK/out/$name.fods")" -gt 100 ] || fail "$name.csv was not read"
done

echo "workbook and CSV are read by others as they were meant"
