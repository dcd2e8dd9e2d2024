"""The workbook around the sheets of an .xlsx: which sheets, styles and texts. The sheets are read in xlsx_sheet.py."""

from collections.abc import Iterator

from imports.reading.archive import Archive, resolve
from imports.reading.errors import ReadError
from imports.reading.formats import BUILTIN, PLAIN, NumberFormat, classify
from imports.reading.limits import MAX_CELLS
from imports.reading.partxml import LocalNames, Text, elements, integer, is_true, parse
from imports.reading.raw import Budget, RawCell, RawSheet, text_cell
from imports.reading.remarks import read_comments, tell_comments
from imports.reading.richtext import RichText, unescape
from imports.reading.shortcut import outside
from imports.reading.xlsx_rows import END_ITEM, SHARED, plain_items

Relations = dict[str, tuple[str, str]]  # id → (kind, part)


class Style:
    """What a cell's style index says."""

    def __init__(self, format: NumberFormat = PLAIN, struck: bool = False) -> None:
        self.format = format
        self.struck = struck


class Book:
    """What all sheets of a workbook share."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.epoch_1904 = False
        self.recalculates = False  # the writer left the arithmetic to the next program (fullCalcOnLoad)
        self.styles: list[Style] = []
        self.texts: list[RawCell] = []


class SheetEntry:
    def __init__(self, name: str, hidden: bool, part: str) -> None:
        self.name = name
        self.hidden = hidden
        self.part = part


def open_book(archive: Archive, budget: Budget) -> tuple[Book, list[SheetEntry]]:
    """What the sheets of a checked container share, and the list of its worksheets."""
    main = main_part(archive)
    relations = read_relations(archive, main)
    book = Book(budget)
    entries = _read_workbook(archive, main, relations, book)
    for kind, part in relations.values():
        if kind == "styles" and archive.has(part):
            book.styles = _read_styles(archive, part)
        elif kind == "sharedstrings" and archive.has(part):
            book.texts = _read_texts(archive, part, budget)
    return book, entries


def main_part(archive: Archive) -> str:
    """The workbook part, by the package's relations, else where everybody puts it."""
    for kind, part in read_relations(archive, "").values():
        if kind == "officedocument" and archive.has(part):
            return part
    return "xl/workbook.xml"


def read_relations(archive: Archive, part: str) -> Relations:
    """The relations of a part that stay inside the package."""
    folder, _, name = part.rpartition("/")
    path = f"{folder}/_rels/{name}.rels".lstrip("/")
    if not archive.has(path):
        return {}
    found: Relations = {}
    for tag, values in elements(archive.chunks(path)):
        if tag == "Relationship" and values.get("TargetMode") != "External" and values.get("Target"):
            kind = values.get("Type", "").rpartition("/")[2].lower()
            found[values.get("Id", "")] = (kind, resolve(part, values["Target"]))
    return found


def _read_workbook(archive: Archive, main: str, relations: Relations, book: Book) -> list[SheetEntry]:
    entries: list[SheetEntry] = []
    for tag, values in elements(archive.chunks(main)):
        if tag == "workbookPr":
            book.epoch_1904 = is_true(values.get("date1904"))
        elif tag == "calcPr":
            book.recalculates = is_true(values.get("fullCalcOnLoad"))
        elif tag == "sheet" and "id" in values:
            kind, part = relations.get(values["id"], ("", ""))
            if kind == "worksheet":
                entries.append(SheetEntry(values.get("name", ""), values.get("state", "visible") != "visible", part))
    if not entries:
        raise ReadError("no_sheet")
    return entries


def _read_styles(archive: Archive, part: str) -> list[Style]:
    formats: dict[int, str] = {}
    struck_fonts: list[bool] = []
    cells: list[tuple[int, int]] = []  # (number format, font)
    inside = ""
    for tag, values in elements(archive.chunks(part)):
        if tag in ("fonts", "cellXfs", "cellStyleXfs", "dxfs", "numFmts", "fills", "borders", "cellStyles"):
            inside = tag
        elif tag == "numFmt" and inside == "numFmts":
            formats[integer(values.get("numFmtId"))] = values.get("formatCode", "")
        elif tag == "font" and inside == "fonts":
            struck_fonts.append(False)
        elif tag == "strike" and inside == "fonts" and struck_fonts:
            struck_fonts[-1] = is_true(values.get("val", "1"))
        elif tag == "xf" and inside == "cellXfs":
            cells.append((integer(values.get("numFmtId")), integer(values.get("fontId"))))
    return [
        Style(classify(formats.get(number, BUILTIN.get(number, ""))), font < len(struck_fonts) and struck_fonts[font])
        for number, font in cells
    ]


class SharedTexts:
    """The handlers of the shared texts."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.texts: list[RawCell] = []
        self.text = Text()
        self.item = RichText(self.text)
        self.names = LocalNames()
        self.is_open = False

    def start(self, name: str, _: list[str]) -> None:
        short = self.names[name]
        if short == "sst":
            self.is_open = True
        else:
            self.item.start(short)

    def end(self, name: str) -> None:
        short = self.names[name]
        if short == "si":
            self._add(self.item.take())
        elif short == "sst":
            self.is_open = False
        else:
            self.item.end(short)

    def take(self, block: str) -> Iterator[str]:
        """A block of plain texts; see shortcut.py."""
        items = plain_items(block) if self.is_open else None
        if items is None:
            yield block
            return
        for item in items:
            self._add(item)

    def _add(self, text: str) -> None:
        self.budget.text(text)
        if len(self.texts) >= MAX_CELLS:
            raise ReadError("bomb", detail="too many shared texts")
        self.texts.append(text_cell(unescape(text)))


def _read_texts(archive: Archive, part: str, budget: Budget) -> list[RawCell]:
    reader = SharedTexts(budget)
    chunks = outside(archive.chunks(part), SHARED, END_ITEM, lambda: reader.is_open, reader.take)
    parse(chunks, reader.start, reader.end, reader.text)
    return reader.texts


def read_findings(archive: Archive, part: str, sheet: RawSheet, budget: Budget) -> None:
    """Comments of a sheet; pictures and text boxes hold no cell, so they are only mentioned."""
    pictures = boxes = 0
    for kind, target in read_relations(archive, part).values():
        if not archive.has(target) or not target.lower().endswith(".xml"):
            continue
        if kind == "comments":
            read_comments(archive, target, sheet, budget)
        elif kind == "drawing":
            tags = [tag for tag, _ in elements(archive.chunks(target))]
            pictures += tags.count("pic")
            boxes += tags.count("txBody")
    tell_comments(sheet)
    if pictures:
        sheet.note("pictures", count=pictures)
    if boxes:
        sheet.note("text_boxes", count=boxes)
