"""What a name is compared by and found by. The one place that fills the derived name columns."""

from jiangjin.lib.text import clean_text, investor_key, name_key, pinyin_initials
from projects.models import Investor, Project


def project_name_columns(name: str) -> dict[str, str]:
    """The columns that hold a project's name."""
    name = clean_text(name)
    return {"name": name, "name_key": name_key(name)[:200], "name_initials": pinyin_initials(name)[:200]}


def investor_name_columns(name: str) -> dict[str, str]:
    """The columns that hold an investor's name."""
    name = clean_text(name)
    return {"name": name, "name_key": investor_key(name)[:200], "name_initials": pinyin_initials(name)[:200]}


def set_project_name(project: Project, name: str) -> None:
    """Set the name and what follows from it; does not save."""
    for column, value in project_name_columns(name).items():
        setattr(project, column, value)


def set_investor_name(investor: Investor, name: str) -> None:
    """Set the name and what follows from it; does not save."""
    for column, value in investor_name_columns(name).items():
        setattr(investor, column, value)
