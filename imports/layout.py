"""Reading a sheet's form: where its tables stand, what each row is, and which columns a table has.

Every row of the sheet is a data row of a table or is skipped with a reason; nothing is dropped in silence.
"""

from itertools import pairwise

from imports.bodies import read_body
from imports.grid import Sheet
from imports.headerblocks import HEADER_SEARCH_ROWS, NOTHING_KNOWN, Block, Known, find_block, read_block
from imports.headerpaths import match_path, path_unit
from imports.headers import is_plain_header, normal
from imports.preambles import hear_below, is_blank, read_preamble, read_unit_in_header, row_text
from imports.rowkinds import is_caption, is_filled, is_heading, is_note, names_category, sum_word, text_of, unit_line
from imports.tablekinds import settle_kind
from imports.tables import Group, HeaderColumn, Layout, Skipped, SumRow, Table

__all__ = [
    "Group",
    "HeaderColumn",
    "Layout",
    "Skipped",
    "SumRow",
    "Table",
    "read_layout",
]

_COLUMNS_LOOKED_THROUGH = 1000  # rows in which a column without header is searched for data


def read_layout(sheet: Sheet, *, header_rows: list[int] | None = None, known: Known = NOTHING_KNOWN) -> Layout:
    """What a sheet holds. `header_rows` (1-based) overrules the search; `known` are the headers that a mapping names.

    Without a header the sheet is `not_a_ledger`, with the reason why. A hidden sheet keeps its tables, with the kind
    `hidden`.
    """
    last = _last_filled(sheet)
    if not last:
        return Layout(sheet.name, "hidden" if sheet.hidden else "not_a_ledger", "empty")
    if header_rows and min(header_rows) > last:
        block: Block | None = None
    elif header_rows:
        block = read_block(sheet, min(header_rows), min(max(header_rows), last), known)
    else:
        block = _first_block(sheet, last, known)
    if block is None or (not block.kind and not header_rows):
        return _no_ledger(sheet, block, last)
    layout = Layout(sheet.name, "ledger", block.reason if block.kind else "no_name_column")
    starts = [block, *_later_blocks(sheet, block, last, known)]
    begins = [1] + [_preamble_start(sheet, later, before) for before, later in pairwise(starts)]
    for number, start in enumerate(starts):
        end = begins[number + 1] - 1 if number + 1 < len(begins) else last
        layout.tables.append(_read_table(sheet, start, begins[number], end, layout.tables))
    if sheet.hidden:
        layout.kind, layout.reason = "hidden", "hidden"
    return layout


def _first_block(sheet: Sheet, last: int, known: Known) -> Block | None:
    """The best header of the first rows; above it, the header of a table with fewer columns where there is one."""
    best = find_block(sheet, range(1, min(HEADER_SEARCH_ROWS, last) + 1), known)
    while best and best.first > 3:
        above = find_block(sheet, range(1, best.first - 2), known)
        if above is None or not above.kind or above.reason or above.last >= best.first - 1:
            break
        best = above
    return best


def _no_ledger(sheet: Sheet, block: Block | None, last: int) -> Layout:
    reason = block.reason if block and block.reason else "no_header"
    kind = "summary" if reason == "counts_only" else "not_a_ledger"
    if sheet.hidden:
        kind = "hidden"
    skipped = [
        Skipped(row, "blank" if is_blank(sheet, row) else "note", row_text(sheet, row)) for row in range(1, last + 1)
    ]
    return Layout(sheet.name, kind, reason, skipped=skipped)


def _read_table(sheet: Sheet, block: Block, begin: int, end: int, earlier: list[Table]) -> Table:
    """The table whose preamble begins at row `begin` and whose last row is `end`."""
    table = Table(
        sheet.name, block.kind or "projects", list(range(block.first, block.last + 1)), _columns(sheet, block, end)
    )
    table.name_column = _name_column(block)
    read_preamble(sheet, table, begin, further=bool(earlier))
    read_unit_in_header(sheet, table, block)
    if table.unit_row is None:
        # A further table without its own unit line stands under those of the tables above it.
        for other in earlier:
            if other.unit_row is not None:
                table.hear_units((other.said_units, other.said_area_units), other.unit_row)
    if earlier and not table.title:
        table.title = earlier[0].title
    settle_kind(table)
    table.skipped += [Skipped(row, "header", row_text(sheet, row)) for row in table.header_rows]
    read_body(sheet, table, end)
    hear_below(sheet, table)
    return table


