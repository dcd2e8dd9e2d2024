"""Collects the static files, only where they changed since the last time: a start must not take longer than needed."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.core.management import call_command


def fingerprint() -> str:
    """Of our own static files and of the pinned packages that bring theirs."""
    digest = hashlib.sha256(settings.VERSION.encode())
    folders = [Path(folder) for folder in settings.STATICFILES_DIRS]
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    for path in [*files, settings.BASE_DIR / "requirements" / "app.txt"]:
        digest.update(str(path).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def collect_if_changed() -> bool:
    """Collect into STATIC_ROOT; answers whether there was anything to do."""
    root = Path(settings.STATIC_ROOT)
    stamp = root.with_name("static.sha256")
    current = fingerprint()
    if (root / "staticfiles.json").is_file() and stamp.is_file() and stamp.read_text(encoding="ascii") == current:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(current, encoding="ascii")
    return True
