#!/usr/bin/env python
"""The whole suite on SQLite and, at the same time, on PostgreSQL. Arguments go to pytest, on both.

A few processes and no plugin that deals tests out: each keeps its order, and has folders, servers, databases and ports
of its own. The whole suite is four parts on each database: imports, reports, whole sites, the rest; a few at a time.
Their empty databases are copies of two that are migrated first (tests/prepare.py).
What the first part says is shown at once, what the others say is kept until it is their turn. Fails where any of them
fails, or where none of them has a test that was asked for.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTEST = (sys.executable, "-m", "pytest")
# Makes the databases that are copied; tells pytest to take the copy.
PREPARE = (sys.executable, "-m", "tests.prepare")
COPY = "--reuse-db"
ON_POSTGRESQL = ("-p", "tests.pgtemp")
# The parts of the suite that take about half of its time.
LARGE = "tests/imports"
FIGURES = "tests/reports"
# The part that mostly waits for servers that it starts.
SITES = "tests/site"
# On PostgreSQL much of the time is waiting for the server: one more than the two cores of a small machine.
AT_ONCE = 3
# How pytest ends where no test was asked for: `-k` may leave a part of the suite without any.
NO_TEST = 5


@dataclass
class Part:
    """A run of pytest: its name, its arguments; what it says is kept until `show_from_now`."""

    name: str
    arguments: list[str]
    process: subprocess.Popen[bytes] | None = None
    kept: list[bytes] | None = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    reader: threading.Thread | None = None

    def start(self) -> None:
        color = ["--color=yes"] if sys.stdout.isatty() else []
        # What failed last (`--lf`) is remembered for each run.
        cache = f"cache_dir=.pytest_cache/{self.name.replace(', ', '-').lower()}"
        self.process = subprocess.Popen(
            [*PYTEST, *color, "-o", cache, *self.arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        assert self.process
        assert self.process.stdout
        with self.process.stdout as out:
            while said := out.read1():  # type: ignore[attr-defined]
                with self.lock:
                    if self.kept is None:
                        show(said)
                    else:
                        self.kept.append(said)

    def show_from_now(self) -> None:
        with self.lock:
            show(f"\nOn {self.name}:\n".encode() + b"".join(self.kept or []))
            self.kept = None

    @property
    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def is_empty(self) -> bool:
        return self.process is not None and self.process.returncode == NO_TEST

    @property
    def has_failed(self) -> bool:
        return self.process is None or self.process.returncode not in (0, NO_TEST)


def show(said: bytes) -> None:
    sys.stdout.buffer.write(said)
    sys.stdout.buffer.flush()


def parts_of(arguments: list[str]) -> list[Part]:
    """What runs, the longest first. Whoever names tests gets one run a database; the whole suite is four."""
    postgresql = [*ON_POSTGRESQL, *arguments]
    if any((ROOT / argument.partition("::")[0]).exists() for argument in arguments):
        return [Part("SQLite", arguments), Part("PostgreSQL", postgresql)]
    rest = tuple(f"--ignore={part}" for part in (LARGE, FIGURES, SITES))
    arguments, postgresql = [COPY, *arguments], [COPY, *postgresql]
    return [
        Part("PostgreSQL", [*postgresql, *rest]),
        Part("PostgreSQL, reports", [*postgresql, FIGURES]),
        Part("SQLite", [*arguments, *rest]),
        Part("PostgreSQL, imports", [*postgresql, LARGE]),
        Part("SQLite, imports", [*arguments, LARGE]),
        Part("SQLite, reports", [*arguments, FIGURES]),
        Part("PostgreSQL, sites", [*postgresql, SITES]),
        Part("SQLite, sites", [*arguments, SITES]),
    ]


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="jiangjin-prepared-") as folder:
        os.environ["JIANGJIN_TEST_PREPARED"] = folder
        return run(parts_of(arguments), Path(folder))


def run(parts: list[Part], folder: Path) -> int:
    preparing: list[subprocess.Popen[bytes]] = []
    stopped = threading.Event()

    def interrupt(number: int, frame: object) -> None:
        """All stop as by Ctrl-C, which takes their servers and folders away; Ctrl-C itself reaches them anyway."""
        stopped.set()
        for process in [*preparing, *(part.process for part in parts)]:
            if number != signal.SIGINT and process and process.poll() is None:
                process.send_signal(signal.SIGINT)

    # Before the parts start: they would inherit that a signal is ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    preparing += prepare(folder) if any(COPY in part.arguments for part in parts) else []
    # Where one of them fails, the parts migrate by themselves and say what is wrong.
    for process in preparing:
        process.wait()
    play(parts, stopped)
    return verdict(parts)


def prepare(folder: Path) -> list[subprocess.Popen[bytes]]:
    """Begin to make the databases that the parts copy."""
    folder.chmod(0o755)  # PostgreSQL runs under an account of its own
    return [subprocess.Popen([*PREPARE, str(folder), kind], cwd=ROOT) for kind in ("sqlite3", "postgresql")]


def play(parts: list[Part], stopped: threading.Event) -> None:
    """Run the parts, a few at a time, and show what they say in their order."""
    waiting, unseen = list(parts), list(parts)
    shown: Part | None = None
    while waiting or unseen or any(part.is_running for part in parts):
        if stopped.is_set():
            waiting.clear()
        while waiting and sum(part.is_running for part in parts) < AT_ONCE:
            waiting.pop(0).start()
        if unseen and (shown is None or (shown.has_ended and not (shown.reader and shown.reader.is_alive()))):
            shown = unseen.pop(0)
            if shown.process is None and stopped.is_set():
                unseen.clear()
                continue
            shown.show_from_now()
        time.sleep(0.1)
    for part in parts:
        if part.reader:
            part.reader.join()


def verdict(parts: list[Part]) -> int:
    """Say what failed; 0 where nothing did, NO_TEST where there was nothing to fail."""
    if all(part.is_empty for part in parts):
        show(b"\nNo test was asked for.\n")
        return NO_TEST
    failed = [part.name for part in parts if part.has_failed]
    show(f"\nFailed on {' and on '.join(failed)}.\n".encode() if failed else b"\nPassed on SQLite and on PostgreSQL.\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
