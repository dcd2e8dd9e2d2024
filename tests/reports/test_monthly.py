"""The monthly report: figures as counted by hand, each opens its rows, the file says what the page says."""

from __future__ import annotations

import datetime
import io
import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEvent, User
from jiangjin.lib.dates import PartialDay
from projects import gaps, stages
from projects.models import CapitalArrival, Milestone, Note, Obstacle, Project
from projects.periods import Period
from reports.grid import Cell, Grid
from reports.measures import growth
from reports.models import FixedTable, Target
from reports.monthly.asked import Month, last_whole_month, month_of
from reports.monthly.tables import TABLES
from tests.builders import make_investor, make_project, make_user
from tests.reports.pages import assert_opens_its_rows, figure_links
from tests.reports.test_figures_agree import listed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
DAY = datetime.date(2020, 8, 31)


def month(code: str = "2020-08", day: datetime.date = DAY) -> Month:
    return Month(Period.parse(code), day, Project.objects.counted())


def fill() -> None:
    """A register in which each project is there for a reason; the report is about August 2020."""
    make_investor("上市甲", honours=["listed"], parent_name="甲集团")
    make_investor("上市乙", honours=["listed", "china_500"], parent_name="甲集团")
    make_project(
        "八月",
        park="luohuang",
        cluster="equipment",
        agreed="12",
        signed="2020-08-03",
        investor="上市甲",
        lead_unit="招商局",
        content="建厂",
        planned={"started": "2020-09-30"},
    )
    make_project(
        "八月不知哪天", park="luohuang-smart-home", cluster="materials", agreed="3", signed="2020-08", joint=["上市乙"]
    )
    make_project("未填金额", park="no-park", cluster="outside", signed="2020-08-20", lead_unit="招商局")
    make_project(
        "七月",
        park="shuangfu",
        cluster="consumer-goods",
        agreed="5",
        signed="2020-07-01",
        planned={"started": "2020-08-01"},
        reached={"registered": "2020-08"},
        arrivals={"2020-08": "1000"},
        official=("李勇", "区长"),
    )
    make_project("后来", agreed="50", signed="2020-09-01", reached={"started": "2020-10-01"})
    make_project("只知年份", agreed="2", signed="2020", reached={"started": "2020-05-06"})
    make_project(
        "去年增资",
        park="shuangfu",
        cluster="equipment",
        agreed="8",
        signed="2019-05-01",
        increases=[("4", "2020-08-08")],
        reached={"started": "2019-08", "production": "2020-08-31"},
        arrivals={"2019-08": "300", "2020-08": "700", "2020-09": "9"},
    )
    make_project("去年", agreed="10", cluster="equipment", signed="2019-08-31", reached={"started": None})
    make_project("去年九月", agreed="7", signed="2019-09-01")
    make_project(
        "停滞",
        agreed="1",
        signed="2018-03-01",
        condition="stalled",
        condition_on=PartialDay(2020, 6),
        condition_reason="缺地",
    )
    make_project("终止", agreed="20", signed="2018-03-01", condition="terminated", condition_on=PartialDay(2020, 6))
    make_project("作废", agreed="90", signed="2020-08-01", voided="重复")
    make_project("在谈", agreed="90", signed=None, stage="negotiation")
    abroad = Project.objects.get(name="去年增资")
    CapitalArrival.objects.filter(project=abroad, month=PartialDay(2020, 8)).update(
        origin="foreign", outside_city=Decimal(600)
    )


def values(grid: Grid) -> dict[str, list[Any]]:
    """The rows by their first cell."""
    return {str(row.cells[0].value): [cell.value for cell in row.cells[1:]] for row in grid.rows}


def table(code: str, asked: Month | None = None) -> dict[str, list[Any]]:
    return values(TABLES[code].make(asked or month()))


def yi(amount: str) -> Decimal:
    return Decimal(amount) * 10000


