"""Speed of the import, as ratios against a bare baseline in the same run: `python -m bench [ROWS]`, or `make bench`.

The baseline parses the same file with the quickest reader there is and inserts the rows that the import made into every
table that it filled, by executemany (SQLite) or COPY (PostgreSQL): what no importer can be faster than.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

from bench.baseline import Register
from bench.ledgers import write_ledger

ROWS = 100_000


def main() -> int:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        ledger = write_ledger(Path(folder) / "ledger.xlsx", rows)
        for name in ("sqlite", "postgresql"):
            measure(name, Path(folder), ledger, rows)
    return 0


def measure(name: str, folder: Path, ledger: Path, rows: int) -> None:
    """One database: the import, the import again, the baseline."""
    register = Register(folder / name, name)
    register.prepare()
    first = timed(register, ledger)
    again = timed(register, ledger)
    bare = register.bare(ledger)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{name}: {rows:,} rows x 11 columns, start-up included")
    print(f"  import {first:.1f} s = {first / bare:.1f} x the bare {bare:.1f} s; {rows / first:,.0f} rows a second")
    print(f"  again, all unchanged {again:.1f} s = {again / first:.2f} of the first")
    print(f"  peak memory so far {peak:.0f} MB")


def timed(register: Register, ledger: Path) -> float:
    started = time.perf_counter()
    register.run("import_projects", str(ledger))
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
