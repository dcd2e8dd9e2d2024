"""What tests are about, in one line each: accounts, parks, firms, projects. All through the product's own doors.

Amounts of commitments are in 亿元 as people say them, arrivals in 万元 as ledgers write them; days are ISO text as far
as they are known ("2020-06-30", "2020-06", "2020"). Parks, clusters and chains are named by their codes: ask for the
fixture `vocabulary` where they are the product's own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from accounts.models import User
from accounts.people import save_account
from industries.models import Chain, Cluster
from jiangjin.lib.dates import PartialDay
from jiangjin.lib.money import YI
from parks.models import Park
from projects import capital
from projects.models import CapitalArrival, Honour, Investor, Project
from projects.registering import (
    TypedCommitment,
    TypedInvestor,
    TypedMilestone,
    find_or_make_investor,
    save_project,
    void_project,
)

PASSWORD = "correct horse battery"
numbers = itertools.count(1)


def make_user(
    username: str = "recorder",
    role: str = "recorder",
    parks: Iterable[str] = (),
    all_parks: bool = False,
    password: str = PASSWORD,
) -> User:
    """An account that can log in; `parks` are the codes of those it may write."""
    user = User(username=username, display_name=username)
    places = [Park.objects.get(code=code) for code in parks]
    return save_account(user=user, role=role, parks=places, all_parks=all_parks, password=password)


def make_park(code: str = "shuangfu", name: str = "", *, parent: str | None = None, **fields: Any) -> Park:
    """A park, or the one that is there; `parent` is the code of the park that it lies in."""
    found = Park.objects.filter(code=code).first()
    if found:
        return found
    parent_park = Park.objects.get(code=parent) if parent else None
    name = name or code
    return Park.objects.create(
        code=code,
        name=name,
        short_name=name[:20],
        parent=parent_park,
        kind=fields.pop("kind", "industrial_park"),
        **fields,
    )


def make_investor(name: str = "重庆某某有限公司", *, honours: Iterable[str] = (), **fields: Any) -> Investor:
    """A firm, found by its name or made; `honours` are kinds such as "china_500"."""
    investor = find_or_make_investor(name, user=None)  # type: ignore[arg-type]
    for field, value in fields.items():
        setattr(investor, field, value)
    investor.save()
    for kind in honours:
        Honour.objects.get_or_create(investor=investor, kind=kind)
    return investor


def make_project(
    name: str | None = None,
    *,
    park: str | None = None,
    cluster: str | None = None,
    chain: str | None = None,
    agreed: str | None = None,
    signed: str | None = "2020-06-30",
    investor: str | None = "重庆某某有限公司",
    joint: Iterable[str] = (),
    increases: Iterable[tuple[str, str | None]] = (),
    reductions: Iterable[tuple[str, str | None]] = (),
    planned: Mapping[str, str] | None = None,
    reached: Mapping[str, str | None] | None = None,
    arrivals: Mapping[str, str] | None = None,
    official: tuple[str, str] = ("", ""),
    voided: str = "",
    user: User | None = None,
    **fields: Any,
) -> Project:
    """A project with everything on its page.

    agreed: the initial commitment in 亿元, dated as the signing; increases, reductions: (亿元, day); planned: kind of
    milestone → day; reached: kind → day or None where nobody knows it; arrivals: month → 万元; official: (name, post);
    voided: the reason; `fields` are columns of Project.
    """
    project = Project(
        name=name or f"测试项目{next(numbers):03d}",
        park=Park.objects.get(code=park) if park else None,
        cluster=Cluster.objects.get(code=cluster) if cluster else None,
        chain=Chain.objects.get(code=chain) if chain else None,
        signed_on=_day(signed),
        **fields,
    )
    save_project(
        project=project,
        version=None,
        official=official,
        investors=[TypedInvestor(investor, "lead")] * bool(investor) + [TypedInvestor(firm, "joint") for firm in joint],
        commitments=_commitments(agreed, signed, increases, reductions),
        milestones=_milestones(planned or {}, reached or {}),
        user=user,  # type: ignore[arg-type]
    )
    for month, amount in (arrivals or {}).items():
        CapitalArrival.objects.create(project=project, month=_day(month), amount=Decimal(amount))
    if arrivals:
        capital.recompute_and_save([project.pk], user=user, reason="")
    if voided:
        void_project(project=project, reason=voided, user=user)  # type: ignore[arg-type]
    return Project.objects.get(pk=project.pk)


def _day(text: str | None) -> PartialDay | None:
    return PartialDay.from_iso(text) if text else None


def _commitments(
    agreed: str | None,
    signed: str | None,
    increases: Iterable[tuple[str, str | None]],
    reductions: Iterable[tuple[str, str | None]],
) -> list[TypedCommitment]:
    rows = [("initial", agreed, signed)] if agreed else []
    rows += [("increase", *row) for row in increases] + [("reduction", *row) for row in reductions]
    return [TypedCommitment(kind, Decimal(amount) * YI, _day(day)) for kind, amount, day in rows]


def _milestones(planned: Mapping[str, str], reached: Mapping[str, str | None]) -> list[TypedMilestone]:
    return [
        TypedMilestone(kind, _day(planned.get(kind)), _day(reached.get(kind)), kind in reached)
        for kind in {**planned, **reached}
    ]
