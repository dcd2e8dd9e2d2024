"""Setting the targets of a year."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.demo import as_of_day
from jiangjin.lib.text import clean_text
from jiangjin.lib.typedgrid import SomeWrong, was_of
from reports import target_writing
from reports.asked import asked
from reports.target_grids import label_of
from reports.targetmodels import TargetMeasure, TargetScope
from reports.targets import require_target_setter

# The sheets of the form. The district stands above its parks: their sum is compared with it.
SHEETS: dict[str, list[str]] = {
    "park": ["district", "park"],
    "cluster": ["cluster"],
    "department": ["department"],
    "official": ["official"],
}


@require_http_methods(["GET", "POST"])
def targets_edit(request: HttpRequest) -> HttpResponse:
    """Everybody of a scope by all measures: amounts in 亿元; all changed cells are saved together, or none."""
    require_target_setter(request.user)
    when, sheet, more = asked(request.GET), _sheet(request), _more(request)
    year = when.year or when.shown.year
    sent, status = None, 200
    if request.method == "POST":
        sent = target_writing.read(request.POST, was_of(request.POST.get("was", "")))
        if _saved(request, sent, year):
            return redirect(request.get_full_path())
        status = 409 if sent.is_outdated else 422
    rows = target_writing.rows_of(SHEETS[sheet], year=year, more=more, sent=sent)
    context = {
        "year": year,
        "passed_over": when.passed_over,
        "years": range(as_of_day().year + 6, as_of_day().year - 6, -1),
        "sheet": sheet,
        "sheets": [(code, TargetScope(code).label) for code in SHEETS],
        "by_name": sheet in ("department", "official"),
        "measures": [label_of(one) for one in TargetMeasure],
        "rows": rows,
        "wrong": sent.errors if sent else {},
        "was_json": json.dumps({cell.name: cell.stored for row in rows for cell in row.cells if cell.stored}),
    }
    return render(request, "reports/targets_edit.html", context, status=status)


def _saved(request: HttpRequest, sent: target_writing.Sent, year: int) -> bool:
    """Whether all was written; else the cells say what is wrong."""
    if not sent.changes and not sent.errors:
        messages.info(request, _("Nothing was changed."))
        return True
    try:
        number = target_writing.set_targets(year=year, sent=sent, user=request.user)
    except SomeWrong as error:
        sent.errors = error.errors
        return False
    text = ngettext("%(number)d target saved.", "%(number)d targets saved.", number)
    messages.success(request, text % {"number": number})
    return True


def _sheet(request: HttpRequest) -> str:
    wanted = request.GET.get("scope", "")
    return wanted if wanted in SHEETS else "park"


def _more(request: HttpRequest) -> str:
    return clean_text(request.GET.get("more", ""))[: target_writing.MOST_CHARS]
