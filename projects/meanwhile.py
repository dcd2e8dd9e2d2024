"""A form that was opened on an older version: what others changed stays, what only its sender changed is written, and
what both changed is asked. Every field of the page and of its rows by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from projects import capital
from projects.choices import CommitmentKind, MilestoneKind, ParticipationRole
from projects.conflicts import Clash, actual_words, commitment_words, investor_words
from projects.differences import LINKED, amount_words, shown_value
from projects.forms import ProjectForm
from projects.models import Project
from projects.opened import Opened
from projects.rowforms import CommitmentForm, MilestoneForm, ParticipationForm
from projects.sheets import COMMITMENTS, COMPARED, INVESTORS, MILESTONES, OFFICIAL, Row, Sheet, compared

UNKNOWN: Any = object()  # the history does not say what stood there
THEIRS, MINE = "theirs", "mine"
ROW_FORMS = {INVESTORS: ParticipationForm, COMMITMENTS: CommitmentForm, MILESTONES: MilestoneForm}


@dataclass(frozen=True, slots=True)
class Choices:
    """What the page on which two people met sends back: which fields it asked about, and what was chosen of each."""

    asked: frozenset[str] = frozenset()
    chosen: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Any) -> Choices:
        """Read them from what was sent."""
        asked = frozenset(data.getlist("asked")) if hasattr(data, "getlist") else frozenset()
        sent = {unit: data.get(f"choice-{unit}") for unit in asked}
        return cls(asked, {unit: which for unit, which in sent.items() if which in (THEIRS, MINE)})

    @property
    def open(self) -> frozenset[str]:
        return self.asked - self.chosen.keys()


class Meeting:
    """What comes of it: `sheet`, in which what is asked stands as it was typed; `clashes`, what is asked; `taken`,
    what others changed and the sender did not; `is_changed`, whether anything is to be written."""

    def __init__(self, opened: Opened, typed: Sheet, stored: Sheet, choices: Choices, *, is_current: bool) -> None:
        self.opened, self.typed, self.stored, self.choices = opened, typed, stored, choices
        self.is_current = is_current  # nobody saved since the choices were offered
        self.sheet = Sheet()
        self.clashes: list[Clash] = []
        self.taken: list[Clash] = []
        self.taken_fields: list[str] = []
        self.is_changed = False
        if typed.fields[OFFICIAL] in opened.officials:
            typed.fields[OFFICIAL] = opened.sheet.fields[OFFICIAL]
        self._meet_fields()
        for section in COMPARED:
            keys = [*stored.rows[section], *(key for key in typed.rows[section] if key not in stored.rows[section])]
            for key in keys:
                self._meet_row(section, key)

    def _verdict(self, unit: str, base: Any, mine: Any, theirs: Any) -> str:
        """theirs, mine, or "" to ask; what the sender did not touch, or wrote the same, is theirs."""
        if self.choices.chosen.get(unit) == THEIRS:
            mine = theirs if base is UNKNOWN else base
        if mine == theirs:
            return THEIRS
        if unit in self.choices.open:
            return ""
        if base is UNKNOWN:
            return MINE if self.is_current and self.choices.chosen.get(unit) == MINE else ""
        if mine == base:
            return THEIRS
        return MINE if theirs == base else ""

    def _meet_fields(self) -> None:
        names = _Names((self.opened.sheet, self.typed, self.stored))
        for name, theirs in self.stored.fields.items():
            unknown = ("", name) in self.opened.unknown
            base = UNKNOWN if unknown else self.opened.sheet.fields[name]
            mine = self.typed.fields[name]
            verdict = self._verdict(name, base, mine, theirs)
            self.sheet.fields[name] = theirs if verdict == THEIRS else mine
            told = [] if unknown or base == theirs else [names.words(name, base)]
            words = names.words(name, theirs), names.words(name, mine)
            self._tell(verdict, name, names.label(name), words, told, self.opened.author("", name))
            if verdict == THEIRS and (theirs != mine or name == OFFICIAL):  # the official may have another name by now
                self.taken_fields.append(name)

    def _tell(self, verdict: str, unit: str, label: str, words: tuple[str, str], was: list[str], who: str) -> None:
        """Keep what came of a field; `was` is empty where nobody changed it since, or nobody knows."""
        told = Clash(label, *words, unit, was[0] if was else "", who)
        if not verdict:
            self.clashes.append(told)
        elif verdict == MINE:
            self.is_changed = True
        elif was and words[0] != words[1]:
            self.taken.append(told)

    def _meet_row(self, section: str, key: Any) -> None:
        base = UNKNOWN if (section, key) in self.opened.unknown else self.opened.sheet.rows[section].get(key)
        mine, theirs = self.typed.rows[section].get(key), self.stored.rows[section].get(key)
        unit = f"{section}:{key}"
        if base is UNKNOWN or None in (base, mine, theirs) or unit in self.choices.asked:
            known = base if base is UNKNOWN else compared(section, base)
            verdict = self._verdict(unit, known, compared(section, mine), compared(section, theirs))
            row = theirs if verdict == THEIRS else mine
            was = [] if base is UNKNOWN or known == compared(section, theirs) else [_row_words(section, key, base)]
            words = _row_words(section, key, theirs), _row_words(section, key, mine)
            label = _row_label(section, key, theirs or mine or base)
            self._tell(verdict, unit, label, words, was, self.opened.author(section, key))
        else:
            row = self._meet_cells(section, key, base, mine, theirs)
        if row is not None:
            named = {"name": (theirs or row).get("name")} | {"accept": mine.get("accept")} if mine else {}
            self.sheet.rows[section][key] = row | named

    def _meet_cells(self, section: str, key: Any, base: Row, mine: Row, theirs: Row) -> Row:
        row = dict(theirs)
        for name in COMPARED[section]:
            unit = f"{section}:{key}:{name}"
            verdict = self._verdict(unit, base[name], mine[name], theirs[name])
            row[name] = theirs[name] if verdict == THEIRS else mine[name]
            was = [] if base[name] == theirs[name] else [_cell_words(name, base)]
            words = _cell_words(name, theirs), _cell_words(name, mine)
            label = f"{_row_label(section, key, theirs)} · {_cell_label(section, name)}"
            self._tell(verdict, unit, label, words, was, self.opened.author(section, key))
        return row


class _Names:
    """Columns of a project in words; what other tables call the numbers in these sheets is read once."""

    def __init__(self, sheets: tuple[Sheet, ...]) -> None:
        self.form_fields = ProjectForm.base_fields
        self.names: dict[str, dict[int, str]] = {}
        for name, model in LINKED.items():
            found = [sheet.fields.get(name) for sheet in sheets]
            if name != OFFICIAL and any(one != found[0] for one in found):
                rows = model._default_manager.filter(pk__in={one for one in found if one is not None})
                self.names[name] = {row.pk: str(row) for row in rows}

    def label(self, name: str) -> str:
        field = Project._meta.get_field(name)
        return str(self.form_fields[name].label if name in self.form_fields else field.verbose_name)

    def words(self, name: str, value: Any) -> str:
        if name == OFFICIAL:
            return " · ".join(filter(None, value)) if value else ""
        return shown_value(Project._meta.get_field(name), value, self.names.get(name, {}))


def _row_label(section: str, key: Any, row: Row) -> str:
    if section == INVESTORS:
        return str(row["name"])
    if section == MILESTONES:
        return str(MilestoneKind(key).label)
    return " ".join(filter(None, (str(CommitmentKind(row["kind"]).label), str(row["committed_on"] or ""))))


def _cell_label(section: str, name: str) -> str:
    return str(_("actual") if name == "actual" else ROW_FORMS[section].base_fields[name].label)


def _row_words(section: str, key: Any, row: Row | None) -> str:
    if row is None:
        return _("no such row")
    if section == INVESTORS:
        return investor_words(row["name"], row["role"], row["share"])
    if section == COMMITMENTS:
        amount = capital.signed_amount(row["kind"], row["amount"])
        return commitment_words(row["kind"], amount, row["committed_on"], row["note"] or "")
    return ", ".join(filter(None, (_cell_words(name, row) for name in COMPARED[section])))


def _cell_words(name: str, row: Row) -> str:
    value = row[name]
    if name == "actual":
        return actual_words(*value)
    if value is None:
        return ""
    if name == "role":
        return str(ParticipationRole(value).label)
    if name == "kind":
        return str(CommitmentKind(value).label)
    if name == "amount":
        return amount_words(capital.signed_amount(row["kind"], value))
    return f"{value.normalize():f}%" if name == "share" else str(value)


def kept_words(taken: list[Clash]) -> str:
    """What of others' changes was kept, by who changed it: “lead unit, tags (张三)”."""
    by_person: dict[str, list[str]] = {}
    for one in taken:
        by_person.setdefault(one.who, []).append(one.label)
    parts = [
        _("%(fields)s (by %(who)s)") % {"fields": ", ".join(labels), "who": who} if who else ", ".join(labels)
        for who, labels in by_person.items()
    ]
    return "; ".join(parts)