def test_overview_as_counted_by_hand() -> None:
    fill()
    rows = list(table("overview").values())
    # 本月, 本年累计, 上年同期, 增减: 去年 and 去年增资 by the end of August.
    assert [row[:4] for row in rows[:3]] == [
        [3, 4, 2, 2],
        [yi("19"), yi("24"), yi("18"), yi("6")],
        [Decimal(1700), Decimal(1700), Decimal(300), Decimal(1400)],
    ]
    assert rows[0][4] == Decimal(1)
    assert rows[1][4] == growth(yi("24"), yi("18"))
    assert [row[:3] for row in rows[5:]] == [
        [1, 1, 0],  # 注册 in August, known to the month
        [0, 0, 1],  # 只知年份 may have been signed after August: as of its end it is not there
        [0, 0, 0],
        [1, 1, 0],  # 投产 of a project of the year before
        [0, 0, 0],
    ]
    assert [row[5:] for row in rows] == [[None] * 3] * 10  # nobody filled in a target
    assert any("1" in note and "日期" in note for note in TABLES["overview"].make(month()).notes)


def test_parts_of_what_arrived() -> None:
    fill()
    rows = list(table("overview").values())
    assert rows[3][:3] == [Decimal(600), Decimal(600), None]  # of 2019's arrivals nobody said
    assert rows[4][:3] == [Decimal(700), Decimal(700), Decimal(0)]
    assert listed([("arrived_in", "2020-08:outside_city"), ("as_of", "2020-08-31")])[0].arrived == Decimal(600)
    assert listed([("arrived_in", "2020-08:foreign")])[0].arrived == Decimal(700)


def test_tables_add_up_to_the_same_whole() -> None:
    fill()
    overview = list(table("overview").values())
    whole = [overview[0][1], overview[1][1]]
    parks, clusters, sizes = (TABLES[code].make(month()) for code in ("parks", "clusters", "sizes"))
    for grid, amount in ((parks, 2), (clusters, 3), (sizes, 2)):
        assert [grid.rows[-1].cells[place].value for place in (1, amount)] == whole
        parts = [row for row in grid.rows if row.role in ("row", "unknown") and not row.level]
        for place in (1, amount):
            assert sum(row.cells[place].value for row in parts) == grid.rows[-1].cells[place].value
    assert parks.rows[-1].cells[4].value == overview[2][1]  # 到位资金
    assert sum(row.cells[4].value for row in parks.rows if row.role != "total" and not row.level) == overview[2][1]


def test_parks_and_their_ranks() -> None:
    fill()
    rows = table("parks")
    assert rows["珞璜"][:2] == [2, yi("15")]
    assert rows["珞璜"][-1] == 1
    assert rows["双福"][:2] == [1, yi("9")]
    assert rows["双福"][-1] == 2
    assert rows["双福"][3:5] == [Decimal(1700), Decimal(1000) / yi("5")]  # all that came; the rate is the cohort's
    assert rows["园区外"][:2] == [1, Decimal(0)]
    assert rows["园区外"][-1] is None
    assert list(rows)[-2:] == ["园区外", "合计"]


def test_outside_all_parks_stands_there_without_projects() -> None:
    make_project(agreed="1", signed="2020-08-01", park="shuangfu")
    assert table("parks")["园区外"][:2] == [0, Decimal(0)]


def test_clusters_and_sizes() -> None:
    fill()
    rows = table("clusters")
    assert list(rows)[-3:] == ["4+1小计", "4+1以外", "合计"]
    whole = table("clusters", month("2020-12", datetime.date(2020, 12, 31)))
    assert list(whole)[-4:] == ["4+1小计", "4+1以外", "未填", "合计"]
    assert whole["未填"][:1] + whole["合计"][:1] == [2, 6]
    assert rows["4+1小计"][0] == 3
    assert rows["4+1以外"][0] == 1
    assert rows["合计"][5] == 1  # 八月, of 12 亿元
    assert rows["装备制造"][4] == growth(yi("16"), yi("18"))
    sizes = table("sizes")
    assert sizes["10–20 亿元"][:2] == [1, yi("16")]  # the increase of a project of 12 亿元 as well
    assert sizes["金额未填"][:2] == [1, Decimal(0)]


