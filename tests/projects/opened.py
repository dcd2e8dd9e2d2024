"""The page of a project as a browser opens it and sends it back."""

from __future__ import annotations

from typing import Any

from django.forms import BoundField
from django.test import Client

from projects.models import Project


def opened(client: Client, project: Project) -> dict[str, str]:
    """What a browser would send that opened the page and touched nothing."""
    return as_shown(client.get(f"{project.get_absolute_url()}edit/"))


def as_shown(response: Any) -> dict[str, str]:
    """What a browser would send of the form that this answer shows."""
    forms = response.context["forms"]
    data: dict[str, str] = {}
    for bound in (*forms.project, *forms.why):
        _send(data, bound)
    for formset in (forms.participations, forms.commitments, forms.milestones):
        for form in (formset.management_form, *formset.forms):
            for bound in form:
                _send(data, bound)
    return data


def _send(data: dict[str, str], bound: BoundField) -> None:
    value = bound.value()
    if value is True:
        value = "on"
    if value not in (False, None):
        data[bound.html_name] = str(value)
    elif value is None:
        data[bound.html_name] = ""


def row_of(data: dict[str, str], prefix: str, **values: str) -> str:
    """How the row that says this begins: "investors-1-"."""
    for number in range(int(data[f"{prefix}-TOTAL_FORMS"])):
        row = f"{prefix}-{number}-"
        if all(data.get(f"{row}{name}") == value for name, value in values.items()):
            return row
    raise AssertionError((prefix, values))


def add_row(data: dict[str, str], prefix: str, **values: str) -> None:
    """What the button “another” does."""
    number = int(data[f"{prefix}-TOTAL_FORMS"])
    data[f"{prefix}-TOTAL_FORMS"] = str(number + 1)
    data |= {f"{prefix}-{number}-{name}": value for name, value in values.items()}
