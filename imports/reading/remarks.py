"""Comments of cells (批注): what somebody said beside a value. They are kept and shown, and are never a value."""

import re

from imports.ownmarks import is_our_comment
from imports.reading.archive import Archive
from imports.reading.errors import ReadError
from imports.reading.partxml import LocalNames, Text, attributes, integer, parse
from imports.reading.raw import BAD, BAD_CHARACTER, Budget, RawSheet, letter
from imports.reading.richtext import RichText, unescape

MOST_CHARS = 2000  # of one comment
MOST_COMMENTS = 50_000  # of a sheet
FARTHEST_ROW, FARTHEST_COLUMN = 1_048_576, 16_384
PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})(?::.*)?", re.ASCII)
# What Excel writes into the old comment of a thread: a notice that ends in this link, then the words themselves.
THREAD = re.compile(r"\A\[[^\]]{1,40}\].*?linkid=870924\s*(?:[^\s:：]{1,20}[:：])?", re.DOTALL)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\ufeff]")
BLANK_LINES = re.compile(r"\s*\n\s*")


def words_of(text: str, author: str = "") -> str:
    """What a comment says: without the author's name that programs print in front, without empty lines.

    Nothing where we wrote it ourselves beside a wrong cell, in a workbook that comes back corrected.
    """
    text = CONTROL.sub("", BAD.sub(BAD_CHARACTER, text.replace("\r\n", "\n").replace("\r", "\n")))
    text = THREAD.sub("", text, count=1).strip()
    if author and text.startswith(author) and text[len(author) :].lstrip()[:1] in (":", "："):
        text = text[len(author) :].lstrip()[1:]
    text = BLANK_LINES.sub("\n", text).strip()
    if author and is_our_comment(author, text):
        return ""
    return text if len(text) <= MOST_CHARS else text[:MOST_CHARS] + "…"


def add_comment(sheet: RawSheet, row: int, column: int, words: str, budget: Budget) -> None:
    """Keep a comment at its 1-based cell; further ones of the cell (a thread) follow in new lines."""
    budget.add(1)
    if len(sheet.comments) >= MOST_COMMENTS:
        raise ReadError("bomb", detail="too many comments")
    if not words or not 1 <= row <= FARTHEST_ROW or not 1 <= column <= FARTHEST_COLUMN:
        return
    before = sheet.comments.get((row, column), "")
    if len(before) <= MOST_CHARS:
        sheet.comments[row, column] = f"{before}\n{words}" if before else words


def tell_comments(sheet: RawSheet) -> None:
    """Say how many cells have comments, and which the first are."""
    if sheet.comments:
        cells = [f"{letter(column)}{row}" for row, column in sorted(sheet.comments)]
        shown = ", ".join(cells[:8]) + (" …" if len(cells) > 8 else "")
        sheet.note("comments", count=len(cells), cells=shown)


class CommentsPart:
    """The handlers of an .xlsx part of comments."""

    def __init__(self, sheet: RawSheet, budget: Budget) -> None:
        self.sheet = sheet
        self.budget = budget
        self.text = Text()
        self.words = RichText(self.text)
        self.names = LocalNames()
        self.authors: list[str] = []
        self.place = ""
        self.author = -1

    def start(self, name: str, flat: list[str]) -> None:
        short = self.names[name]
        if short == "comment":
            values = attributes(flat)
            self.place, self.author = values.get("ref", ""), integer(values.get("authorId"), -1)
            self.words.take()
        elif short == "author":
            self.text.clear()
        else:
            self.words.start(short)

    def end(self, name: str) -> None:
        short = self.names[name]
        if short == "author":
            self.budget.spans(len(self.authors))
            self.authors.append(self.text.take().strip())
        elif short == "comment":
            self._add()
        else:
            self.words.end(short)

    def _add(self) -> None:
        found = PLACE.fullmatch(self.place)
        author = self.authors[self.author] if 0 <= self.author < len(self.authors) else ""
        column = 0
        for char in found[1] if found else "":
            column = column * 26 + ord(char) - 64
        words = words_of(unescape(self.words.take()), author)
        add_comment(self.sheet, int(found[2]) if found else 0, column, words, self.budget)


def read_comments(archive: Archive, part: str, sheet: RawSheet, budget: Budget) -> None:
    """Read a part of comments into its sheet."""
    reader = CommentsPart(sheet, budget)
    parse(archive.chunks(part), reader.start, reader.end, reader.text)
