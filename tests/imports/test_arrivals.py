"""Tables of arrivals: whose money a row is, which tables are one, and what becomes of a cumulative column."""

import html
from pathlib import Path
from typing import Any

import pytest

from imports.undoing import take_back
from projects.models import CapitalArrival, CapitalSnapshot, Project
from tests.builders import make_project, make_user
from tests.imports.books import codes, run, write_xlsx
from tests.imports.bringing import bring, client_of, confirm, digest_of, last_batch, preview_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vocabulary")]
TITLE = ["2020年到位资金情况表 单位：万元"]
NAMED = ["项目编号", "项目名称", "投资方", "1月", "2月"]


def table(path: Path, *rows: list, header: list = NAMED, title: list = TITLE) -> Path:
    return write_xlsx(path / "a.xlsx", [title, header, *rows])


def booked() -> list[tuple[str, str, str]]:
    """(number, month, 万元) of every arrival."""
    rows = CapitalArrival.objects.select_related("project").order_by("project__code", "month")
    return [(row.project.code, str(row.month), f"{row.amount:.2f}") for row in rows]


def page_of(path: Path, show: str = "refused") -> str:
    """The preview that a person sees after bringing the file."""
    client = client_of(make_user("manager", all_parks=True))
    bring(client, path)
    return html.unescape(preview_of(client, last_batch(), show).content.decode())


@pytest.fixture
def known() -> Project:
    return make_project("测试庚项目", code="T-006", investor="重庆测6公司", signed="2019")


@pytest.mark.parametrize(
    ("code", "firm", "at"),
    [("ZZ-9", "完全别的公司", "C"), ("", "完全别的公司", "C"), ("ZZ-9", "", "A")],
)
def test_an_equal_name_of_another_firm_or_number_is_another_project(tmp_path, known, code, firm, at):
    path = table(tmp_path, [code, "测试庚项目", firm, 3, 4])
    status, answer = run(path)
    assert (status, codes(answer), answer["refused"]) == (1, [(3, at, "unknown_project")], 1)
    assert answer["errors"][0]["candidates"] == ["T-006"]
    assert "测试庚项目（T-006）" in page_of(path)
    assert not booked()


@pytest.mark.parametrize(
    ("code", "firm"), [("", ""), ("", "重庆测6公司"), ("ZZ-9", "重庆测6公司"), ("T-006", "别的公司")]
)
def test_a_row_that_contradicts_nothing_is_booked(tmp_path, known, code, firm):
    status, answer = run(table(tmp_path, [code, "测试庚项目", firm, 3, 4]))
    assert (status, answer["create"]) == (0, 1), answer["errors"]
    assert booked() == [("T-006", "2020-01", "3.00"), ("T-006", "2020-02", "4.00")]


def test_a_number_without_name_is_not_the_project_of_another_firm(tmp_path, known):
    status, answer = run(table(tmp_path, ["T-006", "", "完全别的公司", 3, 4], ["T-006", "", "", 5, 6]))
    assert (status, codes(answer)) == (1, [(3, "A", "number_conflict")])
    assert (answer["create"], answer["refused"]) == (1, 1)


def test_of_two_projects_of_one_name_the_one_of_the_rows_firm_is_meant(tmp_path, known):
    make_project("测试庚项目", code="T-007", investor="重庆测7公司", signed="2019")
    path = table(tmp_path, ["", "测试庚项目", "重庆测7公司", 3, 4])
    client = client_of(make_user("manager", all_parks=True))
    bring(client, path)
    batch = last_batch()
    confirm(client, batch, digest_of(preview_of(client, batch)))
    assert booked() == [("T-007", "2020-01", "3.00"), ("T-007", "2020-02", "4.00")]
    status, answer = run(table(tmp_path, ["", "测试庚项目", "", 3, 4]))
    assert (status, codes(answer)) == (1, [(3, "B", "ambiguous_project")])
    assert answer["errors"][0]["candidates"] == ["T-006", "T-007"]


