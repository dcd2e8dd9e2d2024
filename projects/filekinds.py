"""What a file is, by its content, never by its name: PDF, pictures, and documents of Word and Excel, old and new.

Everything else is None: programs, pages, SVG (which carries scripts), archives, documents with macros in the new
formats, and archives that only look like a document or would unpack into far more than they are.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

MAX_PARTS = 5000
MAX_UNPACKED = 400 * 1024 * 1024  # bytes
MAX_CONTENT_TYPES = 1024 * 1024  # bytes of the part that says what a document is
MAX_RATIO = 200  # unpacked to packed; text packs to a twentieth
OFFICE = b"vnd.openxmlformats-officedocument."
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_ENTRY = 128  # bytes of one entry of a directory


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: its key in the settings, how it is served, and the endings that its names may have."""

    key: str
    content_type: str
    endings: tuple[str, ...]
    is_picture: bool = False


def _kinds(*kinds: FileKind) -> dict[str, FileKind]:
    return {kind.key: kind for kind in kinds}


KINDS = _kinds(
    FileKind("pdf", "application/pdf", (".pdf",)),
    FileKind("jpg", "image/jpeg", (".jpg", ".jpeg"), is_picture=True),
    FileKind("png", "image/png", (".png",), is_picture=True),
    FileKind("webp", "image/webp", (".webp",), is_picture=True),
    FileKind("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", (".docx",)),
    FileKind("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",)),
    FileKind("doc", "application/msword", (".doc", ".wps")),
    FileKind("xls", "application/vnd.ms-excel", (".xls", ".et")),
)
BY_CONTENT_TYPE = {kind.content_type: kind for kind in KINDS.values()}


def kind_of(file: IO[bytes]) -> FileKind | None:
    """The kind of an opened file, None for what is none of them. Reads little of it and leaves it at its beginning."""
    file.seek(0)
    head = file.read(16)
    try:
        found = next((key for key, fits in _SIGNS.items() if fits(head)), None)
        if head.startswith(b"PK\x03\x04"):
            found = _office_key(file)
        elif head.startswith(OLE_SIGNATURE):
            found = _ole_key(file)
    finally:
        file.seek(0)
    return KINDS[found] if found else None


_SIGNS: dict[str, Callable[[bytes], bool]] = {
    "pdf": lambda head: head.startswith(b"%PDF-"),
    "jpg": lambda head: head.startswith(b"\xff\xd8\xff"),
    "png": lambda head: head.startswith(b"\x89PNG\r\n\x1a\n"),
    "webp": lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP",
}


def _office_key(file: IO[bytes]) -> str | None:
    """docx or xlsx by the parts of the archive and by what it says of its main part."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = [part for part in archive.infolist() if not part.is_dir()]
            if not _is_sane(parts):
                return None
            by_name = {part.filename: part for part in parts}
            types = _content_types(archive, by_name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError):
        return None
    if "word/document.xml" in by_name and OFFICE + b"wordprocessingml.document.main+xml" in types:
        return "docx"
    if "xl/workbook.xml" in by_name and OFFICE + b"spreadsheetml.sheet.main+xml" in types:
        return "xlsx"
    return None


def _is_sane(parts: list[zipfile.ZipInfo]) -> bool:
    """Neither a bomb, nor locked, nor with parts that would be written elsewhere, nor with macros."""
    packed, unpacked = sum(part.compress_size for part in parts), sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(packed, 1024):
        return False
    names = [part.filename for part in parts]
    if len(set(names)) < len(names) or any(part.flag_bits & 1 for part in parts):
        return False
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        return False
    if any(name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") for name in names):
        return False
    return not any(name.lower().endswith("vbaproject.bin") for name in names)


def _content_types(archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo]) -> bytes:
    part = parts.get("[Content_Types].xml")
    if part is None or part.file_size > MAX_CONTENT_TYPES:
        return b""
    with archive.open(part) as opened:
        return opened.read(MAX_CONTENT_TYPES)


def _ole_key(file: IO[bytes]) -> str | None:
    """doc or xls by the streams that the root of the compound file holds (an installer or a mail is one, too)."""
    names = set(_ole_names(file))
    if "WordDocument" in names:
        return "doc"
    return "xls" if names & {"Workbook", "Book"} else None


def _ole_names(file: IO[bytes]) -> Iterator[str]:
    """The names in the directory, along its chain of sectors; as many as can be read."""
    file.seek(0)
    header = file.read(512)
    if len(header) < 512:
        return
    (shift,) = struct.unpack_from("<H", header, 30)
    if shift not in (9, 12):
        return
    size = 1 << shift
    (sector,) = struct.unpack_from("<I", header, 48)
    tables = struct.unpack_from("<109I", header, 76)
    for __ in range(256):  # sectors; a directory of thousands of entries, and no endless chain
        file.seek((sector + 1) * size)
        block = file.read(size)
        for at in range(0, len(block) - OLE_ENTRY + 1, OLE_ENTRY):
            (length,) = struct.unpack_from("<H", block, at + 64)
            if 2 < length <= 64:
                yield block[at : at + length - 2].decode("utf-16-le", "replace")
        which, place = divmod(sector, size // 4)
        if which >= len(tables) or tables[which] >= 0xFFFFFFFA:
            return
        file.seek((tables[which] + 1) * size + place * 4)
        following = file.read(4)
        if len(following) < 4 or (sector := struct.unpack("<I", following)[0]) >= 0xFFFFFFFA:
            return
