"""Tables of the statistics page under a name: what is kept of the address, and who may do what with it."""

from __future__ import annotations

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from jiangjin.lib.storedtext import StoredText
from projects.periods import Period
from reports.models import SavedTable
from reports.statasked import NARROWING, OWN_PARAMETERS

KEPT = (*OWN_PARAMETERS, *NARROWING)


class NameTaken(Exception):
    """The account has another table of this name."""


def stored_query(params: QueryDict, *, year: int | None) -> str:
    """What a table keeps of its address: never the day, and a year only where it is meant for good (`year`)."""
    kept = QueryDict(mutable=True)
    for name in KEPT:
        for value in params.getlist(name):
            text = _part_of_year(value) if name == "period" and not year else value
            # An empty comparison says “none”, an empty condition says nothing.
            if text or name == "compare":
                kept.appendlist(name, text)
    if year:
        kept["year"] = str(year)
    return kept.urlencode()


def _part_of_year(text: str) -> str:
    """A period without its year: Q2 for 2020Q2; nothing for a whole year."""
    try:
        period = Period.parse(text)
    except ValueError:
        return text
    return period.code.removeprefix(str(period.year)) if period.year else text


@transaction.atomic
def save_table(*, user: User, name: str, audience: str, query: str, replaces: SavedTable | None = None) -> SavedTable:
    """Keep a table under a name. `replaces`: the one that was open; under its own name it takes what is shown now.

    Raises NameTaken.
    """
    own = replaces if replaces and replaces.owner_id == user.pk and replaces.name == name else None
    if SavedTable.objects.filter(owner=user, name=name).exclude(pk=own.pk if own else None).exists():
        raise NameTaken
    table = own or SavedTable(owner=user, name=name)
    table.audience, table.query = audience, query
    table._history_user = user  # type: ignore[attr-defined]
    table.full_clean()
    table.save()
    return table


@transaction.atomic
def rename_table(*, table: SavedTable, name: str, audience: str, user: User) -> None:
    """Another name, or another audience. Raises 403 for all but its owner and the administrator, and NameTaken."""
    require_change(table, user)
    if SavedTable.objects.filter(owner=table.owner_id, name=name).exclude(pk=table.pk).exists():
        raise NameTaken
    table.name, table.audience = name, audience
    table._history_user = user  # type: ignore[attr-defined]
    table.full_clean()
    table.save()


@transaction.atomic
def remove_saved_table(*, table: SavedTable, user: User) -> None:
    """Take it away; the history keeps it. Raises 403 for all but its owner and the administrator."""
    require_change(table, user)
    table._history_user = user  # type: ignore[attr-defined]
    table.delete()


def require_change(table: SavedTable, user: User) -> None:
    if not table.may_be_changed_by(user):
        raise PermissionDenied


class SavedTableForm(StoredText, forms.ModelForm):
    """A name and whom it is shown to."""

    class Meta:
        model = SavedTable
        fields = ["name", "audience"]

    def taken(self) -> None:
        self.add_error("name", _("You have another table of this name. Take another name."))

    def validate_unique(self) -> None:
        """The owner is not a field of the form: the writing function asks."""


class NewTableForm(SavedTableForm):
    """Beside that, whether the year is kept."""

    with_year = forms.BooleanField(
        label=gettext_lazy("always this year"),
        required=False,
        help_text=gettext_lazy("Otherwise it opens with the year and the day of then."),
    )
