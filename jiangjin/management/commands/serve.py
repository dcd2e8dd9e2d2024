"""The production server: `manage.py serve`."""

import socket
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from jiangjin.serverlock import ServerIsRunning, server_lock
from jiangjin.supervisor import Child, Supervisor

# What an earlier server, killed a moment ago, may still take to let go of the lock and the port.
PATIENCE_SECONDS = 3
START_SECONDS = 30
WORKER_PATIENCE_SECONDS = 5


class Command(BaseCommand):
    help = "Serves the register with a web server and a background worker until Ctrl-C or SIGTERM."
    requires_system_checks = []  # the console is for people; `check --deploy` is a command of its own

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST, help="address to listen on (HOST)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="port to listen on (PORT)")

    def handle(self, *args: object, host: str, port: int, **options: object) -> None:
        self.require_set_up()
        try:
            with server_lock(settings.VAR_DIR, PATIENCE_SECONDS) as lock:
                require_free_port(host, port)
                children = [web_server(host, port, lock), worker(lock)]
                supervisor = Supervisor(children, say=lambda line: self.stderr.write(line))
                status = supervisor.run(on_start=lambda: self.greet(supervisor, host, port))
        except ServerIsRunning:
            raise CommandError(
                _("A server of this register is running already, or a backup is being put back (%(folder)s).")
                % {"folder": settings.VAR_DIR}
            ) from None
        if status:
            sys.exit(status)
        self.stdout.write(_("Stopped."))

    def require_set_up(self) -> None:
        """Refuse to start where `manage.py setup` has something to do."""
        if not has_secret_key():
            raise CommandError(
                _("There is no secret key. Run `manage.py setup`, or set SECRET_KEY or SECRET_KEY_FILE.")
            )
        try:
            executor = MigrationExecutor(connection)
            pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError as error:
            raise CommandError(_("The database does not answer: %(reason)s") % {"reason": error}) from None
        finally:
            connection.close()
        if pending:
            raise CommandError(
                _("The database is not up to date (%(count)d migrations to apply). Run `manage.py setup` first.")
                % {"count": len(pending)}
            )
        if not settings.DEBUG and not (Path(settings.STATIC_ROOT) / "staticfiles.json").is_file():
            raise CommandError(_("The static files have not been collected. Run `manage.py setup` first."))

    def greet(self, supervisor: Supervisor, host: str, port: int) -> None:
        """Say where the register is, as soon as it answers there."""
        if not answers(supervisor, host, port):
            return
        self.stdout.write(_("The register is at %(address)s (Ctrl-C stops it).") % {"address": address(host, port)})
        names = demo_account_names()
        password_file = settings.VAR_DIR / "demo_password"
        if names and password_file.is_file():
            self.stdout.write(
                _("Demo accounts: %(names)s. Password of each: %(password)s (kept in %(file)s)")
                % {
                    "names": ", ".join(names),
                    "password": password_file.read_text(encoding="utf-8").strip(),
                    "file": password_file,
                }
            )
        self.stdout.flush()


def has_secret_key() -> bool:
    """Django raises where an empty secret key is read."""
    try:
        return bool(settings.SECRET_KEY)
    except ImproperlyConfigured:
        return False


def demo_account_names() -> list[str]:
    """User names of the active demo accounts."""
    users = get_user_model().objects.filter(is_demo=True, is_active=True)
    names = list(users.order_by("pk").values_list("username", flat=True))
    connection.close()
    return names


def address(host: str, port: int) -> str:
    """What to type into a browser on this machine."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}/"


def require_free_port(host: str, port: int) -> None:
    """Refuse a port that another program has, with a sentence instead of a retrying server."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    while True:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
                return
            except OSError as error:
                reason = error.strerror
        if time.monotonic() >= deadline:
            raise CommandError(
                _("Cannot listen on %(host)s:%(port)d (%(reason)s). Choose another one with PORT=8001.")
                % {"host": host, "port": port, "reason": reason}
            )
        time.sleep(0.2)


def web_server(host: str, port: int, lock: int) -> Child:
    """gunicorn with a few processes of a few threads each."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    argv = [sys.executable, "-m", "gunicorn", "jiangjin.wsgi:application", "--chdir", str(settings.BASE_DIR)]
    argv += ["--bind", bind, "--worker-class", "gthread", "--log-level", "warning", "--no-control-socket"]
    argv += ["--workers", str(settings.WEB_WORKERS), "--threads", str(settings.WEB_THREADS)]
    argv += ["--timeout", "90", "--graceful-timeout", "10"]
    if Path("/dev/shm").is_dir():
        # The heartbeat file must not wait for a busy disk.
        argv += ["--worker-tmp-dir", "/dev/shm"]
    return Child("web", argv, pass_fds=(lock,))


def worker(lock: int) -> Child:
    """The background worker. What it does can be killed at any moment, so nobody waits long for it."""
    argv = [sys.executable, str(settings.BASE_DIR / "manage.py"), "work"]
    patience = WORKER_PATIENCE_SECONDS
    return Child("worker", argv, pass_fds=(lock,), patience=patience, ends_by_itself=True, essential=False)


def answers(supervisor: Supervisor, host: str, port: int) -> bool:
    """Wait until the web server answers anything at all; False where it ends or takes too long."""
    web, deadline = supervisor.children[0], time.monotonic() + START_SECONDS
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while not supervisor.stopping and web.is_running() and time.monotonic() < deadline:
        try:
            opener.open(f"{address(host, port)}healthz", timeout=5).close()
            return True
        except urllib.error.HTTPError:
            return True  # it answers, if only that it does not know this host name
        except OSError:
            time.sleep(0.1)
    return False
