"""Made-up rows of a register, straight into its tables: what the registers to measure on have in common."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

from django.apps import apps

from jiangjin.lib.bulk import NewRow, insert_rows
from jiangjin.lib.dates import PartialDay

SEED = 500116
# Rows that others name stand before them.
TABLES = (
    *("Official", "Investor", "Honour", "Project", "Participation"),
    *("CapitalCommitment", "CapitalArrival", "Milestone"),
)


def administrator() -> Any:
    """The account that asks for the pages that are measured."""
    from accounts.models import Role, User

    rights = {"role": Role.ADMIN, "is_staff": True, "is_superuser": True, "display_name": "bench"}
    return User.objects.get_or_create(username="bench", defaults=rights)[0]


class Rows:
    """Rows by table, each written once. Park and cluster of a project are chosen by `chance`."""

    def __init__(self, chance: random.Random, *, with_unknown: bool = False) -> None:
        """`with_unknown`: some projects have no park or no cluster."""
        self.chance = chance
        self.rows: dict[str, list[NewRow]] = defaultdict(list)
        self.parks, self.clusters = (
            [*apps.get_model(label).objects.values_list("pk", flat=True), *[None] * with_unknown]
            for label in ("parks.Park", "industries.Cluster")
        )

    def add(self, table: str, **values: Any) -> NewRow:
        row = NewRow(**values)
        self.rows[table].append(row)
        return row

    def firm(self, number: int) -> NewRow:
        name = f"重庆津沙智能装备有限公司{number:07d}"
        return self.add("Investor", name=name, name_key=f"重庆津沙{number:07d}")

    def project(self, number: int, firm: NewRow, **values: Any) -> NewRow:
        """A project somewhere, led by the firm."""
        name = f"津沙智能装备生产基地项目{number:07d}"
        places = {"park": self.chance.choice(self.parks), "cluster": self.chance.choice(self.clusters)}
        row = self.add("Project", code=f"BX-{number:07d}", name=name, name_key=name, **places, **values)
        self.add("Participation", project=row, investor=firm, role="lead")
        return row

    def day(self, year: int, months: int = 12) -> PartialDay:
        """Some day of the first `months` of the year."""
        return PartialDay(year, self.chance.randrange(1, months + 1), self.chance.randrange(1, 29))

    def write(self) -> None:
        """Insert all of them in the caller's transaction."""
        for table in TABLES:
            insert_rows(apps.get_model("projects", table), self.rows[table], len(self.rows[table]))
