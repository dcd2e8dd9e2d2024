"""Lists as files: exactly what is shown, only what is visible, only with the right, always written down."""

from __future__ import annotations

import csv
import datetime
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.auditing import breaks
from accounts.demo import as_of_day
from accounts.models import AuditEvent, User
from imports import export_views
from jiangjin.lib import sheetout
from jiangjin.lib.money import YI
from projects import columns, exports, fetching, listrows
from projects.columnplaces import Asked
from projects.models import Obstacle, Project, SavedView
from projects.periods import Period
from tests.builders import make_investor, make_project, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
LISTS = ["/projects/", "/investors/", "/officials/", "/obstacles/", "/arrivals/", "/parks/", "/industries/"]


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user("manager", role="manager", all_parks=True))
    return client


def body(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def book(client: Client, url: str) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(body(client.get(url))))


def cells(client: Client, url: str, sheet: int = 0) -> list[list[Any]]:
    return [list(row) for row in book(client, url).worksheets[sheet].iter_rows(values_only=True)]


def lines(client: Client, url: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(client.get(url)).decode("utf-8-sig"))))


def some_projects() -> None:
    make_project("甲", code="P-1", park="shuangfu", cluster="equipment", agreed="5", signed="2020-06-30")
    make_project("乙", code="P-2", park="degan", agreed="12.3456789", signed="2020-07", arrivals={"2020-09": "500"})
    make_project("丙", code="P-3", signed="2020", investor="丙公司", planned={"started": "2021-03"})
    make_project("丁", code="P-4", signed="2019", agreed="3", increases=[("2", "2020-08-01")])
    make_project("戊", code="P-5", signed="2019-01-01", agreed="7")


QUERIES = [
    "",
    "year=2020",
    "year=2020&park=degan",
    "year=2019&sort=-code",
    "park=none&sort=name",
    "q=甲",
    "min_capital=5&sort=agreed_capital",
    "columns=agreed_capital,name,park,signed_on",
    "q=nobody",
]


@pytest.mark.parametrize("query", QUERIES)
def test_the_export_is_exactly_the_list(client: Client, query: str) -> None:
    some_projects()
    page = client.get(f"/projects/?{query}").context
    rows = cells(client, f"/projects/export.xlsx?{query}")
    heads, found, foot = rows[0], rows[1:-1], rows[-1]
    assert [dict(zip(heads, row, strict=True))["项目名称"] for row in found] == [row.name for row in page["page"]]
    names = [line["项目名称"] for line in lines(client, f"/projects/export.csv?{query}")]
    assert names == [row.name for row in page["page"]]
    totals = page["totals"]
    ending = "当年" if "year=" in query else ""
    foot_of = dict(zip(heads, foot, strict=True))
    agreed = next(value for head, value in foot_of.items() if "协议" in head and (not ending or "年" in head))
    assert Decimal(str(agreed)) * YI == totals.agreed
    assert str(totals.projects) in foot_of["项目名称"]


@pytest.mark.parametrize("query", ["", "year=2020", "year=2019", "q=甲"])
def test_the_foot_is_the_sum_of_its_column(client: Client, query: str) -> None:
    some_projects()
    rows = cells(client, f"/projects/export.xlsx?{query}")
    for number, head in enumerate(rows[0]):
        if "亿元" in head:
            known = [Decimal(str(row[number])) for row in rows[1:-1] if row[number] is not None]
            assert sum(known, Decimal(0)) == Decimal(str(rows[-1][number])), head


def test_the_file_says_what_it_holds(client: Client, settings: Any) -> None:
    some_projects()
    said = dict(cells(client, "/projects/export.xlsx?year=2020&park=shuangfu", sheet=-1))
    text = "\n".join(f"{label} {value}" for label, value in cells(client, "/projects/export.xlsx?year=2020", sheet=-1))
    assert said["导出人"] == "manager"
    assert said["导出时间"].startswith(f"{timezone.localdate():%Y-%m-%d}")
    assert "条件 年度 2020" in text
    assert "空" in text  # an empty cell is not zero
    assert "2020年" in text or "2020 年" in text


