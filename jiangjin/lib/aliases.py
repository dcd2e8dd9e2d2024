"""A form field for a JSON list of spellings: one a line."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.text import clean_text


class AliasesField(forms.CharField):
    """One spelling a line; a list of texts without repeats."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 5, "cols": 40}))
        kwargs.setdefault("label", _("aliases"))
        super().__init__(**{"required": False, "help_text": _("other spellings in ledgers, one a line"), **kwargs})

    def prepare_value(self, value: Any) -> str:
        return "\n".join(value) if isinstance(value, list) else value or ""

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        return list(dict.fromkeys(filter(None, (clean_text(line) for line in (value or "").splitlines()))))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(self.prepare_value(initial)) != self.to_python(data)
