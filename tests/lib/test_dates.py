"""Days that may be known only to the month or the year."""

import copy
import datetime
import io
import pickle

import pytest
from django import forms
from django.core import serializers
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.db.models import Count, Max, Min
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.dates import MonthOf, PartialDay, PartialDayField, PartialDayFormField, YearOf, parse_day
from tests.fieldapp.models import DayRow

DAY, MONTH, YEAR = PartialDay(2020, 6, 30), PartialDay(2020, 6), PartialDay(2020)
date = datetime.date

DATES = st.dates(date(2019, 11, 1), date(2021, 2, 28))
PARTIAL = st.builds(lambda day, parts: PartialDay(*(day.year, day.month, day.day)[:parts]), DATES, st.integers(1, 3))


class TestPartialDay:
    @pytest.mark.parametrize(
        ("partial", "code", "first", "last", "precision", "text"),
        [
            (DAY, 20200630, date(2020, 6, 30), date(2020, 6, 30), "day", "2020-06-30"),
            (MONTH, 20200699, date(2020, 6, 1), date(2020, 6, 30), "month", "2020-06"),
            (YEAR, 20209999, date(2020, 1, 1), date(2020, 12, 31), "year", "2020"),
            (PartialDay(2020, 2), 20200299, date(2020, 2, 1), date(2020, 2, 29), "month", "2020-02"),
        ],
    )
    def test_what_it_means(self, partial, code, first, last, precision, text):
        assert (partial.code, partial.first, partial.last) == (code, first, last)
        assert (partial.precision, str(partial)) == (precision, text)
        assert PartialDay.from_code(code) == PartialDay.from_iso(text) == partial

    def test_of_a_date(self):
        assert PartialDay.of(date(2020, 6, 30)) == DAY
        with pytest.raises(TypeError):
            PartialDay.of(datetime.datetime(2020, 6, 30, tzinfo=datetime.UTC))

    @pytest.mark.parametrize("parts", [(2020, 13), (2020, 0), (2020, 2, 30), (1977,), (2101,), (2020, None, 3)])
    def test_what_is_no_day(self, parts):
        with pytest.raises(ValueError):
            PartialDay(*parts)

    @pytest.mark.parametrize("code", [0, 2020, 20201301, 20200631, 20209930, 99999999])
    def test_what_is_no_code(self, code):
        with pytest.raises(ValueError):
            PartialDay.from_code(code)

    @pytest.mark.parametrize("text", ["2020-6", "2020-06-30 ", "２０２０", "2020-06-30T00:00", ""])
    def test_iso_is_exact(self, text):
        with pytest.raises(ValueError):
            PartialDay.from_iso(text)

    def test_order_and_identity(self):
        assert sorted([YEAR, MONTH, DAY, PartialDay(2020, 7, 1)]) == [DAY, MONTH, PartialDay(2020, 7, 1), YEAR]
        assert len({DAY, PartialDay(2020, 6, 30), MONTH}) == 2
        assert YEAR >= MONTH > DAY
        assert pickle.loads(pickle.dumps(MONTH)) == copy.deepcopy(MONTH) == MONTH
        with pytest.raises(AttributeError):
            DAY.year = 2021

    def test_past_only_when_its_last_possible_day_is(self):
        assert not MONTH.is_past(date(2020, 6, 30))
        assert MONTH.is_past(date(2020, 7, 1))
        assert not YEAR.is_past(date(2020, 12, 31))

    def test_certainly_before(self):
        assert PartialDay(2020, 5).certainly_before(MONTH)
        assert not DAY.certainly_before(MONTH)
        assert not YEAR.certainly_before(DAY)
        assert not DAY.certainly_before(DAY)


