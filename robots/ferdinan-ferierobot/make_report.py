#!/usr/bin/env python3
"""Writes the sample report, feriesaldo.xlsx, as its tables below say.

    python3 make_report.py source/feriesaldo.xlsx

The bytes are the same each time: no program, person, machine or time of writing is named in the file.
"""
import datetime
import sys
import zipfile
from xml.sax.saxutils import escape

TAKEN_ON = datetime.date(2026, 3, 2)
HEADERS = ["Opgjort pr.", "Enhed", "Medarbejdernr.", "Restferie (dage)", "Heraf 6. ferieuge"]
ROWS = [
    ("Bibliotek (opdigtet)", "900001", 12.5, 3),
    ("Bibliotek (opdigtet)", "900002", 7.3, 0),
    ("Børnehuset Nullerten", "900003", 0, 0),
    ("Børnehuset Nullerten", "900004", 25, 5),
    ("Børnehuset Nullerten", "900005", 4.17, 2),
    ("Driftsgården X", "900006", 10, 5),
    ("Driftsgården X", "900007", -1.5, 0),
    ("Skolen Ved Intet", "900008", 18, 5),
]

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."


def text(place, value):
    return '<c r="%s" t="inlineStr"><is><t>%s</t></is></c>' % (place, escape(value))


def number(place, value, style=0):
    return '<c r="%s" s="%d"><v>%s</v></c>' % (place, style, value)


def sheet():
    serial = (TAKEN_ON - datetime.date(1899, 12, 30)).days
    lines = ["".join(text("ABCDE"[i] + "1", HEADERS[i]) for i in range(len(HEADERS)))]
    for at, (unit, employee, days, sixth) in enumerate(ROWS, 2):
        lines.append(number("A%d" % at, serial, 1) + text("B%d" % at, unit) +
                     text("C%d" % at, employee) + number("D%d" % at, days) + number("E%d" % at, sixth))
    rows = "".join('<row r="%d">%s</row>' % (at, line) for at, line in enumerate(lines, 1))
    return HEAD + '<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (MAIN, rows)


PARTS = {
    "[Content_Types].xml": HEAD + '<Types xmlns="%s/content-types">' % PACKAGE +
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="%ssheet.main+xml"/>' % SHEET_TYPE +
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="%sworksheet+xml"/>' % SHEET_TYPE +
    '<Override PartName="/xl/styles.xml" ContentType="%sstyles+xml"/></Types>' % SHEET_TYPE,
    "_rels/.rels": HEAD + '<Relationships xmlns="%s/relationships">' % PACKAGE +
    '<Relationship Id="rId1" Type="%s/officeDocument" Target="xl/workbook.xml"/></Relationships>' % RELATIONS,
    "xl/workbook.xml": HEAD + '<workbook xmlns="%s" xmlns:r="%s"><sheets>' % (MAIN, RELATIONS) +
    '<sheet name="Feriesaldi" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": HEAD + '<Relationships xmlns="%s/relationships">' % PACKAGE +
    '<Relationship Id="rId1" Type="%s/worksheet" Target="worksheets/sheet1.xml"/>' % RELATIONS +
    '<Relationship Id="rId2" Type="%s/styles" Target="styles.xml"/></Relationships>' % RELATIONS,
    "xl/styles.xml": HEAD + '<styleSheet xmlns="%s">' % MAIN +
    '<fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
    "xl/worksheets/sheet1.xml": sheet(),
}


def main():
    with zipfile.ZipFile(sys.argv[1], "w") as archive:
        for name, content in PARTS.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            archive.writestr(entry, content)


main()
