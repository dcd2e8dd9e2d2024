"""One server at a time on a var folder, and none while a backup is being put back."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class ServerIsRunning(Exception):
    """The lock is held: by a running server, its left-over children, or a restore."""


@contextmanager
def server_lock(var_dir: Path, patience: float = 0) -> Iterator[int]:
    """Hold the lock; yields its descriptor, waiting up to `patience` seconds for another holder to go.

    A flock goes with its last holder, also with one that was killed. Children that inherit the descriptor keep it,
    so that the lock tells the truth even where their parent is gone.
    """
    var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(var_dir / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + patience
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise ServerIsRunning from None
                time.sleep(0.1)
        yield descriptor
    finally:
        os.close(descriptor)
