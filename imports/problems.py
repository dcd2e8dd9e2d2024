"""What a person must be told about a file: where, what stands there, what is wrong and what would be right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Problem:
    """An error (the row is refused), a warning (the row is taken) or a question about one cell, row or column.

    `row` is the sheet's own number, `column` its letter; 0 and "" where it is about a sheet or column as a whole.
    """

    code: str
    message: str | Promise
    sheet: str = ""
    row: int = 0
    column: str = ""
    field: str = ""
    value: str = ""
    candidates: tuple[str, ...] = ()

    @property
    def cell(self) -> str:
        """B17"""
        return f"{self.column}{self.row}" if self.column and self.row else ""

    def as_json(self) -> dict[str, Any]:
        """The shape of the command's errors, warnings and questions."""
        shape = {
            "sheet": self.sheet,
            "row": self.row or None,
            "column": self.column or None,
            "field": self.field or None,
            "code": self.code,
            "value": self.value,
            "message": str(self.message),
        }
        return shape | ({"candidates": list(self.candidates)} if self.candidates else {})