def test_a_credit_code_tells_whose_project_it_is(tmp_path):
    code = "91500116MA00000154"
    known = make_project("测试庚项目", code="T-006", investor="重庆测6公司", signed="2019")
    known.participations.get().investor.__class__.objects.update(credit_code=code)
    header = ["项目名称", "投资方", "统一社会信用代码", "1月", "2月"]
    status, answer = run(table(tmp_path, ["测试庚项目", "重庆测六有限公司", code, 3, 4], header=header))
    assert (status, answer["create"]) == (0, 1), answer["errors"]


def test_a_project_that_no_ledger_numbered_takes_a_row_with_a_number(tmp_path):
    make_project("测试辛项目", code="JJ-2020-0001", investor="重庆测8公司", signed="2019")
    status, answer = run(table(tmp_path, ["L-8", "测试辛项目", "", 3, 4]))
    assert (status, answer["create"]) == (0, 1), answer["errors"]


def test_rows_with_different_numbers_are_not_one_project(tmp_path, known):
    rows: list[Any] = [["X-1", "测试庚项目", "重庆测6公司", 3, ""], ["X-2", "测试庚项目", "重庆测6公司", "", 4]]
    status, answer = run(table(tmp_path, *rows))
    assert (status, codes(answer)) == (1, [(4, "A", "unknown_project")])


OF_ONE_MONTH = [
    ("2020年1月到位资金情况表 单位：万元", ["序号", "项目名称", "1月"], [1, "测试庚项目", 30]),
    ("2020年1月到位资金情况表 单位：万元", ["序号", "项目名称", "1月", "合计"], [1, "测试庚项目", 30, 30]),
    ("到位资金（万元）", ["序号", "项目名称", "2020年1月"], [1, "测试庚项目", 30]),
    ("2020年情况表 单位：万元", ["序号", "项目名称", "1月到位资金", "累计到位资金"], [1, "测试庚项目", 30, 30]),
    ("2020年1月到位资金情况表 单位：万元", ["序号", "项目名称", "当月到位", "累计到位"], [1, "测试庚项目", 30, 30]),
    (
        "2020年1月到位资金情况表 单位：万元",
        ["序号", "项目名称", "本月到位资金", "落户园区"],
        [1, "测试庚项目", 30, "双福"],
    ),
]


@pytest.mark.parametrize(("title", "header", "row"), OF_ONE_MONTH)
def test_a_table_of_one_month_is_a_table_of_arrivals(tmp_path, known, title, header, row):
    path = table(tmp_path, row, [2, "没有的项目", *row[2:]], header=header, title=[title])
    status, answer = run(path)
    assert (status, answer["kind"], codes(answer)) == (1, "arrivals", [(4, "B", "unknown_project")]), answer["errors"]
    assert (answer["create"], answer["arrived_capital"]) == (1, "30.00")
    assert "没有的项目" in page_of(path)
    status, answer = run(path, "--skip-refused")
    assert booked() == [("T-006", "2020-01", "30.00")]
    assert Project.objects.count() == 1


@pytest.mark.parametrize(
    ("title", "header", "row"),
    [
        ("2020年项目情况 单位：万元", ["序号", "项目名称", "投资方", "1月"], [1, "测试庚项目", "重庆测6公司", 30]),
        ("2020年1月到位资金 单位：万元", ["序号", "项目名称", "项目阶段", "1月"], [1, "测试庚项目", "在建", 30]),
        ("2020年1月到位资金 单位：万元", ["序号", "项目名称", "到位资金"], [1, "测试庚项目", 30]),
    ],
)
def test_what_may_be_either_is_asked_and_the_choice_holds(tmp_path, known, title, header, row):
    path = table(tmp_path, row, header=header, title=[title])
    status, answer = run(path)
    assert (status, answer["errors"][0]["code"], answer["errors"][0]["need"]) == (2, "needs_mapping", "which_kind")
    assert run(path, "--kind", "projects", "--dry-run")[1]["kind"] == "projects"
    client = client_of(make_user("manager", all_parks=True))
    bring(client, path)
    batch = last_batch()
    address = f"/imports/{batch.pk}/columns/"
    page = html.unescape(client.get(address).content.decode())
    assert 'name="kind-0"' in page
    assert "data-point" in page
    client.post(address, {"sheet-0": "1", "kind-0": "arrivals"})
    batch.refresh_from_db()
    assert batch.mapping["sheets"]["台账"]["kind"] == "arrivals"
    response = preview_of(client, batch)
    assert response.status_code == 200
    confirm(client, batch, digest_of(response))
    assert booked() == [("T-006", "2020-01", "30.00")]


