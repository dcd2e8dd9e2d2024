"""Which project a row means (design, section 4). Anything weaker than these rules is a question, never a merge."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from imports.investorbook import Firm
from imports.known import Known, KnownProject
from imports.plan import ReadRow, RowPlan
from jiangjin.lib.text import sentence
from projects.models import Project
from projects.permissions import sees_own_parks_only
from projects.similarity import alike

NEW, LATER = "new", "later"  # answers to a question: another project, not now; else the number of the same project
LEFT = _("You left this row for later: it is not written.")
NUMBER_TAKEN = _("The number %(code)s belongs to another project. Correct the number, or the name and investor.")
NUMBER_CONFLICT = _(
    "The number %(code)s belongs to “%(name)s”, with another investor. Correct the number, or the name and investor."
)
REPEATED = _("The same project stands in row %(row)s already. Take one of the two rows out.")
REPEATED_ELSEWHERE = _(
    "The same project stands in row %(row)s of the sheet “%(sheet)s” already. Take one of the two rows out."
)
VOIDED = _("“%(name)s” (%(code)s) is voided. Restore it first, or take the row out.")


Sight = Callable[[KnownProject], bool]


def sight_of(user: User | None) -> Sight:
    """Whose names may be told: a recorder of own parks learns nothing of the others' projects."""
    if user is None or not sees_own_parks_only(user):
        return lambda __: True
    return lambda project: project.park_id in user.writable_park_ids


class Matcher:
    """Finds the project of each row, in the order of the file, and sees what stands in it twice."""

    def __init__(self, known: Known, answers: Mapping[str, str], sees: Sight = lambda __: True) -> None:
        self.known = known
        self.answers = answers  # "sheet!row" → what a person said of a row that is similar to a known project
        self.sees = sees  # whose details the person may see
        self.taken: dict[int, RowPlan] = {}  # known projects that a row of this file means already
        self.made: dict[tuple[str, ...], RowPlan] = {}  # rows that will be new projects, by what identifies them

    def match(self, row: RowPlan, firm: Firm | None, park_id: int | None) -> KnownProject | None:
        """The known project that the row means, or None for a new one; refuses the row where that cannot be told."""
        read = row.read
        key = row.name_key
        found = self._by_answer(read)
        if found is None and self.known.by_pk:
            found = self._by_number(read, key, firm) or self._by_words(read, key, firm, park_id)
        if read.errors:
            return None
        if found is None:
            self._refuse_repeated(row, key, firm, park_id)
            return None
        if found.voided and self.sees(found):
            read.refuse("voided_project", sentence(VOIDED, name=found.name, code=found.code), "name")
        elif earlier := self.taken.get(found.pk):
            read.refuse("repeated_row", stands_already(REPEATED, REPEATED_ELSEWHERE, read, earlier.read), "name")
        else:
            self.taken[found.pk] = row
        return found

    def _by_answer(self, read: ReadRow) -> KnownProject | None:
        """What a person said of the row, side by side with what it is similar to."""
        answer = self.answers.get(read.key, "") if self.answers else ""
        if not answer:
            return None
        if answer == LATER:
            read.refuse("left_for_later", LEFT, "name")
        meant = self.known.by_code.get(answer, []) if answer not in {NEW, LATER} else []
        return next((project for project in meant if self.sees(project)), None)

    def _by_number(self, read: ReadRow, key: str, firm: Firm | None) -> KnownProject | None:
        """The number, or the national approval code, together with the same name or investor."""
        code, approval = read.values.get("project_code", ""), read.values.get("approval_code", "")
        numbered = self.known.by_code.get(code, []) + self.known.by_approval.get(approval, [])
        if not numbered:
            return None
        if len(numbered) == 1 and fits_number(numbered[0], key, firm):
            return numbered[0]
        fits = [project for project in numbered if fits_number(project, key, firm)]
        if fits:
            return max(fits, key=lambda project: project.name_key == key)
        refuse_number(read, self.known, numbered[0] if self.sees(numbered[0]) else None)
        return None

    def _by_words(self, read: ReadRow, key: str, firm: Firm | None, park_id: int | None) -> KnownProject | None:
        """Same credit code and name; same name and investor; same name and park where one side has no investor."""
        alike = [project for project in self.known.by_name.get(key, []) if self._may_still_be(project, read)]
        credit = read.values.get("credit_code")
        for project in alike:
            if credit and project.credit_code == credit:
                return project
        for project in alike:
            if same_firm(project, firm):
                return project
        for project in alike:
            if project.park_id == park_id and (firm is None or not project.investor_key):
                return project
        return None

    def _may_still_be(self, project: KnownProject, read: ReadRow) -> bool:
        """Two rows of one file that carry different numbers are two projects, whatever their names."""
        earlier = self.taken.get(project.pk)
        mine, theirs = read.values.get("project_code"), earlier and earlier.read.values.get("project_code")
        return not (earlier and mine and theirs and mine != theirs)

    def _refuse_repeated(self, row: RowPlan, key: str, firm: Firm | None, park_id: int | None) -> None:
        read = row.read
        code = read.values.get("project_code", "")
        identities = list(_identities(code, key, firm, park_id))
        for identity in identities:
            earlier = self.made.get(identity)
            if earlier is None or not earlier.accepted:
                continue
            other = earlier.read.values.get("project_code", "")
            if identity[0] == "code" or not (code and other and code != other):
                read.refuse("repeated_row", stands_already(REPEATED, REPEATED_ELSEWHERE, read, earlier.read), "name")
                return
        for identity in identities:
            self.made.setdefault(identity, row)

    def similar(self, row: RowPlan, firm: Firm | None) -> list[KnownProject]:
        """Known projects that look like this new one: the same name, or a like name of the same investor."""
        if not self.known.by_pk:
            return []
        key = row.name_key
        found = {project.pk: project for project in self.known.by_name.get(key, []) if not project.voided}
        for project in self.known.by_investor.get(firm.key, []) if firm else ():
            if project.pk not in self.taken and not project.voided and alike(project.name_key, key):
                found[project.pk] = project
        return [project for project in found.values() if self.sees(project)][:5]

    def is_answered(self, read: ReadRow) -> bool:
        """Whether a person settled what the row is similar to."""
        return bool(self.answers) and read.key in self.answers


