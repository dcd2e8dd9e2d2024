"""What a project is, as labels and values for its page and for print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from jiangjin.lib.money import format_wan, format_yi
from projects.models import Project
from projects.sources import Source
from projects.stages import PIPELINE

# Facts that every project should have: shown as 未填 where nobody filled them in. The others only where they are known.
ASKED = {"park", "cluster", "chain", "signed_on", "lead_official", "lead_unit", "source"}
IN_YI = ("planned_total", "fixed_assets_planned", "foreign_capital_agreed", "expected_output")
WORDS_BEFORE = ("short_name", "content")
WORDS_AFTER = (
    "support_units",
    "case_officer",
    "task_force",
    "chain_leader",
    "contact_name",
    "contact_phone",
    "project_company",
    "company_credit_code",
    "industry",
    "sector",
    "nature",
    "is_key_project",
    "signed_event",
    "build_period",
    "approval_code",
    "tags",
    "remarks",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A label with its value; `url` leads to what the value names, `field` is the control of the form that fills it,
    `source` tells where the value comes from."""

    label: str
    value: object
    field: str
    url: str = ""
    source: Source | None = None


def facts_of(project: Project, sources: Mapping[str, Source]) -> list[Fact]:
    """The facts of a project in the order of its page, without its investors, capital and milestones.

    `sources`: of the project's columns, by column.
    """
    shown = (fact for fact in _all_facts(project) if fact.value or fact.field in ASKED)
    return [replace(fact, source=sources.get(fact.field)) for fact in shown]


def _all_facts(project: Project) -> Iterator[Fact]:
    for name in WORDS_BEFORE:
        yield _plain(project, name)
    park, cluster = project.park, project.cluster
    yield Fact(_("park"), str(park or ""), "park", reverse("parks:detail", args=[park.code]) if park else "")
    yield _plain(project, "site")
    yield Fact(
        _("cluster"),
        str(cluster or ""),
        "cluster",
        reverse("industries:detail", args=[cluster.code]) if cluster else "",
    )
    for name in ("chain", "signed_on", "lead_official", "lead_unit"):
        if name != "signed_on" or project.stage not in PIPELINE:
            yield _linked(project, name)
    yield _plain(project, "source")
    for name in WORDS_AFTER:
        yield _plain(project, name)
    yield from _sizes(project)


def _plain(project: Project, name: str) -> Fact:
    value = getattr(project, name)
    return Fact(str(Project._meta.get_field(name).verbose_name), "" if value is None else value, name)


def _linked(project: Project, name: str) -> Fact:
    """The official leads to his page, the unit to its projects."""
    fact = _plain(project, name)
    if name == "lead_official" and project.lead_official:
        return replace(fact, url=project.lead_official.get_absolute_url())
    if name == "lead_unit" and project.lead_unit:
        return replace(fact, url=f"{reverse('projects:list')}?{urlencode({name: project.lead_unit})}")
    return fact


def _sizes(project: Project) -> Iterator[Fact]:
    for name in IN_YI:
        amount = getattr(project, name)
        yield _sized(project, name, "" if amount is None else f"{format_yi(amount)} 亿元")
    tax = project.expected_tax
    yield _sized(project, "expected_tax", "" if tax is None else f"{format_wan(tax)} 万元")
    jobs = project.expected_jobs
    yield _sized(project, "expected_jobs", "" if jobs is None else f"{jobs:,}")
    for name in ("land_area", "floor_area"):
        size: Decimal | None = getattr(project, name)
        yield _sized(project, name, "" if size is None else f"{size.normalize():,f}")


def _sized(project: Project, name: str, value: str) -> Fact:
    return Fact(str(Project._meta.get_field(name).verbose_name), value, name)
