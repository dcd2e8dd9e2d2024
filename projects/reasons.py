"""How a change came about: the reason that history rows carry, in words.

What writes many projects at once leaves “<kind> <number>” with each of them: "import 12", "bulk 4"; taking that back
leaves "undo import 12 (3)", letting it count again "redo import 12 (4)". A form leaves none; voiding an entry of the
capital leaves "void: " and what the person gave as the reason.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

NUMBERED = re.compile(r"(?P<kind>[a-z]+) (?P<number>[0-9]{1,18})")
TAKEN_BACK = re.compile(r"(?P<way>undo|redo) (?P<subject>.+) \([0-9]{1,18}\)")
NUMBER = re.compile(r"[0-9]{1,18}")
BLANKS_AND_SIGN = re.compile(r"(?<![0-9])[\s#]+|[\s#]+(?![0-9])")  # but not between two numbers
ANY = "%"  # for the number in a spelling
# Kinds that number what they did: their words.
KINDS = {
    "import": gettext_noop("import #%(number)s"),
    "merge": gettext_noop("merging #%(number)s"),
    "bulk": gettext_noop("bulk change #%(number)s"),
}
WAYS = {"undo": gettext_noop("%(what)s undone"), "redo": gettext_noop("%(what)s counts again")}
# An earlier value brought back: the number is that of the history row which holds it.
RESTORING = "restore"
VOIDING = "void: "
LONGEST_VOIDING = 90  # characters of what a person gives as the reason: history rows keep a hundred in all
PLAIN = {
    "update": gettext_noop("an update of the program"),
    "admin": gettext_noop("administration"),
    "admin import": gettext_noop("administration, from a file"),
}
IMPORT = "import"  # its number is that of a batch, which has a page


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason taken apart; `kind` is empty where it is no numbered one."""

    text: str
    kind: str = ""
    number: int = 0
    way: str = ""  # undo or redo, of what kind and number say

    @classmethod
    def of(cls, text: str | None) -> Reason:
        """Read what a history row carries."""
        text = text or ""
        taken = TAKEN_BACK.fullmatch(text)
        found = NUMBERED.fullmatch(taken["subject"] if taken else text)
        return cls(text, found["kind"], int(found["number"]), taken["way"] if taken else "") if found else cls(text)

    @property
    def import_number(self) -> int | None:
        """The import that it speaks of."""
        return self.number if self.kind == IMPORT else None

    @property
    def voided_why(self) -> str | None:
        """Why a person voided the entry; None where the reason says anything else."""
        return self.text.removeprefix(VOIDING) if self.text.startswith(VOIDING) else None

    def words(self, *, by_person: bool) -> str:
        """How the change came about; what carries no reason was typed by a person, or "" where a command wrote it."""
        if not self.text:
            return _("form") if by_person else ""
        if self.kind == RESTORING:
            return _("earlier value restored")
        if self.kind in KINDS:
            what = _(KINDS[self.kind]) % {"number": self.number}
            return _(WAYS[self.way]) % {"what": what} if self.way else what
        if self.voided_why is not None:
            return _("voided: %(why)s") % {"why": self.voided_why}
        return _(PLAIN[self.text]) if self.text in PLAIN else self.text


def subjects_in(text: str) -> list[str]:
    """What rows of the batch named here may carry: "12", "#12", "import 12", or as a page of any language shows it.

    A bare number is a batch of any kind. Nothing is found in what names no batch.
    """
    bare = _bare(text)
    number = NUMBER.search(bare)
    if number is None:
        return []
    kinds = _spellings().get(bare[: number.start()] + ANY + bare[number.end() :], ())
    return [f"{kind} {int(number.group())}" for kind in kinds]


def _bare(text: str) -> str:
    """What is compared: without blanks, # and case, digits of any width as ASCII."""
    return BLANKS_AND_SIGN.sub("", unicodedata.normalize("NFKC", text).casefold())


@cache
def _spellings() -> dict[str, tuple[str, ...]]:
    """How batches are written, with ANY for the number, and the kinds that are written so."""
    known = {ANY: tuple(KINDS)}
    for language, __ in settings.LANGUAGES:
        with override(language):
            for kind in KINDS:
                known[kind + ANY] = (kind,)
                for reason in (Reason("-", kind), *(Reason("-", kind, way=way) for way in WAYS)):
                    known[_bare(reason.words(by_person=True)).replace("0", ANY)] = (kind,)
    return known


def carries(subjects: Iterable[str]) -> Q:
    """History rows that one of these wrote, or that taking one of them back wrote."""
    wanted = Q()
    for subject in subjects:
        wanted |= Q(history_change_reason=subject)
        for way in WAYS:
            wanted |= Q(history_change_reason__startswith=f"{way} {subject} (")
    return wanted
