"""The rows of a page of the project list, and its foot, in hand-written SQL: what the list is compared with."""

from __future__ import annotations

from dataclasses import dataclass

FEN = 1_000_000  # of a 万元
PER_PAGE = 50
LARGEST = "p.agreed_capital DESC, p.code"
FIRST, LAST = 20200101, 20209999
YEAR = f"BETWEEN {FIRST} AND {LAST}"
SHOWN = """p.id, p.code, p.name, p.agreed_capital, p.arrived_capital, p.signed_on, p.stage, p.condition, k.name, c.name,
  (SELECT i.name FROM projects_participation t JOIN projects_investor i ON i.id = t.investor_id
    WHERE t.project_id = p.id AND t.role = 'lead'),
  EXISTS (SELECT 1 FROM projects_capitalcommitment r WHERE r.project_id = p.id AND r.kind = 'increase'),
  (SELECT min(m.planned_on) FROM projects_milestone m WHERE m.project_id = p.id AND NOT m.reached)"""


@dataclass(frozen=True)
class Case:
    """An address of the list, and the same as a condition, an order and a page in SQL."""

    query: str
    where: str = "1 = 1"
    order: str = LARGEST
    page: int = 1
    year: bool = False

    def rows(self) -> str:
        """The page: its keys are found alone, what is shown is fetched for these."""
        # Whoever knows that all of the page are known asks for these, in the order of an index.
        known = f"{self.order.split()[0].rstrip(',')} IS NOT NULL"
        keys = f"""SELECT p.id FROM projects_project p WHERE p.voided_at IS NULL AND {known} AND {self._listed()}
          ORDER BY {self.order} LIMIT {PER_PAGE} OFFSET {(self.page - 1) * PER_PAGE}"""
        return f"""SELECT {SHOWN} FROM projects_project p LEFT JOIN parks_park k ON k.id = p.park_id
          LEFT JOIN industries_cluster c ON c.id = p.cluster_id WHERE p.id IN ({keys}) ORDER BY {self.order}"""

    def foot(self) -> str:
        """Number, agreed and arrived; of a year those signed in it, and what was agreed and arrived in it."""
        if not self.year:
            return f"""SELECT count(*), sum(p.agreed_capital), sum(p.arrived_capital) FROM projects_project p
              WHERE p.voided_at IS NULL AND {self.where}"""
        found = f"SELECT p.id FROM projects_project p WHERE p.voided_at IS NULL AND {self._listed()}"
        return f"""SELECT (SELECT count(*) FROM projects_project p
              WHERE p.voided_at IS NULL AND {self.where} AND p.signed_on {YEAR}),
            (SELECT sum(amount) FROM projects_capitalcommitment WHERE committed_on {YEAR} AND project_id IN ({found})),
            (SELECT sum(amount) FROM projects_capitalarrival WHERE month {YEAR} AND project_id IN ({found}))"""

    def _listed(self) -> str:
        if not self.year:
            return self.where
        return f"""{self.where} AND p.stage NOT IN ('lead', 'negotiation', 'intent') AND (p.signed_on {YEAR} OR p.id IN
          (SELECT project_id FROM projects_capitalcommitment WHERE committed_on {YEAR}))"""


def for_lights(keys: list[int]) -> list[str]:
    """What the lights of the page's rows are told from."""
    of = f"project_id IN ({', '.join(map(str, keys))})"
    return [
        f"SELECT * FROM projects_milestone WHERE {of}",
        f"SELECT * FROM projects_obstacle WHERE resolved_on IS NULL AND {of}",
        f"SELECT project_id, max(created_at) FROM projects_note WHERE {of} GROUP BY project_id",
        f"SELECT * FROM projects_plannedarrival WHERE {of}",
        f"SELECT * FROM projects_capitalarrival WHERE {of}",
    ]


def holding(word: str, *columns: str) -> str:
    """Projects that hold a word themselves, in what was merged into them, by their firms, numbers or official."""
    like = f"LIKE '%{word}%'"
    own = " OR ".join(f"{column} {like}" for column in ("name", "short_name", *columns))
    named = " OR ".join(f"{column} {like}" for column in ("name", *(c for c in columns if c != "code")))
    return f"""p.id IN (SELECT id FROM projects_project WHERE {own}
      UNION ALL SELECT merged_into_id FROM projects_project WHERE merged_into_id IS NOT NULL AND ({own})
      UNION ALL SELECT t.project_id FROM projects_participation t WHERE t.investor_id IN
        (SELECT id FROM projects_investor WHERE {named}
         UNION ALL SELECT merged_into_id FROM projects_investor WHERE merged_into_id IS NOT NULL AND ({named}))
      UNION ALL SELECT project_id FROM projects_projectcode WHERE code {like}
      UNION ALL SELECT id FROM projects_project WHERE lead_official_id IN
        (SELECT id FROM projects_official WHERE {named}))"""


def cases(pages: int) -> dict[str, Case]:
    """The ways of asking; `pages` is the number of pages that there are."""
    far = min(10_000, pages)
    place = """p.park_id = (SELECT id FROM parks_park WHERE code = 'degan')
      AND p.cluster_id = (SELECT id FROM industries_cluster WHERE code = 'equipment')"""
    return {
        "first page": Case(""),
        f"page {far:,}": Case(f"page={far}", page=far),
        "park, cluster, year": Case("park=degan&cluster=equipment&year=2020", place, year=True),
        "at least 10 亿元": Case("min_capital=10", f"p.agreed_capital >= {100_000 * FEN}"),
        "text of 2 characters": Case("q=双福", holding("双福")),
        "text of 4 characters": Case("q=智能装备", holding("智能装备")),
        "initials": Case("q=sfznzb", holding("sfznzb", "code", "name_initials", "name_pinyin")),
        "smallest first": Case("sort=agreed_capital", order="p.agreed_capital, p.code"),
        "latest signed first": Case("sort=-signed_on", order="p.signed_on DESC, p.code"),
    }
