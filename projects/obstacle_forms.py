"""What people type about an obstacle."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from jiangjin.lib.storedtext import StoredText
from projects.dayfields import DayFormField
from projects.models import Obstacle, Official


class ObstacleForm(StoredText, forms.ModelForm):
    """An obstacle as it is raised or corrected; `seen` is its version when the form was opened."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    raised_on = DayFormField(label=_("raised on"))

    class Meta:
        model = Obstacle
        fields = ["text", "unit", "official", "due_on", "raised_on"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3}), "unit": forms.TextInput(attrs={"list": "units"})}
        help_texts = {
            "unit": _("a department, the investor, a person"),
            "due_on": _("2020-06-30, 2020年6月 or 2020; may stay empty"),
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Those that the account sees, and the obstacle's own, which stays.
        own = Official.objects.filter(pk=self.instance.official_id)
        self.fields["official"].queryset = Official.objects.visible_to(user) | own
        self.fields["official"].empty_label = _("nobody")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        raised, due, solved = data.get("raised_on"), data.get("due_on"), self.instance.resolved_on
        if raised and due and due.last < raised:
            self.add_error("due_on", _("The due day lies before the day on which it was raised."))
        if raised and solved and solved < raised:
            self.add_error("raised_on", _("It was solved on %(day)s, before this day.") % {"day": solved})
        return data

    def values(self) -> dict[str, Any]:
        """What `raise_obstacle` and `correct_obstacle` take."""
        return {name: self.cleaned_data[name] for name in ("text", "unit", "official", "due_on", "raised_on")}


class SolveForm(StoredText, forms.Form):
    """When and how an obstacle was solved."""

    resolved_on = DayFormField(label=_("solved on"))
    solution = forms.CharField(label=_("how it was solved"), widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, raised_on: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.raised_on = raised_on

    def clean_resolved_on(self) -> datetime.date:
        day = self.cleaned_data["resolved_on"]
        if day < self.raised_on:
            raise ValidationError(_("It was raised on %(day)s, after this day.") % {"day": self.raised_on})
        return day