def test_amounts_days_and_unknowns_of_the_list(client: Client) -> None:
    some_projects()
    page = book(client, "/projects/export.xlsx?sort=code").active
    heads = [cell.value for cell in page[1]]
    amount, day = heads.index("协议投资额（亿元）") + 1, heads.index("签约日期") + 1
    assert [page.cell(row, amount).value for row in range(2, 7)] == [5, 12.3456789, None, 5, 7]
    assert [page.cell(row, day).is_date for row in range(2, 7)] == [True, False, False, False, True]
    assert [page.cell(row, day).value for row in (3, 4)] == ["2020-07", "2020"]


def test_the_number_of_queries_does_not_grow_with_the_rows(client: Client) -> None:
    body(client.get("/projects/export.csv"))
    counts = []
    for some in (4, 30):
        for __ in range(some):
            make_project(park="shuangfu", agreed="1", investor="甲公司", planned={"started": "2021-01"})
        with CaptureQueriesContext(connection) as captured:
            body(client.get("/projects/export.csv"))
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_rows_are_taken_a_chunk_at_a_time(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listrows, "CHUNK", 3)
    for number in range(10):
        make_project(code=f"P-{number}", planned={"started": "2021-01"})
    assert len(lines(client, "/projects/export.csv")) == 10


@pytest.mark.parametrize("url", LISTS)
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_every_list_has_its_export_and_each_is_logged(client: Client, url: str, ending: str) -> None:
    some_projects()
    body(client.get(f"{url}export.{ending}?x=1"))
    event = AuditEvent.objects.get()
    assert (event.username, event.action, event.result) == ("manager", "export", "done")
    assert (event.detail["form"], event.detail["query"], event.detail["path"]) == (
        ending,
        "x=1",
        f"{url}export.{ending}",
    )
    assert event.subject
    assert event.address == "127.0.0.1"
    assert event.detail["rows"] >= 0
    assert list(breaks()) == []


@pytest.mark.parametrize("url", LISTS)
def test_every_list_shows_the_way_to_its_export_to_those_who_may(client: Client, url: str) -> None:
    some_projects()
    assert f"{url}export.xlsx" in client.get(url).content.decode()
    assert f"{url}export.csv" in client.get(url).content.decode()
    User.objects.update(may_export=False)
    html = client.get(url).content.decode()
    assert "export." not in html
    assert "ledger.xlsx" not in html


@pytest.mark.parametrize("url", [*LISTS, "/imports/ledger"])
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_without_the_right_nothing_leaves(client: Client, url: str, ending: str) -> None:
    User.objects.update(may_export=False)
    address = f"{url}.{ending}" if url.endswith("ledger") else f"{url}export.{ending}"
    assert client.get(address).status_code == 403
    assert Client().get(address).status_code == 302
    assert AuditEvent.objects.count() == 0


def test_another_ending_is_not_there(client: Client) -> None:
    for url in LISTS[1:]:
        assert client.get(f"{url}export.pdf").status_code == 404
    assert client.get("/imports/ledger.pdf").status_code == 404


def test_a_recorder_of_own_parks_exports_these_alone(settings: Any) -> None:
    settings.RECORDERS_SEE_OWN_PARKS = True
    mine = make_project("双福的", park="shuangfu", agreed="1", investor="双福公司", official=("张三", "双福"))
    other = make_project("德感的", park="degan", agreed="77", investor="德感公司", official=("李四", "德感"))
    for project in (mine, other):
        Obstacle.objects.create(project=project, text=f"{project.name}缺水", unit="水务局", raised_on="2020-01-01")
    client = Client()
    client.force_login(make_user("recorder", role="recorder", parks=["shuangfu"]))
    for url in LISTS:
        text = body(client.get(f"{url}export.csv")).decode("utf-8-sig")
        assert "德感的" not in text, url
        assert "德感公司" not in text, url
        assert "李四" not in text, url
        assert "77" not in text, url
    assert [row["项目名称"] for row in lines(client, "/projects/export.csv")] == ["双福的"]
    assert body(client.get("/imports/ledger.csv")).decode("utf-8-sig").count("德感的") == 0


