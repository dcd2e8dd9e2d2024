"""The export of the project list against a bare xlsxwriter loop: `python -m bench.exports [ROWS]`, or `make bench`.

Ours is everything that a click does, from the query to the last byte taken; the bare loop writes as many cells of the
same types that lie ready in memory. Both in one process, whose memory over idle is told.
"""

from __future__ import annotations

import datetime
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import django

from bench.register import Register

ROWS = 100_000
COLUMNS = (
    "light,code,name,investor,credit_code,park,cluster,agreed_capital,arrived_capital,arrival_rate,signed_on,stage,"
    "next_milestone,days_left,planned_start,started_on,planned_production,production_on,condition,lead_official,"
    "lead_unit,contact_name,expected_jobs,land_area,investment_per_mu"
)


def main() -> int:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        for name in ("sqlite", "postgresql"):
            register = Register(Path(folder) / name, name)
            register.prepare()
            register.manage("shell", "--verbosity", "0", "--command", f"from bench.filling import fill; fill({rows})")
            told = register.ask("bench.exports", "measure", str(rows))
            print(f"{name}: {rows:,} rows x {COLUMNS.count(',') + 1} columns, {told['bytes'] / 1e6:.1f} MB of .xlsx")
            print(f"  export {told['ours']:.1f} s = {told['ours'] / told['bare']:.2f} x the bare {told['bare']:.1f} s")
            print(f"  of the CPU {told['ours_cpu'] / told['bare_cpu']:.2f} x, which a busy machine changes less")
            print(f"  memory: {told['over']:.0f} MB over the idle {told['idle']:.0f} MB; as .csv {told['csv']:.1f} s")
    return 0


def measure(rows: int) -> dict[str, float]:
    """What the export and the bare loop take, in seconds, bytes and MB."""
    django.setup()
    from django.test import Client

    from bench.madeup import administrator

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(administrator())
    _taken(client, f"/projects/export.xlsx?columns={COLUMNS}&q=0000001")  # everything is imported, nothing is large
    idle = _memory()
    started, cpu = time.perf_counter(), time.process_time()
    size = _taken(client, f"/projects/export.xlsx?columns={COLUMNS}")
    ours, ours_cpu = time.perf_counter() - started, time.process_time() - cpu
    over = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - idle
    started = time.perf_counter()
    _taken(client, f"/projects/export.csv?columns={COLUMNS}")
    csv = time.perf_counter() - started
    cpu = time.process_time()
    bare, bare_cpu = _bare(rows), time.process_time() - cpu
    told = {"ours": ours, "ours_cpu": ours_cpu, "bare": bare, "bare_cpu": bare_cpu}
    return told | {"bytes": size, "idle": idle, "over": over, "csv": csv}


def _taken(client: Any, url: str) -> int:
    response = client.get(url)
    if response.status_code != 200:
        raise SystemExit(f"{url}: {response.status_code}")
    return sum(len(chunk) for chunk in response.streaming_content)


def _bare(rows: int) -> float:
    """What xlsxwriter alone takes: 15 texts, 7 numbers and 3 days a row, through its plain `write`."""
    import xlsxwriter

    texts = [f"津沙智能装备生产基地{number:02d}" for number in range(15)]
    numbers = [1234.5 + number for number in range(7)]
    days = [datetime.datetime(2020, 6, day) for day in (1, 15, 30)]  # noqa: DTZ001  a cell knows no time zone
    row = [*texts, *numbers, *days]
    with tempfile.TemporaryFile() as target:
        started = time.perf_counter()
        book = xlsxwriter.Workbook(target, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet()
        for number in range(rows):
            for column, value in enumerate(row):
                sheet.write(number, column, value)
        book.close()
        return time.perf_counter() - started


def _memory() -> float:
    """What the process holds now, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        print(json.dumps(measure(int(sys.argv[2]))))
    else:
        sys.exit(main())
