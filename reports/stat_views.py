"""The statistics page: a table of rows and columns of one's choice, and the same as a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from projects import permissions
from projects.classes import size_choices
from projects.pages import years_offered
from projects.periods import ALL, Period
from reports import gridout
from reports.dimensions import DIMENSIONS
from reports.fixed_views import FixForm, fix
from reports.fixing import may_fix, require_fix
from reports.grid import Grid
from reports.links import Place
from reports.saved_views import open_table
from reports.savedtables import NewTableForm
from reports.statasked import NO_COLUMNS, OWN_PARAMETERS, YEARS, StatAsked, offers_prior, stat_asked
from reports.statmeasures import MEASURES
from reports.stattable import TooManyColumns, table_of

# Conditions of the list that the page offers; by its address it takes all of them.
OFFERED = ("park", "cluster", "condition", "size", "lead_type", "top_rank")
OFFERED_AS_TEXT = ("min_capital", "max_capital", "official", "lead_unit", "source")
WIDE = 16  # columns from which the table is printed on A3


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry of a list to choose from."""

    value: str
    label: str
    chosen: bool


@require_GET
def statistics(request: HttpRequest) -> HttpResponse:
    """Rows, columns and measures of one's choice; htmx gets the part that changes."""
    asked = stat_asked(request.GET, request.user)
    grid, faults = table_or_faults(asked)
    context = {**page_of(asked, request), "grid": grid, "faults": faults, "is_wide": _is_wide(request, grid)}
    template = "reports/statistics.html#table" if request.htmx else "reports/statistics.html"
    response = render(request, template, context, status=422 if faults and not request.htmx else 200)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_GET
def statistics_export(request: HttpRequest, ending: str) -> HttpResponseBase:
    """The table as a file, with its rules and what it is narrowed to; a saved one goes by its name."""
    permissions.require_export(request.user)
    asked = stat_asked(request.GET, request.user)
    grid, faults = table_or_faults(asked)
    if grid is None:
        return render(request, "reports/statistics.html", {**page_of(asked, request), "faults": faults}, status=422)
    title, conditions = str(grid.title), conditions_in_words(asked)
    if saved := open_table(request):
        # A name of one's own says too little, in the log most of all.
        conditions.insert(0, (str(_("Statistics")), title))
        title = saved.name
    return gridout.send_grids(
        request,
        ending,
        title,
        [replace(grid, title=title)],
        conditions=conditions,
        day=asked.shown,
    )


@require_POST
def statistics_fix(request: HttpRequest) -> HttpResponse:
    """Keep the table of these parameters (the query string) as it was reported."""
    require_fix(request.user)
    asked = stat_asked(request.GET, request.user)
    page = f"{reverse('reports:statistics')}?{request.GET.urlencode()}"
    grid, faults = table_or_faults(asked)
    if grid is None:
        return render(request, "reports/statistics.html", {**page_of(asked, request), "faults": faults}, status=422)
    periods = asked.periods if asked.cols == "year" else [asked.period]
    return fix(
        request,
        grids=[grid],
        title=str(grid.title),
        page=page,
        conditions=conditions_in_words(asked),
        lists=[Place(period, base=asked.base(None)).counted() for period in periods],
        day=asked.shown,
        is_cut=asked.day is not None,
    )


def table_or_faults(asked: StatAsked) -> tuple[Grid | None, list[str]]:
    """The table, or why there is none."""
    if asked.faults:
        return None, asked.faults
    try:
        return table_of(asked), []
    except TooManyColumns:
        label = DIMENSIONS[asked.cols].label
        return None, [
            _("%(what)s: too many entries to stand beside each other. Take it for the rows.") % {"what": label}
        ]


def conditions_in_words(asked: StatAsked) -> list[tuple[str, str]]:
    """What the table is about, for its file and for what is kept of it."""
    said = [(str(_("period")), asked.period.label)] if asked.cols != "year" else []
    said += [(str(chip.label), str(chip.value)) for chip in asked.chips]
    if not asked.terminated:
        said.append((str(_("condition")), str(_("without terminated projects"))))
    return said


