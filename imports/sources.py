"""The source of each imported value: file, sheet, cell, what the cell says, who brought it, and its import.

Told from what the rows of written imports kept (ImportRow.details). Found by `projects.sources`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from imports.comparing import MILESTONE_FIELDS
from imports.fields import FIELDS
from imports.models import ImportBatch, ImportRow
from imports.movedrows import spoke_of
from projects.choices import CommitmentKind
from projects.models import Project
from projects.origins import Origin, Place
from projects.sources import IMPORTED, Source, day_of, source_finder

# By home: the field of a ledger that goes there.
FIELD_OF_HOME = {entry.home: name for name, entry in FIELDS.items()}
FIELD_OF_MILESTONE = {home: name for name, home in MILESTONE_FIELDS.items()}
Written = list[tuple[ImportRow, dict[str, Any]]]


class Told:
    """What the rows of written imports say of a project and of those merged into it, kept apart by which they spoke of:
    two rows of one file are two projects until somebody merges them.
    """

    def __init__(self, rows: Iterable[ImportRow], spoke_of: Mapping[int, int]) -> None:
        self.rows: dict[tuple[int, int | None], list[ImportRow]] = defaultdict(list)
        self.said: dict[tuple[int, int | None, str], Written] = defaultdict(list)
        for row in rows:
            for project in (spoke_of.get(row.pk, row.project_id), None):
                self.rows[row.batch_id, project].append(row)
                for detail in row.details:
                    if "new" in detail:
                        self.said[row.batch_id, project, detail["field"]].append((row, detail))

    def of(self, origin: Origin, name: str) -> Written:
        """What the import of an origin wrote of a field; of a firm's honour whichever project it came with."""
        return self.said.get((origin.reason.number, origin.project, name), [])

    def last_row(self, origin: Origin) -> ImportRow | None:
        """The last row of the import that spoke of the project."""
        return next(reversed(self.rows.get((origin.reason.number, origin.project), [])), None)


@source_finder("import")
def sources_of_imports(project: Project, origins: Mapping[Place, Origin], user: User) -> dict[Place, Source]:
    """What the written imports say of these values; a constant number of queries."""
    numbers = {origin.reason.number for origin in origins.values()}
    batches = ImportBatch.objects.in_bulk(numbers)
    visible = set(ImportBatch.objects.visible_to(user).filter(pk__in=numbers).values_list("pk", flat=True))
    rows = list(ImportRow.objects.filter(batch__in=batches, project=project.pk).order_by("id"))
    told = Told(rows, spoke_of([project.pk]))
    found = {}
    for place, origin in origins.items():
        batch = batches.get(origin.reason.number)
        if batch is not None:
            url = batch.get_absolute_url() if batch.pk in visible else ""
            found[place] = _source(place, origin, batch, told, url)
    return found


@source_finder("undo", "redo")
def sources_of_undoing(project: Project, origins: Mapping[Place, Origin], user: User) -> dict[Place, Source]:
    """Values that stand again because something was undone, or counts again."""
    numbers = {origin.reason.import_number for origin in origins.values()}
    visible = set(ImportBatch.objects.visible_to(user).filter(pk__in=numbers).values_list("pk", flat=True))
    found = {}
    for place, origin in origins.items():
        number = origin.reason.import_number
        url = reverse("imports:detail", args=[number]) if number in visible else ""
        words = (origin.who or _("the command"), day_of(origin.at), origin.reason.words(by_person=True))
        found[place] = Source("undo", " ".join(words), url=url, label=_("Open the import"))
    return found


def fields_of(place: Place, origin: Origin) -> tuple[str, ...]:
    """The fields of a ledger that may have given a value, the likeliest first."""
    column, known_by = place.column.removesuffix("_id"), origin.known_by
    if place.table == "project":
        if column == "lead_official":
            return "lead_official", "lead_official_post"
        return tuple(filter(None, (FIELD_OF_HOME.get(f"project.{column}"),)))
    if place.table == "milestones":
        return _fields_of_milestone(column, known_by["kind"])
    if place.table == "commitments":
        if column == "committed_on":
            return ("signed_on",)  # dated as the signing
        initial = ("agreed_capital", "added_capital")
        return ("added_capital",) if known_by["kind"] == CommitmentKind.INCREASE else initial
    home = {
        "investors": "investor.name",
        "honours": "investor.honours",
        "codes": "project.code",
        "snapshots": f"snapshot.{known_by.get('measure')}",
        "notes": f"note.{known_by.get('kind')}",
    }.get(place.table)
    return (f"arrival {known_by['month']}",) if home is None else tuple(filter(None, (FIELD_OF_HOME.get(home),)))


def _fields_of_milestone(column: str, kind: str) -> tuple[str, ...]:
    side = "planned" if column == "planned_on" else "actual"
    names = [FIELD_OF_MILESTONE.get(f"milestone.{kind}.{side}")]
    return tuple(name for name in (*names, "stage" if column == "reached" else None) if name)


def _source(place: Place, origin: Origin, batch: ImportBatch, told: Told, url: str) -> Source:
    """The source in words: with its cell, else with its row and why no cell says it."""
    written = _detail(place, origin, told)
    row, detail = written or (told.last_row(origin), {})
    sheet, cell = (row.sheet if row else ""), detail.get("from") or detail.get("cell", "")
    if cell:
        where = f"{sheet}!{cell}" if sheet else cell
    else:
        where = _without_cell(place, row, given=written is not None) if row is not None else ""
    by = {"day": day_of(origin.at), "who": origin.who or _("the command"), "number": batch.pk}
    brought = _("%(day)s, import #%(number)s by %(who)s") % by
    notes = tuple(_notes(place, origin, detail, told))
    text = " · ".join(filter(None, (batch.filename, where, brought)))
    raw = "" if "file" in detail else detail.get("raw", "")
    return Source(IMPORTED, text, notes, raw, url, _("Open the import"), batch.filename, sheet, cell)


def _without_cell(place: Place, row: ImportRow, *, given: bool) -> str:
    """Why the row has no cell for a value; `given`: a person gave it for all rows of the table."""
    words = {"sheet": row.sheet, "row": row.row}
    if given:
        return _("%(sheet)s row %(row)s, given for all rows") % words
    if place == Place("project", "code"):
        return _("%(sheet)s row %(row)s, numbered by the register") % words
    return _("%(sheet)s row %(row)s, no cell of its own") % words


def _detail(place: Place, origin: Origin, told: Told) -> tuple[ImportRow, dict[str, Any]] | None:
    """What the import kept of this value."""
    for name in fields_of(place, origin):
        written = told.of(origin, name)
        if not written:
            continue
        if name not in ("project_code", "investor_rank") and place.table != "notes":
            return written[-1]
        # Several may be there, or none: a number of ours instead of the ledger's, a rank that another row brought.
        same = [one for one in written if origin.value in _values(one[1]["new"])]
        if same:
            return same[-1]
    return None


def _values(new: Any) -> Iterable[Any]:
    return new if isinstance(new, list) else [new]


def _notes(place: Place, origin: Origin, detail: dict[str, Any], told: Told) -> Iterable[str]:
    """What must be known beside it: a correction, what was taken off."""
    if "file" in detail:
        yield _("Corrected before it was written; the file says: %(file)s") % {"file": detail["file"] or _("empty")}
    if place.table == "commitments" and place.column == "amount" and origin.known_by["kind"] == CommitmentKind.INITIAL:
        added = told.of(origin, "added_capital")
        if added and detail.get("field") == "agreed_capital":
            yield _("less the added part in %(cell)s") % {"cell": added[-1][1]["cell"]}
