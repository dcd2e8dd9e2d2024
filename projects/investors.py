"""Writing one firm: what it is, its ranks and honours."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from projects.models import Honour, Investor
from projects.names import set_investor_name

TypedHonour = tuple[str, int | None]  # kind and year, None where nobody knows it


@transaction.atomic
def correct_investor(*, investor: Investor, honours: Iterable[TypedHonour], user: User) -> Investor:
    """Save a firm with exactly these ranks and honours; what stays is not touched, what changes has its history."""
    set_investor_name(investor, investor.name)
    investor._history_user = user
    investor.save()
    wanted = set(honours)
    for honour in investor.honours.all():
        if (honour.kind, honour.year) in wanted:
            wanted.remove((honour.kind, honour.year))
        else:
            honour._history_user = user
            honour.delete()
    for kind, year in sorted(wanted, key=str):
        honour = Honour(investor=investor, kind=kind, year=year)
        honour._history_user = user
        honour.save()
    return investor
