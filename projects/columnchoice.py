"""The chooser of columns: what its boxes and buttons send, and what it offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from projects.columns import ALL, BY_KEY, DEFAULT, FIXED, Column, chosen, keys_of

PARAMETER, MOVE = "columns", "move"


@dataclass(frozen=True, slots=True)
class Choice:
    """A column in the chooser: whether it is shown, whether that can be changed, and where it can move."""

    column: Column
    shown: bool
    fixed: bool = False
    first: bool = False
    last: bool = False


def choices_of(shown: Sequence[Column]) -> list[Choice]:
    """Those shown, in their order, then the others."""
    end = len(shown) - 1
    here = [Choice(column, True, column.key == FIXED, place == 0, place == end) for place, column in enumerate(shown)]
    return here + [Choice(column, False) for column in ALL if column not in shown]


def arranged(params: QueryDict) -> QueryDict:
    """The parameters with `columns` as one value in its new order; none where they are the default ones.

    The chooser sends its ticked boxes as a repeated parameter, and `move=park:up` where a column moves.
    """
    if PARAMETER not in params and MOVE not in params:
        return params
    rest = params.copy()
    key, __, way = rest.get(MOVE, "").partition(":")
    rest.pop(MOVE, None)
    keys = [column.key for column in chosen(rest)]
    # What is no column is kept for the list to say so.
    keys += [other for other in keys_of(rest) if other not in BY_KEY]
    if key in keys and way in ("up", "down"):
        place = keys.index(key)
        other = place + (1 if way == "down" else -1)
        if 0 <= other < len(keys):
            keys[place], keys[other] = keys[other], keys[place]
    rest.pop(PARAMETER, None)
    if keys != [column.key for column in DEFAULT]:
        rest[PARAMETER] = ",".join(keys)
    return params if rest == params else rest
