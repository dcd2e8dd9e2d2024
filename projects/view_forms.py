"""What people type about a saved view."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.storedtext import StoredText
from projects.models import SavedView
from projects.models.views import Sharing


class SavedViewForm(StoredText, forms.ModelForm):
    """Name, audience and place of a view; what it lists comes with the page."""

    opens = forms.BooleanField(label=_("open the list with this view"), required=False)

    class Meta:
        model = SavedView
        fields = ["name", "sharing", "role", "park", "position"]
        widgets = {"sharing": forms.RadioSelect}
        help_texts = {
            "role": _("only where a group sees it"),
            "park": _("only where a group sees it; with a role: those of this role who may write this park"),
            "position": _("small numbers stand first"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("any role")), *self.fields["role"].choices[1:]]
        self.fields["park"].empty_label = _("any park")
        self.fields["position"].required = False

    def clean_position(self) -> int:
        return self.cleaned_data["position"] or 0

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("sharing") == Sharing.GROUP:
            if not data.get("role") and not data.get("park") and not {"role", "park"} & set(self.errors):
                self.add_error("role", _("Say which group: a role, those who may write a park, or both."))
        else:
            data |= {"role": "", "park": None}
        others = SavedView.objects.filter(owner=self.instance.owner_id, name=data.get("name")).exclude(
            pk=self.instance.pk
        )
        if data.get("name") and others.exists():
            self.add_error("name", _("You have a view of this name already. Choose another name, or save that one."))
        return data
