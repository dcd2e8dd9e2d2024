"""Which known project a row of a table of arrivals means (design, section 4).

Such a table makes no projects, so what is unsure is refused, with the projects that come nearest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from imports.investorbook import Firm, InvestorBook
from imports.known import Known, KnownProject
from imports.matching import VOIDED, Sight, fits_number, nearest, refuse_number, same_firm
from imports.plan import RowPlan
from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.text import name_key, sentence

UNKNOWN_PROJECT = _("No project of this number or name is known. Import its ledger first, or correct the row.")
UNKNOWN_NEAR = _("No project of this number or name is known. Is %(names)s meant? Correct the number or the name.")
OTHER_INVESTOR = _(
    "%(names)s carries this name, with another investor: that is another project. "
    "Correct the investor, or import the ledger of the project that is meant first."
)
OTHER_NUMBER = _(
    "%(names)s carries this name, under another number: that is another project. "
    "Correct the number, or write the investor of the project that is meant beside it."
)
TWO_PROJECTS = _("%(names)s carry this name. Write the project number or the investor beside it.")
NO_IDENTITY = _("The row has neither project number nor name. Fill one in, or take the row out.")
_OURS = re.compile(r"JJ-\d{4}-\d{4,9}")  # given to projects whose ledger has no number


class ArrivalMatcher:
    """Finds the project of each row of a table of arrivals among the known ones.

    A project that `user` does not see is as if unknown; only that its number is taken is told.
    """

    def __init__(self, known: Known, book: InvestorBook, sees: Sight, user: User | None) -> None:
        self.known = known
        self.book = book
        self.sees = sees
        self.user = user
        self.numbers: dict[int, str] = {}  # known projects that a row means already, and its number

    def match(self, row: RowPlan) -> None:
        """Say in the row which project it means, or refuse it with the nearest ones."""
        read = row.read
        name = read.values.get("name")
        code, approval = read.values.get("project_code", ""), read.values.get("approval_code", "")
        if not code and not approval and not name:
            read.refuse("no_name", NO_IDENTITY, "name")
            return
        key = name_key(name)[:200] if name else ""
        firm = self._firm(row)
        if read.errors and any(error.field in ("investor", "credit_code") for error in read.errors):
            return
        numbered = [*self.known.by_code.get(code, []), *self.known.by_approval.get(approval, [])]
        if not numbered:
            self._by_words(row, key, firm)
            return
        found = [project for project in numbered if _may_be(project, key, firm)]
        if found:
            self._take(row, dict.fromkeys(filter(self.sees, found)), key)
            return
        refuse_number(read, self.known, next(filter(self.sees, numbered), None))

    def _firm(self, row: RowPlan) -> Firm | None:
        """The firm that the row names, one of the register where it is known; refuses a row whose firm is unclear."""
        read = row.read
        name = read.values.get("investor")
        if not name:
            return None
        try:
            return self.book.resolve(name, read.values.get("credit_code"))[0]
        except CellError as error:
            read.refuse(error.code, error.message, "investor")
            return None

    def _by_words(self, row: RowPlan, key: str, firm: Firm | None) -> None:
        """Same name with the same credit code or investor; else the name alone, where nothing says it is another's."""
        alike = list(filter(self.sees, self.known.by_name.get(key, []))) if key else []
        read = row.read
        credit = read.values.get("credit_code")
        number = read.values.get("project_code")
        sure = [project for project in alike if credit and project.credit_code == credit]
        sure = sure or [project for project in alike if same_firm(project, firm)]
        maybe = [project for project in alike if firm is None or not project.investor_key]
        if not sure and alike and not maybe:
            self._refuse(row, OTHER_INVESTOR, alike, "investor")
        elif number and sure and all(self.numbers.get(project.pk, number) != number for project in sure):
            # Two rows of one file that carry different numbers are two projects, whatever their names.
            self._refuse(row, OTHER_NUMBER, sure, "project_code")
        elif number and not sure and maybe and all(map(_has_own_number, maybe)):
            self._refuse(row, OTHER_NUMBER, maybe, "project_code")
        else:
            self._take(row, sure or maybe, key)

    def _take(self, row: RowPlan, found: Iterable[KnownProject], key: str) -> None:
        found = list(found)
        read = row.read
        live = [project for project in found if not project.voided]
        if len(live) == 1:
            row.project_id, row.code, row.name = live[0].pk, live[0].code, live[0].name
            if number := read.values.get("project_code"):
                self.numbers.setdefault(live[0].pk, number)
        elif live:
            text = sentence(TWO_PROJECTS, names="、".join(project.code for project in live[:5]))
            read.refuse("ambiguous_project", text, "name", tuple(project.code for project in live[:5]))
        elif found:
            read.refuse("voided_project", sentence(VOIDED, name=found[0].name, code=found[0].code), "name")
        else:
            near = nearest(key, self.user)
            names = "、".join(f"{name}（{code}）" for code, name in near)
            text = sentence(UNKNOWN_NEAR, names=names) if near else UNKNOWN_PROJECT
            field = "name" if read.values.get("name") else "project_code"
            read.refuse("unknown_project", text, field, tuple(code for code, __ in near))

    def _refuse(self, row: RowPlan, text: Promise, near: list[KnownProject], field: str) -> None:
        """No project is the one meant, however like its name is: the like ones are the candidates."""
        shown = [project for project in near if not project.voided][:3] or near[:3]
        names = "、".join(f"{project.name}（{project.code}）" for project in shown)
        row.read.refuse("unknown_project", sentence(text, names=names), field, tuple(one.code for one in shown))


def _may_be(project: KnownProject, key: str, firm: Firm | None) -> bool:
    """Whether a project that carries the row's number is meant; the number alone serves where nothing contradicts."""
    if key:
        return fits_number(project, key, firm)
    return firm is None or not project.investor_key or same_firm(project, firm)


def _has_own_number(project: KnownProject) -> bool:
    """Whether a ledger numbered the project, so that another number means another project."""
    return any(not _OURS.fullmatch(code) for code in (project.code, *project.former_codes))
