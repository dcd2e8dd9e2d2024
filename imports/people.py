"""The firms and officials that rows name: stored ones, and those that a file brings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from imports.investorbook import Firm
from imports.known import FEW
from imports.plan import RowPlan
from jiangjin.lib.bulk import NewRow
from projects.models import Honour, Investor, Official
from projects.names import investor_name_columns, official_name_columns

COLUMNS = {
    "credit_code": "credit_code",
    "investor_type": "type",
    "investor_origin": "origin",
    "investor_parent": "parent_name",
}
TOLD = frozenset((*COLUMNS, "investor_rank"))


class People:
    """Investors and officials by what rows call them. `new` and `changed` are what must be written of them."""

    def __init__(self, rows: list[RowPlan]) -> None:
        self.new: dict[type[Model], list[NewRow]] = defaultdict(list)
        self.changed: dict[int, Investor] = {}
        self.columns: set[str] = set()
        self._made: dict[Firm, NewRow] = {}
        names = {name for row in rows if (name := row.read.values.get("lead_official"))}
        stored = Official.objects.filter(name__in=names) if len(names) <= FEW else Official.objects.all()
        self._officials: dict[tuple[str, str], Any] = {(one.name, one.post): one for one in stored} if names else {}
        self._stored = self._load(row for row in rows if not COLUMNS.keys().isdisjoint(row.read.values))

    def _load(self, rows: Iterable[RowPlan]) -> dict[int, Investor]:
        """The stored firms of which a row says more than their name."""
        wanted = {row.investor.pk for row in rows if row.investor and row.investor.pk and _says_more(row)}
        return Investor.objects.in_bulk(list(wanted)) if wanted else {}

    def investor(self, firm: Firm) -> NewRow | int:
        """What a participation refers to: a stored firm's key, or the row that this file makes."""
        if firm.pk:
            return firm.pk
        made = self._made.get(firm)
        if made is None:
            made = self._made[firm] = NewRow(**investor_name_columns(firm.name), credit_code=firm.credit_code)
            self.new[Investor].append(made)
        return made

    def learn(self, row: RowPlan) -> None:
        """Take what a row says of its firm: kind, origin, group, credit code, ranks."""
        firm: Firm | None = row.investor
        if firm is None or TOLD.isdisjoint(row.read.values):
            return
        for name, column in COLUMNS.items():
            value = row.read.values.get(name)
            if value is None:
                continue
            if not firm.pk:
                made = self.investor(firm)
                assert isinstance(made, NewRow)
                made.values[column] = value
            elif (stored := self._stored.get(firm.pk)) and getattr(stored, column) != value:
                setattr(stored, column, value)
                self.changed[stored.pk] = stored
                self.columns.add(column)
        for kind in row.read.values.get("investor_rank", ()):
            if kind not in firm.honours:
                firm.honours.add(kind)
                self.new[Honour].append(NewRow(investor=self.investor(firm), kind=kind))

    def official(self, values: dict[str, Any]) -> Any:
        """The official that a row names, with the post held then; None where it names none."""
        name, post = values.get("lead_official"), values.get("lead_official_post") or ""
        if not name:
            return None
        found = self._officials.get((name, post))
        if found is None and not post:
            posts = [one for (known, __), one in self._officials.items() if known == name]
            found = posts[0] if len(posts) == 1 else None
        if found is None:
            found = self._officials[name, post] = NewRow(**official_name_columns(name), post=post)
            self.new[Official].append(found)
        return found


def _says_more(row: RowPlan) -> bool:
    firm = row.investor
    known = {
        "credit_code": firm.stored_code,
        "investor_type": firm.type,
        "investor_origin": firm.origin,
        "investor_parent": firm.parent_name,
    }
    return any((value := row.read.values.get(name)) is not None and value != stored for name, stored in known.items())
