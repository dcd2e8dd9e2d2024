"""Somebody else who writes while an import runs: `python -m bench.writer`, until its standard input ends.

The longest wait for one small write is how long the import kept others out. SQLite's patience is that of the settings.
"""

import json
import os
import select
import sqlite3
import sys
import time

import psycopg

PAUSE = 0.05  # seconds between two writes
PATIENCE = 20
WRITE = "UPDATE parks_park SET name = name WHERE id = (SELECT min(id) FROM parks_park)"


def main() -> None:
    place = os.environ["DATABASE_URL"]
    file = place.removeprefix("sqlite:///")
    connection = (
        sqlite3.connect(file, timeout=PATIENCE, isolation_level=None)
        if file != place
        else psycopg.connect(place, autocommit=True)
    )
    writes = failed = 0
    longest = 0.0
    while not select.select([sys.stdin], [], [], PAUSE)[0]:
        started = time.perf_counter()
        try:
            connection.execute(WRITE)
            writes += 1
        except (sqlite3.OperationalError, psycopg.Error):
            failed += 1
        longest = max(longest, time.perf_counter() - started)
    print(json.dumps({"writes": writes, "failed": failed, "longest": longest}))


if __name__ == "__main__":
    main()
