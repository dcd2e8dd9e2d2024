"""`manage.py backup PATH`: database and uploads in one file, while the server goes on."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from jiangjin.backups import BackupError, make_backup


class Command(BaseCommand):
    help = "Saves database and uploads into one file; may run while the server runs."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="file to write (.tar.gz), or a folder that gets one")

    def handle(self, *args: object, path: Path, **options: object) -> None:
        try:
            backup = make_backup(path.expanduser().absolute())
        except (BackupError, DatabaseError, OSError) as error:
            raise CommandError(_("No backup was made. %(reason)s") % {"reason": error}) from error
        self.stdout.write(
            _("Backup: %(path)s (%(size).1f MB, %(rows)d rows, %(uploads)d files)")
            % {"path": backup.path, "size": backup.size / 1e6, "rows": backup.rows, "uploads": backup.uploads}
        )
