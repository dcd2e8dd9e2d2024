"""What the list can be narrowed by. Parameters are a contract (design, section 6)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, Model, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.demo import as_of_day
from industries.models import Chain, Cluster
from jiangjin.lib.dates import PartialDay, PartialDayFormField
from parks.models import Park
from projects import classes, lights, steps
from projects.amountfilters import amount_filter
from projects.choices import Condition, HonourKind, InvestorType, Stage
from projects.columnfilters import ColumnsFilter
from projects.columnplaces import Asked
from projects.figurefilters import (
    ArrivalsFilter,
    DayFilter,
    HappenedFilter,
    PeriodFilter,
    ThenFilter,
    WithinFilter,
    YearFilter,
)
from projects.lacking import lacking_any, lacking_for_next, lacking_soon
from projects.models import Participation, Project
from projects.periods import Period
from projects.permissions import Actor
from projects.querysets import OWN_PART, ProjectQuerySet, Totals
from projects.reportfilters import ReportFilter
from projects.stages import REQUIRED_LABELS
from projects.tags import with_tag
from projects.then import then

UNKNOWN = ("none", _("not filled in"))


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """An entry of a vocabulary: its key in the database, its code, the code of the park that it is inside of."""

    key: int
    code: str
    parent: str


class CodesFilter(django_filters.MultipleChoiceFilter):
    """Codes of a vocabulary, several by repetition; `none` selects the unknown."""

    def __init__(self, model: type[Model], **kwargs: Any) -> None:
        super().__init__(choices=lambda: [*model._default_manager.values_list("code", "name"), UNKNOWN], **kwargs)

    def filter(self, qs: ProjectQuerySet, value: list[str]) -> ProjectQuerySet:
        if not value:
            return qs
        known = self.parent.places.get(self.field_name)
        if known is None and self.field_name == "park":
            return qs.in_parks(value)
        if known is None:
            wanted = Q(**{f"{self.field_name}__code__in": value})
        else:
            codes = {code.removeprefix(OWN_PART) for code in value}
            keys = [place.key for place in known if place.code in codes or place.parent in value]
            wanted = Q(**{f"{self.field_name}__in": keys})
        return qs.filter(wanted | Q(**{self.field_name: None}) if "none" in value else wanted)


class PartialDayFilter(django_filters.Filter):
    """A bound of the signing day; a partial day of a project is in only where all of it lies inside."""

    field_class = PartialDayFormField

    def filter(self, qs: ProjectQuerySet, value: PartialDay | None) -> ProjectQuerySet:
        if value is None:
            return qs
        day = value.first if self.lookup_expr == "since" else value.last
        return qs.filter(**{f"{self.field_name}__{self.lookup_expr}": day})


class WordFilter(django_filters.CharFilter):
    """Exactly this word; `none` selects where nobody filled it in."""

    def filter(self, qs: ProjectQuerySet, value: str) -> ProjectQuerySet:
        if value != UNKNOWN[0]:
            return super().filter(qs, value)
        return qs.filter(Q(**{self.field_name: None}) | Q(**{self.field_name: ""}))


class ProjectFilter(ReportFilter):
    """The list's conditions. `year` also decides what the totals sum (ProjectQuerySet.totals)."""

    as_of = DayFilter(label=_("as of"), method="by_day")
    judged_on = DayFilter(label=_("conditions that look at a day, as of"), method="unchanged")
    q = django_filters.CharFilter(label=_("search words"), method="by_text", max_length=200)
    year = YearFilter(label=_("year"), method="by_year", min_value=1978, max_value=2100)
    period = PeriodFilter(label=_("period"), method="by_period")
    signed_in = PeriodFilter(label=_("signed in"), method="by_signing")
    arrived_in = ArrivalsFilter(label=_("capital arrived in"), method="by_arrival")
    changed = HappenedFilter(label=_("change"))
    reached_within = WithinFilter(label=_("reached"))
    park = CodesFilter(Park, field_name="park", label=_("park"))
    cluster = CodesFilter(Cluster, field_name="cluster", label=_("cluster"))
    chain = CodesFilter(Chain, field_name="chain", label=_("chain"))
    stage = ThenFilter(label=_("stage"), choices=Stage.choices)
    condition = ThenFilter(label=_("condition"), choices=Condition.choices)
    size = django_filters.MultipleChoiceFilter(label=_("size"), choices=classes.size_choices, method="by_size")
    step = django_filters.MultipleChoiceFilter(label=_("step taken"), choices=steps.STEPS, method="by_step")
    min_capital = amount_filter("gte", _("agreed, at least (亿元)"))
    max_capital = amount_filter("lte", _("agreed, at most (亿元)"))
    signed_from = PartialDayFilter("signed_on", "since", label=_("signed from"))
    signed_to = PartialDayFilter("signed_on", "by", label=_("signed to"))
    rank = django_filters.MultipleChoiceFilter(
        label=_("rank or honour"),
        choices=HonourKind.choices,
        method="by_investor",
        field_name="investor__honours__kind",
    )
    investor_type = django_filters.MultipleChoiceFilter(
        label=_("investor kind"), choices=InvestorType.choices, method="by_investor", field_name="investor__type"
    )
    lead_type = django_filters.MultipleChoiceFilter(
        label=_("kind of the lead investor"), choices=classes.LEAD_TYPES, method="by_lead_type"
    )
    top_rank = django_filters.MultipleChoiceFilter(
        label=_("highest rank or honour"), choices=classes.TOP_RANKS, method="by_top_rank"
    )
    official = WordFilter("lead_official__name", label=_("lead official"), max_length=50)
    lead_unit = WordFilter("lead_unit", label=_("lead unit"), max_length=100)
    live = django_filters.BooleanFilter(
        label=_("without terminated"), method="without_terminated", widget=forms.CheckboxInput
    )
    followed = django_filters.BooleanFilter(
        label=_("followed by me"), method="only_followed", widget=forms.CheckboxInput
    )
    source = WordFilter("source", label=_("source"), max_length=50)
    tag = django_filters.CharFilter(label=_("tag"), method="by_tag", max_length=50)
    light = django_filters.MultipleChoiceFilter(label=_("light"), choices=lights.CHOICES, method="by_light")
    missing = django_filters.MultipleChoiceFilter(
        label=_("missing for its stage or the next"),
        choices=[
            ("any", _("anything for its own stage")),
            ("next", _("anything for the next stage")),
            *REQUIRED_LABELS.items(),
        ],
        method="by_missing",
    )
    f = ColumnsFilter(label=_("column"))
    voided = django_filters.BooleanFilter(label=_("voided"), method="only_voided", widget=forms.CheckboxInput)

    # Whose list it is; set by conditions.narrowed. `followed` finds nothing for nobody.
    user: Actor | None = None
    # The entries of vocabularies, by condition; set by conditions.narrowed. By their keys an index is read; a join of
    # their small tables makes PostgreSQL expect far more projects than there are.
    places: Mapping[str, Sequence[KnownPlace]] = MappingProxyType({})
    # What columns of a period are about where the list itself is narrowed to none; set by reports/bridge_asked.py.
    columns_period: Period | None = None

    class Meta:
        model = Project
        fields: list[str] = []

    def filter_queryset(self, queryset: ProjectQuerySet) -> ProjectQuerySet:
        """Voided projects are out unless they are asked for."""
        if not self.form.cleaned_data.get("voided"):
            queryset = queryset.counted()
        return super().filter_queryset(queryset)

    @property
    def total_period(self) -> Period | None:
        """The period that the totals are about; None for whole amounts."""
        year = self._asked("year")
        return self._asked("period") or (Period(year) if year else None)

    @property
    def day(self) -> datetime.date | None:
        """The end of the day that everything is as of; None for all that is registered."""
        return self._asked("as_of")

    @property
    def looks_back(self) -> bool:
        """Whether the list shows an earlier day than that of the register."""
        return self.day is not None and self.day < as_of_day()

    @property
    def judged_day(self) -> datetime.date | None:
        """The day that conditions look at (stage, amount, light, a column, …): the list's, unless another is said.

        What counted on an earlier day of the projects that are late now: as_of and judged_on differ.
        """
        return self._asked("judged_on") or self.day

    @property
    def asked(self) -> Asked:
        """What the totals and the values of columns depend on. Of what was added after a day, that alone."""
        happened, period = self._asked("changed"), self.total_period
        narrowed = happened.between(self.day, period).narrowed_amounts(happened.kind) if happened else {}
        return Asked(period, self.day or as_of_day(), self.day, self._asked("arrived_in"), **narrowed)

    def totals(self, found: ProjectQuerySet) -> Totals:
        """What the list comes to."""
        asked = self.asked
        return found.totals(asked.period, asked.day, arrived_in=asked.arrived_in, since=asked.since, kinds=asked.kinds)

    def _asked(self, name: str) -> Any:
        return self.form.cleaned_data.get(name) if self.form.is_valid() else None

    def by_day(self, queryset: ProjectQuerySet, name: str, value: datetime.date) -> ProjectQuerySet:
        return queryset.as_of(value)

    def unchanged(self, queryset: ProjectQuerySet, name: str, value: datetime.date) -> ProjectQuerySet:
        return queryset

    def without_terminated(self, queryset: ProjectQuerySet, name: str, value: bool) -> ProjectQuerySet:
        """As of the list's own day, also where conditions look at another."""
        if not value:
            return queryset
        found, column = then(queryset, "condition", self.day)
        return found.exclude(**{column: Condition.TERMINATED})

    def by_period(self, queryset: ProjectQuerySet, name: str, value: Period) -> ProjectQuerySet:
        return queryset.in_period(value, self.day)

    def by_signing(self, queryset: ProjectQuerySet, name: str, value: Period) -> ProjectQuerySet:
        return queryset.signed_within(value, self.day)

    def by_arrival(self, queryset: ProjectQuerySet, name: str, value: Period) -> ProjectQuerySet:
        return queryset.with_arrivals_in(value, self.day)

    def by_size(self, queryset: ProjectQuerySet, name: str, value: list[str]) -> ProjectQuerySet:
        if not value:
            return queryset
        found, column = then(queryset, "agreed_capital", self.judged_day)
        return classes.of_sizes(found, value, column)

    def by_lead_type(self, queryset: ProjectQuerySet, name: str, value: list[str]) -> ProjectQuerySet:
        return queryset.alias(lead_type=classes.lead_type_key()).filter(lead_type__in=value) if value else queryset

    def by_top_rank(self, queryset: ProjectQuerySet, name: str, value: list[str]) -> ProjectQuerySet:
        return queryset.alias(top_rank=classes.top_rank_key()).filter(top_rank__in=value) if value else queryset

    def by_step(self, queryset: ProjectQuerySet, name: str, value: list[str]) -> ProjectQuerySet:
        return steps.with_steps(queryset, value, self.judged_day) if value else queryset

    def by_text(self, queryset: ProjectQuerySet, name: str, value: str) -> ProjectQuerySet:
        return queryset.search(value)

    def by_year(self, queryset: ProjectQuerySet, name: str, value: int) -> ProjectQuerySet:
        return queryset.in_period(Period(int(value)), self.day)

    def by_light(self, queryset: ProjectQuerySet, name: str, value: list[str]) -> ProjectQuerySet:
        return lights.lit(queryset, value, self.judged_day or as_of_day()) if value else queryset

    def by_tag(self, queryset: ProjectQuerySet, name: str, value: str) -> ProjectQuerySet:
        return with_tag(queryset, value)

    def by_missing(self, queryset: ProjectQuerySet, name: str, value: list[str]) -> ProjectQuerySet:
        """Of several fields, one that is missing is enough. One field counts for the stage reached and for the next."""
        whole = {"any": lacking_any, "next": lacking_for_next}
        wanted = Q()
        for field in value:
            wanted |= whole[field]() if field in whole else lacking_soon(field)
        return queryset.filter(wanted)

    def by_investor(self, queryset: ProjectQuerySet, name: str, value: list[str]) -> ProjectQuerySet:
        if not value:
            return queryset
        fits = Participation.objects.filter(project=OuterRef("pk"), **{f"{name}__in": value})
        return queryset.filter(Exists(fits))

    def only_voided(self, queryset: ProjectQuerySet, name: str, value: bool) -> ProjectQuerySet:
        return queryset.exclude(voided_at=None) if value else queryset

    def only_followed(self, queryset: ProjectQuerySet, name: str, value: bool) -> ProjectQuerySet:
        if not value:
            return queryset
        return queryset.followed_by(self.user) if self.user else queryset.none()