def fits_number(project: KnownProject, key: str, firm: Firm | None) -> bool:
    """Whether a project that carries a row's number is the one meant: same name or same investor.

    Two parks both number from 001, so a number alone proves nothing.
    """
    return project.is_called(key) or same_firm(project, firm)


def nearest(key: str, user: User | None) -> list[tuple[str, str]]:
    """(number, name) of the projects that `user` sees and whose names come nearest; asked only for refused rows."""
    if not key:
        return []
    visible = Project.objects.all() if user is None else Project.objects.visible_to(user)
    close = (
        visible.counted()
        .filter(name_key__contains=key[: max(2, len(key) // 2)])
        .values_list("code", "name", "name_key")[:200]
    )
    rated = sorted(close, key=lambda row: difflib.SequenceMatcher(None, row[2], key).ratio(), reverse=True)
    return [(code, name) for code, name, __ in rated[:3]]


def refuse_number(read: ReadRow, known: Known, seen: KnownProject | None) -> None:
    """Refuse a row whose number, or approval code, belongs to another project: `seen`, where the account may see it."""
    field = "project_code" if known.by_code.get(read.values.get("project_code", "")) else "approval_code"
    number = read.values.get(field, "")
    text = sentence(NUMBER_CONFLICT, code=number, name=seen.name) if seen else sentence(NUMBER_TAKEN, code=number)
    read.refuse("number_conflict", text, field, (seen.code,) if seen else ())


def stands_already(here: Any, elsewhere: Any, read: ReadRow, earlier: ReadRow, **values: str) -> Promise:
    """Where the same stands already: its row, by the sentence `here`; by `elsewhere` with another sheet's name."""
    if earlier.sheet == read.sheet:
        return sentence(here, row=earlier.row, **values)
    return sentence(elsewhere, row=earlier.row, sheet=earlier.sheet, **values)


def _identities(code: str, key: str, firm: Firm | None, park_id: int | None) -> Iterable[tuple[str, ...]]:
    if code:
        yield "code", code
    if firm:
        yield "firm", key, firm.key
    else:
        yield "park", key, str(park_id)


def same_firm(project: KnownProject, firm: Firm | None) -> bool:
    """Whether the project is of the firm that a row names."""
    if firm is None or not project.investor_key:
        return False
    return project.investor_id == firm.pk if firm.pk else project.investor_key == firm.key
