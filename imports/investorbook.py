"""Which firm a row names: one the register knows, one that the file brings, never one that is merely similar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from imports.known import FEW, few
from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.text import investor_key
from projects.models import Honour, Investor


@dataclass(slots=True, eq=False)
class Firm:
    """A firm as the register will know it. `pk` is None for one that this file brings."""

    name: str
    key: str
    pk: int | None = None
    credit_code: str | None = None
    type: str = ""
    origin: str = ""
    parent_name: str = ""
    stored_code: str | None = None  # the register's; `credit_code` is what the file says as well
    honours: set[str] = field(default_factory=set)


class InvestorBook:
    """The firms of the register that a file may mean, and those it adds, found in memory."""

    def __init__(self, names: Iterable[str], credit_codes: Iterable[str]) -> None:
        self.by_key: dict[str, list[Firm]] = defaultdict(list)
        self.by_code: dict[str, Firm] = {}
        self.by_pk: dict[int, Firm] = {}
        self.new: list[Firm] = []
        self._load(few((investor_key(name)[:200] for name in names), credit_codes))

    def _load(self, wanted_keys: list[set[str]] | None) -> None:
        wanted = Investor.objects.all()
        if wanted_keys is not None:
            keys, codes = wanted_keys
            wanted = wanted.filter(name_key__in=keys) | wanted.filter(credit_code__in=codes)
        merged = list(wanted.exclude(merged_into=None).values_list("name_key", "merged_into"))
        if wanted_keys is not None and merged:
            wanted |= Investor.objects.filter(pk__in=[pk for __, pk in merged])
        columns = ("pk", "name", "name_key", "credit_code", "type", "origin", "parent_name")
        own = wanted.filter(merged_into=None).values_list(*columns)
        for pk, name, key, code, kind, origin, parent in own.iterator(chunk_size=5000):
            firm = Firm(name, key, pk, code, kind, origin, parent, stored_code=code)
            self.by_key[key].append(firm)
            self.by_pk[pk] = firm
            if code:
                self.by_code[code] = firm
        for key, pk in merged:  # the name of a firm that was merged into another one means that one
            if pk in self.by_pk and not self.by_key.get(key):
                self.by_key[key].append(self.by_pk[pk])
        if self.by_pk:
            honours = Honour.objects.all()
            if len(self.by_pk) <= FEW:
                honours = honours.filter(investor__in=list(self.by_pk))
            for pk, kind in honours.values_list("investor", "kind"):
                if pk in self.by_pk:
                    self.by_pk[pk].honours.add(kind)

    def resolve(self, name: str, credit_code: str | None) -> tuple[Firm, bool]:
        """(firm, whether its known name differs from the one given). Raises CellError where it cannot be told."""
        key = investor_key(name)[:200]
        if credit_code and (known := self.by_code.get(credit_code)):
            return known, known.key != key
        alike = self.by_key.get(key, [])
        if credit_code:
            without = [firm for firm in alike if not firm.credit_code]
            if not without and alike:
                raise CellError(
                    "credit_code_conflict",
                    _("An investor of this name is known with another credit code. Check which one is right."),
                )
            alike = without
        if len(alike) > 1:
            raise CellError(
                "ambiguous_investor",
                _("Two investors carry this name. Write the credit code beside it, so that it is clear who is meant."),
            )
        firm = alike[0] if alike else self._add(name, key)
        if credit_code:
            firm.credit_code = credit_code
            self.by_code[credit_code] = firm
        return firm, False

    def _add(self, name: str, key: str) -> Firm:
        firm = Firm(name, key)
        self.by_key[key].append(firm)
        self.new.append(firm)
        return firm
