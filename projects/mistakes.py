"""What is wrong on a page of several forms, for the list above them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.forms import BaseFormSet
from django.utils.translation import gettext as _

from projects.rowforms import kept_forms


@dataclass(frozen=True, slots=True)
class Mistake:
    """An error for the list above the form: where it is (an id on the page), what it is about, what is wrong."""

    anchor: str
    label: str
    message: str


def row_mistakes(formset: BaseFormSet, title: str) -> Iterator[Mistake]:
    """The errors of a formset, by row."""
    for error in formset.non_form_errors():
        yield Mistake(formset.prefix, title, str(error))
    for number, form in enumerate(kept_forms(formset), 1):
        row = getattr(form, "label", "") or _("%(title)s, row %(number)d") % {"title": title, "number": number}
        for error in form.non_field_errors():
            yield Mistake(formset.prefix, row, str(error))
        for field in form:
            for error in field.errors:
                yield Mistake(field.id_for_label, f"{row} · {field.label}", str(error))
