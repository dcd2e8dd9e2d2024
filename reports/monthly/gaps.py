"""Table 12, 数据质量: what each lead unit has not filled in, not reported, or filled in with a contradiction."""

from __future__ import annotations

from django.db.models import CharField, Count, F, Min, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.gaps import GAPS, with_gap
from projects.periods import ALL
from reports.dimensions import NONE
from reports.grid import Cell, Column, Grid, Row
from reports.links import Place
from reports.monthly.asked import Month


def gaps(month: Month) -> Grid:
    """One line a unit, in one query; counts of projects."""
    unit = Coalesce(NullIf(F("lead_unit"), Value("")), Value(NONE), output_field=CharField())
    counts = {f"gap_{code}": Count("pk", filter=with_gap(code, month.day)) for code in GAPS}
    stamps = month.begun.aggregate(first=Min("created_at"))["first"]
    first = timezone.localdate(stamps) if stamps else None
    unknown = {"silent"} if first and month.day < first else set()
    signed = month.begun.signed().order_by().annotate(unit=unit)
    found = {name: numbers for name, *numbers in signed.values_list("unit").annotate(**counts)}
    rows = [_row(month, name, found[name], unknown) for name in sorted(found) if name != NONE]
    if NONE in found:
        rows.append(_row(month, NONE, found[NONE], unknown))
    total = [sum(numbers) for numbers in zip(*found.values(), strict=True)] or [0] * len(GAPS)
    rows.append(_row(month, "", total, unknown))
    columns = [Column(_("Lead unit"), width=26, key="lead_unit")]
    columns += [Column(label, "count", key=code) for code, (label, __) in GAPS.items()]  # type: ignore[arg-type]
    notes = [
        _("Signed projects as of the day; what their present stage asks for and nobody filled in."),
        _("Credit code: neither the project company's nor the lead investor's is known; firms from abroad left out."),
        _("30 days without an update: no change, note or arrival, while under way."),
        _("Contradicting days: an order that is broken for every day that they could mean."),
    ]
    if unknown:
        words = _("Nobody knows what went without an update then: the register holds its changes from %(day)s on.")
        notes.append(words % {"day": f"{first:%Y-%m-%d}"})
    return Grid(_("12 Data quality"), columns, rows, notes, "gaps")


def _row(month: Month, unit: str, counts: list[int], unknown: set[str]) -> Row:
    """`unknown`: gaps that nobody can count as of the day."""
    narrowed = (("lead_unit", unit),) if unit else ()
    place = Place(ALL, narrowed, month.base)
    label = _("Total") if not unit else _("Not filled in") if unit == NONE else unit
    cells = [
        Cell(None if code in unknown else count, place.cohort(("gap", code)))
        for code, count in zip(GAPS, counts, strict=True)
    ]
    return Row([Cell(label), *cells], "total" if not unit else "unknown" if unit == NONE else "row")