def test_the_other_kind_can_be_chosen_on_the_page_and_back(tmp_path, known):
    path = table(
        tmp_path, [1, "新项目", 30], header=["序号", "项目名称", "1月"], title=["2020年1月到位资金 单位：万元"]
    )
    client = client_of(make_user("manager", all_parks=True))
    bring(client, path)
    batch = last_batch()
    address = f"/imports/{batch.pk}/columns/"
    for kind in ("projects", "arrivals"):
        response = client.post(address, {"sheet-0": "1", "kind-0": kind})
        assert response.url == address  # other columns: to be looked at once more
        page = html.unescape(client.get(address).content.decode())
        assert f'<option value="{kind}" selected>' in page


def test_a_ledger_of_projects_with_a_column_of_a_month_stays_one(tmp_path):
    header = ["项目名称", "投资方", "协议投资额（亿元）", "1月到位资金"]
    status, answer = run(
        table(tmp_path, ["甲项目", "甲", 5, 30], header=header, title=["2020年1月到位资金 单位：万元"])
    )
    assert (status, answer["kind"], answer["create"]) == (0, "projects", 1)
    assert answer["sheets"][0]["unmapped"] == [{"column": "D", "header": "1月到位资金"}]


def test_a_title_of_several_months_does_not_date_what_came_in_one(tmp_path, known):
    path = table(
        tmp_path,
        [1, "测试庚项目", 30],
        header=["序号", "项目名称", "当月到位资金"],
        title=["2020年1-6月到位资金 单位：万元"],
    )
    status, answer = run(path)
    assert (status, answer["errors"][0]["need"]) == (2, "no_month")
    client = client_of(make_user("manager", all_parks=True))
    bring(client, path)
    batch = last_batch()
    client.post(f"/imports/{batch.pk}/columns/", {"sheet-0": "1", "month-0-C": "2020-06"})
    confirm(client, batch, digest_of(preview_of(client, last_batch())))
    assert booked() == [("T-006", "2020-06", "30.00")]


def snapshots() -> list[tuple[str, str, str]]:
    """(measure, as-of day, 万元) of every snapshot."""
    rows = CapitalSnapshot.objects.order_by("as_of", "measure")
    return [(row.measure, str(row.as_of), f"{row.amount:.2f}") for row in rows]


WIDE = ["项目编号", "项目名称", "1月", "2月", "3月", "累计到位资金"]


def test_a_cumulative_column_becomes_a_snapshot_and_is_compared(tmp_path, known):
    path = table(tmp_path, ["T-006", "测试庚项目", 1, 2, "", 900], header=WIDE)
    status, answer = run(path)
    assert (status, answer["create"], answer["arrived_capital"]) == (0, 1, "3.00")
    differs = [warning for warning in answer["warnings"] if warning["code"] == "sum_differs"]
    assert [(one["row"], one["column"], one["field"]) for one in differs] == [(3, "F", "arrived_total")]
    assert booked() == [("T-006", "2020-01", "1.00"), ("T-006", "2020-02", "2.00")]
    assert snapshots() == [("arrived_total", "2020-02", "900.00")]
    status, answer = run(path)
    assert (status, answer["unchanged"]) == (0, 1)
    page = page_of(table(tmp_path, ["T-006", "测试庚项目", 1, 2, "", 800], header=WIDE), "update")
    assert "<del>0.09</del>" in page  # 亿元, as the page says beside it
    assert "<ins>0.08</ins>" in page


def test_a_cumulative_column_agrees_with_what_came_before(tmp_path, known):
    header = ["项目编号", "项目名称", "1月", "累计到位（亿元）"]
    run(table(tmp_path, ["T-006", "测试庚项目", 50, ""], header=header, title=["2019年到位资金 单位：万元"]))
    status, answer = run(table(tmp_path, ["T-006", "测试庚项目", 50, "0.01"], header=header))
    assert (status, [warning["code"] for warning in answer["warnings"]]) == (0, ["year_from_title"])
    assert snapshots() == [("arrived_total", "2020-01", "100.00")]


