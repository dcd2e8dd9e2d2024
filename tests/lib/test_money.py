"""Money in the database: 万元 in and out, whole fen inside."""

import io
from decimal import Decimal

import pytest
from django import forms
from django.core import serializers
from django.core.exceptions import FieldError, ValidationError
from django.core.management import call_command
from django.db import connection, models
from django.db.models import Avg, Case, F, Max, Min, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest
from hypothesis import given
from hypothesis import strategies as st

from jiangjin.lib.money import YI, MoneyField, MoneyFormField, format_wan, format_yi
from tests.fieldapp.models import Amount

FEN = Decimal("0.000001")
ZERO = Value(Decimal(0), output_field=MoneyField())


def make(*amounts: str | None, other: str | None = None, count: int = 0) -> list[Amount]:
    return [
        Amount.objects.create(amount=None if a is None else Decimal(a), other=other and Decimal(other), count=count)
        for a in amounts
    ]


def total(**expressions):
    return Amount.objects.aggregate(**expressions)


@pytest.mark.django_db
class TestStoring:
    def test_a_fen_survives_and_the_column_holds_fen(self):
        (row,) = make("620000.000001")
        row.refresh_from_db()
        assert row.amount == Decimal("620000.000001")
        with connection.cursor() as cursor:
            cursor.execute("SELECT amount FROM fieldapp_amount")
            assert cursor.fetchone() == (620_000_000_001,)

    def test_what_comes_back_has_six_places(self):
        make("5000")
        assert str(Amount.objects.get().amount) == "5000.000000"

    def test_unknown_stays_unknown(self):
        make(None)
        assert Amount.objects.get().amount is None
        assert Amount.objects.filter(amount=None).count() == 1
        assert total(s=Sum("amount"))["s"] is None

    def test_zero_is_not_unknown(self):
        make("0")
        assert Amount.objects.filter(amount__isnull=False).get().amount == 0

    def test_bulk_create_bulk_update_and_update(self):
        rows = Amount.objects.bulk_create([Amount(amount=Decimal("1.5")), Amount(amount=None)])
        rows[0].amount, rows[1].amount = None, Decimal("2.25")
        Amount.objects.bulk_update(rows, ["amount"])
        assert list(Amount.objects.order_by("pk").values_list("amount", flat=True)) == [None, Decimal("2.25")]
        Amount.objects.update(amount=Decimal("7.000001"))
        Amount.objects.update(other=F("amount"))
        assert set(Amount.objects.values_list("other", flat=True)) == {Decimal("7.000001")}

    def test_history_keeps_the_same_amounts(self):
        (row,) = make("1.5")
        row.amount = Decimal("2.000001")
        row.save()
        assert [past.amount for past in row.history.order_by("history_id")] == [Decimal("1.5"), Decimal("2.000001")]
        assert Amount.history.aggregate(s=Sum("amount"))["s"] == Decimal("3.500001")

    @pytest.mark.parametrize("form", ["json", "xml", "jsonl"])
    def test_dump_and_load(self, form):
        make("620000.000001", None)
        dumped = io.StringIO()
        call_command("dumpdata", "fieldapp.Amount", format=form, stdout=dumped)
        Amount.objects.all().delete()
        for loaded in serializers.deserialize(form, dumped.getvalue()):
            loaded.save()
        assert list(Amount.objects.order_by("pk").values_list("amount", flat=True)) == [Decimal("620000.000001"), None]


@pytest.mark.django_db
class TestRefusing:
    @pytest.mark.parametrize("value", [1.5, float("nan"), True])
    def test_a_float_is_refused_everywhere(self, value):
        for act in (
            lambda: Amount.objects.create(amount=value),
            lambda: Amount.objects.filter(amount__gte=value).count(),
            lambda: Amount(amount=value).full_clean(),
        ):
            with pytest.raises(TypeError):
                act()

    @pytest.mark.parametrize(
        ("value", "code"),
        [
            (Decimal("0.0000001"), "too_fine"),
            (Decimal("1.00000000000000000000000000000001"), "too_fine"),
            (Decimal("100000000000.000001"), "too_large"),
            (Decimal("-100000000001"), "too_large"),
            (Decimal("1E+400"), "too_large"),
            (Decimal("NaN"), "invalid"),
            (Decimal("Infinity"), "invalid"),
            ("much", "invalid"),
        ],
    )
    def test_bad_amounts_are_refused_with_their_code(self, value, code):
        with pytest.raises(ValidationError) as refused:
            MoneyField().clean(value, None)
        assert refused.value.code == code
        with pytest.raises(ValueError):
            Amount.objects.create(amount=value)

    def test_the_largest_amount_is_stored(self):
        make("100000000000")
        assert Amount.objects.get().amount == Decimal("100000000000")


