"""The page on which the milestones of a project are planned and reported."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import formset_factory
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.dates import PartialDayFormField
from jiangjin.lib.storedtext import StoredText
from jiangjin.lib.text import clean_text
from projects import stages
from projects.choices import MilestoneKind
from projects.models import Project
from projects.moves import PlannedMilestone, moved_plans
from projects.rowforms import RowsAsTyped, kept_forms

MOST_FREE = 30


class PlanForm(StoredText, forms.Form):
    """A milestone: planned, promised, reached. `name` is asked of free ones alone."""

    kind = forms.ChoiceField(choices=MilestoneKind.choices, widget=forms.HiddenInput)
    name = forms.CharField(label=_("name"), max_length=50, required=False)
    planned_on = PartialDayFormField(label=_("planned"), required=False)
    promised_on = PartialDayFormField(label=_("promised"), required=False)
    actual_on = PartialDayFormField(label=_("actual"), required=False)
    reached = forms.BooleanField(label=_("reached"), required=False)
    why = forms.CharField(label=_("why it is moved"), max_length=200, required=False)

    @property
    def is_free(self) -> bool:
        return self["kind"].value() == MilestoneKind.OTHER

    @property
    def is_stored(self) -> bool:
        """Whether it stands in the register under this very name."""
        return bool(self.initial.get("stored"))

    @property
    def label(self) -> str:
        kind = self["kind"].value()
        if self.is_free:
            return str(self["name"].value() or MilestoneKind.OTHER.label)
        return str(MilestoneKind(kind).label) if kind in MilestoneKind.values else ""

    @property
    def moved(self) -> list[Any]:
        """Former days, newest first (projects.progress.Moved)."""
        return self.initial.get("moved") or []

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("kind") == MilestoneKind.OTHER and not data.get("name") and "name" not in self.errors:
            if any(data.get(name) for name in ("planned_on", "promised_on", "actual_on", "reached")):
                self.add_error("name", _("Give this milestone a name, such as 展示中心开放."))
        elif data.get("kind") != MilestoneKind.OTHER:
            data["name"] = ""
        return data

    def row(self) -> PlannedMilestone:
        data = self.cleaned_data
        reached = data["reached"] or data["actual_on"] is not None
        days = (data["planned_on"], data["promised_on"], data["actual_on"])
        return PlannedMilestone(data["kind"], data["name"], *days, reached, data["why"])


class BasePlan(RowsAsTyped):
    """All milestones of a project together: names once, days in their order, a reason for each moved day."""

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        if index is None:
            form.initial["kind"] = MilestoneKind.OTHER

    def clean(self) -> None:
        if any(form.errors for form in kept_forms(self)):
            return
        rows = self.rows()
        typed = [(form, form.row()) for form in kept_forms(self) if form.cleaned_data.get("kind")]
        if len({(row.kind, row.name) for row in rows}) < len(rows):
            raise ValidationError(_("The same milestone stands there twice."))
        self._check_days()
        moved = moved_plans(self.project, rows)
        for form, row in typed:
            if row in moved and not row.why:
                form.add_error("why", _("A planned or promised day that is moved needs a reason."))

    def rows(self) -> list[PlannedMilestone]:
        """What was typed; call it once valid."""
        rows = [form.row() for form in kept_forms(self) if form.cleaned_data.get("kind")]
        return [row for row in rows if row.kind != MilestoneKind.OTHER or row.name]

    def removed(self) -> list[str]:
        """Names of free ones that were taken out."""
        kept = set(kept_forms(self))
        gone = [form for form in self.forms if form not in kept and form.is_free]
        return [name for form in gone if (name := clean_text(form["name"].value() or ""))]

    def _check_days(self) -> None:
        """Of days that stand in the register as they are nothing is said: a ledger may have brought them so."""
        fields: dict[str, tuple[PlanForm, str]] = {}
        former = stages.days_of(self.project)
        days = dict(former)
        for form in kept_forms(self):
            data = form.cleaned_data
            if not data.get("kind"):
                continue  # a row that was added and left empty
            kind = MilestoneKind(data["kind"])
            for name, table in (("planned_on", stages.PLANNED_FIELD), ("actual_on", stages.ACTUAL_FIELD)):
                if kind in table:
                    fields[table[kind]] = (form, name)
                    days[table[kind]] = data[name]
            moved = data["actual_on"] != form.initial.get("actual_on")
            if moved and data["actual_on"] and data["actual_on"].first > timezone.localdate():
                form.add_error("actual_on", stages.NOT_YET)
        touched = {name for name, day in days.items() if day != former.get(name)}
        for earlier, later in stages.broken_order(days, touched):
            form, name = fields.get(later) or fields.get(earlier) or (None, "")
            if form is None:
                raise ValidationError(stages.out_of_order(earlier, later))
            form.add_error(name, stages.out_of_order(earlier, later))


PlanFormSet: type[BasePlan] = formset_factory(
    PlanForm, formset=BasePlan, extra=0, can_delete=True, max_num=10 + MOST_FREE, absolute_max=10 + MOST_FREE
)


def plan_rows(project: Project, moved: dict[int, list[Any]]) -> list[dict[str, Any]]:
    """Every kind of milestone in its order, then the free ones, with what is known; reads prefetched milestones."""
    known = {(row.kind, row.name): row for row in project.milestones.all()}
    free = [(kind, name) for kind, name in known if kind == MilestoneKind.OTHER]
    rows = []
    for kind, name in [*((kind.value, "") for kind in MilestoneKind if kind != MilestoneKind.OTHER), *free]:
        row = known.get((kind, name))
        days = {field: row and getattr(row, field) for field in ("planned_on", "promised_on", "actual_on")}
        former = moved.get(row.pk, []) if row else []
        rows.append({"kind": kind, "name": name, "reached": bool(row and row.reached), "stored": bool(row), **days})
        rows[-1]["moved"] = former
        rows[-1]["reason"] = row.plan_reason if row else ""
    return rows
