"""Numbers of projects: the ledger's own where it can serve, else one of ours."""

import re

from django.db.models.functions import Length

from projects.models import Project

USABLE = re.compile(r"[A-Za-z0-9._-]{3,40}")


def is_usable(code: str) -> bool:
    """Whether a ledger's number can be a project's number, which stands in URLs."""
    # `new`, `similar` and the exports are URLs of their own; browsers would resolve away a number made of dots alone.
    return (
        bool(USABLE.fullmatch(code))
        and code.lower() not in {"new", "similar", "export.xlsx", "export.csv"}
        and bool(code.strip("."))
    )


def our_codes(year: int, count: int) -> list[str]:
    """The next `count` numbers JJ-YYYY-NNNN of that year of first record. None is used twice: voided ones keep theirs.

    Call it inside the transaction that saves them; the unique constraint settles a race.
    """
    prefix = f"JJ-{year}-"
    ours = Project.objects.filter(code__startswith=prefix, code__regex=rf"^{prefix}[0-9]+$")
    # By length first: as text, 9999 comes after 10000.
    last = ours.order_by(Length("code").desc(), "-code").values_list("code", flat=True).first()
    start = int(last.removeprefix(prefix)) if last else 0
    return [f"{prefix}{start + offset + 1:04d}" for offset in range(count)]
