"""Verifies what the database cannot state itself: `manage.py check_data`; exit status 1 where something fails."""

import sys
from itertools import islice

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from jiangjin.integrity import all_invariants

SHOWN = 50  # sentences an invariant


class Command(BaseCommand):
    help = "Checks every invariant of the data; exits with 1 and a list where one fails."

    def handle(self, *args: object, **options: object) -> None:
        failed = 0
        for entry in all_invariants():
            broken = list(islice(entry.find(), SHOWN + 1))
            self.stdout.write(f"{'!!' if broken else 'ok'}  {entry.room}: {entry.sentence}")
            for sentence in broken[:SHOWN]:
                self.stdout.write(f"      {sentence}")
            if len(broken) > SHOWN:
                self.stdout.write("      ...")
            failed += bool(broken)
        if failed:
            self.stdout.write(_("%(count)d checks failed.") % {"count": failed})
            sys.exit(1)
        self.stdout.write(_("Everything holds."))
