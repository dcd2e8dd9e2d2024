"""The fields that a ledger can hold: what kind of value each is, and where it is stored.

Names are those of `imports/data/ledger_columns.csv`, in a ledger's natural order of columns; mappings, exports and
the command's JSON use them.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DICTIONARY = Path(__file__).resolve().parent / "data" / "ledger_columns.csv"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a ledger.

    `kind` is what `imports.cells.read_cell` takes. `home` says where the value goes: `project.<column>`,
    `investor.<column>`, `milestone.<kind>.planned|actual`, `commitment.initial|increase`, `snapshot.<measure>`,
    `note.<kind>`, `official.name|post`, `arrival.<part>`, `provenance` (kept with the row only) or `derived`
    (compared, never stored).
    """

    name: str
    kind: str
    label: str | Promise
    home: str


def _fields(*rows: tuple[str, str, Promise, str]) -> dict[str, Field]:
    return {name: Field(name, kind, label, home) for name, kind, label, home in rows}


FIELDS: dict[str, Field] = _fields(
    ("serial", "integer", _("serial number"), "provenance"),
    ("project_code", "text", _("project number"), "project.code"),
    ("approval_code", "text", _("national approval code"), "project.approval_code"),
    ("name", "text", _("project name"), "project.name"),
    ("short_name", "text", _("short name"), "project.short_name"),
    ("content", "note", _("construction content"), "project.content"),
    ("investor", "text", _("investor"), "investor.name"),
    ("investor_parent", "text", _("parent company"), "investor.parent_name"),
    ("project_company", "text", _("project company"), "project.project_company"),
    ("credit_code", "credit_code", _("unified social credit code"), "investor.credit_code"),
    ("investor_origin", "choice", _("investor's place of origin"), "investor.origin"),
    ("investor_type", "investor_type", _("investor type"), "investor.type"),
    ("investor_rank", "investor_rank", _("investor rank"), "investor.honours"),
    ("capital_origin", "capital_origin", _("domestic or foreign capital"), "project.capital_origin"),
    ("park", "park", _("park"), "project.park"),
    ("site", "text", _("site"), "project.site"),
    ("cluster", "cluster", _("industry cluster"), "project.cluster"),
    ("chain", "chain", _("industry chain"), "project.chain"),
    ("industry", "choice", _("industry"), "project.industry"),
    ("sector", "choice", _("sector of the economy"), "project.sector"),
    ("nature", "choice", _("nature of construction"), "project.nature"),
    ("agreed_capital", "money", _("agreed capital"), "commitment.initial"),
    ("added_capital", "money", _("of which added"), "commitment.increase"),
    ("planned_total", "money", _("planned total investment"), "project.planned_total"),
    ("fixed_assets_planned", "money", _("planned fixed assets"), "project.fixed_assets_planned"),
    ("foreign_capital_agreed", "money", _("agreed foreign capital"), "project.foreign_capital_agreed"),
    ("arrived_total", "money", _("arrived in all"), "snapshot.arrived_total"),
    ("arrived_year", "money", _("arrived this year"), "snapshot.arrived_year"),
    ("arrived_month", "money", _("arrived this month"), "snapshot.arrived_month"),
    ("arrived_foreign", "money", _("foreign capital arrived"), "snapshot.arrived_foreign"),
    ("arrived_outside_city", "money", _("arrived from outside the city"), "snapshot.arrived_outside_city"),
    ("investment_done", "money", _("investment done"), "snapshot.investment_done"),
    ("first_contact_on", "date", _("first contact"), "project.first_contact_on"),
    ("intent_on", "date", _("intent signed on"), "project.intent_on"),
    ("signed_on", "date", _("signed on"), "project.signed_on"),
    ("signed_event", "text", _("signing event"), "project.signed_event"),
    ("registered_on", "date", _("company registered on"), "milestone.registered.actual"),
    ("land_on", "date", _("land obtained on"), "milestone.land.actual"),
    ("planned_start", "date", _("planned start"), "milestone.started.planned"),
    ("started_on", "date", _("started on"), "milestone.started.actual"),
    ("planned_completion", "date", _("planned completion"), "milestone.completed.planned"),
    ("completed_on", "date", _("completed on"), "milestone.completed.actual"),
    ("planned_production", "date", _("planned production"), "milestone.production.planned"),
    ("production_on", "date", _("in production on"), "milestone.production.actual"),
    ("planned_full_production", "date", _("planned full production"), "milestone.full_production.planned"),
    ("full_production_on", "date", _("at full production on"), "milestone.full_production.actual"),
    ("build_period", "text", _("construction period"), "project.build_period"),
    ("stage", "stage", _("project stage"), "project.stage"),
    ("condition", "condition", _("project condition"), "project.condition"),
    ("progress_note", "note", _("progress"), "note.progress_note"),
    ("problems", "note", _("problems"), "note.problems"),
    ("next_step", "note", _("next step"), "note.next_step"),
    ("expected_output", "money", _("expected yearly output"), "project.expected_output"),
    ("expected_tax", "money", _("expected yearly tax"), "project.expected_tax"),
    ("expected_jobs", "integer", _("expected jobs"), "project.expected_jobs"),
    ("land_area", "area", _("land area"), "project.land_area"),
    ("floor_area", "floor_area", _("floor area"), "project.floor_area"),
    ("investment_per_mu", "money", _("investment per mu"), "derived"),
    ("tax_per_mu", "money", _("tax per mu"), "derived"),
    ("output_per_mu", "money", _("output per mu"), "derived"),
    ("lead_official", "text", _("lead official"), "official.name"),
    ("lead_official_post", "text", _("lead official's post"), "official.post"),
    ("chain_leader", "text", _("chain leader"), "project.chain_leader"),
    ("lead_unit", "text", _("lead unit"), "project.lead_unit"),
    ("support_units", "text", _("supporting units"), "project.support_units"),
    ("case_officer", "text", _("case officer"), "project.case_officer"),
    ("task_force", "text", _("task force"), "project.task_force"),
    ("contact_name", "text", _("contact person"), "project.contact_name"),
    ("contact_phone", "phone", _("contact phone"), "project.contact_phone"),
    ("source", "choice", _("project source"), "project.source"),
    ("termination_on", "date", _("terminated on"), "project.condition_on"),
    ("termination_reason", "note", _("reason for termination"), "project.condition_reason"),
    ("is_key_project", "choice", _("key project"), "project.is_key_project"),
    ("as_of", "date", _("as-of day"), "snapshot.as_of"),
    ("remarks", "note", _("remarks"), "project.remarks"),
)