def test_firms_count_their_group_once() -> None:
    fill()
    grid = TABLES["firms"].make(month())
    assert [row.cells[0].value for row in grid.rows] == ["上市甲", "上市乙", "合计 1 家"]
    assert grid.rows[-1].cells[2].value == "2 项"
    assert "年份未填" in grid.rows[0].cells[1].value
    assert grid.rows[-1].cells[4].value == yi("15")


def test_all_firms_of_the_year_are_counted_where_the_page_shows_some() -> None:
    fill()
    firm = make_investor("五百强丙", honours=["global_500", "china_500"]).name
    make_project("丙的", agreed="1", signed="2020-08-01", investor=firm)
    grid = TABLES["firms"].make(replace(month(), most=1))
    assert len(grid.rows) == 2
    assert grid.rows[-1].cells[0].value == "合计 2 家"


def test_key_projects_say_what_was_known_by_the_day() -> None:
    fill()
    named = make_project(
        "点名", agreed="1", signed="2020-08-01", is_key_project="市级重点", reached={"started": "2020-09-09"}
    )
    make_project("不是", agreed="1", signed="2020-08-01", is_key_project="否")
    for kind, text, day in (
        ("progress_note", "旧", PartialDay(2020, 8, 1)),
        ("progress_note", "新", PartialDay(2020, 8, 25)),
        ("progress_note", "将来", PartialDay(2020, 9, 25)),
        ("next_step", "报批", None),
        ("problems", "缺电", PartialDay(2020, 8)),
    ):
        Note.objects.create(project=named, kind=kind, text=text, noted_on=day)
    grid = TABLES["key"].make(month())
    rows = {row.cells[1].value: [cell.value for cell in row.cells] for row in grid.rows}
    assert list(rows) == ["去年增资", "八月", "去年", "点名", "4 项"]
    assert rows["点名"][7:13] == ["签约", None, None, "新", "缺电", "报批"]
    Obstacle.objects.create(project=named, text="缺水", unit="水务局", raised_on=datetime.date(2020, 8, 1))
    Note.objects.filter(text="新").delete()
    told = next(row for row in TABLES["key"].make(month()).rows if row.cells[1].value == "点名")
    assert [cell.value for cell in told.cells[10:12]] == ["（2020-08-01）旧", "缺水"]


def test_signed_in_the_month() -> None:
    fill()
    grid = TABLES["signed"].make(month())
    assert [row.cells[1].value for row in grid.rows] == ["八月", "八月不知哪天", "未填金额", "3 项"]
    assert [cell.value for cell in grid.rows[0].cells] == [
        1, "八月", "上市甲", "建厂", yi("12"), "装备制造", "珞璜", PartialDay(2020, 8, 3), "招商局",
    ]  # fmt: skip


def test_late_or_stalled() -> None:
    fill()
    Note.objects.create(project=Project.objects.get(name="七月"), kind="next_step", text="下月开工")
    grid = TABLES["late"].make(month())
    rows = {row.cells[0].value: [cell.value for cell in row.cells[1:]] for row in grid.rows}
    assert rows["七月"][2:] == [30, "", "", "李勇", "下月开工"] or rows["七月"][2:] == [
        30,
        "",
        None,
        "李勇",
        "下月开工",
    ]
    assert rows["停滞"][2:4] == [None, "停滞：缺地"]
    assert list(rows) == ["七月", "停滞", "合计 2 项"]
    # On the planned day itself nothing is late.
    assert "七月" not in {row.cells[0].value for row in TABLES["late"].make(month(day=datetime.date(2020, 8, 1))).rows}
    # It started later: as of August it was late all the same.
    Milestone.objects.filter(project__name="七月", kind="started").update(
        reached=True, actual_on=PartialDay(2020, 9, 3)
    )
    Project.objects.filter(name="七月").update(stage="construction")
    assert "七月" in {row.cells[0].value for row in TABLES["late"].make(month()).rows}
    assert "七月" not in {row.cells[0].value for row in TABLES["late"].make(month(day=datetime.date(2020, 9, 3))).rows}


