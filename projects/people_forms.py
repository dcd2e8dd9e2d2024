"""What people type about officials: who it is, handing over, follow-ups, task forces, chiefs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from jiangjin.lib.storedtext import StoredText
from projects.choices import TaskForceRole
from projects.dayfields import DayFormField
from projects.models import Chief, Official, TaskForce, TaskForceMember
from projects.officials import Pair
from projects.people import ROLE_ORDER
from projects.people_writing import TypedMember
from projects.rowforms import RowsAsTyped, kept_forms


class OfficialPick(StoredText, forms.Form):
    """An official: one whom the register knows, or another by name and post."""

    is_outdated = False  # somebody else wrote meanwhile: the page is shown as of now

    official = forms.ChoiceField(label=_("official"), required=False)
    official_name = forms.CharField(label=_("or another official: name"), max_length=50, required=False)
    official_post = forms.CharField(
        label=_("post"),
        max_length=100,
        required=False,
        help_text=_("Who has a new post is entered once more: what was written under the former post keeps it."),
    )
    needs_official = True

    def __init__(self, *args: Any, user: User, leads: Official | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {str(one.pk): one for one in Official.objects.visible_to(user)}
        self.fields["official"].choices = [("", "—"), *((key, str(one)) for key, one in self.known.items())]
        if leads is not None:
            self.fields["official"].initial = str(leads.pk)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "official" in self.errors:
            return data
        if data["official"] and (data.get("official_name") or data.get("official_post")):
            self.add_error("official", _("Choose an official, or write another one: not both."))
        elif not (data["official"] or data.get("official_name")) and (self.needs_official or data.get("official_post")):
            self.add_error("official", _("Choose an official, or write the name of another one."))
        return data

    @property
    def pair(self) -> Pair | None:
        """Name and post of the one who is meant; None where nobody is."""
        if chosen := self.known.get(self.cleaned_data["official"]):
            return chosen.name, chosen.post
        name = self.cleaned_data["official_name"]
        return (name, self.cleaned_data["official_post"]) if name else None


class HandoverForm(OfficialPick):
    """To whom projects go, when and why; `former` is who led them when the page was opened."""

    handed_on = DayFormField(label=_("handed over on"))
    reason = forms.CharField(label=_("reason"), max_length=200)
    former = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)


class FollowUpForm(OfficialPick):
    """What an official did for a project on a day."""

    followed_on = DayFormField(label=_("day"))
    text = forms.CharField(label=_("what was done"), max_length=5000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "id_followup_%s", **kwargs})


class ChiefForm(OfficialPick):
    """Who becomes the chief of a park or a chain, since when; nobody where the present one merely ends."""

    needs_official = False
    since = DayFormField(label=_("since"), required=False)
    former = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def __init__(self, *args: Any, present: Chief | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.present = present
        self.fields["former"].initial = present.pk if present else None
        if present is not None:
            self.fields["since"].help_text = _("the present chief ends on this day")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.errors:
            return data
        if self.pair is None and self.present is None:
            self.add_error("official", _("Choose an official, or write the name of another one."))
        if self.present is not None and data.get("since") is None:
            self.add_error("since", _("Say on which day the present chief ended."))
        return data


class TaskForceForm(StoredText, forms.Form):
    """A task force: its name, since when, and until when where it is dissolved."""

    name = forms.CharField(label=_("name"), max_length=100)
    since = DayFormField(label=_("set up on"), required=False)
    until = DayFormField(label=_("dissolved on"), required=False, help_text=_("empty while it is at work"))
    version = forms.CharField(required=False, max_length=50, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("It cannot be dissolved before it was set up."))
        return data

    def written_into(self, force: TaskForce) -> TaskForce:
        """The task force with what was typed."""
        for name in ("name", "since", "until"):
            setattr(force, name, self.cleaned_data[name])
        return force


class MemberForm(StoredText, forms.Form):
    """A member: an official, or somebody by name, with unit, role and duty."""

    pk = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)
    official = forms.ChoiceField(label=_("official"), required=False)
    name = forms.CharField(label=_("or a name"), max_length=50, required=False)
    unit = forms.CharField(label=_("unit"), max_length=100, required=False)
    role = forms.ChoiceField(label=_("role"), choices=TaskForceRole.choices, initial=TaskForceRole.MEMBER)
    duty = forms.CharField(label=_("duty"), max_length=100, required=False)

    def __init__(self, *args: Any, known: dict[str, Official], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        self.fields["official"].choices = [("", "—"), *((key, str(one)) for key, one in known.items())]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "official" in self.errors or data.get("DELETE"):
            return data
        if data["official"] and data.get("name"):
            self.add_error("name", _("Choose an official, or write a name: not both."))
        elif not data["official"] and not data.get("name") and self._says_something(data):
            self.add_error("name", _("Who is it? Write the name, or take the row out."))
        return data

    def _says_something(self, data: dict[str, Any]) -> bool:
        said = any(data.get(name) for name in ("pk", "unit", "duty"))
        return said or data.get("role", TaskForceRole.MEMBER) != TaskForceRole.MEMBER

    @property
    def typed(self) -> TypedMember:
        data = self.cleaned_data
        official = self.known.get(data["official"])
        return TypedMember(official, data["name"], data["unit"], data["role"], data["duty"], data["pk"])


def _person(data: dict[str, Any]) -> tuple[str, str, str] | None:
    """Who a row is about: an official, or a name in its unit, for namesakes sit in other units. None for nobody."""
    if data.get("official"):
        return data["official"], "", ""
    return ("", data["name"], data.get("unit", "")) if data.get("name") else None


class BaseMembers(RowsAsTyped):
    def clean(self) -> None:
        heads = [row for row in kept_forms(self) if row.cleaned_data.get("role") == TaskForceRole.HEAD]
        if len(heads) > 1:
            raise ValidationError(_("A task force has one head. Make the others deputies."))
        people = [_person(row.cleaned_data) for row in kept_forms(self)]
        for row, person in zip(kept_forms(self), people, strict=True):
            if person and people.count(person) > 1:
                row.add_error("official" if person[0] else "name", _("Stands in two rows. Keep one of them."))

    def typed(self) -> list[TypedMember]:
        """The members that were typed and not taken out."""
        rows = [form for form in kept_forms(self) if form.cleaned_data.get("official") or form.cleaned_data.get("name")]
        return [form.typed for form in rows]


MemberFormSet = formset_factory(MemberForm, formset=BaseMembers, extra=0, can_delete=True)


def member_rows(members: Iterable[TaskForceMember]) -> list[dict[str, Any]]:
    """The stored members as the formset's rows, head and deputies first."""
    ordered = sorted(members, key=lambda row: (ROLE_ORDER[row.role], row.pk))
    return [
        {
            "pk": row.pk,
            "official": str(row.official_id or ""),
            "name": row.name,
            "unit": row.unit,
            "role": row.role,
            "duty": row.duty,
        }
        for row in ordered
    ]
