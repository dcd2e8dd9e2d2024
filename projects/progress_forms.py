"""What people type about a project's way: a move of its stage, its condition."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from industries.models import Cluster
from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.creditcode import parse_credit_code
from jiangjin.lib.dates import PartialDayFormField
from jiangjin.lib.money import MoneyFormField, format_yi
from jiangjin.lib.storedtext import StoredText
from parks.models import Park
from projects import capital, stages
from projects.choices import Condition, LandMode
from projects.models import Project
from projects.moves import not_arrived
from projects.permissions import may_write_in, writes_everywhere
from projects.rowforms import VERY_MUCH


class VersionForm(StoredText, forms.Form):
    """A form about a project as its page was opened."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31)

    def __init__(self, *args: Any, project: Project, to: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project, self.to, self.user = project, to, user
        self.initial["version"] = project.version


def _day(name: str) -> Callable[[User], forms.Field]:
    return lambda user: PartialDayFormField(label=stages.REQUIRED_LABELS[name])


def _park(user: User) -> forms.Field:
    """Nobody moves a project where it could not be edited again."""
    parks = Park.objects.all() if writes_everywhere(user) else Park.objects.filter(pk__in=user.writable_park_ids)
    return forms.ModelChoiceField(parks, label=_("park"))


# How what the table REQUIRED asks for is typed; whatever is not here is a day.
FIELDS: dict[str, Callable[[User], forms.Field]] = {
    "investor": lambda user: forms.CharField(label=_("investor"), max_length=200),
    "agreed_capital": lambda user: MoneyFormField(label=_("agreed capital"), unit="亿元"),
    "cluster": lambda user: forms.ModelChoiceField(Cluster.objects.all(), label=_("cluster")),
    "park": _park,
    "lead_unit": lambda user: forms.CharField(label=_("lead unit"), max_length=100),
    "project_company": lambda user: forms.CharField(label=_("project company"), max_length=200),
    "company_credit_code": lambda user: forms.CharField(
        label=_("credit code of the project company"), max_length=60, help_text=_("18 characters")
    ),
    "land_area": lambda user: forms.DecimalField(
        label=_("land (mu)"), max_digits=14, decimal_places=6, min_value=0, widget=forms.TextInput
    ),
    "land_mode": lambda user: forms.ChoiceField(
        label=_("how the land came"), choices=[("", "---------"), *LandMode.choices]
    ),
    "actual_output": lambda user: MoneyFormField(label=_("actual yearly output"), unit="亿元"),
}


class MoveForm(VersionForm):
    """A move forward: just what the target stage, and the stages on the way to it, still lack."""

    accept = forms.BooleanField(label=_("The amount is right."), required=False)
    needs_acceptance = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = stages.lacks(self.project, self.to)
        for name in self.asked:
            self.fields[name] = FIELDS.get(name, _day(name))(self.user)

    @property
    def asked_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.asked]

    def given(self) -> dict[str, Any]:
        """The typed values by the names of the table REQUIRED."""
        return {name: self.cleaned_data[name] for name in self.asked}

    def clean_company_credit_code(self) -> str:
        try:
            return parse_credit_code(self.cleaned_data["company_credit_code"]).value or ""
        except CellError as error:
            raise ValidationError(error.message, code=error.code) from error

    def clean_agreed_capital(self) -> Any:
        amount = self.cleaned_data["agreed_capital"]
        if amount <= 0:
            raise ValidationError(_("An amount is more than zero."))
        if capital.implausible(amount):
            self.needs_acceptance = True
            if not self.data.get("accept"):
                raise ValidationError(VERY_MUCH % {"amount": format_yi(amount)}, code="implausible_amount")
        return amount

    def clean_park(self) -> Park:
        park = self.cleaned_data["park"]
        if not may_write_in(self.user, park.pk):
            raise ValidationError(_("You may not write projects of this park."))
        return park

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        days = stages.days_of(self.project) | {name: data[name] for name in self.asked if name in data}
        for earlier, later in stages.broken_order(days):
            name = later if later in self.asked else earlier if earlier in self.asked else None
            self.add_error(name, stages.out_of_order(earlier, later))
        for name in stages.in_the_future(days, timezone.localdate()):
            self.add_error(name if name in self.asked else None, stages.NOT_YET)
        return data


class CorrectionForm(VersionForm):
    """A move back: a correction, which a manager makes with a reason."""

    reason = forms.CharField(label=_("reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


KEEP, REDUCE = "keep", "reduce"
REST_CHANGED = _("More has arrived, or was agreed, meanwhile. Choose again.")


class ConditionForm(VersionForm):
    """Since when a project is stalled, runs again or is terminated, and why; with a termination what becomes of the
    agreed capital."""

    on = PartialDayFormField(label=_("day"))
    reason = forms.CharField(label=_("reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rest = not_arrived(self.project) if self.to == Condition.TERMINATED else None
        if rest is not None:
            # The choice names the amount: what arrives meanwhile is not reduced unseen.
            reduce = _("reduced by what has not arrived: %(amount)s 亿元") % {"amount": format_yi(rest)}
            self.fields["commitments"] = forms.ChoiceField(
                label=_("the agreed capital"),
                choices=[(KEEP, _("stays as it was agreed")), (f"{REDUCE}-{rest.normalize():f}", reduce)],
                widget=forms.RadioSelect,
                initial=KEEP,
                error_messages={"invalid_choice": REST_CHANGED},
            )

    @property
    def reduction(self) -> Decimal | None:
        """By how much the agreed capital is reduced, in 万元; None where it stays."""
        chosen, __, amount = self.cleaned_data.get("commitments", KEEP).partition("-")
        return Decimal(amount) if chosen == REDUCE else None

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        on, since, signed = data.get("on"), self.project.condition_on, self.project.signed_on
        if on and on.first > timezone.localdate():
            self.add_error("on", _("This day has not come yet."))
        elif on and since and on.certainly_before(since):
            self.add_error("on", _("That lies before the day since which it is so (%(day)s).") % {"day": since})
        elif on and self.to == Condition.TERMINATED and signed and on.certainly_before(signed):
            self.add_error("on", stages.out_of_order("signed_on", "terminated_on"))
        return data
