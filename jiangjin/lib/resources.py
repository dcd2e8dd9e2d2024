"""What the admin's plain imports and exports share (django-import-export): one table, found by its key."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from import_export.admin import ImportExportMixin
from import_export.fields import Field
from import_export.formats.base_formats import CSV, XLSX
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Diff, ModelResource
from import_export.widgets import CharWidget, Widget
from openpyxl import Workbook, load_workbook
from tablib import Dataset  # type: ignore[import-untyped]

from jiangjin.lib.text import clean_text, safe_for_spreadsheet, unsafe_restored

STYLED = re.compile(r'<(ins|del|span) style="[^"]*">')
BETWEEN_ALIASES = re.compile(r"[、,，;；\n]")
CELL_TYPES = (str, int, float, Decimal, datetime.date, type(None))


class Unreadable(ValueError):
    """A file that cannot be taken; the text is a sentence for people."""


class SheetXLSX(XLSX):
    """A workbook row by row: read where rows end early, as in our own files; written in half the package's time."""

    def create_dataset(self, in_stream: bytes) -> Dataset:
        """The first sheet, without its empty rows. Raises Unreadable."""
        sheet = load_workbook(BytesIO(in_stream), read_only=True, data_only=True).worksheets[0]
        head, *rows = list(sheet.iter_rows(values_only=True)) or [()]
        while head and head[-1] is None:
            head = head[:-1]
        if any(cell is not None for row in rows for cell in row[len(head) :]):
            raise Unreadable(_("A cell stands right of the last column's name. Name its column, or take it out."))
        data = Dataset(headers=head)
        for row in rows:
            if any(cell is not None for cell in row):
                data.append([*row, *[None] * len(head)][: len(head)])
        return _with_rows(data)

    def export_data(self, dataset: Dataset, **kwargs: Any) -> bytes:
        book = Workbook(write_only=True)
        sheet = book.create_sheet()
        sheet.freeze_panes = "A2"
        for row in (dataset.headers, *dataset):
            sheet.append([_cell(value) for value in row])
        target = BytesIO()
        book.save(target)
        return target.getvalue()


def _cell(value: Any) -> Any:
    if value == "":
        return None
    return value if isinstance(value, CELL_TYPES) else str(value)


class TextCSV(CSV):
    """Text with commas, in UTF-8."""

    def create_dataset(self, in_stream: str, **kwargs: Any) -> Dataset:
        return _with_rows(super().create_dataset(in_stream, **kwargs))


def _with_rows(data: Dataset) -> Dataset:
    if not data:
        raise Unreadable(_("The file has no rows below its headers."))
    return data


class TableFiles(ImportExportMixin):
    """Import and export pages of the admin."""

    formats = [SheetXLSX, TextCSV]

    def has_export_permission(self, request: Any) -> bool:
        """A right of its own, here as everywhere."""
        return bool(getattr(request.user, "may_export", False))

    def add_data_read_fail_error_to_form(self, form: Any, e: Exception) -> None:
        """The package would name the exception, in English."""
        text = _("This is no .xlsx workbook, and no .csv text in UTF-8 with rows as long as its headers.")
        form.add_error("import_file", str(e) if isinstance(e, Unreadable) else text)

    def get_data_for_export(self, request: Any, queryset: Any, **kwargs: Any) -> Dataset:
        """Numbers as numbers and days as days; the package does so for its own class only."""
        return super().get_data_for_export(request, queryset, **kwargs | {"force_native_type": True})


class AliasesWidget(Widget):
    """A list of spellings in one cell, joined by 、."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> list[str]:
        texts = (clean_text(part) for part in BETWEEN_ALIASES.split(str(value or "")))
        return list(dict.fromkeys(filter(None, texts)))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "、".join(value or [])


class UnknownWidget(CharWidget):
    """Text of which an empty cell means that it is not known."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str | None:
        return super().clean(value, row, **kwargs) or None


class PlainDiff(Diff):
    """The preview's old and new values as `ins` and `del`, without the inline styles that our policy blocks."""

    def as_html(self) -> list[SafeString]:
        # The texts themselves are escaped: a `<` begins a tag of the package's.
        return [mark_safe(STYLED.sub(r"<\1>", cell)) for cell in super().as_html()]


class LoadedOnce(BaseInstanceLoader):
    """Finds rows by their key in memory: one query a file, not one a row."""

    def __init__(self, resource: ModelResource, dataset: Any = None) -> None:
        super().__init__(resource, dataset)
        self.keys = [resource.fields[name] for name in resource.get_import_id_fields()]
        self.known = {
            tuple(str(key.get_value(instance)) for key in self.keys): instance for instance in resource.get_queryset()
        }

    def get_instance(self, row: Any) -> Any:
        return self.known.get(tuple(str(key.clean(row)) for key in self.keys))


def refuse_columns(dataset: Any, known: list[str], keys: list[str]) -> None:
    """Raise ValueError for a file without its key, or with a column that nobody would read: nothing is dropped.

    Its rows are taken out of the dataset then: each of them would only say the same once more.
    """
    given = [str(header).strip() for header in dataset.headers or [] if header]
    try:
        _refuse(given, known, keys)
    except ValueError:
        del dataset[:]
        raise


def _refuse(given: list[str], known: list[str], keys: list[str]) -> None:
    if missing := [key for key in keys if key not in given]:
        raise ValueError(_("The file has no column “%(columns)s”.") % {"columns": "、".join(missing)})
    if unknown := [header for header in given if header not in known]:
        text = _("Nobody would read the column “%(columns)s”. Rename it as in an export, or take it out.")
        raise ValueError(text % {"columns": "、".join(unknown)})


class PlainResource(ModelResource):
    """Rows checked as a form checks them; what looks like a formula is neutralised going out and restored coming in."""

    class Meta:
        skip_unchanged = True
        report_skipped = True
        clean_model_instances = True
        instance_loader_class = LoadedOnce

    def get_diff_class(self) -> type[Diff]:
        return PlainDiff

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        keys = [self.fields[name].column_name for name in self.get_import_id_fields()]
        refuse_columns(dataset, [field.column_name for field in self.fields.values()], keys)

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        for column, value in row.items():
            if isinstance(value, str):
                row[column] = unsafe_restored(clean_text(value, keep_lines=True))

    def import_field(self, field: Field, instance: Any, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:
        """The package would show what Python says of a word for a number, or of a code that nobody carries."""
        try:
            super().import_field(field, instance, row, is_m2m, **kwargs)
        except (ArithmeticError, ObjectDoesNotExist, ValueError) as error:
            text = _("“%(value)s” does not fit the column “%(column)s”.")
            values = {"value": row.get(field.column_name), "column": field.column_name}
            raise ValueError(text % values) from error

    def export_field(self, field: Field, instance: Any, **kwargs: Any) -> Any:
        value = super().export_field(field, instance, **kwargs)
        return safe_for_spreadsheet(clean_text(value, keep_lines=True)) if isinstance(value, str) else value
