"""What a form was opened with: the version that it names, from the history alone; and who changed what since."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from jiangjin.lib.text import investor_key
from projects.choices import MAIN_MILESTONES
from projects.models import CapitalCommitment, Investor, Milestone, Official, Participation, Project
from projects.reasons import KINDS, Reason
from projects.sheets import (
    COLUMNS,
    COMMITMENTS,
    INVESTORS,
    MILESTONES,
    OFFICIAL,
    Pair,
    Sheet,
    columns_of,
    commitment_row,
    investor_row,
    milestone_row,
    plain,
)

TABLES: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    INVESTORS: (Participation, lambda row: row.investor_id),
    COMMITMENTS: (CapitalCommitment, lambda row: row.id),
    MILESTONES: (Milestone, lambda row: row.kind),
}


@dataclass(slots=True)
class Opened:
    """A version of a project. `unknown` names sections' keys, or fields, of which the history does not say what stood
    there: whoever differs from the register there is asked."""

    sheet: Sheet = field(default_factory=Sheet)
    unknown: set[tuple[str, Any]] = field(default_factory=set)
    firms: dict[str, int] = field(default_factory=dict)
    officials: set[Pair] = field(default_factory=set)
    authors: dict[tuple[str, Any], str] = field(default_factory=dict)

    def author(self, *unit: Any) -> str:
        """Who changed this field, or this row, since."""
        return self.authors.get((unit[0], unit[1]), "")


def opened_with(stored: Project, version: int | None) -> Opened:
    """The project as it was in that version. The number of queries does not grow with what happened since."""
    records = Project.history.filter(id=stored.pk, version__gte=version) if version else Project.history.none()
    records = list(records.select_related("history_user").order_by("history_id"))
    base = next((record for record in reversed(records) if record.version == version), None)
    since = [record for record in records if record.version > (version or 0)]
    found = Opened()
    if base is None:
        found.unknown |= {("", name) for name in (*COLUMNS, OFFICIAL)}
    else:
        pair = _official(base.lead_official_id, stored, found)
        found.sheet.fields = columns_of(base, pair)
        _find_authors(base, since, found)
    _read_rows(stored, base, since, found)
    return found


def _official(pk: int | None, stored: Project, found: Opened) -> Pair | None:
    """The official of then, by the name of today; `officials` are all the names that this one has had."""
    if pk is None:
        return None
    names = list(Official.history.filter(id=pk).order_by("history_id").values_list("name", "post"))
    today = stored.lead_official if stored.lead_official_id == pk else Official.objects.filter(pk=pk).first()
    names += [(today.name, today.post)] if today else []
    if not names:
        found.unknown.add(("", OFFICIAL))
        return None
    found.officials = set(names)
    return names[-1]


def _find_authors(base: Any, since: Iterable[Any], found: Opened) -> None:
    former = base
    for record in since:
        for name in (*COLUMNS, OFFICIAL):
            column = Project._meta.get_field(name).attname
            if plain(name, getattr(former, column)) != plain(name, getattr(record, column)):
                found.authors["", name] = _author(record)
        former = record


def _author(record: Any) -> str:
    """Who wrote a record, and how where it was no form."""
    person = str(record.history_user or _("the command"))
    if not record.history_change_reason:
        return person
    return f"{person} · {Reason.of(record.history_change_reason).words(by_person=record.history_user is not None)}"


def _read_rows(stored: Project, base: Any, since: list[Any], found: Opened) -> None:
    """The rows as they stood before the first later version was written."""
    later = _Later(base, since)
    before: dict[str, list[Any]] = {section: [] for section in TABLES}
    firms = set(stored.participations.values_list("investor_id", flat=True))
    for section, (model, key_of) in TABLES.items():
        rows, trails = _trails(model, stored)
        for pk, trail in trails.items():
            earlier = [record for record in trail if not later.holds(record)]
            for record in trail[len(earlier) :]:
                found.authors[section, key_of(record)] = _author(record)
            if section == INVESTORS:
                firms |= {record.investor_id for record in trail}
            if not later.is_known or not (earlier or (trail and trail[0].history_type == "+")):
                found.unknown |= {(section, key_of(row)) for row in trail or [rows[pk]]}
            elif earlier and earlier[-1].history_type != "-" and earlier[-1].project_id == stored.pk:
                before[section].append(earlier[-1])
    names = _names_of(firms, found)
    milestones = {row.kind: row for row in before[MILESTONES]}
    found.sheet.rows = {
        INVESTORS: {row.investor_id: investor_row(row, names.get(row.investor_id, "")) for row in before[INVESTORS]},
        COMMITMENTS: {row.id: commitment_row(row) for row in before[COMMITMENTS]},
        MILESTONES: {kind.value: milestone_row(milestones.get(kind)) for kind in MAIN_MILESTONES},
    }
    if not later.is_known:
        found.unknown |= {(MILESTONES, kind.value) for kind in MAIN_MILESTONES}


class _Later:
    """Which rows' records were written with a later version.

    A form writes the project first, so its rows are dated after it. What writes many projects at once may write rows
    before the project, but its reason is its own. Whoever writes holds the project until all is written.
    """

    def __init__(self, base: Any, since: list[Any]) -> None:
        self.first = since[0].history_date if since else None
        reasons = {record.history_change_reason or "" for record in since}
        self.reasons = {reason for reason in reasons if Reason.of(reason).kind in KINDS}
        # A clock that was set back tells nothing about what came first.
        self.is_known = base is not None and (self.first is None or base.history_date <= self.first)

    def holds(self, record: Any) -> bool:
        dated_later = self.first is not None and record.history_date >= self.first
        return dated_later or record.history_change_reason in self.reasons


def _trails(model: Any, stored: Project) -> tuple[dict[int, Any], dict[int, list[Any]]]:
    """The stored rows of the project; and the history records, oldest first, of every row that is or was its."""
    history = model.history.model.objects
    rows = {row.pk: row for row in model.objects.filter(project=stored)}
    ids = history.filter(project=stored.pk).order_by().values("id")
    trails: dict[int, list[Any]] = {pk: [] for pk in rows}
    for record in history.filter(id__in=ids).select_related("history_user").order_by("history_id"):
        trails.setdefault(record.id, []).append(record)
    return rows, trails


def _names_of(firms: set[int], found: Opened) -> Mapping[int, str]:
    """What these firms are called today; `firms` of what is found: every name that they have had."""
    for pk, name in Investor.history.filter(id__in=firms).order_by("history_id").values_list("id", "name"):
        found.firms[investor_key(name)] = pk
    names = dict(Investor.objects.filter(pk__in=firms).values_list("pk", "name"))
    found.firms |= {investor_key(name): pk for pk, name in names.items()}
    return names
