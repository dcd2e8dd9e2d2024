"""The columns of the project list, its export and its saved views: one registry, in the order of the chooser.

Keys are the identifiers of ledgers (imports/data/ledger_columns.csv) where a ledger has the column, but for `code` and
`arrived_capital`, which the list's `sort` has always called so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from projects import columnfigures as figures
from projects import lights
from projects.choices import (
    CapitalOrigin,
    Condition,
    HonourKind,
    InvestorType,
    LandMode,
    MilestoneKind,
    NoteKind,
    Stage,
)
from projects.columndays import OfCondition, milestone_day
from projects.columnfirms import Honours, joint_firms, lead_firm
from projects.columnplaces import (
    Entry,
    Moment,
    Place,
    Referred,
    StageWord,
    Stored,
    Worded,
)
from projects.models import Project

YI_UNIT, WAN_UNIT, PERCENT = "亿元", "万元", "%"
NUMBERS = {"money", "integer", "decimal", "partial_day"}
FIXED = "name"  # shown whatever is chosen: it leads to the project


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `key` is its parameter in `columns`, `sort` and `f`.

    kind: text, money (万元, shown in `unit`), integer, decimal (with unit "%" a ratio: 0.5 is 50%), partial_day,
    choice, vocabulary, flag or light. choices: the words of a choice by their keys; of a vocabulary the room's own
    parameter (park, cluster, chain) names them. downwards: whether the first click asks for the largest or latest.
    summed: whether the foot of the list says its sum; those of agreed and arrived stand there anyhow.
    """

    key: str
    label: str | Promise
    kind: str
    place: Place
    default: bool = False
    unit: str = ""
    choices: Sequence[tuple[str, Any]] = ()
    downwards: bool = False
    summed: bool = False

    @property
    def sort(self) -> str | None:
        """Its parameter in `sort`; None where it cannot be ordered by."""
        return self.key if self.place.order() is not None else None

    @property
    def needs(self) -> tuple[str, ...]:
        """What `fetching.fetched` fetches for it beside the project's own row."""
        return self.place.needs

    @property
    def number(self) -> bool:
        """Whether it stands at the right of its cell."""
        return self.kind in NUMBERS

    @property
    def derived(self) -> bool:
        """Whether nobody can fill it in, so that nothing is — and not 未填."""
        return self.place.derived or self.key in ("arrived_capital", "joint_investors")

    @property
    def head(self) -> str:
        """The label with its unit."""
        if not self.unit:
            return str(self.label)
        return gettext("%(label)s (%(unit)s)") % {"label": self.label, "unit": self.unit}

    def value(self, project: Project) -> Any:
        """The typed value of a project that `fetching.fetched` gave, or None where it is unknown: money a Decimal in
        万元, a day a PartialDay, an entry of a vocabulary its name, a choice its word."""
        return self.place.value(project)


def _own(key: str, kind: str = "text", **more: Any) -> Column:
    """A column of Project under its own label."""
    return Column(key, Project._meta.get_field(key).verbose_name, kind, Stored(key), **more)


def _money(key: str, unit: str = YI_UNIT, **more: Any) -> Column:
    return _own(key, "money", unit=unit, downwards=True, summed=True, **more)


def _day(key: str, label: Promise, kind: MilestoneKind, column: str) -> Column:
    return Column(key, label, "partial_day", milestone_day(kind, column))


def _sum(label: Promise, place: figures.Computed) -> Column:
    return Column(place.name, label, "money", place, unit=YI_UNIT, downwards=True, summed=True)


def _firm(key: str, label: Promise, column: str, kind: str = "text", **more: Any) -> Column:
    return Column(key, label, kind, lead_firm(column), **more)


def _per_mu(key: str, label: Promise, above: str) -> Column:
    """An amount in 万元 for each mu of land."""
    return Column(
        key, label, "money", figures.ratio(key, above, "land_area", units=1_000_000), unit=WAN_UNIT, downwards=True
    )


