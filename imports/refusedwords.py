"""What is wrong with a row, as a workbook of refused rows says it: there is nothing to press or to choose in Excel, and
rows have other numbers than in the file that was brought.
"""

from __future__ import annotations

import re
from functools import lru_cache

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from imports import arrivals, arrivaltotals, cells, matching, rules, vocabulary, widerows, words
from jiangjin.lib.faults import WITHOUT_RESULT

# What the screen says, and what is said in a workbook instead.
INSTEAD = (
    (
        vocabulary.UNKNOWN,
        _(
            "“%(word)s” is not in the list. Write the entry that is meant as the register calls it; or leave it, and "
            "say what it means when this workbook is imported."
        ),
    ),
    (
        vocabulary.UNKNOWN_SIMILAR,
        _(
            "“%(word)s” is not in the list. If %(names)s is meant, write that; or leave it, and say what it means when "
            "this workbook is imported."
        ),
    ),
    (
        words.AREA,
        _(
            "“%(word)s” is also the name of an area. Write the park, e.g. 双福工业园; or leave it, and say what it "
            "means when this workbook is imported."
        ),
    ),
    (cells.NEVER_CALCULATED, WITHOUT_RESULT),
    (
        widerows.TOO_WIDE,
        _(
            "In the file this row had %(cells)s cells, and the header has %(columns)s columns: its values may stand in "
            "the wrong columns. Put each one into its own, then delete “#错位：” in front of the name."
        ),
    ),
    (
        rules.IMPLAUSIBLE,
        _(
            "%(amount)s 亿元 is very much: is the unit right? Correct the cell. If it is what was agreed, leave it, "
            "and accept it when this workbook is imported."
        ),
    ),
    (
        matching.LEFT,
        _("This row was left for later. Import it once it is clear whether its project is known already."),
    ),
    (
        rules.NO_PARK,
        _(
            "The row names no park, and your account writes projects of its own parks only. Write the park in its "
            "column, or choose a park for all rows when this workbook is imported."
        ),
    ),
    # Those of another sheet first: the others would take it for a part of the row's number.
    (
        matching.REPEATED_ELSEWHERE,
        _(
            "The same project stands in row %(row)s of the sheet “%(sheet)s” of the file that was imported already. "
            "Take this row out where both are one project, else correct its number, name or investor."
        ),
    ),
    (
        arrivals.TWICE_ELSEWHERE,
        _(
            "The month %(month)s of this project stands in row %(row)s of the sheet “%(sheet)s” of the file that was "
            "imported already. Take one of the two out."
        ),
    ),
    (
        arrivaltotals.TOTAL_TWICE_ELSEWHERE,
        _(
            "Row %(row)s of the sheet “%(sheet)s” of the file that was imported says another amount that has arrived "
            "in all for this project. Correct one of the two."
        ),
    ),
    (
        arrivaltotals.TOTAL_TWICE,
        _(
            "Row %(row)s of the file that was imported says another amount that has arrived in all for this project. "
            "Correct one of the two."
        ),
    ),
    (
        matching.REPEATED,
        _(
            "The same project stands in row %(row)s of the file that was imported already. Take this row out where "
            "both are one project, else correct its number, name or investor."
        ),
    ),
    (
        arrivals.TWICE,
        _(
            "The month %(month)s of this project stands in row %(row)s of the file that was imported already. Take one "
            "of the two out."
        ),
    ),
)


def said_in_workbook(message: str) -> str:
    """The same in words that make sense in a workbook; most messages do as they are."""
    for pattern, instead in _patterns(get_language() or ""):
        if found := pattern.fullmatch(message):
            return instead % found.groupdict()
    return message


@lru_cache(maxsize=8)
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((_pattern(str(screen)), str(instead)) for screen, instead in INSTEAD)


def _pattern(template: str) -> re.Pattern[str]:
    """Finds a message made of a template, and what was put into it."""
    named = re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.*)", re.escape(template))
    return re.compile(named, re.DOTALL)
