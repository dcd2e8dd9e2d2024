"""The process in which a file is parsed, so that a hostile one can end only this process.

Started by reader.py with the file as standard input; sends frames (length, marshal of builtin values) on standard
output. Nothing here imports Django: the start must be quick, and settings and keys stay out of reach.
"""

import gc
import marshal
import os
import resource
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress

from imports.reading.errors import ReadError
from imports.reading.limits import Limits
from imports.reading.raw import Budget, RawSheet

BATCH = 2000  # rows in a frame
DEATH_SIGNAL, KILL, NEW_NETWORK, NEW_USER = 1, 9, 0x40000000, 0x10000000
SET_PIPE_SIZE, PIPE_SIZE = 1031, 1 << 20


def confine(limits: Limits) -> None:
    """Give up what a parser never needs: memory without end, files, processes, the network."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds_large, limits.seconds_large + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
    if sys.platform == "linux":
        _confine_linux()


def _confine_linux() -> None:
    import ctypes
    import fcntl

    with suppress(OSError):
        fcntl.fcntl(1, SET_PIPE_SIZE, PIPE_SIZE)  # some frames long, so that this process rarely waits for the parent
    try:
        libc = ctypes.CDLL(None)
        libc.prctl(DEATH_SIGNAL, KILL)  # dies with the process that asked
        if libc.unshare(NEW_NETWORK) != 0:
            libc.unshare(NEW_USER | NEW_NETWORK)
    except (OSError, AttributeError):
        return  # the host forbids it: then only the absence of any network code here protects


class Outlet:
    """The way to the parent. A frame that it does not take at once may wait while more is read."""

    def __init__(self, handle: int) -> None:
        self.handle = handle
        self.rest = memoryview(b"")

    def send(self, *frame: object) -> None:
        """Send a frame, however long the parent takes over it."""
        self._write()
        self._take(frame)
        self._write()

    def offer(self, sheet: RawSheet) -> None:
        """Send rows of a sheet that is still being read, as many as the parent takes now; the last one may still grow.

        So the parent works while this process does, and has time for other things first.
        """
        os.set_blocking(self.handle, False)
        try:
            self._write()
            while sheet.sent is not None and sheet.sent + BATCH < len(sheet.rows):
                self._take(("rows", sheet.sent, sheet.rows[sheet.sent : sheet.sent + BATCH]))
                sheet.sent += BATCH
                self._write()
        except BlockingIOError:
            pass
        finally:
            os.set_blocking(self.handle, True)

    def send_sheet(self, sheet: RawSheet) -> None:
        """Send what is left of a sheet, in batches, so that neither side holds it twice; then what it is."""
        height = len(sheet.rows)
        for at in range(sheet.sent or 0, height, BATCH):
            self.send("rows", at, sheet.rows[at : at + BATCH])
        sheet.rows.clear()
        columns = [first for first, _ in sheet.hidden_columns]
        hidden = (sheet.hidden, sorted(sheet.hidden_rows), columns)
        self.send("sheet", sheet.name, height, *hidden, sheet.merged, sheet.notes)
        if sheet.comments:
            self.send("comments", [(row, column, words) for (row, column), words in sorted(sheet.comments.items())])

    def _take(self, frame: tuple) -> None:
        data = marshal.dumps(frame)
        self.rest = memoryview(struct.pack(">I", len(data)) + data)

    def _write(self) -> None:
        while self.rest:
            self.rest = self.rest[os.write(self.handle, self.rest) :]


def run(options: dict[str, str], limits: Limits, outlet: Outlet) -> None:
    """Read standard input by its content and send what it holds."""
    from imports.reading import sniff

    file = open(0, "rb", closefd=False)  # noqa: SIM115
    kind, container, macros = sniff.sniff(file, limits)
    notes = sniff.name_notes(options["filename"], kind, macros)
    budget = Budget(limits)
    outlet.send(
        "allow", limits.allowance(container.unpacked() if kind in ("xlsx", "xlsb", "ods") else os.fstat(0).st_size)
    )
    sheets: Iterable[RawSheet]
    epoch_1904, encoding = False, ""
    if kind == "xlsx":
        from imports.reading.xlsx_sheet import read_xlsx

        sheets, epoch_1904 = read_xlsx(container, budget, outlet.offer)
    elif kind == "xlsb":
        from imports.reading.xlsb import read_xlsb

        sheets, epoch_1904 = read_xlsb(container, budget)
    elif kind == "xls":
        from imports.reading.xls import read_xls

        sheets, epoch_1904 = read_xls(container, budget)
    elif kind == "ods":
        from imports.reading.ods import read_ods

        sheets = read_ods(container, budget)
    else:
        sheet, encoding = _read_written(kind, file.read(), options, budget)
        sheets = [sheet]
    if epoch_1904:
        notes.append(("date1904", {}))
    outlet.send("book", kind, encoding, epoch_1904, notes)
    is_empty = True
    for sheet in sheets:
        is_empty = is_empty and not sheet.rows
        outlet.send_sheet(sheet)
    if is_empty:
        raise ReadError("empty_file")
    outlet.send("end")


def _read_written(kind: str, data: bytes, options: dict[str, str], budget: Budget) -> tuple[RawSheet, str]:
    chosen = options["encoding"] or None
    if kind == "html":
        from imports.reading.webpage import read_page

        return read_page(data, chosen, options["title"], budget)
    from imports.reading.text import decode, read_table

    text, encoding = decode(data, chosen)
    return read_table(text, options["title"], budget), encoding


def main() -> None:
    """Confine this process, read, and answer; whatever goes wrong is an answer too."""
    gc.disable()
    options, numbers = marshal.loads(bytes.fromhex(sys.argv[1]))
    limits = Limits(**numbers)
    confine(limits)
    outlet = Outlet(1)
    try:
        run(options, limits, outlet)
    except ReadError as error:
        outlet.send("refused", error.code, {key: value for key, value in error.params.items() if _is_plain(value)})
    except MemoryError:
        gc.collect()
        outlet.send("refused", "memory", {})
    except Exception as error:
        # Whatever a hostile file can provoke in a parser is one answer: the file is damaged.
        outlet.send("refused", "damaged", {"detail": f"{type(error).__name__}: {error}"[:200]})
    os._exit(0)  # all is said, and taking everything down takes an eighth of the time of a small file


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int)
