"""Texts of an .xls: UTF-16 or its lower bytes alone, cut anywhere by the 8 KB limit of a record."""

import struct
from collections.abc import Iterator

from imports.reading.errors import ReadError
from imports.reading.raw import Budget, RawCell, text_cell

Texts = list[RawCell]
WIDE, ASIAN, RICH = 0x01, 0x04, 0x08


def short_text(data: bytes, at: int, wide: bool, encoding: str) -> str:
    """A text with a length of one byte."""
    length = data[at]
    if not wide:
        return data[at + 1 : at + 1 + length].decode(encoding)
    if data[at + 1] & WIDE:
        return data[at + 2 : at + 2 + 2 * length].decode("utf-16-le")
    return data[at + 2 : at + 2 + length].decode("latin-1")


def unicode_text(data: bytes, at: int, more: Iterator[bytes] | None = None) -> str:
    """A text with a length of two bytes, perhaps going on in the next records."""
    reader = TextReader(data, more or iter(()))
    reader.at = at
    return reader.text()


class TextReader:
    """Reads texts over the borders of records. A text cut in two says its width anew behind the border."""

    def __init__(self, data: bytes, more: Iterator[bytes]) -> None:
        self.data = data
        self.more = more
        self.at = 0

    def _next(self) -> None:
        following = next(self.more, None)
        if following is None:
            raise ReadError("damaged", detail="xls: a text ends early")
        self.data, self.at = following, 0

    def _numbers(self, layout: str) -> tuple[int, ...]:
        """A header, which is never cut."""
        if self.at >= len(self.data):
            self._next()
        found = struct.unpack_from(layout, self.data, self.at)
        self.at += struct.calcsize(layout)
        return found

    def text(self) -> str:
        length, flags = self._numbers("<HB")
        runs = self._numbers("<H")[0] if flags & RICH else 0
        extra = self._numbers("<I")[0] if flags & ASIAN else 0
        pieces: list[bytes] = []
        while length:
            width = 2 if flags & WIDE else 1
            count = min(length, (len(self.data) - self.at) // width)
            piece = self.data[self.at : self.at + count * width]
            pieces.append(piece if width == 2 else piece.decode("latin-1").encode("utf-16-le"))
            self.at += count * width
            length -= count
            if length:
                self._next()
                flags = self.data[0] if self.data else 0
                self.at = 1
        self._skip(4 * runs + extra)
        return b"".join(pieces).decode("utf-16-le", "surrogatepass")

    def _skip(self, count: int) -> None:
        while count > len(self.data) - self.at:
            count -= len(self.data) - self.at
            self._next()
        self.at += count


def read_shared_texts(data: bytes, more: Iterator[bytes], budget: Budget) -> Texts:
    """The table of shared texts."""
    reader = TextReader(data, more)
    _, count = struct.unpack_from("<II", data)
    reader.at = 8
    texts: Texts = []
    for _ in range(count):
        text = reader.text()
        budget.text(text)
        texts.append(text_cell(text))
    return texts
