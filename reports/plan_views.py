"""The plan to 2025: its path, what was reached, and typing that in."""

from __future__ import annotations

import datetime

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from industries.models import Cluster
from parks.models import Park
from projects import permissions
from projects.periods import day_of_text
from projects.permissions import Actor
from reports.asked import NARROWING, asked, header_of, unused
from reports.grid import Cell, Column, Grid, Row
from reports.gridout import send_grids
from reports.measures import ratio
from reports.plan import Plan, plans_as_of
from reports.plan_forms import ActualForm
from reports.plan_writing import ChangedMeanwhile, DayTaken, find, stored_text, write_actual
from reports.planchart import chart_of
from reports.target_grids import label_of, words_of
from reports.target_writing import shown
from reports.targetmodels import TargetActual, TargetMeasure, TargetScope
from reports.targets import may_set_targets, own_parks, require_target_setter


@require_GET
def plan(request: HttpRequest) -> HttpResponse:
    """Each plan with its chart, its table, and what is needed from now on."""
    when = asked(request.GET)
    plans = plans_as_of(when.shown)
    context = {
        **header_of(when),
        "passed_over": [*when.passed_over, *unused(request.GET, NARROWING)],
        "plans": [(one, chart_of(one), grid_of(one), summary_of(one)) for one in plans],
        "actuals": _typed_in(when.shown, request.user),
        "may_set_targets": may_set_targets(request.user),
    }
    return render(request, "reports/plan.html", context)