@pytest.mark.parametrize("code", ["firms", "key", "signed", "late"])
def test_a_long_list_ends_on_the_page_and_its_total_does_not(code: str) -> None:
    fill()
    whole, short = TABLES[code].make(month()), TABLES[code].make(replace(month(), most=1))
    assert len(short.rows) == 2
    assert [cell.value for cell in short.rows[-1].cells] == [cell.value for cell in whole.rows[-1].cells]
    assert len(short.notes) == len(whole.notes) + 1


def test_years_by_stage() -> None:
    fill()
    rows = table("years")
    assert rows["2018"] == [2, 0, 0, 0, 0, 0, 0, 1, 1]
    assert rows["2019"] == [3, 2, 2, 2, 1, 1, 0, 0, 0]
    assert rows["2020"] == [4, 1, 0, 0, 0, 0, 0, 0, 0]  # 只知年份 counts at the end of the year
    assert rows["合计"] == [9, 3, 2, 2, 1, 1, 0, 1, 1]


def test_gaps_by_unit() -> None:
    fill()
    rows = table("gaps")
    # 缺信用代码, 缺签约日期, 缺园区/产业, 金额未填, 30天未更新, 日期矛盾
    assert rows["招商局"][:4] == [2, 0, 0, 1]
    make_investor("上市甲", credit_code="91500116MA00000154")
    make_investor("重庆某某有限公司", type="hmt")  # has no such code
    assert table("gaps")["合计"][0] == 0
    assert rows["未填"][2] == 4
    known = [name for name in range(len(rows["合计"])) if name != 4]
    assert all(rows["招商局"][at] + rows["未填"][at] == rows["合计"][at] for at in known)


def test_silence_before_the_register_began_is_unknown() -> None:
    fill()
    grid = TABLES["gaps"].make(month())
    assert {row.cells[5].value for row in grid.rows} == {None}
    assert any("更新记录" in note for note in grid.notes)
    today = TABLES["gaps"].make(month("2020-08", timezone.localdate()))
    assert today.rows[-1].cells[5].value == 0
    assert not any("更新记录" in note for note in today.notes)


def test_contradicting_days_are_those_of_the_rule() -> None:
    chance = random.Random(12)

    def day() -> str | None:
        written = f"{chance.choice([2019, 2020])}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
        return chance.choice([written, written, written[:7], written[:4], None])

    def days(kinds: list[str]) -> dict[str, Any]:
        return {kind: found for kind in kinds if (found := day())}

    for __ in range(60):
        first = day()
        ended = day() if chance.random() < 0.3 else None
        make_project(
            signed=day(),
            first_contact_on=PartialDay.from_iso(first) if first else None,
            planned=days(["started", "completed", "production", "full_production"]),
            reached=days(["started", "completed", "production", "full_production"]),
            condition="terminated" if ended else "active",
            condition_on=PartialDay.from_iso(ended) if ended else None,
        )
    wrong = {
        project.pk
        for project in Project.objects.prefetch_related("milestones")
        if stages.broken_order(stages.days_of(project))
    }
    assert 5 < len(wrong) < 60
    assert set(Project.objects.filter(gaps.contradictory()).values_list("pk", flat=True)) == wrong


def leads_to_its_rows(cell: Cell) -> None:
    totals = listed(list(cell.params or []))[0]
    if isinstance(cell.value, int):
        assert totals.projects == cell.value, cell
    else:
        assert cell.value in (totals.agreed, totals.arrived), (cell, totals)


