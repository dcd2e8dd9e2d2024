"""Whose hand the present value of a ledger's field is from: told from the histories, for many projects at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from imports.comparing import INVESTOR_COLUMNS, LINKS
from imports.creating import DATED_FIELDS, MILESTONE_COLUMNS
from imports.known import PLAIN
from imports.plan import Change, RowPlan
from jiangjin.lib.dates import PartialDay
from projects.choices import CapitalOrigin, CommitmentKind, ParticipationRole
from projects.models import (
    CapitalArrival,
    CapitalCommitment,
    CapitalSnapshot,
    Honour,
    Investor,
    Milestone,
    Note,
    Official,
    Participation,
    Project,
)
from projects.origins import SAVING
from projects.reasons import IMPORT, Reason
from projects.sources import day_of

# Fields whose value is the name of a row that the project refers to: the row may have been renamed by hand.
NAMES: Mapping[str, tuple[type, str]] = {
    "investor": (Investor, "name"),
    "lead_official": (Official, "name"),
    "lead_official_post": (Official, "post"),
}
OFFICIAL = "lead_official_id"
COLUMNS = {
    **PLAIN,
    **LINKS,
    **{name: name for name in ("stage", "agreed_capital")},
    **dict.fromkeys(("lead_official", "lead_official_post"), OFFICIAL),
}
FIRM_COLUMNS = INVESTOR_COLUMNS | {"credit_code": "credit_code"}  # there it is the name beside what a file says


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value is kept: a column of one project or firm, or of those of its rows that are known by something."""

    model: Any
    owner: int
    column: str
    owner_column: str = "id"
    known_by: tuple[tuple[str, Any], ...] = ()


# What a spot held, each time that it changed, oldest first: the history record, and the values of its rows.
Changes = list[tuple[dict[str, Any], tuple[Any, ...]]]


def hands_of(changes: Iterable[tuple[RowPlan, Change]]) -> dict[tuple[int | None, str], str]:
    """By project and field who typed the value that a row would replace, and when: 王某 2020-07-01.

    Values that an import gave, or that nobody ever filled in, are left out. Constant number of queries.
    """
    spots = {(row.project_id, change.field): spot for row, change in changes if (spot := _spot_of(row, change))}
    held = _held(spots.values())
    named = {
        place: Spot(NAMES[place[1]][0], held[spot][-1][1][0], NAMES[place[1]][1])
        for place, spot in spots.items()
        if place[1] in NAMES and held[spot] and held[spot][-1][1]
    }
    held_names = _held(named.values())
    found: dict[tuple[int | None, str], dict[str, Any]] = {}
    for place, spot in spots.items():
        givers = [_giver(held[spot])]
        if place in named and len(renamed := held_names[named[place]]) > 1:
            givers.append(_giver(renamed))
        by_hand = [giver for giver in givers if giver is not None and not _is_import(giver)]
        if by_hand:
            found[place] = max(by_hand, key=lambda giver: giver["history_date"])
    return _in_words(found)


def _spot_of(row: RowPlan, change: Change) -> Spot | None:
    """Where the register keeps what the change would replace; None where it replaces nothing."""
    name, project = change.field, row.project_id or 0
    if name in COLUMNS:
        return Spot(Project, project, COLUMNS[name])
    if name in FIRM_COLUMNS or name == "investor_rank":
        return _spot_of_firm(name, row.investor.pk if row.investor else None)
    if name in MILESTONE_COLUMNS:
        kind, column = MILESTONE_COLUMNS[name]
        return Spot(Milestone, project, column, "project_id", (("kind", kind),))
    if name == "investor":
        return Spot(Participation, project, "investor_id", "project_id", (("role", str(ParticipationRole.LEAD)),))
    if name == "added_capital":
        return Spot(CapitalCommitment, project, "amount", "project_id", (("kind", str(CommitmentKind.INCREASE)),))
    if name.startswith("arrival "):
        month = PartialDay.from_iso(name.removeprefix("arrival "))
        known_by = (("month", month), ("origin", str(CapitalOrigin.DOMESTIC)))
        return Spot(CapitalArrival, project, "amount", "project_id", known_by)
    home, what = DATED_FIELDS.get(name, ("", ""))
    if home == "snapshot":
        known_by = (("measure", what), ("as_of", row.read.values.get("as_of")))
        return Spot(CapitalSnapshot, project, "amount", "project_id", known_by)
    if home == "note":  # another text is another note: only the very same one can have been taken out
        return Spot(Note, project, "text", "project_id", (("kind", what), ("text", change.new)))
    return None


def _spot_of_firm(name: str, firm: int | None) -> Spot | None:
    if firm is None:
        return None
    if name == "investor_rank":
        return Spot(Honour, firm, "kind", "investor_id")
    return Spot(Investor, firm, FIRM_COLUMNS[name])


def _held(spots: Iterable[Spot]) -> dict[Spot, Changes]:
    """What each spot held over time; a query for each table."""
    found: dict[Spot, Changes] = {spot: [] for spot in spots}
    tables: dict[tuple[Any, str], dict[int, list[Spot]]] = defaultdict(lambda: defaultdict(list))
    for spot in found:
        tables[spot.model, spot.owner_column][spot.owner].append(spot)
    for (model, owner_column), by_owner in tables.items():
        columns = {
            name for spots in by_owner.values() for spot in spots for name in (spot.column, *dict(spot.known_by))
        }
        records = model.history.filter(**{f"{owner_column}__in": list(by_owner)}).order_by("history_id")
        rows: dict[Spot, dict[int, Any]] = defaultdict(dict)
        for record in records.values("id", *SAVING, *{owner_column, *columns}):
            for spot in by_owner[record[owner_column]]:
                _take(spot, record, rows[spot], found[spot])
    return found


def _take(spot: Spot, record: dict[str, Any], rows: dict[int, Any], changes: Changes) -> None:
    """Note what the spot holds with this record, where that is something else than before."""
    value = record[spot.column]
    is_there = record["history_type"] != "-" and all(record[name] == known for name, known in spot.known_by)
    if is_there and value is not None and value != "":
        rows[record["id"]] = value
    else:
        rows.pop(record["id"], None)
    now = tuple(rows[pk] for pk in sorted(rows))
    if now != (changes[-1][1] if changes else ()):
        changes.append((record, now))


def _giver(changes: Changes) -> dict[str, Any] | None:
    """The record that gave what is held now: of what an undo brought back the one that wrote it then."""
    if not changes:
        return None
    at = len(changes) - 1
    while Reason.of(changes[at][0]["history_change_reason"]).way:
        before = next((n for n in range(at - 1, -1, -1) if changes[n][1] == changes[at][1]), None)
        if before is None:
            return changes[-1][0]
        at = before
    return changes[at][0]


def _is_import(record: dict[str, Any]) -> bool:
    reason = Reason.of(record["history_change_reason"])
    return reason.kind == IMPORT and not reason.way


def _in_words(records: Mapping[tuple[int | None, str], dict[str, Any]]) -> dict[tuple[int | None, str], str]:
    """Who, on which day, and how where it was no form."""
    users = User.objects.in_bulk({record["history_user_id"] for record in records.values()} - {None})
    words = {}
    for place, record in records.items():
        reason = record["history_change_reason"]
        how = Reason.of(reason).words(by_person=True) if reason else ""
        who = str(users.get(record["history_user_id"], ""))
        words[place] = " ".join(filter(None, (who, day_of(record["history_date"]), how)))
    return words
