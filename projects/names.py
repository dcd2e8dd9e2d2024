"""What a name is compared by and found by. The one place that fills the derived name columns."""

from __future__ import annotations

from jiangjin.lib.pinyin import pinyin_of, pinyin_of_person
from jiangjin.lib.text import clean_text, investor_key, name_key
from projects.models import Investor, Official, Project

# Columns that follow from a name, written by the functions below alone.
NAME_COLUMNS = frozenset(("name_key", "name_initials", "name_pinyin"))
MOST_PINYIN = 1000  # characters of the column


def project_name_columns(name: str) -> dict[str, str]:
    """The columns that hold a project's name."""
    name = clean_text(name)
    return {"name": name, "name_key": name_key(name)[:200], **_pinyin(name)}


def investor_name_columns(name: str) -> dict[str, str]:
    """The columns that hold an investor's name."""
    name = clean_text(name)
    return {"name": name, "name_key": investor_key(name)[:200], **_pinyin(name)}


def official_name_columns(name: str) -> dict[str, str]:
    """The columns that hold an official's name, which is kept as it was given: with the post it is the key."""
    initials, pinyin = pinyin_of_person(name)
    return {"name": name, "name_initials": initials[:200], "name_pinyin": pinyin[:MOST_PINYIN]}


def _pinyin(name: str) -> dict[str, str]:
    initials, pinyin = pinyin_of(name)
    return {"name_initials": initials[:200], "name_pinyin": pinyin[:MOST_PINYIN]}


def set_project_name(project: Project, name: str) -> None:
    """Set the name and what follows from it; does not save."""
    for column, value in project_name_columns(name).items():
        setattr(project, column, value)


def set_investor_name(investor: Investor, name: str) -> None:
    """Set the name and what follows from it; does not save."""
    for column, value in investor_name_columns(name).items():
        setattr(investor, column, value)


def set_official_name(official: Official, name: str) -> None:
    """Set the name and what follows from it; does not save."""
    for column, value in official_name_columns(name).items():
        setattr(official, column, value)
