"""Numbers of projects: the ledger's own where it can serve, else one of ours."""

import re

from django.db.models import QuerySet
from django.db.models.functions import Length

from projects.models import Project, ProjectCode

USABLE = re.compile(r"[A-Za-z0-9._-]{3,40}")
# URLs of their own beside the projects' (a test compares).
TAKEN_BY_PAGES = {"new", "similar", "bulk", "views", "export.xlsx", "export.csv"}


def is_usable(code: str) -> bool:
    """Whether a ledger's number can be a project's number, which stands in URLs."""
    # Browsers would resolve away a number made of dots alone.
    return bool(USABLE.fullmatch(code)) and code.lower() not in TAKEN_BY_PAGES and bool(code.strip("."))


def our_codes(year: int, count: int) -> list[str]:
    """The next `count` numbers JJ-YYYY-NNNN of that year of first record.

    None is used twice: voided projects keep theirs, and so do former numbers and projects that an undo took out, which
    may come back. Call it inside the transaction that saves them; the unique constraint settles a race.
    """
    prefix = f"JJ-{year}-"
    gone = Project.history.filter(history_type="-")
    start = max(_last_of(rows, prefix) for rows in (Project.objects.all(), ProjectCode.objects.all(), gone))
    return [f"{prefix}{start + offset + 1:04d}" for offset in range(count)]


def _last_of(rows: QuerySet, prefix: str) -> int:
    """The highest running number of ours among these rows; 0 where there is none."""
    ours = rows.filter(code__startswith=prefix, code__regex=rf"^{prefix}[0-9]{{1,9}}$")
    # By length first: as text, 9999 comes after 10000.
    last = ours.order_by(Length("code").desc(), "-code").values_list("code", flat=True).first()
    return int(last.removeprefix(prefix)) if last else 0
