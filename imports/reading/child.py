"""The process in which a file is parsed, so that a hostile one can end only this process.

Started by reader.py with the file as standard input; sends frames (length, marshal of builtin values) on standard
output. Nothing here imports Django: the start must be quick, and settings and keys stay out of reach.
"""

import gc
import json
import marshal
import os
import resource
import struct
import sys
from collections.abc import Iterable

from imports.reading.errors import ReadError
from imports.reading.limits import Limits
from imports.reading.raw import Budget, RawSheet

BATCH = 2000  # rows in a frame
DEATH_SIGNAL, KILL, NEW_NETWORK, NEW_USER = 1, 9, 0x40000000, 0x10000000


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

    try:
        libc = ctypes.CDLL(None)
        libc.prctl(DEATH_SIGNAL, KILL)  # dies with the process that asked
        if libc.unshare(NEW_NETWORK) != 0:
            libc.unshare(NEW_USER | NEW_NETWORK)
    except (OSError, AttributeError):
        return  # the host forbids it: then only the absence of any network code here protects


def send(*frame: object) -> None:
    data = marshal.dumps(frame)
    view = memoryview(struct.pack(">I", len(data)) + data)
    while view:
        view = view[os.write(1, view) :]


def send_sheet(sheet: RawSheet) -> None:
    """A sheet in batches, so that neither side holds it twice."""
    columns = [first for first, _ in sheet.hidden_columns]
    send("sheet", sheet.name, sheet.hidden, sheet.merged, sorted(sheet.hidden_rows), columns, sheet.notes)
    if sheet.comments:
        send("comments", [(row, column, words) for (row, column), words in sorted(sheet.comments.items())])
    for at in range(0, len(sheet.rows), BATCH):
        send("rows", sheet.rows[at : at + BATCH])
    sheet.rows.clear()


def run(options: dict[str, str], limits: Limits) -> None:
    """Read standard input by its content and send what it holds."""
    from imports.reading import sniff

    file = open(0, "rb", closefd=False)  # noqa: SIM115
    kind, container, macros = sniff.sniff(file, limits)
    notes = sniff.name_notes(options["filename"], kind, macros)
    budget = Budget(limits)
    send("allow", limits.allowance(container.unpacked() if kind in ("xlsx", "xlsb", "ods") else os.fstat(0).st_size))
    sheets: Iterable[RawSheet]
    epoch_1904, encoding = False, ""
    if kind == "xlsx":
        from imports.reading.xlsx_sheet import read_xlsx

        sheets, epoch_1904 = read_xlsx(container, budget)
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
    if not any(sheet.rows for sheet in sheets):
        raise ReadError("empty_file")
    send("book", kind, encoding, epoch_1904, notes)
    for sheet in sheets:
        send_sheet(sheet)
    send("end")


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
    options = json.loads(sys.argv[1])
    limits = Limits.from_json(options["limits"])
    confine(limits)
    try:
        run(options, limits)
    except ReadError as error:
        send("refused", error.code, {key: value for key, value in error.params.items() if _is_plain(value)})
    except MemoryError:
        gc.collect()
        send("refused", "memory", {})
    except Exception as error:
        # Whatever a hostile file can provoke in a parser is one answer: the file is damaged.
        send("refused", "damaged", {"detail": f"{type(error).__name__}: {error}"[:200]})


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int)
