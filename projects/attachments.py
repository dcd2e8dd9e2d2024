"""Attachments: stored under a random name, removed and restored; a file never stays without its row.

The name that a person gave is only a label: it is cleaned, and ends as the content says.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from jiangjin.lib.history import update_with_history
from jiangjin.lib.text import clean_text
from projects.filekinds import FileKind
from projects.locking import lock_writable, tell_project
from projects.models import Attachment, CapitalArrival, Milestone, Note, Obstacle, Project

LONGEST_NAME = 150
FORBIDDEN = re.compile(r'[<>:"|?*;]')  # in file names of Windows
# Where evidence may belong: the column of the attachment, by the word in the form's choices.
OWNERS: Mapping[str, type[Any]] = {
    "arrival": CapitalArrival,
    "milestone": Milestone,
    "obstacle": Obstacle,
    "about": Note,
}
FILE: Any = Attachment._meta.get_field("file")
BESIDE = ("arrival", "milestone", "obstacle", "about", "uploaded_by")


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that was looked at: what it is, and the cleaned name that it is called by."""

    file: File
    kind: FileKind
    name: str


@dataclass(slots=True)
class Stored:
    """What came of an upload: what is new, and the files that were there already, with the row that holds each.

    `again` was stored once more, for it belongs to something else now; `left` was not.
    """

    new: list[Attachment] = field(default_factory=list)
    again: list[tuple[str, Attachment]] = field(default_factory=list)
    left: list[tuple[str, Attachment]] = field(default_factory=list)


def clean_name(name: str, kind: FileKind) -> str:
    """The file name without folders and invisible characters, ending as the content says: `../a.exe` → `a.exe.pdf`."""
    bare = clean_text(name.replace("\\", "/").rsplit("/", 1)[-1])
    bare = FORBIDDEN.sub("_", bare).strip(". ")
    stem, ending = bare, PurePosixPath(bare).suffix
    if ending.lower() in kind.endings:
        stem = bare[: -len(ending)]
    else:
        ending = kind.endings[0]
    stem = stem[: LONGEST_NAME - len(ending)].strip(". ") or str(_("file"))
    return f"{stem}{ending}"


def attach_files(
    *, project: Project, files: Sequence[Checked], owner: tuple[str, int] | None, note: str, user: User
) -> Stored:
    """Store the files and their rows, all of them or none; a file whose row could not be written is taken away again.

    `owner`: a key of OWNERS and the row's key. A file that is on the page already, belonging to the same, is not
    stored twice (a second click); Stored says so.
    """
    written: list[str] = []
    try:
        # Durable: no transaction around it may fail afterwards and leave the files behind.
        with transaction.atomic(durable=True):
            lock_writable(project.pk, user)
            return _attach(project, files, owner, note, user, written)
    except BaseException:
        for name in written:
            FILE.storage.delete(name)
        raise


def _attach(
    project: Project,
    files: Iterable[Checked],
    owner: tuple[str, int] | None,
    note: str,
    user: User,
    written: list[str],
) -> Stored:
    done = Stored()
    known: dict[str, list[Attachment]] = {}
    for row in project.attachments.shown().select_related("uploaded_by"):
        known.setdefault(row.sha256, []).append(row)
    belongs = {f"{owner[0]}_id": owner[1]} if owner else {}
    for one in files:
        digest = _digest(one.file)
        same = known.setdefault(digest, [])
        here = [row for row in same if _owner_of(row) == owner]
        if here:
            done.left.append((one.name, here[0]))
            continue
        if same:
            done.again.append((one.name, same[0]))
        row = Attachment(
            project=project,
            filename=one.name,
            size=one.file.size,
            content_type=one.kind.content_type,
            sha256=digest,
            note=note,
            uploaded_by=user,
            **belongs,
        )
        # Neither the person's name nor its ending: the stored file is nothing that a server would run or show.
        place = FILE.generate_filename(row, secrets.token_hex(16))
        written.append(place)  # before it is there: half of it must not stay either
        row.file = FILE.storage.save(place, one.file)
        if not done.new:
            tell_project(project.pk, user)
        _save(row, user)
        done.new.append(row)
        same.append(row)
    return done


def _owner_of(row: Attachment) -> tuple[str, int] | None:
    return next(((name, key) for name in OWNERS if (key := getattr(row, f"{name}_id"))), None)


def _digest(file: File) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


@transaction.atomic
def remove_attachment(*, attachment: Attachment, user: User) -> bool:
    """Take it off the page; the file is kept, and it can be restored. False where that was done before."""
    row = _locked(attachment, user)
    if row.is_removed:
        return False
    row.removed_at = timezone.now()
    tell_project(row.project_id, user)
    _save(row, user)
    return True


@transaction.atomic
def restore_attachment(*, attachment: Attachment, user: User) -> bool:
    """Bring a removed one back. False where that was done before."""
    row = _locked(attachment, user)
    if not row.is_removed:
        return False
    row.removed_at = None
    tell_project(row.project_id, user)
    _save(row, user)
    return True


def let_go(*, of: str, ids: Iterable[int], user: User, reason: str | None) -> None:
    """What was evidence of rows that go stays with the project alone. `of`: a key of OWNERS."""
    rows = list(Attachment.objects.filter(**{f"{of}__in": list(ids)}))
    for row in rows:
        setattr(row, of, None)
    update_with_history(Attachment, rows, [of], user=user, reason=reason or "")


def _locked(attachment: Attachment, user: User) -> Attachment:
    lock_writable(attachment.project_id, user)
    return Attachment.objects.get(pk=attachment.pk)


def _save(row: Attachment, user: User) -> None:
    row._history_user = user
    row.save()


@dataclass(frozen=True, slots=True)
class Removed:
    """A removed attachment, and who removed it; "" where the history does not say."""

    row: Attachment
    who: str


@dataclass(frozen=True, slots=True)
class OfProject:
    """The attachments of one project."""

    shown: list[Attachment]
    removed: list[Removed]

    def of(self, name: str, key: int) -> list[Attachment]:
        """The evidence that belongs to a row; `name` is a key of OWNERS."""
        return [row for row in self.shown if getattr(row, f"{name}_id") == key]


def of_project(project: Project) -> OfProject:
    """What its page shows, newest first; two queries."""
    rows = list(project.attachments.select_related(*BESIDE))
    history = Attachment.history.filter(project=project.pk).exclude(removed_at=None).order_by("history_id")
    removers: dict[tuple[int, Any], str] = {}  # who wrote the moment of removal first; others may have written since
    for one in history.select_related("history_user"):
        removers.setdefault((one.id, one.removed_at), str(one.history_user or ""))
    return OfProject(
        [row for row in rows if not row.is_removed],
        [Removed(row, removers.get((row.pk, row.removed_at), "")) for row in rows if row.is_removed],
    )