@pytest.mark.django_db
class TestComparing:
    def amounts(self, **conditions):
        return sorted(Amount.objects.filter(**conditions).values_list("amount", flat=True))

    def test_every_comparison_takes_wan(self):
        make("1", "2", "3.000001", None)
        one, two, three = Decimal(1), Decimal(2), Decimal("3.000001")
        assert self.amounts(amount=two) == [two]
        assert self.amounts(amount=2) == [two]
        assert self.amounts(amount__gt=two) == [three]
        assert self.amounts(amount__gte=two) == [two, three]
        assert self.amounts(amount__lt=three) == [one, two]
        assert self.amounts(amount__lte=two) == [one, two]
        assert self.amounts(amount__in=[one, three]) == [one, three]
        assert self.amounts(amount__range=(two, three)) == [two, three]
        assert Amount.objects.exclude(amount__gte=two).count() == 2

    def test_columns_of_money_compare_with_each_other(self):
        make("2", other="1")
        make("1", other="2")
        assert self.amounts(amount__gt=F("other")) == [Decimal(2)]
        assert self.amounts(amount__in=[F("other"), Decimal(1)]) == [Decimal(1)]

    @pytest.mark.parametrize(
        "other", [F("count"), Value(5), Value(Decimal(5)), Coalesce(F("count"), 0)], ids=["F", "int", "Decimal", "Func"]
    )
    def test_a_comparison_with_another_type_is_loud(self, other):
        with pytest.raises(FieldError):
            Amount.objects.filter(amount__gte=other).count()

    def test_filter_on_an_annotation(self):
        make("1", "1.5", count=1)
        make("2", count=2)
        sums = Amount.objects.values("count").annotate(s=Sum("amount"))
        assert sums.filter(s__gte=Decimal("2.5")).get() == {"count": 1, "s": Decimal("2.5")}
        assert sums.filter(s=Decimal(2)).get()["count"] == 2
        assert Amount.objects.annotate(d=F("amount") * 2).filter(d__gt=Decimal(3)).get().amount == 2

    def test_subqueries(self):
        make("1", "2", count=1)
        make("5", count=2)
        largest = Amount.objects.filter(count=OuterRef("count")).order_by("-amount").values("amount")[:1]
        rows = Amount.objects.annotate(largest=Subquery(largest)).order_by("pk")
        assert [row.largest for row in rows] == [Decimal(2), Decimal(2), Decimal(5)]
        assert rows.filter(largest__gte=Decimal(3)).count() == 1
        assert rows.filter(amount=Subquery(largest)).count() == 2
        assert rows.filter(amount__lt=F("largest")).get().amount == 1
        assert rows.filter(amount__in=Amount.objects.filter(count=1).values("amount")).count() == 2


@pytest.mark.django_db
class TestReckoning:
    def test_sums_and_extremes(self):
        make("0.1", "0.2", "620000.000001", None)
        found = total(s=Sum("amount"), low=Min("amount"), high=Max("amount"))
        assert found == {"s": Decimal("620000.300001"), "low": Decimal("0.1"), "high": Decimal("620000.000001")}

    def test_an_average_is_rounded_half_up_to_the_fen(self):
        make("0.000001", "0.000002")
        assert total(a=Avg("amount"))["a"] == Decimal("0.000002")
        assert total(a=Avg(F("amount") * 3))["a"] == Decimal("0.000005")
        make("0.000001")
        assert total(a=Avg("amount"))["a"] == Decimal("0.000001")

    def test_an_average_is_in_wan(self):
        make("10000", "20000")
        assert total(a=Avg("amount"))["a"] == Decimal(15000)

    def test_columns_add_subtract_and_scale(self):
        make("3", other="1.000001", count=4)
        row = Amount.objects.annotate(
            plus=F("amount") + F("other"),
            minus=F("other") - F("amount"),
            half=F("amount") / 2,
            double=F("amount") * 2,
            counted=F("count") * F("amount"),
            negated=-F("amount"),
        ).get()
        assert (row.plus, row.minus) == (Decimal("4.000001"), Decimal("-1.999999"))
        assert (row.half, row.double, row.counted, row.negated) == (Decimal("1.5"), 6, 12, -3)

    def test_sums_of_reckoned_columns(self):
        make("3", "5", other="1")
        assert total(s=Sum(F("amount") / 2))["s"] == 4
        assert total(s=Sum(F("amount") - F("other")))["s"] == 6
        assert total(s=Sum("amount") - Sum("other"))["s"] == 6
        assert total(s=Sum("amount") / 2)["s"] == 4

    def test_a_division_drops_what_is_less_than_a_fen(self):
        make("0.000003")
        assert Amount.objects.annotate(half=F("amount") / 2).get().half == Decimal("0.000001")
        assert total(s=Sum("amount") / 2)["s"] == Decimal("0.000001")

    def test_coalesce_and_case(self):
        make("3", None)
        assert total(s=Coalesce(Sum("other"), ZERO))["s"] == 0
        assert total(s=Sum(Coalesce("amount", ZERO)))["s"] == 3
        case = Case(When(amount__gte=Decimal(2), then=F("amount")), default=ZERO)
        assert total(s=Sum(case))["s"] == 3
        turned = Case(When(amount__lt=Decimal(2), then=ZERO), default=F("amount"))
        assert total(s=Sum(turned))["s"] == 3
        assert total(s=Coalesce(ZERO, Sum("amount")))["s"] == 0
        assert Amount.objects.annotate(g=Greatest("amount", ZERO)).filter(g=Decimal(3)).count() == 1
        assert total(s=Sum("amount", filter=Q(amount__lt=Decimal(2)), default=ZERO))["s"] == 0

    @pytest.mark.parametrize(
        "wrong",
        [
            lambda: F("amount") + 1,
            lambda: F("amount") + Decimal(1),
            lambda: F("amount") + F("count"),
            lambda: F("amount") * Decimal("1.5"),
            lambda: F("amount") * 1.5,
            lambda: F("amount") / F("other"),
            lambda: F("amount") * F("other"),
            lambda: F("count") / F("amount"),
            lambda: F("amount") % 2,
            lambda: Sum("amount") / Decimal(2),
            lambda: Coalesce("amount", Value(0)),
        ],
    )
    def test_anything_else_is_loud(self, wrong):
        make("1")
        with pytest.raises(FieldError):
            list(Amount.objects.annotate(wrong=wrong()))