@pytest.mark.django_db
class TestField:
    def test_what_is_known_survives(self):
        for value in (DAY, MONTH, YEAR, None):
            row = DayRow.objects.create(day=value)
            row.refresh_from_db()
            assert row.day == value
        assert list(DayRow.objects.order_by("day").filter(day__isnull=False).values_list("day", flat=True)) == [
            DAY,
            MONTH,
            YEAR,
        ]

    def test_dates_and_iso_text_are_taken_and_numbers_are_not(self):
        DayRow.objects.create(day=date(2020, 6, 30))
        assert DayRow.objects.filter(day="2020-06-30").get().day == DAY
        for wrong in (2020, 20200630, datetime.datetime(2020, 6, 30, tzinfo=datetime.UTC)):
            with pytest.raises(TypeError):
                DayRow.objects.create(day=wrong)
        with pytest.raises(ValidationError):
            PartialDayField().clean("2020-06-31", None)

    def test_comparisons(self):
        DayRow.objects.bulk_create([DayRow(day=day) for day in (DAY, MONTH, YEAR, None)])
        assert DayRow.objects.filter(day=MONTH).count() == 1
        assert DayRow.objects.filter(day__in=[DAY, YEAR]).count() == 2
        assert DayRow.objects.filter(day__gt=DAY).count() == 2
        assert DayRow.objects.filter(day__lte=MONTH).count() == 2
        assert DayRow.objects.aggregate(low=Min("day"), high=Max("day")) == {"low": DAY, "high": YEAR}

    def test_year(self):
        days = [
            PartialDay(2019, 12, 31),
            PartialDay(2020, 1, 1),
            MONTH,
            YEAR,
            PartialDay(2020, 12, 31),
            PartialDay(2021),
        ]
        DayRow.objects.bulk_create([DayRow(day=day) for day in [*days, None]])
        assert DayRow.objects.filter(day__year=2020).count() == 4
        assert DayRow.objects.exclude(day__year=2020).count() == 3
        with pytest.raises(TypeError):
            DayRow.objects.filter(day__year="2020").count()

    @pytest.mark.parametrize("lookup", ["by", "since"])
    def test_by_and_since_take_dates_only(self, lookup):
        for wrong in ("2020-06-30", MONTH, 2020, None):
            with pytest.raises((TypeError, ValueError)):
                DayRow.objects.filter(**{f"day__{lookup}": wrong}).count()

    @pytest.mark.parametrize(
        "conditions", [{"day__year": 2020}, {"day__by": date(2020, 6, 29)}, {"day__since": date(2020, 6, 29)}]
    )
    def test_lookups_can_use_the_index(self, conditions):
        DayRow.objects.bulk_create(
            [DayRow(day=PartialDay(year, 6, day)) for year in range(1990, 2090) for day in (1, 2)]
        )
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")
        assert "fieldapp_dayrow_day" in DayRow.objects.filter(**conditions).explain()

    def test_grouping_by_year_and_month(self):
        DayRow.objects.bulk_create([DayRow(day=day) for day in (DAY, MONTH, YEAR, PartialDay(2021, 1), None)])
        years = DayRow.objects.values(y=YearOf("day")).annotate(n=Count("pk")).order_by("y").filter(day__isnull=False)
        assert [(row["y"], row["n"]) for row in years] == [(2020, 3), (2021, 1)]
        months = DayRow.objects.filter(day__year=2020).values(m=MonthOf("day")).annotate(n=Count("pk")).order_by("m")
        assert [(row["m"], row["n"]) for row in months] == [(6, 2), (99, 1)]

    def test_history_keeps_the_same_days(self):
        row = DayRow.objects.create(day=MONTH)
        row.day = DAY
        row.save()
        assert [past.day for past in row.history.order_by("history_id")] == [MONTH, DAY]
        assert DayRow.history.filter(day__by=date(2020, 6, 30), day__year=2020).count() == 2

    @pytest.mark.parametrize("form", ["json", "xml"])
    def test_dump_and_load(self, form):
        DayRow.objects.bulk_create([DayRow(day=day) for day in (DAY, MONTH, YEAR, None)])
        dumped = io.StringIO()
        call_command("dumpdata", "fieldapp.DayRow", format=form, stdout=dumped)
        assert "2020-06" in dumped.getvalue()
        DayRow.objects.all().delete()
        for loaded in serializers.deserialize(form, dumped.getvalue()):
            loaded.save()
        assert list(DayRow.objects.order_by("pk").values_list("day", flat=True)) == [DAY, MONTH, YEAR, None]

    def test_deconstruct(self):
        _, path, args, kwargs = PartialDayField("day", null=True).deconstruct()
        assert (path, args, kwargs) == ("jiangjin.lib.dates.PartialDayField", [], {"verbose_name": "day", "null": True})


