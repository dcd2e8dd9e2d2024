"""Lists and tables on their way out: who may, what is written down about it, what the file says of itself.

table = Outgoing(_("Investors"), [sheet], rows=totals, about=about_of(request, chips, [_("amounts in 亿元")]))
return send(request, ending, table)
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.auditing import address_of, record_event
from accounts.models import Action, Result
from jiangjin.lib.sheetout import About, OutSheet, TooManyRows, csv_response, xlsx_response
from projects import permissions
from projects.periods import Period

ENDINGS = ("xlsx", "csv")
logger = logging.getLogger(__name__)

Chosen = Sequence[tuple[str, str]]  # conditions in words: label, value


@dataclass(slots=True)
class Outgoing:
    """What goes out: its name, the sheets (.csv takes the first), how many rows, and what it says of itself."""

    title: str | Promise
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
    if ending == "xlsx" and (most := _most_rows(table)) is not None:
        record(request, ending, table, Result.REFUSED)
        return _too_many(request, table, most)
    record(request, ending, table, Result.DONE)
    filename = f"{table.title}-{timezone.localdate():%Y%m%d}.{ending}"
    if ending == "csv":
        return csv_response(filename, table.sheets[0], lambda: _record_failure(request, ending, table))
    try:
        return xlsx_response(filename, table.sheets, table.about)
    except TooManyRows as error:
        _record_failure(request, ending, table)
        return _too_many(request, table, error.most)
    except Exception:
        _record_failure(request, ending, table)
        raise


def require_ending(ending: str) -> None:
    """Raise 404 for a kind of file that there is not."""
    if ending not in ENDINGS:
        raise Http404


def _most_rows(table: Outgoing) -> int | None:
    """How many rows a sheet takes, where the table has more."""
    most = table.sheets[0].most_rows
    return most if table.rows > most else None


def record(request: HttpRequest, ending: str, table: Outgoing, result: str = Result.DONE) -> None:
    """Write down who takes what out, before the first byte leaves."""
    with translation.override(settings.LANGUAGE_CODE):
        subject = str(table.title)  # the log has one language, whoever reads it
    detail: dict[str, Any] = {"form": ending, "rows": table.rows, "query": request.GET.urlencode()[:2000]}
    detail["conditions"] = " · ".join(f"{label} {value}".strip() for label, value in table.conditions)[:1000]
    detail["path"] = request.path
    record_event(
        user=request.user,
        action=Action.EXPORT,
        subject=subject,
        address=address_of(request),
        result=result,
        **detail,
    )


def _record_failure(request: HttpRequest, ending: str, table: Outgoing) -> None:
    """A second row of the log: the first one stands for ever. Where the database is what failed, there can be none."""
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
