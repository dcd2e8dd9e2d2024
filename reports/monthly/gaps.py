"""Table 12, 数据质量: what each lead unit has not filled in, not reported, or filled in so that it contradicts itself."""

from __future__ import annotations

from django.db.models import CharField, Count, F, Value
from django.db.models.functions import Coalesce, NullIf
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
    signed = month.begun.signed().order_by()
    found = {row["unit"]: row for row in signed.annotate(unit=unit).values("unit").annotate(**counts)}
    rows = [_row(month, name, [found[name][f"gap_{code}"] for code in GAPS]) for name in sorted(found) if name != NONE]
    if NONE in found:
        rows.append(_row(month, NONE, [found[NONE][f"gap_{code}"] for code in GAPS]))
    sums = [sum(row[f"gap_{code}"] for row in found.values()) for code in GAPS]
    rows.append(_row(month, "", sums))
    columns = [Column(_("Lead unit"), width=26, key="lead_unit")]
    columns += [Column(label, "count", key=code) for code, (label, __) in GAPS.items()]  # type: ignore[arg-type]
    notes = [
        _("Signed projects as of the day; what their present stage asks for and nobody filled in."),
        _("Credit code: of the project company, from its registration on."),
        _("30 days without an update: no change, note or arrival, while under way."),
        _("Contradicting days: an order that is broken for every day that they could mean."),
    ]
    return Grid(_("12 Data quality"), columns, rows, notes, "gaps")


def _row(month: Month, unit: str, counts: list[int]) -> Row:
    narrowed = (("lead_unit", unit),) if unit else ()
    place = Place(ALL, narrowed, month.base)
    label = _("Total") if not unit else _("Not filled in") if unit == NONE else unit
    cells = [Cell(count, place.cohort(("gap", code))) for code, count in zip(GAPS, counts, strict=True)]
    return Row([Cell(label), *cells], "total" if not unit else "unknown" if unit == NONE else "row")
