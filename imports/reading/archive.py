"""ZIP containers (xlsx, xlsm, xlsb, ods): checked before anything is unpacked, then unpacked with a counted budget."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Iterator

from imports.reading.errors import ReadError
from imports.reading.limits import BOMB_BYTES, BOMB_RATIO, Limits

TYPE_CHECKING = False  # the child does without `typing`
if TYPE_CHECKING:
    from typing import BinaryIO

CHUNK = 256 * 1024
ENCRYPTED_FLAG = 0x1


class Archive:
    """The parts of a checked container, found by name whatever its case and slashes."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        try:
            self.zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, UnicodeDecodeError) as error:
            raise ReadError("damaged", detail=f"zip: {error}") from None
        self.limits = limits
        self.budget = limits.max_unpacked_bytes
        self.parts = self._checked()

    def _checked(self) -> dict[str, zipfile.ZipInfo]:
        infos = [info for info in self.zip.infolist() if not info.is_dir()]
        if len(infos) > self.limits.max_parts:
            raise ReadError("too_many_parts", limit=self.limits.max_parts)
        parts: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            name = _key(info.filename)
            if name in parts:
                raise ReadError("damaged", detail=f"two parts {name[:80]!r}")
            if info.flag_bits & ENCRYPTED_FLAG:
                raise ReadError("encrypted")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise ReadError("damaged", detail=f"compression method {info.compress_type}")
            picture = "/media/" in name
            if not picture and info.file_size > max(BOMB_BYTES, BOMB_RATIO * info.compress_size):
                raise ReadError("bomb", detail=f"{name[:80]!r} unpacks {info.compress_size} to {info.file_size}")
            parts[name] = info
        if self.unpacked(parts) > self.limits.max_unpacked_bytes:
            raise ReadError("bomb", detail=f"claims {self.unpacked(parts)} bytes")
        return parts

    def unpacked(self, parts: dict[str, zipfile.ZipInfo] | None = None) -> int:
        """The bytes that all parts claim to hold."""
        return sum(info.file_size for info in (self.parts if parts is None else parts).values())

    def has(self, name: str) -> bool:
        return _key(name) in self.parts

    def names(self) -> list[str]:
        return list(self.parts)

    def chunks(self, name: str) -> Iterator[bytes]:
        """A part's bytes piece by piece; claims are not believed, what comes out is counted."""
        info = self.parts.get(_key(name))
        if info is None:
            raise ReadError("damaged", detail=f"no part {name[:80]!r}")
        try:
            with self.zip.open(info) as part:
                while piece := part.read(CHUNK):
                    self.budget -= len(piece)
                    if self.budget < 0:
                        raise ReadError("bomb", detail="unpacks to more than the budget")
                    yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as error:
            raise ReadError("damaged", detail=f"{name[:80]!r}: {error}") from None

    def read(self, name: str, most: int = 16 * 1024 * 1024) -> bytes:
        """A small part as a whole."""
        data = bytearray()
        for piece in self.chunks(name):
            data += piece
            if len(data) > most:
                raise ReadError("bomb", detail=f"{name[:80]!r} is too long")
        return bytes(data)


def _key(name: str) -> str:
    return posixpath.normpath(name.replace("\\", "/").lstrip("/")).lower()


def resolve(base: str, target: str) -> str:
    """The part that a relationship of the part `base` points to."""
    target = target.replace("\\", "/")
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), target))
