"""Tables 2, 3, 4 and 11: by park, by cluster, by size, and the years of signing by the stages reached."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from django.db.models import F, Sum
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from industries.models import Cluster
from parks.models import Park
from projects import classes
from projects.choices import SIGNED_STAGES, Condition, Stage
from projects.counting import happened
from projects.models import CapitalArrival
from projects.periods import ALL
from projects.querysets import OWN_PART
from reports.cube import REACHED, Cube, Scope
from reports.dimensions import NONE
from reports.grid import Cell, Column, Grid, Row
from reports.links import Place
from reports.measures import NOTHING, Figures, growth, ratio, summed
from reports.monthly.asked import Month
from reports.tables import Line, lines_of
from reports.targets import DISTRICT, PARK, Targets, targets_of

LARGE = {size.code for size in classes.SIZES if size.least >= 10}


def reached_by(place: Place, stage: Stage) -> list[tuple[str, str]]:
    """The list of those of the cohort that have come to the stage or beyond."""
    later = [one.value for one in SIGNED_STAGES if one.rank >= stage.rank]
    return place.cohort(*(("stage", code) for code in later))


# --- Table 2.


def parks(month: Month) -> Grid:
    """Parks with those inside them, 园区外, the unknown, the whole; ranked by what was agreed."""
    lines = _with_no_park(lines_of(_with_all_arrivals(month), "park", month.year))
    whole = summed(line.figures for line in lines if not line.level)
    targets, ranks = targets_of(month.number_of_year), _ranks(lines)
    columns = [
        Column(_("Park"), width=24, key="park"),
        Column(_("Signings"), "count", key="projects"),
        Column(_("Agreed (亿元)"), "yi", key="agreed"),
        Column(_("Share %"), "rate", key="share"),
        Column(_("Arrived (亿元)"), "yi", key="arrived"),
        Column(_("Capital arrival rate"), "rate", key="arrival_rate"),
        Column(_("Projects started"), "count", key="started"),
        Column(_("Start rate"), "rate", key="start_rate"),
        Column(_("Projects in production"), "count", key="producing"),
        Column(_("Production rate"), "rate", key="production_rate"),
        Column(_("Target reached"), "rate", key="target_rate"),
        Column(_("Rank"), "count", key="rank"),
    ]
    rows = [_park_row(month, line, whole, targets, ranks) for line in lines]
    total = Line("", _("Total"), whole)
    rows.append(replace(_park_row(month, total, whole, targets, ranks), role="total"))
    notes = [
        _("A park inside another is counted in it once."),
        _("Capital arrived is all that was booked in the year, whenever the project was signed."),
        _("Arrival rate: what the projects signed in the year received up to the day ÷ what was agreed with the same."),
        _("Started and in production, and their rates: of the projects signed in the year, terminated ones included."),
        _("Rank: by agreed capital, parks alone. Target: of the agreed capital."),
    ]
    return Grid(_("2 By park"), columns, rows, notes, "parks")


def _with_all_arrivals(month: Month) -> Cube:
    """The year by park, with everything that arrived in it, whenever the project was signed."""
    begun = month.begun.order_by().values("pk")
    booked = CapitalArrival.objects.filter(
        month.year.within("month"), happened("month", month.day), project__in=begun
    ).order_by()
    rows = booked.annotate(park=F("project__park__code")).values_list("park").annotate(Sum("amount"))
    came = {(code or NONE,): amount for code, amount in rows}
    cells = month.cube.by("park")
    for codes in {*cells, *came}:
        cells[codes] = replace(cells.get(codes, NOTHING), arrived=came.get(codes, Decimal(0)))
    return Cube(("park",), cells)


def _with_no_park(lines: list[Line]) -> list[Line]:
    """园区外 stands there also where nothing lies in it; the unknown after it."""
    if any(line.code == Park.NO_PARK for line in lines):
        return lines
    names = Park.objects.filter(code=Park.NO_PARK).values_list("short_name", flat=True)
    outside = [Line(Park.NO_PARK, name, NOTHING) for name in names]
    known, unknown = [x for x in lines if x.code != NONE], [x for x in lines if x.code == NONE]
    return [*known, *outside, *unknown]


def _ranks(lines: list[Line]) -> dict[str, int]:
    """By what was agreed; equals share a rank. What is no park has none."""
    amounts = {line.code: line.figures.agreed for line in lines if not line.level}
    real = {code: agreed for code, agreed in amounts.items() if code not in (Park.NO_PARK, NONE) and agreed}
    return {code: 1 + sum(other > agreed for other in real.values()) for code, agreed in real.items()}


def _park_name(line: Line) -> str:
    if line.code == NONE:
        return _("Park not filled in")
    return _("%(park)s alone") % {"park": line.name} if line.code.startswith(OWN_PART) else line.name


def _park_row(month: Month, line: Line, whole: Figures, targets: Targets, ranks: dict[str, int]) -> Row:
    own, entries = line.figures, [("park", line.code)] if line.code else []
    place = month.place(*entries)
    target = targets.get((PARK if line.code else DISTRICT, line.code, "agreed"))
    booked = [("arrived_in", month.year.code), *month.base, *entries]
    cells = [
        Cell(_park_name(line)),
        Cell(own.projects, place.counted()),
        Cell(own.agreed, place.counted()),
        Cell(ratio(own.agreed, whole.agreed), place.counted()),
        Cell(own.arrived, booked),
        Cell(own.arrival_rate, place.cohort()),
        Cell(own.started, reached_by(place, Stage.CONSTRUCTION)),
        Cell(own.start_rate, reached_by(place, Stage.CONSTRUCTION)),
        Cell(own.producing, reached_by(place, Stage.PRODUCTION)),
        Cell(own.production_rate, reached_by(place, Stage.PRODUCTION)),
        Cell(ratio(own.agreed, target) if target else None, place.counted()),
        Cell(ranks.get(line.code)),
    ]
    return Row(cells, "unknown" if line.code == NONE else "row", line.level)


# --- Table 3.


def clusters(month: Month) -> Grid:
    """The five clusters and their sum, what lies outside, the unknown, the whole; against the year before."""
    lines = lines_of(month.cube, "cluster", month.year)
    before = Scope(month.projects, month.year_before, month.day_before).cut("cluster").by_one("cluster")
    large: dict[str, int] = {}
    for (code, size), figures in month.cube.by("cluster", "size").items():
        large[code] = large.get(code, 0) + (figures.projects if size in LARGE else 0)
    inside = [line.code for line in lines if line.code not in (Cluster.OUTSIDE, NONE)]
    names = {line.code: line.name for line in lines} | {Cluster.OUTSIDE: _("Outside the 4+1"), NONE: _("Not filled in")}
    found = {line.code: line.figures for line in lines}
    whole = summed(found.values())

    def row(label: str, codes: list[str], role: str = "row", base: tuple[tuple[str, str], ...] | None = None) -> Row:
        place = month.place(base=tuple(("cluster", code) for code in codes) if base is None else base)
        own, was = summed(found[code] for code in codes), summed(before.get(code, NOTHING) for code in codes)
        cells = [
            Cell(label),
            Cell(own.projects, place.counted()),
            Cell(ratio(own.projects, whole.projects), place.counted()),
            Cell(own.agreed, place.counted()),
            Cell(ratio(own.agreed, whole.agreed), place.counted()),
            Cell(growth(own.agreed, was.agreed), place.counted()),
            Cell(sum(large.get(code, 0) for code in codes), [*place.counted(), ("min_capital", "10")]),
        ]
        return Row(cells, role)

    rows = [row(names[code], [code]) for code in inside]
    rows.append(row(_("4+1 subtotal"), inside, "subtotal"))
    rows += [row(names[code], [code]) for code in found if code == Cluster.OUTSIDE]
    rows += [row(names[code], [code], "unknown") for code in found if code == NONE]
    gone = [code for code in before if code not in found]  # the unknown of the year before alone
    found |= dict.fromkeys(gone, NOTHING)
    rows.append(row(_("Total"), list(found), "total", ()))
    notes = [
        _("Projects signed in the year and what was agreed in it, up to the day."),
        _("Over the year before: of the agreed capital, up to %(day)s.") % {"day": month.day_before.isoformat()},
        _("10 亿元 or more: by the whole agreed amount as of the day."),
    ]
    return Grid(_("3 By cluster (4+1)"), _cluster_columns(), rows, notes, "clusters")


def _cluster_columns() -> list[Column]:
    return [
        Column(_("Industry cluster"), width=24, key="cluster"),
        Column(_("Number of projects"), "count", key="projects"),
        Column(_("Share of projects"), "rate", key="projects_share"),
        Column(_("Agreed (亿元)"), "yi", key="agreed"),
        Column(_("Share of the amount"), "rate", key="agreed_share"),
        Column(_("Over the year before"), "growth", key="growth"),
        Column(_("Of which 10 亿元 or more"), "count", key="large"),
    ]


# --- Table 4.


def sizes(month: Month) -> Grid:
    """The classes of size, the lower bound included; whose amount is not filled in; the whole."""
    found = month.cube.by_one("size")
    whole = summed(found.values())

    def row(label: str, figures: Figures, role: str, *entries: tuple[str, str]) -> Row:
        counted = month.place(*entries).counted()
        cells = [Cell(label), Cell(figures.projects, counted), Cell(figures.agreed, counted)]
        return Row([*cells, Cell(ratio(figures.agreed, whole.agreed), counted)], role)

    rows = [row(size.label, found.get(size.code, NOTHING), "row", ("size", size.code)) for size in classes.SIZES]
    rows.append(row(_("amount not filled in"), found.get(NONE, NOTHING), "unknown", ("size", NONE)))
    rows.append(row(_("Total"), whole, "total"))
    columns = [
        Column(_("Class"), width=20, key="size"),
        Column(_("Count"), "count", key="projects"),
        Column(_("Amount (亿元)"), "yi", key="agreed"),
        Column(_("Share of the amount"), "rate", key="share"),
    ]
    notes = [
        _("The class is that of the whole agreed amount as of the day, its lower bound included."),
        _("The amount is what was agreed in the year: an increase counts in the class of its project."),
    ]
    return Grid(_("4 By size"), columns, rows, notes, "sizes")


# --- Table 11.

# Columns by what `Figures` calls them, and the stage that a project must have reached.
STAGES: list[tuple[str, Stage]] = [("projects", Stage.SIGNED), *REACHED.items()]


def years(month: Month) -> Grid:
    """The years of signing; how many of each have come to each stage or beyond it by the day."""
    cube = Scope(month.projects, ALL, month.day).cut("year")
    lines = lines_of(cube, "year", ALL)
    rows = [
        _year_row(Place(ALL, (("year", line.code),), month.base), _year_name(line), line.figures, line.code)
        for line in lines
        if line.figures.projects
    ]
    rows.append(replace(_year_row(Place(ALL, (), month.base), _("Total"), cube.total(), ""), role="total"))
    labels = [_("Signed"), _("Registered"), pgettext("stage reached", "Land"), pgettext("stage reached", "Started")]
    labels += [_("Completed"), pgettext("stage reached", "In production"), _("Full production")]
    columns = [Column(_("Year of signing"), "year", key="year")]
    columns += [Column(label, "count", key=name) for label, (name, __) in zip(labels, STAGES, strict=True)]
    columns += [Column(_("Stalled"), "count", key="stalled"), Column(_("Terminated"), "count", key="terminated")]
    notes = [
        _("Each column counts the projects that have come to the stage or beyond it by the day, terminated ones too."),
        _("Stalled and terminated: as of the day, whatever the stage."),
    ]
    return Grid(_("11 Year of signing by stage"), columns, rows, notes, "years")


def _year_name(line: Line) -> str:
    return _("Signing day not filled in") if line.code == NONE else line.code


def _year_row(place: Place, label: str, figures: Figures, code: str) -> Row:
    cells = [Cell(int(label) if label.isdigit() else label)]
    cells += [Cell(getattr(figures, name), reached_by(place, stage)) for name, stage in STAGES]
    for condition in (Condition.STALLED, Condition.TERMINATED):
        cells.append(Cell(getattr(figures, condition.value), place.cohort(("condition", condition.value))))
    return Row(cells, "unknown" if code == NONE else "row")


__all__ = ["clusters", "parks", "sizes", "years"]