class TestEveryFigure:
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def register(cls, class_data: None) -> None:
        fill()

    @pytest.mark.parametrize("code", TABLES)
    def test_it_opens_its_rows(self, code: str) -> None:
        grid, seen = TABLES[code].make(month()), 0
        for __, cells in grid.shown:
            for column, cell, __ in cells:
                if cell.url and cell.params and column.kind in ("count", "mixed", "yi"):
                    leads_to_its_rows(cell)
                    seen += 1
                elif cell.params and cell.url and column.key == "name":
                    assert str(cell.value).split()[-2:][0].endswith(str(listed(list(cell.params))[0].projects))
                    seen += 1
        assert seen


def test_figures_on_the_page_open_their_rows(leader: Client) -> None:
    fill()
    links = figure_links(leader, "/reports/monthly/overview/?month=2020-08")
    assert len(links) > 15
    for link in links:
        assert "as_of=20" in link.href
        assert_opens_its_rows(leader, link)


def sheets(client: Client, url: str) -> openpyxl.Workbook:
    response = client.get(url)
    assert response.status_code == 200
    content = b"".join(response.streaming_content)
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make_user("manager", role="manager", all_parks=True))
    return client


def test_one_click_gives_the_workbook_that_the_page_shows(manager: Client) -> None:
    fill()
    book = sheets(manager, "/reports/monthly/export.xlsx?month=2020-08")
    grids = [one.make(month()) for one in TABLES.values()]
    assert len(book.sheetnames) == len(grids) + 1
    for grid, sheet in zip(grids, book.worksheets, strict=False):
        read = [list(row) for row in sheet.iter_rows(values_only=True)]
        assert read[0] == [str(column.label) for column in grid.columns], grid.code
        assert len(read) == len(grid.rows) + 1
    overview = list(book.worksheets[0].iter_rows(values_only=True))
    assert overview[1][1:4] == (3, 4, 2)
    assert overview[2][1:4] == (19, 24, 18)  # 亿元
    assert overview[2][5] == pytest.approx(1 / 3)
    years = next(sheet for grid, sheet in zip(grids, book.worksheets, strict=False) if grid.code == "years")
    assert [row[0] for row in years.iter_rows(min_row=2, values_only=True)] == [2018, 2019, 2020, "合计"]
    about = {row[1] for row in book.worksheets[-1].iter_rows(values_only=True)}
    assert {"2020-08-31", "manager"} <= about
    assert any("上年同期" in str(text) and "2019-08-31" in str(text) for text in about)
    event = AuditEvent.objects.latest("pk")
    assert "2020" in event.detail["conditions"]


