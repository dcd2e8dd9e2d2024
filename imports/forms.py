"""What is sent to the import pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

ACCEPTED_ENDINGS = ".xlsx,.xls,.xlsm,.xlsb,.ods,.et,.csv,.tsv,.txt"


class UploadForm(forms.Form):
    """A file as it is, or a table pasted from a spreadsheet."""

    file = forms.FileField(
        label=_("file"),
        required=False,
        allow_empty_file=True,  # the reader says in its own words that a file is empty
        widget=forms.FileInput(attrs={"accept": ACCEPTED_ENDINGS}),
    )
    pasted = forms.CharField(
        label=_("or paste a table from Excel or WPS"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("with its header row"),
    )

    def clean_file(self) -> UploadedFile | None:
        file = self.cleaned_data["file"]
        if file and file.size > settings.IMPORT_MAX_BYTES:
            raise ValidationError(
                _("The file is larger than %(mb)d MB. Split it, or take pictures out of it.")
                % {"mb": settings.IMPORT_MAX_BYTES // 1024 // 1024}
            )
        return file

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and not data.get("file") and not (data.get("pasted") or "").strip():
            raise ValidationError(_("Choose a file, or paste a table."))
        return data

    def content(self) -> tuple[Any, str]:
        """(file, name) of what was brought."""
        if file := self.cleaned_data["file"]:
            return file, file.name
        # The reader takes pasted cells as what they are: text with tabs.
        return ContentFile(self.cleaned_data["pasted"].encode("utf-8-sig")), str(_("pasted table.txt"))


class ConfirmForm(forms.Form):
    """The digest of the preview that was looked at, and whether refused rows may stay behind."""

    digest = forms.CharField(max_length=64)
    skip_refused = forms.BooleanField(required=False)


class UndoForm(forms.Form):
    """The digest of the undo that was looked at, and which way it goes: a second click must not turn it round."""

    digest = forms.CharField(max_length=64)
    back = forms.BooleanField(required=False)