@require_GET
def plan_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The tables of the plans as a file, a sheet each."""
    permissions.require_export(request.user)
    when = asked(request.GET)
    grids = [grid_of(one) for one in plans_as_of(when.shown)]
    grids = grids or [Grid(_("Plan"), [Column(_("Year"))], [])]
    return send_grids(request, ending, _("Plan"), grids, conditions=[], day=when.shown)


def grid_of(plan: Plan) -> Grid:
    """Year by year: what the path asks for, what was reached, the difference."""
    measure = plan.measure
    columns = [
        Column(_("Year"), key="year"),
        Column(_("Required by the path"), "mixed", key="required"),
        Column(_("Target of the year"), "mixed", weak=True, key="target"),
        Column(_("Actually reached"), "mixed", key="reached"),
        Column(_("Ahead or behind"), "signed_mixed", key="ahead"),
        Column(_("Of the required %"), "rate", key="rate"),
    ]
    rows = []
    for year in plan.years:
        required, actual = plan.required(year), plan.at_end_of(year)
        ahead = None if actual is None else actual.value - required
        cells = [
            Cell(str(year)),
            Cell(measure.shown(required)),
            Cell(measure.shown(plan.yearly.get(year))),
            Cell(None if actual is None else measure.shown(actual.value), dash=False),
            Cell(measure.shown(ahead), tone="late" if ahead is not None and ahead < 0 else ""),
            Cell(None if actual is None else ratio(actual.value, required)),
        ]
        rows.append(Row(cells))
    return Grid(label_of(measure), columns, rows, _rules(plan), measure.value)


def _rules(plan: Plan) -> list[str]:
    said = {
        "first": plan.begin.day.year,
        "begin": words_of(plan.measure, plan.measure.shown(plan.begin.value)),
        "end": plan.end,
        "target": words_of(plan.measure, plan.measure.shown(plan.target)),
    }
    rules = [_("A straight path from %(begin)s at the end of %(first)d to %(target)s at the end of %(end)d.") % said]
    if plan.measure.is_money:
        rules.append(_("Output is of a whole year; what is known of a year that is not over is not compared."))
    if sources := "；".join(dict.fromkeys(filter(None, (plan.source, *(row.source for row in plan.actuals))))):
        rules.append(_("Sources: %(sources)s") % {"sources": sources})
    return rules


def summary_of(plan: Plan) -> tuple[str, bool]:
    """Where one stands, in a sentence, and whether that is behind."""
    measure, ahead = plan.measure, plan.ahead
    said = {
        "day": plan.latest.day.isoformat(),
        "value": words_of(measure, measure.shown(plan.latest.value)),
        "difference": words_of(measure, measure.shown(abs(ahead))),
    }
    if ahead < 0:
        text = _("%(value)s on %(day)s, %(difference)s behind the path.") % said
    elif ahead > 0:
        text = _("%(value)s on %(day)s, %(difference)s ahead of the path.") % said
    else:
        text = _("%(value)s on %(day)s, on the path.") % said
    if (need := plan.needed_a_year) is not None:
        text += _(" To reach the target, %(need)s must be added every year.") % {
            "need": words_of(measure, measure.shown(need))
        }
    return text, ahead < 0


def _typed_in(until: datetime.date, user: Actor) -> list[tuple[TargetActual, str, str]]:
    """What was typed in up to a day, newest first: each with whose it is and its value in words.

    Who sees its own parks only gets those of the district and of these parks.
    """
    rows = TargetActual.objects.filter(day__lte=until).order_by("-day", "measure", "scope", "key")
    if (parks := own_parks(user)) is not None:
        rows = rows.filter(Q(scope=TargetScope.DISTRICT) | Q(scope=TargetScope.PARK, key__in=parks))
    names = {(TargetScope.PARK.value, code): name for code, name in Park.objects.values_list("code", "short_name")}
    names |= {(TargetScope.CLUSTER.value, code): name for code, name in Cluster.objects.values_list("code", "name")}
    return [
        (row, names.get((row.scope, row.key), row.key) or row.get_scope_display(), _said_of(row)["value"])
        for row in rows
    ]


@require_http_methods(["GET", "POST"])
def plan_actual(request: HttpRequest) -> HttpResponse:
    """Type in, correct or take out the figure of a day."""
    require_target_setter(request.user)
    row = _asked_row(request)
    form = ActualForm(request.POST or None, initial=_initial(request, row))
    was, status = stored_text(row), 200
    if request.method == "POST":
        status, was = 422, request.POST.get("was", "")
        if form.is_valid():
            try:
                _write(form, was, request, row)
            except ChangedMeanwhile as error:
                status, was = 409, stored_text(error.row)
                _say_changed(form, error.row)
            except DayTaken as error:
                status = 409
                _say_taken(form, error.row)
            else:
                messages.success(request, _("Saved."))
                return redirect("reports:plan")
    return render(request, "reports/plan_actual.html", {"form": form, "was": was}, status=status)


def _write(form: ActualForm, was: str, request: HttpRequest, opened: TargetActual | None) -> None:
    data = form.cleaned_data
    scope, __, key = data["place"].partition(":")
    write_actual(
        scope=scope,
        key=key,
        measure=data["measure"],
        day=data["day"],
        value=data["typed"],
        source=data["source"],
        was=was,
        user=request.user,
        opened=opened,
    )


def _say_changed(form: ActualForm, row: TargetActual | None) -> None:
    if row is None:
        form.add_error(None, _("Somebody took this figure out meanwhile. Save once more to enter it again."))
        return
    text = _("For this day %(value)s is there already (source: %(source)s). Save once more to put yours in its place.")
    form.add_error("value", text % _said_of(row))


def _say_taken(form: ActualForm, row: TargetActual | None) -> None:
    if row is None:  # it was there, and is gone again
        form.add_error("day", _("Somebody else wrote a figure of this day meanwhile. Save once more."))
        return
    text = _("For this day %(value)s is there already (source: %(source)s). Correct that figure, or take it out first.")
    form.add_error("day", text % _said_of(row))


def _said_of(row: TargetActual) -> dict[str, str]:
    measure = TargetMeasure(row.measure)
    return {"value": words_of(measure, measure.shown(row.value)), "source": row.source or "—"}


def _asked_row(request: HttpRequest) -> TargetActual | None:
    """The figure that the address names, to be corrected."""
    scope, __, key = request.GET.get("place", "").partition(":")
    day = day_of_text(request.GET.get("day", ""))
    return find(scope, key, request.GET.get("measure", ""), day) if day else None


def _initial(request: HttpRequest, row: TargetActual | None) -> dict[str, str]:
    if row is None:
        return {"measure": request.GET.get("measure", ""), "place": request.GET.get("place", "") or "district:"}
    return {
        "measure": row.measure,
        "place": f"{row.scope}:{row.key}",
        "day": row.day.isoformat(),
        "value": shown(TargetMeasure(row.measure), row.value),
        "source": row.source,
    }