def test_key_projects_print_on_a3_with_their_light_in_words(manager: Client) -> None:
    fill()
    book = sheets(manager, "/reports/monthly/key/export.xlsx?month=2020-08")
    assert book.worksheets[0].page_setup.paperSize == 8
    rows = list(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    assert [row[-1] for row in rows[:2]] == ["无计划", "临期"]


def test_who_may_not_export_still_looks(client: Client) -> None:
    user = make_user("leader", role="leader")
    User.objects.filter(pk=user.pk).update(may_export=False)
    client.force_login(User.objects.get(pk=user.pk))
    assert "export.xlsx" not in client.get("/reports/monthly/").content.decode()
    assert client.get("/reports/monthly/export.xlsx").status_code == 403
    assert client.get("/reports/monthly/parks/export.csv").status_code == 403


def test_who_sees_own_parks_only_counts_these(client: Client, settings: Any) -> None:
    fill()
    settings.RECORDERS_SEE_OWN_PARKS = True
    user = make_user("recorder", parks=["shuangfu"])
    projects = Project.objects.visible_to(user).counted()
    rows = values(TABLES["parks"].make(replace(month(), projects=projects)))
    assert rows["合计"][:2] == [1, yi("9")]


def test_what_is_no_table_is_not_there(leader: Client) -> None:
    assert leader.get("/reports/monthly/nothing/").status_code == 404
    assert leader.get("/reports/monthly/parks/export.pdf").status_code == 404
    assert leader.get("/reports/monthly/?month=2020-13&as_of=never").status_code == 200


@pytest.mark.parametrize("full", [False, True])
def test_empty_register_and_a_month_without_anything(manager: Client, full: bool) -> None:
    if full:
        fill()
    url = "/reports/monthly/?month=1999-01"
    assert manager.get(url).status_code == 200
    assert sheets(manager, url.replace("?", "export.xlsx?")).sheetnames
    rows = table("overview", month("1999-01", datetime.date(1999, 1, 31)))
    assert all(not number for row in rows.values() for number in row)


def test_queries_do_not_grow_with_the_register() -> None:
    def asked() -> dict[str, int]:
        found = {}
        for code, one in TABLES.items():
            with CaptureQueriesContext(
                connection,
            ) as queries:
                one.make(month())
            found[code] = len(queries)
        return found

    fill()
    asked()  # whether this is a demo is asked once, and remembered
    before = asked()
    fill_more()
    assert asked() == before
    assert max(before.values()) <= 20


def fill_more() -> None:
    for number in range(8):
        project = make_project(
            park="shuangfu",
            cluster="materials",
            agreed="30",
            signed="2020-08-09",
            investor=f"企业{number}",
            planned={"started": "2020-08-10"},
            lead_unit=f"单位{number}",
            official=(f"领导{number}", ""),
        )
        make_investor(f"企业{number}", honours=["china_500"])
        Note.objects.create(project=project, kind="problems", text="缺地")


@pytest.mark.parametrize(
    ("query", "code", "day"),
    [
        ("", "2020-12", "2020-12-31"),
        ("month=2020-02", "2020-02", "2020-02-29"),
        ("as_of=2020-09-15", "2020-09", "2020-09-15"),
        ("as_of=2020-09-30", "2020-09", "2020-09-30"),
        ("month=2021-03", "2021-03", "2021-03-31"),  # not yet begun on the fixed day
        ("month=2020-11&as_of=2020-12-31", "2020-11", "2020-11-30"),
        ("month=2020-11&as_of=2020-10-31", "2020-11", "2020-11-30"),
        ("month=2020-11&as_of=2020-11-12", "2020-11", "2020-11-12"),
        ("month=2020", "2020-12", "2020-12-31"),
    ],
)
def test_which_month_and_which_day(settings: Any, query: str, code: str, day: str) -> None:
    settings.TODAY = datetime.date(2020, 12, 31)
    found = month_of(QueryDict(query), Project.objects.all())
    assert (found.month.code, found.day.isoformat()) == (code, day)


def test_on_an_ordinary_day_it_is_the_month_before(settings: Any) -> None:
    settings.TODAY = datetime.date(2021, 1, 5)
    found = month_of(QueryDict(""), Project.objects.all())
    assert (found.month.code, found.day.isoformat()) == ("2020-12", "2020-12-31")
    assert last_whole_month(datetime.date(2021, 1, 30)).code == "2020-12"


@pytest.mark.parametrize(
    ("day", "before"),
    [
        ("2020-02-29", "2019-02-28"),
        ("2021-02-28", "2020-02-29"),
        ("2020-08-15", "2019-08-15"),
        ("2021-03-31", "2019-12-31"),  # after the year of the report: all of the year before
    ],
)
def test_the_same_time_of_the_year_before(day: str, before: str) -> None:
    year = min(int(day[:4]), 2020) if day == "2021-03-31" else int(day[:4])
    assert month(f"{year}-02", datetime.date.fromisoformat(day)).day_before.isoformat() == before


def test_heads_say_counts_and_measures_by_their_own_words() -> None:
    fill()
    heads = [str(column.label) for column in TABLES["late"].make(month()).columns]
    assert heads[-1] == "措施"
    heads = [str(column.label) for column in TABLES["years"].make(month()).columns]
    assert heads[1:8] == ["签约", "注册", "拿地", "开工", "竣工", "投产", "达产"]


def test_the_total_of_the_parks_is_measured_by_the_districts_target() -> None:
    fill()
    Target.objects.create(year=2020, scope="district", measure="agreed", value=yi("48"))
    assert table("parks")["合计"][-2] == Decimal("0.5")


def test_a_day_outside_the_month_is_said(leader: Client) -> None:
    said = "2020-12-31 不在"
    assert said in leader.get("/reports/monthly/overview/?month=2020-11&as_of=2020-12-31").content.decode()
    assert said not in leader.get("/reports/monthly/overview/?month=2020-12&as_of=2020-12-31").content.decode()
    page = leader.get("/reports/monthly/overview/?month=2099-11").content.decode()
    assert "尚未开始" in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("month=2020-13", "“2020-13”"),
        ("month=2020-12&as_of=2020-13-45", "“2020-13-45”"),
        ("month=2020-12&park=shuangfu", "园区"),
        ("month=2020-12&year=2019", "年度"),
        ("month=2020-12&min_capital=10&tables=2", "tables"),
    ],
)
def test_what_the_report_does_not_follow_is_said(leader: Client, query: str, said: str) -> None:
    page = leader.get(f"/reports/monthly/overview/?{query}")
    (sentence,) = page.context["passed_over"]
    assert said in sentence
    assert sentence in page.content.decode()
    file = leader.get(f"/reports/monthly/overview/export.xlsx?{query}")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(file.streaming_content)))  # type: ignore[arg-type]
    assert any(sentence in str(cell.value) for row in book.worksheets[-1] for cell in row)


