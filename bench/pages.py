"""Speed of the pages of every day with many projects: `python -m bench.pages [PROJECTS]`, or `make bench`.

Each page in milliseconds of server time, and as a ratio against the same run's bare query for four columns of all
projects. What is promised: 200 ms a page, 2 s for the grid.
"""

import sys
import tempfile
from pathlib import Path

from bench.ledgers import write_ledger
from bench.register import Register

PROJECTS = 10_000
MOST = {"grid of 300 x 12": 2000.0}
MOST_A_PAGE = 200.0


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PROJECTS
    slow = False
    with tempfile.TemporaryDirectory() as folder:
        ledger = write_ledger(Path(folder) / "ledger.xlsx", count)
        for name in ("sqlite", "postgresql"):
            register = Register(Path(folder) / name, name)
            register.manage("setup")
            register.manage("import_projects", str(ledger))
            print(f"{name}: {count:,} projects", flush=True)
            took = register.ask("bench.visits")
            baseline = took.pop("baseline")
            print(f"  the bare query of four columns: {baseline:.0f} ms")
            for page, each in took.items():
                late = each > MOST.get(page, MOST_A_PAGE)
                slow |= late
                ratio = f"{each / baseline:.1f} x the bare query"
                print(f"  {page}: {each:.0f} ms = {ratio}{' TOO SLOW' * late}", flush=True)
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
