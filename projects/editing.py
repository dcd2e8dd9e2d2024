"""The page on which a project is typed: its forms together, valid together or not at all."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from jiangjin.lib.text import name_key
from projects import capital, stages
from projects.choices import Condition, MilestoneKind
from projects.conflicts import Clash, clashes_of, clashing_rows
from projects.edit_moves import MoveLacks, moves_are_allowed, require_whole_move, say_what_lacks
from projects.forms import ProjectForm
from projects.locking import lock_writable
from projects.meanwhile import Choices, Meeting
from projects.mistakes import Mistake, row_mistakes
from projects.models import Project
from projects.opened import opened_with
from projects.registering import ConcurrentEdit, TypedCommitment, TypedInvestor, TypedMilestone, save_project
from projects.retyping import retyped
from projects.rowforms import (
    CommitmentFormSet,
    MilestoneFormSet,
    ParticipationFormSet,
    WhyForm,
    commitment_rows,
    kept_rows,
    milestone_rows,
    participation_rows,
)
from projects.sheets import COMMITMENTS, INVESTORS, MILESTONES, stored_sheet, typed_sheet

# The days of the project's way that are its own columns, and fields of its form.
OWN_DAYS = ("first_contact_on", "intent_on", "signed_on")
# The same project sent again within this time is a button pressed twice.
SAME_AGAIN = datetime.timedelta(minutes=2)


class ProjectForms:
    """The forms of one page, bound or fresh, valid together or not at all."""

    def __init__(self, data: Any, *, project: Project | None, user: User) -> None:
        self.user = user
        self.meeting: Meeting | None = None
        self.merged_into: Project | None = None
        self._bind(data, project)

    def _bind(self, data: Any, project: Project | None) -> None:
        self.former_agreed = project.agreed_capital if project else None
        self.former_stage = project.stage if project else None
        self.project = ProjectForm(data, instance=project, user=self.user)
        self.participations = ParticipationFormSet(data, prefix="investors", initial=participation_rows(project))
        self.commitments = CommitmentFormSet(data, prefix="commitments", initial=commitment_rows(project))
        self.commitments.former_total = self.former_agreed
        self.milestones = MilestoneFormSet(data, prefix="milestones", initial=milestone_rows(project))
        self.why = WhyForm(data)
        self.all = [self.project, self.participations, self.commitments, self.milestones, self.why]

    @property
    def is_bound(self) -> bool:
        return self.project.is_bound

    @property
    def clashes(self) -> list[Clash]:
        """What somebody else and the sender both changed since the page was opened."""
        return self.meeting.clashes if self.meeting else []

    @property
    def conflict(self) -> bool:
        """Whether the page asks which of both is meant."""
        return bool(self.clashes)

    @property
    def taken(self) -> list[Clash]:
        """What somebody else changed since the page was opened and the sender did not: it stays."""
        return self.meeting.taken if self.meeting else []

    def is_valid(self) -> bool:
        """All forms are read even where the first fails, so that every mistake shows at once."""
        if self.project.is_valid():
            self.commitments.signed_on = self.project.cleaned_data["signed_on"]
        valid = all([form.is_valid() for form in self.all])  # noqa: C419
        # Only where each day could be read: half an order would mislead.
        if set(OWN_DAYS) & set(self.project.errors) or not self.milestones.is_valid():
            return False
        # The days last: what is wrong with one takes it out of what the moves are judged by.
        allowed = moves_are_allowed(self.project, kept_rows(self.milestones), self.why)
        return self._days_are_possible() and allowed and valid

    def _days_are_possible(self) -> bool:
        """The order of days over all forms.

        Of days that stand in the register as they are nothing is said: a ledger may have brought them in any order.
        """
        days = self.milestones.days() | _own_days(self.project.cleaned_data)
        former = self.milestones.former_days() | _own_days(self.project.initial)
        touched = {name for name, day in days.items() if day != former[name]}
        for earlier, later in stages.broken_order(days, touched):
            self._add_day_error(later, stages.out_of_order(earlier, later))
        for name in stages.in_the_future({name: days[name] for name in touched}, timezone.localdate()):
            self._add_day_error(name, str(stages.NOT_YET))
        wrong = {*OWN_DAYS, "condition_on"} & set(self.project.errors)
        return not wrong and not any(self.milestones.errors)

    def _add_day_error(self, name: str, message: str) -> None:
        if name in (*OWN_DAYS, "terminated_on"):
            self.project.add_error("condition_on" if name == "terminated_on" else name, message)
            return
        for form in self.milestones.forms:
            kind = MilestoneKind(form["kind"].value())
            if name == stages.ACTUAL_FIELD[kind]:
                form.add_error("actual_on", message)
            elif name == stages.PLANNED_FIELD.get(kind):
                form.add_error("planned_on", message)

    def save(self) -> Project | None:
        """Write everything on the page; call it after `is_valid`. None where the page must be looked at once more.

        That is where the number was taken meanwhile, the project voided, or something changed by somebody else that
        was changed here too, or does not fit it: `clashes` and `mistakes` say so. Whatever else others saved since the
        page was opened stays, and is `taken`. Raises AmbiguousInvestor.
        """
        choices = Choices.of(self.project.data)
        if self.project.instance.pk is None or not choices.asked:
            try:
                return self._save_or_number()
            except ConcurrentEdit:
                pass
        return self._save_merged(choices)

    @transaction.atomic
    def _save_merged(self, choices: Choices) -> Project | None:
        """Write the form over what others saved since it was opened, which nobody changes any more until it is done."""
        lock_writable(self.project.instance.pk, self.user, takes_voided=True)
        stored = Project.objects.select_related("park", "cluster", "chain", "lead_official").get(
            pk=self.project.instance.pk
        )
        if stored.is_voided:
            self.refuse_voided(stored)
            return None
        meeting = self._meet(stored, choices)
        formsets = {INVESTORS: self.participations, COMMITMENTS: self.commitments, MILESTONES: self.milestones}
        data = retyped(self.project, formsets, stored, meeting)
        self.meeting = meeting
        self._bind(data, stored)
        if not self.is_valid() or meeting.clashes:
            return None
        return self._save_or_number() if meeting.is_changed else Project.objects.get(pk=stored.pk)

    def _meet(self, stored: Project, choices: Choices) -> Meeting:
        data = self.project.cleaned_data
        opened, now = opened_with(stored, data["version"]), stored_sheet(stored)
        typed = typed_sheet(
            data,
            investors=kept_rows(self.participations),
            commitments=kept_rows(self.commitments),
            milestones=kept_rows(self.milestones),
            firms=opened.firms,
            stored=now,
            opened=opened.sheet,
        )
        return Meeting(opened, typed, now, choices, is_current=data["version"] == stored.version)

    def _save_or_number(self) -> Project | None:
        """Write the page; None where its number was taken meanwhile."""
        project, typed_code = self.project.instance, self.project.cleaned_data["code"]
        new = project.pk is None
        try:
            return self._save()
        except MoveLacks as error:
            say_what_lacks(error, self.project, self.milestones)
            return None
        except IntegrityError:
            # Somebody took the number between the check and the writing: one of ours is drawn again, a typed one asked.
            if typed_code and Project.objects.filter(code=typed_code).exclude(pk=None if new else project.pk).exists():
                self.project.add_error("code", self.project.fields["code"].error_messages["unique"])
                return None
            if not new or typed_code:
                raise
            project.pk, project.code, project._state.adding = None, "", True
            return self._save()

    @transaction.atomic
    def _save(self) -> Project:
        data = self.project.cleaned_data
        if not self.project.instance.pk and (twin := self._just_registered()):
            return twin
        why = self.why.cleaned_data["plan_reason"]
        saved = save_project(
            project=self.project.instance,
            version=data["version"],
            official=(data["lead_official_name"], data["lead_official_post"]),
            investors=[
                TypedInvestor(row["name"], row["role"], row["share"])
                for row in kept_rows(self.participations)
                if row.get("name")
            ],
            commitments=[
                TypedCommitment(row["kind"], row["amount"], row["committed_on"], row["note"], row["pk"])
                for row in kept_rows(self.commitments)
                if row.get("amount") is not None
            ],
            milestones=[
                TypedMilestone(row["kind"], row["planned_on"], row["actual_on"], row["reached"], why=why)
                for row in kept_rows(self.milestones)
            ],
            user=self.user,
        )
        require_whole_move(saved, self.former_stage)
        return saved

    def _just_registered(self) -> Project | None:
        """The project that this account registered a moment ago from the very same page: a button pressed twice."""
        data = self.project.cleaned_data
        mine = Project.history.filter(
            history_type="+",
            history_user=self.user,
            history_date__gte=timezone.now() - SAME_AGAIN,
            name_key=name_key(data["name"])[:200],
        )
        alike = Project.objects.counted().filter(
            pk__in=mine.values("id"),
            name=data["name"],
            park=data["park"],
            cluster=data["cluster"],
            signed_on=data["signed_on"],
            version=1,
        )
        if data["code"]:
            alike = alike.filter(code=data["code"])
        return next((twin for twin in alike if not self._clashes_with(twin)), None)

    def _clashes_with(self, stored: Project) -> list[Clash]:
        clashes = [clash for clash in clashes_of(stored, self.project) if not self._is_our_number(clash)]
        return clashes + clashing_rows(
            stored,
            participations=kept_rows(self.participations),
            commitments=kept_rows(self.commitments),
            milestones=kept_rows(self.milestones),
        )

    def _is_our_number(self, clash: Clash) -> bool:
        """The number was left empty, so it is one of ours: that is no difference."""
        return clash.label == str(self.project["code"].label) and not clash.typed

    def refuse_investor(self, name: str) -> None:
        """Two firms of one name: a person must tell them apart."""
        self.project.add_error(
            None,
            _("Two investors are called %(name)s. Give one of them another name on its page first.") % {"name": name},
        )

    def refuse_voided(self, stored: Project) -> None:
        """Somebody voided or merged the project after the page was opened: what was typed stays on it."""
        if stored.merged_into_id is None:
            text = _("Somebody voided this project after you opened the page. Have it restored, then save again.")
        else:
            self.merged_into = Project.objects.visible_to(self.user).filter(pk=stored.merged_into_id).first()
            text = _("This project was merged into another one after you opened the page. Nothing was saved.")
        self.project.add_error(None, text)

    @property
    def is_remarkable(self) -> bool:
        """Whether what is agreed has just become so much that the page says so after saving."""
        agreed = self.project.instance.agreed_capital
        return agreed is not None and agreed != self.former_agreed and agreed >= capital.REMARKABLE

    @property
    def mistakes(self) -> list[Mistake]:
        """Every error on the page, in its order."""
        return list(self._mistakes()) if self.is_bound else []

    def _mistakes(self) -> Iterator[Mistake]:
        for error in self.project.non_field_errors():
            yield Mistake("", "", str(error))
        for field in (*self.project, *self.why):
            for error in field.errors:
                yield Mistake(field.id_for_label, str(field.label), str(error))
        sections = ((self.participations, _("investors")), (self.commitments, _("agreed capital")))
        for formset, title in (*sections, (self.milestones, _("milestones"))):
            yield from row_mistakes(formset, title)


def _own_days(data: Mapping[str, Any]) -> dict[str, Any]:
    """The days of the way that are the project's own, by their ledger field."""
    terminated = data.get("condition") == Condition.TERMINATED
    own = {name: data.get(name) for name in OWN_DAYS}
    return own | {"terminated_on": data.get("condition_on") if terminated else None}
