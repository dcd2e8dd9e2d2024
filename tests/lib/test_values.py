"""Amounts, numbers, telephone numbers and credit codes beyond the list of cell variants."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiangjin.lib.amounts import header_unit, parse_amount
from jiangjin.lib.cellerrors import CellError
from jiangjin.lib.creditcode import parse_credit_code
from jiangjin.lib.numbers import header_area_unit, parse_area, parse_integer, parse_percent
from jiangjin.lib.numerals import numeral
from jiangjin.lib.phones import parse_phone


def code_of(parse, *arguments) -> str:
    with pytest.raises(CellError) as refused:
        parse(*arguments)
    return refused.value.code


class TestAmounts:
    @pytest.mark.parametrize(
        ("text", "unit", "wan"),
        [
            ("一亿零五百万", None, "10500"),
            ("三千五百万元", None, "3500"),
            ("12万5000元", None, "12.5"),
            ("一百零二", "万元", "102"),
            ("零点五亿", None, "5000"),
            ("5百亿", None, "5000000"),
            ("1万亿", None, "100000000"),
            ("6.2", "亿", "62000"),
            ("人民币壹仟贰佰万圆整", None, "1200"),
            ("RMB 6,200万元", "亿元", "6200"),
            ("0.0", "亿元", "0"),
            ("未填", "亿元", None),
        ],
    )
    def test_what_is_read(self, text, unit, wan):
        assert parse_amount(text, unit).value == (wan and Decimal(wan))

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("5-8亿", "ambiguous_amount"),
            ("一至二亿", "ambiguous_amount"),
            ("1.5亿2000万", "ambiguous_amount"),
            ("1亿20000万", "ambiguous_amount"),
            ("签约金额50亿元", "left_over_text"),
            ("一百二万", "left_over_text"),
            ("1亿2", "spoken_amount"),
            ("5千", "left_over_text"),
            ("5个", "left_over_text"),
            ("=20+42", "amount_expression"),
            ("负5亿", "negative_amount"),
            ("几亿", "ambiguous_amount"),
            ("62百", "left_over_text"),
            ("9" * 40, "amount_too_large"),
            ("1." + "0" * 40 + "1", "amount_too_large"),
            ("1" * 300, "too_long"),
            ("￥", "no_number"),
            ("N/A亿", "no_number"),
        ],
    )
    def test_what_is_refused(self, text, code):
        assert code_of(parse_amount, text, "亿元") == code

    def test_a_unit_of_its_own_warns_only_where_it_differs(self):
        assert [code for code, _ in parse_amount("6200万元", "亿元").warnings] == ["unit_in_cell"]
        for text, unit in (("62亿", "亿元"), ("62亿元", "亿"), ("62亿", None), ("62", "亿元"), ("62亿", "万元/万美元")):
            assert parse_amount(text, unit).warnings == ()

    @given(st.decimals(0, 10**6, places=6), st.sampled_from(["元", "千元", "万元", "百万元", "亿元"]))
    def test_a_number_reads_the_same_with_its_unit_beside_it_or_in_the_header(self, number, unit):
        def outcome(*arguments):
            try:
                return parse_amount(*arguments).value
            except CellError as error:
                return error.code

        assert (
            outcome(f"{number:f}", unit) == outcome(f"{number:f}{unit}", None) == outcome(f"{number:,f} {unit}", None)
        )

    @given(st.text(alphabet="0123456789.,，亿万千百元 一二十点零约-+~至（）$%", max_size=12))
    def test_any_text_is_a_value_or_a_refusal(self, text):
        try:
            value = parse_amount(text, "亿元").value
        except CellError:
            return
        assert value is None or value >= 0


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("投资额（亿）", "亿元"),
        ("投资强度（万元/亩）", "万元"),
        ("单位：万元　填报日期：2020年6月", "万元"),
        ("（单位：人民币万元）", "万元"),
        ("10亿元以上项目", None),
        ("投资10亿元", None),
        ("元器件", None),
        ("多元化投资", None),
        ("（元）", "元"),
        ("合同外资（美元）", "美元"),
        ("单位：万元、万美元", None),
        ("亿", None),
        ("", None),
    ],
)
def test_header_unit(text, unit):
    assert header_unit(text) == unit


def test_numerals_are_exact():
    assert [numeral(text) for text in ("十", "一十", "二十五", "一百零二", "三千零五十", "九千九百九十九")] == [
        10,
        10,
        25,
        102,
        3050,
        9999,
    ]
    assert [numeral(text) for text in ("一百二", "百", "二十十", "零零", "一百五零")] == [None] * 5


class TestAreas:
    @pytest.mark.parametrize(
        ("text", "unit", "target", "area"),
        [
            ("3000㎡", None, "平方米", "3000"),
            ("1亩", None, "平方米", "666.67"),
            ("3亩", None, "平方米", "2000"),
            ("1.5万㎡", None, "平方米", "15000"),
            ("100㎡", None, "亩", "0.15"),
            ("120.5", "亩", "亩", "120.5"),
            ("2km²", None, "亩", "3000"),
            ("12.5", "万平方米", "亩", "187.5"),
        ],
    )
    def test_what_is_read(self, text, unit, target, area):
        assert parse_area(text, unit, target).value == Decimal(area)

    def test_a_unit_of_its_own_warns_where_it_differs(self):
        assert [code for code, _ in parse_area("80000㎡", "亩").warnings] == ["unit_in_cell"]
        assert parse_area("120亩", "亩").warnings == ()

    def test_what_is_refused(self):
        assert code_of(parse_area, "9" * 30 + "亩", None) == "number_too_large"
        assert code_of(parse_area, "-5亩", None) == "negative_number"
        assert code_of(parse_area, "120", "亩/平方米") == "no_unit"
        assert code_of(parse_area, "同上", "亩") == "ditto"

    def test_header(self):
        assert header_area_unit("用地面积（亩）") == "亩"
        assert header_area_unit("建筑面积（万㎡）") == "万平方米"
        assert header_area_unit("单位：万元、亩") == "亩"
        assert header_area_unit("平均面积") is None


class TestNumbers:
    def test_integers(self):
        assert parse_integer("１，２００ 人") == 1200
        assert parse_integer("2千人") == 2000
        assert code_of(parse_integer, "9" * 100) == "number_too_large"
        assert code_of(parse_integer, "1.23456万人") == "not_whole"
        assert code_of(parse_integer, "多") == "ambiguous_number"

    def test_percentages(self):
        assert parse_percent("-5.5%") == Decimal("-5.5")
        assert parse_percent("85", percent_header=True) == 85
        assert code_of(parse_percent, "85") == "no_unit"
        assert code_of(parse_percent, "1 2%") == "bad_number"


class TestPhones:
    @pytest.mark.parametrize(
        ("text", "phone"),
        [
            ("86 139 0000 0001", "13900000001"),
            ("+86 23 4750 0001", "023-47500001"),
            ("+86-023-47500001", "023-47500001"),
            ("0830-1234567", "0830-1234567"),
            ("08301234567", "0830-1234567"),
            ("010-62345678-12", "010-62345678-12"),
            ("(023)47500001 ext.801", "023-47500001-801"),
            ("4000000001", "400-000-0001"),
            ("+852 2345 6789", "+85223456789"),
            ("'13900000001", "13900000001"),
            ("无", None),
        ],
    )
    def test_what_is_read(self, text, phone):
        assert parse_phone(text) == phone

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("023-47500001、13900000001", "two_phones"),
            ("0234750000", "bad_phone"),
            ("023-4750000", "bad_phone"),
            ("13900000001（张三）", "left_over_text"),
            ("12345", "bad_phone"),
            ("*", "bad_phone"),
            ("同上", "ditto"),
        ],
    )
    def test_what_is_refused(self, text, code):
        assert code_of(parse_phone, text) == code


class TestCreditCodes:
    @pytest.mark.parametrize("text", ["91500116MA00000154", "91500116202006304C", "91500116MA0000023Y"])
    def test_both_checks_pass(self, text):
        assert parse_credit_code(text).value == text
        assert parse_credit_code(text).warnings == ()

    def test_the_inner_check_only_warns(self):
        reading = parse_credit_code("91500116DEMQ19046G")
        assert reading.value == "91500116DEMQ19046G"
        assert [code for code, _ in reading.warnings] == ["organisation_code_check"]

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("9150011MA000001544", "credit_code_area"),
            ("91500116-MA00000154", "credit_code_alphabet"),
            ("91500116MAI0000154", "credit_code_alphabet"),
            ("12345678-9", "credit_code_alphabet"),
            ("123456789", "credit_code_length"),
            ("500116000000001", "credit_code_old_number"),
            ("91500116MA00000155", "credit_code_check"),
            ("9.15E+17", "digits_lost"),
            ("同上", "ditto"),
        ],
    )
    def test_each_reason_has_its_code(self, text, code):
        assert code_of(parse_credit_code, text) == code

    def test_nothing_yet(self):
        assert parse_credit_code("办理中").value is None

    @given(st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
    def test_no_single_slip_is_accepted(self, place, character):
        good = "91500116MA00000154"
        slipped = good[:place] + character + good[place + 1 :]
        if slipped != good:
            assert code_of(parse_credit_code, slipped).startswith("credit_code_")
