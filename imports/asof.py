"""As of when a table's cumulative figures stand: 截至2020年6月 in its title, caption, header or sheet's name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from imports.headers import header_year, normal
from imports.tables import Table
from jiangjin.lib.partialday import PartialDay

_AS_OF = re.compile(
    r"截[至止]到?:?(?:((?:19|20)\d\d)[年./-])?(\d{1,2})(?:月(?!份?以)|[./-])(?:份)?(?:底|末|(\d{1,2})日?)?"
)


def said_as_of(table: Table, headers: Iterable[str] = ()) -> PartialDay | None:
    """The one day or month that is said, the headers' before the title's; None where none or several are said."""
    for texts in (headers, (table.title, table.caption), (table.sheet,)):
        days = {day for text in texts for day in _days(text, header_year(table.title) or header_year(table.sheet))}
        if days:
            return days.pop() if len(days) == 1 else None
    return None


def _days(text: str, year: int | None) -> Iterable[PartialDay]:
    for said in _AS_OF.finditer(normal(text)):
        own = int(said[1]) if said[1] else year
        if own is None:
            continue
        try:
            yield PartialDay(own, int(said[2]), int(said[3]) if said[3] else None)
        except ValueError:  # 截至2020年13月
            continue
