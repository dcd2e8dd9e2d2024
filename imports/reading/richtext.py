"""Texts of OOXML parts that may stand in several runs: shared texts and comments."""

import re

from imports.reading.partxml import Text

ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


class RichText:
    """The runs (`t`) of a text as its part is read; reading aids (phonetic runs, `rPh`) are left out."""

    def __init__(self, text: Text) -> None:
        self.text = text  # the characters of the part
        self.pieces: list[str] = []
        self.phonetic = False

    def start(self, short: str) -> None:
        """An element begins, by its local name."""
        if short == "t":
            self.text.clear()
        elif short == "rPh":
            self.phonetic = True

    def end(self, short: str) -> None:
        """An element ends."""
        if short == "rPh":
            self.phonetic = False
        elif short == "t" and not self.phonetic:
            self.pieces.append(self.text.take())

    def take(self) -> str:
        """All runs since the last time, as they are written in the part; see `unescape`."""
        text = "".join(self.pieces)
        self.pieces.clear()
        return text


def unescape(text: str) -> str:
    """_x000D_ and its kin, which is how OOXML writes control characters; surrogate pairs become their character."""
    if "_x" not in text:
        return text
    plain = ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    try:
        return plain.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        return plain  # a lone surrogate: text_cell marks it
