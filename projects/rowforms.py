"""The rows of the page on which a project is typed: investors, commitments, milestones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.dates import PartialDay, PartialDayFormField
from jiangjin.lib.money import MoneyFormField, format_yi
from jiangjin.lib.storedtext import StoredText
from jiangjin.lib.text import investor_key
from projects import capital, stages
from projects.choices import MAIN_MILESTONES, CommitmentKind, MilestoneKind, ParticipationRole
from projects.models import Project

VERY_MUCH = _("%(amount)s 亿元 is very much. Check the unit; if the amount is right, tick the box and save again.")


class ParticipationForm(StoredText, forms.Form):
    """A firm by its name; one that is not known yet is made."""

    name = forms.CharField(
        label=_("investor"),
        max_length=200,
        required=False,
        widget=forms.TextInput(
            attrs={
                "list": "investor-names",
                "autocomplete": "off",
                "hx-get": reverse_lazy("projects:investor_suggestions"),
                "hx-trigger": "input changed delay:250ms",
                "hx-target": "#investor-names",
                "hx-sync": "this:replace",
            }
        ),
    )
    role = forms.ChoiceField(label=_("role"), choices=ParticipationRole.choices)
    share = forms.DecimalField(
        label=_("share (%)"),
        max_digits=6,
        decimal_places=3,
        min_value=Decimal("0.001"),
        max_value=100,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("share") is not None and "name" in data and not data["name"]:
            self.add_error("name", _("Whose share is this? Write the investor, or take the row out."))
        return data


class RowsAsTyped(BaseFormSet):
    """Rows added on the page are read as they were typed.

    Django would compare an added row with the one that the register holds at its place by now, and leave it out as
    untouched where somebody else saved just the same meanwhile.
    """

    def _construct_form(self, i: int, **kwargs: Any) -> forms.Form:
        if self.is_bound and i >= self.initial_form_count():
            kwargs["initial"] = {}
        return super()._construct_form(i, **kwargs)


class BaseParticipations(RowsAsTyped):
    def clean(self) -> None:
        if any(form.errors for form in kept_forms(self)):
            return
        rows = [row for row in kept_rows(self) if row.get("name")]
        # Two firms of one name may stand there already: they are two.
        held = Counter(investor_key(row["name"]) for row in self.initial or () if row.get("name"))
        typed = Counter(investor_key(row["name"]) for row in rows)
        if any(number > max(1, held[key]) for key, number in typed.items()):
            raise ValidationError(_("The same investor stands there twice. Take one out."))
        roles = Counter((investor_key(row["name"]), row["role"]) for row in rows)
        if roles == Counter((investor_key(row["name"]), row["role"]) for row in self.initial or () if row.get("name")):
            return  # as it stands in the register: who changes something else is not asked about it
        if rows and [row["role"] for row in rows].count(ParticipationRole.LEAD) != 1:
            raise ValidationError(_("One investor leads, the others join. Choose one lead investor."))


class CommitmentForm(StoredText, forms.Form):
    """An undertaking. Reductions are typed without a sign; an implausible amount is asked for once more."""

    pk = forms.IntegerField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label=_("kind"), choices=CommitmentKind.choices)
    amount = MoneyFormField(label=_("amount"), required=False, unit="亿元")
    committed_on = PartialDayFormField(label=_("agreed on"), required=False)
    note = forms.CharField(label=_("note"), max_length=200, required=False)
    accept = forms.BooleanField(label=_("The amount is right."), required=False)
    needs_acceptance = False

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        amount, former = data.get("amount"), self.initial.get("amount")
        if amount is None:
            if "amount" in data and (data.get("committed_on") or data.get("note")):
                self.add_error(
                    "amount", _("The amount is missing. Write it, or take the row out if it is not known yet.")
                )
        elif amount <= 0:
            self.add_error("amount", _("An amount is more than zero. Leave the row empty if it is unknown."))
        elif amount != former and capital.implausible(amount, former=former):
            self.ask_about(amount)
        return data

    def ask_about(self, amount: Decimal) -> None:
        """Show the box, and refuse the amount until it is ticked. `amount` in 万元."""
        self.needs_acceptance = True
        if not self.cleaned_data.get("accept"):
            message = VERY_MUCH % {"amount": format_yi(amount)}
            self.add_error("amount", ValidationError(message, code="implausible_amount"))


class BaseCommitments(RowsAsTyped):
    former_total: Decimal | None = None  # what was agreed before this page, in 万元
    signed_on: PartialDay | None = None  # the signing day on this page

    def clean(self) -> None:
        if any(form.errors for form in kept_forms(self)):
            return
        forms_with_amount = [form for form in kept_forms(self) if form.cleaned_data.get("amount")]
        rows = [form.cleaned_data for form in forms_with_amount]
        for row in rows:
            # A new agreement is dated as the signing unless it says otherwise: without a day it would count on any day.
            if row["kind"] == CommitmentKind.INITIAL and not row["pk"]:
                row["committed_on"] = row["committed_on"] or self.signed_on
        amounts = [(row["kind"], capital.signed_amount(row["kind"], row["amount"])) for row in rows]
        if self._differ(rows, "amount") and (fault := capital.fault_of_commitments(amounts)):
            raise ValidationError(fault)
        days = ((row["kind"], row["committed_on"]) for row in rows)
        if self._differ(rows, "committed_on") and (fault := capital.fault_of_days(days)):
            raise ValidationError(fault)
        total = sum((amount for __, amount in amounts), Decimal(0))
        # Several amounts, each of them likely, may come to one that is not.
        if total != self.former_total and capital.implausible(total, former=self.former_total):
            accepted = [form for form in forms_with_amount if form.cleaned_data.get("accept")]
            (accepted or forms_with_amount)[-1].ask_about(total)

    def _differ(self, rows: list[dict[str, Any]], name: str) -> bool:
        """Whether the rows say something else of this than the register: who changes another thing is not asked."""
        held = [row for row in self.initial or () if row.get("amount")]
        return Counter((row["kind"], row[name]) for row in rows) != Counter((row["kind"], row[name]) for row in held)


class MilestoneForm(forms.Form):
    """Planned and actual day of one kind of milestone; `reached` without a day says 已投产 and no more."""

    kind = forms.ChoiceField(choices=[(kind.value, kind.label) for kind in MAIN_MILESTONES], widget=forms.HiddenInput)
    planned_on = PartialDayFormField(label=_("planned"), required=False)
    actual_on = PartialDayFormField(label=_("actual"), required=False)
    reached = forms.BooleanField(label=_("reached"), required=False)

    @property
    def label(self) -> str:
        kind = self["kind"].value()
        return str(MilestoneKind(kind).label) if kind in MilestoneKind.values else ""


class WhyForm(StoredText, forms.Form):
    """Why planned days that were there become others; asked only where they do."""

    plan_reason = forms.CharField(label=_("why planned days are moved"), max_length=200, required=False)


class BaseMilestones(RowsAsTyped):
    def clean(self) -> None:
        kinds = [form.cleaned_data.get("kind") for form in self.forms]
        if None not in kinds and len(set(kinds)) < len(kinds):
            raise ValidationError(_("The same milestone stands there twice."))

    def days(self) -> dict[str, Any]:
        """Planned and actual days by their ledger field; of forms that are valid."""
        return _days_of_rows(form.cleaned_data for form in self.forms)

    def former_days(self) -> dict[str, Any]:
        """The same of the register."""
        return _days_of_rows(self.initial or ())


def _days_of_rows(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    days = {}
    for row in rows:
        kind = MilestoneKind(row["kind"])
        days[stages.ACTUAL_FIELD[kind]] = row.get("actual_on")
        if kind in stages.PLANNED_FIELD:
            days[stages.PLANNED_FIELD[kind]] = row.get("planned_on")
    return days


ParticipationFormSet = formset_factory(
    ParticipationForm, formset=BaseParticipations, extra=0, can_delete=True, max_num=100, absolute_max=200
)
CommitmentFormSet = formset_factory(
    CommitmentForm, formset=BaseCommitments, extra=0, can_delete=True, max_num=100, absolute_max=200
)
MilestoneFormSet = formset_factory(
    MilestoneForm, formset=BaseMilestones, extra=0, max_num=len(MAIN_MILESTONES), absolute_max=len(MAIN_MILESTONES)
)


def kept_forms(formset: BaseFormSet) -> list[forms.Form]:
    """The bound rows that nobody took out."""
    if not formset.can_delete:
        return formset.forms
    return [form for form in formset.forms if not formset._should_delete_form(form)]


def kept_rows(formset: BaseFormSet) -> list[dict[str, Any]]:
    """What stands in the rows that nobody took out; rows that were never touched are left out."""
    return [form.cleaned_data for form in kept_forms(formset) if form.cleaned_data]


def typed_total(data: Mapping[str, Any]) -> Decimal | None:
    """What the commitments typed so far come to, in 万元; None while no amount of them can be read."""
    formset = CommitmentFormSet(data, prefix="commitments")
    formset.is_valid()
    rows = [row for row in kept_rows(formset) if row.get("amount") and row.get("kind")]
    return capital.total(capital.signed_amount(row["kind"], row["amount"]) for row in rows)


def participation_rows(project: Project | None) -> list[dict]:
    """The investors of a project as the page begins with them."""
    parts = project.participations.select_related("investor") if project else []
    rows = [{"name": part.investor.name, "role": part.role, "share": part.share} for part in parts]
    return rows or [{"role": ParticipationRole.LEAD}]


def commitment_rows(project: Project | None) -> list[dict]:
    """The commitments of a project as the page begins with them; amounts without a sign."""
    rows = [
        {"pk": row.pk, "kind": row.kind, "amount": abs(row.amount), "committed_on": row.committed_on, "note": row.note}
        for row in sorted(
            project.commitments.all() if project else [], key=lambda row: row.kind != CommitmentKind.INITIAL
        )
    ]
    return rows or [{"kind": CommitmentKind.INITIAL}]


def milestone_rows(project: Project | None) -> list[dict]:
    """Every kind of milestone in its order, with what is known about it."""
    known = {row.kind: row for row in project.milestones.all()} if project else {}
    rows = []
    for kind in MAIN_MILESTONES:
        row = known.get(kind)
        rows.append(
            {
                "kind": kind.value,
                "planned_on": row and row.planned_on,
                "actual_on": row and row.actual_on,
                "reached": bool(row and row.reached),
            }
        )
    return rows
