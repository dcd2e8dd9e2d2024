"""What people type about a firm."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.creditcode import parse_credit_code
from jiangjin.lib.partialday import FIRST_YEAR, LAST_YEAR
from jiangjin.lib.storedtext import StoredText
from jiangjin.lib.text import clean_text
from projects.choices import HonourKind
from projects.investors import TypedHonour
from projects.models import Investor


class InvestorForm(StoredText, forms.ModelForm):
    """What a firm is."""

    credit_code = forms.CharField(label=_("unified social credit code"), max_length=50, required=False)

    class Meta:
        model = Investor
        fields = ["name", "credit_code", "type", "origin", "parent_name", "stock_code", "remarks"]
        widgets = {"remarks": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"parent_name": _("firms of one group count as one in the figures of ranks")}

    def clean_name(self) -> str:
        name = clean_text(self.cleaned_data["name"])
        if not name:
            raise ValidationError(_("The firm has no name. Write it as it stands in the agreement."))
        return name

    def clean_credit_code(self) -> str | None:
        """The code as it is stored: blanks, width and case evened out as in the import."""
        try:
            return parse_credit_code(self.cleaned_data["credit_code"]).value
        except CellError as error:
            raise ValidationError(error.message, code=error.code) from error


YEAR = _("Write the year with four digits, for example 2020.")


class HonourForm(forms.Form):
    """A rank or an honour and its year."""

    kind = forms.ChoiceField(label=_("rank or honour"), choices=[("", "—"), *HonourKind.choices], required=False)
    year = forms.IntegerField(
        label=_("year"),
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        required=False,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), YEAR),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4, "placeholder": "2020"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("year") and not data.get("kind") and "kind" not in self.errors:
            self.add_error("kind", _("Say which rank or honour it is, or take the row out."))
        return data


class BaseHonours(BaseFormSet):
    def clean(self) -> None:
        if not any(self.errors) and len(set(self.typed())) < len(self.typed()):
            raise ValidationError(_("The same rank or honour stands there twice for one year. Take one out."))

    def typed(self) -> list[TypedHonour]:
        """The rows that say something and were not taken out."""
        rows = [form.cleaned_data for form in self.forms]
        return [(row["kind"], row["year"]) for row in rows if row.get("kind") and not row.get("DELETE")]


HonourFormSet = formset_factory(HonourForm, formset=BaseHonours, extra=0, can_delete=True)


def honour_rows(investor: Investor) -> list[dict[str, Any]]:
    """The stored ranks and honours as the formset's rows."""
    return [{"kind": honour.kind, "year": honour.year} for honour in investor.honours.all()]
