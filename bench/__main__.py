"""Speed of the import, as ratios against others in the same run: `python -m bench [ROWS]`, or `make bench`.

Every run is a process of its own from its start to its end, history included, while another process keeps writing.
"""

import sys
import tempfile
from pathlib import Path

from bench.ledgers import write_ledger
from bench.register import Register, Run

ROWS = 100_000
STOCK_ROWS = 10_000


def main() -> int:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        ledger = write_ledger(Path(folder) / "ledger.xlsx", rows)
        for name in ("sqlite", "postgresql"):
            measure(name, Path(folder), ledger, rows)
    return 0


def measure(name: str, folder: Path, ledger: Path, rows: int) -> None:
    """One database: the import, the import again, the bare work, and a stock ModelResource."""
    register = Register(folder / name, name)
    register.prepare()
    print(f"{name}: {rows:,} rows x 11 columns", flush=True)
    first = run(register, ledger, "import")
    again = run(register, ledger, "again, all unchanged")
    bare = register.ask("bench.baseline", str(ledger))
    stock_rows = min(rows, STOCK_ROWS)
    stock = stock_rows / register.ask("bench.stock", str(stock_rows))
    ours = rows / first.seconds
    print(f"  import = {first.seconds / bare:.1f} x the bare {bare:.1f} s")
    print(f"  again = {again.seconds / first.seconds:.2f} of the import; of its CPU {again.cpu / first.cpu:.2f}")
    print(f"  {ours:,.0f} rows a second = {ours / stock:.0f} x the {stock:,.0f} of a stock ModelResource", flush=True)


def run(register: Register, ledger: Path, what: str) -> Run:
    waits: dict[str, float] = {}
    with register.other_writer(waits):
        took = register.manage("import_projects", str(ledger))
    print(f"  {what}: {took.seconds:.1f} s (CPU {took.cpu:.1f} s), peak {took.peak:.0f} MB")
    print(
        f"    another writer waited {waits['longest']:.1f} s at most; "
        f"{waits['writes']} writes succeeded, {waits['failed']} failed",
        flush=True,
    )
    return took


if __name__ == "__main__":
    sys.exit(main())
