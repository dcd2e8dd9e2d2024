"""Agreed capital as of a day is the sum of the commitments up to it, for random histories with partial days."""

from __future__ import annotations

import calendar
import datetime
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from jiangjin.lib.dates import PartialDay
from projects.capital import agreed_as_of
from projects.models import CapitalCommitment, Project

HISTORIES = 1000
YEARS = range(2018, 2023)
fen = st.integers(1, 10**13)
# None is an entry without a day; else (year, month or 0, day or 0).
days = st.none() | st.one_of(
    st.tuples(st.sampled_from(YEARS), st.just(0), st.just(0)),
    st.tuples(st.sampled_from(YEARS), st.integers(1, 12), st.just(0)),
    st.tuples(st.sampled_from(YEARS), st.integers(1, 12), st.integers(1, 28) | st.just(99)),
)
kinds = st.sampled_from(["increase", "reduction"])
histories = st.lists(st.tuples(kinds, fen, days), max_size=6)
edges = st.sampled_from([(12, 31), (1, 1), (2, 28), (2, 29), (6, 30), (7, 31), (7, 30)])
asked = st.dates(datetime.date(2017, 12, 1), datetime.date(2023, 1, 31)) | st.builds(
    lambda year, edge: datetime.date(year, edge[0], min(edge[1], calendar.monthrange(year, edge[0])[1])),
    st.sampled_from(YEARS),
    edges,
)


def whole(parts: tuple[int, int, int] | None) -> tuple[int, int, int] | None:
    """Day 99 stands for the last of its month."""
    if parts is None or parts[2] != 99:
        return parts
    return parts[0], parts[1], calendar.monthrange(parts[0], parts[1])[1]


def could_be_after(parts: tuple[int, int, int], day: datetime.date) -> bool:
    """Whether one of the days that it could mean lies after the day: each of them is tried."""
    year, month, number = parts
    months = [month] if month else range(1, 13)
    candidates = [
        datetime.date(year, one, at)
        for one in months
        for at in ([number] if number else range(1, calendar.monthrange(year, one)[1] + 1))
    ]
    return any(candidate > day for candidate in candidates)


def oracle(rows: list[tuple[int, tuple[int, int, int] | None]], day: datetime.date) -> Decimal | None:
    """In 万元: every entry by itself, in fen, without any code of the register."""
    if not rows:
        return None
    counted = 0
    for amount, parts in rows:
        if parts is None or not could_be_after(parts, day):
            counted += amount
    return Decimal(counted) / 1_000_000


class AgreedAsOfADay(TestCase):
    """One project and one other that must not be counted, a history each."""

    @settings(max_examples=HISTORIES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(first=st.none() | st.tuples(fen, days), later=histories, others=histories, day=asked)
    def test_it_is_the_sum_up_to_the_day(self, first, later, others, day) -> None:
        made = [("initial", *first), *later] if first else later
        project, other = (Project(name=name, name_key=name, code=name) for name in ("甲", "乙"))
        Project.objects.bulk_create([project, other])
        expected = {}
        for owner, rows in ((project, made), (other, others)):
            signed = [(-amount if kind == "reduction" else amount, whole(parts)) for kind, amount, parts in rows]
            CapitalCommitment.objects.bulk_create(
                CapitalCommitment(
                    project=owner,
                    kind=kind,
                    amount=Decimal(amount) / 1_000_000,
                    committed_on=None if parts is None else PartialDay(parts[0], parts[1] or None, parts[2] or None),
                )
                for (kind, __, __), (amount, parts) in zip(rows, signed, strict=True)
            )
            expected[owner.pk] = oracle(signed, day)
        assert {owner.pk: agreed_as_of(owner, day) for owner in (project, other)} == expected
        found = Project.objects.with_agreed_as_of(day).values_list("pk", "agreed_as_of")
        assert dict(found) == expected
