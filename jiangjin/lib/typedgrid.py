"""A grid in which people type: what a page sent of it, compared with what the page had shown.

Only cells that the sender changed are taken; all of them are written, or none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.utils.translation import gettext as _

from jiangjin.lib.cellerrors import CellError

Place = TypeVar("Place")  # what names a cell


@dataclass
class Sent(Generic[Place]):
    """What a page sent: the changed cells with their values (None: emptied), and what is wrong by cell."""

    changes: dict[Place, Decimal | None] = field(default_factory=dict)
    was: dict[Place, str] = field(default_factory=dict)
    texts: dict[Place, str] = field(default_factory=dict)
    errors: dict[Place, str] = field(default_factory=dict)

    def take(
        self,
        data: Mapping[str, str],
        was: Mapping[str, str],
        *,
        place_of: Callable[[str], Place | None],
        value_of: Callable[[Place, str], Decimal | None],
        shown: Callable[[Place, Decimal | None], str],
    ) -> None:
        """Read the boxes that `place_of` knows by their names; `value_of` raises CellError, `shown` is its reverse."""
        for name, typed in data.items():
            if (place := place_of(name)) is None:
                continue
            text, before = typed.strip(), was.get(name, "")
            if text == before:
                continue
            self.texts[place] = text
            try:
                value = value_of(place, text)
            except CellError as error:
                self.errors[place] = str(error.message)
                continue
            if shown(place, value) != before:
                self.changes[place], self.was[place] = value, before


class SomeWrong(Exception):
    """Cells that cannot be written; `errors` says why, by place. Nothing was written."""

    def __init__(self, errors: dict[Any, str]) -> None:
        super().__init__(len(errors))
        self.errors = errors


def is_empty(text: str) -> bool:
    """Whether a box says nothing."""
    return text in ("", "-", "—")


def was_of(text: str) -> dict[str, str]:
    """What the cells held when their page was made, by their names; nothing for what is none."""
    try:
        was: Any = json.loads(text)
    except ValueError:
        return {}
    return {str(name): str(held) for name, held in was.items()} if isinstance(was, dict) else {}


def meanwhile(now: str) -> str:
    """What is said of a cell that somebody else wrote since the page was made."""
    return _("Somebody else wrote %(amount)s meanwhile.") % {"amount": now or "—"}
