#!/usr/bin/env python
"""The whole suite on SQLite and, at the same time, on PostgreSQL. Arguments go to pytest, on both.

A few processes and no plugin that deals tests out: each keeps its order, and has folders, servers, databases and ports
of its own. On PostgreSQL much of the time is waiting for the server: there the whole suite is two parts, the imports
and the rest. What PostgreSQL says is kept until SQLite has ended. Fails where any of them fails.
"""

import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
PYTEST = (sys.executable, "-m", "pytest")
ON_POSTGRESQL = ("-p", "tests.pgtemp")
# The part of the suite that takes about half of its time.
LARGE = "tests/imports"


class Later:
    """Reads what a process says as it says it, and passes it on from `release` on."""

    def __init__(self, source: IO[bytes]) -> None:
        self.lock = threading.Lock()
        self.kept: list[bytes] | None = []
        self.reader = threading.Thread(target=self._read, args=(source,))
        self.reader.start()

    def _read(self, source: IO[bytes]) -> None:
        while said := source.read1():  # type: ignore[attr-defined]
            with self.lock:
                if self.kept is None:
                    show(said)
                else:
                    self.kept.append(said)

    def release(self) -> None:
        with self.lock:
            show(b"".join(self.kept or []))
            self.kept = None
        self.reader.join()


def show(said: bytes) -> None:
    sys.stdout.buffer.write(said)
    sys.stdout.buffer.flush()


def parts_on_postgresql(arguments: list[str]) -> dict[str, list[str]]:
    """What runs there, by name. Whoever names tests gets one run; the whole suite is two."""
    if any((ROOT / argument.partition("::")[0]).exists() for argument in arguments):
        return {"PostgreSQL": arguments}
    return {"PostgreSQL": [*arguments, f"--ignore={LARGE}"], "PostgreSQL, imports": [*arguments, LARGE]}


def main(arguments: list[str]) -> int:
    halves: dict[str, subprocess.Popen[bytes]] = {}

    def interrupt(number: int, frame: object) -> None:
        """Both stop as by Ctrl-C, which takes their servers and folders away; Ctrl-C itself reaches them anyway."""
        for half in halves.values():
            if number != signal.SIGINT and half.poll() is None:
                half.send_signal(signal.SIGINT)

    # Before the halves start: they would inherit that a signal is ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    show(b"On SQLite; what the same tests say on PostgreSQL follows below.\n")
    color = ["--color=yes"] if sys.stdout.isatty() else []
    halves["SQLite"] = sqlite = subprocess.Popen([*PYTEST, *arguments], cwd=ROOT)
    said_later: dict[str, Later] = {}
    for number, (name, wanted) in enumerate(parts_on_postgresql(arguments).items()):
        # What failed last (`--lf`) is remembered for each run.
        remembered = ("-o", f"cache_dir=.pytest_cache/postgresql{number}")
        halves[name] = part = subprocess.Popen(
            [*PYTEST, *ON_POSTGRESQL, *remembered, *color, *wanted],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert part.stdout
        said_later[name] = Later(part.stdout)
    sqlite.wait()
    for name, later in said_later.items():
        show(f"\nOn {name}:\n".encode())
        later.release()
        halves[name].wait()
    failed = [name for name, half in halves.items() if half.returncode]
    show(f"\nFailed on {' and on '.join(failed)}.\n".encode() if failed else b"\nPassed on SQLite and on PostgreSQL.\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
