"""One file with everything of a register: database, uploads and a manifest that vouches for both.

The secret key and the demo password stay behind: a register put back elsewhere makes its own.
"""

import datetime
import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from jiangjin.dumps import BackupError, Dump, Rows, dump_of_this_register, fsync
from jiangjin.secrets import make_private_folder
from jiangjin.serverlock import ServerIsRunning, server_lock

__all__ = ["Backup", "BackupError", "Manifest", "make_backup", "restore_backup"]

PRODUCT, FORMAT = "jiangjin", 1
MANIFEST = "manifest.json"
MANIFEST_MAX_BYTES = 64 * 1024 * 1024
CHUNK = 1024 * 1024
# What a torn or altered archive makes tarfile, gzip and json raise.
UNREADABLE = (OSError, EOFError, tarfile.TarError, zlib.error, ValueError)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `files` maps each member to its size and sha256, `rows` each table to its count."""

    product: str
    format: int
    version: str
    made_at: str
    engine: str
    migrations: list[str]
    rows: Rows
    files: dict[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made."""

    path: Path
    size: int
    rows: int
    uploads: int


def make_backup(path: Path) -> Backup:
    """Write a backup to `path` (a file, or an existing folder that gets one), also while others write.

    The file appears under its name only when it is complete.
    """
    dump = dump_of_this_register()
    if dump.is_empty():
        raise BackupError(_("There is no register here yet: nothing to save."))
    if path.is_dir():
        path /= f"jiangjin-{_stamp()}.tar.gz"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _staging() as staging:
        rows, migrations = dump.save(staging / dump.member)
        members = {dump.member: staging / dump.member, **_hold_uploads(staging / "uploads")}
        manifest = Manifest(
            PRODUCT, FORMAT, settings.VERSION, datetime.datetime.now(tz=datetime.UTC).isoformat(timespec="seconds"),
            dump.engine, migrations, rows, {name: _size_and_hash(file) for name, file in members.items()},
        )  # fmt: skip
        draft = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            _write_archive(draft, manifest, members)
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    fsync(path.parent)
    return Backup(path, path.stat().st_size, sum(rows.values()), len(members) - 1)


def restore_backup(path: Path, say: Callable[[str], None], *, safety_copy: bool = True) -> None:
    """Verify all of the backup, save what is live, then put the backup in its place and migrate it.

    Nothing live is touched before the backup is known to be whole and to fit. The database changes in one step; files
    are added before it and taken away after it, so that a kill at any moment leaves the old or the new register whole.
    """
    dump = dump_of_this_register()
    try:
        with server_lock(settings.VAR_DIR), _staging() as staging:
            manifest = _unpack(path, staging, dump)
            dump.verify(staging / dump.member, manifest.rows)
            say(_("The backup is whole: version %(version)s of %(made_at)s") % asdict(manifest))
            connections.close_all()
            dump.require_alone()
            if safety_copy and not dump.is_empty():
                say(_("The present register was saved: %(path)s") % {"path": _save_present(dump)})
            connections.close_all()
            _add_uploads(staging / "uploads")
            dump.load(staging / dump.member)
            _remove_other_uploads(manifest)
            call_command("migrate", interactive=False, verbosity=0)
            connections.close_all()
    except ServerIsRunning:
        raise BackupError(_("The server is running. Stop it first, then put the backup back.")) from None


def _stamp() -> str:
    return datetime.datetime.now(tz=datetime.UTC).strftime("%Y%m%d-%H%M%S-%f")


@contextmanager
def _staging() -> Iterator[Path]:
    """A folder beside the live data, so that its files can be linked and renamed into place."""
    make_private_folder(settings.VAR_DIR)
    with tempfile.TemporaryDirectory(prefix="backup-", dir=settings.VAR_DIR) as folder:
        yield Path(folder)


def _hold_uploads(folder: Path) -> dict[str, Path]:
    """Links to all uploads as they are now, so that one deleted meanwhile is still there to be read."""
    held: dict[str, Path] = {}
    root = Path(settings.MEDIA_ROOT)
    for source in sorted(root.rglob("*")) if root.is_dir() else []:
        if not source.is_file() or source.is_symlink():
            continue
        relative = source.relative_to(root)
        target = folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, target)
        except FileNotFoundError:
            continue
        except OSError:
            shutil.copyfile(source, target)  # uploads on a volume of their own
        held[f"uploads/{relative.as_posix()}"] = target
    return held


def _size_and_hash(path: Path) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as handle:
        while chunk := handle.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()


def _write_archive(draft: Path, manifest: Manifest, members: dict[str, Path]) -> None:
    """The manifest comes first, so that a backup that does not fit is refused without reading the rest."""
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as raw:
        with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=6) as archive:
            text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode()
            archive.addfile(_member(MANIFEST, len(text)), io.BytesIO(text))
            for name, file in members.items():
                with file.open("rb") as handle:
                    # The size that was hashed: an upload still growing is saved as it was then.
                    archive.addfile(_member(name, manifest.files[name][0]), handle)
        raw.flush()
        os.fsync(raw.fileno())