ALL: list[Column] = [
    Column("light", _("light"), "light", figures.LightNow(), True, choices=lights.CHOICES),
    Column("code", _("number"), "text", Stored("code"), True),
    Column("name", _("project name"), "text", Stored("name"), True),
    _own("short_name"),
    _own("approval_code"),
    _own("content"),
    _firm("investor", _("investor"), "name", default=True),
    Column("joint_investors", _("joint investors"), "text", joint_firms()),
    _firm("credit_code", _("unified social credit code"), "credit_code"),
    _firm("investor_type", _("investor kind"), "type", "choice", choices=InvestorType.choices),
    Column("investor_rank", _("rank or honour"), "choice", Honours(), choices=HonourKind.choices),
    _firm("investor_origin", _("investor comes from"), "origin"),
    _firm("investor_parent", _("group of the investor"), "parent_name"),
    _firm("stock_code", _("stock code"), "stock_code"),
    _own("project_company"),
    _own("company_credit_code"),
    Column("park", _("park"), "vocabulary", Entry("park", "short_name"), True),
    _own("site"),
    Column("cluster", _("cluster"), "vocabulary", Entry("cluster", "name"), True),
    Column("chain", _("chain"), "vocabulary", Entry("chain", "name")),
    _own("industry"),
    _own("sector"),
    _own("nature"),
    Column(
        "capital_origin",
        _("capital origin"),
        "choice",
        Worded("capital_origin", CapitalOrigin.choices),
        choices=CapitalOrigin.choices,
    ),
    Column("agreed_capital", _("agreed"), "money", Stored("agreed_capital"), True, YI_UNIT, downwards=True),
    _sum(_("of which added"), figures.increases()),
    _sum(_("agreed in the year"), figures.agreed_in_year()),
    Column("arrived_capital", _("arrived"), "money", Stored("arrived_capital"), True, YI_UNIT, downwards=True),
    Column(
        "arrival_rate",
        _("arrival rate"),
        "decimal",
        figures.ratio("arrival_rate", "arrived_capital", "agreed_capital"),
        unit=PERCENT,
        downwards=True,
    ),
    _sum(_("arrived in the year"), figures.arrived_in_year()),
    _sum(_("foreign capital arrived"), figures.arrived_foreign()),
    _sum(_("arrived from outside the city"), figures.arrived_from_outside()),
    _money("planned_total"),
    _money("fixed_assets_planned"),
    _money("foreign_capital_agreed"),
    _own("first_contact_on", "partial_day", downwards=True),
    _own("intent_on", "partial_day", downwards=True),
    Column("signed_on", _("signed"), "partial_day", Stored("signed_on"), True, downwards=True),
    _own("signed_event"),
    _own("source"),
    Column("stage", _("stage"), "choice", StageWord(), True, choices=Stage.choices, downwards=True),
    Column("next_milestone", _("next milestone"), "text", figures.next_words(), True),
    Column("days_left", _("from the as-of day"), "integer", figures.DaysLeft(), True),
    Column("next_planned_on", _("next planned day"), "partial_day", figures.next_day()),
    _day("registered_on", _("company registered on"), MilestoneKind.REGISTERED, "actual_on"),
    _day("land_on", _("land obtained on"), MilestoneKind.LAND, "actual_on"),
    _day("planned_start", _("planned start"), MilestoneKind.STARTED, "planned_on"),
    _day("started_on", _("started on"), MilestoneKind.STARTED, "actual_on"),
    _day("planned_completion", _("planned completion"), MilestoneKind.COMPLETED, "planned_on"),
    _day("completed_on", _("completed on"), MilestoneKind.COMPLETED, "actual_on"),
    _day("planned_production", _("planned production"), MilestoneKind.PRODUCTION, "planned_on"),
    _day("production_on", _("in production on"), MilestoneKind.PRODUCTION, "actual_on"),
    _day("planned_full_production", _("planned full production"), MilestoneKind.FULL_PRODUCTION, "planned_on"),
    _day("full_production_on", _("at full production on"), MilestoneKind.FULL_PRODUCTION, "actual_on"),
    _own("build_period"),
    Column("condition", _("condition"), "choice", Worded("condition", Condition.choices), choices=Condition.choices),
    Column(
        "condition_on",
        Project._meta.get_field("condition_on").verbose_name,
        "partial_day",
        OfCondition("condition_on"),
        downwards=True,
    ),
    Column("condition_reason", _("reason for the condition"), "text", OfCondition("condition_reason")),
    Column("missing", _("missing for its stage"), "text", figures.Missing()),
    Column("progress_note", _("progress"), "text", figures.last_note(NoteKind.PROGRESS)),
    Column("problems", _("problems"), "text", figures.last_note(NoteKind.PROBLEM)),
    Column("next_step", _("next step"), "text", figures.last_note(NoteKind.NEXT_STEP)),
    _money("expected_output"),
    _money("actual_output"),
    _money("expected_tax", WAN_UNIT),
    _own("expected_jobs", "integer", downwards=True, summed=True),
    Column("land_area", _("land"), "decimal", Stored("land_area"), unit=_("mu"), downwards=True, summed=True),
    Column(
        "land_mode", _("how the land came"), "choice", Worded("land_mode", LandMode.choices), choices=LandMode.choices
    ),
    Column("floor_area", _("floor area"), "decimal", Stored("floor_area"), unit="m²", downwards=True, summed=True),
    _per_mu("investment_per_mu", _("investment per mu"), "agreed_capital"),
    _per_mu("tax_per_mu", _("tax per mu"), "expected_tax"),
    _per_mu("output_per_mu", _("output per mu"), "expected_output"),
    Column("lead_official", _("lead official"), "text", Referred("lead_official", "name")),
    Column("lead_official_post", _("lead official's post"), "text", Referred("lead_official", "post")),
    _own("chain_leader"),
    _own("lead_unit"),
    _own("support_units"),
    _own("case_officer"),
    _own("task_force"),
    _own("contact_name"),
    _own("contact_phone"),
    _own("is_key_project"),
    _own("tags"),
    _own("remarks"),
    Column("updated_on", _("last changed on"), "partial_day", Moment("updated_at"), downwards=True),
]
BY_KEY = {column.key: column for column in ALL}
DEFAULT = [column for column in ALL if column.default]


def keys_of(params: QueryDict) -> list[str]:
    """The keys that `columns` names, each once: `columns=name,park` or repeated."""
    words = (word.strip() for value in params.getlist("columns") for word in value.split(","))
    return list(dict.fromkeys(filter(None, words)))


def unknown_keys(params: QueryDict) -> list[str]:
    """What `columns` names that is no column."""
    return [key for key in keys_of(params) if key not in BY_KEY]


def chosen(params: QueryDict, view: QueryDict | None = None) -> list[Column]:
    """The columns to show in their order: those of the parameters, else of the saved view, else the default ones.

    The name, which leads to the project, is always among them. What is no column is left out (`unknown_keys`).
    """
    keys = keys_of(params) or (keys_of(view) if view is not None else [])
    found = [BY_KEY[key] for key in keys if key in BY_KEY]
    if not found:
        return DEFAULT
    return found if BY_KEY[FIXED] in found else [BY_KEY[FIXED], *found]
