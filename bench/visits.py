"""Server time of the pages that are opened every day: `python -m bench.visits` answers with milliseconds, by page.

The register holds what an import of a made-up ledger left. A third of its projects is given to one official; plans,
arrivals, obstacles and notes are added, so that the lights have something to say. A page is asked through Django's test
client, without a network: the quickest of several visits, for what else the machine does only adds to it. The baseline
is a bare query for four columns of all projects.
"""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Callable
from decimal import Decimal

import django

VISITS, WARM_UP = 9, 2
DAY = datetime.date(2020, 12, 31)
GRID_ROWS, GRID_YEAR = 300, 2019


def milliseconds(do: Callable[[], object]) -> float:
    """The quickest of several times."""
    took = []
    for number in range(VISITS + WARM_UP):
        started = time.perf_counter()
        do()
        if number >= WARM_UP:
            took.append((time.perf_counter() - started) * 1000)
    return min(took)


def fill() -> int:
    """Three officials, plans, arrivals, obstacles, notes; the key of the official with the most projects."""
    from django.db import connection

    from jiangjin.lib.dates import PartialDay
    from projects.models import CapitalArrival, Note, Obstacle, Official, PlannedArrival, Project

    officials = [Official.objects.create(name=name, post="副区长") for name in ("甲某", "乙某", "丙某")]
    ids = list(Project.objects.order_by("pk").values_list("pk", flat=True))
    for place, official in enumerate(officials):
        Project.objects.filter(pk__in=ids[place::3]).update(lead_official=official)
    months = [PartialDay(2020, month) for month in (3, 6, 9)]
    CapitalArrival.objects.bulk_create(
        CapitalArrival(project_id=pk, month=month, amount=Decimal(500)) for pk in ids[::3] for month in months
    )
    PlannedArrival.objects.bulk_create(
        PlannedArrival(project_id=pk, year=2020, quarter=quarter, amount=Decimal(800))
        for pk in ids[::5]
        for quarter in range(1, 5)
    )
    Obstacle.objects.bulk_create(
        Obstacle(project_id=pk, text="缺电", unit="区供电公司", raised_on=DAY, official=officials[0], due_on=months[0])
        for pk in ids[::10]
    )
    Note.objects.bulk_create(Note(project_id=pk, text="已对接", noted_on=months[1]) for pk in ids[::4])
    with connection.cursor() as cursor:
        # What the database does by itself after a while.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    return officials[0].pk


def main() -> None:
    django.setup()
    from django.conf import settings
    from django.test import Client

    from accounts.models import User
    from accounts.people import save_account
    from parks.models import Park
    from projects.models import Project

    settings.ALLOWED_HOSTS, settings.TODAY = ["testserver"], DAY
    official = fill()
    user = User(username="bench", display_name="bench")
    save_account(user=user, role="manager", parks=Park.objects.none(), all_parks=True, password="correct horse battery")
    client = Client()
    client.force_login(user)

    def visit(url: str) -> Callable[[], object]:
        def ask() -> None:
            answer = client.get(url, secure=True)
            assert answer.status_code == 200, (url, answer.status_code)

        return ask

    pages = {
        "home": "/",
        "list with lights": "/projects/",
        "list of the red": "/projects/?light=red",
        "official": f"/officials/{official}/",
        "handing over": f"/officials/{official}/hand-over/",
        "my page": "/mine/",
        "what waits": "/obstacles/",
    }
    columns = ("code", "name", "stage", "agreed_capital")
    answer = {"baseline": milliseconds(lambda: list(Project.objects.order_by().values_list(*columns)))}
    answer |= {name: milliseconds(visit(url)) for name, url in pages.items()}
    keys = list(Project.objects.counted().order_by("code").values_list("pk", flat=True)[:GRID_ROWS])
    cells = {f"c-{pk}-{month}": "12.5" for pk in keys for month in range(1, 13)}
    started = time.perf_counter()
    sent = client.post(f"/arrivals/?months={GRID_YEAR}", {**cells, "was": "{}"}, secure=True)
    assert sent.status_code == 302, sent.status_code
    answer["grid of 300 x 12"] = (time.perf_counter() - started) * 1000
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
