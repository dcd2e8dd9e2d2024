"""What people type about a figure that the register cannot count."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from industries.models import Cluster
from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.storedtext import StoredText
from parks.models import Park
from projects.dayfields import DayFormField
from reports.plan import MEASURES
from reports.target_writing import typed
from reports.targetmodels import TargetMeasure, TargetScope


def places() -> list[tuple[str | Promise, Any]]:
    """Whose figures can be typed in: the district's, a park's, a cluster's."""
    parks = [(f"park:{code}", name) for code, name in Park.objects.values_list("code", "name")]
    clusters = [(f"cluster:{code}", name) for code, name in Cluster.objects.values_list("code", "name")]
    return [
        ("district:", TargetScope.DISTRICT.label),
        (TargetScope.PARK.label, parks),
        (TargetScope.CLUSTER.label, clusters),
    ]


class ActualForm(StoredText, forms.Form):
    """A figure as of the end of a day; an emptied value takes it out."""

    measure = forms.ChoiceField(label=_("Measure"), choices=[(one.value, one.label) for one in MEASURES])
    place = forms.ChoiceField(label=_("of whom"), choices=places)
    day = DayFormField(
        label=_("as of"),
        help_text=_("The last day of the year for the figure of a year; output of an earlier day is since 1 January."),
    )
    value = forms.CharField(
        label=_("value"),
        max_length=40,
        required=False,
        help_text=_("Firms as a number, output in 亿元. Emptied, the figure is taken out."),
    )
    source = forms.CharField(label=_("source"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        measure, text = data.get("measure"), data.get("value")
        if measure and text is not None:
            try:
                data["typed"] = typed(TargetMeasure(measure), text)
            except CellError as error:
                self.add_error("value", ValidationError(str(error.message)))
        return data
