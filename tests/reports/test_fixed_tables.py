"""Figures as reported: they stay as they were, later corrections stand beside them, later events do not."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jiangjin.lib.dates import PartialDay
from parks.models import Park
from projects import capital
from projects.models import CapitalArrival, CapitalCommitment, Project
from projects.registering import void_project
from reports.grid import Cell, Column, Grid, Row
from reports.gridkept import grid_of, kept_grid
from reports.models import FixedTable
from tests.builders import make_project, make_user

pytestmark = pytest.mark.django_db
TABLE = "/reports/statistics/fix/?rows=park&cols=none&year=2020&compare="


@pytest.fixture
def manager(vocabulary: None) -> Client:
    client = Client()
    client.force_login(make_user("王某", "manager", all_parks=True))
    return client


def fix(client: Client, query: str = "&as_of=2020-08-31", name: str = "7 月 5 日报区委") -> FixedTable:
    response = client.post(f"{TABLE}{query}", {"name": name, "note": "初报"})
    assert response.status_code == 302, response.content.decode()
    return FixedTable.objects.latest("id")


def corrected(client: Client, table: FixedTable) -> Any:
    return client.get(table.get_absolute_url()).context["corrected"]


def test_the_figures_stay_as_they_were(manager: Client) -> None:
    project = make_project("甲", park="shuangfu", agreed="3", signed="2020-05-01")
    shown = manager.get("/reports/statistics/?rows=park&cols=none&year=2020&compare=&as_of=2020-08-31").context["grid"]
    table = fix(manager)
    add(project, "5", "2020-06")
    page = manager.get(table.get_absolute_url())
    (kept,) = page.context["grids"]
    assert [[cell.value for cell in row.cells] for row in kept.rows] == [
        [cell.value for cell in row.cells] for row in shown.rows
    ]
    assert kept.notes == [str(note) for note in shown.notes]
    assert (table.day, table.made_by_name, table.note) == (datetime.date(2020, 8, 31), "王某", "初报")
    (row,) = page.context["corrected"].rows
    assert (row.kind, row.name) == ("changed", "甲")
    assert [difference[1:] for difference in row.differences] == [("3.00 亿元", "8.00 亿元")]
    assert page.context["corrected"].agreed == Decimal(50000)


def add(project: Project, amount: str, day: str, user: Any = None) -> None:
    """An increase that is entered later."""
    CapitalCommitment.objects.create(
        project=project, kind="increase", amount=Decimal(amount) * 10000, committed_on=PartialDay.from_iso(day)
    )
    capital.recompute_and_save([project.pk], user=user, reason="")


def test_what_happens_later_is_no_correction(manager: Client) -> None:
    project = make_project("甲", park="shuangfu", agreed="3", signed="2020-05-01")
    table = fix(manager)
    add(project, "5", "2020-09-15")
    make_project("乙", park="shuangfu", agreed="3", signed="2020-09-01")
    CapitalArrival.objects.create(project=project, month=PartialDay(2020, 9), amount=Decimal(100))
    assert not corrected(manager, table).rows


def test_added_gone_moved(manager: Client) -> None:
    gone = make_project("撤销的", park="shuangfu", agreed="3", signed="2020-05-01")
    moved = make_project("换园区的", park="shuangfu", agreed="4", signed="2020-05-01")
    table = fix(manager)
    make_project("补登的", park="degan", agreed="2", signed="2020-06-01")
    void_project(project=gone, reason="重复", user=make_user("管", "admin"))
    moved.park = Park.objects.get(code="degan")
    moved.save()
    found = corrected(manager, table)
    assert [(row.kind, row.name) for row in found.rows] == [
        ("added", "补登的"),
        ("gone", "撤销的"),
        ("changed", "换园区的"),
    ]
    assert [row.who[-1].name for row in found.rows[1:2]] == ["管"]
    assert found.rows[2].differences[0][1:] == ("双福", "德感")
    assert (found.projects, found.agreed) == (0, Decimal(-10000))


def test_a_day_moved_out_of_the_period_explains_the_sum(manager: Client) -> None:
    project = make_project("甲", park="shuangfu", agreed="3", signed="2020-05-01", increases=[("2", "2020-06-01")])
    table = fix(manager)
    project.commitments.filter(kind="increase").update(committed_on=PartialDay(2019, 12, 1))
    (row,) = corrected(manager, table).rows
    assert [difference[1:] for difference in row.differences] == [("5.00 亿元", "3.00 亿元")]


def test_an_ordinary_day_counts_what_is_known_to_the_year(manager: Client) -> None:
    """Without a day everything registered counts, also what is dated to this year alone: later it is no correction."""
    year = timezone.localdate().year
    vague = make_project("只知年份", park="shuangfu", agreed="3", signed=str(year))
    sure = make_project("确知", park="shuangfu", agreed="2", signed=f"{year}-01-05")
    response = manager.post(f"/reports/statistics/fix/?rows=park&cols=none&year={year}&compare=", {"name": "今日"})
    assert response.status_code == 302
    table = FixedTable.objects.get()
    assert not table.is_cut
    assert table.projects.count() == 2
    assert not corrected(manager, table).rows
    add(sure, "1", f"{year}-01-06")
    void_project(project=vague, reason="重复", user=make_user("管", "admin"))
    assert {(row.kind, row.name) for row in corrected(manager, table).rows} == {
        ("gone", "只知年份"),
        ("changed", "确知"),
    }


def test_who_may_fix_and_remove(manager: Client) -> None:
    make_project("甲", park="shuangfu", agreed="3")
    table = fix(manager)
    auditor, leader, admin = Client(), Client(), Client()
    for client, role in ((auditor, "auditor"), (leader, "leader"), (admin, "admin")):
        client.force_login(make_user(role, role))
        assert client.get(table.get_absolute_url()).status_code == 200
    assert auditor.post(TABLE, {"name": "x"}).status_code == 403
    assert leader.post(f"{table.get_absolute_url()}remove/").status_code == 403
    assert leader.get("/reports/fixed/").context["tables"][0] == table
    assert admin.post(f"{table.get_absolute_url()}remove/").status_code == 302
    assert manager.get(table.get_absolute_url()).status_code == 404
    assert not manager.get("/reports/fixed/").context["tables"]
    last = FixedTable.history.latest()
    assert (last.history_type, last.history_user.username) == ("~", "admin")
    assert FixedTable.objects.get().projects.exists()


def test_a_recorder_of_own_parks_sees_what_it_fixed_itself(manager: Client, settings: Any) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    make_project("双福的", park="shuangfu", agreed="3")
    make_project("德感的", park="degan", agreed="3")
    whole = fix(manager, "")
    client = Client()
    client.force_login(make_user("own", "recorder", parks=["shuangfu"]))
    assert client.get(whole.get_absolute_url()).status_code == 404
    own = fix(client, "")
    assert [row.name for row in own.projects.all()] == ["双福的"]
    # Whoever sees more finds no projects “added” in it.
    assert not corrected(manager, own).rows


def test_a_name_is_needed(manager: Client) -> None:
    response = manager.post(TABLE, {"name": " "})
    assert response.status_code == 422
    assert not FixedTable.objects.exists()


def test_the_file_holds_the_projects_then(manager: Client) -> None:
    make_project("甲", park="shuangfu", agreed="3")
    table = fix(manager, "")
    response = manager.get(f"{table.get_absolute_url()}export.csv")
    assert "双福" in b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    response = manager.get(f"{table.get_absolute_url()}export.xlsx")
    assert b"".join(response.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]


def test_queries_do_not_grow_with_the_projects(manager: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            manager.get(table.get_absolute_url())
        return len(captured)

    for number in range(2):
        make_project(f"甲{number}", park="shuangfu", agreed="3", signed="2020-05-01")
    table = fix(manager)
    for project in Project.objects.all()[:1]:
        add(project, "1", "2020-06")
    count()
    few = count()
    for number in range(6):
        make_project(f"乙{number}", park="degan", agreed="3", signed="2020-05-01")
    assert count() == few


def test_a_table_comes_back_as_it_was_kept() -> None:
    columns = [Column("园区", key="name"), Column("协议", "yi", "2020 年"), Column("签约", "day"), Column("率", "rate")]
    cells = [
        Cell("双福"),
        Cell(Decimal("123.456789"), [("park", "shuangfu")], tone="late"),
        Cell(PartialDay(2020, 7)),
        Cell(None, dash=False),
    ]
    plain = [Cell("x"), Cell(0), Cell(datetime.date(2020, 1, 1)), Cell(True)]
    grid = Grid("表", columns, [Row(cells, "subtotal", 1), Row(plain)], ["注"], desk_groups=True, wide=True)
    assert grid_of(kept_grid(grid)) == grid


def test_the_same_form_sent_twice_fixes_once(manager: Client) -> None:
    make_project("甲", park="shuangfu", agreed="3", signed="2020-05-01")
    first = fix(manager)
    again = manager.post(f"{TABLE}&as_of=2020-08-31", {"name": first.name})
    assert again.status_code == 422
    assert "请换一个名称" in again.content.decode()
    assert FixedTable.objects.get() == first
    assert fix(manager, "&as_of=2020-07-31", first.name) != first  # of another day
    other = Client()
    other.force_login(make_user("另", "manager", all_parks=True))
    assert fix(other, name=first.name).made_by_name == "另"
    assert manager.post(f"{first.get_absolute_url()}remove/").status_code == 302
    fix(manager, name=first.name)


@pytest.mark.parametrize(
    "url", ["changes/fix/?from=2019-12-31&to=2020-08-31&park=shuangfu", "cohorts/fix/?as_of=2020-08-31&park=shuangfu"]
)
def test_changes_and_cohorts_are_fixed_too(manager: Client, url: str) -> None:
    make_project("甲", park="shuangfu", agreed="3", signed="2020-05-01")
    make_project("乙", park="degan", agreed="3", signed="2020-05-01")
    page = url.replace("fix/", "")
    assert url.split("?")[0] in manager.get(f"/reports/{page}").content.decode()
    assert manager.post(f"/reports/{url}", {"name": "报"}).status_code == 302
    table = FixedTable.objects.get()
    assert table.page == f"/reports/{page}"
    assert [row.name for row in table.projects.all()] == ["甲"]
    assert not corrected(manager, table).rows


def test_the_page_lists_the_projects_with_their_values_then(manager: Client) -> None:
    project = make_project("甲", park="shuangfu", agreed="3", signed="2020-05-01")
    gone = make_project("乙", park="degan", signed="2020-05-02")
    table = fix(manager)
    add(project, "5", "2020-06")
    Project.objects.filter(pk=project.pk).update(name="甲改名")
    Project.objects.filter(pk=gone.pk).delete()
    shown = manager.get(table.get_absolute_url()).context["projects"]
    rows = [[cell.value for cell in row.cells] for row in shown.rows]
    assert [row[1:3] for row in rows] == [["甲", "双福"], ["乙", "德感"]]
    assert [row[5] for row in rows] == [Decimal(30000), None]
    assert [row.cells[1].url for row in shown.rows] == [project.get_absolute_url(), ""]


def test_the_projects_behind_a_table_are_paged(manager: Client) -> None:
    for number in range(51):
        make_project(f"项目{number}", park="shuangfu", agreed="3", signed="2020-05-01")
    table = fix(manager)
    assert len(manager.get(table.get_absolute_url()).context["projects"].rows) == 50
    assert len(manager.get(f"{table.get_absolute_url()}?page=2").context["projects"].rows) == 1


def test_the_reconciliation_is_fixed_like_other_tables(manager: Client) -> None:
    project = make_project("甲", park="shuangfu", agreed="3", signed="2020-05-01")
    page = "/reports/reconciliation/?as_of=2020-08-31"
    shown = manager.get(page)
    assert "/reports/reconciliation/fix/" in shown.content.decode()
    assert manager.post(page.replace("/?", "/fix/?"), {"name": "7 月 5 日报"}).status_code == 302
    table = FixedTable.objects.get()
    assert (table.page, table.day, table.is_cut) == (page, datetime.date(2020, 8, 31), True)
    add(project, "5", "2020-06")
    (kept,) = manager.get(table.get_absolute_url()).context["grids"]
    assert [[cell.value for cell in row.cells] for row in kept.rows] == [
        [cell.value for cell in row.cells] for row in shown.context["grid"].rows
    ]
    assert [row.name for row in corrected(manager, table).rows] == ["甲"]
    auditor = Client()
    auditor.force_login(make_user("审", "auditor"))
    assert "/fix/" not in auditor.get(page).content.decode()
    assert auditor.post(page.replace("/?", "/fix/?"), {"name": "x"}).status_code == 403


def test_a_fixed_table_promises_no_lists(manager: Client) -> None:
    make_project("甲", park="shuangfu", agreed="3", signed="2020-05-01")
    promise = "每个数都能打开"
    assert promise in manager.get("/reports/statistics/?rows=park&cols=none&year=2020&compare=").content.decode()
    assert promise not in manager.get(fix(manager).get_absolute_url()).content.decode()
