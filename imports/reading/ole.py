"""The OLE container around an .xls: a little file system of 512-byte sectors, of which one stream is wanted."""

import struct
from itertools import chain

from imports.reading.errors import ReadError

END = 0xFFFFFFFE
MINI_CUTOFF = 4096
ROOT, STREAM = 5, 2


class Container:
    """Streams by name. Chains that loop or leave the file are damage, never an endless loop."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        try:
            self._open()
        except (struct.error, IndexError) as error:
            raise ReadError("damaged", detail=f"ole: {error}") from None

    def _open(self) -> None:
        header = self.data[:512]
        shift, mini_shift = struct.unpack_from("<HH", header, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise ReadError("damaged", detail="ole: sector size")
        self.size = 1 << shift
        directory, cutoff, mini_fat = (struct.unpack_from("<I", header, at)[0] for at in (48, 56, 60))
        difat, difat_count = struct.unpack_from("<II", header, 68)
        self.cutoff = cutoff or MINI_CUTOFF
        tables = [sector for sector in struct.unpack_from("<109I", header, 76) if sector < END - 1]
        for _ in range(min(difat_count, len(self.data) // self.size)):
            if difat >= END - 1:
                break
            entries = struct.unpack(f"<{self.size // 4}I", self._sector(difat))
            tables += [sector for sector in entries[:-1] if sector < END - 1]
            difat = entries[-1]
        self.fat = list(chain.from_iterable(struct.iter_unpack("<I", b"".join(map(self._sector, tables)))))
        self.entries = self._directory(self._chain(directory, self.fat))
        self.mini_fat = [entry for (entry,) in struct.iter_unpack("<I", self._chain(mini_fat, self.fat))]
        root = next((entry for entry in self.entries if entry[1] == ROOT), None)
        self.mini = self._chain(root[2], self.fat)[: root[3]] if root else b""

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self.size
        piece = self.data[start : start + self.size]
        if not piece:
            raise ReadError("damaged", detail="ole: a sector beyond the end")
        return piece.ljust(self.size, b"\0")

    def _chain(self, sector: int, table: list[int], mini: bool = False) -> bytes:
        pieces: list[bytes] = []
        while sector < END - 1:
            if sector >= len(table) or len(pieces) > len(table):
                raise ReadError("damaged", detail="ole: broken chain")
            pieces.append(self.mini[sector * 64 : sector * 64 + 64] if mini else self._sector(sector))
            sector = table[sector]
        return b"".join(pieces)

    def _directory(self, data: bytes) -> list[tuple[str, int, int, int]]:
        """Entries as (name in small letters, type, first sector, size)."""
        found = []
        for at in range(0, len(data) - 127, 128):
            length, kind = struct.unpack_from("<HB", data, at + 64)
            if kind and 2 <= length <= 64:
                name = data[at : at + length - 2].decode("utf-16-le", "replace").lower()
                first, size = struct.unpack_from("<II", data, at + 116)
                found.append((name, kind, first, size))
        return found

    def names(self) -> set[str]:
        return {entry[0] for entry in self.entries}

    def stream(self, *names: str) -> bytes:
        """The first stream that bears one of the names."""
        for wanted in names:
            for name, kind, first, size in self.entries:
                if name == wanted and kind == STREAM:
                    small = size < self.cutoff
                    return self._chain(first, self.mini_fat if small else self.fat, small)[:size]
        raise ReadError("damaged", detail="ole: no workbook stream")
