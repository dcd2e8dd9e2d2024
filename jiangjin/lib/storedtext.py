"""Text that is typed, stored as the import stores it: what is exported then comes back unchanged."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _

from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.phones import parse_phone
from jiangjin.lib.text import clean_text


class StoredText:
    """Mixed into a form: its texts lose outer and doubled blanks and invisible characters, as cells of a ledger do.

    Line breaks stay where the field has lines. A browser sends them as CR LF, a spreadsheet keeps LF.
    """

    def clean(self) -> dict[str, Any]:
        data = super().clean()  # type: ignore[misc]
        data = self.cleaned_data if data is None else data  # type: ignore[has-type]
        for name, value in list(data.items()):
            if type(value) is str:
                self._store(data, name, value)
        return data

    def _store(self, data: dict[str, Any], name: str, value: str) -> None:
        field: forms.Field = self.fields[name]  # type: ignore[attr-defined]
        text = clean_text(value, keep_lines=isinstance(field.widget, forms.Textarea))
        data[name] = text or getattr(field, "empty_value", "")
        if field.required and not text:
            self.add_error(name, field.error_messages["required"])  # type: ignore[attr-defined]
        elif len(text) > settings.IMPORT_MAX_CELL_CHARS:
            message = _("A cell of a ledger holds %(most)s characters, and this text has %(count)s. Shorten it.")
            values = {"most": settings.IMPORT_MAX_CELL_CHARS, "count": len(text)}
            self.add_error(name, message % values)  # type: ignore[attr-defined]


def typed_phone(form: forms.BaseForm, name: str) -> str:
    """A phone as the import reads it, for `clean_<name>`; one that was there before is left as it is."""
    typed = form.cleaned_data[name]
    if name not in form.changed_data:
        return typed
    try:
        return parse_phone(typed) or ""
    except CellError as error:
        raise forms.ValidationError(error.message, code=error.code) from error


class StoredTextForm(StoredText, forms.ModelForm):
    """A form of the admin."""
