"""`manage.py restore PATH`: a backup in the place of the present register. The server must be stopped."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from jiangjin.backups import BackupError, restore_backup


class Command(BaseCommand):
    help = "Puts a backup in the place of the present register, which is saved first. Stop the server before."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="a file that `manage.py backup` made")
        parser.add_argument(
            "--no-safety-copy", action="store_true", help="do not save the present register first (it is lost)"
        )

    def handle(self, *args: object, path: Path, no_safety_copy: bool, **options: object) -> None:
        try:
            restore_backup(path.expanduser().absolute(), self.say, safety_copy=not no_safety_copy)
        except (BackupError, DatabaseError, OSError) as error:
            raise CommandError(_("The backup was not put back. %(reason)s") % {"reason": error}) from error
        self.stdout.write(_("The backup is in place."))

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
