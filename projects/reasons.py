"""How a change came about: the reason that history rows carry, in words.

What writes many projects at once leaves “<kind> <number>” with each of them: "import 12", "bulk 4". A form leaves none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

NUMBERED = re.compile(r"(?P<kind>[a-z]+) (?P<number>[0-9]{1,18})")
# Kinds that number what they did: their words.
KINDS = {
    "import": gettext_noop("import #%(number)s"),
    "undo": gettext_noop("import #%(number)s undone"),
    "merge": gettext_noop("merging #%(number)s"),
    "bulk": gettext_noop("bulk change #%(number)s"),
}
# An earlier value brought back: the number is that of the history row which holds it.
RESTORING = "restore"
PLAIN = {"admin": gettext_noop("administration"), "admin import": gettext_noop("administration, from a file")}
# Of these the number is an import's, which has a page.
OF_IMPORTS = {"import", "undo"}


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason taken apart; `kind` is empty where it is no numbered one."""

    text: str
    kind: str = ""
    number: int = 0

    @classmethod
    def of(cls, text: str | None) -> Reason:
        """Read what a history row carries."""
        found = NUMBERED.fullmatch(text or "")
        return cls(text or "", found["kind"], int(found["number"])) if found else cls(text or "")

    @property
    def import_number(self) -> int | None:
        """The import that it speaks of."""
        return self.number if self.kind in OF_IMPORTS else None

    def words(self, *, by_person: bool) -> str:
        """How the change came about; what carries no reason was typed by a person, or "" where a command wrote it."""
        if not self.text:
            return _("form") if by_person else ""
        if self.kind == RESTORING:
            return _("earlier value restored")
        if self.kind in KINDS:
            return _(KINDS[self.kind]) % {"number": self.number}
        return _(PLAIN[self.text]) if self.text in PLAIN else self.text


def reasons_of_number(number: int) -> list[str]:
    """What the rows of this batch may carry, whatever kind of batch it is."""
    return [f"{kind} {number}" for kind in KINDS]
