"""Secrets that a machine makes for itself once and keeps under the var folder: the secret key, the demo password."""

import contextlib
import os
import secrets
from pathlib import Path

# No 0/O and 1/l/I: the demo password is read from a console and typed by hand.
READABLE = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def make_private_folder(folder: Path) -> None:
    """The folder, readable by its owner alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid == os.geteuid():
        folder.chmod(0o700)


def keep_secret(path: Path, value: str) -> str:
    """What the file holds; where there is none, `value` is written into it (mode 0600) first.

    Written beside and linked into place, so that two starts at once agree and a killed one leaves no half file.
    """
    make_private_folder(path.parent)
    if not path.is_file():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            handle.write(value + "\n")
            handle.flush()
            os.fsync(handle.fileno())
        with contextlib.suppress(FileExistsError):  # another start was first: its value counts
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="utf-8").strip()


def ensure_secret_key(var_dir: Path) -> None:
    """Make the secret key of this installation unless the environment brings one."""
    if not os.environ.get("SECRET_KEY") and not os.environ.get("SECRET_KEY_FILE"):
        keep_secret(var_dir / "secret_key", secrets.token_urlsafe(60))


def demo_password(var_dir: Path) -> str:
    """The password of all demo accounts on this machine, made at its first use."""
    return keep_secret(var_dir / "demo_password", "".join(secrets.choice(READABLE) for _ in range(14)))
