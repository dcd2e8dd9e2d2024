"""Pinyin of names, and what people type of it."""

from __future__ import annotations

import pytest

from jiangjin.lib.pinyin import _cut, pinyin_of, pinyin_of_person, typed_readings


def test_initials_and_readings() -> None:
    assert pinyin_of("重庆长安2号（Ａ区）") == ("cqca2haq", " chong qing chang an 2 hao a qu ")
    assert pinyin_of("珞璜工业园") == ("lhgyy", " luo huang gong ye yuan ")
    assert pinyin_of("") == pinyin_of("（）") == ("", "")


def test_surnames_are_read_as_surnames() -> None:
    assert pinyin_of_person("曾国强") == ("zgq", " zeng guo qiang ")
    assert pinyin_of_person("李勇") == ("ly", " li yong ")
    assert pinyin_of_person("解") == ("x", " xie ")


@pytest.mark.parametrize(
    ("typed", "name", "found"),
    [
        ("shuangfu", "双福工业园", True),
        ("ShuangFu", "双福工业园", True),
        ("shuangf", "双福工业园", True),  # still typing
        ("shuang", "双福工业园", True),
        ("huangfu", "双福工业园", False),  # a part of a syllable is none
        ("xian", "先锋食品", True),
        ("xian", "西安分公司", True),
        ("li", "李勇", True),
        ("li", "林业", False),
        ("chongqingchangan2hao", "重庆长安2号", True),
        ("sfjx", "双福江小白", False),  # initials are found by their own column
    ],
)
def test_typed_pinyin_finds_whole_syllables(typed: str, name: str, found: bool) -> None:
    assert any(reading in pinyin_of(name)[1] for reading in typed_readings(typed)) is found


@pytest.mark.parametrize("typed", ["", "a", "123", "双福", "p-001", "sfjx", "%", "a" * 500])
def test_what_is_no_pinyin_has_no_readings(typed: str) -> None:
    assert typed_readings(typed) == []


def test_hopeless_input_looks_at_each_rest_of_it_once() -> None:
    _cut.cache_clear()
    typed_readings("a" * 59 + "z")
    assert _cut.cache_info().misses <= 2 * 60  # with and without a syllable that is still being typed
