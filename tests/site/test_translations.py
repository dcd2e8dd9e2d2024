"""Compiled catalogues: what is on the page is what the catalogue says, whatever the times of the files."""

from __future__ import annotations

import gettext
import os
from pathlib import Path

import pytest

from jiangjin.translations import compile_catalogues

CATALOGUE = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Save"\nmsgstr "%s"\n'


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    source = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(CATALOGUE % "存", encoding="utf-8")
    return source


def _says(source: Path) -> str:
    with source.with_suffix(".mo").open("rb") as file:
        return gettext.GNUTranslations(file).gettext("Save")


def test_a_catalogue_is_compiled_once(catalogue: Path, tmp_path: Path) -> None:
    assert compile_catalogues(tmp_path) == [catalogue.with_suffix(".mo")]
    assert _says(catalogue) == "存"
    os.utime(catalogue)  # looks newer, says the same
    assert compile_catalogues(tmp_path) == []


def test_an_older_catalogue_that_says_something_else_is_compiled_again(catalogue: Path, tmp_path: Path) -> None:
    compile_catalogues(tmp_path)
    compiled = catalogue.with_suffix(".mo").stat()
    catalogue.write_text(CATALOGUE % "保存", encoding="utf-8")
    os.utime(catalogue, ns=(compiled.st_atime_ns, compiled.st_mtime_ns - 10**12))  # as unpacking or a checkout leave it
    assert compile_catalogues(tmp_path) == [catalogue.with_suffix(".mo")]
    assert _says(catalogue) == "保存"


def test_a_file_of_another_making_is_replaced(catalogue: Path, tmp_path: Path) -> None:
    catalogue.with_suffix(".mo").write_bytes(b"")
    assert compile_catalogues(tmp_path) == [catalogue.with_suffix(".mo")]
    assert _says(catalogue) == "存"
