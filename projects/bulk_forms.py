"""What many projects are given in one go. Empty leaves a value as it is; a tick empties it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.dates import PartialDayFormField
from jiangjin.lib.storedtext import StoredText
from projects.bulk import Wanted
from projects.choices import MilestoneKind
from projects.stages import DAY_LABELS, PLANNED_FIELD
from projects.tags import tags_of

UNCHANGED = {"placeholder": _("as it is"), "autocomplete": "off"}
BOTH = _("Either write a value or tick “make empty”, not both.")


class BulkForm(StoredText, forms.Form):
    """The values, each with its tick."""

    lead_official_name = forms.CharField(
        label=_("lead official"), max_length=50, required=False, widget=forms.TextInput(attrs=UNCHANGED)
    )
    lead_official_post = forms.CharField(
        label=_("post"), max_length=100, required=False, widget=forms.TextInput(attrs=UNCHANGED)
    )
    lead_unit = forms.CharField(
        label=_("lead unit"), max_length=100, required=False, widget=forms.TextInput(attrs=UNCHANGED)
    )
    add_tags = forms.CharField(
        label=_("add tags"), max_length=100, required=False, widget=forms.TextInput(attrs=UNCHANGED)
    )
    remove_tags = forms.CharField(
        label=_("take tags away"), max_length=100, required=False, widget=forms.TextInput(attrs=UNCHANGED)
    )
    clear_lead_official = forms.BooleanField(label=_("make empty"), required=False)
    clear_lead_unit = forms.BooleanField(label=_("make empty"), required=False)
    clear_tags = forms.BooleanField(label=_("take all away"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in PLANNED_FIELD.values():
            self.fields[name] = PartialDayFormField(label=DAY_LABELS[name], required=False)
            self.fields[name].widget.attrs |= UNCHANGED
            self.fields[f"clear_{name}"] = forms.BooleanField(label=_("make empty"), required=False)
        self.fields["plan_reason"] = forms.CharField(
            label=_("why planned days are moved"), max_length=200, required=False
        )
        for name in ("add_tags", "remove_tags"):
            self.fields[name].help_text = _("words with 、 between them")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("lead_official_post") and not data.get("lead_official_name"):
            self.add_error("lead_official_name", _("Whose post is this? Write the name."))
        for name in ("lead_official", "lead_unit", *PLANNED_FIELD.values()):
            field = "lead_official_name" if name == "lead_official" else name
            if data.get(f"clear_{name}") and data.get(field):
                self.add_error(field, BOTH)
        if data.get("clear_tags") and data.get("remove_tags"):
            self.add_error("remove_tags", BOTH)
        if not self.errors and self.wanted.is_empty:
            self.add_error(None, _("Nothing is to be changed yet. Write a value, or tick “make empty”."))
        return data

    @property
    def wanted(self) -> Wanted:
        """What a valid form asks for."""
        data = self.cleaned_data
        official = (data["lead_official_name"], data["lead_official_post"])
        planned = {}
        for kind, name in PLANNED_FIELD.items():
            if data[name] or data[f"clear_{name}"]:
                planned[MilestoneKind(kind)] = data[name]
        return Wanted(
            lead_official=official if official[0] or data["clear_lead_official"] else None,
            lead_unit=data["lead_unit"] if data["lead_unit"] or data["clear_lead_unit"] else None,
            planned=planned,
            plan_reason=data["plan_reason"] if planned else "",
            added_tags=tuple(tags_of(data["add_tags"])),
            removed_tags=tuple(tags_of(data["remove_tags"])),
            clears_tags=data["clear_tags"],
        )

    def lines(self) -> list[tuple[list[BoundField], BoundField | None]]:
        """The fields as they stand on the page: those of one value, with their tick, if they can be emptied."""
        found: list[tuple[list[BoundField], BoundField | None]] = [
            ([self["lead_official_name"], self["lead_official_post"]], self["clear_lead_official"]),
            ([self["lead_unit"]], self["clear_lead_unit"]),
        ]
        found += [([self[name]], self[f"clear_{name}"]) for name in PLANNED_FIELD.values()]
        found.append(([self["plan_reason"]], None))
        return [*found, ([self["add_tags"], self["remove_tags"]], self["clear_tags"])]


class ConfirmBulkForm(forms.Form):
    """The preview that was looked at, and whether what was refused may stay as it is."""

    digest = forms.CharField(max_length=64)
    seen = forms.CharField(max_length=200_000, required=False)
    leave_out = forms.BooleanField(required=False)
