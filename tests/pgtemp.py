"""`pytest -p tests.pgtemp`: the whole suite on a PostgreSQL that lives as long as the run.

A plugin and no fixture, because the settings read DATABASE_URL before any fixture exists.
"""

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.prepare import POSTGRESQL, prepared

OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c listen_addresses='' -c max_connections=60"


def _program(name: str) -> str:
    for folder in sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True
    ):
        if (folder / name).is_file():
            return str(folder / name)
    if found := shutil.which(name):
        return found
    raise SystemExit(f"{name} is not on this machine: install PostgreSQL (Debian: apt-get install postgresql).")


def _other_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SystemExit("There is no account to run PostgreSQL under: neither postgres nor nobody.")


class Server:
    """A PostgreSQL of its own, in a folder that is gone with the run."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="jiangjin-pg-"))
        self.data = self.folder / "data"
        user = _other_user()
        self.owner: dict[str, Any] = {}
        if user:
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.owner = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    @property
    def url(self) -> str:
        return f"postgresql://jiangjin@{quote(str(self.folder), safe='')}/postgres"

    def start(self) -> None:
        """Begin with a copy of the database that tests/prepare.py left, or with an empty one."""
        atexit.register(self.remove)
        if found := prepared(POSTGRESQL):
            subprocess.run(["cp", "-a", found, self.data], check=True)
        else:
            self._run("initdb", "--pgdata", self.data, "--username", "jiangjin", "--encoding", "UTF8",
                "--auth", "trust", "--no-sync")  # fmt: skip
        options = f"{OPTIONS} -c unix_socket_directories='{self.folder}'"
        log = self.folder / "log"
        self._run("pg_ctl", "--pgdata", self.data, "--log", log, "--options", options, "--wait", "start")

    def stop(self, mode: str) -> None:
        """`mode` is "immediate" where nobody will read the data again, else "fast"."""
        subprocess.run(
            [_program("pg_ctl"), "--pgdata", str(self.data), "--mode", mode, "stop"],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            **self.owner,
        )

    def remove(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, name: str, *arguments: str | Path) -> None:
        result = subprocess.run(
            [_program(name), *arguments],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(self.folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            **self.owner,
        )
        if result.returncode:
            raise SystemExit(f"{name}: {result.stderr}")


server = Server()
server.start()
os.environ["DATABASE_URL"] = server.url
