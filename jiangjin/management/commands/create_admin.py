"""The first administrator of an empty register, or one more: `manage.py create_admin`."""

import getpass
import sys
from argparse import ArgumentParser

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Role


class Command(BaseCommand):
    help = "Makes an administrator account; asks for what is not given."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username")
        parser.add_argument("--name", help="the person's name as shown")
        parser.add_argument("--password-stdin", action="store_true", help="the password is the first line of stdin")
        parser.add_argument("--if-none", action="store_true", help="do nothing where there is an administrator already")

    def handle(
        self, *, username: str | None, name: str | None, password_stdin: bool, if_none: bool, **options: object
    ) -> None:
        users = get_user_model().objects
        if if_none and users.filter(role=Role.ADMIN, is_active=True).exists():
            return
        asking = sys.stdin.isatty() and not password_stdin
        if not asking and not (username and password_stdin):
            self.without_terminal(if_none)
            return
        if asking:
            self.stdout.write(_("The register needs an administrator."))
        username = username or self.ask(_("User name"))
        name = name or (self.ask(_("Name of the person")) if asking else username)
        password = self.ask_password() if asking else sys.stdin.readline().rstrip("\r\n")
        self.create(username, name, password)
        self.stdout.write(_("Administrator %(username)s made.") % {"username": username})

    def without_terminal(self, if_none: bool) -> None:
        """Nobody can be asked: say what to type. That is no failure where the server goes on to start."""
        hint = _("There is no administrator yet. Make one in a terminal: %(command)s") % {
            "command": f"{sys.executable} manage.py create_admin"
        }
        if not if_none:
            raise CommandError(hint)
        self.stdout.write(hint)

    def ask(self, label: str) -> str:
        try:
            while not (answer := input(f"{label}: ").strip()):
                pass
        except (EOFError, KeyboardInterrupt):
            raise CommandError(_("Given up; nothing was made.")) from None
        return answer

    def ask_password(self) -> str:
        try:
            while True:
                first = getpass.getpass(_("Password: "))
                if first == getpass.getpass(_("Password again: ")):
                    return first
                self.stderr.write(_("The two passwords differ."))
        except (EOFError, KeyboardInterrupt):
            raise CommandError(_("Given up; nothing was made.")) from None

    @transaction.atomic
    def create(self, username: str, name: str, password: str) -> None:
        users = get_user_model()
        user = users(username=username, display_name=name, role=Role.ADMIN, all_parks=True)
        user.is_staff = user.is_superuser = True
        user.set_password(password)
        try:
            user.full_clean()
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from None
        user.save()
