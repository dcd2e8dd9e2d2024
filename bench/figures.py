"""Speed of the pages of figures: `python -m bench.figures [PROJECTS]`, or `make bench`.

Each project has ten dated rows. Server time of the home page and of the usual statistics table, on an ordinary day and
as of a past one, and as a ratio against the same aggregates in hand-written SQL (bench/figuresql.py) of the same run.
The bars are those of 100,000 projects and become smaller in proportion for fewer.
"""

from __future__ import annotations

import datetime
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

from bench import figuresql
from bench.figuresql import Cut
from bench.register import Register

PROJECTS = 100_000
MOST = {"home": 500.0, "statistics": 1500.0}  # ms on PostgreSQL; twice as many on SQLite
MOST_RATIO = 2.0
VISITS = 5


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PROJECTS
    slow = False
    with tempfile.TemporaryDirectory() as folder:
        for name in ("postgresql", "sqlite"):
            register = Register(Path(folder) / name, name)
            register.manage("setup")
            register.manage("shell", "--verbosity", "0", "--command", f"from bench.dated import fill; fill({count})")
            print(f"{name}: {count:,} projects, {count * 10:,} dated rows", flush=True)
            scale = (1 if name == "postgresql" else 2) * count / PROJECTS
            slow |= told(register.ask("bench.figures", "measure"), scale)
    return int(slow)


def told(took: dict[str, list[float]], scale: float) -> bool:
    """Print what each page took; whether one of them is too slow."""
    slow = False
    for page, (ours, bare) in took.items():
        bar = MOST[page.split()[0]] * scale
        late = ours > bar or ours > bare * MOST_RATIO
        slow |= late
        print(
            f"  {page}: {ours:.0f} ms (at most {bar:.0f}) = {ours / bare:.2f} x the bare {bare:.0f} ms"
            f"{' TOO SLOW' * late}",
            flush=True,
        )
    return slow


def measure() -> dict[str, list[float]]:
    """Milliseconds of each page and of its hand-written SQL, the quickest of several in turn."""
    django.setup()
    from django.db import connection
    from django.test import Client
    from django.utils import timezone

    from bench.madeup import administrator

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(administrator())
    today = timezone.localdate()
    past = datetime.date(today.year - 1, 9, 30)
    before = past.replace(year=past.year - 1)
    as_of = f"as_of={past.isoformat()}"
    last, now = today.year - 1, today.year
    same = today.replace(year=last, day=min(today.day, 28))
    cases = {
        "home": ("/", figuresql.home(Cut(now, None), Cut(last, same))),
        "home as of a day": (f"/?{as_of}", figuresql.home(Cut(past.year, past), Cut(past.year - 1, before))),
        "statistics": (
            "/reports/statistics/",
            figuresql.statistics([Cut(last, None), Cut(now, None), Cut(last, same)]),
        ),
        "statistics as of a day": (
            f"/reports/statistics/?{as_of}",
            figuresql.statistics([Cut(past.year - 1, past), Cut(past.year, past), Cut(past.year - 1, before)]),
        ),
    }

    def visit(url: str) -> None:
        answer = client.get(url)
        assert answer.status_code == 200, (url, answer.status_code)

    took = {}
    for name, (url, queries) in cases.items():
        with connection.cursor() as cursor:
            took[name] = _quickest(lambda url=url: visit(url), lambda queries=queries: figuresql.run(cursor, queries))
    return took


def _quickest(*dos: Callable[[], Any]) -> list[float]:
    """In turn, so that what else the machine does meets all of them alike."""
    took: list[list[float]] = [[] for __ in dos]
    for number in range(VISITS + 1):
        for place, do in enumerate(dos):
            started = time.perf_counter()
            do()
            if number:
                took[place].append((time.perf_counter() - started) * 1000)
    return [min(times) for times in took]


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        print(json.dumps(measure()))
    else:
        sys.exit(main())
