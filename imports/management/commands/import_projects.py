"""Import a ledger from the command line: the same code as the page, a contract for scripts (design, section 6)."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from django.core.checks import Tags
from django.core.files import File
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from imports.answers import answer
from imports.batches import ATTEMPTS, bring_file, commit, decide
from imports.columns import Mapping, MappingError, parse_mapping
from imports.models import ImportBatch, RowAction
from imports.plan import Plan
from imports.planning import Preview, make_plan
from imports.problems import Problem
from imports.reading import ReadError, read_workbook
from imports.understanding import NoLedger, Request
from imports.unread import unread_columns, unread_sheets
from imports.writing import PlanOutdated
from jiangjin.lib.collector import collector_paused

ACCEPTED, SOME_REFUSED, NOT_READABLE = 0, 1, 2


class Stop(Exception):
    """The file cannot be imported at all: one sentence, status 2."""

    def __init__(self, code: str, message: object) -> None:
        super().__init__(code)
        self.problem = Problem(code, str(message))


def _refuse_call(message: str) -> NoReturn:
    print(json.dumps(answer("", None, batch=None, error=Problem("usage", message)), ensure_ascii=False))
    sys.exit(NOT_READABLE)


class Command(BaseCommand):
    help = "Import a ledger: all rows or none, unless --skip-refused. Status 0: all accepted, 1: some refused, 2: none."
    # Our own checks. The others look at every page of the site, which takes longer than a small file.
    requires_system_checks = [Tags.database, Tags.security]
    decided: ClassVar[dict[str, Any]] = {}  # what the mapping file says, kept with the batch

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """With --json a wrong call is answered in JSON as well."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        if "--json" in sys.argv:
            parser.error = _refuse_call  # type: ignore[method-assign]
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--kind", choices=["auto", "projects", "arrivals", "visits"], default="auto")
        parser.add_argument("--sheet", help="only this sheet")
        parser.add_argument("--mapping", help="JSON file: what the mapping page would say")
        parser.add_argument("--user", help="the account that the import belongs to")
        parser.add_argument("--dry-run", action="store_true", help="say what would be written, write nothing")
        parser.add_argument(
            "--skip-refused", action="store_true", help="write the good rows although others are refused"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        parser.add_argument("--demo", action="store_true", help="mark the batch as demo data, to be cleared later")

    @collector_paused()
    def handle(self, *args: Any, **options: Any) -> None:
        translation.activate(translation.get_language() or "zh-hans")
        started = time.monotonic()
        path = Path(options["file"])
        try:
            made, batch = self._import(path, options)
        except Stop as stop:
            self._say_unreadable(path, stop.problem, as_json=options["json"])
            sys.exit(NOT_READABLE)
        status = SOME_REFUSED if made.plan.count(RowAction.REFUSED) else ACCEPTED
        if made.plan.needs or not made.plan.rows:
            status = NOT_READABLE
        if options["json"]:
            print(json.dumps(answer(path.name, made.plan, batch=batch and batch.pk), ensure_ascii=False))
        else:
            self._say(path, made, batch, time.monotonic() - started)
        sys.exit(status) if status else None

    def _import(self, path: Path, options: dict[str, Any]) -> tuple[Preview, ImportBatch | None]:
        """The plan, and the batch where something was written. Raises Stop."""
        if options["kind"] == "visits":
            raise Stop("visits_not_supported", _("Ledgers of visits cannot be imported yet."))
        try:
            request = Request(
                user=self._user(options["user"]),
                sheet=options["sheet"],
                kind=options["kind"],
                mapping=self._mapping(options["mapping"]),
            )
            workbook = read_workbook(path, filename=path.name)
            for attempt in range(ATTEMPTS):
                made = make_plan(workbook, request)
                if not made.plan.needs and not made.plan.rows:
                    raise Stop("no_rows", _("The table has no rows of data."))
                try:
                    return made, self._write(path, made, request.user, options)
                except PlanOutdated:
                    if attempt + 1 == ATTEMPTS:
                        raise Stop("busy", _("Others keep writing at the same time. Please start again.")) from None
        except (ReadError, NoLedger, MappingError) as error:
            raise Stop(error.code, error.message) from None
        except DatabaseError:
            raise Stop(
                "no_database", _("The database does not answer, or is not set up. Run `manage.py setup` first.")
            ) from None
        except OSError:
            raise Stop("no_such_file", _("There is no file of that name that can be read.")) from None
        raise AssertionError("unreachable")

    def _write(self, path: Path, made: Preview, user: User | None, options: dict[str, Any]) -> ImportBatch | None:
        refused = made.plan.count(RowAction.REFUSED)
        if options["dry_run"] or made.plan.needs or (refused and not options["skip_refused"]):
            return None
        with path.open("rb") as opened:
            batch = bring_file(file=File(opened), filename=path.name, user=user, is_demo=options["demo"])
        try:
            if self.decided:
                decide(batch=batch, mapping=self.decided)
            commit(made, batch=batch, skip_refused=options["skip_refused"])
        except BaseException:
            batch.file.delete(save=False)
            batch.delete()
            raise
        return batch

    def _user(self, name: str | None) -> User | None:
        if name is None:
            return None
        user = User.objects.filter(username=name, is_active=True).first()
        if user is None:
            raise Stop("no_such_user", _("There is no active account of that name."))
        return user

    def _mapping(self, path: str | None) -> Mapping:
        if path is None:
            return Mapping()
        try:
            self.decided = json.loads(Path(path).read_text(encoding="utf-8"))
            return parse_mapping(self.decided)
        except MappingError as error:
            raise Stop(error.code, error.message) from None
        except (OSError, ValueError):
            raise Stop("mapping_invalid", _("The mapping file cannot be read as JSON.")) from None

    def _say_unreadable(self, path: Path, problem: Problem, *, as_json: bool) -> None:
        if as_json:
            print(json.dumps(answer(path.name, None, batch=None, error=problem), ensure_ascii=False))
        else:
            self.stderr.write(f"{path.name}: {problem.message}")

    def _say(self, path: Path, made: Preview, batch: ImportBatch | None, seconds: float) -> None:
        plan = made.plan
        for problem in [*plan.needs, *plan.errors][:50]:
            self.stdout.write(
                f"  {problem.sheet} {problem.cell or problem.row or ''} {problem.value}: {problem.message}"
            )
        self._say_unread(plan)
        found = plan.counts
        counts = _("%(new)s new, %(changed)s changed, %(same)s unchanged, %(refused)s refused") % {
            "new": found[RowAction.CREATE],
            "changed": found[RowAction.UPDATE],
            "same": found[RowAction.UNCHANGED],
            "refused": found[RowAction.REFUSED],
        }
        written = _("written as import %(number)s") % {"number": batch.pk} if batch else _("nothing written")
        self.stdout.write(f"{path.name}: {counts}; {written} ({seconds:.1f} s)")

    def _say_unread(self, plan: Plan) -> None:
        """Sheets that were not read, with the reason, and columns that go into no field."""
        if sheets := unread_sheets(plan.sheets):
            told = "、".join(f"{name}（{reason}）" for name, reason in sheets)
            self.stdout.write("  " + _("Sheets not read: %(names)s") % {"names": told})
        for name, labels in unread_columns(plan.sheets):
            told = "、".join(labels)
            self.stdout.write("  " + _("%(sheet)s, columns not imported: %(names)s") % {"sheet": name, "names": told})