class LookupsAgreeWithPython(TestCase):
    """`by` and `since` are what `.last` and `.first` say, for any days."""

    @settings(max_examples=60, deadline=None)
    @given(st.lists(PARTIAL, min_size=1, max_size=12), DATES)
    def test_by_and_since(self, days, bound):
        DayRow.objects.bulk_create([DayRow(day=day) for day in days])
        by = sorted(DayRow.objects.filter(day__by=bound).values_list("day", flat=True))
        since = sorted(DayRow.objects.filter(day__since=bound).values_list("day", flat=True))
        assert by == sorted(day for day in days if day.last <= bound)
        assert since == sorted(day for day in days if day.first >= bound)


class DayForm(forms.ModelForm):
    class Meta:
        model = DayRow
        fields = ["day"]


class TestForm:
    @pytest.mark.parametrize(
        ("typed", "day"),
        [
            ("2020年6月30日", DAY),
            ("2020.6", MONTH),
            ("二〇二〇年", YEAR),
            ("20200630", DAY),
            ("", None),
            ("待定", None),
        ],
    )
    def test_every_spelling_of_the_import(self, typed, day):
        assert PartialDayFormField(required=False).clean(typed) == day

    def test_an_error_keeps_the_typed_text_and_its_code(self):
        form = DayForm({"day": "2020年底"})
        assert form.errors.as_data()["day"][0].code == "vague_date"
        assert 'value="2020年底"' in str(form["day"])

    def test_a_model_form_shows_iso_text(self):
        form = DayForm({"day": "2020年6月"}, instance=DayRow(day=MONTH))
        assert form.is_valid()
        assert not form.has_changed()
        assert 'value="2020-06"' in str(DayForm(instance=DayRow(day=MONTH))["day"])
        assert isinstance(form.fields["day"], PartialDayFormField)


@given(PARTIAL)
def test_iso_text_is_read_back(day):
    assert parse_day(str(day)) == day


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2020 06 30", "not_a_date"),
        ("2020年6月30", "mixed_separators"),
        ("2020-06/30", "mixed_separators"),
        ("2020年签约", "left_over_text"),
        ("2020-06 00:00:00", "left_over_text"),
        ("已签约", "not_a_date"),
        ("2020-06-30 25:00", "left_over_text"),
        ("二〇二〇年六月三十一日", "no_such_day"),
        ("2020年十月一号号", "left_over_text"),
        ("#REF!", "excel_error"),
        ("４４０１２", "text_serial"),
        ("2020.6~8", "date_range"),
        ("6月", "no_year"),
        ("9999999", "not_a_date"),
        ("9" * 5000, "too_long"),
    ],
)
def test_refusals_say_why(text, code):
    with pytest.raises(CellError) as refused:
        parse_day(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2020年元月", "2020-01"),
        ("二〇二〇年十月二十日", "2020-10-20"),
        ("二零二零年十二月", "2020-12"),
        ("2020–06–30", "2020-06-30"),
        ("2020-06-30 09:15", "2020-06-30"),
        ("\u200e2020-06-30\u200b", "2020-06-30"),
        ("199912", "1999-12"),
        ("未填", None),
        ("--", None),
    ],
)
def test_more_spellings(text, iso):
    assert parse_day(text) == (iso and PartialDay.from_iso(iso))
