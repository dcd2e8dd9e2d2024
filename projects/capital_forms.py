"""What people type about capital: a commitment, an arrival, the plan of a year, why an entry is voided."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jiangjin.lib.amounts import LARGEST
from jiangjin.lib.dates import PartialDay, PartialDayFormField
from jiangjin.lib.money import MoneyFormField, format_wan, format_yi
from jiangjin.lib.partialday import FIRST_YEAR, LAST_YEAR
from jiangjin.lib.storedtext import StoredText
from projects import capital
from projects.choices import CapitalOrigin, CommitmentKind, Currency
from projects.models import CapitalArrival, CapitalCommitment
from projects.models.capital import NO_CURRENCY
from projects.periods import Period
from projects.reasons import LONGEST_VOIDING
from projects.rowforms import VERY_MUCH

NOT_NEGATIVE = {"negative_amount": _("An arrival is not negative. Correct the month in which it was entered.")}
NOT_YET = _("This day has not come yet. Enter it once it is past.")


class PlainNumberField(forms.DecimalField):
    """A number as people type it: full-width digits and thousands commas are taken."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).replace(",", "").replace(" ", "")
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


class EntryForm(StoredText, forms.Form):
    """An amount in yuan, or in another currency with its rate and the rate's day: then the amount follows from them."""

    currency = forms.ChoiceField(label=_("currency"), choices=[("", _("yuan")), *Currency.choices], required=False)
    original_amount = PlainNumberField(
        label=_("amount in the currency (万)"), max_digits=18, decimal_places=6, required=False
    )
    rate = PlainNumberField(
        label=_("rate"), max_digits=12, decimal_places=6, required=False, help_text=_("yuan for one unit")
    )
    rate_on = PartialDayFormField(label=_("day of the rate"), required=False)
    accept = forms.BooleanField(label=_("The amount is right."), required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    needs_acceptance = False
    least_amount = Decimal(0)  # in 万元; a form that takes more than zero only says so
    columns: tuple[str, ...] = ()

    def __init__(self, data: Any, *, row: Any, others: list[Any]) -> None:
        """`row` is the entry that is corrected, or a new one; `others` are the project's entries beside it."""
        self.row, self.others = row, others
        super().__init__(data, initial=self._initial())

    def _initial(self) -> dict[str, Any]:
        values = {name: getattr(self.row, name) for name in (*self.columns, *NO_CURRENCY)}
        stored = self.row.pk is not None
        return values | {"amount": abs(self.row.amount) if stored and not self.row.currency else None}

    @property
    def former_amount(self) -> Decimal | None:
        """The amount that is corrected, in 万元 without a sign."""
        return abs(self.row.amount) if self.row.pk is not None else None

    @property
    def derived(self) -> str:
        """What the amount in another currency comes to, in 万元 as it is shown; "" where it is in yuan or unknown."""
        if self.is_bound:
            data = getattr(self, "cleaned_data", {})
            amount = data.get("amount") if data.get("currency") else None
        else:
            amount = self.former_amount if self.row.currency else None
        return format_wan(amount)

    def clean_rate_on(self) -> Any:
        day: PartialDay | None = self.cleaned_data["rate_on"]
        if day is None:
            return None
        if day.precision != "day":
            raise ValidationError(_("A rate holds on one day. Write it whole, for example 2020-06-30."))
        if day.first > timezone.localdate():
            raise ValidationError(NOT_YET)
        return day.first

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors:
            self._settle_amount(data)
        if not self.errors:
            self._check_amount(data["amount"])
        return data

    def _settle_amount(self, data: dict[str, Any]) -> None:
        foreign = ("original_amount", "rate", "rate_on")
        if not data["currency"]:
            if any(data[name] is not None for name in foreign):
                self.add_error("currency", _("Which currency is it? Choose it, or empty the fields beside it."))
            elif data["amount"] is None:
                self.add_error("amount", _("The amount is missing."))
            return
        missing = {
            "original_amount": _("Write the amount in the currency, in 万."),
            "rate": _("Without a rate the amount cannot be counted in 万元. Write how many yuan one unit cost."),
            "rate_on": _("Write the day on which the rate held."),
        }
        for name in foreign:
            if data[name] is None:
                self.add_error(name, missing[name])
            elif name != "rate_on" and data[name] <= 0:
                self.add_error(name, _("Write a number above zero."))
        if not self.errors:
            self._convert(data)

    def _convert(self, data: dict[str, Any]) -> None:
        amount = capital.converted(data["original_amount"], data["rate"])
        if amount > LARGEST:
            self.add_error(
                "original_amount", _("This is more than any amount that can be stored. Check amount and rate.")
            )
        elif data["amount"] not in (None, amount):
            text = _("Leave this empty: the amount follows from the currency and its rate (%(amount)s 万元).")
            self.add_error("amount", text % {"amount": format_wan(amount)})
        else:
            data["amount"] = amount

    def _check_amount(self, amount: Decimal) -> None:
        if amount < self.least_amount or (amount == 0 and self.least_amount):
            self.add_error("amount", _("An amount is more than zero."))
        elif amount != self.former_amount and capital.implausible(amount, former=self.former_amount):
            self.ask_about(amount)

    def ask_about(self, amount: Decimal) -> None:
        """Show the box, and refuse the amount until it is ticked. `amount` in 万元."""
        self.needs_acceptance = True
        if not self.cleaned_data.get("accept"):
            error = ValidationError(VERY_MUCH % {"amount": format_yi(amount)}, code="implausible_amount")
            self.add_error("amount", error)

    def require_part(self, name: str) -> None:
        """Refuse a part that is more than the whole."""
        part, whole = self.cleaned_data.get(name), self.cleaned_data.get("amount")
        if part is not None and whole is not None and not 0 <= part <= whole:
            self.add_error(name, _("The part is more than the whole amount. Check both."))

    def values(self) -> dict[str, Any]:
        """The columns as they are stored; of a valid form."""
        data = self.cleaned_data
        return {name: data[name] for name in ("amount", *self.columns, *NO_CURRENCY)}


class CommitmentEntryForm(EntryForm):
    """An undertaking. Reductions are typed without a sign."""

    kind = forms.ChoiceField(label=_("kind"), choices=CommitmentKind.choices)
    amount = MoneyFormField(label=_("amount"), required=False, unit="亿元")
    committed_on = PartialDayFormField(label=_("agreed on"), required=False)
    agreement_number = forms.CharField(label=_("agreement number"), max_length=100, required=False)
    fixed_assets = MoneyFormField(label=_("of which fixed assets"), required=False, unit="亿元")
    note = forms.CharField(label=_("note"), max_length=200, required=False)
    least_amount = Decimal("0.000001")
    columns = ("kind", "committed_on", "agreement_number", "fixed_assets", "note")

    def _initial(self) -> dict[str, Any]:
        values = super()._initial()
        if self.row.pk is None and any(one.kind == CommitmentKind.INITIAL for one in self.others):
            values["kind"] = CommitmentKind.INCREASE
        return values

    def clean_committed_on(self) -> PartialDay | None:
        day: PartialDay | None = self.cleaned_data["committed_on"]
        if day is not None and day != self.row.committed_on and day.first > timezone.localdate():
            raise ValidationError(NOT_YET)
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self.require_part("fixed_assets")
        if not self.errors and not self.needs_acceptance:
            self._check_total(data)
        return data

    def _check_total(self, data: dict[str, Any]) -> None:
        """Several amounts, each of them likely, may come to one that is not."""
        others = sum((one.amount for one in self.others), Decimal(0))
        former = others + (self.row.amount if self.row.pk is not None else 0)
        total = others + capital.signed_amount(data["kind"], data["amount"])
        if total > former and capital.implausible(total, former=former or None):
            self.ask_about(total)

    def values(self) -> dict[str, Any]:
        found = super().values()
        return found | {"amount": capital.signed_amount(found["kind"], found["amount"])}


class ArrivalEntryForm(EntryForm):
    """What came in a month; zero where it is known that nothing came."""

    month = PartialDayFormField(label=_("month"))
    amount = MoneyFormField(label=_("amount"), required=False, unit="万元", error_messages=NOT_NEGATIVE)
    origin = forms.ChoiceField(label=_("origin"), choices=CapitalOrigin.choices)
    outside_city = MoneyFormField(label=_("of which from outside the city"), required=False, unit="万元")
    note = forms.CharField(label=_("note"), max_length=200, required=False)
    columns = ("month", "origin", "outside_city", "note")

    def __init__(self, data: Any, **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["month"].widget.attrs["placeholder"] = "2020-09"

    def clean_month(self) -> PartialDay:
        month: PartialDay = self.cleaned_data["month"]
        if month == self.row.month:
            return month
        if month.precision != "month":
            raise ValidationError(_("Arrivals are kept by month. Write it like 2020-09."))
        if month.first > timezone.localdate():
            raise ValidationError(_("This month has not come yet. What is expected belongs to the plan."))
        return month

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self.require_part("outside_city")
        if data.get("origin") == CapitalOrigin.FOREIGN and data.get("outside_city"):
            self.add_error("outside_city", _("Capital from outside the city is domestic. Leave this empty."))
        return data


FORMS: dict[Any, type[EntryForm]] = {CapitalCommitment: CommitmentEntryForm, CapitalArrival: ArrivalEntryForm}
QUARTERS = (1, 2, 3, 4)


class PlanForm(StoredText, forms.Form):
    """What is planned to arrive in the four quarters of a year, in 万元; an empty quarter plans nothing."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    q1 = MoneyFormField(required=False, unit="万元")
    q2 = MoneyFormField(required=False, unit="万元")
    q3 = MoneyFormField(required=False, unit="万元")
    q4 = MoneyFormField(required=False, unit="万元")
    accept = forms.BooleanField(label=_("The amount is right."), required=False)
    reason = forms.CharField(
        label=_("reason"),
        max_length=LONGEST_VOIDING,
        required=False,
        help_text=_("only where a planned quarter is emptied"),
    )
    needs_acceptance = False

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for quarter in QUARTERS:
            self.fields[f"q{quarter}"].label = Period(year, quarter).label

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for quarter in QUARTERS:
            amount, former = data.get(f"q{quarter}"), self.initial.get(f"q{quarter}")
            if amount is not None and amount != former and capital.implausible(amount, former=former):
                self.needs_acceptance = True
                if not data.get("accept"):
                    text = VERY_MUCH % {"amount": format_yi(amount)}
                    self.add_error(f"q{quarter}", ValidationError(text, code="implausible_amount"))
        return data

    def amounts(self) -> dict[int, Decimal | None]:
        """By quarter, in 万元; of a valid form."""
        return {quarter: self.cleaned_data[f"q{quarter}"] for quarter in QUARTERS}


class PlanYearForm(forms.Form):
    """Which year's plan is typed."""

    year = forms.IntegerField(
        label=_("year"),
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4}),
    )


class VoidEntryForm(StoredText, forms.Form):
    """Why an entry is taken out; `seen` is what stood there when the page was opened."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    reason = forms.CharField(
        label=_("reason"), max_length=LONGEST_VOIDING, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class RestoreEntryForm(forms.Form):
    """Which voided entry comes back: the history row of its voiding."""

    table = forms.ChoiceField(choices=[(name, name) for name in ("commitments", "arrivals", "planned_arrivals")])
    record = forms.IntegerField(min_value=1)
