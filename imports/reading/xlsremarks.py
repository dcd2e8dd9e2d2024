"""Comments of an .xls: a note names cell, object and author; the text is that of the object (BIFF5: of the note)."""

import struct
from collections.abc import Iterator

from imports.reading.errors import ReadError
from imports.reading.raw import Budget, RawSheet
from imports.reading.remarks import MOST_CHARS, add_comment, words_of
from imports.reading.xlstext import WIDE, unicode_text

NOTE_OBJECT, FOLLOWS = 0x19, 0xFFFF
LONGEST = 4 * MOST_CHARS  # characters of a text that are decoded: blanks and the author's name come off


class Remarks:
    """What the records of one sheet say of its comments."""

    def __init__(self, sheet: RawSheet, wide: bool, encoding: str, budget: Budget) -> None:
        self.sheet = sheet
        self.wide = wide
        self.encoding = encoding
        self.budget = budget
        self.object_id: int | None = None  # of the note whose text comes next
        self.texts: dict[int, str] = {}
        self.notes: list[tuple[int, int, int, str]] = []  # row, column, object, author
        self.pieces: list[tuple[int, int, bytearray]] = []  # of BIFF5: row, column, text

    def object(self, data: bytes) -> None:
        """An object: remembered where it is a note's."""
        kind, number = struct.unpack_from("<HH", data, 4) if len(data) >= 8 else (0, 0)
        self.object_id = number if kind == NOTE_OBJECT else None

    def object_text(self, data: bytes, more: Iterator[bytes]) -> None:
        """The text of the last object; its characters stand in the records that continue it."""
        number, self.object_id = self.object_id, None
        if number is None or len(data) < 12:
            return
        left = min(struct.unpack_from("<H", data, 10)[0], LONGEST)
        pieces: list[str] = []
        while left > 0 and (piece := next(more, None)):
            wide = piece[0] & WIDE
            text = piece[1:].decode("utf-16-le" if wide else "latin-1", "replace")[:left]
            pieces.append(text)
            left -= len(text)
        self.budget.spans(len(self.texts))
        self.texts[number] = "".join(pieces)

    def note(self, data: bytes) -> None:
        """Where a comment belongs; in BIFF5 with its words, which go on in further notes of row 65535."""
        self.budget.spans(len(self.notes) + len(self.pieces))
        if len(data) < 6:
            return
        row, column, length = struct.unpack_from("<HHH", data)
        if not self.wide:
            if row != FOLLOWS:
                self.pieces.append((row, column, bytearray(data[6 : 6 + length])))
            elif self.pieces and len(self.pieces[-1][2]) < 2 * LONGEST:
                self.pieces[-1][2].extend(data[6 : 6 + length])
            return
        number = struct.unpack_from("<H", data, 6)[0] if len(data) >= 8 else -1
        self.notes.append((row, column, number, _author(data)))

    def finish(self) -> None:
        """Put the comments to their cells."""
        for row, column, number, author in self.notes:
            add_comment(self.sheet, row + 1, column + 1, words_of(self.texts.get(number, ""), author), self.budget)
        for row, column, raw in self.pieces:
            words = words_of(raw.decode(self.encoding, "replace"))
            add_comment(self.sheet, row + 1, column + 1, words, self.budget)


def _author(data: bytes) -> str:
    """The name in a note; a note without a proper one is none the worse."""
    try:
        return unicode_text(data, 8)
    except (ReadError, struct.error, IndexError, UnicodeDecodeError):
        return ""
