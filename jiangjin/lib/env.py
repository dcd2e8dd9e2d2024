"""Typed readers of environment variables. A malformed value stops the start and names the variable."""

import datetime
import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def env_str(name: str, default: str = "") -> str:
    """The variable's text, or the default where it is unset or empty."""
    return os.environ.get(name, "") or default


def env_bool(name: str, default: bool) -> bool:
    """1/true/yes/on and 0/false/no/off, in any case; anything else is refused."""
    raw = os.environ.get(name, "").strip().lower()
    if not raw:
        return default
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {raw!r}")


def env_int(name: str, default: int, *, least: int = 0) -> int:
    """A whole number of at least `least`."""
    raw = os.environ.get(name, "").strip()
    if not raw:
        return default
    try:
        value = int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {raw!r}") from None
    if value < least:
        raise ImproperlyConfigured(f"{name} must be at least {least}, not {value}")
    return value


def env_list(name: str, default: list[str]) -> list[str]:
    """Values separated by commas."""
    raw = os.environ.get(name, "")
    return [part.strip() for part in raw.split(",") if part.strip()] or default


def env_day(name: str) -> datetime.date | None:
    """A day as YYYY-MM-DD, or None."""
    raw = os.environ.get(name, "").strip()
    if not raw:
        return None
    try:
        return datetime.date.fromisoformat(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a day such as 2020-12-31, not {raw!r}") from None


def env_secret(name: str, fallback_file: Path) -> str:
    """The secret itself, or what NAME_FILE holds, or what a former start wrote into `fallback_file`; else empty."""
    if value := os.environ.get(name, ""):
        return value
    named = os.environ.get(f"{name}_FILE", "")
    path = Path(named) if named else fallback_file
    if path.is_file():
        return path.read_text(encoding="utf-8").strip()
    if named:
        raise ImproperlyConfigured(f"{name}_FILE names a file that does not exist: {named}")
    return ""
