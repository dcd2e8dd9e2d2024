"""The page on which a project is typed: its forms together, valid together or not at all."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from jiangjin.lib.dates import PartialDayFormField
from jiangjin.lib.money import MoneyFormField, format_yi
from jiangjin.lib.text import clean_text
from projects import capital, stages
from projects.choices import CommitmentKind, MilestoneKind, ParticipationRole
from projects.forms import ProjectForm
from projects.models import Project
from projects.registering import TypedCommitment, TypedInvestor, TypedMilestone, save_project


class ParticipationForm(forms.Form):
    """A firm by its name; one that is not known yet is made."""

    name = forms.CharField(
        label=_("investor"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"list": "investor-names", "autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("role"), choices=ParticipationRole.choices)
    share = forms.DecimalField(
        label=_("share (%)"), max_digits=6, decimal_places=3, min_value=0, max_value=100, required=False
    )

    def clean_name(self) -> str:
        return clean_text(self.cleaned_data["name"])


class BaseParticipations(BaseFormSet):
    def clean(self) -> None:
        if any(self.errors):
            return
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("name") and not _gone(form)]
        if len({row["name"] for row in rows}) < len(rows):
            raise ValidationError(_("The same investor stands there twice. Take one out."))
        if rows and [row["role"] for row in rows].count(ParticipationRole.LEAD) != 1:
            raise ValidationError(_("One investor leads, the others join. Choose one lead investor."))


class CommitmentForm(forms.Form):
    """An undertaking. Reductions are typed without a sign."""

    pk = forms.IntegerField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label=_("kind"), choices=CommitmentKind.choices)
    amount = MoneyFormField(label=_("amount"), required=False, unit="亿元")
    committed_on = PartialDayFormField(label=_("agreed on"), required=False)
    note = forms.CharField(label=_("note"), max_length=200, required=False)
    accept = forms.BooleanField(label=_("The amount is right."), required=False)
    needs_acceptance = False

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        amount = data.get("amount")
        if amount is None:
            return data
        if amount <= 0:
            self.add_error("amount", _("An amount is more than zero. Leave the row empty if it is unknown."))
        elif capital.implausible(amount, former=self.initial.get("amount")) and not data.get("accept"):
            self.needs_acceptance = True
            self.add_error(
                "amount",
                ValidationError(
                    _("%(amount)s 亿元 is very much. Check the unit; if the amount is right, tick the box and save again.")
                    % {"amount": format_yi(amount)},
                    code="implausible_amount",
                ),
            )
        return data


class BaseCommitments(BaseFormSet):
    def clean(self) -> None:
        if any(self.errors):
            return
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("amount") and not _gone(form)]
        kinds = [row["kind"] for row in rows]
        if kinds.count(CommitmentKind.INITIAL) > 1:
            raise ValidationError(_("A project has one initial agreement. What came later is an increase."))
        if rows and CommitmentKind.INITIAL not in kinds:
            raise ValidationError(_("The initial agreement is missing. An increase needs something to add to."))
        if sum(capital.signed_amount(row["kind"], row["amount"]) for row in rows) < 0:
            raise ValidationError(_("The reductions are more than what was agreed."))


class MilestoneForm(forms.Form):
    """Planned and actual day of one kind of milestone; `reached` without a day says 已投产 and no more."""

    kind = forms.ChoiceField(choices=MilestoneKind.choices, widget=forms.HiddenInput)
    planned_on = PartialDayFormField(label=_("planned"), required=False)
    actual_on = PartialDayFormField(label=_("actual"), required=False)
    reached = forms.BooleanField(label=_("reached"), required=False)

    @property
    def label(self) -> str:
        return str(MilestoneKind(self["kind"].value()).label)


class BaseMilestones(BaseFormSet):
    def days(self) -> dict[str, Any]:
        """Planned and actual days by their ledger field."""
        days = {}
        for form in self.forms:
            data = form.cleaned_data
            kind = MilestoneKind(data["kind"])
            days[stages.ACTUAL_FIELD[kind]] = data.get("actual_on")
            if kind in stages.PLANNED_FIELD:
                days[stages.PLANNED_FIELD[kind]] = data.get("planned_on")
        return days


ParticipationFormSet = formset_factory(ParticipationForm, formset=BaseParticipations, extra=0, can_delete=True)
CommitmentFormSet = formset_factory(CommitmentForm, formset=BaseCommitments, extra=0, can_delete=True)
MilestoneFormSet = formset_factory(
    MilestoneForm, formset=BaseMilestones, extra=0, max_num=len(MilestoneKind), absolute_max=len(MilestoneKind)
)


def _kept(formset: BaseFormSet) -> list[dict[str, Any]]:
    return [form.cleaned_data for form in formset.forms if form.cleaned_data and not _gone(form)]


def _gone(form: forms.Form) -> bool:
    return bool(form.cleaned_data.get("DELETE"))


class ProjectForms:
    """The forms of one page, bound or fresh, valid together or not at all."""

    def __init__(self, data: Any, *, project: Project | None, user: User) -> None:
        self.user = user
        self.project = ProjectForm(data, instance=project, user=user)
        self.participations = ParticipationFormSet(data, prefix="investors", initial=_participation_rows(project))
        self.commitments = CommitmentFormSet(data, prefix="commitments", initial=_commitment_rows(project))
        self.milestones = MilestoneFormSet(data, prefix="milestones", initial=_milestone_rows(project))
        self.conflict = False
        self.differences: list[tuple[Any, Any, Any]] = []
        self.all = [self.project, self.participations, self.commitments, self.milestones]

    def is_valid(self) -> bool:
        """All forms are read even where the first fails, so that every mistake shows at once."""
        valid = all([form.is_valid() for form in self.all])  # noqa: C419
        return valid and self._days_are_possible()

    def _days_are_possible(self) -> bool:
        days = self.milestones.days() | {"signed_on": self.project.cleaned_data.get("signed_on")}
        for earlier, later in stages.broken_order(days):
            self._add_day_error(
                later,
                gettext("%(later)s lies before %(earlier)s. Check both days.")
                % {"later": stages.DAY_LABELS[later], "earlier": stages.DAY_LABELS[earlier]},
            )
        for name in stages.in_the_future(days, timezone.localdate()):
            self._add_day_error(name, gettext("This day has not come yet. Write a day that lies ahead under “planned”."))
        return not self.project.errors and not any(self.milestones.errors)

    def _add_day_error(self, name: str, message: str) -> None:
        if name == "signed_on":
            self.project.add_error("signed_on", message)
            return
        for form in self.milestones.forms:
            kind = MilestoneKind(form.cleaned_data["kind"])
            if name == stages.ACTUAL_FIELD[kind]:
                form.add_error("actual_on", message)
            elif name == stages.PLANNED_FIELD.get(kind):
                form.add_error("planned_on", message)

    @property
    def is_bound(self) -> bool:
        return self.project.is_bound

    def save(self) -> Project:
        """Write everything on the page; call it after `is_valid`. Raises what `registering.save_project` raises."""
        data = self.project.cleaned_data
        return save_project(
            project=self.project.instance,
            version=data["version"],
            official=(data["lead_official_name"], data["lead_official_post"]),
            investors=[
                TypedInvestor(row["name"], row["role"], row["share"])
                for row in _kept(self.participations)
                if row.get("name")
            ],
            commitments=[
                TypedCommitment(row["kind"], row["amount"], row["committed_on"], row["note"], row["pk"])
                for row in _kept(self.commitments)
                if row.get("amount") is not None
            ],
            milestones=[
                TypedMilestone(row["kind"], row["planned_on"], row["actual_on"], row["reached"])
                for row in _kept(self.milestones)
            ],
            user=self.user,
        )

    def show_conflict(self) -> None:
        """Somebody saved first: keep what was typed, show what stands in the register, let the next save decide."""
        stored = Project.objects.get(pk=self.project.instance.pk)
        self.conflict = True
        self.differences = []
        for name in self.project.fields:
            if name in {"version", "lead_official_name", "lead_official_post"}:
                continue
            theirs, mine = getattr(stored, name), self.project.cleaned_data.get(name)
            if (theirs or None) != (mine or None):
                self.differences.append((self.project.fields[name].label, theirs, mine))
        self.differences += self._differing_rows(stored)
        self.project.data = self.project.data.copy()
        self.project.data["version"] = stored.version

    def _differing_rows(self, stored: Project) -> list[tuple[Any, Any, Any]]:
        theirs = [f"{row.get_kind_display()} {format_yi(row.amount)} 亿元" for row in stored.commitments.all()]
        mine = [
            f"{CommitmentKind(row['kind']).label} {format_yi(capital.signed_amount(row['kind'], row['amount']))} 亿元"
            for row in _kept(self.commitments)
            if row.get("amount") is not None
        ]
        rows = [(gettext("commitments"), "; ".join(theirs), "; ".join(mine))]
        known = {row.kind: row for row in stored.milestones.all()}
        for typed in _kept(self.milestones):
            row, label = known.get(typed["kind"]), MilestoneKind(typed["kind"]).label
            planned, actual = (row.planned_on, row.actual_on) if row else (None, None)
            rows.append((f"{label} · {gettext('planned')}", planned, typed["planned_on"]))
            rows.append((f"{label} · {gettext('actual')}", actual, typed["actual_on"]))
        return [row for row in rows if row[1] != row[2]]

    def refuse_investor(self, name: str) -> None:
        """Two firms of one name: a person must tell them apart."""
        self.project.add_error(
            None,
            gettext("Two investors are called %(name)s. Give one of them another name on its page first.")
            % {"name": name},
        )

    @property
    def error_count(self) -> int:
        count = 0
        for form in self.all:
            if isinstance(form, BaseFormSet):
                count += sum(len(errors) for errors in form.errors) + len(form.non_form_errors())
            else:
                count += len(form.errors)
        return count


def _participation_rows(project: Project | None) -> list[dict]:
    if project is None:
        return [{"role": ParticipationRole.LEAD}]
    rows = [
        {"name": part.investor.name, "role": part.role, "share": part.share}
        for part in project.participations.select_related("investor")
    ]
    return rows or [{"role": ParticipationRole.LEAD}]


def _commitment_rows(project: Project | None) -> list[dict]:
    if project is None:
        return [{"kind": CommitmentKind.INITIAL}]
    rows = [
        {"pk": row.pk, "kind": row.kind, "amount": abs(row.amount), "committed_on": row.committed_on, "note": row.note}
        for row in project.commitments.all()
    ]
    return rows or [{"kind": CommitmentKind.INITIAL}]


def _milestone_rows(project: Project | None) -> list[dict]:
    known = {row.kind: row for row in project.milestones.all()} if project else {}
    rows = []
    for kind in MilestoneKind:
        row = known.get(kind)
        rows.append(
            {
                "kind": kind,
                "planned_on": row and row.planned_on,
                "actual_on": row and row.actual_on,
                "reached": bool(row and row.reached),
            }
        )
    return rows
