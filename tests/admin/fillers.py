"""Rows of every model, to see whether the number of queries depends on them."""

import datetime

from accounts.auditing import record_event
from accounts.models import Action
from imports.models import ImportBatch, ImportRow, Takeback
from industries.models import Chain, Cluster, LeadingFirm
from projects.models import CapitalSnapshot, DefaultView, Note, SavedView
from reports.models import FixedProject, FixedTable, PublishedFigure, SavedTable, Target, TargetActual
from tests.builders import make_investor, make_park, make_project, make_user


def fill(count: int) -> None:
    for number in range(count):
        project = make_project(
            agreed="5",
            park="shuangfu",
            cluster="materials",
            investor=f"甲{number}公司",
            planned={"started": "2021"},
            arrivals={"2020-07": "100"},
            official=("毛平", f"区长{number}"),
        )
        batch = ImportBatch.objects.create(filename="a.xlsx", sha256="0" * 64)
        ImportRow.objects.create(batch=batch, sheet="a", row=1, action="create", project=project)
        Takeback.objects.create(batch=batch, subject=batch.reason)


def fill_everything(first: int, last: int) -> None:
    """A row of every model for each number."""
    for number in range(first, last):
        user = make_user(f"user{number}")
        park = make_park(f"park{number}", f"园{number}", parent="shuangfu")
        cluster = Cluster.objects.create(code=f"c{number}", name=f"集群{number}")
        chain = Chain.objects.create(code=f"h{number}", name=f"链{number}", cluster=cluster)
        LeadingFirm.objects.create(chain=chain, name="龙头")
        PublishedFigure.objects.create(scope="x", scope_code=str(number), period="2020", measure="a", value="1")
        make_investor(f"甲{number}公司", honours=["listed"])
        view = SavedView.objects.create(name="视图", owner=user, sharing="group", park=park)
        DefaultView.objects.create(user=user, view=view)
        project = make_project(
            agreed="5",
            park=park.code,
            cluster=cluster.code,
            chain=chain.code,
            investor=f"甲{number}公司",
            planned={"started": "2021"},
            arrivals={"2020-07": "100"},
            official=("毛平", f"区长{number}"),
        )
        CapitalSnapshot.objects.create(project=project, measure="arrived_total", amount=1)
        Note.objects.create(project=project, text="一句话", author=user)
        project.codes.create(code=f"旧{number}")
        batch = ImportBatch.objects.create(filename="a.xlsx", sha256="0" * 64, user=user)
        ImportRow.objects.create(batch=batch, sheet="a", row=1, action="create", project=project)
        Takeback.objects.create(batch=batch, subject=batch.reason)
        SavedTable.objects.create(name="表", owner=user)
        table = FixedTable.objects.create(name="报", title="表", day=datetime.date(2020, 12, 31), made_by=user)
        FixedProject.objects.create(table=table, key=project.pk, code=project.code, name=project.name)
        record_event(user=user, action=Action.EXPORT, subject="项目", address="127.0.0.1")
        Target.objects.create(year=2020, scope="park", key=park.code, measure="projects", value=number)
        day = datetime.date(2000 + number, 12, 31)
        TargetActual.objects.create(scope="district", measure="industrial_output", day=day, value=number)
