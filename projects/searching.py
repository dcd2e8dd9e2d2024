"""What finds a project, a firm or an official by a typed word. Conditions only: who may see what is asked elsewhere.

A word is looked for as it stands, and one of Latin letters also as pinyin: initials (sfjx), whole (shuangfu), begun
(shuangf). Each condition on another table is a list of keys that is found once, not a question asked of every row.
"""

from __future__ import annotations

from django.apps import apps
from django.db.models import Q, QuerySet

from jiangjin.lib.pinyin import typed_readings


def named(word: str) -> Q:
    """A project, firm or official whose name holds the word, or its pinyin does."""
    found = Q(name__icontains=word)
    if word.isascii():
        found |= Q(name_initials__contains=word.lower())
        for reading in typed_readings(word):
            found |= Q(name_pinyin__contains=reading)
    return found


def finds_investor(word: str) -> Q:
    """By a name, also one merged into it, or by the credit code."""
    found = _called(word)
    return found | Q(credit_code__icontains=word) if word.isascii() else found


def _called(word: str) -> Q:
    merged = apps.get_model("projects", "Investor").objects.order_by().filter(named(word), merged_into__isnull=False)
    return named(word) | Q(pk__in=merged.values("merged_into"))


def finds_official(word: str) -> Q:
    """By the name or the post."""
    return named(word) | Q(post__icontains=word)


def finds_project(word: str) -> Q:
    """By a name, a number, an investor or the lead official; what was merged into it counts as it."""
    project = apps.get_model("projects", "Project")
    code = apps.get_model("projects", "ProjectCode")
    official = apps.get_model("projects", "Official")
    own = named(word) | Q(short_name__icontains=word)
    merged = project.objects.order_by().filter(own, merged_into__isnull=False)
    found = own | Q(pk__in=merged.values("merged_into")) | Q(pk__in=_projects_of_investors(word))
    found |= Q(pk__in=code.objects.order_by().filter(code__icontains=word).values("project"))
    found |= Q(lead_official__in=official.objects.order_by().filter(named(word)).values("pk"))
    return found | Q(code__icontains=word) if word.isascii() else found


def _projects_of_investors(word: str) -> QuerySet:
    """Keys of the projects of firms that are, or were before a merging, called so."""
    firms = apps.get_model("projects", "Investor").objects.order_by().filter(_called(word)).values("pk")
    participation = apps.get_model("projects", "Participation")
    return participation.objects.order_by().filter(investor__in=firms).values("project")
