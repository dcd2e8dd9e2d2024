"""What a row would change in a known project, or fill in a new one: field by field, old and new.

An empty cell never erases a value: only fields that the row fills in are looked at.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from imports.fields import ALL_FIELDS
from imports.investorbook import Firm
from imports.known import PLAIN, KnownProject
from imports.plan import UNWRITTEN, Change, RowPlan, change_of
from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.dates import PartialDay
from projects import capital
from projects.choices import CommitmentKind, MilestoneKind, Stage
from projects.stages import ACTUAL_FIELD, PLANNED_FIELD, milestone_for

NOTHING = KnownProject(0, "", "", "", None, None, None, Stage.LEAD, 0, "", voided=False)
LINKS = {"park": "park_id", "cluster": "cluster_id", "chain": "chain_id"}
INVESTOR_COLUMNS = {
    "credit_code": "stored_code",
    "investor_type": "type",
    "investor_origin": "origin",
    "investor_parent": "parent_name",
}
MILESTONE_FIELDS = {
    **{name: f"milestone.{kind}.planned" for kind, name in PLANNED_FIELD.items()},
    **{name: f"milestone.{kind}.actual" for kind, name in ACTUAL_FIELD.items()},
}

COMMITMENT_DAYS = _(
    "With this signing day an increase or a reduction would lie before the initial agreement. Check the day, and the "
    "days of the commitments on the project's page."
)
KIND_OF_DAY = {name: kind for kind, name in ACTUAL_FIELD.items()}
NOT_COMPARED = UNWRITTEN | {"agreed_capital", "added_capital"}  # amounts have rules of their own
# Fields that are compared as they are kept among a known project's values, and under which name.
AS_THEY_ARE = {name: column for name, column in PLAIN.items() if name != "name"} | MILESTONE_FIELDS


def compare(row: RowPlan, stored: KnownProject, codes: dict[str, dict[int, str]]) -> list[Change]:
    """What a row changes in the project that it means; `codes`: of parks, clusters and chains by their ids.

    Refuses the row for amounts that cannot stand.
    """
    changes = []
    for name, new in row.read.values.items():
        if column := AS_THEY_ARE.get(name):
            old = stored.values.get(column)
        elif name in NOT_COMPARED:
            continue
        else:
            old, new = _old_and_new(row, stored, name, new, codes)
        # What stands in no cell is a default: it fills what nobody knows, and says nothing against what is known.
        if old is not new and old != new and (old is None or old == "" or row.read.cell(name)[0]):
            changes.append(change_of(row.read, name, old))
            if name == "signed_on":
                _check_commitment_days(row, stored, old, new)
    changes += _capital_changes(row, stored)
    return changes


def moved_with_signing(day: PartialDay | None, old: PartialDay | None, new: PartialDay) -> PartialDay | None:
    """The day of a commitment where the signing moves: one that is dated as the signing goes along."""
    return new if day == old else day


def _check_commitment_days(row: RowPlan, stored: KnownProject, old: PartialDay | None, new: PartialDay) -> None:
    """Refuse a signing day that would leave an increase or a reduction before the agreement that it changes."""
    days = [(kind, moved_with_signing(day, old, new)) for kind, day in stored.commitment_days]
    if capital.fault_of_days(days) and not capital.fault_of_days(stored.commitment_days):
        row.read.refuse("commitment_days", COMMITMENT_DAYS, "signed_on")


def check_new(row: RowPlan) -> None:
    """Refuse a row whose amounts a new project cannot have."""
    _capital_changes(row, NOTHING)


def _old_and_new(row: RowPlan, stored: KnownProject, name: str, new: Any, codes: Any) -> tuple[Any, Any]:
    """What stands in the register and what the row says, comparable; equal where the row adds nothing."""
    if name == "name":
        return stored.name, new
    if name in LINKS:
        return codes[name].get(getattr(stored, LINKS[name])), new
    if name == "project_code":
        return (new if stored.carries(new) else stored.code or None), new
    if name == "stage":
        return _stage(row, stored, new)
    home = ALL_FIELDS[name].home
    if home.startswith("investor."):
        return _investor_value(row.investor, stored, name, new)
    if home.startswith("official."):
        column = "lead_official__name" if home == "official.name" else "lead_official__post"
        return stored.values.get(column) or None, new
    if home.startswith("note."):
        kind = home.removeprefix("note.")
        return (new if (kind, new) in stored.notes else None), new
    if home.startswith("snapshot."):
        return stored.snapshots.get((home.removeprefix("snapshot."), row.read.values.get("as_of"))), new
    raise AssertionError(f"{name} has no home")


def _stage(row: RowPlan, stored: KnownProject, new: Stage) -> tuple[Any, Any]:
    """A ledger moves a project on; going back is a correction that a manager makes by hand."""
    if new == stored.stage:
        return new, new
    new = Stage(new)
    if new.rank < Stage(stored.stage).rank:
        row.read.warn(
            "stage_behind",
            _("The register has this project further on. The stage stays; going back is a correction by hand."),
            "stage",
        )
        return new, new
    kind = milestone_for(new)
    if kind and new.rank <= Stage(stored.stage).rank:
        return new, new
    return Stage(stored.stage), new


def _investor_value(firm: Firm | None, stored: KnownProject, name: str, new: Any) -> tuple[Any, Any]:
    """Compared with the firm that the row names, which may be another than the project's so far."""
    if firm is None:
        return new, new
    if name == "investor":
        same = stored.investor_id is not None and stored.investor_id == firm.pk
        return (new if same else stored.investor_name or None), new
    if name == "investor_rank":
        return (new if firm.honours.issuperset(new) else None), new
    return getattr(firm, INVESTOR_COLUMNS[name]) or None, new


