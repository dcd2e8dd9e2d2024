"""What a cell or a typed value can be: a value, empty, or a refusal that says why and what would be right."""

from typing import Generic, NamedTuple, TypeVar

from django.utils.functional import Promise

T = TypeVar("T")


class CellError(ValueError):
    """A value that cannot be read for certain.

    `code` is a stable word for scripts (`ambiguous_amount`), `message` a translatable sentence for people that says
    first what is wrong and then what would be right. `suggestions` are values that a person may pick with a click.
    """

    def __init__(self, code: str, message: str | Promise, suggestions: tuple[str, ...] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.suggestions = suggestions

    def __str__(self) -> str:
        return str(self.message)


class Reading(NamedTuple, Generic[T]):
    """What was read: `value` (None where the cell is empty or a placeholder) and what a person should be told.

    A tuple, for one is made for nearly each cell of a file.
    """

    value: T | None
    warnings: tuple[tuple[str, str | Promise], ...] = ()