def _columns(sheet: Sheet, block: Block, end: int) -> list[HeaderColumn]:
    bare = set()
    for row in sheet.rows[block.last : min(end, block.last + _COLUMNS_LOOKED_THROUGH)]:
        if len(row) > len(block.paths):
            bare |= {index + 1 for index, raw in enumerate(row) if index + 1 not in block.paths and is_filled(raw)}
    columns = []
    for number in sorted(block.paths.keys() | bare):
        path = block.paths.get(number, ())
        unit, kind, own = path_unit(path)
        columns.append(HeaderColumn(number, path, unit, kind, ("own" if own else "upper") if kind else ""))
    return columns


def _name_column(block: Block) -> int | None:
    """The column of the project names: a sure header before one that only may be it; in arrivals also the number."""
    found: dict[str, int] = {}
    for number, path in block.paths.items():
        match = match_path(path)
        for entry in match.entries if match else ():
            if entry.field in ("name", "project_code"):
                found.setdefault(f"{entry.field} {entry.treatment}", number)
    order = ("name sure", "name ask", "project_code sure")
    return next((found[key] for key in order if key in found), None)


def _later_blocks(sheet: Sheet, block: Block, last: int, known: Known) -> list[Block]:
    """Headers of further tables below the first: other columns, or the same columns under another unit line."""
    blocks: list[Block] = []
    current = block
    row = block.last + 1
    while row < last:
        cells = sheet.rows[row - 1]
        if not _may_be_header(cells):
            row += 1
            continue
        found = find_block(sheet, range(row, row + 1), known, below=current.last)
        if found is None or not found.kind or found.reason:
            row += 1
            continue
        if _same_header(found, current) and not _new_unit(sheet, found, current):
            row = found.last + 1
            continue
        blocks.append(found)
        current = found
        row = found.last + 1
    return blocks


def _may_be_header(cells: list) -> bool:
    """A cheap test: header rows hold texts alone, three at least, of which none begins with a figure but months."""
    texts = 0
    for raw in cells:
        if raw is None or raw == "":
            continue
        if type(raw) is not str or (raw[:1].isdigit() and "月" not in raw) or (not texts and len(raw) > 30):
            return False
        texts += 1
    # Every header of names or numbers of projects has these words; only then is it worth while to look closely.
    if texts < 3 or not any(type(cell) is str and "项" in cell and len(cell) <= 20 for cell in cells):
        return False
    return sum(is_plain_header(cell) for cell in cells if type(cell) is str and cell) >= 2


def _same_header(found: Block, current: Block) -> bool:
    """Whether a header is the current one printed again, perhaps its lowest level alone, and in the same units."""
    same = 0
    for number, path in found.paths.items():
        known = current.paths.get(number, ())
        if _ends_with(known, path):
            same += 1
        elif known and path_unit(path)[0] not in ("", path_unit(known)[0]):
            return False
    return same >= 0.8 * max(len(found.paths), len(current.paths))


def _ends_with(known: tuple[str, ...], path: tuple[str, ...]) -> bool:
    # The heading of a group right above may have been taken for a level of the header.
    path = (*(text for text in path[:-1] if not (is_heading(text) or names_category(text))), path[-1])
    return known[-len(path) :] == path or tuple(map(normal, known[-len(path) :])) == tuple(map(normal, path))


def _preamble_start(sheet: Sheet, block: Block, before: Block) -> int:
    """The first row above a later header that belongs to it: its title, unit line, caption and blanks between."""
    row = block.first
    while row - 1 > before.last:
        filled = [raw for raw in sheet.rows[row - 2] if is_filled(raw)]
        texts = [text_of(raw) for raw in filled]
        if len(filled) > 2 or not all(texts) or any(is_note(text) or sum_word(text) for text in texts):
            break
        if len(filled) == 2 and not any(unit_line(text) or is_caption(text) for text in texts):
            break
        if not filled and row != block.first:
            break
        row -= 1
    return row


def _new_unit(sheet: Sheet, found: Block, current: Block) -> bool:
    """Whether a unit line above a repeated header differs from the one above the current header."""
    new, old = (_unit_above(sheet, block) for block in (found, current))
    return new is not None and old is not None and new != old


def _unit_above(sheet: Sheet, block: Block) -> tuple[str, str] | None:
    for row in range(block.first - 1, max(block.first - 4, 0), -1):
        for raw in sheet.rows[row - 1]:
            if units := unit_line(text_of(raw)):
                return units
    return None


def _last_filled(sheet: Sheet) -> int:
    """The last row that says anything."""
    for row in range(len(sheet.rows), 0, -1):
        if not is_blank(sheet, row):
            return row
    return 0
