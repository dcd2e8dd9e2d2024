"""The side of the reader that lives in the web worker or command: starts the child, trusts nothing it says."""

import logging
import marshal
import os
import selectors
import signal
import struct
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from imports.grid import Workbook
from imports.reading import rebuild
from imports.reading.errors import ReadError
from imports.reading.limits import Limits
from imports.reading.messages import refusal
from imports.reading.raw import Budget

logger = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[2]
# -I keeps the environment and the current folder out of the child, -S whatever is installed; the project's own folder
# is added by hand.
CHILD = "import sys; sys.path.insert(0, sys.argv.pop(1)); from imports.reading.child import main; main()"
LONGEST_FRAME = 256 * 1024 * 1024
PIECE = 1 << 20
_begun: dict[tuple[Path, str], subprocess.Popen] = {}  # children that read already what will be asked for


def current_limits() -> Limits:
    """The limits that the settings give."""
    return Limits(
        max_bytes=settings.IMPORT_MAX_BYTES,
        max_unpacked_bytes=settings.IMPORT_MAX_UNPACKED_BYTES,
        max_parts=settings.IMPORT_MAX_PARTS,
        max_rows=settings.IMPORT_MAX_ROWS,
        max_columns=settings.IMPORT_MAX_COLUMNS,
        max_cell_chars=settings.IMPORT_MAX_CELL_CHARS,
        memory_bytes=settings.IMPORT_CHILD_MEMORY_BYTES,
        seconds=settings.IMPORT_CHILD_SECONDS,
        seconds_large=settings.IMPORT_CHILD_SECONDS_LARGE,
    )


def read_workbook(path: Path, *, filename: str = "", encoding: str | None = None) -> Workbook:
    """Read a file into sheets of typed cells, in a child process. See imports.reading.read_workbook."""
    label = clean_label(filename or path.name)
    try:
        child = _begun.pop((path, label), None) if not encoding else None
        return _hear(child or _begin(path, label, encoding or ""), label)
    except FileNotFoundError:
        raise explained(ReadError("not_found")) from None
    except (OSError, ValueError) as error:
        logger.info("reading %s: %s", label, type(error).__name__)
        raise explained(ReadError("unreadable")) from None
    except ReadError as error:
        raise explained(error) from None


def begin(path: Path) -> None:
    """Start to read a file that `read_workbook` will soon be asked for by its own name.

    What is wrong with it will be said then.
    """
    label = clean_label(path.name)
    with suppress(ReadError, OSError, ValueError):
        _begun[path, label] = _begin(path, label, "")


def read_pasted(text: str) -> Workbook:
    """Read a table pasted from a spreadsheet. No parser but csv is involved, so it needs no child."""
    from imports.reading.text import read_table

    limits = current_limits()
    try:
        if len(text.encode("utf-8", "surrogatepass")) > limits.max_bytes:
            raise ReadError("too_large", limit=limits.max_bytes // 1024 // 1024)
        sheet = read_table(text, "Sheet1", Budget(limits))
    except ReadError as error:
        raise explained(error) from None
    return rebuild.pasted(sheet)


def explained(error: ReadError) -> ReadError:
    """The same refusal with its sentence."""
    if not error.message:
        error.message = refusal(error.code, error.params)
    return error


def clean_label(name: str) -> str:
    """A file's name as a label: its last part, without control and direction characters, at most 100 characters."""
    name = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(char for char in name if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"})
    if len(kept) <= 100:
        return kept
    stem, dot, ending = kept.rpartition(".")
    return stem[: 99 - len(ending)] + dot + ending if dot and len(ending) <= 10 else kept[:100]


def _begin(path: Path, label: str, encoding: str) -> subprocess.Popen:
    """The child that reads a file, started."""
    limits = current_limits()
    size = path.stat().st_size
    if size == 0 and path.is_file():
        raise ReadError("empty_file")
    if size > limits.max_bytes:
        raise ReadError("too_large", limit=limits.max_bytes // 1024 // 1024)
    options = {"filename": label, "title": Path(label).stem[:60], "encoding": encoding}
    asked = marshal.dumps((options, vars(limits))).hex()
    with path.open("rb") as file:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", CHILD, str(ROOT), asked],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"LC_ALL": "C.UTF-8"},
        )


def _hear(child: subprocess.Popen, label: str) -> Workbook:
    """What the child has to say, to its end. Its time is counted from now."""
    started = time.monotonic()
    try:
        return rebuild.workbook(_frames(child, current_limits(), started))
    except ReadError as error:
        seconds = time.monotonic() - started
        detail = str(error.params.pop("detail", ""))
        if error.code in ("damaged", "memory", "timeout", "bomb"):
            logger.info("reading %s refused after %.1f s: %s %s", label, seconds, error.code, ascii(detail))
        raise
    finally:
        child.kill()
        child.stdout.close()
        child.wait()


def _frames(child: subprocess.Popen, limits: Limits, started: float) -> Iterator[tuple]:
    """The child's frames until it says "end"; its death, silence or nonsense is a ReadError."""
    deadline = started + limits.seconds
    stream = _Stream(child.stdout.fileno())
    with stream.selector:
        while True:
            header = stream.take(4, deadline)
            length = struct.unpack(">I", header)[0] if header else 0
            body = stream.take(length, deadline) if 0 < length <= LONGEST_FRAME else None
            if not body:
                raise _death(child)
            try:
                frame = marshal.loads(body)
            except (ValueError, EOFError, TypeError):
                raise ReadError("damaged", detail="no frame") from None
            if not isinstance(frame, tuple) or not frame:
                raise ReadError("damaged", detail="no frame")
            if frame[0] == "allow" and len(frame) == 2 and isinstance(frame[1], int):
                deadline = started + min(frame[1], limits.seconds_large)
            elif frame[0] == "end":
                return
            else:
                yield frame


class _Stream:
    """A pipe read with a deadline."""

    def __init__(self, handle: int) -> None:
        self.handle = handle
        self.buffer = bytearray()
        self.selector = selectors.DefaultSelector()
        self.selector.register(handle, selectors.EVENT_READ)

    def take(self, count: int, deadline: float) -> bytes | None:
        """So many bytes, or None where the child ends before them."""
        while len(self.buffer) < count:
            left = deadline - time.monotonic()
            if left <= 0 or not self.selector.select(left):
                raise ReadError("timeout")
            piece = os.read(self.handle, PIECE)
            if not piece:
                return None
            self.buffer += piece
        taken = bytes(self.buffer[:count])
        del self.buffer[:count]
        return taken


def _death(child: subprocess.Popen) -> ReadError:
    """What the end of a child without an answer means."""
    try:
        code = child.wait(timeout=1)
    except subprocess.TimeoutExpired:
        return ReadError("damaged", detail="the child closed its pipe")
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return ReadError("timeout", detail=f"exit {code}")
    if code in (-signal.SIGABRT, -signal.SIGSEGV):
        return ReadError("memory", detail=f"exit {code}")
    return ReadError("damaged", detail=f"exit {code}")
