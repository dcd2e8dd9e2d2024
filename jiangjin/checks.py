"""System checks: combinations of settings that cannot work or must not go live."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

LOCAL_HOSTS = {"127.0.0.1", "localhost", "[::1]", "::1"}


def _public_hosts() -> list[str]:
    return [host for host in settings.ALLOWED_HOSTS if host not in LOCAL_HOSTS]


@register(Tags.database)
def sqlite_options(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterable[CheckMessage]:
    """Writers on SQLite wait for each other only with WAL and IMMEDIATE together (docs/decisions/0002-sqlite.md)."""
    database = settings.DATABASES["default"]
    if database["ENGINE"] != "django.db.backends.sqlite3":
        return []
    options = database.get("OPTIONS", {})
    messages: list[CheckMessage] = []
    if options.get("transaction_mode") != "IMMEDIATE":
        messages.append(Error("SQLite needs transaction_mode IMMEDIATE, or writers fail.", id="jiangjin.E001"))
    if "journal_mode=wal" not in str(options.get("init_command", "")).lower().replace(" ", ""):
        messages.append(Error("SQLite needs PRAGMA journal_mode=WAL, or readers wait.", id="jiangjin.E002"))
    return messages


@register(Tags.security)
def hosts(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterable[CheckMessage]:
    """Which host names are answered, and with how much about the inside."""
    messages: list[CheckMessage] = []
    if "*" in settings.ALLOWED_HOSTS and not settings.DEBUG:
        messages.append(
            Error("ALLOWED_HOSTS answers every host name.", hint="Name the register's host.", id="jiangjin.E003")
        )
    if settings.DEBUG and _public_hosts():
        messages.append(
            Error(
                "DEBUG shows settings and data to every visitor of " + ", ".join(_public_hosts()) + ".",
                hint="Unset DEBUG, or allow local hosts only.",
                id="jiangjin.E004",
            )
        )
    return messages


@register(Tags.security)
def limits(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterable[CheckMessage]:
    """Limits that contradict each other."""
    messages: list[CheckMessage] = []
    if settings.IMPORT_MAX_UNPACKED_BYTES < settings.IMPORT_MAX_BYTES:
        messages.append(
            Error("IMPORT_MAX_UNPACKED_MB is below IMPORT_MAX_MB: no large file could be read.", id="jiangjin.E005")
        )
    if settings.IMPORT_CHILD_SECONDS_LARGE < settings.IMPORT_CHILD_SECONDS:
        messages.append(
            Error("IMPORT_CHILD_SECONDS_LARGE is below IMPORT_CHILD_SECONDS: large files get less.", id="jiangjin.E006")
        )
    if settings.SESSION_ABSOLUTE_AGE < settings.SESSION_COOKIE_AGE:
        messages.append(Error("SESSION_ABSOLUTE_HOURS is shorter than SESSION_IDLE_MINUTES.", id="jiangjin.E007"))
    return messages


@register(Tags.security, deploy=True)
def deployment(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterable[CheckMessage]:
    """What must not go live, beyond Django's own list."""
    messages: list[CheckMessage] = []
    if not settings.HTTPS and _public_hosts():
        messages.append(
            Warning(
                "HTTPS is off, and ALLOWED_HOSTS names " + ", ".join(_public_hosts()) + ": passwords travel readable.",
                hint="Put a proxy with TLS in front and set HTTPS=true.",
                id="jiangjin.W001",
            )
        )
    if settings.IMPORT_MAX_BYTES > 200 * 1024 * 1024:
        messages.append(Warning("IMPORT_MAX_MB is above 200: one upload can occupy the server.", id="jiangjin.W002"))
    if settings.TODAY is not None:
        messages.append(
            Warning("TODAY is set: figures stand still at that day.", hint="Unset TODAY.", id="jiangjin.W003")
        )
    return messages
