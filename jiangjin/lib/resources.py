"""What the admin's plain imports and exports share (django-import-export): one table, found by its key."""

from __future__ import annotations

import re
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Diff, ModelResource
from import_export.widgets import CharWidget, Widget

from jiangjin.lib.text import clean_text, safe_for_spreadsheet, unsafe_restored

STYLED = re.compile(r'<(ins|del|span) style="[^"]*">')
BETWEEN_ALIASES = re.compile(r"[、,，;；\n]")


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
                row[column] = unsafe_restored(value.strip())

    def export_field(self, field: Field, instance: Any, **kwargs: Any) -> Any:
        value = super().export_field(field, instance, **kwargs)
        return safe_for_spreadsheet(value) if isinstance(value, str) else value
