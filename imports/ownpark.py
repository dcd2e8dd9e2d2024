"""Tables that name no park, brought by somebody who may write only some parks: which park is meant is asked.

It is never filled in in silence: a ledger of the whole district would else land in the park of whoever brought it.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from imports.proposals import Need
from imports.understanding import Request, Understood
from jiangjin.lib.text import sentence
from projects.permissions import writes_everywhere

PROPOSED = _(
    "No column holds the park, and your account writes projects of %(park)s only. "
    "Confirm it as the park of all rows (“Park, where empty”), or choose the column of the park."
)
ASKED = _(
    "No column holds the park, and your account writes projects of its own parks only. "
    "Choose the park of all rows (“Park, where empty”), or the column of the park."
)


def ask_for_park(understood: Iterable[Understood], request: Request) -> None:
    """Ask once for each sheet, with the account's park as the proposal where it has exactly one."""
    if request.user is None or writes_everywhere(request.user):
        return
    lacking = {part.sheet.name for part in understood if _lacks_park(part)}
    if not lacking:
        return
    parks = list(request.user.parks.all()[:2])
    need = Need("no_park_column", ASKED, field="park", blocking=False)
    if len(parks) == 1:
        need = Need("no_park_column", sentence(PROPOSED, park=parks[0].name), field="park", blocking=False)
    for part in understood:
        if part.sheet.name in lacking:  # at the sheet's first table, where the page has the choice
            lacking.remove(part.sheet.name)
            part.proposal.needs.append(need)
            part.proposal.proposed = {"park": parks[0].code} if len(parks) == 1 else {}


def _lacks_park(part: Understood) -> bool:
    proposal = part.proposal
    is_asked = any(need.field == "park" for need in proposal.needs)
    return proposal.kind == "projects" and not (proposal.of("park") or proposal.defaults.get("park") or is_asked)
