"""What a project had reached so many months after its signing, whatever day it is now.

The window of a project ends so many months after the last day that its signing could mean. What it reached counts
where even its last possible day lies in the window; an undated milestone proves nothing, an undated signing has no
window.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Case, Exists, F, Func, IntegerField, OuterRef, Q, Value, When
from django.db.models.functions import Least
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.choices import STAGE_OF_MILESTONE, Stage
from projects.querysets import ProjectQuerySet

# What is measured, with the stage that it takes; money takes none. A later stage implies the earlier ones.
REACHED = {"started": Stage.CONSTRUCTION, "production": Stage.PRODUCTION, "paid": None}
LABELS = {
    "started": gettext_lazy("started"),
    "production": gettext_lazy("in production"),
    "paid": gettext_lazy("capital arrived"),
}
MONTHS = re.compile(r"[1-9]\d{0,3}", re.ASCII)
MOST_MONTHS = 120


def milestones_for(stage: Stage) -> list[str]:
    """Kinds of milestones of which one shows that the stage was reached."""
    return [kind.value for kind, own in STAGE_OF_MILESTONE.items() if own.rank >= stage.rank]


def window_end(signed: int, months: int) -> int:
    """The greatest code of a day in the window of a signing: 20200131 and one month → 20200299, the end of February.

    Codes are those of PartialDay; `window_end_of` is the same in the database.
    """
    year, month, day = signed // 10000, signed // 100 % 100, signed % 100
    month = 12 if month > 12 else month
    year, month = divmod(year * 12 + month - 1 + months, 12)
    month += 1
    if day < calendar.monthrange(year, month)[1]:
        return year * 10000 + month * 100 + day
    # Encoded upwards at the ends of months and years, as the lookup `by` of a PartialDayField does.
    return year * 10000 + (9999 if month == 12 else month * 100 + 99)


class _Part(Func):
    """A part of a day's code as a number."""

    output_field = IntegerField()
    arity = 1


def with_window_end(projects: ProjectQuerySet, months: int) -> ProjectQuerySet:
    """Adds `window_end` to filter by: what the function of that name gives for `signed_on`. Undated ones go."""
    year = _Part("signed_on", template="(%(expressions)s / 10000)")
    month = _Part("signed_on", template="((%(expressions)s / 100) %%%% 100)")
    parts = projects.alias(
        w_day=_Part("signed_on", template="(%(expressions)s %%%% 100)"),
        w_place=year * Value(12)
        + Case(When(signed_on=None, then=None), default=Least(month, Value(12)))
        + (months - 1),
    )
    parts = parts.alias(w_year=F("w_place") / Value(12), w_month=F("w_place") % Value(12) + Value(1))
    length = Case(
        When(w_month__in=(4, 6, 9, 11), then=Value(30)),
        When(Q(w_month=2, w_leap=0) & ~Q(w_year=2100), then=Value(29)),
        When(w_month=2, then=Value(28)),
        default=Value(31),
    )
    parts = parts.alias(w_leap=F("w_year") % Value(4)).alias(w_length=length)
    first = F("w_year") * Value(10000)
    end = Case(
        When(w_day__lt=F("w_length"), then=first + F("w_month") * Value(100) + F("w_day")),
        When(w_month=12, then=first + Value(9999)),
        default=first + F("w_month") * Value(100) + Value(99),
        output_field=IntegerField(),
    )
    return parts.exclude(signed_on=None).alias(window_end=end)


@dataclass(frozen=True, slots=True)
class Within:
    """A condition of the list: reached within so many months of the signing, as in `reached_within=started:6`."""

    kind: str
    months: int

    @classmethod
    def parse(cls, text: str) -> Within:
        """KIND:MONTHS; ValueError for what is none."""
        kind, __, number = text.partition(":")
        if kind not in REACHED or not MONTHS.fullmatch(number) or int(number) > MOST_MONTHS:
            raise ValueError(f"{text!r} is nothing that is reached within months.")
        return cls(kind, int(number))

    @property
    def code(self) -> str:
        return f"{self.kind}:{self.months}"

    def of(self, projects: ProjectQuerySet) -> ProjectQuerySet:
        """Those of the projects that had reached it."""
        stage = REACHED[self.kind]
        end = OuterRef("window_end")
        if stage is None:
            rows = apps.get_model("projects", "CapitalArrival").objects.filter(amount__gt=0, month__lte=end)
        else:
            milestones = apps.get_model("projects", "Milestone").objects
            rows = milestones.filter(reached=True, kind__in=milestones_for(stage), actual_on__lte=end)
        return with_window_end(projects, self.months).filter(Exists(rows.filter(project=OuterRef("pk"))))

    def in_words(self) -> str:
        """As a chip says it."""
        return _("%(what)s within %(months)d months of the signing") % {
            "what": LABELS[self.kind],
            "months": self.months,
        }
