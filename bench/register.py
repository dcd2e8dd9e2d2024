"""A register to measure on, and processes whose time and memory are measured one by one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VOCABULARY = "from reports.vocabulary import load_vocabulary; load_vocabulary()"


@dataclass(frozen=True, slots=True)
class Run:
    """What a process took. `peak`, in MB, is that of the larger of the process and the reader that it started."""

    seconds: float
    cpu: float
    peak: float


class Register:
    """An installation in a folder of its own, on SQLite or on a PostgreSQL that the tests' plugin starts."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir()
        url = f"sqlite:///{folder / 'register.sqlite3'}" if name == "sqlite" else _postgresql()
        self.environment = {
            **os.environ,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "jiangjin.settings",
            "JIANGJIN_VAR": str(folder),
            "SECRET_KEY": "bench",
        }

    def manage(self, *arguments: str) -> Run:
        """Run a command of manage.py. This process stays small, for a child's peak counts what it was forked from."""
        started = time.perf_counter()
        child = self._start("manage.py", *arguments, stdout=subprocess.DEVNULL)
        __, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(f"manage.py {' '.join(arguments)} ended with {child.returncode}")
        return Run(time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)

    def prepare(self) -> None:
        """Tables and vocabulary, no project."""
        self.manage("migrate", "--verbosity", "0")
        self.manage("shell", "--verbosity", "0", "--command", VOCABULARY)

    def ask(self, module: str, *arguments: str) -> Any:
        """What a module of the bench answers from a process of its own."""
        child = self._start("-m", module, *arguments, stdout=subprocess.PIPE)
        answer, __ = child.communicate()
        if child.returncode:
            raise SystemExit(f"{module} ended with {child.returncode}")
        return json.loads(answer)

    @contextmanager
    def other_writer(self, waits: dict[str, float]) -> Iterator[None]:
        """Let another process write all the while; puts what it met into `waits`."""
        child = self._start("-m", "bench.writer", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            yield
        finally:
            answer, __ = child.communicate()
            waits.update(json.loads(answer))

    def _start(self, *arguments: str, **pipes: Any) -> subprocess.Popen:
        return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=self.environment, **pipes)


def _postgresql() -> str:
    from tests import pgtemp  # noqa: F401  starts it, stops it when this process ends

    return os.environ["DATABASE_URL"]