# What only a table of arrivals holds. They are no entries of the dictionary: months are recognised by their form.
ARRIVAL_FIELDS: dict[str, Field] = _fields(
    ("arrival", "money", _("arrived in the month"), "arrival.amount"),
    ("arrival_month", "date", _("month of arrival"), "arrival.month"),
    ("arrival_year", "integer", _("year of arrival"), "arrival.year"),
    ("arrival_sum", "money", _("sum of the months"), "derived"),
)
ALL_FIELDS = FIELDS | ARRIVAL_FIELDS

_MADE_HEADERS = {
    "arrival": "到位资金",
    "arrival_month": "月份",
    "arrival_year": "年度",
    "arrival_sum": "全年合计",
}


@dataclass(frozen=True, slots=True)
class DictionaryRow:
    """One header that the dictionary knows: `treatment` is sure, ask, flag, split or derived (design, section 6)."""

    field: str
    header: str
    example: str
    treatment: str


@cache
def dictionary() -> tuple[DictionaryRow, ...]:
    """All rows of the shipped dictionary of headers."""
    with DICTIONARY.open(encoding="utf-8-sig", newline="") as file:
        return tuple(
            DictionaryRow(row["field"], row["header"], row["example"], row["treatment"]) for row in csv.DictReader(file)
        )


@cache
def canonical_headers() -> dict[str, str]:
    """The Chinese header of every field, for exports and templates: its first `sure` header, without a unit."""
    headers = dict(_MADE_HEADERS)
    for treatments in (("sure",), ("derived",), ("ask", "flag", "split")):
        for row in dictionary():
            if row.treatment in treatments and "/" not in row.header:
                headers.setdefault(row.field, row.header)
    return headers


def canonical_header(field: str) -> str:
    """The Chinese header of a field, as an export writes it and an import reads it back."""
    return canonical_headers()[field]
