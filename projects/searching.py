"""What finds a project, a firm or an official by a typed word. Who may see what is asked elsewhere.

A word is looked for as it stands, and one of Latin letters also as pinyin: initials (sfjx), whole (shuangfu), begun
(shuangf). What may stand in several tables is one union of keys, found once: both databases join it, however many
there are. Conditions joined by OR would be asked of every row.
"""

from __future__ import annotations

from django.apps import apps
from django.db.models import Q, QuerySet

from jiangjin.lib.pinyin import typed_readings


def holds(column: str, word: str) -> Q:
    """Rows whose column holds the word, in capitals or not: most words have no letters that could be capitals, and
    PostgreSQL looks for these twice as fast where it need not turn every name into capitals first.
    """
    return Q(**{f"{column}__{'contains' if word.lower() == word.upper() else 'icontains'}": word})


def named(word: str) -> Q:
    """A project, firm or official whose name holds the word, or its pinyin does."""
    found = holds("name", word)
    if word.isascii():
        found |= Q(name_initials__contains=word.lower())
        for reading in typed_readings(word):
            found |= Q(name_pinyin__contains=reading)
    return found


def finds_official(word: str) -> Q:
    """By the name or the post."""
    return named(word) | holds("post", word)


def investors_called(word: str, *, by_credit_code: bool = False) -> QuerySet:
    """Keys of the firms of this name, of those into which one of this name was merged, or of this credit code."""
    investors = apps.get_model("projects", "Investor").objects.order_by()
    own = named(word)
    if by_credit_code and word.isascii():
        own |= holds("credit_code", word)
    merged = investors.filter(named(word), merged_into__isnull=False).values("merged_into")
    return investors.filter(own).values("pk").union(merged, all=True)


def projects_found(word: str) -> QuerySet:
    """Keys of the projects found by a name, a number, an investor or the lead official.

    What was merged into a project finds it as well.
    """
    projects = apps.get_model("projects", "Project").objects.order_by()
    parts = apps.get_model("projects", "Participation").objects.order_by()
    codes = apps.get_model("projects", "ProjectCode").objects.order_by()
    officials = apps.get_model("projects", "Official").objects.order_by()
    own = named(word) | holds("short_name", word)
    by_number = holds("code", word) if word.isascii() else Q()
    return (
        projects.filter(own | by_number)
        .values("pk")
        .union(
            projects.filter(own, merged_into__isnull=False).values("merged_into"),
            parts.filter(investor__in=investors_called(word)).values("project"),
            codes.filter(holds("code", word)).values("project"),
            projects.filter(lead_official__in=officials.filter(named(word)).values("pk")).values("pk"),
            all=True,
        )
    )
