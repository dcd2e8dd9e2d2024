"""Writing one firm: what it is, its ranks and honours."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from projects.models import Honour, Investor
from projects.names import set_investor_name

TypedHonour = tuple[str, int | None]  # kind and year, None where nobody knows it


class FirmChanged(Exception):
    """Somebody else saved the firm since the page was opened; nothing was written."""


def firm_version(investor: Investor) -> str:
    """Changes with every saving of the firm, and of one of its ranks and honours, whoever saves it."""
    newest = Investor.history.filter(id=investor.pk).aggregate(last=Max("history_id"))["last"]
    of_honours = Honour.history.filter(investor=investor.pk).aggregate(last=Max("history_id"))["last"]
    return f"{newest or 0}-{of_honours or 0}"


@transaction.atomic
def correct_investor(
    *, investor: Investor, honours: Iterable[TypedHonour], user: User, version: str | None = None
) -> Investor:
    """Save a firm with exactly these ranks and honours; what stays is not touched, what changes has its history.

    `version` is that of the firm when the page was opened. Raises FirmChanged where it is another one by now.
    """
    stored = Investor.objects.select_for_update().get(pk=investor.pk)
    if version and firm_version(stored) != version:
        raise FirmChanged
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
