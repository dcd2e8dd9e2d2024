"""Whether the cells of a column are what its header may say: how many of them read as the field's kind."""

import re
from collections.abc import Iterable

from imports.cells import read_raw
from imports.fields import ALL_FIELDS
from imports.grid import Cell, CellValue, Sheet
from imports.rowkinds import is_filled, is_serial, text_of
from imports.tables import Table
from imports.vocabulary import Vocabulary
from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.creditcode import parse_credit_code
from jiangjin.lib.phones import parse_phone
from jiangjin.lib.text import clean_text, is_placeholder, match_key

ENOUGH = 0.9
_LOOKED_AT = 1000
# Without the lists of parks and chains no word of theirs can be judged.
_LISTED = frozenset(("park", "cluster", "chain"))
_CODE = re.compile(r"(?=.*[A-Za-z\-])[A-Za-z0-9._\-]{3,40}|\d{5,40}")

# What a yes in a column 是否… means, by the dictionary's spelling. 是否500强 does not say which list: it is asked.
FLAG_VALUES = {
    match_key(header): value
    for header, value in {
        "是否世界500强": "global_500",
        "是否中国500强": "china_500",
        "是否民企500强": "private_500",
        "是否上市公司": "listed",
        "是否央企": "central_soe",
        "是否专精特新": "specialised_new",
        "是否正常推进": "active",
        "是否履约": "active",
        "是否集中签约": "集中签约",
        "是否重点项目": "重点项目",
        "是否市级重点": "市级重点",
        "是否重大项目": "重大项目",
    }.items()
}
_NAME_THEN_PHONE = re.compile(
    r"(?P<name>[^\d+:：]{2,30}?)[\s,，、:：;；/(（]*(?:电话|手机|联系电话)?[:：]?(?P<phone>\+?[\d\s\-]{7,25})[)）]?"
)
_CODES = re.compile(r"[0-9A-Za-z]{8}-?[0-9A-Za-z]")


def filled_cells(sheet: Sheet, table: Table, column: int, *, every: bool = False) -> list[CellValue | Cell]:
    """The filled cells of a column's data rows: `every` one, else up to about a thousand, evenly chosen among them."""
    index = column - 1
    rows = sheet.rows
    cells = [
        raw
        for number in table.rows
        if index < len(row := rows[number - 1]) and ((raw := row[index]) or raw is False or raw == 0)
    ]
    if not every and len(cells) > _LOOKED_AT:
        cells = cells[:: -(-len(cells) // _LOOKED_AT)]
    return [raw for raw in cells if is_filled(raw)]


def all_cells(sheet: Sheet, table: Table, column: int) -> list[str]:
    """Every cell of a column as text, for comparing two columns."""
    return [
        str(cell.value).strip() if (cell := sheet.cell(row, column)).value is not None else "" for row in table.rows
    ]


def blanks_below(sheet: Sheet, table: Table, column: int) -> int:
    """The number of blanks in a column that looks as if each value stood once for the rows below it; else 0.

    It begins filled, has as many blanks as values, and no value stands in two rows that follow each other.
    """
    rows = [number for number in table.rows[:_LOOKED_AT] if (number, column) not in table.filled]
    cells = [cells[column - 1] if column <= len(cells := sheet.rows[number - 1]) else None for number in rows]
    filled = [is_filled(raw) for raw in cells]
    blanks = filled.count(False)
    if len(cells) < 3 or not filled[0] or blanks < max(2, len(cells) - blanks):
        return 0
    return 0 if any(filled[i] and cells[i] == cells[i + 1] for i in range(len(cells) - 1)) else blanks


def fit(
    cells: Iterable[CellValue | Cell], field: str, unit: str, vocabulary: Vocabulary | None, kind: str = ""
) -> float | None:
    """The share of `cells` that read as the field's kind (or as `kind`); None where none is filled or can be judged.

    An amount that only lacks its unit fits: the unit is another question.
    """
    kind = kind or ALL_FIELDS[field].kind
    if kind in _LISTED and vocabulary is None:
        return None
    good = total = 0
    for raw in cells:
        if isinstance(raw, str) and kind != "boolean" and is_placeholder(raw):
            continue
        total += 1
        good += _fits(raw, field, kind, unit, vocabulary)
    return good / total if total else None


def _fits(raw: CellValue | Cell, field: str, kind: str, unit: str, vocabulary: Vocabulary | None) -> bool:
    if field == "serial":
        return is_serial(raw)
    if field == "project_code":
        return bool(_CODE.fullmatch(text_of(raw) or str(raw.value if isinstance(raw, Cell) else raw)))
    try:
        read_raw(kind, raw, unit=unit or None, vocabulary=vocabulary)
    except CellError as error:
        return error.code == "no_unit"
    return True


def lacks_unit(cells: Iterable[CellValue | Cell], field: str) -> bool:
    """Whether any of the cells cannot be read because neither it nor the header says its unit."""
    kind = ALL_FIELDS[field].kind
    for raw in cells:
        try:
            read_raw(kind, raw)
        except CellError as error:
            if error.code == "no_unit":
                return True
    return False


def are_ticks(cells: list[CellValue | Cell]) -> bool:
    """Whether a column holds ticks or yes and no, and no days: a column of a stage matrix."""
    share = fit(cells, "stage", "", None, "boolean")
    return share is not None and share >= ENOUGH


def split_cell(text: str, fields: tuple[str, ...]) -> dict[str, str] | None:
    """The parts of a cell that holds two fields; None where it does not part cleanly.

    联系人及电话: 张三 13900000001 → name and phone. 组织机构代码/统一社会信用代码: the 18-character code.
    """
    text = clean_text(text)
    if fields == ("contact_name", "contact_phone"):
        return _split_contact(text)
    if fields == ("credit_code",):
        return _split_code(text)
    return None


def _split_contact(text: str) -> dict[str, str] | None:
    found = _NAME_THEN_PHONE.fullmatch(text)
    if not found:
        return None
    try:
        phone = parse_phone(found.group("phone").strip())
    except CellError:
        return None
    name = found.group("name").strip(" ,，、:：;；/(（")
    return {"contact_name": name, "contact_phone": phone} if name and phone else None


def _split_code(text: str) -> dict[str, str] | None:
    parts = [part for part in re.split(r"[/、,，;；\s]+", text) if part]
    whole = []
    for part in parts:
        try:
            whole.append(parse_credit_code(part).value)
        except CellError:
            if not _CODES.fullmatch(part):
                return None
    return {"credit_code": whole[0]} if len(whole) == 1 and whole[0] else None


def splits_cleanly(cells: Iterable[CellValue | Cell], fields: tuple[str, ...]) -> bool:
    """Whether every filled cell parts into the fields."""
    texts = [text_of(raw) for raw in cells]
    return bool(texts) and all(text and (is_placeholder(text) or split_cell(text, fields)) for text in texts)
