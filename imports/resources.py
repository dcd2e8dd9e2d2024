"""Projects for django-import-export: the ledgers' columns, read and written by the ledgers' rules.

Plain columns are written. An amount, a day, a stage, a milestone or an investor that differs is refused: those change
through the project's own page or an import of a ledger, which keep their rules.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import ModelResource

from imports.cells import column_reader
from imports.exporting import CHUNK, COLUMNS, ExportColumn, LedgerRows, for_export
from imports.fields import ALL_FIELDS
from imports.known import PLAIN
from imports.links import Links
from industries.models import Chain, Cluster
from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.dates import PartialDayField
from jiangjin.lib.money import MoneyField
from jiangjin.lib.resources import PlainDiff, refuse_columns
from parks.models import Park
from projects.models import Project
from projects.names import set_project_name

LINKS = ("park", "cluster", "chain")
# Columns of Project that have rules of their own, so that the admin only shows them: amounts may be implausible, days
# stand in an order, the signing takes its commitments along, a condition its day and its reason.
RULED_COLUMNS = [
    *(field.name for field in Project._meta.fields if isinstance(field, MoneyField | PartialDayField)),
    "condition",
    "condition_reason",
]
PLAIN_FIELDS = {name for name, column in PLAIN.items() if column not in RULED_COLUMNS} | set(LINKS)
WORDS = {"park", "cluster", "chain", "stage", "condition", "investor_type", "investor_rank", "capital_origin"}


class LedgerField(Field):
    """A column of the ledger."""

    def __init__(self, column: ExportColumn, resource: ProjectResource) -> None:
        super().__init__(column_name=column.header)
        self.name = column.field
        self.resource = resource

    def export(self, instance: Project, **kwargs: Any) -> Any:
        cell = self.resource.cells_of(instance)[self.name]
        return "" if cell is None else cell


class ProjectResource(ModelResource):
    """Found by their number; a row of an unknown one is refused."""

    class Meta:
        model = Project
        fields: tuple[str, ...] = ()
        import_id_fields = ["project_code"]
        skip_unchanged = True
        report_skipped = True
        store_instance = True
        chunk_size = CHUNK

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields = {column.field: LedgerField(column, self) for column in COLUMNS}
        self._found: dict[str, Project] = {}

    @cached_property
    def rows(self) -> LedgerRows:
        return LedgerRows()

    @cached_property
    def links(self) -> Links:
        return Links()

    @cached_property
    def entries(self) -> dict[str, dict[str, Any]]:
        """Parks, clusters and chains by code."""
        models = {"park": Park, "cluster": Cluster, "chain": Chain}
        return {name: {entry.code: entry for entry in model.objects.all()} for name, model in models.items()}

    @cached_property
    def readers(self) -> dict[str, Any]:
        """How a cell of each column is read; amounts by the unit in the header."""
        readers = {}
        for column in COLUMNS:
            kind = ALL_FIELDS[column.field].kind
            unit = "万元" if kind == "money" and column.unit == 1 else "亿元" if kind == "money" else None
            unit = {"area": "亩", "floor_area": "平方米"}.get(kind, unit)
            readers[column.field] = column_reader(kind, unit=unit, vocabulary=self.links.vocabulary)
        return readers

    def get_diff_class(self) -> type[PlainDiff]:
        return PlainDiff

    def filter_export(self, queryset: Any, **kwargs: Any) -> Any:
        """The admin hands over its list's own rows, which know nothing yet of what an export says."""
        return for_export(queryset)

    def cells_of(self, project: Project) -> dict[str, Any]:
        """What the project's row says, by ledger field; kept with the instance until it changes."""
        if not hasattr(project, "_ledger_cells"):
            names = (column.field for column in COLUMNS)
            project._ledger_cells = dict(zip(names, self.rows.cells(project), strict=True))  # type: ignore[attr-defined]
        return project._ledger_cells

    # --- Import -----------------------------------------------------------------------------------------------------
    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        """All named projects in a constant number of queries a chunk, locked until the import is through."""
        header = self.fields["project_code"].column_name
        refuse_columns(dataset, [column.header for column in COLUMNS], [header])
        codes = sorted({str(code).strip() for code in dataset[header]})
        wanted = for_export(self.get_queryset()).select_for_update(of=("self",))
        for start in range(0, len(codes), CHUNK):
            self._found |= {project.code: project for project in wanted.filter(code__in=codes[start : start + CHUNK])}

    def get_or_init_instance(self, instance_loader: Any, row: Any) -> tuple[Project, bool]:
        code = str(row.get(self.fields["project_code"].column_name) or "").strip()
        project = self._found.get(code)
        if project is None:
            text = _("There is no project of the number “%(code)s”. Bring new ones by an import.")
            raise ValueError(text % {"code": code})
        self.cells_of(project)  # before the library copies the instance, without what was prefetched
        return project, False

    def import_instance(self, instance: Project, row: Any, **kwargs: Any) -> None:
        """Set the plain columns that differ; refuse what has rules of its own."""
        stored = self.rows.values(instance)
        self.changed: set[str] = set()
        refused = []
        for column in COLUMNS:
            raw = row.get(column.header)
            if raw is None or raw == "":
                continue
            try:
                new = self.readers[column.field](raw if not isinstance(raw, float | int) else Decimal(str(raw))).value
            except CellError as error:
                raise ValueError(f"{column.header}: {error.message}") from None
            if new is None or self._same(column.field, new, stored.get(column.field)):
                continue
            if column.field in PLAIN_FIELDS:
                self._set(instance, column.field, new)
            else:
                refused.append(column.header)
        if refused:
            text = _("%(columns)s: change these on the project's page, or by importing a ledger.")
            raise ValueError(text % {"columns": "、".join(refused)})
        if self.changed and instance.is_voided:
            raise ValueError(_("This project is voided. Restore it before anything is changed in it."))

    def _same(self, name: str, new: Any, old: Any) -> bool:
        """Words are compared as what they mean, ranks as a set."""
        if old is None:
            return False
        if ALL_FIELDS[name].kind in WORDS:
            try:
                old = self.readers[name](old).value
            except CellError:
                return False
        return set(new) == set(old) if isinstance(new, tuple) else new == old

    def _set(self, instance: Project, name: str, new: Any) -> None:
        self.changed.add(name)
        self.cells_of(instance)
        if name == "name":
            set_project_name(instance, new)
        elif name in LINKS:
            setattr(instance, name, self.entries[name][new])
        else:
            setattr(instance, PLAIN[name], new)
        del instance._ledger_cells  # type: ignore[attr-defined]

    def skip_row(self, instance: Project, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        return not self.changed

    def save_instance(self, instance: Project, is_create: bool, row: Any, **kwargs: Any) -> None:
        if not kwargs.get("dry_run"):
            instance.version += 1
            instance._change_reason = "admin import"  # type: ignore[attr-defined]
            instance.save()
