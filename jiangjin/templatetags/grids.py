"""How a cell of a report table is written."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from jiangjin.lib import written
from jiangjin.lib.written import MINUS, signed, yi
from jiangjin.templatetags import display

register = template.Library()


WRITERS = {**written.WRITERS, "count": display.count}


@register.filter
def figure(cell: Any, kind: str) -> str | SafeString:
    """The value of a cell by the kind of its column; — or 未填 where there is none."""
    if cell.tone == "blank":
        return ""
    if cell.value is None or cell.value == "":
        return display.dash(None) if cell.dash else display.unknown(None)  # type: ignore[return-value]
    # A word may stand where numbers do.
    writer = None if isinstance(cell.value, str) else WRITERS.get(cell.kind or kind)
    return writer(cell.value) if writer else str(cell.value) if not isinstance(cell.value, SafeString) else cell.value


@register.filter
def bar_figure(bar: Any, kind: str) -> str:
    """Beside a bar of a bridge: a total as it is, a step with its sign. Plain text: it stands in an SVG."""
    text = yi(bar.value) if kind == "yi" else f"{bar.value:,f}".replace("-", MINUS)
    return text if bar.tone == "total" else signed(text)


@register.filter
def sheets(grid: Any, is_wide: bool) -> list[Any]:
    """The table as it is printed: in parts where it has more columns than a sheet of A3 (wide) or A4 takes."""
    parts: list[Any] = grid.sheets(36 if is_wide else 22)
    return parts
