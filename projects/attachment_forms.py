"""What is sent to attach files: several at once, each looked at by its content."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jiangjin.lib.storedtext import StoredText
from projects.attachments import OWNERS, Checked, clean_name
from projects.filekinds import KINDS, kind_of
from projects.models import Project

MOST_CHOICES = 100  # newest notes offered; arrivals, milestones and obstacles are few


class ManyFilesInput(forms.FileInput):
    """Takes several files."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files in one control: cleaned to what each of them is; one that is refused refuses all."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Checked]:
        files = (data if isinstance(data, list | tuple) else [data]) or [None]
        if len(files) > settings.ATTACHMENT_MAX_FILES:
            raise ValidationError(_("Choose at most %(most)s files at once.") % {"most": settings.ATTACHMENT_MAX_FILES})
        checked, faults = [], []
        for one in files:
            try:
                checked.append(checked_file(super().clean(one, initial)))
            except ValidationError as error:
                faults += error.messages
        if faults:
            raise ValidationError(faults)
        return checked


def checked_file(file: UploadedFile) -> Checked:
    """What a file is and is called. Raises ValidationError where it is too large or of no known kind."""
    words = {"name": Truncator(file.name).chars(60)}
    if file.size > settings.ATTACHMENT_MAX_BYTES:
        mb = settings.ATTACHMENT_MAX_BYTES // 1024 // 1024
        raise ValidationError(_("“%(name)s” is larger than %(mb)d MB. Make it smaller.") % {**words, "mb": mb})
    kind = kind_of(file)
    if kind is None or kind.key not in settings.ATTACHMENT_TYPES:
        words["kinds"] = "、".join(settings.ATTACHMENT_TYPES)
        message = _("“%(name)s” is none of %(kinds)s by its content, whatever its name says. Save it as one of them.")
        raise ValidationError(message % words)
    return Checked(file, kind, clean_name(file.name, kind))


class UploadForm(StoredText, forms.Form):
    """Files, what they are evidence of, and a word about them."""

    files = ManyFilesField(label=gettext_lazy("files"))
    owner = forms.ChoiceField(label=gettext_lazy("belongs to"), required=False)
    note = forms.CharField(label=gettext_lazy("note"), max_length=200, required=False)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [("", _("the project alone")), *owner_choices(project)]
        accepted = [ending for key in settings.ATTACHMENT_TYPES for ending in KINDS[key].endings]
        self.fields["files"].widget.attrs["accept"] = ",".join(accepted)
        self.fields["files"].help_text = _("%(kinds)s; up to %(mb)d MB each, %(most)s at once") % {
            "kinds": "、".join(settings.ATTACHMENT_TYPES),
            "mb": settings.ATTACHMENT_MAX_BYTES // 1024 // 1024,
            "most": settings.ATTACHMENT_MAX_FILES,
        }

    def values(self) -> dict[str, Any]:
        """What `attach_files` takes."""
        name, __, key = self.cleaned_data["owner"].partition("-")
        owner = (name, int(key)) if name else None
        return {"files": self.cleaned_data["files"], "owner": owner, "note": self.cleaned_data["note"]}


def owner_choices(project: Project) -> list[tuple[str, list[tuple[str, str]]]]:
    """The rows of the project that evidence may belong to, in groups, newest first; four queries."""
    titles = {"arrival": _("arrivals"), "milestone": _("milestones"), "obstacle": _("obstacles"), "about": _("notes")}
    groups = []
    for name, model in OWNERS.items():
        rows = model.objects.filter(project=project).order_by("-pk")[:MOST_CHOICES]
        if choices := [(f"{name}-{row.pk}", owner_words(name, row)) for row in rows]:
            groups.append((titles[name], choices))
    return groups


def owner_words(name: str, row: Any) -> str:
    """What evidence belongs to, in a line: an arrival by its month, the others by their words."""
    if name == "arrival":
        return _("arrival of %(month)s") % {"month": row.month}
    return Truncator(" ".join(str(row.text if name in ("obstacle", "about") else row).split())).chars(40)
