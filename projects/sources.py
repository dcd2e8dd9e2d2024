"""The source of each value on a project's page: who typed it and when, or what another room can say of it.

A room that writes projects under a reason of its own ("import 12") registers in `<room>/sources.py` how the source of
such a value is told:

    @source_finder("import", "undo")
    def sources_of_imports(project, origins, user) -> Mapping[Place, Source]: ...

What it leaves out is told from the history alone. Imports nothing of the rooms above.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext as _

from accounts.models import User
from projects import stages
from projects.choices import STAGE_OF_MILESTONE, MilestoneKind
from projects.models import Participation, Project
from projects.origins import HONOURS, PROJECT, SHOWN, Origin, Place, origins_of

TYPED, IMPORTED, FOLLOWS = "typed", "imported", "follows"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from: `text` says it in one line, `notes` what must be known beside it, `raw` what the cell
    says where that is not what is stored.

    `kind` is typed, imported, follows (from other values), or the kind of the reason (bulk, merge …); `url` leads to
    where more is to be seen, and is empty where the account may not. Of an imported value `file`, `sheet` and `cell`
    name the place; `cell` is empty where no cell of its own says it.
    """

    kind: str
    text: str
    notes: tuple[str, ...] = ()
    raw: str = ""
    url: str = ""
    label: str = ""
    file: str = ""
    sheet: str = ""
    cell: str = ""
    key: str = ""  # unique on the page


Finder = Callable[[Project, Mapping[Place, Origin], User], Mapping[Place, Source]]
_finders: dict[str, Finder] = {}


def source_finder(*kinds: str) -> Callable[[Finder], Finder]:
    """Register a function as the one that tells the sources of values given under reasons of these kinds."""

    def register(find: Finder) -> Finder:
        _finders.update(dict.fromkeys(kinds, find))
        return find

    return register


@cache
def _all_finders() -> dict[str, Finder]:
    autodiscover_modules("sources")
    return _finders


class Sources:
    """The sources of everything on a project's page."""

    def __init__(self, found: Mapping[Place, Source], following: Mapping[str, Source]) -> None:
        self.found = found
        self.following = following  # of figures that follow from other values, by name

    def of(self, table: str, column: str, row: int = 0) -> Source | None:
        """The source of one value; None where nothing is known of it, or nothing is filled in."""
        return self.found.get(Place(table, column, row))

    @property
    def project(self) -> dict[str, Source]:
        """Those of the project's own columns, by column."""
        return {place.column.removesuffix("_id"): one for place, one in self.found.items() if place.table == PROJECT}

    @property
    def stage(self) -> Source | None:
        """That of the stage: of a project before its signing what people said, else what it follows from."""
        return self.following.get("stage") or self.of(PROJECT, "stage")

    def mark(self, table: str, rows: Iterable[Any]) -> list[Any]:
        """The rows of the table, each with its `sources`: by column, None where nothing is known."""
        shown, __ = SHOWN[table]
        marked = list(rows)
        for row in marked:
            row.sources = {column: self.of(table, column, row.pk) for column in shown}
        return marked

    def marked_investors(self, project: Project) -> list[Participation]:
        """The prefetched participations and the honours of their firms, each with its `sources`."""
        parts = self.mark("investors", project.participations.all())
        for part in parts:
            self.mark(HONOURS, part.investor.honours.all())
        return parts


def sources_of(project: Project, *, user: User) -> Sources:
    """Where every value of the project comes from, as this account may see it. Reads the prefetched investors.

    The number of queries does not grow with the project's history.
    """
    honours = [honour.pk for part in project.participations.all() for honour in part.investor.honours.all()]
    origins = origins_of(project, honours)
    found = {place: _from_history(origin) for place, origin in origins.items()}
    by_finder: dict[Finder, dict[Place, Origin]] = {}
    for place, origin in origins.items():
        finder = _all_finders().get(origin.reason.way or origin.reason.kind)
        if finder is not None:
            by_finder.setdefault(finder, {})[place] = origin
    for finder, own in by_finder.items():
        found |= finder(project, own, user)
    keyed = {place: replace(_with_mergings(one, origins[place]), key=_key(place)) for place, one in found.items()}
    return Sources(keyed, {name: replace(one, key=f"source-{name}") for name, one in _following(project).items()})


def _key(place: Place) -> str:
    return f"source-{place.table}-{place.row}-{place.column}"


def day_of(at: datetime.datetime) -> str:
    """The day of a saving, as sources write it."""
    return f"{timezone.localtime(at):%Y-%m-%d}"


def _from_history(origin: Origin) -> Source:
    """What the history alone says: who, when and how."""
    who, day = origin.who or _("the command"), day_of(origin.at)
    if not origin.reason.text and origin.who:
        return Source(TYPED, _("filled in by %(who)s on %(day)s") % {"who": who, "day": day})
    how = origin.reason.words(by_person=bool(origin.who))
    return Source(origin.reason.kind or origin.reason.text or "command", " ".join(filter(None, (who, day, how))))


def _with_mergings(source: Source, origin: Origin) -> Source:
    """The source with a note of each merging that brought the value here."""
    text = _("brought here by %(how)s (%(who)s, %(day)s)")
    notes = [
        text % {"how": one.reason.words(by_person=True), "who": one.who or _("the command"), "day": day_of(one.at)}
        for one in origin.through
    ]
    return replace(source, notes=(*source.notes, *notes)) if notes else source


def _following(project: Project) -> dict[str, Source]:
    """Figures that nobody writes: what they follow from."""
    texts = {
        "agreed_capital": _("sum of the initial agreement, increases and reductions below"),
        "arrived_capital": _("sum of the months below"),
        "arrival_rate": _("arrived capital ÷ agreed capital"),
        "behind_plan": _(
            "arrived since the plan begins − planned, both up to the end of the last quarter that is over"
        ),
        "next_step": _("the earliest planned milestone that is not reached, seen from the as-of day"),
        "missing": _("what this stage asks for and nobody filled in"),
    }
    ranks = {kind: stage.rank for kind, stage in STAGE_OF_MILESTONE.items()}
    reached = [MilestoneKind(row.kind) for row in project.milestones.all() if row.reached and row.kind in ranks]
    if reached:
        last = max(reached, key=lambda kind: ranks[kind])
        texts["stage"] = _("follows from the furthest milestone reached: %(kind)s") % {"kind": last.label}
    elif project.stage not in stages.PIPELINE:
        texts["stage"] = _("signed, and no milestone is reached yet")
    return {name: Source(FOLLOWS, text) for name, text in texts.items()}