@pytest.mark.parametrize(
    "title", ["2020年到位资金（截至2020年3月15日，单位：万元）", "2020年到位资金 截止到3月15日 单位：万元"]
)
def test_the_day_of_a_cumulative_column_is_that_of_the_title(tmp_path, known, title):
    run(table(tmp_path, ["T-006", "测试庚项目", 1, 2, "", 3], header=WIDE, title=[title]))
    assert snapshots() == [("arrived_total", "2020-03-15", "3.00")]


def test_a_row_a_month_has_its_own_cumulative_amount(tmp_path, known):
    header = ["项目编号", "项目名称", "月份", "到位金额（万元）", "累计到位资金（万元）"]
    rows = [["T-006", "测试庚项目", "2020-01", 1, 1], ["T-006", "测试庚项目", "2020-02", 2, 3]]
    status, answer = run(table(tmp_path, *rows, header=header))
    assert (status, answer["warnings"]) == (0, [])
    assert snapshots() == [("arrived_total", "2020-01", "1.00"), ("arrived_total", "2020-02", "3.00")]


def test_a_cumulative_column_alone_is_never_an_entry(tmp_path, known):
    header = ["项目编号", "项目名称", "月份", "累计到位资金（万元）"]
    status, answer = run(table(tmp_path, ["T-006", "测试庚项目", "2020-02", 3], header=header))
    assert (status, booked(), snapshots()) == (0, [], [("arrived_total", "2020-02", "3.00")])
    assert (answer["arrivals"], answer["update"]) == (0, 1)


def test_two_cumulative_amounts_of_one_day_are_refused(tmp_path, known):
    rows = [["T-006", "测试庚项目", 1, "", "", 1], ["T-006", "测试庚项目", "", 2, "", 3]]
    status, answer = run(table(tmp_path, *rows, header=WIDE))
    assert (status, codes(answer)) == (1, [(4, "F", "repeated_row")])


def test_a_snapshot_of_a_table_of_arrivals_is_taken_back_with_it(tmp_path, known):
    run(table(tmp_path, ["T-006", "测试庚项目", 1, 2, "", 3], header=WIDE))
    take_back(batch=last_batch(), user=None, back=True)
    assert (booked(), snapshots()) == ([], [])


@pytest.mark.parametrize(("title", "day"), [("招商项目台账（截至2020年6月）", "2020-06"), ("招商项目台账", "None")])
def test_a_ledger_says_as_of_when_its_cumulative_column_stands(tmp_path, title, day):
    header = ["项目名称", "投资方", "协议投资额（亿元）", "累计到位资金（亿元）"]
    path = table(tmp_path, ["甲项目", "甲公司", 5, 1], header=header, title=[title])
    status, answer = run(path)
    assert (status, answer["create"]) == (0, 1)
    assert snapshots() == [("arrived_total", day, "10000.00")]
    assert run(path)[1]["unchanged"] == 1


def test_a_month_that_has_not_come_dates_no_cumulative_amount(tmp_path, known):
    make_project("测试辛项目", code="T-007", signed="2019")
    header = ["项目编号", "项目名称", "2020年1月", "2020年2月", "2090年12月", "累计到位资金"]
    rows = [["T-006", "测试庚项目", 1, 2, "", 3], ["T-007", "测试辛项目", "", "", 5, 5]]
    _status, answer = run(table(tmp_path, *rows, header=header, title=["到位资金 单位：万元"]), "--skip-refused")
    assert (answer["refused"], booked()[-1][:2]) == (1, ("T-006", "2020-02"))
    assert snapshots() == [("arrived_total", "2020-02", "3.00")]


def test_the_number_that_clashes_is_the_one_that_is_named(tmp_path, known):
    Project.objects.filter(pk=known.pk).update(approval_code="2020-500116-01")
    header = ["项目编号", "投资项目统一代码", "项目名称", "投资方", "1月", "2月"]
    path = table(tmp_path, ["A-1", "2020-500116-01", "别的项目", "别的公司", 1, 2], header=header)
    _status, answer = run(path)
    ((_row, column, code),) = codes(answer)
    assert (column, code) == ("B", "number_conflict")
    assert "2020-500116-01" in answer["errors"][0]["message"]
    assert "A-1" not in answer["errors"][0]["message"]