def page_of(asked: StatAsked, request: HttpRequest) -> dict[str, object]:
    """What the page shows around the table."""
    year = asked.period.year
    own, saved = {*OWN_PARAMETERS, *OFFERED, *OFFERED_AS_TEXT, "paper"}, open_table(request)
    form = asked.filters(None, asked.narrowing).form
    form.fields["size"].choices = size_choices()
    return {
        "asked": asked,
        "year": year,
        "years": years_offered(),
        "as_of": asked.shown,
        "passed_over": asked.passed_over,
        "tabs": _tabs(request),
        "rows": [Choice(one.code, str(one.label), one.code == asked.rows) for one in DIMENSIONS.values()],
        "cols": _columns(asked),
        "periods": _periods(asked),
        "year_spans": [
            Choice(str(number), _("%(number)d years") % {"number": number}, number == asked.years) for number in YEARS
        ],
        "measures": [Choice(one.code, str(one.name), one in asked.measures) for one in MEASURES.values()],
        "compare": [
            Choice("yoy", _("growth over the year before"), "yoy" in asked.compare),
            *(
                [Choice("prior", _("growth over the period before"), "prior" in asked.compare)]
                if offers_prior(asked.rows, asked.cols, asked.period)
                else []
            ),
            Choice("share", _("Share"), "share" in asked.compare),
        ],
        "chosen": [
            (one, urlencode([("measures", other.code) for other in asked.measures if other is not one], doseq=True))
            for one in asked.measures
        ],
        "narrowing": list(zip(asked.chips, asked.narrowing, strict=True)),
        "offered": [form[name] for name in OFFERED],
        "offered_as_text": [form[name] for name in OFFERED_AS_TEXT],
        "kept": [
            (name, value) for name, values in request.GET.lists() for value in values if name not in own and value
        ],
        "saved": saved,
        "save_form": NewTableForm(initial={"name": saved.name if saved else ""}, auto_id="save-%s"),
        "fix_form": FixForm(auto_id="fix-%s") if may_fix(request.user) else None,
    }


def _columns(asked: StatAsked) -> list[Choice]:
    none = Choice(NO_COLUMNS, _("no columns"), asked.cols == NO_COLUMNS)
    times = {"year": _("years of signing")}
    return [
        none,
        *(Choice(one.code, times.get(one.code, str(one.label)), one.code == asked.cols) for one in DIMENSIONS.values()),
    ]


def _periods(asked: StatAsked) -> list[Choice]:
    year = asked.period.year or asked.shown.year
    whole = Choice("", Period(year).label, asked.period == Period(year))
    parts = [Period(year, quarter=number) for number in range(1, 5)]
    parts += [Period(year, month=number) for number in range(1, 13)]
    if asked.period not in (Period(year), ALL, *parts):
        parts.append(asked.period)  # asked for by the address alone: undated, or a year without its month
    return [
        whole,
        *(Choice(one.code, one.label, one == asked.period) for one in parts),
        Choice("all", _("All years"), asked.period.is_all),
    ]


# Tables that are asked for most: label of the rows and of the columns, and what differs from the usual.
TABS = (
    ("park", "year", {}),
    ("cluster", "quarter", {"measures": ["projects", "agreed"], "compare": ["yoy", "prior"]}),
    ("stage", "park", {"measures": ["projects"], "compare": [""]}),
    ("source", "year", {"measures": ["projects", "agreed", "start_rate", "production_rate"]}),
)


def _tabs(request: HttpRequest) -> list[tuple[str, str, bool]]:
    """Label, query string and whether it is shown, of each; the time and the conditions stay."""
    kept = [
        (name, value)
        for name, values in request.GET.lists()
        for value in values
        if name not in {*OWN_PARAMETERS, "saved", "paper"} and value
    ]
    made = []
    for rows, cols, more in TABS:
        names = _("%(rows)s × %(columns)s") % {"rows": DIMENSIONS[rows].label, "columns": DIMENSIONS[cols].label}
        query = [("rows", rows), ("cols", cols), *more.items(), *kept]
        here = request.GET.get("rows", "park") == rows and request.GET.get("cols", "year") == cols
        made.append((names, urlencode(query, doseq=True), here and not request.GET.get("saved")))
    return made


def _is_wide(request: HttpRequest, grid: Grid | None) -> bool:
    paper = request.GET.get("paper", "")
    return paper == "a3" or (paper != "a4" and grid is not None and len(grid.columns) > WIDE)