def test_a_leader_takes_no_grid_of_arrivals() -> None:
    client = Client()
    client.force_login(make_user("leader", role="leader"))
    assert client.get("/arrivals/export.xlsx").status_code == 403
    assert client.get("/projects/export.xlsx").status_code == 200


@pytest.mark.parametrize("query", ["year=abc", "stage=flying", "min_capital=x", "sort=zzz"])
def test_a_condition_that_nobody_understands_is_refused(client: Client, query: str) -> None:
    for ending in ("csv", "xlsx"):
        assert client.get(f"/projects/export.{ending}?{query}").status_code == 400
    assert client.get("/obstacles/export.csv?park=nowhere").status_code == 400
    assert AuditEvent.objects.count() == 0


def test_more_rows_than_a_sheet_takes_are_refused_with_what_to_do(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheetout, "MOST_ROWS", 4)
    some_projects()
    response = client.get("/projects/export.xlsx?sort=code")
    assert response.status_code == 422
    assert "/projects/export.csv?sort=code" in response.content.decode()
    assert AuditEvent.objects.get().result == "refused"
    assert len(lines(client, "/projects/export.csv?sort=code")) == 5


def test_an_export_that_fails_is_written_down(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    some_projects()

    def broken(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("no room on the disk")

    monkeypatch.setattr(exports, "xlsx_response", broken)
    with pytest.raises(RuntimeError):
        client.get("/projects/export.xlsx")
    assert [event.result for event in AuditEvent.objects.order_by("number")] == ["failed"]  # it was never done


def test_a_ledger_that_fails_is_written_down(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    some_projects()

    def broken(*args: Any) -> Any:
        raise RuntimeError("no room on the disk")

    monkeypatch.setattr(export_views, "write_xlsx", broken)
    with pytest.raises(RuntimeError):
        client.get("/imports/ledger.xlsx")
    assert [event.result for event in AuditEvent.objects.order_by("number")] == ["failed"]
    body(client.get("/imports/ledger.csv"))
    response = client.get("/imports/ledger.csv")
    next(iter(response.streaming_content))
    response._iterator.close()
    assert [event.result for event in AuditEvent.objects.order_by("number")][1:] == ["done", "done", "failed"]


def test_the_log_tells_the_rows_of_each_sheet_in_its_own_language(client: Client) -> None:
    some_projects()
    body(client.get("/industries/export.xlsx", headers={"Accept-Language": "en"}))
    event = AuditEvent.objects.get()
    rows = [sheet.max_row for sheet in book(client, "/industries/export.xlsx").worksheets[:2]]
    # Without the heads, and the totals of the first.
    assert [number for __, number in event.detail["sheets"]] == [rows[0] - 2, rows[1] - 1]
    assert event.detail["rows"] == sum(rows) - 3
    assert event.subject == "产业集群"
    body(client.get("/industries/export.csv"))
    newest = AuditEvent.objects.order_by("-number")[0]
    assert (newest.detail["rows"], newest.detail.get("sheets")) == (rows[0] - 2, None)  # .csv takes the first
    body(client.get("/projects/export.xlsx"))
    newest = AuditEvent.objects.order_by("-number")[0]
    assert (newest.detail["rows"], newest.detail.get("sheets")) == (5, None)


def test_a_ledger_is_of_today(client: Client) -> None:
    some_projects()
    for ending in ("xlsx", "csv"):
        response = client.get(f"/imports/ledger.{ending}?as_of=2020-06-30&park=degan")
        assert response.status_code == 422
        html = response.content.decode()
        assert "/projects/export.xlsx?as_of=2020-06-30&amp;park=degan" in html
        assert "/projects/?park=degan" in html
    assert AuditEvent.objects.count() == 0
    assert "ledger.xlsx" not in client.get("/projects/?as_of=2020-06-30").content.decode()
    today = f"as_of={as_of_day().isoformat()}"
    assert f"ledger.xlsx?{today}" in client.get(f"/projects/?{today}").content.decode()
    assert client.get(f"/imports/ledger.xlsx?{today}").status_code == 200


def test_an_export_that_nobody_takes_to_its_end_is_written_down(client: Client) -> None:
    for __ in range(450):
        make_investor(f"公司{__}")
    response = client.get("/investors/export.csv")
    next(iter(response.streaming_content))
    response._iterator.close()  # as the server does where nobody listens any more
    assert [event.result for event in AuditEvent.objects.order_by("number")] == ["done", "failed"]


def test_firms_with_their_projects(client: Client) -> None:
    make_project("甲", agreed="5", investor="乙公司", joint=["丙公司"])
    make_investor("丙公司", honours=["listed"], type="private", origin="重庆")
    rows = cells(client, "/investors/export.xlsx?rank=listed")
    row = dict(zip(rows[0], rows[1], strict=True))
    assert (row["投资方"], row["来自"], row["项目"]) == ("丙公司", "重庆", 1)
    assert len(rows) == 3
    whole = cells(client, "/investors/export.xlsx")
    assert (whole[-1][-2], whole[-1][-1]) == (1, 5)  # two firms, one project
    assert "2" in whole[-1][0]


def test_obstacles_in_the_order_of_the_page(client: Client) -> None:
    project = make_project("甲", park="shuangfu")
    for unit, text, raised, due in [
        ("电力", "缺电", "2020-06-01", None),
        ("水务", "缺水", "2020-05-01", "2020-06-01"),
        ("水务", "缺管", "2020-07-01", None),
        ("土地", "缺地", "2020-01-01", None),
    ]:
        Obstacle.objects.create(project=project, text=text, unit=unit, raised_on=raised, due_on=due)
    Obstacle.objects.create(
        project=project, text="缺路", unit="交通", raised_on="2020-01-01", resolved_on="2020-03-01", solution="修了"
    )
    page = client.get("/obstacles/").context["found"]
    shown = [one.row.text for group in page.groups for one in group.rows]
    assert [row["问题"] for row in lines(client, "/obstacles/export.csv")] == shown
    assert lines(client, "/obstacles/export.csv?solved=1")[0]["问题"] == "缺路"
    assert cells(client, "/obstacles/export.xlsx")[-1][0] == "合计 4 个问题"
    assert cells(client, "/obstacles/export.xlsx?solved=1")[-1][0] == "合计 1 个问题"
    assert [row["问题"] for row in lines(client, "/obstacles/export.csv?overdue=on")] == ["缺水"]


def test_officials_and_departments(client: Client) -> None:
    make_project(official=("张三", "副区长"), agreed="3", lead_unit="商务委")
    make_project(official=("", ""))
    rows = lines(client, "/officials/export.csv")
    assert [(row["领导"], row["项目"]) for row in rows] == [("张三", "1"), ("未填", "1")]
    assert [row["责任单位"] for row in lines(client, "/officials/export.csv?tab=units")] == ["商务委", "未填"]
    assert cells(client, "/officials/export.xlsx")[-1] == ["合计", None, 2, 0, 3, 1]
    assert cells(client, "/officials/export.xlsx?tab=units")[-1] == ["合计", 2, 0, 3, 1]
    assert cells(client, "/officials/export.xlsx?q=没有这个人")[-1][:3] == ["合计", None, 0]
    said = [row[1] for row in cells(client, "/officials/export.xlsx", sheet=1)]
    assert any("超期" in str(text) for text in said)
    assert not any("逾期" in str(text) for text in said)


def test_the_grid_of_months(client: Client) -> None:
    make_project("甲", code="P-1", arrivals={"2020-03": "12.5", "2020-09": "100"})
    make_project("乙", code="P-2", arrivals={"2020-09": "0.000001"})
    make_project("丙", code="P-3", arrivals={"2019-09": "7"})
    rows = cells(client, "/arrivals/export.xlsx?months=2020")
    assert [row[4] for row in rows[1:]] == [12.5, None, None, 12.5]
    assert [row[10] for row in rows[1:]] == [100, 0.000001, None, 100.000001]
    assert [row[-1] for row in rows[1:]] == [112.5, 0.000001, None, 112.500001]


def test_parks_and_clusters_equal_their_pages(client: Client) -> None:
    some_projects()
    page = client.get("/parks/?year=2020").context
    rows = cells(client, "/parks/export.xlsx?year=2020")
    foot = dict(zip(rows[0], rows[-1], strict=True))
    total = page["total"].now
    assert (foot["项目"], Decimal(str(foot["协议（亿元）"])) * YI) == (total.projects, total.agreed)
    assert len(rows) == 2 + sum(1 + len(line.inside) for line in page["lines"])
    book_of = book(client, "/industries/export.xlsx?year=2020")
    assert len(book_of.worksheets) == 3
    clusters = list(book_of.worksheets[0].iter_rows(values_only=True))
    assert clusters[-1][1] == client.get("/industries/?year=2020").context["total"].now.projects
    assert sum(row[1] for row in clusters[1:-1]) == clusters[-1][1]


def test_every_column_says_in_a_file_what_it_says_on_the_page(client: Client) -> None:
    """An export reads its rows without the ORM's objects; what each column reads of them is the same."""
    some_projects()
    make_investor("乙公司", honours=["listed", "china_500"], type="private", origin="重庆", credit_code="9150")
    project = make_project(
        "全的",
        code="P-9",
        park="shuangfu",
        cluster="equipment",
        agreed="5",
        investor="乙公司",
        joint=["甲公司"],
        increases=[("1", "2020-09")],
        reached={"started": "2020-08-01"},
        planned={"production": "2021-05", "completed": "2021-01-02"},
        arrivals={"2020-08": "100"},
        official=("张三", "副区长"),
        land_area=Decimal("12.5"),
        expected_tax=Decimal("10"),
        condition="stalled",
        condition_reason="缺水",
        capital_origin="foreign",
        is_key_project="市级",
    )
    project.notes.create(text="近期进展", kind="progress")
    ordered = Project.objects.order_by("code")
    asked = Asked(Period(2020), timezone.localdate())
    page = [[column.value(row) for column in columns.ALL] for row in fetching.fetched(ordered, columns.ALL, asked)]
    assert list(listrows.rows_of(ordered, columns.ALL, asked)) == page
    for column in columns.ALL:  # what one column alone needs is fetched, too
        place = columns.ALL.index(column)
        assert list(listrows.rows_of(ordered, [column], asked)) == [[row[place]] for row in page], column.key
    filled = {column.key for column in columns.ALL if any(row[columns.ALL.index(column)] for row in page)}
    assert len(filled) > 35


def test_chosen_columns_stand_in_their_order(client: Client) -> None:
    some_projects()
    rows = cells(client, "/projects/export.xlsx?columns=park,signed_on,name,started_on,land_area&sort=code")
    assert len(rows[0]) == 5
    assert rows[0][2] == "项目名称"
    assert rows[1][:3] == ["双福", datetime.datetime(2020, 6, 30), "甲"]  # noqa: DTZ001  a cell knows no zone
    assert rows[-1][2].startswith("合计")


def test_a_saved_view_goes_out_as_it_is(client: Client) -> None:
    some_projects()
    view = SavedView.objects.create(
        name="今年的", owner=User.objects.get(), query="year=2020&columns=name,park&sort=name", sharing="private"
    )
    rows = cells(client, f"/projects/export.xlsx?view={view.pk}")
    page = client.get(f"/projects/?view={view.pk}").context
    assert [row[0] for row in rows[1:-1]] == [row.name for row in page["page"]]
    assert len(rows[0]) == 2
    other = Client()
    other.force_login(make_user("other", role="leader"))
    assert other.get(f"/projects/export.xlsx?view={view.pk}").status_code == 404
