"""Conditions of the list that report tables lead to: key projects, what stands still, gaps of the data, milestones."""

from __future__ import annotations

import datetime
from functools import reduce
from operator import or_

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.demo import as_of_day
from projects import gaps, pressing
from projects.figurefilters import ReachedFilter
from projects.querysets import ProjectQuerySet


class ReportFilter(django_filters.FilterSet):
    """A part of ProjectFilter, which knows the day."""

    reached = ReachedFilter(label=_("milestone reached"))
    key = django_filters.BooleanFilter(
        label=_("key project, or 10 亿元 or more"), method="only_key", widget=forms.CheckboxInput
    )
    stuck = django_filters.MultipleChoiceFilter(label=_("stands still"), choices=pressing.STUCK, method="by_stuck")
    gap = django_filters.MultipleChoiceFilter(label=_("gap of the data"), choices=gaps.CHOICES, method="by_gap")

    judged_day: datetime.date | None  # that conditions look at, or None

    def only_key(self, queryset: ProjectQuerySet, name: str, value: bool) -> ProjectQuerySet:
        return pressing.key_projects(queryset, self.judged_day) if value else queryset

    def by_stuck(self, queryset: ProjectQuerySet, name: str, value: list[str]) -> ProjectQuerySet:
        return pressing.stuck(queryset, value, day=self.judged_day, today=as_of_day()) if value else queryset

    def by_gap(self, queryset: ProjectQuerySet, name: str, value: list[str]) -> ProjectQuerySet:
        """Of several gaps, one is enough."""
        day = self.judged_day or as_of_day()
        return queryset.filter(reduce(or_, (gaps.with_gap(code, day) for code in value))) if value else queryset
