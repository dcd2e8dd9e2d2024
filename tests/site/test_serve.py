"""`manage.py serve`: one command that answers, stops, and says in one sentence why it does not start."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.site.sites import ROOT, Site


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Running:
    """A started server: what it printed until it was ready."""

    process: subprocess.Popen[str]
    port: int
    greeting: str

    def get(self, path: str) -> tuple[int, bytes]:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"http://127.0.0.1:{self.port}{path}", timeout=10) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def wait_for_health(self) -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                if self.get("/healthz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError("no answer within 20 s")


@contextmanager
def serving(site: Site, port: int | None = None) -> Iterator[Running]:
    port = port or free_port()
    process = site.start("serve", PORT=str(port))
    try:
        lines = []
        assert process.stdout
        while f":{port}/" not in (line := process.stdout.readline()):
            lines.append(line)
            assert line, f"ended without an address: {lines}"
        yield Running(process, port, "".join([*lines, line]))
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)


def children_of(pid: int) -> list[int]:
    """The processes below one, at any depth."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                parent = int(Path(f"/proc/{name}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            if parent == pid:
                found += [int(name), *children_of(int(name))]
    return found


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + 20
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [pid for pid in pids if alive(pid)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serves_and_stops(site: Site, number: signal.Signals) -> None:
    with serving(site) as server:
        status, body = server.get("/healthz")
        assert status == 200
        assert json.loads(body)["database"] == "ok"
        manifest = json.loads((site.var / "static" / "staticfiles.json").read_text(encoding="utf-8"))["paths"]
        assert server.get(f"/static/{next(path for path in manifest.values() if path.endswith('.css'))}")[0] == 200
        children = children_of(server.process.pid)
        assert len(children) >= 3  # the web server and its two workers
        server.process.send_signal(number)
        output, _ = server.process.communicate(timeout=20)
        assert server.process.returncode == 0, output
        assert "Traceback" not in output
        assert not [pid for pid in children if alive(pid)]
    with serving(site, server.port) as again:
        assert again.get("/healthz")[0] == 200


def test_a_dead_worker_or_web_server_is_replaced(site: Site) -> None:
    with serving(site) as server:
        web = children_of(server.process.pid)[0]
        os.kill(children_of(web)[0], signal.SIGKILL)
        server.wait_for_health()
        os.kill(web, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while not [pid for pid in children_of(server.process.pid) if pid != web and alive(pid)]:
            assert time.monotonic() < deadline, "the web server was not started again"
            time.sleep(0.1)
        server.wait_for_health()
        wait_until_gone([web])
        assert server.process.poll() is None


def test_a_killed_server_leaves_nothing_and_starts_again(site: Site) -> None:
    """kill -9 of the one process that the operator started."""
    with serving(site) as server:
        children = children_of(server.process.pid)
        server.process.kill()
        wait_until_gone(children)
    with serving(site, server.port) as again:
        assert again.get("/healthz")[0] == 200


def test_a_second_server_and_a_taken_port_are_refused(site: Site) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = site.run("serve", "--port", str(port))
        assert refused.returncode == 1
        assert str(port) in refused.stderr
        assert "Traceback" not in refused.stderr
    with serving(site):
        second = site.run("serve", PORT=str(free_port()))
        assert second.returncode == 1
        assert str(site.var) in second.stderr


def test_refuses_without_secret_key(site: Site) -> None:
    (site.var / "secret_key").unlink()
    result = site.run("serve")
    assert result.returncode == 1
    assert "SECRET_KEY" in result.stderr
    assert "Traceback" not in result.stderr


def test_refuses_with_migrations_to_apply(site: Site) -> None:
    site.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    result = site.run("serve")
    assert result.returncode == 1
    assert "manage.py setup" in result.stderr
    assert "Traceback" not in result.stderr


def test_refuses_before_setup(bare_site: Site) -> None:
    result = bare_site.run("serve", SECRET_KEY="k" * 60)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr


def test_a_child_that_cannot_stay_up_ends_everything() -> None:
    """The other children are stopped, and the exit status says that something is wrong."""
    program = (
        "import sys; from jiangjin.supervisor import Child, Supervisor;"
        "steady = Child('steady', [sys.executable, '-c', 'import time; time.sleep(60)']);"
        "faulty = Child('faulty', [sys.executable, '-c', 'raise SystemExit(3)']);"
        "status = Supervisor([steady, faulty], print, tick=0.05).run();"
        "print('steady', steady.process.returncode); sys.exit(status)"
    )
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert result.returncode == 1, result.stderr
    assert "giving up (status 3)" in result.stdout
    assert f"steady {-signal.SIGTERM}" in result.stdout


def test_a_worker_that_cannot_stay_up_leaves_the_others_running() -> None:
    program = (
        "import os, signal, sys, threading; from jiangjin.supervisor import Child, Supervisor;"
        "steady = Child('steady', [sys.executable, '-c', 'import time; time.sleep(60)']);"
        "quick = Child('quick', [sys.executable, '-c', ''], ends_by_itself=True);"
        "faulty = Child('faulty', [sys.executable, '-c', 'raise SystemExit(3)'], essential=False);"
        "said = [];"
        "end = lambda: os.kill(os.getpid(), signal.SIGTERM);"
        "say = lambda line: (said.append(line), print(line), end() if 'in a minute' in line else None);"
        "status = Supervisor([steady, quick, faulty], say, tick=0.02).run();"
        "print('steady', steady.process.returncode); sys.exit(status)"
    )
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    assert "faulty: ended 6 times within a minute, trying again in a minute" in result.stdout
    assert "quick" not in result.stdout
    assert f"steady {-signal.SIGTERM}" in result.stdout
