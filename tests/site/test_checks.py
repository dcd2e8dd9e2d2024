"""System checks, ours and `check --deploy` with what docker-compose.yml sets."""

import pytest
from django.core.checks import run_checks

from tests.site.sites import Site

PRODUCTION = {
    "HTTPS": "true",
    "ALLOWED_HOSTS": "register.example",
    "SECRET_KEY": "Zq3-8sPf_0vLx2NwYtR5kMb7HdJc9GaUe4TiXoQy1SzWrVnEuPl6",
    "DATABASE_URL": "postgresql://jiangjin:secret@db/jiangjin",
}


def ids(**kwargs: bool) -> set[str]:
    return {str(message.id) for message in run_checks(**kwargs) if str(message.id).startswith("jiangjin.")}


def test_shipped_production_settings_give_no_warning(bare_site: Site) -> None:
    result = bare_site.run("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert result.returncode == 0, result.stderr


def test_deploy_check_misses_key_and_https(bare_site: Site) -> None:
    result = bare_site.run(
        "check", "--deploy", "--fail-level", "WARNING", **{**PRODUCTION, "SECRET_KEY": "short", "HTTPS": "false"}
    )
    assert result.returncode == 1
    assert "security.W009" in result.stderr
    assert "jiangjin.W001" in result.stderr


def test_the_tests_own_settings_are_sound() -> None:
    assert ids() == set()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ALLOWED_HOSTS": ["*"], "HTTPS": True}, "jiangjin.E003"),
        ({"DEBUG": True, "HTTPS": True, "ALLOWED_HOSTS": ["register.example"]}, "jiangjin.E004"),
        ({"IMPORT_MAX_UNPACKED_BYTES": 1}, "jiangjin.E005"),
        ({"IMPORT_CHILD_SECONDS_LARGE": 0}, "jiangjin.E006"),
        ({"SESSION_ABSOLUTE_AGE": 1}, "jiangjin.E007"),
        ({"ALLOWED_HOSTS": ["register.example"]}, "jiangjin.W001"),
        ({"IMPORT_MAX_BYTES": 300 * 1024 * 1024}, "jiangjin.W002"),
        ({"TODAY": "2020-12-31"}, "jiangjin.W003"),
    ],
)
def test_each_combination_is_named(settings, changes: dict, expected: str) -> None:
    for name, value in {"ALLOWED_HOSTS": ["localhost"], **changes}.items():
        setattr(settings, name, value)
    assert ids(include_deployment_checks=True) == {expected}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"transaction_mode": "DEFERRED", "init_command": "PRAGMA journal_mode=WAL;"}, {"jiangjin.E001"}),
        ({"transaction_mode": "IMMEDIATE"}, {"jiangjin.E002"}),
        ({"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode = wal"}, set()),
    ],
)
def test_sqlite_needs_both(monkeypatch: pytest.MonkeyPatch, settings, options: dict, expected: set) -> None:
    database = {**settings.DATABASES["default"], "ENGINE": "django.db.backends.sqlite3", "OPTIONS": options}
    monkeypatch.setitem(settings.DATABASES, "default", database)
    assert ids() == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("WEB_WORKERS", "0"),
        ("DEBUG", "perhaps"),
        ("TODAY", "2020-13-01"),
        ("DATABASE_URL", "mysql://x"),
    ],
)
def test_a_malformed_variable_is_named(bare_site: Site, name: str, value: str) -> None:
    result = bare_site.run("check", **{name: value})
    assert result.returncode == 1
    assert name in result.stderr
