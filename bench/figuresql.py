"""The aggregates of the pages of figures in hand-written SQL: what the pages are compared with.

Each is the whole of what its page sums, in as few passes as the tables need. A day cuts; without one all counts.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

SUMS = """count(*), count(*) FILTER (WHERE p.agreed_capital IS NULL), sum(p.agreed_capital), sum(p.arrived_capital),
  sum(p.arrived_capital) FILTER (WHERE p.agreed_capital IS NOT NULL), sum(p.land_area), sum(p.expected_output),
  sum(p.expected_tax), sum(p.expected_jobs), count(*) FILTER (WHERE p.arrived_capital > 0)"""
YI = 10**10  # 亿元 in fen, as amounts are stored
STAGES = "('lead', 'negotiation', 'intent')"
RANK = """CASE m.kind WHEN 'registered' THEN 1 WHEN 'land' THEN 2 WHEN 'started' THEN 3 WHEN 'completed' THEN 4
  WHEN 'production' THEN 5 WHEN 'full_production' THEN 6 ELSE 0 END"""


@dataclass(frozen=True)
class Cut:
    """A year up to a day, as conditions in SQL."""

    year: int
    day: datetime.date | None

    @property
    def code(self) -> int:
        """The greatest code of a partial day whose days are all past."""
        assert self.day is not None
        last = (self.day + datetime.timedelta(days=1)).day == 1
        if (self.day.month, self.day.day) == (12, 31):
            return self.day.year * 10000 + 9999
        return self.day.year * 10000 + self.day.month * 100 + (99 if last else self.day.day)

    def within(self, column: str) -> str:
        least, most = self.year * 10000 + 101, self.year * 10000 + 9999
        return f"{column} BETWEEN {least} AND {most if self.day is None else min(most, self.code)}"

    def by(self, column: str) -> str:
        return "1 = 1" if self.day is None else f"({column} IS NULL OR {column} <= {self.code})"

    def listed(self, alias: str = "p") -> str:
        """Projects that count in the year: signed in it, or signed by the day and with a commitment dated in it."""
        return f"""{alias}.voided_at IS NULL AND {alias}.stage NOT IN {STAGES} AND {self.by(f"{alias}.signed_on")}
          AND ({self.within(f"{alias}.signed_on")} OR {alias}.id IN
            (SELECT project_id FROM projects_capitalcommitment WHERE {self.within("committed_on")}))"""


def compared(cut: Cut, keys: str) -> list[str]:
    """What is said of a year that another is compared with: its number and what was agreed."""
    number = f"""SELECT {keys}, p.signed_on / 100, count(*) FROM projects_project p
      WHERE p.voided_at IS NULL AND {cut.within("p.signed_on")} GROUP BY {keys}, p.signed_on / 100"""
    return [number, cube(cut, keys)[1]]


def cube(cut: Cut, keys: str) -> list[str]:
    """The sums of a year by columns of the project: the cohort, what was agreed, what was booked."""
    made = [_cohort(cut, keys)]
    for table, dated in (("projects_capitalcommitment", "committed_on"), ("projects_capitalarrival", "month")):
        listed = (
            f"p.voided_at IS NULL AND p.stage NOT IN {STAGES} AND {cut.by('p.signed_on')}"
            if dated == "committed_on"
            else cut.listed()
        )
        made.append(
            f"""SELECT {keys}, sum(r.amount), r.{dated} / 100 FROM {table} r JOIN projects_project p
              ON p.id = r.project_id WHERE {cut.within(f"r.{dated}")} AND {listed} GROUP BY {keys}, r.{dated} / 100"""
        )
    return made


def _cohort(cut: Cut, keys: str) -> str:
    where = f"p.voided_at IS NULL AND {cut.within('p.signed_on')}"
    if cut.day is None:
        return f"""SELECT {keys}, p.signed_on / 100, p.stage, p.condition, {SUMS} FROM projects_project p
          WHERE {where} GROUP BY {keys}, p.signed_on / 100, p.stage, p.condition"""
    cohort = f"SELECT id FROM projects_project p WHERE {where}"
    # As of a day the sums and the stage of each project are those of its dated rows.
    return f"""SELECT {keys}, p.signed_on / 100, s.rank, p.condition, {SUMS}, sum(c.total), sum(a.total)
      FROM projects_project p
      LEFT JOIN (SELECT project_id, sum(amount) AS total FROM projects_capitalcommitment
        WHERE {cut.by("committed_on")} AND project_id IN ({cohort}) GROUP BY project_id) c ON c.project_id = p.id
      LEFT JOIN (SELECT project_id, sum(amount) AS total FROM projects_capitalarrival
        WHERE {cut.by("month")} AND project_id IN ({cohort}) GROUP BY project_id) a ON a.project_id = p.id
      LEFT JOIN (SELECT m.project_id, max({RANK}) AS rank FROM projects_milestone m WHERE m.reached
        AND {cut.by("m.actual_on")} AND m.project_id IN ({cohort}) GROUP BY m.project_id) s ON s.project_id = p.id
      WHERE {where} GROUP BY {keys}, p.signed_on / 100, s.rank, p.condition"""


PLACES = "p.park_id, p.cluster_id"


def home(now: Cut, before: Cut) -> list[str]:
    """Everything that the home page sums: two years by park, cluster and month, the sizes, the ranks, the way and its
    days, what came for earlier signings, the ten largest, the lights' milestones."""
    size = f"CASE WHEN p.agreed_capital >= {50 * YI} THEN 2 WHEN p.agreed_capital >= {10 * YI} THEN 1 END"
    cohort = f"p.voided_at IS NULL AND {now.within('p.signed_on')}"
    rank = f"""SELECT h.kind, count(DISTINCT coalesce(nullif(i.parent_name, ''), i.name)), count(DISTINCT p.id)
      FROM projects_honour h JOIN projects_investor i ON i.id = h.investor_id
      JOIN projects_participation t ON t.investor_id = i.id JOIN projects_project p ON p.id = t.project_id
      WHERE h.kind IN ('china_500', 'listed') AND {now.listed()} GROUP BY h.kind"""
    days = f"""SELECT m.kind, p.signed_on, m.actual_on FROM projects_milestone m JOIN projects_project p
      ON p.id = m.project_id WHERE m.reached AND m.actual_on IS NOT NULL AND {now.by("m.actual_on")} AND {cohort}"""
    earlier = f"""SELECT sum(r.amount) FROM projects_capitalarrival r JOIN projects_project p ON p.id = r.project_id
      WHERE {now.within("r.month")} AND p.voided_at IS NULL AND NOT ({now.listed()})"""
    late = f"""SELECT p.condition, count(*), count(m.project_id) FROM projects_project p LEFT JOIN
      (SELECT project_id, min(planned_on) FROM projects_milestone WHERE NOT reached GROUP BY project_id) m
      ON m.project_id = p.id WHERE {cohort} GROUP BY p.condition"""
    largest = f"SELECT p.id FROM projects_project p WHERE {now.listed()} ORDER BY p.agreed_capital DESC LIMIT 10"
    return [*cube(now, PLACES), *compared(before, PLACES), *cube(now, size)[:1], rank, days, earlier, late, largest]


def statistics(cuts: list[Cut]) -> list[str]:
    """The usual table: years by park."""
    return [query for cut in cuts for query in cube(cut, "p.park_id")]


def run(cursor: Any, queries: list[str]) -> None:
    """Ask all of them and take the rows."""
    for query in queries:
        cursor.execute(query)
        cursor.fetchall()
