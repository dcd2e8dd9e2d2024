"""The page of the log, for the administrator and the auditor."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.models import Action, AuditEvent, Result
from accounts.people import people_choices
from accounts.permissions import require_auditor
from jiangjin.lib.dates import PartialDayFormField, midnight

PER_PAGE = 50


class AuditFilter(forms.Form):
    """What narrows the log. Empty narrows nothing; what cannot be read is said, and nothing is listed."""

    person = forms.ChoiceField(label=_("person"), required=False)
    action = forms.ChoiceField(
        label=_("what was done"), required=False, choices=[("", _("everything")), *Action.choices]
    )
    result = forms.ChoiceField(label=_("result"), required=False, choices=[("", _("any result")), *Result.choices])
    since = PartialDayFormField(label=_("from day"), required=False)
    until = PartialDayFormField(label=_("to day"), required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.fields["person"].choices = [("", _("everybody")), *people_choices()]

    @property
    def narrows(self) -> bool:
        """Whether anything is narrowed at all."""
        return any(self.data.get(name) for name in self.fields)

    def narrowed(self) -> QuerySet[AuditEvent]:
        """The events that fit, newest first; none where a condition cannot be read."""
        events = AuditEvent.objects.order_by("-number")
        if not self.is_valid():
            return events.none()
        wanted: dict[str, Any] = self.cleaned_data
        columns = {"person": "user", "action": "action", "result": "result"}
        events = events.filter(**{column: wanted[name] for name, column in columns.items() if wanted[name]})
        if since := wanted["since"]:
            events = events.filter(at__gte=midnight(since.first))
        if until := wanted["until"]:
            events = events.filter(at__lt=midnight(until.last + datetime.timedelta(days=1)))
        return events


@dataclass(frozen=True, slots=True)
class Line:
    """An event with what the page says of it: who by name, how many rows, in which form, under which conditions."""

    event: AuditEvent

    @property
    def who(self) -> str:
        """The person's name; of an account that is gone, its login name."""
        return str(self.event.user) if self.event.user else self.event.username

    @property
    def rows(self) -> int | None:
        return self.event.detail.get("rows")

    @property
    def form(self) -> str:
        return str(self.event.detail.get("form", ""))

    @property
    def conditions(self) -> str:
        return str(self.event.detail.get("conditions", ""))

    @property
    def sheets(self) -> str:
        """How many rows each sheet of a workbook held, where it had several."""
        return " · ".join(f"{title} {rows}" for title, rows in self.event.detail.get("sheets", ()))


@require_GET
def audit_list(request: HttpRequest) -> HttpResponse:
    """Who took out what and when, newest first."""
    require_auditor(request.user)
    filters = AuditFilter(request.GET)
    page = Paginator(filters.narrowed().select_related("user"), PER_PAGE).get_page(request.GET.get("page"))
    newest = AuditEvent.objects.order_by("-number").first()
    context = {"filters": filters, "page": page, "lines": [Line(event) for event in page], "newest": newest}
    return render(request, "accounts/audit_list.html", context)