def test_deconstruct():
    _, path, args, kwargs = MoneyField("amount", null=True).deconstruct()
    assert (path, args, kwargs) == ("jiangjin.lib.money.MoneyField", [], {"verbose_name": "amount", "null": True})
    assert MoneyField().clone().get_internal_type() == "BigIntegerField"
    assert not isinstance(MoneyField(), models.BigIntegerField)


@given(st.integers(-(10**17), 10**17))
def test_any_whole_number_of_fen_goes_there_and_back(fen):
    field = MoneyField()
    amount = field.from_db_value(fen, None, None)
    assert field.get_prep_value(amount) == fen
    assert field.to_python(str(amount)) == amount


class AmountForm(forms.ModelForm):
    class Meta:
        model = Amount
        fields = ["amount"]


class TestForm:
    @pytest.mark.parametrize(
        ("typed", "wan"),
        [
            ("6.2", 62000),
            ("6.2亿", 62000),
            ("６．２亿元", 62000),
            ("6,200万元", 6200),
            ("", None),
            ("待定", None),
            ("0", 0),
        ],
    )
    def test_typed_like_the_import(self, typed, wan):
        assert MoneyFormField(required=False).clean(typed) == wan

    def test_another_unit(self):
        field = MoneyFormField(unit="万元")
        assert field.clean("6,200.5") == Decimal("6200.5")
        assert field.prepare_value(Decimal("6200.500000")) == "6200.5"
        with pytest.raises(ValueError):
            MoneyFormField(unit="亩")

    def test_required(self):
        with pytest.raises(ValidationError) as refused:
            MoneyFormField().clean("待定")
        assert refused.value.code == "required"

    def test_an_error_keeps_the_typed_text_and_its_code(self):
        form = AmountForm({"amount": "约50亿"})
        assert form.errors.as_data()["amount"][0].code == "ambiguous_amount"
        assert 'value="约50亿"' in str(form["amount"])

    def test_a_model_form_shows_and_takes_yi(self):
        form = AmountForm(instance=Amount(amount=Decimal("62000.500000")))
        assert 'value="6.20005"' in str(form["amount"])
        form = AmountForm({"amount": "6.20005"}, instance=Amount(amount=Decimal("62000.5")))
        assert form.is_valid()
        assert not form.has_changed()
        assert form.instance.amount == Decimal("62000.5")
        assert AmountForm({"amount": "7"}, instance=Amount(amount=Decimal("62000.5"))).has_changed()
        assert not AmountForm({"amount": ""}, instance=Amount()).has_changed()


@pytest.mark.parametrize(
    ("amount", "yi", "wan"),
    [
        (None, "", ""),
        (Decimal(10_360_000), "1,036.00", "10,360,000"),
        (Decimal("50"), "0.01", "50"),
        (Decimal("49.999999"), "0.00", "49.999999"),
        (Decimal("62000.500000"), "6.20", "62,000.5"),
        (Decimal("0.000000"), "0.00", "0"),
        (Decimal("-10.5"), "0.00", "-10.5"),
        (Decimal("1E+5"), "10.00", "100,000"),
    ],
)
def test_formats(amount, yi, wan):
    assert (format_yi(amount), format_wan(amount)) == (yi, wan)
    assert YI == 10_000
