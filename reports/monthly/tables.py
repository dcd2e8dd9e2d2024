"""The tables of the monthly report in their order (glossary, section 5): number, name, what makes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.grid import Grid
from reports.monthly import cuts, gaps, lists, overview
from reports.monthly.asked import Month


@dataclass(frozen=True, slots=True)
class Table:
    """`code` stands in its address; `label` in the tabs."""

    code: str
    label: str | Promise
    make: Callable[[Month], Grid]
    of_year: bool = True  # its projects are those that count in the year; else those of all years


TABLES = {
    table.code: table
    for table in (
        Table("overview", _("Overview of the month"), overview.overview, of_year=False),
        Table("parks", _("By park"), cuts.parks),
        Table("clusters", _("By cluster"), cuts.clusters),
        Table("sizes", _("By size"), cuts.sizes),
        Table("firms", _("500 and listed"), lists.firms),
        Table("key", _("Key projects"), lists.key, of_year=False),
        Table("signed", _("Signed in the month"), lists.signed),
        Table("late", _("Late or stalled"), lists.late, of_year=False),
        Table("years", _("Years by stage"), cuts.years, of_year=False),
        Table("gaps", _("Data quality"), gaps.gaps, of_year=False),
    )
}

# Numbers of the bureau's report that are missing among the tables above.
LEFT_OUT = _("6 (scores of lead units) and 10 (projects under negotiation)")
NOT_MADE = _("Tables 6 (scores of lead units) and 10 (projects under negotiation) are not part of this report.")
