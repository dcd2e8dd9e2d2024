"""The figures of the pages, printed for scripts (design, section 6)."""

from __future__ import annotations

import datetime
import json
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.demo import as_of_day
from accounts.models import User
from jiangjin.lib.money import format_yi
from projects import conditions
from projects.models import Project
from projects.querysets import ProjectQuerySet
from reports.asked import Asked, default_day
from reports.cube import Scope
from reports.dimensions import DIMENSIONS
from reports.measures import Figures
from reports.tables import Line, lines_of


def _year(text: str) -> int:
    if not text.isdigit() or not 1978 <= int(text) <= 2100:
        raise ArgumentTypeError(f"{text!r} is not a year between 1978 and 2100")
    return int(text)


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a day: write 2020-12-31") from error


class Command(BaseCommand):
    help = "Print numbers of projects and capital of a year, as of a day, cut by one dimension; amounts in 万元."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=_year, help="without it: all years")
        parser.add_argument("--as-of", type=_day, help="count what had happened by the end of this day")
        parser.add_argument("--by", choices=list(DIMENSIONS), help="one line an entry of it")
        parser.add_argument(
            "--without-terminated", action="store_true", help="leave out what was terminated by the day"
        )
        parser.add_argument("--user", help="what this account sees; without it: everything")
        parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        day = options["as_of"] or default_day()
        asked = Asked(options["year"], day, day or as_of_day())
        by = options["by"]
        scope = Scope(_projects(options["user"], day, options["without_terminated"]), asked.period, day)
        cube = scope.cut(*([by] if by else []))
        with override("zh-hans"):
            lines = [line for line in lines_of(cube, by, asked.period) if not line.level] if by else []
            answer = {
                "year": asked.year,
                "as_of": asked.shown.isoformat(),
                "by": by,
                "rows": [
                    {"code": line.code, "name": line.name or _("not filled in"), **said(line.figures)} for line in lines
                ],
                "total": said(cube.total()),
            }
            self.stdout.write(
                json.dumps(answer, ensure_ascii=False) if options["json"] else _table(answer, lines, cube.total())
            )


def _projects(username: str | None, day: datetime.date | None, without_terminated: bool) -> ProjectQuerySet:
    projects: ProjectQuerySet = Project.objects.all()
    if username is not None:
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active account {username!r}.")
        projects = Project.objects.visible_to(user)
    params = QueryDict(mutable=True)
    if without_terminated:
        params["live"] = "on"
    if day is not None:
        params["as_of"] = day.isoformat()
    return conditions.narrowed(params, projects, conditions.vocabulary()).qs


def said(figures: Figures) -> dict[str, Any]:
    """The four figures of the list's footer; amounts in 万元 with two decimals."""
    return {
        "projects": figures.projects,
        "agreed_capital": f"{figures.agreed:.2f}",
        "arrived_capital": f"{figures.arrived:.2f}",
        "unknown_capital": figures.unknown,
    }


def _table(answer: dict[str, Any], lines: list[Line], total: Figures) -> str:
    """For people at a terminal: one line an entry, amounts in 亿元."""
    rows = [(line.name or _("not filled in"), line.figures) for line in lines] + [(_("in all"), total)]
    head = f"{answer['year'] or _('all years')} · {answer['as_of']}"
    return "\n".join(
        [head]
        + [
            f"{name}\t{figures.projects}\t{format_yi(figures.agreed)}\t{format_yi(figures.arrived)}\t{figures.unknown}"
            for name, figures in rows
        ]
    )
