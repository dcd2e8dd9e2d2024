"""Tables in plain text (csv, tsv, txt, a paste from Excel): which encoding, which delimiter, which cells."""

import codecs
import csv
import io
import re
from collections import Counter

from imports.reading.errors import ReadError
from imports.reading.raw import Budget, RawSheet, text_cell

BOMS = [
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
]  # fmt: skip
# What a person may choose on the preview page.
ENCODINGS = {"utf-8", "utf-8-sig", "gb18030", "gbk", "gb2312", "big5", "big5hkscs", "cp950", "utf-16", "utf-16-le",
             "utf-16-be"}  # fmt: skip
DELIMITERS = ",\t;"
SAMPLE = 64 * 1024
CJK = re.compile(r"[㐀-䶿一-鿿\U00020000-\U0003ffff]")
CODE = re.compile(r'\s*(?:\{\s*"|\[\s*[\[{])')  # JSON
CONTROL = re.compile(r"[\x01-\x08\x0e-\x19\x1b-\x1f]")


def decode(data: bytes, encoding: str | None) -> tuple[str, str]:
    """The text and the encoding it was read by: BOM, strict UTF-8, strict GB18030, UTF-16; never a replacement."""
    if not data.strip(b"\r\n\t \x1a"):
        raise ReadError("empty_file")
    if encoding:
        return _chosen(data, encoding.lower().replace("_", "-")), encoding.lower()
    for bom, name in BOMS:
        if data.startswith(bom):
            return _strict(data, name), name
    if b"\0" in data:
        return _wide(data)
    try:
        text, name = data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text, name = _gb18030(data), "gb18030"
    if len(CONTROL.findall(text[:SAMPLE])) > len(text[:SAMPLE]) / 50:
        raise ReadError("not_a_spreadsheet", kind="other")
    if _is_mojibake(text):
        raise ReadError("bad_encoding")
    return text, name


def _chosen(data: bytes, encoding: str) -> str:
    if encoding not in ENCODINGS:
        raise ReadError("unknown_encoding", encoding=encoding[:20])
    return _strict(data, "utf-8-sig" if encoding == "utf-8" else encoding).removeprefix("\ufeff")


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise ReadError("bad_encoding") from None


def _wide(data: bytes) -> tuple[str, str]:
    """UTF-16 without its mark: zeros stand at the odd places of commas and line ends; else zeros are a fault."""
    sample = data[:SAMPLE]
    odd, even = sample[1::2].count(0), sample[0::2].count(0)
    if len(data) % 2 == 0 and odd + even > 0 and (odd >= 4 * even or even >= 4 * odd):
        name = "utf-16-le" if odd > even else "utf-16-be"
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            text = "\0"
        if "\0" not in text and _looks_written(text[:SAMPLE]):
            return text, name
    if len(CONTROL.findall(sample.decode("latin-1"))) > len(sample) / 50:
        raise ReadError("not_a_spreadsheet", kind="other")
    raise ReadError("nul_character")


def _looks_written(text: str) -> bool:
    usual = sum(
        1 for char in text if char.isascii() or CJK.match(char) or "\u3000" <= char <= "\u303f" or char > "\uff00"
    )
    return usual > len(text) * 0.9 and any(mark in text for mark in "\n\r\t,;")


def _gb18030(data: bytes) -> str:
    """GB18030 where the text is in everyday characters; Big5 and Shift-JIS decode too, into rare ones."""
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        binary = sum(1 for byte in data[:SAMPLE] if byte < 9 or 13 < byte < 32) > len(data[:SAMPLE]) / 50
        if binary:
            raise ReadError("not_a_spreadsheet", kind="other") from None
        raise ReadError("bad_encoding") from None
    sample = [char for char in text[:SAMPLE] if not char.isascii()]
    everyday = sum(1 for char in sample if _is_everyday(char))
    if everyday < len(sample) * 0.7 or not any(CJK.match(char) for char in sample):
        raise ReadError("bad_encoding")
    return text


def _is_everyday(char: str) -> bool:
    """One of the 3,755 usual characters of GB 2312, its punctuation or a full-width letter."""
    code = char.encode("gb18030", "replace")
    return len(code) == 2 and code[1] >= 0xA1 and (0xA1 <= code[0] <= 0xA3 or 0xB0 <= code[0] <= 0xD7)