def _member(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


def _unpack(path: Path, staging: Path, dump: Dump) -> Manifest:
    """Unpack into `staging`; raises where anything is missing, altered, added, or made for another register."""
    if not path.is_file():
        raise BackupError(_("There is no file %(path)s.") % {"path": path})
    try:
        with tarfile.open(path, mode="r:gz") as archive:
            manifest = _read_manifest(archive)
            _require_fit(manifest, dump)
            _require_room(manifest, staging)
            _unpack_members(archive, manifest, staging)
    except UNREADABLE as error:
        raise BackupError(_("%(path)s is damaged or no backup of this register.") % {"path": path}) from error
    return manifest


def _read_manifest(archive: tarfile.TarFile) -> Manifest:
    """The first member; raises ValueError where it is no manifest of ours."""
    info = archive.next()
    if info is None or info.name != MANIFEST or not info.isreg() or info.size > MANIFEST_MAX_BYTES:
        raise ValueError("no manifest")
    content = archive.extractfile(info)
    manifest = json.loads(content.read() if content else b"")
    if not isinstance(manifest, dict) or manifest.get("product") != PRODUCT:
        raise ValueError("another product")
    if manifest.get("format") != FORMAT:
        raise BackupError(
            _("The backup was made by version %(version)s and cannot be read by version %(ours)s.")
            % {"version": manifest.get("version"), "ours": settings.VERSION}
        )
    try:
        manifest["files"] = {name: (size, digest) for name, (size, digest) in manifest["files"].items()}
        return Manifest(**manifest)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("a manifest of another shape") from error


def _require_fit(manifest: Manifest, dump: Dump) -> None:
    """The engine must be the same, and every migration known: data of a newer version would be lost on the way back."""
    if manifest.engine != dump.engine:
        raise BackupError(
            _("The backup is of a %(theirs)s database, this register runs on %(ours)s. Set DATABASE_URL to match.")
            % {"theirs": manifest.engine, "ours": dump.engine}
        )
    loader = MigrationLoader(None)
    known = {f"{app}.{name}" for app, name in {*loader.disk_migrations, *loader.replacements}}
    if unknown := sorted(set(manifest.migrations) - known):
        raise BackupError(
            _("The backup is of version %(theirs)s, newer than this one (%(ours)s lacks %(migration)s). Update.")
            % {"theirs": manifest.version, "ours": settings.VERSION, "migration": unknown[0]}
        )


def _require_room(manifest: Manifest, staging: Path) -> None:
    needed = 2 * sum(size for size, _digest in manifest.files.values())
    free = shutil.disk_usage(staging).free
    if needed > free:
        raise BackupError(
            _("The disk is too full: %(needed)d MB are needed, %(free)d MB are free.")
            % {"needed": needed // CHUNK + 1, "free": free // CHUNK}
        )


def _unpack_members(archive: tarfile.TarFile, manifest: Manifest, staging: Path) -> None:
    """Raises ValueError at the first member that is not exactly what the manifest says, or where one is missing."""
    missing = set(manifest.files)
    while (info := archive.next()) is not None:
        pure = PurePosixPath(info.name)
        content = archive.extractfile(info) if info.isreg() else None
        if content is None or pure.is_absolute() or ".." in pure.parts or info.name not in missing:
            raise ValueError(info.name)
        target = staging / pure
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as handle:
            shutil.copyfileobj(content, handle, CHUNK)
        if _size_and_hash(target) != manifest.files[info.name]:
            raise ValueError(info.name)
        missing.remove(info.name)
    if missing:
        raise ValueError(f"{len(missing)} files are missing")


def _save_present(dump: Dump) -> Path:
    """A backup of the live register; of a damaged SQLite register its files as they are."""
    folder = settings.VAR_DIR / "backups"
    make_private_folder(folder)
    target = folder / f"before-restore-{_stamp()}.tar.gz"
    try:
        return make_backup(target).path
    except BackupError:
        if connection.vendor != "sqlite":
            raise
    live = Path(connection.settings_dict["NAME"])
    kept = folder / f"damaged-{_stamp()}"
    make_private_folder(kept)
    for source in live.parent.glob(f"{live.name}*"):
        shutil.copy2(source, kept / source.name)
    return kept


def _add_uploads(folder: Path) -> None:
    """Names are made at random and contents never change, so the old register is not disturbed."""
    root = Path(settings.MEDIA_ROOT)
    for source in sorted(folder.rglob("*")) if folder.is_dir() else []:
        if source.is_file():
            target = root / source.relative_to(folder)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = target.with_name(f"{target.name}.part")
            shutil.copyfile(source, draft)
            draft.chmod(settings.FILE_UPLOAD_PERMISSIONS)
            fsync(draft)
            os.replace(draft, target)


def _remove_other_uploads(manifest: Manifest) -> None:
    root = Path(settings.MEDIA_ROOT)
    for file in sorted(root.rglob("*")) if root.is_dir() else []:
        if file.is_file() and f"uploads/{file.relative_to(root).as_posix()}" not in manifest.files:
            file.unlink()
