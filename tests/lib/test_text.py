"""Text cleaned for storing, keyed for comparing, made safe for spreadsheets."""

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from hypothesis import given
from hypothesis import strategies as st

from jiangjin.lib.text import (
    clean_text,
    investor_key,
    is_placeholder,
    match_key,
    name_key,
    safe_for_spreadsheet,
    sentence,
    unsafe_restored,
)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (" 万达广场　", "万达广场"),
        ("山鹰纸业\n双福基地", "山鹰纸业双福基地"),
        ("山鹰纸业_x000D_\r\n双福基地", "山鹰纸业双福基地"),
        ("山鹰纸业 \n 双福基地", "山鹰纸业双福基地"),
        ("ABC\nCompany", "ABC Company"),
        ("第1期\n2期", "第1期 2期"),
        ("ABC  公司", "ABC 公司"),
        ("A\u00a0B\u3000C\tD", "A B C D"),
        ("双\u200b福\ufeff\u202e园\x00区", "双福园区"),
        ("中科（重庆）产研城", "中科（重庆）产研城"),
        ("“驼峰500”重载无人直升机", "“驼峰500”重载无人直升机"),
        ("㐂𠮷科技", "㐂𠮷科技"),
        ("a\ud800b", "ab"),
        ("_x0041_", "_x0041_"),
        ("\u200b \n", ""),
    ],
)
def test_clean_text(text, cleaned):
    assert clean_text(text) == cleaned


def test_notes_keep_their_lines():
    assert clean_text(" 6月签约_x000D_\r\n  7月  开工\x07 \n", keep_lines=True) == "6月签约\n7月 开工"


@given(st.text())
def test_clean_text_is_stable(text):
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned == cleaned.strip()
    assert match_key(cleaned) == match_key(text)


def test_match_key():
    assert match_key(" “双福” 工业园（Ａ区） ") == match_key("双福工业园(a区)") == "双福工业园(a区)"
    assert match_key("约翰•史密斯") == match_key("约翰·史密斯")
    assert match_key("双褔") != match_key("双福")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("江津万达广场商业综合体项目", "万达广场商业综合体"),
        ("重庆市江津区万达广场项目", "万达广场"),
        ("中科（重庆）产研城", "中科(重庆)产研城"),
        ("“驼峰500”重载无人直升机", "驼峰500重载无人直升机"),
        ("江津项目", "江津"),
        ("重庆江津", "江津"),
        ("重庆市", "重庆市"),
        ("项目", "项目"),
        ("江津区块链产业园", "区块链产业园"),
        ("江津区区块链产业园", "区块链产业园"),
        ("重庆市政材料基地", "市政材料基地"),
        ("项目管理中心", "项目管理中心"),
        ("", ""),
    ],
)
def test_name_key(name, key):
    assert name_key(name) == key


def test_investor_key_evens_out_spelling_only():
    assert investor_key("重庆智笃新材料有限公司（演示）") == investor_key("重庆智笃 新材料有限公司(演示)")
    assert investor_key("重庆智笃新材料有限公司") != investor_key("智笃新材料有限公司")


def test_is_placeholder():
    for text in (
        "",
        " ",
        "　",
        "-",
        "—",
        "——",
        "－",
        "/",
        "／",
        "\\",
        "无",
        "待定",
        "未定",
        "暂无",
        "N/A",
        "n/a",
        " — ",
        "\u200b",
    ):
        assert is_placeholder(text), text
    assert is_placeholder(" " * 1000)
    for text in ("0", "同上", "保密", "见备注", "无锡", "NA", "待办"):
        assert not is_placeholder(text), text


@pytest.mark.parametrize("text", ["=1+1", "+86", "-5", "@SUM(A1)", "\t=1", " =1", "＝1", "'=1", "''-1"])
def test_formulas_are_defused_and_restored(text):
    assert safe_for_spreadsheet(text) == f"'{text}"
    assert unsafe_restored(f"'{text}") == text


@given(st.one_of(st.text(), st.text(alphabet="'=+-@ \ta")))
def test_defusing_is_undone_exactly(text):
    safe = safe_for_spreadsheet(text)
    assert unsafe_restored(safe) == text
    assert safe.lstrip()[:1] not in {"=", "+", "-", "@"}


def test_a_sentence_is_translated_when_it_is_shown():
    lazy = sentence(_("%(count)s of %(total)s"), count=1, total=_("Monday"))
    with translation.override("en"):
        assert str(lazy) == "1 of Monday"
    with translation.override("zh-hans"):
        assert str(lazy).endswith("星期一")
