"""Projects or arrivals: what a table is where its header row alone cannot tell, as with a single column of a month."""

import re

from imports.headerblocks import AGREEMENT, AMOUNT_HEADERS, THIS_MONTH
from imports.headerpaths import match_path
from imports.headers import read_header, read_month
from imports.monthcolumns import IDENTITY, is_of_this_month, months_said
from imports.tables import Table

ARRIVED = re.compile(r"到位|到账")
# What a table of arrivals may say of its projects besides who they are: where they stand, who looks after them.
_BESIDE = IDENTITY | frozenset(
    ("park", "cluster", "chain", "lead_unit", "support_units", "lead_official", "case_officer", "project_company")
)
_ARRIVED_FIELDS = frozenset(("arrived_total", "arrived_year", "arrived_month"))
_LOOSE = (AMOUNT_HEADERS - THIS_MONTH) | {"到位资金"}


def settle_kind(table: Table) -> None:
    """Make `table` one of arrivals where its title or header says so, or let a person say which of the two it is."""
    paths = [column.path for column in table.columns if column.path]
    months = [path for path in paths if read_month(path[-1])]
    flows = [path for path in paths if path not in months and is_of_this_month(path)]
    loose = [path for path in paths if path not in months and read_header(path[-1]).bare in _LOOSE]
    fields = {
        entry.field
        for path in paths
        if path not in months and (match := match_path(path))
        for entry in match.entries[:1]
        if entry.treatment != "derived"
    }
    table.may_be_either = bool(months or flows or loose)
    if table.kind != "projects" or fields & AGREEMENT or len(months) > 1:
        return
    beyond = fields - IDENTITY - _ARRIVED_FIELDS
    said = f"{table.title} {table.caption} {table.sheet}"
    titled = bool(ARRIVED.search(said))
    headed = any(ARRIVED.search("/".join(path)) for path in months)
    if months:
        sure = (titled and beyond <= _BESIDE) or (headed and not beyond)
        asked = not sure and (titled or headed or not beyond)
    else:
        sure = bool(flows) and titled and beyond <= _BESIDE
        asked = bool(loose) and not flows and titled and not beyond and len(months_said(table)) == 1
    if sure or asked:
        table.kind, table.kind_asked = "arrivals", asked