def _capital_changes(row: RowPlan, stored: KnownProject) -> list[Change]:
    """A ledger's agreed amount with 其中：新增 is two commitments: initial = total - added, increase = added.

    A later file with another agreed amount corrects the initial commitment; below the increases it is refused.
    """
    total, added = row.read.values.get("agreed_capital"), row.read.values.get("added_capital")
    if total is None and added is None:
        return []
    old_total, old_added = stored.values.get("agreed_capital"), stored.values.get("added_capital")
    if old_total is not None and total in (None, old_total) and added in (None, 0, old_added):
        return []  # nothing changes, however low reductions have brought the amount
    whole = total if total is not None else old_total
    if whole is None:
        row.read.refuse(
            "added_without_total",
            _("An added part without the whole amount. Fill in the agreed amount as well."),
            "added_capital",
        )
        return []
    try:
        capital.split_agreed(whole, added if added is not None else old_added)
    except CellError as error:
        row.read.refuse(error.code, error.message, "agreed_capital" if total is not None else "added_capital")
        return []
    if stored is NOTHING:
        return []  # a new project writes what its row says
    changes = []
    if total is not None and total != old_total:
        changes.append(change_of(row.read, "agreed_capital", old_total))
    if added and added != old_added:
        changes.append(change_of(row.read, "added_capital", old_added))
    return changes


def initial_amount(known: KnownProject | None, total: Decimal, added: Decimal | None) -> Decimal:
    """What the initial commitment becomes, in 万元, so that everything sums to `total`.

    `added` replaces the increases that are known; None leaves them as they are.
    """
    if known is None:
        return total - (added or Decimal(0))
    increases = added or known.committed(CommitmentKind.INCREASE)
    return total - increases - known.committed(CommitmentKind.REDUCTION)


def reached_kinds(row: RowPlan) -> set[MilestoneKind]:
    """Milestones that the row says were reached, with a day or only by its word for the stage."""
    values = row.read.values
    reached = {KIND_OF_DAY[name] for name in KIND_OF_DAY.keys() & values.keys() if values[name]}
    if (stage := values.get("stage")) and (kind := milestone_for(stage)):
        reached.add(kind)
    return reached
