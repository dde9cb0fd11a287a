"""Reads what `automagi report` writes, with nothing but Python's own library and none of this program's code.

    read_report.py xlsx FILE              its cells, a line each: sheet, cell, type, value, format
    read_report.py compare FILE.xlsx FILE.csv     that both hold the same tables, cell by cell
    read_report.py harmless FILE...       that no workbook (xlsx, fods) computes, links out or loads anything

Xlsx, sheets(), tables() and csv_tables() are for the tests of the report's content.
"""
import collections
import csv
import datetime
import re
import sys
import xml.etree.ElementTree as ElementTree
import zipfile
from decimal import Context, Decimal

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
HREF = "{http://www.w3.org/1999/xlink}href"

DIGITS = Context(prec=15)  # what spreadsheets keep of a number, and show: a file may hold 99.40000000000001

# kind: "text", "number" or "blank"; a number is a Decimal
Cell = collections.namedtuple("Cell", "kind value format bold italic color formula")
NOTHING = Cell("blank", None, "General", False, False, None, None)


def place_of(reference):
    """'AB12' -> (11, 27): row and column from 0."""
    letters, digits = re.fullmatch(r"([A-Z]+)([0-9]+)", reference).groups()
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(digits) - 1, column - 1


def name_of(row, column):
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


def unescaped(text):
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)


def words_of(element):
    """The text of a string, in one piece or in runs."""
    return unescaped("".join(part.text or "" for part in element.iter(MAIN + "t")))


class Sheet:
    def __init__(self, name):
        self.name = name
        self.cells = {}  # (row, column) -> Cell
        self.filter = None  # (first row, first column, last row, last column)
        self.frozen = (0, 0)  # rows, columns
        self.widths = {}
        self.footer = ""
        self.links = {}  # (row, column) -> where to, within the workbook

    def cell(self, row, column):
        return self.cells.get((row, column), NOTHING)

    def text(self, row, column):
        return self.cell(row, column).value if self.cell(row, column).kind == "text" else None


class Xlsx:
    def __init__(self, path):
        self.archive = zipfile.ZipFile(path)
        assert self.archive.testzip() is None
        self.strings = self._strings()
        self.formats = self._formats()
        relations = self._relations("xl/_rels/workbook.xml.rels")
        book = self._xml("xl/workbook.xml")
        self.names = {}  # defined names -> what they are
        for defined in book.iter(MAIN + "definedName"):
            self.names[defined.get("name"), defined.get("localSheetId")] = defined.text
        self.sheets = [
            self._sheet(entry.get("name"), "xl/" + relations[entry.get(RELATION + "id")])
            for entry in book.iter(MAIN + "sheet")
        ]

    def _xml(self, part):
        return ElementTree.fromstring(self.archive.read(part))

    def _relations(self, part):
        found = {}
        for entry in self._xml(part).iter(PACKAGE + "Relationship"):
            assert entry.get("TargetMode") != "External", (part, entry.get("Target"))
            found[entry.get("Id")] = entry.get("Target")
        return found

    def _strings(self):
        if "xl/sharedStrings.xml" not in self.archive.namelist():
            return []
        return [words_of(entry) for entry in self._xml("xl/sharedStrings.xml").iter(MAIN + "si")]

    def _formats(self):
        styles = self._xml("xl/styles.xml")
        codes = {0: "General", 9: "0%", 49: "@"}
        for entry in styles.iter(MAIN + "numFmt"):
            codes[int(entry.get("numFmtId"))] = entry.get("formatCode")
        fonts = []
        for font in styles.find(MAIN + "fonts"):
            color = font.find(MAIN + "color")
            fonts.append(
                (
                    font.find(MAIN + "b") is not None,
                    font.find(MAIN + "i") is not None,
                    color.get("rgb") if color is not None else None,
                )
            )
        return [
            (codes.get(int(entry.get("numFmtId")), entry.get("numFmtId")), fonts[int(entry.get("fontId"))])
            for entry in styles.find(MAIN + "cellXfs")
        ]

    def _cell(self, entry):
        code, (bold, italic, color) = self.formats[int(entry.get("s", "0"))]
        formula = entry.find(MAIN + "f")
        value = entry.find(MAIN + "v")
        kind = entry.get("t", "n")
        if kind == "s":
            kind, value = "text", self.strings[int(value.text)]
        elif kind == "inlineStr":
            kind, value = "text", words_of(entry)
        elif kind == "n" and value is not None:
            kind, value = "number", DIGITS.create_decimal(value.text).normalize()
        elif kind == "n":
            kind, value = "blank", None
        else:
            raise AssertionError(f"cell {entry.get('r')} is of type {kind}")
        formula = formula.text or "" if formula is not None else None
        return Cell(kind, value, code, bold, italic, color, formula)

    def _sheet(self, name, part):
        sheet = Sheet(name)
        xml = self._xml(part)
        for entry in xml.iter(MAIN + "c"):
            sheet.cells[place_of(entry.get("r"))] = self._cell(entry)
        for entry in xml.iter(MAIN + "autoFilter"):
            first, _, last = entry.get("ref").partition(":")
            sheet.filter = place_of(first) + place_of(last or first)
        for entry in xml.iter(MAIN + "pane"):
            assert entry.get("state") == "frozen"
            sheet.frozen = int(entry.get("ySplit", "0")), int(entry.get("xSplit", "0"))
        for entry in xml.iter(MAIN + "col"):
            for column in range(int(entry.get("min")) - 1, int(entry.get("max"))):
                sheet.widths[column] = float(entry.get("width"))
        for entry in xml.iter(MAIN + "oddFooter"):
            sheet.footer = entry.text or ""
        for entry in xml.iter(MAIN + "hyperlink"):
            assert entry.get(RELATION + "id") is None, f"{name}: a link out of the workbook"
            sheet.links[place_of(entry.get("ref"))] = entry.get("location")
        return sheet


