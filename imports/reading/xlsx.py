"""The workbook around the sheets of an .xlsx: which sheets, which styles, which texts; sheets are in xlsx_sheet."""

import re
from dataclasses import dataclass, field

from imports.reading.archive import Archive, resolve
from imports.reading.errors import ReadError
from imports.reading.formats import BUILTIN, PLAIN, NumberFormat, classify
from imports.reading.partxml import LocalNames, Text, attributes, elements, integer, is_true, parse
from imports.reading.raw import Budget, RawCell, RawSheet, text_cell

ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
Relations = dict[str, tuple[str, str]]  # id → (kind, part)


@dataclass(slots=True)
class Style:
    """What a cell's style index says."""

    format: NumberFormat = PLAIN
    struck: bool = False


@dataclass(slots=True)
class Book:
    """What all sheets of a workbook share."""

    epoch_1904: bool = False
    recalculates: bool = False  # the writer left the arithmetic to the next program (fullCalcOnLoad)
    styles: list[Style] = field(default_factory=list)
    texts: list[RawCell] = field(default_factory=list)
    budget: Budget | None = None


@dataclass(slots=True)
class SheetEntry:
    name: str
    hidden: bool
    part: str


def read_xlsx(archive: Archive, budget: Budget) -> tuple[list[RawSheet], bool]:
    """The worksheets of a checked container, and whether its day 0 is that of 1904."""
    main = main_part(archive)
    relations = read_relations(archive, main)
    book = Book(budget=budget)
    entries = _read_workbook(archive, main, relations, book)
    for kind, part in relations.values():
        if kind == "styles" and archive.has(part):
            book.styles = _read_styles(archive, part)
        elif kind == "sharedstrings" and archive.has(part):
            book.texts = _read_texts(archive, part, budget)
    sheets = [read_sheet(archive, entry, book) for entry in entries]
    return sheets, book.epoch_1904


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


def _read_texts(archive: Archive, part: str, budget: Budget) -> list[RawCell]:
    """The shared texts, without their reading aids (phonetic runs)."""
    texts: list[RawCell] = []
    text = Text()
    names = LocalNames()
    pieces: list[str] = []
    phonetic = False

    def start(name: str, _: list[str]) -> None:
        nonlocal phonetic
        short = names[name]
        if short == "t":
            text.clear()
        elif short == "rPh":
            phonetic = True

    def end(name: str) -> None:
        nonlocal phonetic
        short = names[name]
        if short == "t":
            if not phonetic:
                pieces.append(text.take())
        elif short == "rPh":
            phonetic = False
        elif short == "si":
            whole = "".join(pieces)
            pieces.clear()
            budget.text(whole)
            budget.add(0 if len(texts) < budget.limits.max_rows * 8 else 1)
            texts.append(text_cell(unescape(whole)))

    parse(archive.chunks(part), start, end, text)
    return texts


def unescape(text: str) -> str:
    """_x000D_ and its kin, which is how OOXML writes control characters; surrogate pairs become their character."""
    if "_x" not in text:
        return text
    plain = ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    try:
        return plain.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        return plain  # a lone surrogate: text_cell marks it


def count_findings(archive: Archive, part: str, sheet: RawSheet) -> None:
    """Comments and pictures of a sheet: they hold no cell, so they are only mentioned."""
    comments: list[str] = []
    pictures = boxes = 0
    for kind, target in read_relations(archive, part).values():
        if not archive.has(target):
            continue
        if kind == "comments":
            comments += [values.get("ref", "") for tag, values in elements(archive.chunks(target)) if tag == "comment"]
        elif kind == "drawing":
            tags = [tag for tag, _ in elements(archive.chunks(target))]
            pictures += tags.count("pic")
            boxes += tags.count("txBody")
    if comments:
        shown = ", ".join(comments[:8]) + (" …" if len(comments) > 8 else "")
        sheet.note("comments", count=len(comments), cells=shown)
    if pictures:
        sheet.note("pictures", count=pictures)
    if boxes:
        sheet.note("text_boxes", count=boxes)


__all__ = ["Book", "SheetEntry", "Style", "attributes", "count_findings", "read_xlsx", "unescape"]
