"""Undo an import from the command line: the same as the page."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation
from django.utils.translation import gettext as _

from imports.batches import AlreadySettled
from imports.models import BatchState, ImportBatch, Takeback
from imports.undo_shown import kept_values
from imports.undoing import count, plan_takeback, take_back
from jiangjin.lib.takeback import NoWay

DONE, NOT_POSSIBLE = 0, 2


class Command(BaseCommand):
    help = "Undo an import, or with --again its undo. What was edited since is kept and listed. Status 2: not possible."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("batch", type=int, help="number of the import")
        parser.add_argument("--again", action="store_true", help="undo the undo: let the import count again")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, write nothing")
        parser.add_argument("--force-conflicts", action="store_true", help="return also what was edited since")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        translation.activate(translation.get_language() or "zh-hans")
        batch = ImportBatch.objects.filter(pk=options["batch"]).first()
        try:
            if batch is None:
                raise AlreadySettled
            done = self._done(batch, options)
        except AlreadySettled:
            self._refuse(
                _("There is no such import to be undone: it was not written, or it is undone already."), options
            )
        except NoWay:
            self._refuse(_("This cannot be undone as the register is now: other rows took the place."), options)
        else:
            self._say(done, options)

    def _done(self, batch: ImportBatch, options: dict[str, Any]) -> Takeback:
        back = not options["again"]
        if not options["dry_run"]:
            return take_back(batch=batch, user=None, back=back, all_conflicts=options["force_conflicts"])
        if batch.state != (BatchState.COMMITTED if back else BatchState.UNDONE):
            raise AlreadySettled
        plan = plan_takeback(batch, user=None)
        if options["force_conflicts"]:
            plan.settle(frozenset(one.choice for one in plan.conflicts if one.may_choose))
        done = Takeback(batch=batch, back=back)
        count(plan, done)
        done.kept_values = kept_values(plan)
        return done

    def _refuse(self, sentence: str, options: dict[str, Any]) -> None:
        if options["json"]:
            print(json.dumps({"batch": options["batch"], "done": False, "error": sentence}, ensure_ascii=False))
        else:
            self.stderr.write(sentence)
        sys.exit(NOT_POSSIBLE)

    def _say(self, done: Takeback, options: dict[str, Any]) -> None:
        said = {
            "batch": options["batch"],
            "done": not options["dry_run"],
            "undo": done.back,
            "removed": done.removed,
            "restored": done.restored,
            "returned": done.returned,
            "kept": done.kept,
            "kept_values": done.kept_values,
        }
        if options["json"]:
            print(json.dumps(said, ensure_ascii=False))
            return
        for one in done.kept_values[:50]:
            self.stdout.write(f"  {one['code']} {one['what']} {one['label']}: {one['now']} ({one['who']})")
        words = _("%(removed)s projects out, %(restored)s back, %(returned)s values returned, %(kept)s kept")
        written = _("undone") if not options["dry_run"] else _("nothing written")
        self.stdout.write(f"#{done.batch_id}: {words % said}; {written}")