def _is_mojibake(text: str) -> bool:
    """Text that was decoded wrongly before it was saved: UTF-8 read as Latin-1, or as GBK (椤圭洰鍚嶇О)."""
    sample = text[:4000]
    chinese = len(CJK.findall(sample))
    latin = sum(1 for char in sample if "\u0080" <= char <= "\u00ff")
    if latin > 6 and latin > 4 * chinese and latin > len(sample) / 10:
        return True
    line = next((line for line in sample.splitlines() if len(CJK.findall(line)) >= 6), "")
    try:
        again = line.encode("gb18030").decode("utf-8")
    except UnicodeError:
        return False
    return bool(line) and len(CJK.findall(again)) >= 3


def read_table(text: str, name: str, budget: Budget) -> RawSheet:
    """The rows of a text table; record number = row number, so that a message finds its line in a spreadsheet too."""
    if "\0" in text:
        raise ReadError("nul_character")
    text = text.rstrip("\x1a")
    if not text.strip():
        raise ReadError("empty_file")
    if CODE.match(text):
        raise ReadError("not_a_spreadsheet", kind="prose")
    delimiter = _delimiter(text)
    rows = _records(text, delimiter, budget)
    if not _is_table(rows):
        raise ReadError("not_a_spreadsheet", kind="prose")
    sheet = RawSheet(name, rows=[[text_cell(value) for value in row] for row in rows])
    damaged = sum(1 for row in rows for value in row if "\ufffd" in value)
    if damaged:
        sheet.note("lost_characters", count=damaged)
    sheet.tidy()
    return sheet


def _delimiter(text: str) -> str:
    """The delimiter that most of the first lines have in common."""
    lines = [line for line in text[:SAMPLE].splitlines()[:60] if line.strip()]
    best, best_score = "", (0, 0)
    for delimiter in DELIMITERS:
        counts = [_outside_quotes(line, delimiter) for line in lines]
        with_it = [count for count in counts if count]
        if with_it:
            usual, times = Counter(with_it).most_common(1)[0]
            score = (times * usual, usual)
            if score > best_score:
                best, best_score = delimiter, score
    if not best:
        raise ReadError("not_a_spreadsheet", kind="prose")
    return best


def _outside_quotes(line: str, delimiter: str) -> int:
    return sum(part.count(delimiter) for part in line.split('"')[::2])


def _records(text: str, delimiter: str, budget: Budget) -> list[list[str]]:
    try:
        rows = _quoted(text, delimiter, budget)
        _refuse_swallowed_rows(rows, delimiter)
        return rows
    except ReadError as error:
        # A system that never quotes writes "双福"园区 as it is: certain only where each line has the same tabs.
        if error.code == "unbalanced_quotes" and delimiter == "\t" and (rows := _unquoted(text, budget)):
            return rows
        raise


def _quoted(text: str, delimiter: str, budget: Budget) -> list[list[str]]:
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            rows.append(row)
            _count(row, len(rows), budget)
    except csv.Error as error:
        raise ReadError("unbalanced_quotes", row=len(rows) + 1, detail=str(error)) from None
    return rows


def _count(row: list[str], number: int, budget: Budget) -> None:
    budget.add(len(row))
    for value in row:
        budget.text(value)
    if any(row):
        budget.row(number)
        budget.column(max(i for i, value in enumerate(row, 1) if value))


def _refuse_swallowed_rows(rows: list[list[str]], delimiter: str) -> None:
    """A quote that was never closed eats rows up to the next quote: then a cell holds lines shaped like rows."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    usual = widths.most_common(1)[0][0] if widths else 0
    for number, row in enumerate(rows, 1):
        for value in row:
            if "\n" in value or "\r" in value:
                lines = value.splitlines()
                if usual >= 3 and any(line.count(delimiter) >= usual - 1 for line in lines[1:-1] or lines):
                    raise ReadError("unbalanced_quotes", row=number)


def _unquoted(text: str, budget: Budget) -> list[list[str]]:
    rows = [line.split("\t") for line in re.split(r"\r\n|\r|\n", text)]
    if len({len(row) for row in rows if any(row)}) != 1:
        return []
    for number, row in enumerate(rows, 1):
        _count(row, number, budget)
    return rows


def _is_table(rows: list[list[str]]) -> bool:
    """Prose has commas too, but not the same number of them in line after line."""
    filled = [row for row in rows if any(value.strip() for value in row)]
    if not filled:
        raise ReadError("empty_file")
    wide = [row for row in filled if len(row) > 1]
    if len(wide) * 2 < len(filled):
        return False
    usual, times = Counter(len(row) for row in wide).most_common(1)[0]
    return times * 10 >= len(filled) * 3 if usual > 2 or len(filled) < 3 else times * 10 >= len(filled) * 8
