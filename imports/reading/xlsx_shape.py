"""Rows of one shape: most of a ledger's rows have the same cells, of the same kinds and styles, one below the other.

Rows that were read cell by cell say how others will look: one match then gives all values of such a row, which takes a
third of the time. A row of any other shape is read cell by cell.
"""

import re
from collections.abc import Callable, Collection

from imports.reading.raw import RawCell

NUMBERS = frozenset(("", "n"))
END = "</row>"
ROW_TAG = re.compile(r'(\s*<row(?:\s[^<>"]*="[^<>"]*")*?\s+r=")[1-9]\d{0,6}("(?:\s[^<>"]*="[^<>"]*")*\s*>)', re.ASCII)
VALUE = r"<v>([^<&\r]*)</v></c>"
TEXT = r"<is><t(?: [^<>]*)?>([^<&\r]*)</t></is></c>"
OFTEN = 3  # rows of a shape until it is worth to compile its pattern
MOST_KEPT, MOST_CELLS = 30, 100  # shapes compiled, cells of a row
MOST_LEARNT = 2000  # rows taken note of: where shapes still change behind them, it is not worth it

Found = tuple[str, str, str, str, str, str, str, str]  # of a cell, as xlsx_rows.CELL finds it


class Shape:
    """What a row looks like but for its number and its values."""

    def __init__(self, pattern: re.Pattern[str], columns: list[tuple[int, str, str]]) -> None:
        self.pattern = pattern  # of a row to its end; groups: its number, then a value a column
        self.columns = columns  # (cells that are missing before it, style, kind)
        self.met: list[dict[str, RawCell]] = [{} for _ in columns]  # by column and value, of what repeats


class Shapes:
    """The shapes of a sheet's rows. `last` is that of the row before, which the next one most likely has."""

    def __init__(self, struck_styles: Collection[str]) -> None:
        self.last: Shape | None = None
        self.struck_styles = struck_styles
        self.learnt = 0
        self.met: dict[tuple, int] = {}
        self.kept: dict[tuple, Shape | None] = {}

    def learn(self, piece: str, found: list[Found], number_of: Callable[[str], int]) -> None:
        """Take note of a row whose cells were taken one by one."""
        self.learnt += 1
        if self.learnt > MOST_LEARNT:
            return
        tag = ROW_TAG.match(piece)
        if tag is None or "hidden" in tag[0] or len(found) > MOST_CELLS:
            return
        look = (tag[1], tag[2], *[(cell[0], cell[2], cell[3], cell[4], cell[7]) for cell in found])
        if look in self.kept:
            self.last = self.kept[look]
        else:
            self.met[look] = self.met.get(look, 0) + 1
            if self.met[look] == OFTEN and len(self.kept) < MOST_KEPT:
                self.last = self.kept[look] = self._made(tag, piece, found, number_of)

    def _made(
        self, tag: re.Match[str], piece: str, found: list[Found], number_of: Callable[[str], int]
    ) -> Shape | None:
        """The shape of a row; None where its cells need a look of their own."""
        pattern = [re.escape(tag[1]), r"([1-9]\d{0,6})", re.escape(tag[2])]
        columns = []
        last = 0
        for letters, _row, style, kind, formula, _value, _inline, empty in found:
            pattern.append(f'<c r="{letters}\\1"' + f' s="{style}"' * bool(style) + f' t="{kind}"' * bool(kind))
            if empty:
                pattern.append(" ?/>")
                continue
            column = number_of(letters)
            if formula or column <= last or style in self.struck_styles:
                return None
            pattern.append(f">{TEXT if kind == 'inlineStr' else VALUE}")
            columns.append((column - last - 1, style, kind))
            last = column
        compiled = re.compile("".join([*pattern, END]), re.ASCII)
        return Shape(compiled, columns) if compiled.fullmatch(piece + END) else None