def sheets(path):
    return Xlsx(path).sheets


class Table:
    """A sheet behind the first one: its title, headings, and rows of cells by heading's place."""

    def __init__(self, sheet):
        top, left, _, right = sheet.filter
        self.sheet = sheet
        self.title = sheet.text(0, 0)
        self.mark = sheet.text(1, 0) if top > 1 else None
        self.headings = [sheet.text(top, column) for column in range(left, right + 1)]
        self.rows = []
        row = top + 1
        while any((row, column) in sheet.cells for column in range(left, right + 1)):
            self.rows.append([sheet.cell(row, column) for column in range(left, right + 1)])
            row += 1
        self.note = sheet.text(row + 1, 0)

    def column(self, heading):
        return [row[self.headings.index(heading)] for row in self.rows]


def tables(path):
    return [Table(sheet) for sheet in sheets(path)[1:]]


def csv_tables(path):
    """table id -> row id -> column id -> line, in the file's order. Row ids may repeat: a list of rows."""
    found = {}
    with open(path, newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            rows = found.setdefault(line["table"], [])
            if not rows or line["column"] in rows[-1]:
                rows.append({})
            rows[-1][line["column"]] = line
    return found


def day_of(number):
    return (datetime.date(1899, 12, 30) + datetime.timedelta(int(number))).isoformat()


def as_csv(cell, kind):
    """What a number's cell is in the CSV."""
    if kind == "percent":
        return cell.value * 100
    if kind == "day":
        return day_of(cell.value)
    if kind == "month":
        assert day_of(cell.value).endswith("-01"), cell
        return day_of(cell.value)[:7]
    return cell.value


def unguarded(text):
    return re.sub(r"(^|[;\t\r\n])'(?=[ \"]*[=+\-@\t\r])", r"\1", text)


def in_a_cell(text):
    """As the workbook has it: control characters are blanks there."""
    return re.sub(r"[\x00-\x09\x0b-\x1f]", " ", text)


def same_text(where, cell, text):
    expected = in_a_cell(unguarded(text))
    found = cell.value if cell.kind == "text" else ""
    assert cell.kind in ("text", "blank") and found in (expected, in_a_cell(text)), (where, cell, text)


def compare_row(where, cells, lines):
    """The cells of one row, in order; a number may have a cell of words behind it."""
    place = 0
    for line in lines.values():
        cell, kind = cells[place], line["kind"]
        if kind == "text":
            same_text(where, cell, line["value"] or line["beside"])
        elif line["value"] == "":
            assert cell.kind == "blank", (where, cell, line)
        else:
            expected = line["value"] if kind in ("day", "month") else Decimal(line["value"])
            assert cell.kind == "number" and as_csv(cell, kind) == expected, (where, cell, line)
        place += 1
        if place < len(cells) and where.has_beside(place):
            if kind != "text":
                same_text(where, cells[place], line["beside"])
            place += 1
    assert place == len(cells), (where, place, len(cells))


class Where:
    """A table, for messages; and which of its columns stand beside another."""

    def __init__(self, table):
        self.table = table

    def has_beside(self, place):
        headings = self.table.headings
        return headings[place] in (f"{headings[place - 1]} – {word}" for word in ("bemærkning", "remark"))

    def __repr__(self):
        return self.table.sheet.name


def compare(xlsx, tidy):
    """Every table of the one is one of the other, with the same numbers and words. How many cells."""
    lines = csv_tables(tidy)
    count = 0
    filled = [table for table in tables(xlsx) if table.rows]
    assert len(filled) == len(lines), ([table.title for table in filled], list(lines))
    for table, (name, rows) in zip(filled, lines.items()):
        assert len(table.rows) == len(rows), (name, len(table.rows), len(rows))
        for cells, row in zip(table.rows, rows):
            compare_row(Where(table), cells, row)
            count += len(row)
    return count


def harmless_xlsx(path):
    book = Xlsx(path)
    for part in book.archive.namelist():
        known = r"(xl/(worksheets/sheet\d+|workbook|sharedStrings|styles|theme/theme1)\.xml|xl/_rels/workbook\.xml\.rels"
        known += r"|\[Content_Types\]\.xml|_rels/\.rels|docProps/(core|app)\.xml)"
        assert re.fullmatch(known, part), f"{path}: {part}"
        assert b"<f>" not in book.archive.read(part) and b"<f " not in book.archive.read(part), (path, part)
    for (name, _), value in book.names.items():
        assert name in ("_xlnm._FilterDatabase", "_xlnm.Print_Titles"), (name, value)
        assert re.fullmatch(r"('([^']|'')+'|[A-Za-z_]+)!\$[A-Z0-9$:]+", value), (name, value)


def fods_cells(path):
    """(sheet, cell's element) of a flat OpenDocument spreadsheet."""
    for table in ElementTree.parse(path).getroot().iter(TABLE + "table"):
        for cell in table.iter(TABLE + "table-cell"):
            yield table.get(TABLE + "name"), cell


def fods_text(cell):
    return "\n".join("".join(line.itertext()) for line in cell.iter(TEXT + "p"))


def harmless_fods(path):
    for sheet, cell in fods_cells(path):
        assert cell.get(TABLE + "formula") is None, (path, sheet, cell.get(TABLE + "formula"))
        for link in cell.iter(TEXT + "a"):
            assert link.get(HREF, "").startswith("#"), (path, sheet, link.get(HREF))


def show(path):
    for sheet in sheets(path):
        for (row, column), cell in sorted(sheet.cells.items()):
            print(sheet.name, name_of(row, column), cell.kind, cell.value, cell.format, sep="\t")


def main(arguments):
    if arguments[0] == "xlsx":
        show(arguments[1])
    elif arguments[0] == "compare":
        print(f"{compare(arguments[1], arguments[2])} cells are the same")
    elif arguments[0] == "harmless":
        for path in arguments[1:]:
            (harmless_fods if path.endswith(".fods") else harmless_xlsx)(path)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
