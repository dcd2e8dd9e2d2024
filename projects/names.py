"""What a name is compared by and found by. The one place that fills the derived name columns."""

from jiangjin.lib.text import clean_text, investor_key, name_key, pinyin_initials
from projects.models import Investor, Project


def set_project_name(project: Project, name: str) -> None:
    """Set the name and what follows from it; does not save."""
    project.name = clean_text(name)
    project.name_key = name_key(project.name)[:200]
    project.name_initials = pinyin_initials(project.name)[:200]


def set_investor_name(investor: Investor, name: str) -> None:
    """Set the name and what follows from it; does not save."""
    investor.name = clean_text(name)
    investor.name_key = investor_key(investor.name)[:200]
    investor.name_initials = pinyin_initials(investor.name)[:200]
