"""Styles of an .ods; those of numbers as the format codes of other spreadsheets, so that one reader judges both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from imports.reading.formats import PLAIN, NumberFormat, classify
from imports.reading.partxml import integer

STYLES = frozenset(("number-style", "currency-style"))
WORDS = frozenset(("text", "currency-symbol", "embedded-text"))
LONGEST = 200
DEFAULT_STYLE = "Default"  # of a cell, a row and a column that name none
MOST_PARENTS = 20


@dataclass(slots=True)
class NumberStyles:
    """The number and currency styles of a document by name, gathered tag by tag."""

    codes: dict[str, str] = field(default_factory=dict)
    maps: dict[str, list[str]] = field(default_factory=dict)  # style → the styles of its other sections
    name: str = ""  # of the style that is open
    code: str = ""
    number: dict[str, str] | None = None
    currency: str = ""  # the language of its currency's sign
    points: int = 0  # digits behind a point that is only drawn
    known: dict[str, NumberFormat] = field(default_factory=dict)  # judged already

    def start(self, tag: str, values: dict[str, str]) -> None:
        if tag in STYLES:
            self.name, self.code = values.get("name", ""), ""
            self.maps.pop(self.name, None)  # a style of content.xml goes before one of its name in styles.xml
        elif not self.name:
            return
        elif tag == "number":
            self.number, self.points = values, 0
            self.code += "0"
        elif tag == "embedded-text":
            self.points = integer(values.get("position"))
        elif tag == "currency-symbol":
            self.currency = values.get("language", "")
        elif tag == "map":
            self.maps.setdefault(self.name, []).append(values.get("apply-style-name", ""))

    def end(self, tag: str, text: str) -> None:
        """`text` is what stood in the tag."""
        if not self.name:
            return
        text = text.replace('"', "").strip()
        quoted = f'"{text}"' if text else ""
        if tag == "embedded-text":
            self.code += quoted + "0" * min(self.points, 15)
        elif tag == "currency-symbol":
            self.code += f"[${text}-{'411' if self.currency == 'ja' else '804'}]" if quoted else ""
        elif tag == "text":
            self.code += quoted
        elif tag == "number" and self.number is not None:
            self.code += _scaling(self.number.get("display-factor", "1"))
            self.number = None
        elif tag in STYLES:
            self.codes[self.name] = self.code[:LONGEST]
            self.name = ""

    def of(self, name: str) -> NumberFormat:
        """The format of a style, its sections for other numbers included."""
        if name not in self.codes:
            return PLAIN
        if name not in self.known:
            self.known[name] = self._judge(name)
        return self.known[name]

    def _judge(self, name: str) -> NumberFormat:
        sections = [self.codes[name], *(self.codes.get(other, "") for other in self.maps.get(name, ()))]
        # Which of them is for which numbers does not matter: all are asked, as if each had a condition.
        return classify(";".join(f"[>=0]{section}" for section in sections if section))


@dataclass(slots=True)
class Styles:
    """Named and automatic styles by name; what a style does not say, its parent says."""

    parents: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)  # cell style → number or date style
    days: dict[str, bool] = field(default_factory=dict)  # date style → whether it shows a day
    hidden_tables: set[str] = field(default_factory=set)
    struck: dict[str, bool] = field(default_factory=dict)
    numbers: NumberStyles = field(default_factory=NumberStyles)

    def data_of(self, name: str) -> str:
        """The number or date style of a cell style; "" for none."""
        return self._said(self.data, name) or ""

    def is_struck(self, name: str) -> bool:
        return bool(self._said(self.struck, name))

    def _said(self, known: Mapping[str, Any], name: str) -> Any:
        name = name or DEFAULT_STYLE
        for _ in range(MOST_PARENTS):
            if name in known or not name:
                break
            name = self.parents.get(name, "")
        return known.get(name)


def _scaling(factor: str) -> str:
    """A comma for each thousand by which the number shown is smaller; what commas cannot say is left as words."""
    commas = {"1": "", "1000": ",", "1000000": ",,", "1000000000": ",,,"}.get(factor.removesuffix(".0"))
    return f'"÷{factor}"' if commas is None else commas
