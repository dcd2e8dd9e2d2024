"""Brings an installation up to date: `manage.py setup [--demo]`. May run as often as one likes, and never asks."""

import datetime
from argparse import ArgumentParser

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from accounts.demo import DEMO, make_demo_accounts
from jiangjin.backups import BackupError, make_backup
from jiangjin.secrets import demo_password, make_private_folder
from jiangjin.staticfiles import collect_if_changed
from reports.democases import load_cases
from reports.vocabulary import load_vocabulary

DEMO_LEDGERS = ("ledger-2019.xls", "ledger-2020.xlsx", "register-tuanjiehu.csv", "arrivals-2020.xlsx")


class Command(BaseCommand):
    help = "Prepares or updates the installation: folders, secret key, database, static files, vocabulary."
    requires_system_checks = []  # run by `check`; here the database may not exist yet

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--demo", action="store_true", help="also demo accounts and, into an empty register, the demo ledgers"
        )

    def handle(self, *args: object, demo: bool, **options: object) -> None:
        try:
            make_private_folder(settings.VAR_DIR)
            make_private_folder(settings.MEDIA_ROOT)
            self.migrate()
            if collect_if_changed():
                self.say(_("Static files: collected"))
            load_vocabulary()
            if demo:
                self.load_demo()
        except (OSError, OperationalError, ImproperlyConfigured, BackupError) as error:
            raise CommandError(_("The installation cannot be prepared: %(reason)s") % {"reason": error}) from error

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def migrate(self) -> None:
        """Apply what is missing; an SQLite register is copied first, because there a killed migration may stay half."""
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if not pending:
            return
        if executor.loader.applied_migrations and connection.vendor == "sqlite":
            stamp = datetime.datetime.now(tz=datetime.UTC).strftime("%Y%m%d-%H%M%S")
            copy = make_backup(settings.VAR_DIR / "backups" / f"before-update-{stamp}.tar.gz")
            self.say(_("Backup before the update: %(path)s") % {"path": copy.path})
        self.say(_("Database: applying %(count)d migrations ...") % {"count": len(pending)})
        call_command("migrate", interactive=False, verbosity=0)
        self.say(_("Database: up to date"))

    def load_demo(self) -> None:
        """Demo accounts and ledgers, unless somebody already works with real data here.

        The mark tells an interrupted first start from a register that is in use: importing a ledger again is harmless.
        """
        mark = settings.VAR_DIR / "demo-unfinished"
        empty = not apps.get_model("projects", "Project").objects.exists()
        users = get_user_model().objects
        if users.filter(is_demo=False).exists() and not users.filter(is_demo=True).exists():
            self.say(_("This register has accounts of its own: no demo accounts and no demo ledgers are added."))
            return
        if empty:
            mark.touch()
        password_is_new = not (settings.VAR_DIR / "demo_password").is_file()
        password = demo_password(settings.VAR_DIR)
        # Checking five passwords takes seconds, on purpose: not at every start.
        if password_is_new or users.filter(is_demo=True).count() < len(DEMO):
            names = [account.username for account in make_demo_accounts(password)]
            self.say(_("Demo accounts: %(names)s") % {"names": ", ".join(names)})
        if mark.exists():
            for number, name in enumerate(DEMO_LEDGERS, start=1):
                self.say(
                    _("Demo ledger %(number)d of %(total)d: importing %(name)s ...")
                    % {"number": number, "total": len(DEMO_LEDGERS), "name": name}
                )
                call_command("import_projects", str(settings.BASE_DIR / "fixtures" / "demo" / name), demo=True)
            load_cases()
            mark.unlink()
