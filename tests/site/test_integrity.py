"""`manage.py check_data`."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command

from jiangjin import integrity

pytestmark = pytest.mark.django_db


def test_a_sound_register_holds(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_data")
    assert "!!" not in capsys.readouterr().out


def test_what_fails_is_listed_and_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(integrity, "_registry", integrity.all_invariants())

    @integrity.invariant("two and two are four")
    def broken() -> Iterator[str]:
        for number in range(70):
            yield f"case {number}"

    with pytest.raises(SystemExit) as ended:
        call_command("check_data")
    output = capsys.readouterr().out
    assert ended.value.code == 1
    assert "two and two are four" in output
    assert "case 49" in output
    assert "case 50" not in output
