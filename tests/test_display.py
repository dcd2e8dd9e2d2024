"""Filters and tags of `{% load display %}`: how a figure, a day, a gap and a link look."""

import datetime
from decimal import Decimal

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory

from jiangjin.lib.partialday import PartialDay
from jiangjin.templatetags import display


def render(source: str, path: str = "/", **values: object) -> str:
    return Template("{% load display %}" + source).render(Context({"request": RequestFactory().get(path), **values}))


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (Decimal(10360000), "1,036.00"),
        (Decimal(0), "0.00"),
        (Decimal("50"), "0.01"),
        (Decimal(-26000), "−2.60"),
        (None, ""),
    ],
)
def test_yi_has_two_decimals_and_commas(amount: Decimal | None, shown: str) -> None:
    assert display.yi(amount) == shown


def test_three_kinds_of_nothing_are_told_apart() -> None:
    assert 'class="unknown"' in render("{{ amount|yi|unknown }}", amount=None)
    assert "—" in render("{{ amount|yi|dash }}", amount=None)
    assert render("{{ number|count }}", number=0) == '<span class="zero">0</span>'
    assert render("{{ amount|yi|unknown }}", amount=Decimal(0)) == "0.00"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(27, "+27"), (-5, "−5"), (0, "0"), (None, "—"), ("346.70", "+346.70"), ("−2.60", "−2.60"), ("0.00", "0.00")],
)
def test_changes_carry_their_sign(value: object, shown: str) -> None:
    assert display.signed(value) == shown


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        (Decimal("0.0727"), "7.3%"),
        (Decimal("0.0725"), "7.3%"),
        (Decimal("1.593"), "159.3%"),
        (Decimal("-0.0001"), "0.0%"),
        (None, "—"),
    ],
)
def test_percentages_are_rounded_half_up(ratio: Decimal | None, shown: str) -> None:
    assert display.percent1(ratio) == shown


def test_days_are_shown_as_far_as_they_are_known() -> None:
    assert display.day(PartialDay(2020, 6, 30)) == "2020-06-30"
    assert display.day(PartialDay(2020, 7)) == "2020-07"
    assert "2020" in display.day(PartialDay(2020))
    assert display.day(datetime.date(2020, 6, 30)) == "2020-06-30"
    assert display.day(None) == ""


def test_bars_are_drawn_to_the_widest_and_never_vanish() -> None:
    assert display.share_of(Decimal(50), Decimal(200)) == "25.00"
    assert display.share_of(Decimal("0.01"), Decimal(1000)) == "1"
    assert display.share_of(0, 10) == display.share_of(None, 10) == display.share_of(5, 0) == "0"


def test_query_changes_one_parameter_and_goes_back_to_the_first_page() -> None:
    assert render("{% query year=2019 %}", "/?park=a&park=b&year=2020&page=3") == "?park=a&amp;park=b&amp;year=2019"
    assert render("{% query year=None %}", "/?year=2020") == "?"
    assert render("{% query page=2 %}", "/?q=x&page=3") == "?q=x&amp;page=2"


def test_query_drop_takes_one_of_several_values() -> None:
    assert render('{% query_drop "park" "a" %}', "/?park=a&park=b") == "?park=b"
    assert render('{% query_drop "park" %}', "/?park=a&park=b&q=x") == "?q=x"


def test_keep_query_escapes_what_it_carries() -> None:
    html = render('{% keep_query "as_of" %}', "/?q=%22%3E%3Cb&as_of=2020-12-31&page=2")
    assert html == '<input type="hidden" name="q" value="&quot;&gt;&lt;b">'


class SampleForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As signed")
    agreed = forms.CharField(widget=forms.TextInput(attrs={"data-unit": "亿元", "class": "num"}))
    park = forms.ChoiceField(choices=[("a", "A")])
    joint = forms.BooleanField(required=False)


def test_field_group_has_class_unit_help_and_error() -> None:
    form = SampleForm({"name": "", "agreed": "1", "park": "a"})
    name = form["name"].as_field_group()
    assert 'class="form-control"' in name
    assert 'aria-describedby="id_name_helptext id_name_error"' in name
    assert 'id="id_name_error"' in name
    assert 'id="id_name_helptext"' in name
    agreed = form["agreed"].as_field_group()
    assert 'class="form-control num"' in agreed
    assert '<span class="input-group-text">亿元</span>' in agreed
    assert 'class="form-select"' in form["park"].as_field_group()
    assert 'class="form-check-input"' in form["joint"].as_field_group()
