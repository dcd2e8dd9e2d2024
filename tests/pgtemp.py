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
from urllib.parse import quote

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


def _start() -> str:
    folder = Path(tempfile.mkdtemp(prefix="jiangjin-pg-"))
    user = _other_user()
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)

    def run(*command: str) -> None:
        result = subprocess.run(
            command,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            **({"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}),
        )
        if result.returncode:
            raise SystemExit(f"{command[0]}: {result.stderr}")

    def stop() -> None:
        subprocess.run(
            [_program("pg_ctl"), "--pgdata", str(data), "--mode", "immediate", "stop"],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            **({"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}),
        )
        shutil.rmtree(folder, ignore_errors=True)

    data = folder / "data"
    atexit.register(stop)
    run(_program("initdb"), "--pgdata", str(data), "--username", "jiangjin", "--encoding", "UTF8", "--auth", "trust",
        "--no-sync")  # fmt: skip
    options = f"{OPTIONS} -c unix_socket_directories='{folder}'"
    log = str(folder / "log")
    run(_program("pg_ctl"), "--pgdata", str(data), "--log", log, "--options", options, "--wait", "start")
    return f"postgresql://jiangjin@{quote(str(folder), safe='')}/postgres"


os.environ["DATABASE_URL"] = _start()