def test_a_report_that_is_followed_says_nothing(leader: Client) -> None:
    page = leader.get("/reports/monthly/?month=2020-12&as_of=2020-12-31")
    assert not page.context["passed_over"]
    assert "表 6" in page.content.decode()


def test_steps_without_a_day_are_said() -> None:
    """A project that produces was registered once, whoever wrote that down."""
    make_project("甲", agreed="1", signed="2019-05-01", reached={"production": "2020-08-03"})
    make_project("乙", agreed="1", signed="2019-05-01", reached={"started": "2020-08-03", "registered": "2020-01-01"})
    make_project("丙", agreed="1", signed="2019-05-01", reached={"started": None})
    make_project("后来", agreed="1", signed="2019-05-01", reached={"completed": "2020-09-01"})
    (note,) = [note for note in TABLES["overview"].make(month()).notes if "日期未填" in note]
    assert note.endswith("公司注册 2 项、开工 2 项、竣工 1 项。"), note


def test_the_report_of_a_month_can_be_fixed(manager: Client) -> None:
    fill()
    for path, grids in (("", len(TABLES)), ("parks/", 1), ("late/", 1)):
        page = manager.get(f"/reports/monthly/{path}?month=2020-08")
        url = f"/reports/monthly/{path}fix/"
        assert url in page.content.decode()
        assert manager.post(f"{url}?month=2020-08", {"name": f"报{path}"}).status_code == 302
        fixed = FixedTable.objects.latest("id")
        assert (len(fixed.grids), fixed.day, fixed.is_cut) == (grids, DAY, True)
        left_out = [value for label, value in fixed.conditions if label == "不含"]
        assert left_out == (["表 6（责任单位考核得分）、表 10（在谈项目）"] if grids > 1 else [])
        kept = manager.get(fixed.get_absolute_url())
        assert not kept.context["corrected"].rows
        assert [values(grid) for grid in kept.context["grids"]] == [
            {name: [_as_kept(value) for value in row] for name, row in values(grid).items()}
            for grid in page.context["grids"]
        ]


def _as_kept(value: Any) -> Any:
    return value if value is None or isinstance(value, int | Decimal | PartialDay) else str(value)


def test_an_auditor_fixes_nothing(client: Client) -> None:
    client.force_login(make_user("auditor", role="auditor"))
    assert "fix/" not in client.get("/reports/monthly/parks/?month=2020-08").content.decode()
    for url in ("monthly", "monthly/parks", "changes", "cohorts"):
        assert client.post(f"/reports/{url}/fix/", {"name": "x"}).status_code == 403
    assert not FixedTable.objects.exists()
