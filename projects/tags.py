"""The tags of a project: a few words of the bureau's own, kept in one column as a reader sees them: 重点、市级."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat

from jiangjin.lib.text import clean_text

BETWEEN = "、"
APART = re.compile(r"[、，,;；\s]+")
MOST_CHARS = 200  # of the column


def tags_of(text: str) -> list[str]:
    """The words, each once, in their order; typed with blanks, commas or 、 between them."""
    return list(dict.fromkeys(filter(None, APART.split(clean_text(text)))))


def joined(tags: Iterable[str]) -> str:
    """The words as the column holds them."""
    return BETWEEN.join(tags)


def with_tag(projects: QuerySet, tag: str) -> QuerySet:
    """Projects that carry just this word among their tags."""
    framed = Concat(Value(BETWEEN), F("tags"), Value(BETWEEN))
    return projects.alias(framed_tags=framed).filter(~Q(tags=""), framed_tags__icontains=f"{BETWEEN}{tag}{BETWEEN}")
