"""Lists and tables on their way out: who may, what is written down about it, what the file says of itself.

table = Outgoing(_("Investors"), [sheet], rows=totals, about=about_of(request, chips, [_("amounts in 亿元")]))
return send(request, ending, table)
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.auditing import record_export
from accounts.models import Result
from jiangjin.lib.sheetout import About, OutSheet, TooManyRows, csv_lines, streamed, xlsx_response
from projects import permissions
from projects.periods import Period

ENDINGS = ("xlsx", "csv")
logger = logging.getLogger(__name__)

Chosen = Sequence[tuple[str, str]]  # conditions in words: label, value


@dataclass(slots=True)
class Outgoing:
    """What goes out: its name, the sheets (.csv takes the first, of so many rows), and what it says of itself."""

    title: object
    sheets: Sequence[OutSheet]
    rows: int
    about: About = ()
    conditions: Chosen = ()


def about_of(
    request: HttpRequest, title: object, conditions: Chosen, day: datetime.date | None, rules: Iterable[object]
) -> About:
    """The page that says what the file holds: conditions, as-of day, by whom, when, and how it was counted."""
    said = [(_("what it holds"), str(title))]
    said += [(_("which rows"), f"{label} {value}".strip()) for label, value in conditions]
    if not conditions:
        said.append((_("which rows"), _("none: everything that the account sees")))
    if day:
        said.append((_("as of"), f"{day:%Y-%m-%d}"))
    said.append((_("exported by"), str(request.user)))
    said.append((_("exported at"), f"{timezone.localtime():%Y-%m-%d %H:%M}"))
    said += [(_("how to read it"), str(rule)) for rule in rules]
    return said


def usual_rules() -> list[str]:
    """What holds in every file."""
    return [
        _("An empty cell is not filled in; it is not zero."),
        _("A day known only to the month or the year stands as text: 2020-07, 2020."),
    ]


def period_rules(period: Period | None) -> list[str]:
    """How the yearly figure counts (design, section 4), where a year or another period is chosen."""
    if not period or period.is_all:
        return [_("Amounts are those of all years together.")]
    said = {"period": period.label}
    return [
        _("Projects count by the time of their signing; amounts are what was agreed and what arrived in %(period)s.")
        % said,
        increase_rule(period),
    ]


def increase_rule(period: Period) -> str:
    """How a project counts that is in a list of the period for its increase alone."""
    return _("A project of another time that added capital in %(period)s counts in the amounts, not in the number.") % {
        "period": period.label
    }


def send(request: HttpRequest, ending: str, table: Outgoing) -> HttpResponseBase:
    """The table as a file, written down before the first byte leaves. 404 for another ending, 403 without the right.

    A workbook that cannot hold so many rows is refused with what to do instead.
    """
    require_ending(ending)
    permissions.require_export(request.user)
    filename = f"{table.title}-{timezone.localdate():%Y%m%d}.{ending}"
    if ending == "csv":
        return send_lines(request, filename, table, csv_lines(table.sheets[0]))
    if (most := _most_rows(table)) is not None:
        record(request, ending, table, Result.REFUSED)
        return _too_many(request, table, most)
    try:
        return send_built(request, table, lambda: xlsx_response(filename, table.sheets, table.about))
    except TooManyRows as error:
        return _too_many(request, table, error.most)


def send_built(request: HttpRequest, table: Outgoing, build: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """A workbook, written down as done once it is there; as failed, and what failed raised, where it cannot be made."""
    try:
        response = build()
    except Exception:
        _record_failure(request, "xlsx", table)
        raise
    record(request, "xlsx", table)
    return response


def send_lines(request: HttpRequest, filename: str, table: Outgoing, lines: Iterator[str]) -> HttpResponseBase:
    """A .csv file, made while it leaves: written down before, and once more where it does not come to its end."""
    record(request, "csv", table)
    return streamed(filename, lines, lambda: _record_failure(request, "csv", table))


def require_ending(ending: str) -> None:
    """Raise 404 for a kind of file that there is not."""
    if ending not in ENDINGS:
        raise Http404


def _most_rows(table: Outgoing) -> int | None:
    """How many rows a sheet takes, where the table has more."""
    most = table.sheets[0].most_rows
    return most if table.rows > most else None


def record(request: HttpRequest, ending: str, table: Outgoing, result: str = Result.DONE) -> None:
    """Write down who takes what out, before the first byte leaves; of a workbook, how many rows each sheet holds."""
    conditions = " · ".join(f"{label} {value}".strip() for label, value in table.conditions)[:1000]
    detail: dict[str, Any] = {"rows": table.rows, "conditions": conditions}
    if ending == "xlsx" and result == Result.DONE and table.sheets:  # built, so that its sheets know what they hold
        detail["rows"] = sum(sheet.written for sheet in table.sheets)
        if len(table.sheets) > 1:
            detail["sheets"] = [[str(sheet.title), sheet.written] for sheet in table.sheets]
    record_export(request, form=ending, subject=table.title, result=result, **detail)


def _record_failure(request: HttpRequest, ending: str, table: Outgoing) -> None:
    """That a file was not made, or not to its end. Where the database is what failed, nothing can be written down."""
    try:
        record(request, ending, table, Result.FAILED)
    except Exception:
        logger.exception("An export failed, and so did writing that down")


def _too_many(request: HttpRequest, table: Outgoing, most: int) -> HttpResponseBase:
    path = request.get_full_path()
    context = {
        "title": table.title,
        "rows": table.rows,
        "most": most,
        "csv_url": path.replace("export.xlsx", "export.csv", 1),
    }
    return render(request, "projects/export_refused.html", context, status=422)
